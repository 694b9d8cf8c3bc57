//! W005: a score stays under the cap that a profile sets for low execution rates.

use jixiao_workbook::CellRef;
use rust_decimal::Decimal;

use super::wording::{RateStyle, percent, plain};
use super::{
    Check, Context, Each, Group, Rule, w004_score_above_ceiling as ceiling,
    w006_low_rate_unexplained as low_rate,
};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::profile::ScoreCap;
use crate::summary::{Project, Reading};

pub(super) const RULE: Rule = Rule {
    code: "W005",
    name: "score-above-cap",
    severity: Severity::Warning,
    title: ("得分高于低执行率的封顶分", "a score above the cap for its rate"),
    docs: (
        "## 核对内容\n地方口径规定了低执行率封顶分的（`score-caps`），得分是否超过封顶分。全国口径没有封顶分，不核对。取整能够解释的不提示；执行率恰好等于界限的，按上一档。\n\
         ## 为什么\n有的填报系统按执行率封顶，超过的录不进去或会被退回。\n\
         ## 示例\n口径规定执行率低于 50% 的最高 59 分；`I7` 22.02%，`J7` 85：高于封顶分 59。\n\
         ## 怎样改\n对照项目自评表核对得分；得分确实过高的，改到封顶分以内。\n\
         ## 依据\n地方口径中的 `score-caps`。",
        "## What is checked\nWhether a score exceeds the cap that the profile sets for low rates (`score-caps`). The national profile sets none. What rounding explains is not reported; a rate exactly at a bound belongs to the band above it.\n\
         ## Why\nSome platforms cap the score by the rate: more cannot be entered, or is returned.\n\
         ## Example\nThe profile allows at most 59 points below 50%; `I7` is 22.02% and `J7` is 85: above the cap.\n\
         ## How to correct\nCheck the score in the project's own form; if it is too high, bring it under the cap.\n\
         ## Source\n`score-caps` of the profile.",
    ),
    check: Check::Projects(&[Each { spot, tell, group: Group::One("W005") }]),
};

/// The score above its cap, and the cap.
fn above<'a>(context: &'a Context<'_>, project: &'a Project) -> Option<(&'a Reading, Decimal, &'a ScoreCap)> {
    let caps = &context.profile.score_caps;
    let (reading, lowest) = (project.score.as_ref()?, caps.first()?);
    let score = reading.value().filter(|score| *score > lowest.most && *score <= Decimal::ONE_HUNDRED)?;
    let rate = ceiling::highest_rate(context, project)?;
    let cap = caps.iter().find(|cap| rate < cap.below)?;
    // Where execution points are fixed by the rate, W004 is an error and says so.
    let worse = || context.profile.points_proportional && ceiling::exceeds(context, project);
    (score > cap.most && !worse()).then_some((reading, score, cap))
}

/// Whether the project's score is above its cap.
pub(super) fn exceeds(context: &Context<'_>, project: &Project) -> bool {
    above(context, project).is_some()
}

fn spot(context: &Context<'_>, project: &Project) -> Option<(CellRef, Severity)> {
    above(context, project).map(|(reading, ..)| (reading.cell, RULE.severity))
}

fn tell(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let (reading, score, cap) = above(context, project)?;
    let rate = RateStyle::Percent.show(low_rate::rate(project)?, context.summary.rate_decimals.max(4));
    let (found, most, below) = (reading.raw().into_owned(), plain(cap.most), percent(cap.below));
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        Words::new(
            format!("得分 {found}，执行率 {rate} 低于 {below} 的最高 {most} 分"),
            format!("the score is {found}, but with a rate of {rate}, below {below}, {most} is the most"),
        ),
        Words::new(
            format!("对照项目自评表核对 {} 的得分，改到 {most} 分以内", reading.cell),
            format!("check the score in {} and bring it to {most} or less", reading.cell),
        ),
    );
    let rate = project.rate.as_ref().map(|reading| reading.cell);
    let related = rate.map(|cell| context.related(cell, Words::new("执行率", "execution rate")));
    Some(Finding {
        found: Some(found),
        found_value: Some(score),
        unit: Some(Unit::Points),
        related: related.into_iter().collect(),
        ..finding.of(Field::Score).on(project).grouped("W005")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use crate::rules::sample::with_row;
    use crate::sketch::{findings, findings_under, lines};

    fn capped() -> Profile {
        let text = "score-caps = [{ below = 0.5, most = 59 }, { below = 0.6, most = 69 }, \
                    { below = 0.7, most = 79 }, { below = 0.8, most = 89 }]\n";
        Profile::from_toml(text).unwrap()
    }

    fn on(executed: &str, score: &str) -> Vec<String> {
        let text = with_row(1, &format!("2|交管站|中川园区|2000|2000|0|0|{executed}{{0.00}}|.|{score}|2"));
        let found = findings_under(RULE, &text, &capped()).into_iter();
        lines(&found.filter(|finding| finding.place.cell.unwrap().row() == 7).collect::<Vec<_>>())
    }

    #[test]
    fn a_score_above_the_cap_of_its_rate_is_found() {
        assert_eq!(on("440", "85"), ["Warning J7 85"]);
        assert_eq!(on("1100", "70"), ["Warning J7 70"]);
        let text = with_row(1, "2|交管站|中川园区|20|20|0|0|4.4|'22.00%|85|2");
        let found = findings_under(RULE, &text, &capped());
        assert_eq!(found[0].message.zh, "得分 85，执行率 22.00% 低于 50% 的最高 59 分");
    }

    #[test]
    fn without_caps_and_at_usual_rates_it_is_silent() {
        let text = with_row(1, "2|交管站|中川园区|20|20|0|0|4.4|'22.00%|85|2");
        assert!(findings(RULE, &text).is_empty());
        assert!(on("1900", "100").is_empty());
    }

    #[test]
    fn the_bounds_belong_to_the_band_above_and_the_cap_itself_is_allowed() {
        assert!(on("440", "59").is_empty());
        assert!(on("1000", "69").is_empty(), "exactly 50%");
        assert_eq!(on("999.98", "69"), ["Warning J7 69"]);
        let rounded = |executed: &str| {
            let row = format!("2|交管站|中川园区|2.01|2.01|0|0|{executed}{{0.00}}|.|69|2");
            let found = findings_under(RULE, &with_row(1, &row), &capped()).into_iter();
            found.filter(|finding| finding.place.cell.unwrap().row() == 7).count()
        };
        assert_eq!((rounded("1.00"), rounded("0.99")), (0, 1), "1.00 of 2.01 may be half before rounding");
    }

    #[test]
    fn where_the_points_are_proportional_the_ceiling_says_it() {
        let profile = Profile { points_proportional: true, ..capped() };
        let row = |score: &str| with_row(1, &format!("2|交管站|中川园区|20|20|0|0|4.4|'22.00%|{score}|."));
        let on = |rule, score: &str| {
            let found = findings_under(rule, &row(score), &profile).into_iter();
            lines(&found.filter(|finding| finding.place.cell.unwrap().row() == 7).collect::<Vec<_>>())
        };
        assert!(on(RULE, "95").is_empty());
        assert_eq!(on(ceiling::RULE, "95"), ["Error J7 95"]);
        assert_eq!(on(RULE, "85"), ["Warning J7 85"]);
    }
}
