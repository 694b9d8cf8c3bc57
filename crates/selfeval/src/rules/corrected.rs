//! The totals once each 小计 that is known to be wrong (A001) is replaced by the sum of its parts, so that no rule
//! proposes a figure made from a wrong one.

use super::columns::stated_budget;
use super::{Context, a001_subtotal_mismatch};
use crate::computed::{Totals, totals_with};
use crate::summary::Project;
use crate::value::Spread;

/// Whether any 小计 is known to be wrong.
pub(super) fn any(context: &Context<'_>) -> bool {
    let wrong = |project| a001_subtotal_mismatch::corrected(context, project).is_some();
    context.summary.projects.iter().any(wrong)
}

/// The full-year budget of a project: the sum of its parts where the stated 小计 is wrong.
pub(super) fn budget(context: &Context<'_>, project: &Project) -> Option<Spread> {
    a001_subtotal_mismatch::corrected(context, project).or_else(|| stated_budget(context, project))
}

/// What follows from the projects' figures, wrong subtotals corrected.
pub(super) fn totals(context: &Context<'_>) -> Totals {
    if !any(context) {
        return context.totals.clone();
    }
    totals_with(context.summary, |project| budget(context, project).map(|budget| budget.value))
}
