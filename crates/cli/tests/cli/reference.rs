//! `template`, `explain`, `rules`, help.

use std::fs;

use calamine::{Data, Reader, Xlsx};

use crate::support::{Desk, run};

#[test]
fn a_template_is_a_form_that_check_knows_and_another_reader_opens() {
    let desk = Desk::new();
    let path = desk.path("空表.xlsx");
    let args = ["template", "--rows", "3", "--year", "2024", "--unit", "某镇", "--protect", "-o"];
    let mut args: Vec<std::ffi::OsString> = args.iter().map(Into::into).collect();
    args.push(path.clone().into());
    let ran = run(args);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let ran = run(["check".into(), path.clone().into_os_string()]);
    assert_eq!(ran.exit, 0, "{}", ran.out);
    assert!(ran.out.starts_with("未能核对") && ran.out.contains("A4:K10"), "{}", ran.out);
    let mut book: Xlsx<_> = calamine::open_workbook(&path).unwrap();
    let formulas = book.worksheet_formula("附表").unwrap();
    assert_eq!(formulas.get_value((6, 3)).map(String::as_str), Some("SUM(E7:G7)"));
    let score = formulas.get_value((9, 9)).unwrap();
    assert!(score.contains("SUMPRODUCT(D7:D9,J7:J9)/D10"), "{score}");
    let values = book.worksheet_range("附表").unwrap();
    assert_eq!(values.get_value((9, 3)), Some(&Data::Float(0.0)));
    assert!(fs::metadata(&path).unwrap().len() > 1_000);
}

#[test]
fn a_rule_is_explained_in_either_letter_case_and_language() {
    let ran = run(["explain", "s001"]);
    assert_eq!(ran.exit, 0);
    assert!(ran.out.starts_with("S001 ") && ran.out.contains("【怎样改】"), "{}", ran.out);
    let ran = run(["explain", "[S001]", "--lang", "en"]);
    assert!(ran.out.contains("HOW TO CORRECT"), "{}", ran.out);
    let ran = run(["rules", "--format", "json"]);
    let rules: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert!(rules["rules"].as_array().unwrap().len() > 10);
}

#[test]
fn help_speaks_both_languages() {
    let ran = run(["fill", "--help"]);
    assert_eq!(ran.exit, 0);
    assert!(ran.out.contains("用法：") && !ran.out.contains("Options"), "{}", ran.out);
    let ran = run(["--help", "--lang", "en"]);
    assert!(ran.out.contains("Usage:") && ran.out.contains("Commands"), "{}", ran.out);
}
