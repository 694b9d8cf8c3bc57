//! Turns numbers written as text into numbers of the same digits: amounts, scores and sequence numbers.

use super::planner::Planner;
use crate::finding::Field;
use crate::summary::{Content, Reading};

/// Fixes what was asked to be fixed; a 小计 that is recomputed anyway is left to that.
pub(super) fn fix(planner: &mut Planner<'_>) {
    if !planner.ground.options.fix {
        return;
    }
    let summary = planner.ground.summary;
    for project in &summary.projects {
        let single = [
            (project.sequence.as_ref(), Field::Sequence),
            (project.initial_budget.as_deref(), Field::InitialBudget),
            (project.budget.as_ref(), Field::Budget),
            (project.executed.as_ref(), Field::Executed),
            (project.score.as_ref(), Field::Score),
        ];
        fix_row(planner, single, &project.funds);
    }
    if let Some(total) = &summary.total {
        let single = [
            (total.initial_budget.as_ref(), Field::InitialBudget),
            (total.budget.as_ref(), Field::Budget),
            (total.executed.as_ref(), Field::Executed),
            (total.score.as_ref(), Field::Score),
            (None, Field::Sequence),
        ];
        fix_row(planner, single, &total.funds);
    }
}

fn fix_row(planner: &mut Planner<'_>, single: [(Option<&Reading>, Field); 5], funds: &[Reading]) {
    let single = single.into_iter().filter_map(|(reading, field)| Some((reading?, field)));
    for (reading, field) in single.chain(funds.iter().map(|part| (part, Field::Fund))) {
        fix_cell(planner, reading, field);
    }
}

fn fix_cell(planner: &mut Planner<'_>, reading: &Reading, field: Field) {
    let text_number = matches!(reading.content(), Content::TextNumber(_)) && !reading.has_formula();
    if text_number && !planner.ground.is_recomputed(reading, field) {
        planner.draft.fix(&planner.ground, reading, field);
    }
}
