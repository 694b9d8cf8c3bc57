//! Fixes that put a computed cell's formula, with its result, where it belongs.

use jixiao_workbook::{CellRef, Edit, Value, edit, number};
use rust_decimal::Decimal;

use super::Context;
use crate::computed::Expression;
use crate::finding::{Applicability, Fix, Words};
use crate::summary::{Content, RateScale, Reading};
use crate::value::round;

/// A fix that writes a formula and its result, given in the cell's own unit. Filling a blank cell or replacing
/// an equal figure is safe; what changes a declared figure is for a person to decide.
pub(super) fn formula(
    context: &Context<'_>,
    reading: &Reading,
    expression: Option<Expression>,
    result: Option<Decimal>,
) -> Option<Fix> {
    let (expression, result) = (expression?, result?);
    if !expression.fits() {
        return None;
    }
    let text = expression.formula();
    let title = Words::new(
        format!("在 {} 填入公式 ={text}", reading.cell),
        format!("put the formula ={text} into {}", reading.cell),
    );
    let applicability =
        if reading.content == Content::Blank { Applicability::Safe } else { Applicability::Review };
    let cached = Value::Number(number::written(result));
    let content = edit::Content::Formula { text, cached };
    Some(Fix { title, applicability, edits: vec![set(context, reading.cell, content)] })
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
