//! Figures as they stand in a table: decimals, rounding half away from zero, and the window of true values
//! that a shown figure stands for.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

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
        Decimal::new(5, u32::from(decimals.unsigned_abs()).saturating_add(1).min(28))
    } else {
        let mut half = Decimal::new(5, 1);
        for _ in 0..decimals.unsigned_abs().min(20) {
            half = half.checked_mul(Decimal::TEN).unwrap_or(half);
        }
        half
    }
}

/// Rounds half away from zero (四舍五入), as Excel's ROUND does.
pub fn round(value: Decimal, decimals: u32) -> Decimal {
    value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}
