//! The parts of a package as another zip reader sees them: raw bytes, order, timestamps; and which of them an edit
//! may change.

use std::io::{Cursor, Read};

use jixiao_workbook::{Content, Edit, Workbook};

/// One part, as it stands in the container.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    /// Compressed bytes.
    raw: Vec<u8>,
    crc: u32,
    modified: String,
}

/// The parts of a container in its order; folders are left out.
pub(super) fn parts(bytes: &[u8]) -> Result<Vec<Part>, String> {
    let fault = |error: zip::result::ZipError| error.to_string();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(fault)?;
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index_raw(index).map_err(fault)?;
        let name = entry.name().map_err(fault)?.into_owned();
        if name.ends_with('/') {
            continue;
        }
        let (crc, modified) = (entry.crc32(), format!("{:?}", entry.last_modified()));
        let mut raw = Vec::new();
        entry.read_to_end(&mut raw).map_err(|error| error.to_string())?;
        parts.push(Part { name, raw, crc, modified });
    }
    Ok(parts)
}

/// The names of all parts.
pub(super) fn names(bytes: &[u8]) -> Result<Vec<String>, String> {
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let names = archive.file_names();
    names.map(|name| name.map(std::borrow::Cow::into_owned).map_err(|error| error.to_string())).collect()
}

/// A part's inflated content.
pub(super) fn content(bytes: &[u8], name: &str) -> Result<Vec<u8>, String> {
    let fault = |error: zip::result::ZipError| error.to_string();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(fault)?;
    let mut content = Vec::new();
    archive.by_name(name).map_err(fault)?.read_to_end(&mut content).map_err(|error| error.to_string())?;
    Ok(content)
}

/// Inflated bytes of all sheets, as the directory says.
pub(super) fn sheet_bytes(bytes: &[u8]) -> u64 {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return 0 };
    (0..archive.len())
        .filter_map(|index| {
            let entry = archive.by_index_raw(index).ok()?;
            entry.name().ok().filter(|name| name.contains("sheets/")).map(|_| entry.size())
        })
        .fold(0, u64::saturating_add)
}

/// What an edit did to the parts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// Parts before.
    pub(super) all: usize,
    /// Parts that are there as they were.
    pub(super) same: usize,
    /// What may not have happened, a line each.
    pub(super) faults: Vec<String>,
}

/// Compares the parts before and after; those that `may` names may differ.
pub(super) fn compare(before: &[Part], after: &[Part], may: &Allowed) -> Change {
    let mut change = Change { all: before.len(), ..Change::default() };
    for part in before {
        match after.iter().find(|other| other.name == part.name) {
            Some(other) if other == part => change.same += 1,
            Some(_) if may.changes(&part.name) => {}
            Some(_) => change.faults.push(format!("{} differs", part.name)),
            None if may.goes(&part.name) => {}
            None => change.faults.push(format!("{} is gone", part.name)),
        }
    }
    let new = after.iter().filter(|part| !before.iter().any(|other| other.name == part.name));
    change.faults.extend(new.map(|part| format!("{} is new", part.name)));
    let order = |parts: &[Part], others: &[Part]| -> Vec<String> {
        let both = parts.iter().filter(|part| others.iter().any(|other| other.name == part.name));
        both.map(|part| part.name.clone()).collect()
    };
    if order(before, after) != order(after, before) {
        change.faults.push("the parts stand in another order".to_owned());
    }
    change
}

/// What a batch of edits may change, by the contract of [`Workbook::apply`].
#[derive(Debug, Default)]
pub(super) struct Allowed {
    sheets: Vec<String>,
    chain: bool,
    charts: bool,
    book: bool,
}

impl Allowed {
    /// What these edits may change in a workbook.
    pub(super) fn of(book: &Workbook, edits: &[Edit]) -> Self {
        let mut allowed = Self::default();
        for edit in edits {
            match edit {
                Edit::SetCell { sheet, cell, content, .. } => {
                    allowed.sheets.extend(book.entry(*sheet).map(|entry| plain(&entry.part)));
                    let had = book.sheet(*sheet).is_ok_and(|grid| grid.formula(*cell).is_some());
                    let has = matches!(content, Content::Formula { .. } | Content::Result(_));
                    allowed.chain |= had != has;
                }
                Edit::RefreshCharts => allowed.charts = true,
                Edit::RecalculateOnLoad => allowed.book = true,
                _ => {}
            }
        }
        allowed
    }

    fn changes(&self, name: &str) -> bool {
        let name = plain(name);
        let book_relations = name.contains("_rels/workbook");
        self.sheets.contains(&name)
            || (self.chain && (name == "[content_types].xml" || book_relations))
            || (self.charts && name.contains("chart"))
            || (self.book && name.ends_with("workbook.xml"))
    }

    fn goes(&self, name: &str) -> bool {
        self.chain && plain(name).contains("calcchain")
    }
}

/// A part's name without what programs overlook.
fn plain(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_ascii_lowercase()
}

/// Whether all that differs between two texts of a sheet lies within one cell: no row and no other cell begins or
/// ends in between. Bounds of the sheet and of rows, which may have been too narrow, grow with an edit.
pub(super) fn within_one_cell(before: &[u8], after: &[u8]) -> bool {
    let (before, after) = (without_bounds(before), without_bounds(after));
    let head = before.iter().zip(&after).take_while(|(one, other)| one == other).count();
    let (before, after) = (before.get(head..).unwrap_or_default(), after.get(head..).unwrap_or_default());
    let tail = before.iter().rev().zip(after.iter().rev()).take_while(|(one, other)| one == other).count();
    let middle = before.get(..before.len() - tail).unwrap_or_default();
    let text = String::from_utf8_lossy(middle);
    !["row>", "row ", "c>", "c r="].iter().any(|mark| text.contains(mark))
}

/// A sheet's text without the bounds that it states.
fn without_bounds(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let without = |text: &str, mark: &str| -> String {
        let mut pieces = text.split(mark);
        let first = pieces.next().unwrap_or_default().to_owned();
        pieces.fold(first, |kept, piece| kept + piece.split_once('"').map_or("", |(_, rest)| rest))
    };
    without(&without(&text, "dimension ref=\""), " spans=\"").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, raw: &str) -> Part {
        Part { name: name.to_owned(), raw: raw.as_bytes().to_vec(), crc: 0, modified: String::new() }
    }

    #[test]
    fn only_what_may_differ_may_differ() {
        let before = [part("a", "1"), part("xl/calcChain.xml", "2"), part("xl/Sheet1.xml", "3")];
        let may = Allowed { sheets: vec!["xl/sheet1.xml".to_owned()], ..Allowed::default() };
        let edited = [part("a", "1"), part("xl/calcChain.xml", "2"), part("xl/Sheet1.xml", "4")];
        assert_eq!(compare(&before, &edited, &may), Change { all: 3, same: 2, faults: Vec::new() });
        let faults = |after: &[Part]| compare(&before, after, &may).faults;
        assert_eq!(faults(&[part("a", "1"), part("xl/Sheet1.xml", "3")]), ["xl/calcChain.xml is gone"]);
        assert_eq!(
            faults(&[
                part("xl/calcChain.xml", "2"),
                part("a", "0"),
                part("xl/Sheet1.xml", "3"),
                part("b", "")
            ]),
            ["a differs", "b is new", "the parts stand in another order"]
        );
        let chain = Allowed { chain: true, ..may };
        assert!(
            chain.goes("xl/calcChain.xml") && chain.changes("[Content_Types].xml") && !chain.changes("a")
        );
    }

    #[test]
    fn a_change_beyond_the_cell_is_seen() {
        let before = b"<row r=\"1\"><c r=\"A1\" s=\"1\"><v>1</v></c><c r=\"B1\"/></row>";
        let inside = b"<row r=\"1\"><c r=\"A1\" s=\"1\" t=\"b\"><v>0</v></c><c r=\"B1\"/></row>";
        let wider = b"<dimension ref=\"A1:B1\"/><row r=\"1\" spans=\"1:2\"><c r=\"A1\"/></row>";
        let narrow = b"<dimension ref=\"A1\"/><row r=\"1\" spans=\"1:1\"><c r=\"A1\" s=\"1\"/></row>";
        assert!(within_one_cell(narrow, wider));
        let beyond = b"<row r=\"1\"><c r=\"A1\" s=\"1\"><v>2</v></c><c r=\"B2\"/></row>";
        assert!(within_one_cell(before, inside));
        assert!(!within_one_cell(before, beyond));
    }
}
