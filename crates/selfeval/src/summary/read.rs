//! One pass over the table's rows, cell by cell in their order.

use jixiao_workbook::calc::{Evaluator, Outcome};
use jixiao_workbook::number::decimal;
use jixiao_workbook::{Cell, CellRef, Date, Sheet, SheetId, Value, ValueRef, Workbook};

use super::shown::Shown;
use super::{Content, Project, Reading, Text, TextReading, Total};
use crate::layout::{Column, Columns, Located};
use crate::profile::Profile;
use crate::value::{Figure, Money, Parsed, is_blank, is_no_value, parse, shifted, typed_decimals};

/// How many numeric columns a row has before its fund parts: 序号, 年初预算数, 小计, 执行数, 执行率, 得分.
const SINGLE: usize = 6;
/// How many text columns a row has.
const TEXTS: u8 = 6;
/// Styles beyond this number are looked up each time.
const MOST_STYLES: usize = 65_536;

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
    /// Column number and measure of each numeric place, fund parts last; none where the table has no such column.
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

/// The text columns, in the order in which a project is made of them.
fn texts(columns: &Columns) -> [Option<u16>; 6] {
    [&columns.code, &columns.name, &columns.supervisor, &columns.grade, &columns.reason, &columns.remark]
        .map(|column| column.as_ref().map(|column| column.number))
}

/// Reads rows.
pub(super) struct Reader<'a> {
    workbook: &'a Workbook,
    sheet: &'a Sheet,
    id: SheetId,
    plan: &'a Plan,
    /// Whether cells of the body are merged over rows: a text then stands in the first of them only.
    merged: bool,
    /// Computes formulas without stored results, each once.
    evaluator: Evaluator<'a>,
    /// How each cell style shows a number, once it was met.
    styles: Vec<Option<Shown>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(workbook: &'a Workbook, sheet: &'a Sheet, located: &Located, plan: &'a Plan) -> Self {
        let merged = sheet.merges().iter().any(|merge| {
            merge.first().row() > located.header.last && merge.first().row() < merge.last().row()
        });
        let evaluator = Evaluator::new(workbook);
        Self { workbook, sheet, id: located.sheet, plan, merged, evaluator, styles: Vec::new() }
    }

    /// One of several readers that share the table.
    pub(super) fn sharing(self, readers: usize) -> Self {
        Self { evaluator: self.evaluator.sharing(readers), ..self }
    }

    /// Reads a row as a project. The bits of the number tell which figures take their decimals from the column.
    pub(super) fn project(
        &mut self,
        row: jixiao_workbook::sheet::Row<'_>,
        run: u32,
    ) -> Option<(Project, u64)> {
        let mut project = self.blank(row.number, run)?;
        project.hidden = row.hidden;
        let mut loose = 0;
        let plan = self.plan;
        for cell in row.cells() {
            match plan.slots.get(usize::from(cell.at.column())) {
                Some(Slot::Figure(place)) => {
                    let Some(Some((_, measure))) = plan.figures.get(usize::from(*place)) else { continue };
                    let (reading, is_loose) = self.reading(cell, *measure);
                    loose |= u64::from(is_loose).checked_shl(u32::from(*place)).unwrap_or(0);
                    if let Some(slot) = project.figure_mut(usize::from(*place)) {
                        *slot = reading;
                    }
                }
                Some(Slot::Text(place)) => {
                    if let Some(text) = project.text_mut(*place) {
                        text.text = self.text(cell);
                    }
                }
                Some(Slot::None) => {}
                None => break,
            }
        }
        if self.merged {
            self.fill_merged(&mut project);
        }
        Some((project, loose))
    }

    /// A project none of whose cells is stored.
    fn blank(&self, row: u32, run: u32) -> Option<Project> {
        let figure = |column: Option<(u16, Measure)>| {
            let cell = CellRef::new(row, column?.0)?;
            Some(Reading::new(cell, Content::Blank, false, None))
        };
        let text = |column: Option<u16>| {
            Some(TextReading { cell: CellRef::new(row, column?)?, text: Text::default() })
        };
        let (single, funds) = self.plan.figures.split_at_checked(SINGLE)?;
        let [sequence, initial_budget, budget, executed, rate, score] =
            <[Option<(u16, Measure)>; SINGLE]>::try_from(single).ok()?.map(figure);
        let [code, name, supervisor, grade, reason, remark] = self.plan.texts.map(text);
        Some(Project {
            row,
            hidden: false,
            run,
            sequence,
            code: code.map(Box::new),
            name: name?,
            supervisor,
            initial_budget: initial_budget.map(Box::new),
            budget,
            funds: funds.iter().filter_map(|column| figure(*column)).collect(),
            executed,
            rate,
            score,
            grade: grade.map(Box::new),
            reason: reason.map(Box::new),
            remark,
        })
    }

    /// Texts under a merge over several rows are those of its first cell.
    fn fill_merged(&self, project: &mut Project) {
        for place in 0..TEXTS {
            let Some(text) = project.text_mut(place).filter(|text| text.text.is_empty()) else { continue };
            let anchor = self.sheet.anchor(text.cell);
            if anchor.row() != text.cell.row()
                && let Some(cell) = self.sheet.cell(anchor)
            {
                *text = TextReading { cell: anchor, text: self.text(cell) };
            }
        }
    }

    /// What a text cell shows: its text trimmed, or a number as its format shows it.
    fn text(&self, cell: Cell<'_>) -> Text {
        let ValueRef::Number(digits) = cell.value else {
            let text = cell.value.as_text();
            let trimmed = text.trim_matches(is_blank);
            return match cell.string {
                Some(number) if trimmed.len() == text.len() => Text::shared(self.sheet.strings(), number),
                _ => Text::from(trimmed),
            };
        };
        let format = self.workbook.format(cell.style);
        match decimal(digits) {
            Some(value) if format.decimals().is_some() => Text::from(Shown::by(format, 0).text(value)),
            Some(value) if format.is_date() => Date::of_serial(value, self.workbook.is_1904())
                .map_or_else(|| Text::from(digits), |date| Text::from(date.to_string())),
            _ => Text::from(digits),
        }
    }

    /// How a cell style shows numbers, in its own unit.
    fn style(&mut self, style: u32) -> Shown {
        let index = style as usize;
        if let Some(Some(shown)) = self.styles.get(index) {
            return *shown;
        }
        let shown = Shown::by(self.workbook.format(style), 0);
        if index < MOST_STYLES {
            self.styles.resize(self.styles.len().max(index + 1), None);
            if let Some(slot) = self.styles.get_mut(index) {
                *slot = Some(shown);
            }
        }
        shown
    }

    /// What a numeric cell holds, and whether its decimals are those of its column.
    fn reading(&mut self, cell: Cell<'_>, measure: Measure) -> (Reading, bool) {
        let formula = cell.formula.is_some();
        let plain =
            |content, raw: Option<&str>| (Reading::new(cell.at, content, formula, raw.map(Box::from)), false);
        match (cell.value, cell.formula) {
            (ValueRef::Blank, Some(formula)) => self.computed(cell, formula.text, measure),
            (ValueRef::Number(digits), _) => match self.number(cell, digits, measure) {
                Some((figure, shown, loose)) => {
                    let content = Content::Number(figure);
                    (Reading::shown_as(cell.at, content, formula, shown, None), loose)
                }
                None => plain(Content::Unreadable, Some(digits)),
            },
            (ValueRef::Text(text), _) => text_reading(cell, text, measure),
            (ValueRef::Error(code), _) => plain(Content::Error, Some(code)),
            (ValueRef::Blank, None) => plain(Content::Blank, None),
            (value, _) => plain(Content::Unreadable, Some(value.as_text())),
        }
    }

    fn number(&mut self, cell: Cell<'_>, digits: &str, measure: Measure) -> Option<(Figure, Shown, bool)> {
        let exponent = match measure {
            Measure::Amount(money) => money.exponent(),
            _ => 0,
        };
        let stored = decimal(digits)?.normalize();
        let value = shifted(stored, exponent)?;
        let formula = cell.formula.is_some();
        let typed = typed_decimals(stored).checked_sub(exponent)?;
        let shown = self.style(cell.style).scaled(exponent);
        let Some(decimals) = shown.decimals() else {
            // A computed value in General format has digits without end; its column says how many count.
            let decimals = if formula { typed.min(least(measure)) } else { typed };
            return Some((Figure { value, decimals, formula }, shown, true));
        };
        let percent = if shown.percent() { 2 } else { 0 };
        let shift = i8::try_from(decimals).ok()?.checked_add(percent)?.checked_sub(exponent)?;
        let decimals = if formula { shift } else { shift.max(typed) };
        Some((Figure { value, decimals, formula }, shown, false))
    }

    /// A formula without a stored result, computed here.
    fn computed(&mut self, cell: Cell<'_>, text: &str, measure: Measure) -> (Reading, bool) {
        let plain =
            |content, raw: Option<&str>| (Reading::new(cell.at, content, true, raw.map(Box::from)), false);
        match self.evaluator.evaluate(self.id, cell.at, text) {
            Outcome::Value(Value::Number(digits)) => match self.number(cell, &digits, measure) {
                Some((figure, shown, loose)) => {
                    let content = Content::Computed(figure);
                    (Reading::shown_as(cell.at, content, true, shown, None), loose)
                }
                None => plain(Content::Unreadable, Some(&digits)),
            },
            Outcome::Value(Value::Error(code)) => plain(Content::Error, Some(&code)),
            Outcome::Value(value) if value.as_ref().is_blank() => plain(Content::Blank, None),
            Outcome::Value(Value::Text(text)) => text_reading(cell, &text, measure),
            Outcome::Value(_) | Outcome::Unknown(_) => plain(Content::NoResult, None),
        }
    }
}

/// What a numeric cell holds that stands there as text.
fn text_reading(cell: Cell<'_>, text: &str, measure: Measure) -> (Reading, bool) {
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
    let Some((figure, shown, loose)) = parse(trimmed).and_then(|parsed| as_figure(parsed, measure)) else {
        return plain(Content::Unreadable, Some(trimmed));
    };
    let figure = Figure { formula, ..figure };
    let raw = (shown.text(figure.value) != trimmed).then(|| Box::from(trimmed));
    (Reading::shown_as(cell.at, Content::TextNumber(figure), formula, shown, raw), loose)
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
    let shown = if parsed.percent { Shown::PERCENT } else { Shown::PLAIN.scaled(exponent) };
    Some((Figure { value, decimals, formula: false }, shown, loose))
}

impl Project {
    /// A figure by its place in the plan.
    pub(super) fn figure_mut(&mut self, place: usize) -> Option<&mut Reading> {
        match place {
            0 => self.sequence.as_mut(),
            1 => self.initial_budget.as_deref_mut(),
            2 => self.budget.as_mut(),
            3 => self.executed.as_mut(),
            4 => self.rate.as_mut(),
            5 => self.score.as_mut(),
            part => self.funds.get_mut(part.checked_sub(SINGLE)?),
        }
    }

    /// A text by its place in the plan.
    fn text_mut(&mut self, place: u8) -> Option<&mut TextReading> {
        match place {
            0 => self.code.as_deref_mut(),
            1 => Some(&mut self.name),
            2 => self.supervisor.as_mut(),
            3 => self.grade.as_deref_mut(),
            4 => self.reason.as_deref_mut(),
            _ => self.remark.as_mut(),
        }
    }

    /// The same row read as the total row.
    pub(super) fn into_total(self, label: CellRef) -> Total {
        Total {
            row: self.row,
            label,
            initial_budget: self.initial_budget.map(|reading| *reading),
            budget: self.budget,
            funds: self.funds,
            executed: self.executed,
            rate: self.rate,
            score: self.score,
        }
    }
}
