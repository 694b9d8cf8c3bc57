//! What a unit declared in cells that a form computes, for a form that is judged as if the unit had sent it.

use std::collections::BTreeSet;

use jixiao_workbook::number::digits;
use jixiao_workbook::{CellRef, Content, Edit, Style};

use super::{at, run};
use crate::finding::Field;
use crate::layout::{Column, Located};
use crate::submission::{Carried, Entry, How, Submission};

/// The edits that put what was declared into the computed cells of a form in 万元, with as many decimals as were shown;
/// what was left blank stays blank. `before` are edits of other cells, which stay as they are.
pub fn computed_as_sent(located: &Located, submission: &Submission, before: &[Edit]) -> Vec<Edit> {
    let cells = before.iter().filter_map(|edit| match edit {
        Edit::SetCell { cell, .. } => Some(*cell),
        _ => None,
    });
    let mut placing = Placing { located, taken: cells.collect(), edits: Vec::new() };
    if let Some(run) = run(located) {
        for (row, entry) in (run.first..=run.last).zip(&submission.projects) {
            for field in [Field::Budget, Field::ExecutionRate] {
                placing.put(row, located.columns.of(field), entry.get(field), field);
            }
        }
    }
    if let Some((row, _)) = located.total {
        let blank = Entry::default();
        let total = submission.total.as_ref().unwrap_or(&blank);
        for field in
            [Field::InitialBudget, Field::Budget, Field::Executed, Field::ExecutionRate, Field::Score]
        {
            placing.put(row, located.columns.of(field), total.get(field), field);
        }
        for fund in &located.columns.funds {
            placing.put(row, Some(&fund.column), total.funds.get(&fund.key), Field::Fund);
        }
    }
    placing.edits
}

struct Placing<'a> {
    located: &'a Located,
    /// Cells that are written already.
    taken: BTreeSet<CellRef>,
    edits: Vec<Edit>,
}

impl Placing<'_> {
    fn put(&mut self, row: u32, column: Option<&Column>, carried: Option<&Carried>, field: Field) {
        let cell = column.and_then(|column| at(row, column)).filter(|cell| !self.taken.contains(cell));
        let Some(cell) = cell else { return };
        let (content, style) = match carried {
            Some(Carried { value: Some(value), decimals, .. }) => {
                (Content::Number(digits(*value)), style(*decimals, field))
            }
            Some(carried) if !carried.how.contains(&How::NoValue) && !carried.text.is_empty() => {
                (Content::Text(carried.text.clone()), Style::Keep)
            }
            _ => (Content::Clear, Style::Keep),
        };
        self.edits.push(Edit::SetCell { sheet: self.located.sheet, cell, content, style });
    }
}

/// Most decimals of a number format.
const MOST_DECIMALS: i8 = 15;

/// The style that shows a number with the decimals it had; the form's own where these are not known.
fn style(decimals: Option<i8>, field: Field) -> Style {
    let Some(decimals) = decimals else { return Style::Keep };
    let (shown, sign) =
        if field == Field::ExecutionRate { (decimals.saturating_sub(2), "%") } else { (decimals, "") };
    let zeros = "0".repeat(usize::from(shown.clamp(0, MOST_DECIMALS).unsigned_abs()));
    let point = if zeros.is_empty() { "" } else { "." };
    Style::Format(format!("0{point}{zeros}{sign}").into())
}
