//! The functions that forms use.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::expression::{Context, Operand, Place};
use super::scalar::{Evaluated, Number, Scalar, Stop, stored_number};
use crate::address::CellRef;
use crate::formula::Expr;
use crate::sheet::ValueRef;

/// Calls a function by its name in capitals.
pub(super) fn call(at: Context<'_, '_>, name: &str, arguments: &[Expr]) -> Evaluated<Operand> {
    let scalar = match (name, arguments) {
        ("IF", [_, _] | [_, _, _]) => return choose(at, arguments),
        ("IFERROR", [value, instead]) => match at.scalar(value) {
            Err(Stop::Error(_)) => at.scalar(instead)?,
            other => other?,
        },
        ("SUM", [_, ..]) => Scalar::Number(sum(at, arguments)?.total()?),
        ("AVERAGE", [_, ..]) => Scalar::Number(sum(at, arguments)?.average()?),
        ("MIN", [_, ..]) => Scalar::Number(furthest(at, arguments, Ordering::Less)?),
        ("MAX", [_, ..]) => Scalar::Number(furthest(at, arguments, Ordering::Greater)?),
        ("COUNT", [_, ..]) => Scalar::whole(count(at, arguments, is_number)?),
        ("COUNTA", [_, ..]) => Scalar::whole(count(at, arguments, |_| true)?),
        ("SUMPRODUCT", [_, ..]) => Scalar::Number(sum_of_products(at, arguments)?),
        ("ROUND", [value, decimals]) => {
            let value = at.number(value)?;
            Scalar::Number(value.rounded(whole(at.number(decimals)?)?)?)
        }
        ("ABS", [value]) => {
            let Number { value, terms } = at.number(value)?;
            Scalar::Number(Number { value: value.abs(), terms })
        }
        ("N", [value]) => Scalar::Number(n(at, value)?),
        ("NOT", [value]) => Scalar::Bool(!at.scalar(value)?.truth()?),
        ("AND", [_, ..]) => Scalar::Bool(!truths(at, arguments)?.contains(&false)),
        ("OR", [_, ..]) => Scalar::Bool(truths(at, arguments)?.contains(&true)),
        ("TRUE", []) => Scalar::Bool(true),
        ("FALSE", []) => Scalar::Bool(false),
        _ => return Stop::unknown(format!("the function {name} with {} arguments", arguments.len())),
    };
    Ok(Operand::Scalar(scalar))
}

fn choose(at: Context<'_, '_>, arguments: &[Expr]) -> Evaluated<Operand> {
    let [condition, then, rest @ ..] = arguments else { return Err(Stop::VALUE) };
    match (at.scalar(condition)?.truth()?, rest) {
        (true, _) => at.operand(then),
        (false, [otherwise, ..]) => at.operand(otherwise),
        (false, []) => Ok(Operand::Scalar(Scalar::Bool(false))),
    }
}

fn whole(number: Number) -> Evaluated<i64> {
    i64::try_from(number.value.trunc().mantissa()).map_err(|_| Stop::NUMBER)
}

/// Gives the numbers of the arguments: in cells only numbers count, written in the formula also truth values
/// and text that is a number.
fn numbers(
    at: Context<'_, '_>,
    arguments: &[Expr],
    each: &mut dyn FnMut(Number) -> Evaluated<()>,
) -> Evaluated<()> {
    for argument in arguments {
        match at.operand(argument)? {
            Operand::Scalar(scalar) => each(scalar.number()?)?,
            Operand::Places(places) => {
                for place in places {
                    numbers_in(at, place, &mut |_, number| each(number))?;
                }
            }
        }
    }
    Ok(())
}

fn numbers_in(
    at: Context<'_, '_>,
    place: Place,
    each: &mut dyn FnMut(CellRef, Number) -> Evaluated<()>,
) -> Evaluated<()> {
    at.evaluator.visit(place.sheet, place.range, &mut |cell, value| match value {
        ValueRef::Number(digits) => each(cell, stored_number(digits)?),
        ValueRef::Error(_) | ValueRef::Date(_) => Scalar::read(value).map(drop),
        _ => Ok(()),
    })
}

/// A sum by the signs of its terms, so that the magnitudes come with it for nothing.
#[derive(Default)]
struct Sum {
    above: Decimal,
    below: Decimal,
    /// What the terms of computed operands have beyond the operands' magnitudes.
    spread: Decimal,
    count: u64,
}

fn sum(at: Context<'_, '_>, arguments: &[Expr]) -> Evaluated<Sum> {
    let mut sum = Sum::default();
    numbers(at, arguments, &mut |number| sum.add(number))?;
    Ok(sum)
}

impl Sum {
    fn add(&mut self, number: Number) -> Evaluated<()> {
        let added = |to: Decimal, more: Decimal| {
            to.checked_add(more)
                .ok_or_else(|| Stop::Unknown("a sum too large for exact arithmetic".to_owned()))
        };
        let side = if number.value.is_sign_negative() { &mut self.below } else { &mut self.above };
        *side = added(*side, number.value)?;
        let size = number.value.abs();
        if number.terms > size {
            self.spread = added(self.spread, number.minus(Number::of(number.value))?.terms)?;
        }
        self.count += 1;
        Ok(())
    }

    fn total(&self) -> Evaluated<Number> {
        let spread = Number { value: Decimal::ZERO, terms: self.spread };
        Number::of(self.above).plus(Number::of(self.below))?.plus(spread)
    }

    fn average(&self) -> Evaluated<Number> {
        self.total()?.over(Number::of(Decimal::from(self.count)))
    }
}

fn furthest(at: Context<'_, '_>, arguments: &[Expr], side: Ordering) -> Evaluated<Number> {
    let mut found: Option<Number> = None;
    numbers(at, arguments, &mut |number| {
        if found.is_none_or(|best| number.value.cmp(&best.value) == side) {
            found = Some(number);
        }
        Ok(())
    })?;
    Ok(found.unwrap_or(Number::ZERO))
}

fn is_number(value: ValueRef<'_>) -> bool {
    matches!(value, ValueRef::Number(_) | ValueRef::Date(_))
}

/// Counts cells that pass a test; a value written in the formula counts where it is a number, or where all do.
fn count(at: Context<'_, '_>, arguments: &[Expr], test: fn(ValueRef<'_>) -> bool) -> Evaluated<usize> {
    let all = test(ValueRef::Error("#N/A"));
    let mut count = 0;
    for argument in arguments {
        match at.operand(argument) {
            Ok(Operand::Scalar(scalar)) => match scalar.number() {
                Err(Stop::Unknown(reason)) if !all => return Stop::unknown(reason),
                number => count += usize::from(all || number.is_ok()),
            },
            Ok(Operand::Places(places)) => {
                for place in places {
                    at.evaluator.visit(place.sheet, place.range, &mut |_, value| {
                        count += usize::from(test(value));
                        Ok(())
                    })?;
                }
            }
            Err(Stop::Error(_)) => count += usize::from(all),
            Err(unknown) => return Err(unknown),
        }
    }
    Ok(count)
}

/// `N`: the number a value stands for, text for none; of a range its first cell's.
fn n(at: Context<'_, '_>, argument: &Expr) -> Evaluated<Number> {
    let scalar = match at.operand(argument)? {
        Operand::Scalar(scalar) => scalar,
        Operand::Places(places) => match places.first() {
            Some(place) => at.cell(place.sheet, place.range.first())?,
            None => return Err(Stop::VALUE),
        },
    };
    match scalar {
        Scalar::Text(_) => Ok(Number::ZERO),
        other => other.number(),
    }
}

/// The truth values of `AND` and `OR`: in cells text and blanks do not count.
fn truths(at: Context<'_, '_>, arguments: &[Expr]) -> Evaluated<Vec<bool>> {
    let mut found = Vec::new();
    for argument in arguments {
        match at.operand(argument)? {
            // Excel takes an empty text written in the formula for none at all.
            Operand::Scalar(Scalar::Text(text)) if text.is_empty() => {}
            Operand::Scalar(scalar) => found.push(scalar.truth()?),
            Operand::Places(places) => {
                for place in places {
                    at.evaluator.visit(place.sheet, place.range, &mut |_, value| {
                        if !matches!(value, ValueRef::Text(_)) {
                            found.push(Scalar::read(value)?.truth()?);
                        }
                        Ok(())
                    })?;
                }
            }
        }
    }
    if found.is_empty() { Err(Stop::VALUE) } else { Ok(found) }
}

/// The numbers of one factor of `SUMPRODUCT` by their place in it; what is missing is 0.
type Factor = Vec<((u32, u16), Number)>;

fn sum_of_products(at: Context<'_, '_>, arguments: &[Expr]) -> Evaluated<Number> {
    let mut size = None;
    let mut factors: Vec<Factor> = Vec::with_capacity(arguments.len());
    for argument in arguments {
        let (dimensions, factor) = factor(at, argument)?;
        if *size.get_or_insert(dimensions) != dimensions {
            return Err(Stop::VALUE);
        }
        factors.push(factor);
    }
    let Some((first, others)) = factors.split_first() else { return Err(Stop::VALUE) };
    let mut rests: Vec<&[((u32, u16), Number)]> = others.iter().map(Vec::as_slice).collect();
    let mut total = Number::ZERO;
    for (place, number) in first {
        let mut product = *number;
        for rest in &mut rests {
            let skipped = rest.iter().take_while(|(other, _)| other < place).count();
            *rest = rest.get(skipped..).unwrap_or(&[]);
            let met = rest.first().filter(|(other, _)| other == place);
            product = product.times(met.map_or(Number::ZERO, |(_, number)| *number))?;
        }
        total = total.plus(product)?;
    }
    Ok(total)
}

fn factor(at: Context<'_, '_>, argument: &Expr) -> Evaluated<((u32, u16), Factor)> {
    let place = match at.in_arrays().operand(argument)? {
        Operand::Scalar(Scalar::Number(number)) => return Ok(((1, 1), vec![((0, 0), number)])),
        Operand::Scalar(_) => return Ok(((1, 1), Vec::new())),
        Operand::Places(places) => match places.as_slice() {
            [place] => *place,
            _ => return Err(Stop::VALUE),
        },
    };
    let (first, last) = (place.range.first(), place.range.last());
    let mut factor = Vec::new();
    numbers_in(at, place, &mut |cell, number| {
        factor.push(((cell.row() - first.row(), cell.column() - first.column()), number));
        Ok(())
    })?;
    Ok(((last.row() - first.row() + 1, last.column() - first.column() + 1), factor))
}
