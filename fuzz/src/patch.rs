//! Edits a workbook whose parts are arbitrary, and compares what comes out with what went in.
//!
//! A line of edits is `[SHEET!]CELL STYLE KIND REST`, or `charts`, or `recalculate`. SHEET is a number from 1, STYLE is
//! `-` (keep), `@CELL` (from) or `#CODE` (format). KIND is `t` text, `n` number, `b` truth value, `c` clear, `r` result
//! (REST a value), or `f` formula (REST `VALUE|FORMULA`). A VALUE is its kind's letter and itself; `e`, an error, and
//! `d`, a date, stand for one of each.

use std::collections::BTreeSet;

use jixiao_workbook::diff::diff;
use jixiao_workbook::patch::Signature;
use jixiao_workbook::refresh::dependents;
use jixiao_workbook::{CellRef, Content, Edit, Sheet, SheetId, Style, Value, Workbook};

use super::package::Input;

/// Edits that one input makes.
const MOST_EDITS: usize = 12;

/// No edits give the same bytes; edits give what they say and change nothing else.
pub fn check(data: &[u8]) {
    let input = Input::new(data);
    let bytes = input.container();
    let Ok(book) = Workbook::open(bytes.clone()) else { return };
    assert!(book.apply(&[], Signature::Void).is_ok_and(|same| same == bytes), "no edits, other bytes");
    let edits = edits(input.edits);
    let Ok(made) = book.apply(&edits, Signature::Void) else { return };
    compare(&book, &edits, made);
    let refresh = dependents(&book, &edits);
    if refresh.edits.is_empty() {
        return;
    }
    let all = [edits, refresh.edits].concat();
    // A dependent inside an array formula is refused, as an edit of the user's is.
    if let Ok(made) = book.apply(&all, Signature::Void) {
        compare(&book, &all, made);
    }
}

/// What was made opens, holds what was put, and differs nowhere else.
fn compare(before: &Workbook, edits: &[Edit], made: Vec<u8>) {
    let after = match Workbook::open(made) {
        Ok(after) => after,
        Err(error) => panic!("the edited workbook does not open: {error}"),
    };
    assert_eq!(after.sheets(), before.sheets());
    assert_eq!(after.names(), before.names());
    let all_read = same_readable(before, &after);
    let mut edited = BTreeSet::new();
    for edit in edits {
        let Edit::SetCell { sheet, cell, content, style } = edit else { continue };
        let (Ok(old), Ok(new)) = (before.sheet(*sheet), after.sheet(*sheet)) else { continue };
        check_content(old, new, *cell, content);
        check_style((before, old), (&after, new), *cell, style);
        edited.insert((before.entry(*sheet).map(|entry| entry.name.to_lowercase()), *cell));
    }
    if !all_read {
        return;
    }
    let Ok(found) = diff(before, &after) else { panic!("the two cannot be compared") };
    for cell in &found.cells {
        let is_edited = edited.contains(&(Some(cell.sheet.to_lowercase()), cell.cell));
        assert!(is_edited, "not asked for: {cell}");
    }
    assert!(found.sheets.is_empty(), "{found}");
    check_parts(before, edits, &found.parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>());
}

/// The sheets that are read before are read after, and no others; whether all are.
pub(super) fn same_readable(before: &Workbook, after: &Workbook) -> bool {
    let mut all_read = true;
    for id in before.sheet_ids() {
        let (old, new) = (before.sheet(id), after.sheet(id));
        assert_eq!(old.is_ok(), new.is_ok(), "sheet {} is read before or after only: {new:?}", id.0 + 1);
        all_read &= old.is_ok();
    }
    all_read
}

fn check_content(old: &Sheet, new: &Sheet, at: CellRef, content: &Content) {
    let value = new.value(at).to_value();
    let formula = new.formula(at).map(|formula| formula.text);
    let (meant, text) = match content {
        Content::Text(text) => (Value::Text(text.clone()), None),
        Content::Number(digits) => (Value::Number(digits.clone()), None),
        Content::Bool(truth) => (Value::Bool(*truth), None),
        Content::Formula { text, cached } => (cached.clone(), Some(&**text)),
        Content::Result(value) => (value.clone(), old.formula(at).map(|formula| formula.text)),
        _ => (Value::Blank, None),
    };
    assert_eq!((value, formula), (meant, text), "{at} does not hold what was put");
}

fn check_style(old: (&Workbook, &Sheet), new: (&Workbook, &Sheet), at: CellRef, style: &Style) {
    let (style_before, style_after) = (old.1.style_at(at), new.1.style_at(at));
    match style {
        Style::From(cell) => assert_eq!(style_after, old.1.style_at(*cell), "the style of {at}"),
        Style::Format(code) => assert_eq!(*new.0.format(style_after).code, **code, "the format of {at}"),
        _ => assert_eq!(style_after, style_before, "the style of {at}"),
    }
}

/// Only the parts differ that the documentation of `apply` lists.
fn check_parts(book: &Workbook, edits: &[Edit], changed: &[&str]) {
    let mut sheets = BTreeSet::new();
    let (mut formulas, mut formats, mut charts, mut recalculates) = (false, false, false, false);
    for edit in edits {
        match edit {
            Edit::SetCell { sheet, cell, content, style } => {
                sheets.extend(book.entry(*sheet).map(|entry| entry.part.to_lowercase()));
                let had = book.sheet(*sheet).is_ok_and(|grid| grid.formula(*cell).is_some());
                let has = matches!(content, Content::Formula { .. });
                formulas |= (had || has) && !matches!(content, Content::Result(_));
                formats |= matches!(style, Style::Format(_));
            }
            Edit::RefreshCharts => charts = true,
            _ => recalculates = true,
        }
    }
    // The chain, its type and relation; the style sheet with both; the workbook's own part.
    let allowed = 3 * usize::from(formulas) + 3 * usize::from(formats) + usize::from(recalculates);
    let others = changed.iter().map(|name| name.to_lowercase()).filter(|name| !sheets.contains(name));
    let others: Vec<String> = others.filter(|name| !charts || !name.contains("chart")).collect();
    assert!(others.len() <= allowed, "also changed: {others:?}");
}

/// The edits of an input's lines; one where there is none.
fn edits(lines: &[u8]) -> Vec<Edit> {
    let text = String::from_utf8_lossy(lines);
    let edits: Vec<Edit> = text.lines().filter_map(edit).take(MOST_EDITS).collect();
    if !edits.is_empty() {
        return edits;
    }
    let (sheet, cell) = (SheetId(0), CellRef::new(2, 2).unwrap_or(CellRef::FIRST));
    vec![Edit::SetCell { sheet, cell, content: Content::Number("1".to_owned()), style: Style::Keep }]
}

fn edit(line: &str) -> Option<Edit> {
    match line {
        "charts" => return Some(Edit::RefreshCharts),
        "recalculate" => return Some(Edit::RecalculateOnLoad),
        _ => {}
    }
    let mut words = line.splitn(4, ' ');
    let (place, style, kind, rest) =
        (words.next()?, words.next()?, words.next()?, words.next().unwrap_or(""));
    let (sheet, cell) = place.split_once('!').unwrap_or(("1", place));
    let sheet = SheetId(sheet.parse::<u32>().ok()?.checked_sub(1)?);
    let style = match (style.get(..1)?, style.get(1..)?) {
        ("@", from) => Style::From(from.parse().ok()?),
        ("#", code) => Style::Format(code.into()),
        _ => Style::Keep,
    };
    Some(Edit::SetCell { sheet, cell: cell.parse().ok()?, content: content(kind, rest)?, style })
}

fn content(kind: &str, rest: &str) -> Option<Content> {
    Some(match kind {
        "t" => Content::Text(rest.replace("\\n", "\n").replace("\\r", "\r")),
        "n" => Content::Number(rest.to_owned()),
        "b" => Content::Bool(rest == "1"),
        "r" => Content::Result(value(rest)?),
        "f" => {
            let (cached, text) = rest.split_once('|')?;
            Content::Formula { text: text.into(), cached: value(cached)? }
        }
        "c" => Content::Clear,
        _ => return None,
    })
}

fn value(written: &str) -> Option<Value> {
    let mut characters = written.chars();
    let (kind, rest) = (characters.next(), characters.as_str().to_owned());
    Some(match kind? {
        'n' => Value::Number(rest),
        't' => Value::Text(rest),
        'b' => Value::Bool(rest == "1"),
        'e' => Value::Error("#DIV/0!".to_owned()),
        'd' => Value::Date("2024-01-31T00:00:00".to_owned()),
        _ => Value::Blank,
    })
}
