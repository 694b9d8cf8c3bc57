//! A workbook, or why it was not read, as it passes from the child process.

use jixiao_workbook::workbook::{FileKind, Parts, SheetEntry, SheetId, Visibility};
use jixiao_workbook::{
    CellRef, DefinedName, FormulaKind, Limits, NumberFormat, OpenError, Range, Sheet, SheetBuilder, Value,
    Workbook,
};
use serde::{Deserialize, Serialize};

/// The columns of a grid.
const COLUMNS: u16 = 16_384;
/// What is counted against limits, as errors name it.
const COUNTED: [&str; 8] = [
    "stored cells",
    "cells between the first and the last",
    "inflated bytes of one part",
    "inflated bytes of all parts",
    "inflated over compressed size",
    "entries",
    "memory",
    "depth of nested elements",
];

/// What the child says of a file.
#[derive(Serialize, Deserialize)]
pub(super) enum Reply {
    Workbook(Book),
    Refused(Refusal),
}

/// A workbook as it passes between processes.
#[derive(Serialize, Deserialize)]
pub(crate) struct Book {
    kind: FileKind,
    sheets: Vec<Tab>,
    /// Names and what they stand for.
    names: Vec<(String, String)>,
    /// Format codes by cell style.
    formats: Vec<String>,
    date1904: bool,
}

#[derive(Serialize, Deserialize)]
struct Tab {
    name: String,
    visibility: Visibility,
    grid: bool,
    rows: Vec<Line>,
    merges: Vec<(CellRef, CellRef)>,
    hidden_columns: Vec<u16>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    number: u32,
    hidden: bool,
    /// Column, style, value, formula.
    cells: Vec<(u16, u32, Value, Option<String>)>,
}

#[derive(Serialize, Deserialize)]
pub(super) enum Refusal {
    Encrypted,
    Truncated(String),
    Ambiguous(String),
    Damaged { part: String, what: String },
    OverLimit { part: String, what: String, limit: u64 },
}

impl Reply {
    pub(super) fn of(opened: Result<Workbook, OpenError>) -> Self {
        match opened.and_then(|workbook| Book::of(&workbook)) {
            Ok(book) => Self::Workbook(book),
            Err(error) => Self::Refused(Refusal::of(error)),
        }
    }

    /// The workbook, or the error, that the child met.
    pub(super) fn workbook(self) -> Result<Workbook, OpenError> {
        match self {
            Self::Workbook(book) => book.workbook(),
            Self::Refused(refusal) => Err(refusal.error()),
        }
    }
}

impl Refusal {
    fn of(error: OpenError) -> Self {
        match error {
            OpenError::Encrypted => Self::Encrypted,
            OpenError::Truncated(what) => Self::Truncated(what),
            OpenError::Ambiguous(what) => Self::Ambiguous(what),
            OpenError::Damaged { part, what } => Self::Damaged { part, what },
            OpenError::OverLimit { part, what, limit } => {
                Self::OverLimit { part, what: what.to_owned(), limit }
            }
            other => Self::Damaged { part: "workbook".to_owned(), what: other.to_string() },
        }
    }

    fn error(self) -> OpenError {
        match self {
            Self::Encrypted => OpenError::Encrypted,
            Self::Truncated(what) => OpenError::Truncated(what),
            Self::Ambiguous(what) => OpenError::Ambiguous(what),
            Self::Damaged { part, what } => OpenError::Damaged { part, what },
            Self::OverLimit { part, what, limit } => match COUNTED.into_iter().find(|known| *known == what) {
                Some(what) => OpenError::OverLimit { part, what, limit },
                None => OpenError::Damaged { part, what: format!("{what}: over {limit}") },
            },
        }
    }
}

impl Book {
    pub(crate) fn of(workbook: &Workbook) -> Result<Self, OpenError> {
        let sheets = workbook.sheet_ids().filter_map(|id| Some((id, workbook.entry(id)?)));
        let names = workbook.names().iter().map(|name| (name.name.clone(), name.text.clone()));
        Ok(Self {
            kind: workbook.kind(),
            sheets: sheets.map(|(id, entry)| tab(workbook, id, entry)).collect::<Result<_, _>>()?,
            names: names.collect(),
            formats: workbook.formats().iter().map(|format| format.code.clone()).collect(),
            date1904: workbook.is_1904(),
        })
    }

    pub(crate) fn workbook(self) -> Result<Workbook, OpenError> {
        let mut parts = Parts { kind: self.kind, date1904: self.date1904, ..Parts::default() };
        parts.formats = self.formats.into_iter().map(|code| NumberFormat { code }).collect();
        let names = self.names.into_iter();
        parts.names =
            names.map(|(name, text)| DefinedName { name, local: None, text, hidden: false }).collect();
        for tab in self.sheets {
            let (name, visibility, grid) = (tab.name.clone(), tab.visibility, tab.grid);
            parts.grids.push(Some(tab.sheet()?));
            parts.sheets.push(SheetEntry { name, part: String::new(), visibility, grid });
        }
        Ok(Workbook::from_parts(parts, Limits::default()))
    }
}

fn tab(workbook: &Workbook, id: SheetId, entry: &SheetEntry) -> Result<Tab, OpenError> {
    let sheet = workbook.sheet(id)?;
    let rows = sheet.rows().map(|row| Line {
        number: row.number,
        hidden: row.hidden,
        cells: row
            .cells()
            .map(|cell| {
                let formula = cell.formula.map(|formula| formula.text.to_owned());
                (cell.at.column(), cell.style, cell.value.to_value(), formula)
            })
            .collect(),
    });
    Ok(Tab {
        name: entry.name.clone(),
        visibility: entry.visibility,
        grid: entry.grid,
        rows: rows.collect(),
        merges: sheet.merges().iter().map(|merge| (merge.first(), merge.last())).collect(),
        hidden_columns: (1..=COLUMNS).filter(|column| sheet.is_column_hidden(*column)).collect(),
    })
}

impl Tab {
    fn sheet(self) -> Result<Sheet, OpenError> {
        let refused = |what: String| OpenError::Damaged { part: "workbook".to_owned(), what };
        let mut builder = SheetBuilder::default();
        for row in self.rows {
            builder.row(row.number, row.hidden).map_err(|error| refused(error.to_string()))?;
            for (column, style, value, formula) in row.cells {
                let at = CellRef::new(row.number, column)
                    .ok_or_else(|| refused("a cell outside the grid".to_owned()))?;
                let put = builder.cell(at, value.as_ref(), style);
                let put = put.and_then(|()| match formula {
                    Some(text) => builder.formula(&text, FormulaKind::Plain),
                    None => Ok(()),
                });
                put.map_err(|error| refused(error.to_string()))?;
            }
        }
        for (first, last) in self.merges {
            builder.merge(Range::new(first, last));
        }
        for column in self.hidden_columns {
            builder.hide_columns(column, column);
        }
        Ok(builder.finish())
    }
}
