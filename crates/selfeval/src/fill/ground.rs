//! What decides about a cell of the table: the file's and the summary's content, and what was computed so far.

use std::collections::BTreeMap;

use jixiao_workbook::refresh::stale;
use jixiao_workbook::{CellRef, FormulaKind, Range, Sheet, SheetId, Value, Workbook};

use super::Options;
use super::cells::Cells;
use super::formats::column_formats;
use super::obstacle::{Obstacle, What};
use crate::computed::{Expression, Held, Look, Outcome};
use crate::finding::{Field, Words};
use crate::layout::Located;
use crate::summary::{Content, Reading, Summary};

/// What decides about a cell. Cells that do not depend on each other are decided on the same ground.
pub(super) struct Ground<'a> {
    pub(super) workbook: &'a Workbook,
    pub(super) sheet: &'a Sheet,
    pub(super) located: &'a Located,
    pub(super) summary: &'a Summary,
    pub(super) options: Options,
    pub(super) cells: Cells<'a>,
    /// Number formats by column, for cells whose own would not show a value.
    pub(super) formats: Vec<(u16, String)>,
    /// Ranges of array formulas and data tables, inside which nothing may be set.
    arrays: Vec<Range>,
    /// Formulas whose stored results do not follow from what is stored.
    pub(super) stale: Vec<(SheetId, CellRef)>,
    /// New results of the sheet's formulas that follow from the edits so far or are stale.
    pub(super) settled: BTreeMap<CellRef, Value>,
}

/// A computed cell: what stands there, what should, and what is in the way.
pub(super) struct Target<'r> {
    pub(super) reading: &'r Reading,
    pub(super) field: Field,
    pub(super) expression: Expression,
    /// Why it must stay blank.
    pub(super) blocked: Option<Words>,
}

impl<'a> Ground<'a> {
    pub(super) fn new(
        workbook: &'a Workbook,
        sheet: &'a Sheet,
        located: &'a Located,
        summary: &'a Summary,
        options: Options,
    ) -> Self {
        let arrays = sheet.formula_cells().filter_map(|cell| match cell.formula?.kind {
            FormulaKind::Array(range) | FormulaKind::DataTable(range) => Some(range),
            _ => None,
        });
        Self {
            workbook,
            sheet,
            located,
            summary,
            options,
            cells: Cells::new(sheet, located, summary),
            formats: column_formats(workbook, sheet, located),
            arrays: arrays.collect(),
            stale: stale(workbook, |_, _| false),
            settled: BTreeMap::new(),
        }
    }

    /// Whether the cell lies in a merge that it does not begin, or in an array.
    pub(super) fn covered(&self, cell: CellRef) -> bool {
        self.sheet.anchor(cell) != cell || self.arrays.iter().any(|array| array.contains(cell))
    }

    /// Whether what stands in a cell would show as its new value does: 80.5% as text is no other than 80.50%.
    pub(super) fn shows_same(&self, target: &Target<'_>, value: Outcome, look: Look) -> bool {
        let percent = matches!(target.expression, Expression::Rate { percent: Some(_), .. });
        let stated = self.cells.in_cell(target.reading, percent);
        let shown = value.number().map_or_else(String::new, |value| look.text(value));
        stated.is_some_and(|stated| look.text(stated) == shown)
    }

    /// Whether a weighted score comes out empty though no score is missing and the total is not 0: then a name
    /// is counted in a row that looks spare.
    pub(super) fn has_uncounted_names(&self, expression: &Expression, value: Option<Outcome>) -> bool {
        let Expression::Weighted { total, .. } = expression else { return false };
        let weighed = matches!(self.cells.look(*total), Held::Number(total) if !total.is_zero());
        weighed && value == Some(Outcome::Empty)
    }

    /// Why a stated figure cannot be used; none where it can.
    pub(super) fn obstacle(&self, reading: &Reading, field: Field) -> Option<Obstacle> {
        let text = || reading.raw().into_owned();
        let what = match reading.content() {
            _ if reading.has_formula() && self.cells.is_renewed(reading.cell) => {
                match self.cells.held(reading) {
                    Held::Number(_) => return None,
                    Held::Blank | Held::Text => What::Missing,
                    Held::Error => What::Error(self.renewed_text(reading.cell)),
                }
            }
            Content::Number(_) | Content::Computed(_) => return None,
            Content::TextNumber(_) => What::TextNumber(text()),
            Content::Blank | Content::NoValue => What::Missing,
            Content::Unreadable => What::Unreadable(text()),
            Content::Error => What::Error(text()),
            Content::NoResult => What::NoResult,
        };
        let name = self.summary.name_of(field, reading.cell);
        Some(Obstacle { cell: reading.cell, field, name, what })
    }

    fn renewed_text(&self, cell: CellRef) -> String {
        self.settled.get(&cell).map_or_else(String::new, |value| value.as_ref().as_text().to_owned())
    }
}
