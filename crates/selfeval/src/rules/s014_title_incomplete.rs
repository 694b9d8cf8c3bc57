//! S014: the title still has the blanks of the form that was issued.

use unicode_normalization::UnicodeNormalization;

use super::{Check, Context, Rule};
use crate::finding::{Field, Finding, Severity, Words};

pub(super) const RULE: Rule = Rule {
    code: "S014",
    name: "title-incomplete",
    severity: Severity::Error,
    title: ("标题没有填完整", "the title is incomplete"),
    docs: (
        "## 核对内容\n标题里的年度和单位是否已经填写：空白的“    年度”、“XX年度”、“（单位）”、“____”都算没有填。\n\
         ## 为什么\n没有年度和单位的表无法归集，会被退回。\n\
         ## 示例\n`A2`：“    年度    （单位）项目支出绩效自评结果汇总表”。\n\
         ## 怎样改\n在标题填上自评年度和单位全称，去掉“（单位）”等提示。\n\
         ## 依据\n表样：标题。",
        "## What is checked\nWhether the year and the unit in the title are filled in: a blank before 年度, XX年度, （单位） and ____ count as left open.\n\
         ## Why\nA table without year and unit cannot be filed and is sent back.\n\
         ## Example\n`A2`: `    年度    （单位）项目支出绩效自评结果汇总表`.\n\
         ## How to correct\nPut the year evaluated and the unit's full name into the title, and take the form's hints out.\n\
         ## Source\nThe form: its title.",
    ),
    check: Check::Table(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(title) = &context.located.title else { return Vec::new() };
    let (cell_zh, cell_en) = match title.cell {
        Some(cell) => (format!("在 {cell} 的标题填上"), format!(" in {cell}")),
        None => ("在标题填上".to_owned(), String::new()),
    };
    let (zh, en) = match (year_open(&title.text), unit_open(&title.text)) {
        (false, false) => return Vec::new(),
        (true, false) => ("年度", "year"),
        (false, true) => ("单位", "unit"),
        (true, true) => ("年度和单位", "year and unit"),
    };
    let shown = title.text.trim();
    let message =
        Words::new(format!("标题“{shown}”没有填{zh}"), format!("the title “{shown}” leaves its {en} open"));
    let help = Words::new(format!("{cell_zh}{zh}"), format!("put the {en} into the title{cell_en}"));
    vec![Finding::new(&RULE, context.around(title), message, help).of(Field::Title).found(shown, None)]
}

/// Signs that hold a place open.
fn is_placeholder(c: char) -> bool {
    matches!(c, '_' | 'X' | 'x' | '×' | '*' | '○' | '□' | '▁' | '‗' | '—' | '-' | '…' | '.')
}

/// Whether 年度, or 年 where the title has no 年度, follows a blank or a placeholder instead of a year.
fn year_open(title: &str) -> bool {
    let folded: String = title.nfkc().collect();
    let word = if folded.contains("年度") { "年度" } else { "年" };
    let Some((before, _)) = folded.split_once(word) else { return false };
    let tight = before.trim_end();
    let digits = |c: char| c.is_ascii_digit() || "〇零一二三四五六七八九".contains(c);
    match tight.chars().next_back() {
        None => true,
        Some(c) if is_placeholder(c) => true,
        // `20  年` leaves the last two digits open; `〇〇年` is no year at all.
        Some(c) if digits(c) => {
            let year: Vec<char> = tight.chars().rev().take_while(|c| digits(*c)).collect();
            year.len() == 2 && tight.len() < before.len() || year.iter().all(|c| *c == '〇')
        }
        // A word and then a gap of at least two blanks: 某镇    年度.
        Some(_) => before.chars().rev().take_while(|c| c.is_whitespace()).count() >= 2,
    }
}

/// Whether the unit's place still holds the form's hint.
fn unit_open(title: &str) -> bool {
    let folded: String = title.nfkc().filter(|c| !c.is_whitespace()).collect();
    let hints = [
        "(单位)",
        "(单位名称)",
        "(部门)",
        "(部门名称)",
        "(单位全称)",
        "(部门单位)",
        "(部门/单位)",
        "某某",
        "[单位]",
        "【单位】",
    ];
    let after_year = folded.split_once("年度").map_or(folded.as_str(), |(_, after)| after);
    let mut before = '\0';
    let doubled = after_year.chars().any(|c| {
        let twice = c == before && is_placeholder(c) && !matches!(c, '-' | '—' | '.' | '…');
        before = c;
        twice
    });
    doubled || hints.iter().any(|hint| folded.contains(hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::submission;
    use crate::sketch::{findings, lines};

    #[test]
    fn the_blank_form_leaves_year_and_unit_open() {
        let blank = "    年度    （单位）项目支出绩效自评结果汇总表";
        let text = submission().replace("2023年度中川镇人民政府项目支出绩效自评结果汇总表", blank);
        let found = findings(RULE, &text);
        assert_eq!(lines(&found), [format!("Error A2 {}", blank.trim())]);
        assert_eq!(found[0].help.zh, "在 A2 的标题填上年度和单位");
    }

    #[test]
    fn the_submission_has_year_and_unit() {
        assert_eq!(findings(RULE, &submission()), []);
    }

    #[test]
    fn years_that_are_left_open() {
        for (title, open) in [
            ("XX年度中川镇自评结果汇总表", true),
            ("××年度中川镇自评结果汇总表", true),
            ("____年度中川镇自评结果汇总表", true),
            ("20  年度中川镇自评结果汇总表", true),
            ("〇〇年度自评结果汇总表", true),
            ("年度中川镇自评结果汇总表", true),
            ("中川镇    年度自评结果汇总表", true),
            ("2023 年度中川镇自评结果汇总表", false),
            ("二〇二三年度中川镇自评结果汇总表", false),
            ("中川镇2023年项目支出绩效自评结果汇总表", false),
            ("项目支出绩效自评结果汇总表", false),
            ("本年度自评结果汇总表", false),
        ] {
            assert_eq!(year_open(title), open, "{title}");
        }
    }

    #[test]
    fn units_that_are_left_open() {
        for (title, open) in [
            ("2023年度（单位）自评结果汇总表", true),
            ("2023年度（ 单位名称 ）自评结果汇总表", true),
            ("2023年度XX局自评结果汇总表", true),
            ("2023年度____自评结果汇总表", true),
            ("2023年度中川镇人民政府（本级）自评结果汇总表", false),
            ("2023年度单位自评结果汇总表", false),
            ("2023年度中川镇——自评结果汇总表", false),
        ] {
            assert_eq!(unit_open(title), open, "{title}");
        }
    }
}
