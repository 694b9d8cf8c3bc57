//! Where every value of a converted form comes from: file, sheet, cell, the text that stood there, how it was read.

use std::collections::BTreeMap;

use jixiao_selfeval::convert::{Changed, Put};
use jixiao_selfeval::finding::Field;
use jixiao_selfeval::submission::{Carried, Entry, How};
use jixiao_workbook::number::digits;
use jixiao_workbook::{CellRef, Content, Look, NewCell, NewColumn, NewSheet};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatBorder, Workbook, XlsxError};

use crate::Lang;
use crate::text::Converted;
use crate::words;

/// What the list is made for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The language of headings and remarks.
    pub lang: Lang,
    /// Seconds since 1970 for the document's creation time.
    pub created: i64,
}

/// A line of the list.
struct Line {
    cell: CellRef,
    texts: [String; 8],
}

/// Headings and widths of the columns, in digits of the usual font.
const COLUMNS: [(&str, &str, u16); 9] = [
    ("单元格", "cell", 9),
    ("项目", "project", 30),
    ("栏目", "field", 16),
    ("写入", "written", 14),
    ("来源工作表", "source sheet", 14),
    ("来源单元格", "source cell", 11),
    ("原文", "text there", 18),
    ("读法", "how it was read", 26),
    ("说明", "remark", 36),
];

/// The list as a workbook of its own.
///
/// # Errors
/// When the writer refuses something.
pub fn workbook(done: Converted<'_>, options: Options) -> Result<Vec<u8>, XlsxError> {
    let lang = options.lang;
    let mut book = Workbook::new();
    let created = ExcelDateTime::from_timestamp(options.created)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let sheet = book.add_worksheet();
    sheet.set_name(name(lang))?;
    let head = Format::new().set_bold().set_border(FormatBorder::Thin);
    sheet.write(0, 0, title(&done, lang))?;
    for (column, (zh, en, width)) in (0..).zip(COLUMNS) {
        sheet.write_with_format(1, column, lang.of(zh, en), &head)?;
        sheet.set_column_width(column, f64::from(width))?;
    }
    for (row, line) in (2..).zip(lines(&done, lang)) {
        sheet.write(row, 0, line.cell.to_string())?;
        for (column, text) in (1..).zip(&line.texts) {
            sheet.write_string(row, column, text)?;
        }
    }
    sheet.set_freeze_panes(2, 1)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 1)?;
    book.save_to_buffer()
}

/// The list as a sheet of the converted form.
pub fn sheet(done: Converted<'_>, lang: Lang) -> NewSheet {
    let text = |text: &str, look| NewCell { content: Content::Text(text.to_owned()), look };
    let mut rows = vec![
        vec![text(&title(&done, lang), Look::Title)],
        COLUMNS.iter().map(|(zh, en, _)| text(lang.of(zh, en), Look::Heading)).collect(),
    ];
    rows.extend(lines(&done, lang).map(|line| {
        let first = std::iter::once(text(&line.cell.to_string(), Look::Text));
        first.chain(line.texts.iter().map(|one| text(one, Look::Text))).collect()
    }));
    let columns = COLUMNS.iter().map(|(_, _, width)| NewColumn { width: *width, hidden: false }).collect();
    NewSheet { name: name(lang).to_owned(), columns, frozen: 2, rows }
}

fn name(lang: Lang) -> &'static str {
    lang.of("数据来源", "Sources")
}

fn title(done: &Converted<'_>, lang: Lang) -> String {
    let (output, input) = (done.output, done.input);
    lang.of(format!("{output} 的数据来源：{input}"), format!("sources of {output}: {input}"))
}

/// A line for each value, by cell: copied values, then those that formulas give.
fn lines<'a>(done: &'a Converted<'_>, lang: Lang) -> impl Iterator<Item = Line> + use<'a> {
    let copied = done.placed.put.iter().map(move |put| copied(done, put, lang));
    let projects: BTreeMap<u32, usize> =
        done.placed.put.iter().map(|put| (put.cell.row(), put.project)).collect();
    let computed = done.plan.written.iter().map(|written| {
        let changed = done.changed.iter().find(|changed| changed.cell == written.cell);
        let project =
            projects.get(&written.cell.row()).and_then(|index| done.submission.projects.get(*index));
        computed(done, (written.cell, written.field, written.shown()), (project, changed), lang)
    });
    let mut lines: Vec<Line> = copied.chain(computed).collect();
    lines.sort_by_key(|line| line.cell);
    lines.into_iter()
}

fn copied(done: &Converted<'_>, put: &Put, lang: Lang) -> Line {
    let submission = done.submission;
    let entry = submission.projects.get(put.project);
    let carried = put.carried(submission);
    let fund = put.fund.as_ref().and_then(|key| submission.funds.iter().find(|fund| fund.key == *key));
    let field = fund.map_or_else(|| words::field(put.field, lang).to_owned(), |fund| fund.label.clone());
    let doubtful = done.placed.doubtful.iter().any(|(cell, _, _)| *cell == put.cell);
    let numbered = put.field == Field::Sequence
        && carried.is_none_or(|carried| carried.value.map(digits).as_deref() != Some(put.written.as_str()));
    let remark = match (doubtful, numbered) {
        (true, _) => lang.of("不是数字，照原文写入", "no number; copied as text"),
        (_, true) => lang.of("重新编号", "numbered anew"),
        _ => "",
    };
    let how = carried.map_or_else(String::new, |carried| reading(carried, lang));
    let project = entry.map_or("", |entry| entry.text(Field::Name)).to_owned();
    let (cell, text) = carried.map_or_else(Default::default, |carried| {
        (carried.cell.map_or_else(String::new, |cell| cell.to_string()), carried.text.clone())
    });
    let from = if cell.is_empty() { String::new() } else { submission.sheet.clone().unwrap_or_default() };
    let texts = [project, field, put.written.clone(), from, cell, text, how, remark.to_owned()];
    Line { cell: put.cell, texts }
}

fn computed(
    done: &Converted<'_>,
    (cell, field, shown): (CellRef, Field, String),
    (project, changed): (Option<&Entry>, Option<&Changed>),
    lang: Lang,
) -> Line {
    let project = project.map_or("", |entry| entry.text(Field::Name)).to_owned();
    let remark = changed.map_or_else(String::new, |changed| {
        let before = &changed.before;
        lang.of(format!("原表为 {before}，已换成公式"), format!("was {before}; the formula stands now"))
    });
    let from = changed.and_then(|changed| changed.from).map_or_else(String::new, |from| from.to_string());
    let sheet =
        if from.is_empty() { String::new() } else { done.submission.sheet.clone().unwrap_or_default() };
    let before = changed.map_or_else(String::new, |changed| changed.before.clone());
    let how = lang.of("由公式计算", "computed by a formula").to_owned();
    let name = words::field(field, lang).to_owned();
    Line { cell, texts: [project, name, shown, sheet, from, before, how, remark] }
}

/// How a value was read, in words.
fn reading(carried: &Carried, lang: Lang) -> String {
    let word = |how: &How| match how {
        How::FromYuan => lang.of("元÷10000", "元 ÷ 10,000"),
        How::FromHundredMillion => lang.of("亿元×10000", "亿元 × 10,000"),
        How::TextNumber => lang.of("文本转为数字", "text to number"),
        How::Folded => lang.of("全角或分隔符", "full-width digits or separators"),
        How::Percent => lang.of("百分数÷100", "percent ÷ 100"),
        How::Formula => lang.of("公式的结果", "a formula's result"),
        How::Computed => lang.of("公式没有结果，在此计算", "a formula without a result, computed here"),
        How::NoResult => lang.of("公式没有结果", "a formula without a result"),
        How::NoValue => lang.of("表示没有数", "a sign for no value"),
        How::Unreadable => lang.of("不是数字", "no number"),
        _ => "",
    };
    let words: Vec<&str> = carried.how.iter().map(word).collect();
    words.join(lang.of("，", "; "))
}
