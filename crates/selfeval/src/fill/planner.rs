//! Decides, for one computed cell at a time, whether it is written, stays, or stays blank.

use std::collections::BTreeMap;

use jixiao_workbook::calc::{Evaluator, Outcome as Calculated};
use jixiao_workbook::number::{decimal, written};
use jixiao_workbook::refresh::dependents;
use jixiao_workbook::{
    CellRef, Content as NewContent, Edit, FormulaKind, NumberFormat, Range, Sheet, SheetId, Style, Value,
    Workbook,
};
use rust_decimal::Decimal;

use super::cells::Cells;
use super::obstacle::{Obstacle, What};
use super::{Kept, Options, Plan, Written};
use crate::computed::{DECIMALS, Expression, Held, Outcome, agrees, same_formula, shown};
use crate::finding::{Field, Words};
use crate::layout::{Column, Located};
use crate::summary::{Content, RateScale, Reading, Summary, Total};

/// The state of a plan in the making.
pub(super) struct Planner<'a> {
    pub(super) workbook: &'a Workbook,
    pub(super) sheet: &'a Sheet,
    pub(super) located: &'a Located,
    pub(super) summary: &'a Summary,
    pub(super) options: Options,
    pub(super) cells: Cells<'a>,
    pub(super) plan: Plan,
    /// Number formats by column, for cells whose own would not show a value.
    formats: Vec<(u16, String)>,
    /// Ranges of array formulas and data tables, inside which nothing may be set.
    arrays: Vec<Range>,
    /// Results of the sheet's formulas that follow from the edits so far.
    settled: BTreeMap<CellRef, Value>,
    evaluator: Evaluator<'a>,
    /// Formulas of the table that are not the form's own, with what they are for.
    foreign: Vec<(CellRef, Field)>,
}

/// A computed cell: what stands there, what should, and what is in the way.
pub(super) struct Target<'r> {
    pub(super) reading: &'r Reading,
    pub(super) field: Field,
    pub(super) expression: Expression,
    /// Why it must stay blank.
    pub(super) blocked: Option<Words>,
}

impl<'a> Planner<'a> {
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
            cells: Cells::new(sheet, located, summary, options.fix),
            plan: Plan::default(),
            formats: column_formats(workbook, sheet, located),
            arrays: arrays.collect(),
            settled: BTreeMap::new(),
            evaluator: Evaluator::new(workbook),
            foreign: Vec::new(),
        }
    }

    /// Brings one computed cell to what it should hold, and says what it holds then.
    pub(super) fn compute(&mut self, target: Target<'_>) -> Held {
        let reading = target.reading;
        if self.covered(reading.cell) {
            self.keep(&target, Words::new(
                "在合并单元格或数组公式内，未改动；拆开后重新运行",
                "lies inside a merged range or an array formula and was left alone; split it and run again",
            ));
            return self.cells.held(reading);
        }
        match reading.content {
            _ if reading.formula => self.existing(&target),
            Content::Blank => self.blank(&target),
            _ if self.options.recompute && target.blocked.is_none() => self.write(&target),
            Content::NoValue => {
                let why = Words::new(
                    format!("填的是“{}”，未改动；清空后重新运行，或加 --recompute", reading.raw()),
                    format!(
                        "holds {:?} and was left alone; clear it and run again, or use --recompute",
                        reading.raw()
                    ),
                );
                self.keep(&target, why);
                Held::Text
            }
            Content::TextNumber(_) if self.options.fix && self.is_recomputed(reading, target.field) => {
                self.fix(reading, target.field);
                self.cells.held(reading)
            }
            _ => self.cells.held(reading),
        }
    }

    /// Turns a number written as text into a number of the same digits.
    pub(super) fn fix(&mut self, reading: &Reading, field: Field) {
        let Held::Number(value) = self.cells.held(reading) else { return };
        let digits = value.to_string();
        let digits = if decimal(&digits) == Some(value) { digits } else { written(value) };
        self.put(reading, field, digits);
        self.plan.fixed += 1;
    }

    /// Whether a stated figure gives way to the form's formula.
    pub(super) fn is_recomputed(&self, reading: &Reading, field: Field) -> bool {
        let total = self.summary.total.as_ref().is_some_and(|total| total.row == reading.cell.row());
        let computed = match field {
            Field::Budget => total || !self.located.columns.funds.is_empty(),
            _ => total,
        };
        self.options.recompute && computed
    }

    fn blank(&mut self, target: &Target<'_>) -> Held {
        match &target.blocked {
            Some(why) => {
                let kept = Kept { cell: target.reading.cell, field: target.field, why: why.clone() };
                self.plan.blank.push(kept);
                Held::Blank
            }
            None => self.write(target),
        }
    }

    fn keep(&mut self, target: &Target<'_>, why: Words) {
        self.plan.kept.push(Kept { cell: target.reading.cell, field: target.field, why });
    }

    /// Whether the cell lies in a merge that it does not begin, or in an array.
    pub(super) fn covered(&self, cell: CellRef) -> bool {
        self.sheet.anchor(cell) != cell || self.arrays.iter().any(|array| array.contains(cell))
    }

    /// A cell that has a formula: the form's own is only refreshed, another one stays if it can be computed.
    fn existing(&mut self, target: &Target<'_>) -> Held {
        let cell = target.reading.cell;
        let text = self.sheet.formula(cell).map_or("", |formula| formula.text);
        if same_formula(text, &target.expression.formula()) {
            return self.refresh_own(target);
        }
        self.foreign.push((cell, target.field));
        let value = match self.calculate(cell, text) {
            Calculated::Value(value) => value,
            Calculated::Unknown(_) => return self.cells.held(target.reading),
        };
        let expected = target.expression.value(|cell| self.cells.look(cell));
        let wrong = expected.is_some_and(|expected| !right(&value, expected));
        if self.options.recompute && target.blocked.is_none() && wrong {
            self.foreign.pop();
            return self.write(target);
        }
        match value {
            Value::Blank => Held::Blank,
            Value::Number(digits) => decimal(&digits).map_or(Held::Error, Held::Number),
            Value::Error(_) => Held::Error,
            _ => Held::Text,
        }
    }

    fn refresh_own(&mut self, target: &Target<'_>) -> Held {
        let cell = target.reading.cell;
        let look = |cell| self.cells.look(cell);
        let Some(value) = target.expression.value(look) else { return Held::Error };
        let magnitude = target.expression.magnitude(look);
        if !agrees(self.sheet.value(cell), value, magnitude) {
            let content = NewContent::Result(stored_value(value));
            self.set(cell, content, Style::Keep);
        }
        held(value)
    }

    /// What a formula of the sheet gives once the edits so far are made.
    fn calculate(&self, cell: CellRef, text: &str) -> Calculated {
        match self.settled.get(&cell) {
            Some(value) => Calculated::Value(value.clone()),
            None => self.evaluator.evaluate(self.located.sheet, cell, text),
        }
    }

    /// Works out what the sheet's own formulas give once the edits so far are made, where the total row has any
    /// that are not just refreshed.
    pub(super) fn settle_for(&mut self, total: &Total) {
        let single = [&total.initial_budget, &total.budget, &total.executed, &total.rate, &total.score];
        let mut readings = single.into_iter().flatten().chain(&total.funds);
        if !readings.any(|reading| reading.formula) || self.plan.edits.is_empty() {
            return;
        }
        self.settled.clear();
        for edit in dependents(self.workbook, &self.plan.edits).edits {
            if let Edit::SetCell { sheet, cell, content: NewContent::Result(value), .. } = edit
                && sheet == self.located.sheet
            {
                self.settled.insert(cell, value);
            }
        }
    }

    fn write(&mut self, target: &Target<'_>) -> Held {
        let cell = target.reading.cell;
        let value = target.expression.value(|cell| self.cells.look(cell));
        let missing_score = target.field == Field::Score && value == Some(Outcome::Empty);
        let value = match value.filter(|_| target.expression.fits()) {
            Some(value) if !missing_score => value,
            _ => {
                self.plan.blank.push(Kept { cell, field: target.field, why: uncomputable(missing_score) });
                return Held::Blank;
            }
        };
        let format = self.new_format(cell, target);
        let shown = self.shown(cell, value, format.as_deref());
        let formula = target.expression.formula();
        let digits = match value {
            Outcome::Number(value) => written(value),
            Outcome::Empty => String::new(),
        };
        let raw = target.reading.raw();
        self.plan.written.push(Written {
            cell,
            field: target.field,
            formula: Some(formula.clone()),
            value: digits,
            before: (!raw.is_empty() && raw != shown).then(|| raw.into_owned()),
            shown,
            format: format.clone(),
        });
        let style = format.map_or(Style::Keep, Style::Format);
        self.set(cell, NewContent::Formula { text: formula, cached: stored_value(value) }, style);
        held(value)
    }

    pub(super) fn set(&mut self, cell: CellRef, content: NewContent, style: Style) {
        self.plan.edits.push(Edit::SetCell { sheet: self.located.sheet, cell, content, style });
    }

    /// A number typed into an input cell: 序号, or a number that was written as text.
    pub(super) fn put(&mut self, reading: &Reading, field: Field, digits: String) {
        let cell = reading.cell;
        let own = self.workbook.format_at(self.sheet, cell);
        let format = own.is_text().then(|| {
            let decimals = digits.split_once('.').map_or(0, |(_, after)| after.len());
            self.column_format(cell.column()).unwrap_or_else(|| match decimals {
                0 => "0".to_owned(),
                decimals => format!("0.{}", "0".repeat(decimals)),
            })
        });
        let value = decimal(&digits).unwrap_or_default();
        let shown = self.shown(cell, Outcome::Number(value), format.as_deref());
        let raw = reading.raw();
        self.plan.written.push(Written {
            cell,
            field,
            formula: None,
            value: digits.clone(),
            before: (!raw.is_empty() && raw != shown).then(|| raw.into_owned()),
            shown,
            format: format.clone(),
        });
        self.set(cell, NewContent::Number(digits), format.map_or(Style::Keep, Style::Format));
    }

    fn shown(&self, cell: CellRef, value: Outcome, format: Option<&str>) -> String {
        let Outcome::Number(value) = value else { return String::new() };
        match format {
            Some(code) => shown(value, &NumberFormat { code: code.to_owned() }),
            None => shown(value, self.workbook.format_at(self.sheet, cell)),
        }
    }

    /// The number format a computed cell needs, where its own would not show the value.
    fn new_format(&self, cell: CellRef, target: &Target<'_>) -> Option<String> {
        let own = self.workbook.format_at(self.sheet, cell);
        let fraction = matches!(target.expression, Expression::Rate { percent: None, .. });
        let unfit = own.is_text() || own.is_date() || (fraction && own.is_general());
        let usual = if fraction { "0.00%" } else { "0.00" };
        unfit.then(|| self.column_format(cell.column()).unwrap_or_else(|| usual.to_owned()))
    }

    fn column_format(&self, column: u16) -> Option<String> {
        let known = self.formats.iter().find(|(number, _)| *number == column);
        known.map(|(_, code)| code.clone())
    }

    /// The format a cell has or will be given.
    fn format(&self, cell: CellRef) -> Option<NumberFormat> {
        let own = self.workbook.format_at(self.sheet, cell);
        if !own.is_text() && !own.is_date() {
            return Some(own.clone());
        }
        self.column_format(cell.column()).map(|code| NumberFormat { code })
    }

    /// Decimals to round to where the rate's cell holds a number of percent; none for a fraction.
    pub(super) fn percent(&self, cell: CellRef) -> Option<u32> {
        let labelled = self.located.columns.rate.as_ref().is_some_and(|column| column.percent);
        if !labelled && self.summary.rate_scale != RateScale::Percent {
            return None;
        }
        let format = self.format(cell);
        let fraction = format.as_ref().is_some_and(NumberFormat::is_percent);
        (!fraction).then(|| decimals(format.as_ref()))
    }

    /// Decimals to round the weighted score to: two, or more where its cell shows more.
    pub(super) fn score_decimals(&self, cell: CellRef) -> u32 {
        decimals(self.format(cell).as_ref())
    }

    /// Why a stated figure cannot be used; none where it can.
    pub(super) fn obstacle(&self, reading: &Reading, field: Field) -> Option<Obstacle> {
        let text = || reading.raw().into_owned();
        let what = match reading.content {
            Content::Number(_) | Content::Computed(_) => return None,
            Content::TextNumber(_) if self.options.fix => return None,
            Content::TextNumber(_) => What::TextNumber(text()),
            Content::Blank | Content::NoValue => What::Missing,
            Content::Unreadable => What::Unreadable(text()),
            Content::Error => What::Error(text()),
            Content::NoResult => What::NoResult,
        };
        Some(Obstacle { cell: reading.cell, field, what })
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

    fn sheet_name(&self, sheet: SheetId) -> String {
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
        let reached: Vec<CellRef> = self.plan.edits.iter().filter_map(place).map(|(_, cell)| cell).collect();
        let foreign = std::mem::take(&mut self.foreign);
        let rest = foreign.into_iter().filter(|(cell, _)| !reached.contains(cell));
        let mut edits = Vec::new();
        let evaluator = Evaluator::new(self.workbook);
        for (cell, field) in rest.collect::<Vec<_>>() {
            let text = self.sheet.formula(cell).map_or("", |formula| formula.text);
            match evaluator.answer(self.located.sheet, cell, text) {
                Err(why) => self.unknown_formula(cell, field, &why),
                Ok(answer) if answer.agrees(self.sheet.value(cell)) => {}
                Ok(answer) => edits.push(Edit::SetCell {
                    sheet: self.located.sheet,
                    cell,
                    content: NewContent::Result(answer.value()),
                    style: Style::Keep,
                }),
            }
        }
        edits
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

/// Whether a formula's value is the right one: to 1e-9, or as close as its own rounding to two decimals.
fn right(value: &Value, expected: Outcome) -> bool {
    match (value, expected) {
        (Value::Number(digits), Outcome::Number(expected)) => {
            let difference = decimal(digits).and_then(|value| value.checked_sub(expected));
            difference.is_some_and(|difference| difference.abs() <= Decimal::new(1, 9))
        }
        (Value::Text(text), Outcome::Empty) => text.is_empty(),
        (Value::Blank, Outcome::Empty) => true,
        _ => false,
    }
}

fn stored_value(outcome: Outcome) -> Value {
    match outcome {
        Outcome::Number(value) => Value::Number(written(value)),
        Outcome::Empty => Value::Text(String::new()),
    }
}

fn held(outcome: Outcome) -> Held {
    match outcome {
        Outcome::Number(value) => Held::Number(value),
        Outcome::Empty => Held::Text,
    }
}

fn uncomputable(missing_score: bool) -> Words {
    if missing_score {
        return Words::new(
            "有得分没有填，或合计为 0，或空行的项目名称里有看不见的字符；补齐后重新运行",
            "a score is missing, the total is 0, or a spare row's name holds characters that do not show; complete it and run again",
        );
    }
    Words::new(
        "数字太大或分组太多，公式写不下；请手工计算",
        "the numbers are too large or the groups too many for one formula; compute it by hand",
    )
}

/// Decimals to round to: two, or more where the format shows more.
fn decimals(format: Option<&NumberFormat>) -> u32 {
    format.and_then(NumberFormat::decimals).map_or(DECIMALS, |decimals| u32::from(decimals).max(DECIMALS))
}

/// The number format of each computed column: that of its first cells which have one.
fn column_formats(workbook: &Workbook, sheet: &Sheet, located: &Located) -> Vec<(u16, String)> {
    const LOOKED_AT: usize = 100;
    let columns = &located.columns;
    let single =
        [&columns.sequence, &columns.initial_budget, &columns.budget, &columns.executed, &columns.rate];
    let single = single.into_iter().chain([&columns.score]).flatten();
    let all = single.chain(columns.funds.iter().map(|fund| &fund.column));
    let rows = located.projects.iter().take(LOOKED_AT).chain(located.total.as_ref().map(|(row, _)| row));
    let rows: Vec<u32> = rows.copied().collect();
    let usable = |format: &&NumberFormat| !format.is_general() && !format.is_text() && !format.is_date();
    let format = |column: &Column| {
        let cells = rows.iter().filter_map(|row| CellRef::new(*row, column.number));
        let code = cells.map(|cell| workbook.format_at(sheet, cell)).find(usable)?.code.clone();
        Some((column.number, code))
    };
    all.filter_map(format).collect()
}
