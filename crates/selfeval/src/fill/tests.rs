//! Each trap of a form that is filled, as a drawn form: which formulas and values are written, what stays blank.

use std::collections::BTreeMap;

use jixiao_workbook::number::decimal;
use jixiao_workbook::patch::Signature;
use jixiao_workbook::{
    CellRef, Content, Edit, FormulaKind, NumberFormat, SheetBuilder, SheetId, Style, Value, Workbook, calc,
};

use super::{Options, Plan, plan};
use crate::finding::Finding;
use crate::layout::locate;
use crate::profile::{Profile, Weights};
use crate::rules;
use crate::sketch::{self, official};
use crate::summary::Summary;

const RECOMPUTE: Options = Options { recompute: true, weights: None };

fn plan_of(workbook: &Workbook, options: Options) -> Plan {
    let profile = Profile::national();
    let located = locate(workbook, &profile, None).expect("a table");
    let summary = Summary::read(workbook, &located, &profile);
    plan(workbook, &located, &summary, &profile, options)
}

fn filled(text: &str, options: Options) -> Plan {
    plan_of(&sketch::workbook(text), options)
}

/// What is written, `D6 =SUM(E6:G6) 20`.
fn written(plan: &Plan) -> Vec<String> {
    let line = |written: &super::Written| {
        let formula = formula(plan, written.cell).map_or_else(String::new, |formula| format!(" ={formula}"));
        format!("{}{formula} {}", written.cell, written.shown()).trim_end().to_owned()
    };
    plan.written.iter().map(line).collect()
}

/// The edit of a cell.
fn content(plan: &Plan, at: CellRef) -> &Content {
    let mut edits = plan.edits.iter();
    let edit = edits.find(|edit| matches!(edit, Edit::SetCell { cell, .. } if *cell == at));
    let Some(Edit::SetCell { content, .. }) = edit else { panic!("{at} is not edited") };
    content
}

/// The formula put into a cell.
fn formula(plan: &Plan, at: CellRef) -> Option<&str> {
    match content(plan, at) {
        Content::Formula { text, .. } => Some(text),
        _ => None,
    }
}

/// The value put into a cell, as it is stored.
fn value(plan: &Plan, at: CellRef) -> &str {
    match content(plan, at) {
        Content::Formula { cached, .. } => cached.as_ref().as_text(),
        Content::Number(digits) => digits,
        other => panic!("{other:?}"),
    }
}

/// What stays blank, `I6 H6 全年执行数没有填`.
fn blank(plan: &Plan) -> Vec<String> {
    let why = |zh: &str| zh.split('；').next().unwrap_or_default().to_owned();
    plan.blank.iter().map(|kept| format!("{} {}", kept.cell, why(&kept.why.zh))).collect()
}

fn only<'p>(lines: &'p [String], cells: &[&str]) -> Vec<&'p str> {
    let of = |line: &&String| cells.contains(&line.split(' ').next().unwrap_or_default());
    lines.iter().filter(of).map(String::as_str).collect()
}

/// The workbook with a plan's edits made, as far as values and formulas go.
fn applied(workbook: &Workbook, plan: &Plan) -> Workbook {
    let mut formats: Vec<NumberFormat> = Vec::new();
    let mut sheets = Vec::new();
    for (id, entry) in workbook.sheet_ids().zip(workbook.sheets()) {
        sheets.push((entry.name.clone(), edited(workbook, id, plan, &mut formats)));
    }
    Workbook::from_sheets(sheets, formats)
}

fn edited(
    workbook: &Workbook,
    id: SheetId,
    plan: &Plan,
    formats: &mut Vec<NumberFormat>,
) -> jixiao_workbook::Sheet {
    let sheet = workbook.sheet(id).unwrap();
    let mut cells: BTreeMap<CellRef, (Value, Option<String>, NumberFormat)> = BTreeMap::new();
    for cell in sheet.rows().flat_map(jixiao_workbook::sheet::Row::cells) {
        let formula = cell.formula.map(|formula| formula.text.to_owned());
        cells.insert(cell.at, (cell.value.to_value(), formula, workbook.format(cell.style).clone()));
    }
    for edit in &plan.edits {
        let Edit::SetCell { sheet, cell, content, style } = edit else { continue };
        if *sheet != id {
            continue;
        }
        let general = NumberFormat { code: "General".to_owned() };
        let slot = cells.entry(*cell).or_insert((Value::Blank, None, general));
        match content.clone() {
            Content::Number(digits) => (slot.0, slot.1) = (Value::Number(digits), None),
            Content::Formula { text, cached } => (slot.0, slot.1) = (cached, Some(text.into())),
            Content::Result(value) => slot.0 = value,
            other => panic!("{other:?}"),
        }
        if let Style::Format(code) = style {
            slot.2 = NumberFormat { code: code.to_string() };
        }
    }
    let mut builder = SheetBuilder::default();
    for (at, (value, formula, format)) in cells {
        let style = formats.iter().position(|known| *known == format).unwrap_or_else(|| {
            formats.push(format);
            formats.len() - 1
        });
        builder.cell(at, value.as_ref(), u32::try_from(style).unwrap()).unwrap();
        if let Some(text) = formula {
            builder.formula(&text, FormulaKind::Plain).unwrap();
        }
    }
    for merge in sheet.merges() {
        builder.merge(*merge);
    }
    builder.finish()
}

fn formula_findings(workbook: &Workbook) -> Vec<Finding> {
    let rules = rules::ALL.iter().copied().filter(|rule| rule.code.starts_with('F'));
    sketch::look(workbook, &Profile::national(), crate::given::Given::default(), |context| {
        rules::check_with(context, rules)
    })
}

/// Fills the form, and checks what every filled form must hold: each stored value is what its formula gives, the
/// rules about formulas are silent, and filling again changes nothing.
fn settled(text: &str, options: Options) -> Plan {
    let workbook = sketch::workbook(text);
    let plan = plan_of(&workbook, options);
    let after = applied(&workbook, &plan);
    for written in &plan.written {
        let Some(text) = formula(&plan, written.cell) else { continue };
        let outcome = calc::evaluate(&after, SheetId(0), written.cell, text);
        let stored = value(&plan, written.cell);
        match outcome {
            calc::Outcome::Value(Value::Number(digits)) => {
                assert_eq!(decimal(&digits).unwrap(), decimal(stored).unwrap(), "{}", written.cell);
            }
            calc::Outcome::Value(Value::Text(text)) => assert_eq!(text, stored, "{}", written.cell),
            other => panic!("{}: {other:?}", written.cell),
        }
    }
    assert_eq!(formula_findings(&after), [], "no rule about formulas fires on what was filled");
    assert_eq!(plan_of(&after, options).edits, [], "filling again changes nothing");
    plan
}

const TWO: [&str; 2] = ["1|甲|局||20|.|0|4.4||85|", "2|乙|局||830|0|0|814.79||94|"];
const TOTAL: &str = "合计|<|<||||||||";

#[test]
fn every_computed_cell_gets_formula_and_value() {
    let plan = settled(&official(&[TWO[0], TWO[1], TOTAL]), Options::default());
    assert_eq!(
        written(&plan),
        [
            "D6 =SUM(E6:G6) 20",
            "I6 =IF(N(D6)=0,\"\",H6/D6) 22.00%",
            "D7 =SUM(E7:G7) 830",
            "I7 =IF(N(D7)=0,\"\",H7/D7) 98.17%",
            "D8 =SUM(D6:D7) 850",
            "E8 =SUM(E6:E7) 850",
            "F8 =SUM(F6:F7) 0",
            "G8 =SUM(G6:G7) 0",
            "H8 =SUM(H6:H7) 819.19",
            "I8 =IF(N(D8)=0,\"\",H8/D8) 96.38%",
            "J8 =IF(OR(N(D8)=0,COUNT(J6:J7)<COUNTA(B6:B7)),\"\",ROUND(SUMPRODUCT(D6:D7,J6:J7)/D8,2)) 93.79",
        ]
    );
    assert_eq!((plan.blank.len(), plan.kept.len()), (0, 0));
    assert_eq!(plan.written[1].format(), Some("0.00%"));
    assert_eq!(value(&plan, plan.written[1].cell), "0.22");
}

#[test]
fn weights_by_executed_amounts_take_their_column() {
    let options = Options { weights: Some(Weights::Executed), ..Options::default() };
    let plan = settled(&official(&[TWO[0], TWO[1], TOTAL]), options);
    assert_eq!(
        only(&written(&plan), &["J8"]),
        ["J8 =IF(OR(N(H8)=0,COUNT(J6:J7)<COUNTA(B6:B7)),\"\",ROUND(SUMPRODUCT(H6:H7,J6:J7)/H8,2)) 93.95"]
    );
}

#[test]
fn spare_rows_stay_blank_and_formulas_span_them() {
    let plan = settled(&official(&[TWO[0], TWO[1], "||||||||||", "||||||||||", TOTAL]), Options::default());
    let lines = written(&plan);
    assert!(!lines.iter().any(|line| line.starts_with("D8") || line.starts_with("A8")), "{lines:?}");
    assert_eq!(only(&lines, &["D10"]), ["D10 =SUM(D6:D9) 850"]);
    assert!(only(&lines, &["J10"])[0].contains("SUMPRODUCT(D6:D9,J6:J9)"));
}

#[test]
fn group_rows_part_the_ranges_and_keep_their_own_sums() {
    let rows =
        ["|小计：民政科|||||||||", TWO[0], "|小计：农业科|||||||||", "1|乙|局||830|0|0|814.79||94|", TOTAL];
    let plan = settled(&official(&rows), Options::default());
    let lines = written(&plan);
    assert_eq!(only(&lines, &["D10"]), ["D10 =SUM(D7,D9) 850"]);
    assert_eq!(
        only(&lines, &["J10"]),
        [
            "J10 =IF(OR(N(D10)=0,COUNT(J7,J9)<COUNTA(B7,B9)),\"\",ROUND((SUMPRODUCT(D7,J7)+SUMPRODUCT(D9,J9))/D10,2)) 93.79"
        ]
    );
    assert!(only(&lines, &["D6", "D8", "I6", "H8"]).is_empty());
}

#[test]
fn a_total_row_on_top_sums_what_stands_below() {
    let plan = settled(&official(&[TOTAL, TWO[0], TWO[1]]), Options::default());
    let lines = written(&plan);
    assert_eq!(only(&lines, &["D6", "H6"]), ["D6 =SUM(D7:D8) 850", "H6 =SUM(H7:H8) 819.19"]);
    assert!(only(&lines, &["J6"])[0].ends_with("93.79"));
}

/// A form with four fund columns, of which one stands apart, and a rate in percent.
fn other_form(rows: &[&str]) -> String {
    let mut text = String::from(
        "2023年度某局项目支出绩效自评结果汇总表|<|<|<|<|<|<|<|<\n单位：元\n\
         序号|项目名称|全年预算数|<|<|<|<|全年执行数|执行率（%）|自评得分\n\
         ^|^|小计|财政拨款|上年结转|单位资金|其他资金|^|^|^\n",
    );
    for row in rows {
        text.push_str(row);
        text.push('\n');
    }
    text
}

#[test]
fn four_funds_a_rate_in_percent_and_amounts_in_yuan_are_filled_in_their_own_terms() {
    let text = other_form(&[
        "1|甲||100000|5000|.|1000.50|26500.25||90",
        "2|乙||200000|.|.|.|200000||95",
        "合计|<||||||||",
    ]);
    let plan = settled(&text, Options::default());
    assert_eq!(
        written(&plan),
        [
            "C5 =SUM(D5:G5) 106000.5",
            "I5 =IF(N(C5)=0,\"\",ROUND(H5/C5*100,2)) 25",
            "C6 =SUM(D6:G6) 200000",
            "I6 =IF(N(C6)=0,\"\",ROUND(H6/C6*100,2)) 100",
            "C7 =SUM(C5:C6) 306000.5",
            "D7 =SUM(D5:D6) 300000",
            "E7 =SUM(E5:E6) 5000",
            "F7 =SUM(F5:F6) 0",
            "G7 =SUM(G5:G6) 1000.5",
            "H7 =SUM(H5:H6) 226500.25",
            "I7 =IF(N(C7)=0,\"\",ROUND(H7/C7*100,2)) 74.02",
            "J7 =IF(OR(N(C7)=0,COUNT(J5:J6)<COUNTA(B5:B6)),\"\",ROUND(SUMPRODUCT(C5:C6,J5:J6)/C7,2)) 93.27",
        ]
    );
}

#[test]
fn nothing_typed_changes_unless_asked() {
    let rows = ["1|甲|局|21|20|.|0|4.4|'22.02%|85|", "合计|<|<|21||||4.4||85|"];
    let plan = filled(&official(&rows), Options::default());
    assert_eq!(
        written(&plan),
        ["E7 =SUM(E6) 20", "F7 =SUM(F6) 0", "G7 =SUM(G6) 0", "I7 =IF(N(D7)=0,\"\",H7/D7) 20.95%"]
    );
    let plan = settled(&official(&rows), RECOMPUTE);
    let changed: Vec<(String, Option<&str>, String)> = plan
        .written
        .iter()
        .map(|written| (written.cell.to_string(), written.before(), written.shown()))
        .filter(|(_, before, _)| before.is_some())
        .collect();
    assert_eq!(
        changed,
        [
            ("D6".to_owned(), Some("21"), "20".to_owned()),
            ("I6".to_owned(), Some("22.02%"), "22.00%".to_owned()),
            ("D7".to_owned(), Some("21"), "20".to_owned()),
        ]
    );
}

#[test]
fn a_typed_subtotal_over_blank_parts_stays_and_counts() {
    let plan = filled(&official(&["1|甲|局|20|||| 4.4||85|", TWO[1], TOTAL]), Options::default());
    let lines = written(&plan);
    assert_eq!(
        only(&lines, &["D8", "E8", "I6"]),
        ["I6 =IF(N(D6)=0,\"\",H6/D6) 22.00%", "D8 =SUM(D6:D7) 850", "E8 =SUM(E6:E7) 830"]
    );
    assert!(plan.blank.is_empty(), "{:?}", plan.blank);
}

#[test]
fn what_is_missing_blocks_what_depends_on_it_and_is_named() {
    let plan =
        settled(&official(&["1|甲|局||20|||||.|", TWO[1], "3|丙|局||||||||", TOTAL]), Options::default());
    assert_eq!(
        blank(&plan),
        [
            "D8 第 8 行各项资金都没有填",
            "I6 H6 全年执行数没有填",
            "I8 第 8 行各项资金都没有填",
            "D9 第 8 行各项资金都没有填",
            "E9 第 8 行各项资金都没有填",
            "F9 第 8 行各项资金都没有填",
            "G9 第 8 行各项资金都没有填",
            "H9 H6 全年执行数没有填",
            "I9 第 8 行各项资金都没有填",
            "J9 第 8 行各项资金都没有填",
        ]
    );
    assert_eq!(only(&written(&plan), &["D6", "I7"]).len(), 2);
    let plan = settled(&official(&[TWO[0], "2|乙|局||830|0|0|814.79|||", TOTAL]), Options::default());
    assert_eq!(blank(&plan), ["J8 J7 自评得分没有填"]);
}

#[test]
fn a_budget_of_zero_blocks_nothing() {
    let plan = settled(&official(&[TWO[0], TWO[1], "3|丙|局||0|0|0|||90|", TOTAL]), Options::default());
    assert!(plan.blank.is_empty(), "{:?}", plan.blank);
    let rate = plan.written.iter().find(|written| written.cell.to_string() == "I8").unwrap();
    assert_eq!((value(&plan, rate.cell), rate.shown().as_str()), ("", ""));
    assert_eq!(only(&written(&plan), &["H9"]), ["H9 =SUM(H6:H8) 819.19"]);
    assert!(only(&written(&plan), &["J9"])[0].ends_with("93.79"));
}

#[test]
fn numbers_written_as_text_block_until_they_are_fixed() {
    let rows = ["1|甲|局||'20.00{@}|.|0|'４.４||85|", TWO[1], TOTAL];
    let plan = settled(&official(&rows), Options::default());
    let lines = blank(&plan);
    assert_eq!(only(&lines, &["D6"]), ["D6 E6 当年财政拨款“20.00”是文本，求和会漏掉它"]);
    assert_eq!(only(&lines, &["H8"]), ["H8 H6 全年执行数“４.４”是文本，求和会漏掉它"]);
    assert!(plan.blank.iter().any(|kept| kept.why.en.contains("--fix")));
    let mended = official(&["1|甲|局||20.00|.|0|4.4||85|", TWO[1], TOTAL]);
    let plan = settled(&mended, Options::default());
    assert_eq!(only(&written(&plan), &["D8"]), ["D8 =SUM(D6:D7) 850"]);
    assert!(plan.blank.is_empty(), "{:?}", plan.blank);
}

#[test]
fn formulas_that_stand_there_stay_and_get_their_results() {
    let text = official(&[
        "1|甲|局|=E6+F6+G6|20|||4.4|=H6/D6 -> 0.5|85|",
        "2|乙|局|= sum(E7:G7) -> 800|830|||814.79||94|",
        "合计|||=SUM(D6:D7) -> 820|.|.|.|.|||",
    ]);
    let plan = settled(&text, Options::default());
    let results: Vec<String> = plan
        .edits
        .iter()
        .filter_map(|edit| match edit {
            Edit::SetCell { cell, content: Content::Result(Value::Number(digits)), .. } => {
                Some(format!("{cell} {digits}"))
            }
            _ => None,
        })
        .collect();
    for expected in ["D6 20", "D7 830", "D8 850", "I6 0.22"] {
        assert!(results.contains(&expected.to_owned()), "{expected}: {results:?}");
    }
    assert_eq!(results.len(), 4, "{results:?}");
    assert!(only(&written(&plan), &["J8"])[0].ends_with("93.79"));
}

#[test]
fn a_formula_that_is_not_known_is_left_alone_and_named() {
    let text = official(&["1|甲|局|=GETPIVOTDATA(E6) -> 20|20|||4.4||85|", TOTAL]);
    let plan = filled(&text, Options::default());
    assert_eq!(plan.kept.len(), 1);
    assert!(plan.kept[0].why.zh.contains("未改动"), "{}", plan.kept[0].why.zh);
    assert_eq!(only(&written(&plan), &["D7"]), ["D7 =SUM(D6) 20"]);
}

#[test]
fn other_sheets_that_read_the_total_are_renewed() {
    let text = official(&[TWO[0], TWO[1], TOTAL]) + "@ 填表说明\n合计预算|=附表!D8 -> 0\n";
    let plan = settled(&text, Options::default());
    assert_eq!(plan.refreshed, [("填表说明".to_owned(), "B1".parse().unwrap())]);
    assert!(plan.unknown.is_empty());
    assert!(!plan.edits.contains(&Edit::RecalculateOnLoad));
}

#[test]
fn blank_sequence_numbers_continue_where_there_is_room() {
    let row = |number: &str| format!("{number}|甲|局|20|20|||4.4|22%|85|");
    let numbers = |rows: &[&str]| {
        let rows: Vec<String> = rows
            .iter()
            .map(|row_number| match *row_number {
                "组" => "|小计：科|||||||||".to_owned(),
                number => row(number),
            })
            .collect();
        let mut rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        rows.push("合计|||40|40|0|0|8.8|22%|85|");
        let plan = filled(&official(&rows), Options::default());
        plan.written
            .iter()
            .filter(|written| written.cell.column() == 1)
            .map(super::Written::shown)
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers(&["", ""]), ["1", "2"]);
    assert_eq!(numbers(&["1", "", "3", ""]), ["2", "4"]);
    assert_eq!(numbers(&["1", "", "2", ""]), ["3"]);
    assert_eq!(numbers(&["1", "2", "组", "1", ""]), ["2"]);
    assert_eq!(numbers(&["1", "2", "组", "3", ""]), ["4"]);
}

#[test]
fn cells_formatted_as_text_get_a_number_format() {
    let text = official(&["1|甲|局|.{@}|20.00{#,##0.00}|||4.4|.{@}|85|", "合计|||.{@}|||||.{@}|.{@}|"]);
    let plan = settled(&text, Options::default());
    let formats: Vec<(String, Option<&str>)> =
        plan.written.iter().map(|w| (w.cell.to_string(), w.format())).collect();
    for (cell, format) in [("D6", "0.00"), ("I6", "0.00%"), ("D7", "0.00"), ("I7", "0.00%"), ("J7", "0.00")] {
        assert!(formats.contains(&(cell.to_owned(), Some(format))), "{cell}: {formats:?}");
    }
}

#[test]
fn a_form_without_total_row_says_so() {
    let plan = filled(&official(&TWO), Options::default());
    assert_eq!(blank(&plan), ["A7 表中没有合计行，合计和加权得分无处可填"]);
}

#[test]
fn a_sign_for_no_value_in_a_computed_cell_is_left_and_named() {
    let text = official(&[TWO[0], TWO[1], "合计|<|<|||||||—|"]);
    let plan = filled(&text, Options::default());
    assert_eq!(plan.kept.len(), 1);
    let plan = settled(&text, RECOMPUTE);
    assert!(only(&written(&plan), &["J8"])[0].ends_with("93.79"));
}

#[test]
fn a_cleared_score_makes_the_total_score_blank() {
    let workbook = sketch::workbook(&official(&[TWO[0], TWO[1], TOTAL]));
    let plan = plan_of(&workbook, Options::default());
    let mut cleared = plan.clone();
    let clear = Edit::SetCell {
        sheet: SheetId(0),
        cell: "J6".parse().unwrap(),
        content: Content::Result(Value::Blank),
        style: Style::Keep,
    };
    cleared.edits.push(clear);
    let after = applied(&workbook, &cleared);
    let formula = formula(&plan, plan.written.last().unwrap().cell).unwrap();
    let outcome = calc::evaluate(&after, SheetId(0), "J8".parse().unwrap(), formula);
    assert_eq!(outcome, calc::Outcome::Value(Value::Text(String::new())));
}

const REAL_FORM: &[u8] = include_bytes!("../../../../test-data/template/official-2023-inputs.xlsx");

#[test]
fn the_official_form_is_filled_as_its_note_says() {
    let workbook = Workbook::open(REAL_FORM.to_vec()).unwrap();
    let plan = plan_of(&workbook, Options::default());
    assert_eq!((plan.written.len(), plan.blank.len(), plan.kept.len()), (35, 0, 0));
    let lines = written(&plan);
    assert_eq!(
        only(&lines, &["D7", "I7", "D20", "I20", "D21", "E21", "F21", "G21", "H21", "I21", "J21"]),
        [
            "D7 =SUM(E7:G7) 830.00",
            "I7 =IF(N(D7)=0,\"\",H7/D7) 98.17%",
            "D20 =SUM(E20:G20) 511.30",
            "I20 =IF(N(D20)=0,\"\",H20/D20) 100.00%",
            "D21 =SUM(D7:D20) 1,893.66",
            "E21 =SUM(E7:E20) 1,893.66",
            "F21 =SUM(F7:F20) 0.00",
            "G21 =SUM(G7:G20) 0.00",
            "H21 =SUM(H7:H20) 1,722.16",
            "I21 =IF(N(D21)=0,\"\",H21/D21) 90.94%",
            "J21 =IF(OR(N(D21)=0,COUNT(J7:J20)<COUNTA(B7:B20)),\"\",ROUND(SUMPRODUCT(D7:D20,J7:J20)/D21,2)) 92.97",
        ]
    );
    assert!(plan.written.iter().all(|written| written.format().is_none() && written.before().is_none()));
    assert_eq!(plan.refreshed, [("填表说明".to_owned(), "B4".parse().unwrap())]);
    let bytes = workbook.apply(&plan.edits, Signature::Keep).unwrap();
    let filled = Workbook::open(bytes.clone()).unwrap();
    assert_eq!(filled.value(SheetId(1), "B4".parse().unwrap()).as_text(), "1893.66");
    assert_eq!(formula_findings(&filled), []);
    assert_eq!(plan_of(&filled, Options::default()).edits, []);
}

#[test]
fn an_empty_form_has_nothing_to_fill() {
    let rows = ["||||||||||", "||||||||||", TOTAL];
    let plan = filled(&official(&rows), Options::default());
    assert_eq!(blank(&plan), ["A8 表中还没有填写项目，合计留空"]);
    assert!(plan.edits.is_empty());
}

#[test]
fn a_sum_over_more_runs_than_a_formula_takes_stays_blank() {
    let group = "|小计：科|||||||||".to_owned();
    let rows: Vec<String> = (0..300)
        .flat_map(|number| [group.clone(), format!("{}|项目{number}|局||20|||4||85|", number + 1)])
        .collect();
    let mut rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    rows.push(TOTAL);
    let plan = filled(&official(&rows), Options::default());
    let lines = blank(&plan);
    assert_eq!(only(&lines, &["D606", "J606"]).len(), 2, "{lines:?}");
}

/// D6 is stored as 25 and gives 20, H8 as 1000 and gives 834.4; what stands under the total is right for those.
#[test]
fn stale_results_are_renewed_in_one_recalculation() {
    let first = "1|甲|局|=SUM(E6:G6) -> 25|20|||4.4|=H6/D6 -> 0.176|85|";
    let second = "2|乙|局|=SUM(E7:G7) -> 830|830|||=415*2 -> 800|||94|";
    let total = "合计|<|<|=SUM(D6:D7) -> 850|850|0|0|=H6+H7 -> 1000|=H8/D8 -> 0.5|=D8/10 -> 85|";
    let plan = settled(&official(&[first, second, total]), Options::default());
    let mut refreshed: Vec<String> = plan.refreshed.iter().map(|(_, cell)| cell.to_string()).collect();
    refreshed.sort();
    assert_eq!(refreshed, ["D6", "H7", "H8", "I6", "I8"]);
    let stored = |cell: &str| {
        let result = |edit: &Edit| match edit {
            Edit::SetCell { cell: at, content: Content::Result(value), .. } if at.to_string() == cell => {
                Some(value.as_ref().as_text().to_owned())
            }
            _ => None,
        };
        plan.edits.iter().find_map(result).unwrap()
    };
    assert_eq!([stored("D6"), stored("H8"), stored("I6")], ["20", "834.4", "0.22"]);
    assert_eq!(
        written(&plan),
        ["I7 =IF(N(D7)=0,\"\",H7/D7) 100.00%"],
        "on what H7 gives, not on what it stored"
    );
}

/// The drawn form again, all cells in General format, changed while it is built: a protected sheet, an array.
fn rebuilt(text: &str, array: Option<(&str, &str)>, change: impl Fn(&mut SheetBuilder)) -> Workbook {
    let drawn = sketch::workbook(text);
    let sheet = drawn.sheet(SheetId(0)).unwrap();
    let mut builder = SheetBuilder::default();
    for cell in sheet.rows().flat_map(jixiao_workbook::sheet::Row::cells) {
        builder.cell(cell.at, cell.value, 0).unwrap();
        let of_array = array.filter(|(first, _)| cell.at.to_string() == *first);
        let kind =
            of_array.map_or(FormulaKind::Plain, |(_, range)| FormulaKind::Array(range.parse().unwrap()));
        if let Some(formula) = cell.formula {
            builder.formula(formula.text, kind).unwrap();
        }
    }
    for merge in sheet.merges() {
        builder.merge(*merge);
    }
    change(&mut builder);
    let general = NumberFormat { code: "General".to_owned() };
    Workbook::from_sheets(vec![("附表".to_owned(), builder.finish())], vec![general])
}

fn kept(plan: &Plan) -> Vec<String> {
    plan.kept.iter().map(|kept| kept.cell.to_string()).collect()
}

fn set(plan: &Plan) -> Vec<CellRef> {
    let cell = |edit: &Edit| match edit {
        Edit::SetCell { cell, .. } => Some(*cell),
        _ => None,
    };
    plan.edits.iter().filter_map(cell).collect()
}

#[test]
fn a_computed_cell_covered_by_a_merge_is_left_and_named() {
    let rows = ["1|甲|局||20|.|0|4.4||85|", "2|乙|局|^|830|0|0|814.79|^|94|", TOTAL];
    let plan = filled(&official(&rows), Options::default());
    assert_eq!(kept(&plan), ["D7", "I7"]);
    assert_eq!(
        only(&written(&plan), &["D6", "I6"]),
        ["D6 =SUM(E6:G6) 20", "I6 =IF(N(D6)=0,\"\",H6/D6) 22.00%"]
    );
    let sheet = sketch::workbook(&official(&rows));
    let sheet = sheet.sheet(SheetId(0)).unwrap();
    assert!(set(&plan).iter().all(|cell| sheet.anchor(*cell) == *cell), "nothing is set under a merge");
}

#[test]
fn nothing_is_set_inside_an_array() {
    let rows = ["1|甲|局|=E6:E7 -> 20|20|.|0|4.4||85|", "2|乙|局|830|830|0|0|814.79||94|", TOTAL];
    let workbook = rebuilt(&official(&rows), Some(("D6", "D6:D7")), |_| {});
    for options in [Options::default(), RECOMPUTE] {
        let plan = plan_of(&workbook, options);
        assert!(!set(&plan).iter().any(|cell| ["D6", "D7"].contains(&cell.to_string().as_str())));
        assert_eq!(kept(&plan), ["D6", "D7"]);
        assert_eq!(only(&written(&plan), &["D8"]), ["D8 =SUM(D6:D7) 850"], "what the array shows is summed");
    }
}

#[test]
fn locked_cells_of_a_protected_sheet_are_filled_as_others() {
    let text = official(&[TWO[0], TWO[1], TOTAL]);
    let open = plan_of(&rebuilt(&text, None, |_| {}), Options::default());
    let locked = plan_of(&rebuilt(&text, None, SheetBuilder::protect), Options::default());
    assert_eq!(locked, open, "protection keeps a person from typing; it has no password to ask for here");
}

#[test]
fn a_rate_column_in_percent_is_known_by_its_figures_without_a_label() {
    let rows = [
        "1|甲|局|20|20|||4.4|22|85|",
        "2|乙|局|830|830|||814.79|98.17|94|",
        "3|丙|局|3|3|||0.91||80|",
        TOTAL,
    ];
    let plan = settled(&official(&rows), Options::default());
    let rates = written(&plan);
    assert_eq!(
        only(&rates, &["I8", "I9"]),
        ["I8 =IF(N(D8)=0,\"\",ROUND(H8/D8*100,2)) 30.33", "I9 =IF(N(D9)=0,\"\",ROUND(H9/D9*100,2)) 96.14"]
    );
}

#[test]
fn a_plan_is_the_same_after_serialization() {
    let rows = ["1|甲|局|=SUM(E6:G6) -> 25|'20|.|0|4.4|22%|85|", "2|乙|局||830|0|0|.||94|", TOTAL];
    for options in [Options::default(), RECOMPUTE] {
        let plan = filled(&official(&rows), options);
        let json = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
    }
}
