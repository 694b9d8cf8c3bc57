//! The table drawn as it stands in its sheet: from the title to the note, merged cells merged, every cell with a
//! finding marked with its number.

use jixiao_selfeval::computed::shown;
use jixiao_selfeval::review::Table;
use jixiao_workbook::address::column_letters;
use jixiao_workbook::number::decimal;
use jixiao_workbook::{Cell, CellRef, Date, Range, Sheet, ValueRef, Workbook};

use super::findings::Marks;
use crate::words::one_line;

/// Rows up to which a table is drawn whole; of a larger one only heads, rows with findings and the total row.
const WHOLE: usize = 300;
/// Rows that are drawn at most.
const MOST: usize = 1_000;

/// The drawing.
pub(super) struct Grid {
    /// Column letters.
    pub(super) letters: Vec<String>,
    pub(super) rows: Vec<Row>,
    /// Rows of the table that are not drawn.
    pub(super) left: usize,
}

/// One row.
pub(super) struct Row {
    pub(super) number: u32,
    /// `head`, `total` or nothing.
    pub(super) class: &'static str,
    pub(super) cells: Vec<Square>,
}

/// One cell, or the first of merged ones.
pub(super) struct Square {
    pub(super) at: CellRef,
    pub(super) text: String,
    /// Style classes.
    pub(super) class: String,
    pub(super) across: usize,
    pub(super) down: usize,
    /// Numbers of the findings that speak of it.
    pub(super) numbers: Vec<usize>,
}

impl Grid {
    pub(super) fn of(workbook: &Workbook, table: &Table, marks: &Marks) -> Option<Self> {
        let sheet = workbook.sheet(table.located.sheet).ok()?;
        let (left, right) = (table.located.range.first().column(), table.located.range.last().column());
        let (rows, omitted) = rows(table, marks);
        let drawing = Drawing { workbook, sheet, table, marks, rows: &rows, left, right };
        Some(Self {
            letters: (left..=right).map(column_letters).collect(),
            rows: rows.iter().map(|row| drawing.row(*row)).collect(),
            left: omitted,
        })
    }
}

/// The rows to draw, and how many of the table are left out.
fn rows(table: &Table, marks: &Marks) -> (Vec<u32>, usize) {
    let located = &table.located;
    let title = located.title.as_ref().and_then(|title| title.cell).map(CellRef::row);
    let note = located.note.as_ref().and_then(|note| note.cell).map(CellRef::row);
    let (top, bottom) = (located.range.first().row(), located.range.last().row());
    let first = title.filter(|row| *row < top && top - *row < 20).unwrap_or(top);
    let last = note.filter(|row| *row > bottom && *row - bottom < 20).unwrap_or(bottom);
    let all = first..=last;
    if all.clone().count() <= WHOLE {
        return (all.collect(), 0);
    }
    let total = table.summary.total.as_ref().map(|total| total.row);
    let wanted = |row: &u32| {
        *row <= located.header.last || *row > bottom || Some(*row) == total || marks.names_row(*row)
    };
    let rows: Vec<u32> = all.clone().filter(wanted).take(MOST).collect();
    let left = all.count().saturating_sub(rows.len());
    (rows, left)
}

/// A text outside the table reaches over the empty cells beside it, as it does in a sheet.
fn overflowing(cells: Vec<Square>) -> Vec<Square> {
    let mut row: Vec<Square> = Vec::new();
    for cell in cells {
        let plain = cell.text.is_empty() && cell.numbers.is_empty() && cell.down == 1;
        match row.last_mut().filter(|before| plain && !before.text.is_empty() && before.down == 1) {
            Some(before) => before.across += cell.across,
            None => row.push(cell),
        }
    }
    row
}

struct Drawing<'a> {
    workbook: &'a Workbook,
    sheet: &'a Sheet,
    table: &'a Table,
    marks: &'a Marks,
    rows: &'a [u32],
    left: u16,
    right: u16,
}

impl Drawing<'_> {
    fn row(&self, number: u32) -> Row {
        let located = &self.table.located;
        let class = match number {
            row if row < located.header.first => "around",
            row if row <= located.header.last => "head",
            row if self.table.summary.total.as_ref().is_some_and(|total| total.row == row) => "total",
            row if row > located.range.last().row() => "around",
            _ => "",
        };
        let cells = (self.left..=self.right).filter_map(|column| self.cell(CellRef::new(number, column)?));
        let cells: Vec<Square> = cells.collect();
        Row { number, class, cells: if class == "around" { overflowing(cells) } else { cells } }
    }

    /// A cell with its merge; none where an earlier drawn cell covers it.
    fn cell(&self, at: CellRef) -> Option<Square> {
        let merge = self.sheet.merge_at(at);
        let (mut across, mut down) = (1, 1);
        if let Some(merge) = merge {
            let first_row = self.rows.iter().copied().find(|row| *row >= merge.first().row());
            let first_column = merge.first().column().max(self.left);
            if first_row != Some(at.row()) || first_column != at.column() {
                return None;
            }
            let last_column = merge.last().column().min(self.right);
            across = usize::from(last_column.saturating_sub(at.column())) + 1;
            let inside = |row: &&u32| (merge.first().row()..=merge.last().row()).contains(*row);
            down = self.rows.iter().filter(inside).count();
        }
        let cell = self.sheet.cell(merge.map_or(at, Range::first));
        let mark = self.marks.get(at);
        let number = cell.is_some_and(|cell| matches!(cell.value, ValueRef::Number(_)));
        let class = [if number { "number" } else { "" }, mark.map_or("", |mark| mark.class)];
        Some(Square {
            at,
            text: cell.map(|cell| self.text(cell)).unwrap_or_default(),
            class: class.join(" ").trim().to_owned(),
            across,
            down,
            numbers: mark.map(|mark| mark.numbers.clone()).unwrap_or_default(),
        })
    }

    /// What the cell shows.
    fn text(&self, cell: Cell<'_>) -> String {
        let ValueRef::Number(digits) = cell.value else { return one_line(cell.value.as_text()) };
        let format = self.workbook.format(cell.style);
        let date = |value| Date::of_serial(value, self.workbook.is_1904()).map(|date| date.to_string());
        match decimal(digits) {
            Some(value) if format.is_date() => date(value).unwrap_or_else(|| digits.to_owned()),
            Some(value) => shown(value, format),
            None => digits.to_owned(),
        }
    }
}
