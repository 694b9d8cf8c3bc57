//! What is told of a table that is not recognised by itself: which label is which field, in which unit, and which
//! rows are what. Written as TOML by a person, or by [`suggest`](crate::layout::suggest).
//!
//! ```toml
//! unit = "元"                  # of all amounts, where the table states none or a wrong one
//! projects = "6-19"            # rows of projects
//! total = 20                   # the total row
//!
//! [columns]
//! "拨款数" = "fund.current"
//! "实际支付" = { field = "executed", unit = "元" }
//! ```

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::finding::Words;
use crate::profile::is_label_key;
use crate::value::Money;

/// Bytes of the longest mapping that is read.
const LONGEST: usize = 1 << 20;

/// What a label stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedColumn {
    /// The key of the field, as in a profile's labels: `name`, `budget`, `fund.current`.
    pub field: String,
    /// The money unit of the column.
    pub unit: Option<Money>,
}

/// What is told of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Mapping {
    /// The columns by their labels.
    pub columns: IndexMap<String, MappedColumn>,
    /// The money unit of all amounts.
    pub unit: Option<Money>,
    /// First and last row of the projects.
    pub projects: Option<(u32, u32)>,
    /// The total row.
    pub total: Option<u32>,
}

/// A text is no mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MappingError {
    /// It is no TOML of this form; what the parser says.
    Syntax(String),
    /// A label is given a field that there is not.
    Field {
        /// The label.
        label: String,
        /// The field.
        field: String,
    },
    /// Rows that are none.
    Rows(String),
}

impl MappingError {
    /// What is wrong, in both languages.
    pub fn words(&self) -> Words {
        match self {
            Self::Syntax(what) => Words::new(
                format!("对照文件读不懂（技术细节：{what}）"),
                format!("the mapping cannot be read: {what}"),
            ),
            Self::Field { label, field } => Words::new(
                format!("“{label}”对应的 {field} 不是字段名"),
                format!("{field}, given for “{label}”, is no field"),
            ),
            Self::Rows(rows) => Words::new(
                format!("{rows} 不是行号，应写成 \"6-19\""),
                format!("{rows} are no rows; write \"6-19\""),
            ),
        }
    }
}

/// A mapping as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    columns: IndexMap<String, WrittenColumn>,
    unit: Option<Money>,
    projects: Option<String>,
    total: Option<u32>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenColumn {
    Field(String),
    #[serde(rename_all = "kebab-case")]
    Full {
        field: String,
        unit: Option<Money>,
    },
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// When the text is no TOML of this form, or names a field or rows that there are not.
    pub fn from_toml(text: &str) -> Result<Self, MappingError> {
        if text.len() > LONGEST {
            return Err(MappingError::Syntax(format!("longer than {LONGEST} bytes")));
        }
        let written: Written =
            toml::from_str(text).map_err(|error| MappingError::Syntax(error.message().to_owned()))?;
        let mut columns = IndexMap::new();
        for (label, column) in written.columns {
            let (field, unit) = match column {
                WrittenColumn::Field(field) => (field, None),
                WrittenColumn::Full { field, unit } => (field, unit),
            };
            if !is_label_key(&field) {
                return Err(MappingError::Field { label, field });
            }
            columns.insert(label, MappedColumn { field, unit });
        }
        let projects = written.projects.map(|rows| self::rows(&rows).ok_or(MappingError::Rows(rows)));
        Ok(Self { columns, unit: written.unit, projects: projects.transpose()?, total: written.total })
    }
}

/// Rows as `6-19`, or a single one.
fn rows(text: &str) -> Option<(u32, u32)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let rows = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (rows.0 > 0 && rows.0 <= rows.1).then_some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_tells_fields_units_and_rows() {
        let text = "unit = \"元\"\nprojects = \"6-19\"\ntotal = 20\n[columns]\n\"拨款\" = \"fund.current\"\n\
                    \"支付\" = { field = \"executed\", unit = \"亿元\" }\n";
        let mapping = Mapping::from_toml(text).unwrap();
        assert_eq!(
            (mapping.unit, mapping.projects, mapping.total),
            (Some(Money::Yuan), Some((6, 19)), Some(20))
        );
        assert_eq!(mapping.columns["拨款"].field, "fund.current");
        assert_eq!(mapping.columns["支付"].unit, Some(Money::HundredMillion));
        assert_eq!(Mapping::from_toml(""), Ok(Mapping::default()));
    }

    #[test]
    fn what_is_no_mapping_is_said() {
        let cases = [
            ("columns = 3", "读不懂"),
            ("colums = {}", "读不懂"),
            ("unit = \"美元\"", "读不懂"),
            ("[columns]\n\"拨款\" = \"money\"", "“拨款”对应的 money 不是字段名"),
            ("projects = \"9-3\"", "9-3 不是行号"),
        ];
        for (text, words) in cases {
            let error = Mapping::from_toml(text).unwrap_err().words();
            assert!(error.zh.contains(words), "{text}: {}", error.zh);
        }
    }
}
