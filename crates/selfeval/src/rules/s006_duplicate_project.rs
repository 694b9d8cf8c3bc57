//! S006: two rows report the same project.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Check, Context, Rule};
use crate::finding::{Field, Finding, Severity, Words};
use crate::summary::{Project, TextReading, folded_name};

pub(super) const RULE: Rule = Rule {
    code: "S006",
    name: "duplicate-project",
    severity: Severity::Error,
    title: ("项目重复填报", "a project is reported twice"),
    docs: (
        "## 核对内容\n有没有两行项目名称相同（不计空格、引号、括号和全角半角的差别）。主管部门、实施单位和项目编码（有这些列时）也相同的为错误，否则为警告。\n\
         ## 为什么\n同一项目填两次，预算数和执行数会重复计入合计。\n\
         ## 示例\n`B18` 与 `B7` 都是“防汛经费”，主管部门也相同。\n\
         ## 怎样改\n同一项目只留一行；确是两个项目的，在名称中写清区别。\n\
         ## 依据\n表样：一个项目一行。",
        "## What is checked\nWhether two rows have the same project name (blanks, quotation marks, brackets and full-width forms make no difference). It is an error where the supervising department agrees too, and the implementing unit and the project code where there are such columns; otherwise a warning.\n\
         ## Why\nA project that is reported twice counts twice in the totals.\n\
         ## Example\n`B18` and `B7` both hold 防汛经费 under the same department.\n\
         ## How to correct\nKeep one row for each project; if they are two projects, tell them apart by name.\n\
         ## Source\nThe form: one row for each project.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let projects = &context.summary.projects;
    let mut seen: HashMap<Cow<'_, str>, &Project> = HashMap::with_capacity(projects.len());
    let mut findings = Vec::new();
    for project in projects {
        let name = folded_name(&project.name.text);
        if name.is_empty() {
            continue;
        }
        if let Some(first) = seen.get(&name) {
            findings.push(finding(context, first, project));
        } else {
            seen.insert(name, project);
        }
    }
    findings
}

fn finding(context: &Context<'_>, first: &Project, project: &Project) -> Finding {
    let (here, there) = (project.name.cell, first.name.cell);
    let same = agree(first.code.as_deref(), project.code.as_deref())
        && agree(first.supervisor.as_ref(), project.supervisor.as_ref())
        && folded_name(implementing_unit(context, first)) == folded_name(implementing_unit(context, project));
    let (severity, zh, en) = if same {
        (Severity::Error, "主管部门也相同", "with the same supervising department")
    } else {
        (Severity::Warning, "主管部门、实施单位或项目编码不同", "with another department, unit or code")
    };
    let message = Words::new(
        format!("与第 {} 行的项目名称相同，{zh}", first.row),
        format!("has the same name as the project in row {}, {en}", first.row),
    );
    let help = Words::new(
        format!("核对 {here} 与 {there} 是不是同一项目；是的删去一行，不是的在名称中写清区别"),
        format!(
            "see whether {here} and {there} are one project; delete one row if so, else tell them apart by name"
        ),
    );
    let note = Words::new("同名的项目", "the project of the same name");
    Finding::new(&RULE, context.at_text(&project.name), message, help)
        .at(severity)
        .of(Field::Name)
        .on(project)
        .found(&*project.name.text, None)
        .with_related(vec![context.related(there, note)])
        .grouped(format!("{}:{there}", RULE.code))
}

/// Who carries a project out, where the table says so: the same project of two units is two projects.
fn implementing_unit<'a>(context: &Context<'a>, project: &Project) -> &'a str {
    let Some(column) = &context.located.columns.unit else { return "" };
    let Ok(sheet) = context.workbook.sheet(context.located.sheet) else { return "" };
    sheet.value(sheet.anchor(project.name.cell.at_row(project.row).at_column(column.number))).as_text()
}

fn agree(a: Option<&TextReading>, b: Option<&TextReading>) -> bool {
    fn text(reading: Option<&TextReading>) -> Cow<'_, str> {
        reading.map_or(Cow::Borrowed(""), |reading| folded_name(&reading.text))
    }
    text(a) == text(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{submission, with_row};
    use crate::sketch::{findings, lines};

    #[test]
    fn a_project_of_the_same_name_and_department_is_an_error() {
        let text = with_row(13, "14|防汛经费|中川园区|511.3|511.3|0|0|511.3|'100%|94|14");
        let found = findings(RULE, &text);
        assert_eq!(lines(&found), ["Error B19 防汛经费"]);
        assert_eq!(found[0].related[0].cell.to_string(), "B18");
    }

    #[test]
    fn the_submission_names_each_project_once() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn another_department_makes_it_a_warning() {
        let text = with_row(13, "14|防汛经费|应急局|511.3|511.3|0|0|511.3|'100%|94|14");
        assert_eq!(lines(&findings(RULE, &text)), ["Warning B19 防汛经费"]);
    }

    #[test]
    fn one_name_under_two_implementing_units_or_codes_is_a_warning() {
        let table = |label: &str, first: &str, second: &str| {
            let text = format!(
                "序号|{label}|项目名称|全年预算数（万元）|全年执行数|执行率|自评得分\n\
                 1|{first}|防汛经费|3|3|100%|95\n2|{second}|防汛经费|3|3|100%|95\n合计|<|<|6|6|100%|95"
            );
            lines(&findings(RULE, &text))
        };
        assert_eq!(table("实施单位", "甲镇", "乙镇"), ["Warning C3 防汛经费"]);
        assert_eq!(table("实施单位", "甲镇", "甲 镇"), ["Error C3 防汛经费"]);
        assert_eq!(table("项目编码", "'0001", "'0002"), ["Warning C3 防汛经费"]);
        assert_eq!(table("项目编码", "'0001", "'0001"), ["Error C3 防汛经费"]);
    }

    #[test]
    fn quotation_marks_and_blanks_make_no_difference_but_words_do() {
        let twin = "14|交管站\"两站一室\" 工作经费|中川园区|20|20|0|0|4.4|'22%|85|.";
        assert_eq!(findings(RULE, &with_row(13, twin)).len(), 1);
    }
}
