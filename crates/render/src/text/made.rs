//! The reports on workbooks that are marked, cleaned of marks, or fixed.

use jixiao_selfeval::Review;
use jixiao_selfeval::fixes::Applied;

use super::{Detail, Style, Tone, check};
use crate::Lang;
use crate::marks::{Cleaning, Marks};
use crate::words::{self, one_line};

/// Lines of fixes unless everything is asked for.
const USUAL: usize = 200;

/// The report on a marked workbook: `path` and `output` as they are named to the user.
pub fn marked(path: &str, output: &str, review: &Review<'_>, marks: &Marks, style: Style) -> String {
    let lang = style.lang;
    let (verdict, output) = (head(path, review, style), one_line(output));
    let (cells, listed, sheet) = (marks.cells, marks.listed, one_line(&marks.sheet));
    lang.of(
        format!(
            "{verdict}\n标出 {cells} 格，工作表“{sheet}”列出 {listed} 处，写入 {output}。\n报送前用 jixiao clean 去掉标记。\n"
        ),
        format!(
            "{verdict}\n{cells} cells marked, {listed} findings listed on the sheet {sheet}: {output}.\nTake the marks off with jixiao clean before handing in.\n"
        ),
    )
}

/// The verdict, and the profile where it is not the usual one.
fn head(path: &str, review: &Review<'_>, style: Style) -> String {
    let lines = [Some(check::verdict(path, review, style)), words::judged_by(review.profile(), style.lang)];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// The report on a page that was written: `path` and `output` as they are named to the user.
pub fn paged(path: &str, output: &str, review: &Review<'_>, style: Style) -> String {
    format!("{}\n{}", head(path, review, style), unread_paged(output, style))
}

/// The same on an input that could not be checked, which an error has told of.
pub fn unread_paged(output: &str, style: Style) -> String {
    let output = one_line(output);
    style.lang.of(format!("核对结果写入网页 {output}。\n"), format!("the report is the page {output}.\n"))
}

/// The report on a workbook whose marks were taken off.
pub fn cleaned(output: &str, cleaning: &Cleaning, style: Style) -> String {
    let (lang, output) = (style.lang, one_line(output));
    let (cells, comments, sheets) = (cleaning.cells, cleaning.comments, cleaning.sheets);
    if cleaning.edits.is_empty() {
        return lang.of(
            format!("没有核对标记，内容原样写入 {output}。\n"),
            format!("no marks; written unchanged to {output}.\n"),
        );
    }
    lang.of(
        format!("去掉标记：底色 {cells} 格，批注 {comments} 条，工作表 {sheets} 张，写入 {output}。\n"),
        format!(
            "marks taken off: {cells} fills, {comments} comments, {sheets} sheets; written to {output}.\n"
        ),
    )
}

/// The fixes that were made, a line each; nothing where there were none.
pub fn fixes(applied: &[Applied], style: Style) -> String {
    let lang = style.lang;
    if applied.is_empty() {
        return lang.of("没有可以直接修正的地方。\n", "nothing that could be fixed safely.\n").to_owned();
    }
    let count = applied.len();
    let head = lang.of(format!("修正 {count} 处："), format!("{count} fixes:"));
    let room = if style.detail == Detail::All { usize::MAX } else { USUAL };
    let mut lines = vec![style.paint(Tone::Good, &head)];
    lines.extend(applied.iter().take(room).map(|one| line(one, style)));
    if count > room {
        let left = count.saturating_sub(room);
        lines.push(lang.of(
            format!("  另有 {left} 处未列出，加 --all 全部列出。"),
            format!("  {left} more are not shown; --all shows them."),
        ));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// `  E7 交管站…：把 E7 改成数字 20（原为“20”）。[V002]`
fn line(one: &Applied, style: Style) -> String {
    let lang = style.lang;
    let (title, before) = (one_line(lang.pick(&one.title)), one_line(&one.before));
    let project = one.project.as_deref().map(|name| format!(" {}", one_line(name))).unwrap_or_default();
    let code = style.paint(Tone::Faint, &format!("[{}]", one.code));
    let was = if before.is_empty() {
        String::new()
    } else {
        lang.of(format!("（原为“{before}”）"), format!(" (was “{before}”)"))
    };
    let (cell, after) = (one.cell, one_line(&one.after));
    let now = if after.is_empty() || title.contains(&after) {
        String::new()
    } else {
        lang.of(format!("，现为 {after}"), format!(", now {after}"))
    };
    lang.of(
        format!("  {cell}{project}：{title}{now}{was}。{code}"),
        format!("  {cell}{project}: {title}{now}{was}. {code}"),
    )
}
/// The line on a summary that was written.
pub fn extracted(output: &str, files: usize, projects: usize, lang: Lang) -> String {
    lang.of(
        format!("{output}：读出 {files} 个文件、{projects} 个项目。\n"),
        format!("{output}: {files} files and {projects} projects were read.\n"),
    )
}
