//! The table's content. Every value remembers its cell and its raw text; what cannot be read stays as text.

use std::ops::Range;

use jixiao_workbook::{CellRef, Sheet, Workbook};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::finding::{Field, Words};
use crate::layout::{Columns, FundColumn, Located, Stated};
use crate::profile::Profile;
use crate::value::{Figure, Money};
use crate::workers::{Alone, Workers, by_rows, pieces};

mod columns;
mod key;
mod read;
mod reading;
mod shown;

pub(crate) use key::folded_name;
pub use reading::{Content, Reading, Text, TextReading};
pub(crate) use shown::parted;

use read::{Plan, Reader};

/// One project row. A field is `None` where the table has no such column. Fields that few forms have are boxed,
/// so that a hundred thousand rows stay small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Project {
    /// The row, from 1.
    pub row: u32,
    /// Whether the row is hidden.
    pub hidden: bool,
    /// Which run of project rows it belongs to, from 0.
    pub run: u32,
    /// 序号
    pub sequence: Option<Reading>,
    /// 项目编码
    pub code: Option<Box<TextReading>>,
    /// 项目名称; an empty text where the cell is blank.
    pub name: TextReading,
    /// 主管部门
    pub supervisor: Option<TextReading>,
    /// 年初预算数, 万元
    pub initial_budget: Option<Box<Reading>>,
    /// 小计 (全年预算数), 万元
    pub budget: Option<Reading>,
    /// Parts of 小计, 万元, in the order of [`Summary::funds`]
    pub funds: Box<[Reading]>,
    /// 全年执行数, 万元
    pub executed: Option<Reading>,
    /// 执行率, fraction
    pub rate: Option<Reading>,
    /// 自评得分, points
    pub score: Option<Reading>,
    /// 自评等级
    pub grade: Option<Box<TextReading>>,
    /// 偏差原因
    pub reason: Option<Box<TextReading>>,
    /// 备注
    pub remark: Option<TextReading>,
}

impl Project {
    /// The sum of the fund parts in 万元, blank parts counting 0; `None` where no part is a number or one is
    /// text that is no number.
    pub fn funds_sum(&self) -> Option<Decimal> {
        let mut sum = None;
        for part in &self.funds {
            match part.figure() {
                Some(figure) => sum = Some(sum.unwrap_or(Decimal::ZERO).checked_add(figure.value)?),
                None if part.is_blank() => {}
                None => return None,
            }
        }
        sum
    }

    /// The full-year budget A in 万元 as other figures are judged by it: the stated 小计, else the sum of the
    /// parts (the decimals are then those of the finest part).
    pub fn budget_figure(&self) -> Option<Figure> {
        if let Some(figure) = self.budget.as_ref().and_then(Reading::figure) {
            return Some(figure);
        }
        let stated = self.budget.as_ref().is_none_or(Reading::is_blank);
        let decimals = self.funds.iter().filter_map(Reading::figure).map(|figure| figure.decimals).max()?;
        stated.then(|| self.funds_sum()).flatten().map(|value| Figure { value, decimals, formula: false })
    }

    /// The executed amount B in 万元.
    pub fn executed_figure(&self) -> Option<Figure> {
        self.executed.as_ref().and_then(Reading::figure)
    }

    /// The self-evaluation score, points.
    pub fn score_figure(&self) -> Option<Figure> {
        self.score.as_ref().and_then(Reading::figure)
    }

    /// The execution rate stated, a fraction.
    pub fn rate_figure(&self) -> Option<Figure> {
        self.rate.as_ref().and_then(Reading::figure)
    }
}

/// The total row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Total {
    /// The row, from 1.
    pub row: u32,
    /// The cell of its label.
    pub label: CellRef,
    /// 年初预算数, 万元
    pub initial_budget: Option<Reading>,
    /// 小计, 万元
    pub budget: Option<Reading>,
    /// Parts, 万元, in the order of [`Summary::funds`]
    pub funds: Box<[Reading]>,
    /// 全年执行数, 万元
    pub executed: Option<Reading>,
    /// 执行率, fraction
    pub rate: Option<Reading>,
    /// 自评得分, points
    pub score: Option<Reading>,
}

/// A fund column of the summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fund {
    /// Standard key (`current`, `carried_over`, `other`, …), or the label where it is unknown.
    pub key: String,
    /// The label as it stands.
    pub label: String,
}

/// How rates are written in the rate column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RateScale {
    /// As fractions (0.9817), shown or not with a percent format, or as percent text.
    Fraction,
    /// As numbers of percent (98.17).
    Percent,
    /// Some so, some so, and neither the format, the label nor B/A decides.
    Mixed,
}

/// A summary table's content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// The sheet's name.
    pub sheet: String,
    /// The unit's name.
    pub unit: Option<Stated<String>>,
    /// The year the title states.
    pub year: Option<u16>,
    /// The money unit figures were read in (万元 where none is stated).
    pub money: Money,
    /// The fund columns, in file order.
    pub funds: Vec<Fund>,
    /// The projects, in file order.
    pub projects: Vec<Project>,
    /// The total row.
    pub total: Option<Total>,
    /// How rates are written.
    pub rate_scale: RateScale,
    /// Largest number of decimals of the rate column, in fractions (98.17% gives 4).
    pub rate_decimals: i8,
    /// The columns, for looking a field's cell up.
    pub columns: Columns,
}

impl Summary {
    /// Reads a located table. Never fails: what cannot be read stays as text and is found by the rules.
    pub fn read(workbook: &Workbook, located: &Located, profile: &Profile) -> Self {
        Self::read_by(workbook, located, profile, &Alone)
    }

    /// [`Summary::read`], shared out among workers. The result is the same.
    pub fn read_by(
        workbook: &Workbook,
        located: &Located,
        profile: &Profile,
        workers: &impl Workers,
    ) -> Self {
        let (projects, total, rate_scale) = match workbook.sheet(located.sheet) {
            // Of a very large table the pieces would be in memory beside the whole.
            Ok(sheet) if located.projects.len() > MOST_SHARED => {
                rows(workbook, sheet, (located, profile), &Alone)
            }
            Ok(sheet) => rows(workbook, sheet, (located, profile), workers),
            Err(_) => (Vec::new(), None, RateScale::Fraction),
        };
        let rates = projects.iter().filter_map(Project::rate_figure).map(|rate| rate.decimals);
        Self {
            sheet: located.sheet_name.to_string(),
            unit: located.unit.clone(),
            year: year(located),
            money: located.money.as_ref().map_or(profile.money, |stated| stated.value),
            funds: funds(workbook, located),
            rate_scale,
            rate_decimals: rates.max().unwrap_or(4),
            projects,
            total,
            columns: located.columns.clone(),
        }
    }
}

impl Summary {
    /// What the column of a cell is called: a fund part by its own label, other fields by their usual name.
    pub fn name_of(&self, field: Field, cell: CellRef) -> Words {
        let is_column = |fund: &FundColumn| fund.column.number == cell.column();
        let part = self.columns.funds.iter().position(is_column).filter(|_| field == Field::Fund);
        match part.and_then(|part| self.funds.get(part)) {
            Some(fund) => Words::new(fund.label.clone(), fund.label.clone()),
            None => field.words(),
        }
    }
}

/// The year of the title, else the first that is stated.
fn year(located: &Located) -> Option<u16> {
    let title = located.title.as_ref().map(|title| (title.cell, title.paragraph));
    let of_title = located.years.iter().find(|year| title == Some((year.cell, year.paragraph)));
    of_title.or_else(|| located.years.first()).map(|year| year.value)
}

fn funds(workbook: &Workbook, located: &Located) -> Vec<Fund> {
    let label = |cell| workbook.value(located.sheet, cell).as_text().split_whitespace().collect();
    let funds = located.columns.funds.iter();
    funds.map(|fund| Fund { key: fund.key.clone(), label: label(fund.column.label_cell) }).collect()
}

/// Projects up to which a table is read in pieces at a time.
const MOST_SHARED: usize = 30_000;

/// Reads the project rows and the total row, then gives each figure what its column decides.
fn rows(
    workbook: &Workbook,
    sheet: &Sheet,
    (located, profile): (&Located, &Profile),
    workers: &impl Workers,
) -> (Vec<Project>, Option<Total>, RateScale) {
    let plan = Plan::new(located, profile);
    let mut reader = Reader::new(workbook, sheet, located, &plan);
    let count = located.projects.len();
    let mut rows = Rows::default();
    let piece = |range: Range<usize>| {
        let mut reader = Reader::new(workbook, sheet, located, &plan).sharing(pieces(count));
        projects(&mut reader, sheet, located, located.projects.get(range).unwrap_or_default())
    };
    by_rows(workers, count, piece, |piece| rows.append(piece, count));
    let cell = located.total.and_then(|(row, cell)| Some((sheet.row(row)?, cell)));
    let mut total = cell.and_then(|(row, cell)| Some((reader.project(row, 0)?, cell)));
    let headed_percent = located.columns.rate.as_ref().is_some_and(|column| column.percent);
    let scale = columns::rate_scale(&rows.projects, headed_percent);
    for project in rows.projects.iter_mut().chain(total.as_mut().map(|((project, _), _)| project)) {
        columns::scale_rate(project, scale);
    }
    let most = columns::decimals(&mut rows, &plan);
    for (project, loose) in rows.projects.iter_mut().zip(&rows.loose) {
        columns::set_decimals(project, *loose, &most);
    }
    if let Some(((project, loose), _)) = &mut total {
        columns::set_decimals(project, *loose, &most);
    }
    (rows.projects, total.map(|((row, _), cell)| row.into_total(cell)), scale)
}

/// The project rows; the bits of `loose` tell which figures of a row take their decimals from the column.
#[derive(Default)]
struct Rows {
    projects: Vec<Project>,
    loose: Vec<u64>,
}

impl Rows {
    /// Adds the rows that follow, to a table of so many in the end.
    fn append(&mut self, mut piece: Self, count: usize) {
        if self.projects.is_empty() {
            *self = piece;
            self.projects.reserve_exact(count.saturating_sub(self.projects.len()));
            self.loose.reserve_exact(count.saturating_sub(self.loose.len()));
        } else {
            self.projects.append(&mut piece.projects);
            self.loose.append(&mut piece.loose);
        }
    }
}

/// The projects of some of the table's rows.
fn projects(reader: &mut Reader<'_>, sheet: &Sheet, located: &Located, numbers: &[u32]) -> Rows {
    let count = numbers.len();
    let mut rows = Rows { projects: Vec::with_capacity(count), loose: Vec::with_capacity(count) };
    let mut wanted = numbers.iter().peekable();
    let mut runs = located.runs.iter().zip(0_u32..).peekable();
    for row in sheet.rows_from(numbers.first().copied().unwrap_or(u32::MAX)) {
        let Some(next) = wanted.peek() else { break };
        if row.number != **next {
            continue;
        }
        wanted.next();
        while runs.next_if(|(run, _)| run.last < row.number).is_some() {}
        let run = runs.peek().map_or(0, |(_, index)| *index);
        if let Some((project, loose)) = reader.project(row, run) {
            rows.projects.push(project);
            rows.loose.push(loose);
        }
    }
    rows
}

#[cfg(test)]
mod tests;
