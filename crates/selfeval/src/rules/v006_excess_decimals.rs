//! V006: a figure is shown with more decimals than the form has.

use jixiao_workbook::CellRef;

use super::cells::{ends, figures, some_listed};
use super::{Check, Context, Rule, column_group};
use crate::finding::{Field, Finding, Severity, Words};
use crate::summary::Reading;
use crate::value::Money;

pub(super) const RULE: Rule = Rule {
    code: "V006",
    name: "excess-decimals",
    severity: Severity::Info,
    title: ("小数位数多于表样", "more decimals are shown than the form has"),
    docs: (
        "## 核对内容\n显示出来的小数位数：金额、百分比和得分都不多于 2 位（万元金额的位数可以由地方口径决定）。只看显示的位数，单元格里存的位数不限。每栏只提示一次。\n\
         ## 为什么\n位数不一，表不整齐，打印时可能显示不全；多出的位数往往是公式没有设格式。\n\
         ## 示例\n`I7` 执行率显示为 22.0166667%。\n\
         ## 怎样改\n设置单元格格式为 2 位小数，不要改动存的数。\n\
         ## 依据\n表样：各栏的小数位数。",
        "## What is checked\nHow many decimals are shown: at most 2 for amounts, percentages and scores (for amounts in 万元 the profile may say otherwise). Only what is shown counts; the cell may hold more. Each column is told once.\n\
         ## Why\nUneven decimals make the table hard to read and may be cut off in print; they mostly come from a formula without a number format.\n\
         ## Example\nThe rate in `I7` is shown as 22.0166667%.\n\
         ## How to correct\nGive the cells a format with 2 decimals; leave the stored figures alone.\n\
         ## Source\nThe form: the decimals of its columns.",
    ),
    check: Check::Table(check),
};

/// Decimals of percentages and scores, and of amounts in 元.
const USUAL: i32 = 2;

/// The cells of one column that show too many.
struct Column {
    field: Field,
    cells: Vec<CellRef>,
    /// The first of them as it is shown.
    shown: String,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut columns: Vec<Column> = Vec::new();
    let mut note = |(field, reading): (Field, &Reading)| {
        if !exceeds(context, field, reading) {
            return;
        }
        match columns.iter_mut().find(|column| is_of(column, reading.cell)) {
            Some(column) => column.cells.push(reading.cell),
            None => {
                columns.push(Column { field, cells: vec![reading.cell], shown: reading.raw().into_owned() });
            }
        }
    };
    context.summary.projects.iter().flat_map(figures).for_each(&mut note);
    context.summary.total.iter().flat_map(figures).for_each(&mut note);
    columns.iter().filter_map(|column| finding(context, column)).collect()
}

fn is_of(column: &Column, cell: CellRef) -> bool {
    column.cells.first().is_some_and(|first| first.column() == cell.column())
}

fn exceeds(context: &Context<'_>, field: Field, reading: &Reading) -> bool {
    let Some(figure) = reading.figure() else { return false };
    let shown = reading.shown();
    let most = most(context, field, shown.percent() || shown.exponent() != 0);
    if let Some(decimals) = shown.decimals() {
        return i32::from(decimals) > most;
    }
    let percent = if shown.percent() { 2 } else { 0 };
    let stored = i32::try_from(figure.value.scale()).unwrap_or(0) + i32::from(shown.exponent()) - percent;
    stored > most && written(&reading.raw()) > most
}

/// The most decimals of a field in its cell's own unit; `percent` where a rate is written as a number of percent.
fn most(context: &Context<'_>, field: Field, percent: bool) -> i32 {
    let form = i32::from(context.profile.amount_decimals);
    match (field, context.summary.money) {
        (Field::ExecutionRate, _) if percent => USUAL,
        (Field::ExecutionRate, _) => USUAL + 2,
        (Field::Score, _) | (_, Money::Yuan) => USUAL,
        (_, Money::TenThousand) => form,
        (_, Money::HundredMillion) => form + 4,
    }
}

/// Decimals of a figure as it is written.
fn written(text: &str) -> i32 {
    let digits = text
        .split_once(['.', '．'])
        .map_or(0, |(_, after)| after.chars().take_while(|c| c.is_numeric()).count());
    i32::try_from(digits).unwrap_or(i32::MAX)
}

fn finding(context: &Context<'_>, column: &Column) -> Option<Finding> {
    let first = *column.cells.first()?;
    let (name, list) = (context.summary.name_of(column.field, first), some_listed(&column.cells));
    let shown = &column.shown;
    let message = Words::new(
        format!("{} {} 显示的小数位数多于表样，如 {shown}", name.zh, list.zh),
        format!("the {} in {} shows more decimals than the form has, such as {shown}", name.en, list.en),
    );
    let help = Words::new(
        format!("把 {} 的格式设为 2 位小数，存的数不用改", list.zh),
        format!("give {} a format with 2 decimals; leave the stored figures alone", list.en),
    );
    let note = |_| Words::new("小数位数也多", "shows too many decimals, too");
    let related = ends(&column.cells).into_iter().filter(|cell| *cell != first);
    let related = related.map(|cell| context.related(cell, note(cell))).collect();
    let finding = Finding::new(&RULE, context.place(first, shown.as_str()), message, help).of(column.field);
    Some(finding.found(shown, None).with_related(related).grouped(column_group(RULE.code, first)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{submission, with_row};
    use crate::sketch::{findings, lines};

    fn second(cells: &str) -> Vec<String> {
        lines(&findings(RULE, &with_row(1, cells)))
    }

    #[test]
    fn each_column_with_too_many_decimals_is_told_once() {
        let found = second("2|两站一室|中川园区|20.125|20.125|0|0|4.4033|'21.8799%|85.125|.");
        assert_eq!(
            found,
            ["Info D7 20.125", "Info E7 20.125", "Info H7 4.4033", "Info I7 21.8799%", "Info J7 85.125"]
        );
    }

    #[test]
    fn the_submission_has_two_decimals_at_most() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn what_counts_is_what_is_shown() {
        assert_eq!(
            second("2|两站一室|中川园区|20.125{0.00}|20.12|0|0|4.4033{0.00}|0.218799{0.00%}|85|."),
            [""; 0]
        );
        assert_eq!(second("2|两站一室|中川园区|20{0.000}|20.12|0|0|4.40|0.2187|85.25|."), ["Info D7 20.000"]);
        assert_eq!(
            second("2|两站一室|中川园区|20|20|0|0|4.4|=H7/D7 -> 0.2200001|85|."),
            ["Info I7 0.2200001"]
        );
    }

    #[test]
    fn amounts_of_yuan_have_two_decimals() {
        let table = |amount: &str| {
            format!(
                "序号|项目名称|主管部门|全年预算数（元）|全年执行数（元）|执行率|自评得分\n1|防汛|局|{amount}|44000|22.00%|90\n合计|<|<|200000|44000|22.00%|90"
            )
        };
        assert_eq!(findings(RULE, &table("200000.05")), []);
        assert_eq!(lines(&findings(RULE, &table("200000.055"))), ["Info D2 200000.055"]);
    }
}
