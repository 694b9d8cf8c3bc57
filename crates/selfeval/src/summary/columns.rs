//! What a column decides for its cells: how many decimals stand for it, and the scale of its rates.

use rust_decimal::Decimal;

use super::read::{BUDGET, EXECUTED, FUNDS, Measure, Plan, RATE, Row};
use super::{Content, RateScale, Reading};
use crate::value::{Figure, Money, shifted};

/// The rate column's scale where neither a percent format nor a percent sign nor (%) in the header says it: the
/// one under which most rows agree with B/A.
pub(super) fn rate_scale(rows: &[Row], headed_percent: bool) -> RateScale {
    if headed_percent {
        return RateScale::Percent;
    }
    let (mut fractions, mut percents, mut above, mut plain) = (0_u32, 0_u32, 0_u32, 0_u32);
    for row in rows {
        let Some(rate) = plain_rate(row) else { continue };
        plain += 1;
        above += u32::from(rate > Decimal::TWO);
        match nearer(rate, row) {
            Some(RateScale::Fraction) => fractions += 1,
            Some(_) => percents += 1,
            None => {}
        }
    }
    match fractions.cmp(&percents) {
        _ if plain == 0 => RateScale::Fraction,
        std::cmp::Ordering::Greater => RateScale::Fraction,
        std::cmp::Ordering::Less => RateScale::Percent,
        std::cmp::Ordering::Equal if fractions > 0 => RateScale::Mixed,
        std::cmp::Ordering::Equal if above > 0 => RateScale::Percent,
        std::cmp::Ordering::Equal => RateScale::Fraction,
    }
}

/// A rate without a percent sign.
fn plain_rate(row: &Row) -> Option<Decimal> {
    let rate = row.figures.get(RATE)?.as_ref().filter(|rate| !rate.shown.percent)?;
    rate.value()
}

/// The scale under which the rate is nearer to B/A.
fn nearer(rate: Decimal, row: &Row) -> Option<RateScale> {
    let true_rate = true_rate(row)?;
    let percent = shifted(rate, -2)?;
    let (as_fraction, as_percent) =
        (rate.checked_sub(true_rate)?.abs(), percent.checked_sub(true_rate)?.abs());
    match as_fraction.cmp(&as_percent) {
        std::cmp::Ordering::Less => Some(RateScale::Fraction),
        std::cmp::Ordering::Greater => Some(RateScale::Percent),
        std::cmp::Ordering::Equal => None,
    }
}

fn true_rate(row: &Row) -> Option<Decimal> {
    let value = |place: usize| row.figures.get(place)?.as_ref()?.value();
    let funds = || {
        let parts = row.figures.get(FUNDS..)?.iter().flatten().filter_map(Reading::value);
        parts.reduce(|sum, part| sum.saturating_add(part))
    };
    let budget = value(BUDGET).or_else(funds)?;
    value(EXECUTED)?.checked_div(budget)
}

/// Turns rates that are numbers of percent into fractions. A mixed column is read row by row.
pub(super) fn scale_rate(row: &mut Row, scale: RateScale) {
    let percent = match (scale, plain_rate(row)) {
        (_, None) | (RateScale::Fraction, _) => false,
        (RateScale::Percent, _) => true,
        (RateScale::Mixed, Some(rate)) => nearer(rate, row) == Some(RateScale::Percent),
    };
    let Some(Some(rate)) = row.figures.get_mut(RATE).filter(|_| percent) else { return };
    let Some(figure) = rate.figure() else { return };
    let Some(value) = shifted(figure.value, -2) else { return };
    rate.set(Figure { value, decimals: figure.decimals.saturating_add(2), ..figure });
    rate.shown.exponent = -2;
}

/// For each numeric column: the largest number of decimals among the projects' typed figures whose format does
/// not fix them, at least 2 for amounts of 万元.
pub(super) fn decimals(rows: &[Row], plan: &Plan) -> Vec<i8> {
    let mut most: Vec<i8> = plan
        .figures
        .iter()
        .map(|column| match column {
            Some((_, Measure::Amount(Money::TenThousand))) => 2,
            Some((_, Measure::Amount(money))) => 0_i8.saturating_sub(money.exponent()),
            _ => 0,
        })
        .collect();
    for row in rows {
        for (place, (reading, most)) in row.figures.iter().zip(&mut most).enumerate() {
            let typed = |reading: &&Reading| {
                is_loose(row, place) && matches!(reading.content, Content::Number(_) | Content::TextNumber(_))
            };
            if let Some(figure) = reading.as_ref().filter(typed).and_then(Reading::figure) {
                *most = (*most).max(figure.decimals);
            }
        }
    }
    most
}

/// Gives figures whose format does not fix their decimals those of their column.
pub(super) fn set_decimals(row: &mut Row, most: &[i8]) {
    let loose = row.loose;
    for (place, (reading, most)) in row.figures.iter_mut().zip(most).enumerate() {
        let Some(reading) = reading.as_mut().filter(|_| place < 64 && loose >> place & 1 == 1) else {
            continue;
        };
        if let Some(figure) = reading.figure() {
            reading.set(Figure { decimals: figure.decimals.max(*most), ..figure });
        }
    }
}

fn is_loose(row: &Row, place: usize) -> bool {
    place < 64 && row.loose >> place & 1 == 1
}
