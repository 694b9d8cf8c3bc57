//! Safe fixes, round by round: what one round mends lets the next see more.

use jixiao_render::marks;
use jixiao_selfeval::Profile;
use jixiao_selfeval::fixes::{self, Applied, Extent};
use jixiao_selfeval::review::review_by;
use jixiao_workbook::patch::Signature;
use jixiao_workbook::{Edit, PatchError, Workbook};

use super::Terms;
use crate::ahead::build_grids;
use crate::beside::{Beside, MANY, Processors};
use crate::failure::What;

/// A workbook with the safe fixes made that the rules of wanted codes offer, and what they were.
pub(super) fn fixed(
    mut workbook: Workbook,
    (terms, profile): (&Terms, &Profile),
    signature: Signature,
    extent: Extent,
    wants: impl Fn(&str) -> bool,
) -> Result<(Workbook, Vec<Applied>), What> {
    let mut applied = Vec::new();
    for _ in 0..fixes::MOST_ROUNDS {
        build_grids(&workbook);
        let options = terms.review(&workbook).map_err(What::Open)?;
        let mut review = review_by(&workbook, profile, options, &Processors);
        review.findings.retain(&wants);
        let round = fixes::round(&review, extent);
        drop(review);
        if round.applied.is_empty() {
            break;
        }
        applied.extend(round.applied);
        workbook = edited(&workbook, &round.edits, (terms, signature))?;
    }
    Ok((workbook, applied))
}

/// A workbook without the marks of an earlier check.
pub(super) fn unmarked(workbook: Workbook, terms: &Terms, signature: Signature) -> Result<Workbook, What> {
    let cleaning = marks::clean(&workbook).map_err(What::Patch)?;
    if cleaning.edits.is_empty() {
        Ok(workbook)
    } else {
        edited(&workbook, &cleaning.edits, (terms, signature))
    }
}

/// A workbook with edits made, opened again.
pub(super) fn edited(
    workbook: &Workbook,
    edits: &[Edit],
    (terms, signature): (&Terms, Signature),
) -> Result<Workbook, What> {
    let bytes = applied(workbook, edits, signature).map_err(What::Patch)?;
    Workbook::open_again(bytes, &terms.limits, workbook.known()).map_err(What::Open)
}

/// A workbook's bytes with edits made, many of them deflated beside.
pub(super) fn applied(
    workbook: &Workbook,
    edits: &[Edit],
    signature: Signature,
) -> Result<Vec<u8>, PatchError> {
    match edits.len() {
        0..MANY => workbook.apply(edits, signature),
        _ => workbook.apply_through(edits, signature, || Box::new(Beside::new())),
    }
}
