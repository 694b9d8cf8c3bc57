//! `jixiao.summary/1`: what was read of each input, for other programs, and the way back. Amounts are decimal strings
//! in 万元, rates are fractions, scores are points, whatever the table itself used.

use jixiao_selfeval::Submission;
use jixiao_selfeval::finding::Field;

mod csv;
mod error;
mod node;
mod read;
mod write;

pub use csv::csv;
pub use error::{Fault, SummaryError, Wanted};
pub use read::{File, from_json, is_json};
pub use write::{file, report};

/// The schema's name.
pub const SCHEMA: &str = "jixiao.summary/1";

/// An input that was read.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The path as the user gave it.
    pub path: &'a str,
    /// SHA-256 of its bytes in hexadecimal; none where it could not be read.
    pub sha256: Option<&'a str>,
}

/// An input and what it declares.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'a> {
    /// The path as the user gave it.
    pub path: &'a str,
    /// What it declares.
    pub submission: &'a Submission,
}

/// A column: its key in JSON, its field, and whether it holds text.
struct Column {
    key: &'static str,
    field: Field,
    kind: Kind,
}

/// What a column's values are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// A plain number.
    Number,
    /// 万元.
    Amount,
    /// A fraction.
    Rate,
    /// Points.
    Score,
}

const fn column(key: &'static str, field: Field, kind: Kind) -> Column {
    Column { key, field, kind }
}

/// Key of the parts of 小计.
const FUNDS: &str = "funds";

/// The columns of a project before the parts of 小计.
const BEFORE: [Column; 6] = [
    column("sequence", Field::Sequence, Kind::Number),
    column("code", Field::Code, Kind::Text),
    column("name", Field::Name, Kind::Text),
    column("supervisor", Field::Supervisor, Kind::Text),
    column("initial_budget", Field::InitialBudget, Kind::Amount),
    column("budget", Field::Budget, Kind::Amount),
];

/// The columns of a project behind the parts of 小计.
const BEHIND: [Column; 6] = [
    column("executed", Field::Executed, Kind::Amount),
    column("execution_rate", Field::ExecutionRate, Kind::Rate),
    column("score", Field::Score, Kind::Score),
    column("grade", Field::Grade, Kind::Text),
    column("reason", Field::Reason, Kind::Text),
    column("remark", Field::Remark, Kind::Text),
];

impl Column {
    /// Whether the total row has it.
    fn is_summed(&self) -> bool {
        !matches!(self.kind, Kind::Text | Kind::Number)
    }
}

#[cfg(test)]
mod tests;
