//! `check`: findings, for people or programs.

use std::path::{Path, PathBuf};

use jixiao_render::Lang;
use jixiao_render::html;
use jixiao_render::json::{self, Source};
use jixiao_render::marks::{self, Marks};
use jixiao_render::text::{self, Detail, FileLine, Style};
use jixiao_selfeval::fixes::Extent;
use jixiao_selfeval::given::{Form, Given, Meet, Prior};
use jixiao_selfeval::layout::NoTable;
use jixiao_selfeval::review::{Counts, Options, review_by};
use jixiao_selfeval::{Profile, Review, Severity, rules};
use jixiao_workbook::patch::Signature;
use jixiao_workbook::{FileKind, OpenError, PatchError, Workbook};
use sha2::{Digest, Sha256};

use super::fixed::{applied, fixed, unmarked};
use super::{Terms, close, failed_line, note_owner};
use crate::ahead::build_grids;
use crate::args::{Check, Format, Language, Level, Sources};
use crate::batch;
use crate::beside::{self, Processors};
use crate::console::Console;
use crate::failure::{Exit, Failure, What};
use crate::help::chosen;
use crate::input::Input;
use crate::legacy::Opener;
use crate::listing::{Listing, Wanted};
use crate::meeting::{Meeting, Turn};
use crate::output::{self, CHECKED, FIXED, Replace, Staged, Sync, Target};

/// What the flags mean.
struct Request {
    terms: Terms,
    opener: Opener,
    #[cfg(feature = "engine")]
    engine: Option<crate::engine::Engine>,
    /// The form as it was issued.
    form: Option<Form>,
    /// Last year's summary.
    prior: Option<Prior>,
    format: Format,
    /// The language of JSON, which does not follow the system.
    lang: Lang,
    select: Vec<String>,
    ignore: Vec<String>,
    fail_on: Option<Severity>,
    output: Option<PathBuf>,
    replace: Replace,
    /// Whether safe fixes are made, into a new workbook.
    fix: bool,
    signature: Signature,
    style: Style,
    many: bool,
}

/// What became of one input.
struct Outcome {
    report: String,
    /// The workbook that was made, fixed or marked.
    product: Option<Vec<u8>>,
    line: FileLine,
    exit: Exit,
    /// Why it was not checked.
    failure: Option<Failure>,
    written: Written,
}

/// What became of the report or the workbook that goes to a file.
enum Written {
    /// It goes to standard output.
    Not,
    /// It waits to be put in its place.
    Staged(Staged),
    /// It is where it belongs.
    Done,
    Failed(Failure),
}

pub(super) fn run(args: Check, lang: Option<Language>, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let Sources { inputs, files_from, jobs, .. } = &args.work.tables.sources;
    let (listing, jobs) = (Listing::of(inputs, files_from.as_deref(), Wanted::Submissions)?, *jobs);
    let request = Request::of(args, lang, &listing, console)?;
    if let (Some(folder), true) = (&request.output, request.many) {
        output::make_folder(folder)?;
    }
    let clashes = output::clashes(&listing.inputs, request.replace, |input| {
        // A report without `-o` is printed.
        if request.output.is_some() || request.makes_file() {
            request.target(input)
        } else {
            Target::Standard
        }
    });
    let to_standard = |input: &Input| request.target(input) == Target::Standard;
    if request.makes_workbook()
        && !request.many
        && console.screen().out
        && listing.inputs.iter().flatten().any(to_standard)
    {
        return Err(Failure::new("-", What::Terminal));
    }
    let mut run = Run { exit: Exit::Done, lines: Vec::new(), parts: Vec::new() };
    let inputs = &listing.inputs;
    let meeting = Meeting::of(inputs);
    let work = |index: usize, input: &Input| {
        let turn = meeting.as_ref().map(|meeting| meeting.turn(index, input));
        Ok(request.outcome(input, clashes.get(&index), turn.as_ref()))
    };
    batch::run(inputs, jobs, console, work, |first, results, console| {
        let told = results.into_iter().map(|told| told.unwrap_or_else(|failure| request.missing(failure)));
        let mut outcomes: Vec<Outcome> = told.collect();
        place(&mut outcomes);
        for (index, outcome) in (first..).zip(outcomes) {
            if let Some(Ok(input)) = inputs.get(index) {
                note_owner(input, console);
            }
            run.tell(&request, outcome, console);
        }
    });
    run.close(&request, &listing, console);
    Ok(run.exit)
}

/// What is gathered over the inputs.
struct Run {
    exit: Exit,
    lines: Vec<FileLine>,
    /// Elements of the JSON report that is printed at the end.
    parts: Vec<String>,
}

impl Run {
    fn tell(&mut self, request: &Request, outcome: Outcome, console: &mut Console<'_>) {
        self.exit = self.exit.max(outcome.exit);
        if let Some(failure) = &outcome.failure {
            console.failure(failure);
        }
        match outcome.written {
            Written::Done | Written::Staged(_) if !request.makes_file() => {}
            Written::Not | Written::Done | Written::Staged(_) => match outcome.product {
                Some(bytes) => {
                    console.product(&bytes);
                    console.aside(&outcome.report);
                }
                None => self.print(request, outcome.report, console),
            },
            Written::Failed(failure) => {
                console.failure(&failure);
                self.exit = self.exit.max(failure.exit());
                self.lines.push(failed_line(outcome.line.path, &failure, console.lang()));
                return;
            }
        }
        self.lines.push(outcome.line);
    }

    fn print(&mut self, request: &Request, report: String, console: &mut Console<'_>) {
        match request.format {
            Format::Text | Format::Html | Format::Xlsx if report.is_empty() => {}
            Format::Text | Format::Html | Format::Xlsx => {
                console.report(&report);
                if request.many {
                    console.report("\n");
                }
            }
            Format::Jsonl => console.product(format!("{report}\n").as_bytes()),
            Format::Json => self.parts.push(report),
        }
    }

    fn close(&self, request: &Request, listing: &Listing, console: &mut Console<'_>) {
        if request.format == Format::Json && (request.output.is_none() || request.makes_workbook()) {
            console.product(json::report(&self.parts, sum(&self.lines)).as_bytes());
        }
        if listing.many {
            let style = Style { lang: console.lang(), ..request.style };
            let closing = close(&self.lines, listing.skipped(), style);
            match request.format {
                Format::Text | Format::Html | Format::Xlsx => console.report(&closing),
                _ => console.aside(&closing),
            }
        }
    }
}

fn sum(lines: &[FileLine]) -> Counts {
    lines.iter().fold(Counts::default(), |sum, line| Counts {
        error: sum.error + line.counts.error,
        warning: sum.warning + line.counts.warning,
        info: sum.info + line.counts.info,
    })
}

impl Request {
    fn of(
        args: Check,
        lang: Option<Language>,
        listing: &Listing,
        console: &Console<'_>,
    ) -> Result<Self, Failure> {
        if args.fix && args.format == Format::Html {
            return Err(Failure::new("--fix", What::PageOfFixes));
        }
        let makes_file = args.fix || matches!(args.format, Format::Html | Format::Xlsx);
        let to_terminal = args.target.output.is_none() || makes_file;
        let style = console.style(if args.all { Detail::All } else { Detail::Usual });
        let compared: Vec<&Path> =
            [&args.form, &args.prior].into_iter().flatten().map(PathBuf::as_path).collect();
        let (terms, opener) = (Terms::of(&args.work, listing, &compared)?, console.opener());
        let beside = (&terms, &opener, listing);
        Ok(Self {
            form: given(beside, args.form.as_deref(), Form::read)?,
            prior: given(beside, args.prior.as_deref(), Prior::read)?,
            terms,
            opener,
            #[cfg(feature = "engine")]
            engine: console.engine(),
            format: args.format,
            lang: chosen(lang).unwrap_or(Lang::Zh),
            select: codes(&args.select)?,
            ignore: codes(&args.ignore)?,
            fail_on: match args.fail_on {
                Level::Error => Some(Severity::Error),
                Level::Warning => Some(Severity::Warning),
                Level::Info => Some(Severity::Info),
                Level::Never => None,
            },
            output: args.target.output,
            replace: Replace::of(false, args.target.force),
            fix: args.fix,
            signature: if args.target.force { Signature::Void } else { Signature::Keep },
            style: if to_terminal { style } else { Style { colour: text::Colour::Never, ..style } },
            many: listing.many,
        })
    }

    /// Whether what is made is a file whose name follows from the input's, and the report is printed.
    fn makes_file(&self) -> bool {
        self.makes_workbook() || self.format == Format::Html
    }

    /// Whether the input itself is written anew, marked or fixed.
    fn makes_workbook(&self) -> bool {
        self.fix || self.format == Format::Xlsx
    }

    /// Whether `--select` and `--ignore` let a finding through.
    fn wants(&self, code: &str) -> bool {
        let among = |list: &[String]| list.iter().any(|start| code.starts_with(start.as_str()));
        (self.select.is_empty() || among(&self.select)) && !among(&self.ignore)
    }

    /// How a workbook of a name is reviewed.
    fn options<'a>(
        &'a self,
        workbook: &Workbook,
        name: Option<&'a str>,
        meeting: Option<&'a dyn Meet>,
    ) -> Result<Options<'a>, OpenError> {
        let mut given = Given::default();
        #[cfg(feature = "engine")]
        {
            given.engine = self.engine.as_ref().map(|engine| engine as &dyn jixiao_selfeval::given::Engine);
        }
        given.meeting = meeting;
        (given.name, given.form, given.prior) = (name, self.form.as_ref(), self.prior.as_ref());
        let mut options = self.terms.review(workbook)?;
        options.given = given;
        Ok(options)
    }

    /// Checks one input, and writes its report where `-o` says.
    fn outcome(&self, input: &Input, clash: Option<&What>, turn: Option<&Turn<'_>>) -> Outcome {
        let done = match clash {
            Some(what) => Err(Failure::new(input.shown(), what.clone())),
            None => self.permitted(input).and_then(|()| one(self, input, turn)),
        };
        self.kept(input, done.unwrap_or_else(|failure| self.unread(Some(input), failure)))
    }

    /// Refuses a workbook that must not be written, before any work is done.
    fn permitted(&self, input: &Input) -> Result<(), Failure> {
        match self.target(input) {
            Target::File(path) if self.makes_file() => output::permit(&path, input.path(), self.replace),
            _ => Ok(()),
        }
    }

    /// What is told of an input that was not found. Its report has no name among others.
    fn missing(&self, failure: Failure) -> Outcome {
        let outcome = self.unread(None, failure);
        if self.many { outcome } else { self.kept(&Input::Standard, outcome) }
    }

    fn kept(&self, input: &Input, mut outcome: Outcome) -> Outcome {
        if self.makes_file() {
            outcome.written = self.write_product(input, &mut outcome.product).unwrap_or_else(Written::Failed);
        } else if self.output.is_some() && !outcome.report.is_empty() {
            outcome.written = self.write(input, &outcome).unwrap_or_else(Written::Failed);
        }
        outcome
    }

    /// What is told of an input that was not read.
    fn unread(&self, input: Option<&Input>, failure: Failure) -> Outcome {
        let path = input.map_or_else(|| failure.about.clone(), Input::shown);
        let profile = input.and_then(|input| self.terms.profiles.by(input).ok());
        let source = Source { path: &path, sha256: None, profile, fixed: None };
        let (mut report, mut product) = (String::new(), None);
        let exit = failure.exit();
        match (self.format, input) {
            (Format::Json | Format::Jsonl, _) => {
                report = json::file(source, Err(&failure.unread()), self.lang);
            }
            (Format::Html, Some(input))
                if exit == Exit::Input || matches!(failure.what, What::Beside(..)) =>
            {
                report = text::unread_paged(&self.target(input).shown(), self.style);
                product = Some(html::unread(source, &failure.unread(), self.style.lang).into_bytes());
            }
            _ => {}
        }
        let line = failed_line(path.clone(), &failure, self.style.lang);
        Outcome { report, product, line, exit, failure: Some(failure), written: Written::Not }
    }

    /// Where the report of one input goes.
    fn target(&self, input: &Input) -> Target {
        let (suffix, extension) = match self.format {
            Format::Xlsx => (CHECKED, None),
            _ if self.fix => (FIXED, None),
            Format::Text => (CHECKED, Some("txt")),
            Format::Html => (CHECKED, Some("html")),
            Format::Json => (CHECKED, Some("json")),
            Format::Jsonl => (CHECKED, Some("jsonl")),
        };
        let name = |path: &Path| output::named(path, suffix, self.style.lang, extension);
        output::target(input, self.output.as_deref(), self.many, name)
    }

    /// Writes the workbook or page that was made; it stays where it is where it goes to standard output.
    fn write_product(&self, input: &Input, product: &mut Option<Vec<u8>>) -> Result<Written, Failure> {
        let Target::File(path) = self.target(input) else { return Ok(Written::Not) };
        let Some(bytes) = product.take() else { return Ok(Written::Not) };
        let staged = output::stage(&path, &bytes, self.replace, Sync::of(self.many))?;
        Ok(staged.map_or(Written::Done, Written::Staged))
    }

    fn write(&self, input: &Input, outcome: &Outcome) -> Result<Written, Failure> {
        let Target::File(path) = self.target(input) else { return Ok(Written::Not) };
        output::permit(&path, input.path(), self.replace)?;
        let text = match self.format {
            Format::Text | Format::Html | Format::Xlsx => outcome.report.clone(),
            Format::Json => json::report(std::slice::from_ref(&outcome.report), outcome.line.counts),
            Format::Jsonl => format!("{}\n", outcome.report),
        };
        let staged = output::stage(&path, text.as_bytes(), self.replace, Sync::of(self.many))?;
        Ok(staged.map_or(Written::Done, Written::Staged))
    }
}

/// Puts the files that wait for it in their places.
fn place(outcomes: &mut [Outcome]) {
    let waiting = outcomes.iter_mut().filter_map(|outcome| {
        let written = std::mem::replace(&mut outcome.written, Written::Done);
        match written {
            Written::Staged(staged) => Some((outcome, staged)),
            other => {
                outcome.written = other;
                None
            }
        }
    });
    let (waiting, staged): (Vec<_>, Vec<_>) = waiting.unzip();
    for (outcome, placed) in waiting.into_iter().zip(output::commit(staged)) {
        outcome.written = placed.map_or_else(Written::Failed, |()| Written::Done);
    }
}

/// Codes and classes of rules in capitals; each must begin a known code.
fn codes(list: &[String]) -> Result<Vec<String>, Failure> {
    let known = |code: &String| rules::ALL.iter().any(|rule| rule.code.starts_with(code.as_str()));
    let codes = list.iter().map(|code| code.trim().to_ascii_uppercase()).filter(|code| !code.is_empty());
    codes.map(|code| if known(&code) { Ok(code) } else { Err(Failure::new(code, What::Rule)) }).collect()
}

/// What a workbook is read as that is given beside the inputs.
type Read<T> = fn(&str, &Workbook, &Profile) -> Result<T, NoTable>;

/// A workbook that is given beside the inputs.
fn given<T>(
    (terms, opener, listing): (&Terms, &Opener, &Listing),
    path: Option<&Path>,
    read: Read<T>,
) -> Result<Option<T>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let shown = path.display().to_string();
    let failed = |what| Failure::new(shown.clone(), what);
    let profile = terms.profiles.by_given(path, listing)?;
    let bytes = Input::File(path.to_owned()).read(terms.limits.file_bytes)?;
    let workbook = opener.open(bytes, &terms.limits).map_err(failed)?;
    match read(&shown, &workbook, profile) {
        Ok(given) => Ok(Some(given)),
        Err(missing) => {
            super::readable(&workbook).map_err(|error| failed(What::Open(error)))?;
            Err(failed(What::NoTable(Box::new(rules::no_table(&missing)))))
        }
    }
}

fn one(request: &Request, input: &Input, turn: Option<&Turn<'_>>) -> Result<Outcome, Failure> {
    let path = input.shown();
    let profile = request.terms.profiles.by(input)?;
    let bytes = input.read(request.terms.limits.file_bytes)?;
    let sha256 = (request.format != Format::Text).then(|| super::hexadecimal(&Sha256::digest(&bytes)));
    let opened = |error| Failure::new(path.clone(), What::Open(error));
    let failed = |what| Failure::new(path.clone(), what);
    let terms = &request.terms;
    let mut workbook = request.opener.open(bytes, &terms.limits).map_err(failed)?;
    if request.makes_workbook() && workbook.kind() != FileKind::Package {
        return Err(failed(What::NotMarked(workbook.kind().ending())));
    }
    let mut fixes = None;
    if request.fix {
        let wants = |code: &str| request.wants(code);
        let made =
            fixed(workbook, (terms, profile), request.signature, Extent::All, wants).map_err(failed)?;
        (workbook, fixes) = (made.0, Some(made.1));
    }
    if request.format == Format::Xlsx {
        workbook = unmarked(workbook, terms, request.signature).map_err(failed)?;
    }
    build_grids(&workbook);
    let name = input.path().and_then(Path::file_name).map(|name| name.to_string_lossy());
    let meeting = turn.map(|turn| turn as &dyn Meet);
    let options = request.options(&workbook, name.as_deref(), meeting).map_err(opened)?;
    let mut review = review_by(&workbook, profile, options, &Processors);
    if review.table.is_none() {
        super::readable(&workbook).map_err(opened)?;
    }
    review.findings.retain(|code| request.wants(code));
    let target = request.target(input).shown();
    let (mut product, marks) = made(request, &review).map_err(|error| failed(What::Patch(error)))?;
    let fixed = fixes.as_deref();
    let source = Source { path: &path, sha256: sha256.as_deref(), profile: Some(profile), fixed };
    let told = fixed.map(|fixes| text::fixes(fixes, request.style)).unwrap_or_default();
    let report = match request.format {
        Format::Text if request.fix => text::check(&target, &review, request.style) + &told,
        Format::Text => text::check(&path, &review, request.style),
        Format::Html => {
            product = Some(html::check(source, &review, request.style.lang).into_bytes());
            text::paged(&path, &target, &review, request.style)
        }
        Format::Xlsx => text::marked(&path, &target, &review, &marks, request.style) + &told,
        Format::Json | Format::Jsonl => json::file(source, Ok(&review), request.lang),
    };
    let exit = exit(&review, request.fail_on);
    let line = FileLine { path, verdict: review.verdict(), counts: review.counts(), error: None };
    let (projects, table) = (review.projects(), review.table);
    beside::release((workbook, table), projects);
    Ok(Outcome { report, product, line, exit, failure: None, written: Written::Not })
}

/// The workbook that is asked for, if one is: marked, or as it is after its fixes.
fn made(request: &Request, review: &Review<'_>) -> Result<(Option<Vec<u8>>, Marks), PatchError> {
    let marks = match request.format {
        Format::Xlsx => marks::marks(review, request.style.lang, request.style.detail)?,
        _ if request.fix => Marks::default(),
        _ => return Ok((None, Marks::default())),
    };
    let bytes = applied(review.workbook(), &marks.edits, request.signature)?;
    Ok((Some(bytes), marks))
}

fn exit(review: &Review, fail_on: Option<Severity>) -> Exit {
    let worst = review.findings.severities().max();
    match (worst, fail_on) {
        (Some(worst), Some(limit)) if worst >= limit => Exit::Findings,
        _ => Exit::Done,
    }
}
