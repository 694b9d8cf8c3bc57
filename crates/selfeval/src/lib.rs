//! What the performance self-evaluation summary (项目支出绩效自评结果汇总表) means: where the table stands, what
//! its figures are, what must hold between them, and what the form leaves to be computed.
//!
//! The contract: reading never fails on content, arithmetic is decimal and exact, every finding names a place,
//! and no file, clock, thread or environment is touched.
//!
//! ```
//! use jixiao_selfeval::{Profile, review, review::Verdict};
//! use jixiao_workbook::Workbook;
//!
//! let bytes = include_bytes!("../../../test-data/template/official-2023-inputs.xlsx");
//! let form = Workbook::open(bytes.to_vec())?;
//! let national = Profile::national();
//! let review = review(&form, &national, Default::default());
//!
//! let table = review.table.as_ref().ok_or("no table")?;
//! assert_eq!(table.summary.projects.len(), 14);
//! // What the form leaves to be computed is still open.
//! assert_eq!(review.verdict(), Verdict::Fail);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`workers`] | work in pieces, which the caller may share out |
//! | [`value`] | figures, rounding, windows, the ways numbers are written |
//! | [`finding`] | findings and fixes |
//! | [`profile`] | what differs by region or year, as data |
//! | [`mapping`] | what is told of a table that is not recognised |
//! | [`layout`] | where the table stands and what its columns mean |
//! | [`summary`] | the table's content, every value with its cell |
//! | [`computed`] | each computed cell as one expression |
//! | [`given`] | what is given beside a submission: its file's name, the form issued, last year's summary, other submissions |
//! | [`rules`] | the rule catalogue, one file a rule |
//! | [`fill`] | the edits that complete the form |
//! | [`submission`] | the table's content without its form |
//! | [`convert`] | a submission into a form |
//! | [`mod@review`] | all of it in one call: locate, read, check, sum up |
//! | [`consolidate`] | many units' tables as one: sums, ranks, grades, the sentence for the accounts |
//! | [`fixes`] | the fixes of a review that need no person |

pub mod computed;
pub mod consolidate;
pub mod convert;
pub mod fill;
pub mod finding;
pub mod fixes;
pub mod given;
pub mod layout;
pub mod mapping;
pub mod profile;
pub mod review;
pub mod rules;
#[cfg(test)]
pub(crate) mod sketch;
pub mod submission;
pub mod summary;
pub mod value;
pub mod workers;

pub use finding::{Finding, Severity, Words};
pub use layout::Located;
pub use mapping::Mapping;
pub use profile::Profile;
pub use review::{Review, review};
pub use submission::Submission;
pub use summary::{Project, Reading, Summary};
pub use value::Figure;
pub use workers::Workers;
