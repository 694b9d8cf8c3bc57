//! V003: something that only the unit can give is blank.

use jixiao_workbook::CellRef;

use super::{Check, Context, Rule, column_group};
use crate::finding::{Field, Finding, Severity, Words};
use crate::summary::{Project, Reading};

pub(super) const RULE: Rule = Rule {
    code: "V003",
    name: "required-blank",
    severity: Severity::Error,
    title: ("必填项没有填", "a required cell is blank"),
    docs: (
        "## 核对内容\n每个项目的项目名称、资金明细（当年财政拨款等，至少填一项；没有明细列的填全年预算数）、全年执行数、自评得分是否已填。\n\
         ## 为什么\n空白不等于 0：缺一个数，合计、执行率和加权得分就算不出来。资金明细中有一项填了的，其余空着的按 0 计。\n\
         ## 示例\n`H9` 全年执行数空着。\n\
         ## 怎样改\n按账面填写；确实没有支出的填 0。\n\
         ## 依据\n表样：项目名称、项目资金、自评得分各列。",
        "## What is checked\nWhether each project has a name, its fund parts (at least one; the full-year budget where there are no parts), its executed amount and its score.\n\
         ## Why\nBlank is not zero: where a figure is missing the totals, the rate and the weighted score cannot be computed. Beside a filled fund part the others may stay blank and count as 0.\n\
         ## Example\nThe executed amount in `H9` is blank.\n\
         ## How to correct\nEnter the figure of the ledger; enter 0 if nothing was spent.\n\
         ## Source\nThe form: the columns for name, funds and score.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.summary.projects.iter().flat_map(|project| blanks(context, project)).collect()
}

fn blanks(context: &Context<'_>, project: &Project) -> Vec<Finding> {
    let blank = |reading: &&Reading| reading.is_blank();
    let mut findings = Vec::new();
    if project.name.text.is_empty() {
        findings.push(finding(context, project, Field::Name, project.name.cell));
    }
    if !project.funds.is_empty() {
        findings.extend(funds_blank(context, project));
    } else if let Some(budget) = project.budget.as_ref().filter(blank) {
        findings.push(finding(context, project, Field::Budget, budget.cell));
    }
    if let Some(executed) = project.executed.as_ref().filter(blank) {
        findings.push(finding(context, project, Field::Executed, executed.cell));
    }
    if let Some(score) = project.score.as_ref().filter(blank) {
        findings.push(finding(context, project, Field::Score, score.cell));
    }
    findings
}

/// One finding for all fund parts of a row: what is missing is the budget, not each of its parts.
fn funds_blank(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let (first, others) = project.funds.split_first()?;
    if !project.funds.iter().all(Reading::is_blank) {
        return None;
    }
    let note = |_| Words::new("这一项也空着", "this part is blank, too");
    let related = others.iter().map(|part| context.related(part.cell, note(part))).collect();
    Some(finding(context, project, Field::Fund, first.cell).with_related(related))
}

fn finding(context: &Context<'_>, project: &Project, field: Field, cell: CellRef) -> Finding {
    let (message, help) = match field {
        Field::Fund => (
            parts_blank(context),
            Words::new(
                format!("从 {cell} 起按资金来源填预算数，没有的来源可以空着"),
                format!(
                    "enter the budget by source of funds from {cell} on; sources without money may stay blank"
                ),
            ),
        ),
        Field::Executed => (
            Words::new("全年执行数没有填", "the executed amount is blank"),
            Words::new(
                format!("在 {cell} 填账面的全年执行数，没有支出的填 0"),
                format!("enter the ledger's executed amount in {cell}, or 0 if nothing was spent"),
            ),
        ),
        field => (
            Words::new(format!("{}没有填", field.words().zh), format!("the {} is blank", field.words().en)),
            Words::new(
                format!("在 {cell} 填写{}", field.words().zh),
                format!("enter the {} in {cell}", field.words().en),
            ),
        ),
    };
    let text = context.workbook.value(context.located.sheet, cell).as_text();
    Finding::new(&RULE, context.place(cell, text), message, help)
        .of(field)
        .on(project)
        .grouped(column_group(RULE.code, cell))
}

fn parts_blank(context: &Context<'_>) -> Words {
    let labels: Vec<&str> = context.summary.funds.iter().map(|fund| fund.label.as_str()).collect();
    match labels.as_slice() {
        [only] => Words::new(format!("{only}没有填"), format!("{only} is blank")),
        labels => Words::new(
            format!("{}都没有填", labels.join("、")),
            format!("none of {} is filled in", labels.join(", ")),
        ),
    }
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
    fn blank_inputs_are_found_each_once() {
        assert_eq!(second("2|.|中川园区|20|20|0|0|4.4|22%|85|."), ["Error B7"]);
        assert_eq!(second("2|两站一室|中川园区|20|20|0|0|.|.|.|."), ["Error H7", "Error J7"]);
        assert_eq!(second("2|两站一室|中川园区|20|.|.|.|4.4|22%|85|."), ["Error E7"]);
        assert_eq!(second("2|两站一室|中川园区|20|20|0|0|—|22%|85|."), ["Error H7 —"]);
    }

    #[test]
    fn parts_are_called_as_the_form_calls_them() {
        let found = findings(RULE, &with_row(1, "2|两站一室|中川园区|20|.|.|.|4.4|22%|85|."));
        assert_eq!(found[0].message.zh, "当年财政拨款、上年结转资金、其他资金都没有填");
    }

    #[test]
    fn the_submission_has_all_inputs() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn a_blank_part_beside_a_filled_one_and_blank_computed_cells_are_silent() {
        assert_eq!(second("2|两站一室|中川园区|.|20|.|.|4.4|.|85|."), [""; 0]);
        assert_eq!(second("2|两站一室|.|.|0|.|.|0|.|0|."), [""; 0]);
    }

    #[test]
    fn spare_rows_are_silent() {
        assert_eq!(second("2|.|.|.|.|.|.|.|.|.|."), [""; 0]);
    }

    #[test]
    fn without_fund_parts_the_budget_is_required() {
        let text = "序号|项目名称|主管部门|全年预算数（万元）|全年执行数（万元）|执行率|自评得分|备注\n\
                    1|防汛经费|中川园区|.|3|.|95|.\n合计|<|<|3|3|100%|95|.";
        assert_eq!(lines(&findings(RULE, text)), ["Error D2"]);
    }
}
