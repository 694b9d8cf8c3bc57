//! What stands around the table: title, unit, years, money unit, note.

use jixiao_workbook::{CellRef, Paragraph, Sheet, ValueRef};

use super::body::{is_note, is_signature};
use super::label::folded;
use super::{Columns, Signature, Stated, signature};
use crate::value::{Money, is_blank};

/// Rows above the header that are looked at.
const ABOVE: u32 = 12;
/// Rows below the table that are looked at.
const BELOW: u32 = 20;

/// Paragraphs of a document above a table that are looked at, and characters of the longest.
const CAPTIONS: usize = 6;
const LONGEST_CAPTION: usize = 80;

/// What stands around the table.
#[derive(Default)]
pub(super) struct Around {
    pub(super) title: Option<Stated<String>>,
    pub(super) unit: Option<Stated<String>>,
    pub(super) years: Vec<Stated<u16>>,
    pub(super) money: Option<Stated<Money>>,
    pub(super) note: Option<Stated<String>>,
    pub(super) signatures: Vec<Signature>,
}

/// A line of text around the table: a cell of its sheet, or a paragraph of the document it stands in.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) cell: Option<CellRef>,
    pub(super) paragraph: Option<u32>,
    pub(super) text: &'a str,
}

impl Line<'_> {
    pub(super) fn stated<T>(self, value: T) -> Stated<T> {
        Stated { value, cell: self.cell, paragraph: self.paragraph, text: self.text.to_owned() }
    }
}

/// What is looked at around a table.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    /// No row above this one.
    pub(super) from: u32,
    /// The first row of the header.
    pub(super) header: u32,
    /// The last row of the table.
    pub(super) last: u32,
}

/// Reads the lines above the header and below the table, and the paragraphs beside it in a document.
pub(super) fn read(
    sheet: &Sheet,
    columns: &Columns,
    extent: Extent,
    (before, after): (&[Paragraph], &[Paragraph]),
) -> Around {
    let Extent { from, header, last } = extent;
    let top = top(from, header);
    let mut above = captions(before);
    above.extend(lines(sheet, top, header.saturating_sub(1)));
    let mut below = lines(sheet, last + 1, last.saturating_add(BELOW));
    below.extend(after.iter().take(BELOW as usize).map(line));
    let title = title(&above);
    let note = note(&below);
    let mut years = Vec::new();
    for line in above.iter().copied().chain(note.iter().map(|(line, text)| Line { text, ..*line })) {
        years.extend(years_in(line.text).map(|value| line.stated(value)));
    }
    let mut signatures = signature::read(sheet, top, header.saturating_sub(1));
    signatures.extend(signature::read(sheet, last + 1, last.saturating_add(BELOW)));
    let unit = title.and_then(|line| Some(line.stated(unit_of_title(line.text)?)));
    Around {
        unit: unit.or_else(|| {
            above.iter().enumerate().find_map(|(index, line)| unit_of_line(&above, index, *line))
        }),
        money: above
            .iter()
            .find_map(|line| Some(line.stated(money_in(line.text)?)))
            .or_else(|| of_columns(sheet, columns)),
        title: title.map(|line| line.stated(line.text.trim().to_owned())),
        years,
        signatures,
        note: note.map(|(line, text)| Stated { text: text.clone(), ..line.stated(text) }),
    }
}

/// The first row that is looked at for a table whose header begins there.
pub(super) fn top(from: u32, header: u32) -> u32 {
    from.max(header.saturating_sub(ABOVE))
}

pub(super) fn lines(sheet: &Sheet, first: u32, last: u32) -> Vec<Line<'_>> {
    let rows = sheet.rows_from(first).take_while(|row| row.number <= last);
    let cells = rows.flat_map(jixiao_workbook::sheet::Row::cells);
    let texts = cells.filter_map(|cell| match cell.value {
        ValueRef::Text(text) if !cell.value.is_blank() => {
            Some(Line { cell: Some(cell.at), paragraph: None, text })
        }
        _ => None,
    });
    texts.take(200).collect()
}

pub(super) fn line(paragraph: &Paragraph) -> Line<'_> {
    Line { cell: None, paragraph: Some(paragraph.number), text: &paragraph.text }
}

/// The short paragraphs right above a table; the report's sentences before them say nothing of it.
fn captions(before: &[Paragraph]) -> Vec<Line<'_>> {
    let is_caption = |paragraph: &&Paragraph| {
        let text = paragraph.text.trim();
        text.chars().count() <= LONGEST_CAPTION && !text.ends_with(['。', '；', ';'])
    };
    let mut captions: Vec<Line<'_>> =
        before.iter().rev().take(CAPTIONS).take_while(is_caption).map(line).collect();
    captions.reverse();
    captions
}

/// The table's title: the nearest line above that names a summary table, else a self-evaluation.
fn title<'a>(above: &[Line<'a>]) -> Option<Line<'a>> {
    let with = |word: &str| {
        above.iter().rev().find(|line| {
            let plain: String = folded(line.text);
            plain.contains(word) && !plain.starts_with("单位") && plain.chars().count() <= 120
        })
    };
    with("汇总表").or_else(|| with("绩效自评")).or_else(|| with("自评")).copied()
}

/// The unit in a title such as `2023年度中川镇人民政府项目支出绩效自评结果汇总表`, or before its year; none where it is
/// left blank.
pub(super) fn unit_of_title(title: &str) -> Option<String> {
    let folded = folded(title);
    let plain = unnumbered(&folded);
    let (before, after) = plain.split_once("年度").or_else(|| plain.split_once('年')).unwrap_or(("", plain));
    let ends = [
        "项目支出",
        "部门预算项目",
        "预算项目",
        "部门项目",
        "财政支出",
        "支出绩效",
        "项目绩效",
        "预算绩效",
        "绩效自评",
    ];
    let end = ends.iter().filter_map(|word| after.find(word)).min()?;
    let year = |c: char| digit(c).is_some() || matches!(c, '〇' | '○');
    let before = before.trim_end_matches(year);
    named(after.get(..end)?).or_else(|| named(before).filter(|name| name.chars().count() > 1))
}

/// A title without the number it has among others: `附件2：`, `表二`, `(附表1-3)`.
fn unnumbered(title: &str) -> &str {
    const WORDS: [&str; 5] = ["附件", "附表", "附录", "附", "表"];
    let brackets = ['(', ')', '[', ']', '【', '】'];
    let text = title.trim_start_matches(brackets);
    let Some(behind) = WORDS.iter().find_map(|word| text.strip_prefix(word)) else { return title };
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '.');
    let is_counted = |c: char| c == '十' || (digit(c).is_some() && !c.is_ascii_digit());
    let rest = behind.trim_start_matches(is_number);
    let rest = if rest.len() < behind.len() { rest } else { behind.trim_start_matches(is_counted) };
    let rest = rest.trim_start_matches(brackets).trim_start_matches([':', ',', '、', '.']);
    if rest.len() < behind.len() { rest } else { title }
}

/// The unit on a line `填报单位：…`; the name may stand in the next cell.
pub(super) fn unit_of_line(lines: &[Line<'_>], index: usize, line: Line<'_>) -> Option<Stated<String>> {
    const WORDS: &[&str] = &[
        "填报单位",
        "单位名称",
        "预算单位",
        "编报单位",
        "编制单位",
        "填报部门",
        "部门名称",
        "申报单位",
        "实施单位",
        "主管部门",
        "单位",
    ];
    let text = line.text;
    let plain = folded(text);
    let (word, after) = WORDS.iter().find_map(|word| Some((*word, plain.strip_prefix(word)?)))?;
    let after = after.trim_start_matches("(盖章)").trim_start_matches("(公章)");
    let opened = after.starts_with(':');
    let behind = text.split_once([':', '：']).map_or("", |(_, behind)| behind);
    let piece = folded(up_to_gap(behind));
    let end = ["单位:", "金额单位", "年度:", "日期"].iter().filter_map(|word| piece.find(word)).min();
    let own = end.and_then(|end| piece.get(..end)).unwrap_or(&piece);
    if let Some(name) = named(own).filter(|name| opened && unit_of_money(name).is_none()) {
        return Some(line.stated(name));
    }
    if !own.is_empty() || !after.trim_start_matches(':').is_empty() || word == "单位" {
        return None;
    }
    let row = |line: &Line<'_>| line.cell.map(CellRef::row);
    let next = lines.get(index + 1).filter(|next| row(next).is_some() && row(next) == row(&line))?;
    named(&folded(next.text)).filter(|_| !next.text.contains(['：', ':'])).map(|name| next.stated(name))
}

/// The text up to two blanks in a row, which part what is written on one line.
fn up_to_gap(text: &str) -> &str {
    let text = text.trim_start_matches(is_blank);
    let mut blank = false;
    for (at, c) in text.char_indices() {
        if is_blank(c) && blank {
            return text.get(..at).unwrap_or(text);
        }
        blank = is_blank(c);
    }
    text
}

/// A name that is one: not a placeholder such as （单位）, XX, ××, ____.
fn named(text: &str) -> Option<String> {
    let name = text.trim_matches(|c: char| "_-:;,.".contains(c));
    let left_blank =
        matches!(name, "" | "(单位)" | "单位" | "(单位名称)" | "单位名称" | "(部门)" | "部门" | "(盖章)");
    let crossed = ["XX", "xx", "××", "某某", "**", "○○"].iter().any(|sign| name.contains(sign));
    (!left_blank && !crossed).then(|| name.to_owned())
}

/// Years written as `2023年`, in any digits; a date (2024年3月5日) is none, since it may be the day of filing.
pub(super) fn years_in(text: &str) -> impl Iterator<Item = u16> + use<> {
    let plain: Vec<char> =
        folded(text).chars().map(|c| if c == '〇' || c == '○' { '零' } else { c }).collect();
    let mut years = Vec::new();
    for (at, _) in plain.iter().enumerate().filter(|(_, c)| **c == '年') {
        let Some(digits) = at.checked_sub(4).and_then(|from| plain.get(from..at)) else { continue };
        let year = digits.iter().try_fold(0, |year, c| Some(year * 10 + digit(*c)?));
        let longer =
            at.checked_sub(5).and_then(|before| plain.get(before)).is_some_and(|c| digit(*c).is_some());
        let dated = plain.get(at + 1).is_some_and(|c| digit(*c).is_some() || *c == '十')
            && plain.iter().skip(at + 2).take(2).any(|c| *c == '月');
        if let Some(year @ 1990..=2099) = year.filter(|_| !longer && !dated) {
            years.push(year);
        }
    }
    years.into_iter()
}

fn digit(c: char) -> Option<u16> {
    let chinese = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let value = c.to_digit(10).and_then(|value| u16::try_from(value).ok());
    value.or_else(|| chinese.iter().position(|known| *known == c).and_then(|value| u16::try_from(value).ok()))
}

/// The money unit that a line states: `单位：万元`, `金额单位:元`, `（万元）`.
fn money_in(text: &str) -> Option<Money> {
    if !text.contains('元') {
        return None;
    }
    let plain = folded(text);
    let mut after = plain.match_indices("单位").map(|(at, word)| plain.get(at + word.len()..).unwrap_or(""));
    let line = after.find_map(|after| unit_of_money(after.trim_start_matches(':')));
    line.or_else(|| plain.match_indices('(').find_map(|(at, _)| unit_of_money(plain.get(at + 1..)?)))
}

/// The unit that a text opens with and that ends there.
fn unit_of_money(text: &str) -> Option<Money> {
    let text = text.strip_prefix("人民币").unwrap_or(text);
    let units = [("万元", Money::TenThousand), ("亿元", Money::HundredMillion), ("元", Money::Yuan)];
    let (after, money) =
        units.into_iter().find_map(|(word, money)| Some((text.strip_prefix(word)?, money)))?;
    after.chars().next().is_none_or(|next| !next.is_alphanumeric()).then_some(money)
}

fn of_columns(sheet: &Sheet, columns: &Columns) -> Option<Stated<Money>> {
    let amounts = [&columns.budget, &columns.executed, &columns.initial_budget];
    let funds = columns.funds.iter().map(|fund| &fund.column);
    let column = amounts.into_iter().flatten().chain(funds).find(|column| column.money.is_some())?;
    let mut cell = column.label_cell;
    // The unit may stand in a label further up.
    loop {
        let anchor = sheet.anchor(cell);
        let text = sheet.value(anchor).as_text();
        if super::label::label(text).money == column.money {
            return Some(Line { cell: Some(anchor), paragraph: None, text }.stated(column.money?));
        }
        let above = CellRef::new(anchor.row().checked_sub(1)?, cell.column())?;
        if column.label_cell.row() - above.row() > 4 {
            return None;
        }
        cell = above;
    }
}

/// The note: from the line that opens it to the last numbered line under it.
fn note<'a>(below: &[Line<'a>]) -> Option<(Line<'a>, String)> {
    let start = below.iter().position(|line| is_note(line.text))?;
    let first = below.get(start)?;
    let mut note = first.text.trim().to_owned();
    for line in below.iter().skip(start + 1) {
        let text = line.text.trim();
        if !text.starts_with(|c: char| c.is_ascii_digit()) || is_signature(text) {
            break;
        }
        note.push('\n');
        note.push_str(text);
    }
    Some((*first, note))
}
