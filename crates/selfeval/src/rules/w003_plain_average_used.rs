//! W003: the total score is not the plain mean of the scores.

use super::w002_weighted_score_mismatch::{mismatch, plain_average};
use super::weighting::basis;
use super::{Check, Context, Rule};
use crate::finding::{Finding, Severity, Words};

pub(super) const RULE: Rule = Rule {
    code: "W003",
    name: "plain-average-used",
    severity: Severity::Error,
    title: ("合计得分用了简单平均", "the total score is the plain mean"),
    docs: (
        "## 核对内容\n合计行的自评得分是否等于各项目得分的简单平均，而不是加权平均。\n\
         ## 为什么\n表注要求以资金占比为权重；用 AVERAGE 算出来的数会让小项目与大项目一样重，有时差一个等级。\n\
         ## 示例\n14 个项目得分的简单平均为 89.21，按预算数加权为 92.97：填 89.21 的应改为 92.97。\n\
         ## 怎样改\n改用加权平均：各项目（资金 × 得分）之和 ÷ 资金之和。\n\
         ## 依据\n表注：单位项目自评合计得分以各项目资金占比为权重，对各项目自评分值加权平均计算。",
        "## What is checked\nWhether the total row's score is the unweighted mean of the scores instead of the weighted one.\n\
         ## Why\nThe form's note asks for weights; AVERAGE lets a small project count as much as a large one, which may change the grade.\n\
         ## Example\nThe plain mean of 14 scores is 89.21, weighted by budget it is 92.97: whoever entered 89.21 should enter 92.97.\n\
         ## How to correct\nUse the weighted mean: the sum of amount × score divided by the sum of the amounts.\n\
         ## Source\nThe form's note: the unit's total score is the mean of the projects' scores weighted by their shares of the funds.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    if !plain_average(context) {
        return Vec::new();
    }
    mismatch(context, &RULE).map(|finding| named(context, finding)).into_iter().collect()
}

fn named(context: &Context<'_>, finding: Finding) -> Finding {
    let (zh, en) = basis(context.weights);
    let (found, expected) =
        (finding.found.as_deref().unwrap_or_default(), finding.expected.as_deref().unwrap_or_default());
    let message = Words::new(
        format!("合计得分填报 {found}，是各项目得分的简单平均；按{zh}加权应为 {expected}"),
        format!(
            "the total score says {found}, the plain mean of the scores; weighted by {en} it is {expected}"
        ),
    );
    Finding { message, ..finding }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::with_row;
    use crate::sketch::{findings, lines, official};

    #[test]
    fn the_plain_mean_is_named() {
        let found = findings(RULE, &with_row(14, "合计|<|<|1893.66|1893.66|0|0|1722.16|.|89.21|."));
        assert_eq!(lines(&found), ["Error J20 89.21 → 92.97"]);
        assert_eq!(found[0].message.zh, "合计得分填报 89.21，是各项目得分的简单平均；按预算数加权应为 92.97");
    }

    #[test]
    fn another_score_is_silent() {
        for score in ["92.97", "89.22", "."] {
            let total = format!("合计|<|<|1893.66|1893.66|0|0|1722.16|.|{score}|.");
            assert!(findings(RULE, &with_row(14, &total)).is_empty(), "{score}");
        }
    }

    #[test]
    fn where_the_weighted_score_equals_the_mean_it_is_silent() {
        let rows = [
            "1|甲|乙|10|10|0|0|10|100%|90|.",
            "2|丙|乙|10|10|0|0|10|100%|94|.",
            "合计|<|<|20|20|0|0|20|100%|92|.",
        ];
        assert!(findings(RULE, &official(&rows)).is_empty());
    }
}
