//! The weighted total score as the rules judge it: by either basis, with the range that rounded weights allow.

use rust_decimal::Decimal;

use super::columns::stated_budget;
use super::{Context, corrected};
use crate::computed::DECIMALS;
use crate::profile::Weights;
use crate::summary::{Project, Reading};
use crate::value::{Figure, Level, Spread, round, score_level, weighted_range};

/// The total score stated, and its cell.
pub(super) fn stated<'a>(context: &Context<'a>) -> Option<(&'a Reading, Figure)> {
    let total = context.total()?;
    let reading = total.score.as_ref()?;
    Some((reading, reading.figure()?))
}

/// The other basis.
pub(super) fn other(weights: Weights) -> Weights {
    match weights {
        Weights::Budget => Weights::Executed,
        Weights::Executed => Weights::Budget,
    }
}

/// What the basis is called: Chinese, English.
pub(super) fn basis(weights: Weights) -> (&'static str, &'static str) {
    match weights {
        Weights::Budget => ("预算数", "budget"),
        Weights::Executed => ("执行数", "executed amount"),
    }
}

/// Decimals to propose a total score with: the stated figure's, at least the form's two.
pub(super) fn decimals(figure: Option<Figure>) -> u32 {
    figure.map_or(0, own_decimals).max(DECIMALS)
}

fn own_decimals(figure: Figure) -> u32 {
    u32::try_from(figure.decimals).unwrap_or(0)
}

/// Whether the stated total score is the weighted one by a basis, as far as rounded weights and the cell's
/// decimals allow; `None` where it cannot be computed.
pub(super) fn fits(context: &Context<'_>, weights: Weights, stated: Figure) -> Option<bool> {
    let weigh: fn(&Context<'_>, &Project) -> Option<Spread> = match weights {
        Weights::Budget => stated_budget,
        Weights::Executed => executed,
    };
    let fits = within(&terms(context, weigh)?, stated)?;
    if fits || weights == Weights::Executed {
        return Some(fits);
    }
    // A wrong 小计 is A001's: a score that is right for the corrected one is no second slip.
    Some(corrected::any(context) && within(&terms(context, corrected::budget)?, stated)?)
}

/// Whether the stated total score is the mean of the scores.
pub(super) fn is_mean(context: &Context<'_>, stated: Figure) -> bool {
    context.totals.score_mean.is_some_and(|mean| shown(mean, stated) == shown(stated.value, stated))
}

fn shown(value: Decimal, cell: Figure) -> Decimal {
    round(value, own_decimals(cell))
}

fn executed(_: &Context<'_>, project: &Project) -> Option<Spread> {
    let unused = || project.budget_figure().filter(|budget| budget.value.is_zero()).map(|_| Spread::ZERO);
    project.executed_figure().map(Spread::from).or_else(unused)
}

type Term = (Spread, Decimal);

fn terms(context: &Context<'_>, weigh: fn(&Context<'_>, &Project) -> Option<Spread>) -> Option<Vec<Term>> {
    let term = |project| Some((weigh(context, project)?, project.score_figure()?.value));
    context.summary.projects.iter().map(term).collect()
}

fn within(terms: &[Term], stated: Figure) -> Option<bool> {
    let (mut products, mut weights) = (Decimal::ZERO, Decimal::ZERO);
    for (weight, score) in terms {
        products = products.checked_add(weight.value.checked_mul(*score)?)?;
        weights = weights.checked_add(weight.value)?;
    }
    let exact = products.checked_div(weights)?;
    if shown(exact, stated) == shown(stated.value, stated) {
        return Some(true);
    }
    let Some(range) = weighted_range(terms) else { return Some(false) };
    Some(score_level(stated, exact, range)? < Level::L3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(weight: i64, score: i64) -> Term {
        (Spread { value: Decimal::new(weight, 2), half: Decimal::new(5, 3) }, Decimal::from(score))
    }

    #[test]
    fn a_stated_mean_is_judged_at_its_own_decimals() {
        let terms = [term(30_000, 90), term(10_000, 94)];
        let stated = |value, decimals| Figure { value: Decimal::new(value, 2), decimals, formula: false };
        assert_eq!(within(&terms, stated(9100, 2)), Some(true));
        assert_eq!(within(&terms, stated(9101, 2)), Some(false));
        assert_eq!(within(&terms, stated(9100, 0)), Some(true));
    }
}
