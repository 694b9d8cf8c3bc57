//! What `schema` prints describes what is written. The checker below knows the words of JSON Schema that our schemas
//! use and stops at any other: a whole validator would bring some forty crates for these few.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Desk, run, run_binary, sample};

/// A schema with what it calls `$defs`.
struct Schema(Value);

impl Schema {
    /// What the command prints for a subject.
    fn of(subject: &str) -> Self {
        let ran = run(["schema", subject]);
        assert_eq!((ran.exit, ran.err.as_str()), (0, ""));
        Self(serde_json::from_str(&ran.out).unwrap())
    }

    /// The faults of a value, each with its place in it.
    fn faults(&self, value: &Value) -> Vec<String> {
        self.against(&self.0, value, "$")
    }

    /// The faults of a value that one of the `$defs` describes.
    fn faults_of(&self, name: &str, value: &Value) -> Vec<String> {
        self.against(&self.0["$defs"][name], value, "$")
    }

    fn against(&self, schema: &Value, value: &Value, place: &str) -> Vec<String> {
        let words = schema.as_object().unwrap_or_else(|| panic!("{place}: no schema"));
        words.iter().flat_map(|(word, asked)| self.word((word, asked), schema, value, place)).collect()
    }

    fn word(&self, (word, asked): (&str, &Value), schema: &Value, value: &Value, place: &str) -> Vec<String> {
        let holds = match word {
            "$schema" | "$id" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let name = asked.as_str().and_then(|path| path.strip_prefix("#/$defs/")).unwrap();
                return self.against(&self.0["$defs"][name], value, place);
            }
            "type" => list(asked).iter().any(|kind| is(value, kind.as_str().unwrap())),
            "const" => value == asked,
            "enum" => list(asked).contains(value),
            "minimum" => value.as_i64().is_none_or(|number| number >= asked.as_i64().unwrap()),
            "pattern" => value.as_str().is_none_or(|text| matches(asked.as_str().unwrap(), text)),
            "anyOf" => list(asked).iter().any(|one| self.against(one, value, place).is_empty()),
            "required" => list(asked).iter().all(|key| value.get(key.as_str().unwrap()).is_some()),
            "additionalProperties" => {
                let known = schema["properties"].as_object().unwrap();
                if asked.is_object() {
                    let map = value.as_object().into_iter().flatten();
                    let others = map.filter(|(key, _)| !known.contains_key(*key));
                    return others
                        .flat_map(|(key, value)| self.against(asked, value, &format!("{place}.{key}")))
                        .collect();
                }
                assert_eq!(asked, &Value::Bool(false));
                value.as_object().is_none_or(|map| map.keys().all(|key| known.contains_key(key)))
            }
            "properties" => {
                let present = asked.as_object().unwrap().iter();
                let present = present.filter_map(|(key, one)| Some((key, one, value.get(key)?)));
                return present
                    .flat_map(|(key, one, value)| self.against(one, value, &format!("{place}.{key}")))
                    .collect();
            }
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                return items
                    .flat_map(|(index, value)| self.against(asked, value, &format!("{place}[{index}]")))
                    .collect();
            }
            _ => panic!("{place}: the checker does not know {word}"),
        };
        if holds { Vec::new() } else { vec![format!("{place}: {word} {asked} is not met by {value}")] }
    }
}

/// One value, or each of several.
fn list(asked: &Value) -> &[Value] {
    asked.as_array().map_or(std::slice::from_ref(asked), Vec::as_slice)
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => panic!("the checker does not know the type {kind}"),
    }
}

/// Whether a text is as one of the schemas' patterns says.
fn matches(pattern: &str, text: &str) -> bool {
    const CELL: &str = "[A-Z]{1,3}[1-9][0-9]{0,6}";
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let cell = |text: &str| {
        let (letters, row) = text.split_at(text.bytes().take_while(u8::is_ascii_uppercase).count());
        (1..=3).contains(&letters.len()) && row.len() <= 7 && digits(row) && !row.starts_with('0')
    };
    match pattern {
        "^-?[0-9]+(\\.[0-9]+)?$" => text.strip_prefix('-').unwrap_or(text).splitn(2, '.').all(digits),
        "^[0-9a-f]{64}$" => {
            text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        }
        "^[A-Z][0-9]{3}$" => {
            text.len() == 4
                && text.starts_with(|first: char| first.is_ascii_uppercase())
                && digits(&text[1..])
        }
        _ if pattern == format!("^{CELL}$") => cell(text),
        _ if pattern == format!("^{CELL}(:{CELL})?$") => text.splitn(2, ':').all(cell),
        _ => panic!("the checker does not know the pattern {pattern}"),
    }
}

/// Every workbook of the cases, and the form as units sent it.
fn workbooks() -> Vec<PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-data");
    let mut folders = vec![data];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let ending = entry.extension().and_then(|ending| ending.to_str()).unwrap_or("").to_owned();
            if entry.is_dir() {
                folders.push(entry);
            } else if ["xlsx", "xlsm", "xls", "xlsb", "ods", "csv", "tsv"].contains(&ending.as_str()) {
                found.push(entry);
            }
        }
    }
    found.sort();
    found
}

/// Runs `check` for programs on every file and holds the whole and its elements against the schema.
fn hold(options: &[&str], inputs: &[PathBuf]) -> Vec<Value> {
    let schema = Schema::of("check");
    let args = |format: &str| -> Vec<OsString> {
        let mut args: Vec<OsString> = ["check", "--format", format].map(Into::into).to_vec();
        args.extend(options.iter().map(OsString::from));
        args.extend(inputs.iter().map(|path| path.clone().into_os_string()));
        args
    };
    let report: Value = serde_json::from_str(&run(args("json")).out).unwrap();
    assert_eq!(schema.faults(&report), Vec::<String>::new());
    let lines = run(args("jsonl")).out;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(Some(&lines), report["files"].as_array());
    for line in &lines {
        assert_eq!(schema.faults_of("file", line), Vec::<String>::new());
    }
    lines
}

#[test]
fn every_file_of_the_cases_is_reported_as_the_schema_says() {
    let inputs = workbooks();
    assert!(inputs.len() > 50, "{}", inputs.len());
    for lang in ["zh", "en"] {
        let files = hold(&["--lang", lang, "--all"], &inputs);
        assert_eq!(files.len(), inputs.len());
        let verdicts = |wanted: &str| files.iter().filter(|file| file["verdict"] == wanted).count();
        assert!(["pass", "warnings", "fail", "unchecked"].iter().all(|wanted| verdicts(wanted) > 0));
        assert!(files.iter().any(|file| file["error"].is_object()));
        let findings = files.iter().flat_map(|file| file["findings"].as_array().unwrap());
        assert!(findings.clone().any(|finding| finding["votes"].is_array()));
        assert!(findings.clone().any(|finding| finding["interval"].is_object()));
        assert!(findings.clone().any(|finding| finding["fix"].is_object()));
    }
}

#[test]
fn one_file_a_file_that_is_not_there_and_fixes_are_reported_as_the_schema_says() {
    let desk = Desk::new();
    let file = desk.put("表.xlsx", &sample("cases/numbers-written-as-text/input.xlsx"));
    let files = hold(&["--select", "V002"], std::slice::from_ref(&file));
    assert!(
        files[0]["error"].is_null() && files[0]["findings"].as_array().is_some_and(|all| !all.is_empty())
    );
    let files = hold(&[], &[desk.path("没有.xlsx")]);
    assert!(files[0]["error"].is_object());
    let args = ["check", "--fix", "--format", "json"].map(OsString::from);
    let ran = run(args.into_iter().chain([file.into_os_string()]));
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(Schema::of("check").faults(&report), Vec::<String>::new());
    assert!(report["files"][0]["fixed"].as_array().is_some_and(|fixed| !fixed.is_empty()));
}

#[test]
fn formats_read_in_another_process_are_reported_as_the_schema_says() {
    let desk = Desk::new();
    let good = desk.put("表.xls", &sample("cases/workbook-of-excel-97/input.xls"));
    let bad = desk.put("坏.xls", &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    let ran =
        run_binary(&["check".as_ref(), "--format".as_ref(), "json".as_ref(), good.as_ref(), bad.as_ref()]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(Schema::of("check").faults(&report), Vec::<String>::new());
    assert!(report["files"][1]["error"].is_object());
}

#[test]
fn what_is_extracted_is_as_the_schema_says() {
    let mut args: Vec<OsString> = vec!["extract".into()];
    args.extend(workbooks().into_iter().map(PathBuf::into_os_string));
    let ran = run(args);
    assert_eq!(ran.exit, 3, "some of the files are broken");
    let summary: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(Schema::of("summary").faults(&summary), Vec::<String>::new());
    let files = summary["files"].as_array().unwrap();
    assert!(files.iter().any(|file| file["error"].is_object() && file["submission"].is_null()));
    assert!(files.iter().filter(|file| file["submission"].is_object()).count() > 40);
}

#[test]
fn the_catalogue_is_listed_as_the_schema_says() {
    for lang in ["zh", "en"] {
        let ran = run(["rules", "--format", "json", "--lang", lang]);
        let faults = Schema::of("rules").faults(&serde_json::from_str(&ran.out).unwrap());
        assert_eq!(faults, Vec::<String>::new());
    }
}

#[test]
fn the_profiles_are_listed_as_the_schema_says() {
    let ran = run(["profile", "list", "--format", "json"]);
    let faults = Schema::of("profiles").faults(&serde_json::from_str(&ran.out).unwrap());
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn a_key_too_many_one_too_few_and_a_wrong_value_are_faults() {
    let schema = Schema::of("check");
    let counts = |text: &str| schema.faults_of("counts", &serde_json::from_str(text).unwrap()).len();
    assert_eq!(counts(r#"{"error":0,"warning":0,"info":0}"#), 0);
    assert_eq!(counts(r#"{"error":0,"warning":0}"#), 1);
    assert_eq!(counts(r#"{"error":0,"warning":0,"info":0,"note":0}"#), 1);
    assert_eq!(counts(r#"{"error":-1,"warning":"0","info":0}"#), 2);
    for (name, right, wrong) in [
        ("cell", "AB12", "A0"),
        ("range", "A4:K21", "A4:"),
        ("decimal", "-0.5", "1E3"),
        ("decimal", "12", "."),
        ("severity", "info", "note"),
    ] {
        assert_eq!(schema.faults_of(name, &right.into()).len(), 0, "{right}");
        assert_eq!(schema.faults_of(name, &wrong.into()).len(), 1, "{wrong}");
    }
    let other: Value =
        serde_json::from_str(r#"{"schema":"jixiao.check/2","files":[],"counts":null}"#).unwrap();
    assert!(schema.faults(&other).len() > 1);
}

#[test]
fn the_subject_is_check_unless_another_is_named() {
    assert_eq!(run(["schema"]).out, run(["schema", "check"]).out);
    assert_eq!(run(["schema", "表"]).exit, 2);
}
