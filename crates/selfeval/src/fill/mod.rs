//! The edits that complete the form as it stands, and what had to stay blank and why.

use jixiao_workbook::{CellRef, Edit, Workbook};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

mod cells;
mod draft;
mod formats;
mod ground;
mod obstacle;
mod planner;
mod projects;
mod results;
mod sequence;
#[cfg(test)]
mod tests;
mod total;

use planner::Planner;

use crate::computed::Look;
use crate::finding::{Field, Words};
use crate::layout::Located;
use crate::profile::{Profile, Weights};
use crate::summary::Summary;
use crate::workers::{Alone, Workers};

/// What the caller asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Put the formula into computed cells that hold a typed number, too.
    pub recompute: bool,
    /// What the weighted score is weighted by; the profile's, else budget.
    pub weights: Option<Weights>,
}

/// A cell the plan writes; what is put into it is its edit's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The cell.
    pub cell: CellRef,
    /// The field.
    pub field: Field,
    /// The value; none where it is the empty text.
    pub value: Option<Decimal>,
    /// How the cell will show it.
    pub look: Look,
    /// What else there is to say; few cells have it, so that the others stay small.
    note: Option<Box<Note>>,
}

/// What a written cell showed before, and the number format it is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    before: Option<String>,
    format: Option<String>,
}

impl Written {
    fn new(cell: CellRef, field: Field, value: Option<Decimal>, look: Look) -> Self {
        Self { cell, field, value, look, note: None }
    }

    /// The same with what was shown before and the new number format, where there is either.
    fn noting(mut self, before: Option<String>, format: Option<String>) -> Self {
        if before.is_some() || format.is_some() {
            self.note = Some(Box::new(Note { before, format }));
        }
        self
    }

    /// What was shown before, where it differs.
    pub fn before(&self) -> Option<&str> {
        self.note.as_ref()?.before.as_deref()
    }

    /// The number format the cell is given, where its own would not show the value.
    pub fn format(&self) -> Option<&str> {
        self.note.as_ref()?.format.as_deref()
    }

    /// The value as the cell will show it.
    pub fn shown(&self) -> String {
        self.value.map_or_else(String::new, |value| self.look.text(value))
    }
}

/// A computed cell that stays as it is, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The cell.
    pub cell: CellRef,
    /// The field.
    pub field: Field,
    /// Why, and what to do.
    pub why: Words,
}

/// The edits that complete a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Plan {
    /// The edits, cell edits of the table first, then refreshed stored results elsewhere.
    pub edits: Vec<Edit>,
    /// Cells written, in order.
    pub written: Vec<Written>,
    /// Cells left blank, and why.
    pub blank: Vec<Kept>,
    /// Cells left as they are for another reason (an unknown formula, a formula locked in an array).
    pub kept: Vec<Kept>,
    /// Formulas that stay whose stored results are renewed: sheet name and cell.
    pub refreshed: Vec<(String, CellRef)>,
    /// Formulas elsewhere that could not be computed here, so that the workbook asks to be recalculated.
    pub unknown: Vec<(String, CellRef, String)>,
}

impl Plan {
    /// An empty plan with room for so many written cells.
    fn for_cells(count: usize) -> Self {
        let (edits, written) = (Vec::with_capacity(count), Vec::with_capacity(count));
        Self { edits, written, ..Self::default() }
    }
}

/// Plans the edits that complete a form.
pub fn plan(
    workbook: &Workbook,
    located: &Located,
    summary: &Summary,
    profile: &Profile,
    options: Options,
) -> Plan {
    plan_by(Form { workbook, located, summary, profile }, options, &Alone)
}

/// A form that was located and read.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// The workbook.
    pub workbook: &'a Workbook,
    /// The table's place.
    pub located: &'a Located,
    /// The table's content.
    pub summary: &'a Summary,
    /// The profile.
    pub profile: &'a Profile,
}

/// [`plan`], shared out among workers. The result is the same.
pub fn plan_by(form: Form<'_>, options: Options, workers: &impl Workers) -> Plan {
    let Form { workbook, located, summary, profile } = form;
    let Ok(sheet) = workbook.sheet(located.sheet) else { return Plan::default() };
    let weights = options.weights.or(profile.weights).unwrap_or_default();
    let mut planner = Planner::new(workbook, sheet, located, summary, options);
    planner.settle();
    sequence::number(&mut planner);
    let budgets = projects::budgets(&mut planner, workers);
    projects::rates(&mut planner, &budgets, workers);
    total::complete(&mut planner, &budgets, weights);
    drop(budgets);
    let mut plan = planner.finish();
    plan.written.sort_unstable_by_key(|written| written.cell);
    plan
}
