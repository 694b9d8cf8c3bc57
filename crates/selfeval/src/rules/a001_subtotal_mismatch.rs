//! A001: 小计 is the sum of its parts; where a part may have no column, the parts do not exceed it.

use std::cell::OnceCell;

use rust_decimal::Decimal;

use super::levels::sum_severity;
use super::{Check, Context, Rule, causes, corrected, mending, wording};
use crate::computed::{self, Totals};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::summary::{Project, Reading};
use crate::value::Spread;

pub(super) const RULE: Rule = Rule {
    code: "A001",
    name: "subtotal-mismatch",
    severity: Severity::Error,
    title: ("小计与各项资金之和不符", "the subtotal is not the sum of its parts"),
    docs: (
        "## 核对内容\n每个项目的小计是否等于各资金栏之和。表中有“其他资金”栏时须相等；没有时，各栏之和不得超过小计。空白的资金栏按 0 计。\n\
         ## 为什么\n小计是执行率的分母，也是加权平均得分的权重，小计错了后面的数都跟着错。\n\
         ## 示例\n`D7` 小计 20，`E7:G7` 为 20、3、0，相加为 23：不符。相差不超过尾差 0.01 万元的只作提示，四舍五入能够解释的为警告。\n\
         ## 怎样改\n对照预算批复，改正小计或有误的那一项资金；小计最好用求和公式。\n\
         ## 依据\n表头：全年预算数（A）下的小计及各资金栏。",
        "## What is checked\nWhether each project's 小计 equals the sum of the fund columns. With a column for other funds they must be equal; without one the parts may not exceed the subtotal. A blank part counts 0.\n\
         ## Why\nThe subtotal is the divisor of the execution rate and the weight of the score: what follows from it is wrong with it.\n\
         ## Example\n`D7` is 20 while `E7:G7` hold 20, 3 and 0, which add up to 23. A difference within the tail difference of 0.01 万元 is only noted; one that rounding explains is a warning.\n\
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

/// The sum of the parts where the stated 小计 is not it at warning or above: what totals may have been made of.
pub(super) fn corrected(context: &Context<'_>, project: &Project) -> Option<Spread> {
    let severity = judge(context, project).map(|(_, _, severity)| severity)?;
    (severity > Severity::Info).then(|| parts(project)).flatten()
}

fn parts(project: &Project) -> Option<Spread> {
    project.funds_sum()?;
    Spread::sum(project.funds.iter().filter_map(Reading::figure))
}

fn judge<'a>(context: &Context<'_>, project: &'a Project) -> Option<(&'a Reading, Spread, Severity)> {
    let reading = project.budget.as_ref()?;
    let stated = reading.figure()?;
    let sum = parts(project)?;
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
    if causes::formula_at_fault(context, reading) {
        return None;
    }
    let stated = reading.value()?;
    let right = right.get_or_init(|| corrected::totals(context));
    let show = |value| wording::amount(context.summary, value);
    let (expected, found) = (show(sum.value), reading.raw().into_owned());
    let difference = show(stated.checked_sub(sum.value)?.abs());
    let (zh, en) = written(context, project);
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        Words::new(
            format!("小计填报 {found}，{zh} = {expected}，相差 {difference}"),
            format!("the subtotal says {found}, but {en} = {expected}: a difference of {difference}"),
        ),
        help(reading, &expected, severity),
    );
    let fix = mending::formula(context, reading, sum.value);
    Some(Finding {
        expected: Some(expected),
        found: Some(found),
        expected_value: Some(sum.value),
        found_value: Some(stated),
        unit: Some(Unit::TenThousand),
        related: related(context, project),
        effect: effect(context, project, (sum.value, right))
            .filter(|_| severity > Severity::Info)
            .map(Box::new),
        fix,
        ..finding.at(severity).of(Field::Budget).on(project)
    })
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

fn related(context: &Context<'_>, project: &Project) -> Vec<crate::finding::Related> {
    let funds = project.funds.iter().zip(&context.summary.funds);
    funds
        .filter(|(part, _)| part.figure().is_some())
        .map(|(part, fund)| context.related(part.cell, Words::new(fund.label.clone(), fund.label.clone())))
        .collect()
}

/// What the total budget and the weighted score become with the corrected subtotal; a total that is stated right
/// already does not change.
fn effect(context: &Context<'_>, project: &Project, (corrected, right): (Decimal, &Totals)) -> Option<Words> {
    let change = corrected.checked_sub(project.budget_figure()?.value)?;
    let total = context.totals.budget.checked_add(change)?;
    let parts =
        [budget_effect(context, total, right), score_effect(context, project, (change, total, right))];
    let parts: Vec<Words> = parts.into_iter().flatten().collect();
    let joined = |separator: &str, text: fn(&Words) -> &str| {
        parts.iter().map(text).collect::<Vec<_>>().join(separator)
    };
    (!parts.is_empty()).then(|| Words::new(joined("，", |words| &words.zh), joined(", ", |words| &words.en)))
}

fn budget_effect(context: &Context<'_>, total: Decimal, right: &Totals) -> Option<Words> {
    let stated = context.summary.total.as_ref().and_then(|total| total.budget.as_ref()?.figure());
    let gap = stated.and_then(|stated| stated.value.checked_sub(right.budget));
    if gap.is_some_and(|gap| gap.abs() <= context.profile.tail_difference) {
        return None;
    }
    let show = |value| wording::amount(context.summary, value);
    let (from, to) = (show(context.totals.budget), show(total));
    Some(Words::new(format!("全年预算数合计 {from} → {to}"), format!("total budget {from} → {to}")))
}

fn score_effect(
    context: &Context<'_>,
    project: &Project,
    (change, total, right): (Decimal, Decimal, &Totals),
) -> Option<Words> {
    let before = context.totals.score_by_budget?;
    let added = change.checked_mul(project.score_figure()?.value)?;
    let after = before.checked_mul(context.totals.budget)?.checked_add(added)?.checked_div(total)?;
    let stated = context.summary.total.as_ref().and_then(|total| total.score.as_ref()?.value());
    let (before, after) =
        (wording::points(before, computed::DECIMALS), wording::points(after, computed::DECIMALS));
    let points = |score| wording::points(score, computed::DECIMALS);
    let is_right = stated.is_some() && stated.map(points) == right.score_by_budget.map(points);
    (before != after && !is_right).then(|| {
        Words::new(format!("合计得分 {before} → {after}"), format!("weighted score {before} → {after}"))
    })
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
        let found = findings(RULE, &with_row(1, "2|交管站|中川园区|20|20|3|0|4.4|'22.02%|85|2"));
        assert_eq!(lines(&found), ["Error D7 20 → 23"]);
        assert_eq!(
            found[0].message.zh,
            "小计填报 20，当年财政拨款 20 + 上年结转资金 3 + 其他资金 0 = 23，相差 3"
        );
        assert_eq!(
            found[0].effect.as_ref().unwrap().zh,
            "全年预算数合计 1893.66 → 1896.66，合计得分 92.97 → 92.95"
        );
        assert_eq!(found[0].related.len(), 3);
        assert!(found[0].fix.is_some());
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
