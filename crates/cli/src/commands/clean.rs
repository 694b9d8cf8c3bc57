//! `clean`: takes the marks of a check off workbooks.

use std::path::PathBuf;

use jixiao_render::marks;
use jixiao_render::text::{self, Detail, Style};
use jixiao_workbook::patch::Signature;
use jixiao_workbook::{FileKind, Limits, Workbook};

use super::{each, limits, note_owner};
use crate::args::{Clean, Sources};
use crate::batch;
use crate::console::Console;
use crate::failure::{Exit, Failure, What};
use crate::input::Input;
use crate::listing::{Listing, Wanted};
use crate::output::{self, Replace, Staged, Sync, Target};

/// What the flags mean.
struct Request {
    limits: Limits,
    signature: Signature,
    replace: Replace,
    output: Option<PathBuf>,
    style: Style,
    many: bool,
}

/// What became of one input.
struct Outcome {
    report: String,
    staged: Option<Staged>,
    product: Option<Vec<u8>>,
}

pub(super) fn run(args: Clean, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let Sources { inputs, files_from, jobs, bounds } = args.sources;
    let listing = Listing::of(&inputs, files_from.as_deref(), Wanted::Marked)?;
    let request = Request {
        limits: limits(bounds),
        signature: if args.target.force { Signature::Void } else { Signature::Keep },
        replace: Replace::of(args.in_place, args.target.force),
        output: args.target.output,
        style: console.style(Detail::Usual),
        many: listing.many,
    };
    let target = |input: &Input| request.target(input);
    let clashes = each::begin(&listing, request.output.as_deref(), request.replace, target, console)?;
    let work = |index: usize, input: &Input| {
        clashes.permit(index, input)?;
        request.one(input)
    };
    let mut exit = Exit::Done;
    batch::run(&listing.inputs, jobs, console, work, |first, results, console| {
        for (index, result) in (first..).zip(results) {
            if let Some(Ok(input)) = listing.inputs.get(index) {
                note_owner(input, console);
            }
            if let Err(failure) = result.and_then(|outcome| tell(outcome, console)) {
                console.failure(&failure);
                exit = exit.max(failure.exit());
            }
        }
    });
    if let Some(words) = listing.skipped() {
        let line = format!("{}{}", request.style.lang.pick(&words), request.style.lang.of("。\n", ".\n"));
        console.report(&line);
    }
    Ok(exit)
}

/// Puts one result in its place and tells of it.
fn tell(outcome: Outcome, console: &mut Console<'_>) -> Result<(), Failure> {
    if let Some(staged) = outcome.staged {
        staged.commit()?;
    }
    match outcome.product {
        Some(bytes) => {
            console.product(&bytes);
            console.aside(&outcome.report);
        }
        None => console.report(&outcome.report),
    }
    Ok(())
}

impl Request {
    fn target(&self, input: &Input) -> Target {
        match (input, self.replace) {
            (Input::File(path), Replace::Input) => Target::File(path.clone()),
            _ => output::target(input, self.output.as_deref(), self.many, |path| {
                output::cleaned(path, self.style.lang)
            }),
        }
    }

    fn one(&self, input: &Input) -> Result<Outcome, Failure> {
        let target = self.target(input);
        if let Target::File(path) = &target {
            output::permit(path, input.path(), self.replace)?;
        }
        let before = input.state();
        let failed = |what| Failure::new(input.shown(), what);
        let bytes = input.read(self.limits.file_bytes)?;
        let workbook =
            Workbook::open_within(bytes, &self.limits).map_err(|error| failed(What::Open(error)))?;
        if workbook.kind() != FileKind::Package {
            return Err(failed(What::NotMarked(workbook.kind().ending())));
        }
        let patched = |error| failed(What::Patch(error));
        let cleaning = marks::clean(&workbook).map_err(patched)?;
        let bytes = workbook.apply(&cleaning.edits, self.signature).map_err(patched)?;
        let report = text::cleaned(&target.shown(), &cleaning, self.style);
        let staged = match &target {
            Target::File(path) => output::stage(path, &bytes, self.replace, Sync::Now)?,
            Target::Standard => None,
        };
        let staged = match self.replace {
            Replace::Input => staged.map(|staged| staged.over(input, before)),
            _ => staged,
        };
        Ok(Outcome { report, staged, product: (target == Target::Standard).then_some(bytes) })
    }
}
