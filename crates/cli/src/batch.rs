//! Several inputs at once, in a stable order; one failure stops none.

use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::console::Console;
use crate::failure::Failure;
use crate::input::Input;

/// Inputs in work or waiting to be handed on at any time, a thread.
const AHEAD: usize = 16;

/// Works on every input, with its index, and hands the results on in the inputs' order, a group at a time with the
/// index of its first. Work is begun in that order, too. Threads are started only for several inputs.
pub(crate) fn run<T: Send>(
    inputs: &[Result<Input, Failure>],
    jobs: Option<u16>,
    console: &mut Console<'_>,
    work: impl Fn(usize, &Input) -> Result<T, Failure> + Sync,
    mut each: impl FnMut(usize, Vec<Result<T, Failure>>, &mut Console<'_>),
) {
    let one = |index: usize, input: &Result<Input, Failure>| {
        input.as_ref().map_err(Clone::clone).and_then(|input| work(index, input))
    };
    if let [input] = inputs {
        return each(0, vec![one(0, input)], console);
    }
    let bar = bar(inputs.len(), console);
    let counted = |(index, input)| {
        let result = one(index, input);
        if let Some(bar) = &bar {
            bar.inc(1);
        }
        result
    };
    let pool = pool(jobs);
    let size = room().min(AHEAD * pool.as_ref().map_or(1, rayon::ThreadPool::current_num_threads));
    for (number, group) in inputs.chunks(size).enumerate() {
        let indexed = (number * size..).zip(group);
        let results: Vec<Result<T, Failure>> = match &pool {
            Some(pool) => begun_in_order(pool, &indexed.collect::<Vec<_>>(), counted),
            None => indexed.map(counted).collect(),
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

/// The results of work on all threads, each of which takes the next item when it is free: what waits for earlier
/// items waits for work that has begun.
fn begun_in_order<I: Copy + Sync, R: Send>(
    pool: &rayon::ThreadPool,
    items: &[I],
    work: impl Fn(I) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let share = || {
        let taken = std::iter::from_fn(|| {
            let index = next.fetch_add(1, Ordering::Relaxed);
            Some((index, *items.get(index)?))
        });
        taken.map(|(index, item)| (index, work(item))).collect::<Vec<_>>()
    };
    let mut results: Vec<(usize, R)> = pool.broadcast(|_| share()).into_iter().flatten().collect();
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_begun_and_handed_on_in_order() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        let begun = AtomicUsize::new(0);
        let items: Vec<usize> = (0..200).collect();
        let results = begun_in_order(&pool, &items, |item| {
            // Whatever waits for all earlier items to begin goes on.
            begun.fetch_add(1, Ordering::SeqCst);
            while begun.load(Ordering::SeqCst) <= item {
                std::thread::yield_now();
            }
            item * 2
        });
        assert_eq!(results, items.iter().map(|item| item * 2).collect::<Vec<_>>());
    }
}
