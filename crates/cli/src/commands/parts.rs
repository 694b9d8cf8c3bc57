//! The submissions of a summary as inputs of their own: `extract` writes many into one file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use jixiao_render::summary::{self, from_json};

use crate::failure::{Failure, What};
use crate::input::{Input, Part};
use crate::listing::Listing;

/// Puts the submissions of each summary that holds several in its place. One that could not be read when the summary
/// was written is an input that failed. A summary that is wrong stays as it is: reading it says why.
pub(super) fn parted(listing: &mut Listing, limit: u64) {
    let inputs = std::mem::take(&mut listing.inputs);
    for input in inputs {
        let parts = input.as_ref().ok().and_then(|input| parts(input, limit));
        match parts {
            Some(parts) => listing.inputs.extend(parts),
            None => listing.inputs.push(input),
        }
    }
    listing.many |= listing.inputs.iter().flatten().count() > 1;
}

/// The parts of a summary; none where the input is something else, or holds one submission only.
fn parts(input: &Input, limit: u64) -> Option<Vec<Result<Input, Failure>>> {
    let Input::File(path) = input else { return None };
    if !begins_as_json(path) {
        return None;
    }
    let files = from_json(&input.read(limit).ok()?).ok()?;
    if files.len() < 2 {
        return None;
    }
    let names = names(&files);
    let part = |(number, (file, name)): (usize, (summary::File, String))| {
        let source = file.path.as_deref().map_or_else(String::new, |path| format!(":{path}"));
        let shown = format!("{}#{number}{source}", path.display());
        match file.submission {
            Some(submission) => {
                let name = path.with_file_name(format!("{name}.json"));
                Ok(Input::Part(Arc::new(Part { file: path.clone(), shown, name, submission })))
            }
            None => Err(Failure::new(shown, What::NotExtracted(file.error.unwrap_or_default()))),
        }
    };
    Some((1..).zip(files.into_iter().zip(names)).map(part).collect())
}

/// Whether a plain file begins as a summary does. What comes through a pipe can be read only once.
fn begins_as_json(path: &Path) -> bool {
    if !fs::metadata(path).is_ok_and(|found| found.is_file()) {
        return false;
    }
    let Ok(file) = File::open(path) else { return false };
    let mut begin = Vec::new();
    for byte in BufReader::new(file).bytes() {
        let Ok(byte) = byte else { return false };
        begin.push(byte);
        if !(byte.is_ascii_whitespace() || [0xEF, 0xBB, 0xBF].contains(&byte)) {
            break;
        }
    }
    summary::is_json(&begin)
}

/// A name for each file, no two alike: its source's, with the unit's where several sources have one name, with a
/// number where that is not enough.
fn names(files: &[summary::File]) -> Vec<String> {
    let unit =
        |file: &summary::File| file.submission.as_ref().and_then(|one| one.unit.as_deref().and_then(plain));
    let own = |file: &summary::File| file.path.as_deref().and_then(stem).or_else(|| unit(file));
    let mut names: Vec<String> =
        files.iter().map(|file| own(file).unwrap_or_else(|| "1".to_owned())).collect();
    let counts = counted(&names);
    for (name, file) in names.iter_mut().zip(files) {
        let is_alone = counts.get(&folded(name)) == Some(&1);
        if let Some(unit) = unit(file).filter(|unit| !is_alone && unit != name) {
            *name = format!("{name}-{unit}");
        }
    }
    let mut taken = BTreeSet::new();
    for name in &mut names {
        let first = name.clone();
        let mut number = 2_usize;
        while !taken.insert(folded(name)) {
            *name = format!("{first}-{number}");
            number = number.saturating_add(1);
        }
    }
    names
}

fn counted(names: &[String]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::<_, usize>::new();
    for name in names {
        *counts.entry(folded(name)).or_default() += 1;
    }
    counts
}

/// A name as file systems compare it that do not tell capitals apart.
fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// The name of a path of any system, without folders and ending.
fn stem(path: &str) -> Option<String> {
    let name = path.rsplit(['/', '\\']).next()?;
    let stem = name.rsplit_once('.').map(|(stem, _)| stem).filter(|stem| !stem.is_empty());
    plain(stem.unwrap_or(name))
}

/// Most characters of a name that comes out of a summary.
const LONGEST: usize = 60;

/// A text as a name that every system takes; none where nothing is left of it.
fn plain(text: &str) -> Option<String> {
    let usable = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c };
    let name: String = text.trim().chars().take(LONGEST).map(usable).collect();
    let name = name.trim_matches(['.', ' ']);
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of files with these paths and units.
    fn named(files: &[(Option<&str>, Option<&str>)]) -> Vec<String> {
        let element = |(path, unit): &(Option<&str>, Option<&str>)| serde_json::json!({"path": path, "submission": {"unit": unit, "projects": []}});
        let files: Vec<_> = files.iter().map(element).collect();
        let whole = serde_json::json!({"schema": summary::SCHEMA, "files": files});
        names(&from_json(whole.to_string().as_bytes()).unwrap())
    }

    #[test]
    fn no_two_outputs_have_one_name() {
        let sources =
            [(Some("a/甲镇.xlsx"), None), (Some(r"C:\报送\乙镇.v2.et"), None), (None, Some("丙/镇"))];
        assert_eq!(named(&sources), ["甲镇", "乙镇.v2", "丙_镇"]);
        let alike = [
            (Some("甲/表.xlsx"), Some("甲镇")),
            (Some("乙/表.csv"), Some("乙镇")),
            (Some("丙/表.csv"), None),
        ];
        assert_eq!(named(&alike), ["表-甲镇", "表-乙镇", "表"]);
        let same =
            [(Some("a/T.xlsx"), Some("甲")), (Some("b/t.xlsx"), Some("甲")), (None, None), (None, None)];
        assert_eq!(named(&same), ["T-甲", "t-甲-2", "1", "1-2"]);
    }

    #[test]
    fn a_name_out_of_a_summary_leads_nowhere_else() {
        let hostile =
            [(Some("../../etc/passwd"), None), (Some(".."), Some("../甲")), (Some("a/\u{0}:*.x"), None)];
        assert_eq!(named(&hostile), ["passwd", "_甲", "___"]);
        assert_eq!(named(&[(Some(&"长".repeat(300)), None)])[0].chars().count(), LONGEST);
    }
}
