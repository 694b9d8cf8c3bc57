//! Several inputs at once, in a stable order; one failure stops none.

use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use crate::console::Console;
use crate::failure::Failure;
use crate::input::Input;

/// Inputs in work or waiting to be printed at any time, a thread.
const AHEAD: usize = 16;

/// Works on every input and hands the results on in the inputs' order. Threads are started only for several.
pub(crate) fn run<T: Send>(
    inputs: &[Result<Input, Failure>],
    jobs: Option<u16>,
    console: &mut Console<'_>,
    work: impl Fn(&Input) -> Result<T, Failure> + Sync,
    mut each: impl FnMut(usize, Result<T, Failure>, &mut Console<'_>),
) {
    let one = |input: &Result<Input, Failure>| input.as_ref().map_err(Clone::clone).and_then(&work);
    if inputs.len() < 2 || jobs == Some(1) {
        for (index, input) in inputs.iter().enumerate() {
            each(index, one(input), console);
        }
        return;
    }
    let bar = bar(inputs.len(), console);
    let threads = jobs.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok();
    let chunk = AHEAD * pool.as_ref().map_or(1, rayon::ThreadPool::current_num_threads);
    for (number, part) in inputs.chunks(chunk).enumerate() {
        let counted = |input| {
            let result = one(input);
            if let Some(bar) = &bar {
                bar.inc(1);
            }
            result
        };
        let results: Vec<Result<T, Failure>> = match &pool {
            Some(pool) => pool.install(|| part.par_iter().map(counted).collect()),
            None => part.iter().map(counted).collect(),
        };
        let print = || {
            for (index, result) in results.into_iter().enumerate() {
                each(number * chunk + index, result, console);
            }
        };
        match &bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

fn bar(length: usize, console: &Console<'_>) -> Option<ProgressBar> {
    if !console.shows_progress() {
        return None;
    }
    let bar = ProgressBar::new(length as u64);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len}").ok()?;
    Some(bar.with_style(style))
}
