//! One wrong amount seen from several sides: a project's amount that its rate and the column's total both contradict
//! in the same way. It is one finding (A004, at the amount); what else would follow from it is left to that.

use rust_decimal::Decimal;

use super::votes::is_near;
use super::{Context, a001_subtotal_mismatch as subtotal, s004_unit_conflict};
use crate::finding::Field;
use crate::summary::{Project, Reading};
use crate::value::{Figure, Level, Spread, rate_level, round};

/// An amount that two other figures contradict.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slip<'a> {
    /// [`Field::Executed`] or [`Field::Budget`].
    pub(super) field: Field,
    /// The amount's cell.
    pub(super) reading: &'a Reading,
    /// What the rate and the total ask for, 万元.
    pub(super) right: Decimal,
    /// The total's cell.
    pub(super) total: &'a Reading,
}

/// The slip in a project's executed amount, or in its budget where that has no parts.
pub(super) fn of<'a>(context: &Context<'a>, project: &'a Project) -> Option<Slip<'a>> {
    let gaps = &context.totals.gaps;
    // Nearly every table is told here.
    let wide = |gap: Option<Decimal>| gap.filter(|gap| !gap.is_zero() && !is_near(context, *gap));
    let (executed, budget) = (wide(gaps.executed), wide(gaps.budget));
    if executed.is_none() && budget.is_none() {
        return None;
    }
    let slip = executed
        .and_then(|gap| contradicted(context, project, (Field::Executed, gap)))
        .or_else(|| budget.and_then(|gap| contradicted(context, project, (Field::Budget, gap))))?;
    // Where two rows would do, neither is known to be the one.
    let gap = if slip.field == Field::Executed { executed? } else { budget? };
    let mut others = context.summary.projects.iter().filter(|other| other.row != project.row);
    let shared = others.any(|other| contradicted(context, other, (slip.field, gap)).is_some());
    (!shared).then_some(slip)
}

/// The amount of a project that becomes right for its rate by what the total lacks.
fn contradicted<'a>(
    context: &Context<'a>,
    project: &'a Project,
    (field, gap): (Field, Decimal),
) -> Option<Slip<'a>> {
    let total = context.summary.total.as_ref()?;
    let rate = project.rate.as_ref().filter(|reading| !reading.has_formula())?.figure()?;
    let (executed, budget) = (project.executed_figure()?, project.budget_figure()?);
    let (reading, total) = match field {
        Field::Executed => (project.executed.as_ref()?, total.executed.as_ref()?),
        _ if project.funds_sum().is_some() => return None,
        _ => (project.budget.as_ref()?, total.budget.as_ref()?),
    };
    let stated = reading.figure().filter(|_| !reading.has_formula())?;
    // A negative amount is V004's.
    let negative = [executed, budget].iter().any(|amount| amount.value < Decimal::ZERO);
    if negative || rate_level(rate, executed, budget)? < Level::L3 {
        return None;
    }
    // One in another unit is S004's.
    if s004_unit_conflict::slip(context, project).is_some() {
        return None;
    }
    let right = round(stated.value.checked_add(gap)?, u32::try_from(stated.decimals.max(2)).unwrap_or(2));
    let amount = Figure { value: right, ..stated };
    let level = match field {
        Field::Executed => rate_level(rate, amount, budget)?,
        _ => rate_level(rate, executed, amount)?,
    };
    (level < Level::L3 && !right.is_sign_negative()).then_some(Slip { field, reading, right, total })
}

/// Whether a slip in one of the projects explains that the total of a column is not their sum.
pub(super) fn explains_total(context: &Context<'_>, field: Field) -> bool {
    context
        .summary
        .projects
        .iter()
        .any(|project| of(context, project).is_some_and(|slip| slip.field == field))
}

/// Executed amount and budget of a project as other figures of its row and the totals have them, where those
/// contradict what is stated; a rule on the rate has something to say only where it would say it of these, too.
pub(super) fn alternative(context: &Context<'_>, project: &Project) -> Option<(Spread, Spread)> {
    let (executed, budget) = (project.executed_figure()?, project.budget_figure()?);
    let exact = |value| Spread { value, half: Decimal::ZERO };
    match of(context, project) {
        Some(slip) if slip.field == Field::Executed => Some((exact(slip.right), budget.into())),
        Some(slip) => Some((executed.into(), exact(slip.right))),
        None => subtotal::parts_in_doubt(context, project).map(|parts| (executed.into(), parts)),
    }
}
