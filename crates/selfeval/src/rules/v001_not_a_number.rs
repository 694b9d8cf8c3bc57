//! V001: a cell that takes a figure holds something else, or an amount too large to be one.

use rust_decimal::Decimal;

use super::cells::figures;
use super::{Check, Context, Rule, column_group};
use crate::finding::{Field, Finding, Severity, Words};
use crate::summary::{Content, Reading};

pub(super) const RULE: Rule = Rule {
    code: "V001",
    name: "not-a-number",
    severity: Severity::Error,
    title: ("应填数字的单元格不是数字", "a cell that takes a figure holds no number"),
    docs: (
        "## 核对内容\n金额、执行率、得分单元格是不是数字；金额在 10¹⁵ 及以上的也不能作为金额。“—”“/”“*”表示没有数，不算错。\n\
         ## 为什么\n不是数字的内容不能求和，合计和加权得分会漏算这一行。\n\
         ## 示例\n`H7` 全年执行数写“约4万”。\n\
         ## 怎样改\n改填数字；说明文字写到备注。\n\
         ## 依据\n表样：项目资金（万元）、执行率、自评得分各列。",
        "## What is checked\nWhether the cells for amounts, rates and scores hold numbers; an amount of 10¹⁵ or more is none either. The signs —, / and * mean that there is no value, and are right.\n\
         ## Why\nWhat is no number cannot be summed; the totals and the weighted score would leave the row out.\n\
         ## Example\nThe executed amount in `H7` says 约4万.\n\
         ## How to correct\nEnter a number, and put explanations into the remark.\n\
         ## Source\nThe form: the columns for amounts, rate and score.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let projects = context.summary.projects.iter();
    let rows = projects.flat_map(|project| {
        let found = figures(project).filter_map(|(field, reading)| judge(context, field, reading));
        found.map(|finding| finding.on(project))
    });
    let total = context.summary.total.iter().flat_map(figures);
    rows.chain(total.filter_map(|(field, reading)| judge(context, field, reading))).collect()
}

fn judge(context: &Context<'_>, field: Field, reading: &Reading) -> Option<Finding> {
    let (message, help) = if reading.content() == Content::Unreadable {
        unreadable(context, field, reading)
    } else if is_money(field) && reading.value().is_some_and(|value| value.abs() >= limit(context)) {
        too_large(context, field, reading)
    } else {
        return None;
    };
    let finding = Finding::new(&RULE, context.at(reading), message, help).of(field);
    Some(finding.found(reading.raw(), reading.value()).grouped(column_group(RULE.code, reading.cell)))
}

fn unreadable(context: &Context<'_>, field: Field, reading: &Reading) -> (Words, Words) {
    let (raw, cell) = (reading.raw(), reading.cell);
    let name = context.summary.name_of(field, cell);
    let message = Words::new(
        format!("{}填的是“{raw}”，不是数字", name.zh),
        format!("the {} says “{raw}”, which is no number", name.en),
    );
    let help = Words::new(
        format!("在 {cell} 改填数字，说明文字写到备注"),
        format!("enter a number in {cell}, and put explanations into the remark"),
    );
    (message, help)
}

fn too_large(context: &Context<'_>, field: Field, reading: &Reading) -> (Words, Words) {
    let (raw, cell) = (reading.raw(), reading.cell);
    let name = context.summary.name_of(field, cell);
    let message = Words::new(
        format!("{}填的是 {raw}，达到 10¹⁵，不会是金额", name.zh),
        format!("the {} is {raw}, which is 10¹⁵ or more and no amount of money", name.en),
    );
    let help = Words::new(
        format!("核对 {cell} 的数字和金额单位，改为实际金额"),
        format!("check the digits and the money unit of {cell}, and enter the actual amount"),
    );
    (message, help)
}

fn is_money(field: Field) -> bool {
    matches!(field, Field::InitialBudget | Field::Budget | Field::Fund | Field::Executed)
}

/// 10¹⁵ in the table's own unit, as 万元.
fn limit(context: &Context<'_>) -> Decimal {
    let exponent = i32::from(context.summary.money.exponent()) + 15;
    let power = u32::try_from(exponent).ok().and_then(|power| 10_i128.checked_pow(power));
    power.and_then(|power| Decimal::try_from_i128_with_scale(power, 0).ok()).unwrap_or(Decimal::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{submission, with_row};
    use crate::sketch::{findings, lines};

    fn second(cells: &str) -> Vec<String> {
        lines(&findings(RULE, &with_row(1, cells)))
    }

    #[test]
    fn words_where_a_figure_belongs_are_found() {
        assert_eq!(second("2|两站一室|中川园区|20|20|0|0|约4万|22%|85|."), ["Error H7 约4万"]);
        assert_eq!(
            second("2|两站一室|中川园区|20|20|0|0|4.4|未算|良好|."),
            ["Error I7 未算", "Error J7 良好"]
        );
    }

    #[test]
    fn the_submission_holds_numbers() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn signs_for_no_value_and_numbers_written_as_text_are_silent() {
        assert_eq!(second("2|两站一室|中川园区|20|20|—|/|'４．４|'22.02％|'85分|."), [""; 0]);
    }

    #[test]
    fn an_amount_of_ten_to_the_fifteen_is_no_amount() {
        let row = |amount: &str| second(&format!("2|两站一室|中川园区|20|20|0|0|{amount}|22%|85|."));
        assert_eq!(row("999999999999999"), [""; 0]);
        assert_eq!(row("1000000000000000"), ["Error H7 1000000000000000"]);
    }

    #[test]
    fn the_total_row_is_checked_as_well() {
        let text = with_row(14, "合计|<|<|1893.66|1893.66|.|.|1722.16|.|优|.");
        assert_eq!(lines(&findings(RULE, &text)), ["Error J20 优"]);
    }
}
