//! The plan in the making, step by step.

use jixiao_workbook::{Sheet, Workbook};

use super::Options;
use super::draft::Draft;
use super::ground::{Ground, Target};
use crate::computed::Held;
use crate::layout::Located;
use crate::summary::Summary;

/// Computed cells of a total row, at most in any usual form.
const TOTALS: usize = 32;

/// A plan in the making: what it stands on and what it comes to so far.
pub(super) struct Planner<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) draft: Draft<'a>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        workbook: &'a Workbook,
        sheet: &'a Sheet,
        located: &'a Located,
        summary: &'a Summary,
        options: Options,
    ) -> Self {
        let ground = Ground::new(workbook, sheet, located, summary, options);
        Self { ground, draft: Draft::new(workbook, 2 * summary.projects.len() + TOTALS, 1) }
    }

    /// Brings one computed cell to what it should hold, and says what it holds then.
    pub(super) fn compute(&mut self, target: &Target<'_>) -> Held {
        self.draft.compute(&self.ground, target)
    }
}
