//! W006: a low execution rate has its reason in the table.

use jixiao_workbook::CellRef;
use rust_decimal::Decimal;

use super::wording::{RateStyle, percent};
use super::{Check, Context, Each, Group, Rule, s004_unit_conflict, slips};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::summary::{Project, Reading, TextReading};
use crate::value::round;

pub(super) const RULE: Rule = Rule {
    code: "W006",
    name: "low-rate-unexplained",
    severity: Severity::Warning,
    title: ("执行率偏低未说明原因", "a low rate without a reason"),
    docs: (
        "## 核对内容\n执行率低于 90%（由地方口径决定）的项目，备注或偏差原因栏是否写了原因。只有数字、“无”“正常”“已完成”或不足 4 个字的不算原因。恰好 90% 的不要求。\n\
         ## 为什么\n执行率低而不说明，审核时一般会退回补充。\n\
         ## 示例\n`I7` 22.02%，`K7` 备注“2”只是序号：写一句原因。\n\
         ## 怎样改\n在备注写一句原因，例如“合同分期付款，余款次年支付”。\n\
         ## 依据\n各地审核的通行要求，门槛由地方口径决定。",
        "## What is checked\nWhether a project with a rate below 90% (set by the profile) has a reason in the remark or the reason column. Digits, 无, 正常, 已完成 or fewer than 4 characters are no reason. Exactly 90% needs none.\n\
         ## Why\nA low rate without a word is usually returned for completion.\n\
         ## Example\n`I7` is 22.02% and the remark in `K7`, \"2\", is only the sequence number: write a sentence.\n\
         ## How to correct\nWrite the reason in the remark, for example that the contract is paid in instalments.\n\
         ## Source\nCommon practice of reviewers; the threshold is set by the profile.",
    ),
    check: Check::Projects(&[Each { spot, tell, group: Group::One("W006") }]),
};

/// Texts that state no reason.
const EMPTY_WORDS: [&str; 6] = ["无", "正常", "已完成", "正常完成", "全部完成", "按时完成"];
/// Fewer characters than this are no reason.
const LEAST_CHARACTERS: usize = 4;

/// A project's rate: B/A, else the stated one.
pub(super) fn rate(project: &Project) -> Option<Decimal> {
    let computed = || project.executed_figure()?.value.checked_div(project.budget_figure()?.value);
    let stated = || project.rate_figure().map(|rate| rate.value);
    let zero = project.budget_figure().is_some_and(|budget| budget.value <= Decimal::ZERO);
    if zero { None } else { computed().or_else(stated) }
}

/// The rate as it is shown, with its decimals, where it is too low and nothing explains it.
fn unexplained(context: &Context<'_>, project: &Project) -> Option<(Decimal, i8)> {
    let decimals = context.summary.rate_decimals.max(4);
    let rate = round(rate(project)?, u32::try_from(decimals).unwrap_or(4));
    if rate >= context.profile.reason_below || is_explained(project) {
        return None;
    }
    // A rate that is low only by an amount in doubt follows from that.
    let other = slips::alternative(context, project)
        .and_then(|(executed, budget)| executed.value.checked_div(budget.value));
    // A rate made of an amount in another unit is that amount's fault.
    let slip = || s004_unit_conflict::slip(context, project).is_some();
    (other.is_none_or(|other| other < context.profile.reason_below) && !slip()).then_some((rate, decimals))
}

/// Whether the project's row states a reason.
pub(super) fn is_explained(project: &Project) -> bool {
    texts(project).any(|text| is_reason(&text.text))
}

/// Whether this rule asks the project for a reason.
pub(super) fn asks(context: &Context<'_>, project: &Project) -> bool {
    unexplained(context, project).is_some()
}

/// The cells in which a reason may stand.
fn texts(project: &Project) -> impl Iterator<Item = &TextReading> {
    [project.reason.as_deref(), project.remark.as_ref()].into_iter().flatten()
}

fn spot(context: &Context<'_>, project: &Project) -> Option<(CellRef, Severity)> {
    unexplained(context, project)?;
    let figure = project.rate.as_ref().or(project.executed.as_ref());
    let cell = texts(project).next().map(|text| text.cell).or(figure.map(|reading| reading.cell));
    Some((cell.unwrap_or(project.name.cell), RULE.severity))
}

fn tell(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let (rate, decimals) = unexplained(context, project)?;
    let limit = percent(context.profile.reason_below);
    let place = texts(project).next();
    let shown = shown(context, project, (rate, decimals));
    let (zh, en) = lacking(project);
    let at = match (place, project.rate.as_ref().or(project.executed.as_ref())) {
        (Some(text), _) => context.at_text(text),
        (None, Some(reading)) => context.at(reading),
        (None, None) => context.at_text(&project.name),
    };
    let finding = Finding::new(
        &RULE,
        at,
        Words::new(
            ["执行率 ", &shown, "，低于 ", &limit, "，", &zh.concat()].concat(),
            ["the rate is ", &shown, ", below ", &limit, ", and ", &en.concat()].concat(),
        ),
        help(project),
    );
    let cell = project.rate.as_ref().map(|reading| reading.cell);
    let related = cell.map(|cell| context.related(cell, Words::new("执行率", "execution rate")));
    Some(Finding {
        found_value: Some(rate),
        unit: Some(Unit::Percent),
        related: related.into_iter().collect(),
        ..finding.of(field(project)).on(project).grouped("W006")
    })
}

/// The stated rate where it is low, too; else B/A.
fn shown(context: &Context<'_>, project: &Project, (rate, decimals): (Decimal, i8)) -> String {
    let is_low =
        |reading: &&Reading| reading.value().is_some_and(|value| value < context.profile.reason_below);
    let stated = project.rate.as_ref().filter(is_low).map(Reading::raw);
    match stated.filter(|raw| raw.contains(['%', '％'])) {
        Some(raw) => raw.into_owned(),
        None => RateStyle::Percent.show(rate, decimals),
    }
}

fn field(project: &Project) -> Field {
    match (&project.reason, &project.remark) {
        (Some(_), _) => Field::Reason,
        (None, Some(_)) => Field::Remark,
        (None, None) => Field::ExecutionRate,
    }
}

/// What the table has instead of a reason, in pieces: a large form has this sentence on most of its rows.
fn lacking(project: &Project) -> ([&str; 4], [&str; 5]) {
    let written =
        [(project.reason.as_deref(), "偏差原因", "reason"), (project.remark.as_ref(), "备注", "remark")]
            .into_iter()
            .find_map(|(text, zh, en)| text.filter(|text| !text.text.is_empty()).map(|text| (text, zh, en)));
    let Some((text, zh, en)) = written else {
        return (["没有说明原因", "", "", ""], ["no reason is given", "", "", "", ""]);
    };
    let text = &*text.text;
    let sequence = project.sequence.as_ref().is_some_and(|sequence| sequence.raw().trim() == text);
    if sequence {
        ([zh, "“", text, "”只是序号"], ["the ", en, " “", text, "” is only the sequence number"])
    } else {
        ([zh, "“", text, "”没有说明原因"], ["the ", en, " “", text, "” states no reason"])
    }
}

/// Where to write the reason.
pub(super) fn help(project: &Project) -> Words {
    match texts(project).next() {
        Some(text) => {
            let cell = text.cell.to_string();
            Words::new(
                ["在 ", &cell, " 写一句原因"].concat(),
                ["write the reason in ", &cell, " in a sentence"].concat(),
            )
        }
        None => Words::new(
            "表中没有备注栏，在报告中写明原因",
            "the table has no remark column: state the reason in the report",
        ),
    }
}

/// Whether a text states a reason: more than digits, set phrases or a word or two.
fn is_reason(text: &str) -> bool {
    let words: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let digits = words.chars().all(char::is_numeric);
    !digits && words.chars().count() >= LEAST_CHARACTERS && !EMPTY_WORDS.contains(&words.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{on_second, submission};
    use crate::sketch::{findings, lines};

    fn on(row: &str) -> Vec<Finding> {
        on_second(RULE, row)
    }

    #[test]
    fn seven_published_rates_have_no_reason() {
        let found = findings(RULE, &submission());
        let cells = ["K7 2", "K8 3", "K10 5", "K11 6", "K15 10", "K16 11", "K17 12"];
        assert_eq!(lines(&found), cells.map(|cell| format!("Warning {cell}")));
        assert_eq!(found[0].message.zh, "执行率 22.02%，低于 90%，备注“2”只是序号");
        assert_eq!(found[0].help.zh, "在 K7 写一句原因");
        assert!(found.iter().all(|finding| finding.group.as_deref() == Some("W006")));
    }

    #[test]
    fn a_reason_is_more_than_digits_and_set_phrases() {
        for (remark, found) in [
            (".", 1),
            ("无", 1),
            ("正常。", 1),
            ("已完成", 1),
            ("20231231", 1),
            ("未支付", 1),
            ("合同尾款", 0),
            ("合同分期付款，余款次年支付", 0),
        ] {
            let row = format!("2|交管站|中川园区|20|20|0|0|4.4|'22.00%|85|{remark}");
            assert_eq!(on(&row).len(), found, "{remark}");
        }
    }

    #[test]
    fn exactly_the_threshold_needs_no_reason() {
        assert!(on("2|交管站|中川园区|20|20|0|0|18|'90%|85|.").is_empty());
        assert_eq!(on("2|交管站|中川园区|20|20|0|0|17.99|'89.95%|85|.").len(), 1);
    }

    #[test]
    fn the_amounts_decide_and_the_stated_rate_stands_in_for_them() {
        assert!(on("2|交管站|中川园区|20|20|0|0|19|'22%|85|.").is_empty());
        assert_eq!(on("2|交管站|中川园区|20|20|0|0|.|'22%|85|.").len(), 1);
        assert!(on("2|交管站|中川园区|0|0|0|0|0|.|85|.").is_empty());
    }
}
