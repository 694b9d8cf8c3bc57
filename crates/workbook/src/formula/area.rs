//! The cells a reference names, as written: corners in their order, with their `$` marks.

use std::fmt;

use crate::address::{CellRef, LAST_COLUMN, LAST_ROW, Range, column_letters};

/// A row or column number of a reference, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mark {
    /// The number.
    pub at: u32,
    /// Whether a `$` fixes it.
    pub fixed: bool,
}

/// A cell of a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Corner {
    /// The row.
    pub row: Mark,
    /// The column.
    pub column: Mark,
}

/// The cells a reference names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Area {
    /// One cell, `$B7`.
    Cell(Corner),
    /// A rectangle by two of its corners, in the order written.
    Cells(Corner, Corner),
    /// Whole rows, `7:$9`.
    Rows(Mark, Mark),
    /// Whole columns, `B:$D`.
    Columns(Mark, Mark),
}

impl Mark {
    fn moved(self, by: i64, last: u32) -> Option<Self> {
        if self.fixed {
            return Some(self);
        }
        let at = u32::try_from(i64::from(self.at).checked_add(by)?).ok()?;
        (1..=last).contains(&at).then_some(Self { at, ..self })
    }

    fn write(self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        write!(f, "{}{name}", if self.fixed { "$" } else { "" })
    }
}

impl Corner {
    fn moved(self, rows: i64, columns: i64) -> Option<Self> {
        let row = self.row.moved(rows, LAST_ROW)?;
        Some(Self { row, column: self.column.moved(columns, u32::from(LAST_COLUMN))? })
    }
}

impl Area {
    /// The rectangle of cells; whole rows and columns reach to the grid's edge.
    pub fn range(self) -> Range {
        let corner = |row: u32, column: u32| {
            let column = u16::try_from(column).unwrap_or(LAST_COLUMN);
            CellRef::new(row, column).unwrap_or(CellRef::FIRST)
        };
        let cell = |at: Corner| corner(at.row.at, at.column.at);
        match self {
            Self::Cell(at) => Range::cell(cell(at)),
            Self::Cells(a, b) => Range::new(cell(a), cell(b)),
            Self::Rows(a, b) => Range::new(corner(a.at, 1), corner(b.at, u32::from(LAST_COLUMN))),
            Self::Columns(a, b) => Range::new(corner(1, a.at), corner(LAST_ROW, b.at)),
        }
    }

    /// The area with what is relative moved by so many rows and columns; `None` where it leaves the grid.
    #[must_use]
    pub fn moved(self, rows: i64, columns: i64) -> Option<Self> {
        let last = u32::from(LAST_COLUMN);
        Some(match self {
            Self::Cell(at) => Self::Cell(at.moved(rows, columns)?),
            Self::Cells(a, b) => Self::Cells(a.moved(rows, columns)?, b.moved(rows, columns)?),
            Self::Rows(a, b) => Self::Rows(a.moved(rows, LAST_ROW)?, b.moved(rows, LAST_ROW)?),
            Self::Columns(a, b) => Self::Columns(a.moved(columns, last)?, b.moved(columns, last)?),
        })
    }

    /// Reads an area at the start of a text and says how many bytes it takes.
    pub(super) fn read(text: &str) -> Option<(Self, usize)> {
        let (first, length) = Atom::read(text)?;
        let second = text.get(length..).and_then(|rest| rest.strip_prefix(':')).and_then(Atom::read);
        let pair = second.and_then(|(second, more)| Some((first.to(second)?, length + 1 + more)));
        match (pair, first) {
            (Some(pair), _) => Some(pair),
            (None, Atom::Cell(at)) => Some((Self::Cell(at), length)),
            (None, _) => None,
        }
    }
}

/// One side of a reference's colon.
#[derive(Clone, Copy)]
enum Atom {
    Cell(Corner),
    Row(Mark),
    Column(Mark),
}

impl Atom {
    fn read(text: &str) -> Option<(Self, usize)> {
        let bytes = text.as_bytes();
        let count = |from: usize, test: fn(&u8) -> bool| {
            bytes.get(from..).unwrap_or(&[]).iter().take_while(|byte| test(byte)).count()
        };
        let dollar = |at: usize| usize::from(bytes.get(at) == Some(&b'$'));
        let start = dollar(0);
        let letters = count(start, u8::is_ascii_alphabetic);
        let middle = start + letters;
        let gap = if letters == 0 { 0 } else { dollar(middle) };
        let digits = count(middle + gap, u8::is_ascii_digit);
        let end = middle + gap + digits;
        let next = text.get(end..)?.chars().next();
        if digits > 7 || next.is_some_and(|c| super::token::in_word(c) || "(![".contains(c)) {
            return None;
        }
        let column = Mark { at: column_number(bytes.get(start..middle)?), fixed: start == 1 };
        let row = text.get(middle + gap..end)?.parse().unwrap_or(0);
        let row = Mark { at: row, fixed: gap == 1 || (letters == 0 && start == 1) };
        let in_rows = (1..=LAST_ROW).contains(&row.at);
        let in_columns = (1..=u32::from(LAST_COLUMN)).contains(&column.at);
        let atom = match (letters, digits) {
            (1.., 1..) if in_rows && in_columns => Self::Cell(Corner { row, column }),
            (1.., 0) if in_columns && gap == 0 => Self::Column(column),
            (0, 1..) if in_rows => Self::Row(row),
            _ => return None,
        };
        Some((atom, end))
    }

    fn to(self, other: Self) -> Option<Area> {
        match (self, other) {
            (Self::Cell(a), Self::Cell(b)) => Some(Area::Cells(a, b)),
            (Self::Row(a), Self::Row(b)) => Some(Area::Rows(a, b)),
            (Self::Column(a), Self::Column(b)) => Some(Area::Columns(a, b)),
            _ => None,
        }
    }
}

fn column_number(letters: &[u8]) -> u32 {
    letters.iter().fold(0u32, |sum, byte| sum.saturating_mul(26).saturating_add(u32::from(byte & 0x1f)))
}

impl fmt::Display for Corner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.column.write(f, &letters(self.column))?;
        self.row.write(f, &self.row.at.to_string())
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cell(at) => write!(f, "{at}"),
            Self::Cells(a, b) => write!(f, "{a}:{b}"),
            Self::Rows(a, b) => {
                a.write(f, &a.at.to_string())?;
                f.write_str(":")?;
                b.write(f, &b.at.to_string())
            }
            Self::Columns(a, b) => {
                a.write(f, &letters(*a))?;
                f.write_str(":")?;
                b.write(f, &letters(*b))
            }
        }
    }
}

fn letters(column: Mark) -> String {
    column_letters(u16::try_from(column.at).unwrap_or(LAST_COLUMN))
}
