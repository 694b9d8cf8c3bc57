//! The cells a chart's kept values stand for, before and after rows moved.

use crate::address::Range;
use crate::formula::{Home, references, shifted};
use crate::shift::Shift;

/// The range of a series, and where its rows go.
#[derive(Clone, Debug)]
pub(super) struct Series {
    shift: Shift,
    before: Range,
    after: Range,
    /// How many values a row has; 0 where some are left out, nothing as long as they are not counted.
    width: Option<u32>,
}

impl Series {
    /// The series of a formula that names one range whose rows move.
    pub(super) fn new(text: &str, shift: &Shift, home: Home<'_>) -> Option<Self> {
        let moved = shifted(text, shift, home)?;
        let one = |text: &str| match references(text).as_slice() {
            [only] => Some(only.range()),
            _ => None,
        };
        Some(Self { shift: shift.clone(), before: one(text)?, after: one(&moved)?, width: None })
    }

    /// How many values there are after rows moved, of so many before.
    pub(super) fn count(&mut self, count: u32) -> u32 {
        let (rows, columns) = size(self.before);
        let width = match count {
            count if count == rows.saturating_mul(columns) => columns,
            // Labels of several levels are counted by rows.
            count if count == rows => 1,
            _ => 0,
        };
        self.width = Some(width);
        if width == 0 { count } else { size(self.after).0.saturating_mul(width) }
    }

    /// The number that a value has afterwards; `None` where its cell is deleted.
    pub(super) fn index(&self, index: u32) -> Option<u32> {
        let width = self.width.unwrap_or_else(|| size(self.before).1);
        if width == 0 {
            return Some(index);
        }
        let row = self.shift.row(self.before.first().row().checked_add(index / width)?)?;
        let below = row.checked_sub(self.after.first().row())?;
        below.checked_mul(width)?.checked_add(index % width)
    }
}

fn size(range: Range) -> (u32, u32) {
    let (first, last) = (range.first(), range.last());
    (last.row() - first.row() + 1, u32::from(last.column() - first.column()) + 1)
}
