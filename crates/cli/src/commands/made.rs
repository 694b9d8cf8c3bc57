//! A form with a submission in it: rows, cells, what formulas give, and what is asked for besides.

use jixiao_render::marks::AUTHOR;
use jixiao_render::text::{self, Converted};
use jixiao_render::{provenance, template};
use jixiao_selfeval::convert::{self, Changed, Placed};
use jixiao_selfeval::fill::{self, Plan};
use jixiao_selfeval::layout::Choice;
use jixiao_selfeval::{Located, Profile, Submission, Summary};
use jixiao_workbook::patch::Signature;
use jixiao_workbook::{Edit, Limits, Workbook};

use super::convert::Request;
use super::fixed::{self, applied};
use super::submission::located;
use crate::args::Origins;
use crate::beside::Processors;
use crate::failure::{Failure, What};

/// A form with a submission in it.
pub(super) struct Made {
    workbook: Workbook,
    located: Located,
    pub(super) rows: Vec<Edit>,
    pub(super) placed: Placed,
    pub(super) plan: Plan,
    pub(super) changed: Vec<Changed>,
}

impl Made {
    pub(super) fn new(
        request: &Request,
        submission: &Submission,
        profile: &Profile,
    ) -> Result<Self, Failure> {
        let failed = |what| Failure::new(request.form_name(), what);
        let edited = |workbook: &Workbook, edits: &[Edit]| {
            fixed::edited(workbook, edits, (&request.terms, request.signature)).map_err(failed)
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
    pub(super) fn finished(&self, request: &Request, done: Converted<'_>) -> Result<Vec<u8>, Failure> {
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

/// The official form of a submission's size and funds.
pub(super) fn official(
    submission: &Submission,
    profile: &Profile,
    limits: &Limits,
    created: i64,
) -> Result<Workbook, What> {
    let options = template::Options {
        rows: u32::try_from(submission.projects.len()).unwrap_or(u32::MAX).max(1),
        year: submission.year,
        unit: submission.unit.clone(),
        funds: template::funds_for(profile, &submission.funds),
        lock: template::Lock::Open,
        created,
    };
    let bytes = template::template(&options).map_err(|error| What::Template(error.to_string()))?;
    Workbook::open_within(bytes, limits).map_err(What::Open)
}

/// A submission as its unit would have sent it in the official form: every cell as it was declared, computed ones, too,
/// so that it is judged like a table.
pub(super) fn as_sent(submission: &Submission, profile: &Profile, limits: &Limits) -> Result<Workbook, What> {
    let form = official(submission, profile, limits, 0)?;
    let place = located(&form, profile, Choice::default())?;
    let mut edits = convert::cells(&form, &place, submission, profile).edits;
    edits.extend(convert::computed_as_sent(&place, submission, &edits));
    let bytes = applied(&form, &edits, Signature::Keep).map_err(What::Patch)?;
    Workbook::open_within(bytes, limits).map_err(What::Open)
}
