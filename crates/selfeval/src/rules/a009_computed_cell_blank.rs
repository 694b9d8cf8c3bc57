//! A009: a project row's computed cells, 小计 and 执行率, are filled.

use jixiao_workbook::CellRef;
use rust_decimal::Decimal;

use super::wording::{RateStyle, amount};
use super::{Check, Context, Each, Group, Rule, column_group, mending, wording};
use crate::finding::{Field, Finding, Severity, Unit, Words};
use crate::summary::{Project, Reading};
use crate::value::Figure;

pub(super) const RULE: Rule = Rule {
    code: "A009",
    name: "computed-cell-blank",
    severity: Severity::Info,
    title: ("小计或执行率未填", "a computed cell is blank"),
    docs: (
        "## 核对内容\n项目行的小计、执行率在能够计算时是否已填。\n\
         ## 为什么\n这些数由其他各栏算出，表交上去时应当齐全。\n\
         ## 示例\n`E7:G7` 已填、`D7` 空白：小计应为三栏之和。\n\
         ## 怎样改\n用 `fill` 一次填好，或者自己填入公式。\n\
         ## 依据\n表样：小计、执行率（B/A）。",
        "## What is checked\nWhether a project's subtotal and rate are filled where they can be computed.\n\
         ## Why\nThey follow from the other columns, and a form that is handed in should be complete.\n\
         ## Example\n`E7:G7` are filled and `D7` is blank: the subtotal is the sum of the three.\n\
         ## How to correct\nLet `fill` complete them all, or enter the formulas.\n\
         ## Source\nThe form's headings: 小计, execution rate (B/A).",
    ),
    check: Check::Projects(&[
        Each {
            spot: |_, project| blank_subtotal(project).map(Blank::spot),
            tell: subtotal,
            group: Group::Column,
        },
        Each { spot: |_, project| blank_rate(project).map(Blank::spot), tell: rate, group: Group::Column },
    ]),
};

/// A blank cell and the value it should hold.
#[derive(Clone, Copy)]
struct Blank<'a> {
    reading: &'a Reading,
    value: Decimal,
    field: Field,
    name: (&'static str, &'static str),
    unit: Unit,
}

impl Blank<'_> {
    fn spot(self) -> (CellRef, Severity) {
        (self.reading.cell, RULE.severity)
    }
}

fn blank_subtotal(project: &Project) -> Option<Blank<'_>> {
    let reading = project.budget.as_ref().filter(|reading| reading.is_blank())?;
    let value = project.funds_sum()?;
    let (field, name) = (Field::Budget, ("小计", "subtotal"));
    Some(Blank { reading, value, field, name, unit: Unit::TenThousand })
}

fn blank_rate(project: &Project) -> Option<Blank<'_>> {
    let reading = project.rate.as_ref().filter(|reading| reading.is_blank())?;
    let value = project.executed_figure()?.value.checked_div(project.budget_figure()?.value)?;
    let (field, name) = (Field::ExecutionRate, ("执行率", "execution rate"));
    Some(Blank { reading, value, field, name, unit: Unit::Percent })
}

fn subtotal(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let blank = blank_subtotal(project)?;
    let parts: Vec<Decimal> = project.funds.iter().filter_map(Reading::value).collect();
    let expected = amount(context.summary, blank.value);
    Some(finding(context, project, blank, (wording::terms(context, &parts, "").0, expected)))
}

fn rate(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let blank = blank_rate(project)?;
    let shown = |figure: Figure| amount(context.summary, figure.value);
    let written = format!("{} ÷ {}", shown(project.executed_figure()?), shown(project.budget_figure()?));
    let decimals = context.summary.rate_decimals.max(4);
    let expected = RateStyle::of(context.summary, blank.reading).show(blank.value, decimals);
    Some(finding(context, project, blank, (written, expected)))
}

fn finding(
    context: &Context<'_>,
    project: &Project,
    blank: Blank<'_>,
    (written, expected): (String, String),
) -> Finding {
    let Blank { reading, value, field, name, unit } = blank;
    let cell = reading.cell;
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        Words::new(
            format!("{}空白，{written} = {expected}", name.0),
            format!("the {} is blank; {written} = {expected}", name.1),
        ),
        Words::new(format!("在 {cell} 填 {expected}"), format!("enter {expected} in {cell}")),
    );
    let group = column_group(RULE.code, cell);
    Finding {
        expected: Some(expected),
        expected_value: Some(value),
        unit: Some(unit),
        fix: mending::formula(context, reading, value),
        ..finding.of(field).on(project).grouped(group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{submission, with_row};
    use crate::sketch::{findings, lines};

    #[test]
    fn blank_computed_cells_are_noted_in_a_group_for_each_column() {
        let found = findings(RULE, &with_row(1, "2|交管站|中川园区|.|20|1|.|4.4|.|85|2"));
        assert_eq!(lines(&found), ["Info D7  → 21", "Info I7  → 20.95%"]);
        assert_eq!(found[0].message.zh, "小计空白，20 + 1 = 21");
        let groups: Vec<&str> = found.iter().filter_map(|finding| finding.group.as_deref()).collect();
        assert_eq!(groups, ["A009:D", "A009:I"]);
        // The rate's formula reads D7, which is blank itself: only `fill` puts both there.
        assert_eq!(found.iter().map(|finding| finding.fix.is_some()).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn filled_cells_are_silent() {
        assert!(findings(RULE, &submission()).is_empty());
    }

    #[test]
    fn what_cannot_be_computed_is_left_to_the_rules_on_inputs() {
        for row in ["2|交管站|中川园区|.|.|.|.|4.4|.|85|2", "2|交管站|中川园区|0|0|0|0|0|.|85|2"]
        {
            assert!(findings(RULE, &with_row(1, row)).is_empty(), "{row}");
        }
    }
}
