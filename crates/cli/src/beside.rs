//! Work on other threads for one large form, where the libraries start none: deflating, pieces of the
//! table, and giving memory back.

use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::{Builder, JoinHandle};

use jixiao_selfeval::workers::{Alone, Workers};
use jixiao_workbook::package::Deflated;
use jixiao_workbook::patch::{Block, Compressor};
use rayon::prelude::*;

/// From this many projects or edits on a thread pays.
pub(crate) const MANY: usize = 2_000;

/// All processors, for the pieces of a large form.
pub(crate) struct Processors;

impl Workers for Processors {
    fn map<T: Send>(&self, count: usize, work: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
        if count < 2 || !has_threads() {
            return Alone.map(count, work);
        }
        (0..count).into_par_iter().map(work).collect()
    }
}

/// Whether there are threads to share the work; where the system gives none it is done on this one.
fn has_threads() -> bool {
    static STARTED: OnceLock<bool> = OnceLock::new();
    let start = || rayon::ThreadPoolBuilder::new().build_global().is_ok();
    rayon::current_thread_index().is_some() || *STARTED.get_or_init(start)
}

/// Gives the memory of something back; of something large on a thread of its own, which nobody waits for.
pub(crate) fn release<T: Send + 'static>(thing: T, size: usize) {
    if size >= MANY {
        // Where no thread can be started the thing is dropped with the closure, here and now.
        drop(Builder::new().spawn(move || drop(thing)));
    }
}

/// Bytes that are deflated at a time.
const BLOCK: usize = 256 << 10;

/// A compressor that hands the part in blocks to as many threads as there are processors. Its result does not
/// depend on how many there are.
pub(crate) struct Beside {
    gathered: Vec<u8>,
    count: usize,
    blocks: SyncSender<(usize, Vec<u8>)>,
    workers: Vec<JoinHandle<Vec<(usize, Block)>>>,
    /// The blocks that are deflated here, where the system gives no thread.
    alone: Option<Vec<(usize, Block)>>,
}

impl Beside {
    pub(crate) fn new() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        // Few blocks wait, so that memory stays bounded.
        let (blocks, waiting) = sync_channel(threads);
        let waiting = Arc::new(Mutex::new(waiting));
        let start = |_| {
            let waiting = Arc::clone(&waiting);
            Builder::new().spawn(move || deflate(&waiting)).ok()
        };
        let workers: Vec<_> = (0..threads).filter_map(start).collect();
        let alone = workers.is_empty().then(Vec::new);
        Self { gathered: Vec::with_capacity(BLOCK + BLOCK / 4), count: 0, workers, blocks, alone }
    }

    /// Hands on what is gathered.
    fn send(&mut self, next: Vec<u8>) {
        let block = std::mem::replace(&mut self.gathered, next);
        match &mut self.alone {
            Some(done) => done.push((self.count, Block::of(&block))),
            // The workers only stop listening by a panic, which `finish` passes on.
            None => drop(self.blocks.send((self.count, block))),
        }
        self.count += 1;
    }
}

/// Deflates the blocks that come until there are no more.
fn deflate(waiting: &Mutex<Receiver<(usize, Vec<u8>)>>) -> Vec<(usize, Block)> {
    let next = || waiting.lock().ok()?.recv().ok();
    std::iter::from_fn(next).map(|(number, block)| (number, Block::of(&block))).collect()
}

impl Compressor for Beside {
    fn push(&mut self, piece: Vec<u8>) {
        self.gathered.extend_from_slice(&piece);
        if self.gathered.len() >= BLOCK {
            self.send(Vec::with_capacity(BLOCK + BLOCK / 4));
        }
    }

    fn finish(mut self: Box<Self>) -> Deflated {
        self.send(Vec::new());
        let Self { blocks, workers, alone, .. } = *self;
        drop(blocks);
        let done = |worker: JoinHandle<_>| worker.join().unwrap_or_else(|panic| resume_unwind(panic));
        let mut made: Vec<(usize, Block)> = workers.into_iter().flat_map(done).collect();
        made.extend(alone.into_iter().flatten());
        made.sort_unstable_by_key(|(number, _)| *number);
        Block::joined(made.into_iter().map(|(_, block)| block))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jixiao_workbook::patch::Inline;

    #[test]
    fn threads_deflate_the_same_content() {
        let pieces: Vec<Vec<u8>> = (0..100_u8).map(|n| vec![n; 30_000]).collect();
        let (mut inline, mut beside) = (Box::new(Inline::new()), Box::new(Beside::new()));
        for piece in pieces {
            inline.push(piece.clone());
            beside.push(piece);
        }
        let (inline, beside) = (inline.finish(), beside.finish());
        assert_eq!((inline.crc, inline.inflated), (beside.crc, beside.inflated));
        assert_eq!(beside.inflated, 3_000_000);
    }
}
