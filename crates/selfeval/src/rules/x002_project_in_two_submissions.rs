//! X002: a project with the same code stands in an earlier submission of the same year.

use super::{Check, Context, Rule};
use crate::finding::{Field, Finding, Related, Severity, Words};
use crate::given::{Again, Met};

pub(super) const RULE: Rule = Rule {
    code: "X002",
    name: "project-in-two-submissions",
    severity: Severity::Warning,
    title: ("同一项目在两个文件中填报", "a project stands in two submissions"),
    docs: (
        "## 核对内容\n一次核对多个文件时，有没有项目编码相同的项目出现在同一年度的两个文件里。只看预算系统的项目编码（编码列，或名称前的编码），不看名称：每个乡镇都有防汛经费。提示在后一个文件，写明前一个文件的位置。\n\
         ## 为什么\n一个项目由两个单位填报，汇总时预算数和执行数都会算两次。\n\
         ## 示例\n`B9` 的项目编码 62010023T000000010001 在“甲镇.xlsx”的 `B7` 已经填报。\n\
         ## 怎样改\n与两个单位核对由谁填报，另一份删去；确是分解到两个单位的，在备注说明。\n\
         ## 依据\n表样：一个项目一行；项目编码在预算系统中唯一。",
        "## What is checked\nWhere several files are checked together: whether a project code stands in two files of one year. Only codes of the budget system count (in the code column, or in front of the name), never names: every township has a flood fund. It is told on the later file, with the place in the earlier one.\n\
         ## Why\nA project that two units report counts twice when the forms are consolidated.\n\
         ## Example\nThe code 62010023T000000010001 in `B9` was reported before, in `B7` of 甲镇.xlsx.\n\
         ## How to correct\nAsk both units who reports it, and delete the other row; if it is shared between them, say so in the remark.\n\
         ## Source\nThe form: one row for each project; codes are unique in the budget system.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.given.met.iter().filter_map(|met| finding(context, met)).collect()
}

fn finding(context: &Context<'_>, met: &Met) -> Option<Finding> {
    let Again::Project(index) = met.what else { return None };
    let project = context.summary.projects.get(index)?;
    let (code, place) = (project.budget_code()?, project.code.as_deref().unwrap_or(&project.name));
    let Met { path, sheet, cell, .. } = met;
    let message = Words::new(
        format!("项目编码 {code} 在 {path} {sheet}!{cell} 已经填报"),
        format!("the project code {code} was reported before in {path} {sheet}!{cell}"),
    );
    let help = Words::new(
        "与两个单位核对由谁填报，另一份删去",
        "ask both units who reports the project, and delete the other row",
    );
    let note = Words::new("编码相同的项目", "the project of the same code");
    let related = Related { path: Some(path.clone()), sheet: sheet.clone(), cell: *cell, note };
    let finding = Finding::new(&RULE, context.at_text(place), message, help).of(Field::Code).on(project);
    Some(finding.found(code.into_owned(), None).with_related(vec![related]))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::sketch::{findings_on_last, lines};

    fn table(unit: &str, year: u16, rows: &[(&str, &str)]) -> String {
        let mut text = format!(
            "{year}年度{unit}项目支出绩效自评结果汇总表\n序号|项目编码|项目名称|主管部门|全年预算数（万元）|全年执行数|执行率|自评得分\n"
        );
        for (index, (code, name)) in rows.iter().enumerate() {
            writeln!(text, "{}|'{code}|{name}|局|3|3|100%|95", index + 1).unwrap();
        }
        text + "合计|<|<|<|3|3|100%|95\n"
    }

    /// What is found on the last of several tables.
    fn last(tables: &[String]) -> Vec<Finding> {
        findings_on_last(RULE, tables)
    }

    const CODE: &str = "62010023T000000010001";

    #[test]
    fn the_later_file_names_the_place_in_the_earlier_one() {
        let found = last(&[
            table("甲镇", 2023, &[("62010023T000000010009", "修路"), (CODE, "防汛经费")]),
            table("乙镇", 2023, &[(CODE, "防汛经费")]),
        ]);
        assert_eq!(lines(&found), [format!("Warning B3 {CODE}")]);
        assert_eq!(found[0].message.zh, format!("项目编码 {CODE} 在 0.xlsx 附表!B4 已经填报"));
        assert_eq!(found[0].related[0].path.as_deref(), Some("0.xlsx"));
    }

    #[test]
    fn names_other_codes_and_other_years_are_no_match() {
        let first = || table("甲镇", 2023, &[(CODE, "防汛经费")]);
        assert_eq!(last(&[first(), table("乙镇", 2023, &[("62010023T000000010002", "防汛经费")])]), []);
        assert_eq!(last(&[first(), table("乙镇", 2022, &[(CODE, "防汛经费")])]), []);
        assert_eq!(last(&[first()]), []);
    }

    #[test]
    fn numbers_of_a_units_own_and_a_unit_met_again_are_silent() {
        let own = |unit| table(unit, 2023, &[("001", "防汛经费"), ("1234567", "抗旱")]);
        assert_eq!(last(&[own("甲镇"), own("乙镇")]), []);
        let again = || table("甲镇", 2023, &[(CODE, "防汛经费")]);
        assert_eq!(last(&[again(), again()]), []);
    }
}
