//! One token of a part, its namespace and its attributes.

use std::ops::Range;

use memchr::memchr;

use super::text::{self, decode};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `<c r="A1">`.
    Start,
    /// `<c r="A1"/>`, an element without content: no [`Kind::End`] follows.
    Empty,
    /// `</c>`.
    End,
    /// Text between tags, with its entities; [`decode`] gives what it means.
    Text,
    /// `<![CDATA[…]]>`; [`Token::text`] gives what stands inside.
    CData,
    /// Declaration, comment, processing instruction, byte order mark.
    Other,
}

/// The namespaces that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// `SpreadsheetML`, transitional or strict.
    Main,
    /// Relation ids of office documents (`r:id`), transitional or strict.
    Relations,
    /// Markup compatibility (`mc:AlternateContent`).
    Compatibility,
    /// `WordprocessingML`, transitional or strict.
    Word,
    /// Any other, or none.
    Other,
}

impl Space {
    pub(super) fn of(uri: &[u8]) -> Self {
        match uri {
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
            | b"http://purl.oclc.org/ooxml/spreadsheetml/main" => Self::Main,
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
            | b"http://purl.oclc.org/ooxml/officeDocument/relationships" => Self::Relations,
            b"http://schemas.openxmlformats.org/markup-compatibility/2006" => Self::Compatibility,
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
            | b"http://purl.oclc.org/ooxml/wordprocessingml/main" => Self::Word,
            _ => Self::Other,
        }
    }
}

/// A namespace declaration in force.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) depth: usize,
    pub(super) prefix: Box<[u8]>,
    pub(super) space: Space,
}

/// One token of a part.
#[derive(Clone, Copy, Debug)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its bytes as they stand in the part.
    pub raw: &'a [u8],
    /// Position of its first byte in the part (in the transcoded text where the part is UTF-16).
    pub at: u64,
    /// How many elements are open around it: 0 for the root's own tags.
    pub depth: usize,
    /// The namespace of a tag's element.
    pub space: Space,
    pub(super) name: (usize, usize),
    pub(super) declared: &'a [Declared],
}

impl<'a> Token<'a> {
    /// Whether this is a tag (start, empty or end) of that element of `SpreadsheetML`.
    #[inline]
    pub fn is(&self, local: &[u8]) -> bool {
        self.space == Space::Main && self.name() == local
    }

    /// Whether an element opens here, with content or without.
    #[inline]
    pub fn opens(&self) -> bool {
        matches!(self.kind, Kind::Start | Kind::Empty)
    }

    /// A tag's name without its prefix; empty for other tokens.
    #[inline]
    pub fn name(&self) -> &'a [u8] {
        self.raw.get(self.name.0..self.name.1).unwrap_or(&[])
    }

    /// Where a tag's name without its prefix stands in `raw`.
    pub fn name_span(&self) -> Range<usize> {
        self.name.0..self.name.1
    }

    /// The attributes of a start or empty tag, in order, as written.
    #[inline]
    pub fn attributes(&self) -> Attributes<'a> {
        let at = if self.opens() { self.name.1 } else { self.raw.len() };
        Attributes { raw: self.raw, at }
    }

    /// The value of an attribute of that exact name, with its entities.
    #[inline]
    pub fn attribute(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.attributes().find(|attribute| attribute.name == name).map(|attribute| attribute.value)
    }

    /// The value of a prefixed attribute by its namespace: `r:id` is `(Space::Relations, b"id")`.
    pub fn attribute_in(&self, space: Space, local: &[u8]) -> Option<&'a [u8]> {
        let wanted = |name: &[u8]| {
            memchr(b':', name).is_some_and(|colon| {
                name.get(colon + 1..) == Some(local)
                    && name.get(..colon).is_some_and(|prefix| look_up(self.declared, prefix) == space)
            })
        };
        self.attributes().find(|attribute| wanted(attribute.name)).map(|attribute| attribute.value)
    }

    /// What a text or CDATA token means, entities decoded; `None` where it is no proper text. Empty for tags,
    /// comments and the like.
    pub fn text(&self) -> Option<std::borrow::Cow<'a, str>> {
        match self.kind {
            Kind::Text => decode(self.raw),
            Kind::CData => text::plain(self.raw.get(9..self.raw.len().saturating_sub(3))?),
            _ => Some(std::borrow::Cow::Borrowed("")),
        }
    }
}

/// An attribute as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// Its name with its prefix.
    pub name: &'a [u8],
    /// Its value without quotes, with its entities; [`decode`] gives what it means.
    pub value: &'a [u8],
    /// Where the value stands in the tag's `raw`.
    pub start: usize,
}

impl Attribute<'_> {
    /// Where the value stands in the tag's `raw`.
    pub fn span(&self) -> Range<usize> {
        self.start..self.start + self.value.len()
    }
}

/// The attributes of a tag, in order.
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    raw: &'a [u8],
    at: usize,
}

impl<'a> Attributes<'a> {
    /// The attributes of a tag's bytes, from behind its name on.
    pub(crate) fn after(raw: &'a [u8], name_end: usize) -> Self {
        Self { raw, at: name_end }
    }

    /// Where in the tag's bytes the next attribute begins, with the blanks before it.
    pub(crate) fn at(&self) -> usize {
        self.at
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    #[inline]
    fn next(&mut self) -> Option<Attribute<'a>> {
        let rest = self.raw.get(self.at..)?;
        let start = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let rest = rest.get(start..)?;
        let equals = rest.iter().position(|byte| *byte == b'=')?;
        let name = rest.get(..equals)?.trim_ascii_end();
        let after = rest.get(equals + 1..)?;
        let quote_at = after.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
        let quote = *after.get(quote_at)?;
        let inside = after.get(quote_at + 1..)?;
        let length = inside.iter().position(|byte| *byte == quote)?;
        let value = inside.get(..length)?;
        let value_at = self.at + start + equals + 1 + quote_at + 1;
        self.at = value_at + length + 1;
        Some(Attribute { name, value, start: value_at })
    }
}

/// The namespace a prefix stands for; the innermost declaration holds.
pub(super) fn look_up(declared: &[Declared], prefix: &[u8]) -> Space {
    let innermost = declared.iter().rev().find(|declared| *declared.prefix == *prefix);
    innermost.map_or(Space::Other, |declared| declared.space)
}
