//! What is known of a worksheet part before its rows move: heights, model rows, groups of shared formulas.

use std::collections::BTreeMap;
use std::io::Read;

use super::anchors::Heights;
use crate::address::{CellRef, LAST_ROW};
use crate::error::OpenError;
use crate::formula::{Home, Place, moved, shifted};
use crate::limits::Limits;
use crate::scan::{Kind, Scanner, Token, number, unescape};
use crate::shift::Shift;

/// A row whose look new rows take.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    /// Its attributes but the number, and but that it is hidden, as written.
    pub(super) attributes: Vec<u8>,
    /// Its cells that have a style: column and style.
    pub(super) cells: Vec<(u16, u32)>,
}

/// A group of shared formulas.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// The cell whose text the others share.
    pub(super) first: CellRef,
    /// That text.
    pub(super) text: String,
    /// The others.
    cells: Vec<CellRef>,
    /// Whether the group holds together when rows move.
    pub(super) holds: bool,
}

/// What is known of a worksheet part.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) heights: Heights,
    pub(super) models: BTreeMap<u32, Model>,
    /// Groups of shared formulas by their number and first cell; a number may be used again.
    groups: BTreeMap<(u32, CellRef), Group>,
}

/// Where the survey stands.
#[derive(Default)]
struct At {
    row: u32,
    column: u16,
    /// A shared formula whose text is being read: its number.
    shared: Option<u32>,
    text: String,
}

impl Survey {
    /// Reads a worksheet part; `models` are the rows whose look is wanted.
    pub(super) fn read(
        input: impl Read,
        part: &str,
        limits: &Limits,
        models: &[u32],
    ) -> Result<Self, OpenError> {
        let mut scanner = Scanner::new(input, part, limits)?;
        let mut survey = Self::default();
        let mut at = At::default();
        loop {
            // A plain cell holds neither a shared formula nor, unless its row is a model, anything wanted.
            if !survey.models.contains_key(&at.row) {
                let row = at.row;
                while let Some(cell) = scanner.plain_cell(|cell| cell.at.row() == row) {
                    at.column = cell.at.column();
                }
            }
            let Some(token) = scanner.token()? else { return Ok(survey) };
            survey.take(&token, &mut at, models);
        }
    }

    fn take(&mut self, token: &Token<'_>, at: &mut At, models: &[u32]) {
        if token.is(b"row") && token.opens() {
            let stated = token.attribute(b"r").and_then(number);
            (at.row, at.column) = (stated.unwrap_or(at.row.saturating_add(1)).min(LAST_ROW), 0);
            if let Some(height) = token.attribute(b"ht") {
                self.heights.note(at.row, height);
            }
            if token.attribute(b"hidden").is_some_and(|hidden| matches!(hidden, b"1" | b"true")) {
                self.heights.hide(at.row);
            }
            if models.contains(&at.row) {
                self.models.insert(at.row, Model { attributes: looks(token), cells: Vec::new() });
            }
        } else if token.is(b"c") && token.opens() {
            let stated = token.attribute(b"r").and_then(CellRef::from_bytes).map(CellRef::column);
            at.column = stated.unwrap_or(at.column.saturating_add(1));
            let style = token.attribute(b"s").and_then(number).filter(|style| *style > 0);
            if let (Some(model), Some(style)) = (self.models.get_mut(&at.row), style) {
                model.cells.push((at.column, style));
            }
        } else if token.is(b"f") && token.opens() {
            let is_shared = token.attribute(b"t") == Some(b"shared");
            at.shared = token.attribute(b"si").and_then(number).filter(|_| is_shared);
            at.text.clear();
            if token.kind == Kind::Empty {
                self.formula(at);
            }
        } else if token.is(b"f") {
            self.formula(at);
        } else if token.is(b"sheetFormatPr")
            && let Some(height) = token.attribute(b"defaultRowHeight")
        {
            self.heights.set_usual(height);
        } else if at.shared.is_some()
            && let Some(text) = token.text()
        {
            at.text.push_str(&text);
        }
    }

    /// Takes in a shared formula that was read.
    fn formula(&mut self, at: &mut At) {
        let (Some(number), Some(cell)) = (at.shared.take(), CellRef::new(at.row, at.column)) else { return };
        if !at.text.is_empty() {
            let text = unescape(&std::mem::take(&mut at.text)).into_owned();
            self.groups.insert((number, cell), Group { first: cell, text, cells: Vec::new(), holds: true });
        } else if let Some((_, group)) =
            self.groups.range_mut((number, CellRef::FIRST)..=(number, cell)).next_back()
        {
            group.cells.push(cell);
        }
    }

    /// The group of that number which a cell belongs to.
    pub(super) fn group(&self, number: u32, cell: CellRef) -> Option<&Group> {
        self.groups.range((number, CellRef::FIRST)..=(number, cell)).next_back().map(|(_, group)| group)
    }

    /// Finds which groups hold together: where every cell reads its text from the first one's after the move as it
    /// would from its own.
    pub(super) fn settle(&mut self, shift: &Shift, sheet: &str, own: bool) {
        for group in self.groups.values_mut() {
            group.holds = group.holds_together(shift, sheet, own);
        }
    }
}

impl Group {
    fn holds_together(&self, shift: &Shift, sheet: &str, own: bool) -> bool {
        let to = |cell: CellRef| if own { shift.cell(cell) } else { Some(cell) };
        let home = |cell: CellRef| Home { sheet, own, place: place(cell, own) };
        let Some(first) = to(self.first) else { return false };
        let text = shifted(&self.text, shift, home(self.first));
        let text = text.as_deref().unwrap_or(&self.text);
        self.cells.iter().all(|cell| {
            let Some(moved_cell) = to(*cell) else { return true };
            let own_text = moved(&self.text, self.first, *cell);
            let own_text = shifted(&own_text, shift, home(*cell)).unwrap_or(own_text);
            moved(text, first, moved_cell) == own_text
        })
    }
}

/// What the relative references of a cell's formula are relative to.
pub(super) fn place(cell: CellRef, own: bool) -> Place {
    if own { Place::Row(cell.row()) } else { Place::Elsewhere }
}

/// The attributes of a row that make its look; what has no proper name is none, and would spoil the new row's tag.
fn looks(token: &Token<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for attribute in token.attributes() {
        let proper = |byte: &u8| byte.is_ascii_alphanumeric() || b"_:.-".contains(byte) || !byte.is_ascii();
        let is_name = attribute.name.iter().all(proper);
        if is_name && !matches!(attribute.name, b"r" | b"hidden" | b"collapsed") {
            out.push(b' ');
            out.extend_from_slice(attribute.name);
            // A value holds at most one kind of quotes.
            let quote = if attribute.value.contains(&b'"') { b'\'' } else { b'"' };
            out.push(b'=');
            out.push(quote);
            out.extend_from_slice(attribute.value);
            out.push(quote);
        }
    }
    out
}
