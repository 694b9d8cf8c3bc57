//! A006: the total row states the total execution rate.

use super::wording::{RateStyle, amount};
use super::{Check, Context, Rule, corrected, mending};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::summary::{Reading, Total};
use crate::value::round;

pub(super) const RULE: Rule = Rule {
    code: "A006",
    name: "total-rate-blank",
    severity: Severity::Warning,
    title: ("合计执行率未填", "the total rate is blank"),
    docs: (
        "## 核对内容\n合计行的执行率是否填了数。预算数合计为 0 时留空是对的。\n\
         ## 为什么\n总执行率是评价报告要写的数，也是审核时首先看的数。\n\
         ## 示例\n`I20` 空白，1722.16 ÷ 1893.66 = 90.94%：填 90.94%。\n\
         ## 怎样改\n填合计执行数 ÷ 合计预算数，最好用公式；`fill` 会填好。\n\
         ## 依据\n表样：执行率（B/A）；合计行。",
        "## What is checked\nWhether the total row states an execution rate. With a total budget of 0 it is rightly blank.\n\
         ## Why\nThe report states the total rate, and reviewers look at it first.\n\
         ## Example\n`I20` is blank while 1722.16 ÷ 1893.66 = 90.94%: enter 90.94%.\n\
         ## How to correct\nEnter total executed by total budget, best as a formula; `fill` does it.\n\
         ## Source\nThe form's heading: execution rate (B/A), and its total row.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let total = context.total();
    total.and_then(|total| blank(context, total)).into_iter().collect()
}

fn blank(context: &Context<'_>, total: &Total) -> Option<Finding> {
    let reading = total.rate.as_ref().filter(|reading| reading.is_blank())?;
    if context.totals.budget.is_zero() && context.totals.unknown_budgets == 0 {
        return None;
    }
    let totals = corrected::totals(context);
    let Some((rate, executed)) = totals.rate.zip(totals.executed) else {
        return Some(missing(context, reading));
    };
    let decimals = context.summary.rate_decimals.max(4);
    let expected = RateStyle::of(context.summary, reading).show(rate, decimals);
    let (budget, executed) = (amount(context.summary, totals.budget), amount(context.summary, executed));
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        Words::new(
            format!("合计执行率空白，{executed} ÷ {budget} = {expected}"),
            format!("the total rate is blank; {executed} ÷ {budget} = {expected}"),
        ),
        Words::new(
            format!("在 {} 填 {expected}", reading.cell),
            format!("enter {expected} in {}", reading.cell),
        ),
    );
    Some(Finding {
        expected: Some(expected),
        expected_value: Some(round(rate, u32::try_from(decimals).unwrap_or(4))),
        unit: Some(Unit::Percent),
        fix: mending::formula(context, reading, rate),
        ..finding.of(Field::ExecutionRate)
    })
}

fn missing(context: &Context<'_>, reading: &Reading) -> Finding {
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        Words::new(
            "合计执行率空白，预算数或执行数不全，暂不能计算",
            "the total rate is blank and cannot be computed while an amount is missing",
        ),
        Words::new(
            format!("先填好各项目的预算数和执行数，再在 {} 填合计执行率", reading.cell),
            format!("fill the projects' amounts first, then enter the total rate in {}", reading.cell),
        ),
    );
    finding.of(Field::ExecutionRate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Applicability;
    use crate::rules::sample::{PROJECTS, submission, with_row};
    use crate::sketch::{findings, lines, official};

    #[test]
    fn a_blank_total_rate_is_found_with_its_value() {
        let found = findings(RULE, &submission());
        assert_eq!(lines(&found), ["Warning I20  → 90.94%"]);
        assert_eq!(found[0].message.zh, "合计执行率空白，1722.16 ÷ 1893.66 = 90.94%");
        assert_eq!(found[0].help.zh, "在 I20 填 90.94%");
        assert_eq!(found[0].fix.as_ref().unwrap().applicability, Applicability::Safe);
    }

    #[test]
    fn a_stated_total_rate_and_a_form_without_budget_are_silent() {
        assert!(findings(RULE, &with_row(14, "合计|<|<|1893.66|1893.66|0|0|1722.16|'90.94%|.|.")).is_empty());
        let none = ["1|防汛经费|应急局|0|0|0|0|0|.|90|.", "合计|<|<|0|0|0|0|0|.|.|."];
        assert!(findings(RULE, &official(&none)).is_empty());
    }

    #[test]
    fn while_an_amount_is_missing_there_is_no_value() {
        let mut rows = PROJECTS.to_vec();
        rows[1] = "2|交管站|中川园区|20|20|0|0|.|.|85|2";
        rows.push("合计|<|<|1893.66|1893.66|0|0|.|.|.|.");
        assert_eq!(lines(&findings(RULE, &official(&rows))), ["Warning I20"]);
    }
}
