//! What differs by region or year, as data: labels, units, thresholds, grades, severities.

use std::fmt;

use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::finding::{Field, Severity};
use crate::value::{Money, parse, shifted};

/// A region's or a year's profile, read from TOML.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Profile {
    /// Its name, `national`.
    pub name: String,
    /// Its title in Chinese.
    pub title: String,
    /// Header labels by field; the key is a [`Field`] in snake case, `subtotal` for 小计, or `fund.KEY`.
    pub labels: IndexMap<String, Vec<String>>,
    /// Unit of amounts where a form states none.
    pub money: Money,
    /// Decimals of amounts as a form is issued; 2.
    pub amount_decimals: u8,
    /// Columns that the form must have; [`Field::Fund`] stands for at least one fund column.
    pub required: Vec<Field>,
    /// Points given for execution, p; 10.
    pub execution_points: Decimal,
    /// Whether the profile states that execution points are proportional to the rate.
    pub points_proportional: bool,
    /// Bands of execution points where they are not proportional: from rate (fraction, inclusive) to points.
    pub point_bands: Vec<PointBand>,
    /// Below this rate (fraction) a reason is asked, θ; 0.9.
    pub reason_below: Decimal,
    /// Accepted tail difference of sums (尾差) in 万元; 0.01.
    pub tail_difference: Decimal,
    /// Whether the fund parts always add up to 小计, whatever the columns are called.
    pub parts_exhaustive: bool,
    /// Weights of the weighted score; none where the profile does not fix them (then by budget).
    pub weights: Option<Weights>,
    /// Severities that differ from the rules' own; `off` silences a rule.
    pub severities: IndexMap<String, Level>,
}

/// Points for an execution rate from a lower bound on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointBand {
    /// Lower bound of the rate, a fraction, inclusive.
    #[serde(deserialize_with = "number")]
    pub from: Decimal,
    /// Points given.
    #[serde(deserialize_with = "number")]
    pub points: Decimal,
}

/// A rule's severity in a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The rule does not run.
    Off,
    /// Info.
    Info,
    /// Warning.
    Warning,
    /// Error.
    Error,
}

impl Level {
    /// The severity, or none where the rule is off.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// What the weighted score is weighted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weights {
    /// By 全年预算数 (A).
    #[default]
    Budget,
    /// By 全年执行数 (B).
    Executed,
}

/// The built-in national profile.
const NATIONAL: &str = include_str!("../profiles/national.toml");

/// Stands in a list of labels for the labels of the national profile.
const NATIONAL_LABELS: &str = "...";

/// A profile's text is not a profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ProfileError {
    /// Line of the text, from 1.
    pub line: usize,
    /// What is wrong, naming the key.
    pub what: String,
}

impl Profile {
    /// The built-in national profile.
    pub fn national() -> Self {
        overlaid(Self::default(), NATIONAL).unwrap_or_default()
    }

    /// A profile from its text. It need only hold what differs from the national profile; in a list of labels
    /// `"..."` stands for the national labels.
    ///
    /// # Errors
    /// When the text is no TOML, a key is unknown, or a value is out of its range.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        overlaid(Self::national(), text)
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            name: "national".to_owned(),
            title: String::new(),
            labels: IndexMap::new(),
            money: Money::TenThousand,
            amount_decimals: 2,
            required: Vec::new(),
            execution_points: Decimal::TEN,
            points_proportional: false,
            point_bands: Vec::new(),
            reason_below: Decimal::new(9, 1),
            tail_difference: Decimal::new(1, 2),
            parts_exhaustive: false,
            weights: None,
            severities: IndexMap::new(),
        }
    }
}

/// A profile's file: every key may be left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    name: Option<String>,
    title: Option<String>,
    #[serde(default)]
    labels: IndexMap<Spanned<String>, Vec<String>>,
    money: Option<Money>,
    amount_decimals: Option<Spanned<u8>>,
    required: Option<Vec<Field>>,
    execution_points: Option<Spanned<Number>>,
    points_proportional: Option<bool>,
    point_bands: Option<Spanned<Vec<PointBand>>>,
    reason_below: Option<Spanned<Number>>,
    tail_difference: Option<Spanned<Number>>,
    parts_exhaustive: Option<bool>,
    weights: Option<Weights>,
    #[serde(default)]
    severities: IndexMap<Spanned<String>, Level>,
}

fn overlaid(base: Profile, text: &str) -> Result<Profile, ProfileError> {
    let written: Written = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        ProfileError { line: line(text, at), what: named(text, at, error.message()) }
    })?;
    let within = |key: &str, value: &Spanned<Number>, most: Decimal| {
        if (Decimal::ZERO..=most).contains(&value.get_ref().0) {
            return Ok(value.get_ref().0);
        }
        let what = format!("{key}: {} is not between 0 and {most}", value.get_ref().0);
        Err(ProfileError { line: line(text, value.span().start), what })
    };
    let number = |key: &str, value: Option<&Spanned<Number>>, most: Decimal, other: Decimal| {
        value.map_or(Ok(other), |value| within(key, value, most))
    };
    let hundred = Decimal::ONE_HUNDRED;
    Ok(Profile {
        execution_points: number(
            "execution-points",
            written.execution_points.as_ref(),
            hundred,
            base.execution_points,
        )?,
        reason_below: number("reason-below", written.reason_below.as_ref(), Decimal::ONE, base.reason_below)?,
        tail_difference: number(
            "tail-difference",
            written.tail_difference.as_ref(),
            hundred,
            base.tail_difference,
        )?,
        amount_decimals: decimals(text, written.amount_decimals, base.amount_decimals)?,
        point_bands: bands(text, written.point_bands, base.point_bands)?,
        labels: labels(text, written.labels, base.labels)?,
        severities: severities(text, written.severities, base.severities)?,
        name: written.name.unwrap_or(base.name),
        title: written.title.unwrap_or(base.title),
        money: written.money.unwrap_or(base.money),
        required: written.required.unwrap_or(base.required),
        points_proportional: written.points_proportional.unwrap_or(base.points_proportional),
        parts_exhaustive: written.parts_exhaustive.unwrap_or(base.parts_exhaustive),
        weights: written.weights.or(base.weights),
    })
}

fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// The message with the key of its line in front, where the message does not name it.
fn named(text: &str, at: usize, message: &str) -> String {
    let key = text.lines().nth(line(text, at) - 1).and_then(|line| line.split_once('='));
    match key.map(|(key, _)| key.trim()) {
        Some(key) if !key.is_empty() && !message.contains(key) => format!("{key}: {message}"),
        _ => message.to_owned(),
    }
}

fn decimals(text: &str, value: Option<Spanned<u8>>, other: u8) -> Result<u8, ProfileError> {
    match value {
        Some(value) if *value.get_ref() > 8 => {
            let what = format!("amount-decimals: {} is more than 8", value.get_ref());
            Err(ProfileError { line: line(text, value.span().start), what })
        }
        value => Ok(value.map_or(other, Spanned::into_inner)),
    }
}

fn bands(
    text: &str,
    value: Option<Spanned<Vec<PointBand>>>,
    other: Vec<PointBand>,
) -> Result<Vec<PointBand>, ProfileError> {
    let Some(value) = value else { return Ok(other) };
    let falling = value.get_ref().is_sorted_by(|a, b| a.from > b.from);
    let inside = |band: &PointBand| (Decimal::ZERO..=Decimal::ONE).contains(&band.from);
    if falling && value.get_ref().iter().all(inside) {
        return Ok(value.into_inner());
    }
    let what = "point-bands: the bounds are fractions from 0 to 1, the highest first".to_owned();
    Err(ProfileError { line: line(text, value.span().start), what })
}

fn labels(
    text: &str,
    written: IndexMap<Spanned<String>, Vec<String>>,
    mut labels: IndexMap<String, Vec<String>>,
) -> Result<IndexMap<String, Vec<String>>, ProfileError> {
    for (key, list) in written {
        let known = key.get_ref() == "subtotal"
            || key.get_ref().strip_prefix("fund.").is_some_and(|key| !key.is_empty())
            || column_of(key.get_ref()).is_some();
        if !known {
            let what = format!("labels: {:?} is no field of the table", key.get_ref());
            return Err(ProfileError { line: line(text, key.span().start), what });
        }
        let national = labels.get(key.get_ref()).cloned().unwrap_or_default();
        let mut all = Vec::with_capacity(list.len());
        for label in list {
            if label == NATIONAL_LABELS {
                all.extend(national.iter().cloned());
            } else {
                all.push(label);
            }
        }
        labels.insert(key.into_inner(), all);
    }
    Ok(labels)
}

fn severities(
    text: &str,
    written: IndexMap<Spanned<String>, Level>,
    mut severities: IndexMap<String, Level>,
) -> Result<IndexMap<String, Level>, ProfileError> {
    for (code, level) in written {
        let mut chars = code.get_ref().chars();
        let shaped = chars.next().is_some_and(|c| c.is_ascii_uppercase())
            && chars.clone().count() == 3
            && chars.all(|c| c.is_ascii_digit());
        if !shaped {
            let what = format!("severities: {:?} is no rule code", code.get_ref());
            return Err(ProfileError { line: line(text, code.span().start), what });
        }
        severities.insert(code.into_inner(), level);
    }
    Ok(severities)
}

/// The field of a column by its key in a profile's labels.
pub(crate) fn column_of(key: &str) -> Option<Field> {
    Some(match key {
        "sequence" => Field::Sequence,
        "code" => Field::Code,
        "name" => Field::Name,
        "supervisor" => Field::Supervisor,
        "implementing_unit" => Field::ImplementingUnit,
        "initial_budget" => Field::InitialBudget,
        "budget" => Field::Budget,
        "executed" => Field::Executed,
        "execution_rate" => Field::ExecutionRate,
        "score" => Field::Score,
        "grade" => Field::Grade,
        "reason" => Field::Reason,
        "remark" => Field::Remark,
        _ => return None,
    })
}

/// A decimal as profiles write it: `10`, `0.9`, `"0.9"`, `"90%"`.
#[derive(Clone, Copy)]
struct Number(Decimal);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor).map(Number)
    }
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    deserializer.deserialize_any(NumberVisitor)
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Decimal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or a number or percentage as text")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Decimal, E> {
        Ok(Decimal::from(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Decimal, E> {
        Ok(Decimal::from(value))
    }

    /// TOML knows no decimals; the shortest digits of the double are the digits that were written.
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Decimal, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
        let parsed = parse(text).filter(|parsed| parsed.unit.is_none() && !parsed.points);
        let value = parsed.and_then(|parsed| shifted(parsed.value, if parsed.percent { -2 } else { 0 }));
        value.ok_or_else(|| E::custom(format!("{text:?} is no number")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_national_profile_is_complete() {
        let profile = overlaid(Profile::default(), NATIONAL).unwrap();
        assert_eq!(profile.reason_below, Decimal::new(9, 1));
        assert_eq!(profile.labels.len(), 20);
        assert!(profile.required.contains(&Field::Score));
        let text = toml::to_string(&profile).unwrap();
        assert_eq!(toml::from_str::<Profile>(&text).unwrap(), profile);
    }

    #[test]
    fn a_bureau_states_only_what_differs() {
        let text = "name = \"hubei\"\nexecution-points = 20\nreason-below = 0.85\n\
                    point-bands = [{ from = \"90%\", points = 5 }, { from = 0.8, points = 4 }]\n\
                    [labels]\nscore = [\"评分\", \"...\"]\n\"fund.levy\" = [\"政府性基金\"]\n\
                    [severities]\nA008 = \"off\"\n";
        let profile = Profile::from_toml(text).unwrap();
        assert_eq!((profile.name.as_str(), profile.execution_points), ("hubei", Decimal::from(20)));
        assert_eq!(profile.labels["score"][..2], ["评分", "自评得分"]);
        assert_eq!(profile.labels["fund.levy"], ["政府性基金"]);
        assert_eq!(profile.labels["name"], Profile::national().labels["name"]);
        assert_eq!(profile.point_bands[1].from, Decimal::new(8, 1));
        assert_eq!(profile.severities["A008"], Level::Off);
    }

    #[test]
    fn a_wrong_profile_is_told_by_line_and_key() {
        let cases = [
            ("name = \"x\"\nexecution-point = 3", 2, "execution-point"),
            ("name = \"x\"\n\nreason-below = 90", 3, "reason-below"),
            ("tail-difference = \"viel\"", 1, "tail-difference"),
            ("amount-decimals = 9", 1, "amount-decimals"),
            ("parts-exhaustive = \"ja\"", 1, "parts-exhaustive"),
            ("[labels]\nscores = [\"x\"]", 2, "scores"),
            ("[severities]\nA008 = \"loud\"", 2, "A008"),
            ("[severities]\na8 = \"off\"", 2, "a8"),
            ("point-bands = [{ from = 0.8, points = 4 }, { from = 0.9, points = 5 }]", 1, "point-bands"),
            ("name = ", 1, "name"),
        ];
        for (text, line, key) in cases {
            let error = Profile::from_toml(text).unwrap_err();
            assert_eq!(error.line, line, "{text}: {error}");
            assert!(error.what.contains(key), "{text}: {error}");
        }
    }
}
