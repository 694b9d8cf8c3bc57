//! S003: nothing says whether amounts are in 元 or 万元.

use super::{Check, Context, Rule};
use crate::finding::{Field, Finding, Severity, Words};
use crate::layout::Column;

pub(super) const RULE: Rule = Rule {
    code: "S003",
    name: "unit-missing",
    severity: Severity::Warning,
    title: ("没有写明金额单位", "the money unit is not stated"),
    docs: (
        "## 核对内容\n标题、表头或表上方是否写明金额单位（万元、元）。\n\
         ## 为什么\n没有单位，830 可以是 830 元，也可以是 830 万元，汇总时会相差一万倍。\n\
         ## 示例\n`D3` 只写“项目资金”，表内其他地方也没有单位。\n\
         ## 怎样改\n在表头写“项目资金（万元）”，或在表右上方写“单位：万元”。\n\
         ## 依据\n表样：项目资金（万元）。",
        "## What is checked\nWhether the title, the heading or a line above the table states the money unit (万元 or 元).\n\
         ## Why\nWithout a unit 830 may be 830 yuan or 8.3 million yuan; a consolidation goes wrong by a factor of ten thousand.\n\
         ## Example\n`D3` says only 项目资金, and no other place of the table names a unit.\n\
         ## How to correct\nWrite 项目资金（万元） in the heading, or 单位：万元 above the table on the right.\n\
         ## Source\nThe form: 项目资金（万元）.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let columns = &context.located.columns;
    let amounts = [&columns.initial_budget, &columns.budget, &columns.executed];
    let funds = columns.funds.iter().map(|fund| &fund.column);
    let mut amounts = amounts.into_iter().flatten().chain(funds).peekable();
    let first = amounts.peek().map(|column| column.label_cell);
    let stated = context.located.money.is_some() || amounts.any(|column: &Column| column.money.is_some());
    match first {
        Some(cell) if !stated => {
            let message = Words::new(
                "表内没有写明金额单位，现按万元核对",
                "no money unit is stated; amounts are taken as 万元",
            );
            let help = Words::new(
                format!("在 {cell} 所在的表头写明金额单位，如“项目资金（万元）”"),
                format!("state the money unit in the heading at {cell}, such as 项目资金（万元）"),
            );
            let place = context.place(cell, context.workbook.value(context.located.sheet, cell).as_text());
            vec![Finding::new(&RULE, place, message, help).of(Field::MoneyUnit)]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::submission;
    use crate::sketch::{findings, lines};

    #[test]
    fn a_table_without_a_unit_is_found() {
        let text = submission().replace("（万元）", "");
        assert_eq!(lines(&findings(RULE, &text)), ["Warning D5 小计"]);
    }

    #[test]
    fn a_unit_in_the_heading_or_above_the_table_will_do() {
        assert_eq!(findings(RULE, &submission()), []);
        let above = submission().replace("（万元）", "").replacen("附表", "单位：万元", 1);
        assert_eq!(findings(RULE, &above), []);
    }

    #[test]
    fn a_unit_in_one_amount_column_will_do() {
        let text = submission().replace("（万元）", "").replace("全年执行数（B）", "全年执行数（元）");
        assert_eq!(findings(RULE, &text), []);
    }
}
