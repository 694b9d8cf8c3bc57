//! Where a computation finds its cells: new values laid over the workbook's stored ones, and formulas without a
//! stored result computed on the way.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::iter::Peekable;

use super::expression::Context;
use super::scalar::{Evaluated, Stop};
use super::{Answer, Outcome};
use crate::address::{CellRef, Range, sheet_key};
use crate::sheet::{Cell, FormulaKind, Value, ValueRef};
use crate::workbook::{DefinedName, SheetId, Workbook};

/// A cell of the workbook.
type Key = (SheetId, CellRef);

/// Cells that one evaluator reads before it gives up, so that a hostile file cannot keep it busy.
const MOST_READS: u64 = 100_000_000;

/// A value laid over the workbook.
#[derive(Clone, Debug)]
enum Laid<'w> {
    Borrowed(ValueRef<'w>),
    Owned(Value),
    Unknown(String),
}

/// Evaluates formulas on a workbook's stored values, with new values laid over them.
///
/// One evaluator may serve many formulas: results of formulas without a stored result are kept, and the work
/// of all of them together is bounded.
#[derive(Debug)]
pub struct Evaluator<'w> {
    pub(super) workbook: &'w Workbook,
    laid: BTreeMap<Key, Laid<'w>>,
    state: RefCell<State>,
    /// By name in small letters, since a workbook may have thousands of either and every formula asks.
    sheets: OnceCell<BTreeMap<String, SheetId>>,
    names: OnceCell<BTreeMap<String, Vec<&'w DefinedName>>>,
    /// Reads after which it gives up.
    most: u64,
}

#[derive(Debug, Default)]
struct State {
    computed: BTreeMap<Key, Result<Value, String>>,
    active: Vec<Key>,
    reads: u64,
    depth: usize,
}

impl<'w> Evaluator<'w> {
    /// An evaluator on the stored values alone.
    pub fn new(workbook: &'w Workbook) -> Self {
        let (sheets, names) = (OnceCell::new(), OnceCell::new());
        Self { workbook, laid: BTreeMap::new(), state: RefCell::default(), sheets, names, most: MOST_READS }
    }

    /// One of several evaluators that share the work: all of them together give up where one would.
    #[must_use]
    pub fn sharing(mut self, evaluators: usize) -> Self {
        self.most = MOST_READS / u64::try_from(evaluators.max(1)).unwrap_or(MOST_READS);
        self
    }

    /// With a new value in a cell.
    #[must_use]
    pub fn with(mut self, sheet: SheetId, cell: CellRef, value: Value) -> Self {
        self.set(sheet, cell, value);
        self
    }

    /// Lays a new value over a cell.
    pub fn set(&mut self, sheet: SheetId, cell: CellRef, value: Value) {
        self.laid.insert((sheet, cell), Laid::Owned(value));
        self.state.get_mut().computed.clear();
    }

    /// Lays many values over cells without copying them.
    #[must_use]
    pub fn with_all(mut self, values: impl IntoIterator<Item = (SheetId, CellRef, ValueRef<'w>)>) -> Self {
        let laid = values.into_iter().map(|(sheet, cell, value)| ((sheet, cell), Laid::Borrowed(value)));
        self.laid = laid.collect();
        self
    }

    /// Lays the new result of a formula over its cell, or the reason why it is not known, so that no formula
    /// relies on what is stored there. No result computed so far may depend on that cell.
    pub(crate) fn settle(&mut self, sheet: SheetId, cell: CellRef, result: Result<Value, String>) {
        self.laid.insert((sheet, cell), result.map_or_else(Laid::Unknown, Laid::Owned));
    }

    /// Evaluates a formula's text (without `=`) as if it stood in a cell.
    pub fn evaluate(&self, sheet: SheetId, cell: CellRef, text: &str) -> Outcome {
        match self.answer(sheet, cell, text) {
            Ok(answer) => Outcome::Value(answer.value()),
            Err(reason) => Outcome::Unknown(reason),
        }
    }

    /// Evaluates a formula's text (without `=`) as if it stood in a cell, to an exact result.
    ///
    /// # Errors
    /// When the formula is not computed here; the text says why.
    pub fn answer(&self, sheet: SheetId, cell: CellRef, text: &str) -> Result<Answer, String> {
        self.state.borrow_mut().active.push((sheet, cell));
        let outcome = Context::new(self, sheet, cell).formula(text);
        self.state.borrow_mut().active.pop();
        match outcome {
            Ok(scalar) => Ok(scalar.answer()),
            Err(Stop::Error(code)) => Ok(Answer::Error(code.into_owned())),
            Err(Stop::Unknown(reason)) => Err(reason),
        }
    }

    /// Gives every cell of a range that is not blank, by row and column.
    pub(super) fn visit(
        &self,
        sheet: SheetId,
        range: Range,
        each: &mut dyn FnMut(CellRef, ValueRef<'_>) -> Evaluated<()>,
    ) -> Evaluated<()> {
        self.refuse_circles(sheet, range)?;
        let Ok(grid) = self.workbook.sheet(sheet) else {
            return Stop::unknown(format!("{}, which cannot be read", self.name(sheet)));
        };
        let laid = self.laid.range((sheet, range.first())..=(sheet, range.last()));
        let mut laid = laid.filter(|((_, at), _)| range.contains(*at)).peekable();
        let (left, right) = (range.first().column(), range.last().column());
        let rows = grid.rows_from(range.first().row()).take_while(|row| row.number <= range.last().row());
        let mut reads = 1;
        let outcome = rows.flat_map(|row| row.cells_between(left, right)).try_for_each(|cell| {
            reads += 1;
            if laid_before(&mut laid, cell.at, each)? { Ok(()) } else { self.stored(sheet, &cell, each) }
        });
        // Also what was read in vain counts.
        self.count(reads)?;
        outcome?;
        for ((_, at), value) in laid {
            give(*at, value, each)?;
        }
        Ok(())
    }

    /// Gives a stored cell's value, computed where its formula has no stored result.
    fn stored(
        &self,
        sheet: SheetId,
        cell: &Cell<'_>,
        each: &mut dyn FnMut(CellRef, ValueRef<'_>) -> Evaluated<()>,
    ) -> Evaluated<()> {
        match (cell.value, cell.formula) {
            (ValueRef::Blank, None) => Ok(()),
            (ValueRef::Blank, Some(_)) => match self.computed(sheet, cell) {
                Ok(value) => each(cell.at, value.as_ref()),
                Err(reason) => Stop::unknown(format!("{} ({reason})", cell.at)),
            },
            (value, _) => each(cell.at, value),
        }
    }

    fn computed(&self, sheet: SheetId, cell: &Cell<'_>) -> Result<Value, String> {
        const DEEPEST: usize = 24;
        let key = (sheet, cell.at);
        if let Some(known) = self.state.borrow().computed.get(&key) {
            return known.clone();
        }
        if self.state.borrow().active.len() > DEEPEST {
            return Err("too long a chain of formulas without stored results".to_owned());
        }
        let outcome = match cell.formula {
            Some(formula) if matches!(formula.kind, FormulaKind::Plain | FormulaKind::Shared) => {
                self.answer(sheet, cell.at, formula.text).map(|answer| answer.value())
            }
            _ => Err("an array formula without a stored result".to_owned()),
        };
        self.state.borrow_mut().computed.insert(key, outcome.clone());
        outcome
    }

    fn refuse_circles(&self, sheet: SheetId, range: Range) -> Evaluated<()> {
        let state = self.state.borrow();
        let circle = state.active.iter().find(|(on, at)| *on == sheet && range.contains(*at));
        circle.map_or(Ok(()), |(_, at)| Stop::unknown(format!("a circular reference through {at}")))
    }

    /// Goes one level deeper into an expression; formulas computed on the way count from where they are met.
    pub(super) fn deeper<T>(&self, inner: impl FnOnce() -> Evaluated<T>) -> Evaluated<T> {
        const DEEPEST: usize = 72;
        self.state.borrow_mut().depth += 1;
        let deep = self.state.borrow().depth > DEEPEST;
        let result = if deep { Stop::unknown("too deep a computation") } else { inner() };
        self.state.borrow_mut().depth -= 1;
        result
    }

    /// The sheet of a name.
    pub(super) fn sheet_named(&self, name: &str) -> Option<SheetId> {
        let sheets = self.sheets.get_or_init(|| {
            let entries = self.workbook.sheet_ids().zip(self.workbook.sheets());
            // Backwards, so that the first of two sheets that differ in case only is the one found.
            let mut entries: Vec<_> = entries.map(|(id, entry)| (sheet_key(&entry.name), id)).collect();
            entries.reverse();
            entries.into_iter().collect()
        });
        sheets.get(&sheet_key(name)).copied()
    }

    /// The text of a defined name as a sheet sees it: its own before the workbook's.
    pub(super) fn named(&self, own: SheetId, sheet: Option<&str>, name: &str) -> Option<&'w str> {
        let on = sheet.map_or(Some(own), |sheet| self.sheet_named(sheet))?;
        let names = self.names.get_or_init(|| {
            let mut names: BTreeMap<String, Vec<&DefinedName>> = BTreeMap::new();
            for defined in self.workbook.names() {
                names.entry(defined.name.to_lowercase()).or_default().push(defined);
            }
            names
        });
        let same = names.get(&name.to_lowercase())?;
        let local = same.iter().find(|defined| defined.local == Some(on));
        local
            .or_else(|| same.iter().find(|defined| defined.local.is_none()))
            .map(|defined| defined.text.as_str())
    }

    /// Counts work against the bound.
    pub(super) fn count(&self, reads: u64) -> Evaluated<()> {
        let mut state = self.state.borrow_mut();
        state.reads = state.reads.saturating_add(reads);
        if state.reads > self.most { Stop::unknown("more cells than are computed here") } else { Ok(()) }
    }

    pub(super) fn name(&self, sheet: SheetId) -> String {
        let entry = self.workbook.entry(sheet);
        entry.map_or_else(|| format!("sheet {}", sheet.0 + 1), |entry| format!("the sheet {}", entry.name))
    }
}

/// Gives the laid values up to a stored cell; tells whether one of them hides it.
fn laid_before<'a, 'w: 'a>(
    laid: &mut Peekable<impl Iterator<Item = (&'a Key, &'a Laid<'w>)>>,
    cell: CellRef,
    each: &mut dyn FnMut(CellRef, ValueRef<'_>) -> Evaluated<()>,
) -> Evaluated<bool> {
    while let Some(((_, at), value)) = laid.next_if(|((_, at), _)| *at <= cell) {
        give(*at, value, each)?;
        if *at == cell {
            return Ok(true);
        }
    }
    Ok(false)
}

fn give(
    at: CellRef,
    value: &Laid<'_>,
    each: &mut dyn FnMut(CellRef, ValueRef<'_>) -> Evaluated<()>,
) -> Evaluated<()> {
    let value = match value {
        Laid::Borrowed(value) => *value,
        Laid::Owned(value) => value.as_ref(),
        Laid::Unknown(reason) => return Stop::unknown(format!("{at} ({reason})")),
    };
    if value == ValueRef::Blank { Ok(()) } else { each(at, value) }
}
