//! The `jixiao` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(jixiao::run_process())
}
