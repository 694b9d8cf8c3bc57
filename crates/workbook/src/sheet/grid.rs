//! A grid as it is looked at: rows, cells, formulas, merges, what is hidden.

use std::sync::Arc;

use super::pages::{Cells, Texts};
use super::records::{FormulaRecord, Kind, MERGE_BLOCK, Reach, Record, RowRecord};
use super::{Strings, ValueRef};
use crate::address::{CellRef, Range};

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
    /// The number of its text among the workbook's shared strings, if it is one.
    pub string: Option<u32>,
}

/// One row of a grid.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Its number, from 1.
    pub number: u32,
    /// Whether it is hidden.
    pub hidden: bool,
    sheet: &'a Sheet,
    records: &'a [Record],
}

impl<'a> Row<'a> {
    /// The row's stored cells, by column.
    pub fn cells(self) -> impl Iterator<Item = Cell<'a>> + Clone {
        self.records.iter().filter_map(move |record| self.sheet.view(self.number, record))
    }

    /// The row's stored cells from one column to another, both included.
    pub fn cells_between(self, left: u16, right: u16) -> impl Iterator<Item = Cell<'a>> + Clone {
        let records = self.records;
        let start = records.partition_point(|record| record.column < left);
        let end = records.partition_point(|record| record.column <= right);
        let records = records.get(start..end).unwrap_or(&[]);
        records.iter().filter_map(move |record| self.sheet.view(self.number, record))
    }
}

/// A sheet's cells and what belongs to them. Rows and columns count from 1.
#[derive(Debug, Default)]
pub struct Sheet {
    pub(super) rows: Vec<RowRecord>,
    pub(super) cells: Cells,
    pub(super) formulas: Vec<FormulaRecord>,
    pub(super) texts: Texts,
    pub(super) strings: Arc<Strings>,
    pub(super) merges: Vec<Range>,
    pub(super) merge_reach: Vec<Reach>,
    /// Hidden columns, as ranges from 1.
    pub(super) hidden_columns: Vec<(u16, u16)>,
    pub(super) column_styles: Vec<(u16, u16, u32)>,
    pub(super) protected: bool,
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
        self.row_at(self.row_index(number)?)
    }

    /// Where a row is stored. Rows mostly follow each other without gaps, so its distance from the first is tried
    /// before searching.
    fn row_index(&self, number: u32) -> Option<usize> {
        let distance = number.checked_sub(self.rows.first()?.number)? as usize;
        if self.rows.get(distance).is_some_and(|row| row.number == number) {
            return Some(distance);
        }
        self.rows.binary_search_by_key(&number, |row| row.number).ok()
    }

    fn row_at(&self, index: usize) -> Option<Row<'_>> {
        let record = self.rows.get(index)?;
        let records = self.cells.of_row(record, self.rows.get(index + 1));
        Some(Row { number: record.number, hidden: record.hidden, sheet: self, records })
    }

    /// The stored cell at a place.
    pub fn cell(&self, at: CellRef) -> Option<Cell<'_>> {
        let row = self.row(at.row())?;
        let records = row.records;
        // Most rows store every column from the first on.
        let likely = records.get(usize::from(at.column()).saturating_sub(1));
        let record = match likely.filter(|record| record.column == at.column()) {
            Some(record) => record,
            None => records.get(records.binary_search_by_key(&at.column(), |record| record.column).ok()?)?,
        };
        self.view(at.row(), record)
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
        self.rows.get(self.row_index(number)?)?.style
    }

    fn column_style(&self, column: u16) -> u32 {
        let inside = |&&(first, last, _): &&(u16, u16, u32)| (first..=last).contains(&column);
        self.column_styles.iter().find(inside).map_or(0, |(_, _, style)| *style)
    }

    /// The highest style that a cell, a row or a column has.
    pub(crate) fn highest_style(&self) -> u32 {
        let cells = self.rows().flat_map(Row::cells).map(|cell| cell.style);
        let rows = self.rows.iter().filter_map(|row| row.style);
        let columns = self.column_styles.iter().map(|(_, _, style)| *style);
        cells.chain(rows).chain(columns).max().unwrap_or(0)
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
        let filled = self.rows().filter(|row| !row.records.is_empty());
        let (top, bottom) = (filled.clone().next()?.number, filled.last()?.number);
        let left = self.cells.iter().map(|record| record.column).min()?;
        let right = self.cells.iter().map(|record| record.column).max()?;
        Some(Range::new(CellRef::new(top, left)?, CellRef::new(bottom, right)?))
    }

    /// The strings that its cells share with the workbook's other sheets.
    pub fn strings(&self) -> &Arc<Strings> {
        &self.strings
    }

    fn view(&self, row: u32, record: &Record) -> Option<Cell<'_>> {
        let at = CellRef::new(row, record.column)?;
        let text = || self.texts.get(record.at, record.length);
        let value = match record.kind() {
            Kind::Blank => ValueRef::Blank,
            Kind::Number => ValueRef::Number(text()),
            Kind::Text => ValueRef::Text(text()),
            Kind::Shared => ValueRef::Text(self.strings.get(record.at).unwrap_or("")),
            Kind::True => ValueRef::Bool(true),
            Kind::False => ValueRef::Bool(false),
            Kind::Error => ValueRef::Error(text()),
            Kind::Date => ValueRef::Date(text()),
        };
        let formula = (record.formula as usize).checked_sub(1).and_then(|index| self.formulas.get(index));
        let formula = formula
            .map(|formula| Formula { text: self.texts.get(formula.at, formula.length), kind: formula.kind });
        let string = (record.kind() == Kind::Shared).then_some(record.at);
        Some(Cell { at, value, style: record.style(), formula, string })
    }
}
