//! The rule catalogue. A rule is one file and two adjacent lines here: `mod x;` and `x::RULE,`.

use jixiao_workbook::{CellRef, Workbook, column_letters};

use crate::computed::Totals;
use crate::finding::{Finding, Place, Related, Severity, Words};
use crate::given::Given;
use crate::layout::{Located, Stated};
use crate::profile::{Profile, Weights};
use crate::summary::{Project, Reading, Summary, TextReading, Total};
use crate::workers::{Alone, Workers, pieces};

mod a001_subtotal_mismatch;
mod a002_total_mismatch;
mod a003_total_blank;
mod a004_execution_rate_mismatch;
mod a005_total_rate_mismatch;
mod a006_total_rate_blank;
mod a007_overspent;
mod a008_zero_budget;
mod a009_computed_cell_blank;
mod a010_printed_sum_differs;
#[cfg(test)]
mod catalogue;
mod causes;
mod cells;
mod columns;
mod corrected;
mod f001_stale_cached_value;
mod f002_constant_for_formula;
mod f003_range_omits_rows;
mod f004_inconsistent_formula;
mod f005_formula_error;
mod f006_external_link;
mod f007_no_cached_value;
mod formulas;
mod found;
#[cfg(test)]
mod interactions;
mod levels;
mod mending;
mod raised;
#[cfg(test)]
mod right_forms;
mod s001_table_not_found;
mod s002_column_missing;
mod s003_unit_missing;
mod s004_unit_conflict;
mod s005_sequence_broken;
mod s006_duplicate_project;
mod s007_supervisor_missing;
mod s008_total_row_missing;
mod s009_note_missing;
mod s010_year_conflict;
mod s011_placeholder_left;
mod s012_remark_repeats_sequence;
mod s013_hidden_data_row;
mod s014_title_incomplete;
mod s015_form_altered;
mod s016_signature_blank;
#[cfg(test)]
pub(crate) mod sample;
mod shapes;
mod slips;
mod v001_not_a_number;
mod v002_number_as_text;
mod v003_required_blank;
mod v004_negative_amount;
mod v005_score_out_of_range;
mod v006_excess_decimals;
mod v007_mixed_rate_style;
mod votes;
mod w001_weighted_score_blank;
mod w002_weighted_score_mismatch;
mod w003_plain_average_used;
mod w004_score_above_ceiling;
mod w005_score_above_cap;
mod w006_low_rate_unexplained;
mod w007_lost_points_unexplained;
mod w008_grade_mismatch;
mod w009_weight_basis;
mod w010_score_rate_inversion;
mod w011_zero_execution_scored;
mod w012_uniform_scores;
mod weighting;
mod wording;
mod x001_carryover_differs_from_prior_year;
mod x002_project_in_two_submissions;
mod x003_unit_submitted_twice;

pub(crate) use cells::listed;
pub(crate) use f001_stale_cached_value::{is_steady, not_computed};
pub use found::{Findings, Found};
pub use s001_table_not_found::no_table;

/// Every rule, by code.
pub const ALL: &[Rule] = &[
    a001_subtotal_mismatch::RULE,
    a002_total_mismatch::RULE,
    a003_total_blank::RULE,
    a004_execution_rate_mismatch::RULE,
    a005_total_rate_mismatch::RULE,
    a006_total_rate_blank::RULE,
    a007_overspent::RULE,
    a008_zero_budget::RULE,
    a009_computed_cell_blank::RULE,
    a010_printed_sum_differs::RULE,
    f001_stale_cached_value::RULE,
    f002_constant_for_formula::RULE,
    f003_range_omits_rows::RULE,
    f004_inconsistent_formula::RULE,
    f005_formula_error::RULE,
    f006_external_link::RULE,
    f007_no_cached_value::RULE,
    s001_table_not_found::RULE,
    s002_column_missing::RULE,
    s003_unit_missing::RULE,
    s004_unit_conflict::RULE,
    s005_sequence_broken::RULE,
    s006_duplicate_project::RULE,
    s007_supervisor_missing::RULE,
    s008_total_row_missing::RULE,
    s009_note_missing::RULE,
    s010_year_conflict::RULE,
    s011_placeholder_left::RULE,
    s012_remark_repeats_sequence::RULE,
    s013_hidden_data_row::RULE,
    s014_title_incomplete::RULE,
    s015_form_altered::RULE,
    s016_signature_blank::RULE,
    v001_not_a_number::RULE,
    v002_number_as_text::RULE,
    v003_required_blank::RULE,
    v004_negative_amount::RULE,
    v005_score_out_of_range::RULE,
    v006_excess_decimals::RULE,
    v007_mixed_rate_style::RULE,
    w001_weighted_score_blank::RULE,
    w002_weighted_score_mismatch::RULE,
    w003_plain_average_used::RULE,
    w004_score_above_ceiling::RULE,
    w005_score_above_cap::RULE,
    w006_low_rate_unexplained::RULE,
    w007_lost_points_unexplained::RULE,
    w008_grade_mismatch::RULE,
    w009_weight_basis::RULE,
    w010_score_rate_inversion::RULE,
    w011_zero_execution_scored::RULE,
    w012_uniform_scores::RULE,
    x001_carryover_differs_from_prior_year::RULE,
    x002_project_in_two_submissions::RULE,
    x003_unit_submitted_twice::RULE,
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
    pub check: Check,
}

/// How a rule looks at a table.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// At all of it at once.
    Table(TableCheck),
    /// At one project at a time; its findings are worded when they are asked for.
    Projects(&'static [Each]),
    /// At one project at a time, and at the rest of the table at once.
    Both(&'static [Each], TableCheck),
}

impl Check {
    /// What looks at one project at a time, and what at the table at once.
    fn parts(self) -> (&'static [Each], Option<TableCheck>) {
        match self {
            Self::Table(check) => (&[], Some(check)),
            Self::Projects(each) => (each, None),
            Self::Both(each, check) => (each, Some(check)),
        }
    }
}

/// A look at a whole table.
pub type TableCheck = fn(&Context<'_>) -> Vec<Finding>;

/// A look at one project at a time. Both functions agree on whether there is a finding.
#[derive(Clone, Copy, Debug)]
pub struct Each {
    /// The cell of the project's finding and how bad it is, if there is one.
    pub spot: fn(&Context<'_>, &Project) -> Option<(CellRef, Severity)>,
    /// The finding, with its sentences.
    pub tell: fn(&Context<'_>, &Project) -> Option<Finding>,
    /// What its findings share.
    pub group: Group,
}

/// The key that findings of one cause or one repeated slip share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// None.
    None,
    /// One for all.
    One(&'static str),
    /// One for each column.
    Column,
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
    /// What is given beside the workbook.
    pub given: Given<'a>,
}

impl<'a> Context<'a> {
    /// The total row, where there are projects that it could be the total of.
    pub fn total(&self) -> Option<&'a Total> {
        self.summary.total.as_ref().filter(|_| !self.summary.projects.is_empty())
    }

    /// A place in the table's sheet.
    pub fn place(&self, cell: CellRef, text: impl Into<String>) -> Place {
        let sheet = Some(self.located.sheet_name.clone());
        Place { sheet, cell: Some(cell), paragraph: None, text: text.into() }
    }

    /// The place of what stands around the table: a cell, or a paragraph of the document.
    pub fn around<T>(&self, stated: &Stated<T>) -> Place {
        let sheet = stated.cell.map(|_| self.located.sheet_name.clone());
        Place { sheet, cell: stated.cell, paragraph: stated.paragraph, text: stated.text.clone() }
    }

    /// The place of a numeric cell.
    pub fn at(&self, reading: &Reading) -> Place {
        self.place(reading.cell, reading.raw())
    }

    /// The place of a text cell.
    pub fn at_text(&self, reading: &TextReading) -> Place {
        self.place(reading.cell, &*reading.text)
    }

    /// Another cell of the table's sheet that a finding speaks of.
    pub fn related(&self, cell: CellRef, note: Words) -> Related {
        Related { path: None, sheet: self.located.sheet_name.clone(), cell, note }
    }
}

impl Finding {
    /// A finding of a rule at a place, at the rule's usual severity.
    pub fn new(rule: &Rule, place: Place, message: Words, help: Words) -> Self {
        Self {
            code: rule.code.into(),
            name: rule.name.into(),
            severity: rule.severity,
            place,
            field: None,
            project: None,
            message,
            help,
            expected: None,
            found: None,
            expected_value: None,
            found_value: None,
            unit: None,
            interval: None,
            related: Vec::new(),
            votes: Vec::new(),
            group: None,
            effect: None,
            fix: None,
        }
    }

    /// The same finding about a project.
    #[must_use]
    pub fn on(mut self, project: &Project) -> Self {
        self.project = Some(project.name.text.to_string());
        self
    }
}

/// Runs the whole catalogue at the profile's severities; the findings are worded when they are asked for.
pub fn survey(context: &Context<'_>) -> Findings {
    survey_by(context, &Alone)
}

/// [`survey`], shared out among workers. The result is the same.
pub fn survey_by(context: &Context<'_>, workers: &impl Workers) -> Findings {
    let of = |index: usize| ALL.get(index).map(|rule| Findings::of(context, rule));
    let lists = match pieces(context.summary.projects.len()) {
        1 => Alone.map(ALL.len(), of),
        _ => workers.map(ALL.len(), of),
    };
    Findings::joined(lists.into_iter().flatten())
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

/// One rule's findings at the profile's severity.
pub fn run(context: &Context<'_>, rule: &Rule) -> Vec<Finding> {
    if at_profile(context.profile, rule, rule.severity).is_none() {
        return Vec::new();
    }
    let (each, rest) = rule.check.parts();
    let projects = each
        .iter()
        .flat_map(|each| context.summary.projects.iter().filter_map(|project| (each.tell)(context, project)));
    let mut findings: Vec<Finding> = projects.collect();
    findings.extend(rest.into_iter().flat_map(|check| check(context)));
    levelled(context, rule, findings).collect()
}

/// A rule's findings at the profile's severity.
fn levelled(context: &Context<'_>, rule: &Rule, findings: Vec<Finding>) -> impl Iterator<Item = Finding> {
    findings.into_iter().filter_map(|finding| {
        let severity = at_profile(context.profile, rule, finding.severity)?;
        Some(finding.at(severity))
    })
}

/// A finding's severity under a profile, which replaces the rule's usual one and no other: an info stays an
/// info. `None` where the profile turns the rule off.
fn at_profile(profile: &Profile, rule: &Rule, severity: Severity) -> Option<Severity> {
    match profile.severities.get(rule.code) {
        None => Some(severity),
        Some(level) => {
            let set = level.severity()?;
            Some(if severity == rule.severity { set } else { severity })
        }
    }
}

/// The rule of a code, in either letter case.
pub fn find(code: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

/// The key shared by a rule's findings in one column: the same slip on many rows.
fn column_group(code: &str, cell: CellRef) -> String {
    format!("{code}:{}", column_letters(cell.column()))
}
