//! Content on its way into a package: deflated, counted and summed as it comes.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::package::Deflated;

/// How hard parts are compressed. A form of 100,000 rows (42 MB of XML, 55 MB when filled), size against level 6
/// and processor time: level 1 1.72 × (1.64 × filled) in 0.08 s, level 2 1.29 × in 0.13 s, level 3 1.19 ×
/// (1.13 × filled) in 0.17 s, level 4 1.02 × in 0.37 s, level 6 in 0.77 s. Level 4 is the lowest that stays
/// within 1.15 × of what spreadsheet programs write.
pub(crate) const LEVEL: u32 = 4;

/// What is gathered before it is handed to the compressor, which is slow on small pieces.
const PIECE: usize = 1 << 16;

/// Bytes to a deflated part.
#[derive(Debug)]
pub(crate) struct Deflater {
    pending: Vec<u8>,
    encoder: DeflateEncoder<Vec<u8>>,
    crc: crc32fast::Hasher,
    length: u64,
}

impl Deflater {
    pub(crate) fn new() -> Self {
        Self {
            pending: Vec::with_capacity(2 * PIECE),
            encoder: DeflateEncoder::new(Vec::new(), Compression::new(LEVEL)),
            crc: crc32fast::Hasher::new(),
            length: 0,
        }
    }

    /// Adds bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= PIECE {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.crc.update(&self.pending);
        self.length += self.pending.len() as u64;
        // A compressor that writes to memory has no way to fail.
        drop(self.encoder.write_all(&self.pending));
        self.pending.clear();
    }

    /// The finished part.
    pub(crate) fn finish(mut self) -> Deflated {
        self.flush();
        let bytes = self.encoder.finish().unwrap_or_default();
        Deflated { bytes, inflated: self.length, crc: self.crc.finalize() }
    }
}

/// A whole part, deflated.
pub(crate) fn deflated(part: &[u8]) -> Deflated {
    let mut deflater = Deflater::new();
    deflater.push(part);
    deflater.finish()
}
