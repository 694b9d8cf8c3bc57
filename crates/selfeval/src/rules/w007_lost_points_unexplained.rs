//! W007: points that execution does not explain have a reason in the table. Off unless a profile asks for it.

use jixiao_workbook::CellRef;
use rust_decimal::Decimal;

use super::wording::points as fixed;
use super::{
    Check, Context, Each, Group, Rule, w004_score_above_ceiling as ceiling,
    w006_low_rate_unexplained as low_rate,
};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::summary::{Project, Reading};

pub(super) const RULE: Rule = Rule {
    code: "W007",
    name: "lost-points-unexplained",
    severity: Severity::Info,
    title: ("扣分未说明原因", "lost points without a reason"),
    docs: (
        "## 核对内容\n得分低于执行率允许的上限（即除预算执行外还扣了分），备注或偏差原因栏没有写原因的。默认不核对，地方口径写上 `W007 = \"info\"` 才核对；执行率偏低已由 W006 提示的不重复。\n\
         ## 为什么\n有的地区要求逐项说明扣分原因。\n\
         ## 示例\n`I12` 100%，`J12` 93，`K12` 空白：另扣 7 分，没有说明。\n\
         ## 怎样改\n在备注写一句扣分的原因。\n\
         ## 依据\n部分地区的审核要求，由地方口径决定。",
        "## What is checked\nWhether a score below what the rate allows (points were lost on more than execution) has a reason in the remark or the reason column. Off unless the profile says `W007 = \"info\"`; rows that W006 names are not named twice.\n\
         ## Why\nSome bureaus ask for the reason of every lost point.\n\
         ## Example\n`I12` is 100%, `J12` is 93 and `K12` is blank: 7 points were lost without a word.\n\
         ## How to correct\nWrite the reason in the remark.\n\
         ## Source\nPractice of some bureaus; the profile decides.",
    ),
    check: Check::Projects(&[Each { spot, tell, group: Group::One("W007") }]),
};

/// The score, and how many points below the ceiling it is, where nothing explains them.
fn unexplained<'a>(context: &Context<'_>, project: &'a Project) -> Option<(&'a Reading, Decimal, Decimal)> {
    let reading = project.score.as_ref()?;
    let score = reading.value().filter(|score| !score.is_sign_negative())?;
    let most = ceiling::ceiling(context.profile, ceiling::lowest_rate(project)?)?;
    let lost = most.checked_sub(score).filter(|lost| *lost > Decimal::ZERO)?;
    let said = low_rate::is_explained(project) || low_rate::asks(context, project);
    (!said).then_some((reading, score, lost))
}

fn spot(context: &Context<'_>, project: &Project) -> Option<(CellRef, Severity)> {
    unexplained(context, project).map(|(reading, ..)| (reading.cell, RULE.severity))
}

fn tell(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let (reading, score, lost) = unexplained(context, project)?;
    let (found, lost) = (reading.raw().into_owned(), fixed(lost, 2));
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        Words::new(
            format!("得分 {found}，除预算执行外还扣 {lost} 分，没有说明原因"),
            format!("the score is {found}: {lost} points were lost on more than execution, without a reason"),
        ),
        low_rate::help(project),
    );
    let finding = finding.of(Field::Score).on(project).grouped("W007");
    Some(Finding { found: Some(found), found_value: Some(score), unit: Some(Unit::Points), ..finding })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Level, Profile};
    use crate::rules::sample::submission;
    use crate::sketch::{findings, findings_under, lines, official};

    fn asked(row: &str) -> Vec<Finding> {
        let mut profile = Profile::national();
        profile.severities.insert("W007".to_owned(), Level::Info);
        findings_under(RULE, &official(&[row, "合计|<|<|20|20|0|0|20|100%|93|."]), &profile)
    }

    #[test]
    fn lost_points_without_a_word_are_noted_where_the_profile_asks() {
        let found = asked("1|甲|乙|20|20|0|0|20|100%|93|.");
        assert_eq!(lines(&found), ["Info J6 93"]);
        assert_eq!(found[0].message.zh, "得分 93，除预算执行外还扣 7.00 分，没有说明原因");
        assert_eq!(found[0].help.zh, "在 K6 写一句原因");
    }

    #[test]
    fn it_is_off_by_default_and_silent_where_a_reason_stands_or_is_asked_for_already() {
        assert!(findings(RULE, &submission()).is_empty());
        assert!(asked("1|甲|乙|20|20|0|0|20|100%|93|群众满意度未达标").is_empty());
        assert!(asked("1|甲|乙|20|20|0|0|10|50%|80|.").is_empty(), "W006 asks");
    }

    #[test]
    fn points_that_execution_lost_need_no_other_reason() {
        // (18 − 0.005) ÷ (20 + 0.005) is 89.953%: the ceiling is 98.9953 at least.
        assert!(asked("1|甲|乙|20|20|0|0|18{0.00}|90%|99|.").is_empty());
        assert_eq!(lines(&asked("1|甲|乙|20|20|0|0|18{0.00}|90%|98.99|.")), ["Info J6 98.99"]);
    }
}
