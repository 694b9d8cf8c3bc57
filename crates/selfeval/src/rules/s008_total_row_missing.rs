//! S008: the table has no total row.

use super::{Check, Context, Rule};
use crate::finding::{Field, Finding, Severity, Words};

pub(super) const RULE: Rule = Rule {
    code: "S008",
    name: "total-row-missing",
    severity: Severity::Error,
    title: ("没有合计行", "the total row is missing"),
    docs: (
        "## 核对内容\n表内有没有合计行（合计、总计，在项目行的上方或下方均可）。\n\
         ## 为什么\n单位的合计数和合计自评得分都填在合计行，没有就无法汇总。\n\
         ## 示例\n项目填到第 19 行，第 20 行起是空白和表注。\n\
         ## 怎样改\n在项目行下面加一行，第一格写“合计”，再运行 `fill` 填各合计数。\n\
         ## 依据\n表样：合计行；表注：单位项目自评合计得分。",
        "## What is checked\nWhether the table has a total row (合计 or 总计), above or below the projects.\n\
         ## Why\nThe unit's totals and its weighted score stand in the total row; without it the form cannot be consolidated.\n\
         ## Example\nThe projects end in row 19, and from row 20 on there are only blanks and the note.\n\
         ## How to correct\nAdd a row below the projects with 合计 in its first cell, then let `fill` complete it.\n\
         ## Source\nThe form: the total row; its note: the unit's total score.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    if context.located.total.is_some() {
        return Vec::new();
    }
    let range = context.located.range;
    let below = range.first().at_row(range.last().row() + 1);
    let message = Words::new(
        format!("{} 个项目之外没有合计行", context.summary.projects.len()),
        format!("there are {} projects but no total row", context.summary.projects.len()),
    );
    let help = Words::new(
        format!("在 {below} 起加一行，写“合计”，填各列合计数和加权平均得分"),
        format!(
            "add a row at {below} that begins with 合计, with the sum of each column and the weighted score"
        ),
    );
    vec![Finding::new(&RULE, context.place(below, ""), message, help).of(Field::TotalRow)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{PROJECTS, TOTAL, submission};
    use crate::sketch::{findings, lines, official};

    #[test]
    fn a_table_that_ends_with_its_last_project_is_found() {
        assert_eq!(lines(&findings(RULE, &official(&PROJECTS))), ["Error A20"]);
    }

    #[test]
    fn the_submission_has_its_total_row() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn a_total_row_on_top_or_spelt_with_a_blank_counts() {
        assert_eq!(findings(RULE, &official(&[&[TOTAL], &PROJECTS[..]].concat())), []);
        let spaced = TOTAL.replace("合计", "总 计");
        assert_eq!(findings(RULE, &official(&[&PROJECTS[..], &[&spaced]].concat())), []);
    }
}
