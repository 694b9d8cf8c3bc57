//! Cell addresses and ranges, counted from 1 as people see them, within the grid of 1,048,576 × 16,384.
//! When two names are of one sheet is said here, too.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The last row of a sheet.
pub const LAST_ROW: u32 = 1_048_576;
/// The last column of a sheet, XFD.
pub const LAST_COLUMN: u16 = 16_384;

/// One cell's place. Row 1, column 1 is A1. Ordered by row, then column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CellRef {
    row: u32,
    column: u16,
}

/// What was written is no reference to a cell of the grid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a cell reference within A1:XFD1048576")]
pub struct NoReference(pub String);

impl CellRef {
    /// A1.
    pub const FIRST: Self = Self { row: 1, column: 1 };

    /// The cell at a row and a column, both counted from 1; `None` outside the grid.
    pub fn new(row: u32, column: u16) -> Option<Self> {
        let inside = (1..=LAST_ROW).contains(&row) && (1..=LAST_COLUMN).contains(&column);
        inside.then_some(Self { row, column })
    }

    /// The row, from 1.
    pub fn row(self) -> u32 {
        self.row
    }

    /// The column, from 1.
    pub fn column(self) -> u16 {
        self.column
    }

    /// The cell in the same row of another column; itself where that is outside the grid.
    #[must_use]
    pub fn at_column(self, column: u16) -> Self {
        Self::new(self.row, column).unwrap_or(self)
    }

    /// The cell in the same column of another row; itself where that is outside the grid.
    #[must_use]
    pub fn at_row(self, row: u32) -> Self {
        Self::new(row, self.column).unwrap_or(self)
    }

    /// Reads `B7` from bytes as they stand in a file: at most 3 letters and 7 digits, no `$`.
    pub fn from_bytes(text: &[u8]) -> Option<Self> {
        let letters = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (letters, digits) = text.split_at_checked(letters)?;
        if letters.is_empty() || letters.len() > 3 || digits.is_empty() || digits.len() > 7 {
            return None;
        }
        let column = letters.iter().fold(0u32, |sum, byte| sum * 26 + u32::from(byte & 0x1f));
        let mut row = 0u32;
        for byte in digits {
            if !byte.is_ascii_digit() {
                return None;
            }
            row = row * 10 + u32::from(byte - b'0');
        }
        Self::new(row, u16::try_from(column).ok()?)
    }
}

/// The letters of a column counted from 1: 1 is `A`, 27 is `AA`.
pub fn column_letters(column: u16) -> String {
    let (letters, from) = letters(column);
    letters.iter().skip(from).copied().map(char::from).collect()
}

/// A column's letters, and where in the three places they begin.
fn letters(column: u16) -> ([u8; 3], usize) {
    let (mut letters, mut from, mut rest) = ([b'A'; 3], 3, column);
    for (at, slot) in letters.iter_mut().enumerate().rev() {
        if rest > 0 {
            *slot += u8::try_from((rest - 1) % 26).unwrap_or(0);
            (rest, from) = ((rest - 1) / 26, at);
        }
    }
    (letters, from)
}

/// A sheet's name as it is compared: programs take names that differ in letter case alone for one.
pub fn sheet_key(name: &str) -> String {
    name.to_lowercase()
}

/// Whether two names are of one sheet.
pub fn is_same_sheet(a: &str, b: &str) -> bool {
    a == b || sheet_key(a) == sheet_key(b)
}

impl fmt::Display for CellRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (letters, from) = letters(self.column);
        letters.iter().skip(from).try_for_each(|letter| f.write_char(char::from(*letter)))?;
        fmt::Display::fmt(&self.row, f)
    }
}

impl FromStr for CellRef {
    type Err = NoReference;

    fn from_str(text: &str) -> Result<Self, NoReference> {
        Self::from_bytes(text.as_bytes()).ok_or_else(|| NoReference(text.to_owned()))
    }
}

impl TryFrom<String> for CellRef {
    type Error = NoReference;

    fn try_from(text: String) -> Result<Self, NoReference> {
        text.parse()
    }
}

impl From<CellRef> for String {
    fn from(cell: CellRef) -> Self {
        cell.to_string()
    }
}

/// A rectangle of cells; `first` is its upper left, `last` its lower right corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Range {
    first: CellRef,
    last: CellRef,
}

impl Range {
    /// The smallest rectangle that holds both cells.
    pub fn new(a: CellRef, b: CellRef) -> Self {
        let first = CellRef { row: a.row.min(b.row), column: a.column.min(b.column) };
        let last = CellRef { row: a.row.max(b.row), column: a.column.max(b.column) };
        Self { first, last }
    }

    /// A rectangle of one cell.
    pub fn cell(cell: CellRef) -> Self {
        Self { first: cell, last: cell }
    }

    /// Upper left corner.
    pub fn first(self) -> CellRef {
        self.first
    }

    /// Lower right corner.
    pub fn last(self) -> CellRef {
        self.last
    }

    /// Whether the cell lies inside.
    pub fn contains(self, cell: CellRef) -> bool {
        (self.first.row..=self.last.row).contains(&cell.row)
            && (self.first.column..=self.last.column).contains(&cell.column)
    }

    /// Whether the two rectangles share a cell.
    pub fn meets(self, other: Self) -> bool {
        self.first.row <= other.last.row
            && other.first.row <= self.last.row
            && self.first.column <= other.last.column
            && other.first.column <= self.last.column
    }

    /// Reads `B7`, `B7:K9` or `K9:B7` from bytes as they stand in a file, no `$`.
    pub fn from_bytes(text: &[u8]) -> Option<Self> {
        match text.iter().position(|byte| *byte == b':') {
            None => CellRef::from_bytes(text).map(Self::cell),
            Some(colon) => {
                let (a, b) = text.split_at_checked(colon)?;
                Some(Self::new(CellRef::from_bytes(a)?, CellRef::from_bytes(b.get(1..)?)?))
            }
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}:{}", self.first, self.last)
        }
    }
}

impl FromStr for Range {
    type Err = NoReference;

    fn from_str(text: &str) -> Result<Self, NoReference> {
        Self::from_bytes(text.as_bytes()).ok_or_else(|| NoReference(text.to_owned()))
    }
}

impl TryFrom<String> for Range {
    type Error = NoReference;

    fn try_from(text: String) -> Result<Self, NoReference> {
        text.parse()
    }
}

impl From<Range> for String {
    fn from(range: Range) -> Self {
        range.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_print_as_they_are_read() {
        for text in ["A1", "Z9", "AA10", "XFD1048576"] {
            assert_eq!(text.parse::<CellRef>().unwrap().to_string(), text);
        }
        assert_eq!("K9:B7".parse::<Range>().unwrap().to_string(), "B7:K9");
    }

    #[test]
    fn letter_case_tells_no_sheets_apart() {
        assert!(is_same_sheet("Überblick", "ÜBERBLICK") && is_same_sheet("附表", "附表"));
        assert!(!is_same_sheet("附表", "附表 ") && !is_same_sheet("Sheet1", "Sheet11"));
    }

    #[test]
    fn what_lies_outside_the_grid_is_no_reference() {
        for text in ["", "A", "1", "A0", "XFE1", "A1048577", "AAAA1", "A00000001", "A1B", "$A$1"] {
            assert!(text.parse::<CellRef>().is_err(), "{text}");
        }
    }
}
