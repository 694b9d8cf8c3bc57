//! F006: a formula reads another workbook.

use jixiao_workbook::formula::tokens;
use jixiao_workbook::{Cell, Workbook};

use super::formulas::{as_shown, spot};
use super::{Check, Context, Rule, column_group};
use crate::finding::{Finding, Severity, Words};

pub(super) const RULE: Rule = Rule {
    code: "F006",
    name: "external-link",
    severity: Severity::Warning,
    title: ("公式引用了别的文件", "a formula reads another file"),
    docs: (
        "## 核对内容\n表所在工作表的公式有没有引用别的工作簿，直接引用或通过定义的名称引用都算。\n\
         ## 为什么\n收表的人没有那个文件，打开时会提示更新链接，更新后数可能变成 0 或错误值。\n\
         ## 示例\n`H7` 公式 `[1]台账!C5` 引用了另一个文件。\n\
         ## 怎样改\n把这些单元格复制后“选择性粘贴”为数值，再断开链接。\n\
         ## 依据\n报送的表应当自成一体。",
        "## What is checked\nWhether formulas of the table's sheet read another workbook, directly or through a defined name.\n\
         ## Why\nWhoever receives the form does not have that file: the program asks whether to update the link, and the figures may turn into 0 or an error.\n\
         ## Example\n`H7` holds `[1]台账!C5`, which reads another file.\n\
         ## How to correct\nCopy these cells, paste them as values, and break the link.\n\
         ## Source\nA form that is handed in stands on its own.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Ok(sheet) = context.workbook.sheet(context.located.sheet) else { return Vec::new() };
    let names = linked_names(context.workbook);
    let linked = |cell: &Cell<'_>| cell.formula.is_some_and(|formula| is_linked(formula.text, &names));
    sheet.formula_cells().filter(linked).map(|cell| finding(context, cell)).collect()
}

/// Defined names that read another workbook; hardly ever any.
fn linked_names(workbook: &Workbook) -> Vec<&str> {
    let names = workbook.names().iter().filter(|name| is_linked(&name.text, &[]));
    names.map(|name| name.name.as_str()).collect()
}

/// Whether a formula's text reads another workbook: what stands before a `!` names one in brackets.
fn is_linked(text: &str, names: &[&str]) -> bool {
    let direct = text.contains('[') && tokens(text).any(|token| is_qualified(token.text));
    direct || !names.is_empty() && tokens(text).any(|token| names.contains(&token.text))
}

fn is_qualified(token: &str) -> bool {
    let outside = !token.starts_with('"');
    outside
        && token.split_once(']').is_some_and(|(before, after)| before.contains('[') && after.contains('!'))
}

fn finding(context: &Context<'_>, cell: Cell<'_>) -> Finding {
    let text = cell.formula.map_or("", |formula| formula.text);
    let found = as_shown(context, cell.at, cell.value);
    let finding = Finding::new(
        &RULE,
        context.place(cell.at, found.as_str()),
        Words::new(format!("公式 ={text} 引用了别的文件"), format!("={text} reads another file")),
        Words::new(
            "复制后选择性粘贴为数值，再断开链接",
            "copy the cells, paste them as values, and break the link",
        ),
    );
    let spot = spot(context, cell.at);
    spot.about(finding.found(found, spot.figure(cell.value))).grouped(column_group(RULE.code, cell.at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::submission;
    use crate::sketch::{findings, lines, official};

    fn on(formula: &str) -> Vec<String> {
        let row = format!("1|甲|局|20|20|||={formula} -> 4|20%|90|");
        lines(&findings(RULE, &official(&[&row, "合计|||20|20|||4|20%|90|"])))
    }

    #[test]
    fn a_formula_that_reads_another_workbook_is_found() {
        assert_eq!(on("[1]台账!C5"), ["Warning H6 4"]);
        assert_eq!(on("'C:\\表\\[台账.xlsx]一 月'!C5+1"), ["Warning H6 4"]);
        assert_eq!(on("[2]!执行数"), ["Warning H6 4"]);
    }

    #[test]
    fn the_published_table_is_silent() {
        assert!(findings(RULE, &submission()).is_empty());
    }

    #[test]
    fn brackets_alone_are_no_link() {
        for formula in [
            "台账!C5",
            "表1[执行数]",
            "[@执行数]*1",
            "IF(E6>0,\"[1]台账!C5\",4)",
            "表1[[#This Row],[数]]+台账!A1",
        ] {
            assert!(on(formula).is_empty(), "{formula}");
        }
    }
}
