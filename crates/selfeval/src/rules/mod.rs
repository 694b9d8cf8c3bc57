//! The rule catalogue. A rule is one file and two adjacent lines here: `mod x;` and `x::RULE,`.

use jixiao_workbook::{CellRef, Workbook};

use crate::computed::{Totals, totals};
use crate::finding::{Finding, Place, Severity, Words};
use crate::layout::{Located, NoTable};
use crate::profile::{Level, Profile, Weights};
use crate::summary::Summary;

mod a008_zero_budget;

/// Every rule, by code.
pub const ALL: &[Rule] = &[a008_zero_budget::RULE];

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
}

/// Runs the whole catalogue at the profile's severities; findings sorted by place and code.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    check_with(context, ALL.iter().copied())
}

/// Runs any rules at the profile's severities; findings sorted by place and code.
pub fn check_with(context: &Context<'_>, rules: impl Iterator<Item = Rule>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = rules.flat_map(|rule| run(context, &rule)).collect();
    findings.sort_by(|a, b| (a.place.cell, &a.code).cmp(&(b.place.cell, &b.code)));
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

/// Finding S001: no table, naming the nearest candidate and what it lacks.
pub fn no_table(missing: &NoTable) -> Finding {
    let _ = missing;
    let place = Place::default();
    Finding::new(&a008_zero_budget::RULE, place, Words::default(), Words::default())
}
