//! V007: rates of one column are written in several ways, or nothing says what they are.

use jixiao_workbook::CellRef;

use super::cells::{ends, some_listed};
use super::wording::RateStyle;
use super::{Check, Context, Rule};
use crate::finding::{Field, Finding, Severity, Words};
use crate::summary::{Project, RateScale, Reading};
use crate::value::{Figure, Level, rate_level, shifted};

pub(super) const RULE: Rule = Rule {
    code: "V007",
    name: "mixed-rate-style",
    severity: Severity::Info,
    title: ("执行率的写法不一致", "rates are written in several ways"),
    docs: (
        "## 核对内容\n执行率一栏是不是一种写法：98.17%、98.17（表头注明 %）、0.9817。没有百分号、表头也没有注明的，按多数行与 B/A 相符的写法读取；分不出来的也在这里提示。\n\
         ## 为什么\n写法不一，0.98 会被看成 0.98%，排序和求平均也会出错。\n\
         ## 示例\n`I6:I18` 写成 98.17% 这样的百分数，`I19` 写成 1。\n\
         ## 怎样改\n整栏用百分比格式，如 0.00%。\n\
         ## 依据\n表样：执行率（B/A）。",
        "## What is checked\nWhether the rates of the column are written in one way: 98.17%, 98.17 (the heading says %), or 0.9817. Without a percent sign or such a heading they are read in the way in which most rows agree with B/A; where that cannot be told, it is said here.\n\
         ## Why\nAmong several ways 0.98 is taken for 0.98%, and sorting or averaging goes wrong.\n\
         ## Example\n`I6:I18` hold percentages such as 98.17%, `I19` holds 1.\n\
         ## How to correct\nGive the whole column a percent format such as 0.00%.\n\
         ## Source\nThe form's heading: execution rate (B/A).",
    ),
    check: Check::Table(check),
};

/// Ways of writing, in the order in which they are counted.
const STYLES: [RateStyle; 3] = [RateStyle::Percent, RateStyle::Number, RateStyle::Fraction];

fn check(context: &Context<'_>) -> Vec<Finding> {
    let projects = context.summary.projects.iter();
    let rates = projects.map(|project| (style(context, project), project.rate.as_ref()));
    let total = context.summary.total.iter().filter_map(|total| total.rate.as_ref());
    let total = total.map(|rate| (RateStyle::of(context.summary, rate), Some(rate)));
    let mut cells: [Vec<CellRef>; 3] = Default::default();
    for (style, rate) in rates.chain(total) {
        let Some(rate) = rate.filter(|rate| rate.figure().is_some()) else { continue };
        if let Some(list) = STYLES.iter().position(|known| *known == style).and_then(|at| cells.get_mut(at)) {
            list.push(rate.cell);
        }
    }
    if context.summary.rate_scale == RateScale::Mixed {
        return undecided(context, &cells).into_iter().collect();
    }
    mixed(context, &cells).into_iter().collect()
}

/// How a project's rate is written: a plain one that only fits B/A by the other scale is of that.
fn style(context: &Context<'_>, project: &Project) -> RateStyle {
    let Some(rate) = project.rate.as_ref() else { return RateStyle::Percent };
    match RateStyle::of(context.summary, rate) {
        RateStyle::Percent => RateStyle::Percent,
        RateStyle::Number if other_scale(context, project) => RateStyle::Fraction,
        RateStyle::Fraction if other_scale(context, project) => RateStyle::Number,
        style => style,
    }
}

/// Whether a rate without a percent sign, in a column whose heading has none, is wrong as it was read and right by
/// the other scale (0.98 for 98).
pub(super) fn other_scale(context: &Context<'_>, project: &Project) -> bool {
    let judged = || {
        let reading: &Reading = project.rate.as_ref()?;
        let (rate, executed, budget) =
            (reading.figure()?, project.executed_figure()?, project.budget_figure()?);
        let headed = context.located.columns.rate.as_ref()?.percent;
        if headed || reading.shown().percent() || rate_level(rate, executed, budget)? != Level::L3 {
            return None;
        }
        let power: i8 = if reading.shown().exponent() == 0 { -2 } else { 2 };
        let decimals = rate.decimals.checked_sub(power)?;
        let other = Figure { value: shifted(rate.value, power)?, decimals, ..rate };
        Some(rate_level(other, executed, budget)? <= Level::L1)
    };
    judged().unwrap_or(false)
}

fn undecided(context: &Context<'_>, cells: &[Vec<CellRef>; 3]) -> Option<Finding> {
    let [_, numbers, fractions] = cells;
    let mut plain: Vec<CellRef> = numbers.iter().chain(fractions).copied().collect();
    plain.sort_unstable();
    let first = *plain.first()?;
    let list = some_listed(&plain);
    let message = Words::new(
        format!("执行率 {} 没有百分号，分不出是 0.98 还是 98 的写法，逐行判断", list.zh),
        format!(
            "the rates in {} have no percent sign, and are as often 0.98 as 98; each row was read by itself",
            list.en
        ),
    );
    Some(finding(context, first, &plain, message))
}

fn mixed(context: &Context<'_>, cells: &[Vec<CellRef>; 3]) -> Option<Finding> {
    let mut used: Vec<(&Vec<CellRef>, RateStyle)> =
        cells.iter().zip(STYLES).filter(|(cells, _)| !cells.is_empty()).collect();
    used.sort_by_key(|(cells, _)| cells.len());
    let (least, rest) = used.split_first()?;
    let first = *least.0.first()?;
    let others = rest.last()?;
    let list = some_listed(least.0);
    let ((zh, en), (usual_zh, usual_en)) = (name(least.1), name(others.1));
    let message = Words::new(
        format!("执行率 {} 写成{zh}，其他行写成{usual_zh}", list.zh),
        format!("the rates in {} are written as {en}, the others as {usual_en}", list.en),
    );
    Some(finding(context, first, least.0, message))
}

fn name(style: RateStyle) -> (&'static str, &'static str) {
    match style {
        RateStyle::Percent => ("百分数（98.17%）", "percentages (98.17%)"),
        RateStyle::Number => ("不带 % 的数（98.17）", "numbers without % (98.17)"),
        RateStyle::Fraction => ("小数（0.9817）", "fractions (0.9817)"),
    }
}

fn finding(context: &Context<'_>, first: CellRef, cells: &[CellRef], message: Words) -> Finding {
    let help = Words::new(
        "整栏统一用百分比格式，如 98.17%",
        "give the whole column a percent format, such as 98.17%",
    );
    let text = context.workbook.value(context.located.sheet, first).as_text();
    let note = |_| Words::new("写法相同", "written in the same way");
    let related = ends(cells).into_iter().filter(|cell| *cell != first);
    let related = related.map(|cell| context.related(cell, note(cell))).collect();
    Finding::new(&RULE, context.place(first, text), message, help)
        .of(Field::ExecutionRate)
        .found(text, None)
        .with_related(related)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{submission, with_row};
    use crate::rules::{a004_execution_rate_mismatch, sample::PROJECTS};
    use crate::sketch::{findings, lines, official};

    #[test]
    fn one_rate_written_in_another_way_is_found() {
        let found = findings(RULE, &with_row(6, "7|征地建设费|中川园区|12|12|0|0|12|1|93|7"));
        assert_eq!(lines(&found), ["Info I12 1"]);
        assert_eq!(found[0].message.zh, "执行率 I12 写成小数（0.9817），其他行写成百分数（98.17%）");
    }

    #[test]
    fn percent_text_beside_percent_formats_is_one_way() {
        assert_eq!(findings(RULE, &submission()), []);
        assert_eq!(findings(RULE, &with_row(6, "7|征地建设费|中川园区|12|12|0|0|12|100%|93|7")), []);
    }

    #[test]
    fn a_fraction_among_numbers_of_percent_is_no_wrong_rate() {
        let table = |rate: &str| {
            format!(
                "序号|项目名称|主管部门|全年预算数（万元）|全年执行数|执行率|自评得分\n\
                 1|防汛|局|20|19|{rate}|90\n2|抗旱|局|10|9|90|90\n3|供水|局|10|8.5|85|90\n合计|<|<|40|36.5|91.25|90"
            )
        };
        assert_eq!(lines(&findings(RULE, &table("0.95"))), ["Info F2 0.95"]);
        assert_eq!(findings(a004_execution_rate_mismatch::RULE, &table("0.95")), []);
        assert_eq!(findings(RULE, &table("95")), []);
        assert_eq!(lines(&findings(a004_execution_rate_mismatch::RULE, &table("0.80"))).len(), 1);
        let headed = table("0.95").replace("|执行率|", "|执行率（%）|");
        assert_eq!(lines(&findings(a004_execution_rate_mismatch::RULE, &headed)).len(), 1);
    }

    #[test]
    fn a_column_that_cannot_be_told_is_said() {
        let rows = ["1|甲|局|20|20|0|0|19|95|90|.", "2|乙|局|10|10|0|0|9|0.9|90|."];
        let found = findings(RULE, &official(&rows));
        assert_eq!(lines(&found), ["Info I6 95"]);
        assert!(found[0].message.zh.contains("分不出"));
    }

    #[test]
    fn blank_rates_have_no_style() {
        let blank = PROJECTS.map(|row| row.replace("|'98.17%|", "|.|"));
        assert_eq!(findings(RULE, &official(&blank.each_ref().map(String::as_str))), []);
    }
}
