//! How a grid is kept: records of few bytes whose text lies in the grid's pages or among the shared strings.

use super::FormulaKind;

/// The strings a workbook's cells share.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Adds a string; its number is how many came before. `None` past 4 GiB of text.
    pub fn push(&mut self, string: &str) -> Option<u32> {
        let number = u32::try_from(self.ends.len()).ok()?;
        let end = u32::try_from(self.text.len() + string.len()).ok()?;
        self.text.push_str(string);
        self.ends.push(end);
        Some(number)
    }

    /// A string by its number.
    pub fn get(&self, number: u32) -> Option<&str> {
        let at = number as usize;
        let end = *self.ends.get(at)? as usize;
        let start = if at == 0 { 0 } else { *self.ends.get(at - 1)? as usize };
        self.text.get(start..end)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Blank,
    Number,
    Text,
    Shared,
    True,
    False,
    Error,
    Date,
}

/// 20 bytes a cell: the text lies in the grid's pages or among the shared strings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub(super) at: u32,
    pub(super) length: u32,
    pub(super) style: u32,
    /// 1 + index into the formulas; 0 for none.
    pub(super) formula: u32,
    pub(super) column: u16,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct RowRecord {
    pub(super) number: u32,
    /// Where its cells begin in their page.
    pub(super) first: u32,
    pub(super) page: u16,
    pub(super) hidden: bool,
    /// The style of its cells that are not stored.
    pub(super) style: Option<u32>,
}

#[derive(Clone, Debug)]
pub(super) struct FormulaRecord {
    pub(super) at: u32,
    pub(super) length: u32,
    pub(super) kind: FormulaKind,
}

/// Merges that are looked at together.
pub(super) const MERGE_BLOCK: usize = 64;

/// The last row that a block of merges reaches, and that all up to it reach.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    pub(super) own: u32,
    pub(super) so_far: u32,
}
