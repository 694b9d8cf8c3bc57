//! The totals once each 小计 that is known to be wrong is replaced: by the sum of its parts (A001), or by the same
//! amount in the table's unit (S004), so that no rule proposes a figure made from a wrong one.

use super::columns::stated_budget;
use super::{Context, a001_subtotal_mismatch, s004_unit_conflict};
use crate::computed::{Totals, totals_with};
use crate::summary::Project;
use crate::value::Spread;

/// Whether any 小计 is known to be wrong.
pub(super) fn any(context: &Context<'_>) -> bool {
    let wrong = |project| right(context, project).is_some();
    context.summary.projects.iter().any(wrong)
}

/// The full-year budget of a project whose stated one is wrong.
fn right(context: &Context<'_>, project: &Project) -> Option<Spread> {
    let in_unit = s004_unit_conflict::corrected_budget(context, project);
    in_unit.or_else(|| a001_subtotal_mismatch::corrected(context, project))
}

/// The full-year budget of a project: the right one where the stated 小计 is wrong.
pub(super) fn budget(context: &Context<'_>, project: &Project) -> Option<Spread> {
    right(context, project).or_else(|| stated_budget(context, project))
}

/// What follows from the projects' figures, wrong subtotals corrected.
pub(super) fn totals(context: &Context<'_>) -> Totals {
    if !any(context) {
        return context.totals.clone();
    }
    totals_with(context.summary, |project| budget(context, project).map(|budget| budget.value))
}
