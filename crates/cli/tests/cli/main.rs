//! The command line as a user meets it: files, flags, messages, exit codes. One binary, for build time.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "tests may fail loudly, and work on files"
)]

mod check;
mod fill;
mod reference;
mod support;
mod wrong;
