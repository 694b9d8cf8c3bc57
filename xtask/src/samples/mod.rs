//! Forms made in many layouts, right ones and ones with a single fault: what is right must stay unflagged, and each
//! rule must find its own fault in its place while nothing else speaks up.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    reason = "the amounts are made here, and small"
)]

mod faults;
mod form;
mod numbers;
mod sheet;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use jixiao_selfeval::review::{Options, review};
use jixiao_selfeval::{Finding, Profile, Severity, rules};
use jixiao_workbook::{CellRef, Workbook};
use rayon::prelude::*;

use crate::{Outcome, root};
use faults::{Case, ELSEWHERE, FAULTS, Fault, Near};
use form::Form;
use numbers::Numbers;
use sheet::Sheet;

/// Right forms.
const CLEAN: u64 = 1_000;
/// Faulty forms of each rule.
const EACH: usize = 20;
/// Forms that are tried until enough lend themselves to a fault.
const TRIES: u64 = 2_000;

/// `samples [--faulty] [--clean] [--write-figures] [--to DIR] [CODE…]`.
pub(crate) fn main(args: &[String]) -> Outcome {
    let write = args.iter().any(|arg| arg == "--write-figures");
    let to = args.iter().position(|arg| arg == "--to");
    let folder = to.and_then(|at| args.get(at + 1)).map(PathBuf::from);
    let codes: Vec<&String> = args
        .iter()
        .enumerate()
        .filter(|(at, arg)| !arg.starts_with("--") && to.is_none_or(|to| *at != to + 1))
        .map(|(_, arg)| arg)
        .collect();
    let all = codes.is_empty();
    let mut problems = if all { clean() } else { Vec::new() };
    let wanted = FAULTS.iter().filter(|fault| all || codes.iter().any(|code| *code == fault.code));
    let results: Vec<Found> =
        wanted.collect::<Vec<_>>().par_iter().map(|fault| faulty(fault, folder.as_ref())).collect();
    let table = table(&results);
    println!("{table}");
    problems.extend(results.iter().flat_map(|result| result.problems.clone()));
    problems.extend(if all { unnamed() } else { Vec::new() });
    if !problems.is_empty() {
        return Err(problems.join("\n"));
    }
    if write { write_figures(&table) } else { Ok(()) }
}

/// Rules that have neither a fault nor a reason why not.
fn unnamed() -> Vec<String> {
    let known = |code: &str| {
        FAULTS.iter().any(|fault| fault.code == code) || ELSEWHERE.iter().any(|(other, _)| *other == code)
    };
    let missing = rules::ALL.iter().filter(|rule| !known(rule.code));
    missing.map(|rule| format!("{}: no fault is made for it", rule.code)).collect()
}

/// What is found in right forms at warning or above.
fn clean() -> Vec<String> {
    let problems = (0..CLEAN).into_par_iter().map(|seed| {
        let form = Form::clean(&mut Numbers::new(seed));
        match findings(&Sheet::of(&form)) {
            Ok(found) => found
                .iter()
                .filter(|finding| finding.severity > Severity::Info)
                .map(|finding| format!("clean form {seed}: {}", line(finding)))
                .collect(),
            Err(error) => vec![format!("clean form {seed}: {error}")],
        }
    });
    let problems: Vec<String> = problems.flatten().collect();
    println!("{CLEAN} right forms, {} findings at warning or above", problems.len());
    problems.into_iter().take(40).collect()
}

/// What became of the forms with one rule's fault.
struct Found {
    code: &'static str,
    made: usize,
    /// The rule spoke up at the right place.
    right: usize,
    /// Forms in which something else did that the fault does not explain.
    extra: usize,
    problems: Vec<String>,
}

fn faulty(fault: &Fault, folder: Option<&PathBuf>) -> Found {
    let mut result = Found { code: fault.code, made: 0, right: 0, extra: 0, problems: Vec::new() };
    for seed in 0..TRIES {
        if result.made == EACH {
            break;
        }
        let mut numbers = Numbers::new(seed.wrapping_mul(7_919) + 13);
        let mut case = Case::new(Form::clean(&mut numbers), numbers);
        let Some(place) = (fault.plant)(&mut case) else { continue };
        let at = case.sheet().at(place);
        result.made += 1;
        if let Some(Err(error)) = folder.map(|folder| keep(case.sheet(), folder, fault.code, seed)) {
            result.problems.push(error);
        }
        match findings(case.sheet()) {
            Ok(found) => result.judge(fault, seed, at, &found),
            Err(error) => result.problems.push(format!("{} form {seed}: {error}", fault.code)),
        }
    }
    if result.made < EACH {
        result.problems.push(format!("{}: only {} forms lend themselves to it", fault.code, result.made));
    }
    result
}

impl Found {
    fn judge(&mut self, fault: &Fault, seed: u64, at: Option<CellRef>, found: &[Finding]) {
        let named = found.iter().filter(|finding| finding.code == fault.code);
        let near = |finding: &Finding| match (fault.near, finding.place.cell, at) {
            (Near::Table, ..) => true,
            (Near::Row, Some(cell), Some(at)) => cell.row() == at.row(),
            (Near::Cell, cell, at) => cell == at,
            (Near::Row, ..) => false,
        };
        if named.clone().any(near) {
            self.right += 1;
        } else {
            let cells: Vec<String> = named.map(line).collect();
            let at = at.map_or_else(String::new, |at| at.to_string());
            self.problems.push(format!(
                "{} form {seed}: not found at {at}; {}",
                fault.code,
                cells.join("; ")
            ));
        }
        let explained = |code: &str| code == fault.code || fault.also.contains(&code);
        let others: Vec<String> = found
            .iter()
            .filter(|finding| finding.severity > Severity::Info && !explained(&finding.code))
            .map(line)
            .collect();
        if !others.is_empty() {
            self.extra += 1;
            self.problems.push(format!("{} form {seed}: also {}", fault.code, others.join("; ")));
        }
    }
}

fn line(finding: &Finding) -> String {
    let cell = finding.place.cell.map_or_else(String::new, |cell| cell.to_string());
    format!("{} {cell} {}", finding.code, finding.message.zh)
}

/// What the catalogue finds in a form, read from the bytes that a spreadsheet library writes.
fn findings(sheet: &Sheet) -> Result<Vec<Finding>, String> {
    let bytes = sheet.bytes().map_err(|error| error.to_string())?;
    let workbook = Workbook::open(bytes).map_err(|error| error.to_string())?;
    let profile = Profile::national();
    let review = review(&workbook, &profile, Options::default());
    Ok(review.worded().map(std::borrow::Cow::into_owned).collect())
}

fn keep(sheet: &Sheet, folder: &PathBuf, code: &str, seed: u64) -> Outcome {
    let path = folder.join(format!("{code}-{seed}.xlsx"));
    let bytes = sheet.bytes().map_err(|error| error.to_string())?;
    let named = |error: std::io::Error| format!("{}: {error}", path.display());
    std::fs::create_dir_all(folder).map_err(named)?;
    std::fs::write(&path, bytes).map_err(named)
}

/// The figures as a table in Markdown.
fn table(results: &[Found]) -> String {
    let mut table =
        "| rule | name | faulty forms | found in its place | others speak up |\n|---|---|---|---|---|\n"
            .to_owned();
    let names: BTreeMap<&str, &str> = rules::ALL.iter().map(|rule| (rule.code, rule.name)).collect();
    for result in results {
        let name = names.get(result.code).copied().unwrap_or_default();
        // Writing to a string does not fail.
        let _ = writeln!(
            table,
            "| {} | {name} | {} | {} | {} |",
            result.code, result.made, result.right, result.extra
        );
    }
    table
}

const BEGIN: &str = "<!-- figures: written by cargo xtask samples --write-figures -->\n";
const END: &str = "<!-- end of figures -->";

fn write_figures(table: &str) -> Outcome {
    let path = root().join("docs/recall.md");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let between = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = between.ok_or("docs/recall.md lacks its marks")?;
    let elsewhere: Vec<String> = ELSEWHERE.iter().map(|(code, why)| format!("- {code}: {why}")).collect();
    let elsewhere = elsewhere.join("\n");
    let text = format!(
        "{before}{BEGIN}\n{CLEAN} right forms: no finding at warning or above.\n\n{table}\nNot made here:\n\n{elsewhere}\n\n{END}{after}"
    );
    std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
}
