//! The published sample into forms of several shapes.

use jixiao_workbook::patch::Signature;
use jixiao_workbook::{SheetId, ValueRef};

use super::*;
use crate::fill;
use crate::layout::locate;
use crate::summary::Summary;

fn open(name: &str) -> Workbook {
    let path = format!("{}/../../test-data/{name}", env!("CARGO_MANIFEST_DIR"));
    #[expect(clippy::disallowed_methods, reason = "tests read files")]
    let bytes = std::fs::read(path).unwrap();
    Workbook::open(bytes).unwrap()
}

fn submission() -> Submission {
    let workbook = open("submission-2023.xlsx");
    let profile = Profile::national();
    let located = locate(&workbook, &profile, None).unwrap();
    Submission::of(&workbook, &located, &Summary::read(&workbook, &located, &profile))
}

/// The form with the submission in it, filled.
fn converted(form: &Workbook, submission: &Submission, options: Options) -> (Workbook, Placed, Vec<Changed>) {
    let profile = Profile::national();
    let apply = |book: &Workbook, edits: &[Edit]| {
        Workbook::open(book.apply(edits, Signature::Keep).unwrap()).unwrap()
    };
    let located = locate(form, &profile, None).unwrap();
    let book = apply(form, &rows(&located, submission.projects.len(), options).unwrap());
    let located = locate(&book, &profile, None).unwrap();
    let placed = cells(&book, &located, submission, &profile);
    let book = apply(&book, &placed.edits);
    let located = locate(&book, &profile, None).unwrap();
    let summary = Summary::read(&book, &located, &profile);
    let plan = fill::plan(&book, &located, &summary, &profile, fill::Options::default());
    let book = apply(&book, &plan.edits);
    let located = locate(&book, &profile, None).unwrap();
    let summary = Summary::read(&book, &located, &profile);
    let changed = changed(submission, &located, &summary);
    (book, placed, changed)
}

fn value<'a>(book: &'a Workbook, cell: &str) -> ValueRef<'a> {
    book.value(SheetId(0), cell.parse().unwrap())
}

#[test]
fn a_form_of_three_rows_takes_fourteen_projects() {
    let (book, placed, changed) =
        converted(&open("template/official-3-rows.xlsx"), &submission(), Options::default());
    assert_eq!(value(&book, "A2"), ValueRef::Text("2023年度中川镇人民政府项目支出绩效自评结果汇总表"));
    assert_eq!(value(&book, "B20").as_text(), submission().projects[13].text(Field::Name));
    for (cell, expected) in [("D21", "1893.66"), ("H21", "1722.16"), ("J21", "92.97"), ("A20", "14")] {
        assert_eq!(value(&book, cell), ValueRef::Number(expected), "{cell}");
    }
    let sheet = book.sheet(SheetId(0)).unwrap();
    assert_eq!(sheet.formula("D21".parse().unwrap()).unwrap().text, "SUM(D7:D20)");
    assert_eq!(sheet.formula("D12".parse().unwrap()).unwrap().text, "SUM(E12:G12)");
    assert_eq!(book.value(SheetId(1), "B4".parse().unwrap()), ValueRef::Number("1893.66"));
    assert!(book.names().iter().any(|name| name.text == "附表!$J$7:$J$20"));
    assert!(placed.homeless.is_empty() && placed.doubtful.is_empty());
    let changed: Vec<String> =
        changed.iter().map(|one| format!("{} {} {}", one.cell, one.before, one.after)).collect();
    assert_eq!(
        changed,
        [
            "I8 22.02% 22.00%",
            "I10 96.03% 96.02%",
            "I11 30.45% 30.33%",
            "I16 19.48% 19.00%",
            "I17 45.66% 45.69%"
        ]
    );
}

#[test]
fn rows_that_are_not_needed_stay_or_go() {
    let mut few = submission();
    few.projects.truncate(2);
    let form = open("template/official-blank.xlsx");
    let (book, _, _) = converted(&form, &few, Options::default());
    assert_eq!(value(&book, "D21"), ValueRef::Number("850"), "spare rows stay");
    let (book, _, _) = converted(&form, &few, Options { trim: true });
    assert_eq!(value(&book, "D9"), ValueRef::Number("850"));
    assert_eq!(book.sheet(SheetId(0)).unwrap().formula("D9".parse().unwrap()).unwrap().text, "SUM(D7:D8)");
}

#[test]
fn what_cannot_be_read_goes_across_as_text_and_is_named() {
    let mut odd = submission();
    odd.projects.truncate(1);
    let entry = &mut odd.projects[0];
    let unread = Carried { text: "见附件".into(), how: vec![How::Unreadable], ..Carried::default() };
    entry.fields.insert(Field::Executed, unread);
    let none = Carried { text: "—".into(), how: vec![How::NoValue], ..Carried::default() };
    entry.fields.insert(Field::Score, none);
    let (book, placed, _) = converted(&open("template/official-blank.xlsx"), &odd, Options::default());
    assert_eq!((value(&book, "H7"), value(&book, "J7")), (ValueRef::Text("见附件"), ValueRef::Blank));
    assert_eq!(placed.doubtful.len(), 1);
}

#[test]
fn a_fund_without_a_column_is_named_and_the_subtotal_kept() {
    let mut odd = submission();
    odd.projects.truncate(1);
    odd.funds.push(crate::summary::Fund { key: "special_bond".into(), label: "专项债券资金".into() });
    let entry = &mut odd.projects[0];
    let bond = Carried { value: Some(Decimal::from(70)), text: "70".into(), ..Carried::default() };
    entry.funds.insert("special_bond".into(), bond);
    entry.fields.insert(
        Field::Budget,
        Carried { value: Some(Decimal::from(900)), text: "900".into(), ..Carried::default() },
    );
    let (book, placed, _) = converted(&open("template/official-blank.xlsx"), &odd, Options::default());
    assert_eq!((value(&book, "D7"), value(&book, "E7")), (ValueRef::Number("900"), ValueRef::Number("830")));
    let [homeless] = placed.homeless.as_slice() else { panic!("{:?}", placed.homeless) };
    assert_eq!(
        (&*homeless.label.zh, homeless.projects, homeless.sum),
        ("专项债券资金", 1, Some(Decimal::from(70)))
    );
}

#[test]
fn a_reason_stands_in_the_remark_of_a_form_without_a_column_for_it() {
    let mut odd = submission();
    odd.projects.truncate(2);
    let said = |text: &str| Carried { text: text.into(), ..Carried::default() };
    for entry in &mut odd.projects {
        entry.fields.insert(Field::Reason, said("尾款次年支付"));
    }
    odd.projects[0].fields.shift_remove(&Field::Remark);
    odd.projects[1].fields.insert(Field::Remark, said("见附件"));
    let (book, placed, _) = converted(&open("template/official-blank.xlsx"), &odd, Options::default());
    assert_eq!(value(&book, "K7"), ValueRef::Text("尾款次年支付"));
    assert_eq!(value(&book, "K8"), ValueRef::Text("见附件"), "another remark is not displaced");
    let [homeless] = placed.homeless.as_slice() else { panic!("{:?}", placed.homeless) };
    assert_eq!((homeless.projects, homeless.sum), (1, None));
}

#[test]
fn a_form_that_is_filled_is_refused() {
    let filled = open("submission-2023.xlsx");
    let located = locate(&filled, &Profile::national(), None).unwrap();
    assert_eq!(rows(&located, 3, Options::default()), Err(NoForm::Filled(14)));
}
