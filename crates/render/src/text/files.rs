//! The closing table of a run over several files.

use jixiao_selfeval::review::{Counts, Verdict};
use unicode_width::UnicodeWidthStr;

use super::{Style, check};
use crate::words::{self, one_line};

/// One file's outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLine {
    /// The file as it is named to the user.
    pub path: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// Its findings.
    pub counts: Counts,
    /// Why it could not be checked or written.
    pub error: Option<String>,
}

/// One line a file, and how many of each verdict.
pub fn files(list: &[FileLine], style: Style) -> String {
    let lang = style.lang;
    let width = list.iter().map(|file| one_line(&file.path).width()).max().unwrap_or(0);
    let mark = list.iter().map(|file| words::verdict(file.verdict, lang).width()).max().unwrap_or(0);
    let lines = list.iter().map(|file| {
        let path = one_line(&file.path);
        let words = words::verdict(file.verdict, lang);
        let gap = " ".repeat(width.saturating_sub(path.width()));
        let after = " ".repeat(mark.saturating_sub(words.width()));
        let rest = match &file.error {
            Some(error) => one_line(error),
            None => check::counted(file.counts, lang).trim_matches(['：', ' ', '(', ')']).to_owned(),
        };
        let words = style.paint(check::tone(file.verdict), words);
        format!("  {path}{gap}  {words}{after}  {rest}").trim_end().to_owned()
    });
    let mut report: Vec<String> = lines.collect();
    report.push(sum(list, style));
    report.push(String::new());
    report.join("\n")
}

fn sum(list: &[FileLine], style: Style) -> String {
    let lang = style.lang;
    let all = [Verdict::Pass, Verdict::Warnings, Verdict::Fail, Verdict::Unchecked];
    let parts: Vec<String> = all
        .iter()
        .map(|verdict| (verdict, list.iter().filter(|file| file.verdict == *verdict).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(verdict, count)| format!("{} {count}", words::verdict(*verdict, lang)))
        .collect();
    let count = list.len();
    lang.of(
        format!("共 {count} 个文件：{}。", parts.join("，")),
        format!("{count} files: {}.", parts.join("; ")),
    )
}
