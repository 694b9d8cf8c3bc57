//! Which published figures are others in the form, because it computes them.

use jixiao_workbook::{CellRef, SheetId};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::finding::Field;
use crate::layout::Located;
use crate::submission::{Carried, Submission};
use crate::summary::{Project, Reading, Summary};
use crate::value::round;

/// A figure that was published and is another one in the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Changed {
    /// The sheet of the form.
    pub sheet: SheetId,
    /// The cell of the form.
    pub cell: CellRef,
    /// The field.
    pub field: Field,
    /// Which project of the submission, from 0; none for the total.
    pub project: Option<usize>,
    /// What was published, as it was seen, and its cell.
    pub before: String,
    /// Where that stood.
    pub from: Option<CellRef>,
    /// What stands there now, as it is seen.
    pub after: String,
}

/// The published figures that the form computes otherwise; `summary` is read from the filled form.
pub fn changed(submission: &Submission, located: &Located, summary: &Summary) -> Vec<Changed> {
    let mut list = Vec::new();
    let mut compare = |project, field, before: Option<&Carried>, after: Option<&Reading>| {
        let (Some(before), Some(after)) = (before, after) else { return };
        if let (Some(old), Some(new)) = (before.value, after.value())
            && !agrees(old, new, before.decimals.unwrap_or(i8::MAX))
        {
            list.push(Changed {
                sheet: located.sheet,
                cell: after.cell,
                field,
                project,
                before: before.text.clone(),
                from: before.cell,
                after: after.raw().into_owned(),
            });
        }
    };
    let pairs = submission.projects.iter().zip(&summary.projects).enumerate();
    for (index, (entry, project)) in pairs {
        let Project { budget, rate, .. } = project;
        compare(Some(index), Field::Budget, entry.get(Field::Budget), budget.as_ref());
        compare(Some(index), Field::ExecutionRate, entry.get(Field::ExecutionRate), rate.as_ref());
    }
    if let (Some(stated), Some(total)) = (&submission.total, &summary.total) {
        let pairs = [
            (Field::InitialBudget, &total.initial_budget),
            (Field::Budget, &total.budget),
            (Field::Executed, &total.executed),
            (Field::ExecutionRate, &total.rate),
            (Field::Score, &total.score),
        ];
        for (field, after) in pairs {
            compare(None, field, stated.get(field), after.as_ref());
        }
        for (fund, after) in summary.funds.iter().zip(&total.funds) {
            compare(None, Field::Fund, stated.funds.get(&fund.key), Some(after));
        }
    }
    list
}

/// Decimals to which a stored result is trusted: programs differ in the last of its fifteen digits.
const MOST_DECIMALS: u32 = 12;

/// Whether a computed value shows as the published one at its decimals.
fn agrees(old: Decimal, new: Decimal, decimals: i8) -> bool {
    match u32::try_from(decimals) {
        Ok(decimals) => round(new, decimals.min(MOST_DECIMALS)) == round(old, decimals.min(MOST_DECIMALS)),
        Err(_) => old == new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_of_a_stored_result_is_no_change() {
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        let quotient = number("0.804962979253720");
        assert!(agrees(number("0.804962979253721"), quotient, 15));
        assert!(agrees(number("0.805"), quotient, 3) && !agrees(number("0.804"), quotient, 3));
        assert!(!agrees(number("0.80496297"), quotient, 8));
    }
}
