//! Tags of a small XML part with their byte spans, so that a part can be changed as text: everything that is
//! not cut out or inserted stays as it was.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr3, memmem};

use crate::scan;

/// What a tag does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagKind {
    /// `<a>`
    Open,
    /// `</a>`
    Close,
    /// `<a/>`
    Empty,
}

/// One tag of a part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag<'a> {
    /// Where its `<` stands.
    pub(crate) start: usize,
    /// Behind its `>`.
    pub(crate) end: usize,
    pub(crate) kind: TagKind,
    /// How many elements are open around it.
    pub(crate) depth: usize,
    text: &'a [u8],
}

impl<'a> Tag<'a> {
    /// A tag from its bytes, `<` to `>`; `start` is where they stand in the part.
    pub(crate) fn new(text: &'a [u8], start: usize, depth: usize) -> Self {
        let kind = match text {
            [b'<', b'/', ..] => TagKind::Close,
            [.., b'/', b'>'] => TagKind::Empty,
            _ => TagKind::Open,
        };
        Self { start, end: start + text.len(), kind, depth, text }
    }

    /// Its whole text.
    pub(crate) fn text(&self) -> &'a [u8] {
        self.text
    }

    /// The name as written, with its prefix.
    pub(crate) fn name(&self) -> &'a [u8] {
        let skip = if self.kind == TagKind::Close { 2 } else { 1 };
        let rest = self.text.get(skip..).unwrap_or_default();
        let end = rest.iter().position(|byte| is_blank(*byte) || matches!(byte, b'/' | b'>'));
        end.and_then(|end| rest.get(..end)).unwrap_or_default()
    }

    /// The prefix with its colon; empty where there is none.
    pub(crate) fn prefix(&self) -> &'a [u8] {
        let name = self.name();
        memchr(b':', name).and_then(|colon| name.get(..=colon)).unwrap_or_default()
    }

    /// The name without its prefix.
    pub(crate) fn local(&self) -> &'a [u8] {
        self.name().get(self.prefix().len()..).unwrap_or_default()
    }

    /// Its attributes in order.
    pub(crate) fn attributes(&self) -> Attributes<'a> {
        let at = 1 + self.name().len();
        Attributes { found: scan::Attributes::after(self.text, at), offset: self.start }
    }

    /// Whether it is made of a name and attributes alone, so that it can be taken apart and put together again.
    pub(crate) fn is_proper(&self) -> bool {
        let mut rest = self.text.get(1 + self.name().len()..).unwrap_or_default();
        while !matches!(rest.trim_ascii_start(), b">" | b"/>") {
            match after_attribute(rest) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        true
    }

    /// An attribute by its name as written.
    pub(crate) fn attribute(&self, name: &[u8]) -> Option<Attribute<'a>> {
        self.attributes().find(|attribute| attribute.name == name)
    }

    /// An attribute's value, decoded.
    pub(crate) fn value(&self, name: &[u8]) -> Option<String> {
        self.attribute(name).map(|attribute| decoded(attribute.value))
    }

    /// Where a further attribute can be inserted.
    pub(crate) fn insert_at(&self) -> usize {
        let tail = if self.kind == TagKind::Empty { 2 } else { 1 };
        let inside = self.text.len().saturating_sub(tail);
        let blanks = self.text.get(..inside).unwrap_or_default();
        let trailing = blanks.iter().rev().take_while(|byte| is_blank(**byte)).count();
        self.start + inside - trailing
    }
}

/// What follows an attribute that stands behind a blank; `None` where there is none.
fn after_attribute(rest: &[u8]) -> Option<&[u8]> {
    let in_name = |byte: u8| !is_blank(byte) && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'/' | b'=');
    let attribute = rest.trim_ascii_start();
    let length = attribute.iter().take_while(|byte| in_name(**byte)).count();
    if attribute.len() == rest.len() || length == 0 {
        return None;
    }
    let value = attribute.get(length..)?.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let quote = *value.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let inside = value.get(1..)?;
    inside.get(memchr(quote, inside)? + 1..)
}

/// One attribute of a tag.
#[derive(Clone, Debug)]
pub(crate) struct Attribute<'a> {
    /// Its name as written.
    pub(crate) name: &'a [u8],
    /// Its value as written, entities and all.
    pub(crate) value: &'a [u8],
    /// Where the value stands in the part, without its quotes.
    pub(crate) span: Range<usize>,
    /// Where the whole attribute stands, with the blanks before it.
    pub(crate) whole: Range<usize>,
}

/// The attributes of a tag, as the scanner finds them, with their places in the part.
#[derive(Clone, Debug)]
pub(crate) struct Attributes<'a> {
    found: scan::Attributes<'a>,
    offset: usize,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        let from = self.offset + self.found.at();
        let scan::Attribute { name, value, start } = self.found.next()?;
        let span = self.offset + start..self.offset + start + value.len();
        Some(Attribute { name, value, span, whole: from..self.offset + self.found.at() })
    }
}

/// The tags of a part in order; comments, processing instructions and CDATA are passed over.
#[derive(Clone, Debug)]
pub(crate) struct Tags<'a> {
    part: &'a [u8],
    at: usize,
    depth: usize,
}

/// The tags of a part.
pub(crate) fn tags(part: &[u8]) -> Tags<'_> {
    Tags { part, at: 0, depth: 0 }
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        loop {
            let start = self.at + memchr(b'<', self.part.get(self.at..)?)?;
            let end = start + markup_length(self.part.get(start..)?)?;
            self.at = end;
            let text = self.part.get(start..end)?;
            if matches!(text.get(1), Some(b'!' | b'?')) {
                continue;
            }
            let mut tag = Tag::new(text, start, self.depth);
            match tag.kind {
                TagKind::Open => self.depth += 1,
                TagKind::Close => {
                    self.depth = self.depth.saturating_sub(1);
                    tag.depth = self.depth;
                }
                TagKind::Empty => {}
            }
            return Some(tag);
        }
    }
}

/// The length of the markup that starts at the first byte, a `<`; `None` where it does not end in these bytes.
pub(crate) fn markup_length(bytes: &[u8]) -> Option<usize> {
    let until = |end: &[u8], from: usize| {
        let rest = bytes.get(from..)?;
        Some(from + memmem::find(rest, end)? + end.len())
    };
    match bytes {
        [b'<', b'!', b'-', b'-', ..] => until(b"-->", 4),
        [b'<', b'!', b'[', ..] => until(b"]]>", 3),
        [b'<', b'?', ..] => until(b"?>", 2),
        _ => tag_length(bytes),
    }
}

fn tag_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        let rest = bytes.get(at..)?;
        let stop = memchr3(b'>', b'"', b'\'', rest)?;
        let byte = *rest.get(stop)?;
        at += stop + 1;
        if byte == b'>' {
            return Some(at);
        }
        at += memchr(byte, bytes.get(at..)?)? + 1;
    }
}

/// An attribute's value as it is meant; as written where it is no proper text.
pub(crate) fn decoded(raw: &[u8]) -> String {
    scan::decode(raw).map_or_else(|| String::from_utf8_lossy(raw).into_owned(), Cow::into_owned)
}

/// Whether bytes are proper text of a part, which can be read and written again.
pub(crate) fn is_text(raw: &[u8]) -> bool {
    scan::decode(raw).is_some()
}

/// Appends text for an attribute in double quotes.
pub(crate) fn push_attribute_text(out: &mut Vec<u8>, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.extend_from_slice(b"&amp;"),
            '<' => out.extend_from_slice(b"&lt;"),
            '"' => out.extend_from_slice(b"&quot;"),
            '\t' | '\n' | '\r' => out.extend_from_slice(format!("&#{};", u32::from(character)).as_bytes()),
            _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether a part is UTF-8, as its first bytes and its XML declaration say.
pub(crate) fn is_utf8(start: &[u8]) -> bool {
    if matches!(start, [0xfe, 0xff, ..] | [0xff, 0xfe, ..] | [0, ..] | [_, 0, ..]) {
        return false;
    }
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    if !start.starts_with(b"<?xml") {
        return true;
    }
    let Some(length) = markup_length(start) else { return true };
    let declaration = start.get(..length).unwrap_or_default();
    let Some(encoding) = Tag::new(declaration, 0, 0).value(b"encoding") else { return true };
    encoding.eq_ignore_ascii_case("utf-8")
        || encoding.eq_ignore_ascii_case("utf8")
        || encoding.eq_ignore_ascii_case("us-ascii")
}

/// A part's text with some spans replaced; the spans rise and do not overlap.
#[derive(Debug, Default)]
pub(crate) struct Replacements(Vec<(Range<usize>, Vec<u8>)>);

impl Replacements {
    /// Replaces a span; an empty one inserts.
    pub(crate) fn replace(&mut self, span: Range<usize>, text: impl Into<Vec<u8>>) {
        self.0.push((span, text.into()));
    }

    /// Whether a span is cut out.
    pub(crate) fn cuts(&self, span: &Range<usize>) -> bool {
        self.0.iter().any(|(other, text)| other == span && text.is_empty())
    }

    /// The part with the replacements made, those at one place in the order they were added.
    pub(crate) fn applied(mut self, part: &[u8]) -> Vec<u8> {
        self.0.sort_by_key(|(span, _)| span.start);
        let mut out =
            Vec::with_capacity(part.len() + self.0.iter().map(|(_, text)| text.len()).sum::<usize>());
        let mut at = 0;
        for (span, text) in &self.0 {
            out.extend_from_slice(part.get(at..span.start).unwrap_or_default());
            out.extend_from_slice(text);
            at = span.end;
        }
        out.extend_from_slice(part.get(at..).unwrap_or_default());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_whatever_surrounds_them() {
        let part = br#"<?xml version="1.0"?><!-- <no/> --><x:a n='1>2' m = "&lt;&#x4e2d;"><b><![CDATA[<c>]]></b></x:a>"#;
        let found: Vec<_> = tags(part).map(|tag| (tag.local().to_vec(), tag.kind, tag.depth)).collect();
        assert_eq!(
            found,
            [
                (b"a".to_vec(), TagKind::Open, 0),
                (b"b".to_vec(), TagKind::Open, 1),
                (b"b".to_vec(), TagKind::Close, 1),
                (b"a".to_vec(), TagKind::Close, 0)
            ]
        );
        let first = tags(part).next().unwrap();
        assert_eq!(first.prefix(), b"x:");
        assert_eq!(first.value(b"m").unwrap(), "<中");
        let n = first.attribute(b"n").unwrap();
        assert_eq!(&part[n.whole.clone()], b" n='1>2'");
        assert_eq!(&part[n.span], b"1>2");
    }

    #[test]
    fn a_tag_that_is_more_than_attributes_is_told() {
        let proper = |text: &str| Tag::new(text.as_bytes(), 0, 0).is_proper();
        for text in ["<c>", "<c/>", "<x:c r='A1' t = \"s\" />", "<c\nr=\"<>\"\t>"] {
            assert!(proper(text), "{text}");
        }
        for text in ["<c r=A1>", "<c r='A1't='s'>", "<c t:/a\" b=\"1\">", "<c r>", "<c r='1' / >", "<c =''>"]
        {
            assert!(!proper(text), "{text}");
        }
    }

    #[test]
    fn a_further_attribute_goes_behind_the_others() {
        for (text, before) in
            [("<a>", ">"), ("<a/>", "/>"), ("<a n='1' \n/>", " \n/>"), ("<a n='/' >", " >"), ("</a >", " >")]
        {
            let tag = Tag::new(text.as_bytes(), 7, 0);
            assert_eq!(text.get(tag.insert_at() - 7..), Some(before), "{text}");
        }
    }

    #[test]
    fn the_encoding_is_told_from_the_first_bytes() {
        for (start, utf8) in [
            (&b"<a/>"[..], true),
            (b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>", true),
            (b"<?xml version=\"1.0\" encoding=\"GB2312\"?>", false),
            (b"\xff\xfe<\0a\0", false),
            (b"<\0a\0", false),
            (b"\xfe\xff\0<\0a", false),
            (b"\0<\0a", false),
            (b"<?xml version='1.0' encoding='UTF8'?>", true),
            (b"<?xml version='1.0' encoding='us-ascii'?>", true),
            (b"<?xml version='1.0' encoding='UTF-16'?>", false),
            (b"<?xml version='1.0'?><a encoding='GBK'/>", true),
            (b"<a encoding='GBK'/>", true),
            (b"<?xml encoding='GBK'", true),
        ] {
            assert_eq!(is_utf8(start), utf8, "{start:?}");
        }
    }
}
