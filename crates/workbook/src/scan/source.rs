//! Where a scanner's bytes come from: a part's stream, transcoded to UTF-8 where it is UTF-16.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_16BE, UTF_16LE};

/// The byte order mark of UTF-8.
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// A stream, as it is or transcoded.
#[derive(Debug)]
pub(super) enum Source<R> {
    Plain(R),
    Utf16(Box<Transcoder<R>>),
}

/// Turns UTF-16 into UTF-8 while it is read.
pub(super) struct Transcoder<R> {
    stream: R,
    decoder: Decoder,
    input: Vec<u8>,
    used: usize,
    ended: bool,
}

impl<R> std::fmt::Debug for Transcoder<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transcoder").finish_non_exhaustive()
    }
}

impl<R> Source<R> {
    /// The same stream read as UTF-16; `start` was read from it already.
    pub(super) fn transcoded(self, encoding: &'static Encoding, start: Vec<u8>) -> Self {
        match self {
            Self::Plain(stream) => Self::Utf16(Box::new(Transcoder {
                stream,
                decoder: encoding.new_decoder_with_bom_removal(),
                input: start,
                used: 0,
                ended: false,
            })),
            transcoded @ Self::Utf16(_) => transcoded,
        }
    }

    pub(super) fn is_transcoded(&self) -> bool {
        matches!(self, Self::Utf16(_))
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(room),
            Self::Utf16(transcoder) => transcoder.read(room),
        }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.used >= self.input.len() && !self.ended {
                self.input.resize(64 << 10, 0);
                let count = self.stream.read(&mut self.input)?;
                self.input.truncate(count);
                self.used = 0;
                self.ended = count == 0;
            }
            let input = self.input.get(self.used..).unwrap_or(&[]);
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(input, room, self.ended);
            self.used += read;
            match result {
                DecoderResult::Malformed(..) => {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "malformed UTF-16"));
                }
                DecoderResult::OutputFull => return Ok(written),
                DecoderResult::InputEmpty if written > 0 || self.ended => return Ok(written),
                DecoderResult::InputEmpty => {}
            }
        }
    }
}

/// The byte order of UTF-16 text, told by its first bytes: a mark, or `<` beside a zero.
pub(super) fn utf16(start: &[u8]) -> Option<&'static Encoding> {
    match start {
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => Some(UTF_16LE),
        [0xFE, 0xFF, ..] | [0, b'<', ..] => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether an XML declaration names an encoding other than UTF-8 or its subset ASCII.
pub(super) fn is_foreign(declaration: &[u8]) -> bool {
    let lower = declaration.to_ascii_lowercase();
    let Some(at) = memchr::memmem::find(&lower, b"encoding") else { return false };
    let mut parts = lower.get(at..).unwrap_or(&[]).split(|byte| matches!(byte, b'"' | b'\''));
    let name = parts.nth(1).unwrap_or(b"");
    !matches!(name, b"utf-8" | b"utf8" | b"us-ascii" | b"ascii")
}
