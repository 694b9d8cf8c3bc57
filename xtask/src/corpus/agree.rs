//! calamine beside our reader: every value, formula and merge of a book must be the same in both; and after an
//! edit calamine must see that edit and nothing else.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use calamine::{Data, Dimensions, Range, Reader, Xlsx};
use jixiao_workbook::{CellRef, FormulaKind, Sheet, ValueRef, Workbook};

use crate::oracle::near;
use crate::{Outcome, read};

/// Memory the probe may take, in KiB: calamine reserves what a hostile file asks for.
const MEMORY: &str = "3000000";

/// A book in calamine's eyes.
pub(super) type Theirs<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Opens a book that the probe has passed.
pub(super) fn open(bytes: &[u8]) -> Result<Theirs<'_>, String> {
    Xlsx::new(Cursor::new(bytes)).map_err(|error| error.to_string())
}

/// `cargo xtask corpus-probe FILE`: reads a file with calamine and nothing else.
pub(super) fn probe_main(path: &Path) -> Outcome {
    let bytes = read(path)?;
    let mut book = open(&bytes)?;
    for name in book.sheet_names() {
        let cells = book.worksheet_range(&name).and_then(|_| book.worksheet_formula(&name)).err();
        let merges = book.merge_cells_by_sheet_name(&name).err();
        // A sheet that is no grid is none that calamine fails at.
        for error in [cells, merges].into_iter().flatten() {
            if !matches!(error, calamine::XlsxError::NotAWorksheet(_)) {
                return Err(format!("sheet {name}: {error}"));
            }
        }
    }
    Ok(())
}

/// What calamine does with a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Probe {
    /// It was not asked.
    #[default]
    Unasked,
    Reads,
    /// Its error, in one line.
    Refuses(String),
    /// Its processor time was over.
    RanOut,
}

/// Whether calamine reads a file, tried in a process of its own, since it aborts on some.
pub(super) fn probe(path: &Path, seconds: u32) -> Result<Probe, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit -v {MEMORY}; ulimit -t {seconds}; exec \"$0\" corpus-probe \"$1\"")])
        .args([program.as_path(), path])
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    Ok(match output.status.code() {
        Some(0) => Probe::Reads,
        Some(1) => {
            let text = String::from_utf8_lossy(&output.stderr).replace(['\t', '\n'], " ");
            Probe::Refuses(format!("refuses: {}", text.trim().chars().take(120).collect::<String>()))
        }
        _ if is_over(output.status) => Probe::RanOut,
        // Aborted for lack of memory, or panicked.
        _ => Probe::Refuses("aborts".to_owned()),
    })
}

/// Whether a process was ended by its limit of processor time.
#[cfg(unix)]
fn is_over(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    // SIGKILL at the hard limit, SIGXCPU at the soft one.
    matches!(status.signal(), Some(9 | 24))
}

/// Whether a process was ended by its limit of processor time.
#[cfg(not(unix))]
fn is_over(_: ExitStatus) -> bool {
    false
}

/// Where the readers differ: what, first cell, and both sides.
#[derive(Debug, Default)]
pub(super) struct Differences {
    values: Vec<String>,
    formulas: Vec<String>,
    merges: Vec<String>,
}

impl Differences {
    /// What differs, in a few words, and in more of them; `None` where nothing does.
    pub(super) fn told(&self) -> Option<(String, String)> {
        let kinds = [("values", &self.values), ("formulas", &self.formulas), ("merges", &self.merges)];
        let shown = kinds.iter().filter(|(_, list)| !list.is_empty());
        let place = |text: &String| text.split(": ").next().unwrap_or_default().to_owned();
        let told: Vec<String> = shown
            .clone()
            .map(|(kind, list)| {
                format!("{} {kind} from {}", list.len(), list.first().map(place).unwrap_or_default())
            })
            .collect();
        let details: Vec<&str> =
            shown.flat_map(|(_, list)| list.iter().take(3)).map(String::as_str).collect();
        (!told.is_empty()).then(|| (told.join("; "), details.join("; ")))
    }
}

/// Where calamine and we differ on a book.
pub(super) fn differences(ours: &Workbook, bytes: &[u8]) -> Result<Differences, String> {
    let mut theirs = open(bytes)?;
    let mut found = Differences::default();
    for (id, entry) in ours.sheet_ids().zip(ours.sheets()).filter(|(_, entry)| entry.grid) {
        let Ok(sheet) = ours.sheet(id) else { continue };
        let (values, formulas) = grids(&mut theirs, &entry.name)?;
        compare_values(sheet, &values, &entry.name, &mut found.values);
        compare_formulas(sheet, &formulas, &entry.name, &mut found.formulas);
        let merges = theirs.merge_cells_by_sheet_name(&entry.name).map_err(|error| error.to_string())?;
        compare_merges(sheet, &merges, &entry.name, &mut found.merges);
    }
    Ok(found)
}

/// The values and formulas of a sheet.
pub(super) fn grids(book: &mut Theirs<'_>, sheet: &str) -> Result<(Range<Data>, Range<String>), String> {
    let fault = |error: calamine::XlsxError| format!("{sheet}: {error}");
    Ok((book.worksheet_range(sheet).map_err(fault)?, book.worksheet_formula(sheet).map_err(fault)?))
}

/// A place as calamine counts it.
pub(super) fn place(at: CellRef) -> (u32, u32) {
    (at.row() - 1, u32::from(at.column()) - 1)
}

/// Whether calamine's value is ours. An empty text and no value look alike.
pub(super) fn same_value(ours: ValueRef<'_>, theirs: &Data) -> bool {
    match (ours, theirs) {
        (ValueRef::Number(digits), Data::Float(theirs)) => {
            digits.parse().is_ok_and(|ours| near(ours, *theirs))
        }
        (ValueRef::Number(digits), Data::Int(theirs)) => digits.parse() == Ok(*theirs),
        (ValueRef::Number(digits), Data::DateTime(theirs)) => {
            digits.parse().is_ok_and(|ours| near(ours, theirs.as_f64()))
        }
        (ValueRef::Text(text), Data::String(theirs)) => text == theirs,
        (ValueRef::Bool(truth), Data::Bool(theirs)) => truth == *theirs,
        (ValueRef::Error(code), Data::Error(theirs)) => code == theirs.to_string(),
        (ValueRef::Date(date), Data::DateTimeIso(theirs) | Data::DurationIso(theirs)) => date == theirs,
        (ours, Data::Empty) => ours.as_text().is_empty(),
        (ValueRef::Blank, Data::String(theirs)) => theirs.is_empty(),
        _ => false,
    }
}

fn compare_values(sheet: &Sheet, theirs: &Range<Data>, name: &str, found: &mut Vec<String>) {
    let mut unmet: BTreeMap<(u32, u32), &Data> =
        cells(theirs).filter(|(_, value)| **value != Data::Empty).collect();
    for cell in sheet.rows().flat_map(jixiao_workbook::sheet::Row::cells) {
        let value = unmet.remove(&place(cell.at)).unwrap_or(&Data::Empty);
        if !same_value(cell.value, value) {
            found.push(format!("{name}!{}: {:?} here, {value:?} there", cell.at, cell.value));
        }
    }
    let only_theirs = unmet.into_iter().filter(|(_, value)| !value.to_string().is_empty());
    found.extend(
        only_theirs.map(|(at, value)| format!("{name}!{}: nothing here, {value:?} there", shown(at))),
    );
}

fn compare_formulas(sheet: &Sheet, theirs: &Range<String>, name: &str, found: &mut Vec<String>) {
    let mut unmet: BTreeMap<(u32, u32), &String> =
        cells(theirs).filter(|(_, text)| !text.is_empty()).collect();
    for cell in sheet.formula_cells() {
        let Some(ours) = cell.formula else { continue };
        let text = unmet.remove(&place(cell.at)).map_or("", String::as_str);
        // calamine tells no data tables.
        if text != ours.text && !matches!(ours.kind, FormulaKind::DataTable(_)) {
            found.push(format!("{name}!{}: {:?} here, {text:?} there", cell.at, ours.text));
        }
    }
    found.extend(
        unmet.into_iter().map(|(at, text)| format!("{name}!{}: nothing here, {text:?} there", shown(at))),
    );
}

fn compare_merges(sheet: &Sheet, theirs: &[Dimensions], name: &str, found: &mut Vec<String>) {
    let ours: std::collections::BTreeSet<_> =
        sheet.merges().iter().map(|merge| (place(merge.first()), place(merge.last()))).collect();
    let theirs: std::collections::BTreeSet<_> = theirs.iter().map(|merge| (merge.start, merge.end)).collect();
    for (first, last) in ours.symmetric_difference(&theirs) {
        found.push(format!("{name}!{}: up to {} in one of the two", shown(*first), shown(*last)));
    }
}

fn shown((row, column): (u32, u32)) -> String {
    let column = u16::try_from(column + 1).unwrap_or(0);
    format!("{}{}", jixiao_workbook::column_letters(column), row + 1)
}

/// The cells of a range, by place.
fn cells<T: calamine::CellType>(range: &Range<T>) -> impl Iterator<Item = ((u32, u32), &T)> {
    let (top, left) = range.start().unwrap_or_default();
    let place = move |row: usize, column: usize| {
        (top + u32::try_from(row).unwrap_or(u32::MAX), left + u32::try_from(column).unwrap_or(u32::MAX))
    };
    range.used_cells().map(move |(row, column, value)| (place(row, column), value))
}

/// Cells whose value or formula differ between two readings of a sheet.
pub(super) fn changed(
    before: &(Range<Data>, Range<String>),
    after: &(Range<Data>, Range<String>),
) -> std::collections::BTreeSet<(u32, u32)> {
    differing(&before.0, &after.0).into_iter().chain(differing(&before.1, &after.1)).collect()
}

fn differing<T: calamine::CellType + PartialEq + std::fmt::Debug>(
    a: &Range<T>,
    b: &Range<T>,
) -> Vec<(u32, u32)> {
    let (mut left, mut right): (BTreeMap<_, _>, BTreeMap<_, _>) = (cells(a).collect(), cells(b).collect());
    left.retain(|at, value| right.get(at).is_none_or(|other| !alike(*other, *value)));
    right.retain(|at, value| !a.get_value(*at).is_some_and(|other| alike(other, *value)));
    left.into_keys().chain(right.into_keys()).collect()
}

/// Whether two readings are the same; no number is the same as no number.
fn alike<T: PartialEq + std::fmt::Debug>(one: &T, other: &T) -> bool {
    one == other || format!("{one:?}") == format!("{other:?}")
}
