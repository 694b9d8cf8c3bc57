//! A sheet's grid: sparse, sized by the cells present, keeping every number's written digits.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::address::{CellRef, Range};

/// A value that stands on its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Value {
    /// Nothing.
    Blank,
    /// A number, in the digits written in the file.
    Number(String),
    /// Text.
    Text(String),
    /// A truth value.
    Bool(bool),
    /// An error, `#DIV/0!`.
    Error(String),
    /// A date written in ISO form (`t="d"`).
    Date(String),
}

/// A value inside a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueRef<'a> {
    /// Nothing.
    Blank,
    /// A number, in the digits written in the file.
    Number(&'a str),
    /// Text.
    Text(&'a str),
    /// A truth value.
    Bool(bool),
    /// An error, `#DIV/0!`.
    Error(&'a str),
    /// A date written in ISO form (`t="d"`).
    Date(&'a str),
}

impl Value {
    /// The same value, borrowed.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Blank => ValueRef::Blank,
            Self::Number(digits) => ValueRef::Number(digits),
            Self::Text(text) => ValueRef::Text(text),
            Self::Bool(truth) => ValueRef::Bool(*truth),
            Self::Error(code) => ValueRef::Error(code),
            Self::Date(date) => ValueRef::Date(date),
        }
    }
}

impl<'a> ValueRef<'a> {
    /// The same value, standing on its own.
    pub fn to_value(self) -> Value {
        match self {
            Self::Blank => Value::Blank,
            Self::Number(digits) => Value::Number(digits.to_owned()),
            Self::Text(text) => Value::Text(text.to_owned()),
            Self::Bool(truth) => Value::Bool(truth),
            Self::Error(code) => Value::Error(code.to_owned()),
            Self::Date(date) => Value::Date(date.to_owned()),
        }
    }

    /// What the value reads as: digits, text, `TRUE`, `#DIV/0!`; empty for blank.
    pub fn as_text(self) -> &'a str {
        match self {
            Self::Blank => "",
            Self::Number(text) | Self::Text(text) | Self::Error(text) | Self::Date(text) => text,
            Self::Bool(true) => "TRUE",
            Self::Bool(false) => "FALSE",
        }
    }

    /// Whether nothing stands there: no value, or text of blanks only.
    pub fn is_blank(self) -> bool {
        match self {
            Self::Blank => true,
            Self::Text(text) => text.chars().all(char::is_whitespace),
            _ => false,
        }
    }
}

/// How a formula is written in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormulaKind {
    /// In its own cell only.
    Plain,
    /// One of a group that shares the text of a first cell; the text given is already shifted to this cell.
    Shared,
    /// An array formula over a range, whose first cell this is.
    Array(Range),
    /// A data table over a range.
    DataTable(Range),
}

/// A formula of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formula<'a> {
    /// Text without `=`; shared formulas are expanded. Empty where a shared formula has no master.
    pub text: &'a str,
    /// How it is written.
    pub kind: FormulaKind,
}

/// One cell of a grid.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    /// Its place.
    pub at: CellRef,
    /// Its value; for a formula the stored result, blank where none is stored.
    pub value: ValueRef<'a>,
    /// Index of its cell style.
    pub style: u32,
    /// Its formula.
    pub formula: Option<Formula<'a>>,
}

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
enum Kind {
    Blank,
    Number,
    Text,
    Shared,
    True,
    False,
    Error,
    Date,
}

/// 20 bytes a cell: the text lies in the grid's arena or among the shared strings.
#[derive(Clone, Copy, Debug)]
struct Record {
    at: u32,
    length: u32,
    style: u32,
    /// 1 + index into the formulas; 0 for none.
    formula: u32,
    column: u16,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
struct RowRecord {
    number: u32,
    first: u32,
    hidden: bool,
    /// The style of its cells that are not stored.
    style: Option<u32>,
}

#[derive(Clone, Debug)]
struct FormulaRecord {
    at: u32,
    length: u32,
    kind: FormulaKind,
}

/// One row of a grid.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Its number, from 1.
    pub number: u32,
    /// Whether it is hidden.
    pub hidden: bool,
    sheet: &'a Sheet,
    first: usize,
    last: usize,
}

impl<'a> Row<'a> {
    /// The row's stored cells, by column.
    pub fn cells(self) -> impl Iterator<Item = Cell<'a>> + Clone {
        let records = self.sheet.cells.get(self.first..self.last).unwrap_or(&[]);
        records.iter().filter_map(move |record| self.sheet.view(self.number, record))
    }

    /// The row's stored cells from one column to another, both included.
    pub fn cells_between(self, left: u16, right: u16) -> impl Iterator<Item = Cell<'a>> + Clone {
        let records = self.sheet.cells.get(self.first..self.last).unwrap_or(&[]);
        let start = records.partition_point(|record| record.column < left);
        let end = records.partition_point(|record| record.column <= right);
        let records = records.get(start..end).unwrap_or(&[]);
        records.iter().filter_map(move |record| self.sheet.view(self.number, record))
    }
}

/// Merges that are looked at together.
const MERGE_BLOCK: usize = 64;

/// The last row that a block of merges reaches, and that all up to it reach.
#[derive(Clone, Copy, Debug)]
struct Reach {
    own: u32,
    so_far: u32,
}

/// A sheet's cells and what belongs to them. Rows and columns count from 1.
#[derive(Debug, Default)]
pub struct Sheet {
    rows: Vec<RowRecord>,
    cells: Vec<Record>,
    formulas: Vec<FormulaRecord>,
    arena: String,
    strings: Arc<Strings>,
    merges: Vec<Range>,
    merge_reach: Vec<Reach>,
    /// Hidden columns, as ranges from 1.
    hidden_columns: Vec<(u16, u16)>,
    column_styles: Vec<(u16, u16, u32)>,
    protected: bool,
}

impl Sheet {
    /// The rows that are stored, by number.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> + Clone {
        (0..self.rows.len()).filter_map(|index| self.row_at(index))
    }

    /// The rows that are stored, from a number on.
    pub fn rows_from(&self, number: u32) -> impl Iterator<Item = Row<'_>> + Clone {
        let start = self.rows.partition_point(|row| row.number < number);
        (start..self.rows.len()).filter_map(|index| self.row_at(index))
    }

    /// One row, if it is stored.
    pub fn row(&self, number: u32) -> Option<Row<'_>> {
        let index = self.rows.binary_search_by_key(&number, |row| row.number).ok()?;
        self.row_at(index)
    }

    fn row_at(&self, index: usize) -> Option<Row<'_>> {
        let record = self.rows.get(index)?;
        let last = self.rows.get(index + 1).map_or(self.cells.len(), |next| next.first as usize);
        Some(Row {
            number: record.number,
            hidden: record.hidden,
            sheet: self,
            first: record.first as usize,
            last,
        })
    }

    /// The stored cell at a place.
    pub fn cell(&self, at: CellRef) -> Option<Cell<'_>> {
        let row = self.row(at.row())?;
        let records = self.cells.get(row.first..row.last)?;
        let index = records.binary_search_by_key(&at.column(), |record| record.column).ok()?;
        self.view(at.row(), records.get(index)?)
    }

    /// The value at a place; blank where no cell is stored.
    pub fn value(&self, at: CellRef) -> ValueRef<'_> {
        self.cell(at).map_or(ValueRef::Blank, |cell| cell.value)
    }

    /// The formula at a place.
    pub fn formula(&self, at: CellRef) -> Option<Formula<'_>> {
        self.cell(at)?.formula
    }

    /// The style at a place: the cell's, else the row's, else the column's, else 0.
    pub fn style_at(&self, at: CellRef) -> u32 {
        let of_row = || self.row_style(at.row()).unwrap_or_else(|| self.column_style(at.column()));
        self.cell(at).map_or_else(of_row, |cell| cell.style)
    }

    fn row_style(&self, number: u32) -> Option<u32> {
        let index = self.rows.binary_search_by_key(&number, |row| row.number).ok()?;
        self.rows.get(index)?.style
    }

    fn column_style(&self, column: u16) -> u32 {
        let inside = |&&(first, last, _): &&(u16, u16, u32)| (first..=last).contains(&column);
        self.column_styles.iter().find(inside).map_or(0, |(_, _, style)| *style)
    }

    /// All formula cells, by row and column.
    pub fn formula_cells(&self) -> impl Iterator<Item = Cell<'_>> {
        let any = !self.formulas.is_empty();
        self.rows().filter(move |_| any).flat_map(Row::cells).filter(|cell| cell.formula.is_some())
    }

    /// The merged ranges, sorted by their first cell.
    pub fn merges(&self) -> &[Range] {
        &self.merges
    }

    /// The merge that holds a cell.
    pub fn merge_at(&self, at: CellRef) -> Option<Range> {
        // Merges are sorted by first row. Walking back, blocks that end above this row are passed over whole,
        // and the walk stops as soon as nothing above can reach down to it.
        let end = self.merges.partition_point(|merge| merge.first().row() <= at.row());
        let before = self.merges.get(..end)?;
        for (block, reach) in before.chunks(MERGE_BLOCK).zip(&self.merge_reach).rev() {
            if reach.so_far < at.row() {
                return None;
            }
            if reach.own < at.row() {
                continue;
            }
            if let Some(merge) = block.iter().rev().find(|merge| merge.contains(at)) {
                return Some(*merge);
            }
        }
        None
    }

    /// The cell whose value is shown at a place: the first of its merge, or itself.
    pub fn anchor(&self, at: CellRef) -> CellRef {
        self.merge_at(at).map_or(at, Range::first)
    }

    /// Whether a row is hidden.
    pub fn is_row_hidden(&self, number: u32) -> bool {
        self.row(number).is_some_and(|row| row.hidden)
    }

    /// Whether a column is hidden.
    pub fn is_column_hidden(&self, column: u16) -> bool {
        self.hidden_columns.iter().any(|&(first, last)| (first..=last).contains(&column))
    }

    /// Whether the sheet is protected.
    pub fn is_protected(&self) -> bool {
        self.protected
    }

    /// The smallest range that holds every stored cell.
    pub fn used(&self) -> Option<Range> {
        let filled = self.rows().filter(|row| row.first < row.last);
        let (top, bottom) = (filled.clone().next()?.number, filled.last()?.number);
        let left = self.cells.iter().map(|record| record.column).min()?;
        let right = self.cells.iter().map(|record| record.column).max()?;
        Some(Range::new(CellRef::new(top, left)?, CellRef::new(bottom, right)?))
    }

    fn view(&self, row: u32, record: &Record) -> Option<Cell<'_>> {
        let at = CellRef::new(row, record.column)?;
        let arena = || self.slice(record.at, record.length);
        let value = match record.kind {
            Kind::Blank => ValueRef::Blank,
            Kind::Number => ValueRef::Number(arena()),
            Kind::Text => ValueRef::Text(arena()),
            Kind::Shared => ValueRef::Text(self.strings.get(record.at).unwrap_or("")),
            Kind::True => ValueRef::Bool(true),
            Kind::False => ValueRef::Bool(false),
            Kind::Error => ValueRef::Error(arena()),
            Kind::Date => ValueRef::Date(arena()),
        };
        let formula = (record.formula as usize).checked_sub(1).and_then(|index| self.formulas.get(index));
        let formula = formula
            .map(|formula| Formula { text: self.slice(formula.at, formula.length), kind: formula.kind });
        Some(Cell { at, value, style: record.style, formula })
    }

    fn slice(&self, at: u32, length: u32) -> &str {
        self.arena.get(at as usize..at as usize + length as usize).unwrap_or("")
    }
}

/// A cell that does not fit into the grid that is being built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The cell comes again, or before one that came earlier.
    #[error("{0} is repeated or out of order")]
    OutOfOrder(CellRef),
    /// There are more cells, or more text, than the grid holds.
    #[error("the sheet is too large")]
    TooLarge,
}

/// Builds a grid from cells given row by row and column by column.
#[derive(Debug, Default)]
pub struct SheetBuilder {
    sheet: Sheet,
    last: Option<CellRef>,
    order: Order,
}

/// How cells may come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Order {
    /// Rising only.
    #[default]
    Rising,
    /// In any order, rising so far.
    Any,
    /// In any order, and not rising: they are sorted at the end.
    Mixed,
}

impl SheetBuilder {
    /// A builder whose cells may name strings of `strings`.
    pub fn new(strings: Arc<Strings>) -> Self {
        Self { sheet: Sheet { strings, ..Sheet::default() }, last: None, order: Order::Rising }
    }

    /// A builder that takes rows and cells in any order; it ends with [`SheetBuilder::sorted`].
    pub(crate) fn in_any_order(strings: Arc<Strings>) -> Self {
        Self { order: Order::Any, ..Self::new(strings) }
    }

    /// Starts a row; rows come in rising order. Needed only for rows that are hidden or have a style.
    ///
    /// # Errors
    /// When the row does not come after the one before.
    pub fn row(&mut self, number: u32, hidden: bool) -> Result<(), BuildError> {
        if self.sheet.rows.last().is_some_and(|row| row.number >= number) {
            self.out_of_order(CellRef::new(number, 1).ok_or(BuildError::TooLarge)?)?;
        }
        let first = u32::try_from(self.sheet.cells.len()).map_err(|_| BuildError::TooLarge)?;
        self.sheet.rows.push(RowRecord { number, first, hidden, style: None });
        Ok(())
    }

    /// Gives the row started last a default style.
    pub fn row_style(&mut self, style: u32) {
        if let Some(row) = self.sheet.rows.last_mut() {
            row.style = Some(style);
        }
    }

    /// Adds a cell; cells come in rising order.
    ///
    /// # Errors
    /// When the cell does not come after the one before, or the grid is full.
    pub fn cell(&mut self, at: CellRef, value: ValueRef<'_>, style: u32) -> Result<(), BuildError> {
        let (kind, text) = match value {
            ValueRef::Blank => (Kind::Blank, ""),
            ValueRef::Number(text) => (Kind::Number, text),
            ValueRef::Text(text) => (Kind::Text, text),
            ValueRef::Bool(true) => (Kind::True, ""),
            ValueRef::Bool(false) => (Kind::False, ""),
            ValueRef::Error(text) => (Kind::Error, text),
            ValueRef::Date(text) => (Kind::Date, text),
        };
        let (start, length) = self.store(text)?;
        self.push(at, Record { at: start, length, style, formula: 0, column: at.column(), kind })
    }

    /// Adds a cell that holds a shared string.
    ///
    /// # Errors
    /// As [`SheetBuilder::cell`].
    pub fn shared(&mut self, at: CellRef, string: u32, style: u32) -> Result<(), BuildError> {
        self.push(
            at,
            Record { at: string, length: 0, style, formula: 0, column: at.column(), kind: Kind::Shared },
        )
    }

    /// Gives the cell added last a formula, text without `=`.
    ///
    /// # Errors
    /// When the grid is full.
    pub fn formula(&mut self, text: &str, kind: FormulaKind) -> Result<(), BuildError> {
        let (at, length) = self.store(text)?;
        self.sheet.formulas.push(FormulaRecord { at, length, kind });
        let number = u32::try_from(self.sheet.formulas.len()).map_err(|_| BuildError::TooLarge)?;
        if let Some(record) = self.sheet.cells.last_mut() {
            record.formula = number;
        }
        Ok(())
    }

    /// Adds a merged range.
    pub fn merge(&mut self, range: Range) {
        self.sheet.merges.push(range);
    }

    /// Marks columns as hidden, from 1.
    pub fn hide_columns(&mut self, first: u16, last: u16) {
        self.sheet.hidden_columns.push((first, last));
    }

    /// Gives columns a default style.
    pub fn column_style(&mut self, first: u16, last: u16, style: u32) {
        self.sheet.column_styles.push((first, last, style));
    }

    /// Marks the sheet as protected.
    pub fn protect(&mut self) {
        self.sheet.protected = true;
    }

    /// How many cells were added.
    pub fn len(&self) -> usize {
        self.sheet.cells.len()
    }

    /// Whether no cell was added.
    pub fn is_empty(&self) -> bool {
        self.sheet.cells.is_empty()
    }

    /// The finished grid.
    pub fn finish(mut self) -> Sheet {
        self.sheet.merges.sort_unstable();
        let mut so_far = 0;
        let reach = self.sheet.merges.chunks(MERGE_BLOCK).map(|block| {
            let own = block.iter().map(|merge| merge.last().row()).max().unwrap_or(0);
            so_far = so_far.max(own);
            Reach { own, so_far }
        });
        self.sheet.merge_reach = reach.collect();
        self.sheet
    }

    fn push(&mut self, at: CellRef, record: Record) -> Result<(), BuildError> {
        if self.last.is_some_and(|last| last >= at) {
            self.out_of_order(at)?;
        }
        if self.sheet.rows.last().is_none_or(|row| row.number != at.row()) {
            self.row(at.row(), false)?;
        }
        self.last = Some(at);
        self.sheet.cells.push(record);
        Ok(())
    }

    fn out_of_order(&mut self, at: CellRef) -> Result<(), BuildError> {
        if self.order == Order::Rising {
            return Err(BuildError::OutOfOrder(at));
        }
        self.order = Order::Mixed;
        Ok(())
    }

    /// The finished grid of cells that came in any order.
    ///
    /// # Errors
    /// When a cell came twice.
    pub(crate) fn sorted(mut self) -> Result<Sheet, BuildError> {
        if self.order == Order::Mixed {
            self.sort()?;
        }
        Ok(self.finish())
    }

    /// Brings rows and cells into rising order; rows of one number become one.
    fn sort(&mut self) -> Result<(), BuildError> {
        let sheet = &mut self.sheet;
        let starts = sheet.rows.iter().map(|row| row.first as usize);
        let ends = starts.clone().skip(1).chain([sheet.cells.len()]);
        let mut pieces: Vec<(RowRecord, usize)> = sheet.rows.iter().copied().zip(ends).collect();
        pieces.sort_by_key(|(row, _)| row.number);
        let mut rows: Vec<RowRecord> = Vec::with_capacity(pieces.len());
        let mut cells: Vec<Record> = Vec::with_capacity(sheet.cells.len());
        for piece in pieces.chunk_by(|(a, _), (b, _)| a.number == b.number) {
            let Some((head, _)) = piece.first() else { continue };
            let first = cells.len();
            for (row, end) in piece {
                cells.extend_from_slice(sheet.cells.get(row.first as usize..*end).unwrap_or(&[]));
            }
            let own = cells.get_mut(first..).unwrap_or(&mut []);
            own.sort_by_key(|record| record.column);
            let twice = own.windows(2).find_map(|pair| match pair {
                [a, b] if a.column == b.column => CellRef::new(head.number, a.column),
                _ => None,
            });
            if let Some(at) = twice {
                return Err(BuildError::OutOfOrder(at));
            }
            let hidden = piece.iter().any(|(row, _)| row.hidden);
            let first = u32::try_from(first).map_err(|_| BuildError::TooLarge)?;
            let style = piece.iter().find_map(|(row, _)| row.style);
            rows.push(RowRecord { number: head.number, first, hidden, style });
        }
        (sheet.rows, sheet.cells) = (rows, cells);
        Ok(())
    }

    /// Bytes of text that the grid holds so far.
    pub(crate) fn text_len(&self) -> usize {
        self.sheet.arena.len()
    }

    fn store(&mut self, text: &str) -> Result<(u32, u32), BuildError> {
        let at = u32::try_from(self.sheet.arena.len()).map_err(|_| BuildError::TooLarge)?;
        let length = u32::try_from(text.len()).map_err(|_| BuildError::TooLarge)?;
        self.sheet.arena.push_str(text);
        Ok((at, length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> CellRef {
        text.parse().unwrap()
    }

    #[test]
    fn a_built_grid_gives_back_what_was_put_in() {
        let mut builder = SheetBuilder::default();
        builder.cell(at("B2"), ValueRef::Number("4.40"), 3).unwrap();
        builder.cell(at("C2"), ValueRef::Blank, 0).unwrap();
        builder.formula("B2*2", FormulaKind::Plain).unwrap();
        builder.row(5, true).unwrap();
        builder.row_style(4);
        builder.column_style(2, 3, 7);
        builder.cell(at("A5"), ValueRef::Text("合计"), 0).unwrap();
        builder.merge("A5:C5".parse().unwrap());
        builder.merge("B2:B4".parse().unwrap());
        let sheet = builder.finish();
        assert_eq!(sheet.value(at("B2")), ValueRef::Number("4.40"));
        assert_eq!(sheet.formula(at("C2")).unwrap().text, "B2*2");
        assert!(sheet.is_row_hidden(5) && !sheet.is_row_hidden(2));
        assert_eq!(sheet.anchor(at("C5")), at("A5"));
        assert_eq!(sheet.anchor(at("B4")), at("B2"));
        assert_eq!(sheet.merge_at(at("D4")), None);
        let styles = ["B2", "B3", "B5", "A9"].map(|cell| sheet.style_at(at(cell)));
        assert_eq!(styles, [3, 7, 4, 0]);
        assert_eq!(sheet.used().unwrap().to_string(), "A2:C5");
    }

    #[test]
    fn a_repeated_cell_is_refused() {
        let mut builder = SheetBuilder::default();
        builder.cell(at("B2"), ValueRef::Bool(true), 0).unwrap();
        assert_eq!(builder.cell(at("B2"), ValueRef::Blank, 0), Err(BuildError::OutOfOrder(at("B2"))));
    }
}
