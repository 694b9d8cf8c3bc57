//! The report on a consolidation that was written.

use jixiao_selfeval::consolidate::{Consolidation, Several};

use super::Style;
use crate::words::{Lang, one_line};

/// Files of one unit that are named; 单位汇总 has a row for each.
const NAMED: usize = 8;

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
    let paths: Vec<String> = several.paths.iter().take(NAMED).map(|path| one_line(path)).collect();
    let more = if count > NAMED { lang.of("等", ", ...") } else { "" };
    let listed = paths.join(lang.of("、", ", ")) + more;
    match &several.taken {
        Some((path, why)) => {
            let (path, why) = (one_line(path), lang.pick(why));
            lang.of(
                format!("{name}有 {count} 份（{listed}）：取 {path}，{why}；其余未汇总。\n"),
                format!("{name} has {count} files ({listed}): {path} is taken, which {why}; the others are left out.\n"),
            )
        }
        None => lang.of(
            format!("{name}有 {count} 份（{listed}）：都已汇总，作一个单位计。只取最新的一份用 --latest。\n"),
            format!("{name} has {count} files ({listed}): all are taken, as one unit; --latest takes the newest only.\n"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_files_of_a_unit_the_first_are_named() {
        let several = |count: u32| Several {
            name: "甲局".to_owned(),
            paths: (1..=count).map(|number| format!("{number}.xlsx")).collect(),
            taken: None,
        };
        let all = "甲局有 8 份（1.xlsx、2.xlsx、3.xlsx、4.xlsx、5.xlsx、6.xlsx、7.xlsx、8.xlsx）：都已汇总";
        assert!(told(&several(8), Lang::Zh).starts_with(all));
        assert!(told(&several(9), Lang::Zh).contains("甲局有 9 份（1.xlsx、2.xlsx、"));
        assert!(told(&several(9), Lang::Zh).contains("8.xlsx等）：都已汇总"));
        assert!(told(&several(2000), Lang::En).contains("8.xlsx, ...): all are taken"));
    }
}
