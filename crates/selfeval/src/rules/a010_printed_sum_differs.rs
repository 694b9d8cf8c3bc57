//! A010: the stored figures add up, the figures as they are printed do not.

use rust_decimal::Decimal;

use super::cells::{ends, some_listed};
use super::columns::{AmountColumn, amount_columns, stated_budget};
use super::{Check, Context, Rule, wording};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::summary::{Project, Reading};
use crate::value::round;

pub(super) const RULE: Rule = Rule {
    code: "A010",
    name: "printed-sum-differs",
    severity: Severity::Info,
    title: ("打印出来的数相加不等于合计", "the printed figures do not add up"),
    docs: (
        "## 核对内容\n单元格里存的数相加正好等于合计（小计），但按显示的小数位数四舍五入后再相加，与显示的合计（小计）不同。\n\
         ## 为什么\n只看打印件的人会以为算错了。\n\
         ## 示例\n`D6` 10.004、`D7` 10.004 显示为 10.00、10.00，合计 20.008 显示为 20.01。\n\
         ## 怎样改\n存的数是对的，可以不改；要让打印件对得上，把各项四舍五入到显示的位数再求和。\n\
         ## 依据\n表样：合计行；小计。",
        "## What is checked\nWhether figures that add up as they are stored still do so as they are shown, each rounded by its number format.\n\
         ## Why\nWhoever only sees the paper takes it for a wrong sum.\n\
         ## Example\n`D6` 10.004 and `D7` 10.004 are shown as 10.00 and 10.00, their total 20.008 as 20.01.\n\
         ## How to correct\nThe stored figures are right and may stay; to have the paper add up, round each figure to the decimals shown before summing.\n\
         ## Source\nThe form's total row, and its heading: 小计.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = subtotals(context).into_iter().collect();
    if let Some(total) = context.total() {
        let columns = amount_columns(context);
        findings.extend(columns.iter().filter_map(|column| of_total(context, column, column.total(total)?)));
    }
    findings
}

/// What is missing from a stored figure as it is printed, in 万元; 0 where everything is shown.
fn cut(reading: &Reading) -> Decimal {
    let lost = || {
        let value = reading.value()?;
        let shown = reading.shown();
        let decimals = i32::from(shown.decimals()?) - i32::from(shown.exponent());
        let decimals = u32::try_from(decimals).ok()?;
        if value.scale() <= decimals {
            return None;
        }
        value.checked_sub(round(value, decimals))
    };
    lost().unwrap_or(Decimal::ZERO)
}

/// The sum of the printed figures and the printed sum, where only these differ. `whole` is the stored sum of the
/// terms, `lost` what their printing leaves out.
fn apart(reading: &Reading, whole: Decimal, lost: Decimal) -> Option<(Decimal, Decimal)> {
    let stated = reading.value()?;
    // A stored result has 15 digits; what a spreadsheet computes may differ from the decimal sum in the last.
    let right = stated.checked_sub(whole)?.abs() <= Decimal::new(1, 9);
    let (sum, printed) = (whole.checked_sub(lost)?, stated.checked_sub(cut(reading))?);
    let gap = sum.checked_sub(printed)?.abs();
    (right && gap > Decimal::new(1, 8)).then_some((sum, printed))
}

fn of_total(context: &Context<'_>, column: &AmountColumn<'_>, reading: &Reading) -> Option<Finding> {
    let figures = context.summary.projects.iter().filter_map(|project| column.of(project));
    let lost = figures.map(cut).try_fold(Decimal::ZERO, Decimal::checked_add)?;
    if lost.is_zero() && cut(reading).is_zero() {
        return None;
    }
    let terms = column.sum(context, stated_budget);
    let (sum, printed) = apart(reading, terms.sum?.value, lost)?;
    let show = |value: Decimal| wording::amount(context.summary, value);
    let (sum, printed) = (show(round_off(sum)), show(round_off(printed)));
    let range = column.range(context);
    let message = Words::new(
        format!("{} {range} 按显示的数相加为 {sum}，合计显示为 {printed}；存的数相加无误", column.name.0),
        format!(
            "the shown figures of the {} in {range} add up to {sum}, while the total is shown as {printed}; the stored figures are right",
            column.name.1
        ),
    );
    let finding = Finding::new(&RULE, context.at(reading), message, help()).of(column.field);
    let finding = finding.found(reading.raw(), reading.value()).expected(sum, None);
    Some(Finding { unit: Some(Unit::TenThousand), ..finding })
}

/// Decimals take no more than nine places in a message.
fn round_off(value: Decimal) -> Decimal {
    round(value, 9).normalize()
}

fn help() -> Words {
    Words::new(
        "存的数是对的，可不改；要让打印件对得上，各项先四舍五入到显示的位数",
        "the stored figures are right and may stay; to have the paper add up, round each to the decimals shown",
    )
}

/// One finding for all rows whose subtotal is so.
fn subtotals(context: &Context<'_>) -> Option<Finding> {
    let is_apart = |project: &&Project| {
        let judged = || {
            let reading = project.budget.as_ref()?;
            let lost = project.funds.iter().map(cut).try_fold(Decimal::ZERO, Decimal::checked_add)?;
            if lost.is_zero() && cut(reading).is_zero() {
                return None;
            }
            apart(reading, project.funds_sum()?, lost)
        };
        judged().is_some()
    };
    let rows: Vec<&Project> = context.summary.projects.iter().filter(is_apart).collect();
    let readings: Vec<&Reading> = rows.iter().filter_map(|project| project.budget.as_ref()).collect();
    let first = readings.first()?;
    let cells: Vec<_> = readings.iter().map(|reading| reading.cell).collect();
    let list = some_listed(&cells);
    let message = Words::new(
        format!("小计 {} 与按显示的数相加的各项资金不同；存的数相加无误", list.zh),
        format!(
            "the subtotals in {} are not the sum of the parts as they are shown; the stored figures are right",
            list.en
        ),
    );
    let note = |_| Words::new("小计也是这样", "the same holds for this subtotal");
    let related = ends(&cells).into_iter().filter(|cell| *cell != first.cell);
    let related = related.map(|cell| context.related(cell, note(cell))).collect();
    let finding = Finding::new(&RULE, context.at(first), message, help()).of(Field::Budget);
    let finding = finding.on(rows.first()?).found(first.raw(), first.value()).with_related(related);
    Some(Finding { unit: Some(Unit::TenThousand), ..finding })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::a002_total_mismatch;
    use crate::rules::sample::submission;
    use crate::sketch::{findings, lines, official};

    fn table(total: &str) -> String {
        official(&[
            "1|甲|局|10.004{0.00}|10.004{0.00}|0|0|10|100%|90|.",
            "2|乙|局|10.004{0.00}|10.004{0.00}|0|0|10|100%|90|.",
            total,
        ])
    }

    #[test]
    fn printed_figures_that_do_not_add_up_are_told() {
        let text = table("合计|<|<|=SUM(D6:D7) -> 20.008{0.00}|20.008{0.00}|0|0|20|100%|90|.");
        let found = findings(RULE, &text);
        assert_eq!(lines(&found), ["Info D8 20.01 → 20", "Info E8 20.01 → 20"]);
        assert_eq!(
            found[0].message.zh,
            "全年预算数 D6:D7 按显示的数相加为 20，合计显示为 20.01；存的数相加无误"
        );
        assert_eq!(findings(a002_total_mismatch::RULE, &text), []);
    }

    #[test]
    fn subtotals_are_told_once_for_all_rows() {
        let rows = [
            "1|甲|局|5.008{0.00}|2.504{0.00}|2.504{0.00}|0|5|100%|90|.",
            "2|乙|局|5.008{0.00}|2.504{0.00}|2.504{0.00}|0|5|100%|90|.",
        ];
        let found = findings(RULE, &official(&rows));
        assert_eq!(lines(&found), ["Info D6 5.01"]);
        assert!(found[0].message.zh.contains("D6:D7"));
    }

    #[test]
    fn what_adds_up_in_print_and_what_does_not_add_up_at_all_is_silent() {
        assert_eq!(findings(RULE, &submission()), []);
        assert_eq!(
            findings(RULE, &table("合计|<|<|20.008|20.008|0|0|20|100%|90|.").replace("{0.00}", "")),
            []
        );
        assert_eq!(findings(RULE, &table("合计|<|<|20.00{0.00}|20.00{0.00}|0|0|20|100%|90|.")), []);
    }

    #[test]
    fn amounts_of_yuan_are_printed_in_yuan() {
        let text = "序号|项目名称|主管部门|全年预算数（元）|全年执行数（元）|执行率|自评得分\n\
                    1|甲|局|10.4{0}|10|96%|90\n2|乙|局|10.4{0}|10|96%|90\n合计|<|<|20.8{0}|20|96%|90";
        assert_eq!(lines(&findings(RULE, text)), ["Info D4 21 → 20"]);
    }
}
