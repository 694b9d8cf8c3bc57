//! Fixes that put a computed cell's formula, with its result, where it belongs.

use rust_decimal::Decimal;

use super::{Context, formulas};
use crate::computed::{Expression, Outcome};
use crate::finding::{Applicability, Fix, Words};
use crate::summary::{Content, Reading};
use crate::value::round;

/// A fix that writes a formula whose result is the figure expected, in 万元, as a fraction or in points. There is
/// none where the formula gives something else as the table stands: a cell it reads is blank, text or itself
/// wrong. Filling a blank cell is safe; what changes a declared figure is for a person to decide.
pub(super) fn formula(context: &Context<'_>, reading: &Reading, expected: Decimal) -> Option<Box<Fix>> {
    let cell = reading.cell;
    let expression = formulas::expression(context, cell)?;
    let outcome = formulas::outcome(context, &expression)?;
    let expected = rounded(&expression, formulas::spot(context, cell).in_cell(expected)?);
    if !expression.fits() || !gives(outcome, expected) {
        return None;
    }
    let text = expression.formula();
    let title =
        Words::new(format!("在 {cell} 填入公式 ={text}"), format!("put the formula ={text} into {cell}"));
    let applicability =
        if reading.content() == Content::Blank { Applicability::Safe } else { Applicability::Review };
    let edits = vec![formulas::with_expression(context, cell, &expression, outcome)];
    Some(Box::new(Fix { title, applicability, edits }))
}

/// Whether an outcome is the number expected, as far as spreadsheets compute alike.
fn gives(outcome: Outcome, expected: Decimal) -> bool {
    let Outcome::Number(number) = outcome else { return false };
    number.checked_sub(expected).is_some_and(|gap| gap.abs() <= Decimal::new(1, 9))
}

/// A figure as the expression's own rounding leaves it.
fn rounded(expression: &Expression, figure: Decimal) -> Decimal {
    match expression {
        Expression::Rate { percent: Some(decimals), .. } | Expression::Weighted { decimals, .. } => {
            round(figure, *decimals)
        }
        _ => figure,
    }
}
