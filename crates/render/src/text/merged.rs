//! The report on a consolidation that was written.

use jixiao_selfeval::consolidate::{Consolidation, Several};

use super::Style;
use crate::words::{Lang, one_line};

/// What was put together, the sentence for the accounts, and the units of whom there are several files; `output` as it
/// is named to the user.
pub fn merged(output: &str, all: &Consolidation, style: Style) -> String {
    let (lang, output) = (style.lang, one_line(output));
    let (tables, projects, unread) = (all.taken().count(), all.projects(), all.unread());
    let mut text = lang.of(
        format!("汇总 {tables} 张表、{projects} 个项目，写入 {output}。\n"),
        format!("{tables} tables, {projects} projects: {output}.\n"),
    );
    if unread > 0 {
        text.push_str(&lang.of(
            format!("{unread} 个文件未能核对，列在单位汇总中，没有数字。\n"),
            format!(
                "{unread} files could not be checked; they are listed among the units without figures.\n"
            ),
        ));
    }
    for several in &all.several {
        text.push_str(&told(several, lang));
    }
    text.push('\n');
    text.push_str(lang.pick(&all.account().words()));
    text.push('\n');
    text
}

/// The files of one unit, and which is taken.
fn told(several: &Several, lang: Lang) -> String {
    let (name, count) = (one_line(&several.name), several.paths.len());
    let paths: Vec<String> = several.paths.iter().map(|path| one_line(path)).collect();
    let listed = paths.join(lang.of("、", ", "));
    match &several.taken {
        Some((path, why)) => {
            let (path, why) = (one_line(path), lang.pick(why));
            lang.of(
                format!("{name}有 {count} 份（{listed}）：取 {path}，{why}；其余未汇总。\n"),
                format!("{name} has {count} files ({listed}): {path} is taken, which {why}; the others are left out.\n"),
            )
        }
        None => lang.of(
            format!("{name}有 {count} 份（{listed}）：都已汇总。只取最新的一份用 --latest。\n"),
            format!("{name} has {count} files ({listed}): all are taken; --latest takes the newest only.\n"),
        ),
    }
}
