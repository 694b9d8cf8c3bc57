//! What stands around the cells of a worksheet part: widths and heights, links, and the drawing of its comments.

use std::collections::BTreeMap;

use crate::address::{CellRef, LAST_COLUMN, LAST_ROW, Range};
use crate::error::OpenError;
use crate::limits::Limits;
use crate::package::Package;
use crate::scan::{Kind, Scanner, Space, Token, decode, number};

/// The form of a part, strict or transitional: what its relations are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Transitional,
    Strict,
}

impl Form {
    /// The namespace of the parts of a workbook.
    pub(crate) fn main(self) -> &'static str {
        match self {
            Self::Transitional => "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            Self::Strict => "http://purl.oclc.org/ooxml/spreadsheetml/main",
        }
    }

    /// The namespace of relation ids, and the beginning of every relation's type but for its last slash.
    pub(crate) fn relations(self) -> &'static str {
        match self {
            Self::Transitional => "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            Self::Strict => "http://purl.oclc.org/ooxml/officeDocument/relationships",
        }
    }
}

/// Pixels of a column of the usual width, and of a row of the usual height.
const USUAL: (u32, u32) = (64, 20);
/// Pixels of one digit of the usual font.
const DIGIT: u32 = 7;

/// What was found in one worksheet part.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) form: Form,
    /// The prefix of relation ids in the root, with its colon; none where they have none.
    pub(crate) relation_prefix: Option<String>,
    /// The relation of the drawing that holds the boxes of comments.
    pub(crate) drawing: Option<String>,
    /// The cells that are links.
    pub(crate) links: Vec<Range>,
    /// Columns of a width of their own: first, last, pixels.
    columns: Vec<(u16, u16, u32)>,
    rows: BTreeMap<u32, u32>,
    usual: (u32, u32),
}

impl Facts {
    /// Reads a worksheet part.
    pub(crate) fn read(package: &Package, part: &str, limits: &Limits) -> Result<Self, OpenError> {
        let mut facts = Self {
            form: Form::Transitional,
            relation_prefix: None,
            drawing: None,
            links: Vec::new(),
            columns: Vec::new(),
            rows: BTreeMap::new(),
            usual: USUAL,
        };
        let mut scanner = Scanner::new(package.stream(part)?, part, limits)?;
        loop {
            while scanner.plain_cell(|_| true).is_some() {}
            let Some(token) = scanner.token()? else { return Ok(facts) };
            if token.depth == 0 && token.opens() {
                facts.root(&token);
            }
            if matches!(token.kind, Kind::Start | Kind::Empty) && token.space == Space::Main {
                facts.take(&token);
            }
        }
    }

    fn root(&mut self, token: &Token<'_>) {
        for attribute in token.attributes() {
            let Some(value) = decode(attribute.value) else { continue };
            if value == Form::Strict.main() {
                self.form = Form::Strict;
            }
            let prefix =
                attribute.name.strip_prefix(b"xmlns:").and_then(|name| std::str::from_utf8(name).ok());
            let is_relations =
                [Form::Transitional, Form::Strict].iter().any(|form| value == form.relations());
            if let Some(prefix) = prefix.filter(|_| is_relations) {
                self.relation_prefix = Some(format!("{prefix}:"));
            }
        }
    }

    fn take(&mut self, token: &Token<'_>) {
        let pixels = |name: &[u8]| token.attribute(name).and_then(hundredths);
        match token.name() {
            b"sheetFormatPr" => {
                self.usual.0 = pixels(b"defaultColWidth").map_or(USUAL.0, digits_wide);
                self.usual.1 = pixels(b"defaultRowHeight").map_or(USUAL.1, points_high);
            }
            b"col" => {
                let at = |name: &[u8]| {
                    let place = token.attribute(name).and_then(number)?;
                    u16::try_from(place).ok()
                };
                let hidden = is_true(token, b"hidden");
                let width = if hidden { Some(0) } else { pixels(b"width").map(digits_wide) };
                if let (Some(first), Some(last), Some(width)) = (at(b"min"), at(b"max"), width) {
                    self.columns.push((first, last, width));
                }
            }
            b"row" => {
                let height = if is_true(token, b"hidden") { Some(0) } else { pixels(b"ht").map(points_high) };
                let row = token.attribute(b"r").and_then(number);
                if let (Some(row), Some(height)) = (row, height) {
                    self.rows.insert(row, height);
                }
            }
            b"hyperlink" => self.links.extend(token.attribute(b"ref").and_then(Range::from_bytes)),
            b"legacyDrawing" => {
                let id = token.attribute_in(Space::Relations, b"id").and_then(decode);
                self.drawing = id.map(std::borrow::Cow::into_owned);
            }
            _ => {}
        }
    }

    /// Pixels of a column.
    fn width(&self, column: u16) -> u32 {
        let own = self.columns.iter().find(|(first, last, _)| (*first..=*last).contains(&column));
        own.map_or(self.usual.0, |(_, _, width)| *width)
    }

    /// Pixels of a row.
    fn height(&self, row: u32) -> u32 {
        self.rows.get(&row).copied().unwrap_or(self.usual.1)
    }

    /// Where a box of that many pixels ends that begins that many pixels into a cell: the column and the row, from
    /// 0, each with the pixels into it.
    pub(crate) fn end_of(&self, start: (CellRef, u32, u32), size: (u32, u32)) -> ((u32, u32), (u32, u32)) {
        let (cell, left, top) = start;
        let column = |column: u32| self.width(u16::try_from(column).unwrap_or(LAST_COLUMN));
        let across = walk(u32::from(cell.column()), u32::from(LAST_COLUMN), left + size.0, column);
        let down = walk(cell.row(), LAST_ROW, top + size.1, |row| self.height(row));
        (across, down)
    }
}

/// Goes so many pixels on from the beginning of a column or row; gives where that is, counted from 0, and the
/// pixels into it.
fn walk(from: u32, last: u32, mut pixels: u32, size: impl Fn(u32) -> u32) -> (u32, u32) {
    let mut at = from;
    while at < last {
        let own = size(at);
        if pixels < own {
            return (at - 1, pixels);
        }
        pixels -= own;
        at += 1;
    }
    (last - 1, size(last).saturating_sub(1).min(pixels))
}

fn is_true(token: &Token<'_>, name: &[u8]) -> bool {
    token.attribute(name).is_some_and(|value| matches!(value, b"1" | b"true" | b"on"))
}

/// A number of at most two decimals in hundredths; none where it is no such number, or a huge one.
fn hundredths(text: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digit =
        |place: usize| part.as_bytes().get(place).map_or(Some(0), |digit| char::from(*digit).to_digit(10));
    let part = digit(0)? * 10 + digit(1)?;
    let whole: u16 = whole.parse().ok()?;
    Some(u32::from(whole) * 100 + part)
}

fn digits_wide(hundredths: u32) -> u32 {
    hundredths * DIGIT / 100
}

fn points_high(hundredths: u32) -> u32 {
    hundredths * 4 / 300
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_end_where_widths_and_heights_say() {
        let facts = Facts {
            form: Form::Transitional,
            relation_prefix: None,
            drawing: None,
            links: Vec::new(),
            columns: vec![(3, 3, 100), (4, 4, 0)],
            rows: BTreeMap::from([(2, 40)]),
            usual: USUAL,
        };
        let at = |cell: &str| cell.parse().unwrap();
        assert_eq!(facts.end_of((at("C2"), 15, 10), (120, 35)), ((4, 35), (2, 5)));
        assert_eq!(facts.end_of((at("XFD1048576"), 0, 0), (500, 500)), ((16_383, 63), (1_048_575, 19)));
    }

    #[test]
    fn measures_are_read_in_hundredths() {
        let cases =
            [("12.75", Some(1275)), ("9", Some(900)), ("8.4300000", Some(843)), ("x", None), ("70000", None)];
        for (text, expected) in cases {
            assert_eq!(hundredths(text.as_bytes()), expected, "{text}");
        }
        assert_eq!((digits_wide(900), points_high(1500)), (63, 20));
    }
}
