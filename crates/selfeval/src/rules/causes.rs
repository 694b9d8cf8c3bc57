//! Which wrong figures a rule about formulas explains: one cause gives one finding.

use jixiao_workbook::calc::Evaluator;

use super::f003_range_omits_rows::wrong_range;
use super::formulas::of_row;
use super::{Context, f004_inconsistent_formula as inconsistent};
use crate::profile::Level;
use crate::summary::Reading;

/// Whether the cell's formula is itself at fault: its stored result is stale (F001), a total's range is not the
/// project rows (F003), or it is unlike the formulas around it (F004).
pub(super) fn formula_at_fault(context: &Context<'_>, reading: &Reading) -> bool {
    reading.has_formula() && at_fault(context, reading).unwrap_or(false)
}

fn at_fault(context: &Context<'_>, reading: &Reading) -> Option<bool> {
    let sheet = context.workbook.sheet(context.located.sheet).ok()?;
    let total = context.located.total.as_ref().is_some_and(|(row, _)| *row == reading.cell.row());
    if total && runs(context, "F003") && wrong_range(context, sheet, reading.cell).is_some() {
        return Some(true);
    }
    let project = of_row(&context.summary.projects, reading.cell.row()).filter(|_| runs(context, "F004"));
    if project.is_some_and(|project| inconsistent::is_at_fault(context, project, reading.cell)) {
        return Some(true);
    }
    if !runs(context, "F001") {
        return Some(false);
    }
    let text = sheet.formula(reading.cell)?.text;
    let answer = Evaluator::new(context.workbook).answer(context.located.sheet, reading.cell, text).ok()?;
    Some(!answer.agrees(sheet.value(reading.cell)))
}

/// Whether the profile lets a rule run: only then can it name the cause.
fn runs(context: &Context<'_>, code: &str) -> bool {
    context.profile.severities.get(code) != Some(&Level::Off)
}
