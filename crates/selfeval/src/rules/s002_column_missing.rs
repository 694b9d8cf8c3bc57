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
        "## 核对内容\n表头是否齐全：序号、项目名称、主管部门（或实施单位）、全年预算数、全年执行数、执行率、自评得分；要哪些列由地方口径（`required`）决定。资金明细有几列、叫什么，一般不作要求，地方口径写明（`funds`）的，缺的列一并指出。\n\
         ## 为什么\n缺列的表不符合表样，汇总时对不上，会被退回。\n\
         ## 示例\n表头有全年执行数，没有执行率。\n\
         ## 怎样改\n按表样补上缺少的列，并填写各项目的内容。\n\
         ## 依据\n表样：项目支出绩效自评结果汇总表的表头。",
        "## What is checked\nWhether the heading is complete: sequence number, project name, supervising department (or implementing unit), full-year budget, executed amount, execution rate, score; the profile says which (`required`). How many fund parts there are and what they are called is left open, unless the profile lists some (`funds`).\n\
         ## Why\nA table that lacks a column is not the form; it cannot be consolidated and is sent back.\n\
         ## Example\nThe heading has an executed amount but no execution rate.\n\
         ## How to correct\nAdd the column as in the form, and fill it for each project.\n\
         ## Source\nThe form: the heading of the summary table.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let columns = &context.located.columns;
    let missing = context.profile.required.iter().filter(|field| !present(columns, **field));
    missing.map(|field| finding(context, *field)).chain(funds(context)).collect()
}

/// Whether a required column is there, or one that stands in for it.
fn present(columns: &Columns, field: Field) -> bool {
    match field {
        Field::Fund => !columns.funds.is_empty(),
        Field::Budget => columns.budget.is_some() || !columns.funds.is_empty(),
        Field::Supervisor => columns.supervisor.is_some() || columns.unit.is_some(),
        field => columns.of(field).is_some(),
    }
}

/// The fund columns that the profile expects and the heading lacks, in one finding.
fn funds(context: &Context<'_>) -> Option<Finding> {
    let columns = &context.located.columns.funds;
    let expected = context.profile.funds.iter();
    let missing = expected.filter(|key| columns.iter().all(|fund| fund.key != **key));
    let names: Vec<&str> = missing
        .map(|key| context.profile.fund_labels(key).first().map_or(key.as_str(), String::as_str))
        .collect();
    if names.is_empty() {
        return None;
    }
    let heading = context.located.range.first();
    let (zh, en) = (names.join("、"), names.join(", "));
    let message = Words::new(
        format!("资金明细缺少{zh}列，{}要求有", context.profile.title),
        format!("the fund columns lack {en}, which the profile {} asks for", context.profile.name),
    );
    let help = Words::new(
        format!("在 {heading} 起的表头补上，没有金额的填 0"),
        format!("add them to the heading that begins in {heading}; without an amount enter 0"),
    );
    let finding = Finding::new(&RULE, context.place(heading, ""), message, help);
    Some(finding.of(Field::Fund).grouped("S002:funds"))
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
    use crate::profile::Profile;
    use crate::rules::sample::submission;
    use crate::sketch::{findings, findings_under};

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

    #[test]
    fn the_columns_asked_for_are_the_profiles() {
        let strict = Profile::from_toml("required = [\"remark\", \"fund\", \"grade\"]").unwrap();
        let fields = |text: &str| -> Vec<Field> {
            findings_under(RULE, text, &strict).iter().filter_map(|finding| finding.field).collect()
        };
        assert_eq!(fields(PLAIN), [Field::Fund, Field::Grade]);
        assert_eq!(fields(&submission()), [Field::Grade]);
        let lax = Profile::from_toml("required = []").unwrap();
        assert_eq!(findings_under(RULE, &PLAIN.replace("执行率", "进度"), &lax), []);
    }

    #[test]
    fn fund_columns_that_a_profile_lists_are_asked_for_together() {
        let sichuan = Profile::built_in("sichuan").unwrap();
        let found = findings_under(RULE, &submission(), &sichuan);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message.zh, "资金明细缺少财政专户管理资金、单位资金列，四川要求有");
        let own = "序号|项目名称|主管部门|小计|财政资金|财政专户管理资金|单位资金|其他资金|全年执行数（万元）|执行率|自评得分|备注\n\
                   1|防汛经费|应急局|3|1|1|1|0|3|100%|95|.\n合计|<|<|3|1|1|1|0|3|100%|95|.";
        assert_eq!(findings_under(RULE, own, &sichuan), []);
    }
}
