//! A batch of edits checked against the grid, before anything is written.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::{Change, TextForm};
use super::markup::tags;
use super::parts::{read_text, relations};
use super::rows::RowEdits;
use crate::address::{CellRef, LAST_ROW, Range};
use crate::edit::{Content, Edit, NewSheet, Style};
use crate::error::PatchError;
use crate::package::Package;
use crate::sheet::{FormulaKind, Sheet, Value};
use crate::workbook::{SheetId, Workbook};

/// UTF-16 units a cell holds.
const LONGEST_TEXT: usize = 32_767;

/// One cell's edit as it was given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CellEdit<'a> {
    pub(crate) at: CellRef,
    pub(crate) content: &'a Content,
    pub(crate) style: &'a Style,
}

/// A comment that is set or, without a text, taken off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Note<'a> {
    pub(crate) cell: CellRef,
    pub(crate) author: &'a str,
    pub(crate) text: Option<&'a str>,
}

/// A link: its cell, and the sheet and cell it leads to.
pub(crate) type Link = (CellRef, (SheetId, CellRef));

/// The edits of a batch, sorted out.
#[derive(Debug, Default)]
pub(crate) struct Batch<'a> {
    /// By sheet: rows that come and go before all else.
    pub(crate) rows: BTreeMap<SheetId, RowEdits>,
    /// By sheet, each sorted by cell.
    pub(crate) cells: BTreeMap<SheetId, Vec<CellEdit<'a>>>,
    /// By sheet, each sorted by cell.
    pub(crate) notes: BTreeMap<SheetId, Vec<Note<'a>>>,
    /// By sheet, each sorted by cell.
    pub(crate) links: BTreeMap<SheetId, Vec<Link>>,
    /// Sheets that come, in order.
    pub(crate) added: Vec<&'a NewSheet>,
    /// Sheets that go.
    pub(crate) removed: BTreeSet<SheetId>,
    /// Whether recalculation on load is asked for.
    pub(crate) recalculates: bool,
    /// Whether the caches of charts follow the cells.
    pub(crate) renews_charts: bool,
}

impl<'a> Batch<'a> {
    /// Sorts edits by sheet and cell.
    pub(crate) fn new(edits: &'a [Edit]) -> Result<Self, PatchError> {
        let mut batch = Self::default();
        for edit in edits {
            match edit {
                Edit::SetCell { sheet, cell, content, style } => {
                    batch.cells.entry(*sheet).or_default().push(CellEdit { at: *cell, content, style });
                }
                Edit::SetComment { sheet, cell, author, text } => {
                    check_length(*cell, text)?;
                    let note = Note { cell: *cell, author, text: Some(text) };
                    batch.notes.entry(*sheet).or_default().push(note);
                }
                Edit::RemoveComment { sheet, cell, author } => {
                    let note = Note { cell: *cell, author, text: None };
                    batch.notes.entry(*sheet).or_default().push(note);
                }
                Edit::SetLink { sheet, cell, target } => {
                    batch.links.entry(*sheet).or_default().push((*cell, *target));
                }
                Edit::InsertRows { sheet, before, count, style_from, grow } => {
                    let place = (check_row(*before)?, *count);
                    batch.rows.entry(*sheet).or_default().insert(place, *style_from, *grow)?;
                }
                Edit::DeleteRows { sheet, first, count } => {
                    batch.rows.entry(*sheet).or_default().delete(check_row(*first)?, *count)?;
                }
                Edit::AddSheet(new) => batch.added.push(new),
                Edit::RemoveSheet { sheet } => drop(batch.removed.insert(*sheet)),
                Edit::RecalculateOnLoad => batch.recalculates = true,
                Edit::RefreshCharts => batch.renews_charts = true,
            }
        }
        for cells in batch.cells.values_mut() {
            cells.sort_unstable_by_key(|edit| edit.at);
            let twice = cells.windows(2).find(|pair| matches!(pair, [a, b] if a.at == b.at));
            if let Some([edit, ..]) = twice {
                return Err(PatchError::Twice { cell: edit.at });
            }
        }
        for notes in batch.notes.values_mut() {
            notes.sort_by_key(|note| note.cell);
            once(notes.iter().map(|note| note.cell))?;
        }
        for links in batch.links.values_mut() {
            links.sort_by_key(|(cell, _)| *cell);
            once(links.iter().map(|(cell, _)| *cell))?;
        }
        Ok(batch)
    }

    /// The sheets of the workbook that are edited.
    pub(crate) fn sheets(&self) -> BTreeSet<SheetId> {
        self.cells.keys().chain(self.notes.keys()).chain(self.links.keys()).copied().collect()
    }

    /// Whether nothing is asked for besides rows; the caches of charts follow from cells, and alone change nothing.
    pub(crate) fn is_empty(&self) -> bool {
        let is_still = self.added.is_empty() && self.removed.is_empty() && !self.recalculates;
        is_still && self.cells.is_empty() && self.notes.is_empty() && self.links.is_empty()
    }
}

/// Refuses a row that no sheet has.
fn check_row(row: u32) -> Result<u32, PatchError> {
    if (1..=LAST_ROW).contains(&row) { Ok(row) } else { Err(PatchError::RowsOffSheet { row }) }
}

/// Refuses a cell that comes twice in a row.
fn once(cells: impl Iterator<Item = CellRef>) -> Result<(), PatchError> {
    let mut before = None;
    for cell in cells {
        if before.replace(cell) == Some(cell) {
            return Err(PatchError::Twice { cell });
        }
    }
    Ok(())
}

/// What may not be edited in a sheet.
#[derive(Debug)]
pub(crate) struct Guard<'a> {
    sheet: &'a Sheet,
    form: TextForm,
    arrays: Areas,
    headings: Vec<(Range, String)>,
}

impl<'a> Guard<'a> {
    pub(crate) fn new(workbook: &'a Workbook, package: &Package, id: SheetId) -> Result<Self, PatchError> {
        let sheet = workbook.sheet(id)?;
        let part = workbook.entry(id).map_or("", |entry| &entry.part);
        let arrays = sheet.formula_cells().filter_map(|cell| match cell.formula?.kind {
            FormulaKind::Array(range) | FormulaKind::DataTable(range) => Some(range),
            _ => None,
        });
        let form = if workbook.parts.strings.is_empty() { TextForm::Plain } else { TextForm::Inline };
        Ok(Self { sheet, form, arrays: Areas::new(arrays.collect()), headings: headings(package, part)? })
    }

    /// Refuses an edit that the sheet, or a spreadsheet program, would not bear.
    pub(crate) fn check(&self, edit: &CellEdit<'_>) -> Result<(), PatchError> {
        let cell = edit.at;
        if matches!(edit.content, Content::Keep) {
            return Ok(());
        }
        let is_result = matches!(edit.content, Content::Result(_));
        let covering = self.sheet.merge_at(cell).filter(|merge| merge.first() != cell && !is_result);
        if let Some(merge) = covering {
            return Err(PatchError::Covered { cell, merge });
        }
        if let Some(range) = self.arrays.at(cell).filter(|range| *range != Range::cell(cell)) {
            return Err(PatchError::InsideArray { cell, range });
        }
        if let Some((_, table)) = self.headings.iter().find(|(range, _)| range.contains(cell)) {
            return Err(PatchError::TableHeader { cell, table: table.clone() });
        }
        if is_result && self.sheet.formula(cell).is_none() {
            return Err(PatchError::NoFormula { cell });
        }
        check_content(cell, edit.content)
    }

    /// Refuses a comment or a link at a cell that a merge covers.
    pub(crate) fn check_place(&self, cell: CellRef) -> Result<(), PatchError> {
        match self.sheet.merge_at(cell).filter(|merge| merge.first() != cell) {
            Some(merge) => Err(PatchError::Covered { cell, merge }),
            None => Ok(()),
        }
    }

    /// Whether the calculation chain is wrong after an edit: a formula comes, goes, or is no array any more.
    pub(crate) fn breaks_chain(&self, edit: &CellEdit<'_>) -> bool {
        let old = self.sheet.formula(edit.at).map(|formula| formula.kind);
        match edit.content {
            Content::Result(_) | Content::Keep => false,
            Content::Formula { .. } => !matches!(old, Some(FormulaKind::Plain | FormulaKind::Shared)),
            _ => old.is_some(),
        }
    }

    /// The change to make, in the style it has been settled to have; `None` where there is nothing to change.
    pub(crate) fn change<'e>(&self, edit: &CellEdit<'e>, style: u32) -> Option<Change<'e>> {
        let is_nothing = match edit.content {
            Content::Clear => matches!(edit.style, Style::Keep),
            Content::Keep => style == self.sheet.style_at(edit.at),
            _ => false,
        };
        let creates_nothing = is_nothing && self.sheet.cell(edit.at).is_none();
        (!creates_nothing).then_some(Change { at: edit.at, style, content: edit.content, form: self.form })
    }

    /// The style an edit starts from: the cell's own, or that of the cell it names.
    pub(crate) fn base_style(&self, workbook: &Workbook, edit: &CellEdit<'_>) -> Result<u32, PatchError> {
        Ok(match edit.style {
            Style::From(cell) => self.sheet.style_at(*cell),
            Style::Like(sheet, cell) => workbook.sheet(*sheet)?.style_at(*cell),
            Style::Keep | Style::Format(_) | Style::Mark(_) => self.sheet.style_at(edit.at),
        })
    }
}

pub(crate) fn check_content(cell: CellRef, content: &Content) -> Result<(), PatchError> {
    match content {
        Content::Text(text) => check_length(cell, text),
        Content::Number(digits) => check_number(digits),
        Content::Formula { cached: value, .. } | Content::Result(value) => match value {
            Value::Text(text) => check_length(cell, text),
            Value::Number(digits) => check_number(digits),
            _ => Ok(()),
        },
        Content::Bool(_) | Content::Clear | Content::Keep => Ok(()),
    }
}

fn check_length(cell: CellRef, text: &str) -> Result<(), PatchError> {
    // A UTF-16 unit takes at least one byte, so that short text need not be counted.
    if text.len() <= LONGEST_TEXT {
        return Ok(());
    }
    let length = text.encode_utf16().count();
    if length > LONGEST_TEXT { Err(PatchError::TooLong { cell, length }) } else { Ok(()) }
}

fn check_number(digits: &str) -> Result<(), PatchError> {
    if is_number(digits.as_bytes()) && digits.parse().is_ok_and(f64::is_finite) {
        return Ok(());
    }
    Err(PatchError::NotANumber(digits.to_owned()))
}

/// Whether digits are written as a file may hold them: `-12.5`, `1E-7`.
fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let mut parts = text.splitn(2, |byte| matches!(byte, b'e' | b'E'));
    let mantissa = parts.next().unwrap_or_default();
    let exponent_fits = parts.next().is_none_or(|exponent| {
        digits(exponent.strip_prefix(b"-").or_else(|| exponent.strip_prefix(b"+")).unwrap_or(exponent))
    });
    let mut sides = mantissa.strip_prefix(b"-").unwrap_or(mantissa).splitn(2, |byte| *byte == b'.');
    exponent_fits && sides.next().is_some_and(digits) && sides.next().is_none_or(digits)
}

/// The heading rows of the tables on a sheet, each with its table's name.
fn headings(package: &Package, part: &str) -> Result<Vec<(Range, String)>, PatchError> {
    let mut found = Vec::new();
    for relation in relations(package, part)?.into_iter().filter(|relation| relation.kind == "table") {
        let text = read_text(package, &relation.target)?;
        let Some(table) = tags(&text).next() else { continue };
        let area = table.attribute(b"ref").and_then(|area| Range::from_bytes(area.value));
        let has_heading = table.value(b"headerRowCount").is_none_or(|count| count.trim() != "0");
        if let Some(area) = area.filter(|_| has_heading) {
            let heading = Range::new(area.first(), area.last().at_row(area.first().row()));
            found.push((heading, table.value(b"displayName").or(table.value(b"name")).unwrap_or_default()));
        }
    }
    Ok(found)
}

/// Ranges, to be asked which of them holds a cell.
#[derive(Debug)]
struct Areas {
    /// By first cell, each with the furthest row that it or one before it reaches.
    sorted: Vec<(Range, u32)>,
}

impl Areas {
    fn new(mut ranges: Vec<Range>) -> Self {
        ranges.sort_unstable();
        let mut reach = 0;
        let sorted = ranges.into_iter().map(|range| {
            reach = reach.max(range.last().row());
            (range, reach)
        });
        Self { sorted: sorted.collect() }
    }

    fn at(&self, cell: CellRef) -> Option<Range> {
        let end = self.sorted.partition_point(|(range, _)| range.first().row() <= cell.row());
        let above = self.sorted.get(..end)?.iter().rev();
        above
            .take_while(|(_, reach)| *reach >= cell.row())
            .map(|(range, _)| *range)
            .find(|range| range.contains(cell))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_spreadsheet_stores_is_a_number() {
        for good in ["0", "-12.5", "1E-7", "1e+10", "814.79", "007"] {
            assert_eq!(check_number(good), Ok(()), "{good}");
        }
        for bad in
            ["", "-", ".5", "5.", "1_000", "NaN", "inf", "1e400", "+1", " 1", "1e", "0x1", "1,000", "１"]
        {
            assert_eq!(check_number(bad), Err(PatchError::NotANumber(bad.to_owned())));
        }
    }

    #[test]
    fn length_is_counted_as_excel_counts() {
        let cell = "A1".parse().unwrap();
        assert_eq!(check_length(cell, &"中".repeat(32_767)), Ok(()));
        let pairs = "😀".repeat(16_384);
        assert_eq!(check_length(cell, &pairs), Err(PatchError::TooLong { cell, length: 32_768 }));
    }

    #[test]
    fn the_range_that_holds_a_cell_is_found_behind_shorter_ones() {
        let areas =
            Areas::new(["B2:C9", "D3:D3", "A5:A6"].iter().map(|area| area.parse().unwrap()).collect());
        let at = |cell: &str| areas.at(cell.parse().unwrap()).map(|range| range.to_string());
        assert_eq!(at("C8").as_deref(), Some("B2:C9"));
        assert_eq!(at("D3").as_deref(), Some("D3"));
        assert_eq!((at("D4"), at("A1"), at("B10")), (None, None, None));
    }
}
