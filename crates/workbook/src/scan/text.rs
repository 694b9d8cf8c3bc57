//! What written text means: entities and line ends of XML, and the `_xHHHH_` escapes of spreadsheets.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// What text or an attribute's value means: entities decoded, line ends as `\n`.
///
/// `None` where it is not UTF-8, names an unknown entity, or holds a character that XML forbids.
pub fn decode(raw: &[u8]) -> Option<Cow<'_, str>> {
    let text = valid(raw)?;
    if memchr2(b'&', b'\r', raw).is_none() {
        return Some(Cow::Borrowed(text));
    }
    let text = line_ends(text);
    if memchr(b'&', text.as_bytes()).is_none() {
        return Some(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest: &str = &text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        let (entity, after) = after.split_once(';')?;
        decoded.push(character(entity)?);
        rest = after;
    }
    decoded.push_str(rest);
    Some(Cow::Owned(decoded))
}

/// What stands inside CDATA: no entities.
pub(super) fn plain(raw: &[u8]) -> Option<Cow<'_, str>> {
    valid(raw).map(line_ends)
}

fn valid(raw: &[u8]) -> Option<&str> {
    let forbidden = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    if raw.iter().any(forbidden) {
        return None;
    }
    std::str::from_utf8(raw).ok()
}

fn line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The character an entity names, between `&` and `;`.
fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        numeric => {
            let number = numeric.strip_prefix('#')?;
            let digits = number.strip_prefix(['x', 'X']);
            let (digits, radix) = digits.map_or((number, 10), |digits| (digits, 16));
            let proper = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
            let code = proper.then(|| u32::from_str_radix(digits, radix).ok())??;
            char::from_u32(code).filter(|&c| c >= ' ' || matches!(c, '\t' | '\n' | '\r'))
        }
    }
}

/// What spreadsheet text means: `_x000D_` is the character of that UTF-16 unit, `_x005F_` an underscore.
///
/// A unit that is half of a pair without its other half stays as written.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        decoded.push_str(before);
        let (character, length) = escaped(from).unwrap_or(('_', 1));
        decoded.push(character);
        rest = from.get(length..).unwrap_or("");
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// The character escaped at the beginning of a text, and how many bytes stand for it.
fn escaped(text: &str) -> Option<(char, usize)> {
    let first = unit(text)?;
    if let Some(character) = char::from_u32(u32::from(first)) {
        return Some((character, 7));
    }
    let second = unit(text.get(7..)?)?;
    let character = char::decode_utf16([first, second]).next()?.ok()?;
    Some((character, 14))
}

fn unit(text: &str) -> Option<u16> {
    let digits = text.get(..7)?.strip_prefix("_x")?.strip_suffix('_')?;
    let proper = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    proper.then(|| u16::from_str_radix(digits, 16).ok())?
}

/// A number as attributes write it: at most 10 digits.
pub(crate) fn number(raw: &[u8]) -> Option<u32> {
    let digits = raw.trim_ascii();
    if digits.is_empty() || digits.len() > 10 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    u32::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_mean_their_characters() {
        let cases = [
            ("&#38468;&#x8868;", Some("附表")),
            ("a &amp;&lt;&gt;&quot;&apos;", Some("a &<>\"'")),
            ("x\r\ny\rz", Some("x\ny\nz")),
            ("&#13;", Some("\r")),
            ("plain 合计", Some("plain 合计")),
            ("&nbsp;", None),
            ("&#0;", None),
            ("&#xD800;", None),
            ("&#+5;", None),
            ("& ", None),
            ("\u{1}", None),
        ];
        for (raw, expected) in cases {
            assert_eq!(decode(raw.as_bytes()).as_deref(), expected, "{raw}");
        }
        assert_eq!(decode(b"\xC4\xE3"), None);
    }

    #[test]
    fn spreadsheet_escapes_mean_their_units() {
        let cases = [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_xD83D__xDE00_", "😀"),
            ("_xD83D_", "_xD83D_"),
            ("_x00_ _xZZZZ_ _x", "_x00_ _xZZZZ_ _x"),
            ("_x附表_", "_x附表_"),
        ];
        for (text, expected) in cases {
            assert_eq!(unescape(text), expected, "{text}");
        }
    }
}
