//! What the rules about formulas share: which cell of the table a formula stands in, and how its figures read.

use jixiao_workbook::number::decimal;
use jixiao_workbook::{CellRef, Content, Edit, Style, ValueRef};
use rust_decimal::Decimal;

use super::Context;
use crate::computed::{Expression, Outcome, column_total, rate_as, shown, stored, subtotal, weighted_score};
use crate::finding::{Applicability, Field, Finding, Fix, Unit, Words};
use crate::layout::Column;
use crate::summary::{Project, RateScale};
use crate::value::shifted;

/// Where a cell stands in the table; no field outside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot<'a> {
    pub(super) field: Option<Field>,
    pub(super) project: Option<&'a Project>,
    /// Power of ten from the cell's own unit to 万元, fraction or points.
    exponent: i8,
    unit: Option<Unit>,
}

/// Where a cell of the table's sheet stands.
pub(super) fn spot<'a>(context: &Context<'a>, cell: CellRef) -> Spot<'a> {
    let projects = &context.summary.projects;
    let project = of_row(projects, cell.row());
    let total = context.located.total.as_ref().is_some_and(|(row, _)| *row == cell.row());
    let outside = Spot { field: None, project, exponent: 0, unit: None };
    if project.is_none() && !total {
        return outside;
    }
    let columns = &context.located.columns;
    let is = |column: &Column| column.number == cell.column();
    let amount = |field, column: &Column| {
        let exponent = column.money.unwrap_or(context.summary.money).exponent();
        Spot { field: Some(field), exponent, unit: Some(Unit::TenThousand), ..outside }
    };
    if let Some(fund) = columns.funds.iter().find(|fund| is(&fund.column)) {
        return amount(Field::Fund, &fund.column);
    }
    for field in [Field::InitialBudget, Field::Budget, Field::Executed] {
        if let Some(column) = columns.of(field).filter(|column| is(column)) {
            return amount(field, column);
        }
    }
    if columns.rate.as_ref().is_some_and(is) {
        let exponent = if percent(context, cell).is_some() { -2 } else { 0 };
        return Spot { field: Some(Field::ExecutionRate), exponent, unit: Some(Unit::Percent), ..outside };
    }
    if columns.score.as_ref().is_some_and(is) {
        return Spot { field: Some(Field::Score), unit: Some(Unit::Points), ..outside };
    }
    outside
}

/// The project of a row.
pub(super) fn of_row(projects: &[Project], row: u32) -> Option<&Project> {
    projects.get(index_of_row(projects, row)?)
}

/// The index of a row's project. Projects mostly stand in rows without gaps, so the row's distance from the first
/// is tried before searching.
pub(super) fn index_of_row(projects: &[Project], row: u32) -> Option<usize> {
    let distance = row.checked_sub(projects.first()?.row)? as usize;
    if projects.get(distance).is_some_and(|project| project.row == row) {
        return Some(distance);
    }
    projects.binary_search_by_key(&row, |project| project.row).ok()
}

/// Decimals of a number of percent, where a rate's cell holds one.
fn percent(context: &Context<'_>, cell: CellRef) -> Option<u32> {
    let labelled = context.located.columns.rate.as_ref().is_some_and(|column| column.percent);
    let sheet = context.workbook.sheet(context.located.sheet).ok()?;
    let format = context.workbook.format_at(sheet, cell);
    let percent = (labelled || context.summary.rate_scale == RateScale::Percent) && !format.is_percent();
    percent.then(|| format.decimals().map_or(2, |decimals| u32::from(decimals).max(2)))
}

/// The form's own expression for a computed cell of the table.
pub(super) fn expression(context: &Context<'_>, cell: CellRef) -> Option<Expression> {
    let Spot { field, project, .. } = spot(context, cell);
    let located = context.located;
    match (field?, project) {
        (Field::Budget, Some(_)) => subtotal(located, cell.row()),
        (Field::ExecutionRate, _) => rate_as(located, cell.row(), percent(context, cell)),
        (Field::InitialBudget | Field::Budget | Field::Fund | Field::Executed, None) => {
            column_total(located, cell.column())
        }
        (Field::Score, None) => weighted_score(located, context.weights),
        _ => None,
    }
}

/// What an expression gives over the stored values.
pub(super) fn outcome(context: &Context<'_>, expression: &Expression) -> Option<Outcome> {
    let sheet = context.workbook.sheet(context.located.sheet).ok()?;
    expression.value(|cell| stored(sheet, cell))
}

/// The edit that puts an expression into its cell.
pub(super) fn with_expression(
    context: &Context<'_>,
    cell: CellRef,
    expression: &Expression,
    outcome: Outcome,
) -> Edit {
    let content = Content::Formula { text: expression.formula().into(), cached: outcome.to_value() };
    let fraction = matches!(expression, Expression::Rate { percent: None, .. });
    let style =
        if fraction && lacks_percent(context, cell) { Style::Format("0.00%".into()) } else { Style::Keep };
    Edit::SetCell { sheet: context.located.sheet, cell, content, style }
}

/// Whether the cell's own format would show a fraction as a bare number or as text.
fn lacks_percent(context: &Context<'_>, cell: CellRef) -> bool {
    context.workbook.sheet(context.located.sheet).is_ok_and(|sheet| {
        let format = context.workbook.format_at(sheet, cell);
        format.is_general() || format.is_text()
    })
}

/// A value as a cell of the table's sheet shows it; nothing for blank.
pub(super) fn as_shown(context: &Context<'_>, cell: CellRef, value: ValueRef<'_>) -> String {
    let sheet = context.workbook.sheet(context.located.sheet);
    match (value, sheet) {
        (ValueRef::Number(digits), Ok(sheet)) => decimal(digits).map_or_else(
            || digits.to_owned(),
            |number| shown(number, context.workbook.format_at(sheet, cell)),
        ),
        (value, _) => value.as_text().to_owned(),
    }
}

impl Spot<'_> {
    /// A value in 万元, as a fraction, or in points.
    pub(super) fn figure(self, value: ValueRef<'_>) -> Option<Decimal> {
        match value {
            ValueRef::Number(digits) => shifted(decimal(digits)?, self.exponent),
            _ => None,
        }
    }

    /// A figure in 万元, as a fraction or in points as the cell states it.
    pub(super) fn in_cell(self, figure: Decimal) -> Option<Decimal> {
        shifted(figure, -self.exponent)
    }

    /// The finding with the field, project and unit of this spot.
    pub(super) fn about(self, finding: Finding) -> Finding {
        let project = self.project.map(|project| project.name.text.to_string());
        Finding { field: self.field, project, unit: self.unit, ..finding }
    }
}

/// A fix that changes nothing declared.
pub(super) fn safe(title: Words, edit: Edit) -> Fix {
    Fix { title, applicability: Applicability::Safe, edits: vec![edit] }
}
