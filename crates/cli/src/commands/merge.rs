//! `merge`: many units' tables as one workbook.

use std::path::Path;

use jixiao_render::Lang;
use jixiao_render::consolidated::{consolidated, is_consolidated};
use jixiao_render::summary;
use jixiao_render::text::{Detail, merged};
use jixiao_selfeval::consolidate::{Consolidation, Unit, Which};
use jixiao_selfeval::given::Meet;
use jixiao_selfeval::review::review_by;
use jixiao_selfeval::{Submission, Words};
use jixiao_workbook::OpenError;

use super::made::as_sent;
use super::parts::parted;
use super::submission::{of_summary, unmapped};
use super::{Terms, note_owner, now};
use crate::ahead::build_grids;
use crate::args::Merge;
use crate::batch;
use crate::beside::Processors;
use crate::console::Console;
use crate::failure::{Exit, Failure, What};
use crate::input::{Held, Input, Places};
use crate::legacy::Opener;
use crate::listing::{Listing, Wanted};
use crate::meeting::{Meeting, Turn};
use crate::output::{self, Replace, Sync, Target};

pub(super) fn run(args: &Merge, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let sources = &args.work.tables.sources;
    let mut listing = Listing::of(&sources.inputs, sources.files_from.as_deref(), Wanted::Submissions)?;
    let target = Target::of(&args.output);
    let replace = Replace::of(false, args.force);
    match &target {
        Target::File(path) => {
            leave_out(path, args, &mut listing, &console.opener())?;
            output::permit(path, None, replace)?;
        }
        Target::Standard if console.screen().out => return Err(Failure::new("-", What::Terminal)),
        Target::Standard => {}
    }
    let terms = Terms::of(&args.work, &listing, &[])?;
    parted(&mut listing, terms.limits.file_bytes);
    let (units, exit) = read(&listing, sources.jobs, &terms, console);
    let which = if args.latest { Which::Latest } else { Which::All };
    let all = Consolidation::of(units, which);
    let made = consolidated(&all, now(), console.lang());
    let bytes = made.map_err(|error| Failure::new(target.shown(), not_made(&error.to_string())))?;
    let report = merged(&target.shown(), &all, console.style(Detail::Usual));
    match &target {
        Target::File(path) => {
            if let Some(staged) = output::stage(path, &bytes, replace, Sync::Now)? {
                staged.commit()?;
            }
            console.report(&report);
        }
        Target::Standard => {
            console.product(&bytes);
            console.aside(&report);
        }
    }
    if let Some(words) = listing.skipped() {
        console.aside(&format!("{}{}", console.lang().pick(&words), console.lang().of("。\n", ".\n")));
    }
    Ok(exit)
}

/// Takes the output of an earlier run out of the inputs that folders gave. An input that is no such output is never
/// written over.
fn leave_out(target: &Path, args: &Merge, listing: &mut Listing, opener: &Opener) -> Result<(), Failure> {
    let mut places = Places::default();
    let place = places.of(target);
    let mut is_target = |path: &Path| places.of(path) == place;
    let among = listing.inputs.iter().flatten().filter_map(Input::path).any(&mut is_target);
    if !among {
        return Ok(());
    }
    let named = args.work.tables.sources.inputs.iter().any(|named| is_target(named));
    let limits = super::limits(args.work.tables.sources.bounds);
    let bytes = Input::File(target.to_owned()).read(limits.file_bytes)?;
    let ours = opener.open(bytes, &limits).is_ok_and(|workbook| is_consolidated(&workbook));
    if named || !ours {
        return Err(Failure::new(target.display().to_string(), What::SameAsInput));
    }
    listing.inputs.retain(|input| !input.as_ref().ok().and_then(Input::path).is_some_and(&mut is_target));
    Ok(())
}

/// Every input as a unit, in order, those that cannot be read, too.
fn read(listing: &Listing, jobs: Option<u16>, terms: &Terms, console: &mut Console<'_>) -> (Vec<Unit>, Exit) {
    let inputs = &listing.inputs;
    let meeting = Meeting::of(inputs);
    let opener = console.opener();
    let work = |index: usize, input: &Input| {
        let turn = meeting.as_ref().map(|meeting| meeting.turn(index, input));
        one(terms, &opener, input, turn.as_ref())
    };
    let (mut units, mut exit) = (Vec::new(), Exit::Done);
    batch::run(inputs, jobs, console, work, |first, results, console| {
        for (index, result) in (first..).zip(results) {
            let input = inputs.get(index).and_then(|input| input.as_ref().ok());
            if let Some(input) = input {
                note_owner(input, console);
            }
            units.push(result.unwrap_or_else(|failure| {
                console.failure(&failure);
                exit = exit.max(failure.exit());
                unread(input.map_or_else(|| failure.about.clone(), Input::shown), failure.what)
            }));
        }
    });
    (units, exit)
}

/// An input that could not be read, with the reason in both languages.
fn unread(path: String, what: What) -> Unit {
    let failure = Failure::new("", what);
    Unit::unread(path, Words::new(failure.sentence(Lang::Zh), failure.sentence(Lang::En)))
}

fn one(terms: &Terms, opener: &Opener, input: &Input, turn: Option<&Turn<'_>>) -> Result<Unit, Failure> {
    let path = input.shown();
    let failed = |what| Failure::new(path.clone(), what);
    let opened = |error: OpenError| failed(What::Open(error));
    let profile = terms.profiles.by(input)?;
    let modified = input.written();
    let as_sent = |submission: Submission| as_sent(&submission, profile, &terms.limits);
    let held = input.held(terms.limits.file_bytes)?;
    let (is_summary, unmapped) = (held.is_summary(), unmapped(terms, &held));
    let workbook = match held {
        Held::Bytes(bytes) if !summary::is_json(&bytes) => {
            opener.open(bytes, &terms.limits).map_err(failed)?
        }
        Held::Bytes(bytes) => of_summary(&bytes).and_then(as_sent).map_err(failed)?,
        Held::Submission(one) => as_sent(*one).map_err(failed)?,
    };
    if is_consolidated(&workbook) {
        return Err(failed(What::Consolidated));
    }
    build_grids(&workbook);
    let name = input.path().and_then(Path::file_name).map(|name| name.to_string_lossy());
    let mut options = terms.review(&workbook).map_err(opened)?;
    options.given.name = name.as_deref();
    options.given.meeting = turn.map(|turn| turn as &dyn Meet);
    let review = review_by(&workbook, profile, options, &Processors);
    if let Some(mut unit) = Unit::of(path.clone(), modified, &review) {
        if is_summary {
            unit.notes.push(Words::new(
                "读自 extract 写出的 JSON：行号、单元格按官方表样",
                "read from the JSON of extract: rows and cells are those of the official form",
            ));
        }
        unit.notes.extend(unmapped);
        return Ok(unit);
    }
    super::readable(&workbook).map_err(opened)?;
    let no_table = || What::NotRead(Words::new("没有汇总表", "it holds no table"));
    let told = review.worded().next().map(|finding| What::NoTable(Box::new(finding.into_owned())));
    Err(failed(told.unwrap_or_else(no_table)))
}

/// Why the workbook could not be made.
fn not_made(why: &str) -> What {
    What::NotWritten(Words::new(format!("汇总工作簿生成不了（{why}）"), why.to_owned()))
}
