//! S005: the sequence numbers do not run 1, 2, 3 … from row to row.

use std::collections::BTreeMap;

use jixiao_workbook::{Content, Edit, Style};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use unicode_normalization::UnicodeNormalization;

use super::formulas::safe;
use super::{Check, Context, Rule, column_group};
use crate::finding::{Field, Finding, Fix, Severity, Words};
use crate::summary::{Project, Reading};

pub(super) const RULE: Rule = Rule {
    code: "S005",
    name: "sequence-broken",
    severity: Severity::Warning,
    title: ("序号不连续", "the sequence numbers do not follow one another"),
    docs: (
        "## 核对内容\n各项目的序号是否从 1 起逐行加 1。分组小计行之后可以接着编，也可以重新从 1 编；空白的备用行不算。\n\
         ## 为什么\n序号跳号或重号，往往是漏了项目、删了行或插了行没有重编。\n\
         ## 示例\n`A8` 序号 4，上一行是 2，按顺序应为 3。\n\
         ## 怎样改\n先核对有没有漏报的项目，再把序号重编为 1、2、3……\n\
         ## 依据\n表样：序号列。",
        "## What is checked\nWhether the projects' sequence numbers begin at 1 and rise by 1 from row to row. After a group's subtotal they may go on or begin again at 1; spare blank rows do not count.\n\
         ## Why\nA gap or a repeated number often means that a project was left out, or that rows were added or removed.\n\
         ## Example\n`A8` holds 4 after 2 in the row above; 3 comes next.\n\
         ## How to correct\nSee whether a project is missing, then number the rows 1, 2, 3, …\n\
         ## Source\nThe form: the column 序号.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut before: Option<(u64, u32)> = None;
    let mut gaps = None;
    for project in &context.summary.projects {
        let Some(reading) = project.sequence.as_ref().filter(|reading| !is_covered(context, reading)) else {
            continue;
        };
        let next = before.map_or(1, |(number, _)| number.saturating_add(1));
        let restarts = before.is_some_and(|(_, run)| run != project.run);
        let number = number(reading);
        if number != Some(next) && !(restarts && number == Some(1)) {
            let finding = finding(context, project, reading, next);
            let fits =
                reading.is_blank() && gaps.get_or_insert_with(|| Gaps::of(context)).fit(project.row, next);
            findings.push(if fits { finding.with_fix(fix(context, reading, next)) } else { finding });
        }
        before = Some((number.unwrap_or(next), project.run));
    }
    findings
}

/// The numbers that come next below each row, in the same run: how many rows further, and which.
struct Gaps(BTreeMap<u32, (u64, u64)>);

impl Gaps {
    fn of(context: &Context<'_>) -> Self {
        let mut below: Option<(u64, u64, u32)> = None;
        let mut gaps = BTreeMap::new();
        for project in context.summary.projects.iter().rev() {
            below = below.filter(|(_, _, run)| *run == project.run);
            if let Some((rows, number, run)) = below {
                gaps.insert(project.row, (rows, number));
                below = Some((rows.saturating_add(1), number, run));
            }
            if let Some(number) = project.sequence.as_ref().and_then(number) {
                below = Some((1, number, project.run));
            }
        }
        Self(gaps)
    }

    /// Whether a number in a row leads to the one that stands next below it.
    fn fit(&self, row: u32, next: u64) -> bool {
        self.0.get(&row).is_none_or(|(rows, number)| next.checked_add(*rows) == Some(*number))
    }
}

/// The number in place of nothing.
fn fix(context: &Context<'_>, reading: &Reading, next: u64) -> Fix {
    let edit = Edit::SetCell {
        sheet: context.located.sheet,
        cell: reading.cell,
        content: Content::Number(next.to_string()),
        style: Style::Keep,
    };
    let cell = reading.cell;
    safe(Words::new(format!("在 {cell} 填序号 {next}"), format!("number {cell} {next}")), edit)
}

/// Whether a merge from above covers the cell, so that several rows share one number.
fn is_covered(context: &Context<'_>, reading: &Reading) -> bool {
    let sheet = context.workbook.sheet(context.located.sheet);
    reading.is_blank() && sheet.is_ok_and(|sheet| sheet.anchor(reading.cell) != reading.cell)
}

fn finding(context: &Context<'_>, project: &Project, reading: &Reading, next: u64) -> Finding {
    let raw = reading.raw();
    let message = if reading.is_blank() {
        Words::new(
            format!("序号没有填，按顺序应为 {next}"),
            format!("the sequence number is blank; {next} comes next"),
        )
    } else {
        Words::new(
            format!("序号为“{raw}”，按顺序应为 {next}"),
            format!("the sequence number is {raw}; {next} comes next"),
        )
    };
    let help = Words::new(
        format!("核对 {} 前后有没有漏报的项目，再从 1 起重编序号", reading.cell),
        format!("see whether a project is missing next to {}, then number the rows from 1", reading.cell),
    );
    Finding::new(&RULE, context.at(reading), message, help)
        .of(Field::Sequence)
        .on(project)
        .found(raw, reading.value())
        .expected(next.to_string(), Some(Decimal::from(next)))
        .grouped(column_group(RULE.code, reading.cell))
}

/// The number a sequence cell means, in any of the ways people count: `3`, `3.`, `(3)`, `③`, `三、`.
fn number(reading: &Reading) -> Option<u64> {
    if let Some(value) = reading.value() {
        return value.is_integer().then(|| value.to_u64()).flatten();
    }
    let folded: String = reading.raw().nfkc().filter(|c| !c.is_whitespace()).collect();
    let plain = folded.trim_matches(['(', ')', '.', '、', ',', '第', '。']);
    plain.parse().ok().or_else(|| chinese(plain))
}

/// Chinese numerals up to 九十九.
fn chinese(text: &str) -> Option<u64> {
    let digit = |text: &str| {
        let place = ["一", "二", "三", "四", "五", "六", "七", "八", "九"].iter().position(|d| *d == text)?;
        u64::try_from(place + 1).ok()
    };
    match text.split_once('十') {
        None => digit(text),
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { digit(tens)? };
            let ones = if ones.is_empty() { 0 } else { digit(ones)? };
            Some(tens * 10 + ones)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::submission;
    use crate::sketch::{findings, lines, official};

    fn sequence(numbers: &[&str]) -> Vec<String> {
        let rows: Vec<String> = numbers
            .iter()
            .enumerate()
            .map(|(index, number)| match *number {
                "小计" => "小计：民政科|<|<|3|3|0|0|3|100%|.|.".to_owned(),
                "备用" => ".|.|.|.|.|.|.|.|.|.|.".to_owned(),
                number => format!("{number}|项目{index}|中川园区|3|3|0|0|3|100%|95|."),
            })
            .chain(std::iter::once("合计|<|<|6|6|0|0|6|100%|95|.".to_owned()))
            .collect();
        lines(&findings(RULE, &official(&rows.iter().map(String::as_str).collect::<Vec<_>>())))
    }

    #[test]
    fn a_gap_a_repeat_and_a_blank_are_each_found_once() {
        assert_eq!(sequence(&["1", "2", "4", "5"]), ["Warning A8 4 → 3"]);
        assert_eq!(sequence(&["1", "2", "2", "3"]), ["Warning A8 2 → 3"]);
        assert_eq!(sequence(&["1", "", "3"]), ["Warning A7  → 2"]);
        assert_eq!(sequence(&["2", "3", "4"]), ["Warning A6 2 → 1"]);
        assert_eq!(sequence(&["1", "1.5", "3"]), ["Warning A7 1.5 → 2"]);
    }

    #[test]
    fn a_blank_number_is_given_where_it_leads_to_the_next() {
        let fixed = |numbers: &[&str]| {
            let row = |number: &&str| format!("{number}|甲|中川园区|3|3|0|0|3|100%|95|.");
            let rows: Vec<String> = numbers.iter().map(row).collect();
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            let found = findings(RULE, &official(&rows));
            found
                .iter()
                .filter_map(|finding| finding.fix.as_ref())
                .map(|fix| fix.title.en.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(fixed(&["1", ".", "3"]), ["number A7 2"]);
        assert_eq!(fixed(&[".", ".", "."]), ["number A6 1", "number A7 2", "number A8 3"]);
        assert_eq!(fixed(&["1", ".", "2"]), [""; 0]);
        assert_eq!(fixed(&["1", "4"]), [""; 0], "what was typed stays");
    }

    #[test]
    fn rows_that_share_a_merged_number_are_silent() {
        assert_eq!(sequence(&["1", "^", "2", "3"]), [""; 0]);
    }

    #[test]
    fn the_submission_counts_right() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn groups_may_restart_or_go_on_and_spare_rows_do_not_count() {
        assert_eq!(sequence(&["1", "2", "小计", "1", "2"]), [""; 0]);
        assert_eq!(sequence(&["1", "2", "小计", "3", "4"]), [""; 0]);
        assert_eq!(sequence(&["1", "2", "备用", "备用"]), [""; 0]);
        assert_eq!(sequence(&["1", "2", "1", "2"]), ["Warning A8 1 → 3"]);
    }

    #[test]
    fn numbers_written_in_other_ways_count_as_well() {
        assert_eq!(sequence(&["'1", "２", "3.", "(4)", "⑤"]), [""; 0]);
        assert_eq!(chinese("十"), Some(10));
        assert_eq!(chinese("二十三"), Some(23));
        assert_eq!(chinese("乙"), None);
    }
}
