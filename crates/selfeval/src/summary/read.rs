//! One pass over the table's rows, cell by cell in their order.

use std::borrow::Cow;

use jixiao_workbook::calc::{Outcome, evaluate};
use jixiao_workbook::number::decimal;
use jixiao_workbook::{Cell, CellRef, Sheet, SheetId, Value, ValueRef, Workbook};

use super::shown::Shown;
use super::{Content, Project, Reading, TextReading, Total};
use crate::layout::{Column, Columns, Located};
use crate::profile::Profile;
use crate::value::{Figure, Money, Parsed, is_blank, is_no_value, parse, shifted, typed_decimals};

/// A numeric column's place in a row's readings; fund parts follow the last.
pub(super) const SEQUENCE: usize = 0;
pub(super) const INITIAL: usize = 1;
pub(super) const BUDGET: usize = 2;
pub(super) const EXECUTED: usize = 3;
pub(super) const RATE: usize = 4;
pub(super) const SCORE: usize = 5;
pub(super) const FUNDS: usize = 6;

/// A text column's place.
const CODE: usize = 0;
const NAME: usize = 1;
const SUPERVISOR: usize = 2;
const GRADE: usize = 3;
const REASON: usize = 4;
const REMARK: usize = 5;

/// What a numeric column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Count,
    Amount(Money),
    Rate,
    Score,
}

/// What a cell of a column is read as.
#[derive(Clone, Copy)]
enum Slot {
    None,
    Figure(u8),
    Text(u8),
}

/// The columns as the pass meets them.
pub(super) struct Plan {
    /// By column number.
    slots: Vec<Slot>,
    /// Column number and measure of each numeric place; none where the table has no such column.
    pub(super) figures: Vec<Option<(u16, Measure)>>,
    texts: [Option<u16>; 6],
}

impl Plan {
    pub(super) fn new(located: &Located, profile: &Profile) -> Self {
        let columns = &located.columns;
        let money = located.money.as_ref().map_or(profile.money, |stated| stated.value);
        let amount = |column: &Option<Column>| {
            column.as_ref().map(|column| (column.number, Measure::Amount(column.money.unwrap_or(money))))
        };
        let plain = |column: &Option<Column>, measure: Measure| {
            column.as_ref().map(|column| (column.number, measure))
        };
        let mut figures = vec![
            plain(&columns.sequence, Measure::Count),
            amount(&columns.initial_budget),
            amount(&columns.budget),
            amount(&columns.executed),
            plain(&columns.rate, Measure::Rate),
            plain(&columns.score, Measure::Score),
        ];
        let funds = columns.funds.iter().map(|fund| &fund.column);
        figures.extend(
            funds.map(|column| Some((column.number, Measure::Amount(column.money.unwrap_or(money))))),
        );
        let texts = texts(columns);
        let mut plan = Self { slots: Vec::new(), figures, texts };
        plan.fill_slots();
        plan
    }

    fn fill_slots(&mut self) {
        let figures = self.figures.iter().enumerate().filter_map(|(place, column)| {
            Some((column.as_ref()?.0, Slot::Figure(u8::try_from(place).ok()?)))
        });
        let texts = self.texts.iter().enumerate();
        let texts =
            texts.filter_map(|(place, column)| Some(((*column)?, Slot::Text(u8::try_from(place).ok()?))));
        let all: Vec<(u16, Slot)> = figures.chain(texts).collect();
        let width = all.iter().map(|(column, _)| usize::from(*column) + 1).max().unwrap_or(0);
        self.slots = vec![Slot::None; width];
        for (column, slot) in all {
            if let Some(place) = self.slots.get_mut(usize::from(column)) {
                *place = slot;
            }
        }
    }
}

fn texts(columns: &Columns) -> [Option<u16>; 6] {
    [&columns.code, &columns.name, &columns.supervisor, &columns.grade, &columns.reason, &columns.remark]
        .map(|column| column.as_ref().map(|column| column.number))
}

/// A row as it was read, and which of its figures take their decimals from the column.
pub(super) struct Row {
    pub(super) number: u32,
    hidden: bool,
    pub(super) figures: Vec<Option<Reading>>,
    texts: [Option<TextReading>; 6],
    /// Bit per numeric place: General format or text, where zeros at the end are not written.
    pub(super) loose: u64,
}

/// Reads rows.
pub(super) struct Reader<'a> {
    pub(super) workbook: &'a Workbook,
    pub(super) sheet: &'a Sheet,
    pub(super) id: SheetId,
    pub(super) plan: &'a Plan,
    /// Whether cells of the body are merged over rows: a text then stands in the first of them only.
    pub(super) merged: bool,
}

impl Reader<'_> {
    pub(super) fn row(&self, row: jixiao_workbook::sheet::Row<'_>) -> Row {
        let mut read = self.blank(row.number);
        read.hidden = row.hidden;
        for cell in row.cells() {
            match self.plan.slots.get(usize::from(cell.at.column())) {
                Some(Slot::Figure(place)) => self.put(&mut read, usize::from(*place), cell),
                Some(Slot::Text(place)) => {
                    if let Some(Some(text)) = read.texts.get_mut(usize::from(*place)) {
                        text.text = shown(self.workbook, cell).into_owned();
                    }
                }
                Some(Slot::None) => {}
                None => break,
            }
        }
        if self.merged {
            self.fill_merged(&mut read);
        }
        read
    }

    /// A row none of whose cells is stored.
    fn blank(&self, number: u32) -> Row {
        let at = |column: u16| CellRef::new(number, column);
        let figures = self.plan.figures.iter();
        let figures = figures.map(|column| {
            let cell = at(column.as_ref()?.0)?;
            Some(Reading::new(cell, Content::Blank, false, None))
        });
        let texts =
            self.plan.texts.map(|column| Some(TextReading { cell: at(column?)?, text: String::new() }));
        Row { number, hidden: false, figures: figures.collect(), texts, loose: 0 }
    }

    fn put(&self, row: &mut Row, place: usize, cell: Cell<'_>) {
        let Some(Some((_, measure))) = self.plan.figures.get(place) else { return };
        let (reading, loose) = self.reading(cell, *measure);
        if let Some(slot) = row.figures.get_mut(place) {
            *slot = Some(reading);
        }
        if loose && place < 64 {
            row.loose |= 1 << place;
        }
    }

    /// Texts under a merge over several rows are those of its first cell.
    fn fill_merged(&self, row: &mut Row) {
        for text in row.texts.iter_mut().flatten().filter(|text| text.text.is_empty()) {
            let anchor = self.sheet.anchor(text.cell);
            if anchor.row() != text.cell.row()
                && let Some(cell) = self.sheet.cell(anchor)
            {
                *text = TextReading { cell: anchor, text: shown(self.workbook, cell).into_owned() };
            }
        }
    }

    /// What a numeric cell holds, and whether its decimals are those of its column.
    fn reading(&self, cell: Cell<'_>, measure: Measure) -> (Reading, bool) {
        let formula = cell.formula.is_some();
        let plain =
            |content, raw: Option<&str>| (Reading::new(cell.at, content, formula, raw.map(Box::from)), false);
        match (cell.value, cell.formula) {
            (ValueRef::Blank, Some(formula)) => self.computed(cell, formula.text, measure),
            (ValueRef::Number(digits), _) => match self.number(cell, digits, measure) {
                Some((figure, shown, loose)) => {
                    let content = Content::Number(figure);
                    (Reading { cell: cell.at, content, formula, shown, raw: None }, loose)
                }
                None => plain(Content::Unreadable, Some(digits)),
            },
            (ValueRef::Text(text), _) => self.text(cell, text, measure),
            (ValueRef::Error(code), _) => plain(Content::Error, Some(code)),
            (ValueRef::Blank, None) => plain(Content::Blank, None),
            (value, _) => plain(Content::Unreadable, Some(value.as_text())),
        }
    }

    fn number(&self, cell: Cell<'_>, digits: &str, measure: Measure) -> Option<(Figure, Shown, bool)> {
        let exponent = match measure {
            Measure::Amount(money) => money.exponent(),
            _ => 0,
        };
        let format = self.workbook.format(cell.style);
        let value = shifted(decimal(digits)?.normalize(), exponent)?;
        let formula = cell.formula.is_some();
        let typed = typed_decimals(value);
        let shown = Shown::by(format, exponent);
        let Some(decimals) = shown.decimals else {
            // A computed value in General format has digits without end; its column says how many count.
            let decimals = if formula { typed.min(least(measure)) } else { typed };
            return Some((Figure { value, decimals, formula }, shown, true));
        };
        let percent = if shown.percent { 2 } else { 0 };
        let shift = i8::try_from(decimals).ok()?.checked_add(percent)?.checked_sub(exponent)?;
        let decimals = if formula { shift } else { shift.max(typed) };
        Some((Figure { value, decimals, formula }, shown, false))
    }

    /// A formula without a stored result, computed here.
    fn computed(&self, cell: Cell<'_>, text: &str, measure: Measure) -> (Reading, bool) {
        let plain =
            |content, raw: Option<&str>| (Reading::new(cell.at, content, true, raw.map(Box::from)), false);
        match evaluate(self.workbook, self.id, cell.at, text) {
            Outcome::Value(Value::Number(digits)) => match self.number(cell, &digits, measure) {
                Some((figure, shown, loose)) => {
                    let content = Content::Computed(figure);
                    (Reading { cell: cell.at, content, formula: true, shown, raw: None }, loose)
                }
                None => plain(Content::Unreadable, Some(&digits)),
            },
            Outcome::Value(Value::Error(code)) => plain(Content::Error, Some(&code)),
            Outcome::Value(value) if value.as_ref().is_blank() => plain(Content::Blank, None),
            Outcome::Value(Value::Text(text)) => self.text(cell, &text, measure),
            Outcome::Value(_) | Outcome::Unknown(_) => plain(Content::NoResult, None),
        }
    }

    fn text(&self, cell: Cell<'_>, text: &str, measure: Measure) -> (Reading, bool) {
        let formula = cell.formula.is_some();
        let trimmed = text.trim_matches(is_blank);
        let plain =
            |content, raw: Option<&str>| (Reading::new(cell.at, content, formula, raw.map(Box::from)), false);
        if trimmed.is_empty() {
            return plain(Content::Blank, None);
        }
        if is_no_value(trimmed) {
            return plain(Content::NoValue, Some(trimmed));
        }
        let Some((figure, shown, loose)) = parse(trimmed).and_then(|parsed| as_figure(parsed, measure))
        else {
            return plain(Content::Unreadable, Some(trimmed));
        };
        let figure = Figure { formula, ..figure };
        let raw = (shown.text(figure.value) != trimmed).then(|| Box::new(Box::from(trimmed)));
        (Reading { cell: cell.at, content: Content::TextNumber(figure), formula, shown, raw }, loose)
    }
}

/// The fewest decimals that a computed value in General format is taken to have, in the figure's unit.
fn least(measure: Measure) -> i8 {
    match measure {
        Measure::Count => 0,
        Measure::Amount(money) => 2_i8.saturating_sub(money.exponent()),
        Measure::Rate => 4,
        Measure::Score => 2,
    }
}

/// A number written as text, in the unit of its column unless it brings its own.
fn as_figure(parsed: Parsed, measure: Measure) -> Option<(Figure, Shown, bool)> {
    let fits = match measure {
        Measure::Amount(_) => !parsed.percent && !parsed.points,
        Measure::Rate => parsed.unit.is_none() && !parsed.points,
        Measure::Score => parsed.unit.is_none() && !parsed.percent,
        Measure::Count => parsed.unit.is_none() && !parsed.percent && !parsed.points,
    };
    if !fits {
        return None;
    }
    let (exponent, loose) = match measure {
        Measure::Amount(money) => {
            let own = parsed.unit.unwrap_or(money);
            (own.exponent(), own == money)
        }
        _ if parsed.percent => (-2, true),
        _ => (0, true),
    };
    let value = shifted(parsed.value, exponent)?;
    let decimals = parsed.decimals.checked_sub(exponent)?;
    let percent = parsed.percent;
    let shown = Shown { exponent: if percent { 0 } else { exponent }, percent, ..Shown::PLAIN };
    Some((Figure { value, decimals, formula: false }, shown, loose))
}

/// What a text cell shows: its text trimmed, or a number as its format shows it.
fn shown<'a>(workbook: &Workbook, cell: Cell<'a>) -> Cow<'a, str> {
    let ValueRef::Number(digits) = cell.value else {
        return Cow::Borrowed(cell.value.as_text().trim_matches(is_blank));
    };
    let format = workbook.format(cell.style);
    match decimal(digits).filter(|_| format.decimals().is_some()) {
        Some(value) => Cow::Owned(Shown::by(format, 0).text(value)),
        None => Cow::Borrowed(digits),
    }
}

impl Row {
    pub(super) fn into_project(self, run: u32) -> Option<Project> {
        let Self { number, hidden, figures, texts, .. } = self;
        let [code, name, supervisor, grade, reason, remark] = texts;
        let mut figures = figures.into_iter();
        let (sequence, initial_budget) = (figures.next()?, figures.next()?);
        let (budget, executed) = (figures.next()?, figures.next()?);
        let (rate, score) = (figures.next()?, figures.next()?);
        Some(Project {
            row: number,
            hidden,
            run,
            sequence,
            code,
            name: name?,
            supervisor,
            initial_budget,
            budget,
            funds: figures.flatten().collect(),
            executed,
            rate,
            score,
            grade,
            reason,
            remark,
        })
    }

    pub(super) fn into_total(self, label: CellRef) -> Option<Total> {
        let mut figures = self.figures.into_iter();
        let (_, initial_budget) = (figures.next()?, figures.next()?);
        let (budget, executed) = (figures.next()?, figures.next()?);
        let (rate, score) = (figures.next()?, figures.next()?);
        let funds = figures.flatten().collect();
        Some(Total { row: self.number, label, initial_budget, budget, funds, executed, rate, score })
    }
}
