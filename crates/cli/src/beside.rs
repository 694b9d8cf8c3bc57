//! Work on other threads for one large form, where the libraries start none: deflating, the rules, and giving
//! memory back.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use jixiao_selfeval::rules::{self, Context, Findings};
use jixiao_workbook::package::Deflated;
use jixiao_workbook::patch::{Compressor, Inline};
use rayon::prelude::*;

/// From this many projects or edits on a thread pays.
pub(crate) const MANY: usize = 2_000;

/// The whole catalogue, on all processors where the form is large. The result is the same.
pub(crate) fn check(context: &Context<'_>) -> Findings {
    if context.summary.projects.len() < MANY {
        return rules::survey(context);
    }
    let lists: Vec<_> = rules::ALL.par_iter().map(|rule| Findings::of(context, rule)).collect();
    Findings::joined(lists.into_iter())
}

/// Gives the memory of something back; of something large on a thread of its own, which nobody waits for.
pub(crate) fn release<T: Send + 'static>(thing: T, size: usize) {
    if size >= MANY {
        drop(std::thread::spawn(move || drop(thing)));
    }
}

/// Pieces that may wait for the deflating thread, so that memory stays bounded.
const WAITING: usize = 16;

/// A compressor that hands each piece to a thread.
pub(crate) struct Beside {
    pieces: SyncSender<Vec<u8>>,
    worker: JoinHandle<Deflated>,
}

impl Beside {
    pub(crate) fn new() -> Self {
        let (pieces, waiting) = sync_channel::<Vec<u8>>(WAITING);
        let worker = std::thread::spawn(move || {
            let mut inline = Box::new(Inline::new());
            for piece in waiting {
                inline.push(piece);
            }
            inline.finish()
        });
        Self { pieces, worker }
    }
}

impl Compressor for Beside {
    fn push(&mut self, piece: Vec<u8>) {
        // The worker only stops listening by a panic, which `finish` passes on.
        drop(self.pieces.send(piece));
    }

    fn finish(self: Box<Self>) -> Deflated {
        drop(self.pieces);
        self.worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_deflates_the_same_bytes() {
        let pieces: Vec<Vec<u8>> = (0..100_u8).map(|n| vec![n; 3_000]).collect();
        let (mut inline, mut beside) = (Box::new(Inline::new()), Box::new(Beside::new()));
        for piece in pieces {
            inline.push(piece.clone());
            beside.push(piece);
        }
        let (inline, beside) = (inline.finish(), beside.finish());
        assert_eq!((inline.bytes, inline.crc), (beside.bytes, beside.crc));
        assert_eq!((inline.inflated, beside.inflated), (300_000, 300_000));
    }
}
