//! Inflating a part. What a decompressor needs to work in is kept for the next part: a small form has twenty parts
//! to read, and clearing 40 KB for each takes longer than reading most.

use std::io::{self, Read};

use flate2::{Decompress, FlushDecompress, Status};

use super::spare::Spare;

/// Decompressors that are not in use.
static SPARE: Spare<Decompress> = Spare::new();

/// A deflated stream as it is read.
#[derive(Debug)]
pub(super) struct Inflater<'a> {
    data: &'a [u8],
    /// Always there until the stream is dropped.
    state: Option<Decompress>,
    ended: bool,
}

impl<'a> Inflater<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        let state = SPARE.take().unwrap_or_else(|| Decompress::new(false));
        Self { data, state: Some(state), ended: false }
    }
}

impl Drop for Inflater<'_> {
    fn drop(&mut self) {
        let Some(mut state) = self.state.take() else { return };
        state.reset(false);
        SPARE.keep(state);
    }
}

impl Read for Inflater<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let Some(state) = &mut self.state else { return Ok(0) };
        while !self.ended && !room.is_empty() {
            let (taken, given) = (state.total_in(), state.total_out());
            let flush = if self.data.is_empty() { FlushDecompress::Finish } else { FlushDecompress::None };
            let status = state.decompress(self.data, room, flush).map_err(io::Error::other)?;
            let taken = usize::try_from(state.total_in() - taken).unwrap_or(usize::MAX);
            let given = usize::try_from(state.total_out() - given).unwrap_or(usize::MAX);
            self.data = self.data.get(taken..).unwrap_or(&[]);
            self.ended = status == Status::StreamEnd;
            if given > 0 {
                return Ok(given);
            }
            if taken == 0 && !self.ended {
                return Err(io::Error::other("the stream does not end"));
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn deflated(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn inflated(data: &[u8]) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        Inflater::new(data).read_to_end(&mut content).map(|_| content)
    }

    #[test]
    fn one_stream_after_another_is_inflated_whatever_came_before() {
        let content: Vec<u8> = (0..200_000_u32).flat_map(|n| (n % 977).to_le_bytes()).collect();
        let data = deflated(&content);
        for _ in 0..3 {
            assert!(inflated(&data).unwrap() == content);
            assert!(inflated(&data[..data.len() / 2]).is_err(), "it ends too early");
            assert!(inflated(&[0xFF; 40]).is_err(), "it is no stream");
            assert_eq!(inflated(&deflated(b"")).unwrap(), b"");
            assert_eq!(inflated(&[&data[..], b"behind"].concat()).unwrap().len(), content.len());
        }
        assert!(inflated(&[]).is_err());
    }
}
