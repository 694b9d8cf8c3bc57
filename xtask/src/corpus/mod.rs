//! The proof over the corpus: every .xlsx and .xlsm file is read, edited in each kind of place it has, and looked at
//! by our reader, calamine, openpyxl, openxml-audit and `LibreOffice`.
//!
//! A broken promise (a changed byte that no edit explains, a cell that differs, a panic) is a fault that nothing
//! excuses. What deviates for another reason stands in `test-data/corpus` ([`expect`]). A program whose time runs out
//! has told nothing ([`Patience`]): neither lists nor figures depend on how fast the machine is.

mod agree;
mod expect;
mod figures;
mod judge;
mod marked;
mod office;
mod parts;
mod prove;
mod python;
mod rows;
mod sites;
mod tally;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::{Outcome, entries, read, root};
use agree::Probe;
use expect::{Check, Scope};
use judge::{Judgement, Oracles};
use prove::{Extent, Proof, Subject, code, prove};

use jixiao_workbook::Workbook;

/// A switch of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Flag {
    /// Write the lists anew.
    Bless,
    /// Write docs/quality.md anew.
    WriteFigures,
    /// Have openpyxl look at each edit.
    Full,
    /// Fail where a program is missing.
    Require,
    /// Hold `LibreOffice` against what it saves itself.
    Own,
    /// Take few files that hold each kind of thing; a number follows.
    Sample,
}

impl Flag {
    /// What it is called.
    fn name(self) -> &'static str {
        match self {
            Self::Bless => "--bless",
            Self::WriteFigures => "--write-figures",
            Self::Full => "--full",
            Self::Require => "--require",
            Self::Own => "--own",
            Self::Sample => "--sample",
        }
    }
}

/// What the command line asks for.
#[derive(Debug, Default)]
struct Options {
    folder: Option<PathBuf>,
    flags: BTreeSet<Flag>,
    /// Sheets in a sample.
    sample: Option<usize>,
    names: Vec<String>,
}

impl Options {
    /// Reads it; a chore has some of the flags.
    fn read(args: &[String], flags: &[Flag]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--dir" => options.folder = Some(args.next().ok_or("--dir needs a folder")?.into()),
                text if text.starts_with('-') => {
                    let flag = flags.iter().find(|flag| flag.name() == text);
                    let flag = *flag.ok_or_else(|| format!("there is no flag {text}"))?;
                    options.flags.insert(flag);
                    if flag == Flag::Sample {
                        let number = args.next().and_then(|number| number.parse().ok());
                        options.sample = Some(number.ok_or("--sample needs a number")?);
                    }
                }
                name => options.names.push(name.to_owned()),
            }
        }
        Ok(options)
    }

    /// The folder to go over.
    fn corpus(&self) -> PathBuf {
        self.folder.clone().unwrap_or_else(|| root().join("../shared/corpus"))
    }

    fn has(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }

    /// Whether the run is over all that the lists speak of.
    fn is_whole(&self) -> bool {
        self.folder.is_none() && self.names.is_empty() && self.sample.is_none()
    }
}

/// How much processor time another program gets for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Patience {
    /// What nearly every file needs many times over.
    First,
    /// For what ran out of it, alone, when all else is done. What runs out again is not told.
    Last,
}

impl Patience {
    fn seconds(self) -> u32 {
        match self {
            Self::First => 30,
            Self::Last => 600,
        }
    }
}

/// A file of the corpus.
#[derive(Debug)]
struct File {
    /// Its path within the corpus.
    name: String,
    path: PathBuf,
    sha: String,
    ending: &'static str,
}

impl File {
    fn is_crafted(&self) -> bool {
        self.name.starts_with("crafted/")
    }
}

/// What we make of a file before other programs see it.
#[derive(Debug, Default)]
struct Look {
    /// Why it is not read, in whole or in part: code, detail.
    refused: Vec<(String, String)>,
    /// Whether not even its sheets are known.
    closed: bool,
    /// What calamine's probe said.
    calamine: Probe,
    /// Where calamine reads otherwise.
    differences: Option<(String, String)>,
    /// Whether its sheets are too large for the other programs to read in seconds; calamine reads any.
    heavy: bool,
    proof: Proof,
}

impl Look {
    /// Whether nothing of the file is read; a book of which one sheet is damaged is read but for that sheet.
    fn is_refused(&self) -> bool {
        !self.refused.is_empty() && self.proof.tally.all().made == 0
    }
}

/// `cargo xtask corpus-probe FILE`.
pub(crate) fn probe(args: &[String]) -> Outcome {
    agree::probe_main(Path::new(args.first().ok_or("corpus-probe needs a file")?))
}

/// `cargo xtask rows`.
pub(crate) fn rows(args: &[String]) -> Outcome {
    rows::main(args)
}

/// `cargo xtask corpus`.
pub(crate) fn main(args: &[String]) -> Outcome {
    let options = Options::read(args, &[Flag::Bless, Flag::WriteFigures, Flag::Full, Flag::Require])?;
    let files = files(&options.corpus(), &options.names)?;
    let oracles = Oracles::find(&root().join("target/corpus"))?;
    if options.has(Flag::Require) && !oracles.missing.is_empty() {
        return Err(format!("not on this machine: {}", oracles.missing.join(", ")));
    }
    let full = options.has(Flag::Full);
    let mut looks: Vec<Look> = files.par_iter().map(|file| look(file, full, Patience::First)).collect();
    for (file, slow) in files.iter().zip(&mut looks).filter(|(_, look)| look.calamine == Probe::RanOut) {
        *slow = look(file, full, Patience::Last);
    }
    println!("{} files edited in every kind of place", files.len());
    let judgement = judge::judge(&files, &looks, &oracles)?;
    report(&options, &files, &oracles, &judgement)
}

fn report(options: &Options, files: &[File], oracles: &Oracles, judgement: &Judgement) -> Outcome {
    let mut checks = BTreeSet::from([Check::Open, Check::Calamine, Check::Edit]);
    checks.extend(oracles.python.then_some([Check::Openpyxl, Check::Audit]).into_iter().flatten());
    checks.extend(oracles.office.is_some().then_some(Check::Libreoffice));
    let scope = Scope {
        files: files.iter().map(|file| file.sha.clone()).collect(),
        whole: options.is_whole(),
        checks,
        untold: judgement.untold.keys().cloned().collect(),
    };
    if options.has(Flag::Bless) {
        expect::bless(&judgement.observations, &scope)?;
    }
    let mut faults = judgement.faults.clone();
    faults.extend(expect::judge_all(&judgement.observations, &scope)?);
    for missing in &oracles.missing {
        println!("not on this machine: {missing}");
    }
    for ((check, _), path) in &judgement.untold {
        println!("not told, since its time ran out: {} at {path}", check.name());
    }
    println!("{}", figures::text(&judgement.figures));
    // The page says that no promise was broken, so that it is written only where none was, and all was told.
    let is_complete = options.is_whole() && oracles.missing.is_empty() && judgement.untold.is_empty();
    if is_complete && faults.is_empty() {
        faults.extend(figures::publish(&judgement.figures, options.has(Flag::WriteFigures)).err());
    }
    if faults.is_empty() { Ok(()) } else { Err(format!("{}\n{} faults", faults.join("\n"), faults.len())) }
}

/// The workbooks of a folder and the folders in it, by path.
fn files(corpus: &Path, names: &[String]) -> Result<Vec<File>, String> {
    let mut found = Vec::new();
    let mut folders = vec![corpus.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder)? {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
            let ending = match ending.as_deref() {
                Some("xlsx") => "xlsx",
                Some("xlsm") => "xlsm",
                _ => continue,
            };
            let name = path.strip_prefix(corpus).unwrap_or(&path).to_string_lossy().into_owned();
            if names.is_empty() || names.iter().any(|part| name.contains(part)) {
                let sha = python::hex(&read(&path)?);
                found.push(File { name, path, sha, ending });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    // The same file under two names is one.
    let mut seen = BTreeSet::new();
    found.retain(|file| seen.insert(file.sha.clone()));
    if found.is_empty() { Err(format!("{}: no workbook", corpus.display())) } else { Ok(found) }
}

/// Inflated bytes of sheets above which the other programs take minutes.
const HEAVY: u64 = 1 << 20;
/// Cells of merges above which openpyxl takes minutes: it makes an object of each.
const COVERED: u64 = 100_000;
/// Inflated bytes of sheets above which each place is edited with one kind of content only.
const HUGE: u64 = 32 << 20;

/// Reads and edits one file; a panic is a fault of that file.
fn look(file: &File, full: bool, patience: Patience) -> Look {
    let looked =
        std::panic::catch_unwind(|| read(&file.path).and_then(|bytes| looked(file, &bytes, full, patience)));
    let failed =
        |fault: String| Look { proof: Proof { faults: vec![fault], ..Proof::default() }, ..Look::default() };
    match looked {
        Ok(Ok(look)) => look,
        Ok(Err(error)) => failed(error),
        Err(_) => failed("a panic".to_owned()),
    }
}

/// The cells of all merges of a book.
fn covered_cells(book: &Workbook) -> u64 {
    let sheets = book.sheet_ids().filter_map(|id| book.sheet(id).ok());
    let area = |range: &jixiao_workbook::Range| {
        let (first, last) = (range.first(), range.last());
        u64::from(last.row() - first.row() + 1) * u64::from(last.column() - first.column() + 1)
    };
    sheets.flat_map(jixiao_workbook::Sheet::merges).map(area).sum()
}

fn looked(file: &File, bytes: &[u8], full: bool, patience: Patience) -> Result<Look, String> {
    let mut look = Look::default();
    let book = Workbook::open(bytes.to_vec());
    // What calamine makes of a crafted file that is refused is of no interest, and may take long.
    if book.is_ok() || !file.is_crafted() {
        look.calamine = agree::probe(&file.path, patience.seconds())?;
    }
    let book = match book {
        Ok(book) => book,
        Err(error) => {
            look.refused.push((code(&error), error.to_string()));
            look.closed = true;
            return Ok(look);
        }
    };
    for (id, entry) in book.sheet_ids().zip(book.sheets()) {
        if let Err(error) = book.sheet(id) {
            look.refused.push((format!("sheet {}: {}", entry.name, code(&error)), error.to_string()));
        }
    }
    let size = parts::sheet_bytes(bytes);
    look.heavy = size > HEAVY || covered_cells(&book) > COVERED;
    let reads = look.calamine == Probe::Reads;
    if reads {
        look.differences = match agree::differences(&book, bytes) {
            Ok(differences) => differences.told(),
            Err(error) => Some(("cannot be compared".to_owned(), error)),
        };
    }
    let extent = match size {
        _ if size > HUGE => Extent::Small,
        _ if full && !look.heavy => Extent::Full,
        _ => Extent::Usual,
    };
    look.proof = prove(&Subject { bytes, book: &book, calamine: reads, extent });
    Ok(look)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_read() {
        let args = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let options = Options::read(&args("--dir there --full merge"), &[Flag::Bless, Flag::Full]).unwrap();
        assert_eq!(
            (options.folder.as_deref(), options.names.as_slice()),
            (Some(Path::new("there")), &["merge".to_owned()][..])
        );
        assert!(options.has(Flag::Full) && !options.has(Flag::Bless) && !options.is_whole());
        for absent in ["--blss", "--own"] {
            let error = Options::read(&args(absent), &[Flag::Bless]).unwrap_err();
            assert_eq!(error, format!("there is no flag {absent}"));
        }
    }

    #[test]
    fn a_file_that_is_no_workbook_is_refused_with_its_code() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xlsx");
        std::fs::write(&path, b"%PDF-1.7").unwrap();
        let found = files(folder.path(), &[]).unwrap();
        let book = Workbook::open(std::fs::read(&path).unwrap());
        assert_eq!((found.len(), code(&book.unwrap_err())), (1, "not-a-workbook".to_owned()));
        assert!(files(folder.path(), &["b".to_owned()]).is_err());
    }
}
