//! Findings, fills and forms as people and programs read them. One file an output format.
//!
//! The contract: every function is pure (same input, same text), the caller says which language and whether
//! colour is wanted, and nothing that was found is left out without a word.
//!
//! ```
//! use jixiao_render::text::{Style, check};
//! use jixiao_selfeval::{Profile, review};
//! use jixiao_workbook::Workbook;
//!
//! let bytes = include_bytes!("../../../test-data/template/official-2023-inputs.xlsx");
//! let (workbook, national) = (Workbook::open(bytes.to_vec())?, Profile::national());
//! let review = review(&workbook, &national, Default::default());
//!
//! let report = check("表.xlsx", &review, Style::default());
//! assert!(report.starts_with("改后再报　表.xlsx"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`words`] | the languages, and the terms that every format shares |
//! | [`text`] | the reports of `check` and `fill` for people |
//! | [`html`] | the report of `check` as a page |
//! | [`json`] | `jixiao.check/1` |
//! | [`consolidated`] | many units' tables as one workbook |
//! | [`marks`] | the submitted workbook with the findings marked in it |
//! | [`profiles`] | the built-in profiles, and what one changes |
//! | [`rules`] | the rule catalogue and a rule's page |
//! | [`schema`] | the JSON schemas of what programs read |
//! | [`provenance`] | where every value of a converted form comes from |
//! | [`summary`] | `jixiao.summary/1`: what was read, as JSON and CSV, and the way back |
//! | [`template`] | the official form as a workbook |

pub mod consolidated;
pub mod html;
pub mod json;
pub mod marks;
pub mod profiles;
pub mod provenance;
pub mod rules;
pub mod schema;
pub mod summary;
pub mod template;
pub mod text;
pub mod words;

pub use words::Lang;
