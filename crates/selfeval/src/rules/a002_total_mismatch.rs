//! A002: the total of each amount column is the sum of the projects'.

use rust_decimal::Decimal;

use super::columns::{AmountColumn, ColumnSum, amount_columns, stated_budget};
use super::levels::sum_severity;
use super::votes::{Ballot, is_near, witness};
use super::{
    Check, Context, Rule, a001_subtotal_mismatch, causes, corrected, mending, s004_unit_conflict, slips,
    wording,
};
use crate::finding::{Field, Finding, Related, Severity, Unit, Words};
use crate::summary::{Reading, Total};
use crate::value::{Figure, Level, Spread, rate_level, round};

/// More related cells than this tell a reader nothing.
const MOST_RELATED: usize = 40;

pub(super) const RULE: Rule = Rule {
    code: "A002",
    name: "total-mismatch",
    severity: Severity::Error,
    title: ("合计与各项目之和不符", "a total is not the sum of the projects"),
    docs: (
        "## 核对内容\n合计行的年初预算数、小计、各资金栏和全年执行数，是否等于各项目之和。分组小计行不计入。合计执行率、合计行的各资金栏更支持合计的，建议核对各项目；只因某个项目的一个数有误的，不另报。相差不超过尾差 0.01 万元的只作提示，四舍五入能够解释的为警告，其余为错误。\n\
         ## 为什么\n合计数是总执行率和报告正文的来源，与明细对不上的表会被退回。\n\
         ## 示例\n`D6:D19` 相加为 1893.66，`D20` 填 1883.66：不符，相差 10。\n\
         ## 怎样改\n核对各项目的数；明细无误的，合计改用求和公式。\n\
         ## 依据\n表样：合计行。",
        "## What is checked\nWhether the total row's initial budget, subtotal, fund columns and executed amount equal the sums over the projects. Group rows count in no sum. Where the total rate and the parts of the total row speak for the total, the projects are to be checked; a difference that one wrong amount of a project explains is not reported again. A difference within the tail difference of 0.01 万元 is only noted, one that rounding explains is a warning, any other an error.\n\
         ## Why\nThe total rate and the report take their figures from here; a table whose totals do not add up is returned.\n\
         ## Example\n`D6:D19` add up to 1893.66 while `D20` says 1883.66: a difference of 10.\n\
         ## How to correct\nCheck the projects' figures; if they are right, let the total be a SUM formula.\n\
         ## Source\nThe form's total row.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(total) = context.total() else {
        return Vec::new();
    };
    amount_columns(context).iter().filter_map(|column| mismatch(context, column, total)).collect()
}

fn mismatch<'a>(context: &Context<'a>, column: &AmountColumn<'a>, total: &'a Total) -> Option<Finding> {
    let reading = column.total(total)?;
    let stated = reading.figure()?;
    let tail = context.profile.tail_difference;
    let mut terms = column.sum(context, stated_budget);
    let mut severity = sum_severity(stated, terms.sum?, tail)?;
    if column.field == Field::Budget && corrected::any(context) {
        // Where the total is right for the subtotals that their own parts give, A001 names the cause.
        terms = column.sum(context, corrected::budget);
        severity = severity.min(sum_severity(stated, terms.sum?, tail)?);
        if severity == Severity::Info {
            return None;
        }
    }
    let sum = terms.sum?;
    if s004_unit_conflict::explains(context, column, reading)
        || causes::formula_at_fault(context, reading)
        || follows(context, column, (stated, &terms))
    {
        return None;
    }
    let votes = (severity > Severity::Info).then(|| ballot(context, column, total, (sum, stated)));
    let favoured = votes.as_ref().is_some_and(Ballot::prefers_second);
    let show = |value| wording::amount(context.summary, value);
    let (expected, found) = (show(sum.value), reading.raw().into_owned());
    let gap = sum.value.checked_sub(stated.value)?;
    let (zh, en) = wording::terms(context, &terms.terms, &column.range(context));
    let difference = show(gap.abs());
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        Words::new(
            format!("{}合计填报 {found}，{zh} = {expected}，相差 {difference}", column.name.0),
            format!(
                "the total {} says {found}, but {en} = {expected}: a difference of {difference}",
                column.name.1
            ),
        ),
        if favoured {
            help_projects()
        } else {
            help(reading, &expected, (severity, left_out(context, column, &terms, gap)))
        },
    );
    let finding = finding.at(severity).of(column.field).found(found, Some(stated.value));
    let votes = votes.map(|ballot| ballot.votes(show)).unwrap_or_default();
    let finding = Finding {
        unit: Some(Unit::TenThousand),
        related: related(context, column, &terms),
        votes,
        ..finding
    };
    if favoured {
        return Some(finding);
    }
    let (effect, follower) = effect(context, column, total, (sum.value, stated)).unzip();
    let fix = mending::formula(context, reading, sum.value);
    let mut finding = Finding { effect, fix, ..finding.expected(expected, Some(sum.value)) };
    finding.related.extend(follower);
    Some(finding)
}

/// Whether another finding explains the difference: one amount of the column that its row contradicts in the same
/// way (A004, A001), or one with the wrong sign (V004).
fn follows(context: &Context<'_>, column: &AmountColumn<'_>, (stated, terms): (Figure, &ColumnSum)) -> bool {
    let without_signs = || {
        let sum = terms.terms.iter().try_fold(Decimal::ZERO, |sum, term| sum.checked_add(term.abs()));
        sum.is_some_and(|sum| sum == stated.value)
    };
    let negative = terms.terms.iter().any(|term| *term < Decimal::ZERO);
    let mut projects = context.summary.projects.iter();
    let contradicted = match column.field {
        Field::Fund => projects.any(|project| {
            let wrong = a001_subtotal_mismatch::wrong_part(context, project);
            wrong.is_some_and(|(_, part)| part.cell.column() == column.number())
        }),
        field => slips::explains_total(context, field),
    };
    contradicted || negative && without_signs()
}

/// What speaks for the sum of the projects, and what for the total as stated.
fn ballot(
    context: &Context<'_>,
    column: &AmountColumn<'_>,
    total: &Total,
    (sum, stated): (Spread, Figure),
) -> Ballot {
    let mut ballot = Ballot::between(sum.value, stated.value);
    let range = column.range(context);
    ballot.add([true, false], || {
        Words::new(format!("各项目之和 {range}"), format!("the sum of the projects {range}"))
    });
    let rate = total.rate.as_ref().filter(|rate| !rate.has_formula());
    if let Some(rate) = rate {
        let fits = |amount: Spread| fits_rate(context, column, rate, amount);
        ballot.add([fits(sum), fits(stated.into())], || witness("合计执行率", "the total rate", rate));
    }
    if let Some(other) = by_parts(column, total) {
        let near = |value: Decimal| value.checked_sub(other).is_some_and(|gap| is_near(context, gap));
        ballot.add([near(sum.value), near(stated.value)], || {
            Words::new("合计行的小计与各项资金", "subtotal and parts of the total row")
        });
    }
    ballot
}

/// Whether the typed total rate is what it would be with such an amount in place of the column's total.
fn fits_rate(context: &Context<'_>, column: &AmountColumn<'_>, rate: &Reading, amount: Spread) -> bool {
    let exact = |value| Spread { value, half: Decimal::ZERO };
    let level = || match column.field {
        Field::Executed => rate_level(rate.figure()?, amount, exact(corrected::totals(context).budget)),
        Field::Budget => rate_level(rate.figure()?, exact(context.totals.executed?), amount),
        _ => None,
    };
    level().is_some_and(|level| level < Level::L3)
}

/// What the other typed totals of 小计 and its parts say of this one.
fn by_parts(column: &AmountColumn<'_>, total: &Total) -> Option<Decimal> {
    let typed = |reading: &Reading| if reading.has_formula() { None } else { reading.value() };
    let parts = |skip: Option<u16>| {
        let others = total.funds.iter().filter(|part| Some(part.cell.column()) != skip);
        others.map(typed).try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part?))
    };
    match column.field {
        Field::Budget if !total.funds.is_empty() => parts(None),
        Field::Fund => total.budget.as_ref().and_then(typed)?.checked_sub(parts(Some(column.number()))?),
        _ => None,
    }
}

/// The total rate that was made of the wrong total, from what to what, and its cell.
fn effect(
    context: &Context<'_>,
    column: &AmountColumn<'_>,
    total: &Total,
    (right, wrong): (Decimal, Figure),
) -> Option<(Box<Words>, Related)> {
    let reading = total.rate.as_ref()?;
    let rate = reading.figure()?;
    let (budget, executed) = (corrected::totals(context).budget, context.totals.executed?);
    let (before, after) = match column.field {
        Field::Executed => (wrong.value.checked_div(budget)?, right.checked_div(budget)?),
        Field::Budget => (executed.checked_div(wrong.value)?, executed.checked_div(right)?),
        _ => return None,
    };
    let decimals = u32::try_from(rate.decimals).unwrap_or(4);
    let style = wording::RateStyle::of(context.summary, reading);
    let (from, to) = (style.show(before, rate.decimals), style.show(after, rate.decimals));
    if from == to || round(before, decimals) != round(rate.value, decimals) {
        return None;
    }
    let words = Words::new(format!("合计执行率 {from} → {to}"), format!("total rate {from} → {to}"));
    Some((Box::new(words), context.related(reading.cell, Words::new("随合计而变", "changes with the total"))))
}

/// What to do where more speaks for the total than for the projects.
fn help_projects() -> Words {
    Words::new(
        "更多的数支持合计：核对各项目的数，看有没有填错或漏填的项目",
        "more speaks for the total: check the projects for a wrong amount or one that is missing",
    )
}

/// The one project whose amount is just what the total lacks.
fn left_out<'a>(
    context: &Context<'a>,
    column: &AmountColumn<'a>,
    terms: &ColumnSum,
    gap: Decimal,
) -> Option<String> {
    let mut equal = terms.terms.iter().zip(&terms.cells).filter(|(term, _)| **term == gap);
    let (term, cell) = equal.next()?;
    let name = context
        .summary
        .projects
        .iter()
        .find(|project| column.of(project).is_some_and(|r| r.cell == *cell))?;
    equal
        .next()
        .is_none()
        .then(|| format!("{cell} {}（{}）", name.name.text, wording::amount(context.summary, *term)))
}

fn help(reading: &Reading, expected: &str, (severity, left_out): (Severity, Option<String>)) -> Words {
    let cell = reading.cell;
    if severity == Severity::Info {
        return Words::new(
            format!("尾差在允许范围内，可不改；要改时在 {cell} 填 {expected}"),
            format!("within the accepted tail difference; to remove it, enter {expected} in {cell}"),
        );
    }
    match left_out {
        Some(project) => Words::new(
            format!("合计可能漏加了 {project}；核对后在 {cell} 填 {expected}"),
            format!("the total may have left out {project}; check it and enter {expected} in {cell}"),
        ),
        None => Words::new(
            format!("核对各项目的数，无误的在 {cell} 填 {expected}"),
            format!("check the projects' figures; if they are right, enter {expected} in {cell}"),
        ),
    }
}

fn related(context: &Context<'_>, column: &AmountColumn<'_>, terms: &ColumnSum) -> Vec<Related> {
    if terms.cells.len() > MOST_RELATED {
        return Vec::new();
    }
    terms
        .cells
        .iter()
        .map(|cell| context.related(*cell, Words::new(column.name.0.to_owned(), column.name.1.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{PROJECTS, submission, with_row};
    use crate::sketch::{findings, lines, official};

    #[test]
    fn a_total_that_lacks_a_project_is_found_and_the_project_named() {
        let found = findings(RULE, &with_row(14, "合计|<|<|1881.66|1893.66|0|0|1722.16|.|.|."));
        assert_eq!(lines(&found), ["Error D20 1881.66 → 1893.66"]);
        assert!(found[0].message.zh.starts_with("全年预算数合计填报 1881.66，830 + 20 + 272.82 + 45 + "));
        assert!(found[0].message.zh.ends_with(" = 1893.66，相差 12"), "{}", found[0].message.zh);
        assert!(found[0].help.zh.contains("D12 史喇口办公征地建设费（12）"), "{}", found[0].help.zh);
        assert_eq!(found[0].related.len(), 14);
    }

    #[test]
    fn the_published_totals_and_blank_ones_are_silent() {
        assert!(findings(RULE, &submission()).is_empty());
    }

    #[test]
    fn rounding_is_graded_by_the_tail_difference_and_the_windows() {
        for (total, line) in [
            ("1893.67", "Info D20 1893.67 → 1893.66"),
            ("1893.73", "Warning D20 1893.73 → 1893.66"),
            ("1893.74", "Error D20 1893.74 → 1893.66"),
        ] {
            let row = format!("合计|<|<|{total}|1893.66|0|0|1722.16|.|.|.");
            assert_eq!(lines(&findings(RULE, &with_row(14, &row))), [line]);
        }
    }

    #[test]
    fn a_total_on_top_and_the_executed_column_are_checked_too() {
        let rows = [&["合计|<|<|1893.66|1893.66|.|.|1722.06|.|.|."][..], &PROJECTS[..]].concat();
        assert_eq!(lines(&findings(RULE, &official(&rows))), ["Error H6 1722.06 → 1722.16"]);
    }

    #[test]
    fn a_total_of_the_right_subtotals_leaves_the_wrong_subtotal_to_its_own_rule() {
        let table = with_row(1, "2|交管站|中川园区|2|20|0|0|4.4|'22.02%|85|2");
        assert!(findings(RULE, &table).is_empty(), "D7 is 2 where 20 was meant, D20 is right");
    }

    #[test]
    fn a_long_sum_is_named_by_its_cells_and_their_number() {
        let mut rows: Vec<String> =
            (1..=1_000).map(|n| format!("{n}|第{n}号项目|乙|10|10|0|0|10|100%|90|.")).collect();
        rows.push("合计|<|<|9000|10000|0|0|10000|100%|90|.".to_owned());
        let found = findings(RULE, &official(&rows.iter().map(String::as_str).collect::<Vec<_>>()));
        let message = &found[0].message;
        assert_eq!(message.zh, "全年预算数合计填报 9000，D6:D1005 共 1000 项相加 = 10000，相差 1000");
        assert_eq!(
            message.en,
            "the total full-year budget says 9000, but the sum of the 1000 amounts in D6:D1005 = 10000: a difference of 1000"
        );
    }

    #[test]
    fn no_sum_is_proposed_from_a_subtotal_known_to_be_wrong() {
        let mut rows = PROJECTS.to_vec();
        rows[1] = "2|交管站|中川园区|2|20|0|0|4.4|'22.02%|85|2";
        rows.push("合计|<|<|1800|1893.66|0|0|1722.16|.|.|.");
        assert_eq!(lines(&findings(RULE, &official(&rows))), ["Error D20 1800 → 1893.66"]);
    }

    #[test]
    fn an_amount_that_is_missing_leaves_the_total_unjudged() {
        let table = with_row(1, "2|交管站|中川园区|20|20|0|0|.|.|85|2");
        assert!(findings(RULE, &table).is_empty());
    }

    #[test]
    fn a_formula_at_fault_is_left_to_the_rules_on_formulas() {
        for total in ["=SUM(D6:D18) -> 1382.36", "=SUM(D6:D19) -> 1382.36"] {
            let row = format!("合计|<|<|{total}|1893.66|0|0|1722.16|.|.|.");
            assert!(findings(RULE, &with_row(14, &row)).is_empty(), "{total}");
        }
        let row = "合计|<|<|=SUM(D6:D19)-10 -> 1883.66|1893.66|0|0|1722.16|.|.|.";
        assert_eq!(lines(&findings(RULE, &with_row(14, row))), ["Error D20 1883.66 → 1893.66"]);
    }

    #[test]
    fn group_rows_count_in_no_sum() {
        let rows = [
            "1|甲|民政局|10|10|0|0|10|100%|90|.",
            "2|乙|民政局|20|20|0|0|20|100%|90|.",
            "小计：民政局|<|<|30|30|0|0|30|.|.|.",
            "1|丙|财政局|5|5|0|0|5|100%|90|.",
            "合计|<|<|65|35|0|0|35|100%|90|.",
        ];
        assert_eq!(lines(&findings(RULE, &official(&rows))), ["Error D10 65 → 35"]);
    }
}
