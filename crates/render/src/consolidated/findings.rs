//! What was found in each unit's table, the inputs that could not be read first.

use jixiao_selfeval::consolidate::{Consolidation, Noted, State, Unit};
use jixiao_selfeval::review::Verdict;
use jixiao_selfeval::{Severity, Words};
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::MOST_FINDINGS;
use super::page::{self, Looks};
use crate::words::{self, Lang};

/// The heading's row, from 0.
const HEAD: u32 = 2;
const FIRST: u32 = HEAD + 1;
const COLUMNS: u16 = 9;
/// Widths of the columns that wrap.
const UNIT: u16 = 20;
const PROJECT: u16 = 24;
const FINDING: u16 = 46;
const HELP: u16 = 36;
const FILE: u16 = 20;

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    all: &Consolidation,
    lang: Lang,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let heads: [(&str, u16); COLUMNS as usize] = [
        (lang.of("单位编号", "unit no."), 6),
        (lang.of("单位", "unit"), UNIT),
        (lang.of("级别", "level"), 11),
        (lang.of("单元格", "cell"), 8),
        (lang.of("项目", "project"), PROJECT),
        (lang.of("问题", "finding"), FINDING),
        (lang.of("怎样改", "what to do"), HELP),
        (lang.of("规则", "rule"), 8),
        (lang.of("文件", "file"), FILE),
    ];
    sheet.set_name(lang.of("核对结果", "Findings"))?;
    page::above(sheet, lang.of("核对结果", "Findings"), (COLUMNS, ""), looks)?;
    page::heads(sheet, HEAD, &heads, looks)?;
    let mut rows = FIRST..;
    let most = MOST_FINDINGS / all.units.len().max(1);
    for (place, unit) in (1..).zip(&all.units) {
        for told in of(unit, most) {
            let Some(row) = rows.next() else { break };
            write_one(sheet, row, (place, unit), &told, (lang, looks))?;
        }
    }
    let last = rows.start.max(FIRST + 1) - 1;
    if rows.start == FIRST {
        page::text(
            sheet,
            (FIRST, 0),
            lang.of("没有需要修改或核实的问题。", "Nothing to correct or to check."),
            &looks.sentence,
        )?;
    }
    sheet.autofilter(HEAD, 0, last, COLUMNS - 1)?;
    sheet.set_freeze_panes(FIRST, 2)?;
    page::printed(sheet, HEAD, (last, COLUMNS), lang.of("&C第 &P 页 共 &N 页", "&C&P / &N"))
}

/// A line of the list.
enum Told<'a> {
    Finding(&'a Noted),
    /// It could not be read.
    Unread(&'a Words),
    /// So many findings more.
    More(usize),
}

/// What is to be told of a unit.
fn of(unit: &Unit, most: usize) -> Vec<Told<'_>> {
    match &unit.state {
        State::PassedOver => Vec::new(),
        State::Unread(why) => vec![Told::Unread(why)],
        State::Taken(taken) => {
            let listed = taken.noted.len().min(most);
            let mut told: Vec<Told<'_>> = taken.noted.iter().take(listed).map(Told::Finding).collect();
            let more = taken.more() + taken.noted.len() - listed;
            told.extend((more > 0).then_some(Told::More(more)));
            told
        }
    }
}

fn write_one(
    sheet: &mut Worksheet,
    row: u32,
    (place, unit): (usize, &Unit),
    told: &Told<'_>,
    (lang, looks): (Lang, &Looks),
) -> Result<(), XlsxError> {
    page::count(sheet, (row, 0), place, &looks.count)?;
    page::text(sheet, (row, 1), &unit.name, &looks.text)?;
    page::blanks(sheet, row, 2..COLUMNS, &looks.text)?;
    page::text(sheet, (row, 8), &unit.file, &looks.text)?;
    let (unit, file) = ((unit.name.as_str(), UNIT), (unit.file.as_str(), FILE));
    match told {
        Told::Finding(noted) => {
            let verdict = if noted.severity == Severity::Error { Verdict::Fail } else { Verdict::Warnings };
            page::text(sheet, (row, 2), words::severity(noted.severity, lang), looks.verdict(verdict))?;
            let cell = noted.cell.map(|cell| cell.to_string()).unwrap_or_default();
            page::text(sheet, (row, 3), &cell, &looks.centre)?;
            page::text(sheet, (row, 4), noted.project.as_deref().unwrap_or(""), &looks.text)?;
            page::text(sheet, (row, 5), lang.pick(&noted.message), &looks.text)?;
            page::text(sheet, (row, 6), lang.pick(&noted.help), &looks.text)?;
            page::text(sheet, (row, 7), &noted.code, &looks.centre)?;
            let project = (noted.project.as_deref().unwrap_or(""), PROJECT);
            let (message, help) = (lang.pick(&noted.message), lang.pick(&noted.help));
            page::fit(sheet, row, &[unit, file, project, (message, FINDING), (help, HELP)])
        }
        Told::Unread(why) => {
            let verdict = Verdict::Unchecked;
            page::text(sheet, (row, 2), words::verdict(verdict, lang), looks.verdict(verdict))?;
            page::text(sheet, (row, 5), lang.pick(why), &looks.text)?;
            page::fit(sheet, row, &[unit, file, (lang.pick(why), FINDING)])
        }
        Told::More(count) => {
            let text = lang.of(
                format!("另有 {count} 处没有列出，用 jixiao check 核对该文件可以看到"),
                format!("{count} more are not listed here; jixiao check on the file shows them"),
            );
            page::text(sheet, (row, 5), &text, &looks.text)?;
            page::fit(sheet, row, &[unit, file, (&text, FINDING)])
        }
    }
}
