//! A submission into a form: how many rows the form needs, what goes into which cell, and what has no place.
//!
//! Three steps, each on the workbook that the one before gave: [`rows`] makes the rows, [`cells`] puts in what was
//! declared, [`fill`](crate::fill) computes the rest; [`changed`] then says which published figures are others now.

use jixiao_workbook::number::digits;
use jixiao_workbook::{CellRef, Content, Edit, Rgb, Style, Workbook};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

mod as_sent;
mod changed;
mod title;

use crate::finding::{Field, Words};
use crate::layout::{Column, Located, Rows};
use crate::profile::Profile;
use crate::submission::{Carried, Entry, How, Submission};
use crate::value::{Money, shifted};
pub use as_sent::computed_as_sent;
pub use changed::{Changed, changed};

/// What the caller asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Take project rows out that the submission does not need.
    pub trim: bool,
}

/// Why a form cannot take a submission.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoForm {
    /// The form's table has no project row that could be a model.
    #[error("the form's table has no project row")]
    NoRow,
    /// The form holds projects already.
    #[error("the form holds {0} projects already")]
    Filled(usize),
}

/// The fill of a cell whose text could not be read as a number.
const DOUBT: Rgb = Rgb(255, 235, 156);

/// The edits that give a form as many project rows as a submission has.
///
/// # Errors
/// Where the form holds projects, or no row for one.
pub fn rows(located: &Located, projects: usize, options: Options) -> Result<Vec<Edit>, NoForm> {
    if !located.projects.is_empty() {
        return Err(NoForm::Filled(located.projects.len()));
    }
    let run = run(located).ok_or(NoForm::NoRow)?;
    let have = height(run);
    let wanted = u32::try_from(projects).unwrap_or(u32::MAX).max(1);
    let sheet = located.sheet;
    if wanted > have {
        // Between two rows of the form, so that what is drawn around them stays around them.
        let (before, model) = if have > 1 { (run.last, run.last - 1) } else { (run.last + 1, run.last) };
        let grow = Some((run.first, run.last));
        let count = wanted - have;
        return Ok(vec![Edit::InsertRows { sheet, before, count, style_from: Some(model), grow }]);
    }
    if options.trim && wanted < have {
        // The last row stays: it may be drawn in another way.
        let first = if wanted > 1 { run.last - (have - wanted) } else { run.first + 1 };
        return Ok(vec![Edit::DeleteRows { sheet, first, count: have - wanted }]);
    }
    Ok(Vec::new())
}

/// The run of rows that takes the projects: the longest.
fn run(located: &Located) -> Option<Rows> {
    located.runs.iter().copied().max_by_key(|run| (height(*run), std::cmp::Reverse(run.first)))
}

fn height(run: Rows) -> u32 {
    run.last.saturating_sub(run.first).saturating_add(1)
}

/// A value that went into a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Put {
    /// The cell.
    pub cell: CellRef,
    /// The field; for a part of 小计 its column's.
    pub field: Field,
    /// Which project of the submission, from 0.
    pub project: usize,
    /// Key of the fund, for a part of 小计.
    pub fund: Option<String>,
    /// What was put there, in the form's unit.
    pub written: String,
}

impl Put {
    /// What was declared for it; nothing for a number that the form gives the row.
    pub fn carried<'s>(&self, submission: &'s Submission) -> Option<&'s Carried> {
        let entry = submission.projects.get(self.project)?;
        match &self.fund {
            Some(key) => entry.funds.get(key),
            None => entry.get(self.field),
        }
    }
}

/// A column of the submission that the form has no place for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Homeless {
    /// What it is called.
    pub label: Words,
    /// How many projects declare something there.
    pub projects: usize,
    /// Their sum in 万元, for amounts.
    pub sum: Option<Decimal>,
}

/// What goes into a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Placed {
    /// The edits.
    pub edits: Vec<Edit>,
    /// What goes where, by cell.
    pub put: Vec<Put>,
    /// Texts where numbers belong, which went across as they stood: the cell and the text.
    pub doubtful: Vec<(CellRef, Field, String)>,
    /// What has no place.
    pub homeless: Vec<Homeless>,
}

/// The edits that put what a submission declares into a form that has the rows for it.
pub fn cells(workbook: &Workbook, located: &Located, submission: &Submission, profile: &Profile) -> Placed {
    let mut placing = Placing {
        located,
        money: located.money.as_ref().map_or(profile.money, |stated| stated.value),
        placed: Placed::default(),
    };
    if let Some(run) = run(located) {
        for (index, (row, entry)) in (run.first..=run.last).zip(&submission.projects).enumerate() {
            placing.project(row, index, entry);
        }
    }
    placing.homeless(submission);
    let mut placed = placing.placed;
    placed.put.sort_by_key(|put| put.cell);
    placed.edits.extend(title::filled(workbook, located, submission));
    placed
}

struct Placing<'a> {
    located: &'a Located,
    /// The form's money unit where a column states none.
    money: Money,
    placed: Placed,
}

/// Fields that go across as text.
const TEXTS: [Field; 6] =
    [Field::Code, Field::Name, Field::Supervisor, Field::Grade, Field::Reason, Field::Remark];

impl Placing<'_> {
    fn project(&mut self, row: u32, index: usize, entry: &Entry) {
        let columns = &self.located.columns;
        let number = Decimal::from(index.saturating_add(1));
        if let Some(column) = &columns.sequence {
            self.put(at(row, column), Content::Number(digits(number)), (Field::Sequence, index, None));
        }
        for field in TEXTS {
            if let (Some(column), Some(carried)) = (columns.of(field), entry.get(field)) {
                self.put(at(row, column), Content::Text(carried.text.clone()), (field, index, None));
            }
        }
        if let (Some(column), Some(carried)) = (&columns.remark, entry.get(Field::Reason))
            && self.reasons_are_remarks(entry)
        {
            self.put(at(row, column), Content::Text(carried.text.clone()), (Field::Reason, index, None));
        }
        let parts: Vec<_> = columns.funds.iter().filter(|fund| entry.funds.contains_key(&fund.key)).collect();
        for fund in &parts {
            if let Some(carried) = entry.funds.get(&fund.key) {
                self.amount(row, &fund.column, carried, (Field::Fund, index, Some(fund.key.clone())));
            }
        }
        // A subtotal is computed from its parts where all of them have a place.
        let is_computed = !parts.is_empty() && parts.len() == entry.funds.len();
        if let (Some(column), Some(carried), false) = (&columns.budget, budget(entry), is_computed) {
            self.amount(row, column, &carried, (Field::Budget, index, None));
        }
        for field in [Field::InitialBudget, Field::Executed] {
            if let (Some(column), Some(carried)) = (columns.of(field), entry.get(field)) {
                self.amount(row, column, carried, (field, index, None));
            }
        }
        if let (Some(column), Some(carried)) = (&columns.score, entry.get(Field::Score)) {
            self.number(at(row, column), carried, carried.value, (Field::Score, index, None));
        }
    }

    /// Whether a project's reason stands in the form's remark: no column of its own, and no other remark.
    fn reasons_are_remarks(&self, entry: &Entry) -> bool {
        self.located.columns.reason.is_none() && entry.text(Field::Remark).is_empty()
    }

    fn amount(&mut self, row: u32, column: &Column, carried: &Carried, what: (Field, usize, Option<String>)) {
        let money = column.money.unwrap_or(self.money);
        let value = carried.value.and_then(|value| shifted(value, money.exponent().checked_neg()?));
        self.number(at(row, column), carried, value, what);
    }

    fn number(
        &mut self,
        cell: Option<CellRef>,
        carried: &Carried,
        value: Option<Decimal>,
        what: (Field, usize, Option<String>),
    ) {
        match value {
            Some(value) => self.put(cell, Content::Number(digits(value.normalize())), what),
            None if carried.how.contains(&How::NoValue) || carried.text.is_empty() => {}
            None => {
                self.placed.doubtful.extend(cell.map(|cell| (cell, what.0, carried.text.clone())));
                self.put_styled(cell, Content::Text(carried.text.clone()), Style::Mark(DOUBT), what);
            }
        }
    }

    fn put(&mut self, cell: Option<CellRef>, content: Content, what: (Field, usize, Option<String>)) {
        self.put_styled(cell, content, Style::Keep, what);
    }

    fn put_styled(
        &mut self,
        cell: Option<CellRef>,
        content: Content,
        style: Style,
        (field, project, fund): (Field, usize, Option<String>),
    ) {
        let Some(cell) = cell else { return };
        let (Content::Number(written) | Content::Text(written)) = &content else { return };
        self.placed.put.push(Put { cell, field, project, fund, written: written.clone() });
        self.placed.edits.push(Edit::SetCell { sheet: self.located.sheet, cell, content, style });
    }

    /// Columns of the submission that the form does not have.
    fn homeless(&mut self, submission: &Submission) {
        let columns = &self.located.columns;
        for fund in &submission.funds {
            if !columns.funds.iter().any(|known| known.key == fund.key) {
                let values = submission.projects.iter().filter_map(|entry| entry.funds.get(&fund.key));
                let label = Words::new(fund.label.clone(), fund.label.clone());
                self.placed.homeless.extend(homeless(label, values, true));
            }
        }
        let numbers = [Field::InitialBudget, Field::Executed, Field::Score];
        for field in TEXTS.into_iter().chain(numbers).filter(|field| columns.of(*field).is_none()) {
            let has_place = |entry: &Entry| {
                field == Field::Reason && columns.remark.is_some() && self.reasons_are_remarks(entry)
            };
            let entries = submission.projects.iter().filter(|entry| !has_place(entry));
            let values = entries.filter_map(|entry| entry.get(field));
            self.placed.homeless.extend(homeless(
                field.words(),
                values,
                field != Field::Score && numbers.contains(&field),
            ));
        }
    }
}

/// What is declared in a column without a place; `None` where that is nothing, or 0 throughout.
fn homeless<'a>(
    label: Words,
    values: impl Iterator<Item = &'a Carried> + Clone,
    is_amount: bool,
) -> Option<Homeless> {
    let said = values.filter(|carried| !carried.text.is_empty() || carried.value.is_some());
    let said = said.filter(|carried| !is_amount || carried.value.is_none_or(|value| !value.is_zero()));
    let projects = said.clone().count();
    let sum = said.filter_map(|carried| carried.value).try_fold(Decimal::ZERO, Decimal::checked_add);
    (projects > 0).then(|| Homeless { label, projects, sum: sum.filter(|_| is_amount) })
}

/// The budget of a project: as stated, else the sum of its parts.
fn budget(entry: &Entry) -> Option<Carried> {
    if let Some(stated) = entry.get(Field::Budget) {
        return Some(stated.clone());
    }
    let mut parts = entry.funds.values().filter_map(|part| part.value);
    let sum = parts.try_fold(Decimal::ZERO, Decimal::checked_add).filter(|_| entry.has_parts())?;
    Some(Carried { value: Some(sum), text: digits(sum), ..Carried::default() })
}

fn at(row: u32, column: &Column) -> Option<CellRef> {
    CellRef::new(row, column.number)
}

#[cfg(test)]
mod tests;
