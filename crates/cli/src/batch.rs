//! Several inputs at once, in a stable order; one failure stops none.

use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use crate::console::Console;
use crate::failure::Failure;
use crate::input::Input;

/// Inputs in work or waiting to be handed on at any time, a thread.
const AHEAD: usize = 16;

/// Works on every input and hands the results on in the inputs' order, a group at a time with the index of its
/// first. Threads are started only for several inputs.
pub(crate) fn run<T: Send>(
    inputs: &[Result<Input, Failure>],
    jobs: Option<u16>,
    console: &mut Console<'_>,
    work: impl Fn(&Input) -> Result<T, Failure> + Sync,
    mut each: impl FnMut(usize, Vec<Result<T, Failure>>, &mut Console<'_>),
) {
    let one = |input: &Result<Input, Failure>| input.as_ref().map_err(Clone::clone).and_then(&work);
    if let [input] = inputs {
        return each(0, vec![one(input)], console);
    }
    let bar = bar(inputs.len(), console);
    let counted = |input| {
        let result = one(input);
        if let Some(bar) = &bar {
            bar.inc(1);
        }
        result
    };
    let pool = pool(jobs);
    let size = room().min(AHEAD * pool.as_ref().map_or(1, rayon::ThreadPool::current_num_threads));
    for (number, group) in inputs.chunks(size).enumerate() {
        let results: Vec<Result<T, Failure>> = match &pool {
            Some(pool) => pool.install(|| group.par_iter().map(counted).collect()),
            None => group.iter().map(counted).collect(),
        };
        let hand_on = || each(number * size, results, console);
        match &bar {
            Some(bar) => bar.suspend(hand_on),
            None => hand_on(),
        }
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

/// How many files a group may keep open: each holds its output until all are put in their places.
fn room() -> usize {
    #[cfg(unix)]
    let handles = rlimit::Resource::NOFILE.get_soft().unwrap_or(256);
    #[cfg(not(unix))]
    let handles = 512_u64;
    usize::try_from(handles / 4).unwrap_or(usize::MAX).max(1)
}

/// The threads asked for, else one a processor; none where one is enough, or the system gives none.
fn pool(jobs: Option<u16>) -> Option<rayon::ThreadPool> {
    let threads = jobs.map_or(0, usize::from);
    if threads == 1 { None } else { rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok() }
}

fn bar(length: usize, console: &Console<'_>) -> Option<ProgressBar> {
    if !console.shows_progress() {
        return None;
    }
    let bar = ProgressBar::new(length as u64);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len}").ok()?;
    Some(bar.with_style(style))
}
