//! `convert`: any submission into the official form, or into the user's own.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use jixiao_render::marks::AUTHOR;
use jixiao_render::text::{self, Converted, Detail, FileLine, Style};
use jixiao_render::{provenance, template};
use jixiao_selfeval::convert::{self, Changed, Placed};
use jixiao_selfeval::fill::{self, Plan};
use jixiao_selfeval::layout::Choice;
use jixiao_selfeval::review::{self, review_by};
use jixiao_selfeval::{Located, Profile, Submission, Summary};
use jixiao_workbook::patch::Signature;
use jixiao_workbook::{Edit, Workbook};

use super::each::{self, Outcome};
use super::fixed::applied;
use super::submission::{self, located};
use super::{Terms, merge};
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
struct Request {
    terms: Terms,
    opener: Opener,
    /// The user's own form: its name and bytes.
    form: Option<(PathBuf, Vec<u8>)>,
    options: convert::Options,
    origins: Origins,
    /// Whether published figures that change are kept as comments.
    comments: bool,
    signature: Signature,
    replace: Replace,
    output: Option<PathBuf>,
    style: Style,
    many: bool,
    created: i64,
}

pub(super) fn run(args: Convert, console: &mut Console<'_>) -> Result<Exit, Failure> {
    if let (true, Some(output)) = (args.merge, &args.target.output) {
        let (output, latest, force) = (output.clone(), args.latest, args.target.force);
        return merge::run(&Merge { work: args.work, output, latest, force }, console);
    }
    let Sources { inputs, files_from, jobs, .. } = &args.work.tables.sources;
    let (listing, jobs) = (Listing::of(inputs, files_from.as_deref(), Wanted::Submissions)?, *jobs);
    let request = Request::of(args, &listing, console)?;
    if let (Some(folder), true) = (&request.output, request.many) {
        output::make_folder(folder)?;
    }
    let clashes = output::clashes(&listing.inputs, request.replace, |input| request.target(input));
    let to_standard = |input: &Input| request.target(input) == Target::Standard;
    if !request.many && console.screen().out && listing.inputs.iter().flatten().any(to_standard) {
        return Err(Failure::new("-", What::Terminal));
    }
    let work = |input: &Input| match input.path().and_then(|path| clashes.get(path)) {
        Some(what) => Err(Failure::new(input.shown(), what.clone())),
        None => one(&request, input),
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
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
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
            created: i64::try_from(now).unwrap_or(0),
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
    fn form(&self, submission: &Submission, profile: &Profile) -> Result<Workbook, Failure> {
        if let Some((path, bytes)) = &self.form {
            let opened = Workbook::open_within(bytes.clone(), &self.terms.limits);
            return opened.map_err(|error| Failure::new(path.display().to_string(), What::Open(error)));
        }
        let failed = |what: String| Failure::new("", What::Template(what));
        let options = template::Options {
            rows: u32::try_from(submission.projects.len()).unwrap_or(u32::MAX).max(1),
            year: submission.year,
            unit: submission.unit.clone(),
            funds: template::funds_for(profile, &submission.funds),
            lock: template::Lock::Open,
            created: self.created,
        };
        let bytes = template::template(&options).map_err(|error| failed(error.to_string()))?;
        Workbook::open_within(bytes, &self.terms.limits).map_err(|error| failed(error.to_string()))
    }

    /// What a failure of the form is about.
    fn form_name(&self) -> String {
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
    let bytes = input.read(request.terms.limits.file_bytes)?;
    let (submission, unread) = submission::read((&request.terms, &request.opener), input, bytes, profile)?;
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
    let report = text::converted(done, &review, request.style);
    let line =
        FileLine { path: input.shown(), verdict: review.verdict(), counts: review.counts(), error: None };
    Ok(Outcome { report, line, exit: Exit::Done, staged, product })
}

fn reopened(request: &Request, bytes: Vec<u8>) -> Result<Workbook, Failure> {
    Workbook::open_within(bytes, &request.terms.limits)
        .map_err(|error| Failure::new(request.form_name(), What::Open(error)))
}

/// A form with a submission in it.
struct Made {
    workbook: Workbook,
    located: Located,
    rows: Vec<Edit>,
    placed: Placed,
    plan: Plan,
    changed: Vec<Changed>,
}

impl Made {
    fn new(request: &Request, submission: &Submission, profile: &Profile) -> Result<Self, Failure> {
        let failed = |what| Failure::new(request.form_name(), what);
        let edited = |workbook: &Workbook, edits: &[Edit]| {
            let bytes =
                applied(workbook, edits, request.signature).map_err(|error| failed(What::Patch(error)))?;
            reopened(request, bytes)
        };
        let of_form = |form: &Workbook| located(form, profile, Choice::default()).map_err(failed);
        let form = request.form(submission, profile)?;
        let place = of_form(&form)?;
        let rows = convert::rows(&place, submission.projects.len(), request.options)
            .map_err(|error| failed(What::NoForm(error)))?;
        let (form, place) = if rows.is_empty() {
            (form, place)
        } else {
            let form = edited(&form, &rows)?;
            let place = of_form(&form)?;
            (form, place)
        };
        let placed = convert::cells(&form, &place, submission, profile);
        let form = edited(&form, &placed.edits)?;
        let place = of_form(&form)?;
        let summary = Summary::read_by(&form, &place, profile, &Processors);
        let mut options = fill::Options::default();
        options.weights = request.terms.weights;
        let form_read = fill::Form { workbook: &form, located: &place, summary: &summary, profile };
        let plan = fill::plan_by(form_read, options, &Processors);
        let workbook = edited(&form, &plan.edits)?;
        let located = of_form(&workbook)?;
        let summary = Summary::read_by(&workbook, &located, profile, &Processors);
        let changed = convert::changed(submission, &located, &summary);
        Ok(Self { workbook, located, rows, placed, plan, changed })
    }

    /// The result, with comments and the list of sources where these are asked for.
    fn finished(&self, request: &Request, done: Converted<'_>) -> Result<Vec<u8>, Failure> {
        let lang = request.style.lang;
        let mut edits = Vec::new();
        if request.comments {
            edits.extend(self.changed.iter().map(|changed| Edit::SetComment {
                sheet: self.located.sheet,
                cell: changed.cell,
                author: AUTHOR.to_owned(),
                text: text::published(changed, done.submission, lang),
            }));
        }
        if request.origins == Origins::Sheet {
            edits.push(Edit::AddSheet(Box::new(provenance::sheet(done, lang))));
        }
        applied(&self.workbook, &edits, request.signature)
            .map_err(|error| Failure::new(request.form_name(), What::Patch(error)))
    }
}
