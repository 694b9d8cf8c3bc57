//! The report of `fill`: the verdict on the result, what was written, what stayed blank and why.

use jixiao_selfeval::Review;
use jixiao_selfeval::fill::{Kept, Plan};
use jixiao_selfeval::finding::Field;
use jixiao_selfeval::layout::Columns;
use jixiao_selfeval::profile::Weights;
use jixiao_selfeval::value::round;
use jixiao_workbook::CellRef;

use super::{Style, Tone, cells, check};
use crate::Lang;
use crate::words::{self, one_line};

/// What `fill` did to one workbook, in lines: the plan itself need not be kept while the result is checked.
#[derive(Clone, Debug)]
pub struct Done {
    written: String,
    score: Option<(CellRef, String)>,
    rest: Vec<String>,
}

/// What a plan does, in lines; `columns` are those of the table it fills.
pub fn done(plan: &Plan, columns: &Columns, style: Style) -> Done {
    let lang = style.lang;
    let mut rest = kept(&plan.blank, Reason::Blank, style);
    rest.extend(kept(&plan.kept, Reason::Kept, style));
    rest.extend(changed(plan, columns, lang));
    rest.extend(formats(plan, lang));
    rest.extend(elsewhere(plan, style));
    let score = plan.written.iter().rev().find(|written| written.field == Field::Score);
    Done {
        written: written(plan, columns, lang),
        score: score.map(|written| (written.cell, written.shown())),
        rest,
    }
}

/// The report on one filled workbook: `output` as it is named to the user, `review` of the result.
pub fn fill(output: &str, done: &Done, review: &Review<'_>, style: Style) -> String {
    let lang = style.lang;
    let verdict = review.verdict();
    let words = style.paint(check::tone(verdict), words::verdict(verdict, lang));
    let counted = check::counted(review.counts(), lang);
    let output = one_line(output);
    let mut report =
        vec![lang.of(format!("{words}　{output}{counted}"), format!("{words}: {output}{counted}"))];
    report.extend(words::judged_by(review.profile(), lang));
    report.push(done.written.clone());
    report.extend(score(done, review, lang));
    report.extend(done.rest.iter().cloned());
    if let Some(table) = &review.table {
        report.extend(check::doubts(table, lang));
        report.extend(check::hidden(table, lang));
    }
    report.extend(check::protected(review, lang));
    report.extend(check::findings(review, style));
    report.push(String::new());
    report.join("\n")
}

/// What is said where no cell was written: nothing was missing, or nothing that is missing could be filled.
fn nothing_written(plan: &Plan, lang: Lang) -> String {
    let fact = if plan.blank.is_empty() {
        lang.of("没有需要填写的单元格", "nothing was left to fill")
    } else {
        lang.of("没有可以填写的单元格", "nothing could be filled")
    };
    if plan.edits.is_empty() {
        return lang.of(format!("{fact}，内容原样写出。"), format!("{fact}; the content is unchanged."));
    }
    lang.of(format!("{fact}。"), format!("{fact}."))
}

/// `写入 34 格：序号 A7:A20，小计 D7:D21，…`, in the order of the columns.
fn written(plan: &Plan, columns: &Columns, lang: Lang) -> String {
    if plan.written.is_empty() {
        return nothing_written(plan, lang);
    }
    let mut fields: indexmap::IndexMap<Field, Vec<CellRef>> = indexmap::IndexMap::new();
    for written in &plan.written {
        fields.entry(written.field).or_default().push(written.cell);
    }
    for list in fields.values_mut() {
        list.sort_unstable_by_key(|cell| (cell.column(), cell.row()));
    }
    fields.sort_by_key(|_, list| list.first().map(|cell| cell.column()));
    let parts: Vec<String> = fields
        .iter()
        .map(|(field, list)| format!("{} {}", words::column(*field, columns, lang), cells(list, lang)))
        .collect();
    let count = plan.written.len();
    lang.of(
        format!("写入 {count} 格：{}。", parts.join("，")),
        format!("{count} cells written: {}.", parts.join("; ")),
    )
}

/// The weighted score that was written, its basis, and the other reading of the note.
fn score(done: &Done, review: &Review<'_>, lang: Lang) -> Option<String> {
    let table = review.table.as_ref()?;
    let row = table.summary.total.as_ref()?.row;
    let (cell, shown) = done.score.as_ref().filter(|(cell, _)| cell.row() == row)?;
    let other = match table.weights {
        Weights::Budget => Weights::Executed,
        Weights::Executed => Weights::Budget,
    };
    let by = |weights| match weights {
        Weights::Budget => lang.of("全年预算数", "budget"),
        Weights::Executed => lang.of("全年执行数", "executed amount"),
    };
    let value = table.totals.score(other).map(|score| round(score, 2).to_string())?;
    Some(lang.of(
        format!(
            "合计自评得分 {cell} 为 {shown}，按{}加权；按{}加权为 {value}。",
            by(table.weights),
            by(other)
        ),
        format!(
            "total score {cell} is {shown}, weighted by {}; by {} it is {value}.",
            by(table.weights),
            by(other)
        ),
    ))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason {
    Blank,
    Kept,
}

/// Cells that stay as they are, one line for each reason.
fn kept(list: &[Kept], reason: Reason, style: Style) -> Vec<String> {
    if list.is_empty() {
        return Vec::new();
    }
    let lang = style.lang;
    let count = list.len();
    let head = match reason {
        Reason::Blank => lang.of(format!("留空 {count} 格："), format!("{count} cells stay blank:")),
        Reason::Kept => lang.of(format!("未改动 {count} 格："), format!("{count} cells stay as they are:")),
    };
    let mut reasons: indexmap::IndexMap<&str, Vec<CellRef>> = indexmap::IndexMap::new();
    for kept in list {
        reasons.entry(lang.pick(&kept.why)).or_default().push(kept.cell);
    }
    let lines = reasons.iter().map(|(why, list)| {
        let (list, why) = (cells(list, lang), one_line(why.trim().trim_end_matches(['。', '.'])));
        lang.of(format!("  {list}：{why}。"), format!("  {list}: {why}."))
    });
    std::iter::once(style.paint(Tone::Doubt, &head)).chain(lines).collect()
}

/// Shown values that are now different.
fn changed(plan: &Plan, columns: &Columns, lang: Lang) -> Vec<String> {
    let changes: Vec<String> = plan
        .written
        .iter()
        .filter_map(|written| {
            let before = one_line(written.before()?);
            Some(format!(
                "  {} {} {before} → {}",
                written.cell,
                words::column(written.field, columns, lang),
                written.shown()
            ))
        })
        .collect();
    if changes.is_empty() {
        return changes;
    }
    let head = lang.of(
        format!("改变了 {} 格显示的数：", changes.len()),
        format!("{} shown values changed:", changes.len()),
    );
    std::iter::once(head).chain(changes).collect()
}

/// Cells whose number format had to be changed to show their value.
fn formats(plan: &Plan, lang: Lang) -> Vec<String> {
    let mut codes: indexmap::IndexMap<&str, Vec<CellRef>> = indexmap::IndexMap::new();
    for written in &plan.written {
        if let Some(code) = written.format() {
            codes.entry(code).or_default().push(written.cell);
        }
    }
    let lines = codes.iter().map(|(code, list)| {
        let list = cells(list, lang);
        lang.of(format!("数字格式改为 {code}：{list}。"), format!("number format is now {code}: {list}."))
    });
    lines.collect()
}

/// Formulas that stay as they are, but whose stored results were renewed, and those that a spreadsheet program
/// has to compute.
fn elsewhere(plan: &Plan, style: Style) -> Vec<String> {
    let lang = style.lang;
    let mut sheets: indexmap::IndexMap<&str, Vec<CellRef>> = indexmap::IndexMap::new();
    for (sheet, cell) in &plan.refreshed {
        sheets.entry(sheet).or_default().push(*cell);
    }
    let list: Vec<String> = sheets
        .iter_mut()
        .map(|(sheet, list)| {
            list.sort_unstable_by_key(|cell| (cell.column(), cell.row()));
            format!("{}!{}", one_line(sheet), cells(list, lang))
        })
        .collect();
    let count = plan.refreshed.len();
    let renewed = (count > 0).then(|| {
        lang.of(
            format!("更新 {count} 个公式的结果（公式未改）：{}。", list.join("；")),
            format!("{count} formula results renewed, the formulas themselves kept: {}.", list.join("; ")),
        )
    });
    let unknown = plan.unknown.iter().map(|(sheet, cell, why)| {
        let (sheet, why) = (one_line(sheet), one_line(why));
        lang.of(
            format!("{sheet}!{cell} 的公式这里算不出（{why}），打开文件时由表格软件重新计算。"),
            format!("the formula in {sheet}!{cell} cannot be computed here ({why}); it is recalculated when the file is opened."),
        )
    });
    renewed.into_iter().chain(unknown).collect()
}
