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
    mut each: impl FnMut(Number) -> Evaluated<()>,
) -> Evaluated<()> {
    for argument in arguments {
        match at.operand(argument)? {
            Operand::Scalar(scalar) => each(scalar.number()?)?,
            Operand::Places(places) => {
                for place in places {
                    numbers_in(at, place, |_, value| each(Number::of(value)))?;
                }
            }
        }
    }
    Ok(())
}

fn numbers_in(
    at: Context<'_, '_>,
    place: Place,
    mut each: impl FnMut(CellRef, Decimal) -> Evaluated<()>,
) -> Evaluated<()> {
    at.evaluator.visit(place.sheet, place.range, &mut |cell, value| match value {
        ValueRef::Number(digits) => each(cell, stored_number(digits)?.value),
        ValueRef::Error(_) | ValueRef::Date(_) => Scalar::read(value).map(drop),
        _ => Ok(()),
    })
}

/// Decimals that a number may have.
const SCALES: usize = 29;

/// A sum of numbers and of their magnitudes, exact in whole numbers per count of decimals: a column of 100,000
/// amounts adds up several times faster than in decimals.
struct Sum {
    values: [i128; SCALES],
    sizes: [i128; SCALES],
    /// What the terms of computed operands have beyond the operands' magnitudes.
    spread: Decimal,
    count: u64,
}

fn sum(at: Context<'_, '_>, arguments: &[Expr]) -> Evaluated<Sum> {
    let mut sum = Sum::new();
    for argument in arguments {
        match at.operand(argument)? {
            Operand::Scalar(scalar) => sum.add_computed(scalar.number()?)?,
            Operand::Places(places) => {
                for place in places {
                    numbers_in(at, place, |_, value| sum.add(value))?;
                }
            }
        }
    }
    Ok(sum)
}

fn too_large() -> Stop {
    Stop::Unknown("a sum too large for exact arithmetic".to_owned())
}

impl Sum {
    fn new() -> Self {
        Self { values: [0; SCALES], sizes: [0; SCALES], spread: Decimal::ZERO, count: 0 }
    }

    fn add(&mut self, value: Decimal) -> Evaluated<()> {
        let (digits, scale) = (value.mantissa(), value.scale() as usize);
        let (Some(sum), Some(size)) = (self.values.get_mut(scale), self.sizes.get_mut(scale)) else {
            return Err(too_large());
        };
        *sum = sum.checked_add(digits).ok_or_else(too_large)?;
        *size = size.checked_add(digits.abs()).ok_or_else(too_large)?;
        self.count += 1;
        Ok(())
    }

    fn add_computed(&mut self, number: Number) -> Evaluated<()> {
        let beyond = number.terms.checked_sub(number.value.abs()).ok_or_else(too_large)?;
        self.spread = self.spread.checked_add(beyond).ok_or_else(too_large)?;
        self.add(number.value)
    }

    fn total(&self) -> Evaluated<Number> {
        let value = joined(&self.values)?;
        let terms = joined(&self.sizes)?.checked_add(self.spread).ok_or_else(too_large)?;
        Ok(Number { value, terms })
    }

    fn average(&self) -> Evaluated<Number> {
        self.total()?.over(Number::of(Decimal::from(self.count)))
    }
}

fn joined(sums: &[i128; SCALES]) -> Evaluated<Decimal> {
    let parts = (0..).zip(sums).filter(|(_, sum)| **sum != 0);
    let added = parts.map(|(scale, sum)| Decimal::try_from_i128_with_scale(*sum, scale).ok());
    added.into_iter().try_fold(Decimal::ZERO, |total, part| total.checked_add(part?)).ok_or_else(too_large)
}

fn furthest(at: Context<'_, '_>, arguments: &[Expr], side: Ordering) -> Evaluated<Number> {
    let mut found: Option<Number> = None;
    numbers(at, arguments, |number| {
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
type Factor = Vec<(Offset, Decimal)>;

/// Rows and columns from a range's first cell.
type Offset = (u32, u16);

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
    let mut rests: Vec<&[(Offset, Decimal)]> = others.iter().map(Vec::as_slice).collect();
    let mut total = Sum::new();
    for (place, value) in first {
        let mut product = *value;
        for rest in &mut rests {
            product = times(product, next_at(rest, *place))?;
        }
        total.add(product)?;
    }
    total.total()
}

/// The number at a place, passing over those before it.
fn next_at(rest: &mut &[(Offset, Decimal)], place: Offset) -> Decimal {
    let passed = rest.iter().take_while(|(other, _)| *other < place).count();
    *rest = rest.get(passed..).unwrap_or(&[]);
    rest.first().filter(|(other, _)| *other == place).map_or(Decimal::ZERO, |(_, value)| *value)
}

fn times(a: Decimal, b: Decimal) -> Evaluated<Decimal> {
    Ok(Number::of(a).times(Number::of(b))?.value)
}

fn factor(at: Context<'_, '_>, argument: &Expr) -> Evaluated<(Offset, Factor)> {
    let place = match at.in_arrays().operand(argument)? {
        Operand::Scalar(Scalar::Number(number)) => return Ok(((1, 1), vec![((0, 0), number.value)])),
        Operand::Scalar(_) => return Ok(((1, 1), Vec::new())),
        Operand::Places(places) => match places.as_slice() {
            [place] => *place,
            _ => return Err(Stop::VALUE),
        },
    };
    let (first, last) = (place.range.first(), place.range.last());
    let mut factor = Vec::new();
    numbers_in(at, place, |cell, value| {
        factor.push(((cell.row() - first.row(), cell.column() - first.column()), value));
        Ok(())
    })?;
    Ok(((last.row() - first.row() + 1, last.column() - first.column() + 1), factor))
}
