//! Single values and how a spreadsheet turns one kind into another.

use std::borrow::Cow;
use std::cmp::Ordering;

use rust_decimal::{Decimal, RoundingStrategy};

use super::Answer;
use crate::formula::Operator;
use crate::number;
use crate::sheet::ValueRef;

/// Why there is no value: an error value, which formulas pass on, or something not computed here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Error(Cow<'static, str>),
    Unknown(String),
}

impl Stop {
    pub(super) const VALUE: Self = Self::Error(Cow::Borrowed("#VALUE!"));
    pub(super) const DIVISION: Self = Self::Error(Cow::Borrowed("#DIV/0!"));
    pub(super) const NUMBER: Self = Self::Error(Cow::Borrowed("#NUM!"));

    pub(super) fn unknown<T>(reason: impl Into<String>) -> Result<T, Self> {
        Err(Self::Unknown(reason.into()))
    }
}

pub(super) type Evaluated<T> = Result<T, Stop>;

/// A number and the sum of its terms' magnitudes, which bounds how far binary arithmetic may stray from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) value: Decimal,
    pub(super) terms: Decimal,
}

fn held<T>(result: Option<T>) -> Evaluated<T> {
    result.ok_or_else(|| Stop::Unknown("a number too large for exact arithmetic".to_owned()))
}

impl Number {
    pub(super) const ZERO: Self = Self { value: Decimal::ZERO, terms: Decimal::ZERO };

    pub(super) fn of(value: Decimal) -> Self {
        Self { value, terms: value.abs() }
    }

    /// The product or quotient of numbers that are not 0, unless it is so small that its digits are lost.
    fn kept(value: Option<Decimal>, terms: Option<Decimal>) -> Evaluated<Self> {
        let value = held(value)?;
        if value.abs() < Decimal::new(1, 12) {
            return Stop::unknown("a number too small for exact arithmetic");
        }
        Ok(Self { value, terms: terms.unwrap_or(value.abs()).max(value.abs()) })
    }

    pub(super) fn plus(self, other: Self) -> Evaluated<Self> {
        let value = held(self.value.checked_add(other.value))?;
        Ok(Self { value, terms: held(self.terms.checked_add(other.terms))? })
    }

    pub(super) fn minus(self, other: Self) -> Evaluated<Self> {
        self.plus(other.negated())
    }

    pub(super) fn negated(self) -> Self {
        Self { value: Decimal::ZERO.checked_sub(self.value).unwrap_or_default(), terms: self.terms }
    }

    pub(super) fn times(self, other: Self) -> Evaluated<Self> {
        if self.value.is_zero() || other.value.is_zero() {
            return Ok(Self {
                value: Decimal::ZERO,
                terms: self.terms.checked_mul(other.terms).unwrap_or_default(),
            });
        }
        Self::kept(self.value.checked_mul(other.value), self.terms.checked_mul(other.terms))
    }

    pub(super) fn over(self, other: Self) -> Evaluated<Self> {
        if other.value.is_zero() {
            return Err(Stop::DIVISION);
        }
        let divisor = other.value.abs();
        let spread = other.terms.checked_div(divisor);
        let terms = self.terms.checked_div(divisor).zip(spread).and_then(|(a, b)| a.checked_mul(b));
        if self.value.is_zero() {
            return Ok(Self { value: Decimal::ZERO, terms: terms.unwrap_or_default() });
        }
        Self::kept(self.value.checked_div(other.value), terms)
    }

    pub(super) fn power(self, exponent: Self) -> Evaluated<Self> {
        const LARGEST: i64 = 1_024;
        let whole = exponent.value.normalize();
        let times = if whole.scale() == 0 { i64::try_from(whole.mantissa()).ok() } else { None };
        let Some(times) = times.filter(|times| times.abs() <= LARGEST) else {
            return Stop::unknown(format!("the power {whole}"));
        };
        if self.value.is_zero() && times <= 0 {
            return Err(if times == 0 { Stop::NUMBER } else { Stop::DIVISION });
        }
        let base = if times < 0 { Self::of(Decimal::ONE).over(self)? } else { self };
        (0..times.abs()).try_fold(Self::of(Decimal::ONE), |product, _| product.times(base))
    }

    /// Rounded to a number of decimals (negative: to tens, hundreds …), half away from zero.
    ///
    /// A quotient has 28 digits here: what is half but for its last digits is half.
    pub(super) fn rounded(self, decimals: i64) -> Evaluated<Self> {
        const CLEAN: u32 = 24;
        let clean = number::significant(self.value, CLEAN);
        if let Ok(decimals) = u32::try_from(decimals) {
            let strategy = RoundingStrategy::MidpointAwayFromZero;
            return Ok(Self::of(clean.round_dp_with_strategy(decimals.min(28), strategy)));
        }
        let unit = u32::try_from(decimals.unsigned_abs()).ok().and_then(|places| 10i128.checked_pow(places));
        let Some(unit) = unit.and_then(|unit| Decimal::try_from_i128_with_scale(unit, 0).ok()) else {
            return Ok(Self::ZERO);
        };
        let count = held(clean.checked_div(unit))?;
        let count = count.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        Ok(Self::of(held(count.checked_mul(unit))?))
    }
}

/// One value of a computation; errors travel as [`Stop`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Blank,
    Number(Number),
    Text(String),
    Bool(bool),
}

impl Scalar {
    pub(super) fn read(value: ValueRef<'_>) -> Evaluated<Self> {
        Ok(match value {
            ValueRef::Blank => Self::Blank,
            ValueRef::Number(digits) => Self::Number(stored_number(digits)?),
            ValueRef::Text(text) => Self::Text(text.to_owned()),
            ValueRef::Bool(truth) => Self::Bool(truth),
            ValueRef::Error(code) => return Err(Stop::Error(Cow::Owned(code.to_owned()))),
            ValueRef::Date(date) => return Stop::unknown(format!("the date {date}")),
        })
    }

    pub(super) fn whole(number: usize) -> Self {
        Self::Number(Number::of(Decimal::from(number)))
    }

    /// As an operand of arithmetic.
    pub(super) fn number(&self) -> Evaluated<Number> {
        match self {
            Self::Blank => Ok(Number::ZERO),
            Self::Number(number) => Ok(*number),
            Self::Bool(truth) => Ok(Number::of(Decimal::from(u8::from(*truth)))),
            Self::Text(text) => typed_number(text),
        }
    }

    /// As a condition.
    pub(super) fn truth(&self) -> Evaluated<bool> {
        match self {
            Self::Blank => Ok(false),
            Self::Bool(truth) => Ok(*truth),
            Self::Number(number) => Ok(!number.value.is_zero()),
            Self::Text(text) if text.eq_ignore_ascii_case("TRUE") => Ok(true),
            Self::Text(text) if text.eq_ignore_ascii_case("FALSE") => Ok(false),
            Self::Text(_) => Err(Stop::VALUE),
        }
    }

    /// As a piece of text.
    pub(super) fn text(&self) -> Evaluated<String> {
        match self {
            Self::Blank => Ok(String::new()),
            Self::Text(text) => Ok(text.clone()),
            Self::Bool(truth) => Ok(if *truth { "TRUE" } else { "FALSE" }.to_owned()),
            Self::Number(number) => general(number.value),
        }
    }

    /// What a formula that ends in this value gives; a blank cell reads as 0.
    pub(super) fn answer(self) -> Answer {
        match self {
            Self::Blank => Answer::Number { value: Decimal::ZERO, terms: Decimal::ZERO },
            Self::Number(Number { value, terms }) => Answer::Number { value, terms },
            Self::Text(text) => Answer::Text(text),
            Self::Bool(truth) => Answer::Bool(truth),
        }
    }
}

/// A number as it stands in a cell.
pub(super) fn stored_number(digits: &str) -> Evaluated<Number> {
    match number::decimal(digits) {
        Some(value) => Ok(Number::of(value)),
        None => Stop::unknown(format!("the number {digits}")),
    }
}

/// Text as an operand of arithmetic. Plain digits count; what has digits but might be a date or an amount of
/// money depends on the program's language, so it is not computed here.
fn typed_number(text: &str) -> Evaluated<Number> {
    let plain = text.trim_matches(' ');
    if let Some(value) = number::decimal(plain) {
        return Ok(Number::of(value));
    }
    if plain.bytes().any(|byte| byte.is_ascii_digit()) {
        return Stop::unknown(format!("the text {text:?} as a number"));
    }
    Err(Stop::VALUE)
}

/// A number in the General format, where that is plain digits.
fn general(value: Decimal) -> Evaluated<String> {
    const DIGITS: u32 = 15;
    let shown = number::significant(value, DIGITS);
    let size = shown.abs();
    let plain = size.is_zero() || (size >= Decimal::new(1, 4) && size < Decimal::from(10u64.pow(DIGITS)));
    if plain { Ok(shown.to_string()) } else { Stop::unknown(format!("the text of the number {shown}")) }
}

/// A comparison: numbers before text before truth values; a blank counts as the other side's nothing.
pub(super) fn compare(operator: Operator, left: &Scalar, right: &Scalar) -> Evaluated<bool> {
    let equality = matches!(operator, Operator::Equal | Operator::Unequal);
    let order = match (left, right) {
        (Scalar::Text(a), Scalar::Text(b)) => text_order(a, b, equality)?,
        (Scalar::Blank, Scalar::Text(b)) => text_order("", b, equality)?,
        (Scalar::Text(a), Scalar::Blank) => text_order(a, "", equality)?,
        (Scalar::Bool(a), Scalar::Bool(b)) => a.cmp(b),
        (Scalar::Blank, Scalar::Bool(b)) => false.cmp(b),
        (Scalar::Bool(a), Scalar::Blank) => a.cmp(&false),
        (Scalar::Number(_) | Scalar::Blank, Scalar::Number(_) | Scalar::Blank) => {
            compared(left.number()?.value).cmp(&compared(right.number()?.value))
        }
        _ => kind(left).cmp(&kind(right)),
    };
    Ok(match operator {
        Operator::Equal => order.is_eq(),
        Operator::Unequal => order.is_ne(),
        Operator::Less => order.is_lt(),
        Operator::LessEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        _ => order.is_ge(),
    })
}

/// Spreadsheets compare numbers at 15 significant digits.
fn compared(value: Decimal) -> Decimal {
    number::significant(value, 15)
}

fn kind(scalar: &Scalar) -> u8 {
    match scalar {
        Scalar::Blank | Scalar::Number(_) => 0,
        Scalar::Text(_) => 1,
        Scalar::Bool(_) => 2,
    }
}

/// The order of two texts without regard to case. Which of two Chinese texts comes first depends on the
/// program's language, so only equality is told of them.
fn text_order(a: &str, b: &str, equality: bool) -> Evaluated<Ordering> {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric());
    if equality || a == b || (plain(&a) && plain(&b)) {
        return Ok(a.cmp(&b));
    }
    Stop::unknown("the order of two texts")
}
