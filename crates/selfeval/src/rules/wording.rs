//! Figures as messages show them: amounts in the table's own unit, rates as the table's rate column writes them.

use rust_decimal::Decimal;

use super::Context;
use crate::profile::Profile;
use crate::summary::{RateScale, Reading, Summary};
use crate::value::{fixed, shifted};

/// Sums of more terms than this name their range instead of every term.
const MOST_TERMS: usize = 20;

/// An amount in the unit of the table, zeros stripped, from 万元.
pub(super) fn amount(summary: &Summary, value: Decimal) -> String {
    plain(shifted(value, -summary.money.exponent()).unwrap_or(value))
}

/// A number with its zeros stripped.
pub(super) fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}

/// A score with as many decimals as asked.
pub(super) fn points(value: Decimal, decimals: u32) -> String {
    fixed(value, decimals)
}

/// 元 with thousands separators: `44,030`, `1,947.5`.
pub(super) fn yuan(value: Decimal) -> String {
    let text = plain(value);
    let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |text| ("-", text));
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// The terms of a sum written out in the table's unit, or their count and the range they stand in.
pub(super) fn terms(context: &Context<'_>, values: &[Decimal], range: &str) -> (String, String) {
    if values.len() > MOST_TERMS {
        let count = values.len();
        return (format!("{range} 共 {count} 项相加"), format!("the sum of the {count} amounts in {range}"));
    }
    let written: Vec<String> = values.iter().map(|value| term(context.summary, *value)).collect();
    let written = written.join(" + ");
    (written.clone(), written)
}

fn term(summary: &Summary, value: Decimal) -> String {
    let text = amount(summary, value);
    if value.is_sign_negative() && !value.is_zero() { format!("({text})") } else { text }
}

/// How a cell of the rate column writes its rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RateStyle {
    /// `98.17%`.
    Percent,
    /// `98.17` under a (%) label.
    Number,
    /// `0.9817`.
    Fraction,
}

impl RateStyle {
    /// The style of a cell; a blank one is filled with a percent sign unless the column holds numbers of percent.
    pub(super) fn of(summary: &Summary, reading: &Reading) -> Self {
        let number = summary.rate_scale == RateScale::Percent;
        match reading.figure() {
            Some(_) if reading.shown().percent() => Self::Percent,
            Some(_) if reading.shown().exponent() != 0 => Self::Number,
            Some(_) => Self::Fraction,
            None if number => Self::Number,
            None => Self::Percent,
        }
    }

    /// A rate with the decimals of a fraction, as such a cell shows it.
    pub(super) fn show(self, rate: Decimal, decimals: i8) -> String {
        let fraction = u32::try_from(decimals).unwrap_or(0);
        let places = fraction.saturating_sub(2);
        let hundred = || rate.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(rate);
        match self {
            Self::Percent => fixed(hundred(), places) + "%",
            Self::Number => fixed(hundred(), places),
            Self::Fraction => fixed(rate, fraction),
        }
    }
}

/// The change of grade that a change of the total score brings, to be added to it: `，等级 良 → 优`; empty where the
/// grade stays or the profile fixes none.
pub(super) fn grade_change(profile: &Profile, before: Decimal, after: Decimal) -> (String, String) {
    match (profile.grade(before), profile.grade(after)) {
        (Some(from), Some(to)) if from != to => {
            (format!("，等级 {from} → {to}"), format!(", grade {from} → {to}"))
        }
        _ => Default::default(),
    }
}

/// A rate in percent with its zeros stripped: `90%`.
pub(super) fn percent(rate: Decimal) -> String {
    format!("{}%", plain(rate.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(rate)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_has_thousands_separators() {
        for (value, text) in [
            ("44030", "44,030"),
            ("1947.50", "1,947.5"),
            ("432112.5", "432,112.5"),
            ("-1000", "-1,000"),
            ("0", "0"),
        ] {
            assert_eq!(yuan(value.parse().unwrap()), text);
        }
    }

    #[test]
    fn rates_are_shown_as_their_column_writes_them() {
        let rate: Decimal = "0.22".parse().unwrap();
        assert_eq!(RateStyle::Percent.show(rate, 4), "22.00%");
        assert_eq!(RateStyle::Number.show(rate, 3), "22.0");
        assert_eq!(RateStyle::Fraction.show(rate, 4), "0.2200");
        assert_eq!(percent("0.9".parse().unwrap()), "90%");
    }
}
