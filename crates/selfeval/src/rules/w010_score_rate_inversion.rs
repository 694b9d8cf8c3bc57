//! W010: projects with a low rate do not score higher than one that was executed in full. Off unless a profile asks.

use rust_decimal::Decimal;

use super::wording::{RateStyle, percent, plain};
use super::{Check, Context, Rule, w006_low_rate_unexplained as low_rate};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::summary::{Project, Reading};

/// More cells than this are only counted.
const MOST_RELATED: usize = 20;

pub(super) const RULE: Rule = Rule {
    code: "W010",
    name: "score-rate-inversion",
    severity: Severity::Info,
    title: ("执行率低的得分反而高", "a low rate with a higher score"),
    docs: (
        "## 核对内容\n执行率低于 90%（由地方口径决定）的项目，得分是否比全部执行的项目还高。默认不核对，地方口径写上 `W010 = \"info\"` 才核对。\n\
         ## 为什么\n得分不只看执行率，这样并不一定错，但审核时常会问。\n\
         ## 示例\n`I8` 80.5%，`J8` 96；`I12` 100%，`J12` 93。\n\
         ## 怎样改\n核对两个项目的自评表；得分无误的不用改。\n\
         ## 依据\n部分地区的审核做法，由地方口径决定。",
        "## What is checked\nWhether a project with a rate below 90% (set by the profile) scores higher than one that was executed in full. Off unless the profile says `W010 = \"info\"`.\n\
         ## Why\nScores depend on more than the rate, so this need not be wrong, but reviewers ask.\n\
         ## Example\n`I8` is 80.5% with 96 points in `J8`; `I12` is 100% with 93 points in `J12`.\n\
         ## How to correct\nCheck the two projects' own forms; right scores stay.\n\
         ## Source\nPractice of some bureaus; the profile decides.",
    ),
    check: Check::Table(check),
};

/// A project with its score and rate.
type Scored<'a> = (&'a Project, &'a Reading, Decimal, Decimal);

fn scored(project: &Project) -> Option<Scored<'_>> {
    let reading = project.score.as_ref()?;
    Some((project, reading, reading.value()?, low_rate::rate(project)?))
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let all = || context.summary.projects.iter().filter_map(scored);
    let full = all().filter(|(.., rate)| *rate >= Decimal::ONE).min_by_key(|(_, _, score, _)| *score);
    let Some(full) = full else { return Vec::new() };
    let low = |(_, _, score, rate): &Scored<'_>| *rate < context.profile.reason_below && *score > full.2;
    // The last of equals is taken by `max_by_key`; people look from the top.
    let highest = all().filter(low).reduce(|best, next| if next.2 > best.2 { next } else { best });
    let finding = highest.map(|highest| {
        let others = all().filter(low).filter(|(project, ..)| project.row != highest.0.row);
        finding(context, (highest, full), &others.collect::<Vec<_>>())
    });
    finding.into_iter().collect()
}

fn finding(context: &Context<'_>, (high, full): (Scored<'_>, Scored<'_>), others: &[Scored<'_>]) -> Finding {
    let (project, reading, score, rate) = high;
    let rate = RateStyle::Percent.show(rate, context.summary.rate_decimals.max(4));
    let (score_text, full_text) = (plain(score), plain(full.2));
    let name = &full.0.name.text;
    let (more_zh, more_en) = match others.len() {
        0 => (String::new(), String::new()),
        count => (
            format!("；执行率低于 {} 而得分更高的另有 {count} 个", percent(context.profile.reason_below)),
            format!("; {count} more below {} score higher, too", percent(context.profile.reason_below)),
        ),
    };
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        Words::new(
            format!("执行率 {rate}，得分 {score_text}，高于全部执行的“{name}”的 {full_text} 分{more_zh}"),
            format!(
                "with a rate of {rate} the score {score_text} is above the {full_text} of “{name}”, executed in full{more_en}"
            ),
        ),
        Words::new(
            format!("核对 {} 和 {} 的得分，无误的不用改", reading.cell, full.1.cell),
            format!("check the scores in {} and {}; right ones stay", reading.cell, full.1.cell),
        ),
    );
    let first = context.related(full.1.cell, Words::new("全部执行的项目", "executed in full"));
    let others = others.iter().map(|(_, reading, ..)| {
        context.related(reading.cell, Words::new("执行率低而得分更高", "a low rate, a higher score"))
    });
    let related = std::iter::once(first).chain(others).take(MOST_RELATED).collect();
    let finding = finding.of(Field::Score).on(project).found(reading.raw(), Some(score));
    Finding { unit: Some(Unit::Points), related, ..finding }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Level, Profile};
    use crate::rules::sample::submission;
    use crate::sketch::{findings, findings_under, lines, official};

    fn asked(text: &str) -> Vec<Finding> {
        let mut profile = Profile::national();
        profile.severities.insert("W010".to_owned(), Level::Info);
        findings_under(RULE, text, &profile)
    }

    fn two(low: &str, high: &str) -> Vec<String> {
        let low = format!("1|甲|乙|10|10|0|0|8|80%|{low}|.");
        let high = format!("2|丙|乙|10|10|0|0|10|100%|{high}|.");
        lines(&asked(&official(&[&low, &high, "合计|<|<|20|20|0|0|18|90%|93|."])))
    }

    #[test]
    fn the_published_table_has_one_which_is_noted_where_the_profile_asks() {
        let found = asked(&submission());
        assert_eq!(lines(&found), ["Info J8 96"]);
        assert!(
            found[0]
                .message
                .zh
                .starts_with("执行率 80.50%，得分 96，高于全部执行的“史喇口办公征地建设费”的 93 分")
        );
        assert_eq!(found[0].related[0].cell.to_string(), "J12");
    }

    #[test]
    fn it_is_off_by_default() {
        assert!(findings(RULE, &submission()).is_empty());
    }

    #[test]
    fn equal_scores_are_no_inversion() {
        assert!(two("93", "93").is_empty());
        assert_eq!(two("93.01", "93"), ["Info J6 93.01"]);
    }
}
