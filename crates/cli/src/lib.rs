//! The `jixiao` command: files, flags, progress and exit codes around the libraries.
//!
//! It is a library with a thin `main`, so that the regression runs every case in its own process through [`run`].
//!
//! | module | holds |
//! |---|---|
//! | `args` | the command line as it is typed |
//! | `help` | every help text in both languages, in one list |
//! | `failure` | every error: message, action, exit code, in both languages |
//! | `console` | what is printed, and whether it is a terminal |
//! | `legacy` | formats whose reader may stop the process, read in a child process |
//! | `engine` | formulas that are not computed here, computed in a child process (feature `engine`) |
//! | `input`, `listing` | files, folders and globs to bytes |
//! | `profiles` | which profile an input is judged by |
//! | `temporary`, `output` | bytes to files, safely |
//! | `batch` | several files at once, in a stable order |
//! | `beside`, `ahead` | threads for one large form |
//! | `meeting` | submissions compared with those before them |
//! | `commands` | one file a command |

#![allow(
    clippy::disallowed_methods,
    reason = "the ban is the libraries' own: files, clock and environment are touched here"
)]

mod ahead;
mod args;
mod batch;
mod beside;
mod commands;
mod console;
#[cfg(feature = "engine")]
mod engine;
mod failure;
mod help;
mod input;
mod legacy;
mod listing;
mod meeting;
mod output;
mod profiles;
mod temporary;

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

pub use console::Screen;

/// Runs the command line of this process on its own streams. An interrupt leaves no half-written file.
pub fn run_process() -> u8 {
    let args: Vec<OsString> = std::env::args_os().collect();
    temporary::arm(help::language(&args));
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    let screen = Screen { out: out.is_terminal(), err: err.is_terminal() };
    let host = Host { screen, program: std::env::current_exe().ok() };
    run_on(args, &mut out, &mut err, host)
}

/// Runs one command line (the first argument is the program's name) with plain output. Everything printed goes
/// through `out` and `err`; the result is the exit code.
///
/// Formats whose reader may stop the process (.xls, .xlsb) are read in this process: a caller that cannot bear that
/// gives [`run_on`] a program.
pub fn run(args: impl IntoIterator<Item = OsString>, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    run_on(args, out, err, Host::default())
}

/// What surrounds a run.
#[derive(Clone, Debug, Default)]
pub struct Host {
    /// Which streams are terminals: only there are colours and a progress bar shown.
    pub screen: Screen,
    /// This program's file, which is started again to read what may stop its process.
    pub program: Option<PathBuf>,
}

/// [`run`] where the caller says what surrounds it.
pub fn run_on(
    args: impl IntoIterator<Item = OsString>,
    out: &mut dyn Write,
    err: &mut dyn Write,
    host: Host,
) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    if args.get(1).is_some_and(|first| first == legacy::COMMAND) {
        return legacy::serve(&mut std::io::stdin().lock(), out);
    }
    #[cfg(feature = "engine")]
    if args.get(1).is_some_and(|first| first == engine::COMMAND) {
        return engine::serve(&mut std::io::stdin().lock(), out);
    }
    let mut console = console::Console::new(out, err, host, help::language(&args));
    let exit = match help::parse(&args, console.lang()) {
        Ok(parsed) => {
            console.quiet(parsed.common.quiet);
            commands::run(parsed, &mut console)
        }
        Err(stop) => {
            console.stop(&stop);
            stop.exit
        }
    };
    console.exit(exit)
}
