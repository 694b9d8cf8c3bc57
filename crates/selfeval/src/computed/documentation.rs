//! The documentation's table of computed cells, printed by the same expressions that fill the form.

use jixiao_workbook::Range;

use super::{DECIMALS, Expression};
use crate::finding::Words;

/// One line of the documentation's table of computed cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Documented {
    /// The cell's name.
    pub cell: Words,
    /// Its formulas on the official form (project row 7 to 20, total row 21), without `=`.
    pub formulas: Vec<String>,
    /// What to know about it.
    pub note: Words,
}

/// The computed cells of the official form, from the same expressions that fill it.
pub fn documentation() -> Vec<Documented> {
    let line = |cell, formulas: &[Option<Expression>], note| Documented {
        cell,
        formulas: formulas.iter().flatten().map(Expression::formula).collect(),
        note,
    };
    vec![
        line(
            Words::new("小计", "小计 (full-year budget)"),
            &[drawn_sum("E7:G7")],
            Words::new(
                "恰为各资金栏之和，有几栏算几栏；某栏为空而别的栏有数时按 0 计，各栏都为空时不填。",
                "The sum over exactly the fund columns; a blank part beside a filled one counts as 0, and where all are blank the cell stays blank.",
            ),
        ),
        line(
            Words::new("执行率", "执行率 (execution rate)"),
            &[drawn_rate("H7/D7", None), drawn_rate("H7/D7", Some(DECIMALS))],
            Words::new(
                "预算数为 0 时留空。表头写明（%）且单元格为普通数字格式时用后一式。",
                "Blank where the budget is 0. The second form stands under a (%) label with a plain number format.",
            ),
        ),
        line(
            Words::new("合计（金额各栏）", "合计 of amounts"),
            &[drawn_sum("D7:D20"), drawn_sum("D7:D9,D11:D14")],
            Words::new(
                "有分组小计行时，每段项目行一个参数，分组行不计入；整栏为空的资金栏合计为 0。",
                "With group rows one argument per run of project rows; a fund column blank throughout sums to 0.",
            ),
        ),
        line(
            Words::new("合计 执行率", "合计 执行率 (total rate)"),
            &[drawn_rate("H21/D21", None)],
            Words::new(
                "合计执行数除以合计预算数，不是各项目执行率的平均。",
                "Total executed by total budget, never the mean of the rates.",
            ),
        ),
        line(
            Words::new("合计 自评得分", "合计 自评得分 (weighted score)"),
            &[
                drawn_weighted("D7:D20", "J7:J20", "B7:B20", "D21"),
                drawn_weighted("D7:D9,D11:D20", "J7:J9,J11:J20", "B7:B9,B11:B20", "D21"),
            ],
            Words::new(
                "按各项目预算数加权平均，保留两位小数；缺一个得分就留空。按执行数加权时以 H 栏代 D 栏。",
                "Scores weighted by budget, two decimals; blank while a score is missing. Weighted by executed amounts, H stands for D.",
            ),
        ),
    ]
}

fn drawn(ranges: &str) -> Option<Vec<Range>> {
    ranges.split(',').map(|range| range.parse().ok()).collect()
}

pub(super) fn drawn_sum(ranges: &str) -> Option<Expression> {
    drawn(ranges).map(Expression::Sum)
}

pub(super) fn drawn_rate(cells: &str, percent: Option<u32>) -> Option<Expression> {
    let (executed, budget) = cells.split_once('/')?;
    Some(Expression::Rate { executed: executed.parse().ok()?, budget: budget.parse().ok()?, percent })
}

pub(super) fn drawn_weighted(weights: &str, scores: &str, names: &str, total: &str) -> Option<Expression> {
    Some(Expression::Weighted {
        weights: drawn(weights)?,
        scores: drawn(scores)?,
        names: drawn(names)?,
        total: total.parse().ok()?,
        decimals: DECIMALS,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_cell_has_its_formulas() {
        let formulas: Vec<String> = documentation().into_iter().flat_map(|line| line.formulas).collect();
        assert_eq!(formulas.len(), 8);
        assert!(formulas.contains(&"SUM(D7:D9,D11:D14)".to_owned()));
    }
}
