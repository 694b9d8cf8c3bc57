//! F001: the result stored with a formula is not what the formula gives.

use std::collections::BTreeMap;

use jixiao_workbook::calc::Evaluator;
use jixiao_workbook::formula::{Token, TokenKind, tokens};
use jixiao_workbook::number::decimal;
use jixiao_workbook::sheet::Formula;
use jixiao_workbook::{Cell, CellRef, Content, Edit, FormulaKind, Sheet, Style, Value, ValueRef, refresh};
use rust_decimal::Decimal;

use super::formulas::{as_shown, expression, safe, spot};
use super::shapes::same_shape;
use super::{Check, Context, Rule, column_group};
use crate::computed::{Held, agrees, standing};
use crate::finding::{Finding, Severity, Words};

pub(super) const RULE: Rule = Rule {
    code: "F001",
    name: "stale-cached-value",
    severity: Severity::Error,
    title: ("公式存储的结果已过时", "the stored result is not what the formula gives"),
    docs: (
        "## 核对内容\n表所在工作表中，每个公式随文件存储的结果，是否等于按公式现算的结果（它引用的公式也按现算的结果）。只因引用了过时的结果而过时的，不另外列出。公式用到这里不认识的函数时不下结论；以 engine 功能编译的程序把这样的公式交给计算引擎核对。\n\
         ## 为什么\n预览、受保护的视图和汇总程序不重算公式，看到的是存储的结果；它与公式不符时，不同的人看到不同的数。\n\
         ## 示例\n`D21` 公式 `SUM(D7:D20)` 应得 1893.66，文件里存的是 1800.00。\n\
         ## 怎样改\n在表格软件里打开，按 F9 重新计算后保存；或运行 `jixiao fill`，它只刷新存储的结果，不动公式。\n\
         ## 依据\n同一单元格只能有一个数。",
        "## What is checked\nWhether the result stored with each formula of the table's sheet is what the formula gives, with the formulas it reads recalculated too. What is stale only because it reads a stale result is not listed on its own. Where a formula uses a function that is not known here, nothing is concluded; a program built with the feature engine has a kept engine compute such formulas.\n\
         ## Why\nPreviews, protected view and consolidating programs do not recalculate: they show the stored result. Where it differs, people see different figures.\n\
         ## Example\n`D21` holds `SUM(D7:D20)`, which gives 1893.66; the file stores 1800.00.\n\
         ## How to correct\nOpen the file, press F9 and save; or run `jixiao fill`, which renews the stored result and leaves the formula alone.\n\
         ## Source\nA cell holds one figure.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Ok(sheet) = context.workbook.sheet(context.located.sheet) else { return Vec::new() };
    let mut findings = computed_here(context, sheet);
    let lent = context.given.results.iter().filter_map(|(cell, value)| Some((sheet.cell(*cell)?, value)));
    let differs = lent.filter(|(cell, value)| has_result(cell) && !is_near(cell.value, value.as_ref()));
    findings.extend(differs.map(|(cell, value)| differing(context, cell, value)));
    findings
}

/// Results that differ from what is computed here.
fn computed_here(context: &Context<'_>, sheet: &Sheet) -> Vec<Finding> {
    let here = context.located.sheet;
    let stale = refresh::stale(context.workbook, |on, cell| on == here && is_right(context, sheet, cell));
    if stale.is_empty() {
        return Vec::new();
    }
    let right = refresh::recalculated(context.workbook, &[], &stale, context.located.sheet);
    let wrong = right.edits.into_iter().filter_map(|edit| wrong(context, sheet, edit));
    let is_cause =
        |(cell, _): &(Cell<'_>, Value)| stale.binary_search(&(context.located.sheet, cell.at)).is_ok();
    // What agrees with the results it reads follows from another cell; nothing else is to be done about it.
    let (causes, following): (Vec<_>, Vec<_>) = wrong.partition(is_cause);
    if causes.is_empty() {
        // The cause stands on another sheet.
        return following.into_iter().map(|(cell, value)| finding(context, cell, value)).collect();
    }
    let one = causes.len() == 1;
    let mut findings: Vec<Finding> =
        causes.into_iter().map(|(cell, value)| finding(context, cell, value)).collect();
    if let (true, Some(finding)) = (one, findings.first_mut()) {
        let note = || Words::new("随之过时", "stale with it");
        finding.related = following.iter().map(|(cell, _)| context.related(cell.at, note())).collect();
    }
    findings
}

/// The formulas of the table's sheet that cannot be computed here, with the reason; nothing is concluded from their
/// results. Down a column, formulas of one shape are looked into once; the form's own are computed.
pub(crate) fn not_computed(context: &Context<'_>) -> Vec<(CellRef, String)> {
    let (workbook, on) = (context.workbook, context.located.sheet);
    let Ok(sheet) = workbook.sheet(on) else { return Vec::new() };
    let is_own = |at, text| expression(context, at).is_some_and(|own| own.formula() == text);
    let evaluator = Evaluator::new(workbook);
    let mut known: BTreeMap<u16, (CellRef, &str, Option<String>)> = BTreeMap::new();
    let mut list = Vec::new();
    for cell in sheet.formula_cells() {
        let Some(formula) = cell.formula.filter(|formula| !formula.text.is_empty()) else { continue };
        let plain = matches!(formula.kind, FormulaKind::Plain | FormulaKind::Shared);
        let above = known.get(&cell.at.column());
        let reason =
            match above.filter(|(at, text, _)| plain && same_shape((*at, text), (cell.at, formula.text))) {
                Some((_, _, reason)) => reason.clone(),
                None if plain && is_own(cell.at, formula.text) => None,
                None if plain => evaluator.answer(on, cell.at, formula.text).err(),
                None => Some(ARRAY.to_owned()),
            };
        list.extend(reason.clone().map(|reason| (cell.at, reason)));
        if plain {
            known.insert(cell.at.column(), (cell.at, formula.text, reason));
        }
    }
    list
}

/// Functions whose results are others at every recalculation.
const UNSTEADY: [&str; 6] = ["NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY", "CELL"];

/// Whether a formula gives the same result whenever it is computed, and stands for itself.
pub(crate) fn is_steady(formula: &Formula<'_>) -> bool {
    let is_unsteady = |token: Token<'_>| {
        let name = token.text.strip_prefix("_xlfn.").unwrap_or(token.text);
        token.kind == TokenKind::Function && UNSTEADY.iter().any(|known| name.eq_ignore_ascii_case(known))
    };
    matches!(formula.kind, FormulaKind::Plain | FormulaKind::Shared) && !tokens(formula.text).any(is_unsteady)
}

/// Whether a result is stored that a recalculation could change; others are left to the rules on those.
fn has_result(cell: &Cell<'_>) -> bool {
    !matches!(cell.value, ValueRef::Blank | ValueRef::Error(_))
}

/// The part of a number by which two programs may differ that compute it in binary fractions.
const NEAR: Decimal = Decimal::from_parts(1, 0, 0, false, 9);

/// Whether two results are one, but for what binary fractions lose.
fn is_near(stored: ValueRef<'_>, result: ValueRef<'_>) -> bool {
    match (stored, result) {
        (ValueRef::Number(a), ValueRef::Number(b)) => {
            let (Some(a), Some(b)) = (decimal(a), decimal(b)) else { return true };
            let room = a.abs().max(b.abs()).checked_mul(NEAR);
            a.checked_sub(b).zip(room).is_none_or(|(gap, room)| gap.abs() <= room)
        }
        (ValueRef::Text(""), ValueRef::Blank) => true,
        (stored, result) => stored == result,
    }
}

/// A result that differs from what a lent engine gives: no fix, since its arithmetic is another one.
fn differing(context: &Context<'_>, cell: Cell<'_>, value: &Value) -> Finding {
    let mut finding = finding(context, cell, value.clone());
    finding.help = Words::new("在表格软件里重新计算（F9）后保存", "recalculate (F9) and save");
    finding.fix = None;
    finding
}

/// Why an array or data table formula is not computed.
const ARRAY: &str = "an array formula";

/// Whether a cell holds the form's own formula and its right result. What rests on a formula without a result is
/// left to be computed.
fn is_right(context: &Context<'_>, sheet: &Sheet, cell: &Cell<'_>) -> bool {
    let Some((formula, own)) = cell.formula.zip(expression(context, cell.at)) else { return false };
    let look = |at| match sheet.cell(at) {
        Some(cell) if cell.formula.is_some() && cell.value == ValueRef::Blank => Held::Error,
        cell => standing(cell.map_or(ValueRef::Blank, |cell| cell.value)),
    };
    // Within the strictest bound, hardly any sum asks for its terms a second time.
    let agrees =
        |value| agrees(cell.value, value, Decimal::ZERO) || agrees(cell.value, value, own.magnitude(look));
    formula.text == own.formula() && own.value(look).is_some_and(agrees)
}

/// A formula of the table's sheet whose stored result is to be another; one without a result, or with an error,
/// is left to the rules on those.
fn wrong<'a>(context: &Context<'_>, sheet: &'a Sheet, edit: Edit) -> Option<(Cell<'a>, Value)> {
    match edit {
        Edit::SetCell { sheet: on, cell, content: Content::Result(value), .. }
            if on == context.located.sheet =>
        {
            let cell = sheet.cell(cell)?;
            has_result(&cell).then_some((cell, value))
        }
        _ => None,
    }
}

fn finding(context: &Context<'_>, cell: Cell<'_>, value: Value) -> Finding {
    let text = cell.formula.map_or("", |formula| formula.text);
    let found = as_shown(context, cell.at, cell.value);
    let mut expected = as_shown(context, cell.at, value.as_ref());
    if expected == found {
        value.as_ref().as_text().clone_into(&mut expected);
    }
    let spot = spot(context, cell.at);
    let figures = (spot.figure(cell.value), spot.figure(value.as_ref()));
    let edit = Edit::SetCell {
        sheet: context.located.sheet,
        cell: cell.at,
        content: Content::Result(value),
        style: Style::Keep,
    };
    let message = message(text, &found, &expected);
    let finding = Finding::new(
        &RULE,
        context.place(cell.at, found.as_str()),
        message,
        Words::new(
            "在表格软件里重新计算（F9）后保存，或用 fill 刷新",
            "recalculate (F9) and save, or let fill renew it",
        ),
    );
    let fix = safe(Words::new("刷新存储的结果", "renew the stored result"), edit);
    let finding = finding.found(found, figures.0).expected(expected, figures.1).with_fix(fix);
    spot.about(finding).grouped(column_group(RULE.code, cell.at))
}

fn message(formula: &str, found: &str, expected: &str) -> Words {
    let (stands_zh, stands_en) = match found {
        "" => ("为空白".to_owned(), "blank"),
        found => (format!("是 {found}"), found),
    };
    let (gives_zh, gives_en) = match expected {
        "" => ("结果应为空白".to_owned(), "a blank"),
        expected => (format!("应为 {expected}"), expected),
    };
    Words::new(
        format!("存储的结果{stands_zh}，按公式 ={formula} {gives_zh}"),
        format!("the stored result is {stands_en}, but ={formula} gives {gives_en}"),
    )
}

#[cfg(test)]
mod tests {
    use jixiao_workbook::{SheetId, Workbook};

    use super::*;
    use crate::given::Engine;
    use crate::given::Given;
    use crate::profile::Profile;
    use crate::review::{Options, review};
    use crate::sketch::{findings, lines, look, official, workbook};

    fn total(stored: &str) -> Vec<String> {
        let total = format!("合计|||=SUM(D6:D7) -> {stored}");
        lines(&findings(
            RULE,
            &official(&["1|甲|局|1000.1|1000.1|||900||94|", "2|乙|局|20|20|||4.4||85|", &total]),
        ))
    }

    #[test]
    fn a_stored_result_that_the_formula_does_not_give_is_an_error() {
        assert_eq!(total("1000"), ["Error D8 1000 → 1020.1"]);
        assert_eq!(total("'1020.1"), ["Error D8 1020.1 → 1020.1"]);
    }

    /// D6 should be 20, and D8 follows from it or is right already.
    fn after_a_stale_subtotal(total: &str, rate: &str) -> Vec<Finding> {
        let first = format!("1|甲|局|=SUM(E6:G6) -> 25|20|||4.4|{rate}|94|");
        let total = format!("合计|||=SUM(D6:D7) -> {total}|||||=1+1 -> 2");
        findings(RULE, &official(&[&first, "2|乙|局|1000.1|1000.1|||900||85|", &total]))
    }

    #[test]
    fn one_cause_gives_one_finding() {
        let found = after_a_stale_subtotal("1025.1", "=H6/D6 -> 0.176");
        assert_eq!(lines(&found), ["Error D6 25 → 20"]);
        let related = |finding: &Finding| {
            finding.related.iter().map(|related| related.cell.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(related(&found[0]), ["I6", "D8"]);
        let found = after_a_stale_subtotal("1020.1", "=H6/D6 -> 0.22");
        assert_eq!(lines(&found), ["Error D6 25 → 20"], "what is right already is not named");
        assert!(found[0].related.is_empty());
        let found = after_a_stale_subtotal("1000", "=H6/D6 -> 0.22");
        assert_eq!(lines(&found), ["Error D6 25 → 20", "Error D8 1000 → 1020.1"]);
    }

    #[test]
    fn blank_results_are_put_in_words() {
        let rate = |stored: &str| {
            let row = format!("1|甲|局|0||||1|=IF(N(D6)=0,\"\",H6/D6) -> {stored}|94|");
            findings(RULE, &official(&[&row, "合计|||0"]))[0].message.zh.clone()
        };
        assert_eq!(rate("0.5"), "存储的结果是 0.5，按公式 =IF(N(D6)=0,\"\",H6/D6) 结果应为空白");
    }

    #[test]
    fn the_bound_is_what_double_arithmetic_may_differ() {
        assert!(total("1020.1").is_empty());
        assert!(total("1020.0999999999999").is_empty());
        assert!(total("1020.100000001").is_empty());
        assert_eq!(total("1020.10000001"), ["Error D8 1020.10000001 → 1020.1"]);
    }

    #[test]
    fn missing_results_errors_and_unknown_functions_are_not_judged_here() {
        assert!(total(".").is_empty());
        assert!(total("#REF!").is_empty());
        let text = official(&["1|甲|局|=NOSUCHFUNCTION(E6) -> 3|3|||1||90|", "合计|||3"]);
        assert!(findings(RULE, &text).is_empty());
    }

    #[test]
    fn what_cannot_be_computed_is_listed_with_the_reason() {
        let row =
            |row: u32| format!("{row}|甲|局|=NOSUCHFUNCTION(E{row}) -> 3|3|||1|=H{row}/E{row} -> 0.5|90|");
        let workbook = workbook(&official(&[&row(6), &row(7), "合计|||=SUM(D6:D7) -> 6"]));
        let list = look(&workbook, &Profile::national(), Given::default(), not_computed);
        let cells: Vec<String> = list.iter().map(|(cell, _)| cell.to_string()).collect();
        assert_eq!(cells, ["D6", "D7"]);
        assert_eq!(list[0].1, "the function NOSUCHFUNCTION with 1 arguments");
    }

    /// An engine that gives the same number for every formula, and nothing for those of odd columns.
    #[derive(Debug)]
    struct Constant(&'static str);

    impl Engine for Constant {
        fn results(&self, _: &Workbook, _: SheetId, cells: &[CellRef]) -> Vec<Option<Value>> {
            let known = |cell: &CellRef| cell.column().is_multiple_of(2);
            cells.iter().map(|cell| known(cell).then(|| Value::Number(self.0.into()))).collect()
        }
    }

    /// What is found, and what is not checked, where the engine gives that number.
    fn lent(formula: &str, number: &'static str) -> (usize, usize) {
        let first = format!("1|防汛|农业局|{formula} -> 10|10|0|0|5|50.00%|90|雨季推迟");
        let workbook = workbook(&official(&[&first, "|合计||10|10|0|0|5|50.00%|90|"]));
        let (engine, profile) = (Constant(number), Profile::national());
        let mut options = Options::default();
        options.given.engine = Some(&engine);
        let review = review(&workbook, &profile, options);
        (review.found().filter(|found| found.code() == "F001").count(), review.not_checked.len())
    }

    #[test]
    fn what_a_lent_engine_gives_is_compared() {
        assert_eq!(lent("=XLOOKUP(1,A1:A9,B1:B9)", "12"), (1, 0));
        assert_eq!(lent("=XLOOKUP(1,A1:A9,B1:B9)", "10.00000000000001"), (0, 0), "binary fractions");
        assert_eq!(lent("=XLOOKUP(1,A1:A9,B1:B9)", "10.000001"), (1, 0));
        assert_eq!(lent("=RAND()*XLOOKUP(1,A1:A9,B1:B9)", "12"), (0, 1), "another at every recalculation");
    }
}
