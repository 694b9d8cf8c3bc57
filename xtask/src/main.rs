//! The project's own chores. `cargo xtask` lists them.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "xtask is a program for developers: it reads and writes the checkout and talks to the terminal"
)]

mod bench;
mod ci;
mod codegen;
mod corpus;
mod coverage;
mod fuzz;
mod oracle;
mod regress;
mod rows;
mod samples;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Why a chore failed, as a text for the developer.
pub(crate) type Outcome = Result<(), String>;

const USAGE: &str = "cargo xtask CHORE

  regress [--bless] [--dir DIR] [NAME…]  run the cases of test-data/cases (or every workbook of DIR) and compare
                                         with their transcripts; --bless writes the transcripts anew
  codegen [--check]                      write docs/rules.md, docs/cli.md and the README's transcript
  tidy                                   check the order of modules, file heads, sizes and words
  oracle [--require] [NAME…]             have LibreOffice, openpyxl, calamine and openxml-audit judge every
                                         workbook the cases write; --require fails where one is missing
  samples [--write-figures] [--to DIR] [CODE…]   make 1,000 right forms and 20 with one fault for each rule, and
                                         see that each rule finds its own and nothing else speaks up; --to keeps
                                         the faulty ones in DIR
  corpus [--bless] [--write-figures] [--full] [--require] [--dir DIR] [NAME…]
                                         edit every .xlsx and .xlsm of ../shared/corpus (or of DIR) whose path holds
                                         NAME, and have every program look at the results; what deviates must stand
                                         in test-data/corpus with a reason; --full has openpyxl look at each edit
  rows [--bless] [--write-figures] [--require] [--own] [--sample N] [--dir DIR] [NAME…]
                                         insert 3 rows in the middle of every sheet of these files, and have
                                         LibreOffice (driven by python3-uno) hold each against its own insertion; what
                                         differs must stand in test-data/corpus/rows.tsv with a reason; --own holds
                                         LibreOffice against what it saves itself; --sample takes few files, with
                                         about N sheets, that hold each kind of thing
  fuzz [--seconds N] [TARGET…]           run the fuzz targets (reader, patch, others, formula, calc), each N
                                         seconds (60 unless given), from the seeds and what earlier runs found
  coverage [--missed]                    run the tests instrumented (cargo-llvm-cov) and tell which share of each
                                         module's lines they run; fails below the floors
  bench [--quick] [--rounds N] [--no-peers] [--write] [--date DATE]
                                         measure the budgets beside the floor and the peers of ../shared/bench;
                                         --write puts the figures into docs/benchmarks.md
  bench --inner                          measure the steps of the libraries
  ci                                     all of it, as .ci/run does after the tests
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (chore, rest) = args.split_first().map_or(("", &[][..]), |(chore, rest)| (chore.as_str(), rest));
    let outcome = match chore {
        "regress" => regress::main(rest),
        "codegen" => codegen::main(rest),
        "tidy" => tidy::main(),
        "coverage" => coverage::main(rest),
        "fuzz" => fuzz::main(rest),
        "oracle" => oracle::main(rest),
        "samples" => samples::main(rest),
        "corpus" => corpus::main(rest),
        "rows" => corpus::rows(rest),
        "corpus-probe" => corpus::probe(rest),
        "bench" => bench::main(rest),
        // What `bench` starts to measure one process.
        "measured" => bench::measured(rest),
        "ci" => ci::main(),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// The checkout's top folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// Reads a text file, naming it in the error.
pub(crate) fn read_text(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Reads a file, naming it in the error.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes a file, naming it in the error.
pub(crate) fn write(path: &Path, content: &[u8]) -> Outcome {
    std::fs::write(path, content).map_err(|error| format!("{}: {error}", path.display()))
}

/// The entries of a folder, sorted by name.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let read = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = read.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    Ok(paths)
}
