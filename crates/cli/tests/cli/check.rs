//! `check` from the outside.

use std::fs;

use serde_json::Value;

use crate::support::{Desk, inputs, run, submission};

#[test]
fn json_holds_the_contracts_keys_and_says_chinese() {
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &submission());
    let ran = run(["check".into(), path.clone().into_os_string(), "--format".into(), "json".into()]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["schema"], "jixiao.check/1");
    let file = &report["files"][0];
    assert_eq!(file["path"], path.display().to_string());
    assert_eq!(file["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(file["table"]["range"], "A3:K20");
    assert_eq!((&file["table"]["year"], &file["table"]["projects"]), (&2023.into(), &14.into()));
    assert_eq!(file["computed"]["budget"], "1893.66");
    assert_eq!(file["computed"]["rate"], "0.909434639798");
    assert_eq!(file["computed"]["score_exact"], "92.965538");
    assert_eq!(file["computed"]["score_by_executed"], "93.54");
    assert_eq!(file["stated"]["budget"], "1893.66");
    let finding = file["findings"].as_array().unwrap().iter().find(|f| f["code"] == "S012").unwrap();
    assert!(finding["message"].as_str().unwrap().contains("备注"));
}

#[test]
fn an_unread_file_is_unchecked_in_json_too() {
    let desk = Desk::new();
    let path = desk.put("a.xlsx", b"%PDF-1.7");
    let ran = run(["check".into(), path.into_os_string(), "--format".into(), "jsonl".into()]);
    assert_eq!(ran.exit, 3);
    let line: Value = serde_json::from_str(ran.out.trim()).unwrap();
    assert_eq!((&line["verdict"], &line["error"]["code"]), (&"unchecked".into(), &"not-a-workbook".into()));
}

#[test]
fn select_ignore_and_fail_on_decide_the_exit_code() {
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &inputs()).into_os_string();
    let exit = |flags: &[&str]| {
        let mut args = vec!["check".into(), path.clone()];
        args.extend(flags.iter().map(Into::into));
        run(args).exit
    };
    assert_eq!(exit(&["--select", "S012", "--fail-on", "warning"]), 1);
    assert_eq!(exit(&["--select", "s", "--ignore", "S012", "--fail-on", "warning"]), 0);
    assert_eq!(exit(&["--select", "S012"]), 0);
    assert_eq!(exit(&["--fail-on", "never"]), 0);
}

#[test]
fn the_report_shows_the_verdict_first_and_whole_rows_aligned() {
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &inputs());
    let ran = run(["check".into(), path.into_os_string(), "--select".into(), "S012".into()]);
    assert!(ran.out.starts_with("请核实后报送　"), "{}", ran.out);
    assert!(ran.out.contains("[S012]") && ran.out.contains("涉及的行"), "{}", ran.out);
    assert!(!ran.out.contains('\u{1b}'), "{}", ran.out);
}

#[test]
fn a_report_goes_where_it_is_asked_to() {
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &inputs()).into_os_string();
    let report = desk.path("r.json");
    let args = ["check".into(), path, "--format".into(), "json".into(), "-o".into(), report.clone().into()];
    let ran = run(args);
    assert_eq!(ran.out, "");
    let report: Value = serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!(report["files"].as_array().unwrap().len(), 1);
}
