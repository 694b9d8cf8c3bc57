//! W009: by which amounts the total score is weighted, and what the other basis would give.

use super::weighting::{basis, decimals, fits, other, stated};
use super::wording::points;
use super::{Check, Context, Rule, corrected};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::summary::Reading;
use crate::value::{Figure, round};

pub(super) const RULE: Rule = Rule {
    code: "W009",
    name: "weight-basis",
    severity: Severity::Info,
    title: ("加权平均的口径", "the basis of the weighted score"),
    docs: (
        "## 核对内容\n合计得分按预算数加权，还是按执行数加权；两种结果不同时都列出来。\n\
         ## 为什么\n表注只说“资金占比”，没有说是预算数还是执行数。没有设定口径而填报数正好是另一种结果的，是对表注的另一种理解，不算错，但要确认。\n\
         ## 示例\n按预算数加权为 92.97，按执行数加权为 93.54；填 93.54：警告，请确认口径。\n\
         ## 怎样改\n向主管部门或财政部门确认口径；按执行数的，核对时用 `--weights executed`。\n\
         ## 依据\n表注：单位项目自评合计得分以各项目资金占比为权重，对各项目自评分值加权平均计算。",
        "## What is checked\nWhether the total score is weighted by budget or by executed amounts; where the results differ both are stated.\n\
         ## Why\nThe note says \"shares of the funds\" and leaves open of which. A total that is the result by the other basis is another reading of the note, not an error, but has to be confirmed unless the profile fixes the basis.\n\
         ## Example\nWeighted by budget 92.97, by executed amounts 93.54; whoever entered 93.54 gets a warning.\n\
         ## How to correct\nAsk the supervising department or the finance bureau which basis holds; for executed amounts check with `--weights executed`.\n\
         ## Source\nThe form's note: the unit's total score is the mean of the projects' scores weighted by their shares of the funds.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let total = context.total();
    let reading = total.and_then(|total| total.score.as_ref());
    reading.and_then(|reading| state(context, reading)).into_iter().collect()
}

fn state(context: &Context<'_>, reading: &Reading) -> Option<Finding> {
    let figure = stated(context).map(|(_, figure)| figure);
    let places = decimals(figure);
    let second = other(context.weights);
    let totals = corrected::totals(context);
    let score = totals.score(context.weights)?;
    let (used, differing) = (points(score, places), points(totals.score(second)?, places));
    if used == differing {
        return None;
    }
    let taken = figure.filter(|figure| takes_other(context, *figure));
    let ((zh, en), (other_zh, other_en)) = (basis(context.weights), basis(second));
    let (message, help) = match taken {
        Some(_) => (
            Words::new(
                format!("合计得分填报 {differing}，是按{other_zh}加权的结果；按{zh}加权为 {used}"),
                format!("the total score {differing} is weighted by {other_en}; by {en} it is {used}"),
            ),
            Words::new(
                format!("确认加权口径；按{zh}的，在 {} 填 {used}", reading.cell),
                format!("confirm the basis; if it is the {en}, enter {used} in {}", reading.cell),
            ),
        ),
        None => (
            Words::new(
                format!("权重用{zh}，合计得分 {used}；按{other_zh}加权为 {differing}"),
                format!("weighted by {en} the total score is {used}; by {other_en} it would be {differing}"),
            ),
            Words::new("确认加权口径与上级要求一致", "confirm that this is the basis asked for"),
        ),
    };
    let severity = if taken.is_some() { Severity::Warning } else { Severity::Info };
    let finding = Finding::new(&RULE, context.at(reading), message, help);
    Some(Finding {
        expected: taken.map(|_| used),
        expected_value: taken.map(|_| round(score, places)),
        found_value: figure.map(|figure| figure.value),
        unit: Some(Unit::Points),
        ..finding.at(severity).of(Field::Score)
    })
}

/// Whether the stated total is the result by the other basis only, while the profile leaves the basis open.
fn takes_other(context: &Context<'_>, figure: Figure) -> bool {
    context.profile.weights.is_none()
        && fits(context, context.weights, figure) == Some(false)
        && fits(context, other(context.weights), figure) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Profile, Weights};
    use crate::rules::sample::{submission, with_row};
    use crate::sketch::{findings, findings_under, lines, official};

    fn total(score: &str) -> String {
        with_row(14, &format!("合计|<|<|1893.66|1893.66|0|0|1722.16|.|{score}|."))
    }

    #[test]
    fn both_results_are_stated_where_they_differ() {
        let found = findings(RULE, &submission());
        assert_eq!(lines(&found), ["Info J20"]);
        assert_eq!(found[0].message.zh, "权重用预算数，合计得分 92.97；按执行数加权为 93.54");
        assert_eq!(lines(&findings(RULE, &total("92.97"))), ["Info J20 92.97"]);
    }

    #[test]
    fn the_result_by_the_other_basis_is_a_warning_unless_the_profile_fixes_one() {
        assert_eq!(lines(&findings(RULE, &total("93.54"))), ["Warning J20 93.54 → 92.97"]);
        let fixed = Profile { weights: Some(Weights::Budget), ..Profile::national() };
        assert_eq!(lines(&findings_under(RULE, &total("93.54"), &fixed)), ["Info J20 93.54"]);
    }

    #[test]
    fn equal_results_are_silent() {
        let rows = [
            "1|甲|乙|10|10|0|0|10|100%|90|.",
            "2|丙|乙|30|30|0|0|30|100%|94|.",
            "合计|<|<|40|40|0|0|40|100%|93|.",
        ];
        assert!(findings(RULE, &official(&rows)).is_empty());
    }
}
