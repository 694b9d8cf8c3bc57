//! The title of a form that leaves year and unit open.

use jixiao_workbook::{Content, Edit, Style, Workbook};

use crate::layout::Located;
use crate::submission::Submission;

/// Hints that hold the unit's place in a title.
const HINTS: [&str; 7] =
    ["（单位）", "(单位)", "（单位名称）", "(单位名称)", "（部门）", "【单位】", "[单位]"];

/// The edit that puts year and unit into the title, where it leaves them open and they are known.
pub(super) fn filled(workbook: &Workbook, located: &Located, submission: &Submission) -> Option<Edit> {
    let cell = located.title.as_ref()?.cell?;
    let text = workbook.value(located.sheet, cell).as_text();
    let title = completed(text, submission.year, submission.unit.as_deref());
    let is_same = title == text;
    let edit =
        Edit::SetCell { sheet: located.sheet, cell, content: Content::Text(title), style: Style::Keep };
    (!is_same).then_some(edit)
}

/// A title with what it leaves open; as it is where it leaves nothing open.
fn completed(title: &str, year: Option<u16>, unit: Option<&str>) -> String {
    let mut text = title.to_owned();
    if let (Some(year), Some((before, after))) = (year, title.split_once("年度")) {
        let kept = before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '_' | 'X' | 'x' | '×'));
        // What is left of it may end in a year: then nothing is open.
        if kept.len() < before.len() || before.is_empty() {
            let kept = kept.trim_start();
            if !kept.ends_with(|c: char| c.is_ascii_digit()) {
                text = format!("{kept}{year}年度{after}");
            }
        }
    }
    let Some(unit) = unit else { return text };
    let hint = HINTS.into_iter().find_map(|hint| Some((text.find(hint)?, hint)));
    let Some((at, hint)) = hint else { return text };
    let (before, after) = text.split_at(at);
    let after = after.strip_prefix(hint).unwrap_or(after);
    let kept = before.trim_end_matches(|c: char| c.is_whitespace() || c == '_');
    format!("{kept}{unit}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_is_filled_and_nothing_else_changes() {
        let blank = "    年度    （单位）项目支出绩效自评结果汇总表";
        for (title, year, unit, expected) in [
            (blank, Some(2023), Some("中川镇人民政府"), "2023年度中川镇人民政府项目支出绩效自评结果汇总表"),
            (blank, Some(2023), None, "2023年度    （单位）项目支出绩效自评结果汇总表"),
            (blank, None, Some("某局"), "    年度某局项目支出绩效自评结果汇总表"),
            ("XX年度____(单位名称)自评表", Some(2024), Some("某局"), "2024年度某局自评表"),
            ("2022年度某局自评表", Some(2023), Some("中川镇"), "2022年度某局自评表"),
            ("2022 年度（单位）自评表", Some(2023), Some("中川镇"), "2022 年度中川镇自评表"),
            ("自评结果汇总表", Some(2023), Some("中川镇"), "自评结果汇总表"),
        ] {
            assert_eq!(completed(title, year, unit), expected);
        }
    }
}
