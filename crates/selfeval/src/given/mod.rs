//! What is given beside a submission: its file's name, the form it was issued as, last year's summary, and what
//! the submissions before it have in common with it.

mod engine;
mod form;
mod prior;
mod submissions;

use jixiao_workbook::{CellRef, Value};

pub use engine::Engine;
pub(crate) use form::Shape;
pub use form::{Form, Label};
pub use prior::{Prior, PriorProject};
pub use submissions::{Again, Meet, Met, Submissions};

/// What is given beside a workbook; nothing unless the caller says so.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Given<'a> {
    /// The file's name, without its folder.
    pub name: Option<&'a str>,
    /// The form as it was issued.
    pub form: Option<&'a Form>,
    /// Last year's summary.
    pub prior: Option<&'a Prior>,
    /// Where submissions meet, asked once the table is read.
    pub meeting: Option<&'a dyn Meet>,
    /// What submissions before this one have in common with it.
    pub met: &'a [Met],
    /// Computes what is not computed here.
    pub engine: Option<&'a dyn Engine>,
    /// What it gave for formulas of the table's sheet.
    pub results: &'a [(CellRef, Value)],
}
