//! Votes: which independent figures of the table support which of two values that cannot both hold. Formulas of the
//! table are no witnesses, since they repeat what they read.

use rust_decimal::Decimal;

use super::Context;
use crate::finding::{Vote, Words};
use crate::summary::Reading;
use crate::value::half_unit;

/// Two values and what supports each.
#[derive(Clone, Debug)]
pub(super) struct Ballot {
    sides: [(Decimal, Vec<Words>); 2],
}

impl Ballot {
    pub(super) fn between(first: Decimal, second: Decimal) -> Self {
        Self { sides: [(first, Vec::new()), (second, Vec::new())] }
    }

    /// Counts a relation that holds with the first, with the second, with both or with neither of the values. What
    /// does not decide between them supports none.
    pub(super) fn add(&mut self, holds: [bool; 2], by: impl FnOnce() -> Words) {
        let [first, second] = &mut self.sides;
        match holds {
            [true, false] => first.1.push(by()),
            [false, true] => second.1.push(by()),
            _ => {}
        }
    }

    /// Whether the second value has more support.
    pub(super) fn prefers_second(&self) -> bool {
        let [first, second] = &self.sides;
        second.1.len() > first.1.len()
    }

    /// The votes, the value with more support first, as the cell would show them.
    pub(super) fn votes(self, show: impl Fn(Decimal) -> String) -> Vec<Vote> {
        let mut sides = self.sides;
        sides.sort_by_key(|(_, by)| std::cmp::Reverse(by.len()));
        sides.into_iter().map(|(value, by)| Vote { value, shown: show(value), by }).collect()
    }
}

/// A witness: what it is called, and its cell.
pub(super) fn witness(zh: &str, en: &str, reading: &Reading) -> Words {
    let (cell, raw) = (reading.cell, reading.raw());
    Words::new(format!("{zh} {cell}（{raw}）"), format!("{en} in {cell} ({raw})"))
}

/// Whether a difference between a total and its projects is no more than the tail difference, or what rounding of
/// all of them explains.
pub(super) fn is_near(context: &Context<'_>, gap: Decimal) -> bool {
    let decimals = i8::try_from(context.profile.amount_decimals).unwrap_or(2);
    let terms = Decimal::from(context.summary.projects.len()).checked_add(Decimal::ONE);
    let rounding = terms.and_then(|terms| terms.checked_mul(half_unit(decimals)));
    gap.abs() <= rounding.unwrap_or(Decimal::ZERO).max(context.profile.tail_difference)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_with_more_support_comes_first() {
        let mut ballot = Ballot::between(Decimal::TEN, Decimal::TWO);
        let by = || Words::new("甲", "a");
        ballot.add([true, true], by);
        ballot.add([false, true], by);
        assert!(ballot.prefers_second());
        let votes = ballot.votes(|value| value.to_string());
        let counts: Vec<(&str, usize)> = votes.iter().map(|vote| (&*vote.shown, vote.by.len())).collect();
        assert_eq!(counts, [("2", 1), ("10", 0)]);
    }
}
