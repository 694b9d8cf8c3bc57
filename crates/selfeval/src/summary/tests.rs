//! What figures read as, in drawn workbooks.

use super::*;
use crate::sketch::{official, read};

/// A reading as `value/decimals` with its raw text where that differs.
fn drawn(reading: Option<&Reading>) -> String {
    let Some(reading) = reading else { return "no column".to_owned() };
    let raw = reading.raw();
    match (reading.content(), reading.figure()) {
        (content, Some(figure)) => {
            let kind = match content {
                Content::TextNumber(_) => "'",
                Content::Computed(_) => "=",
                _ => "",
            };
            format!("{kind}{}/{} {raw}", figure.value.normalize(), figure.decimals)
        }
        (content, None) => format!("{content:?} {raw}").trim_end().to_owned(),
    }
}

#[test]
fn figures_of_the_official_form_are_read() {
    let (_, _, summary) = read(&official(&[
        "1|甲|民政科|830{0.00}|830|0|.|814.79|98.17%|94|1",
        "2|乙|民政科|4.4{#,##0.00}|'４．４|—|/|4.4034|'80.5%|'94分|无",
        "合计|<|<|=SUM(D6:D7) -> 834.4|.|.|.|819.1934|.|.|",
    ]));
    let first = &summary.projects[0];
    assert_eq!(drawn(first.budget.as_ref()), "830/2 830.00");
    assert_eq!(drawn(first.executed.as_ref()), "814.79/4 814.79");
    assert_eq!(drawn(first.rate.as_ref()), "0.9817/4 98.17%");
    assert_eq!(drawn(first.funds.get(2)), "Blank");
    let second = &summary.projects[1];
    assert_eq!(drawn(second.budget.as_ref()), "4.4/2 4.40");
    assert_eq!(drawn(second.funds.first()), "'4.4/2 ４．４");
    assert_eq!(drawn(second.funds.get(1)), "NoValue —");
    assert_eq!(drawn(second.rate.as_ref()), "'0.805/3 80.5%");
    assert_eq!(drawn(second.score.as_ref()), "'94/0 94分");
    let total = summary.total.unwrap();
    assert_eq!(drawn(total.budget.as_ref()), "834.4/2 834.4");
    assert_eq!(total.label.to_string(), "A8");
    assert_eq!(summary.year, Some(2023));
}

/// A row's budget, executed amount and rate.
fn amounts(text: &str, row: usize) -> String {
    let (_, _, summary) = read(text);
    let project = &summary.projects[row];
    let figures = [&project.budget, &project.executed, &project.rate];
    figures.map(|reading| drawn(reading.as_ref())).join(" | ")
}

const HEAD: &str = "项目名称|全年预算数（A）|全年执行数|执行率|自评得分\n";

#[test]
fn amounts_are_turned_into_ten_thousands_exactly() {
    let cases = [
        (
            "单位：元\n",
            "甲|8300000|8147900.00{#,##0.00}|98.17%|94",
            "830/4 8300000 | 814.79/6 8,147,900.00 | 0.9817/4 98.17%",
        ),
        ("单位：亿元\n", "甲|5.2|'5亿元|98.17%|94", "52000/-3 5.2 | '50000/-4 5亿元 | 0.9817/4 98.17%"),
        (
            "单位：万元\n",
            "甲|'10万|'1,234元|'９８．１７％|94",
            "'10/2 10万 | '0.1234/4 1,234元 | '0.9817/4 ９８．１７％",
        ),
        ("单位：万元\n", "甲|1893.6599999999999|'3%|-|94", "1893.66/2 1893.66 | Unreadable 3% | NoValue -"),
        ("单位：万元\n", "甲|#DIV/0!|=FOO(1)|=C3/20 -> .|94", "Error #DIV/0! | NoResult | NoResult"),
        ("单位：万元\n", "甲|20|=B3*0.22|=C3/B3 -> .{0.00%}|94", "20/2 20 | =4.4/2 4.4 | =0.22/4 22.00%"),
    ];
    for (unit, row, expected) in cases {
        assert_eq!(amounts(&format!("{unit}{HEAD}{row}\n"), 0), expected, "{row}");
    }
}

#[test]
fn general_format_takes_the_decimals_of_its_column() {
    let rows = "甲|4.4|4|80.5%|94\n乙|511.3|3.123|81%|94.5\n丙|7{0.00}|3{0.0}|22.02%{0.00%}|95\n";
    assert_eq!(amounts(&format!("{HEAD}{rows}"), 0), "4.4/2 4.4 | 4/3 4 | 0.805/3 80.5%");
    assert_eq!(amounts(&format!("{HEAD}{rows}"), 2), "7/2 7.00 | 3/1 3.0 | 0.2202/4 22.02%");
    // What a program left of a quotient does not make a typed rate more precise.
    let rows = "甲|830|814.79|98.17%|94\n乙|9|7|0.777777777777778|94\n";
    assert_eq!(amounts(&format!("{HEAD}{rows}"), 0), "830/2 830 | 814.79/2 814.79 | 0.9817/4 98.17%");
}

#[test]
fn the_scale_of_rates_is_told_by_format_label_or_the_amounts() {
    let head = |label: &str| HEAD.replace("执行率", label);
    let cases = [
        ("执行率（%）", "甲|10|9|90.5|94\n", "0.905/3 90.5", RateScale::Percent),
        ("执行率（%）", "甲|10|9|90.5%|94\n", "0.905/3 90.5%", RateScale::Percent),
        ("执行率", "甲|10|9|90|94\n乙|10|5|50|94\n", "0.9/2 90", RateScale::Percent),
        ("执行率", "甲|10|9|0.9|94\n乙|10|5|50|94\n丙|10|5|0.5|94\n", "0.9/1 0.9", RateScale::Fraction),
        ("执行率", "甲|10|9|0.9|94\n乙|10|5|50|94\n", "0.9/2 0.9", RateScale::Mixed),
        ("执行率", "甲|10|.|98|94\n", "0.98/2 98", RateScale::Percent),
    ];
    for (label, rows, rate, scale) in cases {
        let (_, _, summary) = read(&format!("{}{rows}", head(label)));
        assert_eq!(drawn(summary.projects[0].rate.as_ref()), rate, "{rows}");
        assert_eq!(summary.rate_scale, scale, "{rows}");
    }
}

#[test]
fn a_supervisor_merged_over_rows_is_that_of_each_row() {
    let (_, _, summary) = read("项目名称|主管部门|小计|全年执行数|得分\n甲|民政科|1|1|9\n乙|^|2|2|9\n");
    let second = summary.projects[1].supervisor.as_ref().unwrap();
    assert_eq!((&*second.text, second.cell.to_string().as_str()), ("民政科", "B2"));
}

#[test]
fn the_published_submission_reads_as_published() {
    let bytes = include_bytes!("../../../../test-data/submission-2023.xlsx");
    let workbook = Workbook::open(bytes.to_vec()).unwrap();
    let profile = Profile::national();
    let located = crate::layout::locate(&workbook, &profile, None).unwrap();
    assert_eq!(located.range.to_string(), "A3:K20");
    let summary = Summary::read(&workbook, &located, &profile);
    let sum = |pick: fn(&Project) -> Option<Figure>| {
        summary.projects.iter().filter_map(pick).map(|figure| figure.value).sum::<Decimal>().to_string()
    };
    assert_eq!(summary.projects.len(), 14);
    assert_eq!(
        (sum(Project::budget_figure), sum(Project::executed_figure)),
        ("1893.66".into(), "1722.16".into())
    );
    assert_eq!(drawn(summary.projects[2].rate.as_ref()), "'0.805/4 80.5%");
    assert_eq!(summary.unit.as_ref().unwrap().value, "中川镇人民政府");
    let total = summary.total.as_ref().unwrap();
    assert_eq!(
        (drawn(total.budget.as_ref()), drawn(total.score.as_ref())),
        ("1893.66/2 1893.66".into(), "Blank".into())
    );
}

#[test]
fn the_official_form_with_its_inputs_reads_without_its_computed_cells() {
    let bytes = include_bytes!("../../../../test-data/template/official-2023-inputs.xlsx");
    let workbook = Workbook::open(bytes.to_vec()).unwrap();
    let profile = Profile::national();
    let located = crate::layout::locate(&workbook, &profile, None).unwrap();
    let summary = Summary::read(&workbook, &located, &profile);
    assert_eq!((located.projects.len(), located.total.unwrap().0), (14, 21));
    assert!(summary.projects.iter().all(|project| project.budget.as_ref().unwrap().is_blank()));
    assert_eq!(drawn(summary.projects[1].executed.as_ref()), "4.4/2 4.40");
    let json = serde_json::to_string(&summary).unwrap();
    assert_eq!(serde_json::from_str::<Summary>(&json).unwrap(), summary);
}

#[test]
fn a_date_in_a_remark_reads_as_a_date() {
    let (_, _, summary) =
        read(&official(&["1|甲|局|1|1|0|0|1|100%|90|45230{yyyy-mm-dd}", "合计|<|<|1|1|0|0|1|100%|90|."]));
    assert_eq!(summary.projects[0].remark.as_ref().unwrap().text.to_string(), "2023-10-31");
}
