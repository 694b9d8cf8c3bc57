//! Evaluates the functions that forms use, in exact decimals; anything else is unknown, never guessed.
//!
//! Formulas are computed on the stored results of the cells they read. A formula cell without a stored result
//! is computed on the way.

mod expression;
mod functions;
mod lookup;
mod reads;
mod scalar;

pub use lookup::Evaluator;
pub use reads::{Reads, reads};

use rust_decimal::Decimal;

use crate::address::CellRef;
use crate::number;
use crate::sheet::{Value, ValueRef};
use crate::workbook::{SheetId, Workbook};

/// What a formula gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A value.
    Value(Value),
    /// Not computed here, and why (an unknown function, a reference to another workbook, …).
    Unknown(String),
}

/// What a formula gives, exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A number.
    Number {
        /// The number.
        value: Decimal,
        /// The sum of its terms' magnitudes: what bounds the error of the same computation in doubles.
        terms: Decimal,
    },
    /// Text.
    Text(String),
    /// A truth value.
    Bool(bool),
    /// An error value, `#DIV/0!`.
    Error(String),
}

impl Answer {
    /// The value to store for it.
    pub fn value(&self) -> Value {
        match self {
            Self::Number { value, .. } => Value::Number(number::written(*value)),
            Self::Text(text) => Value::Text(text.clone()),
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Error(code) => Value::Error(code.clone()),
        }
    }

    /// Whether a stored result is this answer, numbers within what doubles may stray. Nothing stored never is.
    pub fn agrees(&self, stored: ValueRef<'_>) -> bool {
        match (self, stored) {
            (Self::Number { value, terms }, ValueRef::Number(digits)) => agrees(digits, value, *terms),
            (Self::Text(text), ValueRef::Text(other)) => text == other,
            (Self::Bool(truth), ValueRef::Bool(other)) => *truth == other,
            // LibreOffice stores truth values as numbers.
            (Self::Bool(truth), ValueRef::Number(digits)) => digits == if *truth { "1" } else { "0" },
            (Self::Error(code), ValueRef::Error(other)) => code == other,
            _ => false,
        }
    }
}

/// Whether stored digits are the exact value as a spreadsheet program computes it: within 1e-12 · Σ|terms|.
pub fn agrees(stored: &str, exact: &Decimal, terms: Decimal) -> bool {
    let Some(stored) = number::decimal(stored) else { return false };
    let Some(difference) = stored.checked_sub(*exact) else { return false };
    // The terms are divided down rather than the difference scaled up, which could overflow. Reading at 15
    // digits itself moves a number by up to half of its last digit, which this bound exceeds.
    let bound = terms.abs().checked_mul(Decimal::new(1, 12)).unwrap_or(Decimal::ZERO);
    difference.abs() <= bound
}

/// Evaluates a formula's text (without `=`) as if it stood in a cell, on the workbook's stored values.
///
/// For many formulas, or with new values laid over the stored ones, use an [`Evaluator`].
pub fn evaluate(workbook: &Workbook, sheet: SheetId, cell: CellRef, text: &str) -> Outcome {
    Evaluator::new(workbook).evaluate(sheet, cell, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{FormulaKind, Sheet, SheetBuilder};
    use crate::workbook::{DefinedName, Parts, SheetEntry, Visibility};

    fn at(text: &str) -> CellRef {
        text.parse().unwrap()
    }

    fn sheet(cells: &[(&str, ValueRef<'_>, &str)]) -> Sheet {
        sheet_with(&[], cells)
    }

    /// A sheet of these cells, and formulas of another kind without results behind them.
    fn sheet_with(more: &[(&str, &str, FormulaKind)], cells: &[(&str, ValueRef<'_>, &str)]) -> Sheet {
        let mut builder = SheetBuilder::default();
        for (cell, value, formula) in cells {
            builder.cell(at(cell), *value, 0).unwrap();
            if !formula.is_empty() {
                builder.formula(formula, FormulaKind::Plain).unwrap();
            }
        }
        for (cell, formula, kind) in more {
            builder.cell(at(cell), ValueRef::Blank, 0).unwrap();
            builder.formula(formula, *kind).unwrap();
        }
        builder.finish()
    }

    fn workbook() -> Workbook {
        use ValueRef::{Blank, Bool, Error, Number, Text};
        let array = FormulaKind::Array(crate::address::Range::cell(at("F17")));
        let form = sheet_with(
            &[("F17", "A1:A2", array)],
            &[
                ("A1", Number("1"), ""),
                ("B1", Number("10"), ""),
                ("C1", Number("0.1"), ""),
                ("A2", Number("2.5"), ""),
                ("B2", Number("20"), ""),
                ("C2", Number("0.2"), ""),
                ("A3", Text("3"), ""),
                ("B3", Number("30"), ""),
                ("A4", Bool(true), ""),
                ("A6", Text(""), "\"\""),
                ("A7", Number("-4"), ""),
                ("A8", Error("#DIV/0!"), "1/0"),
                ("A9", Text("abc"), ""),
                ("F11", Blank, "B1+F12"),
                ("F12", Blank, "SUM(B2:B3)"),
                ("F13", Blank, "F14"),
                ("F14", Blank, "F13"),
                ("F15", Blank, "TODAY()"),
                ("F16", Number("1893.6599999999999"), ""),
            ],
        );
        let other = sheet(&[("A1", Number("100"), ""), ("B2", Number("7"), "")]);
        let entry = |name: &str| SheetEntry {
            name: name.to_owned(),
            part: String::new(),
            visibility: Visibility::Visible,
            grid: true,
        };
        let name = |name: &str, text: &str| DefinedName {
            name: name.to_owned(),
            local: None,
            text: text.to_owned(),
            hidden: false,
        };
        let names = vec![
            name("预算", "表!$B$1:$B$3"),
            name("比率", "0.5"),
            name("对面", "'附 表'!A1"),
            name("循环", "循环+1"),
            DefinedName { local: Some(SheetId(1)), ..name("分数", "7") },
            name("分数", "5"),
        ];
        let parts = Parts {
            sheets: vec![entry("表"), entry("附 表")],
            grids: vec![Some(form), Some(other)],
            names,
            ..Parts::default()
        };
        Workbook::from_parts(parts, crate::limits::Limits::default())
    }

    fn shown(workbook: &Workbook, cell: &str, text: &str) -> String {
        match evaluate(workbook, SheetId(0), at(cell), text) {
            Outcome::Value(Value::Text(text)) => format!("{text:?}"),
            Outcome::Value(value) => value.as_ref().as_text().to_owned(),
            Outcome::Unknown(reason) => format!("unknown: {reason}"),
        }
    }

    fn expect(cases: &[(&str, &str)]) {
        let workbook = workbook();
        let wrong = cases.iter().filter_map(|(text, expected)| {
            let found = shown(&workbook, "Z100", text);
            (found != *expected).then(|| format!("{text} gives {found}, not {expected}"))
        });
        assert_eq!(wrong.collect::<Vec<_>>(), Vec::<String>::new());
    }

    /// The results are those of LibreOffice, which recalculated a workbook with these cells and
    /// formulas. Quotients have more digits here; they are given as the nearest double.
    const AS_LIBREOFFICE: &[(&str, &str)] = &[
        ("1+2*3^2", "19"),
        ("-2^2", "4"),
        ("2^-1", "0.5"),
        ("10%", "0.1"),
        ("50%%", "0.005"),
        ("0.1+0.2=0.3", "TRUE"),
        ("1/3*3=1", "TRUE"),
        ("C1+C2", "0.3"),
        ("C1+C2=0.3", "TRUE"),
        ("A5+1", "1"),
        ("A3+1", "4"),
        ("A9+1", "#VALUE!"),
        ("\"12\"+1", "13"),
        ("\"\"+1", "#VALUE!"),
        ("A6+1", "#VALUE!"),
        ("A4+1", "2"),
        ("1/0", "#DIV/0!"),
        ("1/A5", "#DIV/0!"),
        ("A8+1", "#DIV/0!"),
        ("SUM(A1:A8)", "#DIV/0!"),
        ("SUM(\"x\")", "#VALUE!"),
        ("SUM(A1:A2,B1:B3)", "63.5"),
        ("SUM((A1:A2,B1:B3))", "63.5"),
        ("SUM(B:B)", "60"),
        ("SUM( 2:2 )", "22.7"),
        ("SUM('附 表'!A1:B2)", "107"),
        ("SUM(预算)", "60"),
        ("比率*2", "1"),
        ("COUNT(A1,\"3\",TRUE,\"x\")", "3"),
        ("COUNTA(A1:A9)", "8"),
        ("COUNTA(A5,\"\")", "1"),
        ("AVERAGE(A5:A6)", "#DIV/0!"),
        ("AVERAGE(B1:B3,40)", "25"),
        ("MIN(A1:A7)", "-4"),
        ("MAX(A1:A7)", "2.5"),
        ("MAX(A5:A6)", "0"),
        ("ABS(A7)", "4"),
        ("ABS(A9)", "#VALUE!"),
        ("N(A9)", "0"),
        ("N(A4)", "1"),
        ("N(A5)", "0"),
        ("N(\"7\")", "0"),
        ("N(A8)", "#DIV/0!"),
        ("ROUND(2.5,0)", "3"),
        ("ROUND(-2.5,0)", "-3"),
        ("ROUND(1.005,2)", "1.01"),
        ("ROUND(1234.567,-2)", "1200"),
        ("ROUND(50.005,2)", "50.01"),
        ("ROUND(149.5,-2)", "100"),
        ("ROUND(B1/B3*100,2)", "33.33"),
        ("IF(A5=0,\"zero\",\"other\")", "\"zero\""),
        ("IF(A5=\"\",\"empty\",\"other\")", "\"empty\""),
        ("IF(A6=\"\",\"empty\",\"other\")", "\"empty\""),
        ("IF(A6=0,\"zero\",\"other\")", "\"other\""),
        ("IF(FALSE,1)", "FALSE"),
        ("IF(TRUE,,5)", "0"),
        ("IF(\"abc\",1,2)", "#VALUE!"),
        ("IF(A8,1,2)", "#DIV/0!"),
        ("IF(N(A5)=0,\"\",1/A5)", "\"\""),
        ("IFERROR(1/0,\"-\")", "\"-\""),
        ("IFERROR(A5,1)", "0"),
        ("IFERROR(5,1/0)", "5"),
        ("AND(TRUE,1,A1:A2)", "TRUE"),
        ("AND(A1:A4,A7)", "TRUE"),
        ("AND(A5:A6)", "#VALUE!"),
        ("OR(A1>1,A2>1)", "TRUE"),
        ("OR(1/0,TRUE)", "#DIV/0!"),
        ("NOT(A1)", "FALSE"),
        ("NOT(A5)", "TRUE"),
        ("\"a\"=\"A\"", "TRUE"),
        ("\"a\"<\"B\"", "TRUE"),
        ("\"b\">1", "TRUE"),
        ("1=\"1\"", "FALSE"),
        ("A5=FALSE", "TRUE"),
        ("A1&B1&\"x\"", "\"110x\""),
        ("1/4&\"\"", "\"0.25\""),
        ("1.50&\"%\"", "\"1.5%\""),
        ("SUMPRODUCT(A1:A3,B1:B3)", "60"),
        ("SUMPRODUCT(B1:B3,B1:B3)/SUM(B1:B3)", "23.333333333333332"),
        ("SUMPRODUCT(A1:A2,B1:B3)", "#VALUE!"),
        ("IF(OR(N(B1)=0,COUNT(A1:A2)<COUNTA(B1:B3)),\"\",ROUND(SUMPRODUCT(A1:A2,B1:B2)/B1,2))", "\"\""),
        ("B1/B3", "0.3333333333333333"),
        ("A5", "0"),
        ("A6", "\"\""),
        ("A4", "TRUE"),
        ("(1+2)*-3", "-9"),
        ("AND(1<>2,1<=1,NOT(1<=0),2>=1)", "TRUE"),
        ("OR(1>1,1<1,NOT(1>=1),NOT(2>1))", "FALSE"),
        ("A9=A5", "FALSE"),
        ("A5=A9", "FALSE"),
        ("TRUE>A5", "TRUE"),
        ("A5<TRUE", "TRUE"),
        ("TRUE=FALSE", "FALSE"),
        ("A5&\"x\"", "\"x\""),
        ("--\"5\"", "5"),
        ("FALSE=A5", "TRUE"),
        ("A6=A5", "TRUE"),
        ("A9>A5", "TRUE"),
        ("A5<A9", "TRUE"),
        ("AND(TRUE(),NOT(FALSE()))", "TRUE"),
        ("SUMPRODUCT(B2:B3,C1:C2)", "8"),
        ("SUMPRODUCT(A1:B2,B1:C2)", "65"),
        ("SUMPRODUCT(B1:B3,A5:A7)", "-120"),
        ("SUMPRODUCT(A2:B2,B3:C3)", "75"),
        ("SUMPRODUCT(A1:B1,A1:A2)", "#VALUE!"),
        ("SUMPRODUCT(B2:B3,B1:B3)", "#VALUE!"),
        ("SUMPRODUCT(B2,2)", "40"),
        ("COUNT(B1:B3,C1:C2,1/0,\"x\")", "5"),
        ("COUNTA(\"1,000\",1/0,B1:B3)", "5"),
        ("5^0", "1"),
        ("0^2", "0"),
        ("2^2.0", "4"),
        ("0*B1", "0"),
        ("0/B1", "0"),
        ("1E-6*1E-6", "1E-12"),
        ("ROUND(2.345,1.9)", "2.3"),
        ("ROUND(-1250,-2)", "-1300"),
        ("ROUND(12.345,40)", "12.345"),
        ("ROUND(1234,-40)", "0"),
        ("0.0001&\"\"", "\"0.0001\""),
        ("999999999999999&\"\"", "\"999999999999999\""),
        ("0&\"\"", "\"0\""),
        ("'附 表'!Z100", "0"),
    ];

    #[test]
    fn formulas_give_what_libreoffice_gives() {
        expect(AS_LIBREOFFICE);
    }

    /// LibreOffice counts truth values in cells as numbers and refuses text among a sum's arguments.
    #[test]
    fn where_libreoffice_differs_excel_counts() {
        expect(&[
            ("SUM(A1:A7)", "-0.5"),
            ("COUNT(A1:A9)", "3"),
            ("AVERAGE(A1,A4,A7,-3)", "-2"),
            ("SUM(A1,A3,\"3\",TRUE)", "5"),
            ("TRUE>\"z\"", "TRUE"),
            ("TRUE&\"\"", "\"TRUE\""),
            ("0^0", "#NUM!"),
            ("0^-1", "#DIV/0!"),
            ("AND(\"\",TRUE)", "TRUE"),
            ("OR(\"\")", "#VALUE!"),
            ("AND(\"x\",TRUE)", "#VALUE!"),
            ("IF(\"true\",1,2)", "1"),
            ("IF(\"False\",1,2)", "2"),
            ("\" 12 \"+1", "13"),
            ("分数", "5"),
            ("'附 表'!分数", "7"),
            ("1E15^0", "1"),
            ("ROUND(9E27,-28)", "1E28"),
        ]);
    }

    #[test]
    fn digits_are_read_at_fifteen_and_missing_results_are_computed() {
        expect(&[
            ("F16*1", "1893.66"),
            ("F11", "60"),
            ("SUM(F11:F12)", "110"),
            ("SUM(对面:对面)", "unknown: a computed reference"),
        ]);
    }

    #[test]
    fn what_is_not_computed_is_named() {
        let deep = format!("{}1{}", "ABS(".repeat(64), ")".repeat(64));
        expect(&[
            ("VLOOKUP(A1,B1:C3,2)", "unknown: the function VLOOKUP with 3 arguments"),
            ("[1]Sheet!A1+1", "unknown: a reference to another workbook"),
            ("Z99+Z100", "unknown: a circular reference through Z100"),
            ("SUM(Z1:Z200)", "unknown: a circular reference through Z100"),
            ("F13", "unknown: F13 (F14 (a circular reference through F13))"),
            ("F15+1", "unknown: F15 (the function TODAY with 0 arguments)"),
            ("循环", "unknown: the name 循环, which leads through too many others"),
            ("2^0.5", "unknown: the power 0.5"),
            ("1^1025", "unknown: the power 1025"),
            ("\"甲\"<\"乙\"", "unknown: the order of two texts"),
            ("A9<\"甲\"", "unknown: the order of two texts"),
            ("\"甲\">=\"甲\"", "TRUE"),
            ("1E-6*1E-7", "unknown: a number too small for exact arithmetic"),
            ("1E-20*1E-20", "unknown: a number too small for exact arithmetic"),
            ("1E-20/1E20", "unknown: a number too small for exact arithmetic"),
            ("0.00009&\"\"", "unknown: the text of the number 0.00009"),
            ("1E15&\"\"", "unknown: the text of the number 1000000000000000"),
            ("COUNT(\"1,000\")", "unknown: the text \"1,000\" as a number"),
            ("COUNTA(TODAY())", "unknown: the function TODAY with 0 arguments"),
            ("A1:B2*1", "unknown: the range A1:B2 where one value is expected"),
            ("SUM(1", "unknown: a parenthesis is not closed at byte 5 of the formula"),
            ("F17", "unknown: F17 (an array formula without a stored result)"),
            ("1E400+1", "unknown: the number 1E400"),
            ("\"1,000\"+1", "unknown: the text \"1,000\" as a number"),
            ("9E27*9E27", "unknown: a number too large for exact arithmetic"),
            ("Table1[金额]", "unknown: the table reference Table1[金额]"),
            ("SUMPRODUCT(A1:A3*B1:B3)", "unknown: the range A1:A3 where one value is expected"),
            ("'不存在'!A1", "unknown: the sheet 不存在, which does not exist"),
            (&deep, "1"),
        ]);
        let workbook = workbook();
        assert_eq!(shown(&workbook, "Z2", "B1:B3*1"), "20", "a column meets the formula's row");
        assert_eq!(shown(&workbook, "B9", "A2:C2*1"), "20", "a row meets the formula's column");
        assert_eq!(shown(&workbook, "Z2", "SUMPRODUCT(@B1:B3)"), "20", "one value is asked for");
        assert_eq!(shown(&workbook, "B2", "对面"), "7", "a relative name moves with the cell");
    }

    #[test]
    fn evaluators_that_share_the_work_give_up_together_where_one_would() {
        let workbook = workbook();
        let shared = |evaluators| {
            let evaluator = Evaluator::new(&workbook).sharing(evaluators);
            evaluator.evaluate(SheetId(0), at("Z100"), "SUM(B1:B3)")
        };
        assert_eq!(shared(1), Outcome::Value(Value::Number("60".to_owned())));
        assert_eq!(shared(10_000_000), Outcome::Value(Value::Number("60".to_owned())), "ten cells each");
        assert!(matches!(shared(100_000_000), Outcome::Unknown(_)), "one cell each");
    }

    #[test]
    fn a_name_is_read_on_the_sheet_it_is_asked_for() {
        let mut workbook = workbook();
        workbook.parts.names.push(DefinedName {
            name: "本表".to_owned(),
            local: Some(SheetId(1)),
            text: "'附 表'!$B$2".to_owned(),
            hidden: false,
        });
        let read = reads(&Evaluator::new(&workbook), SheetId(0), at("Z100"), "'附 表'!本表+1");
        assert_eq!(
            (read.open, read.ranges),
            (None, vec![(SheetId(1), crate::address::Range::cell(at("B2")))])
        );
        let read = reads(&Evaluator::new(&workbook), SheetId(0), at("Z100"), "表!本表+1");
        assert!(read.open.is_some(), "no such name there");
    }

    #[test]
    fn hostile_formulas_end_soon() {
        let nested = |inner: &str| format!("{}{inner}{}", "ABS(".repeat(90), ")".repeat(90));
        let mut builder = SheetBuilder::default();
        for row in 1..=60 {
            let cell = CellRef::new(row, 1).unwrap();
            builder.cell(cell, ValueRef::Blank, 0).unwrap();
            builder.formula(&nested(&format!("A{}", row + 1)), FormulaKind::Plain).unwrap();
        }
        let name = |number: usize| DefinedName {
            name: format!("n_{number}"),
            local: None,
            text: format!("n_{}", number + 1) + &format!("+n_{}", number + 1).repeat(500),
            hidden: false,
        };
        let entry = SheetEntry {
            name: "s".to_owned(),
            part: String::new(),
            visibility: Visibility::Visible,
            grid: true,
        };
        let parts = Parts {
            sheets: vec![entry],
            grids: vec![Some(builder.finish())],
            names: (0..7).map(name).collect(),
            ..Parts::default()
        };
        let workbook = Workbook::from_parts(parts, crate::limits::Limits::default());
        assert!(shown(&workbook, "Z100", "A1").contains("too deep a computation"));
        assert!(shown(&workbook, "Z100", "n_0").starts_with("unknown: "));
        let read = reads(&Evaluator::new(&workbook), SheetId(0), at("Z100"), "n_0+A1");
        assert_eq!((read.ranges.len(), read.open), (1, Some("the name n_7".to_owned())));
    }

    #[test]
    fn new_values_hide_stored_ones() {
        let workbook = workbook();
        let value = |text: &str| Value::Number(text.to_owned());
        let evaluator = Evaluator::new(&workbook)
            .with(SheetId(0), at("B2"), Value::Blank)
            .with(SheetId(0), at("B4"), value("0.5"))
            .with(SheetId(0), at("C1"), value("1000"))
            .with(SheetId(1), at("A1"), value("1000"));
        let sum = evaluator.evaluate(SheetId(0), at("Z100"), "SUM(B:B)");
        assert_eq!(sum, Outcome::Value(value("40.5")));
        let count = evaluator.evaluate(SheetId(0), at("Z100"), "COUNTA(B1:B9)");
        assert_eq!(count, Outcome::Value(value("3")));
    }

    #[test]
    fn a_sheet_that_cannot_be_read_is_named() {
        let entry = SheetEntry {
            name: "坏".to_owned(),
            part: String::new(),
            visibility: Visibility::Visible,
            grid: true,
        };
        let parts = Parts { sheets: vec![entry], ..Parts::default() };
        let workbook = Workbook::from_parts(parts, crate::limits::Limits::default());
        assert_eq!(shown(&workbook, "A1", "B1"), "unknown: the sheet 坏, which cannot be read");
    }

    #[test]
    fn a_formula_reads_what_its_references_and_names_lead_to() {
        let workbook = workbook();
        let evaluator = Evaluator::new(&workbook);
        let read = |text: &str| {
            let Reads { ranges, open } = reads(&evaluator, SheetId(0), at("B2"), text);
            let ranges = ranges.iter().map(|(sheet, range)| format!("{}!{range}", sheet.0));
            (ranges.collect::<Vec<_>>().join(" "), open.unwrap_or_default())
        };
        let cases = [
            ("SUM(A1:A2)+'附 表'!B2", "0!A1:A2 1!B2", ""),
            ("SUM('表:附 表'!B2)", "0!B2 1!B2", ""),
            ("预算*比率+预算", "0!B1:B3", ""),
            ("对面", "1!B2", ""),
            ("循环", "", ""),
            ("[1]Sheet!A1+'不存在'!A1", "", ""),
            ("未知+A1", "0!A1", "the name 未知"),
            ("'附 表'!未知", "", "the name 未知"),
            ("SUM(indirect(\"A1\"))", "", "the function INDIRECT"),
            ("OFFSET(A1,1,0)", "0!A1", "the function OFFSET"),
            ("Table1[金额]", "", "the table reference Table1[金额]"),
        ];
        for (text, ranges, open) in cases {
            assert_eq!(read(text), (ranges.to_owned(), open.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_stored_result_agrees_where_doubles_may_have_given_it() {
        use ValueRef::{Blank, Bool, Error, Number, Text};
        let workbook = workbook();
        let evaluator = Evaluator::new(&workbook);
        let cases = [
            ("C1+C2", Number("0.30000000000000004"), true),
            ("C1+C2-0.3", Number("5.55111512312578E-17"), true),
            ("-(C1+C2-0.3)", Number("-5.55111512312578E-17"), true),
            ("(C1+C2-0.3)*B1", Number("5.55111512312578E-16"), true),
            ("(C1+C2-0.3)*B1", Number("0.00001"), false),
            ("(C1+C2-0.3)/C1", Number("5.55111512312578E-16"), true),
            ("(C1+C2-0.3)/C1", Number("0.00001"), false),
            ("(C1+C2-0.3)%", Number("5.55111512312578E-19"), true),
            ("1/(0.3-C2)", Number("10.000000000000002"), true),
            ("ABS(C1+C2-0.3)", Number("5.55111512312578E-17"), true),
            ("SUM(C1:C2,-0.3)", Number("5.55111512312578E-17"), true),
            ("SUM((C1+C2-0.3)*B1,A5)", Number("5.55111512312578E-16"), true),
            ("AVERAGE(C1,C2,-0.3)", Number("1.85037170770859E-17"), true),
            ("A1", Text("1"), false),
            ("A1", Blank, false),
            ("A9", Text("abc"), true),
            ("A9", Text("abd"), false),
            ("A6", Text(""), true),
            ("A6", Blank, false),
            ("A4", Bool(true), true),
            ("A4", Bool(false), false),
            ("A4", Number("1"), true),
            ("A4", Number("0"), false),
            ("NOT(A4)", Number("0"), true),
            ("NOT(A4)", Number("1"), false),
            ("A4", Text("TRUE"), false),
            ("A8", Error("#DIV/0!"), true),
            ("A8", Error("#N/A"), false),
        ];
        for (text, stored, expected) in cases {
            let answer = evaluator.answer(SheetId(0), at("Z100"), text).unwrap();
            assert_eq!(answer.agrees(stored), expected, "{text} and {stored:?}");
        }
    }

    #[test]
    fn agreement_follows_the_terms() {
        let cases = [
            ("0", "0", "0", true),
            ("1E-12", "0", "1", true),
            ("1.1E-12", "0", "1", false),
            ("0.30000000000000004", "0.3", "0.3", true),
            ("0.3000001", "0.3", "0.3", false),
            ("5.6843418860808015E-14", "0", "1893.66", true),
            ("0.0001", "0", "1893.66", false),
            ("0.333333333333333", "0.3333333333333333333333333333", "0.33", true),
            ("x", "0", "1", false),
        ];
        for (stored, exact, terms, expected) in cases {
            let (exact, terms): (Decimal, Decimal) = (exact.parse().unwrap(), terms.parse().unwrap());
            assert_eq!(agrees(stored, &exact, terms), expected, "{stored} for {exact}");
        }
    }
}
