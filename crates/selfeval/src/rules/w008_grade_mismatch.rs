//! W008: a grade is that of its score.

use jixiao_workbook::CellRef;
use rust_decimal::Decimal;

use super::wording::plain;
use super::{Check, Context, Each, Group, Rule};
use crate::finding::{Field, Finding, Severity, Words};
use crate::profile::Profile;
use crate::summary::{Project, TextReading};
use crate::value::{Figure, round};

pub(super) const RULE: Rule = Rule {
    code: "W008",
    name: "grade-mismatch",
    severity: Severity::Error,
    title: ("等级与得分不符", "the grade is not that of the score"),
    docs: (
        "## 核对内容\n有等级（自评结论）栏的，等级是否与得分相符：90 分及以上为优，80 至 90 分为良，60 至 80 分为中，60 分以下为差；界限和名称由地方口径（`grades`）决定。不是口径里的名称，不下结论。\n\
         ## 为什么\n等级由得分决定，两者不符的会被退回。\n\
         ## 示例\n`J7` 85，`K7` “优”：85 分应为良。\n\
         ## 怎样改\n核对得分；得分无误的，改等级。\n\
         ## 依据\n评价等级的通行划分；各地不同的由地方口径决定。",
        "## What is checked\nWhere the form has a grade, whether it is that of the score: 优 from 90, 良 from 80, 中 from 60, 差 below; bounds and names are the profile's (`grades`). Nothing is concluded from a name the profile does not know.\n\
         ## Why\nThe grade follows from the score; where they disagree the form is returned.\n\
         ## Example\n`J7` is 85 and `K7` says 优: 85 points are 良.\n\
         ## How to correct\nCheck the score; if it is right, correct the grade.\n\
         ## Source\nThe usual bands; where a region differs the profile says so.",
    ),
    check: Check::Projects(&[Each { spot, tell, group: Group::One("W008") }]),
};

/// The stated grade, the score, and the grade that it earns.
fn wrong<'a>(context: &'a Context<'_>, project: &'a Project) -> Option<(&'a TextReading, Figure, &'a str)> {
    let (stated, score) = (project.grade.as_deref()?, project.score_figure()?);
    if !(Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&score.value) {
        return None;
    }
    let profile = context.profile;
    let named = place(profile, &stated.text)?;
    let shown = round(score.value, u32::try_from(score.decimals).unwrap_or(0));
    let fits = |score: Decimal| profile.grades.iter().position(|grade| grade.from <= score) == Some(named);
    if fits(score.value) || fits(shown) {
        return None;
    }
    Some((stated, score, profile.grade(score.value)?))
}

/// Which of the profile's grades a text names.
fn place(profile: &Profile, text: &str) -> Option<usize> {
    let same = |name: &String| {
        text.chars().filter(|c| !c.is_whitespace()).eq(name.chars().filter(|c| !c.is_whitespace()))
    };
    profile.grades.iter().position(|grade| grade.names.iter().any(same))
}

fn spot(context: &Context<'_>, project: &Project) -> Option<(CellRef, Severity)> {
    wrong(context, project).map(|(stated, ..)| (stated.cell, RULE.severity))
}

fn tell(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let (stated, score, grade) = wrong(context, project)?;
    let (found, points) = (stated.text.trim().to_owned(), plain(score.value));
    let finding = Finding::new(
        &RULE,
        context.at_text(stated),
        Words::new(
            format!("等级填报“{found}”，得分 {points} 应为“{grade}”"),
            format!("the grade says “{found}”, but {points} points are “{grade}”"),
        ),
        Words::new(
            format!("核对得分，得分无误的，在 {} 填“{grade}”", stated.cell),
            format!("check the score; if it is right, enter “{grade}” in {}", stated.cell),
        ),
    );
    let cell = project.score.as_ref().map(|reading| reading.cell);
    let related = cell.map(|cell| context.related(cell, Words::new("自评得分", "score")));
    let effect = Words::new(format!("等级 {found} → {grade}"), format!("grade {found} → {grade}"));
    let finding =
        finding.of(Field::Grade).on(project).grouped("W008").found(found, None).expected(grade, None);
    Some(Finding { effect: Some(Box::new(effect)), related: related.into_iter().collect(), ..finding })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::{findings, findings_under, lines};

    fn table(score: &str, grade: &str) -> String {
        format!(
            "2023年度中川镇人民政府项目支出绩效自评结果汇总表\n\
             序号|项目名称|主管部门|全年预算数（万元）|全年执行数（万元）|执行率|自评得分|自评等级|备注\n\
             1|防汛经费|应急局|10|10|100%|{score}|{grade}|.\n合计|||10|10|100%|{score}|.|.\n"
        )
    }

    fn on(score: &str, grade: &str) -> Vec<String> {
        lines(&findings(RULE, &table(score, grade)))
    }

    #[test]
    fn a_grade_of_another_band_is_found_with_the_right_one() {
        let found = findings(RULE, &table("85", "优"));
        assert_eq!(lines(&found), ["Error H3 优 → 良"]);
        assert_eq!(found[0].message.zh, "等级填报“优”，得分 85 应为“良”");
        assert_eq!(found[0].effect.as_ref().unwrap().zh, "等级 优 → 良");
    }

    #[test]
    fn right_grades_blanks_and_unknown_names_are_silent() {
        for (score, grade) in
            [("94", "优"), ("94", " 优 秀"), ("59", "差"), ("85", "."), ("85", "合格"), (".", "优")]
        {
            assert!(on(score, grade).is_empty(), "{score} {grade}");
        }
    }

    #[test]
    fn the_bounds_are_inclusive_and_what_is_shown_counts_too() {
        assert!(on("90", "优").is_empty() && on("80", "良").is_empty() && on("60", "中").is_empty());
        assert_eq!(on("89.99", "优"), ["Error H3 优 → 良"]);
        assert!(on("=A3*89.996{0.00} -> 89.996", "良").is_empty());
    }

    #[test]
    fn bounds_and_names_are_the_profiles() {
        let text = "grades = [{ from = 80, names = [\"优\"] }, { from = 70, names = [\"良\"] }, \
                    { from = 60, names = [\"合格\"] }, { from = 0, names = [\"不合格\"] }]\n";
        let shanghai = Profile::from_toml(text).unwrap();
        assert!(findings_under(RULE, &table("85", "优"), &shanghai).is_empty());
        assert_eq!(lines(&findings_under(RULE, &table("55", "合格"), &shanghai)), ["Error H3 合格 → 不合格"]);
    }

    #[test]
    fn names_are_those_of_each_profile() {
        let under = |name: &str, score: &str, grade: &str| {
            let profile = Profile::built_in(name).unwrap();
            lines(&findings_under(RULE, &table(score, grade), &profile))
        };
        assert_eq!(under("national", "65", "良"), ["Error H3 良 → 中"]);
        assert_eq!(under("shanghai", "65", "良"), ["Error H3 良 → 合格"]);
        assert_eq!(under("shanghai", "59", "合格"), ["Error H3 合格 → 不合格"]);
        // A name that the profile does not know says nothing.
        assert!(under("national", "59", "合格").is_empty() && under("shanghai", "59", "中").is_empty());
        let none = Profile::from_toml("grades = []").unwrap();
        assert!(findings_under(RULE, &table("65", "良"), &none).is_empty());
    }
}
