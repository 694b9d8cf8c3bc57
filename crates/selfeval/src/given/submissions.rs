//! What is kept of each submission so that later ones can be compared with it: the unit, the year, the codes of
//! its projects and where they stand. A few bytes a project, so that thousands of files fit.

use std::collections::HashMap;
use std::sync::Arc;

use jixiao_workbook::CellRef;

use crate::layout::Located;
use crate::summary::{Summary, folded_name};

/// The submissions met so far, in order.
#[derive(Debug, Default)]
pub struct Submissions {
    files: Vec<File>,
    units: HashMap<(Box<str>, u16), Seen>,
    codes: HashMap<(Box<str>, Option<u16>), Seen>,
}

#[derive(Debug)]
struct File {
    path: Arc<str>,
    sheet: Arc<str>,
}

/// A file and a cell of its table.
#[derive(Clone, Copy, Debug)]
struct Seen {
    file: usize,
    cell: CellRef,
}

/// Something that an earlier submission holds as well.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Met {
    /// What.
    pub what: Again,
    /// The earlier file.
    pub path: Arc<str>,
    /// Its sheet.
    pub sheet: Arc<str>,
    /// The cell there.
    pub cell: CellRef,
}

/// What two submissions have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Unit and year.
    Unit,
    /// The code of a project: its index in the later summary.
    Project(usize),
}

/// Where a submission meets those before it. Callers that read several at a time see to the order.
pub trait Meet: std::fmt::Debug + Sync {
    /// What a submission has in common with those before it.
    fn meet(&self, located: &Located, summary: &Summary) -> Vec<Met>;
}

impl Submissions {
    /// Takes a submission in and tells what it has in common with earlier ones of its year. Where the unit itself
    /// was met, its projects are not told one by one.
    pub fn meet(&mut self, path: &str, located: &Located, summary: &Summary) -> Vec<Met> {
        let file = self.files.len();
        self.files.push(File { path: path.into(), sheet: located.sheet_name.clone() });
        let mut met = Vec::new();
        let unit = self.unit(file, located, summary);
        met.extend(unit.and_then(|seen| self.told(Again::Unit, seen)));
        for (index, project) in summary.projects.iter().enumerate() {
            let Some(code) = project.budget_code() else { continue };
            let cell = project.code.as_ref().map_or(project.name.cell, |code| code.cell);
            let seen = *self.codes.entry((Box::from(&*code), summary.year)).or_insert(Seen { file, cell });
            if seen.file != file && unit.is_none_or(|unit| unit.file != seen.file) {
                met.extend(self.told(Again::Project(index), seen));
            }
        }
        met
    }

    /// Where the unit was met before in the same year; else it is met here.
    fn unit(&mut self, file: usize, located: &Located, summary: &Summary) -> Option<Seen> {
        let (unit, year) = (summary.unit.as_ref()?, summary.year?);
        let name = folded_name(&unit.value);
        if name.is_empty() || summary.projects.is_empty() {
            return None;
        }
        // In a document the unit may stand outside the table.
        let cell = unit.cell.unwrap_or(located.range.first());
        let seen = *self.units.entry((Box::from(&*name), year)).or_insert(Seen { file, cell });
        (seen.file != file).then_some(seen)
    }

    fn told(&self, what: Again, seen: Seen) -> Option<Met> {
        let File { path, sheet } = self.files.get(seen.file)?;
        Some(Met { what, path: path.clone(), sheet: sheet.clone(), cell: seen.cell })
    }
}
