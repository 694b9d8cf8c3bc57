//! W002: the total score is the mean of the scores weighted by the projects' funds.

use rust_decimal::Decimal;

use super::weighting::{basis, decimals, fits, is_mean, other, stated};
use super::{Check, Context, Rule, causes, corrected, mending, raised, wording};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::summary::Project;
use crate::value::{Figure, round};

pub(super) const RULE: Rule = Rule {
    code: "W002",
    name: "weighted-score-mismatch",
    severity: Severity::Error,
    title: ("合计得分与加权平均不符", "the total score is not the weighted mean"),
    docs: (
        "## 核对内容\n合计行的自评得分是否等于按资金加权的平均得分。金额四舍五入能够解释的差异不提示；只因一个项目的得分填得过高（W004）而不符的，不另报。\n\
         ## 为什么\n表注规定了合计得分的算法。填成按另一种资金（预算数或执行数）加权结果的，见 W009；填成简单平均的，见 W003。\n\
         ## 示例\n按预算数加权为 92.97，`J20` 填 91.50：不符。\n\
         ## 怎样改\n填各项目（资金 × 得分）之和 ÷ 资金之和，最好用公式。\n\
         ## 依据\n表注：单位项目自评合计得分以各项目资金占比为权重，对各项目自评分值加权平均计算。",
        "## What is checked\nWhether the total row's score is the mean of the scores weighted by funds. What the rounding of the amounts explains is not reported, nor is a difference that one score typed too high (W004) explains.\n\
         ## Why\nThe form's note defines the total score. For the result by the other amount (budget or executed) see W009, for the plain mean W003.\n\
         ## Example\nWeighted by budget the score is 92.97 while `J20` says 91.50.\n\
         ## How to correct\nEnter the sum of amount × score divided by the sum of the amounts, best as a formula.\n\
         ## Source\nThe form's note: the unit's total score is the mean of the projects' scores weighted by their shares of the funds.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    of_table(context).filter(|_| !raised::explains_total(context)).into_iter().collect()
}

/// The total score that is neither the weighted nor the plain mean, whatever explains it.
pub(super) fn of_table(context: &Context<'_>) -> Option<Finding> {
    mismatch(context, &RULE).filter(|_| !plain_average(context))
}

/// Whether the total score is the unweighted mean: W003 says so instead.
pub(super) fn plain_average(context: &Context<'_>) -> bool {
    stated(context).is_some_and(|(_, figure)| is_mean(context, figure))
}

/// Whether the score is wrong only because of another finding: it is divided by a wrong total (A002, F003), or made
/// of a score out of range (V005).
fn follows(context: &Context<'_>, stated: Figure) -> bool {
    let range = Decimal::ZERO..=Decimal::ONE_HUNDRED;
    let mut scores = context.summary.projects.iter().filter_map(Project::score_figure);
    scores.any(|score| !range.contains(&score.value)) || divided_by_wrong_total(context, stated)
}

fn divided_by_wrong_total(context: &Context<'_>, stated: Figure) -> bool {
    let totals = context.totals;
    let row = context.summary.total.as_ref();
    let bases = [
        (totals.score_by_budget, Some(totals.budget), row.and_then(|row| row.budget.as_ref())),
        (totals.score_by_executed, totals.executed, row.and_then(|row| row.executed.as_ref())),
    ];
    bases.into_iter().any(|(score, sum, total)| {
        let divided = || {
            let wrong = total?.value().filter(|total| Some(*total) != sum)?;
            score?.checked_mul(sum?)?.checked_div(wrong)
        };
        let decimals = u32::try_from(stated.decimals).unwrap_or(0);
        divided().is_some_and(|divided| round(divided, decimals) == round(stated.value, decimals))
    })
}

/// The finding that the stated total score is not the weighted one; none where it is, also by the other basis
/// while the profile does not fix one.
pub(super) fn mismatch(context: &Context<'_>, rule: &Rule) -> Option<Finding> {
    let (reading, figure) = stated(context)?;
    if fits(context, context.weights, figure)? {
        return None;
    }
    let open = context.profile.weights.is_none();
    if open && fits(context, other(context.weights), figure) == Some(true) {
        return None;
    }
    if causes::formula_at_fault(context, reading) || follows(context, figure) {
        return None;
    }
    let score = corrected::totals(context).score(context.weights)?;
    let places = decimals(Some(figure));
    let (expected, found) = (wording::points(score, places), reading.raw().into_owned());
    let (zh, en) = basis(context.weights);
    let finding = Finding::new(
        rule,
        context.at(reading),
        Words::new(
            format!("合计得分填报 {found}，按{zh}加权应为 {expected}"),
            format!("the total score says {found}, but weighted by {en} it is {expected}"),
        ),
        Words::new(
            format!("在 {} 填 {expected}", reading.cell),
            format!("enter {expected} in {}", reading.cell),
        ),
    );
    let (to_zh, to_en) = wording::grade_change(context.profile, figure.value, score);
    let effect = Words::new(
        format!("合计得分 {found} → {expected}{to_zh}"),
        format!("total score {found} → {expected}{to_en}"),
    );
    Some(Finding {
        expected: Some(expected),
        found: Some(found),
        expected_value: Some(round(score, places)),
        found_value: Some(figure.value),
        unit: Some(Unit::Points),
        effect: Some(Box::new(effect)),
        fix: mending::formula(context, reading, score),
        ..finding.of(Field::Score)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Profile, Weights};
    use crate::rules::sample::{submission, with_row};
    use crate::sketch::{findings, findings_under, lines};

    fn total(score: &str) -> String {
        with_row(14, &format!("合计|<|<|1893.66|1893.66|0|0|1722.16|.|{score}|."))
    }

    #[test]
    fn another_score_than_the_weighted_one_is_found() {
        let found = findings(RULE, &total("91.50{0.00}"));
        assert_eq!(lines(&found), ["Error J20 91.50 → 92.97"]);
        assert_eq!(found[0].message.zh, "合计得分填报 91.50，按预算数加权应为 92.97");
        assert_eq!(found[0].effect.as_ref().unwrap().zh, "合计得分 91.50 → 92.97");
    }

    #[test]
    fn the_weighted_score_by_either_basis_and_a_blank_one_are_silent() {
        for table in [total("92.97"), total("93.54"), submission()] {
            assert!(findings(RULE, &table).is_empty());
        }
    }

    #[test]
    fn a_fixed_basis_does_not_let_the_other_pass() {
        let fixed = Profile { weights: Some(Weights::Budget), ..Profile::national() };
        assert_eq!(lines(&findings_under(RULE, &total("93.54"), &fixed)), ["Error J20 93.54 → 92.97"]);
    }

    #[test]
    fn the_boundary_is_what_rounded_weights_reach() {
        // 92.965538 ± 0.0004: 92.97 at two decimals, nothing else.
        assert_eq!(findings(RULE, &total("92.96")).len(), 1);
        assert_eq!(findings(RULE, &total("92.98")).len(), 1);
        assert!(findings(RULE, &total("92.9655{0.0000}")).is_empty());
    }

    #[test]
    fn the_plain_mean_is_left_to_its_own_rule() {
        assert!(findings(RULE, &total("89.21")).is_empty());
    }
}
