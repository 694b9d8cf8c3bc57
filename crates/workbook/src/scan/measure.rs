//! How long a token is, told from bytes that may end inside it.

use memchr::{memchr, memmem};

use super::{ATTRIBUTES, Kind};

/// What stands at the beginning of some bytes.
pub(super) enum Measured {
    Token(Kind, usize),
    /// A start or empty tag with an `x` outside its values, so that it may declare a namespace.
    WithX(Kind, usize),
    /// Text without an end yet.
    OpenText,
    /// The token is not whole yet.
    More,
    Wrong(&'static str),
    Attributes,
}

#[inline]
pub(super) fn measure(rest: &[u8]) -> Measured {
    match rest {
        [b'<', b'/', ..] => {
            memchr(b'>', rest).map_or(Measured::More, |end| Measured::Token(Kind::End, end + 1))
        }
        [b'<', b'!', ..] => declaration(rest),
        [b'<', b'?', ..] => until(rest, b"?>", Kind::Other),
        [b'<', _, ..] => tag(rest),
        [] | [b'<'] => Measured::More,
        _ => memchr(b'<', rest).map_or(Measured::OpenText, |end| Measured::Token(Kind::Text, end)),
    }
}

fn declaration(rest: &[u8]) -> Measured {
    let forms: [(&[u8], &[u8], Kind); 2] =
        [(b"<!--", b"-->", Kind::Other), (b"<![CDATA[", b"]]>", Kind::CData)];
    for (opening, closing, kind) in forms {
        if rest.starts_with(opening) {
            let inside = rest.get(opening.len()..).unwrap_or(&[]);
            return match until(inside, closing, kind) {
                Measured::Token(kind, length) => Measured::Token(kind, opening.len() + length),
                other => other,
            };
        }
        if opening.starts_with(rest) {
            return Measured::More;
        }
    }
    Measured::Wrong("a document type declaration, which is refused")
}

fn until(rest: &[u8], closing: &[u8], kind: Kind) -> Measured {
    match memmem::find(rest, closing) {
        Some(end) => Measured::Token(kind, end + closing.len()),
        None => Measured::More,
    }
}

/// Measures a start or empty tag; `>` inside a quoted value does not end it.
#[inline]
fn tag(rest: &[u8]) -> Measured {
    let mut bytes = rest.iter().enumerate().skip(1);
    let (mut values, mut has_x) = (0, false);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'>' => {
                let empty = at.checked_sub(1).and_then(|before| rest.get(before)) == Some(&b'/');
                let kind = if empty { Kind::Empty } else { Kind::Start };
                return if has_x { Measured::WithX(kind, at + 1) } else { Measured::Token(kind, at + 1) };
            }
            b'"' | b'\'' => {
                values += 1;
                if values > ATTRIBUTES {
                    return Measured::Attributes;
                }
                if !bytes.any(|(_, inner)| inner == byte) {
                    return Measured::More;
                }
            }
            b'<' => return Measured::Wrong("a tag inside a tag"),
            b'x' => has_x = true,
            _ => {}
        }
    }
    Measured::More
}

/// Where a tag's prefix (the place of its colon) and its name end.
#[inline]
pub(super) fn name_in(raw: &[u8], start: usize) -> Option<(Option<usize>, usize)> {
    let name = raw.get(start..)?;
    let mut colon = None;
    let mut end = start;
    for byte in name {
        match byte {
            b':' => colon = Some(end),
            b' ' | b'\t' | b'\n' | b'\r' | b'/' | b'>' => break,
            _ => {}
        }
        end += 1;
    }
    (end > start).then_some((colon, end))
}

/// Whether a tag may declare a namespace.
#[inline]
pub(super) fn declares(attributes: &[u8]) -> bool {
    let mut rest = attributes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'x') {
        rest = rest.get(at..).unwrap_or(&[]);
        if rest.starts_with(b"xmlns") {
            return true;
        }
        rest = rest.get(1..).unwrap_or(&[]);
    }
    false
}
