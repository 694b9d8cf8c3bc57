//! Findings, fills and forms as people and programs read them. One file an output format.
//!
//! The contract: every function is pure (same input, same text), the caller says which language and whether
//! colour is wanted, and nothing that was found is left out without a word.
//!
//! | module | holds |
//! |---|---|
//! | [`words`] | the languages, and the terms that every format shares |
//! | [`text`] | the reports of `check` and `fill` for people |
//! | [`json`] | `jixiao.check/1` |
//! | [`rules`] | the rule catalogue and a rule's page |
//! | [`template`] | the official form as a workbook |

pub mod json;
pub mod rules;
pub mod template;
pub mod text;
pub mod words;

pub use words::Lang;
