//! V004: an amount is below zero.

use rust_decimal::Decimal;

use super::cells::{Amounts, amounts};
use super::{Check, Context, Rule, column_group};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::summary::Reading;

pub(super) const RULE: Rule = Rule {
    code: "V004",
    name: "negative-amount",
    severity: Severity::Error,
    title: ("金额为负数", "an amount is negative"),
    docs: (
        "## 核对内容\n预算数、资金明细、执行数有没有负数。由负数算出的小计、合计不再重复提示。\n\
         ## 为什么\n项目全年的预算数和执行数不会小于 0；负数会使合计和执行率不实。\n\
         ## 示例\n`H9` 全年执行数 -3.00。\n\
         ## 怎样改\n核对账面：收回的资金从全年数中扣减后填写，不单独填负数。\n\
         ## 依据\n表样：项目资金各列为全年数。",
        "## What is checked\nWhether a budget, a fund part or an executed amount is negative. Sums that are negative because of it are not told again.\n\
         ## Why\nA project's budget and spending of a whole year are not below 0; a negative figure makes totals and rates untrue.\n\
         ## Example\nThe executed amount in `H9` is -3.00.\n\
         ## How to correct\nCheck the ledger: deduct what was paid back from the year's figure instead of entering it as negative.\n\
         ## Source\nThe form: its amounts are those of the whole year.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let projects = &context.summary.projects;
    let rows = projects.iter().flat_map(|project| {
        causes(project).map(|(field, reading)| finding(context, field, reading).on(project))
    });
    let mut findings: Vec<Finding> = rows.collect();
    // A total that follows from a negative amount above it, or from a negative part, is no cause of its own.
    if findings.is_empty() {
        let total = context.summary.total.iter().flat_map(causes);
        findings.extend(total.map(|(field, reading)| finding(context, field, reading)));
    }
    findings
}

/// The negative amounts of a row; 小计 only where no part of it is negative.
fn causes(row: &impl Amounts) -> impl Iterator<Item = (Field, &Reading)> {
    let parts = row.parts().iter().any(is_negative);
    amounts(row).filter(move |(field, reading)| is_negative(reading) && !(*field == Field::Budget && parts))
}

fn is_negative(reading: &Reading) -> bool {
    reading.value().is_some_and(|value| value < Decimal::ZERO)
}

fn finding(context: &Context<'_>, field: Field, reading: &Reading) -> Finding {
    let (name, raw) = (context.summary.name_of(field, reading.cell), reading.raw());
    let message = Words::new(
        format!("{}为 {raw}，金额不应小于 0", name.zh),
        format!("the {} is {raw}; an amount is not below 0", name.en),
    );
    let help = Words::new(
        format!("按账面核对 {}，填全年数，不单独填负数", reading.cell),
        format!("check {} against the ledger, and enter the year's figure", reading.cell),
    );
    let finding = Finding::new(&RULE, context.at(reading), message, help).of(field);
    let finding = finding.found(raw, reading.value()).grouped(column_group(RULE.code, reading.cell));
    Finding { unit: Some(Unit::TenThousand), ..finding }
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
    fn a_negative_amount_is_found_at_its_cause_only() {
        assert_eq!(second("2|两站一室|中川园区|20|20|0|0|-4.4|-22%|85|."), ["Error H7 -4.4"]);
        assert_eq!(second("2|两站一室|中川园区|-20|0|-20|0|0|.|85|."), ["Error F7 -20"]);
    }

    #[test]
    fn the_submission_has_no_negative_amount() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn zero_is_silent() {
        assert_eq!(second("2|两站一室|中川园区|0|0|0|0|0|.|85|."), [""; 0]);
    }

    #[test]
    fn a_total_is_told_only_where_no_row_explains_it() {
        let total = "合计|<|<|-1893.66|1893.66|.|.|1722.16|.|.|.";
        assert_eq!(lines(&findings(RULE, &with_row(14, total))), ["Error D20 -1893.66"]);
        let both = with_row(14, total).replace("|0.19|", "|-0.19|");
        assert_eq!(lines(&findings(RULE, &both)), ["Error H15 -0.19"]);
    }
}
