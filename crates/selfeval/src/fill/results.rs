//! Stored results: what formulas that stay give once the plan's edits are made, in the table and elsewhere.

use jixiao_workbook::calc::{Evaluator, Outcome as Calculated};
use jixiao_workbook::refresh::{Refresh, recalculated};
use jixiao_workbook::{CellRef, Content, Edit, SheetId, Value};

use super::ground::Ground;
use super::planner::Planner;
use super::{Kept, Plan};
use crate::computed::{column_total, same_formula};
use crate::finding::{Field, Words};
use crate::summary::{Reading, Total};

impl Ground<'_> {
    /// What a formula of the sheet gives once the edits so far are made and stale results are renewed.
    pub(super) fn calculate(&self, evaluator: &Evaluator<'_>, cell: CellRef, text: &str) -> Calculated {
        if let Some(value) = self.settled.get(&cell) {
            return Calculated::Value(value.clone());
        }
        // What is not renewed is right as it is stored, if it can be computed at all.
        match evaluator.evaluate(self.located.sheet, cell, text) {
            Calculated::Value(_) => Calculated::Value(self.sheet.value(cell).to_value()),
            unknown @ Calculated::Unknown(_) => unknown,
        }
    }
}

impl Planner<'_> {
    /// Works out what the sheet's own formulas give once the edits so far are made, and lays it over the table.
    pub(super) fn settle(&mut self) {
        let refresh = self.recalculated();
        self.ground.settled = refresh.edits.into_iter().filter_map(|edit| self.result(edit)).collect();
        self.ground.cells.set_renewed(&self.ground.settled);
    }

    /// The same again for the total row, where it has any formulas that are not just refreshed.
    pub(super) fn settle_for(&mut self, total: &Total) {
        let single = [&total.initial_budget, &total.budget, &total.executed];
        let mut sums =
            single.into_iter().flatten().chain(&total.funds).filter(|reading| reading.has_formula());
        let derived = [&total.rate, &total.score].into_iter().flatten().any(Reading::has_formula);
        let foreign = sums.any(|reading| !self.is_column_total(reading.cell));
        if !self.draft.plan.edits.is_empty() && (foreign || derived && self.ground.options.recompute) {
            self.settle();
        }
    }

    /// The finished plan: the stored results that follow from it, and those of the table that were stale.
    pub(super) fn finish(mut self) -> Plan {
        let refresh = self.recalculated();
        for edit in &refresh.edits {
            if let Edit::SetCell { sheet, cell, .. } = edit {
                let renewed = (self.sheet_name(*sheet), *cell);
                self.draft.plan.refreshed.push(renewed);
            }
        }
        self.unknown_formulas(&refresh.unknown);
        self.draft.plan.edits.extend(refresh.edits);
        for (sheet, cell, why) in refresh.unknown {
            self.draft.plan.unknown.push((self.sheet_name(sheet), cell, why));
        }
        if !self.draft.plan.unknown.is_empty() {
            self.draft.plan.edits.push(Edit::RecalculateOnLoad);
        }
        self.draft.plan
    }

    fn recalculated(&self) -> Refresh {
        recalculated(
            self.ground.workbook,
            &self.draft.plan.edits,
            &self.ground.stale,
            self.ground.located.sheet,
        )
    }

    /// The result that an edit gives a formula of the table's sheet.
    fn result(&self, edit: Edit) -> Option<(CellRef, Value)> {
        match edit {
            Edit::SetCell { sheet, cell, content: Content::Result(value), .. }
                if sheet == self.ground.located.sheet =>
            {
                Some((cell, value))
            }
            _ => None,
        }
    }

    pub(super) fn sheet_name(&self, sheet: SheetId) -> String {
        self.ground.workbook.entry(sheet).map_or_else(String::new, |entry| entry.name.clone())
    }

    /// Formulas of the table that are not the form's own and cannot be computed here; those that follow from an
    /// edit are named with the others that do.
    fn unknown_formulas(&mut self, following: &[(SheetId, CellRef, String)]) {
        for (cell, field) in std::mem::take(&mut self.draft.foreign) {
            let named = |(sheet, at, _): &(SheetId, CellRef, String)| {
                (*sheet, *at) == (self.ground.located.sheet, cell)
            };
            let text = self.ground.sheet.formula(cell).map_or("", |formula| formula.text);
            if let Calculated::Unknown(why) =
                self.draft.evaluator.evaluate(self.ground.located.sheet, cell, text)
                && !following.iter().any(named)
            {
                self.unknown_formula(cell, field, &why);
            }
        }
    }

    /// Whether a formula of the total row is the form's own sum.
    fn is_column_total(&self, cell: CellRef) -> bool {
        let Some(own) = column_total(self.ground.located, cell.column()) else { return false };
        self.ground.sheet.formula(cell).is_some_and(|formula| same_formula(formula.text, &own.formula()))
    }

    fn unknown_formula(&mut self, cell: CellRef, field: Field, why: &str) {
        let why = Words::new(
            format!("公式这里算不出（{why}），未改动，请手工核对"),
            format!("the formula cannot be computed here ({why}) and was left alone; check it by hand"),
        );
        self.draft.plan.kept.push(Kept { cell, field, why });
    }
}
