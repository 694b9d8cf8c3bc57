//! Inserts rows into a sheet; every formula, name, merge, chart, comment and whatever else speaks of the rows below
//! follows them.
//!
//! `cargo run --release --example insert_rows -- IN SHEET BEFORE COUNT OUT`
//!
//! BEFORE is the number of the row that moves down. The new rows look like the row above it. Exit codes: 2 usage,
//! 3 the input or the edit, 4 the output.
#![expect(clippy::disallowed_methods, clippy::print_stderr, reason = "an example is a program of its own")]

use std::path::Path;
use std::process::ExitCode;

use jixiao_workbook::patch::Signature;
use jixiao_workbook::{Edit, Workbook};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    ExitCode::from(run(&arguments))
}

/// Does what the arguments say; the exit code.
pub(crate) fn run(arguments: &[&str]) -> u8 {
    let [input, sheet, before, count, output] = arguments else {
        return failed(2, "usage: insert_rows IN SHEET BEFORE COUNT OUT");
    };
    let (Ok(before), Ok(count)) = (before.parse(), count.parse()) else {
        return failed(2, "BEFORE and COUNT are whole numbers");
    };
    if is_same_file(Path::new(input), Path::new(output)) {
        return failed(2, "the output is the input; give another name");
    }
    let bytes = match inserted(input, sheet, before, count) {
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

fn inserted(
    input: &str,
    sheet: &str,
    before: u32,
    count: u32,
) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let workbook = Workbook::open(std::fs::read(input)?)?;
    let sheet = workbook.sheet_named(sheet).ok_or_else(|| format!("there is no sheet {sheet}"))?;
    let style_from = before.checked_sub(1).filter(|row| *row > 0);
    let edit = Edit::InsertRows { sheet, before, count, style_from, grow: None };
    Ok(workbook.apply(&[edit], Signature::Keep)?)
}
