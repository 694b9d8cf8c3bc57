//! One table of an OpenDocument spreadsheet, token by token, to a grid.

use crate::address::{CellRef, LAST_COLUMN, LAST_ROW, Range};
use crate::error::OpenError;
use crate::limits::Limits;
use crate::scan::{Kind, Token};
use crate::sheet::{FormulaKind, Sheet, SheetBuilder, Value};
use crate::workbook::NumberFormat;

use super::ods_formula::translated;
use super::ods_styles::Styles;
use super::visit::{Stop, number, text};

/// Bytes of text in one cell.
const TEXT_BYTES: usize = 1 << 20;
/// Merged ranges of a sheet.
const MERGES: usize = 1 << 20;

/// Whether a table goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Inside,
    Ended,
}

/// A table as it is read.
#[derive(Debug)]
pub(super) struct Grid {
    depth: usize,
    builder: SheetBuilder,
    /// Rows and columns passed so far.
    row: u32,
    column: u32,
    /// Last column and style of each run of columns.
    columns: Vec<(u32, String)>,
    line: Line,
    cell: Option<Cell>,
    merges: usize,
}

/// The row at hand.
#[derive(Debug, Default)]
struct Line {
    repeats: u32,
    hidden: bool,
    style: Option<String>,
    cells: Vec<Cell>,
}

/// A cell at hand, or in the row at hand.
#[derive(Debug)]
struct Cell {
    depth: usize,
    column: u32,
    repeats: u32,
    style: u32,
    kind: Kindred,
    value: Option<String>,
    formula: Option<String>,
    /// Columns and rows of an array formula.
    array: Option<(u32, u32)>,
    span: (u32, u32),
    text: String,
    paragraphs: usize,
    /// Depth of the paragraph at hand.
    paragraph: Option<usize>,
    /// Depth of an element that is passed over.
    skipped: Option<usize>,
}

/// What the file says a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kindred {
    Nothing,
    Number,
    Date,
    Bool,
    Text,
    Error,
}

impl Grid {
    pub(super) fn new(table: &Token<'_>) -> Self {
        let mut builder = SheetBuilder::default();
        if table.attribute(b"table:protected") == Some(b"true") {
            builder.protect();
        }
        Self {
            depth: table.depth,
            builder,
            row: 0,
            column: 0,
            columns: Vec::new(),
            line: Line::default(),
            cell: None,
            merges: 0,
        }
    }

    pub(super) fn finish(self) -> Sheet {
        self.builder.finish()
    }

    pub(super) fn take(
        &mut self,
        token: &Token<'_>,
        styles: &mut Styles,
        limits: &Limits,
    ) -> Result<Place, Stop> {
        if let Some(cell) = &mut self.cell {
            if token.kind == Kind::End && token.depth == cell.depth {
                self.end_cell();
                return Ok(Place::Inside);
            }
            cell.take(token)?;
            return Ok(Place::Inside);
        }
        match (token.kind, token.name()) {
            (Kind::End, _) if token.depth == self.depth => return Ok(Place::Ended),
            (Kind::End, b"table-row") => self.end_row(limits)?,
            (Kind::Start | Kind::Empty, b"table-column") => self.take_columns(token, styles)?,
            (Kind::Start | Kind::Empty, b"table-row") => {
                let hidden = matches!(token.attribute(b"table:visibility"), Some(b"collapse" | b"filter"));
                let style = text(token, b"table:default-cell-style-name")?;
                let repeats = repeats(token, b"table:number-rows-repeated");
                self.line = Line { repeats, hidden, style, cells: Vec::new() };
                self.column = 0;
                if token.kind == Kind::Empty {
                    self.end_row(limits)?;
                }
            }
            (Kind::Start | Kind::Empty, b"table-cell" | b"covered-table-cell") => {
                self.cell = Some(self.begin_cell(token, styles)?);
                if token.kind == Kind::Empty {
                    self.end_cell();
                }
            }
            _ => {}
        }
        Ok(Place::Inside)
    }

    fn take_columns(&mut self, token: &Token<'_>, styles: &mut Styles) -> Result<(), Stop> {
        let from = self.columns.last().map_or(0, |(last, _)| *last);
        let last = from.saturating_add(repeats(token, b"table:number-columns-repeated"));
        let name = text(token, b"table:default-cell-style-name")?.unwrap_or_default();
        let (first, end) = (from.saturating_add(1), last.min(u32::from(LAST_COLUMN)));
        if first <= end
            && let (Ok(first), Ok(end)) = (u16::try_from(first), u16::try_from(end))
        {
            if matches!(token.attribute(b"table:visibility"), Some(b"collapse" | b"filter")) {
                self.builder.hide_columns(first, end);
            }
            self.builder.column_style(first, end, styles.number_of(&name));
            self.columns.push((last, name));
        }
        Ok(())
    }

    fn begin_cell(&mut self, token: &Token<'_>, styles: &mut Styles) -> Result<Cell, Stop> {
        let column = self.column.saturating_add(1);
        let repeats = repeats(token, b"table:number-columns-repeated");
        self.column = self.column.saturating_add(repeats);
        let own = text(token, b"table:style-name")?;
        let of_column = || {
            let at = self.columns.partition_point(|(last, _)| *last < column);
            self.columns.get(at).map_or("", |(_, name)| name.as_str())
        };
        let name = own.as_deref().or(self.line.style.as_deref()).unwrap_or_else(of_column);
        let mut style = styles.number_of(name);
        let written = token.attribute(b"office:value-type").unwrap_or(b"");
        let (mut kind, place): (Kindred, &[u8]) = match written {
            b"float" | b"percentage" | b"currency" => (Kindred::Number, b"office:value"),
            b"date" => (Kindred::Date, b"office:date-value"),
            b"time" => (Kindred::Date, b"office:time-value"),
            b"boolean" => (Kindred::Bool, b"office:boolean-value"),
            b"string" => (Kindred::Text, b"office:string-value"),
            _ => (Kindred::Nothing, b""),
        };
        let mut value = text(token, place)?;
        if token.attribute(b"calcext:value-type") == Some(b"error") {
            (kind, value) = (Kindred::Error, None);
        }
        if written == b"percentage" && !styles.formats.get(style).is_some_and(NumberFormat::is_percent) {
            style = styles.formats.style("0.00%");
        }
        let spans = |columns: &[u8], rows: &[u8]| {
            let count = |name| token.attribute(name).and_then(number);
            (count(columns).unwrap_or(1).max(1), count(rows).unwrap_or(1).max(1))
        };
        let formula = text(token, b"table:formula")?.map(|formula| translated(&formula));
        let is_array = token.attribute(b"table:number-matrix-columns-spanned").is_some();
        let array = is_array
            .then(|| spans(b"table:number-matrix-columns-spanned", b"table:number-matrix-rows-spanned"));
        Ok(Cell {
            depth: token.depth,
            column,
            repeats,
            style,
            kind,
            value,
            formula,
            array,
            span: spans(b"table:number-columns-spanned", b"table:number-rows-spanned"),
            text: String::new(),
            paragraphs: 0,
            paragraph: None,
            skipped: None,
        })
    }

    fn end_cell(&mut self) {
        let Some(cell) = self.cell.take() else { return };
        if cell.kind != Kindred::Nothing || cell.formula.is_some() || cell.span != (1, 1) {
            self.line.cells.push(cell);
        }
    }

    fn end_row(&mut self, limits: &Limits) -> Result<(), Stop> {
        let line = std::mem::take(&mut self.line);
        let first = self.row.saturating_add(1);
        self.row = self.row.saturating_add(line.repeats);
        if line.cells.is_empty() {
            return Ok(());
        }
        if self.row > LAST_ROW {
            return Stop::damaged(format!("row {} is outside the grid", self.row));
        }
        for row in first..=self.row {
            if line.hidden && self.builder.row(row, true).is_err() {
                return Stop::damaged(format!("row {row} is out of order"));
            }
            for cell in &line.cells {
                self.put(row, cell, limits)?;
            }
        }
        Ok(())
    }

    /// Lays a cell out, as often as it is repeated.
    fn put(&mut self, row: u32, cell: &Cell, limits: &Limits) -> Result<(), Stop> {
        let value = cell.meaning();
        for column in cell.column..cell.column.saturating_add(cell.repeats) {
            let Some(at) = u16::try_from(column).ok().and_then(|column| CellRef::new(row, column)) else {
                return Stop::damaged(format!("row {row}, column {column} is outside the grid"));
            };
            if self.builder.text_len() as u64 > limits.part_bytes {
                return Stop::damaged("the texts of its cells are larger than a part may be");
            }
            if self.builder.len() >= limits.cells {
                let (part, what) = ("content.xml".to_owned(), "stored cells");
                return Err(Stop::Error(OpenError::OverLimit { part, what, limit: limits.cells as u64 }));
            }
            if let Err(error) = self.builder.cell(at, value.as_ref(), cell.style) {
                return Stop::damaged(error.to_string());
            }
            if let Some(formula) = &cell.formula {
                let area = cell.array.and_then(|span| area(at, span));
                let kind = area.map_or(FormulaKind::Plain, FormulaKind::Array);
                if let Err(error) = self.builder.formula(formula, kind) {
                    return Stop::damaged(error.to_string());
                }
            }
            if let Some(range) = area(at, cell.span).filter(|_| cell.span != (1, 1)) {
                self.merges += 1;
                if self.merges > MERGES {
                    return Stop::damaged(format!("more than {MERGES} merged ranges"));
                }
                self.builder.merge(range);
            }
        }
        Ok(())
    }
}

/// The range of so many columns and rows, as far as the grid goes.
fn area(first: CellRef, (columns, rows): (u32, u32)) -> Option<Range> {
    let row = first.row().saturating_add(rows - 1).min(LAST_ROW);
    let column = u32::from(first.column()).saturating_add(columns - 1).min(u32::from(LAST_COLUMN));
    Some(Range::new(first, CellRef::new(row, u16::try_from(column).ok()?)?))
}

/// How often something comes; what is beyond a number of ten digits is beyond the grid.
fn repeats(token: &Token<'_>, name: &[u8]) -> u32 {
    token.attribute(name).map_or(1, |raw| number(raw).unwrap_or(u32::MAX)).max(1)
}

impl Cell {
    /// Takes in what stands inside the cell: its paragraphs; notes and drawings are passed over.
    fn take(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if let Some(depth) = self.skipped {
            if token.kind == Kind::End && token.depth == depth {
                self.skipped = None;
            }
            return Ok(());
        }
        match (token.kind, self.paragraph) {
            (Kind::Start, None) if token.name() == b"p" => {
                if self.paragraphs > 0 {
                    self.text.push('\n');
                }
                self.paragraphs += 1;
                self.paragraph = Some(token.depth);
            }
            (Kind::Empty, None) if token.name() == b"p" => {
                if self.paragraphs > 0 {
                    self.text.push('\n');
                }
                self.paragraphs += 1;
            }
            (Kind::Start, None) => self.skipped = Some(token.depth),
            (Kind::Start, Some(_)) if matches!(token.name(), b"annotation" | b"note" | b"ruby-text") => {
                self.skipped = Some(token.depth);
            }
            (Kind::Start | Kind::Empty, Some(_)) => match token.name() {
                b"s" => {
                    let count = token.attribute(b"text:c").and_then(number).unwrap_or(1) as usize;
                    self.text.extend(std::iter::repeat_n(' ', count.min(TEXT_BYTES)));
                }
                b"tab" => self.text.push('\t'),
                b"line-break" => self.text.push('\n'),
                _ => {}
            },
            (Kind::End, Some(depth)) if token.depth == depth => self.paragraph = None,
            (Kind::Text | Kind::CData, Some(_)) => match token.text() {
                Some(text) => self.append(&text),
                None => return Stop::damaged("a cell whose text is no proper text"),
            },
            _ => {}
        }
        if self.text.len() > TEXT_BYTES {
            return Stop::damaged(format!("a cell with more than {TEXT_BYTES} bytes of text"));
        }
        Ok(())
    }

    /// Blanks in the file's text count as one, and as none at a paragraph's beginning.
    fn append(&mut self, text: &str) {
        for c in text.chars() {
            let blank = matches!(c, ' ' | '\t' | '\n' | '\r');
            let after_blank = self.text.is_empty() || self.text.ends_with([' ', '\n']);
            if !blank {
                self.text.push(c);
            } else if !after_blank {
                self.text.push(' ');
            }
        }
    }

    fn meaning(&self) -> Value {
        let value = || self.value.clone().unwrap_or_default();
        match self.kind {
            Kindred::Nothing => Value::Blank,
            Kindred::Number => Value::Number(value()),
            Kindred::Date => Value::Date(value()),
            Kindred::Bool => Value::Bool(self.value.as_deref() == Some("true")),
            Kindred::Text => Value::Text(self.value.clone().unwrap_or_else(|| self.text.clone())),
            Kindred::Error => Value::Error(self.text.clone()),
        }
    }
}
