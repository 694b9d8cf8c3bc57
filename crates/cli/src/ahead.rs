//! A large sheet's part is inflated on one thread while another scans it.

use std::io::{self, Read};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Builder;

use jixiao_workbook::Workbook;
use jixiao_workbook::package::{Ahead, Stream};

use crate::beside::Processors;

/// Bytes of a part from which a thread pays.
const LARGE: u64 = 1 << 20;
/// Bytes that are handed over at a time.
const CHUNK: usize = 64 << 10;
/// Chunks that wait at most.
const CHUNKS: usize = 4;

/// Builds the grids of large sheets, their parts read ahead.
pub(crate) fn build_grids(workbook: &Workbook) {
    for id in workbook.sheet_ids().filter(|id| workbook.sheet_bytes(*id) >= LARGE) {
        // What is wrong with a sheet is told where it is needed.
        drop(workbook.sheet_by(id, &Processors));
    }
}

impl Ahead for Processors {
    fn read<T>(&self, source: Stream<'_>, consume: impl FnOnce(Stream<'_>) -> T) -> T {
        let (filled, content) = sync_channel(CHUNKS);
        let (spent, emptied) = sync_channel(CHUNKS);
        let source = Mutex::new(Some(source));
        let source = &source;
        let take = move || source.lock().ok().and_then(|mut source| source.take());
        // The sender goes with it: the consumer sees the end when it ends.
        let work = move || take().into_iter().for_each(|source| pump(source, &filled, &emptied));
        std::thread::scope(|scope| {
            let piped: Stream<'_> = match Builder::new().spawn_scoped(scope, work) {
                Ok(_) => Box::new(Piped { content, spent, chunk: Vec::new(), read: 0 }),
                Err(_) => take().unwrap_or_else(|| Box::new(io::empty())),
            };
            consume(piped)
        })
    }
}

/// Reads a stream to its end or error, which is the last that is handed over; used chunks come back.
fn pump(mut source: Stream<'_>, filled: &SyncSender<io::Result<Vec<u8>>>, emptied: &Receiver<Vec<u8>>) {
    loop {
        let mut chunk = emptied.try_recv().unwrap_or_default();
        chunk.clear();
        let read = (&mut source).take(CHUNK as u64).read_to_end(&mut chunk);
        let last = chunk.len() < CHUNK;
        // Nobody listens any more once the consumer has met an error of its own.
        if !chunk.is_empty() && filled.send(Ok(chunk)).is_err() {
            return;
        }
        if let Err(error) = read {
            drop(filled.send(Err(error)));
            return;
        }
        if last {
            return;
        }
    }
}

/// The consumer's end.
struct Piped {
    content: Receiver<io::Result<Vec<u8>>>,
    spent: SyncSender<Vec<u8>>,
    chunk: Vec<u8>,
    read: usize,
}

impl Read for Piped {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.read == self.chunk.len() {
            let Ok(next) = self.content.recv() else { return Ok(0) };
            drop(self.spent.try_send(std::mem::replace(&mut self.chunk, next?)));
            self.read = 0;
        }
        let given = self.chunk.get(self.read..).unwrap_or_default().read(room)?;
        self.read += given;
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives bytes in uneven pieces, then perhaps an error.
    struct Source {
        content: Vec<u8>,
        given: usize,
        fails: bool,
    }

    impl Read for Source {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            let rest = &self.content[self.given..];
            if rest.is_empty() && self.fails {
                return Err(io::Error::other("damaged"));
            }
            let count = rest.len().min(room.len()).min(10_007);
            room[..count].copy_from_slice(&rest[..count]);
            self.given += count;
            Ok(count)
        }
    }

    fn source(length: usize, fails: bool) -> Source {
        let content = (0..length).map(|n| u8::try_from(n % 251).unwrap()).collect();
        Source { content, given: 0, fails }
    }

    #[test]
    fn the_content_is_the_sources() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 20 * CHUNK + 17] {
            let content = source(length, false).content;
            let read = Processors.read(Box::new(source(length, false)), |mut stream| {
                let mut read = Vec::new();
                stream.read_to_end(&mut read).map(|_| read)
            });
            assert!(read.unwrap() == content, "{length} bytes");
        }
    }

    #[test]
    fn an_error_comes_behind_what_was_read() {
        let (read, error) = Processors.read(Box::new(source(3 * CHUNK + 5, true)), |mut stream| {
            let mut read = Vec::new();
            let error = stream.read_to_end(&mut read).unwrap_err();
            (read.len(), error.to_string())
        });
        assert_eq!((read, error.as_str()), (3 * CHUNK + 5, "damaged"));
    }

    #[test]
    fn a_consumer_may_stop_early() {
        let first = Processors.read(Box::new(source(50 * CHUNK, false)), |mut stream| {
            let mut first = [9; 3];
            stream.read_exact(&mut first).map(|()| first)
        });
        assert_eq!(first.unwrap(), [0, 1, 2]);
    }
}
