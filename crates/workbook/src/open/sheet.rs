//! A worksheet part to a grid, streamed: cells, formulas, merges, hidden rows and columns.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::address::{CellRef, LAST_COLUMN, LAST_ROW, Range};
use crate::error::OpenError;
use crate::formula;
use crate::limits::Limits;
use crate::package::Stream;
use crate::scan::{Kind, PlainCell, Token, decode, unescape};
use crate::sheet::{BuildError, FormulaKind, Sheet, SheetBuilder, Strings, ValueRef};

use super::content::Type;
use super::rich::{RichText, append, meant};
use super::visit::{Stop, Visitor, number, truth, visit_by};

/// Merged ranges of a sheet.
const MERGES: usize = 1 << 20;
/// Column records of a sheet.
const COLUMNS: usize = LAST_COLUMN as usize;
/// Bytes of one formula; Excel takes 8,192 characters.
const FORMULA_BYTES: usize = 64 << 10;

/// Builds a sheet's grid from its part.
pub(super) fn read(
    content: Stream<'_>,
    part: &str,
    strings: &Arc<Strings>,
    limits: &Limits,
) -> Result<Sheet, OpenError> {
    let mut reader = Reader::new(strings, limits);
    visit_by(content, part, limits, &mut reader).map_err(|error| named(error, part))?;
    let damaged = |what: String| OpenError::Damaged { part: part.to_owned(), what };
    if !reader.data_seen {
        return Err(damaged("it has no sheetData".to_owned()));
    }
    reader.builder.sorted().map_err(|error| match refused(error) {
        Stop::Damaged(what) => damaged(what),
        Stop::Error(error) => named(error, part),
    })
}

/// Names the part in a limit that the reader met.
fn named(error: OpenError, part: &str) -> OpenError {
    match error {
        OpenError::OverLimit { what, limit, .. } => {
            OpenError::OverLimit { part: part.to_owned(), what, limit }
        }
        other => other,
    }
}

/// Where in the sheet the tokens are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Before,
    Sheet,
    Columns,
    Merges,
    Data,
    Row,
    Cell,
    Value,
    Formula,
    Inline,
}

/// A formula as it is written.
#[derive(Debug)]
struct Written {
    kind: WrittenKind,
    range: Option<Range>,
    group: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WrittenKind {
    Plain,
    Shared,
    Array,
    DataTable,
}

#[derive(Debug)]
struct Reader<'a> {
    strings: &'a Strings,
    limits: &'a Limits,
    builder: SheetBuilder,
    place: Place,
    /// Depth of an element that is passed over.
    skipped: Option<usize>,
    data_seen: bool,
    row: u32,
    at: CellRef,
    /// The column of the cell before in this row; 0 at its beginning.
    column: u16,
    kind: Type,
    style: u32,
    value: String,
    has_value: bool,
    inline: RichText,
    formula: String,
    written: Option<Written>,
    /// First cell and text of each group of shared formulas.
    masters: HashMap<u32, (CellRef, String)>,
    merges: usize,
    columns: usize,
}

impl<'a> Reader<'a> {
    fn new(strings: &'a Arc<Strings>, limits: &'a Limits) -> Self {
        Self {
            strings,
            limits,
            builder: SheetBuilder::in_any_order(Arc::clone(strings)),
            place: Place::Before,
            skipped: None,
            data_seen: false,
            row: 0,
            at: CellRef::FIRST,
            column: 0,
            kind: Type::Number,
            style: 0,
            value: String::new(),
            has_value: false,
            inline: RichText::default(),
            formula: String::new(),
            written: None,
            masters: HashMap::new(),
            merges: 0,
            columns: 0,
        }
    }

    /// Sets out to read a cell.
    #[inline]
    fn begin(&mut self, at: CellRef) -> Result<(), Stop> {
        if at.row() != self.row {
            return Stop::damaged(format!("{at} stands in row {}", self.row));
        }
        (self.at, self.column) = (at, at.column());
        if self.builder.len() >= self.limits.cells {
            return Err(Stop::Error(self.over_cells()));
        }
        Ok(())
    }

    #[inline]
    fn token(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if let Some(depth) = self.skipped {
            if token.kind == Kind::End && token.depth == depth {
                self.skipped = None;
            }
            return Ok(());
        }
        if self.place == Place::Inline && !(token.kind == Kind::End && token.is(b"is")) {
            return self.inline.take(token);
        }
        match token.kind {
            Kind::Start | Kind::Empty => self.open(token),
            Kind::End => self.close(),
            _ => match self.place {
                Place::Value => append(&mut self.value, token),
                Place::Formula => append(&mut self.formula, token),
                _ => Ok(()),
            },
        }
    }

    #[inline]
    fn open(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        let name = if token.space == crate::scan::Space::Main { token.name() } else { b"" };
        let next = match (self.place, name) {
            (Place::Row, b"c") => {
                self.begin_cell(token)?;
                Place::Cell
            }
            (Place::Cell, b"v") => {
                self.begin_value()?;
                Place::Value
            }
            (Place::Cell, b"f") => {
                self.begin_formula(token)?;
                Place::Formula
            }
            (Place::Cell, b"is") if self.kind == Type::Inline => {
                self.begin_value()?;
                Place::Inline
            }
            (Place::Data, b"row") => {
                self.begin_row(token)?;
                Place::Row
            }
            _ => {
                let Some(place) = self.open_outer(token, name)? else {
                    self.skipped = (token.kind == Kind::Start).then_some(token.depth);
                    return Ok(());
                };
                place
            }
        };
        self.place = next;
        if token.kind == Kind::Empty { self.close() } else { Ok(()) }
    }

    /// Elements outside the rows; `None` for what is passed over.
    fn open_outer(&mut self, token: &Token<'_>, name: &[u8]) -> Result<Option<Place>, Stop> {
        match (self.place, name) {
            (Place::Before, b"worksheet") => return Ok(Some(Place::Sheet)),
            (Place::Before, _) => return Stop::damaged("it is no worksheet"),
            (Place::Sheet, b"sheetData") => {
                if std::mem::replace(&mut self.data_seen, true) {
                    return Stop::damaged("a second sheetData");
                }
                return Ok(Some(Place::Data));
            }
            (Place::Sheet, b"cols") => return Ok(Some(Place::Columns)),
            (Place::Sheet, b"mergeCells") => return Ok(Some(Place::Merges)),
            (Place::Sheet, b"sheetProtection") if token.attribute(b"sheet").is_some_and(truth) => {
                self.builder.protect();
            }
            (Place::Columns, b"col") => self.take_columns(token)?,
            (Place::Merges, b"mergeCell") => self.take_merge(token)?,
            _ => {}
        }
        Ok(None)
    }

    #[inline]
    fn close(&mut self) -> Result<(), Stop> {
        self.place = match self.place {
            Place::Value | Place::Formula => Place::Cell,
            Place::Inline => {
                self.value = self.inline.finish();
                Place::Cell
            }
            Place::Cell => {
                self.end_cell()?;
                Place::Row
            }
            Place::Row => Place::Data,
            Place::Data | Place::Columns | Place::Merges => Place::Sheet,
            Place::Sheet | Place::Before => Place::Before,
        };
        Ok(())
    }

    fn begin_row(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        let mut row = self.row + 1;
        let (mut hidden, mut style, mut is_styled) = (false, None, false);
        for attribute in token.attributes() {
            match attribute.name {
                b"r" => match number(attribute.value) {
                    Some(number) => row = number,
                    None => return Stop::damaged(outside(attribute.value)),
                },
                b"hidden" => hidden = truth(attribute.value),
                b"s" => style = number(attribute.value),
                b"customFormat" => is_styled = truth(attribute.value),
                _ => {}
            }
        }
        if !(1..=LAST_ROW).contains(&row) {
            return Stop::damaged(format!("row {row} is outside the grid"));
        }
        self.row = row;
        self.column = 0;
        let style = style.filter(|_| is_styled);
        if hidden || style.is_some() {
            self.builder.row(row, hidden).map_err(refused)?;
        }
        if let Some(style) = style {
            self.builder.row_style(style);
        }
        Ok(())
    }

    #[inline]
    fn begin_cell(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        (self.kind, self.style, self.has_value) = (Type::Number, 0, false);
        self.value.clear();
        let mut at = None;
        for attribute in token.attributes() {
            match attribute.name {
                b"r" => match CellRef::from_bytes(attribute.value) {
                    Some(place) if at.is_none() => at = Some(place),
                    _ => return Stop::damaged(outside(attribute.value)),
                },
                b"s" => match number(attribute.value) {
                    Some(style) => self.style = style,
                    None => return Stop::damaged("a cell style that is no number"),
                },
                b"t" => self.kind = Type::of(attribute.value)?,
                _ => {}
            }
        }
        let next = || CellRef::new(self.row, self.column.saturating_add(1));
        match at.or_else(next) {
            Some(at) => self.begin(at),
            None => Stop::damaged("a cell beyond the last column"),
        }
    }

    fn over_cells(&self) -> OpenError {
        OpenError::OverLimit { part: String::new(), what: "stored cells", limit: self.limits.cells as u64 }
    }

    #[inline]
    fn begin_value(&mut self) -> Result<(), Stop> {
        if std::mem::replace(&mut self.has_value, true) {
            return Stop::damaged(format!("{} has two values", self.at));
        }
        Ok(())
    }

    fn begin_formula(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if self.written.is_some() {
            return Stop::damaged(format!("{} has two formulas", self.at));
        }
        self.formula.clear();
        let kind = match token.attribute(b"t") {
            None | Some(b"normal") => WrittenKind::Plain,
            Some(b"shared") => WrittenKind::Shared,
            Some(b"array") => WrittenKind::Array,
            Some(b"dataTable") => WrittenKind::DataTable,
            Some(_) => return Stop::damaged(format!("{} has a formula of an unknown kind", self.at)),
        };
        let range = match token.attribute(b"ref") {
            None => None,
            Some(raw) => match Range::from_bytes(raw) {
                Some(range) => Some(range),
                None => return Stop::damaged(outside(raw)),
            },
        };
        let group = token.attribute(b"si").and_then(number);
        self.written = Some(Written { kind, range, group });
        Ok(())
    }

    #[inline]
    fn end_cell(&mut self) -> Result<(), Stop> {
        let at = self.at;
        if self.kind == Type::Shared && self.has_value {
            let index = number(self.value.as_bytes()).filter(|index| (*index as usize) < self.strings.len());
            let Some(index) = index else {
                return Stop::damaged(format!(
                    "{at} names the shared string {:?}, which is not there",
                    self.value
                ));
            };
            self.builder.shared(at, index, self.style).map_err(refused)?;
        } else if matches!(self.kind, Type::Text | Type::Inline) && self.has_value {
            let text = meant(&self.value)?;
            self.builder.cell(at, ValueRef::Text(&text), self.style).map_err(refused)?;
        } else {
            let value = self.kind.stored(&self.value, at)?;
            self.builder.cell(at, value, self.style).map_err(refused)?;
        }
        match self.written.take() {
            None => Ok(()),
            Some(written) => self.end_formula(&written),
        }
    }

    fn end_formula(&mut self, written: &Written) -> Result<(), Stop> {
        let at = self.at;
        if self.formula.len() > FORMULA_BYTES {
            return Stop::damaged(format!("the formula of {at} is longer than {FORMULA_BYTES} bytes"));
        }
        // Shared formulas are written out for every cell: a short part can hold very long ones.
        if self.builder.text_len() as u64 > self.limits.part_bytes {
            let (what, limit) = ("bytes of its cells' texts", self.limits.part_bytes);
            return Err(Stop::Error(OpenError::OverLimit { part: String::new(), what, limit }));
        }
        let range = written.range.unwrap_or(Range::cell(at));
        let kind = match written.kind {
            WrittenKind::Plain => FormulaKind::Plain,
            WrittenKind::Shared => FormulaKind::Shared,
            WrittenKind::Array => FormulaKind::Array(range),
            WrittenKind::DataTable => FormulaKind::DataTable(range),
        };
        let mut text = std::mem::take(&mut self.formula);
        if let Cow::Owned(meant) = unescape(&text) {
            text = meant;
        }
        if let (WrittenKind::Shared, Some(group)) = (written.kind, written.group) {
            if text.is_empty() {
                text = self
                    .masters
                    .get(&group)
                    .map_or_else(String::new, |(from, text)| formula::moved(text, *from, at));
            } else {
                self.masters.insert(group, (at, text.clone()));
            }
        }
        self.builder.formula(&text, kind).map_err(refused)?;
        text.clear();
        self.formula = text;
        Ok(())
    }

    fn take_columns(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        self.columns += 1;
        let bound = |name: &[u8]| {
            let number = token.attribute(name).and_then(number)?;
            u16::try_from(number).ok().filter(|column| (1..=LAST_COLUMN).contains(column))
        };
        let (Some(first), Some(last)) = (bound(b"min"), bound(b"max")) else {
            return Stop::damaged("columns outside the grid");
        };
        if self.columns > COLUMNS || first > last {
            return Stop::damaged("more columns than the grid has");
        }
        if token.attribute(b"hidden").is_some_and(truth) {
            self.builder.hide_columns(first, last);
        }
        if let Some(style) = token.attribute(b"style").and_then(number) {
            self.builder.column_style(first, last, style);
        }
        Ok(())
    }

    fn take_merge(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        self.merges += 1;
        if self.merges > MERGES {
            return Stop::damaged(format!("more than {MERGES} merged ranges"));
        }
        let raw = token.attribute(b"ref").unwrap_or(b"");
        match decode(raw).and_then(|text| Range::from_bytes(text.as_bytes())) {
            Some(range) => self.builder.merge(range),
            None => return Stop::damaged(outside(raw)),
        }
        Ok(())
    }
}

impl Visitor for &mut Reader<'_> {
    #[inline]
    fn take(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        self.token(token)
    }

    #[inline]
    fn awaits_cells(&self) -> bool {
        self.place == Place::Row && self.skipped.is_none()
    }

    #[inline]
    fn cell(&mut self, cell: &PlainCell<'_>) -> Result<(), Stop> {
        (self.kind, self.style, self.has_value) = (Type::of(cell.kind)?, cell.style, cell.value.is_some());
        self.value.clear();
        self.value.push_str(cell.value.unwrap_or(""));
        if let Some(formula) = cell.formula {
            self.formula.clear();
            self.formula.push_str(formula);
            self.written = Some(Written { kind: WrittenKind::Plain, range: None, group: None });
        }
        self.begin(cell.at)?;
        self.end_cell()
    }
}

fn refused(error: BuildError) -> Stop {
    match error {
        BuildError::OutOfOrder(at) => Stop::Damaged(format!("{at} comes twice")),
        BuildError::NoMemory(bytes) => {
            Stop::Error(OpenError::OverLimit { part: String::new(), what: "memory", limit: bytes as u64 })
        }
        other => Stop::Damaged(other.to_string()),
    }
}

fn outside(raw: &[u8]) -> String {
    let shown: String = String::from_utf8_lossy(raw).chars().take(40).collect();
    format!("{shown:?} is no place in the grid")
}
