//! Inserts rows into a workbook whose parts are arbitrary, deletes some, and compares what comes out with where each
//! cell goes.
//!
//! A line of edits is `insert BEFORE COUNT [LIKE|- [FIRST LAST]]` or `delete FIRST COUNT`, perhaps behind `SHEET!`;
//! the first line's sheet is that of all. LIKE is the row whose look the new ones take, FIRST and LAST the model rows.

use std::collections::BTreeSet;

use jixiao_workbook::address::LAST_ROW;
use jixiao_workbook::formula::{Area, Home, Place, Token, references, shifted, tokens};
use jixiao_workbook::patch::Signature;
use jixiao_workbook::sheet::Row;
use jixiao_workbook::shift::{Shift, Widening};
use jixiao_workbook::{Cell, CellRef, Edit, FormulaKind, Range, Sheet, SheetId, Workbook};

use super::package::Input;

/// Edits that one input makes.
const MOST_EDITS: usize = 4;

/// New rows that take the look of another: each is written.
const MOST_ROWS: u32 = 64;

/// Every cell is where its row went, with its value and style and a moved formula; rows inserted and deleted again
/// leave everything as it was.
pub fn check(data: &[u8]) {
    let input = Input::new(data);
    let Ok(book) = Workbook::open(input.container()) else { return };
    let (sheet, edits) = edits(input.edits);
    if let Ok(made) = book.apply(&edits, Signature::Void) {
        let after = opened(made);
        super::patch::same_readable(&book, &after);
        compare(&book, &after, sheet, &edits);
    }
    let inserted = edits.iter().find_map(|edit| match *edit {
        Edit::InsertRows { before, count, .. } => Some((before, count)),
        _ => None,
    });
    if let Some(place) = inserted {
        there_and_back(&book, sheet, place);
    }
}

fn opened(made: Vec<u8>) -> Workbook {
    match Workbook::open(made) {
        Ok(book) => book,
        Err(error) => panic!("the edited workbook does not open: {error}"),
    }
}

/// What is after an edit what it has to be.
fn compare(before: &Workbook, after: &Workbook, moved: SheetId, edits: &[Edit]) {
    let shift = shift(edits);
    let Some(entry) = before.entry(moved) else { return };
    assert_eq!(before.sheets(), after.sheets());
    let text = |text: &str, own: bool, place: Place| {
        shifted(text, &shift, Home { sheet: &entry.name, own, place }).unwrap_or_else(|| text.to_owned())
    };
    let names = before.names().iter().map(|name| text(&name.text, name.local == Some(moved), Place::Name));
    assert!(names.eq(after.names().iter().map(|name| name.text.clone())), "the names");
    for id in before.sheet_ids() {
        let (Ok(old), Ok(new)) = (before.sheet(id), after.sheet(id)) else { continue };
        let own = id == moved;
        let none = Shift::none();
        let shift = if own { &shift } else { &none };
        let mut left = BTreeSet::new();
        for cell in old.rows().flat_map(Row::cells) {
            let Some(to) = shift.cell(cell.at) else {
                let is_full = !cell.value.is_blank() || cell.formula.is_some();
                assert!(!is_full || shift.is_deleted(cell.at.row()), "{} is lost", cell.at);
                continue;
            };
            let found = new.cell(to);
            let place = if own { Place::Row(cell.at.row()) } else { Place::Elsewhere };
            check_cell(cell, found, to, |formula| text(formula, own, place));
            check_kind(cell, found, shift);
            left.insert(to);
        }
        let others = new.rows().flat_map(Row::cells).filter(|cell| !left.contains(&cell.at));
        for cell in others {
            assert!(is_new(cell.at.row(), shift), "{} comes from nowhere", cell.at);
            assert!(cell.value.is_blank() && cell.formula.is_none(), "{} is not blank", cell.at);
        }
        check_rows(old, new, shift);
    }
}

fn check_cell(old: Cell<'_>, new: Option<Cell<'_>>, to: CellRef, text: impl Fn(&str) -> String) {
    let Some(new) = new else { panic!("{} has not come to {to}", old.at) };
    assert_eq!((new.value, new.style), (old.value, old.style), "{} at {to}", old.at);
    let meant = old.formula.map(|formula| text(formula.text));
    assert_eq!(
        new.formula.map(|formula| formula.text),
        meant.as_deref(),
        "the formula of {} at {to}",
        old.at
    );
}

/// An array is as large as it was.
fn check_kind(old: Cell<'_>, new: Option<Cell<'_>>, shift: &Shift) {
    let kind = |cell: Option<Cell<'_>>| Some(cell?.formula?.kind);
    let range = |kind: Option<FormulaKind>| match kind {
        Some(FormulaKind::Array(range) | FormulaKind::DataTable(range)) => Some(range),
        _ => None,
    };
    let meant = range(kind(Some(old))).map(|range| shift.range(range, Widening::Never));
    assert_eq!(range(kind(new)).map(Some), meant, "the array of {}", old.at);
}

/// Merges are where their rows went, new ones in new rows; what was hidden is.
fn check_rows(old: &Sheet, new: &Sheet, shift: &Shift) {
    let meant: BTreeSet<Range> =
        old.merges().iter().filter_map(|merge| shift.range(*merge, Widening::SeveralRows)).collect();
    let found: BTreeSet<Range> = new.merges().iter().copied().collect();
    assert!(meant.is_subset(&found), "of {meant:?} there are {found:?}");
    for merge in found.difference(&meant) {
        let row = merge.first().row();
        assert!(row == merge.last().row() && is_new(row, shift), "{merge} comes from nowhere");
    }
    for row in old.rows() {
        if let Some(to) = shift.row(row.number) {
            assert_eq!(new.is_row_hidden(to), row.hidden, "whether row {} is hidden", row.number);
        }
    }
}

fn is_new(row: u32, shift: &Shift) -> bool {
    shift.insertions().any(|(before, count)| {
        let first = shift.first_new(before);
        (first..first.saturating_add(count)).contains(&row)
    })
}

/// Rows that are inserted and deleted again leave cells, formulas, merges and names as they were.
fn there_and_back(book: &Workbook, sheet: SheetId, (before, count): (u32, u32)) {
    if reaches_end(book, count) {
        return;
    }
    let there = Edit::InsertRows { sheet, before, count, style_from: None, grow: None };
    let Ok(there) = book.apply(&[there], Signature::Void) else { return };
    let back = opened(there).apply(&[Edit::DeleteRows { sheet, first: before, count }], Signature::Void);
    let back = match back {
        Ok(back) => opened(back),
        Err(error) => panic!("rows that came do not go: {error}"),
    };
    for (old, new) in book.names().iter().zip(back.names()) {
        assert!(same(&old.text, &new.text), "{} comes back as {}", old.text, new.text);
    }
    for id in book.sheet_ids() {
        let (Ok(old), Ok(new)) = (book.sheet(id), back.sheet(id)) else { continue };
        let cells = |sheet: &Sheet| sheet.rows().flat_map(Row::cells).count();
        assert_eq!(cells(old), cells(new), "cells of sheet {}", id.0 + 1);
        for (old, new) in old.rows().flat_map(Row::cells).zip(new.rows().flat_map(Row::cells)) {
            assert_eq!((old.at, old.value, old.style), (new.at, new.value, new.style));
            let text = |cell: Cell<'_>| cell.formula.map(|formula| formula.text.to_owned());
            let (old_text, new_text) = (text(old), text(new));
            let is_same = old_text.is_some() == new_text.is_some()
                && same(old_text.as_deref().unwrap_or(""), new_text.as_deref().unwrap_or(""));
            assert!(is_same, "{old_text:?} of {} comes back as {new_text:?}", old.at);
        }
        assert_eq!(old.merges(), new.merges());
    }
}

/// Whether two formulas are one, but for how its references are written: moved, they have capitals and no leading zeros.
fn same(a: &str, b: &str) -> bool {
    let pieces = |text: &str| {
        let piece = |token: Token<'_>| match token.area() {
            Some(area) => format!("{:?} {area}", token.qualifier()),
            None => token.text.to_owned(),
        };
        tokens(text).map(piece).collect::<Vec<_>>()
    };
    a == b || pieces(a) == pieces(b)
}

/// Whether something lies so far down that rows push it off the sheet.
fn reaches_end(book: &Workbook, count: u32) -> bool {
    let last = LAST_ROW.saturating_sub(count);
    let speaks = |text: &str| {
        references(text).iter().any(|reference| {
            !matches!(reference.area, Area::Columns(..)) && reference.range().last().row() > last
        })
    };
    let grids = || book.sheet_ids().filter_map(|id| book.sheet(id).ok());
    grids().flat_map(Sheet::formula_cells).filter_map(|cell| cell.formula).any(|f| speaks(f.text))
        || grids().any(|sheet| sheet.used().is_some_and(|used| used.last().row() > last))
        || grids().flat_map(Sheet::merges).any(|merge| merge.last().row() > last)
        || book.names().iter().any(|name| speaks(&name.text))
}

fn shift(edits: &[Edit]) -> Shift {
    let mut shift = Shift::none();
    for edit in edits {
        let made = match *edit {
            Edit::InsertRows { before, count, style_from, grow, .. } => {
                shift.insert((before, count), grow, style_from)
            }
            Edit::DeleteRows { first, count, .. } => shift.delete(first, count),
            _ => Ok(()),
        };
        assert!(made.is_ok(), "rows edited twice were let pass");
    }
    shift
}

/// The sheet and the edits of an input's lines; one where there is none.
fn edits(lines: &[u8]) -> (SheetId, Vec<Edit>) {
    let text = String::from_utf8_lossy(lines);
    let mut found = text.lines().filter_map(line).take(MOST_EDITS).peekable();
    let Some(&(sheet, _)) = found.peek() else {
        let sheet = SheetId(0);
        return (sheet, vec![Edit::InsertRows { sheet, before: 2, count: 2, style_from: None, grow: None }]);
    };
    let edits = found.map(|(_, mut edit)| {
        if let Edit::InsertRows { sheet: own, .. } | Edit::DeleteRows { sheet: own, .. } = &mut edit {
            *own = sheet;
        }
        edit
    });
    (sheet, edits.collect())
}

fn line(line: &str) -> Option<(SheetId, Edit)> {
    let (sheet, rest) = line.split_once('!').unwrap_or(("1", line));
    let sheet = SheetId(sheet.parse::<u32>().ok()?.checked_sub(1)?);
    let mut words = rest.split(' ');
    let kind = words.next()?;
    let mut numbers = words.map(|word| word.parse::<u32>().ok());
    let (first, count) = (numbers.next()??, numbers.next()??);
    if kind == "delete" {
        return Some((sheet, Edit::DeleteRows { sheet, first, count }));
    }
    let style_from = numbers.next().flatten();
    let grow = numbers.next().flatten().zip(numbers.next().flatten());
    let count = if style_from.is_some() { count.min(MOST_ROWS) } else { count };
    let edit = Edit::InsertRows { sheet, before: first, count, style_from, grow };
    (kind == "insert").then_some((sheet, edit))
}
