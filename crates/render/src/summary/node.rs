//! JSON that is looked at piece by piece: each keeps its place in the text, lists and objects are bounded, and a number
//! keeps its digits.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Fault, SummaryError, Wanted};

/// Most keys of an object.
pub(super) const MOST_KEYS: usize = 1_024;
/// Most items of a list: the rows of a sheet.
pub(super) const MOST_ITEMS: usize = 1_048_576;

/// A piece of the text.
#[derive(Clone, Copy)]
pub(super) struct Node<'a, 'p> {
    whole: &'a str,
    /// The piece as it is written.
    pub(super) text: &'a str,
    step: Step<'p>,
    above: Option<&'p Node<'a, 'p>>,
}

/// How a piece is reached from the one that holds it.
#[derive(Clone, Copy)]
enum Step<'p> {
    Whole,
    Key(&'p str),
    Item(usize),
}

impl<'a> Node<'a, '_> {
    /// The whole text, which is JSON from here on.
    pub(super) fn of(whole: &'a str) -> Result<Self, SummaryError> {
        let raw: &RawValue = serde_json::from_str(whole).map_err(|error| SummaryError {
            line: error.line(),
            place: String::new(),
            fault: Fault::Syntax(error.to_string()),
        })?;
        Ok(Self { whole, text: raw.get(), step: Step::Whole, above: None })
    }

    /// The piece below a key.
    pub(super) fn below<'q>(&'q self, key: &'q str, raw: &'a RawValue) -> Node<'a, 'q> {
        Node { whole: self.whole, text: raw.get(), step: Step::Key(key), above: Some(self) }
    }

    /// The item of a number.
    pub(super) fn item<'q>(&'q self, index: usize, raw: &'a RawValue) -> Node<'a, 'q> {
        Node { whole: self.whole, text: raw.get(), step: Step::Item(index), above: Some(self) }
    }

    /// The error that this piece is.
    pub(super) fn error(&self, fault: Fault) -> SummaryError {
        let start = (self.text.as_ptr() as usize).checked_sub(self.whole.as_ptr() as usize);
        let before = start.and_then(|start| self.whole.get(..start)).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count().saturating_add(1);
        SummaryError { line, place: self.place(), fault }
    }

    fn place(&self) -> String {
        let above = self.above.map(Node::place).unwrap_or_default();
        match self.step {
            Step::Whole => above,
            Step::Key(key) if above.is_empty() => key.to_owned(),
            Step::Key(key) => format!("{above}.{key}"),
            Step::Item(index) => format!("{above}[{index}]"),
        }
    }

    pub(super) fn wanted(&self, wanted: Wanted) -> SummaryError {
        self.error(Fault::Kind(wanted))
    }

    pub(super) fn is_null(&self) -> bool {
        self.text == "null"
    }

    pub(super) fn is_text(&self) -> bool {
        self.text.starts_with('"')
    }

    pub(super) fn is_object(&self) -> bool {
        self.text.starts_with('{')
    }

    pub(super) fn is_number(&self) -> bool {
        self.text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
    }

    /// The text that a string holds.
    pub(super) fn string(&self) -> Result<String, SummaryError> {
        if !self.is_text() {
            return Err(self.wanted(Wanted::Text));
        }
        self.read()
    }

    /// What anything of a known shape holds.
    pub(super) fn read<T: Deserialize<'a>>(&self) -> Result<T, SummaryError> {
        serde_json::from_str(self.text).map_err(|error| self.error(Fault::Syntax(error.to_string())))
    }

    /// The keys of an object with what stands below them; none of them twice.
    pub(super) fn pairs(&self) -> Result<Vec<(String, &'a RawValue)>, SummaryError> {
        if !self.is_object() {
            return Err(self.wanted(Wanted::Object));
        }
        let Bounded::<Pair<'a>, MOST_KEYS>(pairs) = self.bounded(MOST_KEYS)?;
        let mut keys: Vec<&str> = pairs.iter().map(|(key, _)| key.as_str()).collect();
        keys.sort_unstable();
        let twice = keys.iter().zip(keys.iter().skip(1)).find(|(one, next)| one == next);
        match twice {
            Some((key, _)) => Err(self.error(Fault::Twice((*key).to_owned()))),
            None => Ok(pairs),
        }
    }

    /// The items of a list.
    pub(super) fn items<const MOST: usize>(&self) -> Result<Vec<&'a RawValue>, SummaryError> {
        if !self.text.starts_with('[') {
            return Err(self.wanted(Wanted::List));
        }
        let Bounded::<&RawValue, MOST>(items) = self.bounded(MOST)?;
        Ok(items)
    }

    /// The text is JSON, so that only a bound or a broken escape can stop this.
    fn bounded<T: Deserialize<'a>>(&self, most: usize) -> Result<T, SummaryError> {
        serde_json::from_str(self.text).map_err(|error| {
            let fault = if error.is_data() { Fault::TooMany(most) } else { Fault::Syntax(error.to_string()) };
            self.error(fault)
        })
    }
}

type Pair<'a> = (String, &'a RawValue);

/// At most so many keys or items.
struct Bounded<T, const MOST: usize>(Vec<T>);

/// Reads a bounded list or object.
struct Reading<T, const MOST: usize>(PhantomData<T>);

impl<'de, const MOST: usize> Deserialize<'de> for Bounded<Pair<'de>, MOST> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reading::<Pair<'de>, MOST>(PhantomData))
    }
}

impl<'de, const MOST: usize> Deserialize<'de> for Bounded<&'de RawValue, MOST> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Reading::<&'de RawValue, MOST>(PhantomData))
    }
}

impl<'de, const MOST: usize> Visitor<'de> for Reading<Pair<'de>, MOST> {
    type Value = Bounded<Pair<'de>, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(pair) = map.next_entry()? {
            push(&mut found, pair, MOST).map_err(A::Error::custom)?;
        }
        Ok(Bounded(found))
    }
}

impl<'de, const MOST: usize> Visitor<'de> for Reading<&'de RawValue, MOST> {
    type Value = Bounded<&'de RawValue, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(item) = list.next_element()? {
            push(&mut found, item, MOST).map_err(A::Error::custom)?;
        }
        Ok(Bounded(found))
    }
}

fn push<T>(list: &mut Vec<T>, item: T, most: usize) -> Result<(), &'static str> {
    if list.len() >= most {
        return Err("too many");
    }
    list.push(item);
    Ok(())
}
