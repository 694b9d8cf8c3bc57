//! The `jixiao` binary.

use std::io::IsTerminal;
use std::process::ExitCode;

fn main() -> ExitCode {
    let (stdout, stderr) = (std::io::stdout(), std::io::stderr());
    let screen = jixiao::Screen { out: stdout.is_terminal(), err: stderr.is_terminal() };
    let host = jixiao::Host { screen, program: std::env::current_exe().ok() };
    ExitCode::from(jixiao::run_on(std::env::args_os(), &mut stdout.lock(), &mut stderr.lock(), host))
}
