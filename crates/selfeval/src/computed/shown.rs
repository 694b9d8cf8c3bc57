//! How a value will look in its cell, by the cell's number format.

use jixiao_workbook::NumberFormat;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::value::{fixed, round};

/// What a number format says of a number's look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Decimals; none for General.
    decimals: Option<u8>,
    /// Whether a fraction shows as percent.
    percent: bool,
    /// Whether thousands are separated.
    grouped: bool,
}

impl Look {
    /// What a format says.
    pub fn of(format: &NumberFormat) -> Self {
        let decimals = format.decimals();
        let has = |text| decimals.is_some() && format.code.contains(text);
        Self { decimals, percent: decimals.is_some() && format.is_percent(), grouped: has(",#") || has(",0") }
    }

    /// The value with that look.
    pub fn text(self, value: Decimal) -> String {
        let Some(decimals) = self.decimals else { return general(value) };
        let decimals = u32::from(decimals).min(20);
        let scaled = if self.percent { value.checked_mul(Decimal::ONE_HUNDRED) } else { Some(value) };
        let Some(scaled) = scaled else { return general(value) };
        let text = fixed(scaled, decimals);
        let text = if self.grouped { grouped(&text) } else { text };
        if self.percent { text + "%" } else { text }
    }
}

/// The value as a cell of that number format shows it: decimals, thousands separators, percent sign.
pub fn shown(value: Decimal, format: &NumberFormat) -> String {
    Look::of(format).text(value)
}

/// General shows up to ten decimals and drops the zeros at the end.
fn general(value: Decimal) -> String {
    round(value, 10).normalize().to_string()
}

/// The digits before the point in groups of three.
fn grouped(text: &str) -> String {
    let (whole, rest) = text.find('.').map_or((text, ""), |point| text.split_at(point));
    let digits = whole.trim_start_matches('-');
    let mut out = String::with_capacity(text.len() + digits.len() / 3);
    if whole.starts_with('-') {
        out.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_look_as_their_format_says() {
        let cases = [
            ("0.909434639798", "0.00%", "90.94%"),
            ("1893.66", "#,##0.00", "1,893.66"),
            ("-1234567.005", "#,##0.00_);(#,##0.00)", "-1,234,567.01"),
            ("999", "#,##0.00", "999.00"),
            ("12.50", "General", "12.5"),
            ("45.69", "0.0", "45.7"),
            ("0.98", "0%", "98%"),
            ("123456", "#,##0", "123,456"),
            ("-123456.5", "0,000.0", "-123,456.5"),
            ("1234.5", "0.00", "1234.50"),
            ("0.12345678915", "General", "0.1234567892"),
            ("79228162514264337593543950335", "0.0%", "79228162514264337593543950335"),
        ];
        for (value, code, expected) in cases {
            let format = NumberFormat { code: code.to_owned() };
            assert_eq!(shown(value.parse().unwrap(), &format), expected, "{code}");
        }
    }
}
