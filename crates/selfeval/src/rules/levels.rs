//! How bad it is that a figure differs, by what rounding explains.

use rust_decimal::Decimal;

use crate::finding::Severity;
use crate::value::{Figure, Level, Spread};

/// How bad a stated sum is beside the sum of its terms; none where they are equal. Up to the tail difference
/// (尾差) info, as far as the rounding of all terms reaches a warning, beyond that an error.
///
/// Terms that are formulas keep the window of their own inputs: only the stated sum has none if it was computed.
pub(super) fn sum_severity(stated: Figure, sum: Spread, tail: Decimal) -> Option<Severity> {
    let own = if stated.formula { Decimal::ZERO } else { stated.half() };
    let gap = stated.value.checked_sub(sum.value)?.abs();
    if gap.is_zero() {
        None
    } else if gap <= tail {
        Some(Severity::Info)
    } else if gap <= sum.half.checked_add(own)? {
        Some(Severity::Warning)
    } else {
        Some(Severity::Error)
    }
}

/// How bad a rate at a level is beside a budget A in 万元: a whole number of 万元 was hardly rounded.
pub(super) fn rate_severity(level: Level, budget: Decimal) -> Option<Severity> {
    match level {
        Level::L0 => None,
        Level::L2 if budget.fract().is_zero() => Some(Severity::Warning),
        Level::L1 | Level::L2 => Some(Severity::Info),
        Level::L3 => Some(Severity::Error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_judged_by_tail_difference_and_windows() {
        let figure = |text: &str| Figure { value: text.parse().unwrap(), decimals: 2, formula: false };
        let sum = Spread { value: Decimal::from(100), half: Decimal::new(15, 3) };
        let tail = Decimal::new(1, 2);
        for (stated, severity) in [
            ("100.00", None),
            ("100.01", Some(Severity::Info)),
            ("99.98", Some(Severity::Warning)),
            ("100.03", Some(Severity::Error)),
        ] {
            assert_eq!(sum_severity(figure(stated), sum, tail), severity, "{stated}");
        }
        let formula = Figure { formula: true, ..figure("99.98") };
        assert_eq!(
            sum_severity(formula, sum, tail),
            Some(Severity::Error),
            "a formula's result is not rounded"
        );
    }
}
