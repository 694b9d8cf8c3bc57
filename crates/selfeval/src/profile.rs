//! What differs by region or year, as data: labels, units, thresholds, grades, severities.

use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::finding::Severity;

/// A region's or a year's profile, read from TOML.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Profile {
    /// Its name, `national`.
    pub name: String,
    /// Its title in Chinese.
    pub title: String,
    /// Header labels by field; the key is a [`Field`](crate::finding::Field) in snake case, or `fund.KEY`.
    pub labels: IndexMap<String, Vec<String>>,
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
pub struct PointBand {
    /// Lower bound of the rate, a fraction, inclusive.
    pub from: Decimal,
    /// Points given.
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
        Self::from_toml(NATIONAL).unwrap_or_default()
    }

    /// A profile from its text.
    ///
    /// # Errors
    /// When the text is no TOML, a key is unknown or missing, or a value is out of its range.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        toml::from_str(text).map_err(|error| ProfileError { line: 1, what: error.message().to_owned() })
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            name: "national".to_owned(),
            title: String::new(),
            labels: IndexMap::new(),
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
