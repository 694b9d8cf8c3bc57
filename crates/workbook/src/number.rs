//! Exact decimals from and to the digits a file holds.

use std::fmt::Write;

use rust_decimal::{Decimal, RoundingStrategy};

/// Digits that Excel keeps of a number; what stands beyond them is noise of binary arithmetic.
const KEPT: u32 = 15;
/// Digits after the point that a decimal can hold.
const DEEPEST: i64 = 28;

/// The decimal that written digits mean, at Excel's 15 significant digits.
///
/// Takes what stands in a number cell: `814.79`, `-3`, `1E-3`, `1893.6599999999999` (which is 1893.66). Trailing
/// zeros stay (`4.40` has two decimals) unless digits had to be cut. What is smaller than 10⁻²⁸ is zero.
/// `None` for anything else (`NaN`, `1e400`, `1_000`, blanks) and for magnitudes a decimal cannot hold.
pub fn decimal(written: &str) -> Option<Decimal> {
    let bytes = written.as_bytes();
    let (negative, bytes) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let (digits, rest) = Digits::read(bytes)?;
    let exponent = match rest {
        [] => 0,
        [b'e' | b'E', power @ ..] => exponent(power)?,
        _ => return None,
    };
    let value = digits.scaled(exponent)?;
    Some(if negative && !value.is_zero() { signed(value) } else { value })
}

fn signed(mut value: Decimal) -> Decimal {
    value.set_sign_negative(true);
    value
}

/// The digits to store for a decimal: those of the nearest double, shortest that reads back the same.
///
/// Excel and LibreOffice compute in doubles, so this is what they store for the same exact value. Plain digits
/// (`0.2202`), or with an exponent (`1E-7`) below 10⁻⁵ and from 10²¹ on, where plain digits would grow long.
pub fn written(value: Decimal) -> String {
    if value.is_zero() {
        return "0".to_owned();
    }
    let value = value.normalize();
    let plain = digits(value);
    // Up to 15 digits are those of one double only, which nothing shorter reads back to.
    if value.scale() <= 5 && value.mantissa().unsigned_abs() < 10u128.pow(KEPT) {
        return plain;
    }
    plain.parse().ok().and_then(double).unwrap_or(plain)
}

/// The shortest digits that read back to a stored double, with an exponent below 10⁻⁵ and from 10²¹ on. `None` for
/// NaN and infinity.
pub fn double(value: f64) -> Option<String> {
    // The longest takes 24 characters: sign, 17 digits, point, exponent.
    let mut text = String::with_capacity(24);
    let is_plain = value == 0.0 || (1e-5..1e21).contains(&value.abs());
    let done = if is_plain { write!(text, "{value}") } else { write!(text, "{value:E}") };
    (done.is_ok() && value.is_finite()).then_some(text)
}

/// A decimal's own digits, as it displays, without the slow steps that only long decimals need.
pub fn digits(value: Decimal) -> String {
    let scale = value.scale() as usize;
    let mantissa = value.mantissa().unsigned_abs();
    let mut text = match u64::try_from(mantissa) {
        Ok(short) => short.to_string(),
        Err(_) => mantissa.to_string(),
    };
    if scale > 0 {
        if text.len() <= scale {
            text.insert_str(0, "0".repeat(scale + 1 - text.len()).as_str());
        }
        text.insert(text.len() - scale, '.');
    }
    if value.is_sign_negative() && mantissa > 0 {
        text.insert(0, '-');
    }
    text
}

/// A decimal rounded to a number of significant digits, half away from zero, without trailing zeros.
pub fn significant(value: Decimal, digits: u32) -> Decimal {
    let rounded = value.round_sf_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    rounded.unwrap_or(value).normalize()
}

/// The leading digits of a number without its point: value · 10^power.
struct Digits {
    value: u64,
    power: i64,
    cut: bool,
}

impl Digits {
    /// Reads digits with at most one point; gives what follows them. `None` where there is no digit.
    fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (mut digits, mut kept, mut power) = (0u64, 0u32, 0i64);
        let (mut point, mut any, mut cut, mut round) = (false, false, false, false);
        let mut rest = bytes;
        while let [byte, after @ ..] = rest {
            match byte {
                b'.' if !point => point = true,
                b'0'..=b'9' => {
                    any = true;
                    let digit = byte - b'0';
                    if kept < KEPT {
                        digits = digits * 10 + u64::from(digit);
                        kept += u32::from(kept > 0 || digit > 0);
                        power -= i64::from(point);
                    } else {
                        round |= !cut && digit >= 5;
                        cut = true;
                        power += i64::from(!point);
                    }
                }
                _ => break,
            }
            rest = after;
        }
        any.then_some((Self { value: digits + u64::from(round), power, cut }, rest))
    }

    fn scaled(self, exponent: i64) -> Option<Decimal> {
        let power = self.power.saturating_add(exponent);
        if self.value == 0 {
            let scale = u32::try_from((-power).clamp(0, DEEPEST)).ok()?;
            return Some(Decimal::new(0, scale));
        }
        if power >= 0 {
            let factor = 10i128.checked_pow(u32::try_from(power).ok()?)?;
            return Decimal::try_from_i128_with_scale(i128::from(self.value).checked_mul(factor)?, 0).ok();
        }
        let excess = (-power).saturating_sub(DEEPEST).max(0);
        let digits = if excess > i64::from(KEPT) + 1 {
            0
        } else {
            let unit = 10u64.checked_pow(u32::try_from(excess).ok()?)?;
            (self.value + unit / 2) / unit
        };
        let scale = u32::try_from((-power).min(DEEPEST)).ok()?;
        let value = Decimal::try_from_i128_with_scale(i128::from(digits), scale).ok()?;
        Some(if self.cut || excess > 0 { value.normalize() } else { value })
    }
}

/// A written exponent; far beyond what a decimal holds it saturates.
fn exponent(bytes: &[u8]) -> Option<i64> {
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value = 0i64;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value.saturating_mul(10).saturating_add(i64::from(byte - b'0')).min(1 << 40);
    }
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_that_display() {
        for text in ["0", "0.00", "7", "-3", "4.40", "-0.05", "0.0123", "100.001", "18446744073709551616.5"] {
            let value: Decimal = text.parse().unwrap();
            assert_eq!(digits(value), value.to_string());
        }
    }

    #[test]
    fn written_digits_mean_their_fifteen_significant_ones() {
        let cases = [
            ("814.79", "814.79"),
            ("-3", "-3"),
            ("+3", "3"),
            ("4.40", "4.40"),
            ("0", "0"),
            ("-0.0", "0.0"),
            ("000.50", "0.50"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1E-3", "0.001"),
            ("1.5e+3", "1500"),
            ("0.30000000000000004", "0.3"),
            ("0.1", "0.1"),
            ("1893.6599999999999", "1893.66"),
            ("29.019999999999996", "29.02"),
            ("29.02", "29.02"),
            ("0.57999999999999996", "0.58"),
            ("999999999999999.5", "1000000000000000"),
            ("123456789012345678", "123456789012346000"),
            ("9999999999999999", "10000000000000000"),
            ("1e28", "10000000000000000000000000000"),
            ("1E-28", "0.0000000000000000000000000001"),
            ("1.1102230246251565E-16", "0.0000000000000001110223024625"),
            ("5e-29", "0.0000000000000000000000000001"),
            ("1E-300", "0"),
            ("0e99999999999999999999", "0"),
        ];
        for (written, expected) in cases {
            let value = decimal(written).map(|value| value.to_string());
            assert_eq!(value.as_deref(), Some(expected), "{written}");
        }
    }

    #[test]
    fn anything_else_is_no_number() {
        let cases = [
            "",
            "-",
            ".",
            "e5",
            "1e",
            "1e+",
            "1_000",
            " 1",
            "1 ",
            "1,000",
            "NaN",
            "INF",
            "Infinity",
            "1e400",
            "1e29",
            "0x10",
            "1.2.3",
            "1e5.0",
            "８３０",
            "--1",
        ];
        for written in cases {
            assert_eq!(decimal(written), None, "{written}");
        }
    }

    #[test]
    fn a_decimal_is_stored_as_the_shortest_form_of_its_double() {
        let cases = [
            ("1893.66", "1893.66"),
            ("0", "0"),
            ("-0.50", "-0.5"),
            ("100", "100"),
            ("0.0000001", "1E-7"),
            ("0.00001", "0.00001"),
            ("-0.00000123", "-1.23E-6"),
            ("0.9094346397980630", "0.909434639798063"),
            ("0.3333333333333333333333333333", "0.3333333333333333"),
            ("1000000000000000000000000", "1E24"),
        ];
        for (value, expected) in cases {
            let value: Decimal = value.parse().unwrap();
            assert_eq!(written(value), expected);
            assert_eq!(decimal(expected).map(|read| written(read).len() <= expected.len()), Some(true));
        }
    }

    #[test]
    fn significant_digits_round_half_away_from_zero() {
        for (value, digits, expected) in
            [("22.025", 4, "22.03"), ("-0.00125", 2, "-0.0013"), ("1893.66", 15, "1893.66")]
        {
            let value: Decimal = value.parse().unwrap();
            assert_eq!(significant(value, digits).to_string(), expected);
        }
    }
}
