//! A003: the total row states the sum of every amount column.

use super::columns::{AmountColumn, ColumnSum, amount_columns};
use super::{Check, Context, Rule, cells, corrected, mending, wording};
use crate::finding::{Finding, Severity, Unit, Words};
use crate::summary::{Content, Reading, Total};

pub(super) const RULE: Rule = Rule {
    code: "A003",
    name: "total-blank",
    severity: Severity::Warning,
    title: ("合计未填", "a total is blank"),
    docs: (
        "## 核对内容\n合计行的各金额栏是否都填了数。各项目都没有的资金，合计填 0；用“—”“/”表示没有也可以。\n\
         ## 为什么\n合计行是汇总和报告取数的地方，空着就要由审核人员代算。\n\
         ## 示例\n`F20` 上年结转资金合计空白，各项目都是 0：填 0。\n\
         ## 怎样改\n填上各项目之和，最好用求和公式；`fill` 会填好。\n\
         ## 依据\n表样：合计行。",
        "## What is checked\nWhether the total row states every amount column. Funds that no project has are 0; a sign for \"none\" (—, /) will do as well.\n\
         ## Why\nSummaries and reports are taken from the total row; left blank, the reviewer has to add it up.\n\
         ## Example\n`F20`, the total of funds carried over, is blank while every project has 0: enter 0.\n\
         ## How to correct\nEnter the sum over the projects, best as a SUM formula; `fill` does it.\n\
         ## Source\nThe form's total row.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(total) = context.total() else {
        return Vec::new();
    };
    amount_columns(context).iter().filter_map(|column| blank(context, column, total)).collect()
}

fn blank<'a>(context: &Context<'a>, column: &AmountColumn<'a>, total: &'a Total) -> Option<Finding> {
    let reading = column.total(total).filter(|reading| reading.is_blank())?;
    let terms = column.sum(context, corrected::budget);
    let sum = terms.sum.map(|sum| sum.value);
    if reading.content() == Content::NoValue && sum.is_some_and(|sum| sum.is_zero()) {
        return None;
    }
    let expected = sum.map(|sum| wording::amount(context.summary, sum));
    let (zh, en) = message(context, column, (&terms, expected.as_deref()));
    let finding = Finding::new(
        &RULE,
        context.at(reading),
        Words::new(zh, en),
        help(reading, &terms, expected.as_deref()),
    );
    Some(Finding {
        expected,
        expected_value: sum,
        unit: Some(Unit::TenThousand),
        fix: sum.and_then(|sum| mending::formula(context, reading, sum)),
        ..finding.of(column.field).grouped("A003")
    })
}

fn message(
    context: &Context<'_>,
    column: &AmountColumn<'_>,
    (terms, expected): (&ColumnSum, Option<&str>),
) -> (String, String) {
    let (zh, en) = column.name;
    match expected {
        None => (format!("{zh}合计空白"), format!("the total {en} is blank")),
        Some("0") => (
            format!("{zh}合计空白，各项目之和为 0"),
            format!("the total {en} is blank; the projects add up to 0"),
        ),
        Some(sum) => {
            let written = wording::terms(context, &terms.terms, &column.range(context));
            (
                format!("{zh}合计空白，{} = {sum}", written.0),
                format!("the total {en} is blank; {} = {sum}", written.1),
            )
        }
    }
}

fn help(reading: &Reading, terms: &ColumnSum, expected: Option<&str>) -> Words {
    let cell = reading.cell;
    if let Some(sum) = expected {
        return Words::new(format!("在 {cell} 填 {sum}"), format!("enter {sum} in {cell}"));
    }
    let missing = cells::listed(&terms.missing);
    Words::new(
        format!("先填好 {missing}，再在 {cell} 填各项目之和"),
        format!("fill {missing} first, then enter the sum over the projects in {cell}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Applicability;
    use crate::rules::sample::{PROJECTS, submission, with_row};
    use crate::sketch::{findings, lines, official};

    #[test]
    fn blank_totals_are_found_with_their_sums() {
        let found = findings(RULE, &submission());
        assert_eq!(lines(&found), ["Warning F20  → 0", "Warning G20  → 0"]);
        assert_eq!(found[0].message.zh, "上年结转资金合计空白，各项目之和为 0");
        assert_eq!(found[0].help.zh, "在 F20 填 0");
        let fix = found[0].fix.as_ref().unwrap();
        assert_eq!((fix.applicability, fix.edits.len()), (Applicability::Safe, 1));
    }

    #[test]
    fn stated_totals_and_signs_for_none_are_silent() {
        assert!(findings(RULE, &with_row(14, "合计|<|<|1893.66|1893.66|—|/|1722.16|.|.|.")).is_empty());
    }

    #[test]
    fn a_total_that_cannot_be_computed_names_what_is_missing() {
        let mut rows = PROJECTS.to_vec();
        rows[1] = "2|交管站|中川园区|20|20|0|0|.|.|85|2";
        rows.push("合计|<|<|1893.66|1893.66|0|0|.|.|.|.");
        let found = findings(RULE, &official(&rows));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].help.zh, "先填好 H7，再在 H20 填各项目之和");
        assert!(found[0].fix.is_none());
    }
}
