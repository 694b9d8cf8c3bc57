//! S012: the remark only repeats the sequence number, as happens when a series is dragged across.

use jixiao_workbook::number::decimal;

use super::cells::{listed, runs};
use super::{Check, Context, Rule};
use crate::finding::{Field, Finding, Severity, Words};
use crate::summary::{Project, TextReading};

pub(super) const RULE: Rule = Rule {
    code: "S012",
    name: "remark-repeats-sequence",
    severity: Severity::Warning,
    title: ("备注与序号相同", "the remark repeats the sequence number"),
    docs: (
        "## 核对内容\n备注是否只是本行的序号。同一张表只提示一次，列出所有单元格。\n\
         ## 为什么\n备注用来说明执行率低、得分低的原因；序号误填到备注，原因就没有写。\n\
         ## 示例\n`K6:K19` 备注为 1 至 14，与 `A6:A19` 序号逐行相同。\n\
         ## 怎样改\n清空这些备注；执行率低于标准的，写明原因。\n\
         ## 依据\n表样：备注列。",
        "## What is checked\nWhether a remark is nothing but its row's sequence number. A table is told once, with all its cells.\n\
         ## Why\nThe remark is where a low rate or score is explained; a number put there by mistake leaves it unexplained.\n\
         ## Example\nThe remarks in `K6:K19` are 1 to 14, row by row the sequence numbers in `A6:A19`.\n\
         ## How to correct\nClear these remarks, and give the reason where the execution rate is below the threshold.\n\
         ## Source\nThe form: the column 备注.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let repeats: Vec<&TextReading> = context.summary.projects.iter().filter_map(repeated).collect();
    let Some(first) = repeats.first() else { return Vec::new() };
    let cells: Vec<_> = repeats.iter().map(|remark| remark.cell).collect();
    let (runs, cells) = (runs(&cells), listed(&cells));
    let cells_en = cells.replace('、', ", ");
    let message = Words::new(
        format!("{} 行的备注只是本行序号（{cells}）", repeats.len()),
        format!("{} remarks are nothing but their rows' sequence numbers ({cells_en})", repeats.len()),
    );
    let help = Words::new(
        format!("清空 {cells}，需要说明的写文字"),
        format!("clear {cells_en}, and use words where something has to be explained"),
    );
    // The ends of the runs: a column of a hundred thousand rows needs no hundred thousand places.
    let ends = runs.iter().flat_map(|run| [run.first(), run.last()]).filter(|cell| *cell != first.cell);
    let mut ends: Vec<_> = ends.collect();
    ends.dedup();
    let note = |_| Words::new("备注也只是序号", "this remark is its sequence number, too");
    let related = ends.into_iter().map(|cell| context.related(cell, note(cell))).collect();
    let finding = Finding::new(&RULE, context.at_text(first), message, help).of(Field::Remark);
    vec![finding.found(&*first.text, None).with_related(related)]
}

/// A project's remark where it is only the row's sequence number.
fn repeated(project: &Project) -> Option<&TextReading> {
    let remark = project.remark.as_ref().filter(|remark| !remark.text.is_empty())?;
    let sequence = project.sequence.as_ref()?;
    let same = match sequence.value() {
        Some(number) => decimal(&remark.text) == Some(number),
        None => *remark.text == *sequence.raw(),
    };
    same.then_some(remark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{PROJECTS, submission};
    use crate::sketch::{findings, lines, official};

    #[test]
    fn a_column_that_repeats_the_sequence_is_found_once() {
        let found = findings(RULE, &submission());
        assert_eq!(lines(&found), ["Warning K6 1"]);
        assert_eq!(found[0].message.zh, "14 行的备注只是本行序号（K6:K19）");
        let related: Vec<String> = found[0].related.iter().map(|place| place.cell.to_string()).collect();
        assert_eq!(related, ["K19"]);
    }

    #[test]
    fn words_blanks_and_other_numbers_are_no_repeat() {
        let rows: Vec<String> = PROJECTS
            .iter()
            .zip(["", "2023年新增", "30", "第4项", "⑤", "－"])
            .map(|(row, remark)| format!("{}|{remark}", row.rsplit_once('|').unwrap().0))
            .collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        assert_eq!(findings(RULE, &official(&rows)), []);
    }

    #[test]
    fn one_row_is_enough() {
        let rows = [
            PROJECTS[0],
            "2|防汛经费|中川园区|3|3|0|0|3|100%|95|.",
            "3|网格员补助|园区|3|3|0|0|3|100%|95|'3",
        ];
        let found = findings(RULE, &official(&rows));
        assert_eq!(found[0].message.zh, "2 行的备注只是本行序号（K6、K8）");
    }
}
