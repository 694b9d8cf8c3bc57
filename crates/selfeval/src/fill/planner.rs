//! Decides, for one computed cell at a time, whether it is written, stays, or stays blank.

use std::collections::BTreeMap;

use jixiao_workbook::calc::{Evaluator, Outcome as Calculated};
use jixiao_workbook::number::{decimal, written};
use jixiao_workbook::refresh::stale;
use jixiao_workbook::{
    CellRef, Content as NewContent, Edit, FormulaKind, Range, Sheet, SheetId, Style, Value, Workbook,
};
use rust_decimal::Decimal;

use super::cells::Cells;
use super::formats::column_formats;
use super::obstacle::{Obstacle, What};
use super::{Kept, Options, Plan, Written};
use crate::computed::{Expression, Held, Look, Outcome, same_formula};
use crate::finding::{Field, Words};
use crate::layout::Located;
use crate::summary::{Content, Reading, Summary};

/// Computed cells of a total row, at most in any usual form.
const TOTALS: usize = 32;

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
    pub(super) formats: Vec<(u16, String)>,
    /// Ranges of array formulas and data tables, inside which nothing may be set.
    arrays: Vec<Range>,
    /// Formulas whose stored results do not follow from what is stored.
    pub(super) stale: Vec<(SheetId, CellRef)>,
    /// New results of the sheet's formulas that follow from the edits so far or are stale.
    pub(super) settled: BTreeMap<CellRef, Value>,
    pub(super) evaluator: Evaluator<'a>,
    /// Formulas of the table that are not the form's own, with what they are for.
    pub(super) foreign: Vec<(CellRef, Field)>,
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
            plan: Plan::for_cells(2 * summary.projects.len() + TOTALS),
            formats: column_formats(workbook, sheet, located),
            arrays: arrays.collect(),
            stale: stale(workbook, |_, _| false),
            settled: BTreeMap::new(),
            evaluator: Evaluator::new(workbook),
            foreign: Vec::new(),
        }
    }

    /// Brings one computed cell to what it should hold, and says what it holds then.
    pub(super) fn compute(&mut self, target: &Target<'_>) -> Held {
        let reading = target.reading;
        if self.covered(reading.cell) {
            self.keep(target, Words::new(
                "在合并单元格或数组公式内，未改动；拆开后重新运行",
                "lies inside a merged range or an array formula and was left alone; split it and run again",
            ));
            return self.cells.held(reading);
        }
        match reading.content() {
            _ if reading.has_formula() => self.existing(target),
            Content::Blank => self.blank(target),
            _ if self.options.recompute && target.blocked.is_none() => self.write(target),
            Content::NoValue => {
                let why = Words::new(
                    format!("填的是“{}”，未改动；清空后重新运行，或加 --recompute", reading.raw()),
                    format!(
                        "holds {:?} and was left alone; clear it and run again, or use --recompute",
                        reading.raw()
                    ),
                );
                self.keep(target, why);
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
            return self.own(target);
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

    fn own(&mut self, target: &Target<'_>) -> Held {
        let cell = target.reading.cell;
        let Some(value) = target.expression.value(|cell| self.cells.look(cell)) else {
            self.foreign.push((cell, target.field));
            return Held::Error;
        };
        held(value)
    }

    fn write(&mut self, target: &Target<'_>) -> Held {
        let cell = target.reading.cell;
        let value = target.expression.value(|cell| self.cells.look(cell));
        let uncounted = self.has_uncounted_names(&target.expression, value);
        let value = match value.filter(|_| target.expression.fits()) {
            Some(value) if !uncounted => value,
            _ => {
                self.plan.blank.push(Kept { cell, field: target.field, why: uncomputable(uncounted) });
                return Held::Blank;
            }
        };
        let format = self.new_format(cell, target);
        let look = self.look(cell, format.as_deref());
        let formula = target.expression.formula();
        let cached = value.to_value();
        let raw = target.reading.raw();
        let before = (!raw.is_empty() && !self.shows_same(target, value, look)).then(|| raw.into_owned());
        let written = Written::new(cell, target.field, figure(value), look).noting(before, format.clone());
        self.plan.written.push(written);
        let style = format.map_or(Style::Keep, |code| Style::Format(code.into()));
        self.set(cell, NewContent::Formula { text: formula.into(), cached }, style);
        held(value)
    }

    /// Whether what stands in a cell would show as its new value does: 80.5% as text is no other than 80.50%.
    fn shows_same(&self, target: &Target<'_>, value: Outcome, look: Look) -> bool {
        let percent = matches!(target.expression, Expression::Rate { percent: Some(_), .. });
        let stated = self.cells.in_cell(target.reading, percent);
        let shown = figure(value).map_or_else(String::new, |value| look.text(value));
        stated.is_some_and(|stated| look.text(stated) == shown)
    }

    /// Whether a weighted score comes out empty though no score is missing and the total is not 0: then a name
    /// is counted in a row that looks spare.
    fn has_uncounted_names(&self, expression: &Expression, value: Option<Outcome>) -> bool {
        let Expression::Weighted { total, .. } = expression else { return false };
        let weighed = matches!(self.cells.look(*total), Held::Number(total) if !total.is_zero());
        weighed && value == Some(Outcome::Empty)
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
        let look = self.look(cell, format.as_deref());
        let raw = reading.raw();
        let before = (!raw.is_empty() && raw != look.text(value)).then(|| raw.into_owned());
        let written = Written::new(cell, field, Some(value), look).noting(before, format.clone());
        self.plan.written.push(written);
        self.set(
            cell,
            NewContent::Number(digits),
            format.map_or(Style::Keep, |code| Style::Format(code.into())),
        );
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
            Content::TextNumber(_) if self.options.fix => return None,
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

fn figure(outcome: Outcome) -> Option<Decimal> {
    match outcome {
        Outcome::Number(value) => Some(value),
        Outcome::Empty => None,
    }
}

fn held(outcome: Outcome) -> Held {
    match outcome {
        Outcome::Number(value) => Held::Number(value),
        Outcome::Empty => Held::Text,
    }
}

fn uncomputable(uncounted_names: bool) -> Words {
    if uncounted_names {
        return Words::new(
            "空行的项目名称里有看不见的字符，公式会把它算作没有得分的项目；清空后重新运行",
            "a spare row's name holds characters that do not show, which the formula counts as a project without score; clear it and run again",
        );
    }
    Words::new(
        "数字太大或分组太多，公式写不下；请手工计算",
        "the numbers are too large or the groups too many for one formula; compute it by hand",
    )
}
