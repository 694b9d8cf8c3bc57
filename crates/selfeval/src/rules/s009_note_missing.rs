//! S009: the note that explains the weighted score is missing.

use super::{Check, Context, Rule};
use crate::finding::{Field, Finding, Severity, Words};

pub(super) const RULE: Rule = Rule {
    code: "S009",
    name: "note-missing",
    severity: Severity::Info,
    title: ("没有表注", "the note below the table is missing"),
    docs: (
        "## 核对内容\n表下有没有表注（注：单位项目自评合计得分以各项目资金占比为权重……）。\n\
         ## 为什么\n表注写明合计自评得分怎样算，是表样的一部分。\n\
         ## 示例\n合计行在第 20 行，下面没有“注”。\n\
         ## 怎样改\n在表下补上制发表样中的表注。\n\
         ## 依据\n表样：表注。",
        "## What is checked\nWhether the note stands below the table (注：单位项目自评合计得分以各项目资金占比为权重…).\n\
         ## Why\nThe note says how the total score is computed, and is part of the form.\n\
         ## Example\nThe total row is row 20, and no 注 follows it.\n\
         ## How to correct\nAdd the note of the form that was issued below the table.\n\
         ## Source\nThe form: its note.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    if context.located.note.is_some() {
        return Vec::new();
    }
    let range = context.located.range;
    let below = range.first().at_row(range.last().row() + 1);
    let message = Words::new(
        "表下没有说明合计得分算法的表注",
        "no note below the table says how the total score is computed",
    );
    let help = Words::new(
        format!(
            "在 {below} 补上表注：“注：单位项目自评合计得分以各项目资金占比为权重，对各项目自评分值加权平均计算。”"
        ),
        format!(
            "add the form's note in {below}: 注：单位项目自评合计得分以各项目资金占比为权重，对各项目自评分值加权平均计算。"
        ),
    );
    vec![Finding::new(&RULE, context.place(below, ""), message, help).of(Field::Note)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::submission;
    use crate::sketch::{findings, lines};

    #[test]
    fn a_table_without_a_note_is_told_as_info() {
        let text = submission();
        let (table, _) = text.split_once("注:").unwrap();
        assert_eq!(lines(&findings(RULE, table)), ["Info A21"]);
    }

    #[test]
    fn the_note_right_below_the_table_or_after_a_blank_row_counts() {
        assert_eq!(findings(RULE, &submission()), []);
        assert_eq!(findings(RULE, &submission().replace("注:", "\n注:")), []);
    }

    #[test]
    fn a_full_width_colon_counts() {
        assert_eq!(findings(RULE, &submission().replace("注:1.", "注：")), []);
    }
}
