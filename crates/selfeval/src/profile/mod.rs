//! What differs by region or year, as data: labels, units, thresholds, grades, severities.

use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::finding::{Field, Severity};
use crate::value::Money;

mod error;
mod written;

pub use error::{Fault, ProfileError, Wanted};

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
    /// The most points that a low rate allows, from the lowest rate up; empty where nothing is fixed.
    pub score_caps: Vec<ScoreCap>,
    /// The grades by score, from the best down; empty where they are not fixed.
    pub grades: Vec<Grade>,
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
const NATIONAL: &str = include_str!("../../profiles/national.toml");

impl Profile {
    /// The names of the built-in profiles.
    pub const BUILT_IN: &[&str] = &["national"];

    /// A built-in profile by its name.
    pub fn built_in(name: &str) -> Option<Self> {
        (name == "national").then(Self::national)
    }

    /// The built-in national profile.
    pub fn national() -> Self {
        written::overlaid(Self::default(), NATIONAL).unwrap_or_default()
    }

    /// The name of the grade that a score earns; none where the profile fixes no grades.
    pub fn grade(&self, score: Decimal) -> Option<&str> {
        let grade = self.grades.iter().find(|grade| grade.from <= score)?;
        grade.names.first().map(String::as_str)
    }

    /// A profile from its text. It need only hold what differs from the national profile; in a list of labels
    /// `"..."` stands for the national labels.
    ///
    /// # Errors
    /// When the text is no TOML, a key is unknown, or a value is out of its range.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        written::overlaid(Self::national(), text)
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
            score_caps: Vec::new(),
            grades: Vec::new(),
            weights: None,
            severities: IndexMap::new(),
        }
    }
}

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

/// The field of a column by its key in a profile's labels.
pub(crate) fn column_of(key: &str) -> Option<Field> {
    COLUMNS.iter().find(|(name, _)| *name == key).map(|(_, field)| *field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_national_profile_is_complete() {
        let profile = written::overlaid(Profile::default(), NATIONAL).unwrap();
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
    fn grades_and_caps_are_a_bureaus_own() {
        let text = "grades = [{ from = 80, names = [\"优\"] }, { from = 0, names = [\"不合格\"] }]\n\
                    score-caps = [{ below = \"50%\", most = 59 }, { below = 0.6, most = 69 }]\n";
        let profile = Profile::from_toml(text).unwrap();
        assert_eq!(profile.grade(Decimal::from(80)), Some("优"));
        assert_eq!(profile.grade(Decimal::from(79)), Some("不合格"));
        assert_eq!(profile.score_caps[1], ScoreCap { below: Decimal::new(6, 1), most: Decimal::from(69) });
        let national = Profile::national();
        assert_eq!(national.grade(Decimal::new(8999, 2)), Some("良"));
        assert!(national.score_caps.is_empty());
    }

    #[test]
    fn a_wrong_profile_is_told_by_line_key_and_reason() {
        let cases = [
            ("name = \"x\"\nreason-belov = 3", "第 2 行：没有“reason-belov”这一项，是否为 reason-below"),
            ("labels = { scores = [\"x\"] }", "第 1 行：没有“labels.scores”这一项，是否为 labels.score"),
            ("tail-diference = 1\n", "第 1 行：没有“tail-diference”这一项，是否为 tail-difference"),
            ("colour = 1", "第 1 行：没有“colour”这一项"),
            ("name = \"x\"\n\nreason-below = 90", "第 3 行 reason-below：90 不在 0 至 1 之间"),
            ("tail-difference = \"viel\"", "第 1 行 tail-difference：应为数，如 0.9 或 \"90%\""),
            ("amount-decimals = 9", "第 1 行 amount-decimals：9 不在 0 至 8 之间"),
            ("amount-decimals = 1.5", "第 1 行 amount-decimals：应为整数"),
            ("parts-exhaustive = \"ja\"", "第 1 行 parts-exhaustive：应为 true 或 false"),
            ("name = 3", "第 1 行 name：应为加引号的文字"),
            ("[labels]\nscore = \"x\"", "第 2 行 labels.score：应为列表，如 [\"…\"]"),
            ("money = \"美元\"", "第 1 行 money：“美元”不能用，可以取元、万元、亿元"),
            ("required = [\"name\", \"scor\"]", "第 1 行 required：“scor”不能用，可以取"),
            (
                "[severities]\nA008 = \"loud\"",
                "第 2 行 severities.A008：“loud”不能用，可以取 off、info、warning、error",
            ),
            ("[severities]\na8 = \"off\"", "第 2 行：没有“severities.a8”这一项"),
            (
                "point-bands = [{ from = 0.8, points = 4 }, { from = 0.9, points = 5 }]",
                "第 1 行 point-bands：下限应从高到低",
            ),
            (
                "point-bands = [{ from = 0.8 }]",
                "第 1 行 point-bands：应为列表，每项写作 { from = 0.9, points = 5 }",
            ),
            (
                "grades = [{ from = 90 }]",
                "第 1 行 grades：应为列表，每项写作 { from = 90, names = [\"优\"] }",
            ),
            (
                "grades = [{ from = 60, names = [\"良\"] }, { from = 90, names = [\"优\"] }]",
                "第 1 行 grades：下限应从高到低，都在 0 至 100 之间",
            ),
            (
                "score-caps = [{ below = 0.5 }]",
                "第 1 行 score-caps：应为列表，每项写作 { below = 0.5, most = 59 }",
            ),
            (
                "score-caps = [{ below = 0.6, most = 69 }, { below = 0.5, most = 59 }]",
                "第 1 行 score-caps：执行率应从低到高，都在 0 至 1 之间",
            ),
            ("name = ", "第 1 行：不符合 TOML 的写法"),
        ];
        for (text, zh) in cases {
            let error = Profile::from_toml(text).unwrap_err();
            assert!(error.words().zh.starts_with(zh), "{text}: {}", error.words().zh);
            assert!(error.to_string().is_ascii() || text.contains("美元"), "{text}: {error}");
        }
    }
}
