//! F001: the result stored with a formula is not what the formula gives.

use jixiao_workbook::calc::Evaluator;
use jixiao_workbook::sheet::Formula;
use jixiao_workbook::{Cell, Content, Edit, FormulaKind, Style, Value, ValueRef};

use super::formulas::{as_shown, in_words, safe, spot};
use super::{Context, Rule, column_group};
use crate::finding::{Finding, Severity, Words};

pub(super) const RULE: Rule = Rule {
    code: "F001",
    name: "stale-cached-value",
    severity: Severity::Error,
    title: ("公式存储的结果已过时", "the stored result is not what the formula gives"),
    docs: (
        "## 核对内容\n表所在工作表中，每个公式随文件存储的结果，是否等于按公式现算的结果。\n\
         ## 为什么\n预览、受保护的视图和汇总程序不重算公式，看到的是存储的结果；它与公式不符时，不同的人看到不同的数。\n\
         ## 示例\n`D21` 公式 `SUM(D7:D20)` 应得 1893.66，文件里存的是 1800.00。\n\
         ## 怎样改\n在表格软件里打开，按 F9 重新计算后保存；或运行 `jixiao fill`，它只刷新存储的结果，不动公式。\n\
         ## 依据\n同一单元格只能有一个数。公式用到这里不认识的函数时不下结论。",
        "## What is checked\nWhether the result stored with each formula of the table's sheet is what the formula gives.\n\
         ## Why\nPreviews, protected view and consolidating programs do not recalculate: they show the stored result. Where it differs, people see different figures.\n\
         ## Example\n`D21` holds `SUM(D7:D20)`, which gives 1893.66; the file stores 1800.00.\n\
         ## How to correct\nOpen the file, press F9 and save; or run `jixiao fill`, which renews the stored result and leaves the formula alone.\n\
         ## Source\nA cell holds one figure. Where a formula uses a function that is not known here, nothing is concluded.",
    ),
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Ok(sheet) = context.workbook.sheet(context.located.sheet) else { return Vec::new() };
    let evaluator = Evaluator::new(context.workbook);
    sheet.formula_cells().filter_map(|cell| stale(context, &evaluator, cell)).collect()
}

fn stale(context: &Context<'_>, evaluator: &Evaluator<'_>, cell: Cell<'_>) -> Option<Finding> {
    let Formula { text, kind } = cell.formula?;
    let stated = !matches!(cell.value, ValueRef::Blank | ValueRef::Error(_));
    if !stated || !matches!(kind, FormulaKind::Plain | FormulaKind::Shared) {
        return None;
    }
    let answer = evaluator.answer(context.located.sheet, cell.at, text).ok()?;
    (!answer.agrees(cell.value)).then(|| finding(context, cell, text, answer.value()))
}

fn finding(context: &Context<'_>, cell: Cell<'_>, text: &str, value: Value) -> Finding {
    let found = as_shown(context, cell.at, cell.value);
    let mut expected = as_shown(context, cell.at, value.as_ref());
    if expected == found {
        value.as_ref().as_text().clone_into(&mut expected);
    }
    let (stands, gives) = (in_words(&found), in_words(&expected));
    let spot = spot(context, cell.at);
    let figures = (spot.figure(cell.value), spot.figure(value.as_ref()));
    let edit = Edit::SetCell {
        sheet: context.located.sheet,
        cell: cell.at,
        content: Content::Result(value),
        style: Style::Keep,
    };
    let finding = Finding::new(
        &RULE,
        context.place(cell.at, found.as_str()),
        Words::new(
            format!("存储的结果是 {}，按公式 ={text} 应为 {}", stands.zh, gives.zh),
            format!("the stored result is {}, but ={text} gives {}", stands.en, gives.en),
        ),
        Words::new(
            "在表格软件里重新计算（F9）后保存，或用 fill 刷新",
            "recalculate (F9) and save, or let fill renew it",
        ),
    );
    let fix = safe(Words::new("刷新存储的结果", "renew the stored result"), edit);
    let finding = finding.found(found, figures.0).expected(expected, figures.1).with_fix(fix);
    spot.about(finding).grouped(column_group(RULE.code, cell.at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::{findings, lines, official};

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
}
