//! A001: 小计 is the sum of its parts; where a part may have no column, the parts do not exceed it.

use std::cell::OnceCell;

use jixiao_workbook::CellRef;
use rust_decimal::Decimal;

use super::levels::sum_severity;
use super::votes::{Ballot, is_near, witness};
use super::{Check, Context, Rule, causes, corrected, mending, s004_unit_conflict, wording};
use crate::computed::{self, Totals};
use crate::finding::{Field, Finding, Related, Severity, Unit, Words};
use crate::summary::{Project, Reading};
use crate::value::{Level, Spread, rate_level, round};

pub(super) const RULE: Rule = Rule {
    code: "A001",
    name: "subtotal-mismatch",
    severity: Severity::Error,
    title: ("小计与各项资金之和不符", "the subtotal is not the sum of its parts"),
    docs: (
        "## 核对内容\n每个项目的小计是否等于各资金栏之和。表中有“其他资金”栏时须相等；没有时，各栏之和不得超过小计。空白的资金栏按 0 计。两者不符时，看合计、执行率和各资金栏的合计支持哪一个，建议支持多的；资金栏的合计能指出有误的一项的，提示在那一项。相差不超过尾差 0.01 万元的只作提示，四舍五入能够解释的为警告，其余为错误。没有“其他资金”栏而资金栏齐全的地方，用 `parts-exhaustive` 要求相等。\n\
         ## 为什么\n小计是执行率的分母，也是加权平均得分的权重，小计错了后面的数都跟着错。\n\
         ## 示例\n`D7` 小计 20，`E7:G7` 为 20、3、0，相加为 23：不符。\n\
         ## 怎样改\n对照预算批复，改正小计或有误的那一项资金；小计最好用求和公式。\n\
         ## 依据\n表样：全年预算数（A）下的小计及各资金栏。",
        "## What is checked\nWhether each project's 小计 equals the sum of the fund columns. With a column for other funds they must be equal; without one the parts may not exceed the subtotal. A blank part counts 0. Where they disagree, the totals, the rate and the totals of the parts are asked which they support, and the value with more support is proposed; where a part's own total tells it to be the wrong one, the finding stands there. A difference within the tail difference of 0.01 万元 is only noted, one that rounding explains is a warning, any other an error. A profile whose parts are all there asks for equality with `parts-exhaustive`.\n\
         ## Why\nThe subtotal is the divisor of the execution rate and the weight of the score: what follows from it is wrong with it.\n\
         ## Example\n`D7` is 20 while `E7:G7` hold 20, 3 and 0, which add up to 23.\n\
         ## How to correct\nLook the budget up and correct the subtotal or the part that is wrong; a SUM formula is best.\n\
         ## Source\nThe form's heading: 小计 and the fund columns below 全年预算数（A）.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    // Every finding tells what it changes, which takes all projects to know: once is enough.
    let right = OnceCell::new();
    context.summary.projects.iter().filter_map(|project| mismatch(context, project, &right)).collect()
}

/// The sum of the parts where the stated 小计 is not it at warning or above, whichever of them is right.
pub(super) fn parts_in_doubt(context: &Context<'_>, project: &Project) -> Option<Spread> {
    let (_, sum, severity) = judge(context, project)?;
    (severity > Severity::Info).then_some(sum)
}

/// The same where no more speaks for the 小计 than for the sum: what totals may have been made of.
pub(super) fn corrected(context: &Context<'_>, project: &Project) -> Option<Spread> {
    let sum = parts_in_doubt(context, project)?;
    let prefers_stated = ballot(context, project, sum).is_some_and(|ballot| ballot.prefers_second());
    (!prefers_stated).then_some(sum)
}

/// The part of a 小计 in doubt that its own column's total says is the wrong one.
pub(super) fn wrong_part<'a>(context: &Context<'_>, project: &'a Project) -> Option<(usize, &'a Reading)> {
    let sum = parts_in_doubt(context, project)?;
    let delta = project.budget.as_ref()?.value()?.checked_sub(sum.value)?;
    let ballot = ballot(context, project, sum)?;
    ballot.prefers_second().then(|| part_off_by(context, project, delta)).flatten()
}

/// The only part whose typed total differs from its column by as much as the 小计 from its parts.
fn part_off_by<'a>(
    context: &Context<'_>,
    project: &'a Project,
    delta: Decimal,
) -> Option<(usize, &'a Reading)> {
    let same = |gap: &Option<Decimal>| {
        let apart = gap.and_then(|gap| gap.checked_sub(delta));
        !is_near(context, delta) && apart.is_some_and(|apart| is_near(context, apart))
    };
    let mut off = context.totals.gaps.funds.iter().enumerate().filter(|(_, gap)| same(gap));
    let (part, _) = off.next().filter(|_| off.next().is_none())?;
    let reading = project.funds.get(part)?;
    (!reading.has_formula()).then_some((part, reading))
}

/// What speaks for the sum of the parts, and what for the 小计 as stated.
fn ballot(context: &Context<'_>, project: &Project, sum: Spread) -> Option<Ballot> {
    let reading = project.budget.as_ref()?;
    let stated = reading.figure()?;
    let delta = stated.value.checked_sub(sum.value)?;
    let mut ballot = Ballot::between(sum.value, stated.value);
    ballot.add([true, false], || Words::new("各项资金之和", "the sum of the parts"));
    let total = context.summary.total.as_ref();
    if let Some((gap, cell)) = context.totals.gaps.budget.zip(total.and_then(|total| total.budget.as_ref())) {
        let corrected = gap.checked_add(delta)?;
        let holds = [is_near(context, corrected), is_near(context, gap)];
        ballot.add(holds, || witness("合计", "the total", cell));
    }
    let rate = project.rate.as_ref().filter(|rate| !rate.has_formula());
    if let Some((rate, executed)) = rate.zip(project.executed_figure()) {
        let figure = rate.figure();
        let fits = |budget: Spread| {
            figure
                .and_then(|figure| rate_level(figure, executed, budget))
                .is_some_and(|level| level < Level::L3)
        };
        ballot.add([fits(sum), fits(stated.into())], || witness("执行率", "the rate", rate));
    }
    part_votes(context, project, &mut ballot, delta);
    Some(ballot)
}

/// What the typed totals of the parts say: one that lacks just the difference speaks against its part, all that
/// agree with their columns speak for the parts.
fn part_votes(context: &Context<'_>, project: &Project, ballot: &mut Ballot, delta: Decimal) {
    let Some(total) = context.summary.total.as_ref() else { return };
    if let Some((part, _)) = part_off_by(context, project, delta) {
        let witnesses = total.funds.get(part).zip(context.summary.funds.get(part));
        if let Some((cell, fund)) = witnesses {
            ballot.add([false, true], || {
                witness(&format!("{}合计", fund.label), &format!("the total of {}", fund.label), cell)
            });
        }
        return;
    }
    let filled = project.funds.iter().zip(&context.totals.gaps.funds);
    let mut filled = filled.filter(|(part, _)| part.value().is_some_and(|value| !value.is_zero())).peekable();
    let some = filled.peek().is_some();
    let agree = some && filled.all(|(_, gap)| gap.is_some_and(|gap| is_near(context, gap)));
    ballot.add([agree, false], || Words::new("各项资金的合计", "the totals of the parts"));
}

fn parts(project: &Project) -> Option<Spread> {
    project.funds_sum()?;
    Spread::sum(project.funds.iter().filter_map(Reading::figure))
}

fn judge<'a>(context: &Context<'_>, project: &'a Project) -> Option<(&'a Reading, Spread, Severity)> {
    let reading = project.budget.as_ref()?;
    let stated = reading.figure()?;
    let sum = parts(project)?;
    // A negative amount is V004's.
    if project.funds.iter().filter_map(Reading::value).any(|part| part < Decimal::ZERO) {
        return None;
    }
    if sum.value <= stated.value && !exhaustive(context) {
        return None;
    }
    let severity = sum_severity(stated, sum, context.profile.tail_difference)?;
    Some((reading, sum, severity))
}

/// Whether the parts must add up: the form has a column for whatever has no column of its own.
fn exhaustive(context: &Context<'_>) -> bool {
    context.profile.parts_exhaustive || context.summary.funds.iter().any(|fund| fund.key == "other")
}

fn mismatch(context: &Context<'_>, project: &Project, right: &OnceCell<Totals>) -> Option<Finding> {
    let (reading, sum, severity) = judge(context, project)?;
    if s004_unit_conflict::slip(context, project).is_some() || causes::formula_at_fault(context, reading) {
        return None;
    }
    let show = |value| wording::amount(context.summary, value);
    let votes = ballot(context, project, sum).filter(|_| severity > Severity::Info);
    let favoured = votes.as_ref().is_some_and(Ballot::prefers_second);
    let finding = if favoured {
        part_finding(context, project, (reading, sum))?
    } else {
        let right = right.get_or_init(|| corrected::totals(context));
        stated_finding(context, project, (reading, sum, severity), right)?
    };
    let votes = votes.map(|ballot| ballot.votes(show)).unwrap_or_default();
    Some(Finding { votes, unit: Some(Unit::TenThousand), ..finding.at(severity).on(project) })
}

/// What cannot both hold: the 小计 and the sum of its parts.
fn message(context: &Context<'_>, project: &Project, found: &str, sum: Decimal) -> Option<Words> {
    let show = |value| wording::amount(context.summary, value);
    let (expected, stated) = (show(sum), project.budget.as_ref()?.value()?);
    let difference = show(stated.checked_sub(sum)?.abs());
    let (zh, en) = written(context, project);
    Some(Words::new(
        format!("小计填报 {found}，{zh} = {expected}，相差 {difference}"),
        format!("the subtotal says {found}, but {en} = {expected}: a difference of {difference}"),
    ))
}

/// The finding that proposes the sum of the parts.
fn stated_finding(
    context: &Context<'_>,
    project: &Project,
    (reading, sum, severity): (&Reading, Spread, Severity),
    right: &Totals,
) -> Option<Finding> {
    let (expected, found) = (wording::amount(context.summary, sum.value), reading.raw().into_owned());
    let message = message(context, project, &found, sum.value)?;
    let finding = Finding::new(&RULE, context.at(reading), message, help(reading, &expected, severity));
    let effects =
        if severity > Severity::Info { effects(context, project, (sum.value, right)) } else { Vec::new() };
    let joined = |separator: &str, text: fn(&Words) -> &str| {
        effects.iter().map(|(words, _)| text(words)).collect::<Vec<_>>().join(separator)
    };
    let effect = Words::new(joined("，", |words| &words.zh), joined(", ", |words| &words.en));
    let follows = effects.iter().filter_map(|(_, cell)| {
        Some(context.related((*cell)?, Words::new("随小计而变", "changes with the subtotal")))
    });
    Some(Finding {
        related: related(context, project).into_iter().chain(follows).collect(),
        effect: (!effects.is_empty()).then(|| Box::new(effect)),
        fix: mending::formula(context, reading, sum.value),
        ..finding.of(Field::Budget).found(found, reading.value()).expected(expected, Some(sum.value))
    })
}

/// The finding that proposes to look at the parts, since more speaks for the 小计; at the part that is wrong where
/// its own total tells it.
fn part_finding(
    context: &Context<'_>,
    project: &Project,
    (reading, sum): (&Reading, Spread),
) -> Option<Finding> {
    let stated = reading.value()?;
    let message = message(context, project, &reading.raw(), sum.value)?;
    let mut related = related(context, project);
    related.push(context.related(reading.cell, Words::new("小计", "subtotal")));
    let delta = stated.checked_sub(sum.value)?;
    let Some((part, wrong)) = part_off_by(context, project, delta) else {
        let parts: Vec<_> = project.funds.iter().filter(|part| part.figure().is_some()).collect();
        let cells = super::listed(&parts.iter().map(|part| part.cell).collect::<Vec<_>>());
        let help = Words::new(
            format!("更多的数支持小计：对照预算批复核对 {cells}，改正有误的一项"),
            format!(
                "more speaks for the subtotal: check {cells} against the approved budget and correct the wrong part"
            ),
        );
        let finding = Finding::new(&RULE, context.at(reading), message, help).of(Field::Budget);
        return Some(finding.found(reading.raw(), Some(stated)).with_related(related));
    };
    let decimals = u32::try_from(wrong.figure().map_or(2, |figure| figure.decimals.max(2))).unwrap_or(2);
    let right = round(wrong.value().unwrap_or_default().checked_add(delta)?, decimals);
    let expected = wording::amount(context.summary, right);
    let help = Words::new(
        format!("小计和本栏合计都表明 {} 应为 {expected}：对照预算批复核对后改正", wrong.cell),
        format!(
            "the subtotal and the column's total ask for {expected} in {}: check the approved budget and correct it",
            wrong.cell
        ),
    );
    let total = context.summary.total.as_ref().and_then(|total| total.funds.get(part));
    related
        .extend(total.map(|total| context.related(total.cell, Words::new("本栏合计", "the column's total"))));
    related.retain(|other| other.cell != wrong.cell);
    let finding = Finding::new(&RULE, context.at(wrong), message, help).of(Field::Fund);
    Some(finding.found(wrong.raw(), wrong.value()).expected(expected, Some(right)).with_related(related))
}

/// The parts that are filled, with their labels.
fn written(context: &Context<'_>, project: &Project) -> (String, String) {
    let funds = project.funds.iter().zip(&context.summary.funds);
    let terms: Vec<String> = funds
        .filter_map(|(part, fund)| {
            Some(format!("{} {}", fund.label, wording::amount(context.summary, part.value()?)))
        })
        .collect();
    (terms.join(" + "), terms.join(" + "))
}

fn help(reading: &Reading, expected: &str, severity: Severity) -> Words {
    let cell = reading.cell;
    if severity == Severity::Info {
        return Words::new(
            format!("尾差在允许范围内，可不改；要改时在 {cell} 填 {expected}"),
            format!("within the accepted tail difference; to remove it, enter {expected} in {cell}"),
        );
    }
    Words::new(
        format!("对照预算批复核对各项资金；各项无误的，在 {cell} 填 {expected}"),
        format!("check the parts against the approved budget; if they are right, enter {expected} in {cell}"),
    )
}

fn related(context: &Context<'_>, project: &Project) -> Vec<Related> {
    let funds = project.funds.iter().zip(&context.summary.funds);
    funds
        .filter(|(part, _)| part.figure().is_some())
        .map(|(part, fund)| context.related(part.cell, Words::new(fund.label.clone(), fund.label.clone())))
        .collect()
}

/// What follows from a 小计, from what to what, and the cell that holds it.
type Effect = (Words, Option<CellRef>);

/// What total budget, total rate and weighted score become with the corrected subtotal; what is stated right already
/// does not change.
fn effects(context: &Context<'_>, project: &Project, (corrected, right): (Decimal, &Totals)) -> Vec<Effect> {
    let sums = || {
        let change = corrected.checked_sub(project.budget_figure()?.value)?;
        Some((change, context.totals.budget.checked_add(change)?))
    };
    let Some((change, total)) = sums() else { return Vec::new() };
    let score = score_effect(context, project, (change, total, right));
    let effects = [budget_effect(context, total, right), rate_effect(context, total, right), score];
    effects.into_iter().flatten().collect()
}

/// The total rate where it is stated and follows from the wrong subtotal.
fn rate_effect(context: &Context<'_>, total: Decimal, right: &Totals) -> Option<Effect> {
    let reading = context.summary.total.as_ref()?.rate.as_ref()?;
    let stated = reading.figure()?;
    let executed = context.totals.executed?;
    let decimals = u32::try_from(stated.decimals).unwrap_or(4);
    let is = |rate: Decimal| round(rate, decimals) == round(stated.value, decimals);
    if right.rate.is_some_and(is) || !context.totals.rate.is_some_and(is) {
        return None;
    }
    let rate = executed.checked_div(total)?;
    let style = wording::RateStyle::of(context.summary, reading);
    let (from, to) = (reading.raw(), style.show(rate, stated.decimals));
    let words = Words::new(format!("合计执行率 {from} → {to}"), format!("total rate {from} → {to}"));
    (from != to).then_some((words, Some(reading.cell)))
}

fn budget_effect(context: &Context<'_>, total: Decimal, right: &Totals) -> Option<Effect> {
    let stated = context.summary.total.as_ref().and_then(|total| total.budget.as_ref()?.figure());
    let gap = stated.and_then(|stated| stated.value.checked_sub(right.budget));
    if gap.is_some_and(|gap| gap.abs() <= context.profile.tail_difference) {
        return None;
    }
    let show = |value| wording::amount(context.summary, value);
    let (from, to) = (show(context.totals.budget), show(total));
    let words = Words::new(format!("全年预算数合计 {from} → {to}"), format!("total budget {from} → {to}"));
    let cell = context.summary.total.as_ref().and_then(|total| total.budget.as_ref());
    Some((words, cell.filter(|_| stated.is_some()).map(|reading| reading.cell)))
}

fn score_effect(
    context: &Context<'_>,
    project: &Project,
    (change, total, right): (Decimal, Decimal, &Totals),
) -> Option<Effect> {
    let before = context.totals.score_by_budget?;
    let added = change.checked_mul(project.score_figure()?.value)?;
    let after = before.checked_mul(context.totals.budget)?.checked_add(added)?.checked_div(total)?;
    let cell = context.summary.total.as_ref().and_then(|total| total.score.as_ref());
    let points = |score| wording::points(score, computed::DECIMALS);
    let stated = cell.and_then(Reading::value);
    let is_right = stated.is_some() && stated.map(points) == right.score_by_budget.map(points);
    let (from, to) = (points(before), points(after));
    if from == to || is_right {
        return None;
    }
    let (zh, en) = wording::grade_change(context.profile, before, after);
    let words =
        Words::new(format!("合计得分 {from} → {to}{zh}"), format!("weighted score {from} → {to}{en}"));
    Some((words, cell.filter(|_| stated.is_some()).map(|reading| reading.cell)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use crate::rules::sample::{PROJECTS, submission, with_row};
    use crate::sketch::{findings, findings_under, lines, official};

    fn on(row: &str) -> Vec<String> {
        lines(&findings(RULE, &with_row(1, row)))
    }

    #[test]
    fn a_subtotal_that_its_parts_do_not_give_is_found_with_its_effect() {
        let mut rows = PROJECTS.to_vec();
        rows[1] = "2|交管站|中川园区|20|20|3|0|4.4|'19.13%|85|2";
        rows.push("合计|<|<|1893.66|1893.66|3|0|1722.16|.|.|.");
        let found = findings(RULE, &official(&rows));
        assert_eq!(lines(&found), ["Error D7 20 → 23"]);
        assert_eq!(
            found[0].message.zh,
            "小计填报 20，当年财政拨款 20 + 上年结转资金 3 + 其他资金 0 = 23，相差 3"
        );
        assert_eq!(
            found[0].effect.as_ref().unwrap().zh,
            "全年预算数合计 1893.66 → 1896.66，合计得分 92.97 → 92.95"
        );
        let related: Vec<String> = found[0].related.iter().map(|other| other.cell.to_string()).collect();
        assert_eq!(related, ["E7", "F7", "G7", "D20"]);
        assert!(found[0].fix.is_some());
        let votes: Vec<(&str, usize)> =
            found[0].votes.iter().map(|vote| (vote.shown.as_str(), vote.by.len())).collect();
        assert_eq!(votes, [("23", 3), ("20", 1)]);
    }

    #[test]
    fn where_more_speaks_for_the_subtotal_the_parts_are_to_be_checked() {
        let found = findings(RULE, &with_row(1, "2|交管站|中川园区|20|20|3|0|4.4|'22.02%|85|2"));
        assert_eq!(lines(&found), ["Error D7 20"]);
        assert_eq!(found[0].help.zh, "更多的数支持小计：对照预算批复核对 E7、F7、G7，改正有误的一项");
        assert!(found[0].fix.is_none());
    }

    #[test]
    fn a_part_that_its_own_total_contradicts_is_named() {
        let found = findings(RULE, &with_row(1, "2|交管站|中川园区|20|200|0|0|4.4|'22.02%|85|2"));
        assert_eq!(lines(&found), ["Error E7 200 → 20"]);
        let by: Vec<&str> = found[0].votes[0].by.iter().map(|words| &*words.zh).collect();
        assert_eq!(by, ["合计 D20（1893.66）", "执行率 I7（22.02%）", "当年财政拨款合计 E20（1893.66）"]);
        assert_eq!(found[0].votes[1].by.len(), 1);
    }

    #[test]
    fn a_total_that_is_right_already_is_no_effect() {
        let effect = |total: &str| {
            let mut rows = PROJECTS.to_vec();
            rows[1] = "2|交管站|中川园区|2|20|0|0|4.4|'22.02%|85|2";
            rows.push(total);
            findings(RULE, &official(&rows))[0].effect.as_ref().map(|effect| effect.zh.clone())
        };
        assert_eq!(effect("合计|<|<|1893.66|1893.66|0|0|1722.16|.|92.97|."), None);
        let both = effect("合计|<|<|1875.66|1893.66|0|0|1722.16|.|.|.");
        assert_eq!(both.unwrap(), "全年预算数合计 1875.66 → 1893.66，合计得分 93.04 → 92.97");
    }

    #[test]
    fn totals_that_are_right_for_all_wrong_subtotals_are_no_effect_of_any() {
        let mut rows = PROJECTS.to_vec();
        rows[1] = "2|交管站|中川园区|2|20|0|0|4.4|'22.02%|85|2";
        rows[3] = "4|水电费|中川园区|4.5|45|0|0|43.21|'96.03%|96|4";
        rows.push("合计|<|<|1893.66|1893.66|0|0|1722.16|.|92.97|.");
        let found = findings(RULE, &official(&rows));
        assert_eq!(lines(&found), ["Error D7 2 → 20", "Error D9 4.5 → 45"]);
        assert!(found.iter().all(|finding| finding.effect.is_none()));
    }

    #[test]
    fn a_right_subtotal_is_silent_and_blank_parts_count_nothing() {
        assert!(findings(RULE, &submission()).is_empty());
        assert!(on("2|交管站|中川园区|20|20|.|.|4.4|'22.02%|85|2").is_empty());
    }

    #[test]
    fn rounding_of_the_parts_is_graded() {
        assert_eq!(on("2|交管站|中川园区|20.01|20|0|0|4.4|'22%|85|2"), ["Info D7 20.01 → 20"]);
        assert_eq!(on("2|交管站|中川园区|20.02|20|0|0|4.4|'22%|85|2"), ["Warning D7 20.02 → 20"]);
        assert_eq!(on("2|交管站|中川园区|20.03|20|0|0|4.4|'22%|85|2"), ["Error D7 20.03 → 20"]);
    }

    #[test]
    fn without_a_column_for_other_funds_the_parts_may_fall_short() {
        let table = |subtotal: &str| {
            format!(
                "项目支出绩效自评结果汇总表\n\
                 序号|项目名称|主管部门|全年预算数（万元）|<|<|全年执行数（万元）|执行率|自评得分\n\
                 ^|^|^|小计|当年财政拨款|上年结转资金|^|^|^\n\
                 1|防汛经费|应急局|{subtotal}|7|2|5|50%|90\n合计|<|<|10|7|2|5|50%|90\n"
            )
        };
        assert!(findings(RULE, &table("10")).is_empty());
        assert_eq!(lines(&findings(RULE, &table("8"))), ["Error D4 8 → 9"]);
        let exhaustive = Profile { parts_exhaustive: true, ..Profile::national() };
        assert_eq!(lines(&findings_under(RULE, &table("10"), &exhaustive)), ["Error D4 10 → 9"]);
    }
}
