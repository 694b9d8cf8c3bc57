//! Evaluates a text as a formula on a small fixed workbook.

use std::sync::OnceLock;

use jixiao_workbook::calc::{Answer, Evaluator, reads};
use jixiao_workbook::formula::{TokenKind, tokens};
use jixiao_workbook::sheet::Row;
use jixiao_workbook::{CellRef, SheetId, Value, Workbook, number};

use super::package::Input;

/// Numbers of many kinds, texts, truth values, an error, formulas with and without a stored result, a circle.
const SHEET: &str = concat!(
    r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#,
    r#"<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>10</v></c><c r="C1"><v>0.1</v></c><c r="D1"><v>1893.6599999999999</v></c></row>"#,
    r#"<row r="2"><c r="A2"><v>2.5</v></c><c r="B2"><v>20</v></c><c r="C2"><v>-0.2</v></c><c r="D2"><v>1E-27</v></c></row>"#,
    r#"<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3"><v>30</v></c><c r="C3" t="b"><v>1</v></c><c r="D3"><v>7.9E28</v></c></row>"#,
    r#"<row r="4"><c r="A4" t="str"><v>3</v></c><c r="B4" t="e"><v>#DIV/0!</v></c><c r="C4" t="str"><v></v></c><c r="D4"><v>1e400</v></c></row>"#,
    r#"<row r="5"><c r="A5"><f>SUM(B1:B3)</f></c><c r="B5"><f>B6</f></c><c r="C5" t="d"><v>2024-01-31</v></c></row>"#,
    r#"<row r="6"><c r="A6"><f>A5*2</f><v>120</v></c><c r="B6"><f>B5</f></c><c r="C6"><f>TODAY()</f></c></row>"#,
    r#"<row r="7"><c r="D7"><v>4</v></c></row><row r="8"><c r="D8"><v>16.5</v></c></row>"#,
    r#"</sheetData></worksheet>"#
);

/// Where the formula stands.
const HOME: (SheetId, u32, u16) = (SheetId(0), 9, 3);

fn workbook() -> &'static Workbook {
    static WORKBOOK: OnceLock<Workbook> = OnceLock::new();
    WORKBOOK.get_or_init(|| {
        let input = Input::new(SHEET.as_bytes());
        let Ok(book) = Workbook::open(input.container()) else { panic!("the fixed workbook does not open") };
        book
    })
}

/// A result reads back as itself, and changes only where a cell does that the formula is said to read.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    check_numbers(text);
    let (book, (sheet, row, column)) = (workbook(), HOME);
    let home = CellRef::new(row, column).unwrap_or(CellRef::FIRST);
    let evaluator = Evaluator::new(book);
    let answer = evaluator.answer(sheet, home, text);
    if let Ok(answer) = &answer {
        let value = answer.value();
        assert!(answer.agrees(value.as_ref()), "{answer:?} is stored as {value:?}");
        if let Answer::Number { value, terms } = answer {
            assert!(!terms.is_sign_negative() || terms.is_zero(), "{value} of the terms {terms}");
        }
    }
    let read = reads(&evaluator, sheet, home, text);
    if read.open.is_some() {
        return;
    }
    let mut other = Evaluator::new(book);
    for id in book.sheet_ids() {
        let Ok(grid) = book.sheet(id) else { continue };
        for cell in grid.rows().flat_map(Row::cells) {
            let is_read = read.ranges.iter().any(|(on, range)| *on == id && range.contains(cell.at));
            // What a formula without a stored result reads is read through it.
            let is_inside = id == sheet && cell.at.column() == 2;
            if !is_read && !is_inside {
                other.set(id, cell.at, Value::Number("77".to_owned()));
            }
        }
    }
    assert_eq!(other.answer(sheet, home, text), answer, "{text:?} reads more than {:?}", read.ranges);
}

/// Written digits mean a decimal, and the digits written for it mean the same.
fn check_numbers(text: &str) {
    for token in tokens(text).filter(|token| token.kind == TokenKind::Number) {
        let Some(meant) = number::decimal(token.text) else { continue };
        let written = number::written(meant);
        assert_eq!(number::decimal(&written), Some(meant), "{} is written {written}", token.text);
        let plain = number::digits(meant);
        assert_eq!(plain.parse(), Ok(meant), "{} in plain digits is {plain}", token.text);
    }
}
