//! Where a unit or a year comes from that the table's own heading does not name.

use jixiao_selfeval::layout::Mention;
use jixiao_selfeval::{Submission, Words};

use crate::Lang;
use crate::words::one_line;

/// Places of one kind that are named.
const NAMED: usize = 4;

/// What was taken from outside the table's heading, and what was not since places differ; sentences without their full
/// stops.
pub fn elsewhere(submission: &Submission) -> Vec<Words> {
    let mentions = &submission.elsewhere;
    let unit = said(&mentions.unit, Words::new("单位", "unit"));
    let year = said(&mentions.year, Words::new("年度", "year"));
    unit.into_iter().chain(year).collect()
}

fn said<T: ToString>(mentions: &[Mention<T>], name: Words) -> Option<Words> {
    let Words { zh, en } = name;
    match mentions {
        [] => None,
        [only] => {
            let (value, text) = (one_line(&only.value.to_string()), one_line(&only.text));
            let (place_zh, place_en) = (place(only, Lang::Zh), place(only, Lang::En));
            Some(Words::new(
                format!("表头没有写{zh}，“{value}”读自 {place_zh}“{text}”"),
                format!("the table's heading names no {en}; “{value}” was read from {place_en} (“{text}”)"),
            ))
        }
        several => {
            let list = |lang: Lang| {
                let named = several.iter().take(NAMED);
                let named =
                    named.map(|one| format!("{} {}", place(one, lang), one_line(&one.value.to_string())));
                let more = if several.len() > NAMED { "…" } else { "" };
                named.collect::<Vec<_>>().join(lang.of("，", ", ")) + more
            };
            Some(Words::new(
                format!("表头没有写{zh}，别处写的不一致（{}），没有采用。→ 在标题中写上{zh}", list(Lang::Zh)),
                format!(
                    "the table's heading names no {en}, and other places differ ({}); none was taken. → Put the {en} into the title",
                    list(Lang::En)
                ),
            ))
        }
    }
}

fn place<T>(mention: &Mention<T>, lang: Lang) -> String {
    match (&mention.sheet, mention.cell, mention.paragraph) {
        (Some(sheet), Some(cell), _) => format!("{}!{cell}", one_line(sheet)),
        (_, _, Some(paragraph)) => lang.of(format!("第 {paragraph} 段"), format!("paragraph {paragraph}")),
        _ => String::new(),
    }
}
