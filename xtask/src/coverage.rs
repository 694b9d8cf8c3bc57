//! Which lines the tests run: per module, without the tests' own lines.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::{Outcome, read_text, root};

/// Modules, and everything, with the percentage of lines that must be run.
const FLOORS: [(&str, u64); 4] = [
    ("crates/selfeval/src/computed", 95),
    ("crates/selfeval/src/rules", 95),
    ("crates/workbook/src/patch", 95),
    ("", 85),
];

/// Lines that can be run, and those that were not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Lines {
    all: u64,
    missed: Vec<u32>,
}

/// `cargo xtask coverage [--missed]`: runs the tests instrumented, tells each module's share of lines, and fails
/// below a floor; `--missed` lists the lines.
pub(crate) fn main(args: &[String]) -> Outcome {
    let report = root().join("target").join("lcov.info");
    let shown = report.display().to_string();
    let status = Command::new("cargo")
        // Processes that a test kills leave what they counted half written.
        .args(["llvm-cov", "--workspace", "--failure-mode", "all", "--lcov", "--output-path", &shown])
        .current_dir(root())
        .status();
    if !status.is_ok_and(|status| status.success()) {
        return Err("coverage needs cargo-llvm-cov and tests that pass: \
                    rustup component add llvm-tools && cargo install --locked cargo-llvm-cov"
            .to_owned());
    }
    let files = files(&read_text(&report)?);
    if args.iter().any(|arg| arg == "--missed") {
        for (file, lines) in files.iter().filter(|(_, lines)| !lines.missed.is_empty()) {
            println!("{file}: {:?}", lines.missed);
        }
    }
    for (module, lines) in modules(&files) {
        println!("{module}: {}", share(&lines));
    }
    let below = FLOORS.iter().filter(|(start, floor)| {
        let lines = sum(files.iter().filter(|(file, _)| file.starts_with(start)));
        println!("{}: {}", if start.is_empty() { "all" } else { start }, share(&lines));
        (lines.all - lines.missed.len() as u64) * 100 < lines.all * floor
    });
    let below: Vec<String> = below.map(|(start, floor)| format!("{start:?} is below {floor}%")).collect();
    if below.is_empty() { Ok(()) } else { Err(below.join("\n")) }
}

/// The lines of each file of the checkout in an lcov report.
fn files(report: &str) -> BTreeMap<String, Lines> {
    let mut files: BTreeMap<String, Lines> = BTreeMap::new();
    let (mut file, mut code) = (String::new(), 0);
    for line in report.lines() {
        if let Some(path) = line.strip_prefix("SF:") {
            let inside = Path::new(path).strip_prefix(root()).unwrap_or(Path::new(path));
            file = inside.display().to_string();
            code = read_text(Path::new(path)).map_or(0, |text| code_lines(path, &text));
        } else if let Some((number, count)) = line.strip_prefix("DA:").and_then(|rest| rest.split_once(',')) {
            let number: u32 = number.parse().unwrap_or(u32::MAX);
            if number <= code {
                let lines = files.entry(file.clone()).or_default();
                lines.all += 1;
                lines.missed.extend((count == "0").then_some(number));
            }
        }
    }
    files
}

/// How many lines of a file are no tests.
fn code_lines(path: &str, text: &str) -> u32 {
    if path.ends_with("tests.rs") || !path.contains("/crates/") {
        return 0;
    }
    let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    u32::try_from(code.lines().count()).unwrap_or(u32::MAX)
}

/// The files' lines by module: the folder of a crate's module, or its file.
fn modules(files: &BTreeMap<String, Lines>) -> BTreeMap<String, Lines> {
    let module = |file: &str| file.split('/').take(4).collect::<Vec<_>>().join("/");
    let mut modules: BTreeMap<String, Vec<(&String, &Lines)>> = BTreeMap::new();
    for (file, lines) in files {
        modules.entry(module(file)).or_default().push((file, lines));
    }
    modules.into_iter().map(|(module, files)| (module, sum(files.into_iter()))).collect()
}

fn sum<'a>(files: impl Iterator<Item = (&'a String, &'a Lines)>) -> Lines {
    files.fold(Lines::default(), |mut sum, (_, lines)| {
        sum.all += lines.all;
        sum.missed.extend(&lines.missed);
        sum
    })
}

fn share(lines: &Lines) -> String {
    let run = lines.all - lines.missed.len() as u64;
    let tenths = (run * 1_000).checked_div(lines.all).unwrap_or(1_000);
    format!("{run} of {} lines, {}.{} %", lines.all, tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_tests_do_not_count() {
        let path = root().join("crates/workbook/src/limits.rs");
        let path = path.display();
        let report = format!("SF:{path}\nDA:4,1\nDA:5,0\nDA:99999,0\nend_of_record\n");
        let lines = Lines { all: 2, missed: vec![5] };
        assert_eq!(
            files(&report),
            BTreeMap::from([("crates/workbook/src/limits.rs".to_owned(), lines.clone())])
        );
        assert_eq!(share(&lines), "1 of 2 lines, 50.0 %");
        assert_eq!(code_lines("/crates/a/src/b.rs", "//! b\nfn b() {}\n\n#[cfg(test)]\nmod tests {\n"), 2);
    }
}
