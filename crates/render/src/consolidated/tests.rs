//! The workbook as another reader sees it.

use jixiao_selfeval::consolidate::{Unit, Which};
use jixiao_selfeval::review::{Options, review};
use jixiao_selfeval::{Profile, Words};
use jixiao_workbook::Workbook as Book;

use super::*;

fn example() -> Consolidation {
    let bytes = include_bytes!("../../../../test-data/template/official-2023-inputs.xlsx");
    let (workbook, national) = (Book::open(bytes.to_vec()).unwrap(), Profile::national());
    assert!(!is_consolidated(&workbook));
    let review = review(&workbook, &national, Options::default());
    let unit = Unit::of("=1+1.xlsx".to_owned(), None, &review).unwrap();
    let unread = Unit::unread("@坏.xlsx".to_owned(), Words::new("=坏\u{1}", "=bad"));
    Consolidation::of(vec![unit, unread], Which::All)
}

#[test]
fn the_same_wishes_give_the_same_bytes_in_both_languages() {
    for lang in [Lang::Zh, Lang::En] {
        let made = || consolidated(&example(), 1_700_000_000, lang).unwrap();
        let bytes = made();
        assert_eq!(bytes, made());
        let book = Book::open(bytes).unwrap();
        assert!(book.sheets().len() == 4 && is_consolidated(&book));
    }
}

#[test]
fn what_looks_like_a_formula_is_text() {
    let book = Book::open(consolidated(&example(), 0, Lang::Zh).unwrap()).unwrap();
    let sheet = book.sheet_named("单位汇总").unwrap();
    for (cell, text) in [("O5", "=1+1.xlsx"), ("O6", "@坏.xlsx"), ("N6", "=坏")] {
        let cell = cell.parse().unwrap();
        assert_eq!(book.value(sheet, cell).as_text(), text);
    }
    let formulas = book.sheet(sheet).unwrap().formula_cells().filter(|cell| cell.at.column() > 13).count();
    assert_eq!(formulas, 1, "the hidden order of the one unit");
}

#[test]
fn a_unit_that_was_not_read_has_no_figures() {
    let book = Book::open(consolidated(&example(), 0, Lang::Zh).unwrap()).unwrap();
    let sheet = book.sheet_named("单位汇总").unwrap();
    let shown = |cell: &str| book.value(sheet, cell.parse().unwrap()).as_text().to_owned();
    assert_eq!([shown("E5"), shown("H5"), shown("J5")], ["1893.66", "92.97", "1"]);
    assert_eq!([shown("D6"), shown("E6"), shown("J6"), shown("K6")], ["", "", "", "未能核对"]);
}
