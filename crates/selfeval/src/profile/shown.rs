//! A profile back to text: every key with its value, so that it can be saved, edited, read again and compared.

use std::fmt::Write as _;

use rust_decimal::Decimal;

use super::keys::{KEYS, Key};
use super::{COLUMNS, FUND, Grade, Level, PointBand, Profile, ScoreCap, Weights};
use crate::finding::Field;
use crate::value::{Money, shifted};

/// A key of a profile with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The section it stands in, `labels`; none for the keys outside sections.
    pub section: Option<&'static str>,
    /// The key as it is written, `reason-below`, `score`, `"fund.other"`.
    pub key: String,
    /// The value as it is written.
    pub value: String,
}

impl Entry {
    /// The key with its section: `labels.score`.
    pub fn path(&self) -> String {
        let key = self.key.trim_matches('"');
        self.section.map_or_else(|| key.to_owned(), |section| format!("{section}.{key}"))
    }
}

impl Profile {
    /// All of the profile as TOML, with what each key means. Read again it gives the same profile.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        for key in KEYS {
            let entries = entries_of(self, key);
            let is_section = is_section(key.name);
            let _ = writeln!(text, "# {}\n# {}", key.meaning.0, key.meaning.1);
            if is_section {
                let _ = writeln!(text, "[{}]", key.name);
            }
            for entry in &entries {
                let _ = writeln!(text, "{} = {}", entry.key, entry.value);
            }
            text.push('\n');
        }
        text.truncate(text.trim_end().len());
        text + "\n"
    }

    /// Every key with its value, in the order of [`KEYS`].
    pub fn entries(&self) -> Vec<Entry> {
        KEYS.iter().flat_map(|key| entries_of(self, key)).collect()
    }
}

fn is_section(name: &str) -> bool {
    matches!(name, "severities" | "labels")
}

fn entries_of(profile: &Profile, key: &Key) -> Vec<Entry> {
    let plain = |value| vec![Entry { section: None, key: key.name.to_owned(), value }];
    match key.name {
        "severities" => {
            let severities = profile.severities.iter();
            severities.map(|(code, level)| entry("severities", code, quoted(level_name(*level)))).collect()
        }
        "labels" => profile.labels.iter().map(|(key, labels)| entry("labels", key, texts(labels))).collect(),
        name => plain(value(profile, name)),
    }
}

/// An entry of a section; a key with a dot needs quotation marks.
fn entry(section: &'static str, key: &str, value: String) -> Entry {
    let key = if key.starts_with(FUND) { quoted(key) } else { key.to_owned() };
    Entry { section: Some(section), key, value }
}

/// The value of a key outside sections.
fn value(profile: &Profile, key: &str) -> String {
    match key {
        "name" => quoted(&profile.name),
        "title" => quoted(&profile.title),
        "description" => quoted(&profile.description),
        "unverified" => profile.unverified.to_string(),
        "base" => quoted(&profile.base),
        "money" => quoted(money_name(profile.money)),
        "amount-decimals" => profile.amount_decimals.to_string(),
        "required" => list(profile.required.iter().map(|field| quoted(field_name(*field)))),
        "funds" => texts(&profile.funds),
        "parts-exhaustive" => profile.parts_exhaustive.to_string(),
        "execution-points" => number(profile.execution_points),
        "points-proportional" => profile.points_proportional.to_string(),
        "point-bands" => list(profile.point_bands.iter().map(band)),
        "reason-below" => rate(profile.reason_below),
        "tail-difference" => number(profile.tail_difference),
        "score-caps" => list(profile.score_caps.iter().map(cap)),
        "grades" => list(profile.grades.iter().map(grade)),
        "weights" => quoted(weights_name(profile.weights)),
        "block-weights" => {
            list(profile.block_weights.iter().map(|block| {
                format!("{{ name = {}, points = {} }}", quoted(&block.name), number(block.points))
            }))
        }
        _ => String::new(),
    }
}

fn band(band: &PointBand) -> String {
    format!("{{ from = {}, points = {} }}", rate(band.from), number(band.points))
}

fn cap(cap: &ScoreCap) -> String {
    format!("{{ below = {}, most = {} }}", rate(cap.below), number(cap.most))
}

fn grade(grade: &Grade) -> String {
    format!("{{ from = {}, names = {} }}", number(grade.from), texts(&grade.names))
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn texts(texts: &[String]) -> String {
    list(texts.iter().map(|text| quoted(text)))
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

fn number(value: Decimal) -> String {
    value.normalize().to_string()
}

/// A rate in percent: `"90%"`.
fn rate(value: Decimal) -> String {
    match shifted(value, 2) {
        Some(percent) => format!("\"{}%\"", number(percent)),
        None => number(value),
    }
}

/// The name of a value among those that are written for it.
fn name_of<T: Copy + PartialEq>(among: &[(&'static str, T)], value: T) -> &'static str {
    among.iter().find(|(_, other)| *other == value).map_or("", |(name, _)| name)
}

fn field_name(field: Field) -> &'static str {
    if field == Field::Fund { "fund" } else { name_of(COLUMNS, field) }
}

fn money_name(money: Money) -> &'static str {
    name_of(super::written::MONEY, money)
}

fn weights_name(weights: Option<Weights>) -> &'static str {
    name_of(super::written::WEIGHTS, weights)
}

fn level_name(level: Level) -> &'static str {
    name_of(super::written::LEVELS, level)
}
