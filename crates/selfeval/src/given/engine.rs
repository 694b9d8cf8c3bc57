//! An engine that computes formulas which are not computed here, lent by the caller.

use std::fmt;

use jixiao_workbook::{CellRef, SheetId, Value, Workbook};

/// Computes formulas. What it gives is compared with stored results, never written.
pub trait Engine: fmt::Debug + Sync {
    /// The results of the formulas at some cells of a sheet, from what is stored in all others; in the order asked,
    /// `None` for what the engine does not know. Fewer, where it could not go on.
    fn results(&self, workbook: &Workbook, sheet: SheetId, cells: &[CellRef]) -> Vec<Option<Value>>;
}
