//! Each computed cell as one expression: it prints the formula, gives the value, is what the rules compare with,
//! and is what the documentation shows.

use jixiao_workbook::{CellRef, Range};
use rust_decimal::Decimal;

use crate::layout::Located;
use crate::profile::Weights;
use crate::summary::Summary;

/// A computed cell's definition, in cells of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expression {
    /// Sum of ranges: 小计 over the fund columns, 合计 over the runs of project rows.
    Sum(Vec<Range>),
    /// Executed by budget; `percent` where the column holds numbers of percent, rounded to `decimals`.
    Rate {
        /// B.
        executed: CellRef,
        /// A.
        budget: CellRef,
        /// Decimals to round to where the column holds numbers of percent; none for a fraction.
        percent: Option<u32>,
    },
    /// Scores weighted by amounts, over the runs of project rows.
    Weighted {
        /// The column of the weights, per run.
        weights: Vec<Range>,
        /// The column of the scores, per run.
        scores: Vec<Range>,
        /// The column of the project names, per run.
        names: Vec<Range>,
        /// The total of the weights.
        total: CellRef,
        /// Decimals to round to.
        decimals: u32,
    },
}

/// What a computed cell should hold, from the stated figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// ΣA in 万元 over the projects.
    pub budget: Decimal,
    /// ΣB in 万元 over the projects; `None` where one is missing.
    pub executed: Option<Decimal>,
    /// ΣB/ΣA, a fraction; `None` where ΣA is 0 or ΣB is missing.
    pub rate: Option<Decimal>,
    /// Σ(A·s)/ΣA in points, not rounded; `None` where a score is missing or ΣA is 0.
    pub score_by_budget: Option<Decimal>,
    /// Σ(B·s)/ΣB in points, not rounded; `None` where a score or an amount is missing, or ΣB is 0.
    pub score_by_executed: Option<Decimal>,
    /// The mean of the scores, not weighted; `None` where one is missing.
    pub score_mean: Option<Decimal>,
    /// The mean of the rates B/A, which is not the total rate; `None` where one cannot be computed.
    pub rate_mean: Option<Decimal>,
}

/// The totals that follow from the projects' stated figures.
pub fn totals(summary: &Summary) -> Totals {
    let _ = summary;
    Totals {
        budget: Decimal::ZERO,
        executed: None,
        rate: None,
        score_by_budget: None,
        score_by_executed: None,
        score_mean: None,
        rate_mean: None,
    }
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

/// 小计 of a project or of the total row: the sum over exactly the fund columns.
pub fn subtotal(located: &Located, row: u32) -> Option<Expression> {
    let _ = (located, row);
    None
}

/// 执行率 of a row.
pub fn rate(located: &Located, summary: &Summary, row: u32) -> Option<Expression> {
    let _ = (located, summary, row);
    None
}

/// 合计 of an amount column.
pub fn column_total(located: &Located, column: u16) -> Option<Expression> {
    let _ = (located, column);
    None
}

/// 合计 自评得分: the score weighted as the note says.
pub fn weighted_score(located: &Located, weights: Weights) -> Option<Expression> {
    let _ = (located, weights);
    None
}

impl Expression {
    /// The formula's text, without `=`.
    pub fn formula(&self) -> String {
        String::new()
    }
}
