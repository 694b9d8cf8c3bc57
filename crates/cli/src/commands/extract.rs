//! `extract`: what the tables hold, for other programs.

use std::path::Path;

use jixiao_render::summary::{self, Declared, Source};
use jixiao_render::{Lang, text};
use jixiao_selfeval::{Submission, Words};
use sha2::{Digest, Sha256};

use super::parts::parted;
use super::{Terms, note_owner, submission};
use crate::args::{Extract, Language, Sources, Written};
use crate::batch;
use crate::console::Console;
use crate::failure::{Exit, Failure, What};
use crate::help::chosen;
use crate::input::{Held, Input};
use crate::listing::{Listing, Wanted};
use crate::output::{self, Replace, Sync, Target};

/// An input that was read.
struct Read {
    /// Of its file; none for one of several submissions of a file.
    sha256: Option<String>,
    submission: Submission,
    /// What is said of a mapping that was not used.
    unmapped: Option<Words>,
}

pub(super) fn run(
    args: &Extract,
    lang: Option<Language>,
    console: &mut Console<'_>,
) -> Result<Exit, Failure> {
    let Sources { inputs, files_from, jobs, .. } = &args.tables.sources;
    let mut listing = Listing::of(inputs, files_from.as_deref(), Wanted::Submissions)?;
    parted(&mut listing, super::limits(args.tables.sources.bounds).file_bytes);
    let (terms, opener) = (Terms::reading(&args.tables, &listing, &[])?, console.opener());
    let target = args.target.output.as_deref().map_or(Target::Standard, Target::of);
    let replace = Replace::of(false, args.target.force);
    if let Target::File(path) = &target {
        permit(path, &listing, replace)?;
    }
    let work = |_: usize, input: &Input| {
        let held = input.held(terms.limits.file_bytes)?;
        let unmapped = submission::unmapped(&terms, &held);
        let sha256 = match &held {
            Held::Bytes(bytes) => Some(super::hexadecimal(&Sha256::digest(bytes))),
            Held::Submission(_) => None,
        };
        let profile = terms.profiles.by(input)?;
        let (submission, _) = submission::read((&terms, &opener), (&input.shown(), held), profile)?;
        Ok(Read { sha256, submission, unmapped })
    };
    let mut read = Vec::new();
    batch::run(&listing.inputs, *jobs, console, work, |first, results, console| {
        for (index, result) in (first..).zip(results) {
            let input = listing.inputs.get(index).and_then(|input| input.as_ref().ok());
            if let Some(input) = input {
                note_owner(input, console);
            }
            match &result {
                Ok(read) => note(input, read, console),
                Err(failure) => console.failure(failure),
            }
            read.push((input.map(Input::shown), result));
        }
    });
    let failures = read.iter().filter_map(|(_, result)| result.as_ref().err());
    let exit = failures.map(Failure::exit).max().unwrap_or(Exit::Done);
    let text = written(&read, args.format, chosen(lang).unwrap_or(Lang::Zh));
    match &target {
        Target::Standard => console.product(text.as_bytes()),
        Target::File(path) => {
            if let Some(staged) = output::stage(path, text.as_bytes(), replace, Sync::Now)? {
                staged.commit()?;
            }
            let submissions = || read.iter().filter_map(|(_, result)| result.as_ref().ok());
            let projects = submissions().map(|read| read.submission.projects.len()).sum();
            let line = text::extracted(&target.shown(), submissions().count(), projects, console.lang());
            console.report(&line);
        }
    }
    Ok(exit)
}

/// Notes where unit and year come from that the table's heading does not name, and a mapping that was not used.
fn note(input: Option<&Input>, read: &Read, console: &mut Console<'_>) {
    let shown = input.map_or_else(String::new, Input::shown);
    for words in text::elsewhere(&read.submission).into_iter().chain(read.unmapped.clone()) {
        let about = Words::new(format!("{shown}：{}", words.zh), format!("{shown}: {}", words.en));
        console.note(&about);
    }
}

/// Refuses an output that must not be written, or is an input.
fn permit(path: &Path, listing: &Listing, replace: Replace) -> Result<(), Failure> {
    output::permit(path, None, replace)?;
    let mut inputs = listing.inputs.iter().flatten().filter_map(Input::path);
    if inputs.any(|input| output::same_file(input, path)) {
        return Err(Failure::new(path.display().to_string(), What::SameAsInput));
    }
    Ok(())
}

/// What was read of the inputs, in their order.
fn written(read: &[(Option<String>, Result<Read, Failure>)], format: Written, lang: Lang) -> String {
    match format {
        Written::Json => {
            let file = |(shown, result): &(Option<String>, Result<Read, Failure>)| match result {
                Ok(Read { sha256, submission, .. }) => {
                    let path = shown.as_deref().unwrap_or_default();
                    summary::file(Source { path, sha256: sha256.as_deref() }, Ok(submission), lang)
                }
                Err(failure) => {
                    let path = shown.as_deref().unwrap_or(&failure.about);
                    summary::file(Source { path, sha256: None }, Err(&failure.unread()), lang)
                }
            };
            summary::report(&read.iter().map(file).collect::<Vec<_>>())
        }
        Written::Csv => {
            let declared = read.iter().filter_map(|(shown, result)| {
                let submission = &result.as_ref().ok()?.submission;
                Some(Declared { path: shown.as_deref()?, submission })
            });
            summary::csv(&declared.collect::<Vec<_>>(), lang)
        }
    }
}
