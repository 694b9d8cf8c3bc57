//! Every "must" of the budgets, measured: whole processes in turn, beside the floor and the peers.
//!
//! | module | holds |
//! |---|---|
//! | `measure` | whole processes from outside |
//! | `setup` | programs, forms, the machine |
//! | `budgets` | what must be reached, and how far it is |
//! | `document` | the tables of docs/benchmarks.md |
#![allow(clippy::float_arithmetic, reason = "figures of time and memory, never amounts")]

mod budgets;
mod document;
mod measure;
mod setup;

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

pub(crate) use measure::chore as measured;
use measure::{Figures, Job};
use setup::{FLOOR, Pace, Programs, job};

use crate::{Outcome, read_text, root, write};

/// How our own program is named in the tables.
const JIXIAO: &str = "jixiao";
/// The jobs on a folder that have a budget.
const CHECK: &str = "jixiao check --jobs 2";
const FILL: &str = "jixiao fill --jobs 2";
/// Forms in the folder.
const FOLDER: usize = 2_000;
/// Rounds of a program that takes long, on a form that is large.
const SLOW_ROUNDS: usize = 2;
/// A form from which on slow programs take long.
const LARGE: usize = 10_000;
/// A run on the smallest form is so short that it takes more of them.
const SHORT: usize = 5;
/// More waiting for the processors than this makes the figures noise.
const BUSY: f64 = 0.3;

/// What was asked for.
struct Options {
    rounds: usize,
    sizes: &'static [usize],
    folder: bool,
    peers: bool,
    write: bool,
    date: Option<String>,
}

/// Everything that was measured.
pub(crate) struct Results {
    /// By rows of the form.
    sizes: Vec<(usize, Vec<Figures>)>,
    folder: Vec<Figures>,
    synced: Vec<Figures>,
    sheets: Vec<Sheet>,
}

/// The edited sheet of an output, in compressed bytes.
struct Sheet {
    rows: usize,
    ours: f64,
    /// Recompressed with zlib-rs at level 6.
    again: f64,
}

impl Results {
    fn at(&self, rows: usize, name: &str) -> Option<&Figures> {
        let (_, figures) = self.sizes.iter().find(|(size, _)| *size == rows)?;
        figures.iter().find(|figures| figures.name == name)
    }
}

/// `cargo xtask bench`.
pub(crate) fn main(args: &[String]) -> Outcome {
    if args.iter().any(|arg| arg == "--inner") {
        return inner();
    }
    let options = Options::of(args)?;
    let programs = setup::programs(options.peers)?;
    if let Some(load) = setup::load().filter(|load| *load > BUSY) {
        println!("the machine is busy (load {load}): the figures are noise");
    }
    let results = measure_all(&options, &programs)?;
    let budgets = budgets::budgets(&results);
    let figures = document::figures(&results, &budgets, &circumstances(&options, programs));
    println!("\n{figures}");
    if options.write {
        let path = root().join("docs/benchmarks.md");
        write(&path, document::page(&read_text(&path)?, &figures)?.as_bytes())?;
    }
    let missed: Vec<String> = budgets
        .iter()
        .filter(|budget| budget.must.room(budget.reached) < 0.0)
        .map(|budget| format!("{}：{}", budget.what, document::verdict(budget.must.room(budget.reached))))
        .collect();
    if missed.is_empty() { Ok(()) } else { Err(missed.join("\n")) }
}

impl Options {
    fn of(args: &[String]) -> Result<Self, String> {
        let mut options = Self {
            rounds: 7,
            sizes: &[14, 1_000, 10_000, 100_000],
            folder: true,
            peers: true,
            write: false,
            date: None,
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--quick" => (options.sizes, options.folder) = (&[14, 10_000], false),
                "--no-peers" => options.peers = false,
                "--write" => options.write = true,
                "--date" => options.date = args.next().cloned(),
                "--rounds" => {
                    let rounds = args.next().and_then(|rounds| rounds.parse().ok());
                    options.rounds = rounds.filter(|rounds| *rounds > 0).ok_or("--rounds takes a number")?;
                }
                other => return Err(format!("bench does not know {other}")),
            }
        }
        Ok(options)
    }
}

fn circumstances(options: &Options, programs: Programs) -> document::Circumstances {
    let unknown = || "?".to_owned();
    let date = options.date.clone().or_else(|| setup::output("date", &["-u", "+%F"]));
    document::Circumstances {
        date: date.unwrap_or_else(unknown),
        machine: setup::machine(),
        rustc: setup::output("rustc", &["--version"]).unwrap_or_else(unknown),
        peers: programs.peers.into_iter().map(|one| (one.peer.name.to_owned(), one.version)).collect(),
        absent: programs.absent,
        in_memory: Path::new("/dev/shm").is_dir(),
    }
}

fn measure_all(options: &Options, programs: &Programs) -> Result<Results, String> {
    let mut results =
        Results { sizes: Vec::new(), folder: Vec::new(), synced: Vec::new(), sheets: Vec::new() };
    let memory = setup::memory()?;
    for &rows in options.sizes {
        let form = memory.path().join("form.xlsx");
        setup::copy(&setup::form(rows)?, &form)?;
        println!("{rows} rows");
        let jobs = form_jobs(options, programs, rows, memory.path());
        results.sizes.push((rows, measure::rounds(&jobs)?));
        results.sheets.push(sheet(programs, rows, memory.path())?);
    }
    if options.folder {
        println!("{FOLDER} forms");
        let units = memory.path().join("units");
        setup::copy(&setup::forms(FOLDER)?, &units)?;
        results.folder = measure::rounds(&folder_jobs(options, programs, memory.path()))?;
        let disk = setup::disk()?;
        results.synced = measure::rounds(&synced_jobs(options, programs, &units, disk.path())?)?;
    }
    Ok(results)
}

/// The budgets' job on one form: `form.xlsx` of the folder.
fn form_jobs(options: &Options, programs: &Programs, rows: usize, folder: &Path) -> Vec<Job> {
    let all = if rows < 100 { options.rounds * SHORT } else { options.rounds };
    let form = folder.join("form.xlsx");
    let (input, floor) = (form.as_os_str(), programs.floor.as_os_str());
    let ours = folder.join("jixiao.xlsx");
    let fill = [programs.jixiao.as_os_str(), "fill".as_ref(), input, "-o".as_ref(), ours.as_os_str()];
    let mut jobs = vec![job(JIXIAO, &fill, Some(&ours), all)];
    for level in ["6", "1"] {
        let name = if level == "6" { FLOOR.to_owned() } else { format!("floor splice-stream {level}") };
        let output = folder.join("floor.xlsx");
        let splice = [floor, "splice-stream".as_ref(), level.as_ref(), input, output.as_os_str()];
        jobs.push(job(&name, &splice, Some(&output), all));
    }
    let read = [floor, "calamine".as_ref(), input, "cells".as_ref()];
    jobs.push(job("calamine，只读", &read, None, all));
    for program in &programs.peers {
        let output = folder.join("peer.xlsx");
        let mut command: Vec<&OsStr> = program.command.iter().map(OsStr::new).collect();
        command.extend([input, output.as_os_str()]);
        let slow = program.peer.pace == Pace::Slow && rows >= LARGE;
        let rounds = if slow { SLOW_ROUNDS.min(all) } else { all };
        jobs.push(job(program.peer.name, &command, Some(&output), rounds));
    }
    jobs
}

/// All forms of `units` in one process.
fn folder_jobs(options: &Options, programs: &Programs, folder: &Path) -> Vec<Job> {
    let (jixiao, units, filled) = (programs.jixiao.as_os_str(), folder.join("units"), folder.join("filled"));
    let (input, output) = (units.as_os_str(), filled.as_os_str());
    let mut jobs = Vec::new();
    for threads in ["2", "1"] {
        let (check, fill) =
            (format!("jixiao check --jobs {threads}"), format!("jixiao fill --jobs {threads}"));
        let limit: [&OsStr; 2] = ["--jobs".as_ref(), threads.as_ref()];
        let command = [&[jixiao, "check".as_ref(), input], &limit[..]].concat();
        jobs.push(job(&check, &command, None, options.rounds));
        let command = [&[jixiao, "fill".as_ref(), input, "-o".as_ref(), output], &limit[..]].concat();
        jobs.push(job(&fill, &command, Some(&filled), options.rounds));
    }
    let splice =
        [programs.floor.as_os_str(), "splice-dir".as_ref(), "zlib-rs".as_ref(), "6".as_ref(), input, output];
    jobs.push(job("floor splice-dir zlib-rs 6", &splice, Some(&filled), options.rounds));
    for program in programs.peers.iter().filter(|program| program.command.len() == 1) {
        let mut command: Vec<&OsStr> = program.command.iter().map(OsStr::new).collect();
        command.extend(["--dir".as_ref(), input, output]);
        let rounds = if program.peer.pace == Pace::Slow { SLOW_ROUNDS } else { options.rounds };
        jobs.push(job(program.peer.name, &command, Some(&filled), rounds));
    }
    jobs
}

/// The same fills onto a disk, where a sync takes its time.
fn synced_jobs(
    options: &Options,
    programs: &Programs,
    units: &Path,
    disk: &Path,
) -> Result<Vec<Job>, String> {
    let (jixiao, one, many) = (programs.jixiao.as_os_str(), disk.join("one.xlsx"), disk.join("filled"));
    let form = setup::form(14)?;
    let small = [jixiao, "fill".as_ref(), form.as_os_str(), "-o".as_ref(), one.as_os_str()];
    let folder = [jixiao, "fill".as_ref(), units.as_os_str(), "-o".as_ref(), many.as_os_str()];
    Ok(vec![
        job("jixiao fill，一张 14 行", &small, Some(&one), options.rounds * SHORT),
        job("jixiao fill，2,000 张", &folder, Some(&many), options.rounds),
    ])
}

/// How large our last output's edited sheet is, and how large it would be.
fn sheet(programs: &Programs, rows: usize, folder: &Path) -> Result<Sheet, String> {
    let (ours, again) = (folder.join("jixiao.xlsx"), folder.join("again.xlsx"));
    let ran = Command::new(&programs.floor)
        .args(["recompress", "zlib-rs", "6"])
        .args([&ours, &again])
        .status()
        .map_err(|error| format!("floor recompress: {error}"))?;
    if !ran.success() {
        return Err(format!("floor recompress: {ran}"));
    }
    Ok(Sheet { rows, ours: compressed(&ours)?, again: compressed(&again)? })
}

/// Compressed bytes of the first sheet.
fn compressed(path: &Path) -> Result<f64, String> {
    let failed = |error: String| format!("{}: {error}", path.display());
    let bytes = std::io::Cursor::new(crate::read(path)?);
    let mut archive = zip::ZipArchive::new(bytes).map_err(|error| failed(error.to_string()))?;
    let part = archive.by_name("xl/worksheets/sheet1.xml").map_err(|error| failed(error.to_string()))?;
    Ok(f64::from(u32::try_from(part.compressed_size()).unwrap_or(u32::MAX)))
}

/// `cargo xtask bench --inner`: what the steps of the libraries take on a form of 10,000 rows.
fn inner() -> Outcome {
    let form = setup::form(LARGE)?;
    let line = ["bench", "--quiet", "--package", "jixiao", "--bench", "inner", "--"];
    let ran = Command::new("cargo").args(line).arg(form).current_dir(root()).status();
    match ran {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("cargo bench: {status}")),
        Err(error) => Err(format!("cargo: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(line: &str) -> Result<Options, String> {
        Options::of(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn flags_decide_what_is_measured() {
        let usual = options("").unwrap();
        assert_eq!((usual.rounds, usual.sizes.len(), usual.folder, usual.write), (7, 4, true, false));
        let quick = options("--quick --rounds 3 --write --date 2026-01-02 --no-peers").unwrap();
        assert_eq!((quick.rounds, quick.sizes, quick.folder), (3, &[14, 10_000][..], false));
        assert_eq!((quick.write, quick.peers, quick.date.as_deref()), (true, false, Some("2026-01-02")));
        assert!(options("--rounds none").is_err() && options("--rounds 0").is_err());
        assert!(options("--fast").is_err());
    }
}
