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
pub(crate) const PIECE: usize = 1 << 16;

/// What deflates a part, piece by piece. A caller who has threads to spare can hand the pieces to another one;
/// this crate starts none.
pub trait Compressor {
    /// Adds a piece of the part.
    fn push(&mut self, piece: Vec<u8>);

    /// The finished part.
    fn finish(self: Box<Self>) -> Deflated;
}

/// Deflates each piece as it comes.
#[derive(Debug)]
pub struct Inline {
    encoder: DeflateEncoder<Vec<u8>>,
    crc: crc32fast::Hasher,
    length: u64,
}

impl Inline {
    /// A compressor with nothing in it.
    pub fn new() -> Self {
        let encoder = DeflateEncoder::new(Vec::new(), Compression::new(LEVEL));
        Self { encoder, crc: crc32fast::Hasher::new(), length: 0 }
    }
}

impl Default for Inline {
    fn default() -> Self {
        Self::new()
    }
}

impl Compressor for Inline {
    fn push(&mut self, piece: Vec<u8>) {
        self.crc.update(&piece);
        self.length += piece.len() as u64;
        // A compressor that writes to memory has no way to fail.
        drop(self.encoder.write_all(&piece));
    }

    fn finish(self: Box<Self>) -> Deflated {
        let bytes = self.encoder.finish().unwrap_or_default();
        Deflated { bytes, inflated: self.length, crc: self.crc.finalize() }
    }
}

/// Bytes to a deflated part, gathered into pieces.
pub(crate) struct Deflater {
    pending: Vec<u8>,
    compressor: Box<dyn Compressor>,
}

impl Deflater {
    pub(crate) fn new(compressor: Box<dyn Compressor>) -> Self {
        Self { pending: Vec::with_capacity(2 * PIECE), compressor }
    }

    /// Adds bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= PIECE {
            let piece = std::mem::replace(&mut self.pending, Vec::with_capacity(2 * PIECE));
            self.compressor.push(piece);
        }
    }

    /// The finished part.
    pub(crate) fn finish(mut self) -> Deflated {
        self.compressor.push(self.pending);
        self.compressor.finish()
    }
}

/// A whole part, deflated.
pub(crate) fn deflated(part: Vec<u8>) -> Deflated {
    let mut compressor = Box::new(Inline::new());
    compressor.push(part);
    compressor.finish()
}
