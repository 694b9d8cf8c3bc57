//! Formulas that are not computed here, compared with what the engine gives.

use std::process::Command;

use jixiao_workbook::patch::Signature;
use jixiao_workbook::{Content, Edit, SheetId, Style, Value, Workbook};

use crate::support::{Desk, inputs};

/// What the binary says of the sample with formulas beside its table: text and stored number.
fn checked(formulas: &[(&str, &str, &str)]) -> String {
    let book = Workbook::open(inputs()).unwrap();
    let edit = |(cell, text, stored): &(&str, &str, &str)| Edit::SetCell {
        sheet: SheetId(0),
        cell: cell.parse().unwrap(),
        content: Content::Formula { text: (*text).into(), cached: Value::Number((*stored).into()) },
        style: Style::Keep,
    };
    let edits: Vec<Edit> = formulas.iter().map(edit).collect();
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &book.apply(&edits, Signature::Keep).unwrap());
    let program = env!("CARGO_BIN_EXE_jixiao");
    let ran =
        Command::new(program).args(["check", "--lang", "zh", "--select", "F001"]).arg(path).output().unwrap();
    String::from_utf8(ran.stdout).unwrap()
}

#[test]
fn a_stale_result_of_any_known_formula_is_found() {
    let told = checked(&[("N7", "VLOOKUP(1,$A$7:$K$20,5,FALSE)", "83"), ("N8", "MEDIAN(E7:E20)", "16")]);
    assert!(told.contains("：存储的结果是 83，按公式 =VLOOKUP(1,$A$7:$K$20,5,FALSE) 应为 830"), "{told}");
    assert!(!told.contains("N8") && !told.contains("不会算"), "{told}");
}

#[test]
fn what_the_engine_does_not_know_stays_not_checked() {
    let told = checked(&[("N7", "NOSUCHFUNCTION(A7)", "83"), ("N8", "TODAY()", "45000")]);
    assert!(!told.contains("[F001]"), "{told}");
    assert!(told.contains("NOSUCHFUNCTION") && told.contains("TODAY"), "{told}");
}
