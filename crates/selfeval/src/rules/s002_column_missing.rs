//! S002: the table lacks a column of the form.

use super::{Check, Context, Rule};
use crate::finding::{Field, Finding, Severity, Words};
use crate::layout::Columns;

pub(super) const RULE: Rule = Rule {
    code: "S002",
    name: "column-missing",
    severity: Severity::Error,
    title: ("缺少表样中的列", "a column of the form is missing"),
    docs: (
        "## 核对内容\n表头是否齐全：序号、项目名称、主管部门（或实施单位）、全年预算数、全年执行数、执行率、自评得分。资金明细有几列、叫什么，有没有备注列，不作要求。\n\
         ## 为什么\n缺列的表不符合表样，汇总时对不上，会被退回。\n\
         ## 示例\n表头有全年执行数，没有执行率。\n\
         ## 怎样改\n按表样补上缺少的列，并填写各项目的内容。\n\
         ## 依据\n表样：项目支出绩效自评结果汇总表的表头。",
        "## What is checked\nWhether the heading is complete: sequence number, project name, supervising department (or implementing unit), full-year budget, executed amount, execution rate, score. How many fund parts there are and what they are called is left open, and so is a column for remarks.\n\
         ## Why\nA table that lacks a column is not the form; it cannot be consolidated and is sent back.\n\
         ## Example\nThe heading has an executed amount but no execution rate.\n\
         ## How to correct\nAdd the column as in the form, and fill it for each project.\n\
         ## Source\nThe form: the heading of the summary table.",
    ),
    check: Check::Table(check),
};

/// Each column of the form; any one field of an entry will do.
const REQUIRED: [&[Field]; 7] = [
    &[Field::Sequence],
    &[Field::Name],
    &[Field::Supervisor, Field::ImplementingUnit],
    &[Field::Budget],
    &[Field::Executed],
    &[Field::ExecutionRate],
    &[Field::Score],
];

fn check(context: &Context<'_>) -> Vec<Finding> {
    let columns = &context.located.columns;
    let missing = REQUIRED.iter().filter(|fields| !fields.iter().any(|field| present(columns, *field)));
    missing.filter_map(|fields| fields.first()).map(|field| finding(context, *field)).collect()
}

fn present(columns: &Columns, field: Field) -> bool {
    columns.of(field).is_some() || field == Field::Budget && !columns.funds.is_empty()
}

fn finding(context: &Context<'_>, field: Field) -> Finding {
    let heading = context.located.range.first();
    let name = field.words();
    let message = Words::new(
        format!("表头没有“{}”列", name.zh),
        format!("the heading has no column for the {}", name.en),
    );
    let help = Words::new(
        format!("在 {heading} 起的表头补上“{}”列并填写", name.zh),
        format!("add a column for the {} to the heading that begins in {heading}, and fill it", name.en),
    );
    Finding::new(&RULE, context.place(heading, ""), message, help).of(field).grouped(RULE.code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::submission;
    use crate::sketch::findings;

    const PLAIN: &str = "序号|项目名称|主管部门|全年预算数（万元）|全年执行数（万元）|执行率|自评得分|备注\n\
                         1|防汛经费|中川园区|3|3|100%|95|.\n合计|<|<|3|3|100%|95|.";

    #[test]
    fn each_column_that_is_missing_is_named() {
        let text = "项目名称|全年预算数（万元）|全年执行数（万元）|自评得分\n防汛经费|3|3|95\n合计|3|3|95";
        let found = findings(RULE, text);
        let fields: Vec<Field> = found.iter().filter_map(|finding| finding.field).collect();
        assert_eq!(fields, [Field::Sequence, Field::Supervisor, Field::ExecutionRate]);
        assert!(found.iter().all(|finding| finding.place.cell == Some("A1".parse().unwrap())));
    }

    #[test]
    fn the_form_and_a_form_without_fund_parts_are_complete() {
        assert_eq!(findings(RULE, &submission()), []);
        assert_eq!(findings(RULE, PLAIN), []);
    }

    #[test]
    fn the_implementing_unit_stands_in_and_a_remark_is_not_required() {
        let text = PLAIN.replace("主管部门", "实施单位").replace("|备注", "").replace("|.", "");
        assert_eq!(findings(RULE, &text), []);
    }
}
