//! The report of `convert`: the verdict on the result, how the submission was read, what changed, what has no place.

use jixiao_selfeval::convert::{Changed, Placed};
use jixiao_selfeval::fill::Plan;
use jixiao_selfeval::finding::Field;
use jixiao_selfeval::layout::Unread;
use jixiao_selfeval::submission::How;
use jixiao_selfeval::{Review, Submission};
use jixiao_workbook::{CellRef, Edit};

use super::{Detail, Style, cells, check, elsewhere};
use crate::Lang;
use crate::words::{self, one_line};

/// What was done to one submission.
#[derive(Clone, Copy, Debug)]
pub struct Converted<'a> {
    /// The submission as it is named to the user.
    pub input: &'a str,
    /// The result as it is named to the user.
    pub output: &'a str,
    /// Where the sources of all values are written; none where they are not asked for.
    pub sources: Option<&'a str>,
    /// What was read.
    pub submission: &'a Submission,
    /// Columns of the submission that mean nothing here.
    pub unread: &'a [Unread],
    /// The row edits of the form.
    pub rows: &'a [Edit],
    /// What went where.
    pub placed: &'a Placed,
    /// What was computed.
    pub plan: &'a Plan,
    /// Published figures that are others now.
    pub changed: &'a [Changed],
}

/// Lines of one list unless everything is asked for.
const USUAL: usize = 20;

/// The report on one converted submission; `review` is of the result.
pub fn converted(done: Converted<'_>, review: &Review<'_>, style: Style) -> String {
    let lang = style.lang;
    let verdict = review.verdict();
    let words = style.paint(check::tone(verdict), words::verdict(verdict, lang));
    let counted = check::counted(review.counts(), lang);
    let output = one_line(done.output);
    let mut report =
        vec![lang.of(format!("{words}　{output}{counted}"), format!("{words}: {output}{counted}"))];
    report.push(read(&done, lang));
    report.extend(how(&done, lang));
    report.extend(
        elsewhere(done.submission).iter().map(|words| format!("{}{}", lang.pick(words), lang.of("。", "."))),
    );
    report.extend(groups(done.submission, lang));
    report.extend(hidden(done.submission, lang));
    report.extend(rows(done.rows, lang));
    report.extend(homeless(done.placed, lang));
    report.extend(unread(done.unread, lang));
    report.extend(doubtful(done.placed, lang));
    report.extend(changed(&done, style));
    report.extend(left_blank(done.plan, lang));
    report.extend(done.sources.map(|path| {
        let path = one_line(path);
        lang.of(format!("每个数的来源写入 {path}。"), format!("where every figure comes from: {path}."))
    }));
    if let Some(table) = &review.table {
        report.extend(check::doubts(table, lang));
    }
    report.extend(check::protected(review, lang));
    report.extend(check::findings(review, style));
    report.push(String::new());
    report.join("\n")
}

/// `读自 表.xls 的 Sheet1!A3:K20：14 个项目，写入 126 格，计算 35 格。`
fn read(done: &Converted<'_>, lang: Lang) -> String {
    let submission = done.submission;
    let input = one_line(done.input);
    let place = match (&submission.sheet, submission.range) {
        (Some(sheet), Some(range)) => format!("{}!{range}", one_line(sheet)),
        _ => String::new(),
    };
    let (projects, put) = (submission.projects.len(), done.placed.put.len());
    let computed = done.plan.written.len().saturating_add(done.plan.refreshed.len());
    let (of_zh, of_en) = if place.is_empty() {
        (String::new(), String::new())
    } else {
        (format!(" 的 {place}"), format!(", {place}"))
    };
    lang.of(
        format!("读自 {input}{of_zh}：{projects} 个项目，照录 {put} 格，另由公式计算 {computed} 格。"),
        format!("read from {input}{of_en}: {projects} projects, {put} cells copied, {computed} computed by formulas."),
    )
}

/// How figures were read that did not stand as they are meant.
fn how(done: &Converted<'_>, lang: Lang) -> Option<String> {
    let kinds = [
        (How::FromYuan, "元换算为万元", "元 turned into 万元"),
        (How::FromHundredMillion, "亿元换算为万元", "亿元 turned into 万元"),
        (How::TextNumber, "文本格式的数字", "numbers stored as text"),
        (How::Folded, "全角数字或分隔符", "full-width digits or separators"),
        (How::Computed, "没有结果的公式（在此计算）", "formulas without results (computed here)"),
    ];
    let parts: Vec<String> = kinds
        .iter()
        .filter_map(|(kind, zh, en)| {
            let copied = done.placed.put.iter().filter_map(|put| put.carried(done.submission));
            let count = copied.filter(|carried| carried.how.contains(kind)).count();
            (count > 0).then(|| lang.of(format!("{zh} {count} 格"), format!("{count} cells of {en}")))
        })
        .collect();
    if parts.is_empty() {
        return None;
    }
    let list = parts.join(lang.of("，", "; "));
    Some(lang.of(format!("读法：{list}。"), format!("how they were read: {list}.")))
}

fn rows(edits: &[Edit], lang: Lang) -> Option<String> {
    match edits.first()? {
        Edit::InsertRows { before, count, .. } => Some(lang.of(
            format!("表样加了 {count} 行（原第 {before} 行之前），引用这些行的公式、名称、打印区域等已随之移动。"),
            format!("{count} rows were added to the form (before its row {before}); whatever refers to them has moved."),
        )),
        Edit::DeleteRows { count, .. } => Some(lang.of(
            format!("去掉了表样多余的 {count} 行。"),
            format!("{count} rows the form does not need were taken out."),
        )),
        _ => None,
    }
}

/// Project rows that the submission hides.
fn hidden(submission: &Submission, lang: Lang) -> Option<String> {
    let rows: Vec<String> = submission.hidden.iter().take(USUAL).map(u32::to_string).collect();
    let (count, list) = (submission.hidden.len(), rows.join(lang.of("、", ", ")));
    let more = if count > rows.len() { "…" } else { "" };
    (count > 0).then(|| {
        lang.of(
            format!("原表隐藏了 {count} 行项目（第 {list}{more} 行），已一并写入。→ 确认这些项目应当报送。"),
            format!("the table hides {count} project rows ({list}{more}), which were copied, too. → Make sure they are to be handed in."),
        )
    })
}

/// Rows that sum a group of projects, which the form does not have.
fn groups(submission: &Submission, lang: Lang) -> Option<String> {
    let labels: Vec<String> = submission.groups.iter().take(USUAL).map(|label| one_line(label)).collect();
    let count = submission.groups.len();
    (count > 0).then(|| {
        lang.of(
            format!("分组小计 {count} 行没有写入（{}），其中的项目都已写入。", labels.join("、")),
            format!(
                "{count} rows that sum a group were not copied ({}); their projects were.",
                labels.join(", ")
            ),
        )
    })
}

/// Columns whose labels are not known.
fn unread(columns: &[Unread], lang: Lang) -> Vec<String> {
    let line = |one: &Unread| {
        let (cell, label, projects) = (one.cell, one_line(&one.label), one.projects);
        lang.of(
            format!("没有认出原表 {cell} 的“{label}”这一列：{projects} 个项目填了内容，没有写入。→ 需要时用 --map 指明它是哪个字段。"),
            format!("the column “{label}” ({cell}) is not known: {projects} projects fill it; it was not copied. → If it is needed, say with --map which field it is."),
        )
    };
    columns.iter().map(line).collect()
}

/// What has no place in the form.
fn homeless(placed: &Placed, lang: Lang) -> Vec<String> {
    let line = |one: &jixiao_selfeval::convert::Homeless| {
        let (label, projects) = (one_line(lang.pick(&one.label)), one.projects);
        let sum = one.sum.map_or_else(String::new, |sum| {
            let sum = sum.normalize();
            lang.of(format!("，合计 {sum} 万元"), format!(", {sum} 万元 together"))
        });
        lang.of(
            format!("表样没有“{label}”这一列：{projects} 个项目填了内容{sum}，没有写入。→ 换用有这一列的表样（--into）。"),
            format!("the form has no column “{label}”: {projects} projects fill it{sum}; it was not copied. → Use a form that has it (--into)."),
        )
    };
    placed.homeless.iter().map(line).collect()
}

/// Texts where numbers belong.
fn doubtful(placed: &Placed, lang: Lang) -> Vec<String> {
    let line = |(cell, field, text): &(CellRef, Field, String)| {
        let (name, text) = (words::field(*field, lang), one_line(text));
        lang.of(
            format!("{cell}：{name}“{text}”不是数字，照原文写入并加底色。→ 改成数字。"),
            format!(
                "{cell}: {name} “{text}” is no number; it was copied as text and marked. → Make it a number."
            ),
        )
    };
    placed.doubtful.iter().map(line).collect()
}

/// Published figures that the form computes otherwise.
fn changed(done: &Converted<'_>, style: Style) -> Vec<String> {
    let lang = style.lang;
    if done.changed.is_empty() {
        return Vec::new();
    }
    let count = done.changed.len();
    let mut lines = vec![lang.of(
        format!("原表 {count} 个数与公式结果不同，已换成公式："),
        format!("{count} published figures differ from what the formulas give; the formulas stand now:"),
    )];
    let room = if style.detail == Detail::All { usize::MAX } else { USUAL };
    for one in done.changed.iter().take(room) {
        let name = words::field(one.field, lang);
        let project = one.project.and_then(|index| done.submission.projects.get(index));
        let project = project
            .map_or_else(|| lang.of("合计", "total").to_owned(), |entry| one_line(entry.text(Field::Name)));
        let (cell, before, after) = (one.cell, one_line(&one.before), &one.after);
        let from = one.from.map_or_else(String::new, |from| {
            lang.of(format!("（原表 {from}）"), format!(" (was in {from})"))
        });
        lines.push(lang.of(
            format!("  {cell} {project}：{name} {before} → {after}{from}"),
            format!("  {cell} {project}: {name} {before} → {after}{from}"),
        ));
    }
    if count > room {
        let left = count.saturating_sub(room);
        lines.push(lang.of(
            format!("  另有 {left} 处未列出，加 --all 全部列出。"),
            format!("  {left} more are not shown; --all shows them."),
        ));
    }
    lines
}

/// What a comment says at a cell whose published figure is another one now.
pub fn published(changed: &Changed, submission: &Submission, lang: Lang) -> String {
    let place = match (&submission.sheet, changed.from) {
        (Some(sheet), Some(cell)) => lang.of(format!("（{sheet}!{cell}）"), format!(" ({sheet}!{cell})")),
        _ => String::new(),
    };
    let (before, after) = (&changed.before, &changed.after);
    lang.of(
        format!("原表{place}填 {before}，公式结果为 {after}。"),
        format!("published{place} as {before}; the formula gives {after}."),
    )
}

/// Computed cells that had to stay blank.
fn left_blank(plan: &Plan, lang: Lang) -> Option<String> {
    let blank: Vec<CellRef> = plan.blank.iter().map(|kept| kept.cell).collect();
    (!blank.is_empty()).then(|| {
        let list = cells(&blank, lang);
        lang.of(
            format!("缺数，公式未填：{list}。"),
            format!("left blank, since figures are missing: {list}."),
        )
    })
}
