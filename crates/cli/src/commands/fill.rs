//! `fill`: completes forms and checks the result.

use std::path::PathBuf;

use jixiao_render::Lang;
use jixiao_render::text::{self, Detail, Done, FileLine, Style};
use jixiao_selfeval::fill;
use jixiao_selfeval::fixes::Extent;
use jixiao_selfeval::layout::{NoTable, locate, own_sheets};
use jixiao_selfeval::review::{Verdict, review_by};
use jixiao_selfeval::{Summary, rules};
use jixiao_workbook::open::Known;
use jixiao_workbook::patch::Signature;
use jixiao_workbook::{FileKind, OpenError, Workbook};

use super::Terms;
use super::each::{self, Outcome};
use super::fixed::{applied, fixed};
use crate::ahead::build_grids;
use crate::args::{Fill, Sources};
use crate::beside::{self, Processors};
use crate::console::Console;
use crate::failure::{Exit, Failure, What};
use crate::input::Input;
use crate::listing::{Listing, Wanted};
use crate::output::{self, FILLED, Replace, Sync, Target};

/// What the flags mean.
struct Request {
    terms: Terms,
    options: fill::Options,
    signature: Signature,
    replace: Replace,
    output: Option<PathBuf>,
    strict: bool,
    /// Whether safe fixes are made first.
    fix: bool,
    style: Style,
    many: bool,
}

pub(super) fn run(args: Fill, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let Sources { inputs, files_from, jobs, .. } = &args.work.tables.sources;
    let (listing, jobs) = (Listing::of(inputs, files_from.as_deref(), Wanted::Spreadsheets)?, *jobs);
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
    fn of(args: Fill, listing: &Listing, console: &Console<'_>) -> Result<Self, Failure> {
        let terms = Terms::of(&args.work, listing, &[])?;
        let mut options = fill::Options::default();
        (options.recompute, options.weights) = (args.recompute, terms.weights);
        Ok(Self {
            terms,
            options,
            signature: if args.target.force { Signature::Void } else { Signature::Keep },
            replace: Replace::of(args.in_place, args.target.force),
            fix: args.fix,
            output: args.target.output,
            strict: args.strict,
            style: console.style(if args.all { Detail::All } else { Detail::Usual }),
            many: listing.many,
        })
    }

    fn target(&self, input: &Input) -> Target {
        match (input, self.replace) {
            (Input::File(path), Replace::Input) => Target::File(path.clone()),
            _ => output::target(input, self.output.as_deref(), self.many, |path| {
                output::named(path, FILLED, self.style.lang, None)
            }),
        }
    }
}

fn one(request: &Request, input: &Input) -> Result<Outcome, Failure> {
    let target = request.target(input);
    if let Target::File(path) = &target {
        output::permit(path, input.path(), request.replace)?;
    }
    let before = input.state();
    let (completed, bytes) = complete(request, input)?;
    let staged = match &target {
        Target::File(path) => output::stage(path, &bytes, request.replace, Sync::of(request.many))?,
        Target::Standard => None,
    };
    let product = (target == Target::Standard).then(|| bytes.clone());
    let outcome = judge(request, &target, completed, bytes, input)?;
    let staged = match request.replace {
        Replace::Input => staged.map(|staged| staged.over(input, before)),
        _ => staged,
    };
    Ok(Outcome { staged: staged.into_iter().collect(), product, ..outcome })
}

/// What was done to one form.
struct Completed {
    /// The fixes that were made first, in lines, and whether the form bears marks.
    told: String,
    done: Done,
    /// How many cells stay blank.
    blank: usize,
    /// What the result need not be read for again.
    known: Option<Known>,
}

/// What was done, how many cells stay blank, and the completed workbook. The first grid, the summary and the
/// plan are gone when it returns.
fn complete(request: &Request, input: &Input) -> Result<(Completed, Vec<u8>), Failure> {
    let profile = request.terms.profiles.by(input)?;
    let workbook = editable(request, input)?;
    build_grids(&workbook);
    let locate = |workbook: &Workbook| {
        let choice = request.terms.choice(workbook);
        let choice = choice.map_err(|error| Failure::new(input.shown(), What::Open(error)))?;
        locate(workbook, profile, choice).map_err(|missing| unlocated(workbook, &missing, input))
    };
    let failed = |what| Failure::new(input.shown(), what);
    let located = locate(&workbook)?;
    let (workbook, located, fixes) = if request.fix {
        let (workbook, applied) =
            fixed(workbook, (&request.terms, profile), request.signature, Extent::Stated, |_| true)
                .map_err(failed)?;
        let located = locate(&workbook)?;
        (workbook, located, text::fixes(&applied, request.style))
    } else {
        (workbook, located, String::new())
    };
    let summary = Summary::read_by(&workbook, &located, profile, &Processors);
    let form = fill::Form { workbook: &workbook, located: &located, summary: &summary, profile };
    let plan = fill::plan_by(form, request.options, &Processors);
    let (done, blank) = (text::done(&plan, &located.columns, request.style), plan.blank.len());
    let projects = summary.projects.len();
    let edits = plan.edits;
    beside::release((summary, plan.written), projects);
    let bytes = applied(&workbook, &edits, request.signature).map_err(|error| failed(What::Patch(error)))?;
    let marks = if own_sheets(&workbook).is_empty() { "" } else { marked(request.style.lang) };
    let known = workbook.known();
    beside::release((workbook, edits), projects);
    Ok((Completed { told: fixes + marks, done, blank, known }, bytes))
}

/// What is said of a form that bears the marks of a check.
fn marked(lang: Lang) -> &'static str {
    lang.of(
        "文件里有核对标记，报送前用 jixiao clean 去掉。\n",
        "the file bears the marks of a check; take them off with jixiao clean before handing in.\n",
    )
}

/// An input that can be edited.
fn editable(request: &Request, input: &Input) -> Result<Workbook, Failure> {
    let limits = &request.terms.limits;
    let check_only = |kind| Failure::new(input.shown(), What::CheckOnly(kind, input.shown()));
    match Workbook::open_within(input.read(limits.file_bytes)?, limits) {
        Ok(workbook) if workbook.kind() == FileKind::Package => Ok(workbook),
        Ok(workbook) => Err(check_only(workbook.kind().ending())),
        Err(OpenError::Unsupported(kind @ (".xls" | ".xlsb"))) => Err(check_only(kind)),
        Err(error) => Err(Failure::new(input.shown(), What::Open(error))),
    }
}

/// No table: where a sheet could not be read, that is the reason.
fn unlocated(workbook: &Workbook, missing: &NoTable, input: &Input) -> Failure {
    let what = match super::readable(workbook) {
        Err(error) => What::Open(error),
        Ok(()) => What::NoTable(Box::new(rules::no_table(missing))),
    };
    Failure::new(input.shown(), what)
}

/// Reads the result again and checks it: the verdict is on what was written, not on what was meant.
fn judge(
    request: &Request,
    target: &Target,
    completed: Completed,
    bytes: Vec<u8>,
    input: &Input,
) -> Result<Outcome, Failure> {
    let opened = |error: OpenError| Failure::new(target.shown(), What::Open(error));
    let profile = request.terms.profiles.by(input)?;
    let workbook = Workbook::open_again(bytes, &request.terms.limits, completed.known).map_err(opened)?;
    build_grids(&workbook);
    let options = request.terms.review(&workbook).map_err(opened)?;
    let review = review_by(&workbook, profile, options, &Processors);
    let output = target.shown();
    let report = text::fill(&output, &completed.done, &review, request.style) + &completed.told;
    let (verdict, counts) = (review.verdict(), review.counts());
    let failed = request.strict && (completed.blank > 0 || verdict == Verdict::Fail);
    let line = FileLine { path: input.shown(), verdict, counts, error: None };
    let (projects, table) = (review.projects(), review.table);
    beside::release((workbook, table), projects);
    let exit = if failed { Exit::Findings } else { Exit::Done };
    Ok(Outcome { report, line, exit, staged: Vec::new(), product: None })
}
