//! The amount columns of a table, so that rules about sums name no fund.

use jixiao_workbook::{CellRef, Range};
use rust_decimal::Decimal;

use super::Context;
use crate::finding::Field;
use crate::layout::Column;
use crate::summary::{Project, Reading, Total};
use crate::value::Spread;

/// A column of amounts: 年初预算数, 小计, its parts, 全年执行数.
#[derive(Clone, Copy, Debug)]
pub(super) struct AmountColumn<'a> {
    /// The field.
    pub(super) field: Field,
    /// Its name in messages: Chinese, English.
    pub(super) name: (&'a str, &'a str),
    /// The column.
    pub(super) column: &'a Column,
    part: usize,
}

/// How a project's full-year budget is taken: as stated, or as its parts give it.
pub(super) type Budget = fn(&Context<'_>, &Project) -> Option<Spread>;

/// What the projects of a column add up to.
#[derive(Clone, Debug, Default)]
pub(super) struct ColumnSum {
    /// The amounts, in 万元; a blank part of 小计 is left out, since it counts 0.
    pub(super) terms: Vec<Decimal>,
    /// The cells of the terms.
    pub(super) cells: Vec<CellRef>,
    /// Cells whose amount is missing or is no number.
    pub(super) missing: Vec<CellRef>,
    /// The sum and the windows of its terms; none where a term is missing or a decimal cannot hold it.
    pub(super) sum: Option<Spread>,
}

/// The amount columns in the glossary's order.
pub(super) fn amount_columns<'a>(context: &Context<'a>) -> Vec<AmountColumn<'a>> {
    let columns = &context.located.columns;
    let one = |field, column: &'a Option<Column>, name| {
        column.as_ref().map(|column| AmountColumn { field, name, column, part: 0 })
    };
    let parts = columns.funds.iter().zip(&context.summary.funds).enumerate().map(|(part, (column, fund))| {
        let name = (fund.label.as_str(), fund.label.as_str());
        AmountColumn { field: Field::Fund, name, column: &column.column, part }
    });
    one(Field::InitialBudget, &columns.initial_budget, ("年初预算数", "initial budget"))
        .into_iter()
        .chain(one(Field::Budget, &columns.budget, ("全年预算数", "full-year budget")))
        .chain(parts)
        .chain(one(Field::Executed, &columns.executed, ("全年执行数", "executed amount")))
        .collect()
}

impl<'a> AmountColumn<'a> {
    /// The column's number, from 1.
    pub(super) fn number(&self) -> u16 {
        self.column.number
    }

    /// The total row's cell.
    pub(super) fn total(&self, total: &'a Total) -> Option<&'a Reading> {
        match self.field {
            Field::InitialBudget => total.initial_budget.as_ref(),
            Field::Budget => total.budget.as_ref(),
            Field::Fund => total.funds.get(self.part),
            _ => total.executed.as_ref(),
        }
    }

    /// A project's cell.
    pub(super) fn of(&self, project: &'a Project) -> Option<&'a Reading> {
        match self.field {
            Field::InitialBudget => project.initial_budget.as_deref(),
            Field::Budget => project.budget.as_ref(),
            Field::Fund => project.funds.get(self.part),
            _ => project.executed.as_ref(),
        }
    }

    /// The cells between the first and the last project, as a range's text.
    pub(super) fn range(&self, context: &Context<'_>) -> String {
        let cell = |row: Option<&u32>| row.and_then(|row| CellRef::new(*row, self.number()));
        let rows = &context.located.projects;
        match (cell(rows.first()), cell(rows.last())) {
            (Some(first), Some(last)) => Range::new(first, last).to_string(),
            _ => String::new(),
        }
    }

    /// What the projects add up to. `budget` gives a project's full-year budget where that is the column.
    pub(super) fn sum(&self, context: &Context<'a>, budget: Budget) -> ColumnSum {
        let mut sum = ColumnSum { sum: Some(Spread::ZERO), ..ColumnSum::default() };
        for project in &context.summary.projects {
            self.add(&mut sum, context, (project, budget));
        }
        if !sum.missing.is_empty() {
            sum.sum = None;
        }
        sum
    }

    fn add(&self, sum: &mut ColumnSum, context: &Context<'a>, (project, budget): (&'a Project, Budget)) {
        let Some(reading) = self.of(project) else { return };
        let amount = match self.field {
            Field::Budget => budget(context, project),
            _ => reading.figure().map(Spread::from),
        };
        match amount {
            Some(amount) => {
                sum.terms.push(amount.value);
                sum.cells.push(reading.cell);
                sum.sum = sum.sum.and_then(|sum| sum.plus(amount));
            }
            None if reading.is_blank() && !self.required(project) => {}
            None => sum.missing.push(reading.cell),
        }
    }

    /// Whether a blank amount of the project is missing rather than 0.
    fn required(&self, project: &Project) -> bool {
        match self.field {
            Field::Budget => true,
            Field::Executed => project.budget_figure().is_none_or(|budget| !budget.value.is_zero()),
            _ => false,
        }
    }
}

/// The full-year budget of a project as stated.
pub(super) fn stated_budget(_: &Context<'_>, project: &Project) -> Option<Spread> {
    project.budget_figure().map(Spread::from)
}
