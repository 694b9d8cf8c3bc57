//! Forms with something in them that must not be misread, lost or run: what `check` and `fill` make of it.

use std::fs;

use jixiao_workbook::{SheetId, ValueRef, Workbook};

use crate::crafted::altered;
use crate::support::{Desk, edited, inputs, run};

const SHEET: &str = "xl/worksheets/sheet1.xml";

fn value(bytes: &[u8], cell: &str) -> String {
    let book = Workbook::open(bytes.to_vec()).unwrap();
    book.value(SheetId(0), cell.parse().unwrap()).as_text().to_owned()
}

/// What no decimal is gets a finding, is never computed with and never written.
#[test]
fn a_number_that_is_none_is_found_and_never_written() {
    for wrong in ["NaN", "Infinity", "1e400", "0x10"] {
        let desk = Desk::new();
        let form = altered(&inputs(), SHEET, |xml| xml.replacen("<v>830</v>", &format!("<v>{wrong}</v>"), 1));
        assert_eq!(value(&form, "E7"), wrong);
        let path = desk.put("表.xlsx", &form);
        let ran =
            run(["check".as_ref(), path.as_os_str(), "--select".as_ref(), "V001".as_ref(), "--all".as_ref()]);
        assert!(ran.out.contains("E7") && ran.out.contains("[V001]"), "{wrong}: {}", ran.out);
        let ran = run(["fill".as_ref(), path.as_os_str()]);
        assert_eq!(ran.exit, 0, "{wrong}: {}", ran.err);
        let filled = fs::read(desk.path("表-已填.xlsx")).unwrap();
        assert_eq!((value(&filled, "E7").as_str(), value(&filled, "D7").as_str()), (wrong, ""), "{wrong}");
    }
}

/// A signature holds only for the bytes that were signed.
#[test]
fn a_signed_workbook_is_filled_only_where_that_is_asked_for() {
    let desk = Desk::new();
    let path =
        desk.put("签.xlsx", &altered(&inputs(), "_xmlsignatures/sig1.xml", |_| "<Signature/>".to_owned()));
    let ran = run(["fill".as_ref(), path.as_os_str()]);
    assert_eq!(ran.exit, 4, "{}", ran.out);
    assert!(ran.err.contains("数字签名") && ran.err.contains("--force"), "{}", ran.err);
    assert_eq!(desk.files(), ["签.xlsx"]);
    let ran = run(["fill".as_ref(), path.as_os_str(), "--force".as_ref()]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let ran = run(["check".as_ref(), path.as_os_str(), "--fail-on=never".as_ref()]);
    assert_eq!(ran.exit, 0, "reading asks for nothing: {}", ran.err);
}

/// Text that a program could take for a formula stays a string, byte for byte.
#[test]
fn text_that_looks_like_a_formula_stays_text() {
    let triggers = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "＝1+1", "=cmd|'/c calc'!A0"];
    for trigger in triggers {
        let form = edited(&[("B7", trigger)]);
        let book = Workbook::open(form.clone()).unwrap();
        let sheet = book.sheet(SheetId(0)).unwrap();
        let cell = sheet.cell("B7".parse().unwrap()).unwrap();
        assert_eq!((cell.value, cell.formula), (ValueRef::Text(trigger), None));
        let desk = Desk::new();
        let path = desk.put("表.xlsx", &form);
        assert_eq!(run(["fill".as_ref(), path.as_os_str()]).exit, 0, "{trigger}");
        let filled = Workbook::open(fs::read(desk.path("表-已填.xlsx")).unwrap()).unwrap();
        let cell = filled.sheet(SheetId(0)).unwrap().cell("B7".parse().unwrap()).unwrap();
        assert_eq!((cell.value, cell.formula), (ValueRef::Text(trigger), None));
    }
}

/// What a stranger wrote is shown as text: it cannot steer a terminal or leave its line.
#[test]
fn a_strangers_text_is_only_shown() {
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &edited(&[("B7", "<img src=x>\u{1b}[31m红\n错误：假的"), ("E7", "x")]));
    let ran = run(["check".as_ref(), path.as_os_str(), "--all".as_ref()]);
    assert!(ran.out.contains("<img src=x>") && !ran.out.contains('\u{1b}'), "{}", ran.out);
    assert!(!ran.out.lines().any(|line| line.trim_start().starts_with("错误：假的")), "{}", ran.out);
}

/// Sheets that are hidden are read, and said to be hidden.
#[test]
fn a_hidden_sheet_is_read_and_said() {
    for state in ["hidden", "veryHidden"] {
        let desk = Desk::new();
        let form = altered(&inputs(), "xl/workbook.xml", |xml| {
            xml.replacen("<sheet name=\"附表\"", &format!("<sheet state=\"{state}\" name=\"附表\""), 1)
        });
        let path = desk.put("表.xlsx", &form);
        let ran = run(["check".as_ref(), path.as_os_str(), "--all".as_ref()]);
        assert!(ran.out.contains("附表") && ran.out.contains("隐藏"), "{state}: {}", ran.out);
    }
}
