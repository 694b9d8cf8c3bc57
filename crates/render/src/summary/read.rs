//! The way back: submissions from a summary's JSON, `extract`'s own or another program's.
//!
//! Of a project only `name` must be given. In a value's place a plain text or number will do: a text is read as a cell
//! is (`"4.4万元"`, `"98.17%"`, `"—"`), a number keeps every digit it is written with.

use indexmap::IndexMap;
use jixiao_selfeval::Submission;
use jixiao_selfeval::profile::Profile;
use jixiao_selfeval::submission::{Carried, Entry, How};
use jixiao_selfeval::summary::Fund;
use jixiao_selfeval::value::{Money, is_no_value, parse, shifted};
use rust_decimal::Decimal;

use super::node::{MOST_ITEMS, MOST_KEYS, Node};
use super::{BEFORE, BEHIND, Column, FUNDS, Fault, Kind, SCHEMA, SummaryError, Wanted};

/// One element of `files`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The input it was read from, as it was named.
    pub path: Option<String>,
    /// What it declares; none where it could not be read.
    pub submission: Option<Submission>,
    /// Why it could not be read, where that is said.
    pub error: Option<String>,
}

/// Whether bytes can be meant as a summary: they begin as a JSON object does.
pub fn is_json(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(MARK.as_bytes()).unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"{")
}

/// A byte order mark.
const MARK: &str = "\u{feff}";

/// The files of a summary.
///
/// # Errors
/// Where the bytes are no JSON of the schema: the line, the place in it, and what is wrong.
pub fn from_json(bytes: &[u8]) -> Result<Vec<File>, SummaryError> {
    let text = str::from_utf8(bytes).map_err(|_| SummaryError {
        line: 1,
        place: String::new(),
        fault: Fault::NotText,
    })?;
    let whole = Node::of(text.strip_prefix(MARK).unwrap_or(text))?;
    let pairs = whole.pairs()?;
    let schema = pairs.iter().find(|(key, _)| key == "schema");
    let (key, raw) = schema.ok_or_else(|| whole.error(Fault::Missing("schema")))?;
    let schema = whole.below(key, raw);
    if !schema.is_text() || schema.string()? != SCHEMA {
        return Err(schema.wanted(Wanted::Schema));
    }
    let mut files = Vec::new();
    for (key, raw) in &pairs {
        let node = whole.below(key, raw);
        match key.as_str() {
            "schema" => {}
            "files" => {
                for (index, raw) in node.items::<MOST_FILES>()?.into_iter().enumerate() {
                    files.push(file(&node.item(index, raw))?);
                }
            }
            _ => return Err(unknown(&node, key, &["schema", "files"])),
        }
    }
    Ok(files)
}

/// Most files of a summary.
const MOST_FILES: usize = 10_000;

fn unknown(node: &Node<'_, '_>, key: &str, known: &[&'static str]) -> SummaryError {
    node.error(Fault::Unknown(key.to_owned(), known.to_vec()))
}

fn file(node: &Node<'_, '_>) -> Result<File, SummaryError> {
    let mut file = File { path: None, submission: None, error: None };
    for (key, raw) in &node.pairs()? {
        let below = node.below(key, raw);
        match key.as_str() {
            "path" => file.path = optional(&below, text)?,
            "submission" => file.submission = optional(&below, submission)?,
            "error" => file.error = message(&below),
            "sha256" => {}
            _ => return Err(unknown(&below, key, &["path", "sha256", "error", "submission"])),
        }
    }
    Ok(file)
}

/// The message of an error, whoever wrote it.
fn message(node: &Node<'_, '_>) -> Option<String> {
    let pairs = node.pairs().ok()?;
    let (key, raw) = pairs.iter().find(|(key, _)| key == "message")?;
    node.below(key, raw).string().ok()
}

/// What a piece holds that may be null.
fn optional<'a, T>(
    node: &Node<'a, '_>,
    read: impl FnOnce(&Node<'a, '_>) -> Result<T, SummaryError>,
) -> Result<Option<T>, SummaryError> {
    if node.is_null() { Ok(None) } else { read(node).map(Some) }
}

fn text(node: &Node<'_, '_>) -> Result<String, SummaryError> {
    node.string()
}

/// Keys of a submission.
const KEYS: [&str; 10] =
    ["sheet", "range", "unit", "year", "elsewhere", "money", FUNDS, "projects", "groups", "total"];

fn submission(node: &Node<'_, '_>) -> Result<Submission, SummaryError> {
    let mut submission = Submission::default();
    let pairs = node.pairs()?;
    let below = |wanted: &str| {
        let pair = pairs.iter().find(|(key, _)| key == wanted);
        pair.map(|(key, raw)| node.below(key, raw)).filter(|node| !node.is_null())
    };
    for (key, raw) in &pairs {
        if !KEYS.contains(&key.as_str()) {
            return Err(unknown(&node.below(key, raw), key, &KEYS));
        }
    }
    submission.sheet = below("sheet").map(|node| node.string()).transpose()?;
    submission.unit = below("unit").map(|node| node.string()).transpose()?;
    submission.range = below("range").map(|node| parsed(&node, Wanted::Range)).transpose()?;
    submission.year = below("year").map(|node| year(&node)).transpose()?;
    if let Some(node) = below("elsewhere") {
        submission.elsewhere = node.read().map_err(|_| node.wanted(Wanted::Mentions))?;
    }
    submission.money = below("money").map(|node| known(&node, Wanted::Money)).transpose()?;
    let mut funds = Funds { national: Profile::national(), list: Vec::new() };
    if let Some(list) = below(FUNDS) {
        for (index, raw) in list.items::<MOST_KEYS>()?.into_iter().enumerate() {
            let fund = funds.listed(&list.item(index, raw))?;
            funds.list.push(fund);
        }
    }
    if let Some(list) = below("projects") {
        for (index, raw) in list.items::<MOST_ITEMS>()?.into_iter().enumerate() {
            submission.projects.push(entry(&list.item(index, raw), false, &mut funds)?);
        }
    }
    if let Some(list) = below("groups") {
        for (index, raw) in list.items::<MOST_KEYS>()?.into_iter().enumerate() {
            submission.groups.push(list.item(index, raw).string()?);
        }
    }
    submission.total = below("total").map(|node| entry(&node, true, &mut funds)).transpose()?;
    submission.funds = funds.list;
    Ok(submission)
}

fn year(node: &Node<'_, '_>) -> Result<u16, SummaryError> {
    let text = if node.is_text() { node.string()? } else { node.text.to_owned() };
    text.parse().map_err(|_| node.wanted(Wanted::Whole))
}

/// A text that stands for a place.
fn parsed<T: std::str::FromStr>(node: &Node<'_, '_>, wanted: Wanted) -> Result<T, SummaryError> {
    node.string()?.parse().map_err(|_| node.wanted(wanted))
}

/// One of a few texts.
fn known<T: serde::de::DeserializeOwned>(node: &Node<'_, '_>, wanted: Wanted) -> Result<T, SummaryError> {
    node.read().map_err(|_| node.wanted(wanted))
}

/// The parts of 小计: those that are listed, then those that projects name.
struct Funds {
    national: Profile,
    list: Vec<Fund>,
}

impl Funds {
    /// An element of the list: an object of key and label, or one of both as text.
    fn listed(&self, node: &Node<'_, '_>) -> Result<Fund, SummaryError> {
        if node.is_text() {
            return Ok(self.named(&node.string()?));
        }
        let (mut given_key, mut label) = (None, None);
        for (key, raw) in &node.pairs()? {
            let below = node.below(key, raw);
            match key.as_str() {
                "key" => given_key = optional(&below, text)?,
                "label" => label = optional(&below, text)?,
                _ => return Err(unknown(&below, key, &["key", "label"])),
            }
        }
        match (given_key, label) {
            (Some(key), Some(label)) => Ok(Fund { key, label }),
            (Some(name), None) | (None, Some(name)) => Ok(self.named(&name)),
            (None, None) => Err(node.error(Fault::Missing("key"))),
        }
    }

    /// A fund by its standard key or by a label that is known; another name is both.
    fn named(&self, name: &str) -> Fund {
        let usual = self.national.fund_labels(name).first();
        let key = self.national.labels.iter().find_map(|(key, labels)| {
            key.strip_prefix("fund.").filter(|_| labels.iter().any(|label| label == name))
        });
        Fund { key: key.unwrap_or(name).to_owned(), label: usual.map_or(name, String::as_str).to_owned() }
    }

    /// The key of the fund that a row calls by this name; a new one is added to the list.
    fn key(&mut self, name: &str, node: &Node<'_, '_>) -> Result<String, SummaryError> {
        let listed = self.list.iter().find(|fund| fund.key == name);
        if let Some(fund) = listed.or_else(|| self.list.iter().find(|fund| fund.label == name)) {
            return Ok(fund.key.clone());
        }
        let fund = self.named(name);
        let key = fund.key.clone();
        if !self.list.iter().any(|known| known.key == key) {
            if self.list.len() >= MOST_KEYS {
                return Err(node.error(Fault::TooMany(MOST_KEYS)));
            }
            self.list.push(fund);
        }
        Ok(key)
    }
}

/// A project's row, or the total row.
fn entry(node: &Node<'_, '_>, is_total: bool, funds: &mut Funds) -> Result<Entry, SummaryError> {
    let columns = || BEFORE.iter().chain(&BEHIND).filter(|column| !is_total || column.is_summed());
    let mut entry = Entry::default();
    let mut named = is_total;
    for (key, raw) in &node.pairs()? {
        let below = node.below(key, raw);
        named |= key == "name";
        if key == FUNDS {
            if !below.is_null() {
                entry.funds = parts(&below, funds)?;
            }
        } else if let Some(column) = columns().find(|column| column.key == key) {
            entry.fields.extend(value(&below, column.kind)?.map(|carried| (column.field, carried)));
        } else {
            let known: Vec<&str> = columns().map(|Column { key, .. }| *key).chain([FUNDS]).collect();
            return Err(unknown(&below, key, &known));
        }
    }
    if named { Ok(entry) } else { Err(node.error(Fault::Missing("name"))) }
}

fn parts(node: &Node<'_, '_>, funds: &mut Funds) -> Result<IndexMap<String, Carried>, SummaryError> {
    let mut parts = IndexMap::new();
    for (name, raw) in &node.pairs()? {
        let below = node.below(name, raw);
        let key = funds.key(name, &below)?;
        if let Some(carried) = value(&below, Kind::Amount)?
            && parts.insert(key, carried).is_some()
        {
            return Err(below.error(Fault::Twice(name.clone())));
        }
    }
    Ok(parts)
}

/// A value; none where it is blank.
fn value(node: &Node<'_, '_>, kind: Kind) -> Result<Option<Carried>, SummaryError> {
    let carried = if node.is_null() {
        return Ok(None);
    } else if node.is_object() {
        object(node, kind)?
    } else if node.is_number() {
        number(node, kind)?
    } else if node.is_text() {
        typed(node.string()?, kind)
    } else {
        return Err(node.wanted(if kind == Kind::Text { Wanted::Text } else { Wanted::Number }));
    };
    let is_blank = carried.text.is_empty() && carried.value.is_none() && carried.how.is_empty();
    Ok((!is_blank).then_some(carried))
}

/// A value with what is known of it. Where it states no number its text is read.
fn object(node: &Node<'_, '_>, kind: Kind) -> Result<Carried, SummaryError> {
    const KEYS: [&str; 5] = ["value", "decimals", "text", "cell", "how"];
    let known_keys = if kind == Kind::Text { KEYS.get(2..4).unwrap_or_default() } else { &KEYS };
    let mut carried = Carried::default();
    let (mut states_number, mut states_text) = (false, false);
    for (key, raw) in &node.pairs()? {
        let below = node.below(key, raw);
        if !known_keys.contains(&key.as_str()) {
            return Err(unknown(&below, key, known_keys));
        }
        match key.as_str() {
            "value" => {
                states_number = true;
                carried.value = optional(&below, decimal)?;
            }
            "decimals" => carried.decimals = optional(&below, |node| known(node, Wanted::Whole))?,
            "text" => {
                states_text = true;
                carried.text = optional(&below, text)?.unwrap_or_default();
            }
            "cell" => carried.cell = optional(&below, |node| parsed(node, Wanted::Cell))?,
            _ => {
                for (index, raw) in below.items::<MOST_KEYS>()?.into_iter().enumerate() {
                    carried.how.push(known(&below.item(index, raw), Wanted::How)?);
                }
            }
        }
    }
    if kind != Kind::Text && !states_number {
        let read = typed(carried.text, kind);
        let cell = carried.cell;
        carried = read;
        carried.cell = cell;
    }
    if !states_text {
        carried.text = carried.value.map(|value| value.to_string()).unwrap_or_default();
    }
    Ok(carried)
}

/// A JSON number as it is written.
fn number(node: &Node<'_, '_>, kind: Kind) -> Result<Carried, SummaryError> {
    let mut carried = Carried::default();
    node.text.clone_into(&mut carried.text);
    if kind != Kind::Text {
        let value = decimal(node)?;
        carried.decimals = i8::try_from(value.scale()).ok();
        carried.value = Some(value.normalize());
    }
    Ok(carried)
}

/// A number, or one as text, with all its digits.
fn decimal(node: &Node<'_, '_>) -> Result<Decimal, SummaryError> {
    let text = if node.is_text() { node.string()? } else { node.text.to_owned() };
    let is_plain = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-'));
    let read = if is_plain { Decimal::from_str_exact(&text) } else { Decimal::from_scientific(&text) };
    read.map_err(|_| node.wanted(Wanted::Decimal))
}

/// A text as a cell's is read.
fn typed(text: String, kind: Kind) -> Carried {
    let mut carried = Carried::default();
    if kind != Kind::Text && !text.trim().is_empty() {
        match figure(&text, kind) {
            Some((value, decimals, how)) => {
                (carried.value, carried.decimals) = (Some(value.normalize()), Some(decimals));
                carried.how.extend(how);
            }
            None => carried.how.push(if is_no_value(&text) { How::NoValue } else { How::Unreadable }),
        }
    }
    carried.text = if text.trim().is_empty() { String::new() } else { text };
    carried
}

/// The number of a text where its sign or unit suits the column.
fn figure(text: &str, kind: Kind) -> Option<(Decimal, i8, Option<How>)> {
    let parsed = parse(text)?;
    let suits = (!parsed.percent || kind == Kind::Rate)
        && (parsed.unit.is_none() || kind == Kind::Amount)
        && (!parsed.points || kind == Kind::Score);
    let (exponent, how) = match parsed.unit {
        _ if parsed.percent => (-2, Some(How::Percent)),
        Some(Money::Yuan) => (Money::Yuan.exponent(), Some(How::FromYuan)),
        Some(Money::HundredMillion) => (Money::HundredMillion.exponent(), Some(How::FromHundredMillion)),
        _ => (0, None),
    };
    let value = shifted(parsed.value, exponent).filter(|_| suits)?;
    Some((value, parsed.decimals.checked_sub(exponent)?, how))
}
