//! Figures as they stand in a table: how numbers are written, rounding half away from zero, and the windows of
//! true values that shown figures stand for.

use jixiao_workbook::number::digits;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

mod parse;
mod window;

pub(crate) use parse::is_blank;
pub use parse::{Parsed, is_no_value, parse};
pub use window::{Level, Spread, executed_interval, rate_level, score_level, weighted_range};

/// A unit of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Money {
    /// 元.
    #[serde(rename = "元")]
    Yuan,
    /// 万元, the form's own unit.
    #[serde(rename = "万元")]
    TenThousand,
    /// 亿元.
    #[serde(rename = "亿元")]
    HundredMillion,
}

impl Money {
    /// The power of ten that turns this unit into 万元: -4 for 元, 0 for 万元, 4 for 亿元.
    pub fn exponent(self) -> i8 {
        match self {
            Self::Yuan => -4,
            Self::TenThousand => 0,
            Self::HundredMillion => 4,
        }
    }

    /// The unit's name as forms write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yuan => "元",
            Self::TenThousand => "万元",
            Self::HundredMillion => "亿元",
        }
    }
}

/// A number that stands in the table. Amounts are in 万元, rates are fractions (0.9817), scores are points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// The stored value, at 15 significant digits.
    pub value: Decimal,
    /// Decimals shown, in the unit of `value`: 98.17% has 4, an amount of 元 with 2 decimals has 6.
    pub decimals: i8,
    /// Whether a formula gave it: its window is nothing in sums over its own inputs.
    pub formula: bool,
}

impl Figure {
    /// Half the window the figure stands for: the true value lies in [value − h, value + h).
    pub fn half(&self) -> Decimal {
        half_unit(self.decimals)
    }
}

/// Half of the last decimal: ½·10^-decimals.
pub fn half_unit(decimals: i8) -> Decimal {
    if decimals >= 0 {
        return Decimal::new(5, u32::from(decimals.unsigned_abs()).saturating_add(1).min(28));
    }
    shifted(Decimal::new(5, 1), decimals.saturating_neg().min(20)).unwrap_or(Decimal::MAX)
}

/// Rounds half away from zero (四舍五入), as Excel's ROUND does.
pub fn round(value: Decimal, decimals: u32) -> Decimal {
    value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}

/// The value rounded and written with exactly so many decimals: `22` with 2 is `22.00`.
///
/// `format!("{:.2}")` of a decimal panics where whole digits and decimals together are more than it can hold.
pub fn fixed(value: Decimal, decimals: u32) -> String {
    let mut text = digits(round(value, decimals));
    let written = text.split_once('.').map_or(0, |(_, after)| after.len());
    let missing = (decimals as usize).saturating_sub(written);
    if missing > 0 && written == 0 {
        text.push('.');
    }
    text.extend(std::iter::repeat_n('0', missing));
    text
}

/// The value times 10^exponent, exactly; `None` where a decimal cannot hold it.
pub fn shifted(value: Decimal, exponent: i8) -> Option<Decimal> {
    let places = u32::from(exponent.unsigned_abs());
    if exponent >= 0 {
        return (0..places).try_fold(value, |value, _| value.checked_mul(Decimal::TEN));
    }
    let mut result = value;
    if result.scale() + places > 28 {
        result = result.normalize();
    }
    result.set_scale(result.scale() + places).ok()?;
    Some(result)
}

/// Digits after the point once closing zeros are dropped: 4.40 has 1.
pub fn typed_decimals(value: Decimal) -> i8 {
    i8::try_from(value.normalize().scale()).unwrap_or(i8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_unit_follows_the_decimals() {
        let cases = [
            (2, "0.005"),
            (0, "0.5"),
            (6, "0.0000005"),
            (-2, "50"),
            (-4, "5000"),
            (40, "0.0000000000000000000000000005"),
        ];
        for (decimals, half) in cases {
            assert_eq!(half_unit(decimals), half.parse::<Decimal>().unwrap(), "{decimals}");
        }
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        for (value, decimals, rounded) in [("0.125", 2, "0.13"), ("-0.125", 2, "-0.13"), ("2.5", 0, "3")] {
            assert_eq!(round(value.parse().unwrap(), decimals), rounded.parse().unwrap(), "{value}");
        }
    }

    #[test]
    fn units_are_shifted_exactly() {
        let cases = [("8147900", -4, "814.79"), ("5.2", 4, "52000"), ("0.01", -4, "0.000001")];
        for (value, exponent, expected) in cases {
            assert_eq!(shifted(value.parse().unwrap(), exponent), Some(expected.parse().unwrap()), "{value}");
        }
        let long = "1.0000000000000000000000000000".parse().unwrap();
        assert_eq!(shifted(long, -1), Some(Decimal::new(1, 1)), "closing zeros make room");
        assert_eq!(shifted(Decimal::new(1, 28), -1), None);
        assert_eq!(shifted(Decimal::MAX, 4), None);
        for (unit, expected) in
            [(Money::Yuan, "0.0005"), (Money::TenThousand, "5"), (Money::HundredMillion, "50000")]
        {
            assert_eq!(shifted(Decimal::from(5), unit.exponent()), Some(expected.parse().unwrap()));
        }
    }

    #[test]
    fn fixed_writes_every_decimal_of_any_value() {
        for (value, decimals, text) in [
            ("22", 2, "22.00"),
            ("22.005", 2, "22.01"),
            ("-0.5", 0, "-1"),
            ("0.1", 3, "0.100"),
            ("79228162514264337593543950335", 4, "79228162514264337593543950335.0000"),
        ] {
            assert_eq!(fixed(value.parse().unwrap(), decimals), text);
        }
    }
}
