//! The fixes that need no person: what the findings of a review offer and what changes nothing that was declared.

use std::collections::BTreeSet;

use jixiao_workbook::{CellRef, Content, Edit, SheetId, Value, refresh};
use serde::{Deserialize, Serialize};

use crate::finding::{Applicability, Finding, Words};
use crate::review::Review;

/// Which fixes are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Every safe fix.
    All,
    /// Those in place of something that stands there: what is blank, and stored results, are left to
    /// [`fill`](crate::fill).
    Stated,
}

/// A fix that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Applied {
    /// The rule whose finding it mends.
    pub code: String,
    /// The sheet's name.
    pub sheet: String,
    /// The cell.
    pub cell: CellRef,
    /// The project's name, where it is about one.
    pub project: Option<String>,
    /// What was done.
    pub title: Words,
    /// What stood there, as shown; empty for a blank cell.
    pub before: String,
    /// What stands there now: a number's digits or a formula's result.
    pub after: String,
}

/// Fixes that can be made together. What follows from them may offer further ones.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Round {
    /// The edits, with the stored results that follow from them.
    pub edits: Vec<Edit>,
    /// What they do.
    pub applied: Vec<Applied>,
}

/// More rounds than ever needed: inputs, then subtotals, rates, totals.
pub const MOST_ROUNDS: usize = 8;

/// The safe fixes of a review that can be made at once; none are left where the round is empty.
pub fn round(review: &Review<'_>, extent: Extent) -> Round {
    let workbook = review.workbook();
    let mut round = Round::default();
    let mut taken: BTreeSet<(SheetId, CellRef)> = BTreeSet::new();
    for finding in review.worded() {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.applicability == Applicability::Safe) else {
            continue;
        };
        let [Edit::SetCell { sheet, cell, content, .. }] = fix.edits.as_slice() else { continue };
        if !is_wanted(&finding, content, extent) || !taken.insert((*sheet, *cell)) {
            continue;
        }
        round.edits.extend(fix.edits.iter().cloned());
        round.applied.push(Applied {
            code: finding.code.to_string(),
            sheet: workbook.entry(*sheet).map_or_else(String::new, |entry| entry.name.clone()),
            cell: *cell,
            project: finding.project.clone(),
            title: fix.title.clone(),
            before: finding.place.text.clone(),
            after: after(content),
        });
    }
    let refresh = refresh::dependents(workbook, &round.edits);
    round.edits.extend(refresh.edits);
    if !refresh.unknown.is_empty() {
        round.edits.push(Edit::RecalculateOnLoad);
    }
    round
}

fn is_wanted(finding: &Finding, content: &Content, extent: Extent) -> bool {
    let is_stated = !finding.place.text.is_empty() && !matches!(content, Content::Result(_));
    extent == Extent::All || is_stated
}

fn after(content: &Content) -> String {
    match content {
        Content::Number(digits) => digits.clone(),
        Content::Text(text) => text.clone(),
        Content::Formula { cached, .. } | Content::Result(cached) => shown(cached),
        _ => String::new(),
    }
}

fn shown(value: &Value) -> String {
    value.as_ref().as_text().to_owned()
}

#[cfg(test)]
mod tests {
    use jixiao_workbook::patch::Signature;
    use jixiao_workbook::{ValueRef, Workbook};

    use super::*;
    use crate::profile::Profile;
    use crate::review::{Options, review};

    fn fixed(bytes: &[u8], extent: Extent) -> (Workbook, Vec<String>) {
        let national = Profile::national();
        let mut workbook = Workbook::open(bytes.to_vec()).unwrap();
        let mut lines = Vec::new();
        for _ in 0..MOST_ROUNDS {
            let found = review(&workbook, &national, Options::default());
            let round = round(&found, extent);
            if round.edits.is_empty() {
                break;
            }
            let line = |one: &Applied| format!("{} {} {} → {}", one.code, one.cell, one.before, one.after);
            lines.extend(round.applied.iter().map(line));
            let bytes = workbook.apply(&round.edits, Signature::Keep).unwrap();
            workbook = Workbook::open(bytes).unwrap();
        }
        (workbook, lines)
    }

    #[test]
    fn text_becomes_numbers_and_then_the_totals_can_be_filled() {
        let bytes = include_bytes!("../../../test-data/cases/numbers-written-as-text/input.xlsx");
        let (_, lines) = fixed(bytes, Extent::Stated);
        assert_eq!(lines, ["V002 E7 20 → 20", "V002 H9 ４３．２１ → 43.21", "V002 J10 80分 → 80"]);
        let (workbook, lines) = fixed(bytes, Extent::All);
        assert_eq!(workbook.value(SheetId(0), "J12".parse().unwrap()), ValueRef::Number("92.76"));
        assert!(lines.iter().any(|line| line.starts_with("A009 D7")), "{lines:?}");
    }

    #[test]
    fn a_form_whose_figures_stand_is_left_alone() {
        let bytes = include_bytes!("../../../test-data/cases/typed-and-right/input.xlsx");
        assert_eq!(fixed(bytes, Extent::Stated).1, [""; 0]);
    }

    #[test]
    fn equal_typed_numbers_become_formulas_and_stale_results_are_renewed() {
        let bytes = include_bytes!("../../../test-data/cases/safe-fixes/input.xlsx");
        let (before, (after, lines)) =
            (Workbook::open(bytes.to_vec()).unwrap(), fixed(bytes, Extent::Stated));
        assert_eq!(lines, ["V002 A7 2 → 2", "F002 D9 45.00 → 45"]);
        let difference = jixiao_workbook::diff::diff(&before, &after).unwrap();
        let cells: Vec<String> = difference.cells.iter().map(|cell| cell.cell.to_string()).collect();
        assert_eq!(cells, ["A7", "D9"]);
        let bytes = include_bytes!("../../../test-data/cases/stale-stored-results/input.xlsx");
        assert!(fixed(bytes, Extent::All).1.iter().any(|line| line.starts_with("F001")));
        assert_eq!(fixed(bytes, Extent::Stated).1, [""; 0]);
    }
}
