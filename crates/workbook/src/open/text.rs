//! Text tables (.csv, .tsv): encoding, separator and quotes are told by the content.
//!
//! A number in such a file is a number, as spreadsheet programs take it on opening; how it is written (percent
//! sign, thousands, closing zeros) is its number format.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};

use crate::address::CellRef;
use crate::error::OpenError;
use crate::limits::Limits;
use crate::sheet::{Sheet, SheetBuilder, ValueRef};
use crate::workbook::{FileKind, Parts, SheetEntry, Visibility};

use super::flat;
use super::formats::Formats;
use super::written::written;

const SEPARATORS: [u8; 3] = [b'\t', b',', b';'];
/// How much of the text is looked at to find the separator.
const LOOKED_AT: usize = 64 << 10;

/// Reads a text table, or a document with one cell a line; `None` where the bytes are no text, or text without columns.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Option<Result<Parts, OpenError>> {
    if bytes.len() as u64 > limits.part_bytes {
        let (part, what) = ("text".to_owned(), "bytes of the text");
        return Some(Err(OpenError::OverLimit { part, what, limit: limits.part_bytes }));
    }
    let text = decoded(bytes)?;
    if let Some(document) = flat::read(&text, limits) {
        return Some(document);
    }
    let separator = separator(&text)?;
    Some(table(&text, separator, limits))
}

/// The text that bytes mean: UTF-8, UTF-16 or GB18030, with a byte order mark or without.
pub(super) fn decoded(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let text = if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let content = bytes.get(length..)?;
        encoding.decode_without_bom_handling_and_without_replacement(content)?
    } else if bytes.contains(&0) {
        unmarked_utf16(bytes).decode_without_bom_handling_and_without_replacement(bytes)?
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        Cow::Borrowed(text)
    } else {
        GB18030.decode_without_bom_handling_and_without_replacement(bytes)?
    };
    let forbidden = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    (!text.contains(forbidden)).then_some(text)
}

/// Which UTF-16 it is: separators and digits have a zero byte, first or second.
fn unmarked_utf16(bytes: &[u8]) -> &'static Encoding {
    let zeros = |from: usize| bytes.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    if zeros(1) >= zeros(0) { UTF_16LE } else { UTF_16BE }
}

/// The separator that makes columns of most lines; `None` where none does.
fn separator(text: &str) -> Option<u8> {
    let end = text.len().min(LOOKED_AT);
    let start = text.get(..text.floor_char_boundary(end))?;
    let scored = SEPARATORS.into_iter().filter_map(|separator| Some((columns(start, separator)?, separator)));
    // Of equals the first stays.
    scored.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, separator)| separator)
}

/// How many lines a separator parts into columns, and how many columns most of them have. Prose has commas too,
/// but neither in most lines nor equally many.
fn columns(text: &str, separator: u8) -> Option<(usize, usize)> {
    let (mut lines, mut wide) = (0, Vec::new());
    let mut reader = reader(text, separator);
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).ok()? {
        let filled = record.iter().filter(|field| !field.trim().is_empty()).count();
        lines += usize::from(filled > 0);
        if filled > 1 {
            wide.push(record.len());
        }
    }
    wide.sort_unstable();
    let (most, width) = wide.chunk_by(|a, b| a == b).map(|run| (run.len(), run.first())).max()?;
    let is_table = wide.len() > 1 && wide.len() * 2 >= lines && most * 2 > wide.len();
    is_table.then_some((wide.len(), *width?))
}

fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

fn table(text: &str, separator: u8, limits: &Limits) -> Result<Parts, OpenError> {
    let mut formats = Formats::default();
    let sheet = grid(text, separator, limits, &mut formats)?;
    let entry = SheetEntry {
        name: "Sheet1".to_owned(),
        part: String::new(),
        visibility: Visibility::Visible,
        grid: true,
    };
    Ok(Parts {
        kind: FileKind::Text,
        sheets: vec![entry],
        grids: vec![Some(sheet)],
        formats: formats.into_list(),
        ..Parts::default()
    })
}

fn grid(text: &str, separator: u8, limits: &Limits, formats: &mut Formats) -> Result<Sheet, OpenError> {
    let mut builder = SheetBuilder::default();
    let mut reader = reader(text, separator);
    let mut record = StringRecord::new();
    let (mut row, mut swallowed) = (0, false);
    let mut heading = Heading::default();
    while reader.read_record(&mut record).map_err(|error| damaged(error.to_string()))? {
        let start = record.position().and_then(|position| usize::try_from(position.byte()).ok());
        row += 1 + blank_lines(text, start.unwrap_or(0));
        heading.check(&record, row)?;
        for (field, column) in record.iter().zip(1_u32..).filter(|(field, _)| !field.is_empty()) {
            let at = CellRef::new(u32::try_from(row).unwrap_or(0), u16::try_from(column).unwrap_or(0))
                .ok_or_else(|| damaged(format!("row {row}, column {column} is outside the grid")))?;
            let (number, style) =
                written(field, formats).map_or((None, 0), |(digits, style)| (Some(digits), style));
            let value = number.as_deref().map_or(ValueRef::Text(field), ValueRef::Number);
            builder.cell(at, value, style).map_err(|error| damaged(error.to_string()))?;
        }
        swallowed = record.iter().next_back().is_some_and(|field| field.contains('\n'));
        if builder.len() > limits.cells {
            let (part, what) = ("text".to_owned(), "stored cells");
            return Err(OpenError::OverLimit { part, what, limit: limits.cells as u64 });
        }
    }
    // A field over several lines that is closed ends in its quotation mark.
    if swallowed && !text.trim_end().ends_with('"') {
        return Err(damaged(format!("a quotation mark in row {row} is not closed")));
    }
    Ok(builder.finish())
}

/// The columns of the table's rows that begin with no number: of its heading.
#[derive(Default)]
struct Heading {
    width: usize,
}

impl Heading {
    /// Fewest filled cells of a row that belongs to a table.
    const FEWEST: usize = 3;

    /// Refuses a numbered row with a value beyond the heading: a separator inside a cell without quotes makes such rows.
    fn check(&mut self, record: &StringRecord, row: usize) -> Result<(), OpenError> {
        let filled = |field: &str| !field.trim().is_empty();
        if record.iter().filter(|field| filled(field)).count() < Self::FEWEST {
            return Ok(());
        }
        let first = record.iter().find(|field| filled(field)).unwrap_or("");
        if first.trim().parse::<u32>().is_err() {
            self.width = self.width.max(record.len());
            return Ok(());
        }
        let numbered = record.iter().zip(1_usize..).filter(|(field, _)| filled(field));
        let cells = numbered.map(|(_, number)| number).last().unwrap_or(0);
        if self.width > 0 && cells > self.width {
            return Err(OpenError::Ragged { row: row as u64, cells, expected: self.width });
        }
        Ok(())
    }
}

/// Blank lines before a record, which the reader passes over; a spreadsheet counts them as rows.
fn blank_lines(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or("");
    // The reader ends a record at a CR; the LF that belongs to it comes next.
    let before = start.checked_sub(1).and_then(|before| text.as_bytes().get(before));
    let mut rest = if before == Some(&b'\r') { rest.strip_prefix('\n').unwrap_or(rest) } else { rest };
    let mut lines = 0;
    while let Some(after) = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\r', '\n'])) {
        lines += 1;
        rest = after;
    }
    lines
}

pub(super) fn damaged(what: String) -> OpenError {
    OpenError::Damaged { part: "text".to_owned(), what }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Workbook;

    const TABLE: &str =
        "汇总表\r\n\r\n序号,项目名称,预算,备注\r\n1,\"防汛,一\n期\",4.40\r\n2,抗旱,\"1,234.5\",多\r\n";

    fn shown(bytes: &[u8]) -> Vec<String> {
        let workbook = Workbook::open(bytes.to_vec()).unwrap();
        let id = workbook.sheet_ids().next().unwrap();
        let sheet = workbook.sheet(id).unwrap();
        let cells = sheet.rows().flat_map(crate::sheet::Row::cells);
        cells
            .map(|cell| format!("{} {:?} {}", cell.at, cell.value, workbook.format(cell.style).code))
            .collect()
    }

    #[test]
    fn every_encoding_and_separator_gives_the_same_grid() {
        let expected = shown(TABLE.as_bytes());
        assert_eq!(
            expected,
            [
                "A1 Text(\"汇总表\") General",
                "A3 Text(\"序号\") General",
                "B3 Text(\"项目名称\") General",
                "C3 Text(\"预算\") General",
                "D3 Text(\"备注\") General",
                "A4 Number(\"1\") General",
                "B4 Text(\"防汛,一\\n期\") General",
                "C4 Number(\"4.40\") 0.00",
                "A5 Number(\"2\") General",
                "B5 Text(\"抗旱\") General",
                "C5 Number(\"1234.5\") #,##0.0",
                "D5 Text(\"多\") General",
            ]
        );
        let utf16 = |text: &str, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(order).collect()
        };
        let tabs = TABLE
            .replace("号,", "号\t")
            .replace("称,", "称\t")
            .replace("算,", "算\t")
            .replace("1,\"", "1\t\"");
        let tabs = tabs.replace("\",4", "\"\t4").replace("2,抗旱,", "2\t抗旱\t").replace(",多", "\t多");
        for text in [TABLE, tabs.as_str(), &tabs.replace('\t', ";"), &TABLE.replace("\r\n", "\n")] {
            let marked = format!("\u{feff}{text}");
            let forms = [
                text.as_bytes().to_vec(),
                marked.clone().into_bytes(),
                GB18030.encode(text).0.into_owned(),
                utf16(text, u16::to_le_bytes),
                utf16(text, u16::to_be_bytes),
                utf16(&marked, u16::to_le_bytes),
                utf16(&marked, u16::to_be_bytes),
            ];
            for bytes in forms {
                assert_eq!(shown(&bytes), expected, "{text}");
            }
        }
    }

    #[test]
    fn prose_and_what_is_no_text_is_no_table() {
        let prose = "本单位2023年共实施项目14个,完成较好。\n其中,市级项目3个,区级项目11个。\n特此报告。\n";
        for bytes in [prose.as_bytes(), b"a\x01b,c\nd,e\n", b"\xFF\xFEa", b"one line, no table"] {
            assert!(read(bytes, &Limits::default()).is_none(), "{bytes:?}");
        }
    }

    #[test]
    fn a_quotation_mark_that_swallows_the_rest_is_said() {
        let text = "a,b,c\n1,2,3\n4,\"5,6\n7,8,9\n1,2,3\n1,2,3\n";
        let found = read(text.as_bytes(), &Limits::default()).unwrap();
        assert!(matches!(found, Err(OpenError::Damaged { what, .. }) if what.contains("not closed")));
        let inches = "a,b\n1,5\"\n2,\"x\ny\"\n";
        assert!(read(inches.as_bytes(), &Limits::default()).unwrap().is_ok());
    }

    #[test]
    fn cells_beyond_the_limit_are_refused() {
        let limits = Limits { cells: 10, ..Limits::default() };
        let text = "1,2,3\n".repeat(4);
        let found = read(text.as_bytes(), &limits).unwrap();
        assert!(matches!(found, Err(OpenError::OverLimit { what: "stored cells", .. })));
    }
}
