//! S007: a project names no supervising department.

use jixiao_workbook::CellRef;

use super::{Check, Context, Each, Group, Rule};
use crate::finding::{Field, Finding, Severity, Words};
use crate::summary::{Project, TextReading};

pub(super) const RULE: Rule = Rule {
    code: "S007",
    name: "supervisor-missing",
    severity: Severity::Warning,
    title: ("没有填主管部门", "the supervising department is missing"),
    docs: (
        "## 核对内容\n表中有“主管部门”列时，每个项目是否都填了主管部门。上下合并的单元格按一个填写；填“—”“/”表示没有主管部门，不提示。\n\
         ## 为什么\n汇总和归口审核按主管部门进行，没有填的项目没有人认领。\n\
         ## 示例\n`C9` 主管部门空着，其他项目填的是“中川园区”。\n\
         ## 怎样改\n填写该项目的主管部门全称。\n\
         ## 依据\n表样：主管部门列。",
        "## What is checked\nWhere the table has a column 主管部门: whether each project names its department. A cell that is merged over several rows counts for all of them; the signs — and / say that there is none, and are right.\n\
         ## Why\nForms are consolidated and reviewed by department; a project without one belongs to nobody.\n\
         ## Example\n`C9` is blank while the other projects name 中川园区.\n\
         ## How to correct\nEnter the full name of the project's department.\n\
         ## Source\nThe form: the column 主管部门.",
    ),
    check: Check::Projects(&[Each { spot, tell, group: Group::One("S007") }]),
};

fn blank(project: &Project) -> Option<&TextReading> {
    project.supervisor.as_ref().filter(|supervisor| supervisor.text.is_empty())
}

fn spot(_: &Context<'_>, project: &Project) -> Option<(CellRef, Severity)> {
    Some((blank(project)?.cell, RULE.severity))
}

fn tell(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let supervisor = blank(project)?;
    let finding = Finding::new(
        &RULE,
        context.at_text(supervisor),
        Words::new("主管部门没有填", "the supervising department is blank"),
        Words::new("填写项目的主管部门", "enter the project's supervising department"),
    );
    Some(finding.of(Field::Supervisor).on(project).grouped("S007"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{submission, with_row};
    use crate::sketch::{findings, lines};

    #[test]
    fn a_blank_department_is_found() {
        let text = with_row(1, "2|两站一室|.|20|20|0|0|4.4|22%|85|.");
        assert_eq!(lines(&findings(RULE, &text)), ["Warning C7"]);
    }

    #[test]
    fn the_submission_names_all_departments() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn a_merged_cell_a_sign_for_none_and_a_table_without_the_column_are_silent() {
        for cell in ["^", "—", "/"] {
            let text = with_row(1, &format!("2|两站一室|{cell}|20|20|0|0|4.4|22%|85|."));
            assert_eq!(findings(RULE, &text), [], "{cell}");
        }
        let without = "序号|项目名称|全年预算数（万元）|全年执行数|执行率|自评得分\n1|防汛|3|3|100%|95\n合计|<|3|3|100%|95";
        assert_eq!(findings(RULE, without), []);
    }
}
