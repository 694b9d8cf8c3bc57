//! Independent oracles: every workbook the cases write is read back by calamine and openpyxl, validated by
//! openxml-audit, and recalculated by LibreOffice; each must agree with what is stored.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use calamine::{Data, Reader, Xlsx};
use jixiao_workbook::patch::Signature;
use jixiao_workbook::{CellRef, Content, Edit, SheetId, Style, Value, Workbook};
use serde::Deserialize;

use crate::{Outcome, entries, read, regress, root, write};

/// A workbook a case wrote, and the input it was made from.
struct Book {
    path: PathBuf,
    input: Option<PathBuf>,
}

/// A cell as it is stored.
struct Stored {
    sheet: String,
    cell: CellRef,
    formula: Option<String>,
    value: Value,
}

/// `cargo xtask oracle`.
pub(crate) fn main(args: &[String]) -> Outcome {
    let required = args.iter().any(|arg| arg == "--require");
    let names: Vec<&str> = args.iter().map(String::as_str).filter(|arg| *arg != "--require").collect();
    let folder = root().join("target/oracle");
    let books = gather(&folder, &names)?;
    let mut faults = calamine_agrees(&books)?;
    let mut missing = Vec::new();
    for (name, judge) in
        [("openpyxl and openxml-audit", python as Judge), ("LibreOffice", libreoffice as Judge)]
    {
        match judge(&folder, &books)? {
            Some(found) => faults.extend(found),
            None => missing.push(name),
        }
    }
    for name in &missing {
        println!("not on this machine: {name}");
    }
    println!("{} workbooks judged", books.len());
    if required && !missing.is_empty() {
        faults.push("an oracle is missing, and --require was given".to_owned());
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// Judges all books; `None` where the program is not on this machine.
type Judge = fn(&Path, &[Book]) -> Result<Option<Vec<String>>, String>;

/// Runs the cases and keeps what they wrote under `folder`, named by case.
fn gather(folder: &Path, names: &[&str]) -> Result<Vec<Book>, String> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(|error| error.to_string())?;
    }
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let mut books = Vec::new();
    for case in regress::cases()?.into_iter().filter(|case| regress::chosen(case, names)) {
        let ran = regress::run(&case)?;
        for (number, name) in ran.written.iter().enumerate() {
            // Plain names: what a case calls its files is the case's matter, not the oracles'.
            let ending = name.extension().unwrap_or_default().to_string_lossy();
            let path = folder.join(format!("{}--{number}.{ending}", regress::name_of(&case)));
            write(&path, &read(&ran.folder.path().join(name))?)?;
            let input = folder.join(format!("{}--{number}-input.{ending}", regress::name_of(&case)));
            let source = input_of(&ran, name)?;
            if let Some(source) = &source {
                write(&input, &read(source)?)?;
            }
            books.push(Book { path, input: source.map(|_| input) });
        }
    }
    Ok(books)
}

/// The workbook that a written one was made from: the one whose name the written one's begins with, or the
/// only one, of which there may be several copies.
fn input_of(ran: &regress::Ran, written: &Path) -> Result<Option<PathBuf>, String> {
    let stem = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let is_input = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_workbook = path.extension().is_some_and(|ending| ending == "xlsx" || ending == "xlsm");
        let place = path.strip_prefix(ran.folder.path()).unwrap_or(path);
        is_workbook && !name.starts_with("~$") && !ran.written.iter().any(|written| written == place)
    };
    let mut inputs: Vec<PathBuf> = below(ran.folder.path())?.into_iter().filter(is_input).collect();
    let named = inputs.iter().position(|path| stem(written).starts_with(&stem(path)));
    let contents = inputs.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let only =
        (!contents.is_empty() && contents.windows(2).all(|pair| pair.first() == pair.last())).then_some(0);
    Ok(named.or(only).map(|at| inputs.swap_remove(at)))
}

/// The files of a folder and of those in it.
fn below(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() { files.extend(below(&path)?) } else { files.push(path) }
    }
    Ok(files)
}

/// Every cell of a workbook that holds something, with its stored value.
fn stored(path: &Path) -> Result<Vec<Stored>, String> {
    let workbook = Workbook::open(read(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut all = Vec::new();
    for (id, entry) in workbook.sheet_ids().zip(workbook.sheets()).filter(|(_, entry)| entry.grid) {
        let sheet = workbook.sheet(id).map_err(|error| error.to_string())?;
        let cells = sheet.rows().flat_map(jixiao_workbook::sheet::Row::cells).map(|cell| Stored {
            sheet: entry.name.clone(),
            cell: cell.at,
            formula: cell.formula.map(|formula| formula.text.to_owned()),
            value: cell.value.to_value(),
        });
        all.extend(cells.filter(|cell| cell.formula.is_some() || cell.value != Value::Blank));
    }
    Ok(all)
}

/// The formula cells of a workbook, with their stored values.
fn formulas(path: &Path) -> Result<Vec<Stored>, String> {
    let mut cells = stored(path)?;
    cells.retain(|cell| cell.formula.is_some());
    Ok(cells)
}

/// Whether another program's text is the stored value: numbers within 1e-12 of the larger. An empty text and no
/// value at all look alike to other programs.
pub(crate) fn same(ours: &Value, theirs: &str) -> bool {
    match (ours, theirs.parse::<f64>()) {
        (Value::Number(digits), Ok(theirs)) => digits.parse().is_ok_and(|ours| near(ours, theirs)),
        (Value::Bool(_), _) => ours.as_ref().as_text().eq_ignore_ascii_case(theirs),
        _ => ours.as_ref().as_text() == theirs,
    }
}

#[expect(
    clippy::float_arithmetic,
    reason = "the oracles compute in doubles; this is the bound they are held to"
)]
pub(crate) fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1.0)
}

fn fault(book: &Path, ours: &Stored, oracle: &str, theirs: &str) -> String {
    let formula = ours.formula.as_ref().map_or_else(String::new, |formula| format!(" ={formula}"));
    let value = ours.value.as_ref();
    let (name, sheet, cell) = (shown(book), &ours.sheet, ours.cell);
    format!("{name}: {sheet}!{cell}{formula} is stored as {:?}, {oracle} has {theirs:?}", value.as_text())
}

/// A workbook's name.
fn shown(book: &Path) -> String {
    book.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// calamine reads every cell of every sheet as we do.
fn calamine_agrees(books: &[Book]) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    for book in books {
        let mut theirs: Xlsx<_> = calamine::open_workbook(&book.path)
            .map_err(|error| format!("{}: {error}", book.path.display()))?;
        let mut range = None;
        for ours in stored(&book.path)? {
            if range.as_ref().is_none_or(|(sheet, _)| *sheet != ours.sheet) {
                let cells = theirs.worksheet_range(&ours.sheet).map_err(|error| error.to_string())?;
                range = Some((ours.sheet.clone(), cells));
            }
            let at = (ours.cell.row() - 1, u32::from(ours.cell.column()) - 1);
            let value = range.as_ref().and_then(|(_, cells)| cells.get_value(at));
            let value = value.map_or_else(String::new, Data::to_string);
            if !same(&ours.value, &value) {
                faults.push(fault(&book.path, &ours, "calamine", &value));
            }
        }
    }
    Ok(faults)
}

/// What `oracle.py` says of one file.
#[derive(Deserialize)]
struct Reading {
    path: PathBuf,
    error: Option<String>,
    /// Whether it is in the strict form, of which openpyxl reads no cell.
    strict: bool,
    cells: Vec<(String, CellRef, String, String)>,
    audit: Vec<(String, String)>,
}

fn python(_: &Path, books: &[Book]) -> Result<Option<Vec<String>>, String> {
    let probe =
        Command::new("python3").args(["-c", "import openpyxl, openxml_audit"]).stderr(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    let inputs: Vec<&PathBuf> = books.iter().filter_map(|book| book.input.as_ref()).collect();
    let readings = ask(books.iter().map(|book| &book.path).chain(inputs))?;
    let of = |path: &Path| readings.iter().find(|reading| reading.path == path);
    let mut faults = Vec::new();
    for book in books {
        let reading = of(&book.path).ok_or("oracle.py gave no answer")?;
        let name = shown(&book.path);
        faults.extend(reading.error.iter().map(|error| format!("{name}: openpyxl: {error}")));
        let known = book.input.as_deref().and_then(of).map_or(&[][..], |reading| &reading.audit);
        let new = reading.audit.iter().filter(|finding| !known.iter().any(|other| alike(finding, other)));
        faults.extend(new.map(|(part, what)| format!("{name}: openxml-audit: {part}: {what}")));
        if reading.strict {
            println!("{name}: in the strict form, which openpyxl does not read");
        } else {
            faults.extend(openpyxl_agrees(&book.path, &reading.cells)?);
        }
    }
    Ok(Some(faults))
}

/// Whether two findings are the same but for counts and places, which an edit may change.
fn alike(a: &(String, String), b: &(String, String)) -> bool {
    let letters = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    a.0 == b.0 && letters(&a.1) == letters(&b.1)
}

/// openpyxl reads every formula and its stored value as we do.
fn openpyxl_agrees(book: &Path, cells: &[(String, CellRef, String, String)]) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    for ours in formulas(book)? {
        let cell = cells.iter().find(|(sheet, cell, ..)| *sheet == ours.sheet && *cell == ours.cell);
        match cell {
            Some((_, _, formula, value))
                if Some(formula) == ours.formula.as_ref() && same(&ours.value, value) => {}
            Some((_, _, formula, value)) => {
                faults.push(fault(book, &ours, "openpyxl", &format!("={formula} {value}")));
            }
            None => faults.push(fault(book, &ours, "openpyxl", "no formula")),
        }
    }
    Ok(faults)
}

/// Asks `oracle.py` about files, all in one process.
fn ask<'a>(paths: impl Iterator<Item = &'a PathBuf>) -> Result<Vec<Reading>, String> {
    let mut list = String::new();
    for path in paths {
        list.push_str(&path.to_string_lossy());
        list.push('\n');
    }
    let mut child = Command::new("python3")
        .args(["-X", "utf8"])
        .arg(root().join("xtask/src/oracle.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut input = child.stdin.take().ok_or("python3 has no input")?;
    let writer = std::thread::spawn(move || input.write_all(list.as_bytes()));
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    drop(writer.join());
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines.lines().map(|line| serde_json::from_str(line).map_err(|error| error.to_string())).collect()
}

/// A profile that recalculates every file as it is loaded.
const ALWAYS_RECALCULATE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="ODFRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"#;

fn libreoffice(folder: &Path, books: &[Book]) -> Result<Option<Vec<String>>, String> {
    let Ok(program) = Command::new("soffice").arg("--version").output() else {
        return Ok(None);
    };
    println!("{}", String::from_utf8_lossy(&program.stdout).trim());
    profile(folder)?;
    let proof = folder.join("wrong-on-purpose.xlsx");
    write_wrong(&proof)?;
    let cleared = folder.join("score-cleared.xlsx");
    write_cleared(folder, &cleared)?;
    let recalculated = folder.join("recalculated");
    let paths = books.iter().map(|book| book.path.as_path()).chain([proof.as_path(), cleared.as_path()]);
    if convert(folder, paths.collect(), 600)? != Ended::Done {
        return Err("LibreOffice failed to convert".to_owned());
    }
    let theirs = |path: &Path| formulas(&recalculated.join(shown(path)).with_extension("xlsx"));
    if theirs(&proof)?.first().is_none_or(|cell| !same(&cell.value, "5")) {
        return Err("LibreOffice does not recalculate on load: a wrong stored value stayed".to_owned());
    }
    let mut faults = Vec::new();
    let total = theirs(&cleared)?.into_iter().find(|cell| cell.cell.to_string() == "J21");
    if total.is_none_or(|cell| !cell.value.as_ref().is_blank()) {
        faults.push("a total score stays although a project's score was cleared".to_owned());
    }
    for book in books {
        let recalculated = theirs(&book.path)?;
        for ours in formulas(&book.path)? {
            let cell = recalculated.iter().find(|cell| cell.sheet == ours.sheet && cell.cell == ours.cell);
            let value = cell.map_or("no formula", |cell| cell.value.as_ref().as_text());
            if !same(&ours.value, value) {
                faults.push(fault(&book.path, &ours, "LibreOffice", value));
            }
        }
    }
    Ok(Some(faults))
}

/// Puts the profile that recalculates on load where [`convert`] takes it from.
pub(crate) fn profile(folder: &Path) -> Outcome {
    let profile = folder.join("profile/user");
    std::fs::create_dir_all(&profile).map_err(|error| error.to_string())?;
    write(&profile.join("registrymodifications.xcu"), ALWAYS_RECALCULATE.as_bytes())
}

/// How a run of LibreOffice ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Done,
    /// It gave up, by itself.
    Failed,
    /// Its processor time was over.
    RanOut,
}

/// Has LibreOffice load workbooks and save what it makes of them, under the same names, into `recalculated`, within
/// so many seconds of processor time.
pub(crate) fn convert(folder: &Path, paths: Vec<&Path>, seconds: u32) -> Result<Ended, String> {
    // Its launcher does not tell how it was ended; the time that it and its children took does.
    let script = format!("ulimit -t {seconds}; \"$0\" \"$@\" >/dev/null 2>&1; ended=$?; times; exit $ended");
    let converted = Command::new("sh")
        .args(["-c", &script, "soffice"])
        .arg(format!("-env:UserInstallation={}", file_address(&folder.join("profile"))))
        .args(["--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"])
        .arg(folder.join("recalculated"))
        .args(paths)
        // Without an encoding in its surroundings LibreOffice takes letters beyond ASCII in names for `?`.
        .env("LC_ALL", "C.UTF-8")
        .stderr(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let took = processor_seconds(&String::from_utf8_lossy(&converted.stdout));
    Ok(match converted.status.success() {
        true => Ended::Done,
        false if took >= seconds => Ended::RanOut,
        false => Ended::Failed,
    })
}

/// The processor time of a shell's children, in seconds rounded up, from what its `times` says: `0m1.50s 0m0.25s` in
/// the last line. Time that cannot be read is taken for none.
fn processor_seconds(times: &str) -> u32 {
    let whole = |time: &str| {
        let (minutes, seconds) = time.strip_suffix('s')?.split_once('m')?;
        let (seconds, part) = seconds.split_once(['.', ',']).unwrap_or((seconds, "0"));
        let part = u32::from(part.bytes().any(|digit| digit != b'0'));
        Some(minutes.parse::<u32>().ok()? * 60 + seconds.parse::<u32>().ok()? + part)
    };
    times.lines().last().into_iter().flat_map(str::split_whitespace).filter_map(whole).sum()
}

/// A path as an address, in which all but letters, digits and a few signs are written as `%XX`.
fn file_address(path: &Path) -> String {
    let mut address = "file://".to_owned();
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                address.push(char::from(byte));
            }
            _ => {
                let _ = write!(address, "%{byte:02X}");
            }
        }
    }
    address
}

/// The filled official form without the score in J7, whose total is left as it was stored: a program that
/// recalculates must show it blank.
fn write_cleared(folder: &Path, path: &Path) -> Outcome {
    let input = root().join("test-data/template/official-2023-inputs.xlsx");
    let filled = folder.join("filled.xlsx");
    let args = [
        "jixiao".into(),
        "fill".into(),
        input.into_os_string(),
        "-o".into(),
        filled.clone().into_os_string(),
    ];
    jixiao::run(args, &mut Vec::new(), &mut Vec::new());
    let workbook = Workbook::open(read(&filled)?).map_err(|error| error.to_string())?;
    let score = CellRef::new(7, 10).ok_or("J7 is no cell")?;
    let clear = Edit::SetCell { sheet: SheetId(0), cell: score, content: Content::Clear, style: Style::Keep };
    let bytes = workbook.apply(&[clear], Signature::Keep).map_err(|error| error.to_string())?;
    write(path, &bytes)
}

/// A workbook whose only formula has a wrong stored value: 2+3 stored as 7.
fn write_wrong(path: &Path) -> Outcome {
    let mut book = rust_xlsxwriter::Workbook::new();
    let formula = rust_xlsxwriter::Formula::new("2+3").set_result("7");
    book.add_worksheet().write_formula(0, 0, formula).map_err(|error| error.to_string())?;
    book.save(path).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_as_what_they_are() {
        let number = |digits: &str| Value::Number(digits.to_owned());
        let text = |text: &str| Value::Text(text.to_owned());
        let same_as = [
            (number("0.1"), "1E-1"),
            (number("0.909434639798068"), "0.90943463979806798"),
            (text("007"), "007"),
            (text(""), ""),
            (Value::Blank, ""),
            (Value::Bool(true), "True"),
        ];
        assert!(same_as.iter().all(|(ours, theirs)| same(ours, theirs)));
        let other = [(number("0"), ""), (text("7"), "7.0"), (number("92.97"), "92.96"), (text(""), "0")];
        assert!(!other.iter().any(|(ours, theirs)| same(ours, theirs)));
    }

    #[test]
    fn the_time_that_children_took_is_read() {
        let cases = [
            ("0m0.00s 0m0.01s\n1m2.50s 0m3.00s\n", 66),
            ("0m0,000s 0m0,010s\n0m14,990000s 0m0,000s\n", 15),
            ("0m0.00s 0m0.00s", 0),
            ("", 0),
        ];
        for (times, seconds) in cases {
            assert_eq!(processor_seconds(times), seconds, "{times}");
        }
    }

    #[test]
    fn addresses_bear_any_letter() {
        assert_eq!(file_address(Path::new("/a b/自评")), "file:///a%20b/%E8%87%AA%E8%AF%84");
    }
}
