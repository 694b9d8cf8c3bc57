//! Last year's summary: what each of its projects left unspent.

use std::collections::HashMap;
use std::sync::Arc;

use jixiao_workbook::{CellRef, Workbook};

use crate::finding::Words;
use crate::layout::{NoTable, locate};
use crate::profile::Profile;
use crate::summary::{Project, Summary, folded_name};
use crate::value::Figure;

/// The summary of the year before.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Prior {
    /// Its file, as the user named it.
    pub path: Arc<str>,
    /// The sheet.
    pub sheet: Arc<str>,
    /// The unit's name.
    pub unit: Option<String>,
    /// The year it is of.
    pub year: Option<u16>,
    projects: Vec<PriorProject>,
    /// Index of the project; none where several share the key.
    by_name: HashMap<String, Option<usize>>,
    by_code: HashMap<String, Option<usize>>,
}

/// A project of last year.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PriorProject {
    /// Its name as it stands.
    pub name: String,
    /// Full-year budget A, 万元.
    pub budget: Figure,
    /// Executed amount B, 万元.
    pub executed: Figure,
    /// The cell of the executed amount.
    pub cell: CellRef,
    code: Option<String>,
}

impl Prior {
    /// Reads last year's summary. Projects without both amounts are left out.
    ///
    /// # Errors
    /// When the workbook holds no summary table.
    pub fn read(path: &str, workbook: &Workbook, profile: &Profile) -> Result<Self, NoTable> {
        let located = locate(workbook, profile, None)?;
        let summary = Summary::read(workbook, &located, profile);
        let mut prior = Self {
            path: path.into(),
            sheet: located.sheet_name.clone(),
            unit: summary.unit.map(|unit| unit.value),
            year: summary.year,
            projects: Vec::new(),
            by_name: HashMap::new(),
            by_code: HashMap::new(),
        };
        summary.projects.iter().for_each(|project| prior.add(project));
        Ok(prior)
    }

    fn add(&mut self, project: &Project) {
        let code = project.budget_code().map(std::borrow::Cow::into_owned);
        let name = folded_name(&project.name.text).into_owned();
        let amounts = project.budget_figure().zip(project.executed_figure()).zip(project.executed.as_ref());
        let index = amounts.map(|((budget, executed), reading)| {
            let (name, code) = (project.name.text.to_string(), code.clone());
            self.projects.push(PriorProject { name, budget, executed, cell: reading.cell, code });
            self.projects.len() - 1
        });
        // The same key again makes both unsure, also where one of them has no amounts.
        if !name.is_empty() {
            self.by_name.entry(name).and_modify(|known| *known = None).or_insert(index);
        }
        if let Some(code) = code {
            self.by_code.entry(code).and_modify(|known| *known = None).or_insert(index);
        }
    }

    /// Last year's form of a project: of the same code, else of the same name. `None` where that is not sure.
    pub fn find(&self, project: &Project) -> Option<&PriorProject> {
        let code = project.budget_code();
        if let Some(known) = code.as_deref().and_then(|code| self.by_code.get(code)) {
            return self.projects.get((*known)?);
        }
        let index = (*self.by_name.get(&*folded_name(&project.name.text))?)?;
        let found = self.projects.get(index)?;
        // Two codes that differ are two projects of one name.
        let apart = code.is_some() && found.code.is_some();
        Some(found).filter(|_| !apart)
    }

    /// Why a summary cannot be compared with this one: of another unit, or not of the year after.
    pub fn unfit(&self, summary: &Summary) -> Option<Words> {
        if let (Some(ours), Some(year)) = (self.year, summary.year)
            && ours.checked_add(1) != Some(year)
        {
            return Some(Words::new(
                format!("给的上年表是 {ours} 年度，本表是 {year} 年度"),
                format!("the summary given as last year's is of {ours}, this one of {year}"),
            ));
        }
        let (ours, unit) = (self.unit.as_deref()?, summary.unit.as_ref()?.value.as_str());
        (folded_name(ours) != folded_name(unit)).then(|| {
            Words::new(
                format!("给的上年表是“{ours}”的，本表是“{unit}”的"),
                format!("the summary given as last year's is that of {ours}, this one that of {unit}"),
            )
        })
    }
}
