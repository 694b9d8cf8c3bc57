//! Sets one cell of a workbook and leaves everything else as it is.
//!
//! `cargo run --release --example edit_cell -- IN SHEET CELL VALUE OUT`
//!
//! VALUE is a formula where it begins with `=`, a number where it is a plain decimal, and text otherwise. The
//! stored results of formulas that depend on the cell are renewed; what cannot be computed here is left to the
//! program that opens the file. Exit codes: 2 usage, 3 the input or the edit, 4 the output.
#![expect(clippy::disallowed_methods, clippy::print_stderr, reason = "an example is a program of its own")]

use std::path::Path;
use std::process::ExitCode;

use jixiao_workbook::calc::{Outcome, evaluate};
use jixiao_workbook::patch::Signature;
use jixiao_workbook::refresh::dependents;
use jixiao_workbook::{CellRef, Content, Edit, SheetId, Style, Value, Workbook};

/// Digits that a spreadsheet keeps; a longer number (of an identity card, say) stays text.
const DIGITS: usize = 15;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    ExitCode::from(run(&arguments))
}

/// Does what the arguments say; the exit code.
pub(crate) fn run(arguments: &[&str]) -> u8 {
    let [input, sheet, cell, value, output] = arguments else {
        return failed(2, "usage: edit_cell IN SHEET CELL VALUE OUT");
    };
    if is_same_file(Path::new(input), Path::new(output)) {
        return failed(2, "the output is the input; give another name");
    }
    let bytes = match edited(input, sheet, cell, value) {
        Ok(bytes) => bytes,
        Err(error) => return failed(3, &format!("{input}: {error}")),
    };
    match std::fs::write(output, bytes) {
        Ok(()) => 0,
        Err(error) => failed(4, &format!("{output}: {error}")),
    }
}

fn failed(code: u8, message: &str) -> u8 {
    eprintln!("{message}");
    code
}

fn is_same_file(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn edited(input: &str, sheet: &str, cell: &str, value: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let workbook = Workbook::open(std::fs::read(input)?)?;
    let sheet = workbook.sheet_named(sheet).ok_or_else(|| format!("there is no sheet {sheet}"))?;
    let cell: CellRef = cell.parse()?;
    workbook.sheet(sheet)?;
    let (content, is_known) = content(&workbook, (sheet, cell), value);
    let mut edits = vec![Edit::SetCell { sheet, cell, content, style: Style::Keep }];
    let refresh = dependents(&workbook, &edits);
    for (sheet, cell, why) in &refresh.unknown {
        let name = workbook.entry(*sheet).map_or("", |entry| &entry.name);
        eprintln!("{name}!{cell} is left to the program that opens the file: {why}");
    }
    edits.extend(refresh.edits);
    if !is_known || !refresh.unknown.is_empty() {
        edits.push(Edit::RecalculateOnLoad);
    }
    Ok(workbook.apply(&edits, Signature::Keep)?)
}

/// What VALUE means, and whether its result is known.
fn content(workbook: &Workbook, (sheet, cell): (SheetId, CellRef), value: &str) -> (Content, bool) {
    let Some(formula) = value.strip_prefix('=') else {
        let plain = if is_plain_decimal(value) { Content::Number } else { Content::Text };
        return (plain(value.to_owned()), true);
    };
    let (cached, is_known) = match evaluate(workbook, sheet, cell, formula) {
        Outcome::Value(value) => (value, true),
        Outcome::Unknown(why) => {
            eprintln!("{cell} is left to the program that opens the file: {why}");
            (Value::Blank, false)
        }
    };
    (Content::Formula { text: formula.into(), cached }, is_known)
}

/// `-12.5`, but neither `1e5` nor `007`.
fn is_plain_decimal(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_code = whole.len() > 1 && whole.starts_with('0');
    digits(whole) && digits(fraction) && !is_code && unsigned.len() <= DIGITS + 1
}
