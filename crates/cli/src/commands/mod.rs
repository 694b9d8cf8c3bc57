//! One file a command. Each turns what was typed into what it means, does it, and gives the exit code.

mod check;
mod clean;
mod convert;
mod each;
mod explain;
mod extract;
mod fill;
mod fixed;
mod made;
mod merge;
mod parts;
mod profile;
mod rules;
mod schema;
mod submission;
mod suggested;
mod template;

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use jixiao_render::Lang;
use jixiao_render::text::{FileLine, Style, files};
use jixiao_selfeval::layout::Choice;
use jixiao_selfeval::profile::Weights;
use jixiao_selfeval::review::{Counts, Verdict};
use jixiao_selfeval::{Mapping, Words};
use jixiao_workbook::{Limits, OpenError, SheetId, Workbook};

use crate::args::{Basis, Bounds, Command, Line, Tables, Work};
use crate::console::Console;
use crate::failure::{Exit, Failure, What};
use crate::input::{Input, owner_file};
use crate::listing::Listing;
use crate::profiles::Profiles;

/// Runs a parsed command line.
pub(crate) fn run(line: Line, console: &mut Console<'_>) -> Exit {
    let lang = line.common.lang;
    let done = match line.command {
        Command::Fill(args) => fill::run(args, console),
        Command::Check(args) => check::run(args, lang, console),
        Command::Merge(args) => merge::run(&args, console),
        Command::Clean(args) => clean::run(args, console),
        Command::Convert(args) if args.suggest_map => suggested::run(&args, console),
        Command::Convert(args) => convert::run(args, console),
        Command::Extract(args) => extract::run(&args, lang, console),
        Command::Template(args) => template::run(&args, console),
        Command::Explain(args) => explain::run(&args, console),
        Command::Rules(args) => Ok(rules::run(&args, lang, console)),
        Command::Profile(args) => profile::run(&args, console),
        Command::Schema(args) => Ok(schema::run(&args, console)),
    };
    done.unwrap_or_else(|failure| {
        console.failure(&failure);
        failure.exit()
    })
}

/// How tables are read and judged.
struct Terms {
    profiles: Profiles,
    weights: Option<Weights>,
    limits: Limits,
    /// The sheet asked for, by name or number.
    sheet: Option<String>,
    /// The table asked for, from 1.
    table: Option<usize>,
    mapping: Option<Mapping>,
}

impl Terms {
    /// What the flags mean for these inputs; `given` are files that are compared with them.
    fn of(work: &Work, listing: &Listing, given: &[&Path]) -> Result<Self, Failure> {
        let weights = work.weights.map(|basis| match basis {
            Basis::Budget => Weights::Budget,
            Basis::Executed => Weights::Executed,
        });
        Ok(Self { weights, ..Self::reading(&work.tables, listing, given)? })
    }

    /// What the flags of a command mean that reads tables and does not judge them.
    fn reading(tables: &Tables, listing: &Listing, given: &[&Path]) -> Result<Self, Failure> {
        Ok(Self {
            profiles: Profiles::of(tables.profile.as_deref(), listing, given)?,
            weights: None,
            limits: limits(tables.sources.bounds),
            sheet: tables.choice.sheet.clone(),
            table: tables.choice.table.map(usize::from),
            mapping: mapping(tables.choice.map.as_deref())?,
        })
    }

    /// Which table of a workbook is meant.
    fn choice(&self, workbook: &Workbook) -> Result<Choice<'_>, OpenError> {
        let mut choice = Choice::default();
        (choice.table, choice.mapping) = (self.table, self.mapping.as_ref());
        if let Some(asked) = &self.sheet {
            let number = asked.parse::<u32>().ok().and_then(|number| number.checked_sub(1)).map(SheetId);
            let numbered = number.filter(|id| workbook.entry(*id).is_some());
            let sheet = workbook.sheet_named(asked).or(numbered);
            choice.sheet = Some(sheet.ok_or_else(|| OpenError::NoSheet(asked.clone()))?);
        }
        Ok(choice)
    }

    fn review<'a>(&'a self, workbook: &Workbook) -> Result<jixiao_selfeval::review::Options<'a>, OpenError> {
        let mut options = jixiao_selfeval::review::Options::default();
        options.weights = self.weights;
        options.choice = self.choice(workbook)?;
        Ok(options)
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

/// A mapping from a file.
fn mapping(asked: Option<&Path>) -> Result<Option<Mapping>, Failure> {
    let Some(asked) = asked else { return Ok(None) };
    let shown = asked.display().to_string();
    let text = std::fs::read_to_string(asked).map_err(|error| Failure::reading(&shown, &error))?;
    let read = Mapping::from_toml(&text);
    read.map(Some).map_err(|error| Failure::new(shown, What::Mapping(error.words())))
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

/// Seconds since 1970.
fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(now).unwrap_or(0)
}

/// Bytes as hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
