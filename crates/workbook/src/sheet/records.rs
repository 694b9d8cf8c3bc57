//! How a grid is kept: records of few bytes whose text lies in the grid's pages or among the shared strings.

use super::FormulaKind;

/// The strings a workbook's cells share.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Adds a string; its number is how many came before. `None` past 4 GiB of text, and where memory ends.
    pub fn push(&mut self, string: &str) -> Option<u32> {
        let number = u32::try_from(self.ends.len()).ok()?;
        let end = u32::try_from(self.text.len() + string.len()).ok()?;
        self.text.try_reserve(string.len()).ok()?;
        self.ends.try_reserve(1).ok()?;
        self.text.push_str(string);
        self.ends.push(end);
        Some(number)
    }

    /// Bytes of memory the strings take.
    pub(crate) fn size(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<u32>()
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

impl Kind {
    /// By number.
    const ALL: [Self; 8] = [
        Self::Blank,
        Self::Number,
        Self::Text,
        Self::Shared,
        Self::True,
        Self::False,
        Self::Error,
        Self::Date,
    ];
}

/// 16 bytes a cell: the text lies in the grid's pages or among the shared strings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// Where the text lies, or its number among the shared strings.
    pub(super) at: u32,
    /// 1 + index into the formulas; 0 for none.
    pub(super) formula: u32,
    /// The style, and in the lowest bits the kind.
    style: u32,
    pub(super) length: Length,
    pub(super) column: u16,
}

/// Bytes of a text; one of [`LONG`] or more lies alone in its page.
pub(super) type Length = u16;
/// See [`Length`].
pub(super) const LONG: Length = Length::MAX;

const KIND_BITS: u32 = 3;

impl Record {
    /// A cell without a formula; `None` for a style beyond half a billion.
    pub(super) fn new(column: u16, kind: Kind, (at, length): (u32, Length), style: u32) -> Option<Self> {
        let style = style.checked_mul(1 << KIND_BITS)? | kind as u32;
        Some(Self { at, formula: 0, style, length, column })
    }

    pub(super) fn kind(&self) -> Kind {
        let number = (self.style & ((1 << KIND_BITS) - 1)) as usize;
        Kind::ALL.get(number).copied().unwrap_or(Kind::Blank)
    }

    pub(super) fn style(&self) -> u32 {
        self.style >> KIND_BITS
    }
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
    pub(super) length: Length,
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
