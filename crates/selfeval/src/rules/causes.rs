//! Which wrong figures a rule about formulas explains: one cause gives one finding.

use jixiao_workbook::calc::Evaluator;

use super::Context;
use super::f003_range_omits_rows::wrong_range;
use crate::summary::Reading;

/// Whether the cell's formula is itself at fault: its stored result is stale (F001), or a total's range is not
/// the project rows (F003).
pub(super) fn formula_at_fault(context: &Context<'_>, reading: &Reading) -> bool {
    reading.has_formula() && at_fault(context, reading).unwrap_or(false)
}

fn at_fault(context: &Context<'_>, reading: &Reading) -> Option<bool> {
    let sheet = context.workbook.sheet(context.located.sheet).ok()?;
    let total = context.located.total.as_ref().is_some_and(|(row, _)| *row == reading.cell.row());
    if total && wrong_range(context, sheet, reading.cell).is_some() {
        return Some(true);
    }
    let text = sheet.formula(reading.cell)?.text;
    let answer = Evaluator::new(context.workbook).answer(context.located.sheet, reading.cell, text).ok()?;
    Some(!answer.agrees(sheet.value(reading.cell)))
}
