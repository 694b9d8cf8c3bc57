//! W004: a score does not exceed what is left once execution lost its points.

use jixiao_workbook::CellRef;
use rust_decimal::Decimal;

use super::wording::{RateStyle, plain, points as fixed};
use super::{
    Check, Context, Each, Group, Rule, raised, s004_unit_conflict, slips, w005_score_above_cap as cap,
    w006_low_rate_unexplained as low_rate, w011_zero_execution_scored as zero,
};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::profile::Profile;
use crate::summary::{Project, Reading};
use crate::value::Spread;

pub(super) const RULE: Rule = Rule {
    code: "W004",
    name: "score-above-ceiling",
    severity: Severity::Warning,
    title: ("得分高于执行率允许的上限", "a score above what the rate allows"),
    docs: (
        "## 核对内容\n得分是否超过 (100 − p) + p × 执行率，p 是预算执行的分值（一般 10 分，由地方口径决定；分档给分的按档）。执行率超过 100% 的按 100% 计，取整能够解释的不提示。地方口径写明按比例给分的为错误，否则为警告。\n\
         ## 为什么\n执行率不到 100% 时预算执行项拿不满分，总分就有上限。\n\
         ## 示例\n执行率 22.00%，上限 90 + 10 × 22.00% = 92.20；得分 95：高于上限。\n\
         ## 怎样改\n对照项目自评表核对预算执行项的得分和总分。\n\
         ## 依据\n项目支出绩效自评表的预算执行项，满分 p 分，按执行率给分。",
        "## What is checked\nWhether a score exceeds (100 − p) + p × rate, where p is the points for execution (10 unless the profile says otherwise; where points come in bands, those of the band). Rates above 100% count as 100%, and what rounding explains is not reported. An error where the profile states that points are proportional, else a warning.\n\
         ## Why\nBelow 100% execution does not get its full points, so the score has a ceiling.\n\
         ## Example\nAt a rate of 22.00% the ceiling is 90 + 10 × 22.00% = 92.20; a score of 95 is above it.\n\
         ## How to correct\nCheck the points for execution and the total in the project's own form.\n\
         ## Source\nThe execution item of the per-project form: p points, given by the rate.",
    ),
    check: Check::Projects(&[Each { spot, tell, group: Group::One("W004") }]),
};

/// The score that is too high, and the rate that it is judged by.
fn above<'a>(context: &Context<'_>, project: &'a Project) -> Option<(&'a Reading, Decimal, Decimal)> {
    let reading = project.score.as_ref()?;
    let score = reading.value()?;
    let is_low = |rate| Some(score <= ceiling(context.profile, rate)?);
    if is_low(stated_rate(project)?)? {
        return None;
    }
    let low = is_low(highest_rate(context, project)?)?;
    // A stricter rule on the same score says more, unless this one is an error.
    let said = || {
        severity(context.profile) < Severity::Error
            && (cap::exceeds(context, project) || zero::passes(context, project))
    };
    // A rate made of an amount in another unit is that amount's fault.
    let slip = || s004_unit_conflict::slip(context, project).is_some();
    if low || score > Decimal::ONE_HUNDRED || said() || slip() {
        return None;
    }
    Some((reading, score, low_rate::rate(project)?))
}

/// Whether a score of the project would stay within its ceiling.
pub(super) fn allows(context: &Context<'_>, project: &Project, score: Decimal) -> bool {
    let ceiling = highest_rate(context, project).and_then(|rate| ceiling(context.profile, rate));
    ceiling.is_some_and(|ceiling| score <= ceiling)
}

/// Whether the project's score is above its ceiling.
pub(super) fn exceeds(context: &Context<'_>, project: &Project) -> bool {
    above(context, project).is_some()
}

fn severity(profile: &Profile) -> Severity {
    if profile.points_proportional { Severity::Error } else { Severity::Warning }
}

fn spot(context: &Context<'_>, project: &Project) -> Option<(CellRef, Severity)> {
    let (reading, ..) = above(context, project)?;
    Some((reading.cell, severity(context.profile)))
}

fn tell(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let (reading, score, rate) = above(context, project)?;
    let (written, limit) = written(context, rate)?;
    let found = reading.raw().into_owned();
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        Words::new(
            format!("得分 {found} 高于执行率允许的上限，{written} = {limit}"),
            format!("the score {found} is above what the rate allows, {written} = {limit}"),
        ),
        Words::new(
            format!("对照项目自评表核对 {} 的得分和预算执行项的得分", reading.cell),
            format!(
                "check the score in {} and the points for execution in the project's own form",
                reading.cell
            ),
        ),
    );
    let rate_cell = project.rate.as_ref().map(|reading| reading.cell);
    let related = rate_cell.map(|cell| context.related(cell, Words::new("执行率", "execution rate")));
    Some(Finding {
        found: Some(found),
        found_value: Some(score),
        unit: Some(Unit::Points),
        related: related.into_iter().collect(),
        votes: raised::votes(context, project),
        ..finding.at(severity(context.profile)).of(Field::Score).on(project).grouped("W004")
    })
}

/// The ceiling at a rate written out, `90 + 10 × 22.00%`, and its value with two decimals.
fn written(context: &Context<'_>, rate: Decimal) -> Option<(String, String)> {
    let profile = context.profile;
    let others = plain(Decimal::ONE_HUNDRED.checked_sub(profile.execution_points)?);
    let shown = RateStyle::Percent.show(rate.min(Decimal::ONE), context.summary.rate_decimals.max(4));
    let written = if banded(profile) {
        format!("{others} + {}（{shown}）", plain(points(profile, rate)?))
    } else {
        format!("{others} + {} × {shown}", plain(profile.execution_points))
    };
    Some((written, fixed(ceiling(profile, rate)?, 2)))
}

/// The highest score at a rate.
pub(super) fn ceiling(profile: &Profile, rate: Decimal) -> Option<Decimal> {
    Decimal::ONE_HUNDRED.checked_sub(profile.execution_points)?.checked_add(points(profile, rate)?)
}

/// The lowest rate the amounts may stand for, else that of the stated rate.
pub(super) fn lowest_rate(project: &Project) -> Option<Decimal> {
    let Some((executed, budget)) = project.executed_figure().zip(project.budget_figure()) else {
        let rate = project.rate_figure()?;
        return rate.value.checked_sub(rate.half());
    };
    let most = budget.value.checked_add(budget.half()).filter(|_| budget.value > Decimal::ZERO)?;
    executed.value.checked_sub(executed.half())?.checked_div(most)
}

/// The highest rate that a project may have; where an amount is in doubt, the highest by either.
pub(super) fn highest_rate(context: &Context<'_>, project: &Project) -> Option<Decimal> {
    let other = slips::alternative(context, project).and_then(|(executed, budget)| highest(executed, budget));
    stated_rate(project).max(other)
}

/// The highest rate the stated amounts may stand for, else that of the stated rate.
fn stated_rate(project: &Project) -> Option<Decimal> {
    let Some((executed, budget)) = project.executed_figure().zip(project.budget_figure()) else {
        let rate = project.rate_figure()?;
        return rate.value.checked_add(rate.half());
    };
    highest(executed.into(), budget.into())
}

fn highest(executed: Spread, budget: Spread) -> Option<Decimal> {
    if budget.value <= Decimal::ZERO {
        return None;
    }
    let least = budget.low()?;
    if least <= Decimal::ZERO {
        return Some(Decimal::ONE);
    }
    executed.high()?.checked_div(least)
}

/// The most points that execution can get at a rate.
fn points(profile: &Profile, rate: Decimal) -> Option<Decimal> {
    if !banded(profile) {
        return profile.execution_points.checked_mul(rate.min(Decimal::ONE).max(Decimal::ZERO));
    }
    let reached = profile.point_bands.iter().filter(|band| band.from <= rate);
    Some(reached.map(|band| band.points).max().unwrap_or(Decimal::ZERO))
}

fn banded(profile: &Profile) -> bool {
    !profile.point_bands.is_empty() && !profile.points_proportional
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::PointBand;
    use crate::rules::sample::{submission, with_row};
    use crate::sketch::{findings, findings_under, lines};

    fn on(score: &str) -> String {
        with_row(1, &format!("2|交管站|中川园区|20|20|0|0|4.4|'22.00%|{score}|2"))
    }

    #[test]
    fn a_score_above_its_ceiling_is_found() {
        let found = findings(RULE, &on("95"));
        assert_eq!(lines(&found), ["Warning J7 95"]);
        assert_eq!(found[0].message.zh, "得分 95 高于执行率允许的上限，90 + 10 × 22.00% = 92.20");
        let proportional = Profile { points_proportional: true, ..Profile::national() };
        assert_eq!(lines(&findings_under(RULE, &on("95"), &proportional)), ["Error J7 95"]);
    }

    #[test]
    fn the_published_scores_are_silent() {
        assert!(findings(RULE, &submission()).is_empty());
    }

    #[test]
    fn the_boundary_is_the_upper_end_of_the_window() {
        assert!(findings(RULE, &on("92.20")).is_empty());
        assert_eq!(lines(&findings(RULE, &on("92.21"))), ["Warning J7 92.21"]);
    }

    #[test]
    fn points_in_bands_come_from_the_profile() {
        let band = |from, points| PointBand { from: Decimal::new(from, 1), points: Decimal::from(points) };
        let banded =
            Profile { point_bands: vec![band(9, 10), band(8, 8), band(0, 3)], ..Profile::national() };
        assert!(findings_under(RULE, &on("93"), &banded).is_empty());
        assert_eq!(lines(&findings_under(RULE, &on("94"), &banded)), ["Warning J7 94"]);
    }

    #[test]
    fn the_ceiling_is_that_of_each_profile() {
        let under = |name: &str, score: &str| {
            let profile = Profile::built_in(name).unwrap();
            let mut found = lines(&findings_under(RULE, &on(score), &profile));
            found.retain(|line| line.contains(" J7 "));
            found
        };
        for name in ["national", "sichuan", "shanghai"] {
            assert_eq!(under(name, "92.21"), ["Warning J7 92.21"], "{name}");
            assert!(under(name, "92.20").is_empty(), "{name}");
        }
        // 80 + 20 × 22.00%
        assert_eq!(under("hubei", "84.41"), ["Warning J7 84.41"]);
        assert!(under("hubei", "84.40").is_empty());
        let none = Profile::from_toml("base = \"hubei\"\nexecution-points = 0").unwrap();
        assert!(findings_under(RULE, &on("100"), &none).is_empty());
    }
}
