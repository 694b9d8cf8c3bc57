//! A008: a project whose full-year budget is 0 has no execution rate.

use rust_decimal::Decimal;

use super::{Check, Context, Rule, slips};
use crate::finding::{Field, Finding, Severity, Words};
use crate::summary::Project;

pub(super) const RULE: Rule = Rule {
    code: "A008",
    name: "zero-budget",
    severity: Severity::Warning,
    title: ("全年预算数为 0", "the full-year budget is 0"),
    docs: (
        "## 核对内容\n项目的全年预算数（小计）是否为 0。\n\
         ## 为什么\n预算数为 0 时执行率（B/A）无法计算，该项目在加权平均得分中也没有权重。\n\
         ## 示例\n`D9` 小计 0.00，`H9` 全年执行数 3.00：执行率留空。\n\
         ## 怎样改\n核对预算批复，填写全年预算数（含上年结转资金）；确无预算的，在备注说明，执行率留空。\n\
         ## 依据\n表样：执行率（B/A）。",
        "## What is checked\nWhether a project's full-year budget (小计) is 0.\n\
         ## Why\nWith a budget of 0 the execution rate (B/A) cannot be computed, and the project has no weight in the weighted score.\n\
         ## Example\n`D9` budget 0.00, `H9` executed 3.00: the rate stays blank.\n\
         ## How to correct\nLook the budget up (funds carried over included) and enter it; if there is none, say so in the remark and leave the rate blank.\n\
         ## Source\nThe form's heading: execution rate (B/A).",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.summary.projects.iter().filter_map(|project| zero_budget(context, project)).collect()
}

fn zero_budget(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let budget = project.budget_figure().filter(|figure| figure.value == Decimal::ZERO)?;
    // Where the parts are not 0 the subtotal is wrong: A001.
    if slips::alternative(context, project).is_some_and(|(_, budget)| budget.value > Decimal::ZERO) {
        return None;
    }
    let reading = project.budget.as_ref().or(project.funds.first())?;
    let finding = Finding::new(
        &RULE,
        context.place(reading.cell, reading.raw()),
        Words::new(
            "全年预算数为 0，执行率无法计算",
            "the full-year budget is 0, so there is no execution rate",
        ),
        Words::new(
            format!("核对 {} 的预算数；确无预算的，在备注说明，执行率留空", reading.cell),
            format!(
                "check the budget in {}; if there is none, say so in the remark and leave the rate blank",
                reading.cell
            ),
        ),
    );
    Some(Finding { found_value: Some(budget.value), ..finding.of(Field::Budget).on(project).grouped("A008") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{submission, with_row};
    use crate::sketch::{findings, lines};

    #[test]
    fn a_project_without_a_budget_is_found() {
        let text = with_row(1, "2|两站一室|中川园区|0|0|0|0|3|.|85|.");
        assert_eq!(lines(&findings(RULE, &text)), ["Warning D7 0"]);
    }

    #[test]
    fn the_submission_has_a_budget_everywhere() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn a_blank_budget_and_one_of_a_single_cent_are_silent() {
        for row in
            ["2|两站一室|中川园区|.|.|.|.|3|.|85|.", "2|两站一室|中川园区|0.01|0.01|0|0|0.01|100%|85|."]
        {
            assert_eq!(findings(RULE, &with_row(1, row)), []);
        }
    }
}
