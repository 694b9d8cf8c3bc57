//! F002: a typed number where most of the column computes.

use super::formulas::{as_shown, expression, outcome, spot, with_expression};
use super::{Check, Context, Rule, column_group};
use crate::finding::{Applicability, Finding, Fix, Severity, Words};
use crate::summary::Reading;

pub(super) const RULE: Rule = Rule {
    code: "F002",
    name: "constant-for-formula",
    severity: Severity::Warning,
    title: ("该用公式的单元格填了数字", "a typed number where the rest computes"),
    docs: (
        "## 核对内容\n小计、执行率两栏（含合计行的这两格）中，大多数项目行是公式时，有没有个别单元格填的是数字。\n\
         ## 为什么\n以后改动资金或执行数时，公式会跟着变，填死的数字不会，合计就可能错而看不出来。\n\
         ## 示例\n`D7:D20` 有 13 格是公式，`D12` 填的是 146.54。\n\
         ## 怎样改\n把该格改为与同栏一样的公式；`jixiao fill --recompute` 会替换，并列出改变了的数。\n\
         ## 依据\n表样：小计、执行率由其他栏算出。",
        "## What is checked\nWhether single cells of 小计 or 执行率, those of the total row included, hold typed numbers where most project rows hold formulas.\n\
         ## Why\nWhen a fund or an executed amount changes later, formulas follow and the typed number does not: the total may be wrong and nobody sees it.\n\
         ## Example\n13 cells of `D7:D20` are formulas, `D12` is the typed number 146.54.\n\
         ## How to correct\nPut the column's formula there; `jixiao fill --recompute` does it and lists the figures that change.\n\
         ## Source\nThe form: 小计 and 执行率 follow from other columns.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let projects = &context.summary.projects;
    let total = context.summary.total.as_ref();
    let has_parts = !context.located.columns.funds.is_empty();
    let budgets = projects.iter().map(|project| project.budget.as_ref()).filter(|_| has_parts);
    let rates = projects.iter().map(|project| project.rate.as_ref());
    let mut findings = constants(context, budgets, total.and_then(|total| total.budget.as_ref()));
    findings.extend(constants(context, rates, total.and_then(|total| total.rate.as_ref())));
    findings
}

/// Findings on the typed numbers of a column in which more than half of the project rows compute.
fn constants<'a>(
    context: &Context<'_>,
    rows: impl Iterator<Item = Option<&'a Reading>>,
    total: Option<&'a Reading>,
) -> Vec<Finding> {
    let (computed, others): (Vec<&Reading>, Vec<&Reading>) =
        rows.flatten().partition(|reading| reading.has_formula());
    let typed: Vec<&Reading> = others.into_iter().filter(|reading| reading.figure().is_some()).collect();
    if computed.len() <= typed.len() {
        return Vec::new();
    }
    let total = total.filter(|reading| !reading.has_formula() && reading.figure().is_some());
    typed.into_iter().chain(total).map(|reading| constant(context, reading, computed.len())).collect()
}

fn constant(context: &Context<'_>, reading: &Reading, formulas: usize) -> Finding {
    let cell = reading.cell;
    let spot = spot(context, cell);
    let raw = reading.raw();
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        Words::new(
            format!("填的是数字 {raw}，本栏另有 {formulas} 格是公式"),
            format!("holds the typed number {raw}, while {formulas} cells of the column are formulas"),
        ),
        Words::new(
            format!("核对 {cell} 后改为公式，或用 fill --recompute 替换"),
            format!("check {cell} and put the formula there, or use fill --recompute"),
        ),
    );
    let finding = spot.about(finding.found(raw, reading.value()).grouped(column_group(RULE.code, cell)));
    let Some(expression) = expression(context, cell) else { return finding };
    let Some(outcome) = outcome(context, &expression) else { return finding };
    let right = outcome.to_value();
    let expected = as_shown(context, cell, right.as_ref());
    let figure = spot.figure(right.as_ref());
    let same = figure.is_some() && figure == reading.value();
    let fix = Fix {
        title: Words::new("改为公式", "put the formula there"),
        applicability: if same { Applicability::Safe } else { Applicability::Review },
        edits: vec![with_expression(context, cell, &expression, outcome)],
    };
    finding.expected(expected, figure).with_fix(fix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::{self, findings, lines, official};

    fn budgets(third: &str) -> String {
        let row = |row: u32| format!("{row}|丙|局|=SUM(E{row}:G{row}) -> 20|20|||4.4|22%|85|");
        let typed = format!("3|丁|局|{third}|20|||4.4|22%|85|");
        official(&[&row(6), &row(7), &typed, "合计|||=SUM(D6:D8) -> 60|60|||13.2|22%|85|"])
    }

    #[test]
    fn a_typed_number_among_formulas_is_a_warning() {
        let findings = findings(RULE, &budgets("20"));
        assert_eq!(lines(&findings), ["Warning D8 20 → 20"]);
        let fix = findings[0].fix.as_ref().unwrap();
        assert_eq!(fix.applicability, Applicability::Safe);
        assert_eq!(lines(&sketch::findings(RULE, &budgets("19"))), ["Warning D8 19 → 20"]);
    }

    #[test]
    fn a_typed_total_over_a_column_of_formulas_is_one_too() {
        let row = "1|甲|局|=SUM(E6:G6) -> 20|20|||4||90|";
        assert_eq!(lines(&findings(RULE, &official(&[row, "合计|||20|20"]))), ["Warning D7 20 → 20"]);
        assert!(
            findings(RULE, &official(&["1|甲|局|20|20|||4||90|", "合计|||20|20|=SUM(F6)||4"])).is_empty()
        );
    }

    #[test]
    fn blanks_and_columns_that_mostly_hold_numbers_are_silent() {
        assert!(findings(RULE, &budgets(".")).is_empty());
        let half =
            official(&["1|甲|局|=SUM(E6:G6) -> 20|20|||4||90|", "2|乙|局|20|20|||4||90|", "合计|||40"]);
        assert!(findings(RULE, &half).is_empty());
    }
}
