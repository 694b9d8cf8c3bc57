//! Numbers as people write them in text: full-width digits, separators, units, percent signs. What could be
//! read in two ways is not read.

use rust_decimal::Decimal;

use super::Money;

/// A number read from text, in the unit written beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The number as written: 98.17 for `98.17％`, 10 for `10万`.
    pub value: Decimal,
    /// Digits written after the point.
    pub decimals: i8,
    /// Money unit written behind it.
    pub unit: Option<Money>,
    /// Whether a percent sign stands behind it.
    pub percent: bool,
    /// Whether 分 stands behind it.
    pub points: bool,
}

/// Reads a number with its unit: `８３０．５`, `1,234.50元`, `98.17％`, `94分`, `5.2亿元`.
///
/// `None` for anything that is no number or could be read in two ways (`1.2.3`, `12-3`, `1,23`, `(5)`).
pub fn parse(text: &str) -> Option<Parsed> {
    let mut plain = Plain::default();
    for c in text.chars() {
        plain.push(fold(c)?)?;
    }
    plain.finish()
}

/// Whether the text is a sign for "no value": `—`, `－`, `-`, `/`, `*`, also repeated.
pub fn is_no_value(text: &str) -> bool {
    let text = text.trim_matches(is_blank);
    let mut signs = text.chars();
    let Some(first) = signs.next() else { return false };
    matches!(first, '-' | '—' | '–' | '―' | '－' | '−' | '─' | '/' | '／' | '*' | '＊')
        && signs.all(|c| c == first)
        && text.len() <= 12
}

/// Blanks of every kind, also those without width.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// A half-width character for the full-width forms that occur in numbers.
fn fold(c: char) -> Option<char> {
    Some(match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10)?,
        '．' => '.',
        '，' => ',',
        '－' | '−' | '﹣' => '-',
        '＋' => '+',
        '％' | '﹪' => '%',
        '￥' => '¥',
        c if is_blank(c) => ' ',
        c => c,
    })
}

/// Most digits that are taken; a decimal holds 28.
const MOST_DIGITS: u32 = 28;

/// What was read so far, and what may follow.
#[derive(Default)]
struct Plain {
    sign: Option<char>,
    currency: bool,
    mantissa: Decimal,
    digits: u32,
    /// Digits since the last separator; `None` before the first one.
    group: Option<u32>,
    point: bool,
    decimals: u32,
    unit: String,
    blank: bool,
}

impl Plain {
    fn push(&mut self, c: char) -> Option<()> {
        match c {
            ' ' => {
                self.blank = self.digits > 0;
                Some(())
            }
            '0'..='9' | '.' | ',' if self.unit.is_empty() => self.digit(c),
            '+' | '-' if self.digits == 0 && self.sign.is_none() && !self.point => {
                self.sign = Some(c);
                Some(())
            }
            '¥' if self.digits == 0 && !self.currency && !self.point => {
                self.currency = true;
                Some(())
            }
            _ => self.unit(c),
        }
    }

    fn digit(&mut self, c: char) -> Option<()> {
        // A blank inside the digits (`8 30`) could be a slip or two numbers.
        if self.blank && self.digits > 0 {
            return None;
        }
        match c {
            '.' if !self.point => {
                self.point = true;
                self.group.is_none_or(|group| group == 3).then_some(())
            }
            ',' if !self.point && self.digits > 0 => {
                let fits = self.group.map_or(self.digits <= 3, |group| group == 3);
                self.group = Some(0);
                fits.then_some(())
            }
            '.' | ',' => None,
            c => {
                let digit = Decimal::from(c.to_digit(10)?);
                self.mantissa = self.mantissa.checked_mul(Decimal::TEN)?.checked_add(digit)?;
                self.digits += 1;
                if self.point {
                    self.decimals += 1;
                } else {
                    self.group = self.group.map(|group| group + 1);
                }
                (self.digits <= MOST_DIGITS).then_some(())
            }
        }
    }

    fn unit(&mut self, c: char) -> Option<()> {
        let known = self.digits > 0 && self.unit.len() < 12;
        self.unit.push(c);
        known.then_some(())
    }

    fn finish(mut self) -> Option<Parsed> {
        let grouped = self.point || self.group.is_none_or(|group| group == 3);
        if self.digits == 0 || !grouped {
            return None;
        }
        self.mantissa.set_scale(self.decimals).ok()?;
        self.mantissa.set_sign_negative(self.sign == Some('-') && !self.mantissa.is_zero());
        let (unit, percent, points) = match self.unit.as_str() {
            "" => (None, false, false),
            "%" => (None, true, false),
            "分" => (None, false, true),
            "元" => (Some(Money::Yuan), false, false),
            "万" | "万元" => (Some(Money::TenThousand), false, false),
            "亿" | "亿元" => (Some(Money::HundredMillion), false, false),
            _ => return None,
        };
        if self.currency && (percent || points) {
            return None;
        }
        let decimals = i8::try_from(self.decimals).ok()?;
        Some(Parsed { value: self.mantissa, decimals, unit, percent, points })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `value/decimals` and what stands behind, or `-` where the text is refused.
    fn shown(text: &str) -> String {
        parse(text).map_or_else(
            || "-".to_owned(),
            |parsed| {
                let unit = parsed.unit.map_or("", Money::name);
                let percent = if parsed.percent { "%" } else { "" };
                let points = if parsed.points { "分" } else { "" };
                format!("{}/{}{unit}{percent}{points}", parsed.value, parsed.decimals)
            },
        )
    }

    #[test]
    fn numbers_are_read_in_every_form_people_write() {
        let cases = [
            ("830", "830/0"),
            ("８３０．５", "830.5/1"),
            ("814.790", "814.790/3"),
            ("1,234.50", "1234.50/2"),
            ("1，234，567", "1234567/0"),
            ("\u{a0}12.5\u{3000}", "12.5/1"),
            ("98.17％", "98.17/2%"),
            ("98.17 %", "98.17/2%"),
            ("94分", "94/0分"),
            ("10万", "10/0万元"),
            ("830万元", "830/0万元"),
            ("5.2亿元", "5.2/1亿元"),
            ("1,234元", "1234/0元"),
            ("￥3.00", "3.00/2"),
            ("－3.5", "-3.5/1"),
            ("+7", "7/0"),
            ("-0", "0/0"),
            (".5", "0.5/1"),
            ("5.", "5/0"),
            ("- 55", "-55/0"),
            ("＋7", "7/0"),
            ("−3﹪", "-3/0%"),
            ("\u{200b}5\u{feff} 元\u{2060}", "5/0元"),
            ("-¥5元", "-5/0元"),
            ("¥-5", "-5/0"),
            ("-0.00", "0.00/2"),
            ("1,234.", "1234/0"),
            ("1,234.5678", "1234.5678/4"),
            ("9999999999999999999999999999", "9999999999999999999999999999/0"),
            ("0.000000000000000000000000001", "0.000000000000000000000000001/27"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        let cases = [
            "",
            " ",
            "1.2.3",
            "12-3",
            "1,23",
            "12,3456",
            "1234,567",
            "1,",
            ",5",
            "(5)",
            "1E3",
            "8 30",
            "约5",
            "5万左右",
            "--5",
            "+-5",
            "5%%",
            "%",
            "万元",
            "．",
            "99999999999999999999999999999",
            "3千元",
            "1,23.4",
            "1.5,000",
            "8 30元",
            "5-",
            ".-5",
            "5元3",
            "元5",
            "¥¥5",
            "5¥",
            ".¥5",
            "¥5%",
            "¥94分",
            "-",
            "10000000000000000000000000000",
        ];
        for text in cases {
            assert_eq!(shown(text), "-", "{text}");
        }
    }

    #[test]
    fn signs_for_no_value_are_told_from_numbers() {
        for text in ["—", "——", "————", "-", "－", "/", "*", " — ", "---"] {
            assert!(is_no_value(text) && parse(text).is_none(), "{text}");
        }
        for text in ["", "0", "-5", "无", "-/", "—————", "无无"] {
            assert!(!is_no_value(text), "{text}");
        }
    }
}
