//! How a shown figure is judged: against the window of true values that its missing digits leave open, never
//! against a flat tolerance.

use rust_decimal::Decimal;

use super::{Figure, round, shifted};

/// How far a stated rate or score is from what the shown amounts give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What the shown amounts give, rounded, is what is stated.
    L0,
    /// Rounding of the executed amount explains it.
    L1,
    /// Only rounding of the budget, too, explains it.
    L2,
    /// Rounding does not explain it.
    L3,
}

/// A value whose true value lies in [value − half, value + half).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// The value, as shown or as summed.
    pub value: Decimal,
    /// Half the window; 0 where the value is exact.
    pub half: Decimal,
}

impl From<Figure> for Spread {
    fn from(figure: Figure) -> Self {
        Self { value: figure.value, half: figure.half() }
    }
}

impl Spread {
    /// Nothing, exactly.
    pub const ZERO: Self = Self { value: Decimal::ZERO, half: Decimal::ZERO };

    /// The sum of two, whose window is as wide as theirs together; `None` past what a decimal holds.
    pub fn plus(self, other: impl Into<Self>) -> Option<Self> {
        let other = other.into();
        let value = self.value.checked_add(other.value)?;
        Some(Self { value, half: self.half.checked_add(other.half)? })
    }

    /// The sum of figures; `None` past what a decimal holds.
    pub fn sum(figures: impl IntoIterator<Item = Figure>) -> Option<Self> {
        figures.into_iter().try_fold(Self::ZERO, Self::plus)
    }

    /// Lower end, inclusive.
    pub fn low(self) -> Option<Decimal> {
        self.value.checked_sub(self.half)
    }

    /// Upper end, exclusive.
    pub fn high(self) -> Option<Decimal> {
        self.value.checked_add(self.half)
    }
}

/// Judges a stated rate (a fraction) by executed amount B and budget A in one unit.
///
/// `None` where there is no rate to compare with: the budget is not above 0, or a number is beyond a decimal.
pub fn rate_level(rate: Figure, executed: impl Into<Spread>, budget: impl Into<Spread>) -> Option<Level> {
    let (b, a) = (executed.into(), budget.into());
    if a.value <= Decimal::ZERO {
        return None;
    }
    let decimals = u32::from(rate.decimals.max(0).unsigned_abs());
    if round(b.value.checked_div(a.value)?, decimals) == round(rate.value, decimals) {
        return Some(Level::L0);
    }
    let stated = Spread::from(Figure { value: round(rate.value, decimals), ..rate });
    if meets(b, a.value, a.value, stated)? {
        return Some(Level::L1);
    }
    let level = if meets(b, a.low()?, a.high()?, stated)? { Level::L2 } else { Level::L3 };
    Some(level)
}

/// Whether [(B−h)/high, (B+h)/low] meets [R−ρ, R+ρ), compared without dividing. A budget that may be 0 leaves
/// the rate open upwards.
fn meets(b: Spread, low: Decimal, high: Decimal, rate: Spread) -> Option<bool> {
    let below = b.low()? < rate.high()?.checked_mul(high)?;
    let above = low <= Decimal::ZERO || b.high()? >= rate.low()?.checked_mul(low)?;
    Some(below && above)
}

/// The executed amounts **in 元** that reproduce a stated rate on the shown budget (both in 万元), cut with the
/// window of the shown executed amount: from (inclusive) to (exclusive). `None` where there are none.
pub fn executed_interval(rate: Figure, executed: Figure, budget: Figure) -> Option<(Decimal, Decimal)> {
    let (shown, stated) = (Spread::from(executed), Spread::from(rate));
    let from = stated.low()?.checked_mul(budget.value)?.max(shown.low()?);
    let to = stated.high()?.checked_mul(budget.value)?.min(shown.high()?);
    if from >= to {
        return None;
    }
    Some((shifted(from, 4)?.normalize(), shifted(to, 4)?.normalize()))
}

/// The least and the greatest of Σ(wᵢ·sᵢ)/Σwᵢ over all weights within their windows. `None` where the weights
/// may sum to 0, or a number is beyond a decimal.
pub fn weighted_range(items: &[(Spread, Decimal)]) -> Option<(Decimal, Decimal)> {
    let mut sorted: Vec<(Decimal, Decimal, Decimal)> = items
        .iter()
        .map(|(weight, score)| Some((*score, weight.low()?.max(Decimal::ZERO), weight.high()?)))
        .collect::<Option<_>>()?;
    sorted.sort_by_key(|(score, _, _)| *score);
    let least = extreme(&sorted)?;
    sorted.reverse();
    let greatest = extreme(&sorted)?;
    Some((least.0, greatest.1))
}

/// With the first k weights at their upper ends and the others at their lower ends: the least and the greatest
/// mean over all k. The extreme of such a mean always has that shape.
fn extreme(sorted: &[(Decimal, Decimal, Decimal)]) -> Option<(Decimal, Decimal)> {
    let (mut products, mut weights) = (Decimal::ZERO, Decimal::ZERO);
    for (score, low, _) in sorted {
        products = products.checked_add(score.checked_mul(*low)?)?;
        weights = weights.checked_add(*low)?;
    }
    let mut means = Vec::with_capacity(sorted.len() + 1);
    means.extend(products.checked_div(weights));
    for (score, low, high) in sorted {
        let more = high.checked_sub(*low)?;
        products = products.checked_add(score.checked_mul(more)?)?;
        weights = weights.checked_add(more)?;
        means.extend(products.checked_div(weights));
    }
    Some((means.iter().min().copied()?, means.iter().max().copied()?))
}

/// Judges a stated score by what the shown figures give exactly and by the range their windows leave: L0, L1
/// (rounding of the weights explains it) or L3.
pub fn score_level(stated: Figure, exact: Decimal, range: (Decimal, Decimal)) -> Option<Level> {
    let decimals = u32::from(stated.decimals.max(0).unsigned_abs());
    let value = round(stated.value, decimals);
    if round(exact, decimals) == value {
        return Some(Level::L0);
    }
    let half = stated.half();
    let meets = range.0 < value.checked_add(half)? && range.1 >= value.checked_sub(half)?;
    Some(if meets { Level::L1 } else { Level::L3 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A figure with the decimals it is written with; a percentage is a fraction with two more.
    fn figure(text: &str) -> Figure {
        let (digits, shift) = text.strip_suffix('%').map_or((text, 0), |digits| (digits, 2));
        let value: Decimal = digits.parse().unwrap();
        let decimals = i8::try_from(value.scale()).unwrap() + shift;
        Figure { value: shifted(value, -shift).unwrap(), decimals, formula: false }
    }

    #[test]
    fn the_published_rates_stand_at_their_levels() {
        use Level::{L0, L1, L2, L3};
        let cases = [
            ("98.17%", "814.79", "830.00", L0),
            ("22.02%", "4.40", "20.00", L1),
            ("96.03%", "43.21", "45.00", L1),
            ("30.45%", "0.91", "3.00", L1),
            ("19.48%", "0.19", "1.00", L1),
            ("45.66%", "11.88", "26.00", L2),
            ("45.66%", "12.88", "26.00", L3),
            ("22.30%", "4.40", "20.00", L3),
        ];
        for (rate, executed, budget, level) in cases {
            let found = rate_level(figure(rate), figure(executed), figure(budget));
            assert_eq!(found, Some(level), "{rate} {executed} {budget}");
        }
        for budget in ["0.00", "-1.00"] {
            assert_eq!(rate_level(figure("0.00%"), figure("3.00"), figure(budget)), None);
        }
    }

    #[test]
    fn a_rate_is_explained_up_to_the_ends_of_the_windows() {
        use Level::{L1, L2, L3};
        let spread =
            |value: &str, half: &str| Spread { value: value.parse().unwrap(), half: half.parse().unwrap() };
        // 50.00% of 10 stands for [4.9995, 5.0005).
        let cases = [
            ("50.00%", spread("5.0105", "0.01"), spread("10", "0"), L3),
            ("50.00%", spread("5.0104", "0.01"), spread("10", "0"), L1),
            ("50.00%", spread("4.9895", "0.01"), spread("10", "0"), L1),
            ("50.00%", spread("4.9894", "0.01"), spread("10", "0"), L3),
            ("50.00%", spread("5.0105", "0.01"), spread("10", "0.01"), L2),
            ("50.00%", spread("4.9894", "0.01"), spread("10", "0.01"), L2),
            ("900%", spread("3", "0.5"), spread("0.4", "0.5"), L2),
            ("900%", spread("-3", "0.5"), spread("0.4", "0.5"), L2),
        ];
        for (rate, executed, budget, level) in cases {
            assert_eq!(
                rate_level(figure(rate), executed, budget),
                Some(level),
                "{rate} {executed:?} {budget:?}"
            );
        }
    }

    #[test]
    fn the_interval_is_what_the_ledger_must_show() {
        let cases = [
            ("22.02%", "4.40", "20.00", Some(("44030", "44050"))),
            ("96.03%", "43.21", "45.00", Some(("432112.5", "432150"))),
            ("30.45%", "0.91", "3.00", Some(("9133.5", "9136.5"))),
            ("19.48%", "0.19", "1.00", Some(("1947.5", "1948.5"))),
            ("45.66%", "11.88", "26.00", None),
            ("50.00%", "5.001", "10", None),
            ("50.00%", "5.000", "10", Some(("49995", "50005"))),
        ];
        for (rate, executed, budget, expected) in cases {
            let found = executed_interval(figure(rate), figure(executed), figure(budget));
            let expected = expected.map(|(from, to)| (from.parse().unwrap(), to.parse().unwrap()));
            assert_eq!(found, expected, "{rate}");
        }
    }

    #[test]
    fn a_weighted_score_ranges_with_its_weights() {
        let weight = |text| Spread::from(figure(text));
        let items = [(weight("1.0"), Decimal::from(80)), (weight("1.0"), Decimal::from(90))];
        let (least, greatest) = weighted_range(&items).unwrap();
        assert_eq!((least, greatest), (Decimal::new(8475, 2), Decimal::new(8525, 2)));
        let level = |text| score_level(figure(text), Decimal::from(85), (least, greatest));
        assert_eq!(level("85.00"), Some(Level::L0));
        assert_eq!(level("85.25"), Some(Level::L1));
        assert_eq!(level("85.26"), Some(Level::L3));
        assert_eq!(weighted_range(&[]), None);
        // 84.75 stands for [84.745, 84.755): a least score of 84.755 is just above, 84.7549 is within.
        let level = |least| score_level(figure("84.75"), Decimal::from(85), (least, greatest));
        assert_eq!(level(Decimal::new(84_755, 3)), Some(Level::L3));
        assert_eq!(level(Decimal::new(847_549, 4)), Some(Level::L1));
    }

    proptest! {
        #[test]
        fn a_rate_rounded_from_true_amounts_is_never_unexplained(
            budget in 1_00_i64..10_000_000_000, permille in 0_i64..=1_000_000, shown in 0_u32..=4,
        ) {
            let executed = i64::try_from(i128::from(budget) * i128::from(permille) / 1_000_000).unwrap();
            let (a, b) = (Decimal::new(budget, 6), Decimal::new(executed, 6));
            prop_assume!(round(a, shown) > Decimal::ZERO);
            let amount = |value| Figure { value: round(value, shown), decimals: i8::try_from(shown).unwrap(), formula: false };
            let rate = Figure { value: round(b.checked_div(a).unwrap(), 4), decimals: 4, formula: false };
            prop_assert!(rate_level(rate, amount(b), amount(a)).unwrap() < Level::L3);
        }

        #[test]
        fn amounts_inside_the_interval_reproduce_the_rate(executed in 0_i64..100_000, budget in 1_i64..100_000) {
            let (a, b) = (Decimal::new(budget, 0), Decimal::new(executed, 4));
            let rate = Figure { value: round(b.checked_div(a).unwrap(), 4), decimals: 4, formula: false };
            let shown = Figure { value: round(b, 2), decimals: 2, formula: false };
            let (from, to) = executed_interval(rate, shown, Figure { value: a, decimals: 0, formula: false }).unwrap();
            let yuan = Decimal::from(executed);
            prop_assert!(from <= yuan && yuan < to);
        }
    }
}
