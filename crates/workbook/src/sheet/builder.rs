//! A grid as it is built, cell by cell.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::pages::Cells;
use super::records::{FormulaRecord, Kind, Length, MERGE_BLOCK, Reach, Record, RowRecord};
use super::{FormulaKind, Sheet, Strings, ValueRef};
use crate::address::{CellRef, LAST_ROW, Range};

/// A cell that does not fit into the grid that is being built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The cell comes again, or before one that came earlier.
    #[error("{0} is repeated or out of order")]
    OutOfOrder(CellRef),
    /// There are more cells, or more text, than the grid holds.
    #[error("the sheet is too large")]
    TooLarge,
    /// There is no memory for more; the field says how many bytes the grid takes.
    #[error("there is no memory left beside the {0} bytes of the sheet")]
    NoMemory(usize),
    /// Two merged ranges have cells in common.
    #[error("the merged ranges {0} and {1} overlap")]
    Overlap(Range, Range),
}

/// Builds a grid from cells given row by row and column by column.
#[derive(Debug, Default)]
pub struct SheetBuilder {
    sheet: Sheet,
    last: Option<CellRef>,
    order: Order,
}

/// How cells may come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Order {
    /// Rising only.
    #[default]
    Rising,
    /// In any order, rising so far.
    Any,
    /// In any order, and not rising: they are sorted at the end.
    Mixed,
}

impl SheetBuilder {
    /// A builder whose cells may name strings of `strings`.
    pub fn new(strings: Arc<Strings>) -> Self {
        Self { sheet: Sheet { strings, ..Sheet::default() }, last: None, order: Order::Rising }
    }

    /// A builder that takes rows and cells in any order; it ends with [`SheetBuilder::sorted`].
    pub(crate) fn in_any_order(strings: Arc<Strings>) -> Self {
        Self { order: Order::Any, ..Self::new(strings) }
    }

    /// Starts a row; rows come in rising order. Needed only for rows that are hidden or have a style.
    ///
    /// # Errors
    /// When the row does not come after the one before.
    pub fn row(&mut self, number: u32, hidden: bool) -> Result<(), BuildError> {
        if self.sheet.rows.last().is_some_and(|row| row.number >= number) {
            self.out_of_order(CellRef::new(number, 1).ok_or(BuildError::TooLarge)?)?;
        }
        // Rows that come again are joined, which no file needs often.
        if self.sheet.rows.len() >= 2 * LAST_ROW as usize {
            return Err(BuildError::TooLarge);
        }
        self.sheet.rows.try_reserve(1).map_err(|_| self.no_memory())?;
        let (page, first) = self.sheet.cells.start_row().ok_or_else(|| self.no_memory())?;
        self.sheet.rows.push(RowRecord { number, first, page, hidden, style: None });
        Ok(())
    }

    /// Gives the row started last a default style.
    pub fn row_style(&mut self, style: u32) {
        if let Some(row) = self.sheet.rows.last_mut() {
            row.style = Some(style);
        }
    }

    /// Adds a cell; cells come in rising order.
    ///
    /// # Errors
    /// When the cell does not come after the one before, or the grid is full.
    pub fn cell(&mut self, at: CellRef, value: ValueRef<'_>, style: u32) -> Result<(), BuildError> {
        let (kind, text) = match value {
            ValueRef::Blank => (Kind::Blank, ""),
            ValueRef::Number(text) => (Kind::Number, text),
            ValueRef::Text(text) => (Kind::Text, text),
            ValueRef::Bool(true) => (Kind::True, ""),
            ValueRef::Bool(false) => (Kind::False, ""),
            ValueRef::Error(text) => (Kind::Error, text),
            ValueRef::Date(text) => (Kind::Date, text),
        };
        let place = self.store(text)?;
        self.push(at, Record::new(at.column(), kind, place, style).ok_or(BuildError::TooLarge)?)
    }

    /// Adds a cell that holds a shared string.
    ///
    /// # Errors
    /// As [`SheetBuilder::cell`].
    pub fn shared(&mut self, at: CellRef, string: u32, style: u32) -> Result<(), BuildError> {
        let record = Record::new(at.column(), Kind::Shared, (string, 0), style);
        self.push(at, record.ok_or(BuildError::TooLarge)?)
    }

    /// Gives the cell added last a formula, text without `=`.
    ///
    /// # Errors
    /// When the grid is full.
    pub fn formula(&mut self, text: &str, kind: FormulaKind) -> Result<(), BuildError> {
        let (at, length) = self.store(text)?;
        self.sheet.formulas.try_reserve(1).map_err(|_| self.no_memory())?;
        self.sheet.formulas.push(FormulaRecord { at, length, kind });
        let number = u32::try_from(self.sheet.formulas.len()).map_err(|_| BuildError::TooLarge)?;
        if let Some(record) = self.sheet.cells.last_mut() {
            record.formula = number;
        }
        Ok(())
    }

    /// Adds a merged range.
    pub fn merge(&mut self, range: Range) {
        self.sheet.merges.push(range);
    }

    /// Marks columns as hidden, from 1.
    pub fn hide_columns(&mut self, first: u16, last: u16) {
        self.sheet.hidden_columns.push((first, last));
    }

    /// Gives columns a default style.
    pub fn column_style(&mut self, first: u16, last: u16, style: u32) {
        self.sheet.column_styles.push((first, last, style));
    }

    /// Marks the sheet as protected.
    pub fn protect(&mut self) {
        self.sheet.protected = true;
    }

    /// How many cells were added.
    pub fn len(&self) -> usize {
        self.sheet.cells.len()
    }

    /// Whether no cell was added.
    pub fn is_empty(&self) -> bool {
        self.sheet.cells.len() == 0
    }

    /// The finished grid.
    pub fn finish(mut self) -> Sheet {
        self.sheet.merges.sort_unstable();
        let mut so_far = 0;
        let reach = self.sheet.merges.chunks(MERGE_BLOCK).map(|block| {
            let own = block.iter().map(|merge| merge.last().row()).max().unwrap_or(0);
            so_far = so_far.max(own);
            Reach { own, so_far }
        });
        self.sheet.merge_reach = reach.collect();
        self.sheet
    }

    fn push(&mut self, at: CellRef, record: Record) -> Result<(), BuildError> {
        if self.last.is_some_and(|last| last >= at) {
            self.out_of_order(at)?;
        }
        if self.sheet.rows.last().is_none_or(|row| row.number != at.row()) {
            self.row(at.row(), false)?;
        }
        self.last = Some(at);
        self.sheet.cells.push(record).ok_or_else(|| self.no_memory())?;
        Ok(())
    }

    fn out_of_order(&mut self, at: CellRef) -> Result<(), BuildError> {
        if self.order == Order::Rising {
            return Err(BuildError::OutOfOrder(at));
        }
        self.order = Order::Mixed;
        Ok(())
    }

    /// The finished grid of cells that came in any order.
    ///
    /// # Errors
    /// When a cell came twice, or merged ranges overlap.
    pub(crate) fn sorted(mut self) -> Result<Sheet, BuildError> {
        if self.order == Order::Mixed {
            self.sort()?;
        }
        self.sheet.merges.sort_unstable();
        match overlap(&self.sheet.merges) {
            Some((one, other)) => Err(BuildError::Overlap(one, other)),
            None => Ok(self.finish()),
        }
    }

    /// Brings rows and cells into rising order; rows of one number become one.
    fn sort(&mut self) -> Result<(), BuildError> {
        let sheet = &mut self.sheet;
        let following = sheet.rows.iter().skip(1).map(Some).chain([None]);
        let mut pieces: Vec<(&RowRecord, &[Record])> = sheet
            .rows
            .iter()
            .zip(following)
            .map(|(row, next)| (row, sheet.cells.of_row(row, next)))
            .collect();
        pieces.sort_by_key(|(row, _)| row.number);
        let size = BuildError::NoMemory(sheet.cells.len() * size_of::<Record>());
        let (mut rows, mut cells) = (Vec::with_capacity(pieces.len()), Cells::default());
        for piece in pieces.chunk_by(|(a, _), (b, _)| a.number == b.number) {
            let Some(&(&RowRecord { number, .. }, _)) = piece.first() else { continue };
            let mut own: Vec<Record> =
                piece.iter().flat_map(|(_, records)| records.iter().copied()).collect();
            own.sort_by_key(|record| record.column);
            let twice = own.windows(2).find_map(|pair| match pair {
                [a, b] if a.column == b.column => CellRef::new(number, a.column),
                _ => None,
            });
            if let Some(at) = twice {
                return Err(BuildError::OutOfOrder(at));
            }
            let hidden = piece.iter().any(|(row, _)| row.hidden);
            let style = piece.iter().find_map(|(row, _)| row.style);
            let (page, first) = cells.start_row().ok_or_else(|| size.clone())?;
            rows.push(RowRecord { number, first, page, hidden, style });
            for record in own {
                cells.push(record).ok_or_else(|| size.clone())?;
            }
        }
        (sheet.rows, sheet.cells) = (rows, cells);
        Ok(())
    }

    fn no_memory(&self) -> BuildError {
        let sheet = &self.sheet;
        let records = sheet.cells.len() * size_of::<Record>() + size_of_val(sheet.rows.as_slice());
        BuildError::NoMemory(records + size_of_val(sheet.formulas.as_slice()) + sheet.texts.len())
    }

    /// Bytes of text that the grid holds so far.
    pub(crate) fn text_len(&self) -> usize {
        self.sheet.texts.len()
    }

    fn store(&mut self, text: &str) -> Result<(u32, Length), BuildError> {
        self.sheet.texts.push(text).ok_or_else(|| self.no_memory())
    }
}

/// The first two of the ranges, sorted by their first cell, that have a cell in common.
fn overlap(sorted: &[Range]) -> Option<(Range, Range)> {
    // By their left column, the ranges that reached the row at hand; they lie beside each other.
    let mut open: BTreeMap<u16, Range> = BTreeMap::new();
    for range in sorted {
        let (left, right) = (range.first().column(), range.last().column());
        let before = open.range(..left).next_back().filter(|(_, other)| other.last().column() >= left);
        let mut met: Vec<Range> = before.map(|(_, other)| *other).into_iter().collect();
        met.extend(open.range(left..=right).map(|(_, other)| *other));
        for other in met {
            if other.last().row() >= range.first().row() {
                return Some((other, *range));
            }
            open.remove(&other.first().column());
        }
        open.insert(left, *range);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(text: &str) -> Vec<Range> {
        let mut ranges: Vec<Range> = text.split(' ').map(|range| range.parse().unwrap()).collect();
        ranges.sort_unstable();
        ranges
    }

    #[test]
    fn ranges_with_a_cell_in_common_are_found() {
        for (text, pair) in [
            ("A1:B2 B2:C3", "A1:B2 B2:C3"),
            ("A1:A9 C1:D2 B3:E3 C9:D9 E2:F3", "E2:F3 B3:E3"),
            ("A1:XFD1048576 C3:D4", "A1:XFD1048576 C3:D4"),
            ("B2:D4 A3:E3", "B2:D4 A3:E3"),
            ("A1:B1 A1:B1", "A1:B1 A1:B1"),
        ] {
            let found = overlap(&ranges(text)).map(|(one, other)| format!("{one} {other}"));
            assert_eq!(found.as_deref(), Some(pair), "{text}");
        }
        for text in ["A1:B2 C1:D2 A3:D3", "A1:A9 B1:B2 C1:C9 B3:B9", "B1:B3 A4:C4 A1:A3 C1:C3"] {
            assert_eq!(overlap(&ranges(text)), None, "{text}");
        }
    }
}
