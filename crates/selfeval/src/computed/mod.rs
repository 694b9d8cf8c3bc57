//! Each computed cell as one expression: it prints the formula, gives the value, is what the rules compare with,
//! and is what the documentation shows.

use jixiao_workbook::calc;
use jixiao_workbook::number::{decimal, written};
use jixiao_workbook::{CellRef, Range, Sheet, Value, ValueRef};
use rust_decimal::Decimal;

use crate::layout::Located;
use crate::profile::Weights;
use crate::value::round;

mod documentation;
mod shown;
mod totals;

pub use documentation::{Documented, documentation};
pub use shown::{Look, shown};
pub use totals::{Gaps, Totals, totals, totals_with};

/// Decimals of a weighted score and of a rate written as a number of percent.
pub const DECIMALS: u32 = 2;

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

/// What stands in a cell, as far as an expression looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Nothing.
    Blank,
    /// A number, in the unit of the cell.
    Number(Decimal),
    /// Text, which sums skip.
    Text,
    /// An error, which what depends on it shows too.
    Error,
}

/// What an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A number, in the unit of its cells.
    Number(Decimal),
    /// The empty text: there is nothing to show.
    Empty,
}

impl Outcome {
    /// The number, if it is one.
    pub fn number(self) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(number),
            Self::Empty => None,
        }
    }

    /// The outcome as a cell stores it.
    pub fn to_value(self) -> Value {
        match self {
            Self::Number(number) => Value::Number(written(number)),
            Self::Empty => Value::Text(String::new()),
        }
    }
}

/// 小计 of a project or of the total row: the sum over exactly the fund columns; `None` where there are none.
pub fn subtotal(located: &Located, row: u32) -> Option<Expression> {
    let mut columns: Vec<u16> = located.columns.funds.iter().map(|fund| fund.column.number).collect();
    columns.sort_unstable();
    let mut ranges: Vec<Range> = Vec::with_capacity(1);
    for column in columns {
        let cell = CellRef::new(row, column)?;
        match ranges.last_mut() {
            Some(last) if last.last().column() + 1 == column => *last = Range::new(last.first(), cell),
            _ => ranges.push(Range::cell(cell)),
        }
    }
    (!ranges.is_empty()).then_some(Expression::Sum(ranges))
}

/// 执行率 of a row: a fraction, or a number of percent rounded to the decimals given.
pub fn rate_as(located: &Located, row: u32, percent: Option<u32>) -> Option<Expression> {
    let executed = CellRef::new(row, located.columns.executed.as_ref()?.number)?;
    let budget = CellRef::new(row, located.columns.budget.as_ref()?.number)?;
    Some(Expression::Rate { executed, budget, percent })
}

/// 合计 of an amount column, one range per run of project rows; `None` where there are none.
pub fn column_total(located: &Located, column: u16) -> Option<Expression> {
    let ranges = runs(located, column)?;
    (!ranges.is_empty()).then_some(Expression::Sum(ranges))
}

/// 合计 自评得分: the score weighted as the note says; `None` where a column or the total row is missing.
pub fn weighted_score(located: &Located, weights: Weights) -> Option<Expression> {
    weighted_score_to(located, weights, DECIMALS)
}

/// 合计 自评得分, rounded to the decimals given.
pub fn weighted_score_to(located: &Located, weights: Weights, decimals: u32) -> Option<Expression> {
    let columns = &located.columns;
    let weight = match weights {
        Weights::Budget => columns.budget.as_ref()?.number,
        Weights::Executed => columns.executed.as_ref()?.number,
    };
    Some(Expression::Weighted {
        weights: runs(located, weight)?,
        scores: runs(located, columns.score.as_ref()?.number)?,
        names: runs(located, columns.name.as_ref()?.number)?,
        total: CellRef::new(located.total.as_ref()?.0, weight)?,
        decimals,
    })
}

/// The cells of a column in each run of project rows.
fn runs(located: &Located, column: u16) -> Option<Vec<Range>> {
    let range = |first, last| Some(Range::new(CellRef::new(first, column)?, CellRef::new(last, column)?));
    located.runs.iter().map(|run| range(run.first, run.last)).collect()
}

impl Expression {
    /// The formula's text, without `=`.
    pub fn formula(&self) -> String {
        match self {
            Self::Sum(ranges) => {
                let mut text = String::with_capacity(5 + 16 * ranges.len());
                call(&mut text, "SUM", ranges);
                text
            }
            Self::Rate { executed, budget, percent } => rate_formula(*executed, *budget, *percent),
            Self::Weighted { weights, scores, names, total, decimals } => {
                let mut text = String::with_capacity(64 + 64 * weights.len());
                text.push_str("IF(OR(N(");
                push_cell(&mut text, *total);
                text.push_str(")=0,");
                call(&mut text, "COUNT", scores);
                text.push('<');
                call(&mut text, "COUNTA", names);
                text.push_str("),\"\",ROUND(");
                push_products(&mut text, weights, scores);
                text.push('/');
                push_cell(&mut text, *total);
                text.push(',');
                push_number(&mut text, *decimals);
                text.push_str("))");
                text
            }
        }
    }

    /// The value over what stands in the cells; `None` where an error stands in one, text stands where a number
    /// is divided, or a decimal cannot hold the result.
    pub fn value(&self, look: impl Fn(CellRef) -> Held) -> Option<Outcome> {
        match self {
            Self::Sum(ranges) => sum(ranges, &look).map(Outcome::Number),
            Self::Rate { executed, budget, percent } => {
                let budget = divisor(look(*budget))?;
                if budget.is_zero() {
                    return Some(Outcome::Empty);
                }
                let fraction = |factor| amount(look(*executed))?.checked_mul(factor)?.checked_div(budget);
                let value = match percent {
                    None => fraction(Decimal::ONE)?,
                    Some(decimals) => round(fraction(Decimal::ONE_HUNDRED)?, *decimals),
                };
                Some(Outcome::Number(value))
            }
            Self::Weighted { weights, scores, names, total, decimals } => {
                let total = divisor(look(*total))?;
                let scored = cells(scores).filter(|cell| matches!(look(*cell), Held::Number(_))).count();
                let named = cells(names).filter(|cell| look(*cell) != Held::Blank).count();
                if total.is_zero() || scored < named {
                    return Some(Outcome::Empty);
                }
                let mean = products(weights, scores, &look)?.checked_div(total)?;
                Some(Outcome::Number(round(mean, *decimals)))
            }
        }
    }

    /// The sum of the magnitudes of the terms, by which rounding in a spreadsheet program is measured.
    pub fn magnitude(&self, look: impl Fn(CellRef) -> Held) -> Decimal {
        let Self::Sum(ranges) = self else { return Decimal::ZERO };
        let terms = cells(ranges).filter_map(|cell| match look(cell) {
            Held::Number(value) => Some(value.abs()),
            _ => None,
        });
        terms.fold(Decimal::ZERO, |sum, term| sum.checked_add(term).unwrap_or(Decimal::MAX))
    }

    /// Whether a spreadsheet program takes the formula: 255 arguments, 8,192 characters.
    pub fn fits(&self) -> bool {
        match self {
            Self::Rate { .. } => true,
            Self::Sum(ranges) => ranges.len() <= 255,
            Self::Weighted { names, .. } => names.len() <= 255 && self.formula().len() <= 8192,
        }
    }
}

fn rate_formula(executed: CellRef, budget: CellRef, percent: Option<u32>) -> String {
    let mut text = String::with_capacity(40);
    text.push_str("IF(N(");
    push_cell(&mut text, budget);
    text.push_str(if percent.is_some() { ")=0,\"\",ROUND(" } else { ")=0,\"\"," });
    push_cell(&mut text, executed);
    text.push('/');
    push_cell(&mut text, budget);
    if let Some(decimals) = percent {
        text.push_str("*100,");
        push_number(&mut text, decimals);
        text.push(')');
    }
    text.push(')');
    text
}

fn call(text: &mut String, name: &str, ranges: &[Range]) {
    text.push_str(name);
    let mut before = '(';
    for range in ranges {
        text.push(before);
        push_range(text, *range);
        before = ',';
    }
    text.push(')');
}

/// One SUMPRODUCT per run; several are added up in brackets, since a quotient follows.
fn push_products(text: &mut String, weights: &[Range], scores: &[Range]) {
    let several = weights.len() > 1;
    if several {
        text.push('(');
    }
    for (index, (weight, score)) in weights.iter().zip(scores).enumerate() {
        if index > 0 {
            text.push('+');
        }
        call(text, "SUMPRODUCT", &[*weight, *score]);
    }
    if several {
        text.push(')');
    }
}

fn push_range(text: &mut String, range: Range) {
    push_cell(text, range.first());
    if range.first() != range.last() {
        text.push(':');
        push_cell(text, range.last());
    }
}

/// As `CellRef` displays, without the formatting machinery: a large form has some million of these.
fn push_cell(text: &mut String, cell: CellRef) {
    let mut letters = [b'A'; 3];
    let mut rest = cell.column();
    let mut used = 0;
    for slot in letters.iter_mut().rev() {
        if rest == 0 {
            break;
        }
        *slot += u8::try_from((rest - 1) % 26).unwrap_or(0);
        rest = (rest - 1) / 26;
        used += 1;
    }
    text.extend(letters.iter().skip(3 - used).map(|byte| char::from(*byte)));
    push_number(text, cell.row());
}

fn push_number(text: &mut String, number: u32) {
    let mut power = number.checked_ilog10().map_or(1, |digits| 10u32.pow(digits));
    while power > 0 {
        text.push(char::from(b'0' + u8::try_from(number / power % 10).unwrap_or(0)));
        power /= 10;
    }
}

fn cells(ranges: &[Range]) -> impl Iterator<Item = CellRef> {
    ranges.iter().flat_map(|range| {
        let columns = range.first().column()..=range.last().column();
        let rows = range.first().row()..=range.last().row();
        rows.flat_map(move |row| columns.clone().filter_map(move |column| CellRef::new(row, column)))
    })
}

fn sum(ranges: &[Range], look: &impl Fn(CellRef) -> Held) -> Option<Decimal> {
    cells(ranges).try_fold(Decimal::ZERO, |sum, cell| match look(cell) {
        Held::Number(value) => sum.checked_add(value),
        Held::Blank | Held::Text => Some(sum),
        Held::Error => None,
    })
}

/// Σ weight × score; as SUMPRODUCT does, text counts as 0.
fn products(weights: &[Range], scores: &[Range], look: &impl Fn(CellRef) -> Held) -> Option<Decimal> {
    cells(weights).zip(cells(scores)).try_fold(Decimal::ZERO, |sum, (weight, score)| {
        match (look(weight), look(score)) {
            (Held::Number(weight), Held::Number(score)) => sum.checked_add(weight.checked_mul(score)?),
            (Held::Error, _) | (_, Held::Error) => None,
            _ => Some(sum),
        }
    })
}

/// What stands under a fraction, as `N` takes it.
fn divisor(held: Held) -> Option<Decimal> {
    match held {
        Held::Number(value) => Some(value),
        Held::Blank | Held::Text => Some(Decimal::ZERO),
        Held::Error => None,
    }
}

/// An amount that is divided: blank is 0 there, text is an error.
fn amount(held: Held) -> Option<Decimal> {
    match held {
        Held::Number(value) => Some(value),
        Held::Blank => Some(Decimal::ZERO),
        Held::Text | Held::Error => None,
    }
}

/// Whether a stored result is what was computed, within what a spreadsheet program's own arithmetic may differ:
/// 1e-12 of the sum of the terms' magnitudes.
pub fn agrees(stored: ValueRef<'_>, computed: Outcome, magnitude: Decimal) -> bool {
    match (stored, computed) {
        (ValueRef::Number(digits), Outcome::Number(value)) => {
            calc::agrees(digits, &value, magnitude.max(value.abs()))
        }
        (ValueRef::Text(text), Outcome::Empty) => text.is_empty(),
        _ => false,
    }
}

/// What stands in a cell of a sheet, as it is stored.
pub fn stored(sheet: &Sheet, cell: CellRef) -> Held {
    standing(sheet.value(cell))
}

/// What a value is to an expression.
pub fn standing(value: ValueRef<'_>) -> Held {
    match value {
        ValueRef::Blank => Held::Blank,
        ValueRef::Number(digits) => decimal(digits).map_or(Held::Error, Held::Number),
        ValueRef::Error(_) => Held::Error,
        _ => Held::Text,
    }
}

/// Whether two formulas say the same, blanks, `$` and letter case aside.
pub fn same_formula(a: &str, b: &str) -> bool {
    let plain = |c: &char| !c.is_whitespace() && *c != '$';
    let letters =
        |text: &'_ str| text.chars().filter(plain).map(|c| c.to_ascii_uppercase()).collect::<Vec<_>>();
    a == b || letters(a) == letters(b)
}

#[cfg(test)]
mod tests {
    use jixiao_workbook::SheetId;

    use super::documentation::{drawn_rate, drawn_sum, drawn_weighted};
    use super::*;
    use crate::sketch;

    const ROWS: &str = "1|a|x|830|.|.|.|814.79|.|94\n2|b|x|20|.|.|.|4.4|.|85\n3|c|x|3|.|.|.|0.91|.|80.5\n\
                        合计|||853|.|.|.|820.10";

    fn look(text: &str) -> impl Fn(CellRef) -> Held + use<> {
        let workbook = sketch::workbook(text);
        move |cell| match workbook.value(SheetId(0), cell) {
            ValueRef::Blank => Held::Blank,
            ValueRef::Number(digits) => Held::Number(digits.parse().unwrap()),
            _ => Held::Text,
        }
    }

    fn expressions() -> Vec<(Expression, &'static str, &'static str)> {
        let weighted = |weights, scores, names, total| drawn_weighted(weights, scores, names, total).unwrap();
        vec![
            (drawn_sum("E1:G1").unwrap(), "SUM(E1:G1)", "0"),
            (drawn_sum("D1,F1:H1").unwrap(), "SUM(D1,F1:H1)", "1644.79"),
            (drawn_sum("D1:D2,D3").unwrap(), "SUM(D1:D2,D3)", "853"),
            (
                drawn_sum("Z9,AA10:AZ99,ZZ100,AAA1048576,XFD1").unwrap(),
                "SUM(Z9,AA10:AZ99,ZZ100,AAA1048576,XFD1)",
                "0",
            ),
            (drawn_rate("H2/D2", None).unwrap(), "IF(N(D2)=0,\"\",H2/D2)", "0.22"),
            (drawn_rate("H1/D1", Some(2)).unwrap(), "IF(N(D1)=0,\"\",ROUND(H1/D1*100,2))", "98.17"),
            (drawn_rate("H2/E2", None).unwrap(), "IF(N(E2)=0,\"\",H2/E2)", ""),
            (
                weighted("D1:D3", "J1:J3", "B1:B3", "D4"),
                "IF(OR(N(D4)=0,COUNT(J1:J3)<COUNTA(B1:B3)),\"\",ROUND(SUMPRODUCT(D1:D3,J1:J3)/D4,2))",
                "93.74",
            ),
            (
                weighted("H1,H3", "J1,J3", "B1,B3", "H4"),
                "IF(OR(N(H4)=0,COUNT(J1,J3)<COUNTA(B1,B3)),\"\",ROUND((SUMPRODUCT(H1,J1)+SUMPRODUCT(H3,J3))/H4,2))",
                "93.48",
            ),
            (
                weighted("D1:D3", "J1:J3", "B1:B3", "E4"),
                "IF(OR(N(E4)=0,COUNT(J1:J3)<COUNTA(B1:B3)),\"\",ROUND(SUMPRODUCT(D1:D3,J1:J3)/E4,2))",
                "",
            ),
            (
                weighted("D1:D3", "J1:J3", "B1:B2", "D4"),
                "IF(OR(N(D4)=0,COUNT(J1:J3)<COUNTA(B1:B2)),\"\",ROUND(SUMPRODUCT(D1:D3,J1:J3)/D4,2))",
                "93.74",
            ),
            (
                weighted("D1:D3", "K1:K3", "B1:B3", "D4"),
                "IF(OR(N(D4)=0,COUNT(K1:K3)<COUNTA(B1:B3)),\"\",ROUND(SUMPRODUCT(D1:D3,K1:K3)/D4,2))",
                "",
            ),
        ]
    }

    #[test]
    fn an_expression_prints_its_formula_and_gives_its_value() {
        for (expression, formula, value) in expressions() {
            assert_eq!(expression.formula(), formula);
            let expected = match value {
                "" => Outcome::Empty,
                digits => Outcome::Number(digits.parse().unwrap()),
            };
            assert_eq!(expression.value(look(ROWS)), Some(expected), "{formula}");
        }
    }

    #[test]
    fn the_printed_formula_evaluates_to_the_value() {
        let workbook = sketch::workbook(ROWS);
        let cell: CellRef = "Z1".parse().unwrap();
        for (expression, formula, _) in expressions() {
            let expected = match expression.value(look(ROWS)).unwrap() {
                Outcome::Empty => Value::Text(String::new()),
                Outcome::Number(value) => Value::Number(jixiao_workbook::number::written(value)),
            };
            let outcome = calc::evaluate(&workbook, SheetId(0), cell, formula);
            assert_eq!(outcome, calc::Outcome::Value(expected), "{formula}");
        }
    }

    #[test]
    fn text_and_errors_count_as_in_a_spreadsheet() {
        let sheet = "'5|#DIV/0!|2|.";
        assert_eq!(drawn_sum("A1,C1:D1").unwrap().value(look(sheet)), Some(Outcome::Number(Decimal::TWO)));
        assert_eq!(drawn_rate("A1/C1", None).unwrap().value(look(sheet)), None);
        assert_eq!(
            drawn_rate("D1/C1", None).unwrap().value(look(sheet)),
            Some(Outcome::Number(Decimal::ZERO))
        );
        assert_eq!(drawn_rate("C1/A1", None).unwrap().value(look(sheet)), Some(Outcome::Empty));
    }

    #[test]
    fn an_error_stands_in_the_way_of_a_result() {
        let workbook = sketch::workbook("2|'x|#DIV/0!|.|3");
        let look = |cell| standing(workbook.value(SheetId(0), cell));
        let weighted = |weights, scores, names| drawn_weighted(weights, scores, names, "A1").unwrap();
        let number = |digits: &str| Some(Outcome::Number(digits.parse().unwrap()));
        let cases = [
            (drawn_sum("A1:B1,D1:E1").unwrap(), number("5")),
            (drawn_sum("A1:E1").unwrap(), None),
            (drawn_rate("C1/A1", None).unwrap(), None),
            (drawn_rate("A1/C1", None).unwrap(), None),
            (weighted("A1,E1", "E1,A1", "A1"), number("6")),
            (weighted("A1,B1", "E1,A1", "A1"), number("3")),
            (weighted("A1,C1", "E1,A1", "A1"), None),
            (weighted("A1,E1", "E1,C1", "A1"), None),
        ];
        for (expression, expected) in cases {
            assert_eq!(expression.value(look), expected, "{}", expression.formula());
        }
        assert_eq!(standing(ValueRef::Number("1E400")), Held::Error);
        assert_eq!(standing(ValueRef::Bool(true)), Held::Text);
    }

    #[test]
    fn a_sum_is_as_large_as_its_terms_together() {
        let workbook = sketch::workbook("2|-3|'x|.|#N/A");
        let look = |cell| standing(workbook.value(SheetId(0), cell));
        assert_eq!(drawn_sum("A1:E1").unwrap().magnitude(look), Decimal::from(5));
        assert_eq!(drawn_rate("A1/B1", None).unwrap().magnitude(look), Decimal::ZERO);
    }

    #[test]
    fn a_subtotal_spans_exactly_the_fund_columns() {
        let row = "1|a|x|830|810|20|.|814.79|.|94";
        let (_, mut located, _) = sketch::read(&sketch::official(&[row]));
        let formula = |located: &Located| subtotal(located, 6).map(|sum| sum.formula());
        assert_eq!(formula(&located).as_deref(), Some("SUM(E6:G6)"));
        located.columns.funds.reverse();
        assert_eq!(formula(&located).as_deref(), Some("SUM(E6:G6)"), "in any order");
        located.columns.funds.remove(1);
        assert_eq!(formula(&located).as_deref(), Some("SUM(E6,G6)"), "a column between is left out");
        located.columns.funds.clear();
        assert_eq!(formula(&located), None);
    }

    #[test]
    fn no_result_agrees_with_empty_text_only() {
        let agrees = |stored| agrees(stored, Outcome::Empty, Decimal::ZERO);
        assert!(agrees(ValueRef::Text("")));
        assert!(!agrees(ValueRef::Text("0")) && !agrees(ValueRef::Number("0")) && !agrees(ValueRef::Blank));
        let agrees = |stored, magnitude: u32| {
            super::agrees(ValueRef::Number(stored), Outcome::Number(Decimal::new(3, 1)), magnitude.into())
        };
        assert!(
            agrees("0.30000000000000004", 0) && !agrees("0.3000000001", 0) && agrees("0.3000000001", 1_000)
        );
        assert!(!super::agrees(ValueRef::Text("0.3"), Outcome::Number(Decimal::new(3, 1)), Decimal::ONE));
    }

    #[test]
    fn formulas_are_compared_by_what_they_say() {
        assert!(same_formula("SUM(E7:G7)", "SUM(E7:G7)"));
        assert!(same_formula(" sum( $E$7 :g7 )", "SUM(E7:G7)"));
        assert!(!same_formula("SUM(E7:G8)", "SUM(E7:G7)"));
        assert!(!same_formula("SUM(E7:G7)+1", "SUM(E7:G7)"));
    }

    #[test]
    fn formulas_beyond_what_a_spreadsheet_takes_are_told() {
        let cell = |row| Range::cell(CellRef::new(row, 4).unwrap());
        assert!(Expression::Sum((1..=255).map(cell).collect()).fits());
        assert!(!Expression::Sum((1..=256).map(cell).collect()).fits());
        let weighted = |first: u32, runs: u32| {
            let cells: Vec<Range> = (first..first + runs).map(cell).collect();
            let (weights, scores, total) = (cells.clone(), cells.clone(), CellRef::FIRST);
            Expression::Weighted { weights, scores, names: cells, total, decimals: DECIMALS }
        };
        assert!(weighted(1, 255).fits() && !weighted(1, 256).fits());
        assert!(!weighted(100_000, 255).fits(), "too long");
    }
}
