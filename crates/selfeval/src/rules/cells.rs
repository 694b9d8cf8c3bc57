//! A row's cells by field, so that a rule about amounts names no fund column.

use jixiao_workbook::{CellRef, Range};

use crate::finding::{Field, Words};
use crate::summary::{Project, Reading, Total};

/// The amount cells of a row, in the glossary's order.
pub(super) fn amounts<'a>(row: &'a impl Amounts) -> impl Iterator<Item = (Field, &'a Reading)> {
    let [initial, budget, executed] = row.single();
    let one = |field: Field, reading: Option<&'a Reading>| reading.map(|reading| (field, reading));
    one(Field::InitialBudget, initial)
        .into_iter()
        .chain(one(Field::Budget, budget))
        .chain(row.parts().iter().map(|part| (Field::Fund, part)))
        .chain(one(Field::Executed, executed))
}

/// The cells of a row that take figures: amounts, rate and score.
pub(super) fn figures(row: &impl Amounts) -> impl Iterator<Item = (Field, &Reading)> {
    let [rate, score] = row.derived();
    let rate = rate.map(|reading| (Field::ExecutionRate, reading));
    amounts(row).chain(rate).chain(score.map(|reading| (Field::Score, reading)))
}

/// A row of figures: a project's or the total's.
pub(super) trait Amounts {
    /// 年初预算数, 小计, 全年执行数.
    fn single(&self) -> [Option<&Reading>; 3];
    /// The parts of 小计.
    fn parts(&self) -> &[Reading];
    /// 执行率, 自评得分.
    fn derived(&self) -> [Option<&Reading>; 2];
}

impl Amounts for Project {
    fn single(&self) -> [Option<&Reading>; 3] {
        [self.initial_budget.as_deref(), self.budget.as_ref(), self.executed.as_ref()]
    }

    fn parts(&self) -> &[Reading] {
        &self.funds
    }

    fn derived(&self) -> [Option<&Reading>; 2] {
        [self.rate.as_ref(), self.score.as_ref()]
    }
}

impl Amounts for Total {
    fn single(&self) -> [Option<&Reading>; 3] {
        [self.initial_budget.as_ref(), self.budget.as_ref(), self.executed.as_ref()]
    }

    fn parts(&self) -> &[Reading] {
        &self.funds
    }

    fn derived(&self) -> [Option<&Reading>; 2] {
        [self.rate.as_ref(), self.score.as_ref()]
    }
}

/// Cells as runs of consecutive rows of one column.
pub(super) fn runs(cells: &[CellRef]) -> Vec<Range> {
    let mut runs: Vec<Range> = Vec::new();
    for cell in cells {
        match runs.last_mut() {
            Some(run) if run.last().column() == cell.column() && run.last().row() + 1 == cell.row() => {
                *run = Range::new(run.first(), *cell);
            }
            _ => runs.push(Range::cell(*cell)),
        }
    }
    runs
}

/// Cells as people list them: `K6:K19、K21`.
pub(crate) fn listed(cells: &[CellRef]) -> String {
    runs(cells).iter().map(Range::to_string).collect::<Vec<_>>().join("、")
}

/// More runs than this are counted instead of listed.
const MOST_RUNS: usize = 12;

/// Cells as people list them, as far as they can be taken in: `D6:D9、D11`, or `D6、D8 等 1200 格`.
pub(super) fn some_listed(cells: &[CellRef]) -> Words {
    let runs = runs(cells);
    if runs.len() <= MOST_RUNS {
        let list = listed(cells);
        return Words::new(list.clone(), list.replace('、', ", "));
    }
    let shown: Vec<String> = runs.iter().take(MOST_RUNS).map(Range::to_string).collect();
    let count = cells.len();
    Words::new(
        format!("{} 等 {count} 格", shown.join("、")),
        format!("{} and others ({count} cells)", shown.join(", ")),
    )
}

/// The ends of the runs that cells form: a column of a hundred thousand rows needs no hundred thousand places.
pub(super) fn ends(cells: &[CellRef]) -> Vec<CellRef> {
    let runs = runs(cells).into_iter().take(MOST_RUNS);
    let mut ends: Vec<CellRef> = runs.flat_map(|run| [run.first(), run.last()]).collect();
    ends.dedup();
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consecutive_cells_are_listed_as_ranges() {
        let cells: Vec<CellRef> =
            ["K6", "K7", "K9", "L9", "L10"].iter().map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(listed(&cells), "K6:K7、K9、L9:L10");
        assert_eq!(some_listed(&cells).en, "K6:K7, K9, L9:L10");
        let apart: Vec<CellRef> = (1..=20).filter_map(|row| CellRef::new(row * 2, 4)).collect();
        assert!(some_listed(&apart).zh.ends_with("D24 等 20 格"));
        assert_eq!(ends(&apart).len(), MOST_RUNS);
    }
}
