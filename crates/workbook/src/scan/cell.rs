//! Whole cells as nearly every program writes them, taken in one step. Most of a sheet consists of them:
//! `<c r="D7" s="5"><v>4.4</v></c>`, perhaps with a type, with a formula of its own, or empty. Whatever is written
//! in another way is left to the tokens.

use crate::address::CellRef;

/// A cell in its usual form; texts are printable ASCII without entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlainCell<'a> {
    /// Its place.
    pub(crate) at: CellRef,
    /// Its style; 0 where none is written.
    pub(crate) style: u32,
    /// What its `t` says: `n` where none is written, else `s`, `str`, `b` or `e`.
    pub(crate) kind: &'a [u8],
    /// Its formula.
    pub(crate) formula: Option<&'a str>,
    /// Its value.
    pub(crate) value: Option<&'a str>,
}

/// The cell that some bytes begin with, and its length; `None` where it is written in another way or not whole.
#[inline]
pub(super) fn plain_cell(bytes: &[u8]) -> Option<(PlainCell<'_>, usize)> {
    let rest = bytes.strip_prefix(b"<c r=\"")?;
    let (at, mut rest) = quoted(rest, 10)?;
    let at = CellRef::from_bytes(at)?;
    let (mut style, mut kind): (_, &[u8]) = (None, b"n");
    loop {
        match rest {
            [b'>', after @ ..] => {
                rest = after;
                break;
            }
            [b'/', b'>', after @ ..] => {
                let cell = PlainCell { at, style: style.unwrap_or(0), kind, formula: None, value: None };
                return Some((cell, bytes.len() - after.len()));
            }
            [b' ', b's', b'=', b'"', after @ ..] if style.is_none() => {
                let (digits, after) = quoted(after, 7)?;
                style = Some(number(digits)?);
                rest = after;
            }
            [b' ', b't', b'=', b'"', after @ ..] if kind == b"n" => {
                let (written, after) = quoted(after, 3)?;
                kind = matches!(written, b"s" | b"str" | b"b" | b"e").then_some(written)?;
                rest = after;
            }
            _ => return None,
        }
    }
    let mut formula = None;
    if let Some(after) = rest.strip_prefix(b"<f>") {
        let (text, after) = until_tag(after)?;
        (formula, rest) = (Some(text), after.strip_prefix(b"</f>")?);
    }
    let (value, rest) = until_tag(rest.strip_prefix(b"<v>")?)?;
    let rest = rest.strip_prefix(b"</v></c>")?;
    let cell = PlainCell { at, style: style.unwrap_or(0), kind, formula, value: Some(value) };
    Some((cell, bytes.len() - rest.len()))
}

/// A value up to its closing quote, which comes after at most `longest` bytes, and what follows.
#[inline]
fn quoted(bytes: &[u8], longest: usize) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().take(longest + 1).position(|byte| *byte == b'"')?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}

#[inline]
fn number(digits: &[u8]) -> Option<u32> {
    let mut value = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + u32::from(digit - b'0');
    }
    (!digits.is_empty()).then_some(value)
}

/// Printable ASCII up to the next tag.
#[inline]
fn until_tag(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) && !matches!(byte, b'&' | b'<');
    let end = bytes.iter().position(|byte| !is_plain(*byte))?;
    let (text, rest) = bytes.split_at_checked(end)?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_cells_are_taken_whole() {
        let cases = [
            ("<c r=\"D7\" s=\"5\"><v>4.4</v></c>", "D7 5 n None Some(\"4.4\")"),
            ("<c r=\"B7\" t=\"s\" s=\"12\"><v>3</v></c>", "B7 12 s None Some(\"3\")"),
            (
                "<c r=\"D21\" s=\"5\"><f>SUM(D7:D20)</f><v>1893.66</v></c>",
                "D21 5 n Some(\"SUM(D7:D20)\") Some(\"1893.66\")",
            ),
            ("<c r=\"I7\" t=\"str\"><f>\"\"</f><v></v></c>", "I7 0 str Some(\"\\\"\\\"\") Some(\"\")"),
            ("<c r=\"XFD1048576\" s=\"0\"/>", "XFD1048576 0 n None None"),
        ];
        for (text, expected) in cases {
            let followed = format!("{text}<c");
            let (cell, length) = plain_cell(followed.as_bytes()).unwrap();
            let PlainCell { at, style, kind, formula, value } = cell;
            let kind = std::str::from_utf8(kind).unwrap();
            assert_eq!(
                (format!("{at} {style} {kind} {formula:?} {value:?}"), length),
                (expected.into(), text.len())
            );
        }
    }

    #[test]
    fn anything_else_is_left_to_the_tokens() {
        for text in [
            "<c s=\"5\" r=\"D7\"><v>1</v></c>",
            "<c r='D7'><v>1</v></c>",
            "<c r=\"D7\" s=\"5\" s=\"6\"><v>1</v></c>",
            "<c r=\"D7\" cm=\"1\"><v>1</v></c>",
            "<c r=\"D7\" t=\"inlineStr\"><v>1</v></c>",
            "<c r=\"D7\"><f t=\"shared\" si=\"0\"/><v>1</v></c>",
            "<c r=\"D7\"><f>1&lt;2</f><v>1</v></c>",
            "<c r=\"D7\"><v>防汛</v></c>",
            "<c r=\"D7\"><v> <!-- 1 --></v></c>",
            "<c r=\"D7\"><v>1</v><v>2</v></c>",
            "<c r=\"D7\"><v>1</v></c",
            "<c r=\"D7\" ",
            "<c r=\"XFE1\"/>",
            "<col min=\"1\"/>",
        ] {
            assert_eq!(plain_cell(text.as_bytes()), None, "{text}");
        }
    }
}
