//! Sets of cells and of readers that answer "which of them lie there" without looking at all of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::address::{CellRef, Range};
use crate::workbook::SheetId;

/// A set of cells, kept by column so that a range is looked up column by column.
#[derive(Debug, Default)]
pub(super) struct Cells {
    columns: BTreeMap<(SheetId, u16), BTreeSet<u32>>,
}

impl Cells {
    pub(super) fn of(cells: impl Iterator<Item = (SheetId, CellRef)>) -> Self {
        let mut columns: BTreeMap<_, Vec<u32>> = BTreeMap::new();
        for (sheet, cell) in cells {
            columns.entry((sheet, cell.column())).or_default().push(cell.row());
        }
        let columns = columns.into_iter().map(|(column, rows)| (column, BTreeSet::from_iter(rows)));
        Self { columns: columns.collect() }
    }

    pub(super) fn contains(&self, (sheet, cell): (SheetId, CellRef)) -> bool {
        self.columns.get(&(sheet, cell.column())).is_some_and(|rows| rows.contains(&cell.row()))
    }

    pub(super) fn remove(&mut self, (sheet, cell): (SheetId, CellRef)) {
        if let Some(rows) = self.columns.get_mut(&(sheet, cell.column())) {
            rows.remove(&cell.row());
        }
    }

    /// Some cell of the set within a range.
    pub(super) fn within(&self, sheet: SheetId, range: Range) -> Option<CellRef> {
        let (first, last) = (range.first(), range.last());
        let mut columns = self.columns.range((sheet, first.column())..=(sheet, last.column()));
        columns.find_map(|((_, column), rows)| {
            let row = rows.range(first.row()..=last.row()).next()?;
            CellRef::new(*row, *column)
        })
    }
}

/// Who reads which ranges. A reader that is found is taken out, so that finding all of them costs no more than
/// putting them in.
///
/// Rows are cut into blocks of 1, 2, 4 … rows; a range stands at the few largest blocks that make it up, and a
/// row asks the 21 blocks it lies in.
#[derive(Debug, Default)]
pub(super) struct Readers {
    blocks: HashMap<(SheetId, u32, u32), Vec<Entry>>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    left: u16,
    right: u16,
    reader: usize,
}

const LEVELS: u32 = 21;

impl Readers {
    pub(super) fn add(&mut self, sheet: SheetId, range: Range, reader: usize) {
        let entry = Entry { left: range.first().column(), right: range.last().column(), reader };
        let (mut from, end) = (range.first().row() - 1, range.last().row());
        while from < end {
            let aligned = if from == 0 { LEVELS - 1 } else { from.trailing_zeros() };
            let fitting = (end - from).ilog2();
            let level = aligned.min(fitting).min(LEVELS - 1);
            self.blocks.entry((sheet, level, from >> level)).or_default().push(entry);
            from += 1 << level;
        }
    }

    /// Takes out the readers of a cell. One that read it through several ranges may come again later.
    pub(super) fn take(&mut self, sheet: SheetId, cell: CellRef, mut each: impl FnMut(usize)) {
        for level in 0..LEVELS {
            let Some(block) = self.blocks.get_mut(&(sheet, level, (cell.row() - 1) >> level)) else {
                continue;
            };
            block.retain(|entry| {
                let met = (entry.left..=entry.right).contains(&cell.column());
                if met {
                    each(entry.reader);
                }
                !met
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range() -> impl Strategy<Value = Range> {
        let cell = || (1u32..40, 1u16..6).prop_map(|(row, column)| CellRef::new(row, column).unwrap());
        (cell(), cell()).prop_map(|(a, b)| Range::new(a, b))
    }

    proptest! {
        #[test]
        fn readers_are_found_as_by_looking_at_each(ranges in proptest::collection::vec(range(), 0..12), probe in range()) {
            let mut readers = Readers::default();
            for (number, range) in ranges.iter().enumerate() {
                readers.add(SheetId(0), *range, number);
            }
            let mut found = Vec::new();
            readers.take(SheetId(0), probe.first(), |reader| found.push(reader));
            found.sort_unstable();
            let expected = ranges.iter().enumerate().filter(|(_, range)| range.contains(probe.first()));
            prop_assert_eq!(found, expected.map(|(number, _)| number).collect::<Vec<_>>());
        }

        #[test]
        fn cells_are_found_within_a_range(cells in proptest::collection::vec(range(), 0..12), probe in range()) {
            let set = Cells::of(cells.iter().map(|range| (SheetId(0), range.first())));
            let found = set.within(SheetId(0), probe);
            let any = cells.iter().any(|range| probe.contains(range.first()));
            prop_assert_eq!(found.is_some(), any);
            prop_assert!(found.is_none_or(|cell| probe.contains(cell) && set.contains((SheetId(0), cell))));
        }
    }
}
