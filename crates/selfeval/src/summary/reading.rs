//! What stands in one cell of the table. A large form has a million of them, so they are kept in few bytes.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use jixiao_workbook::CellRef;
use jixiao_workbook::sheet::Strings;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::shown::Shown;
use crate::value::Figure;

/// What a numeric cell of the table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Content {
    /// Nothing, or blanks only.
    Blank,
    /// A sign for "no value": `—`, `/`, `*`, `－`.
    NoValue,
    /// A number in a number cell, typed or stored by a formula.
    Number(Figure),
    /// A number written as text in a spreadsheet's cell: a sum skips it.
    TextNumber(Figure),
    /// Text that is no number.
    Unreadable,
    /// An error (`#DIV/0!`).
    Error,
    /// A formula without a stored result that could be computed here.
    Computed(Figure),
    /// A formula without a stored result that could not be computed here.
    NoResult,
}

impl Content {
    fn figure(self) -> Option<Figure> {
        match self {
            Self::Number(figure) | Self::TextNumber(figure) | Self::Computed(figure) => Some(figure),
            _ => None,
        }
    }

    fn with(self, new: Figure) -> Self {
        match self {
            Self::Number(_) => Self::Number(new),
            Self::TextNumber(_) => Self::TextNumber(new),
            Self::Computed(_) => Self::Computed(new),
            other => other,
        }
    }
}

/// What stands in one numeric cell of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Whole", into = "Whole")]
pub struct Reading {
    /// The cell.
    pub cell: CellRef,
    body: Body,
}

/// The usual contents in 16 bytes; whatever else there may be stands apart.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Body {
    Blank { formula: bool },
    Figure { source: Source, formula: bool, scale: u8, decimals: i8, shown: Shown, mantissa: i64 },
    Other(Box<Other>),
}

/// Which [`Content`] a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Number,
    Text,
    Computed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Other {
    content: Content,
    formula: bool,
    shown: Shown,
    /// The text as it stands, where the figure shown so is not it.
    raw: Option<Box<str>>,
}

/// A reading as it is serialized.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Reading")]
struct Whole {
    cell: CellRef,
    content: Content,
    formula: bool,
    shown: Shown,
    raw: Option<Box<str>>,
}

impl From<Whole> for Reading {
    fn from(whole: Whole) -> Self {
        Self::shown_as(whole.cell, whole.content, whole.formula, whole.shown, whole.raw)
    }
}

impl From<Reading> for Whole {
    fn from(reading: Reading) -> Self {
        let raw = match &reading.body {
            Body::Other(other) => other.raw.clone(),
            _ => None,
        };
        Self {
            cell: reading.cell,
            content: reading.content(),
            formula: reading.has_formula(),
            shown: reading.shown(),
            raw,
        }
    }
}

impl Reading {
    /// A reading without a figure of its own text; `raw` is what stands in the cell.
    pub fn new(cell: CellRef, content: Content, formula: bool, raw: Option<Box<str>>) -> Self {
        Self::shown_as(cell, content, formula, Shown::PLAIN, raw)
    }

    /// A reading whose figure is shown so; `raw` is the text as it stands where it is another one.
    pub(super) fn shown_as(
        cell: CellRef,
        content: Content,
        formula: bool,
        shown: Shown,
        raw: Option<Box<str>>,
    ) -> Self {
        let body = Body::of(content, formula, shown, raw.is_none());
        let other = || Body::Other(Box::new(Other { content, formula, shown, raw }));
        Self { cell, body: body.unwrap_or_else(other) }
    }

    /// What the cell holds.
    pub fn content(&self) -> Content {
        match &self.body {
            Body::Blank { .. } => Content::Blank,
            Body::Figure { source, formula, scale, decimals, mantissa, .. } => {
                let value = Decimal::new(*mantissa, u32::from(*scale));
                let figure = Figure { value, decimals: *decimals, formula: *formula };
                match source {
                    Source::Number => Content::Number(figure),
                    Source::Text => Content::TextNumber(figure),
                    Source::Computed => Content::Computed(figure),
                }
            }
            Body::Other(other) => other.content,
        }
    }

    /// Whether the cell holds a formula.
    pub fn has_formula(&self) -> bool {
        match &self.body {
            Body::Blank { formula } | Body::Figure { formula, .. } => *formula,
            Body::Other(other) => other.formula,
        }
    }

    /// The figure, if a number stands there or was computed from its formula; text numbers included.
    pub fn figure(&self) -> Option<Figure> {
        self.content().figure()
    }

    /// The figure's value.
    pub fn value(&self) -> Option<Decimal> {
        self.figure().map(|figure| figure.value)
    }

    /// Whether nothing is declared: blank, or a sign for "no value".
    pub fn is_blank(&self) -> bool {
        match &self.body {
            Body::Blank { .. } => true,
            Body::Figure { .. } => false,
            Body::Other(other) => matches!(other.content, Content::Blank | Content::NoValue),
        }
    }

    /// What stands in the cell, as a person sees it (with the number format's decimals and percent sign).
    pub fn raw(&self) -> Cow<'_, str> {
        if let Body::Other(other) = &self.body
            && let Some(raw) = &other.raw
        {
            return Cow::Borrowed(raw);
        }
        self.figure().map_or(Cow::Borrowed(""), |figure| Cow::Owned(self.shown().text(figure.value)))
    }

    /// How the figure is shown in its cell.
    pub(crate) fn shown(&self) -> Shown {
        match &self.body {
            Body::Blank { .. } => Shown::PLAIN,
            Body::Figure { shown, .. } => *shown,
            Body::Other(other) => other.shown,
        }
    }

    /// The same cell with another reading of its figure.
    pub(super) fn set(&mut self, figure: Figure, shown: Shown) {
        let raw = match &mut self.body {
            Body::Other(other) => other.raw.take(),
            _ => None,
        };
        let content = self.content().with(figure);
        *self = Self::shown_as(self.cell, content, self.has_formula(), shown, raw);
    }
}

impl Body {
    /// The short form, if the content has one.
    fn of(content: Content, formula: bool, shown: Shown, no_text: bool) -> Option<Self> {
        let (source, figure) = match content {
            _ if !no_text => return None,
            Content::Blank => return Some(Self::Blank { formula }),
            Content::Number(figure) => (Source::Number, figure),
            Content::TextNumber(figure) => (Source::Text, figure),
            Content::Computed(figure) => (Source::Computed, figure),
            _ => return None,
        };
        let mantissa = i64::try_from(figure.value.mantissa()).ok()?;
        let scale = u8::try_from(figure.value.scale()).ok()?;
        let plain = figure.formula == formula;
        plain.then_some(Self::Figure { source, formula, scale, decimals: figure.decimals, shown, mantissa })
    }
}

/// A text of the table: one of the workbook's shared strings, or one of its own. A hundred thousand remarks that are
/// numbers take no memory of their own.
#[derive(Clone)]
pub struct Text(Kept);

#[derive(Clone)]
enum Kept {
    Shared(Arc<Strings>, u32),
    /// As long as it fits: its length and its bytes.
    Short(u8, [u8; SHORT]),
    Own(Box<Box<str>>),
}

/// Bytes that fit beside the length in 16.
const SHORT: usize = 14;

impl Text {
    /// The shared string of a number.
    pub(super) fn shared(strings: &Arc<Strings>, number: u32) -> Self {
        Self(Kept::Shared(Arc::clone(strings), number))
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Kept::Shared(strings, number) => strings.get(*number).unwrap_or(""),
            Kept::Short(length, bytes) => {
                let text = bytes.get(..usize::from(*length)).unwrap_or(&[]);
                std::str::from_utf8(text).unwrap_or("")
            }
            Kept::Own(text) => text,
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self(Kept::Short(0, [0; SHORT]))
    }
}

impl<T: AsRef<str> + Into<Box<str>>> From<T> for Text {
    fn from(text: T) -> Self {
        let given = text.as_ref().as_bytes();
        let mut bytes = [0; SHORT];
        match (bytes.get_mut(..given.len()), u8::try_from(given.len())) {
            (Some(room), Ok(length)) => {
                room.copy_from_slice(given);
                Self(Kept::Short(length, bytes))
            }
            _ => Self(Kept::Own(Box::new(text.into()))),
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl Serialize for Text {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(String::deserialize(deserializer)?))
    }
}

/// What stands in one text cell of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextReading {
    /// The cell.
    pub cell: CellRef,
    /// Its text, trimmed; a number's digits where a number stands there.
    pub text: Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> CellRef {
        "D7".parse().unwrap()
    }

    #[test]
    fn a_usual_reading_takes_few_bytes() {
        assert!(size_of::<Reading>() <= 24);
        assert!(size_of::<TextReading>() <= 24);
    }

    #[test]
    fn a_text_of_any_length_comes_back() {
        for text in ["", "1", "12345678901234", "123456789012345", "中川园区", "中川镇人民", "é"] {
            assert_eq!(&*Text::from(text), text);
            assert_eq!(Text::from(text.to_owned()), Text::from(text));
        }
        assert_eq!(&*Text::default(), "");
    }

    #[test]
    fn every_content_comes_back_as_it_was_put_in() {
        let figure = |value: &str, formula| Figure { value: value.parse().unwrap(), decimals: 2, formula };
        let contents = [
            (Content::Blank, true, None),
            (Content::NoValue, false, Some("—")),
            (Content::Number(figure("-12.50", true)), true, None),
            (Content::TextNumber(figure("12.5", false)), false, Some("１２.５")),
            (Content::Computed(figure("79228162514264337593543950335", true)), true, None),
            (Content::Unreadable, false, Some("见附件")),
            (Content::Error, true, Some("#DIV/0!")),
            (Content::NoResult, true, None),
        ];
        for (content, formula, raw) in contents {
            let reading = Reading::new(at(), content, formula, raw.map(Box::from));
            assert_eq!((reading.content(), reading.has_formula()), (content, formula));
            if let Some(raw) = raw {
                assert_eq!(reading.raw(), raw);
            }
            let text = serde_json::to_string(&reading).unwrap();
            assert_eq!(serde_json::from_str::<Reading>(&text).unwrap(), reading, "{text}");
        }
    }

    #[test]
    fn a_shared_text_reads_like_one_of_its_own() {
        let mut strings = Strings::default();
        strings.push("防汛").unwrap();
        let shared = Text::shared(&Arc::new(strings), 0);
        assert_eq!(shared, Text::from("防汛"));
        assert_eq!((shared.to_string(), &*Text::default()), ("防汛".to_owned(), ""));
    }
}
