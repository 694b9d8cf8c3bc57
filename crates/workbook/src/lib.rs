//! Reads a spreadsheet file into a compact grid, and changes cells in it without touching anything else.
//!
//! The contract: what is not edited stays byte-identical, reading never panics on content, and the same
//! bytes with the same edits always give the same bytes. This crate knows nothing of any form.
//!
//! ```
//! use jixiao_workbook::patch::Signature;
//! use jixiao_workbook::{Content, Edit, Style, ValueRef, Workbook};
//!
//! let bytes = include_bytes!("../../../test-data/template/official-2023-inputs.xlsx");
//! let form = Workbook::open(bytes.to_vec())?;
//! let sheet = form.sheet_named("附表").ok_or("no such sheet")?;
//! let cell = "E7".parse()?;
//! assert_eq!(form.value(sheet, cell), ValueRef::Number("830"));
//!
//! let edit = Edit::SetCell { sheet, cell, content: Content::Number("830.5".into()), style: Style::Keep };
//! let edited = Workbook::open(form.apply(&[edit], Signature::Keep)?)?;
//! assert_eq!(edited.value(sheet, cell), ValueRef::Number("830.5"));
//! assert_eq!(jixiao_workbook::diff::diff(&form, &edited)?.cells.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`address`] | cell references, ranges, columns, names of sheets compared |
//! | [`shift`] | where rows go when rows are inserted and deleted |
//! | [`number`] | exact decimals from and to the digits a file holds |
//! | [`date`] | days counted from 1900 or 1904 |
//! | [`limits`] | what a hostile file may not exceed |
//! | [`error`] | why a file was not read, why an edit was refused |
//! | [`sheet`] | a sheet's grid: cells, formulas, merges, hidden rows |
//! | [`formula`] | tokens and references of a formula's text |
//! | [`scan`] | the tokens of a worksheet part, for reader and patcher alike |
//! | [`package`] | the zip container: parts read within limits, copied raw when untouched |
//! | [`document`] | the text of a document around its tables |
//! | [`workbook`] | a whole workbook: sheets, names, number formats |
//! | [`open`] | bytes to workbook, one file per format |
//! | [`calc`] | evaluates the functions forms use, in exact decimals |
//! | [`edit`] | the edits, the only way to change a workbook |
//! | [`patch`] | edits to bytes, and the values that charts keep |
//! | [`refresh`] | which stored results follow from an edit, and which are stale |
//! | [`diff`] | what differs between two workbooks |

pub mod address;
pub mod calc;
pub mod date;
pub mod diff;
pub mod document;
pub mod edit;
pub mod error;
pub mod formula;
pub mod limits;
pub mod number;
pub mod open;
pub mod package;
pub mod patch;
pub mod refresh;
pub mod scan;
pub mod sheet;
pub mod shift;
pub mod workbook;

pub use address::{CellRef, Range, column_letters};
pub use date::Date;
pub use document::{Document, Paragraph};
pub use edit::{Content, Edit, Look, NewCell, NewColumn, NewSheet, Rgb, Style};
pub use error::{OpenError, PatchError};
pub use limits::Limits;
pub use sheet::{Cell, FormulaKind, Sheet, SheetBuilder, Value, ValueRef};
pub use workbook::{DefinedName, FileKind, NumberFormat, SheetEntry, SheetId, Visibility, Workbook};
