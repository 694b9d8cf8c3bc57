//! The edits: the only way to change a workbook. A fix, a fill and a conversion are all `Vec<Edit>`.

use std::fmt;

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
    /// Puts a comment on a cell, in a box that shows all of it. An author has one comment at a cell, which is
    /// replaced; where others have one, this one is added below theirs, which stays.
    SetComment {
        /// The sheet.
        sheet: SheetId,
        /// The cell; it need not exist. Of a merge it is the first.
        cell: CellRef,
        /// Whose comment it is.
        author: String,
        /// What it says.
        text: String,
    },
    /// Takes an author's comment off a cell; where there is none, nothing changes. Comments of others stay.
    RemoveComment {
        /// The sheet.
        sheet: SheetId,
        /// The cell.
        cell: CellRef,
        /// Whose comment goes.
        author: String,
    },
    /// Makes a cell lead to another cell of the workbook.
    SetLink {
        /// The sheet.
        sheet: SheetId,
        /// The cell; it need not exist.
        cell: CellRef,
        /// Sheet and cell it leads to.
        target: (SheetId, CellRef),
    },
    /// Adds a sheet behind the last one. The first that a batch adds has the number of sheets as its
    /// [`SheetId`], the next one more, so that links of the batch can begin and end there.
    AddSheet(Box<NewSheet>),
    /// Takes a sheet out that no formula and no name speaks of.
    RemoveSheet {
        /// The sheet.
        sheet: SheetId,
    },
    /// Adds rows to a sheet; whatever speaks of the rows below follows them. Row edits of a batch count rows as they
    /// were before it, all other edits as they are after its row edits.
    InsertRows {
        /// The sheet.
        sheet: SheetId,
        /// The row that moves down, from 1.
        before: u32,
        /// How many rows come.
        count: u32,
        /// The row whose styles, height and horizontal merges the new rows take.
        style_from: Option<u32>,
        /// First and last of the model rows. A range that covers them all takes the new rows in even where these
        /// stand right before or behind it; so does a single model row where a total speaks of it.
        grow: Option<(u32, u32)>,
    },
    /// Takes rows out of a sheet; what spoke of them becomes `#REF!`.
    DeleteRows {
        /// The sheet.
        sheet: SheetId,
        /// The first row that goes, from 1.
        first: u32,
        /// How many rows go.
        count: u32,
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
            Content::Keep => return None,
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
    /// What it held before: only the style changes.
    Keep,
}

/// What happens to a cell's style.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Style {
    /// The cell's own; a new cell takes its row's, then its column's.
    Keep,
    /// That of another cell of the same sheet.
    From(CellRef),
    /// That of a cell of any sheet of the workbook.
    Like(SheetId, CellRef),
    /// The cell's own with another number format code (`0.00%`).
    Format(Box<str>),
    /// The cell's own with a fill. The style is a new one, which no cell had before.
    Mark(Rgb),
}

/// A colour: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }
}

/// A sheet to be added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSheet {
    /// Its name: at most 31 UTF-16 units, none of `[]:*?/\`, and no other sheet's.
    pub name: String,
    /// The columns from A on.
    pub columns: Vec<NewColumn>,
    /// How many rows stay in view above the others.
    pub frozen: u32,
    /// The rows from 1 on, each with its cells from A on.
    pub rows: Vec<Vec<NewCell>>,
}

/// A column of a new sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewColumn {
    /// Its width in digits of the usual font.
    pub width: u16,
    /// Whether it is hidden.
    pub hidden: bool,
}

/// A cell of a new sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCell {
    /// What it holds: text, a number, a truth value or nothing.
    pub content: Content,
    /// How it looks.
    pub look: Look,
}

/// How a cell of a new sheet looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Look {
    /// As cells of the workbook do without a style.
    Plain,
    /// As a title: bold.
    Title,
    /// As the heading of a column: bold on grey, in a frame.
    Heading,
    /// Text of several lines in a frame.
    Text,
    /// A link, in a frame.
    Link,
    /// Text in a frame on a fill.
    Filled(Rgb),
    /// As a cell of the workbook did before the batch.
    Like(SheetId, CellRef),
    /// As [`Style::Mark`] makes a cell of the workbook look.
    Marked(SheetId, CellRef, Rgb),
}
