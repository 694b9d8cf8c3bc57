//! A007: a project has not spent more than its full-year budget.

use super::{Check, Context, Rule, s004_unit_conflict, slips, wording};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::summary::{Project, Reading};

pub(super) const RULE: Rule = Rule {
    code: "A007",
    name: "overspent",
    severity: Severity::Error,
    title: ("执行数超过全年预算数", "more was spent than budgeted"),
    docs: (
        "## 核对内容\n全年执行数是否超过全年预算数。两个数的四舍五入合起来能够解释的不提示。上年结转没有填、或者预算数是年初预算数的，多半是预算数漏了结转或追加，为警告；否则为错误。\n\
         ## 为什么\n全年预算数包括当年拨款、上年结转和其他资金，支出不能超过它。\n\
         ## 示例\n`D9` 20、`F9` 上年结转 0、`H9` 25：超出 5，警告，先核对结转资金。\n\
         ## 怎样改\n核对全年预算数是否含上年结转和年中追加，再核对执行数。\n\
         ## 依据\n表样：全年预算数（A）、全年执行数（B）。",
        "## What is checked\nWhether the executed amount exceeds the full-year budget. What the rounding of both figures explains is not reported. While funds carried over are blank or 0, or the budget is the initial one, the budget probably lacks something: a warning; otherwise an error.\n\
         ## Why\nThe full-year budget holds this year's appropriation, funds carried over and other funds; no more can be spent.\n\
         ## Example\n`D9` 20, `F9` carried over 0, `H9` 25: 5 too many, a warning; look for funds carried over first.\n\
         ## How to correct\nCheck whether the budget holds funds carried over and additions during the year, then the executed amount.\n\
         ## Source\nThe form's headings: full-year budget (A), executed amount (B).",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.summary.projects.iter().filter_map(|project| overspent(context, project)).collect()
}

fn overspent(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let reading = project.executed.as_ref()?;
    let (executed, budget) = (reading.figure()?, project.budget_figure()?);
    let over = executed.value.checked_sub(budget.value)?;
    if over <= executed.half().checked_add(budget.half())? {
        return None;
    }
    // A wrong amount that its row contradicts is a finding of its own, from which this would only follow.
    let doubtful =
        slips::alternative(context, project).is_some_and(|(executed, budget)| executed.value <= budget.value);
    if doubtful || s004_unit_conflict::slip(context, project).is_some() {
        return None;
    }
    let initial = is_initial(context);
    let severity =
        if initial || !carries_over(context, project) { Severity::Warning } else { Severity::Error };
    let show = |value| wording::amount(context.summary, value);
    let (spent, planned, over) = (show(executed.value), show(budget.value), show(over));
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        Words::new(
            format!("全年执行数 {spent} 超过全年预算数 {planned}，多 {over}"),
            format!("{spent} was spent of a budget of {planned}: {over} too many"),
        ),
        help(project, reading, severity),
    );
    let budget_cell = project.budget.as_ref().map(|reading| reading.cell);
    let related = budget_cell.map(|cell| context.related(cell, Words::new("全年预算数", "full-year budget")));
    Some(Finding {
        found: Some(reading.raw().into_owned()),
        found_value: Some(executed.value),
        unit: Some(Unit::TenThousand),
        related: related.into_iter().collect(),
        ..finding.at(severity).of(Field::Executed).on(project)
    })
}

/// Whether the column of A holds the initial budget, which lacks what was added during the year.
fn is_initial(context: &Context<'_>) -> bool {
    context.located.columns.budget.as_ref().is_some_and(|column| column.label.contains("年初"))
}

/// Whether the row states funds carried over.
fn carries_over(context: &Context<'_>, project: &Project) -> bool {
    let funds = context.summary.funds.iter().zip(&project.funds);
    let mut carried = funds.filter(|(fund, _)| fund.key == "carried_over");
    carried.any(|(_, part)| part.value().is_some_and(|value| !value.is_zero()))
}

fn help(project: &Project, reading: &Reading, severity: Severity) -> Words {
    let budget = project.budget.as_ref().map_or_else(|| reading.cell.to_string(), |r| r.cell.to_string());
    let executed = reading.cell;
    if severity == Severity::Warning {
        return Words::new(
            format!("核对 {budget} 是否漏了上年结转资金或年中追加的预算，再核对 {executed}"),
            format!(
                "check whether {budget} lacks funds carried over or added during the year, then check {executed}"
            ),
        );
    }
    Words::new(
        format!("对照批复和账面核对 {budget}、{executed}，改正有误的一个"),
        format!(
            "check {budget} and {executed} against the approval and the ledger, and correct the wrong one"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{submission, with_row};
    use crate::sketch::{findings, lines};

    fn on(row: &str) -> Vec<String> {
        lines(&findings(RULE, &with_row(1, row)))
    }

    #[test]
    fn spending_beyond_the_budget_is_an_error_where_carried_over_funds_are_stated() {
        assert_eq!(on("2|交管站|中川园区|20|15|5|0|25|125%|85|2"), ["Error H7 25"]);
        assert_eq!(on("2|交管站|中川园区|20|20|0|0|25|125%|85|2"), ["Warning H7 25"]);
        assert_eq!(on("2|交管站|中川园区|20|20|.|.|25|125%|85|2"), ["Warning H7 25"]);
    }

    #[test]
    fn the_published_table_is_silent() {
        assert!(findings(RULE, &submission()).is_empty());
    }

    #[test]
    fn what_rounding_explains_is_silent() {
        assert!(on("2|交管站|中川园区|20.12|20.12|0|0|20.13|100.05%|85|2").is_empty());
        assert_eq!(on("2|交管站|中川园区|20.12|20.12|0|0|20.14|100.10%|85|2"), ["Warning H7 20.14"]);
    }
}
