//! `fill` from the outside.

use std::ffi::OsString;
use std::fs;

use jixiao_workbook::{SheetId, Workbook};

use crate::support::{Desk, inputs, run, submission};

fn value(workbook: &Workbook, sheet: u32, cell: &str) -> String {
    workbook.value(SheetId(sheet), cell.parse().unwrap()).as_text().to_owned()
}

#[test]
fn the_official_form_comes_back_complete() {
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &inputs());
    let ran = run(["fill".into(), path.into_os_string()]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert!(ran.out.starts_with("请核实后报送　"), "{}", ran.out);
    assert!(ran.out.contains("写入 35 格") && ran.out.contains("92.97"), "{}", ran.out);
    let filled = Workbook::open(fs::read(desk.path("表-已填.xlsx")).unwrap()).unwrap();
    for (cell, expected) in
        [("D7", "830"), ("D21", "1893.66"), ("F21", "0"), ("H21", "1722.16"), ("J21", "92.97")]
    {
        assert_eq!(value(&filled, 0, cell), expected, "{cell}");
    }
    assert_eq!(value(&filled, 1, "B4"), "1893.66");
    assert_eq!(desk.files(), ["表-已填.xlsx", "表.xlsx"]);
}

#[test]
fn a_filled_form_has_nothing_left_to_fill_and_keeps_its_bytes() {
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &inputs());
    run(["fill".into(), path.into_os_string()]);
    let filled = desk.path("表-已填.xlsx").into_os_string();
    let again = desk.path("again.xlsx");
    let ran = run(["fill".into(), filled.clone(), "-o".into(), again.clone().into_os_string()]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert!(ran.out.contains("没有需要填写的单元格"), "{}", ran.out);
    assert_eq!(fs::read(again).unwrap(), fs::read(desk.path("表-已填.xlsx")).unwrap());
    let ran = run(["fill".into(), filled]);
    assert_eq!(ran.exit, 4, "no doubled suffix: {}", ran.out);
    assert!(ran.err.contains("--in-place"), "{}", ran.err);
}

#[test]
fn recompute_lists_every_shown_value_that_changes() {
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &submission());
    let ran = run([
        OsString::from("fill"),
        path.into_os_string(),
        "--recompute".into(),
        "--lang".into(),
        "en".into(),
    ]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert!(ran.out.contains("I7 rate 22.02% → 22.00%"), "{}", ran.out);
    assert!(desk.path("表-filled.xlsx").exists());
}

#[test]
fn a_result_on_standard_output_leaves_the_report_to_standard_error() {
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &inputs());
    let ran = run(["fill".into(), path.into_os_string(), "-o".into(), "-".into()]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert!(Workbook::open(ran.bytes).is_ok());
    assert!(ran.err.contains("写入 35 格"), "{}", ran.err);
}

#[test]
fn several_inputs_stand_in_their_order_and_one_failure_stops_none() {
    let desk = Desk::new();
    for name in ["1.xlsx", "3.xlsx", "4-已填.xlsx", "sub/5.xlsx"] {
        desk.put(name, &inputs());
    }
    desk.put("2.xlsx", b"");
    desk.put("~$1.xlsx", b"");
    desk.put("说明.docx", b"x");
    let out = desk.path("out");
    let args = ["fill".into(), desk.folder().as_os_str().to_owned(), "-o".into(), out.into_os_string()];
    let ran = run(args);
    assert_eq!(ran.exit, 3);
    let places: Vec<usize> = ["1-已填.xlsx", "3-已填.xlsx", "5-已填.xlsx"]
        .iter()
        .map(|name| ran.out.find(name).unwrap())
        .collect();
    assert!(places.is_sorted(), "{}", ran.out);
    assert!(ran.out.contains("共 4 个文件：请核实后报送 3，未能核对 1。"), "{}", ran.out);
    assert!(
        ran.out.contains("本程序写出的文件 1 个") && ran.out.contains("其他类型的文件 1 个"),
        "{}",
        ran.out
    );
    assert!(desk.path("out/5-已填.xlsx").exists() && !desk.path("out/2-已填.xlsx").exists());
}
