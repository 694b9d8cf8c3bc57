//! Numbers as text tables and documents write them: the digits, and the number format that shows them so.

use std::borrow::Cow;

use crate::number;

use super::formats::Formats;

/// The digits and the style of a written number; `None` where it is none.
pub(super) fn written(field: &str, formats: &mut Formats) -> Option<(String, u32)> {
    let field = field.trim();
    let (plain, percent) = field.strip_suffix('%').map_or((field, false), |plain| (plain, true));
    let (whole, fraction) = plain.split_once('.').map_or((plain, None), |(whole, rest)| (whole, Some(rest)));
    let digits =
        if whole.contains(',') { Cow::Owned(ungrouped(plain, whole)?) } else { Cow::Borrowed(plain) };
    let mut value = number::decimal(&digits)?;
    let format = percent || whole.contains(',') || fraction.is_some_and(|rest| rest.ends_with('0'));
    if !format {
        return Some((digits.into_owned(), 0));
    }
    let mut code = if whole.contains(',') { "#,##0".to_owned() } else { "0".to_owned() };
    if let Some(rest) = fraction.filter(|rest| !rest.is_empty()) {
        code.push('.');
        code.extend(std::iter::repeat_n('0', rest.len()));
    }
    if percent {
        value.set_scale(value.scale() + 2).ok()?;
        code.push('%');
    }
    Some((number::digits(value), formats.style(&code)))
}

/// A number without the commas between its thousands; `None` where they stand elsewhere.
fn ungrouped(plain: &str, whole: &str) -> Option<String> {
    let mut groups = whole.trim_start_matches(['-', '+']).split(',');
    let first = groups.next()?;
    let proper = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    proper.then(|| plain.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_written_form() {
        let cases = [
            ("830", Some(("830", "General"))),
            ("0.5", Some(("0.5", "General"))),
            ("98.17%", Some(("0.9817", "0.00%"))),
            ("100%", Some(("1.00", "0%"))),
            (" -4.40 ", Some(("-4.40", "0.00"))),
            ("1,893.66", Some(("1893.66", "#,##0.00"))),
            ("12,34", None),
            ("007", Some(("007", "General"))),
            ("2023-10-31", None),
            ("12.5万元", None),
            ("=A1", None),
            ("%", None),
            ("1e400", None),
        ];
        for (field, expected) in cases {
            let mut formats = Formats::default();
            let number = written(field, &mut formats);
            let found = number
                .as_ref()
                .map(|(digits, style)| (digits.as_str(), formats.get(*style).unwrap().code.as_str()));
            assert_eq!(found, expected, "{field}");
        }
    }
}
