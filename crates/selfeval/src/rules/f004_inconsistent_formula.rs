//! F004: a row's formula is that of the rows around it.

use jixiao_workbook::calc::Evaluator;
use jixiao_workbook::formula::moved;
use jixiao_workbook::{CellRef, Content, Edit, Sheet, Style, Value};
use rust_decimal::Decimal;

use super::cells::figures;
use super::formulas::{as_shown, expression, index_of_row, outcome, spot as spot_of, with_expression};
use super::shapes::{Placed, same_shape};
use super::{Check, Context, Each, Group, Rule};
use crate::computed::same_formula;
use crate::finding::{Applicability, Finding, Fix, Severity, Words};
use crate::summary::{self, Project, Reading};

pub(super) const RULE: Rule = Rule {
    code: "F004",
    name: "inconsistent-formula",
    severity: Severity::Warning,
    title: ("公式与上下各行不同", "a formula differs from the rows around it"),
    docs: (
        "## 核对内容\n项目行的公式是否与同栏上下各行一样（行号随行变化的算一样）。上下各行彼此一样、只有这一行不同的才提示；这一行正是表样应有的公式的，不提示。结果也与应有的不符时为错误，不再另报小计或执行率不符。\n\
         ## 为什么\n复制公式时引用错了行或漏了一栏，当时的数可能碰巧对，以后改数就会错。\n\
         ## 示例\n`D7`、`D8`、`D10`、`D11` 是 `SUM(E7:G7)` 这样的公式，`D9` 是 `SUM(E9:F9)`，漏了其他资金。\n\
         ## 怎样改\n把公式改为与上下各行一样；这一行确实要不同的，在备注说明。\n\
         ## 依据\n同一栏各项目的算法应当一致。",
        "## What is checked\nWhether a project's formula is that of the rows above and below it in the column, row numbers apart. It is reported only where the others agree with each other, and not where the formula is the one that the form asks for. Where the result is wrong, too, it is an error, and the subtotal or rate is not reported again.\n\
         ## Why\nA formula that was copied wrongly may be right by chance today and wrong after the next change.\n\
         ## Example\n`D7`, `D8`, `D10` and `D11` hold formulas like `SUM(E7:G7)`, `D9` holds `SUM(E9:F9)`, without the other funds.\n\
         ## How to correct\nMake it like the rows around it; if this row must differ, say why in the remark.\n\
         ## Source\nOne column is computed in one way.",
    ),
    check: Check::Projects(&[Each { spot, tell, group: Group::One("F004") }]),
};

/// A formula that differs, and one of those around it.
struct Odd<'a> {
    own: Placed<'a>,
    model: Placed<'a>,
}

/// How many rows above and below are looked at.
const AROUND: usize = 2;

/// The formula of a project's cell where it differs from those around it, unless it is the form's own.
fn odd<'a>(context: &Context<'a>, sheet: &'a Sheet, index: usize, cell: CellRef) -> Option<Odd<'a>> {
    let projects = &context.summary.projects;
    let formula = |index: usize| {
        let at = cell.at_row(projects.get(index)?.row);
        Some((at, sheet.formula(at)?.text)).filter(|(_, text)| !text.is_empty())
    };
    let own = formula(index)?;
    let above = |by: usize| formula(index.checked_sub(by)?);
    let below = |by: usize| formula(index.checked_add(by)?);
    // Most rows are told here.
    let is_own = |other: &Option<Placed<'_>>| other.is_none_or(|other| same_shape(own, other));
    if is_own(&above(1)) && is_own(&below(1)) {
        return None;
    }
    let around: Vec<Placed<'_>> = (1..=AROUND).flat_map(|by| [above(by), below(by)]).flatten().collect();
    let differing: Vec<Placed<'_>> =
        around.iter().copied().filter(|other| !same_shape(own, *other)).collect();
    let model = *differing.first()?;
    let alike = differing.iter().filter(|other| same_shape(model, **other)).count();
    // At least two others say the same, and at most one of all says anything else.
    let outvoted = alike >= AROUND && alike + 1 >= around.len();
    (outvoted && !is_right(context, own)).then_some(Odd { own, model })
}

/// Whether a formula is the form's own: then it is the others that are to be looked at.
fn is_right(context: &Context<'_>, (cell, text): Placed<'_>) -> bool {
    expression(context, cell).is_some_and(|expression| same_formula(text, &expression.formula()))
}

/// The cells of a project whose formulas differ from those around them.
fn cells<'a>(
    context: &Context<'a>,
    project: &'a Project,
) -> Option<(&'a Sheet, impl Iterator<Item = (&'a Reading, Odd<'a>)>)> {
    // A formula that shows an error is F005's.
    let judged = |reading: &&Reading| reading.has_formula() && reading.content() != summary::Content::Error;
    let mut computed = figures(project).map(|(_, reading)| reading).filter(judged);
    let first = computed.next()?;
    let sheet = context.workbook.sheet(context.located.sheet).ok()?;
    let index = index_of_row(&context.summary.projects, project.row)?;
    let context = *context;
    let all = std::iter::once(first).chain(computed);
    Some((sheet, all.filter_map(move |reading| Some((reading, odd(&context, sheet, index, reading.cell)?)))))
}

/// Whether this rule names a project's cell.
pub(super) fn is_at_fault(context: &Context<'_>, project: &Project, cell: CellRef) -> bool {
    spot(context, project).is_some_and(|(first, _)| first == cell)
}

fn spot(context: &Context<'_>, project: &Project) -> Option<(CellRef, Severity)> {
    let (_, mut odd) = cells(context, project)?;
    let (reading, _) = odd.next()?;
    Some((reading.cell, severity(context, reading)))
}

/// An error where the form's own formula gives another result.
fn severity(context: &Context<'_>, reading: &Reading) -> Severity {
    let right = expression(context, reading.cell).and_then(|expression| outcome(context, &expression));
    let spot = spot_of(context, reading.cell);
    let wrong = right.is_some_and(|right| {
        let right = spot.figure(right.to_value().as_ref());
        right.is_some_and(|right| reading.value().is_none_or(|value| !near(value, right)))
    });
    if wrong { Severity::Error } else { RULE.severity }
}

/// Whether two figures are one, as far as double arithmetic may differ.
fn near(a: Decimal, b: Decimal) -> bool {
    a.checked_sub(b).is_some_and(|gap| gap.abs() <= Decimal::new(1, 9))
}

fn tell(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let (sheet, mut all) = cells(context, project)?;
    let (reading, Odd { own: (cell, text), model }) = all.next()?;
    let (form, fix) = right(context, cell, model);
    let stands = sheet.value(cell);
    let found = as_shown(context, cell, stands);
    let finding = Finding::new(
        &RULE,
        context.place(cell, found.as_str()),
        Words::new(
            format!("公式 ={text} 与上下各行不同（{} 是 ={}）", model.0, model.1),
            format!("={text} differs from the rows around it ({} holds ={})", model.0, model.1),
        ),
        Words::new(
            format!("核对公式；应与上下各行一样的，把 {cell} 改为 ={form}"),
            format!("check the formula; if it should be like the others, change {cell} to ={form}"),
        ),
    );
    let spot = spot_of(context, cell);
    let related =
        std::iter::once(context.related(model.0, Words::new("上下各行的公式", "a formula around it")));
    let others = all.map(|(reading, _)| {
        context.related(reading.cell, Words::new("本行另一个不同的公式", "another of the row that differs"))
    });
    let finding = spot.about(finding.at(severity(context, reading)).found(found, spot.figure(stands)));
    let finding = finding.with_related(related.chain(others).collect()).grouped("F004");
    let Some((right, edit)) = fix else { return Some(finding) };
    let title = Words::new("改为与上下各行一样", "make it like the rows around it");
    let fix = Fix { title, applicability: Applicability::Review, edits: vec![edit] };
    Some(finding.expected(as_shown(context, cell, right.as_ref()), spot.figure(right.as_ref())).with_fix(fix))
}

/// The formula that should stand in a cell: the form's own, else the model's; with its result where it is known.
fn right(context: &Context<'_>, cell: CellRef, model: Placed<'_>) -> (String, Option<(Value, Edit)>) {
    if let Some(expression) = expression(context, cell) {
        let form = expression.formula();
        let edit = outcome(context, &expression)
            .map(|outcome| (outcome.to_value(), with_expression(context, cell, &expression, outcome)));
        return (form, edit);
    }
    let text = moved(model.1, model.0, cell);
    let answer = Evaluator::new(context.workbook).answer(context.located.sheet, cell, &text).ok();
    let edit = answer.map(|answer| {
        let content = Content::Formula { text: text.as_str().into(), cached: answer.value() };
        (answer.value(), Edit::SetCell { sheet: context.located.sheet, cell, content, style: Style::Keep })
    });
    (text, edit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{a001_subtotal_mismatch, a004_execution_rate_mismatch};
    use crate::sketch::{findings, lines, official};

    /// Six projects whose subtotals and rates are formulas; `odd` replaces a subtotal, `rate` a rate.
    fn table(odd: &[(usize, &str)], rate: &[(usize, &str)]) -> String {
        let pick = |list: &[(usize, &str)], row: usize, usual: String| {
            list.iter().find(|(at, _)| *at == row).map_or(usual, |(_, text)| (*text).to_owned())
        };
        let rows = (6..12).map(|row| {
            let subtotal = pick(odd, row, format!("=SUM(E{row}:G{row}) -> 20"));
            let rate = pick(rate, row, format!("=H{row}/D{row} -> 0.9"));
            format!("{row}|第{row}号|局|{subtotal}|15|0|5|18|{rate}|85|.")
        });
        let rows: Vec<String> = rows.collect();
        official(&rows.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn on(odd: &[(usize, &str)], rate: &[(usize, &str)]) -> Vec<String> {
        lines(&findings(RULE, &table(odd, rate)))
    }

    #[test]
    fn a_formula_unlike_those_around_it_is_found_with_the_right_one() {
        let found = findings(RULE, &table(&[(8, "=E8+G8 -> 20")], &[]));
        assert_eq!(lines(&found), ["Warning D8 20 → 20"]);
        assert_eq!(found[0].message.zh, "公式 =E8+G8 与上下各行不同（D7 是 =SUM(E7:G7)）");
        assert!(found[0].help.zh.ends_with("把 D8 改为 =SUM(E8:G8)"));
        assert!(found[0].fix.is_some());
        assert_eq!(on(&[], &[(6, "=H6/E6 -> 0.9")]), ["Warning I6 0.9 → 0.9"], "the first row, too");
        assert_eq!(on(&[], &[(11, "=H11/D10 -> 0.9")]), ["Warning I11 0.9 → 0.9"], "the last row, too");
    }

    #[test]
    fn a_wrong_result_makes_it_an_error_and_is_found_once() {
        let subtotal = table(&[(8, "=SUM(E8:F8) -> 15")], &[]);
        assert_eq!(lines(&findings(RULE, &subtotal)), ["Error D8 15 → 20"]);
        assert!(findings(a001_subtotal_mismatch::RULE, &subtotal).is_empty());
        let rate = table(&[], &[(9, "=H9/E9 -> 1.2")]);
        assert_eq!(lines(&findings(RULE, &rate)), ["Error I9 1.2 → 0.9"]);
        assert!(findings(a004_execution_rate_mismatch::RULE, &rate).is_empty());
    }

    #[test]
    fn the_forms_own_formula_and_typed_numbers_are_silent() {
        for same in ["=sum( e8:g8 ) -> 20", "=SUM($E8:$G8) -> 20", "20"] {
            assert!(on(&[(8, same)], &[]).is_empty(), "{same}");
        }
        assert_eq!(on(&[(8, "=E8+F8+G8 -> 20")], &[]), ["Warning D8 20 → 20"]);
        assert!(on(&[], &[(8, "=IF(N(D8)=0,\"\",H8/D8) -> 0.9")]).is_empty());
        assert!(on(&[], &[(8, "=H8/F8 -> #DIV/0!")]).is_empty(), "F005");
    }

    #[test]
    fn where_no_shape_prevails_nothing_is_said() {
        let (a, b, c) = ("=甲!B6 -> 20", "=甲!B9 -> 20", "=甲!B2 -> 20");
        let (d, e, f) = ("=甲!C6 -> 20", "=甲!B7 -> 20", "=甲!A4 -> 20");
        assert!(on(&[(6, a), (7, b), (8, c), (9, d), (10, e), (11, f)], &[]).is_empty());
        let half: Vec<(usize, &str)> =
            vec![(9, "=E9+G9 -> 20"), (10, "=E10+G10 -> 20"), (11, "=E11+G11 -> 20")];
        assert!(on(&half, &[]).is_empty());
    }

    #[test]
    fn two_odd_rows_side_by_side_are_both_found() {
        assert_eq!(
            on(&[(8, "=E8+G8 -> 20"), (9, "=E9+G9 -> 20")], &[]),
            ["Warning D8 20 → 20", "Warning D9 20 → 20"]
        );
    }
}
