//! The edits: the only way to change a workbook. A fix, a fill and a conversion are all `Vec<Edit>`.

use serde::{Deserialize, Serialize};

use crate::address::CellRef;
use crate::sheet::{Value, ValueRef};
use crate::workbook::SheetId;

/// One change to a workbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Edit {
    /// Gives a cell new content, and perhaps a new style.
    SetCell {
        /// The sheet.
        sheet: SheetId,
        /// The cell; it need not exist yet.
        cell: CellRef,
        /// What the cell holds afterwards.
        content: Content,
        /// The style afterwards.
        style: Style,
    },
    /// Renews the cached points of every chart series that reads an edited cell.
    RefreshCharts,
    /// Asks the program that opens the file to recalculate it: only where a stored result could not be computed.
    RecalculateOnLoad,
}

impl Edit {
    /// The cell that the edit gives a value, and that value; for a formula its result.
    pub(crate) fn new_value(&self) -> Option<(SheetId, CellRef, ValueRef<'_>)> {
        let Self::SetCell { sheet, cell, content, .. } = self else { return None };
        let value = match content {
            Content::Text(text) => ValueRef::Text(text),
            Content::Number(digits) => ValueRef::Number(digits),
            Content::Bool(truth) => ValueRef::Bool(*truth),
            Content::Formula { cached: value, .. } | Content::Result(value) => value.as_ref(),
            Content::Clear => ValueRef::Blank,
        };
        Some((*sheet, *cell, value))
    }
}

/// What a cell holds after an edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Content {
    /// Text, taken literally: a leading `=` makes no formula.
    Text(String),
    /// A number in plain decimal digits (`-12.5`, `1E-7`), written as given.
    Number(String),
    /// A truth value.
    Bool(bool),
    /// A formula without its leading `=`, and its result, which is stored with it.
    Formula {
        /// The formula's text in English names and A1 references, without `=`.
        text: Box<str>,
        /// The result to store.
        cached: Value,
    },
    /// Keeps the formula the cell has (shared or not) and replaces only its stored result.
    Result(Value),
    /// Nothing: the content goes, the style stays.
    Clear,
}

/// What happens to a cell's style.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Style {
    /// The cell's own; a new cell takes its row's, then its column's.
    Keep,
    /// That of another cell of the same sheet.
    From(CellRef),
    /// The cell's own with another number format code (`0.00%`).
    Format(Box<str>),
}
