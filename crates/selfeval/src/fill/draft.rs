//! Decides, for one computed cell at a time, whether it is written, stays, or stays blank.

use jixiao_workbook::calc::{Evaluator, Outcome as Calculated};
use jixiao_workbook::number::decimal;
use jixiao_workbook::{CellRef, Content as NewContent, Edit, Style, Value, Workbook};
use rust_decimal::Decimal;

use super::ground::{Ground, Target};
use super::{Kept, Plan, Written};
use crate::computed::{Held, Outcome, same_formula};
use crate::finding::{Field, Words};
use crate::summary::{Content, Reading};

/// What was decided about some cells.
pub(super) struct Draft<'a> {
    pub(super) plan: Plan,
    /// Formulas of the table that are not the form's own, with what they are for.
    pub(super) foreign: Vec<(CellRef, Field)>,
    pub(super) evaluator: Evaluator<'a>,
}

impl<'a> Draft<'a> {
    /// An empty draft for so many cells, one of several that share the table.
    pub(super) fn new(workbook: &'a Workbook, cells: usize, drafts: usize) -> Self {
        let evaluator = Evaluator::new(workbook).sharing(drafts);
        Self { plan: Plan::for_cells(cells), foreign: Vec::new(), evaluator }
    }

    /// Adds what was decided about the cells that follow.
    pub(super) fn append(&mut self, mut next: Self) {
        let Plan { edits, written, blank, kept, .. } = &mut next.plan;
        // Copied, so that what another thread asked memory for goes back to it at once and serves the next piece.
        self.plan.edits.extend(edits.iter().cloned());
        self.plan.written.append(written);
        self.plan.blank.append(blank);
        self.plan.kept.append(kept);
        self.foreign.append(&mut next.foreign);
    }

    /// Brings one computed cell to what it should hold, and says what it holds then.
    pub(super) fn compute(&mut self, ground: &Ground<'_>, target: &Target<'_>) -> Held {
        let reading = target.reading;
        if ground.covered(reading.cell) {
            self.keep(target, Words::new(
                "在合并单元格或数组公式内，未改动；拆开后重新运行",
                "lies inside a merged range or an array formula and was left alone; split it and run again",
            ));
            return ground.cells.held(reading);
        }
        match reading.content() {
            _ if reading.has_formula() => self.existing(ground, target),
            Content::Blank => self.blank(ground, target),
            _ if ground.options.recompute && target.blocked.is_none() => self.write(ground, target),
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
            _ => ground.cells.held(reading),
        }
    }

    fn blank(&mut self, ground: &Ground<'_>, target: &Target<'_>) -> Held {
        match &target.blocked {
            Some(why) => {
                let kept = Kept { cell: target.reading.cell, field: target.field, why: why.clone() };
                self.plan.blank.push(kept);
                Held::Blank
            }
            None => self.write(ground, target),
        }
    }

    fn keep(&mut self, target: &Target<'_>, why: Words) {
        self.plan.kept.push(Kept { cell: target.reading.cell, field: target.field, why });
    }

    /// A cell that has a formula: the form's own is only refreshed, another one stays if it can be computed.
    fn existing(&mut self, ground: &Ground<'_>, target: &Target<'_>) -> Held {
        let cell = target.reading.cell;
        let text = ground.sheet.formula(cell).map_or("", |formula| formula.text);
        if same_formula(text, &target.expression.formula()) {
            return self.own(ground, target);
        }
        self.foreign.push((cell, target.field));
        let value = match ground.calculate(&self.evaluator, cell, text) {
            Calculated::Value(value) => value,
            Calculated::Unknown(_) => return ground.cells.held(target.reading),
        };
        let expected = target.expression.value(|cell| ground.cells.look(cell));
        let wrong = expected.is_some_and(|expected| !right(&value, expected));
        if ground.options.recompute && target.blocked.is_none() && wrong {
            self.foreign.pop();
            return self.write(ground, target);
        }
        match value {
            Value::Blank => Held::Blank,
            Value::Number(digits) => decimal(&digits).map_or(Held::Error, Held::Number),
            Value::Error(_) => Held::Error,
            _ => Held::Text,
        }
    }

    fn own(&mut self, ground: &Ground<'_>, target: &Target<'_>) -> Held {
        let cell = target.reading.cell;
        let Some(value) = target.expression.value(|cell| ground.cells.look(cell)) else {
            self.foreign.push((cell, target.field));
            return Held::Error;
        };
        held(value)
    }

    fn write(&mut self, ground: &Ground<'_>, target: &Target<'_>) -> Held {
        let cell = target.reading.cell;
        let value = target.expression.value(|cell| ground.cells.look(cell));
        let uncounted = ground.has_uncounted_names(&target.expression, value);
        let value = match value.filter(|_| target.expression.fits()) {
            Some(value) if !uncounted => value,
            _ => {
                self.plan.blank.push(Kept { cell, field: target.field, why: uncomputable(uncounted) });
                return Held::Blank;
            }
        };
        let format = ground.new_format(cell, target);
        let look = ground.look(cell, format.as_deref());
        let formula = target.expression.formula();
        let cached = value.to_value();
        let raw = target.reading.raw();
        let before = (!raw.is_empty() && !ground.shows_same(target, value, look)).then(|| raw.into_owned());
        let written = Written::new(cell, target.field, value.number(), look).noting(before, format.clone());
        self.plan.written.push(written);
        let style = format.map_or(Style::Keep, |code| Style::Format(code.into()));
        self.set(ground, cell, NewContent::Formula { text: formula.into(), cached }, style);
        held(value)
    }

    pub(super) fn set(&mut self, ground: &Ground<'_>, cell: CellRef, content: NewContent, style: Style) {
        self.plan.edits.push(Edit::SetCell { sheet: ground.located.sheet, cell, content, style });
    }

    /// A number typed into an input cell: 序号, or a number that was written as text.
    pub(super) fn put(&mut self, ground: &Ground<'_>, reading: &Reading, field: Field, digits: String) {
        let cell = reading.cell;
        let own = ground.workbook.format_at(ground.sheet, cell);
        let format = own.is_text().then(|| {
            let decimals = digits.split_once('.').map_or(0, |(_, after)| after.len());
            ground.column_format(cell.column()).unwrap_or_else(|| match decimals {
                0 => "0".to_owned(),
                decimals => format!("0.{}", "0".repeat(decimals)),
            })
        });
        let value = decimal(&digits).unwrap_or_default();
        let look = ground.look(cell, format.as_deref());
        let raw = reading.raw();
        let before = (!raw.is_empty() && raw != look.text(value)).then(|| raw.into_owned());
        let written = Written::new(cell, field, Some(value), look).noting(before, format.clone());
        self.plan.written.push(written);
        self.set(
            ground,
            cell,
            NewContent::Number(digits),
            format.map_or(Style::Keep, |code| Style::Format(code.into())),
        );
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
