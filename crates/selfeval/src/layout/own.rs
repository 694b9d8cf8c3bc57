//! The sheet that this program adds to a workbook it marks: it is told by a word in a hidden cell, so that a marked
//! workbook is read as the one it was made from.

use jixiao_workbook::{Sheet, SheetId, ValueRef, Workbook};

/// What stands in a cell of the first rows of the sheet of findings.
pub const MARKER: &str = "jixiao.marks/1";

/// Rows in which the marker is looked for.
const ROWS: usize = 5;

/// Whether a sheet is one of findings that this program added.
pub fn is_own(sheet: &Sheet) -> bool {
    let cells = sheet.rows().take(ROWS).flat_map(jixiao_workbook::sheet::Row::cells);
    cells.into_iter().any(|cell| cell.value == ValueRef::Text(MARKER))
}

/// The sheets of findings that this program added to a workbook.
pub fn own_sheets(workbook: &Workbook) -> Vec<SheetId> {
    let is_own = |id: &SheetId| workbook.sheet(*id).is_ok_and(is_own);
    workbook
        .sheet_ids()
        .filter(|id| workbook.entry(*id).is_some_and(|entry| entry.grid))
        .filter(is_own)
        .collect()
}
