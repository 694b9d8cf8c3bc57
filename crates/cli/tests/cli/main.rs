//! The command line as a user meets it: files, flags, messages, exit codes. One binary, for build time.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "tests may fail loudly, and work on files"
)]

mod batch;
mod check;
mod convert;
mod crafted;
#[path = "../../../../examples/edit_cell.rs"]
#[expect(dead_code, reason = "its main reads the command line of the process")]
mod edit_cell;
#[cfg(feature = "engine")]
mod engine;
mod examples;
mod faults;
mod fill;
mod formats;
mod forms;
mod hostile;
#[path = "../../../../examples/insert_rows.rs"]
#[expect(dead_code, reason = "its main reads the command line of the process")]
mod insert_rows;
mod merge;
mod reference;
mod schema;
mod support;
mod template;
mod wrong;
