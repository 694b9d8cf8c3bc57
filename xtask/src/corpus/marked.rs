//! Marks on any book, as a check makes them: a fill and a comment at a cell of every sheet and a list that keeps the
//! old styles. They change no value, and `clean` takes them off without a trace in values, styles and comments.

use jixiao_render::marks::{AUTHOR, clean};
use jixiao_selfeval::layout::MARKER;
use jixiao_workbook::diff::{Diff, Kind, diff};
use jixiao_workbook::{
    CellRef, Content, Edit, Look, NewCell, NewColumn, NewSheet, OpenError, PatchError, Rgb, SheetId, Style,
    Value, Workbook,
};

use super::prove::Expected;
use super::sites::first_free;

/// A fill that hardly any book has.
const FILL: Rgb = Rgb(0xFF, 0xC9, 0xCE);
/// Columns of the list in front of what it keeps, and rows above it.
const FRONT: usize = 6;
const HEAD: usize = 3;

/// The cells that are marked: the first stored one of every sheet.
pub(super) fn cells(book: &Workbook) -> Vec<(SheetId, CellRef)> {
    let grids = book.sheet_ids().filter(|id| book.entry(*id).is_some_and(|entry| entry.grid));
    grids.filter_map(|id| Some((id, first_free(book.sheet(id).ok()?)?))).collect()
}

/// The edits that mark them.
pub(super) fn edits(book: &Workbook, cells: &[(SheetId, CellRef)]) -> Result<Vec<Edit>, PatchError> {
    let mut edits = Vec::new();
    for (sheet, cell) in cells.iter().copied() {
        edits.push(Edit::SetCell { sheet, cell, content: Content::Keep, style: Style::Mark(FILL) });
        // Beside a threaded comment none is seen.
        if !book.comments(sheet)?.iter().any(|comment| comment.threaded && comment.cell == cell) {
            let text = "必须修改：合计与各项目之和不符。".to_owned();
            edits.push(Edit::SetComment { sheet, cell, author: AUTHOR.to_owned(), text });
        }
    }
    edits.push(Edit::AddSheet(Box::new(list(book, cells))));
    Ok(edits)
}

/// The list, with what `clean` needs of it.
fn list(book: &Workbook, cells: &[(SheetId, CellRef)]) -> NewSheet {
    let text = |text: &str| NewCell { content: Content::Text(text.to_owned()), look: Look::Plain };
    let kept = |look: Look| NewCell { content: Content::Clear, look };
    let front = || vec![kept(Look::Plain); FRONT];
    let mut rows = vec![front(); HEAD];
    rows.iter_mut().take(1).for_each(|row| row.push(text(MARKER)));
    rows.extend(cells.iter().map(|(sheet, cell)| {
        let name = book.entry(*sheet).map_or("", |entry| entry.name.as_str());
        let (old, new) = (Look::Like(*sheet, *cell), Look::Marked(*sheet, *cell, FILL));
        [front(), vec![text(name), text(&cell.to_string()), kept(old), kept(new)]].concat()
    }));
    let columns = vec![NewColumn { width: 10, hidden: false }; FRONT + 4];
    NewSheet { name: "核对标记".to_owned(), columns, frozen: 0, rows }
}

/// The texts of the list, as other programs must read them.
pub(super) fn told(book: &Workbook, cells: &[(SheetId, CellRef)]) -> Vec<Expected> {
    let list = list(book, cells);
    let rows = (1..)
        .zip(&list.rows)
        .flat_map(|(row, cells)| (1..).zip(cells).map(move |(at, cell)| (row, at, cell)));
    let text = |(row, column, cell): (u32, u16, &NewCell)| match &cell.content {
        Content::Text(text) => Some(Expected {
            sheet: list.name.clone(),
            cell: CellRef::new(row, column)?,
            formula: None,
            value: Value::Text(text.clone()),
            refreshed: false,
        }),
        _ => None,
    };
    rows.filter_map(text).collect()
}

/// What our reader sees of a marked book that is not a mark.
pub(super) fn seen(book: &Workbook, after: &Workbook, cells: &[(SheetId, CellRef)]) -> Vec<String> {
    let seen = match diff(book, after) {
        Ok(seen) => seen,
        Err(error) => return vec![error.to_string()],
    };
    let mut faults = unread(&seen);
    let marked = |sheet: &str, at: CellRef| {
        cells.iter().any(|(id, cell)| *cell == at && book.entry(*id).is_some_and(|entry| entry.name == sheet))
    };
    for cell in &seen.cells {
        let kept = cell.before.value == cell.after.value && cell.before.formula == cell.after.formula;
        if !kept || !marked(&cell.sheet, cell.cell) {
            faults.push(cell.to_string());
        }
    }
    let styled = seen.cells.iter().filter(|cell| cell.before.style != cell.after.style).count();
    if styled != cells.len() {
        faults.push(format!("{styled} of {} cells are marked", cells.len()));
    }
    let added = seen.sheets.iter().filter(|(_, kind)| *kind == Kind::Added).count();
    if (added, seen.sheets.len()) != (1, 1) {
        faults.push("other sheets than the list come or go".to_owned());
    }
    faults
}

/// The edits that take the marks off.
pub(super) fn cleaning(after: &Workbook) -> Result<Vec<Edit>, PatchError> {
    clean(after).map(|cleaning| cleaning.edits)
}

/// What of a book is not as it was once its marks are off.
pub(super) fn left(book: &Workbook, cleaned: &Workbook) -> Vec<String> {
    let seen = match diff(book, cleaned) {
        Ok(seen) => seen,
        Err(error) => return vec![error.to_string()],
    };
    let mut faults = unread(&seen);
    faults.extend(seen.cells.iter().map(ToString::to_string));
    faults.extend(seen.sheets.iter().map(|(name, kind)| format!("sheet {name} is {kind}")));
    let differs = |id: &SheetId| book.comments(*id).ok() != cleaned.comments(*id).ok();
    faults.extend(book.sheet_ids().filter(differs).map(|id| format!("sheet {}: other comments", id.0)));
    faults
}

fn unread(seen: &Diff) -> Vec<String> {
    let told = |(name, error): &(String, OpenError)| format!("sheet {name}: {error}");
    seen.unread.iter().map(told).collect()
}
