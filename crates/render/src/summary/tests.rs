//! Summaries there and back, by hand, and broken.

use jixiao_selfeval::submission::How;
use jixiao_selfeval::{Profile, Summary, layout};
use jixiao_workbook::Workbook;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::Lang;

fn submission(bytes: &[u8]) -> Submission {
    let (workbook, profile) = (Workbook::open(bytes.to_vec()).unwrap(), Profile::national());
    let located = layout::locate(&workbook, &profile, layout::Choice::default()).unwrap();
    Submission::of(&workbook, &located, &Summary::read(&workbook, &located, &profile))
}

fn back(submission: &Submission) -> Submission {
    let line = file(Source { path: "表.xlsx", sha256: None }, Ok(submission), Lang::Zh);
    let mut files = from_json(report(&[line]).as_bytes()).unwrap();
    assert_eq!(files.len(), 1);
    files.remove(0).submission.unwrap()
}

#[test]
fn what_was_read_comes_back_as_it_was() {
    let cases: [&[u8]; 5] = [
        include_bytes!("../../../../test-data/submission-2023.xlsx"),
        include_bytes!("../../../../test-data/template/official-2023-inputs.xlsx"),
        include_bytes!("../../../../test-data/cases/amounts-in-yuan/input.xlsx"),
        include_bytes!("../../../../test-data/cases/numbers-written-as-text/input.xlsx"),
        include_bytes!("../../../../test-data/cases/five-fund-columns/input.xlsx"),
    ];
    for bytes in cases {
        let read = submission(bytes);
        assert!(!read.projects.is_empty());
        assert_eq!(back(&read), read);
    }
}

/// One submission by hand, of one project.
fn by_hand(project: &str) -> Result<Submission, SummaryError> {
    let text = format!(
        "{{\"schema\":\"jixiao.summary/1\",\n\"files\":[{{\"submission\":\n{{\"projects\":[\n{project}\n]}}}}]}}"
    );
    from_json(text.as_bytes()).map(|mut files| files.remove(0).submission.unwrap())
}

#[test]
fn plain_texts_and_numbers_will_do() {
    let read = by_hand(
        r#"{"name":"防汛经费","budget":830.50,"executed":"44030元","execution_rate":"98.17%","score":"—",
            "remark":2,"supervisor":null,"funds":{"当年财政拨款":"800","special_bonds":30.5,"乡镇自筹":{"value":"0.1"}}}"#,
    )
    .unwrap();
    let entry = &read.projects[0];
    assert_eq!((entry.text(Field::Name), entry.text(Field::Remark)), ("防汛经费", "2"));
    assert_eq!(entry.value(Field::Budget), Some(Decimal::new(8305, 1)));
    assert_eq!((entry.text(Field::Budget), entry.get(Field::Budget).unwrap().decimals), ("830.50", Some(2)));
    assert_eq!(entry.value(Field::Executed), Some(Decimal::new(4403, 3)));
    assert_eq!(entry.get(Field::Executed).unwrap().how, [How::FromYuan]);
    assert_eq!(entry.value(Field::ExecutionRate), Some(Decimal::new(9817, 4)));
    assert_eq!(entry.get(Field::Score).unwrap().how, [How::NoValue]);
    assert!(entry.get(Field::Supervisor).is_none());
    let keys: Vec<(&str, &str)> =
        read.funds.iter().map(|fund| (fund.key.as_str(), fund.label.as_str())).collect();
    assert_eq!(
        keys,
        [("current", "当年财政拨款"), ("special_bonds", "专项债券资金"), ("乡镇自筹", "乡镇自筹")]
    );
    assert_eq!(entry.funds["current"].value, Some(Decimal::from(800)));
}

#[test]
fn a_number_keeps_every_digit() {
    for digits in ["0.1234567890123456789012345678", "9007199254740993.01", "-12.30"] {
        let read = by_hand(&format!("{{\"name\":\"a\",\"executed\":{digits}}}")).unwrap();
        let expected = Decimal::from_str_exact(digits).unwrap();
        assert_eq!(read.projects[0].value(Field::Executed), Some(expected));
    }
    let read = by_hand("{\"name\":\"a\",\"executed\":1.5e3}").unwrap();
    assert_eq!(read.projects[0].value(Field::Executed), Some(Decimal::from(1500)));
}

#[test]
fn what_is_wrong_is_told_by_line_and_place() {
    let place = "files[0].submission.projects[0]";
    for (project, zh) in [
        ("{\"budget\":1}", format!("第 4 行 {place}：缺少 name")),
        (
            "{\"name\":\"a\",\n\"exectued\":1}",
            format!("第 5 行 {place}.exectued：没有“exectued”这一项，可以用 "),
        ),
        ("{\"name\":\"a\",\"budget\":true}", format!("第 4 行 {place}.budget：应为数、文字或 ")),
        ("{\"name\":\"a\",\"budget\":1e99}", format!("第 4 行 {place}.budget：应为不超过 28 位的数")),
        ("{\"name\":[]}", format!("第 4 行 {place}.name：应为文字")),
        ("{\"name\":\"a\",\"name\":\"b\"}", format!("第 4 行 {place}：“name”出现了两次")),
        (
            "{\"name\":\"a\",\"funds\":{\"current\":1,\"当年财政拨款\":2}}",
            format!("第 4 行 {place}.funds.当年财政拨款：“当年财政拨款”出现了两次"),
        ),
        ("{\"name\":{\"text\":\"a\",\"cell\":\"A0\"}}", format!("第 4 行 {place}.name.cell：应为单元格")),
        (
            "{\"name\":\"a\",\"score\":{\"value\":\"1_0\"}}",
            format!("第 4 行 {place}.score.value：应为不超过"),
        ),
        ("{\"name\":\"a\",}", "第 4 行：不符合 JSON 的写法".to_owned()),
        ("{\"name\":\"\\ud800\"}", format!("第 4 行 {place}.name：不符合 JSON 的写法")),
        ("3", format!("第 4 行 {place}：应为对象")),
    ] {
        let error = by_hand(project).unwrap_err();
        assert!(error.words().zh.starts_with(&zh), "{project}: {}", error.words().zh);
        assert!(error.to_string().starts_with("line "), "{error}");
    }
    for (whole, zh) in [
        (&b"{}"[..], "第 1 行：缺少 schema"),
        (b"{\"schema\":\"jixiao.summary/2\",\"files\":[]}", "第 1 行 schema：应为\"jixiao.summary/1\""),
        (b"{\"schema\":1}", "第 1 行 schema：应为"),
        (b"\xff\xfe{\x00", "第 1 行：不是 UTF-8 文本"),
        (b"{\"schema\":\"jixiao.summary/1\",\"file\":[]}", "第 1 行 file：没有“file”这一项"),
    ] {
        assert!(from_json(whole).unwrap_err().words().zh.starts_with(zh));
    }
}

#[test]
fn depth_and_number_are_bounded() {
    let deep = format!("{{\"schema\":{}", "[".repeat(1 << 20));
    assert!(from_json(deep.as_bytes()).is_err());
    let keys: Vec<String> = (0..=node::MOST_KEYS).map(|key| format!("\"{key}\":0")).collect();
    let error = by_hand(&format!("{{\"name\":\"a\",\"funds\":{{{}}}}}", keys.join(","))).unwrap_err();
    assert_eq!(error.fault, Fault::TooMany(node::MOST_KEYS));
}

#[test]
fn the_table_has_a_row_a_project_and_nothing_that_runs() {
    let mut read = submission(include_bytes!("../../../../test-data/submission-2023.xlsx"));
    read.unit = Some("=cmd|'/c calc'!A0".to_owned());
    read.projects.truncate(1);
    let text = csv(&[Declared { path: "-1,\"表\".xlsx", submission: &read }], Lang::Zh);
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "\u{feff}单位,年度,文件,序号,项目编码,项目名称,主管部门,年初预算数（万元）,全年预算数（小计）（万元）,\
         当年财政拨款（万元）,上年结转资金（万元）,其他资金（万元）,全年执行数（万元）,执行率,自评得分,自评等级,偏差原因,备注"
    );
    assert!(lines[1].starts_with("'=cmd|'/c calc'!A0,2023,\"'-1,\"\"表\"\".xlsx\",1,,"), "{}", lines[1]);
    assert_eq!((lines.len(), lines[2]), (3, ""));
}

proptest! {
    /// Whatever texts and figures a submission holds, it comes back.
    #[test]
    fn any_submission_comes_back(
        texts in prop::collection::vec("\\PC{1,12}", 1..6),
        figures in prop::collection::vec((any::<i64>(), 0_u32..12), 1..6),
    ) {
        let mut read = submission(include_bytes!("../../../../test-data/submission-2023.xlsx"));
        for (entry, text) in read.projects.iter_mut().zip(&texts) {
            entry.fields[&Field::Name].text.clone_from(text);
        }
        for (entry, (digits, scale)) in read.projects.iter_mut().zip(&figures) {
            let budget = &mut entry.fields[&Field::Budget];
            budget.value = Some(Decimal::new(*digits, *scale).normalize());
            budget.how = vec![How::TextNumber, How::Folded];
        }
        prop_assert_eq!(back(&read), read);
    }

    /// No text stops the reader.
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,64}") {
        let _ = from_json(text.as_bytes());
        let _ = by_hand(&text);
    }
}
