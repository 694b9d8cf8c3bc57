//! One file a command. Each turns what was typed into what it means, does it, and gives the exit code.

mod check;
mod clean;
mod explain;
mod fill;
mod fixed;
mod rules;
mod schema;
mod template;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use jixiao_render::Lang;
use jixiao_render::text::{FileLine, Style, files};
use jixiao_selfeval::profile::Weights;
use jixiao_selfeval::review::{Counts, Verdict};
use jixiao_selfeval::{Profile, Words};
use jixiao_workbook::{Limits, OpenError, Workbook};

use crate::args::{Basis, Bounds, Command, Line, Work};
use crate::console::Console;
use crate::failure::{Exit, Failure, What};
use crate::input::{Input, owner_file};

/// Runs a parsed command line.
pub(crate) fn run(line: Line, console: &mut Console<'_>) -> Exit {
    let lang = line.common.lang;
    let done = match line.command {
        Command::Fill(args) => fill::run(args, console),
        Command::Check(args) => check::run(args, lang, console),
        Command::Clean(args) => clean::run(args, console),
        Command::Template(args) => template::run(&args, console),
        Command::Explain(args) => explain::run(&args, console),
        Command::Rules(args) => Ok(rules::run(&args, lang, console)),
        Command::Schema(args) => Ok(schema::run(&args, console)),
    };
    done.unwrap_or_else(|failure| {
        console.failure(&failure);
        failure.exit()
    })
}

/// How a table is judged.
struct Terms {
    profile: Profile,
    weights: Option<Weights>,
    limits: Limits,
}

impl Terms {
    fn of(work: &Work) -> Result<Self, Failure> {
        let weights = work.weights.map(|basis| match basis {
            Basis::Budget => Weights::Budget,
            Basis::Executed => Weights::Executed,
        });
        Ok(Self { profile: profile(work.profile.as_deref())?, weights, limits: limits(work.sources.bounds) })
    }

    fn review<'a>(&self) -> jixiao_selfeval::review::Options<'a> {
        let mut options = jixiao_selfeval::review::Options::default();
        options.weights = self.weights;
        options
    }
}

/// The usual limits, with those the user set. A larger part makes room in the file.
fn limits(bounds: Bounds) -> Limits {
    let mut limits = Limits::default();
    limits.part_bytes = bounds.max_part_size.unwrap_or(limits.part_bytes);
    limits.file_bytes = bounds.max_size.unwrap_or(limits.file_bytes.max(limits.part_bytes));
    limits.cells = bounds.max_cells.unwrap_or(limits.cells);
    limits
}

/// A built-in profile by its name, else a file.
fn profile(asked: Option<&Path>) -> Result<Profile, Failure> {
    let Some(asked) = asked else { return Ok(Profile::national()) };
    if let Some(profile) = asked.to_str().and_then(Profile::built_in) {
        return Ok(profile);
    }
    let shown = asked.display().to_string();
    let text = fs::read_to_string(asked).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::new(&shown, What::NoProfile),
        _ => Failure::reading(&shown, &error),
    })?;
    Profile::from_toml(&text).map_err(|error| Failure::new(shown, What::Profile(error)))
}

/// Notes on inputs that are open in another program, whose unsaved changes are not in the file.
fn note_owner(input: &Input, console: &mut Console<'_>) {
    if input.path().and_then(owner_file).is_some() {
        let shown = input.shown();
        console.note(&Words::new(
            format!("{shown} 正在别处打开，未保存的改动看不到"),
            format!("{shown} is open elsewhere; changes that are not saved are not seen"),
        ));
    }
}

/// A file that could not be checked or written, for the closing table.
fn failed_line(path: String, failure: &Failure, lang: Lang) -> FileLine {
    let words = Failure { about: String::new(), what: failure.what.clone() };
    let error = Some(words.sentence(lang));
    FileLine { path, verdict: Verdict::Unchecked, counts: Counts::default(), error }
}

/// The closing table, and what was passed over, where several files were worked on.
fn close(lines: &[FileLine], skipped: Option<Words>, style: Style) -> String {
    let mut text = if lines.len() > 1 { files(lines, style) } else { String::new() };
    if let Some(words) = skipped {
        text.push_str(style.lang.pick(&words));
        text.push_str(style.lang.of("。\n", ".\n"));
    }
    text
}

/// Whether every sheet of a workbook could be read: "no table" is only true then.
fn readable(workbook: &Workbook) -> Result<(), OpenError> {
    let grids = workbook.sheet_ids().filter(|id| workbook.entry(*id).is_some_and(|entry| entry.grid));
    for id in grids {
        workbook.sheet(id)?;
    }
    Ok(())
}
