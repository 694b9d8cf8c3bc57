//! The places that a form leaves for who filled it in and when: 填报人, 负责人, 联系电话, 日期.

use jixiao_workbook::{CellRef, Sheet, ValueRef};
use serde::{Deserialize, Serialize};

use crate::value::is_blank;

/// A place for a name, a telephone number or a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// What it asks for, as it stands: `填报人`.
    pub label: String,
    /// The cell that asks.
    pub cell: CellRef,
    /// Whether something was entered.
    pub filled: bool,
}

/// What asks for a signature, the longer words before those they end with.
const WORDS: &[&str] = &[
    "单位负责人",
    "部门负责人",
    "项目负责人",
    "财务负责人",
    "分管领导",
    "负责人",
    "填报人",
    "填表人",
    "制表人",
    "审核人",
    "复核人",
    "经办人",
    "联系人",
    "联系电话",
    "联系方式",
    "电话",
    "填报日期",
    "填表日期",
    "填报时间",
    "填表时间",
    "日期",
];

/// More than this are no signatures.
const MOST: usize = 40;

/// The places for signatures in some rows outside the table.
pub(super) fn read(sheet: &Sheet, first: u32, last: u32) -> Vec<Signature> {
    let mut found = Vec::new();
    for row in sheet.rows_from(first).take_while(|row| row.number <= last) {
        let mut cells = row.cells().filter(|cell| !cell.value.is_blank()).peekable();
        while let Some(cell) = cells.next() {
            let ValueRef::Text(text) = cell.value else { continue };
            let next = cells.peek().map(|next| next.value);
            found.extend(of_text(text, cell.at, next));
        }
        if found.len() > MOST {
            break;
        }
    }
    found.truncate(MOST);
    found
}

/// The places in one cell; the last of them may be filled in the next cell.
fn of_text(text: &str, cell: CellRef, next: Option<ValueRef<'_>>) -> Vec<Signature> {
    let mut found: Vec<Signature> = Vec::new();
    let mut rest = text;
    while let Some((label, behind)) = next_label(rest) {
        let content = before_next_label(behind);
        let last = next_label(behind).is_none();
        let beside = last && !content.contains([':', '：']) && next.is_some_and(|next| is_entry(next));
        found.push(Signature { label: label.to_owned(), cell, filled: is_filled(content) || beside });
        rest = behind;
    }
    found
}

/// The first label of a text and what stands behind its colon. A label that is a cell's whole text needs none.
fn next_label(text: &str) -> Option<(&'static str, &str)> {
    let starts = text.char_indices().map(|(at, _)| at);
    starts.filter_map(|at| text.get(at..)).find_map(|from| {
        let word = WORDS.iter().find(|word| from.starts_with(**word))?;
        let behind = without_hint(from.get(word.len()..)?);
        let opened = behind.strip_prefix([':', '：']);
        let whole = || {
            behind.trim_matches(is_blank).is_empty() && from.len() == text.trim_start_matches(is_blank).len()
        };
        opened.or_else(|| whole().then_some("")).map(|behind| (*word, behind))
    })
}

/// The text without blanks and a hint in brackets in front of it: （签字）, (盖章).
fn without_hint(text: &str) -> &str {
    let text = text.trim_start_matches(is_blank);
    let inside = text.strip_prefix(['(', '（']).and_then(|inside| inside.split_once([')', '）']));
    match inside {
        Some((hint, behind)) if hint.chars().count() <= 6 => behind.trim_start_matches(is_blank),
        _ => text,
    }
}

/// What stands before the next label, whatever that asks for.
fn before_next_label(text: &str) -> &str {
    let Some(colon) = text.find([':', '：']) else { return text };
    let before = text.get(..colon).unwrap_or(text);
    let name = before.trim_end_matches(is_blank);
    if let Some(word) = WORDS.iter().find(|word| name.ends_with(**word)) {
        return name.strip_suffix(word).unwrap_or(name);
    }
    name.rfind(is_blank).and_then(|gap| name.get(..gap)).unwrap_or("")
}

/// Whether a text is more than blanks, lines to write on and `年 月 日`.
fn is_filled(text: &str) -> bool {
    text.chars().any(|c| !is_blank(c) && !"_年月日-—./．:：()（）".contains(c))
}

/// Whether a cell holds what the one before it asks for, not another label.
fn is_entry(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Text(text) => is_filled(text) && next_label(text).is_none() && !text.contains([':', '：']),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str, next: Option<ValueRef<'_>>) -> Vec<String> {
        let found = of_text(text, "A9".parse().unwrap(), next);
        found.iter().map(|place| format!("{}{}", place.label, if place.filled { "" } else { "?" })).collect()
    }

    #[test]
    fn places_in_one_cell_are_told_apart() {
        let line =
            "填报人：张三　　单位负责人（签字）：　　　联系电话：0931-1234567　填报日期：   年   月   日";
        assert_eq!(places(line, None), ["填报人", "单位负责人?", "联系电话", "填报日期?"]);
        assert_eq!(places("填报人:      金额单位：万元", None), ["填报人?"]);
        assert_eq!(places("填报人：张三负责人：李四", None), ["填报人", "负责人"]);
        assert_eq!(places("填报日期：2024年3月5日", None), ["填报日期"]);
        assert_eq!(places("制表人：____", None), ["制表人?"]);
    }

    #[test]
    fn the_next_cell_may_hold_the_entry() {
        let text = ValueRef::Text;
        assert_eq!(places("填报人：", Some(text("张三"))), ["填报人"]);
        assert_eq!(places("联系电话", Some(ValueRef::Number("13900000000"))), ["联系电话"]);
        assert_eq!(places("填报人：", Some(text("负责人："))), ["填报人?"]);
        assert_eq!(places("填报人：", None), ["填报人?"]);
    }

    #[test]
    fn sentences_that_only_mention_a_word_ask_for_nothing() {
        for text in ["注：联系电话由主管部门填写。", "负责人变更后及时报送", "单位：万元", "电话费"]
        {
            assert!(places(text, None).is_empty(), "{text}");
        }
    }
}
