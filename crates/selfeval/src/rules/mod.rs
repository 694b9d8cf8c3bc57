//! The rule catalogue. A rule is one file and two adjacent lines here: `mod x;` and `x::RULE,`.

use jixiao_workbook::{CellRef, Workbook, column_letters};

use crate::computed::Totals;
use crate::finding::{Finding, Place, Related, Severity, Words};
use crate::layout::Located;
use crate::profile::{Level, Profile, Weights};
use crate::summary::{Reading, Summary, TextReading};

mod a008_zero_budget;
mod cells;
mod s001_table_not_found;
#[cfg(test)]
pub(crate) mod sample;

pub use s001_table_not_found::no_table;

/// Every rule, by code.
pub const ALL: &[Rule] = &[
    a008_zero_budget::RULE, //
    s001_table_not_found::RULE,
];

/// A rule: plain data with a function.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Code, `A008`; never used twice.
    pub code: &'static str,
    /// Name in kebab case, `zero-budget`.
    pub name: &'static str,
    /// Usual severity.
    pub severity: Severity,
    /// Title in Chinese and English, one line.
    pub title: (&'static str, &'static str),
    /// Documentation in Chinese and English, under the headings of `docs/rules.md`:
    /// `## 核对内容 ## 为什么 ## 示例 ## 怎样改 ## 依据` and `## What is checked ## Why ## Example ## How to correct ## Source`.
    pub docs: (&'static str, &'static str),
    /// The check.
    pub check: fn(&Context<'_>) -> Vec<Finding>,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Context<'a> {
    /// The workbook.
    pub workbook: &'a Workbook,
    /// The table's place.
    pub located: &'a Located,
    /// The table's content.
    pub summary: &'a Summary,
    /// What follows from the projects' figures.
    pub totals: &'a Totals,
    /// The profile.
    pub profile: &'a Profile,
    /// What the weighted score is weighted by.
    pub weights: Weights,
}

impl Context<'_> {
    /// A place in the table's sheet.
    pub fn place(&self, cell: CellRef, text: impl Into<String>) -> Place {
        Place { sheet: Some(self.located.sheet_name.clone()), cell: Some(cell), text: text.into() }
    }

    /// The place of a numeric cell.
    pub fn at(&self, reading: &Reading) -> Place {
        self.place(reading.cell, reading.raw())
    }

    /// The place of a text cell.
    pub fn at_text(&self, reading: &TextReading) -> Place {
        self.place(reading.cell, reading.text.as_str())
    }

    /// Another cell of the table's sheet that a finding speaks of.
    pub fn related(&self, cell: CellRef, note: Words) -> Related {
        Related { sheet: self.located.sheet_name.clone(), cell, note }
    }
}

/// Runs the whole catalogue at the profile's severities; findings sorted by place and code.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    check_with(context, ALL.iter().copied())
}

/// Runs any rules at the profile's severities; findings sorted by place and code.
pub fn check_with(context: &Context<'_>, rules: impl Iterator<Item = Rule>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = rules.flat_map(|rule| run(context, &rule)).collect();
    findings.sort_by(|a, b| (a.place.cell, &a.code, a.severity).cmp(&(b.place.cell, &b.code, b.severity)));
    findings
}

/// A rule whose severity the profile sets keeps the info level of its findings where it gave one.
fn run(context: &Context<'_>, rule: &Rule) -> Vec<Finding> {
    let Some(level) = context.profile.severities.get(rule.code) else {
        return (rule.check)(context);
    };
    let Some(severity) = level.severity() else { return Vec::new() };
    let findings = (rule.check)(context).into_iter();
    findings
        .map(|finding| if finding.severity == rule.severity { finding.at(severity) } else { finding })
        .collect()
}

/// The rule of a code, in either letter case.
pub fn find(code: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

/// The key shared by a rule's findings in one column: the same slip on many rows.
fn column_group(code: &str, cell: CellRef) -> String {
    format!("{code}:{}", column_letters(cell.column()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADINGS: [[&str; 5]; 2] = [
        ["## 核对内容", "## 为什么", "## 示例", "## 怎样改", "## 依据"],
        ["## What is checked", "## Why", "## Example", "## How to correct", "## Source"],
    ];

    #[test]
    fn codes_are_unique_and_sorted_and_found_in_either_case() {
        assert!(ALL.is_sorted_by(|a, b| a.code < b.code));
        for rule in ALL {
            assert_eq!(find(&rule.code.to_lowercase()).map(|found| found.name), Some(rule.name));
        }
        assert!(find("Z999").is_none());
    }

    #[test]
    fn names_are_kebab_case_and_used_once() {
        let mut names: Vec<&str> = ALL.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        for name in names {
            assert!(name.split('-').all(|word| {
                !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
            }));
        }
    }

    #[test]
    fn both_languages_have_every_heading_with_text_below_it() {
        for rule in ALL {
            assert!(!rule.title.0.is_empty() && !rule.title.1.is_empty(), "{}", rule.code);
            for (docs, headings) in [rule.docs.0, rule.docs.1].into_iter().zip(HEADINGS) {
                let sections: Vec<(&str, &str)> = docs
                    .split("## ")
                    .skip(1)
                    .map(|section| section.split_once('\n').unwrap_or((section, "")))
                    .collect();
                let found: Vec<String> =
                    sections.iter().map(|(heading, _)| format!("## {heading}")).collect();
                assert_eq!(found, headings, "{}", rule.code);
                for (heading, text) in sections {
                    assert!(!text.trim().is_empty(), "{} {heading}", rule.code);
                }
            }
        }
    }
}
