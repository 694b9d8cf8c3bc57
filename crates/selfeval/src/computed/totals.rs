//! What follows from the projects' stated figures: sums, total rate, weighted scores, and the means that are
//! sometimes typed in their place.

use rust_decimal::Decimal;

use crate::profile::Weights;
use crate::summary::{Project, Reading, Summary};

/// What a computed cell should hold, from the stated figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// ΣA in 万元 over the projects whose budget is known.
    pub budget: Decimal,
    /// How many projects' budget is not known; where there are any, what is divided by ΣA is `None`.
    pub unknown_budgets: usize,
    /// ΣB in 万元 over the projects; `None` where one is missing. On a project of budget 0 a missing one is 0.
    pub executed: Option<Decimal>,
    /// ΣB/ΣA, a fraction; `None` where ΣA is 0 or ΣB is missing.
    pub rate: Option<Decimal>,
    /// Σ(A·s)/ΣA in points, not rounded; `None` where a score is missing or ΣA is 0.
    pub score_by_budget: Option<Decimal>,
    /// Σ(B·s)/ΣB in points, not rounded; `None` where a score or an amount is missing, or ΣB is 0.
    pub score_by_executed: Option<Decimal>,
    /// The mean of the scores, not weighted; `None` where one is missing.
    pub score_mean: Option<Decimal>,
    /// The mean of the rates B/A, which is not the total rate; projects of budget 0 have none and are left out.
    /// `None` where one cannot be computed.
    pub rate_mean: Option<Decimal>,
    /// How far the typed totals are from these sums.
    pub gaps: Gaps,
}

/// What the typed figures of the total row exceed the sums over the projects by, in 万元. `None` where the total
/// row states none or computes it, or where a project's amount is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Of the full-year budget.
    pub budget: Option<Decimal>,
    /// Of each fund part, in the order of [`Summary::funds`].
    pub funds: Vec<Option<Decimal>>,
    /// Of the executed amount.
    pub executed: Option<Decimal>,
}

impl Gaps {
    fn of(summary: &Summary, budget: Option<Decimal>, executed: Option<Decimal>) -> Self {
        let Some(total) = &summary.total else { return Self::default() };
        let gap = |reading: Option<&Reading>, sum: Option<Decimal>| {
            let typed = reading.filter(|reading| !reading.has_formula())?;
            typed.value()?.checked_sub(sum?)
        };
        let fund = |(part, reading): (usize, &Reading)| {
            let typed = !reading.has_formula() && reading.figure().is_some();
            gap(Some(reading), if typed { parts(summary, part) } else { None })
        };
        Self {
            budget: gap(total.budget.as_ref(), budget),
            funds: total.funds.iter().enumerate().map(fund).collect(),
            executed: gap(total.executed.as_ref(), executed),
        }
    }
}

/// The sum of a fund part over the projects, blank ones counting 0.
fn parts(summary: &Summary, part: usize) -> Option<Decimal> {
    summary.projects.iter().try_fold(Decimal::ZERO, |sum, project| match project.funds.get(part) {
        Some(reading) if !reading.is_blank() => sum.checked_add(reading.value()?),
        _ => Some(sum),
    })
}

/// The totals that follow from the projects' stated figures.
pub fn totals(summary: &Summary) -> Totals {
    totals_with(summary, |project| project.budget_figure().map(|figure| figure.value))
}

/// The same with each project's full-year budget, in 万元, taken another way.
pub fn totals_with(summary: &Summary, budget: impl Fn(&Project) -> Option<Decimal>) -> Totals {
    let mut sums = Sums::default();
    for project in &summary.projects {
        sums.add(project, budget(project));
    }
    let executed = sums.executed;
    let budget = sums.budget.filter(|_| sums.unknown_budgets == 0);
    let count = Decimal::from(sums.count);
    let gaps = Gaps::of(summary, budget, executed);
    Totals {
        budget: sums.budget.unwrap_or(Decimal::ZERO),
        unknown_budgets: sums.unknown_budgets,
        executed,
        rate: quotient(executed, budget),
        score_by_budget: quotient(sums.weighted_by_budget, budget),
        score_by_executed: quotient(sums.weighted_by_executed, executed),
        score_mean: quotient(sums.scores, Some(count)),
        rate_mean: quotient(sums.rates, Some(Decimal::from(sums.rated))),
        gaps,
    }
}

/// The quotient; `None` where a part is missing, the divisor is 0, or a decimal cannot hold it.
fn quotient(dividend: Option<Decimal>, divisor: Option<Decimal>) -> Option<Decimal> {
    dividend?.checked_div(divisor?)
}

/// Running sums; `None` once a term was missing or the sum left the range of a decimal.
struct Sums {
    count: usize,
    unknown_budgets: usize,
    rated: usize,
    budget: Option<Decimal>,
    executed: Option<Decimal>,
    scores: Option<Decimal>,
    rates: Option<Decimal>,
    weighted_by_budget: Option<Decimal>,
    weighted_by_executed: Option<Decimal>,
}

impl Default for Sums {
    fn default() -> Self {
        let zero = Some(Decimal::ZERO);
        Self {
            count: 0,
            unknown_budgets: 0,
            rated: 0,
            budget: zero,
            executed: zero,
            scores: zero,
            rates: zero,
            weighted_by_budget: zero,
            weighted_by_executed: zero,
        }
    }
}

impl Sums {
    fn add(&mut self, project: &Project, budget: Option<Decimal>) {
        let score = project.score_figure().map(|figure| figure.value);
        let none_spent = budget.filter(Decimal::is_zero);
        let executed = project.executed_figure().map(|figure| figure.value).or(none_spent);
        self.count += 1;
        self.unknown_budgets += usize::from(budget.is_none());
        self.budget = plus(self.budget, Some(budget.unwrap_or(Decimal::ZERO)));
        self.executed = plus(self.executed, executed);
        self.scores = plus(self.scores, score);
        self.weighted_by_budget = plus(self.weighted_by_budget, times(budget, score));
        self.weighted_by_executed = plus(self.weighted_by_executed, times(executed, score));
        if none_spent.is_none() {
            self.rated += 1;
            self.rates = plus(self.rates, quotient(executed, budget));
        }
    }
}

fn plus(a: Option<Decimal>, b: Option<Decimal>) -> Option<Decimal> {
    a?.checked_add(b?)
}

fn times(a: Option<Decimal>, b: Option<Decimal>) -> Option<Decimal> {
    a?.checked_mul(b?)
}

impl Totals {
    /// The weighted score by the basis asked for.
    pub fn score(&self, weights: Weights) -> Option<Decimal> {
        match weights {
            Weights::Budget => self.score_by_budget,
            Weights::Executed => self.score_by_executed,
        }
    }
}
