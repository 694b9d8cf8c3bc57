use super::*;
use crate::address::CellRef;
use crate::sheet::ValueRef;

fn at(text: &str) -> CellRef {
    text.parse().unwrap()
}

#[test]
fn the_official_form_is_read() {
    let bytes = include_bytes!("../../../../test-data/template/official-2023-inputs.xlsx").to_vec();
    let book = Workbook::open(bytes).unwrap();
    let form = book.sheet_named("附表").unwrap();
    let sheet = book.sheet(form).unwrap();
    assert_eq!(sheet.value(at("E12")), ValueRef::Number("146.54"));
    assert_eq!(sheet.value(at("A21")), ValueRef::Text("合计"));
    assert_eq!(sheet.anchor(at("C21")), at("A21"));
    assert_eq!(book.format_at(sheet, at("I7")).code, "0.00%");
    let second = book.sheet_ids().nth(1).unwrap();
    assert_eq!(book.sheet(second).unwrap().formula(at("B4")).unwrap().text, "附表!D21");
    assert!(book.sheet(second).unwrap().is_protected());
}
