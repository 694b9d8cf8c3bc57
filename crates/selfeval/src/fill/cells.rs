//! What stands in the table's cells while the form is being filled: the stated figures in the units of their
//! cells, and on top of them what the plan has computed so far.

use std::collections::BTreeMap;

use jixiao_workbook::{CellRef, Sheet, Value};
use rust_decimal::Decimal;

use crate::computed::{Held, standing, stored};
use crate::layout::{Column, Located};
use crate::summary::{Content, Project, Reading, Summary};
use crate::value::shifted;

/// A column as a project's row holds it.
#[derive(Clone, Copy, Debug)]
enum Slot {
    Initial,
    Budget,
    Fund(usize),
    Executed,
    Score,
}

/// The table's cells.
#[derive(Debug)]
pub(super) struct Cells<'a> {
    sheet: &'a Sheet,
    summary: &'a Summary,
    /// Slot and power of ten by column number; most columns have none.
    slots: Vec<Option<(Slot, i8)>>,
    /// The first row of the table's body, and for each row from there on 1 + the project's index, or 0.
    first: u32,
    rows: Vec<u32>,
    /// Budgets by project, once they are computed.
    budgets: Vec<Held>,
    /// What the total row holds, once it is computed.
    totals: Vec<(CellRef, Held)>,
    /// New results of stale formulas, by cell.
    renewed: BTreeMap<CellRef, Held>,
}

impl<'a> Cells<'a> {
    pub(super) fn new(sheet: &'a Sheet, located: &Located, summary: &'a Summary) -> Self {
        let first = located.header.last + 1;
        let last = summary.projects.iter().map(|project| project.row).max().unwrap_or(first);
        let mut rows = vec![0; usize::try_from(last.saturating_sub(first)).unwrap_or(0) + 1];
        for (index, project) in summary.projects.iter().enumerate() {
            let at = project.row.checked_sub(first).and_then(|at| rows.get_mut(at as usize));
            if let (Some(slot), Ok(number)) = (at, u32::try_from(index + 1)) {
                *slot = number;
            }
        }
        Self {
            sheet,
            summary,
            slots: slots(located, summary),
            first,
            rows,
            budgets: Vec::new(),
            totals: Vec::new(),
            renewed: BTreeMap::new(),
        }
    }

    /// Sets what the budgets are, in the order of the projects.
    pub(super) fn set_budgets(&mut self, budgets: Vec<Held>) {
        self.budgets = budgets;
    }

    /// Sets what formulas give whose stored results are not right.
    pub(super) fn set_renewed(&mut self, results: &BTreeMap<CellRef, Value>) {
        self.renewed = results.iter().map(|(cell, value)| (*cell, standing(value.as_ref()))).collect();
    }

    /// Whether the cell's stored result gives way to a new one.
    pub(super) fn is_renewed(&self, cell: CellRef) -> bool {
        self.renewed.contains_key(&cell)
    }

    /// Sets what a cell of the total row holds.
    pub(super) fn set_total(&mut self, cell: CellRef, held: Held) {
        self.totals.push((cell, held));
    }

    /// What stands in a cell, the plan's own results included.
    pub(super) fn look(&self, cell: CellRef) -> Held {
        if let Some((_, held)) = self.totals.iter().find(|(at, _)| *at == cell) {
            return *held;
        }
        let renewed = || self.renewed.get(&cell).copied();
        self.stated(cell).or_else(renewed).unwrap_or_else(|| stored(self.sheet, cell))
    }

    /// What a reading amounts to in the unit of its cell.
    pub(super) fn held(&self, reading: &Reading) -> Held {
        let renewed = self.renewed.get(&reading.cell).copied();
        renewed.unwrap_or_else(|| held(reading, self.exponent(reading)))
    }

    /// The figure stated, text or not, in the unit of its cell.
    pub(super) fn in_cell(&self, reading: &Reading, percent: bool) -> Option<Decimal> {
        let exponent = if percent { -2 } else { self.exponent(reading) };
        shifted(reading.value()?, -exponent)
    }

    fn exponent(&self, reading: &Reading) -> i8 {
        let slot = self.slots.get(usize::from(reading.cell.column())).copied().flatten();
        slot.map_or(0, |(_, exponent)| exponent)
    }

    fn stated(&self, cell: CellRef) -> Option<Held> {
        let (slot, exponent) = (*self.slots.get(usize::from(cell.column()))?)?;
        let at = *self.rows.get(cell.row().checked_sub(self.first)? as usize)?;
        let index = (at as usize).checked_sub(1)?;
        if let (Slot::Budget, Some(held)) = (slot, self.budgets.get(index)) {
            return Some(*held);
        }
        if let Some(held) = self.renewed.get(&cell) {
            return Some(*held);
        }
        reading(self.summary.projects.get(index)?, slot).map(|reading| held(reading, exponent))
    }
}

fn slots(located: &Located, summary: &Summary) -> Vec<Option<(Slot, i8)>> {
    let mut slots = Vec::new();
    let mut set = |column: Option<&Column>, slot: Slot, money: bool| {
        let Some(column) = column else { return };
        let at = usize::from(column.number);
        if slots.len() <= at {
            slots.resize(at + 1, None);
        }
        let exponent = if money { column.money.unwrap_or(summary.money).exponent() } else { 0 };
        if let Some(place) = slots.get_mut(at) {
            *place = Some((slot, exponent));
        }
    };
    let columns = &located.columns;
    set(columns.initial_budget.as_ref(), Slot::Initial, true);
    set(columns.budget.as_ref(), Slot::Budget, true);
    set(columns.executed.as_ref(), Slot::Executed, true);
    set(columns.score.as_ref(), Slot::Score, false);
    for (index, fund) in columns.funds.iter().enumerate() {
        set(Some(&fund.column), Slot::Fund(index), true);
    }
    slots
}

fn reading(project: &Project, slot: Slot) -> Option<&Reading> {
    match slot {
        Slot::Initial => project.initial_budget.as_deref(),
        Slot::Budget => project.budget.as_ref(),
        Slot::Fund(index) => project.funds.get(index),
        Slot::Executed => project.executed.as_ref(),
        Slot::Score => project.score.as_ref(),
    }
}

fn held(reading: &Reading, exponent: i8) -> Held {
    match reading.content() {
        Content::Blank => Held::Blank,
        Content::Number(figure) | Content::Computed(figure) => number(figure.value, exponent),
        Content::TextNumber(_) | Content::NoValue | Content::Unreadable => Held::Text,
        Content::Error | Content::NoResult => Held::Error,
    }
}

/// An amount read in 万元, in the unit of its cell again: only the decimal point moves.
fn number(value: Decimal, exponent: i8) -> Held {
    shifted(value, -exponent).map_or(Held::Error, Held::Number)
}
