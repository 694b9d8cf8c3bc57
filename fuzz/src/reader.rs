//! Opens a workbook whose parts are arbitrary and looks at every cell.

use jixiao_workbook::address::{LAST_COLUMN, LAST_ROW};
use jixiao_workbook::formula::{moved, references};
use jixiao_workbook::sheet::Row;
use jixiao_workbook::{CellRef, Sheet, ValueRef, Workbook, number};

use super::package::Input;

/// Opens, builds every grid, and checks each against itself.
pub fn check(data: &[u8]) {
    let Ok(book) = Workbook::open(Input::new(data).container()) else { return };
    for id in book.sheet_ids() {
        if let Ok(sheet) = book.sheet(id) {
            look(&book, sheet);
        }
    }
    for name in book.names() {
        let _ = references(&name.text);
    }
    // One input in four, since it is read once more.
    if data.len().is_multiple_of(4) && !holds(data, b"<![CDATA[") {
        check_short_cut(&book, data);
    }
}

fn holds(data: &[u8], piece: &[u8]) -> bool {
    data.windows(piece.len()).any(|window| window == piece)
}

/// Cells as programs write them are read in one step; with another blank in each they are not, and mean the same.
fn check_short_cut(book: &Workbook, data: &[u8]) {
    let usual: &[u8] = b"<c r=";
    let mut spread = Vec::with_capacity(data.len() + 64);
    let mut rest = data;
    while let Some(at) = rest.windows(usual.len()).position(|window| window == usual) {
        spread.extend_from_slice(&rest[..at]);
        spread.extend_from_slice(b"<c  r=");
        rest = &rest[at + usual.len()..];
    }
    spread.extend_from_slice(rest);
    let Ok(other) = Workbook::open(Input::new(&spread).container()) else {
        panic!("a blank keeps it from opening")
    };
    for id in book.sheet_ids() {
        let cells = |book: &Workbook| {
            let sheet = book.sheet(id).ok()?;
            Some(sheet.rows().flat_map(Row::cells).map(|cell| format!("{cell:?}")).collect::<Vec<_>>())
        };
        assert_eq!(cells(book), cells(&other), "sheet {}", id.0 + 1);
    }
}

/// A grid is in order, inside its bounds, and tells the same of a cell by every way to it.
pub(super) fn look(book: &Workbook, sheet: &Sheet) {
    let (mut before, mut count) = (None, 0usize);
    let used = sheet.used();
    for row in sheet.rows() {
        assert!((1..=LAST_ROW).contains(&row.number), "row {}", row.number);
        for cell in row.cells() {
            assert_eq!(cell.at.row(), row.number, "{} in another row", cell.at);
            assert!((1..=LAST_COLUMN).contains(&cell.at.column()), "{} is outside the grid", cell.at);
            assert!(before < Some(cell.at), "{} comes after {before:?}", cell.at);
            assert_eq!(sheet.value(cell.at), cell.value, "the value of {}", cell.at);
            assert_eq!(sheet.formula(cell.at), cell.formula, "the formula of {}", cell.at);
            assert_eq!(sheet.style_at(cell.at), cell.style, "the style of {}", cell.at);
            assert!(used.is_some_and(|used| used.contains(cell.at)), "{} is not in use", cell.at);
            let format = book.format(cell.style);
            let _ = (format.decimals(), format.is_percent(), format.is_date());
            if let ValueRef::Number(digits) = cell.value {
                let _ = number::decimal(digits);
            }
            if let Some(formula) = cell.formula {
                let text = moved(formula.text, cell.at, cell.at);
                assert_eq!(text, formula.text, "the formula of {} where it stands", cell.at);
            }
            (before, count) = (Some(cell.at), count + 1);
        }
    }
    assert_eq!(
        sheet.formula_cells().count(),
        sheet.rows().flat_map(Row::cells).filter(|cell| cell.formula.is_some()).count()
    );
    assert_eq!(used.is_some(), count > 0);
    for merge in sheet.merges() {
        for corner in [merge.first(), merge.last()] {
            let found = sheet.merge_at(corner);
            assert!(found.is_some_and(|found| found.contains(corner)), "{merge} does not hold {corner}");
        }
        let _: CellRef = sheet.anchor(merge.last());
    }
}
