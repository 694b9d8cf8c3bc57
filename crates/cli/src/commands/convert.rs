//! `convert`: any submission into the official form, or into the user's own.

use std::path::{Path, PathBuf};

use jixiao_render::provenance;
use jixiao_render::text::{self, Converted, Detail, FileLine, Style};
use jixiao_selfeval::convert;
use jixiao_selfeval::review::{self, review_by};
use jixiao_selfeval::{Profile, Submission};
use jixiao_workbook::Workbook;
use jixiao_workbook::patch::Signature;

use super::each::{self, Outcome};
use super::made::{Made, official};
use super::parts::parted;
use super::{Terms, merge, now, submission};
use crate::ahead::build_grids;
use crate::args::{Convert, Merge, Origins, Sources};
use crate::beside::Processors;
use crate::console::Console;
use crate::failure::{Exit, Failure, What};
use crate::input::Input;
use crate::legacy::Opener;
use crate::listing::{Listing, Wanted};
use crate::output::{self, CONVERTED, Replace, Sync, Target};

/// What the flags mean.
pub(super) struct Request {
    pub(super) terms: Terms,
    opener: Opener,
    /// The user's own form: its name and bytes.
    form: Option<(PathBuf, Vec<u8>)>,
    pub(super) options: convert::Options,
    pub(super) origins: Origins,
    /// Whether published figures that change are kept as comments.
    pub(super) comments: bool,
    pub(super) signature: Signature,
    replace: Replace,
    output: Option<PathBuf>,
    pub(super) style: Style,
    many: bool,
    created: i64,
}

pub(super) fn run(args: Convert, console: &mut Console<'_>) -> Result<Exit, Failure> {
    if let (true, Some(output)) = (args.merge, &args.target.output) {
        let (output, latest, force) = (output.clone(), args.latest, args.target.force);
        return merge::run(&Merge { work: args.work, output, latest, force }, console);
    }
    let Sources { inputs, files_from, jobs, .. } = &args.work.tables.sources;
    let (mut listing, jobs) = (Listing::of(inputs, files_from.as_deref(), Wanted::Submissions)?, *jobs);
    parted(&mut listing, super::limits(args.work.tables.sources.bounds).file_bytes);
    let request = Request::of(args, &listing, console)?;
    let target = |input: &Input| request.target(input);
    let clashes = each::begin(&listing, request.output.as_deref(), request.replace, target, console)?;
    let work = |index: usize, input: &Input| {
        clashes.permit(index, input)?;
        one(&request, input)
    };
    Ok(each::run(&listing, jobs, request.style, console, work))
}

impl Request {
    fn of(args: Convert, listing: &Listing, console: &Console<'_>) -> Result<Self, Failure> {
        let given: Vec<&Path> = args.into.as_deref().into_iter().collect();
        let terms = Terms::of(&args.work, listing, &given)?;
        let form = args.into.map(|path| {
            let bytes = Input::File(path.clone()).read(terms.limits.file_bytes)?;
            Ok((path, bytes))
        });
        let mut options = convert::Options::default();
        options.trim = args.trim;
        Ok(Self {
            form: form.transpose()?,
            terms,
            opener: console.opener(),
            options,
            origins: args.provenance,
            comments: args.comments,
            signature: if args.target.force { Signature::Void } else { Signature::Keep },
            replace: Replace::of(false, args.target.force),
            output: args.target.output,
            style: console.style(if args.all { Detail::All } else { Detail::Usual }),
            many: listing.many,
            created: now(),
        })
    }

    fn target(&self, input: &Input) -> Target {
        let ending = self.form.as_ref().and_then(|(path, _)| path.extension());
        let ending = ending.and_then(|ending| ending.to_str()).unwrap_or("xlsx");
        output::target(input, self.output.as_deref(), self.many, |path| {
            output::named(path, CONVERTED, self.style.lang, Some(ending))
        })
    }

    /// Where the sources of all values go, beside the result.
    fn sources(&self, target: &Target) -> Option<PathBuf> {
        match target {
            Target::File(path) if self.origins == Origins::File => {
                Some(output::sources(path, self.style.lang))
            }
            _ => None,
        }
    }

    /// The form that takes a submission: the user's own, or the official one with as many rows.
    pub(super) fn form(&self, submission: &Submission, profile: &Profile) -> Result<Workbook, Failure> {
        if let Some((path, bytes)) = &self.form {
            let opened = Workbook::open_within(bytes.clone(), &self.terms.limits);
            return opened.map_err(|error| Failure::new(path.display().to_string(), What::Open(error)));
        }
        official(submission, profile, &self.terms.limits, self.created).map_err(|what| Failure::new("", what))
    }

    /// What a failure of the form is about.
    pub(super) fn form_name(&self) -> String {
        self.form.as_ref().map_or_else(String::new, |(path, _)| path.display().to_string())
    }
}

fn one(request: &Request, input: &Input) -> Result<Outcome, Failure> {
    let target = request.target(input);
    let sources = request.sources(&target);
    for path in [target.file(), sources.as_deref()].into_iter().flatten() {
        let mut read = request.form.iter().map(|(form, _)| form.as_path()).chain(input.path());
        if read.any(|read| output::same_file(read, path)) {
            return Err(Failure::new(path.display().to_string(), What::SameAsSource));
        }
        output::permit(path, input.path(), request.replace)?;
    }
    let profile = request.terms.profiles.by(input)?;
    let held = input.held(request.terms.limits.file_bytes)?;
    let unmapped = submission::unmapped(&request.terms, &held);
    let named = (&*input.shown(), held);
    let (submission, unread) = submission::read((&request.terms, &request.opener), named, profile)?;
    if submission.projects.is_empty() {
        return Err(Failure::new(input.shown(), What::NoProjects));
    }
    let made = Made::new(request, &submission, profile)?;
    let shown = (input.shown(), target.shown(), sources.as_ref().map(|path| path.display().to_string()));
    let done = Converted {
        input: &shown.0,
        output: &shown.1,
        sources: shown.2.as_deref(),
        submission: &submission,
        unread: &unread,
        rows: &made.rows,
        placed: &made.placed,
        plan: &made.plan,
        changed: &made.changed,
    };
    let bytes = made.finished(request, done)?;
    let mut staged = Vec::new();
    if let Target::File(path) = &target {
        staged.extend(output::stage(path, &bytes, request.replace, Sync::of(request.many))?);
    }
    if let Some(path) = &sources {
        let options = provenance::Options { lang: request.style.lang, created: request.created };
        let list = provenance::workbook(done, options)
            .map_err(|error| Failure::new(path.display().to_string(), What::Template(error.to_string())))?;
        staged.extend(output::stage(path, &list, request.replace, Sync::of(request.many))?);
    }
    let product = (target == Target::Standard).then(|| bytes.clone());
    let workbook = reopened(request, bytes)?;
    build_grids(&workbook);
    let mut options = review::Options::default();
    options.weights = request.terms.weights;
    let review = review_by(&workbook, profile, options, &Processors);
    let mut report = text::converted(done, &review, request.style);
    if let Some(words) = unmapped {
        let lang = request.style.lang;
        report += &lang.of(format!("{}。\n", words.zh), format!("{}.\n", words.en));
    }
    let line =
        FileLine { path: input.shown(), verdict: review.verdict(), counts: review.counts(), error: None };
    Ok(Outcome { report, line, exit: Exit::Done, staged, product })
}

fn reopened(request: &Request, bytes: Vec<u8>) -> Result<Workbook, Failure> {
    Workbook::open_within(bytes, &request.terms.limits)
        .map_err(|error| Failure::new(request.form_name(), What::Open(error)))
}
