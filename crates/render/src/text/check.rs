//! The report of `check`.

use jixiao_selfeval::review::{Counts, Table, Verdict};
use jixiao_selfeval::{Review, Severity};
use jixiao_workbook::address::column_letters;
use jixiao_workbook::{CellRef, Workbook};

use super::{Detail, Style, Tone, cells, lines, rows, spans};
use crate::Lang;
use crate::words::{self, one_line};

/// Lines of one severity unless everything is asked for; a form of usual size never has so many.
const USUAL: usize = 200;

/// The report on one workbook: verdict, table, findings, the rows they speak of.
pub fn check(path: &str, review: &Review<'_>, style: Style) -> String {
    let mut report = vec![verdict(path, review, style)];
    report.extend(words::judged_by(review.profile(), style.lang));
    if let Some(table) = &review.table {
        report.push(about(table, style.lang));
        report.extend(addresses(table, review.workbook(), style.lang));
        report.extend(doubts(table, style.lang));
        report.extend(hidden(table, style.lang));
    }
    report.extend(findings(review, style));
    if let Some(table) = &review.table {
        report.extend(context(table, review, style));
    }
    report.push(String::new());
    report.join("\n")
}

pub(super) fn verdict(path: &str, review: &Review<'_>, style: Style) -> String {
    let verdict = review.verdict();
    let words = style.paint(tone(verdict), words::verdict(verdict, style.lang));
    let counted = counted(review.counts(), style.lang);
    let path = one_line(path);
    style.lang.of(format!("{words}　{path}{counted}"), format!("{words}: {path}{counted}"))
}

pub(super) fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Pass => Tone::Good,
        Verdict::Warnings => Tone::Doubt,
        Verdict::Fail | Verdict::Unchecked => Tone::Bad,
    }
}

/// `：必须修改 1 处，请核实 12 处`; nothing where there is neither.
pub(crate) fn counted(counts: Counts, lang: Lang) -> String {
    let parts: Vec<String> = [(Severity::Error, counts.error), (Severity::Warning, counts.warning)]
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| {
            let words = words::severity(*severity, lang);
            lang.of(format!("{words} {count} 处"), format!("{count} {words}"))
        })
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    lang.of(format!("：{}", parts.join("，")), format!(" ({})", parts.join(", ")))
}

/// Where the table stands and whose it is.
fn about(table: &Table, lang: Lang) -> String {
    let located = &table.located;
    let mut parts = vec![format!("{} {}", one_line(&located.sheet_name), located.range)];
    if let Some(unit) = &table.summary.unit {
        parts.push(one_line(&unit.value));
    }
    if let Some(year) = table.summary.year {
        parts.push(lang.of(format!("{year} 年度"), year.to_string()));
    }
    let count = table.summary.projects.len();
    parts.push(lang.of(format!("{count} 个项目"), format!("{count} projects")));
    parts.push(lang.of("金额单位：", "amounts in ").to_owned() + money(table));
    parts.join(lang.of("，", ", "))
}

/// What could be read otherwise, and how it was read.
pub(super) fn doubts(table: &Table, lang: Lang) -> Vec<String> {
    let lines = table.located.doubts.iter().map(|doubt| {
        let text = one_line(lang.pick(doubt));
        let text = text.trim_end_matches(['。', '.']);
        lang.of(format!("请留意：{text}。"), format!("note: {text}."))
    });
    lines.collect()
}

/// What protection a workbook that was written keeps: the table's sheet, the structure.
pub(super) fn protected(review: &Review<'_>, lang: Lang) -> Option<String> {
    let workbook = review.workbook();
    let sheet = review
        .table
        .as_ref()
        .filter(|table| workbook.sheet(table.located.sheet).is_ok_and(jixiao_workbook::Sheet::is_protected));
    let sheet = sheet.map(|table| {
        let name = one_line(&table.located.sheet_name);
        lang.of(format!("工作表 {name}"), format!("sheet {name}"))
    });
    let structure = lang.of("工作簿结构", "the structure of the workbook").to_owned();
    let parts = sheet.into_iter().chain(workbook.has_protected_structure().then_some(structure));
    let parts = parts.collect::<Vec<_>>().join(lang.of("、", ", "));
    (!parts.is_empty()).then(|| {
        lang.of(
            format!("仍受保护：{parts}；保护和密码没有改动。"),
            format!("still protected: {parts}; the protection and its password are as they were."),
        )
    })
}

/// What was read although a person who opens the file does not see it.
pub(super) fn hidden(table: &Table, lang: Lang) -> Option<String> {
    let hidden = &table.hidden;
    let mut parts = Vec::new();
    if hidden.sheet {
        let sheet = one_line(&table.located.sheet_name);
        parts.push(lang.of(format!("工作表 {sheet}"), format!("sheet {sheet}")));
    }
    if !hidden.rows.is_empty() {
        let rows = spans(&hidden.rows, |row| row.to_string(), lang);
        parts.push(lang.of(format!("第 {rows} 行"), format!("rows {rows}")));
    }
    if !hidden.columns.is_empty() {
        let columns: Vec<u32> = hidden.columns.iter().map(|column| u32::from(*column)).collect();
        let letters = |column| column_letters(u16::try_from(column).unwrap_or(u16::MAX));
        let columns = spans(&columns, letters, lang);
        parts.push(lang.of(format!("{columns} 列"), format!("columns {columns}")));
    }
    let parts = parts.join(lang.of("，", ", "));
    (!parts.is_empty()).then(|| {
        lang.of(
            format!("有隐藏的内容，已照常读取、计算：{parts}。"),
            format!("hidden, but read and counted like the rest: {parts}."),
        )
    })
}

/// How the cells of a document's table are told, which has no letters beside it.
fn addresses(table: &Table, workbook: &Workbook, lang: Lang) -> Option<String> {
    workbook.document()?;
    let number = table.located.sheet.0 + 1;
    let cell = table.located.range.last();
    let (row, column) = (cell.row(), cell.column());
    Some(lang.of(
        format!("文档里的第 {number} 张表，单元格按行列称呼：{cell} 是第 {row} 行第 {column} 列。"),
        format!("table {number} of the document; cells are told by column and row: {cell} is row {row}, column {column}."),
    ))
}

fn money(table: &Table) -> &'static str {
    match table.summary.money {
        jixiao_selfeval::value::Money::Yuan => "元",
        jixiao_selfeval::value::Money::TenThousand => "万元",
        jixiao_selfeval::value::Money::HundredMillion => "亿元",
    }
}

/// Errors, warnings, infos and what was not checked.
pub(super) fn findings(review: &Review<'_>, style: Style) -> Vec<String> {
    let mut report = section(review, Severity::Error, style);
    report.extend(section(review, Severity::Warning, style));
    if style.detail == Detail::All {
        report.extend(section(review, Severity::Info, style));
    } else {
        report.extend(infos(review, style.lang));
    }
    report.extend(not_checked(review, style.lang));
    report
}

fn section(review: &Review<'_>, severity: Severity, style: Style) -> Vec<String> {
    let groups = lines::groups(review, severity);
    if groups.is_empty() {
        return Vec::new();
    }
    let count: usize = groups.iter().map(Vec::len).sum();
    let head = words::severity(severity, style.lang);
    let head = style.lang.of(format!("{head}（{count} 处）"), format!("{head} ({count})"));
    let tone = match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Doubt,
        Severity::Info => Tone::Faint,
    };
    let mut report = vec![String::new(), style.paint(tone, &head)];
    let mut room = if style.detail == Detail::All { usize::MAX } else { USUAL };
    let mut left = 0;
    for group in &groups {
        let lines = lines::group(group, review, style, room);
        room = room.saturating_sub(lines.lines.len());
        left += lines.left;
        report.extend(lines.lines);
    }
    if left > 0 {
        report.push(style.lang.of(
            format!("  另有 {left} 处未列出，加 --all 全部列出。"),
            format!("  {left} more are not shown; --all shows them."),
        ));
    }
    report
}

/// Infos in one closing line: codes with their cells.
fn infos(review: &Review<'_>, lang: Lang) -> Vec<String> {
    let mut codes: indexmap::IndexMap<&str, Cells> = indexmap::IndexMap::new();
    for found in review.found().filter(|found| found.severity() == Severity::Info) {
        let cells = codes.entry(found.code()).or_default();
        cells.count += 1;
        cells.known.extend(found.cell());
    }
    if codes.is_empty() {
        return Vec::new();
    }
    let count: usize = codes.values().map(|cells| cells.count).sum();
    let parts: Vec<String> = codes.into_iter().map(|(code, cells)| info(code, cells.known, lang)).collect();
    let parts = parts.join(lang.of("；", "; "));
    vec![
        String::new(),
        lang.of(
            format!("另有 {count} 条提示，不影响报送：{parts}。加 --all 查看。"),
            format!("{count} more for information, nothing to correct: {parts}. --all shows them."),
        ),
    ]
}

/// The cells of one code's findings.
#[derive(Default)]
struct Cells {
    count: usize,
    known: Vec<CellRef>,
}

fn info(code: &str, mut places: Vec<CellRef>, lang: Lang) -> String {
    let title = jixiao_selfeval::rules::find(code).map_or(code, |rule| lang.of(rule.title.0, rule.title.1));
    places.sort_unstable_by_key(|cell| (cell.column(), cell.row()));
    let places = match places.len() {
        0 => return format!("{title} [{code}]"),
        1..=8 => cells(&places, lang),
        more => lang.of(format!("{more} 处"), format!("{more} cells")),
    };
    lang.of(format!("{title}（{places}）[{code}]"), format!("{title} ({places}) [{code}]"))
}

fn not_checked(review: &Review<'_>, lang: Lang) -> Vec<String> {
    let lines = review.not_checked.iter().map(|not| {
        let (what, why) = (one_line(lang.pick(&not.what)), one_line(lang.pick(&not.why)));
        lang.of(format!("未核对：{what}（{why}）。"), format!("not checked: {what} ({why})."))
    });
    lines.collect()
}

fn context(table: &Table, review: &Review<'_>, style: Style) -> Vec<String> {
    let shown =
        review.found().filter(|found| style.detail == Detail::All || found.severity() > Severity::Info);
    let lines = rows::rows(table, shown, style);
    if lines.is_empty() {
        return lines;
    }
    let head = style.lang.of("涉及的行", "the rows concerned").to_owned();
    [String::new(), head].into_iter().chain(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jixiao_selfeval::Profile;
    use jixiao_selfeval::review::{Options, review};

    #[test]
    fn hidden_rows_columns_and_sheets_are_named() {
        let bytes = include_bytes!("../../../../test-data/cases/hidden-row/input.xlsx");
        let workbook = Workbook::open(bytes.to_vec()).unwrap();
        let national = Profile::national();
        let mut table = review(&workbook, &national, Options::default()).table.unwrap();
        assert_eq!(hidden(&table, Lang::Zh).unwrap(), "有隐藏的内容，已照常读取、计算：第 8 行。");
        table.hidden.sheet = true;
        table.hidden.rows = vec![8, 9, 11];
        table.hidden.columns = vec![3, 5, 6, 7];
        assert_eq!(
            hidden(&table, Lang::Zh).unwrap(),
            "有隐藏的内容，已照常读取、计算：工作表 附表，第 8–9、11 行，C、E–G 列。"
        );
        assert_eq!(
            hidden(&table, Lang::En).unwrap(),
            "hidden, but read and counted like the rest: sheet 附表, rows 8–9, 11, columns C, E–G."
        );
    }
}
