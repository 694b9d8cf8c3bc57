//! Why a file was not read, and why an edit was refused.

use std::io;

use crate::address::{CellRef, Range};

/// Why a file could not be read. Nothing was changed; the message holds what was met and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file has no bytes at all.
    #[error("the file is empty")]
    Empty,
    /// The bytes are something other than a workbook; the field names what they look like.
    #[error("not a workbook: the content is {0}")]
    NotAWorkbook(&'static str),
    /// A kind of workbook that this reader does not read; the field names it.
    #[error("{0} files are not read here")]
    Unsupported(&'static str),
    /// The workbook is protected by a password (an OLE container with an encrypted package).
    #[error("the workbook is protected by a password")]
    Encrypted,
    /// The container ends too early.
    #[error("the file is cut off: {0}")]
    Truncated(String),
    /// The container contradicts itself, so that different programs would read different things.
    #[error("the container is ambiguous: {0}")]
    Ambiguous(String),
    /// The content is damaged.
    #[error("{part} is damaged: {what}")]
    Damaged {
        /// Part of the package.
        part: String,
        /// What was met, with its place.
        what: String,
    },
    /// A limit was passed; reading stopped there.
    #[error("{part} is over the limit of {limit} ({what})")]
    OverLimit {
        /// Part of the package, or `container`.
        part: String,
        /// What is counted.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// A row of a text table has other columns than its heading, so that its values would stand in wrong columns.
    #[error("row {row} has {cells} cells, the heading {expected}")]
    Ragged {
        /// The row, from 1.
        row: u64,
        /// Its cells.
        cells: usize,
        /// The columns that the table has.
        expected: usize,
    },
    /// The workbook has no sheet of that name or number.
    #[error("there is no sheet {0}")]
    NoSheet(String),
}

impl OpenError {
    /// The error inside an input error: the package's own, or that the part cannot be read.
    pub(crate) fn inside(error: io::Error, part: &str) -> Self {
        let other = |error: io::Error| Self::Damaged { part: part.to_owned(), what: error.to_string() };
        error.downcast::<Self>().unwrap_or_else(other)
    }
}

/// Why edits were refused. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatchError {
    /// The workbook was not read from a package that can be edited (another format, or built in memory).
    #[error("only .xlsx and .xlsm files can be edited")]
    NotEditable,
    /// The workbook is signed; an edit voids the signature.
    #[error("the workbook is signed; an edit voids the signature")]
    Signed,
    /// The cell is covered by a merge; the value belongs into its first cell.
    #[error("{cell} is covered by the merged range {merge}; use {}", merge.first())]
    Covered {
        /// The cell asked for.
        cell: CellRef,
        /// The merge that covers it.
        merge: Range,
    },
    /// The cell lies in an array, spill or data table formula, which only moves as a whole.
    #[error("{cell} lies in the array formula of {range}; use {}", range.first())]
    InsideArray {
        /// The cell asked for.
        cell: CellRef,
        /// The array's range.
        range: Range,
    },
    /// The cell is a heading of a table; its text is the column's name.
    #[error("{cell} is a heading of the table {table}")]
    TableHeader {
        /// The cell asked for.
        cell: CellRef,
        /// The table's name.
        table: String,
    },
    /// The same cell is edited twice in one batch.
    #[error("{cell} is edited twice in one batch")]
    Twice {
        /// The cell.
        cell: CellRef,
    },
    /// A stored result was given for a cell that holds no formula.
    #[error("{cell} holds no formula whose stored result could be set")]
    NoFormula {
        /// The cell.
        cell: CellRef,
    },
    /// A threaded comment stands at the cell, beside which no other comment can.
    #[error("{cell} has a threaded comment, beside which no other can stand")]
    Threaded {
        /// The cell asked for.
        cell: CellRef,
    },
    /// The cell is a link already, alone or with others.
    #[error("{cell} is a link already")]
    Linked {
        /// The cell asked for.
        cell: CellRef,
    },
    /// No sheet can have that name: it is another one's, too long, or holds a character that names may not.
    #[error("a new sheet cannot be named {0:?}")]
    SheetName(String),
    /// The sheet cannot be taken out: a formula or a name speaks of it, or it is the only one that is seen.
    #[error("the sheet {0} is needed: by a formula, by a name, or because no other is seen")]
    SheetNeeded(String),
    /// The number is none that a spreadsheet can store.
    #[error("{0:?} is not a number a spreadsheet can store")]
    NotANumber(String),
    /// The text is longer than the 32,767 UTF-16 units a cell holds.
    #[error("the text for {cell} has {length} UTF-16 units; a cell holds 32,767")]
    TooLong {
        /// The cell.
        cell: CellRef,
        /// Length in UTF-16 units.
        length: usize,
    },
    /// The part is in an encoding that is read but not edited.
    #[error("{0} is not UTF-8; it can be read but not edited")]
    Encoding(String),
    /// The workbook has no such sheet.
    #[error("there is no sheet {0}")]
    NoSheet(String),
    /// Rows are inserted or deleted where another edit of the batch inserts or deletes some.
    #[error("rows at row {row} are edited twice in one batch")]
    RowsTwice {
        /// The row, as before the batch.
        row: u32,
    },
    /// Rows would be pushed off the sheet's end with what they hold.
    #[error("row {row} would be pushed off the end of the sheet")]
    RowsOffSheet {
        /// The row, as before the batch.
        row: u32,
    },
    /// Rows would come into, or go from, something that only moves as a whole.
    #[error("{part} covers {range}, which only moves as a whole")]
    RowsInside {
        /// What it covers.
        range: Range,
        /// Its part.
        part: String,
    },
    /// The part may speak of rows in a way that cannot be kept right.
    #[error("{part} may speak of rows that move, in a way that is not known")]
    Unmovable {
        /// The part.
        part: String,
    },
    /// The package cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
}
