//! A005: the total execution rate is ΣB/ΣA, never the mean of the rates.

use rust_decimal::Decimal;

use super::columns::{AmountColumn, Budget, amount_columns, stated_budget};
use super::levels::rate_severity;
use super::votes::{Ballot, is_near, witness};
use super::wording::{RateStyle, amount};
use super::{Check, Context, Rule, causes, corrected, mending};
use crate::finding::{Field, Finding, Severity, Unit, Vote, Words};
use crate::summary::{Reading, Total};
use crate::value::{Figure, Level, Spread, rate_level, round};

pub(super) const RULE: Rule = Rule {
    code: "A005",
    name: "total-rate-mismatch",
    severity: Severity::Error,
    title: ("合计执行率与合计数不符", "the total rate is not total B by total A"),
    docs: (
        "## 核对内容\n合计行的执行率是否等于全年执行数合计 ÷ 全年预算数合计。判断的级别与 A004 相同；错误的，列出合计、各项目执行率各支持哪一个数。\n\
         ## 为什么\n合计执行率不是各项目执行率的平均数：预算大的项目对它影响更大。\n\
         ## 示例\n1722.16 ÷ 1893.66 = 90.94%；填 70.22% 的，是把 14 个执行率做了简单平均。\n\
         ## 怎样改\n合计行的执行率用与项目行相同的公式：合计执行数 ÷ 合计预算数。\n\
         ## 依据\n表样：执行率（B/A）。",
        "## What is checked\nWhether the total row's rate is the total executed amount divided by the total budget, at the levels of A004. An error says which of the two values the totals and the projects' rates support.\n\
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
    let weighed = severity == Severity::Error;
    Some(Finding {
        votes: if weighed { votes(context, total, (reading, rate), quotient) } else { Vec::new() },
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

/// What speaks for the rate that the totals give, and what for the stated one.
fn votes(
    context: &Context<'_>,
    total: &Total,
    (reading, rate): (&Reading, Figure),
    quotient: Decimal,
) -> Vec<Vote> {
    let mut ballot = Ballot::between(quotient, rate.value);
    ballot.add([true, false], || Words::new("合计执行数 ÷ 合计预算数", "total executed ÷ total budget"));
    let gaps = &context.totals.gaps;
    let sums = [
        (gaps.executed, &total.executed, "全年执行数合计", "the total executed"),
        (gaps.budget, &total.budget, "全年预算数合计", "the total budget"),
    ];
    for (gap, total, zh, en) in sums {
        if let Some((gap, total)) = gap.zip(total.as_ref()) {
            ballot.add([is_near(context, gap), false], || witness(zh, en, total));
        }
    }
    if let Some((executed, budget)) = by_rates(context) {
        let holds = |value| {
            let level = rate_level(Figure { value, ..rate }, executed, budget);
            level.is_some_and(|level| level < Level::L2)
        };
        ballot.add([holds(quotient), holds(rate.value)], || {
            Words::new("各项目的执行率", "the projects' execution rates")
        });
    }
    let style = RateStyle::of(context.summary, reading);
    ballot.votes(|value| style.show(value, rate.decimals))
}

/// The total executed amount as the typed rates of the projects give it, and the total budget. None where a project
/// has no rate or computes it.
fn by_rates(context: &Context<'_>) -> Option<(Spread, Spread)> {
    let (mut executed, mut budget) = (Spread::ZERO, Spread::ZERO);
    for project in &context.summary.projects {
        let rate = project.rate.as_ref().filter(|rate| !rate.has_formula())?.figure()?;
        let whole = corrected::budget(context, project)?.value;
        let half = rate.half().checked_mul(whole)?;
        executed = executed.plus(Spread { value: rate.value.checked_mul(whole)?, half })?;
        budget = budget.plus(Spread { value: whole, half: Decimal::ZERO })?;
    }
    Some((executed, budget))
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
    fn what_speaks_for_either_rate_is_told_of_errors() {
        let support = |table: &str| -> Vec<(String, Vec<String>)> {
            let found = findings(RULE, table);
            let by = |vote: &Vote| vote.by.iter().map(|words| words.zh.to_string()).collect();
            found[0].votes.iter().map(|vote| (vote.shown.clone(), by(vote))).collect()
        };
        let sums =
            ["合计执行数 ÷ 合计预算数", "全年执行数合计 H20（1722.16）", "全年预算数合计 D20（1893.66）"];
        let right = [&sums[..], &["各项目的执行率"]].concat();
        let total = "合计|<|<|1893.66|1893.66|0|0|1722.16|'80.94%|.|.";
        assert_eq!(
            support(&with_row(14, total)),
            [
                ("90.94%".to_owned(), right.iter().map(|by| (*by).to_owned()).collect()),
                ("80.94%".to_owned(), vec![])
            ]
        );
        // Formulas repeat what they read.
        let formulas = total.replace("1722.16", "=SUM(H6:H19) -> 1722.16");
        assert_eq!(support(&with_row(14, &formulas))[0].1.len(), 3);
        // The amounts have moved away from the rates, which still give the total one.
        let rows = ["1|甲|局|10|10|0|0|7|'80.00%|90|.", "2|乙|局|30|30|0|0|20|'60.00%|90|."];
        let moved = official(&[&rows[..], &["合计|<|<|40|40|0|0|27|'65.00%|.|."]].concat());
        assert_eq!(support(&moved)[1], ("65.00%".to_owned(), vec!["各项目的执行率".to_owned()]));
        // Whole percentages leave it open up to the ends of their windows, from 64.5% to below 65.5%.
        let wide = moved.replace("80.00%", "80%").replace("60.00%", "60%").replace("65.00%", "65.49%");
        assert_eq!(support(&wide)[1], ("65.49%".to_owned(), vec!["各项目的执行率".to_owned()]));
        let wider = wide.replace("65.49%", "65.60%");
        assert_eq!(support(&wider)[1], ("65.60%".to_owned(), vec![]));
    }

    #[test]
    fn a_rate_that_rounding_explains_needs_no_votes() {
        let found = on("合计|<|<|1893.66|1893.66|0|0|1722.16|'90.95%|.|.");
        assert_eq!((found[0].severity, found[0].votes.len()), (Severity::Info, 0));
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
