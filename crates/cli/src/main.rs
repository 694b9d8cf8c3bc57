//! The `jixiao` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(jixiao::run(std::env::args_os(), &mut std::io::stdout().lock(), &mut std::io::stderr()))
}
