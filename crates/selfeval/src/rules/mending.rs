//! Fixes that put a computed cell's formula, with its result, where it belongs.

use jixiao_workbook::{CellRef, Edit, edit};
use rust_decimal::Decimal;

use super::{Context, formulas};
use crate::computed::{Expression, Outcome};
use crate::finding::{Applicability, Fix, Words};
use crate::summary::{Content, RateScale, Reading};
use crate::value::round;

/// A fix that writes a formula whose result, in the cell's own unit, is the one expected. There is none where the
/// formula gives something else as the table stands: a cell it reads is blank, text or itself wrong. Filling a blank cell or replacing
/// an equal figure is safe; what changes a declared figure is for a person to decide.
pub(super) fn formula(
    context: &Context<'_>,
    reading: &Reading,
    expression: Option<Expression>,
    result: Option<Decimal>,
) -> Option<Fix> {
    let (expression, result) = (expression?, result?);
    let outcome = formulas::outcome(context, &expression)?;
    if !expression.fits() || !gives(outcome, result) {
        return None;
    }
    let text = expression.formula();
    let title = Words::new(
        format!("在 {} 填入公式 ={text}", reading.cell),
        format!("put the formula ={text} into {}", reading.cell),
    );
    let applicability =
        if reading.content == Content::Blank { Applicability::Safe } else { Applicability::Review };
    let content = edit::Content::Formula { text, cached: formulas::value(outcome) };
    Some(Fix { title, applicability, edits: vec![set(context, reading.cell, content)] })
}

/// Whether an outcome is the number expected, as far as spreadsheets compute alike.
fn gives(outcome: Outcome, expected: Decimal) -> bool {
    let Outcome::Number(number) = outcome else { return false };
    number.checked_sub(expected).is_some_and(|gap| gap.abs() <= Decimal::new(1, 9))
}

/// The result of a rate's formula in its column's unit: the fraction, or a number of percent as it is rounded.
pub(super) fn rate_result(expression: Option<&Expression>, rate: Decimal) -> Option<Decimal> {
    match expression {
        Some(Expression::Rate { percent: Some(decimals), .. }) => {
            Some(round(rate.checked_mul(Decimal::ONE_HUNDRED)?, *decimals))
        }
        _ => Some(rate),
    }
}

fn set(context: &Context<'_>, cell: CellRef, content: edit::Content) -> Edit {
    let rate = context.located.columns.rate.as_ref().is_some_and(|column| column.number == cell.column());
    let fraction = context.summary.rate_scale != RateScale::Percent;
    let style = if rate && fraction && lacks_percent(context, cell) {
        edit::Style::Format("0.00%".to_owned())
    } else {
        edit::Style::Keep
    };
    Edit::SetCell { sheet: context.located.sheet, cell, content, style }
}

/// Whether the cell's own format would show a fraction as a bare number or as text.
fn lacks_percent(context: &Context<'_>, cell: CellRef) -> bool {
    context.workbook.sheet(context.located.sheet).is_ok_and(|sheet| {
        let format = context.workbook.format_at(sheet, cell);
        format.is_general() || format.is_text()
    })
}
