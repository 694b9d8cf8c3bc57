//! Where the rows of a sheet go when rows are inserted and deleted: a map from old row numbers to new ones.

use crate::address::{CellRef, LAST_ROW, Range};

/// Rows inserted or deleted at a place. All places count rows before the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Insert {
        before: u32,
        count: u32,
        /// Ranges that cover these rows widen, even where the new rows stand right before or behind them.
        grow: Option<(u32, u32)>,
        /// The row whose look the new rows take: what belongs to its look widens over them, too.
        like: Option<u32>,
    },
    Delete {
        first: u32,
        count: u32,
    },
}

impl Step {
    fn at(self) -> u32 {
        match self {
            Self::Insert { before, .. } => before,
            Self::Delete { first, .. } => first,
        }
    }
}

/// Two changes of rows that cannot both be made, since one takes away the place of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The row, as before the batch, where they meet.
    pub row: u32,
}

/// Whether a range that ends right before new rows may take them in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Widening {
    /// It may, where it covers the model rows that the insertion names.
    Any,
    /// It may, there and where it covers the row whose look the new rows take.
    Looks,
    /// It may, but not where the model is one row: what speaks of that row alone is meant.
    SeveralRows,
    /// Never: only what Excel itself widens.
    Never,
}

/// Where the rows of one sheet go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    /// By place; at one place insertions come first.
    steps: Vec<Step>,
}

impl Shift {
    /// No row moves.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds rows before a row; `grow` are the model rows whose ranges take them in, `like` is the row whose look they
    /// take.
    ///
    /// # Errors
    /// Where rows are added twice before that row, or where the row before and the row itself are deleted.
    pub fn insert(
        &mut self,
        (before, count): (u32, u32),
        grow: Option<(u32, u32)>,
        like: Option<u32>,
    ) -> Result<(), Overlap> {
        self.add(Step::Insert { before, count, grow, like })
    }

    /// Takes rows out.
    ///
    /// # Errors
    /// Where one of them is taken out already, or rows are added between them.
    pub fn delete(&mut self, first: u32, count: u32) -> Result<(), Overlap> {
        self.add(Step::Delete { first, count })
    }

    fn add(&mut self, step: Step) -> Result<(), Overlap> {
        let meets = |other: &Step| match (step, *other) {
            (Step::Insert { before: a, .. }, Step::Insert { before: b, .. }) => a == b,
            (Step::Insert { before, .. }, Step::Delete { first, count })
            | (Step::Delete { first, count }, Step::Insert { before, .. }) => {
                before > first && before < first.saturating_add(count)
            }
            (Step::Delete { first: a, count: n }, Step::Delete { first: b, count: m }) => {
                a < b.saturating_add(m) && b < a.saturating_add(n)
            }
        };
        if let Some(other) = self.steps.iter().find(|other| meets(other)) {
            return Err(Overlap { row: other.at().max(step.at()) });
        }
        self.steps.push(step);
        self.steps.sort_by_key(|step| (step.at(), matches!(step, Step::Delete { .. })));
        Ok(())
    }

    /// Whether every row stays.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The insertions: before which old row, and how many rows.
    pub fn insertions(&self) -> impl Iterator<Item = (u32, u32)> {
        self.steps.iter().filter_map(|step| match *step {
            Step::Insert { before, count, .. } => Some((before, count)),
            Step::Delete { .. } => None,
        })
    }

    /// The first of the rows that are added before a row.
    pub fn first_new(&self, before: u32) -> u32 {
        let added = self.insertions().find(|(place, _)| *place == before).map_or(0, |(_, count)| count);
        u32::try_from(self.moved(before).saturating_sub(u64::from(added))).unwrap_or(LAST_ROW)
    }

    /// Where a row goes; `None` where it is deleted or leaves the sheet.
    pub fn row(&self, row: u32) -> Option<u32> {
        if self.is_deleted(row) { None } else { self.end_of(row) }
    }

    /// Where a cell goes; `None` where it is deleted or leaves the sheet.
    pub fn cell(&self, cell: CellRef) -> Option<CellRef> {
        CellRef::new(self.row(cell.row())?, cell.column())
    }

    /// The row that stands where a row stood, or where it was deleted.
    pub fn nearest(&self, row: u32) -> u32 {
        let mut at = row;
        for step in &self.steps {
            if let Step::Delete { first, count } = *step
                && (first..first.saturating_add(count)).contains(&at)
            {
                at = first.saturating_add(count);
            }
        }
        self.end_of(at).unwrap_or(LAST_ROW)
    }

    /// Where a span of rows goes: what is left of it, with rows added inside. One that reaches to the last row of
    /// the sheet still does.
    pub fn rows(&self, (first, last): (u32, u32), widening: Widening) -> Option<(u32, u32)> {
        let (mut top, mut bottom) = (first, last);
        for step in &self.steps {
            if let Step::Delete { first, count } = *step
                && (first..first.saturating_add(count)).contains(&top)
            {
                top = first.saturating_add(count);
            }
        }
        for step in self.steps.iter().rev() {
            if let Step::Delete { first, count } = *step
                && (first..first.saturating_add(count)).contains(&bottom)
            {
                bottom = first.saturating_sub(1);
            }
        }
        if top > bottom {
            return None;
        }
        let (mut start, mut end) = (self.end_of(top)?, self.moved(bottom));
        for step in &self.steps {
            let Step::Insert { before, count, grow, like } = *step else { continue };
            let covers = |(top, bottom): (u32, u32)| first <= top && last >= bottom;
            let takes_in = match widening {
                Widening::Any => grow.is_some_and(covers),
                Widening::Looks => grow.is_some_and(covers) || like.is_some_and(|row| covers((row, row))),
                Widening::SeveralRows => grow.is_some_and(|model| model.0 < model.1 && covers(model)),
                Widening::Never => false,
            };
            if !takes_in {
                continue;
            }
            if before == first {
                start = start.saturating_sub(count);
            } else if last.checked_add(1) == Some(before) {
                end = end.saturating_add(u64::from(count));
            }
        }
        let end = if last == LAST_ROW { LAST_ROW } else { u32::try_from(end).unwrap_or(LAST_ROW) };
        Some((start, end.min(LAST_ROW)))
    }

    /// Where a range goes: what is left of it, with rows added inside.
    pub fn range(&self, range: Range, widening: Widening) -> Option<Range> {
        let (first, last) = (range.first(), range.last());
        let (top, bottom) = self.rows((first.row(), last.row()), widening)?;
        Some(Range::new(CellRef::new(top, first.column())?, CellRef::new(bottom, last.column())?))
    }

    /// Whether rows are added within a span or taken from it, so that what only holds together would not.
    pub fn splits(&self, (first, last): (u32, u32)) -> bool {
        self.steps.iter().any(|step| match *step {
            Step::Insert { before, .. } => before > first && before <= last,
            Step::Delete { first: from, count } => {
                let to = from.saturating_add(count).saturating_sub(1);
                let meets = from <= last && to >= first;
                meets && !(from <= first && to >= last)
            }
        })
    }

    /// Whether a row is deleted.
    pub fn is_deleted(&self, row: u32) -> bool {
        self.steps.iter().any(|step| match *step {
            Step::Delete { first, count } => (first..first.saturating_add(count)).contains(&row),
            Step::Insert { .. } => false,
        })
    }

    /// Where a row that stays goes, within the sheet.
    fn end_of(&self, row: u32) -> Option<u32> {
        u32::try_from(self.moved(row)).ok().filter(|row| (1..=LAST_ROW).contains(row))
    }

    /// Where a row that stays would go, were there no last row.
    fn moved(&self, row: u32) -> u64 {
        let mut at = u64::from(row);
        for step in &self.steps {
            match *step {
                Step::Insert { before, count, .. } if before <= row => {
                    at = at.saturating_add(u64::from(count));
                }
                Step::Delete { first, count } if first < row => {
                    let gone = u64::from(count.min(row.saturating_sub(first)));
                    at = at.saturating_sub(gone);
                }
                _ => {}
            }
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inserted(before: u32, count: u32, grow: Option<(u32, u32)>) -> Shift {
        let mut shift = Shift::none();
        shift.insert((before, count), grow, None).unwrap();
        shift
    }

    fn deleted(first: u32, count: u32) -> Shift {
        let mut shift = Shift::none();
        shift.delete(first, count).unwrap();
        shift
    }

    #[test]
    fn spans_move_grow_and_shrink_as_in_excel() {
        let span = |shift: &Shift, rows| shift.rows(rows, Widening::Any);
        let shift = inserted(10, 3, None);
        for (rows, expected) in [
            ((7, 9), (7, 9)),
            ((7, 10), (7, 13)),
            ((10, 12), (13, 15)),
            ((1, LAST_ROW), (1, LAST_ROW)),
            ((11, LAST_ROW), (14, LAST_ROW)),
            ((7, LAST_ROW - 1), (7, LAST_ROW)),
        ] {
            assert_eq!(span(&shift, rows), Some(expected), "{rows:?}");
        }
        assert_eq!(span(&shift, (LAST_ROW - 1, LAST_ROW)), None, "pushed off the sheet");
        let shift = deleted(10, 3);
        for (rows, expected) in [
            ((7, 9), Some((7, 9))),
            ((7, 10), Some((7, 9))),
            ((10, 12), None),
            ((11, 14), Some((10, 11))),
            ((13, 14), Some((10, 11))),
            ((9, 13), Some((9, 10))),
            ((5, LAST_ROW), Some((5, LAST_ROW))),
        ] {
            assert_eq!(span(&shift, rows), expected, "{rows:?}");
        }
        assert_eq!((shift.row(11), shift.nearest(11), shift.row(13)), (None, 10, Some(10)));
    }

    #[test]
    fn what_covers_the_model_rows_takes_in_rows_at_its_ends() {
        let below = inserted(10, 3, Some((7, 9)));
        assert_eq!(below.rows((7, 9), Widening::Any), Some((7, 12)));
        assert_eq!(below.rows((6, 9), Widening::SeveralRows), Some((6, 12)), "with a header");
        assert_eq!(below.rows((8, 9), Widening::Any), Some((8, 9)), "covers only some");
        assert_eq!(below.rows((7, 9), Widening::Never), Some((7, 9)));
        let above = inserted(7, 3, Some((7, 9)));
        assert_eq!(above.rows((7, 9), Widening::Any), Some((7, 12)));
        assert_eq!(above.rows((6, 9), Widening::Any), Some((6, 12)));
        let single = inserted(8, 2, Some((7, 7)));
        assert_eq!(single.rows((7, 7), Widening::Any), Some((7, 9)));
        assert_eq!(single.rows((7, 7), Widening::SeveralRows), Some((7, 7)));
    }

    #[test]
    fn what_belongs_to_a_look_goes_with_it() {
        let mut below = Shift::none();
        below.insert((10, 3), None, Some(9)).unwrap();
        assert_eq!(below.rows((7, 9), Widening::Looks), Some((7, 12)));
        assert_eq!(below.rows((9, 9), Widening::Looks), Some((9, 12)));
        assert_eq!(below.rows((7, 9), Widening::Any), Some((7, 9)));
        assert_eq!(below.rows((7, 8), Widening::Looks), Some((7, 8)));
        let mut above = Shift::none();
        above.insert((10, 3), None, Some(10)).unwrap();
        assert_eq!(above.rows((10, 12), Widening::Looks), Some((10, 15)));
        assert_eq!(above.rows((7, 9), Widening::Looks), Some((7, 9)));
    }

    #[test]
    fn places_that_take_each_other_away_are_refused() {
        let mut shift = inserted(10, 3, None);
        assert_eq!(shift.insert((10, 1), None, None), Err(Overlap { row: 10 }));
        assert_eq!(shift.delete(9, 2), Err(Overlap { row: 10 }));
        assert_eq!(shift.delete(10, 2), Ok(()));
        assert_eq!(shift.delete(11, 2), Err(Overlap { row: 11 }));
        assert_eq!(shift.insert((12, 1), None, None), Ok(()));
        assert_eq!([9, 10, 11, 12].map(|row| shift.row(row)), [Some(9), None, None, Some(14)]);
        assert!(shift.splits((9, 10)) && !shift.splits((12, 14)) && shift.splits((11, 13)));
        assert!(!shift.splits((10, 11)), "gone as a whole");
    }

    proptest! {
        #[test]
        fn inserting_and_deleting_the_same_rows_moves_nothing(
            before in 1..1000u32, count in 1..500u32, first in 1..1200u32, height in 0..300u32,
        ) {
            let (there, back) = (inserted(before, count, None), deleted(before, count));
            let moved = there.rows((first, first + height), Widening::Any).unwrap();
            prop_assert_eq!(back.rows(moved, Widening::Any), Some((first, first + height)));
            let row = there.row(first).unwrap();
            prop_assert_eq!(back.row(row), Some(first));
        }
    }
}
