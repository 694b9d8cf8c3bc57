//! The cases: each folder of `test-data/cases` holds inputs, `case.toml` and the transcript of its command lines.
//!
//! A transcript shows what a user sees (both streams and the exit code) and what was written: for a workbook
//! every cell and every part that differs from the input, or the rows of a form that `convert` or `merge` made. One test walks all cases; `cargo xtask regress` is the
//! same code with flags.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jixiao_workbook::Workbook;
use jixiao_workbook::diff::{Kind, diff};
use serde::Deserialize;

use crate::rows::filled;
use crate::{Outcome, entries, read, read_text, root, write};

/// A case's description.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What it shows, one sentence.
    shows: String,
    /// Where its input comes from.
    origin: String,
    /// Command lines; a word that begins with `./` is a path in the case's folder.
    runs: Vec<String>,
    /// Files and folders made before the first run.
    #[serde(default)]
    setup: Vec<Setup>,
}

/// Something made in the case's folder before its runs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
enum Setup {
    /// An empty folder.
    Folder(PathBuf),
    /// A file of this text.
    Text(PathBuf, String),
    /// A copy of a file under another name.
    Copy(PathBuf, PathBuf),
    /// The first bytes of a file under another name.
    Head(PathBuf, PathBuf, usize),
}

/// One case after its runs.
pub(crate) struct Ran {
    /// What the user saw and what was written.
    pub(crate) transcript: String,
    /// Where it ran; goes when this is dropped.
    pub(crate) folder: tempfile::TempDir,
    /// Workbooks written, by name within `folder`.
    pub(crate) written: Vec<PathBuf>,
}

/// `cargo xtask regress`.
pub(crate) fn main(args: &[String]) -> Outcome {
    let bless = args.iter().any(|arg| arg == "--bless");
    let dir = args.iter().position(|arg| arg == "--dir").map(|at| at + 1);
    if let Some(at) = dir {
        return survey(Path::new(args.get(at).ok_or("--dir needs a folder")?));
    }
    let names: Vec<&str> = args.iter().map(String::as_str).filter(|arg| *arg != "--bless").collect();
    let folders: Vec<PathBuf> = cases()?.into_iter().filter(|folder| chosen(folder, &names)).collect();
    let mut failed = Vec::new();
    for folder in &folders {
        let name = name_of(folder);
        match judge(folder, bless) {
            Ok(true) => println!("{name}: written"),
            Ok(false) => {}
            Err(message) => failed.push(format!("{name}: {message}")),
        }
    }
    println!("{} passed, {} failed", folders.len() - failed.len(), failed.len());
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n\n")) }
}

/// The folders of all cases.
pub(crate) fn cases() -> Result<Vec<PathBuf>, String> {
    let mut folders = entries(&root().join("test-data/cases"))?;
    folders.retain(|path| path.is_dir());
    Ok(folders)
}

/// A case's name: its folder's.
pub(crate) fn name_of(folder: &Path) -> String {
    folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Whether a case is among the names given; all are where none is.
pub(crate) fn chosen(folder: &Path, names: &[&str]) -> bool {
    names.is_empty() || names.contains(&name_of(folder).as_str())
}

/// Compares a case with its transcript; true where the transcript was written anew.
fn judge(folder: &Path, bless: bool) -> Result<bool, String> {
    let ran = run(folder)?;
    let path = folder.join("transcript.txt");
    let expected = if path.exists() { read_text(&path)? } else { String::new() };
    if ran.transcript == expected {
        return Ok(false);
    }
    if bless {
        write(&path, ran.transcript.as_bytes())?;
        return Ok(true);
    }
    Err(format!(
        "{}\n  (cargo xtask regress --bless {} writes it anew)",
        difference(&expected, &ran.transcript),
        name_of(folder)
    ))
}

/// The first lines in which two texts differ.
fn difference(expected: &str, found: &str) -> String {
    let same = expected.lines().zip(found.lines()).take_while(|(a, b)| a == b).count();
    let show = |text: &str, sign: char| {
        text.lines().skip(same).take(6).fold(String::new(), |mut all, line| {
            let _ = writeln!(all, "  {sign} {line}");
            all
        })
    };
    format!("line {}:\n{}{}", same + 1, show(expected, '-'), show(found, '+'))
}

/// Runs a case in a folder of its own.
pub(crate) fn run(folder: &Path) -> Result<Ran, String> {
    let case: Case =
        toml::from_str(&read_text(&folder.join("case.toml"))?).map_err(|error| error.to_string())?;
    let work =
        tempfile::Builder::new().prefix("jixiao-case-").tempdir().map_err(|error| error.to_string())?;
    for path in entries(folder)? {
        let name = name_of(&path);
        if name != "case.toml" && name != "transcript.txt" {
            std::fs::copy(&path, work.path().join(&name)).map_err(|error| format!("{name}: {error}"))?;
        }
    }
    for step in &case.setup {
        prepare(work.path(), step)?;
    }
    let mut transcript = format!("{}\n({})\n", case.shows, case.origin);
    let mut written = Vec::new();
    for line in &case.runs {
        let before = snapshot(work.path())?;
        transcript.push_str(&run_line(work.path(), line));
        for name in changed(work.path(), &before)? {
            let earlier = before.iter().find(|(path, _)| *path == work.path().join(&name));
            transcript.push_str(&describe(work.path(), &name, line, earlier.map(|(_, bytes)| bytes))?);
            if name.extension().is_some_and(|ending| ending == "xlsx" || ending == "xlsm") {
                written.push(name);
            }
        }
    }
    Ok(Ran { transcript, folder: work, written })
}

fn prepare(work: &Path, step: &Setup) -> Outcome {
    match step {
        Setup::Folder(path) => std::fs::create_dir(work.join(path)).map_err(|error| error.to_string()),
        Setup::Text(path, text) => write(&work.join(path), text.as_bytes()),
        Setup::Copy(from, to) => copy_head(work, (from, to), usize::MAX),
        Setup::Head(from, to, length) => copy_head(work, (from, to), *length),
    }
}

fn copy_head(work: &Path, (from, to): (&Path, &Path), length: usize) -> Outcome {
    let bytes = read(&if from.starts_with("test-data") { root().join(from) } else { work.join(from) })?;
    write(&work.join(to), bytes.get(..length).unwrap_or(&bytes))
}

/// One command line as a user sees it.
fn run_line(work: &Path, line: &str) -> String {
    let words = words(line);
    let args = std::iter::once(OsString::from("jixiao")).chain(words.iter().map(|word| {
        word.strip_prefix("./").map_or_else(|| OsString::from(word), |path| work.join(path).into_os_string())
    }));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = jixiao::run(args, &mut out, &mut err);
    let prefix = format!("{}/", work.display());
    let text = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes).replace(&prefix, "").replace(&work.display().to_string(), ".")
    };
    let mut shown = format!("\n$ jixiao {line}\n{}", text(&out));
    for line in text(&err).lines() {
        let _ = writeln!(shown, "2> {line}");
    }
    let _ = writeln!(shown, "exit {code}");
    shown
}

/// Words parted by blanks; `'…'` holds blanks together.
fn words(line: &str) -> Vec<String> {
    let quoted = line.split('\'').enumerate();
    let word = |(index, part): (usize, &str)| -> Vec<String> {
        if index % 2 == 1 {
            vec![part.to_owned()]
        } else {
            part.split_whitespace().map(str::to_owned).collect()
        }
    };
    quoted.flat_map(word).collect()
}

type Snapshot = Vec<(PathBuf, Vec<u8>)>;

/// The files of a folder and its folders, with their content.
fn snapshot(folder: &Path) -> Result<Snapshot, String> {
    let mut files = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() {
            files.extend(snapshot(&path)?);
        } else {
            let content = read(&path)?;
            files.push((path, content));
        }
    }
    Ok(files)
}

/// The files that are new or different since a snapshot, relative to the folder.
fn changed(work: &Path, before: &Snapshot) -> Result<Vec<PathBuf>, String> {
    let now = snapshot(work)?;
    let new = now.into_iter().filter(|file| !before.contains(file));
    Ok(new.map(|(path, _)| path.strip_prefix(work).map_or(path.clone(), Path::to_path_buf)).collect())
}

/// What was written: a workbook as its differences from what stood there before, else from the command line's input.
/// What `convert` writes differs from the form it was put into; the sheets of a new workbook are shown row by row.
fn describe(work: &Path, name: &Path, line: &str, earlier: Option<&Vec<u8>>) -> Result<String, String> {
    let mut text = format!("→ {}\n", name.display());
    let Ok(after) = Workbook::open(read(&work.join(name))?) else {
        return Ok(text);
    };
    let words = words(line);
    let into = words.iter().position(|word| word == "--into").map_or(words.len(), |at| at + 1);
    let makes_anew = matches!(words.first().map(String::as_str), Some("convert" | "merge"));
    let named = words.get(if makes_anew { into } else { 0 }..).unwrap_or_default();
    let inputs = named.iter().filter_map(|word| word.strip_prefix("./").map(PathBuf::from));
    let input =
        inputs.filter(|path| path != name).find_map(|path| Workbook::open(read(&work.join(path)).ok()?).ok());
    let before = earlier.and_then(|bytes| Workbook::open(bytes.clone()).ok()).or(input);
    let before = before.unwrap_or_else(|| Workbook::from_sheets(Vec::new(), Vec::new()));
    let found = diff(&before, &after).map_err(|error| error.to_string())?;
    for line in found.to_string().lines() {
        let _ = writeln!(text, "  {line}");
    }
    for (sheet, _) in found.sheets.iter().filter(|(_, kind)| makes_anew && *kind == Kind::Added) {
        text.push_str(&filled(&after, sheet, &format!("{}/", work.display()))?);
    }
    Ok(text)
}

/// Checks and fills every workbook of a folder; a crash or an unreadable result is a failure, findings are not.
fn survey(folder: &Path) -> Outcome {
    let out = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut tally = std::collections::BTreeMap::<String, usize>::new();
    for (path, _) in snapshot(folder)? {
        for command in ["check", "fill"] {
            let mut args: Vec<OsString> =
                vec!["jixiao".into(), command.into(), path.clone().into(), "--quiet".into()];
            if command == "fill" {
                args.extend(["--force".into(), "-o".into(), out.path().join("filled.xlsx").into()]);
            }
            let code = jixiao::run(args, &mut Vec::new(), &mut Vec::new());
            *tally.entry(format!("{command}: exit {code}")).or_default() += 1;
        }
    }
    for (outcome, count) in tally {
        println!("{outcome}: {count}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_holds() {
        let folders = cases().unwrap();
        assert!(folders.len() >= 30, "only {} cases", folders.len());
        let failed: Vec<String> = folders
            .iter()
            .filter_map(|folder| {
                judge(folder, false).err().map(|error| format!("{}: {error}", name_of(folder)))
            })
            .collect();
        assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    }

    #[test]
    fn words_keep_blanks_in_quotes() {
        assert_eq!(words("check './表 1.xlsx' --all"), ["check", "./表 1.xlsx", "--all"]);
    }
}
