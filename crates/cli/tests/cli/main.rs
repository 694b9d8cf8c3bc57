//! The command line as a user meets it: files, flags, messages, exit codes. One binary, for build time.

mod check;
mod fill;
mod reference;
mod support;
mod wrong;
