//! F007: a formula of the table has no stored result; it was computed here instead.

use jixiao_workbook::calc::{self, Outcome};
use jixiao_workbook::{Cell, Content, Edit, Style, Value, ValueRef};

use super::formulas::{as_shown, safe, spot};
use super::{Check, Context, Rule};
use crate::finding::{Finding, Severity, Words};

pub(super) const RULE: Rule = Rule {
    code: "F007",
    name: "no-cached-value",
    severity: Severity::Info,
    title: ("公式没有存储结果", "a formula has no stored result"),
    docs: (
        "## 核对内容\n表中的公式有没有随文件存储结果。没有的，这里按公式现算，用算出的数核对。\n\
         ## 为什么\n用程序生成的文件常常只有公式没有结果，在预览、受保护的视图和汇总程序里显示为空或 0。\n\
         ## 示例\n`D21` 有公式 `SUM(D7:D20)`，没有结果；现算为 1893.66。\n\
         ## 怎样改\n在表格软件里打开并保存一次；或运行 `jixiao fill`，它会补上结果。\n\
         ## 依据\n文件的要求，与填报内容无关。",
        "## What is checked\nWhether the table's formulas have results stored with them. Those without are computed here, and judged by that.\n\
         ## Why\nFiles made by programs often hold formulas alone; previews, protected view and consolidating programs then show nothing or 0.\n\
         ## Example\n`D21` holds `SUM(D7:D20)` without a result; computed here it is 1893.66.\n\
         ## How to correct\nOpen the file in a spreadsheet program and save it; or run `jixiao fill`, which stores the results.\n\
         ## Source\nA matter of the file, not of what was reported.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Ok(sheet) = context.workbook.sheet(context.located.sheet) else { return Vec::new() };
    let inside = |cell: &Cell<'_>| context.located.range.contains(cell.at);
    sheet.formula_cells().filter(inside).filter_map(|cell| without_result(context, cell)).collect()
}

fn without_result(context: &Context<'_>, cell: Cell<'_>) -> Option<Finding> {
    let text = cell.formula.filter(|_| cell.value == ValueRef::Blank)?.text;
    let outcome = calc::evaluate(context.workbook, context.located.sheet, cell.at, text);
    let empty = |value: &Value| value.as_ref().as_text().is_empty();
    let spot = spot(context, cell.at);
    let (zh, en, known) = match outcome {
        Outcome::Value(value) if empty(&value) => return None,
        Outcome::Value(value) => {
            let shown = as_shown(context, cell.at, value.as_ref());
            (format!("，现算为 {shown}"), format!("; computed here it is {shown}"), Some((value, shown)))
        }
        Outcome::Unknown(why) => {
            (format!("，这里也算不出（{why}）"), format!(", and it cannot be computed here ({why})"), None)
        }
    };
    let finding = Finding::new(
        &RULE,
        context.place(cell.at, ""),
        Words::new(format!("公式 ={text} 没有存储结果{zh}"), format!("={text} has no stored result{en}")),
        Words::new(
            "在表格软件里打开并保存一次，或用 fill 补上",
            "open and save it once, or let fill store it",
        ),
    );
    let finding = spot.about(finding).grouped(RULE.code);
    let Some((value, shown)) = known else { return Some(finding) };
    let figure = spot.figure(value.as_ref());
    let content = Content::Result(value);
    let edit = Edit::SetCell { sheet: context.located.sheet, cell: cell.at, content, style: Style::Keep };
    let fix = safe(Words::new("存上结果", "store the result"), edit);
    Some(finding.expected(shown, figure).with_fix(fix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::{findings, lines, official};

    #[test]
    fn a_formula_without_result_is_computed_here() {
        let text = official(&["1|甲|局|=SUM(E6:G6)|20|||4|=H6/D6 -> 0.2|90|", "合计|||20"]);
        assert_eq!(lines(&findings(RULE, &text)), ["Info D6  → 20"]);
    }

    #[test]
    fn an_empty_result_needs_none_stored() {
        let text = official(&["1|甲|局|0|0|||0|=IF(N(D6)=0,\"\",H6/D6)|90|", "合计|||0"]);
        assert!(findings(RULE, &text).is_empty());
    }

    #[test]
    fn formulas_outside_the_table_are_not_its_concern() {
        let text = official(&["1|甲|局|20|20|||4|20%|90|", "合计|||20"]) + "=1+1\n";
        assert!(findings(RULE, &text).is_empty());
    }
}
