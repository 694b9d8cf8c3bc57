//! Where the table stands: found by its header labels over one to three header rows, on any sheet, in any
//! column order. What it is unsure of it says.

use std::sync::Arc;

use jixiao_workbook::{CellRef, Document, Paragraph, Range, Sheet, SheetId, Visibility, Workbook};
use serde::{Deserialize, Serialize};

use crate::finding::{Field, Words};
use crate::mapping::Mapping;
use crate::profile::Profile;
use crate::value::Money;

mod around;
mod body;
mod elsewhere;
mod header;
mod label;
mod mapped;
mod own;
mod signature;
mod suggest;
mod unread;

use body::Body;
pub use elsewhere::{Elsewhere, Mention, elsewhere};
use header::Header;
use label::Vocabulary;
pub use own::{MARKER, is_own, own_sheets};
pub use signature::Signature;
pub use suggest::suggest;
pub use unread::{Unread, unread};

/// A column of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its number, from 1.
    pub number: u16,
    /// The joined path of its header labels, cleaned.
    pub label: String,
    /// The cell that holds the lowest label.
    pub label_cell: CellRef,
    /// Money unit stated in its own header.
    pub money: Option<Money>,
    /// Whether the header says that figures are in percent (（%）).
    pub percent: bool,
}

/// A fund column: a part of 小计.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundColumn {
    /// Standard key (`current`, `carried_over`, `other`, …), or the label where it is unknown.
    pub key: String,
    /// The column.
    pub column: Column,
}

/// The columns by meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// 序号
    pub sequence: Option<Column>,
    /// 项目编码
    pub code: Option<Column>,
    /// 项目名称
    pub name: Option<Column>,
    /// 主管部门
    pub supervisor: Option<Column>,
    /// 实施单位
    pub unit: Option<Column>,
    /// 年初预算数
    pub initial_budget: Option<Column>,
    /// 小计, or 全年预算数 where it has no parts
    pub budget: Option<Column>,
    /// The parts of 小计 in file order
    pub funds: Vec<FundColumn>,
    /// 全年执行数
    pub executed: Option<Column>,
    /// 执行率
    pub rate: Option<Column>,
    /// 自评得分
    pub score: Option<Column>,
    /// 自评等级
    pub grade: Option<Column>,
    /// 偏差原因
    pub reason: Option<Column>,
    /// 备注
    pub remark: Option<Column>,
}

impl Columns {
    /// The column of a field; for [`Field::Fund`] none, see `funds`.
    pub fn of(&self, field: Field) -> Option<&Column> {
        match field {
            Field::Sequence => self.sequence.as_ref(),
            Field::Code => self.code.as_ref(),
            Field::Name => self.name.as_ref(),
            Field::Supervisor => self.supervisor.as_ref(),
            Field::ImplementingUnit => self.unit.as_ref(),
            Field::InitialBudget => self.initial_budget.as_ref(),
            Field::Budget => self.budget.as_ref(),
            Field::Executed => self.executed.as_ref(),
            Field::ExecutionRate => self.rate.as_ref(),
            Field::Score => self.score.as_ref(),
            Field::Grade => self.grade.as_ref(),
            Field::Reason => self.reason.as_ref(),
            Field::Remark => self.remark.as_ref(),
            _ => None,
        }
    }

    /// The numbers of all columns, fund columns too, in order.
    pub fn numbers(&self) -> Vec<u16> {
        let single = [
            &self.sequence,
            &self.code,
            &self.name,
            &self.supervisor,
            &self.unit,
            &self.initial_budget,
            &self.budget,
            &self.executed,
            &self.rate,
            &self.score,
            &self.grade,
            &self.reason,
            &self.remark,
        ];
        let funds = self.funds.iter().map(|fund| fund.column.number);
        let mut numbers: Vec<u16> =
            single.into_iter().flatten().map(|column| column.number).chain(funds).collect();
        numbers.sort_unstable();
        numbers
    }
}

/// Consecutive rows, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// First row, from 1.
    pub first: u32,
    /// Last row.
    pub last: u32,
}

/// A text of the sheet with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated<T> {
    /// What it says.
    pub value: T,
    /// Where it says so; none where it comes from the sheet's name or a paragraph.
    pub cell: Option<CellRef>,
    /// The paragraph of the document that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paragraph: Option<u32>,
    /// The cell's whole text.
    pub text: String,
}

/// A row that sums a group of projects and counts in no total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRow {
    /// The row.
    pub row: u32,
    /// Its label (小计：民政科).
    pub label: String,
}

/// The table's place and the meaning of its rows and columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Located {
    /// The sheet.
    pub sheet: SheetId,
    /// Its name.
    pub sheet_name: Arc<str>,
    /// Header to last row of the table (the note is outside).
    pub range: Range,
    /// The header's rows.
    pub header: Rows,
    /// The columns.
    pub columns: Columns,
    /// Runs of project rows, spare rows included; group rows and the total row part them.
    pub runs: Vec<Rows>,
    /// Rows of the runs that hold a project, in order.
    pub projects: Vec<u32>,
    /// Rows of the runs that hold none (no name, no amount).
    pub spare: Vec<u32>,
    /// Group rows.
    pub groups: Vec<GroupRow>,
    /// The total row and the cell of its label.
    pub total: Option<(u32, CellRef)>,
    /// The table's title.
    pub title: Option<Stated<String>>,
    /// The unit's name, from the title or a 单位 line.
    pub unit: Option<Stated<String>>,
    /// Every year stated for the table: title, note, unit line.
    pub years: Vec<Stated<u16>>,
    /// The money unit and where it is stated; none where it is stated nowhere.
    pub money: Option<Stated<Money>>,
    /// The note of the table.
    pub note: Option<Stated<String>>,
    /// The places for names, telephone numbers and dates around the table.
    pub signatures: Vec<Signature>,
    /// What could be read otherwise.
    pub doubts: Vec<Words>,
    /// Other tables of the kind that were not taken: sheet name and range.
    pub others: Vec<(String, Range)>,
}

/// No table was found, or none could be chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("no summary table was found")]
#[non_exhaustive]
pub struct NoTable {
    /// The nearest candidate: sheet name, the cell of its first label, and the fields it lacks.
    pub nearest: Option<Candidate>,
    /// Why, where it is known better.
    pub cause: Option<Cause>,
}

impl NoTable {
    fn because(cause: Cause) -> Self {
        Self { nearest: None, cause: Some(cause) }
    }
}

/// Why no table could be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The document has no table at all, but so many pictures.
    NoTables {
        /// Pictures of the document.
        pictures: usize,
    },
    /// These tables are equally good: sheet name, range, and the number to ask for one by.
    Equal(Vec<(String, Range, usize)>),
    /// A table was asked for by a number beyond these.
    NoSuch {
        /// The number asked for.
        asked: usize,
        /// Tables that were found.
        found: usize,
    },
}

/// A header that lacks something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The sheet's name.
    pub sheet: String,
    /// The first label's cell.
    pub cell: CellRef,
    /// Fields that were found.
    pub found: Vec<Field>,
    /// Required fields that were not.
    pub lacks: Vec<Field>,
}

/// Which of several tables is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice<'a> {
    /// Only on this sheet.
    pub sheet: Option<SheetId>,
    /// The table of this number among those found there, from 1.
    pub table: Option<usize>,
    /// What its columns and rows are, where that is told.
    pub mapping: Option<&'a Mapping>,
}

impl From<Option<SheetId>> for Choice<'_> {
    fn from(sheet: Option<SheetId>) -> Self {
        Self { sheet, ..Self::default() }
    }
}

/// Finds the table, as the choice narrows the search; a sheet alone is a choice, too.
///
/// # Errors
/// When no sheet holds a header with at least a project name, a budget, an executed amount and a score, or when
/// tables are equally good and none was asked for.
pub fn locate<'a>(
    workbook: &Workbook,
    profile: &Profile,
    choice: impl Into<Choice<'a>>,
) -> Result<Located, NoTable> {
    let choice = choice.into();
    if let Some(document) = workbook.document().filter(|_| workbook.sheets().is_empty()) {
        return Err(NoTable::because(Cause::NoTables { pictures: document.pictures }));
    }
    let vocabulary = Vocabulary::mapped(profile, choice.mapping);
    let mut search = Search::default();
    for id in workbook.sheet_ids().filter(|id| choice.sheet.is_none_or(|only| only == *id)) {
        let Some(entry) = workbook.entry(id).filter(|entry| entry.grid) else { continue };
        match workbook.sheet(id) {
            Ok(grid) if is_own(grid) => {}
            Ok(grid) => search.scan(&vocabulary, grid, id, &entry.name),
            Err(error) => search.doubts.push(Words::new(
                format!("工作表“{}”读不出来，没有在其中找表", entry.name),
                format!("sheet “{}” cannot be read and was not searched: {error}", entry.name),
            )),
        }
    }
    search.choose(workbook, choice)
}

/// A table that was met, before one is chosen.
struct Met {
    sheet: SheetId,
    name: String,
    /// The first row that may hold the table's title: below the table before.
    from: u32,
    header: Header,
    body: Body,
}

#[derive(Default)]
struct Search {
    met: Vec<Met>,
    nearest: Option<Candidate>,
    doubts: Vec<Words>,
}

/// More tables than this in one workbook are not looked for.
const MOST_TABLES: usize = 200;

impl Search {
    /// Looks through a sheet for headers; the rows of a table that was found are not looked at again.
    fn scan(&mut self, vocabulary: &Vocabulary, sheet: &Sheet, id: SheetId, name: &str) {
        let mut next = 1;
        let mut from = 1;
        for row in sheet.rows() {
            if row.number < next {
                continue;
            }
            for cell in row.cells() {
                let jixiao_workbook::ValueRef::Text(text) = cell.value else { continue };
                if self.met.len() >= MOST_TABLES || !vocabulary.may_name(text) {
                    continue;
                }
                let header = Header::read(sheet, vocabulary, cell.at);
                if self.is_short_of(&header, name, cell.at) {
                    continue;
                }
                let body = body::read(sheet, &header, vocabulary);
                next = body.last + 1;
                self.met.push(Met { sheet: id, name: name.to_owned(), from, header, body });
                from = next;
                break;
            }
        }
    }

    /// Whether a header lacks what a summary needs; the one that lacks least is remembered.
    fn is_short_of(&mut self, header: &Header, sheet: &str, cell: CellRef) -> bool {
        let (found, lacks) = header.fields();
        if lacks.is_empty() {
            return false;
        }
        let better = |nearest: &Candidate| found.len() > nearest.found.len();
        if found.len() > 1 && self.nearest.as_ref().is_none_or(better) {
            self.nearest = Some(Candidate { sheet: sheet.to_owned(), cell, found, lacks });
        }
        true
    }

    /// Takes the table that was asked for, else the best: on a visible sheet, with projects, with more columns of
    /// known meaning, with more projects.
    fn choose(mut self, workbook: &Workbook, choice: Choice<'_>) -> Result<Located, NoTable> {
        let best = match choice.table {
            Some(asked) => {
                let found = self.met.len();
                let no_such = NoTable::because(Cause::NoSuch { asked, found });
                asked.checked_sub(1).filter(|at| *at < found).ok_or(no_such)?
            }
            None => match self.best(workbook).as_slice() {
                [] => return Err(NoTable { nearest: self.nearest, cause: None }),
                [best] => *best,
                several => return Err(NoTable::because(Cause::Equal(self.named(several)))),
            },
        };
        let met = self.met.remove(best);
        let others = self.met.iter().filter_map(|met| Some((met.name.clone(), met.range()?))).collect();
        let missing = NoTable { nearest: self.nearest, cause: None };
        let Ok(sheet) = workbook.sheet(met.sheet) else { return Err(missing) };
        let mut located = met.located((sheet, workbook.document()), others, self.doubts).ok_or(missing)?;
        if let Some(mapping) = choice.mapping {
            mapped::apply(mapping, sheet, &mut located);
        }
        Ok(located)
    }

    /// The best of the tables; several where they are equally good.
    fn best(&self, workbook: &Workbook) -> Vec<usize> {
        let rank = |met: &Met| {
            let visible =
                workbook.entry(met.sheet).is_some_and(|entry| entry.visibility == Visibility::Visible);
            let projects = met.body.projects.len();
            (visible, projects > 0, met.header.columns.numbers().len(), projects)
        };
        let best = self.met.iter().map(rank).max();
        let ranked = self.met.iter().enumerate().filter(|(_, met)| Some(rank(met)) == best);
        ranked.map(|(at, _)| at).collect()
    }

    fn named(&self, tables: &[usize]) -> Vec<(String, Range, usize)> {
        let met = tables.iter().filter_map(|at| Some((at + 1, self.met.get(*at)?)));
        met.filter_map(|(number, met)| Some((met.name.clone(), met.range()?, number))).collect()
    }
}

impl Met {
    fn range(&self) -> Option<Range> {
        let first = CellRef::new(self.header.rows.first, self.header.first_column)?;
        Some(Range::new(first, CellRef::new(self.body.last, self.header.last_column)?))
    }

    /// The paragraphs above and below it in a document.
    fn beside<'a>(&self, document: Option<&'a Document>) -> (&'a [Paragraph], &'a [Paragraph]) {
        let beside = |document: &'a Document| (document.above(self.sheet.0), document.below(self.sheet.0));
        document.map(beside).unwrap_or_default()
    }

    fn located(
        self,
        (sheet, document): (&Sheet, Option<&Document>),
        others: Vec<(String, Range)>,
        mut doubts: Vec<Words>,
    ) -> Option<Located> {
        let range = self.range()?;
        let extent = around::Extent { from: self.from, header: self.header.rows.first, last: self.body.last };
        let beside = self.beside(document);
        let around = around::read(sheet, &self.header.columns, extent, beside);
        doubts.extend(self.header.doubts);
        doubts.extend(self.body.doubts);
        Some(Located {
            sheet: self.sheet,
            sheet_name: self.name.into(),
            range,
            header: self.header.rows,
            columns: self.header.columns,
            runs: self.body.runs,
            projects: self.body.projects,
            spare: self.body.spare,
            groups: self.body.groups,
            total: self.body.total,
            title: around.title,
            unit: around.unit,
            years: around.years,
            money: around.money,
            note: around.note,
            signatures: around.signatures,
            doubts,
            others,
        })
    }
}

#[cfg(test)]
mod tests;
