//! One table of a document, row by row, to a grid: cells over several columns and rows become merges.

use crate::address::{CellRef, LAST_COLUMN, LAST_ROW, Range};
use crate::error::OpenError;
use crate::limits::Limits;
use crate::sheet::{Sheet, SheetBuilder, ValueRef};
use crate::workbook::NumberFormat;

use super::formats::Formats;
use super::visit::{Stop, number};
use super::written::written;

/// Bytes of text in one cell.
const TEXT_BYTES: usize = 1 << 20;
/// The part that limits are told of.
const PART: &str = "document";

/// What all tables of a document may take together, and the number formats of their cells.
#[derive(Debug, Default)]
pub(super) struct Room {
    cells: usize,
    most_cells: usize,
    bytes: usize,
    most_bytes: u64,
    formats: Formats,
}

impl Room {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { most_cells: limits.cells, most_bytes: limits.part_bytes, ..Self::default() }
    }

    /// Makes room for one more text.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), Stop> {
        self.cells += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        let over =
            |what, limit| Err(Stop::Error(OpenError::OverLimit { part: PART.to_owned(), what, limit }));
        if self.cells > self.most_cells {
            return over("stored cells", self.most_cells as u64);
        }
        if self.bytes as u64 > self.most_bytes {
            return over("bytes of its cells' texts", self.most_bytes);
        }
        Ok(())
    }

    pub(super) fn into_formats(self) -> Vec<NumberFormat> {
        self.formats.into_list()
    }
}

/// How a cell goes on with the one above or before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Merge {
    #[default]
    None,
    /// The first of several.
    First,
    /// Goes on with the one before; what stands in it is not shown.
    More,
}

impl Merge {
    /// What `vMerge` and `hMerge` say; without a value they go on.
    fn of(value: Option<&[u8]>) -> Self {
        if value == Some(b"restart") { Self::First } else { Self::More }
    }
}

/// A cell as it is read.
#[derive(Debug)]
struct Cell {
    span: u32,
    down: Merge,
    across: Merge,
    deleted: bool,
    text: String,
}

impl Default for Cell {
    fn default() -> Self {
        Self { span: 1, down: Merge::None, across: Merge::None, deleted: false, text: String::new() }
    }
}

/// A merged range that the next row may go on with.
#[derive(Clone, Copy, Debug)]
struct Reach {
    first: CellRef,
    last: CellRef,
    down: bool,
}

/// A table as it is read.
#[derive(Debug)]
pub(super) struct Grid {
    depth: usize,
    builder: SheetBuilder,
    row: u32,
    line: Vec<Cell>,
    /// Columns left out before the first cell of the row.
    before: u32,
    deleted: bool,
    cell: Option<Cell>,
    /// What the row before reaches down with, by column.
    open: Vec<Reach>,
}

impl Grid {
    pub(super) fn new(depth: usize) -> Self {
        Self {
            depth,
            builder: SheetBuilder::default(),
            row: 0,
            line: Vec::new(),
            before: 0,
            deleted: false,
            cell: None,
            open: Vec::new(),
        }
    }

    /// Depth of the table's element.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// The cell at hand.
    pub(super) fn cell(&self) -> Option<CellRef> {
        let before = self.line.iter().fold(self.before, |sum, cell| sum.saturating_add(cell.span));
        CellRef::new(self.row + 1, u16::try_from(before.saturating_add(1)).ok()?)
    }

    pub(super) fn begin_row(&mut self) {
        self.line.clear();
        (self.before, self.deleted) = (0, false);
    }

    pub(super) fn begin_cell(&mut self) {
        self.cell = Some(Cell::default());
    }

    /// Adds a whole cell to the row at hand.
    pub(super) fn put(&mut self, text: String, span: u32, down: Merge) {
        self.line.push(Cell { span, down, text, ..Cell::default() });
    }

    /// Takes in a property of the row or cell at hand.
    pub(super) fn property(&mut self, name: &[u8], value: Option<&[u8]>, off: bool) -> Result<(), Stop> {
        let count = |value: Option<&[u8]>| value.and_then(number).unwrap_or(0);
        match (&mut self.cell, name) {
            (Some(cell), b"gridSpan") => cell.span = count(value).max(1),
            (Some(cell), b"vMerge") => cell.down = Merge::of(value),
            (Some(cell), b"hMerge") => cell.across = Merge::of(value),
            (Some(cell), b"cellDel") => cell.deleted = true,
            (None, b"gridBefore") => self.before = count(value),
            (None, b"del") => self.deleted = !off,
            _ => {}
        }
        match &self.cell {
            Some(cell) if cell.span > u32::from(LAST_COLUMN) => {
                Stop::damaged(format!("row {} has a cell over {} columns", self.row + 1, cell.span))
            }
            _ => Ok(()),
        }
    }

    /// Adds a paragraph to the cell at hand.
    pub(super) fn paragraph(&mut self, text: &str) -> Result<(), Stop> {
        let Some(cell) = self.cell.as_mut().filter(|_| !text.trim().is_empty()) else { return Ok(()) };
        if !cell.text.is_empty() {
            cell.text.push('\n');
        }
        cell.text.push_str(text);
        if cell.text.len() > TEXT_BYTES {
            return Stop::damaged(format!("a cell with more than {TEXT_BYTES} bytes of text"));
        }
        Ok(())
    }

    pub(super) fn end_cell(&mut self) {
        let Some(cell) = self.cell.take().filter(|cell| !cell.deleted) else { return };
        match self.line.last_mut().filter(|_| cell.across == Merge::More) {
            Some(last) => last.span = last.span.saturating_add(cell.span),
            None => self.line.push(cell),
        }
    }

    /// Lays the row at hand out.
    pub(super) fn end_row(&mut self, room: &mut Room) -> Result<(), Stop> {
        if self.deleted {
            return Ok(());
        }
        let line = std::mem::take(&mut self.line);
        self.row += 1;
        let mut next = self.before.saturating_add(1);
        let mut reached = Vec::with_capacity(line.len());
        for cell in &line {
            let last = next.saturating_add(cell.span - 1);
            let at = |column: u32| {
                let column = u16::try_from(column).ok().filter(|column| *column <= LAST_COLUMN);
                column.filter(|_| self.row <= LAST_ROW).and_then(|column| CellRef::new(self.row, column))
            };
            let (Some(first), Some(last)) = (at(next), at(last)) else {
                return Stop::damaged(format!("row {}, column {next} is outside the grid", self.row));
            };
            next = u32::from(last.column()) + 1;
            reached.push(self.lay(cell, (first, last), room)?);
        }
        self.close(reached);
        Ok(())
    }

    /// Lays a cell out; gives the range it belongs to, which may go on from the row before.
    fn lay(
        &mut self,
        cell: &Cell,
        (first, last): (CellRef, CellRef),
        room: &mut Room,
    ) -> Result<Reach, Stop> {
        if cell.down == Merge::More
            && let Some(above) = self.above(first, last)
        {
            return Ok(Reach { first: above, last, down: true });
        }
        room.take(cell.text.len())?;
        let text = cell.text.trim_matches(['\n', '\r']);
        if !text.trim().is_empty() {
            let number = written(text, &mut room.formats);
            let (value, style) = match &number {
                Some((digits, style)) => (ValueRef::Number(digits), *style),
                None => (ValueRef::Text(text), 0),
            };
            if let Err(error) = self.builder.cell(first, value, style) {
                return Stop::damaged(error.to_string());
            }
        }
        Ok(Reach { first, last, down: cell.down != Merge::None })
    }

    /// Where the range begins that the row before reaches down with at the same columns.
    fn above(&self, first: CellRef, last: CellRef) -> Option<CellRef> {
        let at = self.open.partition_point(|reach| reach.first.column() < first.column());
        let reach = self.open.get(at)?;
        let fits = reach.first.column() == first.column() && reach.last.column() == last.column();
        (fits && reach.down).then_some(reach.first)
    }

    /// The row's ranges stay open; those of the row before that did not go on are done.
    fn close(&mut self, reached: Vec<Reach>) {
        let before = std::mem::replace(&mut self.open, reached);
        for reach in before {
            let at = self.open.partition_point(|open| open.first.column() < reach.first.column());
            if self.open.get(at).is_none_or(|open| open.first != reach.first) {
                self.merge(reach);
            }
        }
    }

    fn merge(&mut self, reach: Reach) {
        if reach.first != reach.last {
            self.builder.merge(Range::new(reach.first, reach.last));
        }
    }

    pub(super) fn finish(mut self) -> Sheet {
        self.close(Vec::new());
        self.builder.finish()
    }
}
