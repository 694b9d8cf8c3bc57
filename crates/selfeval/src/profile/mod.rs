//! What differs by region or year, as data: labels, units, thresholds, grades, severities.

use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::finding::{Field, Severity};
use crate::value::Money;

mod built_in;
mod error;
mod keys;
mod shown;
mod written;

pub use built_in::{BUILT_IN, BuiltIn};
pub use error::{Fault, ProfileError, Wanted};
pub use keys::{KEYS, Key};
pub use shown::Entry;

/// A region's or a year's profile, read from TOML.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Profile {
    /// Its name, `national`.
    pub name: String,
    /// What it is called in reports.
    pub title: String,
    /// What it is for and where it comes from.
    pub description: String,
    /// Whether nobody has compared it with the bureau's own documents (未经核实).
    pub unverified: bool,
    /// The built-in profile that holds what its text leaves out.
    pub base: String,
    /// The file it was read from, as it is named to the user; none for a built-in one.
    #[serde(skip)]
    pub file: Option<String>,
    /// Header labels by field; the key is a [`Field`] in snake case, `subtotal` for 小计, or `fund.KEY`.
    pub labels: IndexMap<String, Vec<String>>,
    /// Unit of amounts where a form states none.
    pub money: Money,
    /// Decimals of amounts as a form is issued; 2.
    pub amount_decimals: u8,
    /// Columns that the form must have; [`Field::Fund`] stands for at least one fund column.
    pub required: Vec<Field>,
    /// Fund columns that the form must have, by the keys of their labels; empty where they are left open.
    pub funds: Vec<String>,
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
    /// The most points that a low rate allows, from the lowest rate up; empty where nothing is fixed.
    pub score_caps: Vec<ScoreCap>,
    /// The grades by score, from the best down; empty where they are not fixed.
    pub grades: Vec<Grade>,
    /// Weights of the weighted score; none where the profile does not fix them (then by budget).
    pub weights: Option<Weights>,
    /// Weights of the blocks of the per-project form beside execution; empty where they are not fixed.
    pub block_weights: Vec<BlockWeight>,
    /// Severities that differ from the rules' own; `off` silences a rule.
    pub severities: IndexMap<String, Level>,
}

/// Points for an execution rate from a lower bound on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointBand {
    /// Lower bound of the rate, a fraction, inclusive.
    pub from: Decimal,
    /// Points given.
    pub points: Decimal,
}

/// The most points that a score may have below an execution rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreCap {
    /// The rate, a fraction, below which the cap holds.
    pub below: Decimal,
    /// The most points.
    pub most: Decimal,
}

/// A grade and the scores that earn it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    /// Least score in points, inclusive.
    pub from: Decimal,
    /// What the grade is called, the usual name first.
    pub names: Vec<String>,
}

/// A block of the per-project form and what it weighs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockWeight {
    /// What it is called, `产出指标`.
    pub name: String,
    /// Its points.
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

impl Profile {
    /// The built-in national profile.
    pub fn national() -> Self {
        built_in::national()
    }

    /// A built-in profile by its name.
    pub fn built_in(name: &str) -> Option<Self> {
        BUILT_IN.iter().find(|one| one.name == name).map(BuiltIn::profile)
    }

    /// Whether it is the national profile as it is built in.
    pub fn is_national(&self) -> bool {
        self.file.is_none() && self.name == built_in::NATIONAL
    }

    /// The name of the grade that a score earns; none where the profile fixes no grades.
    pub fn grade(&self, score: Decimal) -> Option<&str> {
        let grade = self.grades.iter().find(|grade| grade.from <= score)?;
        grade.names.first().map(String::as_str)
    }

    /// The labels of a fund column by its key.
    pub fn fund_labels(&self, key: &str) -> &[String] {
        self.labels.get(&format!("{FUND}{key}")).map_or(&[], Vec::as_slice)
    }

    /// A profile from its text. It need only hold what differs from its base, a built-in profile, the national one
    /// unless `base` names another; in a list of labels `"..."` stands for those of the base. Any code of a rule will do.
    ///
    /// # Errors
    /// When the text is no TOML, a key is unknown, or a value is out of its range.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        written::read(text, None)
    }

    /// [`Profile::from_toml`] where only these codes of rules will do.
    ///
    /// # Errors
    /// As there, and when a severity is given to a rule that there is not.
    pub fn from_toml_with(text: &str, codes: &[&str]) -> Result<Self, ProfileError> {
        written::read(text, Some(codes))
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            name: built_in::NATIONAL.to_owned(),
            title: String::new(),
            description: String::new(),
            unverified: false,
            base: built_in::NATIONAL.to_owned(),
            file: None,
            labels: IndexMap::new(),
            money: Money::TenThousand,
            amount_decimals: 2,
            required: Vec::new(),
            funds: Vec::new(),
            execution_points: Decimal::TEN,
            points_proportional: false,
            point_bands: Vec::new(),
            reason_below: Decimal::new(9, 1),
            tail_difference: Decimal::new(1, 2),
            parts_exhaustive: false,
            score_caps: Vec::new(),
            grades: Vec::new(),
            weights: None,
            block_weights: Vec::new(),
            severities: IndexMap::new(),
        }
    }
}

/// Before the key of a fund column in a profile's labels.
const FUND: &str = "fund.";

/// Columns by their key in a profile's labels.
const COLUMNS: &[(&str, Field)] = &[
    ("sequence", Field::Sequence),
    ("code", Field::Code),
    ("name", Field::Name),
    ("supervisor", Field::Supervisor),
    ("implementing_unit", Field::ImplementingUnit),
    ("initial_budget", Field::InitialBudget),
    ("budget", Field::Budget),
    ("executed", Field::Executed),
    ("execution_rate", Field::ExecutionRate),
    ("score", Field::Score),
    ("grade", Field::Grade),
    ("reason", Field::Reason),
    ("remark", Field::Remark),
];

/// Whether a key of labels is known: a column's, `subtotal`, or a fund part `fund.…`.
pub(crate) fn is_label_key(key: &str) -> bool {
    let fund = key.strip_prefix(FUND).is_some_and(|name| !name.is_empty());
    fund || key == "subtotal" || column_of(key).is_some()
}

/// The key of a field's labels.
pub(crate) fn key_of(field: Field) -> Option<&'static str> {
    COLUMNS.iter().find(|(_, known)| *known == field).map(|(key, _)| *key)
}

/// The field of a column by its key in a profile's labels.
pub(crate) fn column_of(key: &str) -> Option<Field> {
    COLUMNS.iter().find(|(name, _)| *name == key).map(|(_, field)| *field)
}

#[cfg(test)]
mod tests;
