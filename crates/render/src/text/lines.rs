//! One finding, or one group of findings, as a line: cell and project, the fact, one action, the code.

use std::borrow::Cow;

use jixiao_selfeval::finding::Vote;
use jixiao_selfeval::review::Table;
use jixiao_selfeval::{Finding, Review, Severity};
use jixiao_workbook::CellRef;

use super::{Style, Tone, cells};
use crate::Lang;
use crate::words::one_line;

/// Findings of one severity as groups: those that share a key, together, in the order of their first member. A
/// member is its position among all findings, since a large form has a hundred thousand of them.
pub(crate) fn groups(review: &Review<'_>, severity: Severity) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known: indexmap::IndexMap<(&str, Cow<'_, str>), usize> = indexmap::IndexMap::new();
    for (position, found) in review.found().enumerate().filter(|(_, found)| found.severity() == severity) {
        let key = found.group().map(|group| (found.code(), group));
        if let Some(group) = key.as_ref().and_then(|key| known.get(key)).and_then(|at| groups.get_mut(*at)) {
            group.push(position);
        } else {
            known.extend(key.map(|key| (key, groups.len())));
            groups.push(vec![position]);
        }
    }
    groups
}

/// The lines of one group, and how many of its findings had no room.
pub(super) struct Lines {
    pub(super) lines: Vec<String>,
    pub(super) left: usize,
}

/// The lines of one group: one where all say the same, else a line for each member, as many as there is room.
pub(super) fn group(members: &[usize], review: &Review<'_>, style: Style, room: usize) -> Lines {
    if room == 0 {
        return Lines { lines: Vec::new(), left: members.len() };
    }
    let finding = |position: &usize| review.found_at(*position)?.finding();
    let mut all = members.iter().filter_map(finding);
    let Some(first) = all.next() else { return Lines { lines: Vec::new(), left: 0 } };
    if members.len() > 1 && all.all(|other| other.message == first.message) {
        let all: Vec<Cow<'_, Finding>> = members.iter().filter_map(finding).collect();
        return Lines { lines: vec![format!("  {}", shared(&all, style))], left: 0 };
    }
    let shown = members.iter().take(room).filter_map(finding);
    let lines = shown.map(|member| format!("  {}", single(&member, review.table.as_ref(), style)));
    Lines { lines: lines.collect(), left: members.len().saturating_sub(room) }
}

fn single(finding: &Finding, table: Option<&Table>, style: Style) -> String {
    let place = place(finding, table, style.lang);
    let text = sentence(&place, style.lang.pick(&finding.message), &action(finding, style.lang), style.lang);
    ended(&text, finding, style)
}

/// In place of a member's own cell in what is to be done about it.
const CELL: &str = "\u{1a}";

/// A group whose members say the same thing: the fact once with all its cells.
fn shared(members: &[Cow<'_, Finding>], style: Style) -> String {
    let lang = style.lang;
    let Some(first) = members.first() else { return String::new() };
    let list: Vec<CellRef> = members.iter().filter_map(|member| member.place.cell).collect();
    let count = lang.of(format!("（{} 处）", members.len()), format!(" ({} cells)", members.len()));
    let listed = cells(&list, lang);
    let place = format!("{listed}{count}");
    let general = |member: &Finding| {
        let cell = member.place.cell.map(|cell| cell.to_string()).unwrap_or_default();
        let action = action(member, lang);
        if cell.is_empty() { action } else { action.replace(&cell, CELL) }
    };
    let all_say = general(first);
    let action = if members.iter().all(|other| general(other) == all_say) {
        all_say.replace(CELL, &listed)
    } else {
        let mut actions: Vec<String> = members.iter().map(|member| action(member, lang)).collect();
        actions.dedup();
        actions.join(lang.of("；", "; "))
    };
    let text = sentence(&place, lang.pick(&first.message), &action, lang);
    ended(&text, first, style)
}

/// The sentence with the rule's code behind it.
fn ended(text: &str, finding: &Finding, style: Style) -> String {
    let code = style.paint(Tone::Faint, &format!("[{}]", finding.code));
    [text, style.lang.of("", " "), &code].concat()
}

/// The action, what the finding changes elsewhere, and what speaks for which value.
fn action(finding: &Finding, lang: Lang) -> String {
    let mut text = end(lang.pick(&finding.help)).to_owned();
    if let Some(effect) = &finding.effect {
        let (before, behind) = lang.of(("（", "）"), (" (", ")"));
        text.extend([before, end(lang.pick(effect)), behind]);
    }
    if !finding.votes.is_empty() {
        text.push_str(lang.of("。", ". "));
        text.push_str(&votes(&finding.votes, lang));
    }
    text
}

/// `支持 20 的有各项资金之和、执行率 I7（22.02%），支持 2 的没有`
pub(crate) fn votes(votes: &[Vote], lang: Lang) -> String {
    let one = |vote: &Vote| {
        let shown = &vote.shown;
        let by: Vec<&str> = vote.by.iter().map(|words| lang.pick(words)).collect();
        match (by.is_empty(), lang) {
            (true, Lang::Zh) => format!("支持 {shown} 的没有"),
            (true, Lang::En) => format!("nothing supports {shown}"),
            (false, Lang::Zh) => format!("支持 {shown} 的有{}", by.join("、")),
            (false, Lang::En) => format!("{shown} is supported by {}", by.join(", ")),
        }
    };
    votes.iter().map(one).collect::<Vec<_>>().join(lang.of("，", "; "))
}

fn sentence(place: &str, message: &str, action: &str, lang: Lang) -> String {
    let colon = if place.is_empty() { "" } else { lang.of("：", ": ") };
    let stop = lang.of("。", ".");
    let head = [place, colon, end(message), stop].concat();
    if action.is_empty() {
        return one_line(&head);
    }
    let arrow = lang.of("→ ", " → ");
    one_line(&[&head, arrow, action, stop].concat())
}

/// A sentence without its full stop, which the line sets itself.
fn end(text: &str) -> &str {
    text.trim().trim_end_matches(['。', '.', '；', ';'])
}

/// Cell and project, or cell and 合计, or the sheet alone, or a paragraph of a document.
fn place(finding: &Finding, table: Option<&Table>, lang: Lang) -> String {
    let home = table.map(|table| &*table.located.sheet_name);
    let sheet = finding.place.sheet.as_deref().filter(|sheet| home.is_some_and(|home| home != *sheet));
    let cell = match (finding.place.cell, sheet) {
        (Some(cell), Some(sheet)) => format!("{sheet}!{cell}"),
        (Some(cell), None) => cell.to_string(),
        (None, Some(sheet)) => sheet.to_owned(),
        (None, None) => finding.place.paragraph.map_or_else(String::new, |number| {
            lang.of(format!("正文第 {number} 段"), format!("paragraph {number}"))
        }),
    };
    let total = table.and_then(|table| table.summary.total.as_ref()).map(|total| total.row);
    let whose = match &finding.project {
        Some(name) => one_line(name),
        None if sheet.is_none() && total.is_some() && finding.place.cell.map(CellRef::row) == total => {
            lang.of("合计", "total").to_owned()
        }
        None => String::new(),
    };
    [cell, whose].iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ")
}
