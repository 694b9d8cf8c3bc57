//! What is measured and what it is measured on: the programs, built; the forms, made; the machine, named.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::measure::Job;
use crate::{Outcome, entries, read_text, root, write};

/// The yardstick of the budgets.
pub(super) const FLOOR: &str = "floor splice-stream 6";
/// A peer: its name, what it is built on, its folder or script, and how many times faster we aim to be.
pub(super) const PEERS: &[Peer] = &[
    Peer { name: "calamine + rust_xlsxwriter", folder: "cal", aim: 2.0, pace: Pace::Fast },
    Peer { name: "umya-spreadsheet", folder: "umya3", aim: 8.0, pace: Pace::Slow },
    Peer { name: "IronCalc", folder: "ironcalc", aim: 1.0, pace: Pace::Slow },
    Peer { name: "edit-xlsx", folder: "edit-xlsx", aim: 1.0, pace: Pace::Slow },
];
/// The peer that is a script.
pub(super) const OPENPYXL: Peer = Peer { name: "openpyxl", folder: "", aim: 20.0, pace: Pace::Slow };
/// Peers that BUDGETS.md has figures of, but no program to run.
pub(super) const WITHOUT_PROGRAM: &[&str] =
    &["exceljs", "SheetJS", "xlsx-populate", "excelize", "LibreOffice"];

/// Another program that does the same job.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    pub(super) name: &'static str,
    folder: &'static str,
    /// At least so many times faster is what we aim at.
    pub(super) aim: f64,
    pub(super) pace: Pace,
}

/// Whether all rounds are worth their time on a large form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    Fast,
    Slow,
}

/// A program that is there, as `PROGRAM… IN OUT`.
pub(super) struct Program {
    pub(super) peer: Peer,
    pub(super) command: Vec<String>,
    pub(super) version: String,
}

/// Everything that can be run.
pub(super) struct Programs {
    pub(super) jixiao: PathBuf,
    pub(super) floor: PathBuf,
    pub(super) peers: Vec<Program>,
    pub(super) absent: Vec<&'static str>,
}

/// The forms and yardsticks, outside the checkout.
fn shared() -> Result<PathBuf, String> {
    let folder = root().join("../shared/bench");
    if folder.is_dir() { Ok(folder) } else { Err(format!("{}: not there", folder.display())) }
}

/// What was built and made for earlier runs.
fn scratch() -> PathBuf {
    root().join("target/bench")
}

/// Builds what is to be measured.
pub(super) fn programs(with_peers: bool) -> Result<Programs, String> {
    run("cargo", &["build", "--release", "--locked", "--package", "jixiao"], &root())?;
    let jixiao = installed(&root().join("target/release/jixiao"))?;
    let floor = build("floor")?.ok_or("../shared/bench/peers/floor: not there")?;
    let mut programs = Programs { jixiao, floor, peers: Vec::new(), absent: Vec::new() };
    if !with_peers {
        return Ok(programs);
    }
    for peer in PEERS {
        match build(peer.folder)? {
            Some(path) => programs.peers.push(Program {
                peer: *peer,
                command: vec![path.display().to_string()],
                version: locked_versions(peer.folder)?,
            }),
            None => programs.absent.push(peer.name),
        }
    }
    match output("python3", &["-c", "import openpyxl; print(openpyxl.__version__)"]) {
        Some(version) => programs.peers.push(Program {
            peer: OPENPYXL,
            command: vec!["python3".to_owned(), shared()?.join("fill_openpyxl.py").display().to_string()],
            version: format!("openpyxl {version}"),
        }),
        None => programs.absent.push(OPENPYXL.name),
    }
    programs.absent.extend(WITHOUT_PROGRAM);
    Ok(programs)
}

/// Builds a yardstick in a copy, so that nothing is written outside the checkout; `None` where there is none.
fn build(name: &str) -> Result<Option<PathBuf>, String> {
    let source = shared()?.join("peers").join(name);
    if !source.is_dir() {
        return Ok(None);
    }
    let copy = scratch().join("peers").join(name);
    let made = fs::create_dir_all(copy.join("src"));
    made.map_err(|error| format!("{}: {error}", copy.display()))?;
    for file in ["Cargo.lock", "src/main.rs"] {
        if let Ok(text) = read_text(&source.join(file)) {
            write(&copy.join(file), text.as_bytes())?;
        }
    }
    // A workspace of its own, not a member of the one it now lies in.
    let manifest = read_text(&source.join("Cargo.toml"))?;
    write(&copy.join("Cargo.toml"), format!("{manifest}\n[workspace]\n").as_bytes())?;
    let target = scratch().join("build");
    run("cargo", &["build", "--release", "--target-dir", &target.display().to_string()], &copy)?;
    installed(&target.join("release").join(name)).map(Some)
}

/// A copy of a program, written in one go as an installation writes it. A linker writes here and there, which leaves
/// the file's pages scattered in memory: as linked, a small form takes up to a third longer, and any build another time.
fn installed(program: &Path) -> Result<PathBuf, String> {
    let name = program.file_name().ok_or("a program without a name")?;
    let folder = scratch().join("installed");
    let copy = folder.join(name);
    let failed = |error: std::io::Error| format!("{}: {error}", copy.display());
    fs::create_dir_all(&folder).map_err(failed)?;
    // A file of its own, since the old one may be running.
    if copy.exists() {
        fs::remove_file(&copy).map_err(failed)?;
    }
    write(&copy, &crate::read(program)?)?;
    let permissions = fs::metadata(program).map_err(failed)?.permissions();
    fs::set_permissions(&copy, permissions).map_err(failed)?;
    Ok(copy)
}

/// The versions of what a yardstick is built on.
fn locked_versions(name: &str) -> Result<String, String> {
    let copy = scratch().join("peers").join(name);
    let manifest: toml::Table =
        read_text(&copy.join("Cargo.toml"))?.parse().map_err(|error| format!("{name}: {error}"))?;
    let lock = read_text(&copy.join("Cargo.lock"))?;
    let wanted = manifest.get("dependencies").and_then(toml::Value::as_table);
    let found = wanted.into_iter().flatten().filter_map(|(package, _)| {
        let (_, after) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
        Some(format!("{package} {}", after.split('"').next()?))
    });
    Ok(found.collect::<Vec<_>>().join(", "))
}

/// A form of `rows` projects, made once and kept.
pub(super) fn form(rows: usize) -> Result<PathBuf, String> {
    let path = scratch().join("forms").join(format!("r{rows}.xlsx"));
    make(&path, &[&rows.to_string()])
}

/// A folder of `count` forms of 14 projects, made once and kept.
pub(super) fn forms(count: usize) -> Result<PathBuf, String> {
    make(&scratch().join("forms").join(format!("units-{count}")), &["dir", &count.to_string()])
}

fn make(path: &Path, args: &[&str]) -> Result<PathBuf, String> {
    if path.exists() {
        return Ok(path.to_owned());
    }
    let folder = scratch().join("forms");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    // What an interrupt leaves half made has another name.
    let half = path.with_extension("half");
    let script = shared()?.join("gen.py").display().to_string();
    let (half_text, mut line) = (half.display().to_string(), vec![script.as_str()]);
    line.extend(args);
    line.push(&half_text);
    run("python3", &line, &root()).map_err(|error| format!("{error}\n(pip install xlsxwriter)"))?;
    fs::rename(&half, path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path.to_owned())
}

/// A folder that goes when it is dropped; in memory where the machine has such a place.
pub(super) fn memory() -> Result<tempfile::TempDir, String> {
    let shm = Path::new("/dev/shm");
    let place = if shm.is_dir() { shm.to_owned() } else { std::env::temp_dir() };
    folder_in(&place)
}

/// A folder on the disk of the checkout, that goes when it is dropped.
pub(super) fn disk() -> Result<tempfile::TempDir, String> {
    folder_in(&scratch())
}

fn folder_in(place: &Path) -> Result<tempfile::TempDir, String> {
    let made = tempfile::Builder::new().prefix("jixiao-bench-").tempdir_in(place);
    made.map_err(|error| format!("{}: {error}", place.display()))
}

/// Copies a form, or a folder of forms.
pub(super) fn copy(from: &Path, to: &Path) -> Outcome {
    let failed = |error: std::io::Error| format!("{}: {error}", to.display());
    if !from.is_dir() {
        return fs::copy(from, to).map(drop).map_err(failed);
    }
    fs::create_dir_all(to).map_err(failed)?;
    entries(from)?.iter().try_for_each(|path| copy(path, &to.join(path.file_name().unwrap_or_default())))
}

/// A job of whole processes.
pub(super) fn job(name: &str, command: &[&OsStr], output: Option<&Path>, rounds: usize) -> Job {
    Job {
        name: name.to_owned(),
        command: command.iter().map(|&part| part.to_owned()).collect(),
        output: output.map(Path::to_owned),
        rounds,
    }
}

/// Processor, memory and system, in a line.
pub(super) fn machine() -> String {
    let after = |path: &str, key: &str| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key)).map(str::to_owned);
        line.and_then(|line| line.split_once(':').map(|(_, value)| value.trim().to_owned()))
    };
    let processor = after("/proc/cpuinfo", "model name").unwrap_or_else(|| "?".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let memory = after("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .map_or_else(|| "?".to_owned(), |kibibytes| (kibibytes >> 20).to_string());
    let system = output("uname", &["-srm"]).unwrap_or_else(|| std::env::consts::OS.to_owned());
    format!("{processor}, {cores} × CPU, {memory} GiB, {system}")
}

/// What waits for a processor, as the system has it; figures of a busy machine are noise.
pub(super) fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

/// The first line a program prints, where it runs well.
pub(super) fn output(program: &str, args: &[&str]) -> Option<String> {
    let ran = Command::new(program).args(args).output().ok().filter(|ran| ran.status.success())?;
    Some(String::from_utf8_lossy(&ran.stdout).lines().next()?.trim().to_owned())
}

fn run(program: &str, args: &[&str], folder: &Path) -> Outcome {
    println!("{program} {}", args.join(" "));
    match Command::new(program).args(args).current_dir(folder).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} {}: {status}", args.join(" "))),
        Err(error) => Err(format!("{program}: {error}")),
    }
}
