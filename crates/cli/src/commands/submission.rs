//! What an input declares: a table of any format, or the summary that `extract` writes.

use jixiao_render::summary;
use jixiao_selfeval::layout::{self, Choice, NoTable, Unread, locate};
use jixiao_selfeval::{Located, Profile, Submission, Summary, Words, rules};
use jixiao_workbook::Workbook;

use super::Terms;
use crate::ahead::build_grids;
use crate::beside::Processors;
use crate::failure::{Failure, What};
use crate::input::Held;
use crate::legacy::Opener;

/// What an input declares that holds this, and the columns of its table that are not read; `shown` is its name.
pub(super) fn read(
    (terms, opener): (&Terms, &Opener),
    (shown, held): (&str, Held),
    profile: &Profile,
) -> Result<(Submission, Vec<Unread>), Failure> {
    let failed = |what| Failure::new(shown, what);
    let bytes = match held {
        Held::Submission(only) => return Ok((*only, Vec::new())),
        Held::Bytes(bytes) => bytes,
    };
    if summary::is_json(&bytes) {
        return of_summary(&bytes).map(|only| (only, Vec::new())).map_err(failed);
    }
    let workbook = opener.open(bytes, &terms.limits).map_err(failed)?;
    build_grids(&workbook);
    let choice = terms.choice(&workbook).map_err(|error| failed(What::Open(error)))?;
    let located = locate(&workbook, profile, choice).map_err(|missing| {
        let is_unknown = missing.cause.is_none() && layout::suggest(&workbook, profile).is_some();
        let what = no_table(&workbook, &missing);
        failed(if is_unknown { what.or_mapped(shown) } else { what })
    })?;
    let summary = Summary::read_by(&workbook, &located, profile, &Processors);
    let submission = Submission::of(&workbook, &located, &summary);
    Ok((submission, layout::unread(&workbook, &located)))
}

/// What is said of a mapping that is asked for, where what is read needs none.
pub(super) fn unmapped(terms: &Terms, held: &Held) -> Option<Words> {
    (terms.mapping.is_some() && held.is_summary()).then(|| {
        Words::new("JSON 的字段已经写明，--map 没有用到", "the JSON names its fields; --map was not used")
    })
}

/// The only submission of a summary.
pub(super) fn of_summary(bytes: &[u8]) -> Result<Submission, What> {
    let mut files = summary::from_json(bytes).map_err(|error| What::Summary(error.words()))?;
    match (files.pop(), files.len()) {
        (Some(only), 0) => only.submission.ok_or_else(|| What::NotExtracted(only.error.unwrap_or_default())),
        (None, _) => Err(What::NoProjects),
        (Some(_), others) => Err(What::Several(others.saturating_add(1))),
    }
}

/// Where the table of a workbook stands.
pub(super) fn located(workbook: &Workbook, profile: &Profile, choice: Choice<'_>) -> Result<Located, What> {
    locate(workbook, profile, choice).map_err(|missing| no_table(workbook, &missing))
}

/// Why no table could be taken: a sheet may be unreadable.
fn no_table(workbook: &Workbook, missing: &NoTable) -> What {
    match super::readable(workbook) {
        Err(error) => What::Open(error),
        Ok(()) => What::NoTable(Box::new(rules::no_table(missing))),
    }
}
