//! S013: a project's row is hidden, and counted all the same.

use jixiao_workbook::CellRef;

use super::{Check, Context, Each, Group, Rule};
use crate::finding::{Field, Finding, Severity, Words};
use crate::summary::Project;

pub(super) const RULE: Rule = Rule {
    code: "S013",
    name: "hidden-data-row",
    severity: Severity::Warning,
    title: ("有隐藏的项目行", "a project's row is hidden"),
    docs: (
        "## 核对内容\n有没有项目行被隐藏（手工隐藏或被筛选掉）。隐藏的行照常读取、照常计入合计。\n\
         ## 为什么\n打印和审核时看不到这些项目，合计却包括它们，看起来就对不上；隐藏的也可能是不再需要的旧数据。\n\
         ## 示例\n第 8 行“办公用房租赁费”被隐藏，`D11` 合计仍包括它的 272.82。\n\
         ## 怎样改\n取消隐藏或清除筛选；不属于本表的行删去后重新计算合计。\n\
         ## 依据\n表样：一个项目一行，合计为各行之和。",
        "## What is checked\nWhether a project's row is hidden, by hand or by a filter. Hidden rows are read and counted like any other.\n\
         ## Why\nOn paper and in review these projects are not seen while the totals hold them, so that nothing seems to add up; or old data were hidden that should not count.\n\
         ## Example\nRow 8, 办公用房租赁费, is hidden; the total in `D11` holds its 272.82.\n\
         ## How to correct\nUnhide the rows or clear the filter; delete rows that do not belong to the form, and total anew.\n\
         ## Source\nThe form: one row for each project, and totals over all rows.",
    ),
    check: Check::Projects(&[Each { spot, tell, group: Group::One("S013") }]),
};

fn spot(_: &Context<'_>, project: &Project) -> Option<(CellRef, Severity)> {
    project.hidden.then_some((project.name.cell, RULE.severity))
}

fn tell(context: &Context<'_>, project: &Project) -> Option<Finding> {
    let finding = project.hidden.then(|| {
        Finding::new(
            &RULE,
            context.at_text(&project.name),
            Words::new("这一行被隐藏，仍计入合计", "the row is hidden, yet counts in the totals"),
            Words::new(
                "取消隐藏或清除筛选；不属于本表的删去",
                "unhide it or clear the filter; delete it if it does not belong here",
            ),
        )
    });
    Some(finding?.of(Field::Name).on(project).grouped("S013"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{PROJECTS, submission};
    use crate::sketch::{findings, lines, official};

    #[test]
    fn a_hidden_project_is_found() {
        let hidden = format!("~{}", PROJECTS[1]);
        let rows = [PROJECTS[0], &hidden, PROJECTS[2]];
        assert_eq!(lines(&findings(RULE, &official(&rows))), ["Warning B7 交管站“两站一室”工作经费"]);
    }

    #[test]
    fn rows_that_are_shown_are_silent() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn hidden_spare_rows_hold_no_data() {
        let rows = [PROJECTS[0], "~2|.|.|.|.|.|.|.|.|.|.", "合计|<|<|830|830|0|0|814.79|98.17%|94|."];
        assert_eq!(findings(RULE, &official(&rows)), []);
    }
}
