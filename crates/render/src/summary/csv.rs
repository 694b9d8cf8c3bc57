//! What was read as one table for spreadsheet programs: a row a project, UTF-8 with a byte order mark.

use indexmap::IndexMap;
use jixiao_selfeval::submission::{Carried, Entry};

use super::{BEFORE, BEHIND, Column, Declared, Kind};
use crate::Lang;

/// Characters with which a spreadsheet program begins a formula.
const TRIGGERS: [char; 10] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r'];

/// The table of some inputs. Numbers are plain digits in 万元, fractions and points; what is no number stays text.
/// Text that a spreadsheet program would run as a formula gets an apostrophe in front.
pub fn csv(inputs: &[Declared<'_>], lang: Lang) -> String {
    let mut funds: IndexMap<&str, &str> = IndexMap::new();
    for fund in inputs.iter().flat_map(|input| &input.submission.funds) {
        funds.entry(&fund.key).or_insert(&fund.label);
    }
    let mut text = String::from('\u{feff}');
    let first = [lang.of("单位", "unit"), lang.of("年度", "year"), lang.of("文件", "file")];
    let amount = |label: &str| format!("{label}{}", lang.of("（万元）", " (万元)"));
    let head = |column: &Column| {
        let words = column.field.words();
        let label = lang.pick(&words);
        if column.kind == Kind::Amount { amount(label) } else { label.to_owned() }
    };
    let heads = first.into_iter().map(str::to_owned).chain(BEFORE.iter().map(head));
    let heads = heads.chain(funds.values().map(|label| amount(label))).chain(BEHIND.iter().map(head));
    line(&mut text, heads.map(|head| safe(&head)));
    for Declared { path, submission } in inputs {
        let unit = submission.unit.as_deref().map(safe).unwrap_or_default();
        let year = submission.year.map(|year| year.to_string()).unwrap_or_default();
        for entry in &submission.projects {
            let field = |column: &Column| cell(column.kind, entry.get(column.field));
            let parts = funds.keys().map(|key| part(entry, key));
            let row = [unit.clone(), year.clone(), safe(path)].into_iter().chain(BEFORE.iter().map(field));
            line(&mut text, row.chain(parts).chain(BEHIND.iter().map(field)));
        }
    }
    text
}

fn part(entry: &Entry, key: &str) -> String {
    cell(Kind::Amount, entry.funds.get(key))
}

fn cell(kind: Kind, carried: Option<&Carried>) -> String {
    match carried {
        None => String::new(),
        Some(carried) => match carried.value.filter(|_| kind != Kind::Text) {
            Some(value) => value.normalize().to_string(),
            None => safe(&carried.text),
        },
    }
}

/// Text that no spreadsheet program takes for a formula.
fn safe(text: &str) -> String {
    if text.starts_with(TRIGGERS) { format!("'{text}") } else { text.to_owned() }
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&cell);
        }
    }
    text.push_str("\r\n");
}
