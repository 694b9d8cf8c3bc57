//! A few files that together hold each kind of thing that rows carry: what a machine has time for at each change.

use std::collections::BTreeSet;

use super::super::File;
use super::super::parts::{content, names, sheet_bytes};
use crate::read;

/// What rows carry: a word in the name of a part, and one in its text.
const KINDS: [(&str, &str); 24] = [
    ("worksheets/", "<mergeCell "),
    ("worksheets/", "<dataValidation "),
    ("worksheets/", "<conditionalFormatting"),
    ("worksheets/", "<x14:conditionalFormatting"),
    ("worksheets/", "<x14:dataValidation "),
    ("worksheets/", "<hyperlink "),
    ("worksheets/", "<rowBreaks"),
    ("worksheets/", "<autoFilter"),
    ("worksheets/", "<pane "),
    ("worksheets/", "t=\"shared\""),
    ("worksheets/", "t=\"array\""),
    ("worksheets/", "t=\"dataTable\""),
    ("worksheets/", "hidden=\"1\""),
    ("worksheets/", "customHeight"),
    ("workbook.xml", "<definedName"),
    ("workbook.xml", "_xlnm.Print_Area"),
    ("workbook.xml", "_xlnm.Print_Titles"),
    ("tables/", ""),
    ("pivotTables/", ""),
    ("charts/chart", ""),
    ("drawings/drawing", ""),
    ("drawings/vml", ""),
    ("comments", ""),
    ("ctrlProps/", ""),
];

/// Sheets of a file above which it takes too long for a sample.
const MOST_SHEETS: usize = 6;
/// Inflated bytes of sheets above which it does.
const MOST_BYTES: u64 = 1 << 18;

/// A file that may be taken.
struct Candidate {
    file: File,
    sheets: usize,
    /// Of [`KINDS`], by number.
    holds: BTreeSet<usize>,
}

impl Candidate {
    /// `None` for a file that is no zip, or too large.
    fn new(file: File) -> Result<Option<Self>, String> {
        let bytes = read(&file.path)?;
        let Ok(names) = names(&bytes) else { return Ok(None) };
        let sheets = names.iter().filter(|name| name.contains("worksheets/sheet")).count();
        if sheets == 0 || sheets > MOST_SHEETS || sheet_bytes(&bytes) > MOST_BYTES {
            return Ok(None);
        }
        let mut holds = BTreeSet::new();
        for name in names.iter().filter(|name| KINDS.iter().any(|(part, _)| name.contains(part))) {
            let Ok(text) = content(&bytes, name) else { return Ok(None) };
            let text = String::from_utf8_lossy(&text);
            let told = KINDS.iter().enumerate();
            let told = told.filter(|(_, (part, word))| name.contains(part) && text.contains(word));
            holds.extend(told.map(|(kind, _)| kind));
        }
        Ok(Some(Self { file, sheets, holds }))
    }
}

/// Files with about so many sheets, of each kind in turn the next one that holds it: the same at each run.
pub(super) fn sample(files: Vec<File>, most: usize) -> Result<Vec<File>, String> {
    let found = files.into_iter().map(Candidate::new).collect::<Result<Vec<_>, _>>()?;
    let mut left: Vec<Candidate> = found.into_iter().flatten().collect();
    left.sort_by(|a, b| a.file.sha.cmp(&b.file.sha));
    let (mut taken, mut sheets) = (Vec::new(), 0);
    loop {
        let before = taken.len();
        for kind in 0..KINDS.len() {
            let Some(at) = left.iter().position(|one| one.holds.contains(&kind)) else { continue };
            if sheets >= most {
                return Ok(taken);
            }
            let one = left.remove(at);
            sheets += one.sheets;
            taken.push(one.file);
        }
        if taken.len() == before {
            return Ok(taken);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_xlsxwriter::Workbook;

    #[test]
    fn each_kind_has_its_turn() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, sha: &str, merges: bool, breaks: bool| {
            let mut book = Workbook::new();
            let sheet = book.add_worksheet();
            if merges {
                sheet.merge_range(0, 0, 1, 1, "", &rust_xlsxwriter::Format::new()).unwrap();
            }
            if breaks {
                sheet.set_page_breaks(&[3]).unwrap();
            }
            let path = folder.path().join(name);
            book.save(&path).unwrap();
            File { name: name.to_owned(), path, sha: sha.to_owned(), ending: "xlsx" }
        };
        let all = || {
            vec![
                file("plain", "0", false, false),
                file("second", "2", true, false),
                file("first", "1", true, false),
                file("breaks", "3", false, true),
            ]
        };
        let names = |most| -> Vec<String> {
            sample(all(), most).unwrap().into_iter().map(|file| file.name).collect()
        };
        assert_eq!(names(1), ["first"]);
        assert_eq!(names(2), ["first", "breaks"]);
        assert_eq!(names(9), ["first", "breaks", "second"]);
    }
}
