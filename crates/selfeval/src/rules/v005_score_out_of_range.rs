//! V005: a score is not within 0 to 100 points.

use rust_decimal::Decimal;

use super::{Check, Context, Rule, column_group};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::summary::Reading;

pub(super) const RULE: Rule = Rule {
    code: "V005",
    name: "score-out-of-range",
    severity: Severity::Error,
    title: ("得分超出 0 至 100 分", "a score is not within 0 to 100"),
    docs: (
        "## 核对内容\n自评得分是否在 0 至 100 分之间（含 0 和 100）。\n\
         ## 为什么\n自评满分为 100 分；超出范围的得分多为错位或多打一位，还会带偏加权得分。\n\
         ## 示例\n`J9` 自评得分 930。\n\
         ## 怎样改\n按该项目的自评表核对得分后改正。\n\
         ## 依据\n表样：项目支出绩效自评表总分 100 分。",
        "## What is checked\nWhether scores are within 0 to 100 points, both included.\n\
         ## Why\nFull marks are 100; a score outside has a misplaced point or a digit too many, and pulls the weighted score along.\n\
         ## Example\nThe score in `J9` is 930.\n\
         ## How to correct\nCheck the score against the project's own form and correct it.\n\
         ## Source\nThe form of a project: its marks add up to 100.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let scored =
        context.summary.projects.iter().filter_map(|project| Some((project, project.score.as_ref()?)));
    let rows = scored.filter(|(_, score)| is_outside(score));
    let mut findings: Vec<Finding> =
        rows.map(|(project, score)| finding(context, score).on(project)).collect();
    // A total that follows from a row's score is no cause of its own.
    if findings.is_empty() {
        let total = context.summary.total.iter().filter_map(|total| total.score.as_ref());
        findings.extend(total.filter(|score| is_outside(score)).map(|score| finding(context, score)));
    }
    findings
}

fn is_outside(score: &Reading) -> bool {
    score.value().is_some_and(|value| value < Decimal::ZERO || value > Decimal::ONE_HUNDRED)
}

fn finding(context: &Context<'_>, score: &Reading) -> Finding {
    let raw = score.raw();
    let message = Words::new(
        format!("自评得分 {raw}，应在 0 至 100 分之间"),
        format!("the score is {raw}; scores are within 0 to 100"),
    );
    let help = Words::new(
        format!("按项目自评表核对 {} 的得分", score.cell),
        format!("check the score in {} against the project's own form", score.cell),
    );
    let finding = Finding::new(&RULE, context.at(score), message, help).of(Field::Score);
    let finding = finding.found(raw, score.value()).grouped(column_group(RULE.code, score.cell));
    Finding { unit: Some(Unit::Points), ..finding }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{submission, with_row};
    use crate::sketch::{findings, lines};

    fn scored(score: &str) -> Vec<String> {
        let row = format!("2|两站一室|中川园区|20|20|0|0|4.4|22%|{score}|.");
        lines(&findings(RULE, &with_row(1, &row)))
    }

    #[test]
    fn a_score_outside_is_found() {
        assert_eq!(scored("930"), ["Error J7 930"]);
        assert_eq!(scored("-1"), ["Error J7 -1"]);
        assert_eq!(scored("'105分"), ["Error J7 105分"]);
    }

    #[test]
    fn the_submission_is_within() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn both_ends_are_within() {
        for score in ["0", "100", "100.00", "."] {
            assert_eq!(scored(score), [""; 0], "{score}");
        }
        assert_eq!(scored("100.01"), ["Error J7 100.01"]);
    }

    #[test]
    fn the_total_is_told_only_where_no_row_explains_it() {
        let total = "合计|<|<|1893.66|1893.66|.|.|1722.16|.|929.7|.";
        assert_eq!(lines(&findings(RULE, &with_row(14, total))), ["Error J20 929.7"]);
    }
}
