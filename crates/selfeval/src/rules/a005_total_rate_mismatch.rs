//! A005: the total execution rate is ΣB/ΣA, never the mean of the rates.

use rust_decimal::Decimal;

use super::columns::{AmountColumn, Budget, amount_columns, stated_budget};
use super::levels::rate_severity;
use super::wording::{RateStyle, amount};
use super::{Check, Context, Rule, causes, corrected, mending};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::summary::{Reading, Total};
use crate::value::{Figure, Level, Spread, rate_level, round};

pub(super) const RULE: Rule = Rule {
    code: "A005",
    name: "total-rate-mismatch",
    severity: Severity::Error,
    title: ("合计执行率与合计数不符", "the total rate is not total B by total A"),
    docs: (
        "## 核对内容\n合计行的执行率是否等于全年执行数合计 ÷ 全年预算数合计。判断的级别与 A004 相同。\n\
         ## 为什么\n合计执行率不是各项目执行率的平均数：预算大的项目对它影响更大。\n\
         ## 示例\n1722.16 ÷ 1893.66 = 90.94%；填 70.22% 的，是把 14 个执行率做了简单平均。\n\
         ## 怎样改\n合计行的执行率用与项目行相同的公式：合计执行数 ÷ 合计预算数。\n\
         ## 依据\n表头：执行率（B/A）。",
        "## What is checked\nWhether the total row's rate is the total executed amount divided by the total budget, at the levels of A004.\n\
         ## Why\nThe total rate is not the mean of the projects' rates: large budgets weigh more.\n\
         ## Example\n1722.16 ÷ 1893.66 = 90.94%; whoever entered 70.22% took the mean of 14 rates.\n\
         ## How to correct\nUse the same formula as in the project rows: total executed by total budget.\n\
         ## Source\nThe form's heading: execution rate (B/A).",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let total = context.total();
    total.and_then(|total| mismatch(context, total)).into_iter().collect()
}

/// What the total rate may have been made of: ΣB, the stated total B; ΣA with wrong subtotals corrected, ΣA, the
/// stated total A. What comes first is what a right rate follows from.
fn bases(context: &Context<'_>, total: &Total) -> (Vec<Spread>, Vec<Spread>) {
    let columns = amount_columns(context);
    let sum = |field, budget: Budget| {
        let column: Option<&AmountColumn<'_>> = columns.iter().find(|column| column.field == field);
        column.and_then(|column| column.sum(context, budget).sum)
    };
    let stated = |reading: &Option<Reading>| Some(Spread::from(reading.as_ref()?.figure()?));
    let executed = [sum(Field::Executed, stated_budget), stated(&total.executed)];
    let corrected = corrected::any(context).then(|| sum(Field::Budget, corrected::budget)).flatten();
    let budget = [corrected, sum(Field::Budget, stated_budget), stated(&total.budget)];
    (executed.into_iter().flatten().collect(), budget.into_iter().flatten().collect())
}

fn mismatch(context: &Context<'_>, total: &Total) -> Option<Finding> {
    let reading = total.rate.as_ref()?;
    let rate = reading.figure()?;
    let (executed, budget) = bases(context, total);
    // A wrong total is A002's and a wrong subtotal A001's: a rate that follows from either, or is right beside
    // it, is no second slip.
    let pairs = executed.iter().flat_map(|executed| budget.iter().map(move |budget| (*executed, *budget)));
    let level = pairs.filter_map(|(executed, budget)| rate_level(rate, executed, budget)).min()?;
    let (executed, budget) = (executed.first().copied()?, budget.first().copied()?);
    let severity = rate_severity(level, budget.value)?;
    if causes::formula_at_fault(context, reading) {
        return None;
    }
    let quotient = executed.value.checked_div(budget.value)?;
    let style = RateStyle::of(context.summary, reading);
    let (expected, found) = (style.show(quotient, rate.decimals), reading.raw().into_owned());
    let division =
        format!("{} ÷ {}", amount(context.summary, executed.value), amount(context.summary, budget.value));
    let mean = is_mean(context, rate).filter(|_| level > Level::L1);
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        message((&found, &expected, &division), mean.is_some()),
        help(reading, &expected, severity),
    );
    Some(Finding {
        expected: Some(expected),
        found: Some(found),
        expected_value: Some(rounded(rate, quotient)),
        found_value: reading.value(),
        unit: Some(Unit::Percent),
        related: related(context, total),
        fix: mending::formula(context, reading, quotient),
        ..finding.at(severity).of(Field::ExecutionRate)
    })
}

/// A value as the rate's cell would show it.
fn rounded(rate: Figure, value: Decimal) -> Decimal {
    round(value, u32::from(rate.decimals.max(0).unsigned_abs()))
}

/// The mean of the rates, where that is what was typed.
fn is_mean(context: &Context<'_>, rate: Figure) -> Option<Decimal> {
    let mean = context.totals.rate_mean?;
    let stated = || {
        let rates: Vec<Decimal> = context
            .summary
            .projects
            .iter()
            .map(|p| p.rate_figure().map(|f| f.value))
            .collect::<Option<_>>()?;
        let sum = rates.iter().try_fold(Decimal::ZERO, |sum, rate| sum.checked_add(*rate))?;
        sum.checked_div(Decimal::from(rates.len()))
    };
    let equal = |mean: &Decimal| rounded(rate, *mean) == rounded(rate, rate.value);
    Some(mean).filter(equal).or_else(|| stated().filter(equal))
}

fn message((found, expected, division): (&str, &str, &str), mean: bool) -> Words {
    let (zh, en) = if mean {
        ("，是各项目执行率的简单平均", ", which is the mean of the projects' rates")
    } else {
        ("", "")
    };
    Words::new(
        format!("合计执行率填报 {found}{zh}；按合计数 {division} 应为 {expected}"),
        format!("the total rate says {found}{en}; by the totals {division} = {expected}"),
    )
}

fn help(reading: &Reading, expected: &str, severity: Severity) -> Words {
    let cell = reading.cell;
    if severity == Severity::Info {
        return Words::new(
            format!("金额四舍五入前可以得出填报的数，不用改；要与表中的数一致，在 {cell} 填 {expected}"),
            format!(
                "the amounts before rounding may give it; to agree with the shown totals, enter {expected} in {cell}"
            ),
        );
    }
    Words::new(format!("在 {cell} 填 {expected}"), format!("enter {expected} in {cell}"))
}

fn related(context: &Context<'_>, total: &Total) -> Vec<crate::finding::Related> {
    let executed = total.executed.as_ref().map(|r| (r.cell, Words::new("全年执行数合计", "total executed")));
    let budget = total.budget.as_ref().map(|r| (r.cell, Words::new("全年预算数合计", "total budget")));
    executed.into_iter().chain(budget).map(|(cell, note)| context.related(cell, note)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{PROJECTS, submission, with_row};
    use crate::sketch::{findings, lines, official};

    fn on(total: &str) -> Vec<Finding> {
        findings(RULE, &with_row(14, total))
    }

    #[test]
    fn the_mean_of_the_rates_is_named() {
        let found = on("合计|<|<|1893.66|1893.66|0|0|1722.16|'70.22%|.|.");
        assert_eq!(lines(&found), ["Error I20 70.22% → 90.94%"]);
        assert_eq!(
            found[0].message.zh,
            "合计执行率填报 70.22%，是各项目执行率的简单平均；按合计数 1722.16 ÷ 1893.66 应为 90.94%"
        );
        assert_eq!(found[0].help.zh, "在 I20 填 90.94%");
    }

    #[test]
    fn the_right_rate_and_a_blank_one_are_silent() {
        assert!(on("合计|<|<|1893.66|1893.66|0|0|1722.16|'90.94%|.|.").is_empty());
        assert!(findings(RULE, &submission()).is_empty());
    }

    #[test]
    fn a_rate_just_beside_is_judged_by_the_windows_of_the_sums() {
        // ±0.07 万元 of 1722.16 is 0.0037 percentage points.
        assert_eq!(
            lines(&on("合计|<|<|1893.66|1893.66|0|0|1722.16|'90.95%|.|.")),
            ["Info I20 90.95% → 90.94%"]
        );
        assert_eq!(
            lines(&on("合计|<|<|1893.66|1893.66|0|0|1722.16|'90.96%|.|.")),
            ["Error I20 90.96% → 90.94%"]
        );
    }

    #[test]
    fn a_rate_that_is_right_for_the_right_subtotals_is_left_to_the_wrong_ones() {
        let table = |rate: &str| {
            let mut rows = PROJECTS.to_vec();
            rows[2] = "3|办公用房租赁费|中川园区|227.82|272.82|0|0|219.61|'80.5%|96|3";
            let total = format!("合计|<|<|1893.66|1893.66|0|0|1686.16|'{rate}|.|.");
            rows.push(&total);
            lines(&findings(RULE, &official(&rows)))
        };
        assert!(table("90.94%").is_empty(), "right, beside a wrong subtotal and a wrong total");
        assert_eq!(table("80.00%"), ["Error I20 80.00% → 90.94%"]);
    }

    #[test]
    fn a_rate_that_follows_from_a_wrong_total_is_left_to_the_total() {
        assert!(on("合计|<|<|1893.66|1893.66|0|0|1622.16|'85.66%|.|.").is_empty());
    }
}
