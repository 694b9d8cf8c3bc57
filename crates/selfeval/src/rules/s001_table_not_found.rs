//! S001: no sheet holds the summary table. Raised when locating fails, so its check never runs on a table.

use jixiao_workbook::Range;

use super::{Check, Rule};
use crate::finding::{Field, Finding, Place, Severity, Words};
use crate::layout::{Candidate, Cause, NoTable};

pub(super) const RULE: Rule = Rule {
    code: "S001",
    name: "table-not-found",
    severity: Severity::Error,
    title: ("没有找到汇总表", "the summary table was not found"),
    docs: (
        "## 核对内容\n文件里有没有《项目支出绩效自评结果汇总表》：表头至少要有项目名称、全年预算数、全年执行数和自评得分。\n\
         ## 为什么\n找不到表头就无法核对，也无法填报。\n\
         ## 示例\n`Sheet1` 的表头从 `A3` 起有项目名称、自评得分，没有全年执行数。\n\
         ## 怎样改\n按制发的表样补齐表头各列；表在别的文件里的，改用那个文件。\n\
         ## 依据\n表样：项目支出绩效自评结果汇总表的表头。",
        "## What is checked\nWhether the file holds the summary table: its heading needs at least the project name, the full-year budget, the executed amount and the score.\n\
         ## Why\nWithout the heading nothing can be checked or filled.\n\
         ## Example\nThe heading of `Sheet1` begins in `A3` and has a project name and a score, but no executed amount.\n\
         ## How to correct\nComplete the heading as in the form that was issued; if the table is in another file, use that file.\n\
         ## Source\nThe form: the heading of the summary table.",
    ),
    check: Check::Table(|_| Vec::new()),
};

/// Finding S001: no table, naming the nearest candidate and what it lacks.
pub fn no_table(missing: &NoTable) -> Finding {
    if let Some(cause) = &missing.cause {
        let (message, help) = because(cause);
        return Finding::new(&RULE, Place::default(), message, help);
    }
    match &missing.nearest {
        None => Finding::new(
            &RULE,
            Place::default(),
            Words::new(
                "没有找到项目支出绩效自评结果汇总表，也没有相近的表头",
                "no summary table was found, nor a heading like its own",
            ),
            Words::new(
                "检查是否选错了文件；表头要有项目名称、全年预算数、全年执行数和自评得分",
                "check that this is the right file; the heading needs the project name, the full-year budget, \
                 the executed amount and the score",
            ),
        ),
        Some(candidate) => incomplete(candidate),
    }
}

/// The fact and the action where it is known why no table could be taken.
fn because(cause: &Cause) -> (Words, Words) {
    match cause {
        Cause::NoTables { pictures } => no_tables(*pictures),
        Cause::Equal(tables) => equal(tables),
        Cause::NoSuch { asked, found } => (
            Words::new(
                format!("要求的是第 {asked} 张汇总表，这里只有 {found} 张"),
                format!("table {asked} was asked for, and {found} were found"),
            ),
            Words::new("改正 --table 的序号", "correct the number behind --table"),
        ),
    }
}

fn no_tables(pictures: usize) -> (Words, Words) {
    if pictures == 0 {
        return (
            Words::new("文档里没有表格", "the document holds no table"),
            Words::new("检查是否选错了文件", "check that this is the right file"),
        );
    }
    (
        Words::new(
            format!("文档里没有表格，只有 {pictures} 张图片，表格可能是图片"),
            format!("the document holds no table, only {pictures} pictures: the table may be one of them"),
        ),
        Words::new(
            "图片里的数字读不出来，请对方发送可以编辑的表格",
            "figures in a picture cannot be read; have an editable table sent",
        ),
    )
}

fn equal(tables: &[(String, Range, usize)]) -> (Words, Words) {
    let zh: Vec<String> = tables.iter().map(|(sheet, range, _)| format!("{sheet} {range}")).collect();
    let flags = |and: &str| {
        let one = |(_, _, number): &(String, Range, usize)| format!("--table {number}");
        tables.iter().map(one).collect::<Vec<_>>().join(and)
    };
    (
        Words::new(
            format!("有 {} 张同样完整的汇总表，分不出该核对哪一张：{}", tables.len(), zh.join("、")),
            format!("{} tables are equally complete: {}", tables.len(), zh.join(", ")),
        ),
        Words::new(format!("用 {} 指明一张", flags(" 或 ")), format!("name one with {}", flags(" or "))),
    )
}

fn incomplete(candidate: &Candidate) -> Finding {
    let place = Place {
        sheet: Some(candidate.sheet.as_str().into()),
        cell: Some(candidate.cell),
        ..Place::default()
    };
    let lacks = named(&candidate.lacks);
    let message = Words::new(
        format!("最接近的表头有{}，缺少{}", named(&candidate.found).zh, lacks.zh),
        format!("the nearest heading has {}, but lacks {}", named(&candidate.found).en, lacks.en),
    );
    let help = Words::new(
        format!("在 {} 起的表头补上{}", candidate.cell, lacks.zh),
        format!("add {} to the heading that begins in {}", lacks.en, candidate.cell),
    );
    Finding::new(&RULE, place, message, help)
}

fn named(fields: &[Field]) -> Words {
    let zh: Vec<_> = fields.iter().map(|field| field.words().zh).collect();
    let en: Vec<String> = fields.iter().map(|field| format!("the {}", field.words().en)).collect();
    Words::new(zh.join("、"), en.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_heading_is_named_with_what_it_lacks() {
        let nearest = Candidate {
            sheet: "Sheet1".to_owned(),
            cell: "A3".parse().unwrap(),
            found: vec![Field::Name, Field::Score],
            lacks: vec![Field::Executed],
        };
        let finding = no_table(&NoTable { nearest: Some(nearest), cause: None });
        assert_eq!(finding.message.zh, "最接近的表头有项目名称、自评得分，缺少全年执行数");
        assert_eq!(finding.help.en, "add the executed amount to the heading that begins in A3");
        assert_eq!(
            (finding.place.cell.unwrap().to_string(), finding.severity),
            ("A3".into(), Severity::Error)
        );
    }

    #[test]
    fn a_file_without_any_heading_says_what_is_needed() {
        let finding = no_table(&NoTable::default());
        assert_eq!(finding.place, Place::default());
        assert!(finding.help.zh.contains("全年执行数"));
    }
}
