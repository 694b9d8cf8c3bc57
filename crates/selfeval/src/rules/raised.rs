//! A score typed too high after the total score was made: the total still follows from another score of that one
//! project. It is one finding (W004, at the score); the total's mismatch (W002) follows from it.

use rust_decimal::Decimal;

use super::votes::{Ballot, witness};
use super::weighting::{other, stated};
use super::wording::points;
use super::{Context, w002_weighted_score_mismatch as mismatch, w004_score_above_ceiling as ceiling};
use crate::finding::{Vote, Words};
use crate::profile::Weights;
use crate::summary::Project;
use crate::value::{Figure, round};

/// Scores below are not what was meant where one above the ceiling stands: such a total is wrong by itself.
const LEAST: Decimal = Decimal::from_parts(60, 0, 0, false, 0);

/// Whether one project's score above its ceiling explains that the total score is not the weighted mean.
pub(super) fn explains_total(context: &Context<'_>) -> bool {
    sole(context).is_some_and(|project| asked(context, project).is_some())
}

/// The score that the total asks for in place of a project's, and what speaks for either.
pub(super) fn votes(context: &Context<'_>, project: &Project) -> Vec<Vote> {
    let votes = || {
        let right = asked(context, project)?;
        if sole(context)?.row != project.row || mismatch::of_table(context).is_none() {
            return None;
        }
        let (figure, (total, _)) = (project.score_figure()?, stated(context)?);
        let mut ballot = Ballot::between(right, figure.value);
        ballot.add([true, false], || Words::new("执行率允许的上限", "what the rate allows"));
        ballot.add([true, false], || witness("合计得分", "the total score", total));
        Some(ballot.votes(|value| points(value, decimals(figure))))
    };
    votes().unwrap_or_default()
}

/// The only project whose score is above its ceiling: of two, neither is known to be the one.
fn sole<'a>(context: &Context<'a>) -> Option<&'a Project> {
    let mut high = context.summary.projects.iter().filter(|project| ceiling::exceeds(context, project));
    high.next().filter(|_| high.next().is_none())
}

/// The score that makes the stated total right in place of the project's own, if it could have been meant.
fn asked(context: &Context<'_>, project: &Project) -> Option<Decimal> {
    let (_, total) = stated(context).filter(|(reading, _)| !reading.has_formula())?;
    let score = typed(project)?;
    let basis = context.weights;
    let bases = [Some(basis), Some(other(basis)).filter(|_| context.profile.weights.is_none())];
    let right = bases.into_iter().flatten().find_map(|basis| by(context, basis, (project, score), total))?;
    ceiling::allows(context, project, right).then_some(right)
}

/// The project's score where it was typed.
fn typed(project: &Project) -> Option<Figure> {
    project.score.as_ref().filter(|reading| !reading.has_formula())?.figure()
}

fn by(
    context: &Context<'_>,
    basis: Weights,
    (project, score): (&Project, Figure),
    total: Figure,
) -> Option<Decimal> {
    let totals = context.totals;
    let (mean, whole, weight) = match basis {
        Weights::Budget => (totals.score_by_budget?, totals.budget, project.budget_figure()?),
        Weights::Executed => (totals.score_by_executed?, totals.executed?, project.executed_figure()?),
    };
    let share = weight.value.checked_div(whole).filter(|share| *share > Decimal::ZERO)?;
    let lower = mean.checked_sub(total.value)?.checked_div(share)?;
    let right = round(score.value.checked_sub(lower)?, decimals(score));
    let moved = score.value.checked_sub(right)?.checked_mul(share)?;
    let fits = round(mean.checked_sub(moved)?, decimals(total)) == round(total.value, decimals(total));
    (fits && (LEAST..score.value).contains(&right)).then_some(right)
}

fn decimals(figure: Figure) -> u32 {
    u32::try_from(figure.decimals).unwrap_or(0)
}
