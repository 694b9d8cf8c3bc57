//! W001: the total row states the weighted score that the form's note asks for.

use super::weighting::{basis, decimals, other};
use super::{Check, Context, Rule, corrected, mending, wording};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::summary::Reading;
use crate::value::round;

pub(super) const RULE: Rule = Rule {
    code: "W001",
    name: "weighted-score-blank",
    severity: Severity::Error,
    title: ("合计得分未填", "the weighted score is blank"),
    docs: (
        "## 核对内容\n合计行的自评得分是否填了数。\n\
         ## 为什么\n表注要求：合计得分以各项目资金占比为权重，对各项目得分加权平均。漏填的，汇总表不完整。\n\
         ## 示例\n`J20` 空白：按预算数加权为 92.97，填 92.97；按执行数加权为 93.54。\n\
         ## 怎样改\n填各项目（资金 × 得分）之和 ÷ 资金之和，保留两位小数；`fill` 会填入公式。权重不要先四舍五入。\n\
         ## 依据\n表注：单位项目自评合计得分以各项目资金占比为权重，对各项目自评分值加权平均计算。",
        "## What is checked\nWhether the total row states a score.\n\
         ## Why\nThe form's note asks for the projects' scores weighted by their shares of the funds. A form without it is not complete.\n\
         ## Example\n`J20` is blank: weighted by budget it is 92.97, enter that; weighted by executed amounts it would be 93.54.\n\
         ## How to correct\nEnter the sum of amount × score divided by the sum of the amounts, with two decimals; `fill` writes the formula. Do not round the weights first.\n\
         ## Source\nThe form's note: the unit's total score is the mean of the projects' scores weighted by their shares of the funds.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let total = context.total();
    let reading = total.and_then(|total| total.score.as_ref()).filter(|reading| reading.is_blank());
    reading.map(|reading| blank(context, reading)).into_iter().collect()
}

fn blank(context: &Context<'_>, reading: &Reading) -> Finding {
    let Some(score) = corrected::totals(context).score(context.weights) else {
        return missing(context, reading);
    };
    let places = decimals(None);
    let expected = wording::points(score, places);
    let (zh, en) = basis(context.weights);
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        Words::new(
            format!("合计得分空白，按{zh}加权为 {expected}"),
            format!("the total score is blank; weighted by {en} it is {expected}"),
        ),
        help(context, reading, &expected),
    );
    Finding {
        expected: Some(expected),
        expected_value: Some(round(score, places)),
        unit: Some(Unit::Points),
        fix: mending::formula(context, reading, score),
        ..finding.of(Field::Score)
    }
}

fn help(context: &Context<'_>, reading: &Reading, expected: &str) -> Words {
    let cell = reading.cell;
    let second = other(context.weights);
    let differing =
        corrected::totals(context).score(second).map(|score| wording::points(score, decimals(None)));
    match differing.filter(|score| score != expected) {
        Some(score) => {
            let ((zh, en), (other_zh, other_en)) = (basis(context.weights), basis(second));
            Words::new(
                format!("在 {cell} 填 {expected}（权重用{zh}；按{other_zh}加权为 {score}）"),
                format!("enter {expected} in {cell} (weighted by {en}; by {other_en} it would be {score})"),
            )
        }
        None => Words::new(format!("在 {cell} 填 {expected}"), format!("enter {expected} in {cell}")),
    }
}

fn missing(context: &Context<'_>, reading: &Reading) -> Finding {
    let cell = reading.cell;
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        Words::new(
            "合计得分空白，各项目的得分或资金不全，暂不能计算",
            "the total score is blank and cannot be computed while a score or an amount is missing",
        ),
        Words::new(
            format!("先填好各项目的得分和资金，再在 {cell} 填加权平均得分"),
            format!("fill the projects' scores and amounts first, then enter the weighted score in {cell}"),
        ),
    );
    finding.of(Field::Score)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Applicability;
    use crate::profile::{Profile, Weights};
    use crate::rules::sample::{PROJECTS, submission, with_row};
    use crate::sketch::{findings, findings_under, lines, official};

    #[test]
    fn a_blank_weighted_score_is_found_with_its_value_by_both_bases() {
        let found = findings(RULE, &submission());
        assert_eq!(lines(&found), ["Error J20  → 92.97"]);
        assert_eq!(found[0].message.zh, "合计得分空白，按预算数加权为 92.97");
        assert_eq!(found[0].help.zh, "在 J20 填 92.97（权重用预算数；按执行数加权为 93.54）");
        assert_eq!(found[0].fix.as_ref().unwrap().applicability, Applicability::Safe);
        let executed = Profile { weights: Some(Weights::Executed), ..Profile::national() };
        assert_eq!(lines(&findings_under(RULE, &submission(), &executed)), ["Error J20  → 93.54"]);
    }

    #[test]
    fn a_stated_score_is_silent() {
        assert!(findings(RULE, &with_row(14, "合计|<|<|1893.66|1893.66|0|0|1722.16|.|92.97|.")).is_empty());
    }

    #[test]
    fn while_a_score_is_missing_there_is_no_value() {
        let mut rows = PROJECTS.to_vec();
        rows[1] = "2|交管站|中川园区|20|20|0|0|4.4|'22.02%|.|2";
        rows.push("合计|<|<|1893.66|1893.66|0|0|1722.16|.|.|.");
        let found = findings(RULE, &official(&rows));
        assert_eq!(lines(&found), ["Error J20"]);
        assert!(found[0].fix.is_none());
    }
}
