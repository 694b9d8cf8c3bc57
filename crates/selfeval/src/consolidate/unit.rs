//! One input of a consolidation: what is kept of its table, a few hundred bytes a project, so that thousands fit.

use std::time::Duration;

use jixiao_workbook::CellRef;
use rust_decimal::Decimal;

use super::{RATE_DECIMALS, SCORE_DECIMALS};
use crate::finding::{Severity, Words};
use crate::profile::{Grade, Weights};
use crate::review::{Counts, Review, Verdict};
use crate::summary::{Fund, Project, Reading, TextReading};
use crate::value::round;

/// Findings of one unit that are listed; the rest is counted.
pub const MOST_NOTED: usize = 200;

/// One input.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unit {
    /// The file, as it is named to the user.
    pub path: String,
    /// The file without the folder that all inputs have in common.
    pub file: String,
    /// The unit's name, else the file's.
    pub name: String,
    /// Whether the table states the unit.
    pub stated: bool,
    /// The year that the table states.
    pub year: Option<u16>,
    /// When the file was last written to, since 1970.
    pub modified: Option<Duration>,
    /// What became of it.
    pub state: State,
    /// What is to be said of it.
    pub notes: Vec<Words>,
}

/// What became of an input.
#[derive(Clone, Debug)]
pub enum State {
    /// Its table is part of the consolidation.
    Taken(Box<Taken>),
    /// A newer file of the same unit is taken.
    PassedOver,
    /// It could not be read: why.
    Unread(Words),
}

/// A table that is part of the consolidation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Taken {
    /// The sheet it stands on.
    pub sheet: String,
    /// Whether it can be handed in.
    pub verdict: Verdict,
    /// How many findings it has.
    pub counts: Counts,
    /// Errors and warnings, at most [`MOST_NOTED`].
    pub noted: Vec<Noted>,
    /// The grades of the profile it was judged by.
    pub grades: Vec<Grade>,
    /// What its score is weighted by.
    pub weights: Weights,
    /// Its fund columns.
    pub funds: Vec<Fund>,
    /// Its projects.
    pub lines: Vec<Line>,
    /// ΣA in 万元 over the projects whose budget is known.
    pub budget: Decimal,
    /// ΣB in 万元; none where one is missing.
    pub executed: Option<Decimal>,
    /// ΣB/ΣA; none where one is missing.
    pub rate: Option<Decimal>,
    /// The weighted score, rounded; none where a score or a weight is missing.
    pub score: Option<Decimal>,
}

/// A finding as it is listed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Noted {
    /// How bad it is.
    pub severity: Severity,
    /// The rule's code.
    pub code: String,
    /// The cell; none for a finding about the whole file.
    pub cell: Option<CellRef>,
    /// The project, where it is about one.
    pub project: Option<String>,
    /// The fact.
    pub message: Words,
    /// One action.
    pub help: Words,
}

/// A figure as a unit declares it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Entry {
    /// Nothing.
    #[default]
    Blank,
    /// A number.
    Number(Decimal),
    /// What is no number.
    Text(Box<str>),
}

/// One project.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Line {
    /// Its row in the table.
    pub row: u32,
    /// 项目名称
    pub name: Box<str>,
    /// 主管部门
    pub supervisor: Box<str>,
    /// Parts of 小计 in the order of [`Taken::funds`], 万元
    pub funds: Box<[Entry]>,
    /// 全年预算数, 万元
    pub budget: Entry,
    /// 全年执行数, 万元
    pub executed: Entry,
    /// 自评得分
    pub score: Entry,
    /// 偏差原因, 备注
    pub remark: Box<str>,
}

/// What a project lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gaps {
    /// The budget.
    pub budget: bool,
    /// The executed amount; a project of budget 0 needs none.
    pub executed: bool,
    /// The score.
    pub score: bool,
}

impl Gaps {
    /// Whether something is lacking.
    pub fn any(self) -> bool {
        self.budget || self.executed || self.score
    }
}

impl Unit {
    /// A table that was reviewed. One that was not found is told by the caller, who knows what the file is instead.
    pub fn of(path: String, modified: Option<Duration>, review: &Review<'_>) -> Option<Self> {
        let summary = &review.table.as_ref()?.summary;
        let named = summary.unit.as_ref().map(|unit| unit.value.trim()).filter(|name| !name.is_empty());
        let mut notes = Vec::new();
        if named.is_none() {
            notes.push(Words::new(
                "表中没有单位名称，以文件名代替",
                "the table names no unit; this is the file's name",
            ));
        }
        if summary.projects.is_empty() {
            notes.push(Words::new("表里还没有填写项目", "the table holds no project yet"));
        }
        Some(Self {
            name: named.map_or_else(|| stem(&path), str::to_owned),
            stated: named.is_some(),
            file: path.clone(),
            path,
            year: summary.year,
            modified,
            state: State::Taken(Box::new(Taken::of(review)?)),
            notes,
        })
    }

    /// An input that could not be read, and why.
    pub fn unread(path: String, why: Words) -> Self {
        let name = stem(&path);
        let file = path.clone();
        Self {
            path,
            file,
            name,
            stated: false,
            year: None,
            modified: None,
            state: State::Unread(why),
            notes: Vec::new(),
        }
    }

    /// Its table, if that is part of the consolidation.
    pub fn taken(&self) -> Option<&Taken> {
        match &self.state {
            State::Taken(taken) => Some(taken),
            State::PassedOver | State::Unread(_) => None,
        }
    }
}

/// A file's name without its folder and ending.
fn stem(path: &str) -> String {
    let name = path.rsplit(['/', '\\', ':']).next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

impl Taken {
    fn of(review: &Review<'_>) -> Option<Self> {
        let table = review.table.as_ref()?;
        let (summary, totals) = (&table.summary, &table.totals);
        let worded = review.worded().filter(|finding| finding.severity > Severity::Info);
        let noted = worded.take(MOST_NOTED).map(|finding| Noted {
            severity: finding.severity,
            code: finding.code.to_string(),
            cell: finding.place.cell,
            project: finding.project.clone(),
            message: finding.message.clone(),
            help: finding.help.clone(),
        });
        Some(Self {
            sheet: summary.sheet.clone(),
            verdict: review.verdict(),
            counts: review.counts(),
            noted: noted.collect(),
            grades: review.profile().grades.clone(),
            weights: table.weights,
            funds: summary.funds.clone(),
            lines: summary.projects.iter().map(Line::of).collect(),
            budget: totals.budget,
            executed: totals.executed,
            rate: totals.rate,
            score: totals.score(table.weights).map(|score| round(score, SCORE_DECIMALS)),
        })
    }

    /// Errors and warnings that are not listed.
    pub fn more(&self) -> usize {
        (self.counts.error + self.counts.warning).saturating_sub(self.noted.len())
    }

    /// The grade that a score earns.
    pub fn grade(&self, score: Decimal) -> Option<&str> {
        let grade = self.grades.iter().find(|grade| grade.from <= score)?;
        grade.names.first().map(String::as_str)
    }

    /// The names of its grades, the best first.
    pub fn grade_names(&self) -> impl Iterator<Item = &str> {
        self.grades.iter().filter_map(|grade| grade.names.first()).map(String::as_str)
    }
}

impl Entry {
    fn of(reading: Option<&Reading>) -> Self {
        let Some(reading) = reading else { return Self::Blank };
        match reading.value() {
            Some(value) => Self::Number(value),
            None if reading.is_blank() => Self::Blank,
            None => Self::Text(reading.raw().into()),
        }
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<Decimal> {
        match self {
            Self::Number(value) => Some(*value),
            Self::Blank | Self::Text(_) => None,
        }
    }

    /// The sum of two; what is no number stays as it is.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => {
                a.checked_add(*b).map_or_else(|| self.clone(), Self::Number)
            }
            (Self::Blank, other) => other.clone(),
            (one, Self::Blank) | (one @ Self::Text(_), _) | (_, one @ Self::Text(_)) => one.clone(),
        }
    }
}

impl Line {
    fn of(project: &Project) -> Self {
        let text = |reading: Option<&TextReading>| reading.map_or("", |reading| &*reading.text).into();
        let budget = match project.budget_figure() {
            Some(figure) => Entry::Number(figure.value),
            None => Entry::of(project.budget.as_ref()),
        };
        let told = [project.reason.as_deref(), project.remark.as_ref()];
        let told: Vec<&str> = told.into_iter().flatten().map(|reading| &*reading.text).collect();
        Self {
            row: project.row,
            name: text(Some(&project.name)),
            supervisor: text(project.supervisor.as_ref()),
            funds: project.funds.iter().map(|part| Entry::of(Some(part))).collect(),
            budget,
            executed: Entry::of(project.executed.as_ref()),
            score: Entry::of(project.score.as_ref()),
            remark: told.join(" ").trim().into(),
        }
    }

    /// B/A, rounded to [`RATE_DECIMALS`]; none where one is missing or the budget is 0.
    pub fn rate(&self) -> Option<Decimal> {
        let rate = self.executed.number()?.checked_div(self.budget.number()?)?;
        Some(round(rate, RATE_DECIMALS))
    }

    /// What it lacks.
    pub fn gaps(&self) -> Gaps {
        let budget = self.budget.number();
        Gaps {
            budget: budget.is_none(),
            executed: self.executed.number().is_none() && budget != Some(Decimal::ZERO),
            score: self.score.number().is_none(),
        }
    }
}
