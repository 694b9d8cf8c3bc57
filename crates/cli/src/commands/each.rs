//! One result for each input: worked out side by side, told in order, put in place together.

use std::collections::BTreeMap;
use std::path::Path;

use jixiao_render::text::{FileLine, Style};

use super::{close, failed_line, note_owner};
use crate::batch;
use crate::console::Console;
use crate::failure::{Exit, Failure, What};
use crate::input::Input;
use crate::listing::Listing;
use crate::output::{self, Replace, Staged, Target};

/// What became of one input.
pub(super) struct Outcome {
    pub(super) report: String,
    pub(super) line: FileLine,
    pub(super) exit: Exit,
    /// What goes to files.
    pub(super) staged: Vec<Staged>,
    /// The result, where it goes to standard output.
    pub(super) product: Option<Vec<u8>>,
}

/// Which inputs must not be worked on, because their outputs clash.
pub(super) struct Clashes(BTreeMap<usize, What>);

impl Clashes {
    /// Refuses an input whose output clashes.
    pub(super) fn permit(&self, index: usize, input: &Input) -> Result<(), Failure> {
        match self.0.get(&index) {
            Some(what) => Err(Failure::new(input.shown(), what.clone())),
            None => Ok(()),
        }
    }
}

/// Before any work on inputs whose results are workbooks: makes the folder that several go to, refuses to write one to
/// a terminal, and finds the outputs that clash.
pub(super) fn begin(
    listing: &Listing,
    folder: Option<&Path>,
    replace: Replace,
    target: impl Fn(&Input) -> Target,
    console: &Console<'_>,
) -> Result<Clashes, Failure> {
    if let (Some(folder), true) = (folder, listing.many) {
        output::make_folder(folder)?;
    }
    let to_standard = |input: &Input| target(input) == Target::Standard;
    if !listing.many && console.screen().out && listing.inputs.iter().flatten().any(to_standard) {
        return Err(Failure::new("-", What::Terminal));
    }
    Ok(Clashes(output::clashes(&listing.inputs, replace, target)))
}

/// Works on every input and tells what became of it; the highest exit code.
pub(super) fn run(
    listing: &Listing,
    jobs: Option<u16>,
    style: Style,
    console: &mut Console<'_>,
    work: impl Fn(usize, &Input) -> Result<Outcome, Failure> + Sync,
) -> Exit {
    let mut exit = Exit::Done;
    let mut lines = Vec::new();
    batch::run(&listing.inputs, jobs, console, work, |first, mut results, console| {
        place(&mut results);
        for (index, result) in (first..).zip(results) {
            let input = listing.inputs.get(index).and_then(|input| input.as_ref().ok());
            if let Some(input) = input {
                note_owner(input, console);
            }
            exit = exit.max(tell(result, input, listing.many, console, &mut lines));
        }
    });
    if listing.many {
        console.report(&close(&lines, listing.skipped(), style));
    }
    exit
}

/// Puts what was written in its place. What cannot be put there has failed.
fn place(results: &mut [Result<Outcome, Failure>]) {
    let mut waiting = Vec::new();
    let mut staged = Vec::new();
    for result in results {
        let files = result.as_mut().map(|outcome| std::mem::take(&mut outcome.staged)).unwrap_or_default();
        waiting.push((result, files.len()));
        staged.extend(files);
    }
    let mut placed = output::commit(staged).into_iter();
    for (result, files) in waiting {
        let own: Vec<Result<(), Failure>> = placed.by_ref().take(files).collect();
        if let Some(failure) = own.into_iter().find_map(Result::err) {
            *result = Err(failure);
        }
    }
}

/// Prints one outcome and keeps its line for the closing table.
fn tell(
    result: Result<Outcome, Failure>,
    input: Option<&Input>,
    many: bool,
    console: &mut Console<'_>,
    lines: &mut Vec<FileLine>,
) -> Exit {
    match result {
        Ok(outcome) => {
            match &outcome.product {
                Some(bytes) => {
                    console.product(bytes);
                    console.aside(&outcome.report);
                }
                None => console.report(&outcome.report),
            }
            if many {
                console.report("\n");
            }
            lines.push(outcome.line);
            outcome.exit
        }
        Err(failure) => {
            console.failure(&failure);
            let path = input.map_or_else(|| failure.about.clone(), Input::shown);
            lines.push(failed_line(path, &failure, console.lang()));
            failure.exit()
        }
    }
}
