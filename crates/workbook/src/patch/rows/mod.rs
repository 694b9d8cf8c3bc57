//! Rows inserted into a sheet, or deleted: every reference to what moves goes along, in whatever part it stands.

mod anchors;
mod boxes;
mod cells;
mod points;
mod reach;
mod rules;
mod series;
mod survey;
mod text;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use anchors::Ground;
use reach::{Reached, Role, reached};
use survey::Survey;
use text::Mover;

use super::deflate::{Compressor, deflated};
use super::markup::tags;
use super::parts::{read_text, spelled};
use super::splice::Part;
use super::{Rewrite, Signature};
use crate::address::{CellRef, Range};
use crate::error::PatchError;
use crate::formula::{TokenKind, tokens};
use crate::package::{Package, PartChange};
use crate::sheet::{FormulaKind, Sheet, ValueRef};
use crate::shift::{Overlap, Shift, Widening};
use crate::workbook::{SheetId, Workbook};

/// What happens to the rows of one sheet.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowEdits {
    shift: Shift,
    /// For each insertion, by the row before which it stands, the row whose look the new ones take.
    models: BTreeMap<u32, u32>,
}

impl RowEdits {
    /// Adds rows.
    pub(super) fn insert(
        &mut self,
        (before, count): (u32, u32),
        style_from: Option<u32>,
        grow: Option<(u32, u32)>,
    ) -> Result<(), PatchError> {
        self.shift
            .insert((before, count), grow, style_from)
            .map_err(|Overlap { row }| PatchError::RowsTwice { row })?;
        self.models.extend(style_from.map(|row| (before, row)));
        Ok(())
    }

    /// Takes rows out.
    pub(super) fn delete(&mut self, first: u32, count: u32) -> Result<(), PatchError> {
        self.shift.delete(first, count).map_err(|Overlap { row }| PatchError::RowsTwice { row })
    }
}

/// The workbook's bytes with the rows of a sheet moved.
pub(super) fn moved(
    workbook: &Workbook,
    (id, edits): (SheetId, &RowEdits),
    signature: Signature,
    compressor: fn() -> Box<dyn Compressor>,
) -> Result<Vec<u8>, PatchError> {
    let package = workbook.parts.package.as_ref().ok_or(PatchError::NotEditable)?;
    let entry = workbook.entry(id).ok_or_else(|| PatchError::NoSheet((id.0 + 1).to_string()))?;
    if !entry.grid {
        return Err(PatchError::NoSheet(entry.name.clone()));
    }
    workbook.check_own_part(entry)?;
    let sheet = workbook.sheet(id)?;
    check(sheet, &edits.shift)?;
    let mut rewrite = Rewrite::new(workbook, package, compressor)?;
    let reached = reached(workbook, package, (&rewrite.part, signature == Signature::Void))?;
    let part = spelled(package, &entry.part).unwrap_or(&entry.part);
    let models: Vec<u32> = edits.models.values().copied().collect();
    let mut survey = Survey::read(package.stream(part)?, part, &workbook.limits, &models)?;
    survey.settle(&edits.shift, &entry.name, true);
    let after = survey.heights.shifted(&edits.shift, |before| edits.models.get(&before).copied());
    let ground = Ground { shift: &edits.shift, before: &survey.heights, after: &after };
    let merges = new_merges(sheet, edits);
    let mover = Mover {
        shift: &edits.shift,
        sheet: &entry.name,
        own: false,
        number: id.0,
        ground: Some(&ground),
        merges: &merges,
    };
    let pass = Pass { workbook, package, mover, id, edits, survey: &survey };
    for one in &reached {
        if let Some(change) = pass.change(one, (rewrite.compressor)())? {
            rewrite.changes.push((one.part.clone(), change));
        }
    }
    let book = rewrite.part.clone();
    if let Some(text) = pass.text(&book, mover)? {
        rewrite.set_text(&book, text);
    }
    let moves = |cell: CellRef| edits.shift.row(cell.row()) != Some(cell.row());
    rewrite.breaks_chain = sheet.formula_cells().any(|cell| moves(cell.at));
    if counts_rows(workbook) {
        rewrite.recalculate()?;
    }
    rewrite.finish()
}

/// The parts of a workbook on their way.
struct Pass<'a> {
    workbook: &'a Workbook,
    package: &'a Package,
    mover: Mover<'a>,
    id: SheetId,
    edits: &'a RowEdits,
    /// What is known of the sheet whose rows move.
    survey: &'a Survey,
}

impl Pass<'_> {
    /// What becomes of a part; `None` where it stays.
    fn change(
        &self,
        one: &Reached,
        compressor: Box<dyn Compressor>,
    ) -> Result<Option<PartChange>, PatchError> {
        let own = one.sheet == Some(self.id);
        let mover = Mover { own, ..self.mover };
        match one.role {
            Role::Still => Ok(None),
            Role::Sheet(id) => {
                let part = spelled(self.package, &one.part).unwrap_or(&one.part);
                let limits = &self.workbook.limits;
                let other;
                let survey = if id == self.id {
                    self.survey
                } else {
                    let mut read = Survey::read(self.package.stream(part)?, part, limits, &[])?;
                    read.settle(mover.shift, mover.sheet, own);
                    other = read;
                    &other
                };
                let input = Part { input: self.package.stream(part)?, name: part, limits, compressor };
                let made = cells::rewritten(input, mover, (survey, &self.edits.models))?;
                Ok(made.map(PartChange::Replace))
            }
            Role::Places | Role::Pivot | Role::Table => {
                if own && one.role != Role::Places {
                    self.check_whole(one)?;
                }
                let made = self.text(&one.part, mover)?;
                Ok(made.map(|text| PartChange::Replace(deflated(text))))
            }
        }
    }

    /// A part changed as text.
    fn text(&self, part: &str, mover: Mover<'_>) -> Result<Option<Vec<u8>>, PatchError> {
        let part = spelled(self.package, part).unwrap_or(part);
        let text = read_text(self.package, part)?;
        if mover.own {
            self.check_comments(&text)?;
        }
        text::moved(&text, mover).map_err(|_| PatchError::Unmovable { part: part.to_owned() })
    }

    /// Refuses rows that would push a comment off the sheet, as it refuses those that would push a cell off.
    fn check_comments(&self, text: &[u8]) -> Result<(), PatchError> {
        let comments = tags(text).filter(|tag| matches!(tag.local(), b"comment" | b"threadedComment"));
        let rows = comments.filter_map(|tag| Some(tag.value(b"ref")?.parse::<CellRef>().ok()?.row()));
        let shift = self.mover.shift;
        match rows.filter(|row| shift.row(*row).is_none() && !shift.is_deleted(*row)).min() {
            Some(row) => Err(PatchError::RowsOffSheet { row }),
            None => Ok(()),
        }
    }

    /// Refuses rows within what only moves as a whole: a pivot table, and a table with its heading.
    fn check_whole(&self, one: &Reached) -> Result<(), PatchError> {
        let text = read_text(self.package, &one.part)?;
        let element: &[u8] = if one.role == Role::Pivot { b"location" } else { b"table" };
        let Some(tag) = tags(&text).find(|tag| tag.local() == element) else { return Ok(()) };
        let Some(range) = tag.attribute(b"ref").and_then(|range| Range::from_bytes(range.value)) else {
            return Ok(());
        };
        // Above a pivot table stand its page fields, and an empty row between them and it.
        let pages: u32 = tag.value(b"rowPageCount").and_then(|count| count.parse().ok()).unwrap_or(0);
        let above = if one.role == Role::Pivot && pages > 0 { pages.saturating_add(1) } else { 0 };
        let range =
            Range::new(range.first().at_row(range.first().row().saturating_sub(above).max(1)), range.last());
        let (first, last) = (range.first().row(), range.last().row());
        let shift = self.mover.shift;
        let is_cut = match one.role {
            Role::Pivot => shift.splits((first, last)) || shift.is_deleted(first),
            _ => shift.is_deleted(first) || shift.rows((first + 1, last), Widening::Never).is_none(),
        };
        if is_cut { Err(PatchError::RowsInside { range, part: one.part.clone() }) } else { Ok(()) }
    }
}

/// Refuses what the cells of a sheet would not bear.
fn check(sheet: &Sheet, shift: &Shift) -> Result<(), PatchError> {
    for cell in sheet.formula_cells() {
        let kind = cell.formula.map(|formula| formula.kind);
        let (range, first) = match kind {
            Some(FormulaKind::Array(range)) => (range, range.first().row()),
            // A data table takes its values from the row above its results, too.
            Some(FormulaKind::DataTable(range)) => (range, range.first().row().saturating_sub(1).max(1)),
            _ => continue,
        };
        if shift.splits((first, range.last().row())) {
            return Err(PatchError::InsideArray { cell: cell.at, range });
        }
    }
    let is_full = |row: crate::sheet::Row<'_>| {
        shift.row(row.number).is_none()
            && !shift.is_deleted(row.number)
            && row.cells().any(|cell| cell.value != ValueRef::Blank || cell.formula.is_some())
    };
    match sheet.rows().find(|row| is_full(*row)) {
        Some(row) => Err(PatchError::RowsOffSheet { row: row.number }),
        None => Ok(()),
    }
}

/// The merges that new rows get: those of their model that lie in that row alone.
fn new_merges(sheet: &Sheet, edits: &RowEdits) -> Vec<Range> {
    let shift = &edits.shift;
    let moved: Vec<Range> =
        sheet.merges().iter().filter_map(|merge| shift.range(*merge, Widening::SeveralRows)).collect();
    let mut new = Vec::new();
    for (before, count) in shift.insertions() {
        let Some(model) = edits.models.get(&before) else { continue };
        let in_model = |merge: &&Range| merge.first().row() == *model && merge.last().row() == *model;
        let first = shift.first_new(before);
        for row in first..first.saturating_add(count) {
            let copies = sheet.merges().iter().filter(in_model);
            let copies = copies.map(|merge| Range::new(merge.first().at_row(row), merge.last().at_row(row)));
            new.extend(copies.filter(|copy| !moved.iter().any(|other| other.meets(*copy))));
        }
    }
    new
}

/// Functions whose results follow the numbers of rows or how many there are, not their values alone.
const COUNTING: [&str; 22] = [
    "ROW",
    "ROWS",
    "OFFSET",
    "INDIRECT",
    "CELL",
    "ADDRESS",
    "INDEX",
    "MATCH",
    "XMATCH",
    "LOOKUP",
    "VLOOKUP",
    "HLOOKUP",
    "XLOOKUP",
    "COUNTBLANK",
    "COUNTIF",
    "COUNTIFS",
    "TRANSPOSE",
    "SHEET",
    "SUBTOTAL",
    "AGGREGATE",
    "RANK",
    "ISBLANK",
];

/// Whether a formula of the workbook may give another result because rows moved.
fn counts_rows(workbook: &Workbook) -> bool {
    let counts = |text: &str| {
        tokens(text).any(|token| {
            let name = token.text.strip_prefix("_xlfn.").unwrap_or(token.text);
            token.kind == TokenKind::Function && COUNTING.iter().any(|known| name.eq_ignore_ascii_case(known))
        })
    };
    let grids = workbook.sheet_ids().filter_map(|id| workbook.sheet(id).ok());
    let in_cells =
        grids.flat_map(Sheet::formula_cells).filter_map(|cell| cell.formula).any(|f| counts(f.text));
    in_cells || workbook.names().iter().any(|name| counts(&name.text))
}
