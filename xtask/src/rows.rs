//! The rows of a sheet as lines that a person reads: of each cell its column, its formula and its value.

use std::fmt::Write as _;

use jixiao_workbook::diff::CellState;
use jixiao_workbook::sheet::{Cell, Row};
use jixiao_workbook::{ValueRef, Workbook, column_letters};

/// Cells of a sheet after which rows are only counted, and of one that holds texts only.
const CELLS: usize = 240;
const CELLS_OF_TEXTS: usize = 60;
/// Rows that are shown at the end of a sheet.
const LAST: usize = 3;
/// Characters of the longest text, and of the longest formula.
const LONGEST: usize = 60;
const LONGEST_FORMULA: usize = 110;

/// The filled rows of a sheet, a line each: `附表!7  A 1 | B "防汛经费" | D =SUM(E7:G7) 830`. In the middle of a long
/// sheet rows are counted only; a sheet of one column is prose and not shown. Texts come without the folder that the
/// case runs in.
pub(crate) fn filled(book: &Workbook, sheet: &str, folder: &str) -> Result<String, String> {
    let id = book.sheet_named(sheet).ok_or_else(|| format!("no sheet {sheet}"))?;
    let grid = book.sheet(id).map_err(|error| error.to_string())?;
    let rows: Vec<(u32, Vec<String>)> = grid
        .rows()
        .map(|row| (row.number, row.cells().filter_map(|cell| shown(&cell, folder)).collect()))
        .filter(|(_, cells): &(u32, Vec<String>)| !cells.is_empty())
        .collect();
    if rows.iter().all(|(_, cells)| cells.len() < 2) {
        return Ok(String::new());
    }
    let is_text =
        |cell: Cell<'_>| cell.formula.is_none() && matches!(cell.value, ValueRef::Text(_) | ValueRef::Blank);
    let most = if grid.rows().flat_map(Row::cells).all(is_text) { CELLS_OF_TEXTS } else { CELLS };
    let mut before = 0;
    let (mut text, mut left_out) = (String::new(), 0);
    for (index, (number, cells)) in rows.iter().enumerate() {
        before += cells.len();
        if before > most && index + LAST < rows.len() {
            left_out += 1;
            continue;
        }
        if left_out > 0 {
            let _ = writeln!(text, "  … {left_out} rows");
            left_out = 0;
        }
        let _ = writeln!(text, "  {sheet}!{number}  {}", cells.join(" | "));
    }
    Ok(text)
}

/// A cell that holds something.
fn shown(cell: &Cell<'_>, folder: &str) -> Option<String> {
    let state = CellState { value: cell.value.to_value(), formula: None, style: 0, format: String::new() };
    let formula = cell.formula.map(|formula| format!("={} ", cut(formula.text, LONGEST_FORMULA)));
    let is_blank = cell.value.is_blank() && formula.is_none();
    let value = cut(&state.to_string().replace(folder, ""), LONGEST);
    (!is_blank)
        .then(|| format!("{} {}{value}", column_letters(cell.at.column()), formula.unwrap_or_default()))
}

/// The first characters of a text, with a sign where there are more.
fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or(text)),
        None => text.to_owned(),
    }
}
