//! Stored results: what formulas that stay give once the plan's edits are made, in the table and elsewhere.

use jixiao_workbook::calc::{Evaluator, Outcome as Calculated};
use jixiao_workbook::refresh::dependents;
use jixiao_workbook::{CellRef, Content, Edit, SheetId, Style};

use super::planner::Planner;
use super::{Kept, Plan};
use crate::computed::{column_total, same_formula};
use crate::finding::{Field, Words};
use crate::summary::Total;

impl Planner<'_> {
    /// What a formula of the sheet gives once the edits so far are made.
    pub(super) fn calculate(&self, cell: CellRef, text: &str) -> Calculated {
        match self.settled.get(&cell) {
            Some(value) => Calculated::Value(value.clone()),
            None => self.evaluator.evaluate(self.located.sheet, cell, text),
        }
    }

    /// Works out what the sheet's own formulas give once the edits so far are made, where the total row has any
    /// that are not just refreshed.
    pub(super) fn settle_for(&mut self, total: &Total) {
        let single = [&total.initial_budget, &total.budget, &total.executed];
        let mut sums = single.into_iter().flatten().chain(&total.funds).filter(|reading| reading.formula);
        let derived = [&total.rate, &total.score].into_iter().flatten().any(|reading| reading.formula);
        let foreign = sums.any(|reading| !self.is_column_total(reading.cell));
        if self.plan.edits.is_empty() || !(foreign || derived && self.options.recompute) {
            return;
        }
        self.settled.clear();
        for edit in dependents(self.workbook, &self.plan.edits).edits {
            if let Edit::SetCell { sheet, cell, content: Content::Result(value), .. } = edit
                && sheet == self.located.sheet
            {
                self.settled.insert(cell, value);
            }
        }
    }

    /// The finished plan: the stored results of every other formula that follows, or was stale in the table.
    pub(super) fn finish(mut self) -> Plan {
        let refresh = dependents(self.workbook, &self.plan.edits);
        self.renew(refresh.edits);
        let stale = self.stale();
        let follow = dependents(self.workbook, &stale);
        self.renew(stale);
        self.renew(follow.edits);
        for (sheet, cell, why) in refresh.unknown.into_iter().chain(follow.unknown) {
            self.plan.unknown.push((self.sheet_name(sheet), cell, why));
        }
        if !self.plan.unknown.is_empty() {
            self.plan.edits.push(Edit::RecalculateOnLoad);
        }
        self.plan
    }

    pub(super) fn sheet_name(&self, sheet: SheetId) -> String {
        self.workbook.entry(sheet).map_or_else(String::new, |entry| entry.name.clone())
    }

    /// Adds edits of stored results for cells that no edit sets yet.
    fn renew(&mut self, edits: Vec<Edit>) {
        let mut edited: Vec<(SheetId, CellRef)> = self.plan.edits.iter().filter_map(place).collect();
        edited.sort_unstable();
        for edit in edits {
            let Some((sheet, cell)) = place(&edit) else {
                if !self.plan.edits.contains(&edit) {
                    self.plan.edits.push(edit);
                }
                continue;
            };
            if edited.binary_search(&(sheet, cell)).is_err() {
                self.plan.refreshed.push((self.sheet_name(sheet), cell));
                self.plan.edits.push(edit);
            }
        }
    }

    /// New results for formulas of the table that no edit reaches, where the stored one is missing or wrong.
    fn stale(&mut self) -> Vec<Edit> {
        let mut foreign = std::mem::take(&mut self.foreign);
        if foreign.is_empty() {
            return Vec::new();
        }
        let here = self.plan.edits.iter().filter_map(place).filter(|(sheet, _)| *sheet == self.located.sheet);
        let mut reached: Vec<CellRef> = here.map(|(_, cell)| cell).collect();
        reached.sort_unstable();
        foreign.retain(|(cell, _)| reached.binary_search(cell).is_err());
        let mut edits = Vec::new();
        let evaluator = Evaluator::new(self.workbook);
        for (cell, field) in foreign {
            let text = self.sheet.formula(cell).map_or("", |formula| formula.text);
            match evaluator.answer(self.located.sheet, cell, text) {
                Err(why) => self.unknown_formula(cell, field, &why),
                Ok(answer) if answer.agrees(self.sheet.value(cell)) => {}
                Ok(answer) => edits.push(Edit::SetCell {
                    sheet: self.located.sheet,
                    cell,
                    content: Content::Result(answer.value()),
                    style: Style::Keep,
                }),
            }
        }
        edits
    }

    /// Whether a formula of the total row is the form's own sum.
    fn is_column_total(&self, cell: CellRef) -> bool {
        let Some(own) = column_total(self.located, cell.column()) else { return false };
        self.sheet.formula(cell).is_some_and(|formula| same_formula(formula.text, &own.formula()))
    }

    fn unknown_formula(&mut self, cell: CellRef, field: Field, why: &str) {
        let why = Words::new(
            format!("公式这里算不出（{why}），未改动，请手工核对"),
            format!("the formula cannot be computed here ({why}) and was left alone; check it by hand"),
        );
        self.plan.kept.push(Kept { cell, field, why });
    }
}

fn place(edit: &Edit) -> Option<(SheetId, CellRef)> {
    match edit {
        Edit::SetCell { sheet, cell, .. } => Some((*sheet, *cell)),
        _ => None,
    }
}
