//! What no lint sees: the order of modules, the head of every file, sizes, and words that do not belong.

use std::path::{Path, PathBuf};

use crate::{Outcome, entries, read_text, root};

/// The crates' modules in the order the data meets them: a module uses only modules before it.
const ORDER: &[(&str, &[&str])] = &[
    (
        "crates/workbook/src",
        &[
            "address", "number", "date", "limits", "error", "sheet", "formula", "scan", "package",
            "document", "workbook", "open", "calc", "edit", "patch", "refresh", "diff",
        ],
    ),
    (
        "crates/selfeval/src",
        &[
            "value",
            "finding",
            "profile",
            "mapping",
            "layout",
            "summary",
            "computed",
            "given",
            "rules",
            "fill",
            "review",
            "consolidate",
            "fixes",
        ],
    ),
];

/// Lines of a file beyond which it must be parted, tests apart.
const LONGEST_FILE: usize = 500;
/// Bytes of the longest transcript.
const LONGEST_TRANSCRIPT: u64 = 64 * 1024;

/// `cargo xtask tidy`.
pub(crate) fn main() -> Outcome {
    let faults = faults()?;
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// Everything untidy, a line each.
fn faults() -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    for top in ["crates", "xtask", "examples", "fuzz/src", "fuzz/fuzz_targets"] {
        for path in rust_files(&root().join(top))? {
            let text = read_text(&path)?;
            let shown = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
            faults.extend(file_faults(&path, &text).into_iter().map(|fault| format!("{shown}: {fault}")));
        }
    }
    for (folder, modules) in ORDER {
        faults.extend(order_faults(folder, modules)?);
    }
    faults.extend(unheld()?);
    for case in crate::regress::cases()? {
        let path = case.join("transcript.txt");
        let length = std::fs::metadata(&path).map_or(0, |meta| meta.len());
        if length > LONGEST_TRANSCRIPT {
            faults.push(format!("{}: {length} bytes, at most {LONGEST_TRANSCRIPT}", path.display()));
        }
    }
    Ok(faults)
}

/// Tests that docs/reliability.md names and that are not there.
fn unheld() -> Result<Vec<String>, String> {
    let page = read_text(&root().join("docs/reliability.md"))?;
    let mut tests = String::new();
    for path in rust_files(&root().join("crates"))? {
        tests.push_str(&read_text(&path)?);
    }
    let is_test = |name: &&str| {
        name.contains('_')
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'0'..=b'9'))
    };
    let named = page.split('`').skip(1).step_by(2).filter(is_test);
    let missing = named.filter(|name| !tests.contains(&format!("fn {name}()")));
    Ok(missing.map(|name| format!("docs/reliability.md: there is no test {name}")).collect())
}

/// Every Rust file below a folder.
fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}

/// The code of a file, tests apart: a test may use any module, and is as long as its cases.
fn code<'a>(path: &Path, text: &'a str) -> &'a str {
    if path.ends_with("tests.rs") {
        return "";
    }
    text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

fn file_faults(path: &Path, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if !text.starts_with("//!") {
        faults.push("the file does not say what it is for (`//!` first)".to_owned());
    }
    let lines = code(path, text).lines().count();
    if lines > LONGEST_FILE {
        faults.push(format!("{lines} lines without tests, at most {LONGEST_FILE}"));
    }
    for word in ["TO\u{44}O", "FI\u{58}ME", "XX\u{58}:"] {
        if text.contains(word) {
            faults.push(format!("{word} belongs into an issue"));
        }
    }
    faults
}

/// Uses of a module by one that comes before it.
fn order_faults(folder: &str, modules: &[&str]) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    for path in rust_files(&root().join(folder))? {
        let inside = path.strip_prefix(root().join(folder)).unwrap_or(&path).to_path_buf();
        let Some(module) = inside.iter().next().map(|part| part.to_string_lossy().replace(".rs", "")) else {
            continue;
        };
        let Some(place) = modules.iter().position(|name| *name == module) else { continue };
        let text = read_text(&path)?;
        for later in modules.iter().skip(place + 1) {
            let uses = code(&path, &text).lines().filter(|line| !line.trim_start().starts_with("//"));
            if uses.clone().any(|line| uses_module(line, later)) {
                faults
                    .push(format!("{folder}/{}: uses {later}, which comes after {module}", inside.display()));
            }
        }
    }
    Ok(faults)
}

/// Whether a line names `crate::module` itself, not a module whose name begins alike.
fn uses_module(line: &str, module: &str) -> bool {
    let path = format!("crate::{module}");
    line.match_indices(&path).any(|(at, _)| {
        let next = line.get(at + path.len()..).and_then(|rest| rest.chars().next());
        !next.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checkout_is_tidy() {
        assert_eq!(faults().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_later_module_is_seen() {
        assert!(uses_module("use crate::patch::Signature;", "patch"));
        assert!(!uses_module("use crate::patches::Signature;", "patch"));
    }
}
