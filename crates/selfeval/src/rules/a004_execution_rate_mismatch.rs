//! A004: a project's execution rate is B/A, as far as the rounding of the shown figures allows.

use rust_decimal::Decimal;

use super::levels::rate_severity;
use super::slips::Slip;
use super::votes::{Ballot, is_near, witness};
use super::wording::{RateStyle, amount, yuan};
use super::{
    Check, Context, Rule, a001_subtotal_mismatch, causes, mending, s004_unit_conflict, slips,
    v007_mixed_rate_style,
};
use crate::finding::{Field, Finding, Interval, Severity, Unit, Vote, Words};
use crate::summary::{Project, Reading};
use crate::value::{Figure, Level, executed_interval, rate_level, round};

pub(super) const RULE: Rule = Rule {
    code: "A004",
    name: "execution-rate-mismatch",
    severity: Severity::Error,
    title: ("执行率与执行数、预算数不符", "an execution rate is not B/A"),
    docs: (
        "## 核对内容\n执行率是否等于全年执行数（B）÷ 全年预算数（A）。表中的金额是四舍五入后的数，核对时按它可能代表的范围判断：\n\
         - 按表中的数算出来就是填报的执行率：不提示；\n\
         - 执行数按元计算时可以得出：提示，并给出执行数（元）的范围，不必改；\n\
         - 预算数也要有零头才能得出：预算数是整万元的为警告，否则为提示；\n\
         - 怎样取整都得不出：错误。\n\
         执行率与本栏合计都表明某个项目的执行数（没有资金栏的表还有预算数）有误的，提示在那个数。\n\
         ## 为什么\n小项目的金额只差几十元，执行率就会变；大项目差 0.01 个百分点却可能是填错。\n\
         ## 示例\n`H7` 4.4、`D7` 20、`I7` 22.02%：账面执行数在 44,030 元（含）至 44,050 元之间时正确。`H16` 11.88、`D16` 26、`I16` 45.66%：按 11.88 ÷ 26 应为 45.69%，警告。\n\
         ## 怎样改\n对照账面核对执行数；执行数无误的，按给出的数填执行率，最好用公式。\n\
         ## 依据\n表样：执行率（B/A）。",
        "## What is checked\nWhether the execution rate is the executed amount (B) divided by the full-year budget (A). Shown amounts are rounded, so they are judged by what they may stand for:\n\
         - the shown figures give the rate: nothing;\n\
         - an executed amount in 元 that is shown so gives it: info, with the range of that amount; no change is needed;\n\
         - the budget would have to be rounded, too: a warning where the budget is a whole number of 万元, else info;\n\
         - no rounding gives it: an error.\n\
         Where the rate and the column's total both say that an amount of the project is wrong, the finding stands at the amount.\n\
         ## Why\nOn a small project some 元 change the rate; on a large one 0.01 of a percentage point may be a slip.\n\
         ## Example\n`H7` 4.4, `D7` 20, `I7` 22.02%: right if the ledger says 44,030 元 to below 44,050 元. `H16` 11.88, `D16` 26, `I16` 45.66%: 11.88 ÷ 26 is 45.69%, a warning.\n\
         ## How to correct\nLook the executed amount up in the ledger; if it is right, enter the rate that is given, best as a formula.\n\
         ## Source\nThe form's heading: execution rate (B/A).",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.summary.projects.iter().filter_map(|project| mismatch(context, project)).collect()
}

/// A stated rate with what it is compared with.
struct Compared<'a> {
    project: &'a Project,
    reading: &'a Reading,
    rate: Figure,
    executed: Figure,
    budget: Figure,
    level: Level,
}

fn mismatch(context: &Context<'_>, project: &Project) -> Option<Finding> {
    if let Some(slip) = slips::of(context, project) {
        return contradicted(context, project, slip);
    }
    let reading = project.rate.as_ref()?;
    let (rate, executed, budget) = (reading.figure()?, project.executed_figure()?, project.budget_figure()?);
    if executed.value.is_sign_negative() && !executed.value.is_zero() {
        return None;
    }
    let level = rate_level(rate, executed, budget)?;
    let severity = rate_severity(level, budget.value)?;
    if v007_mixed_rate_style::other_scale(context, project)
        || s004_unit_conflict::slip(context, project).is_some()
    {
        return None;
    }
    let follows = || {
        a001_subtotal_mismatch::corrected(context, project).and_then(|sum| rate_level(rate, executed, sum))
    };
    if follows().is_some_and(|other| other < level) || causes::formula_at_fault(context, reading) {
        return None;
    }
    let compared = Compared { project, reading, rate, executed, budget, level };
    finding(context, &compared).map(|finding| finding.at(severity))
}

/// The finding at an amount that the rate and the column's total contradict in the same way.
fn contradicted(context: &Context<'_>, project: &Project, slip: Slip<'_>) -> Option<Finding> {
    let rate = project.rate.as_ref()?;
    let (found, shown) = (slip.reading.raw().into_owned(), rate.raw());
    let expected = amount(context.summary, slip.right);
    let name = slip.field.words();
    let (total, cell) = (slip.total.raw(), slip.reading.cell);
    let finding = Finding::new(
        &RULE,
        context.at(slip.reading),
        Words::new(
            format!("{}填报 {found}，与执行率 {shown}、合计 {total} 都不符，两者都要求 {expected}", name.zh),
            format!(
                "the {} says {found}; the rate {shown} and the total {total} both ask for {expected}",
                name.en
            ),
        ),
        Words::new(
            format!("对照账面核对 {cell}；账面如此的，改为 {expected}"),
            format!("check {cell} against the ledger; if it says so, change it to {expected}"),
        ),
    );
    let mut ballot = Ballot::between(slip.right, slip.reading.value()?);
    ballot.add([true, false], || witness("执行率", "the rate", rate));
    ballot.add([true, false], || witness("合计", "the total", slip.total));
    let related = [
        context.related(rate.cell, Words::new("执行率", "execution rate")),
        context.related(slip.total.cell, Words::new("合计", "total")),
    ];
    let finding = finding.of(slip.field).on(project).found(found, slip.reading.value());
    Some(Finding {
        unit: Some(Unit::TenThousand),
        votes: ballot.votes(|value| amount(context.summary, value)),
        ..finding.expected(expected, Some(slip.right)).with_related(related.to_vec())
    })
}

/// What speaks for B/A and what for the stated rate.
fn votes(context: &Context<'_>, compared: &Compared<'_>, quotient: Decimal) -> Vec<Vote> {
    let Compared { project, reading, rate, budget, .. } = compared;
    let mut ballot = Ballot::between(quotient, rate.value);
    ballot.add([true, false], || Words::new("执行数 ÷ 预算数", "executed ÷ budget"));
    let parts = project.funds_sum() == Some(budget.value);
    ballot.add([parts, false], || Words::new("各项资金之和与小计相符", "parts that give the budget"));
    let total = context.summary.total.as_ref().and_then(|total| total.executed.as_ref());
    if let Some((gap, total)) = context.totals.gaps.executed.zip(total) {
        ballot.add([is_near(context, gap), false], || witness("全年执行数合计", "the total executed", total));
    }
    let style = RateStyle::of(context.summary, reading);
    ballot.votes(|value| style.show(value, rate.decimals))
}

fn finding(context: &Context<'_>, compared: &Compared<'_>) -> Option<Finding> {
    let Compared { project, reading, rate, executed, budget, level } = compared;
    let quotient = executed.value.checked_div(budget.value)?;
    let style = RateStyle::of(context.summary, reading);
    let (expected, found) = (style.show(quotient, rate.decimals), reading.raw().into_owned());
    let interval = interval(compared);
    let division =
        format!("{} ÷ {}", amount(context.summary, executed.value), amount(context.summary, budget.value));
    let message = if *level == Level::L1 {
        Words::new(
            format!("执行率填报 {found}，按表中 {division} 为 {expected}"),
            format!("the rate says {found}; the shown figures give {division} = {expected}"),
        )
    } else {
        Words::new(
            format!("执行率填报 {found}，按 {division} 应为 {expected}"),
            format!("the rate says {found}, but {division} = {expected}"),
        )
    };
    let help = help(compared, (&expected, &found), interval.as_ref());
    let finding = Finding {
        expected: Some(expected),
        found: Some(found),
        expected_value: Some(round(quotient, u32::from(rate.decimals.max(0).unsigned_abs()))),
        found_value: reading.value(),
        unit: Some(Unit::Percent),
        interval: interval.map(Box::new),
        related: related(context, project),
        fix: mending::formula(context, reading, quotient),
        ..Finding::new(&RULE, context.at(reading), message, help).of(Field::ExecutionRate).on(project)
    };
    let weighed = rate_severity(*level, budget.value) == Some(Severity::Error);
    let finding =
        if weighed { Finding { votes: votes(context, compared, quotient), ..finding } } else { finding };
    let explained = *level == Level::L1 || rate_severity(*level, budget.value) == Some(Severity::Info);
    Some(if explained { finding.grouped("A004") } else { finding })
}

/// The executed amounts in 元 that are shown as B and give the stated rate of A.
fn interval(compared: &Compared<'_>) -> Option<Interval> {
    let Compared { rate, executed, budget, level, .. } = *compared;
    let (from, to) = executed_interval(rate, executed, budget).filter(|_| level == Level::L1)?;
    Some(Interval { of: Field::Executed, unit: Unit::Yuan, from, to })
}

fn help(compared: &Compared<'_>, (expected, found): (&str, &str), interval: Option<&Interval>) -> Words {
    let rate = compared.reading.cell;
    if let Some(interval) = interval {
        let (from, to) = (yuan(interval.from), yuan(interval.to));
        return Words::new(
            format!(
                "账面执行数在 {from} 元（含）至 {to} 元之间时 {found} 正确，不用改；否则在 {rate} 填 {expected}"
            ),
            format!(
                "right and not to be changed if the ledger says {from} 元 to below {to} 元; otherwise enter {expected} in {rate}"
            ),
        );
    }
    if rate_severity(compared.level, compared.budget.value) == Some(Severity::Info) {
        return Words::new(
            format!("金额四舍五入前可以得出 {found}，账面如此的不用改；否则在 {rate} 填 {expected}"),
            format!(
                "the amounts before rounding may give {found}: leave it if the ledger does; otherwise enter {expected} in {rate}"
            ),
        );
    }
    let amounts: Vec<String> = [&compared.project.executed, &compared.project.budget]
        .into_iter()
        .filter_map(|reading| reading.as_ref().map(|reading| reading.cell.to_string()))
        .collect();
    Words::new(
        format!("对照账面核对 {}；金额无误的，在 {rate} 填 {expected}", amounts.join("、")),
        format!(
            "check {} against the ledger; if they are right, enter {expected} in {rate}",
            amounts.join(", ")
        ),
    )
}

fn related(context: &Context<'_>, project: &Project) -> Vec<crate::finding::Related> {
    let executed = project.executed.as_ref().map(|r| (r.cell, Words::new("全年执行数", "executed amount")));
    let budget = project.budget.as_ref().map(|r| (r.cell, Words::new("全年预算数", "full-year budget")));
    executed.into_iter().chain(budget).map(|(cell, note)| context.related(cell, note)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{on_second, submission};
    use crate::sketch::{findings, lines};

    fn on(row: &str) -> Vec<Finding> {
        on_second(RULE, row)
    }

    #[test]
    fn the_published_rates_give_four_infos_and_one_warning() {
        let found = findings(RULE, &submission());
        assert_eq!(
            lines(&found),
            [
                "Info I7 22.02% → 22.00%",
                "Info I9 96.03% → 96.02%",
                "Info I10 30.45% → 30.33%",
                "Info I15 19.48% → 19.00%",
                "Warning I16 45.66% → 45.69%",
            ]
        );
        assert_eq!(found[0].message.zh, "执行率填报 22.02%，按表中 4.4 ÷ 20 为 22.00%");
        assert_eq!(
            found[0].help.zh,
            "账面执行数在 44,030 元（含）至 44,050 元之间时 22.02% 正确，不用改；否则在 I7 填 22.00%"
        );
        assert_eq!(found[4].message.zh, "执行率填报 45.66%，按 11.88 ÷ 26 应为 45.69%");
        assert_eq!(found[4].help.zh, "对照账面核对 H16、D16；金额无误的，在 I16 填 45.69%");
        assert!(found[4].group.is_none() && found[0].group.is_some());
        let intervals: Vec<String> = found
            .iter()
            .filter_map(|finding| finding.interval.as_ref())
            .map(|interval| format!("{}..{}", interval.from, interval.to))
            .collect();
        assert_eq!(intervals, ["44030..44050", "432112.5..432150", "9133.5..9136.5", "1947.5..1948.5"]);
    }

    #[test]
    fn a_rate_that_no_rounding_gives_is_an_error() {
        let found = on("2|交管站|中川园区|20|20|0|0|4.4|'22.20%|85|2");
        assert_eq!(lines(&found), ["Error I7 22.20% → 22.00%"]);
        assert_eq!(
            (found[0].expected_value, found[0].found_value),
            (Some(Decimal::new(22, 2)), Some(Decimal::new(222, 3)))
        );
    }

    #[test]
    fn a_budget_with_a_fraction_explains_more_than_a_whole_one() {
        assert_eq!(
            lines(&on("2|交管站|中川园区|2.60|2.60|0|0|1.19|45.60%|85|2")),
            ["Info I7 45.60% → 45.77%"]
        );
        assert_eq!(
            lines(&on("2|交管站|中川园区|26|26|0|0|11.88|45.66%|85|2")),
            ["Warning I7 45.66% → 45.69%"]
        );
    }

    #[test]
    fn a_formula_that_computes_the_quotient_and_a_zero_budget_are_silent() {
        assert!(on("2|交管站|中川园区|3|3|0|0|1|=H7/D7 -> 0.333333333333333{0.00%}|85|2").is_empty());
        assert!(on("2|交管站|中川园区|0|0|0|0|1|22%|85|2").is_empty());
        assert!(on("2|交管站|中川园区|20|20|0|0|4.4|.|85|2").is_empty());
    }

    #[test]
    fn a_rate_that_is_right_for_the_right_subtotal_is_left_to_the_subtotal() {
        assert!(on("2|交管站|中川园区|2|20|0|0|4.4|22.00%|85|2").is_empty());
    }

    #[test]
    fn a_table_in_yuan_with_numbers_of_percent_is_answered_in_its_own_units() {
        let table = "项目支出绩效自评结果汇总表\n\
             序号|项目名称|主管部门|全年预算数（元）|全年执行数（元）|执行率（%）|自评得分|备注\n\
             1|防汛经费|应急局|200000|44000|22.02|85|合同尾款次年支付\n\
             2|普查经费|统计局|300000|100000|33.33|85|合同尾款次年支付\n\
             合计|<|<|500000|144000|28.8|85|.\n";
        let found = findings(RULE, table);
        assert_eq!(lines(&found), ["Error F3 22.02 → 22.00"]);
        assert_eq!(found[0].message.zh, "执行率填报 22.02，按 44000 ÷ 200000 应为 22.00");
        assert_eq!(found[0].expected_value, Some(Decimal::new(22, 2)));
    }
}
