//! What a person sees in a number cell: the number format applied to the stored value.

use jixiao_workbook::NumberFormat;
use jixiao_workbook::number::digits;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::value::{round, shifted};

/// How a figure is shown in its cell, so that the text need not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shown {
    /// Decimals of the number format; [`GENERAL`] for General and text.
    decimals: u8,
    /// The power of ten that turned the number into the figure's unit.
    exponent: i8,
    signs: Signs,
}

/// In place of the decimals: as many as the number has.
const GENERAL: u8 = u8::MAX;

/// What a number format adds to the digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Signs {
    None,
    Percent,
    /// Thousands are parted by commas.
    Grouped,
    GroupedPercent,
}

impl Shown {
    /// In General format, in the figure's own unit.
    pub(crate) const PLAIN: Self = Self { decimals: GENERAL, exponent: 0, signs: Signs::None };
    /// In General format with a percent sign behind it.
    pub(crate) const PERCENT: Self = Self { signs: Signs::Percent, ..Self::PLAIN };

    /// As a number format shows it; `exponent` turned the stored number into the figure's unit.
    pub(crate) fn by(format: &NumberFormat, exponent: i8) -> Self {
        let Some(decimals) = format.decimals() else { return Self { exponent, ..Self::PLAIN } };
        let signs = match (format.is_percent(), format.code.contains(",##")) {
            (false, false) => Signs::None,
            (true, false) => Signs::Percent,
            (false, true) => Signs::Grouped,
            (true, true) => Signs::GroupedPercent,
        };
        Self { decimals, exponent, signs }
    }

    /// The same for a number that this power of ten turns into the figure's unit.
    pub(crate) fn scaled(self, exponent: i8) -> Self {
        Self { exponent, ..self }
    }

    /// Decimals of the number format; none for General and text.
    pub(crate) fn decimals(self) -> Option<u8> {
        (self.decimals != GENERAL).then_some(self.decimals)
    }

    /// The power of ten that turned the number into the figure's unit.
    pub(crate) fn exponent(self) -> i8 {
        self.exponent
    }

    /// Whether a percent sign stands behind it.
    pub(crate) fn percent(self) -> bool {
        matches!(self.signs, Signs::Percent | Signs::GroupedPercent)
    }

    /// The text of a value given in the figure's unit.
    pub(crate) fn text(self, value: Decimal) -> String {
        let percent = if self.percent() { 2 } else { 0 };
        let exponent = percent - self.exponent;
        let value = shifted(value, exponent).unwrap_or(value);
        let mut text = match self.decimals() {
            Some(decimals) => fixed(value, u32::from(decimals)),
            None => general(value),
        };
        if matches!(self.signs, Signs::Grouped | Signs::GroupedPercent) {
            text = parted(&text);
        }
        if self.percent() {
            text.push('%');
        }
        text
    }
}

fn fixed(value: Decimal, decimals: u32) -> String {
    let mut value = round(value, decimals);
    value.rescale(decimals.min(28));
    digits(value)
}

/// General format shows at most 11 characters, the point included.
fn general(value: Decimal) -> String {
    let value = value.normalize();
    let whole = digits(value.trunc().abs()).len();
    let decimals = u32::try_from(10_usize.saturating_sub(whole)).unwrap_or(0);
    digits(round(value, decimals).normalize())
}

/// Digits with their thousands parted by commas.
pub(crate) fn parted(text: &str) -> String {
    let digits = text.trim_start_matches('-');
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut parted = String::with_capacity(text.len() + 8);
    if text.starts_with('-') {
        parted.push('-');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            parted.push(',');
        }
        parted.push(digit);
    }
    parted.push_str(rest);
    parted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_shown_as_their_format_shows_them() {
        let cases = [
            ("4.4", "0.00", 0, "4.40"),
            ("0.9817", "0.00%", 0, "98.17%"),
            ("0.98174698", "0.0%", 0, "98.2%"),
            ("1893.66", "#,##0.00", 0, "1,893.66"),
            ("-1234567.5", "#,##0.0", 0, "-1,234,567.5"),
            ("814.79", "General", 0, "814.79"),
            ("0.981674698795181", "General", 0, "0.981674699"),
            ("814.79", "#,##0.00", -4, "8,147,900.00"),
            ("52000", "General", 4, "5.2"),
        ];
        for (value, code, exponent, expected) in cases {
            let format = NumberFormat { code: code.to_owned() };
            assert_eq!(Shown::by(&format, exponent).text(value.parse().unwrap()), expected, "{value} {code}");
        }
    }
}
