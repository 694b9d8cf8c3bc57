//! Independent oracles: every workbook the cases write is read back by calamine and openpyxl, validated by
//! openxml-audit, and recalculated by LibreOffice; each must agree with what is stored.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use calamine::{Data, Reader, Xlsx};
use jixiao_workbook::patch::Signature;
use jixiao_workbook::{CellRef, Content, Edit, SheetId, Style, ValueRef, Workbook};
use serde::Deserialize;

use crate::{Outcome, read, regress, root, write};

/// A workbook a case wrote, and the input it was made from.
struct Book {
    path: PathBuf,
    input: Option<PathBuf>,
}

/// A formula cell as it is stored.
struct Stored {
    sheet: String,
    cell: CellRef,
    formula: String,
    value: String,
    number: bool,
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
        let input =
            ["input.xlsx", "input.xlsm"].iter().map(|name| case.join(name)).find(|path| path.exists());
        for (number, name) in ran.written.iter().enumerate() {
            let path = folder.join(format!("{}--{number}.xlsx", regress::name_of(&case)));
            write(&path, &read(&ran.folder.path().join(name))?)?;
            books.push(Book { path, input: input.clone() });
        }
    }
    Ok(books)
}

/// Every formula cell of a workbook with its stored value.
fn stored(path: &Path) -> Result<Vec<Stored>, String> {
    let workbook = Workbook::open(read(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut all = Vec::new();
    for (id, entry) in workbook.sheet_ids().zip(workbook.sheets()).filter(|(_, entry)| entry.grid) {
        let sheet = workbook.sheet(id).map_err(|error| error.to_string())?;
        all.extend(sheet.formula_cells().map(|cell| Stored {
            sheet: entry.name.clone(),
            cell: cell.at,
            formula: cell.formula.map_or("", |formula| formula.text).to_owned(),
            value: cell.value.as_text().to_owned(),
            number: matches!(cell.value, ValueRef::Number(_)),
        }));
    }
    Ok(all)
}

/// Whether two stored texts are the same value: numbers within 1e-12 of the larger.
fn same(ours: &Stored, theirs: &str) -> bool {
    match (ours.number, ours.value.parse::<f64>(), theirs.parse::<f64>()) {
        (true, Ok(a), Ok(b)) => near(a, b),
        _ => ours.value == theirs,
    }
}

#[expect(
    clippy::float_arithmetic,
    reason = "the oracles compute in doubles; this is the bound they are held to"
)]
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1.0)
}

fn fault(book: &Path, ours: &Stored, oracle: &str, theirs: &str) -> String {
    let name = book.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    format!(
        "{name}: {}!{} ={} is stored as {:?}, {oracle} has {theirs:?}",
        ours.sheet, ours.cell, ours.formula, ours.value
    )
}

/// calamine reads every cell of every sheet as we do.
fn calamine_agrees(books: &[Book]) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    for book in books {
        let mut theirs: Xlsx<_> = calamine::open_workbook(&book.path)
            .map_err(|error| format!("{}: {error}", book.path.display()))?;
        for ours in stored(&book.path)? {
            let range = theirs.worksheet_range(&ours.sheet).map_err(|error| error.to_string())?;
            let at = (ours.cell.row() - 1, u32::from(ours.cell.column()) - 1);
            let value = range.get_value(at).map_or_else(String::new, Data::to_string);
            if !same(&ours, &value) {
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
        faults
            .extend(reading.error.iter().map(|error| format!("{}: openpyxl: {error}", book.path.display())));
        let known = book.input.as_deref().and_then(of).map_or(&[][..], |reading| &reading.audit);
        let new = reading.audit.iter().filter(|finding| !known.contains(finding));
        faults.extend(
            new.map(|(part, what)| format!("{}: openxml-audit: {part}: {what}", book.path.display())),
        );
        for ours in stored(&book.path)? {
            let cell =
                reading.cells.iter().find(|(sheet, cell, ..)| *sheet == ours.sheet && *cell == ours.cell);
            match cell {
                Some((_, _, formula, value)) if *formula == ours.formula && same(&ours, value) => {}
                Some((_, _, formula, value)) => {
                    faults.push(fault(&book.path, &ours, "openpyxl", &format!("={formula} {value}")));
                }
                None => faults.push(fault(&book.path, &ours, "openpyxl", "no formula")),
            }
        }
    }
    Ok(Some(faults))
}

/// Asks `oracle.py` about files, all in one process.
fn ask<'a>(paths: impl Iterator<Item = &'a PathBuf>) -> Result<Vec<Reading>, String> {
    let list: String = paths.map(|path| format!("{}\n", path.display())).collect();
    let mut child = Command::new("python3")
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
    let profile = folder.join("profile/user");
    std::fs::create_dir_all(&profile).map_err(|error| error.to_string())?;
    write(&profile.join("registrymodifications.xcu"), ALWAYS_RECALCULATE.as_bytes())?;
    let proof = folder.join("wrong-on-purpose.xlsx");
    write_wrong(&proof)?;
    let cleared = folder.join("score-cleared.xlsx");
    write_cleared(folder, &cleared)?;
    let recalculated = folder.join("recalculated");
    let paths = books.iter().map(|book| book.path.as_path()).chain([proof.as_path(), cleared.as_path()]);
    let converted = Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", folder.join("profile").display()))
        .args(["--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"])
        .arg(&recalculated)
        .args(paths)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| error.to_string())?;
    if !converted.success() {
        return Err("LibreOffice failed to convert".to_owned());
    }
    let theirs =
        |path: &Path| path.file_name().map(|name| stored(&recalculated.join(name))).unwrap_or(Ok(Vec::new()));
    if theirs(&proof)?.first().map(|cell| cell.value.as_str()) != Some("5") {
        return Err("LibreOffice does not recalculate on load: a wrong stored value stayed".to_owned());
    }
    let mut faults = Vec::new();
    let total = theirs(&cleared)?.into_iter().find(|cell| cell.cell.to_string() == "J21");
    if total.is_none_or(|cell| !cell.value.is_empty()) {
        faults.push("a total score stays although a project's score was cleared".to_owned());
    }
    for book in books {
        let recalculated = theirs(&book.path)?;
        for ours in stored(&book.path)? {
            let cell = recalculated.iter().find(|cell| cell.sheet == ours.sheet && cell.cell == ours.cell);
            let value = cell.map_or("no formula", |cell| &cell.value);
            if !same(&ours, value) {
                faults.push(fault(&book.path, &ours, "LibreOffice", value));
            }
        }
    }
    Ok(Some(faults))
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
