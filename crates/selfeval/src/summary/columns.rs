//! What a column decides for its cells: how many decimals stand for it, and the scale of its rates.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::read::{Measure, Plan};
use super::{Content, Project, RateScale, Reading, Rows};
use crate::value::{Figure, Money, shifted};

/// The rate column's scale where neither a percent format nor a percent sign nor (%) in the header says it: the
/// one under which most rows agree with B/A.
pub(super) fn rate_scale(projects: &[Project], headed_percent: bool) -> RateScale {
    if headed_percent {
        return RateScale::Percent;
    }
    let (mut fractions, mut percents, mut above) = (0_u32, 0_u32, 0_u32);
    for project in projects {
        let Some(rate) = plain_rate(project) else { continue };
        above += u32::from(rate > Decimal::TWO);
        match nearer(rate, project) {
            Some(RateScale::Fraction) => fractions += 1,
            Some(_) => percents += 1,
            None => {}
        }
    }
    match fractions.cmp(&percents) {
        Ordering::Less => RateScale::Percent,
        Ordering::Equal if fractions > 0 => RateScale::Mixed,
        Ordering::Equal if above > 0 => RateScale::Percent,
        Ordering::Greater | Ordering::Equal => RateScale::Fraction,
    }
}

/// A rate without a percent sign.
fn plain_rate(project: &Project) -> Option<Decimal> {
    project.rate.as_ref().filter(|rate| !rate.shown().percent())?.value()
}

/// The scale under which the rate is nearer to B/A.
fn nearer(rate: Decimal, project: &Project) -> Option<RateScale> {
    let budget = project.budget_figure()?.value;
    let true_rate = project.executed_figure()?.value.checked_div(budget)?;
    let percent = shifted(rate, -2)?;
    let (as_fraction, as_percent) =
        (rate.checked_sub(true_rate)?.abs(), percent.checked_sub(true_rate)?.abs());
    match as_fraction.cmp(&as_percent) {
        Ordering::Less => Some(RateScale::Fraction),
        Ordering::Greater => Some(RateScale::Percent),
        Ordering::Equal => None,
    }
}

/// Turns a rate that is a number of percent into a fraction. A mixed column is read row by row.
pub(super) fn scale_rate(project: &mut Project, scale: RateScale) {
    let percent = match (scale, plain_rate(project)) {
        (_, None) | (RateScale::Fraction, _) => false,
        (RateScale::Percent, _) => true,
        (RateScale::Mixed, Some(rate)) => nearer(rate, project) == Some(RateScale::Percent),
    };
    let Some(rate) = project.rate.as_mut().filter(|_| percent) else { return };
    let Some(figure) = rate.figure() else { return };
    let Some(value) = shifted(figure.value, -2) else { return };
    let shown = rate.shown().scaled(-2);
    rate.set(Figure { value, decimals: figure.decimals.saturating_add(2), ..figure }, shown);
}

/// For each numeric column: the largest number of decimals among the projects' typed figures whose format does
/// not fix them, at least 2 for amounts of 万元.
pub(super) fn decimals(rows: &mut Rows, plan: &Plan) -> Vec<i8> {
    let measures = plan.figures.iter().enumerate();
    measures
        .map(|(place, column)| most_decimals(rows, place, column.as_ref().map(|column| column.1)))
        .collect()
}

/// More decimals than this were left by a program: they do not say how precisely a column is typed.
const MOST_TYPED: i8 = 8;

fn most_decimals(rows: &mut Rows, place: usize, measure: Option<Measure>) -> i8 {
    let least = match measure {
        Some(Measure::Amount(Money::TenThousand)) => 2,
        Some(Measure::Amount(money)) => 0_i8.saturating_sub(money.exponent()),
        _ => 0,
    };
    let typed = |reading: &Reading| match reading.content() {
        Content::Number(figure) | Content::TextNumber(figure)
            if !figure.formula && figure.decimals <= MOST_TYPED =>
        {
            Some(figure.decimals)
        }
        _ => None,
    };
    let loose = rows.projects.iter_mut().zip(&rows.loose).filter(|(_, loose)| is_loose(**loose, place));
    let decimals =
        loose.filter_map(|(project, _)| project.figure_mut(place).and_then(|reading| typed(reading)));
    decimals.fold(least, i8::max)
}

/// Gives figures whose format does not fix their decimals those of their column.
pub(super) fn set_decimals(project: &mut Project, loose: u64, most: &[i8]) {
    for (place, most) in most.iter().enumerate().filter(|(place, _)| is_loose(loose, *place)) {
        let Some(reading) = project.figure_mut(place) else { continue };
        if let Some(figure) = reading.figure() {
            let decimals = figure.decimals.max(*most);
            reading.set(Figure { decimals, ..figure }, reading.shown());
        }
    }
}

fn is_loose(loose: u64, place: usize) -> bool {
    place < 64 && loose >> place & 1 == 1
}
