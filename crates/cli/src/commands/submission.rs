//! What an input declares: a table of any format, or the summary that `extract` writes.

use jixiao_render::summary;
use jixiao_selfeval::layout::{Choice, locate};
use jixiao_selfeval::{Located, Profile, Submission, Summary, rules};
use jixiao_workbook::Workbook;

use super::Terms;
use crate::ahead::build_grids;
use crate::beside::Processors;
use crate::failure::{Failure, What};
use crate::input::Input;
use crate::legacy::Opener;

/// What an input of these bytes declares.
pub(super) fn read(
    (terms, opener): (&Terms, &Opener),
    input: &Input,
    bytes: Vec<u8>,
    profile: &Profile,
) -> Result<Submission, Failure> {
    let failed = |what| Failure::new(input.shown(), what);
    if summary::is_json(&bytes) {
        return of_summary(&bytes).map_err(failed);
    }
    let workbook = opener.open(bytes, &terms.limits).map_err(failed)?;
    build_grids(&workbook);
    let choice = terms.choice(&workbook).map_err(|error| failed(What::Open(error)))?;
    let located = located(&workbook, profile, choice).map_err(failed)?;
    Ok(Submission::of(&located, &Summary::read_by(&workbook, &located, profile, &Processors)))
}

/// The only submission of a summary.
fn of_summary(bytes: &[u8]) -> Result<Submission, What> {
    let files = summary::from_json(bytes).map_err(|error| What::Summary(error.words()))?;
    let mut submissions: Vec<Submission> = files.into_iter().filter_map(|file| file.submission).collect();
    match (submissions.pop(), submissions.len()) {
        (Some(only), 0) => Ok(only),
        (None, _) => Err(What::NoProjects),
        (Some(_), others) => Err(What::Several(others.saturating_add(1))),
    }
}

/// Where the table of a workbook stands.
pub(super) fn located(workbook: &Workbook, profile: &Profile, choice: Choice<'_>) -> Result<Located, What> {
    locate(workbook, profile, choice).map_err(|missing| match super::readable(workbook) {
        Err(error) => What::Open(error),
        Ok(()) => What::NoTable(Box::new(rules::no_table(&missing))),
    })
}
