//! Our side: rows inserted in the middle of each sheet of a file.

use std::panic::catch_unwind;

use jixiao_workbook::patch::Signature;
use jixiao_workbook::{Edit, Sheet, SheetId, Workbook};

use super::super::parts::sheet_bytes;
use super::super::prove::code;
use super::super::{COVERED, covered_cells};
use super::COUNT;

/// Inflated bytes of sheets above which a comparison takes minutes.
const LARGE: u64 = 8 << 20;
/// Sheets of one book in which rows are inserted: each time all its sheets are looked at.
const MOST_SHEETS: usize = 40;

/// What is done with one book.
#[derive(Debug, Default)]
pub(super) struct Insertions {
    pub(super) made: Vec<Insertion>,
    /// Sheets that hold something and are left out, since there are so many.
    pub(super) left_out: usize,
}

/// Rows to insert in a sheet.
#[derive(Debug)]
pub(super) struct Insertion {
    pub(super) sheet: String,
    /// The row, from 1, that moves down.
    pub(super) before: u32,
    /// What became of it: the file's bytes, or why it is refused.
    pub(super) made: Result<Vec<u8>, Refusal>,
}

/// Why rows are not inserted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) detail: String,
}

/// The row in the middle of what a sheet holds, if it holds anything: of ten rows the sixth, of one itself.
fn middle(sheet: &Sheet) -> Option<u32> {
    let used = sheet.used()?;
    let (first, last) = (used.first().row(), used.last().row());
    Some(first + (last - first).div_ceil(2))
}

/// An insertion for each sheet that holds something, or as many of these as [`MOST_SHEETS`] from the first to the last;
/// none where the file is not read; `None` where it is too large.
pub(super) fn insertions(bytes: &[u8]) -> Option<Insertions> {
    let Ok(book) = Workbook::open(bytes.to_vec()) else { return Some(Insertions::default()) };
    if sheet_bytes(bytes) > LARGE || covered_cells(&book) > COVERED {
        return None;
    }
    let places: Vec<_> = book
        .sheet_ids()
        .zip(book.sheets())
        .filter_map(|(id, entry)| Some((id, entry.name.as_str(), middle(book.sheet(id).ok()?)?)))
        .collect();
    let taken = spread(&places, MOST_SHEETS);
    let left_out = places.len() - taken.len();
    let insertion = |(id, name, before): (SheetId, &str, u32)| {
        let made = catch_unwind(|| inserted(&book, id, before));
        let panicked =
            |_| Err(Refusal { code: PANICKED.to_owned(), detail: format!("{name} before {before}") });
        Insertion { sheet: name.to_owned(), before, made: made.unwrap_or_else(panicked) }
    };
    Some(Insertions { made: taken.into_iter().map(insertion).collect(), left_out })
}

/// At most so many of some things, the first and the last and evenly between them.
fn spread<T: Copy>(all: &[T], most: usize) -> Vec<T> {
    let taken = all.len().min(most);
    let last = all.len().saturating_sub(1);
    let steps = taken.saturating_sub(1).max(1);
    (0..taken).filter_map(|number| all.get(number * last / steps).copied()).collect()
}

/// The code of what is never excused.
pub(super) const PANICKED: &str = "a panic";

fn inserted(book: &Workbook, sheet: SheetId, before: u32) -> Result<Vec<u8>, Refusal> {
    // LibreOffice's new rows look like the row above, too.
    let style_from = before.checked_sub(1).filter(|row| *row > 0);
    let edit = Edit::InsertRows { sheet, before, count: COUNT, style_from, grow: None };
    book.apply(&[edit], Signature::Void)
        .map_err(|error| Refusal { code: code(&error), detail: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jixiao_workbook::{CellRef, SheetBuilder, ValueRef};

    #[test]
    fn of_many_sheets_some_are_taken_from_the_first_to_the_last() {
        assert_eq!(spread(&[0, 1, 2], 3), [0, 1, 2]);
        assert_eq!(spread(&[0, 1, 2, 3, 4, 5, 6], 3), [0, 3, 6]);
        assert_eq!(spread(&[7], 3), [7]);
        assert!(spread::<u32>(&[], 3).is_empty());
    }

    #[test]
    fn the_middle_is_within_what_the_sheet_holds() {
        let sheet = |rows: &[u32]| {
            let mut sheet = SheetBuilder::new(std::sync::Arc::default());
            for row in rows {
                sheet.row(*row, false).unwrap();
                sheet.cell(CellRef::new(*row, 2).unwrap(), ValueRef::Number("1"), 0).unwrap();
            }
            sheet.finish()
        };
        let cases: [(&[u32], _); 4] =
            [(&[], None), (&[7], Some(7)), (&[1, 10], Some(6)), (&[4, 5, 6], Some(5))];
        for (rows, expected) in cases {
            assert_eq!(middle(&sheet(rows)), expected, "{rows:?}");
        }
    }
}
