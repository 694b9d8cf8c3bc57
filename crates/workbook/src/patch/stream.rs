//! A part that is read, changed and deflated in one pass: what is not replaced is copied as it stands.

use std::io::Read;
use std::ops::Range;

use super::deflate::{Compressor, Deflater};
use super::markup::Tag;
use crate::error::OpenError;
use crate::limits::Limits;
use crate::package::Deflated;
use crate::scan::{Kind, Scanner, Space};

/// A part on its way from one package to another. Only its last tag is held, and what is to be replaced.
pub(crate) struct Stream<R> {
    scanner: Scanner<R>,
    /// The tag read last.
    tag: Vec<u8>,
    /// Where its name without prefix stands in it; empty where it is none of a worksheet's own.
    local: Range<usize>,
    /// How much of it is copied or replaced.
    done: usize,
    /// What is kept back, while something is.
    held: Option<Vec<u8>>,
    out: Deflater,
}

impl<R: Read> Stream<R> {
    pub(crate) fn new(
        input: R,
        part: &str,
        limits: &Limits,
        compressor: Box<dyn Compressor>,
    ) -> Result<Self, OpenError> {
        let scanner = Scanner::new(input, part, limits)?;
        let out = Deflater::new(compressor);
        Ok(Self { scanner, tag: Vec::new(), local: 0..0, done: 0, held: None, out })
    }

    /// Whether the part is UTF-8.
    pub(crate) fn is_utf8(&self) -> bool {
        !self.scanner.transcoded()
    }

    /// Copies what was read so far and goes on to the next tag; whether there is one.
    pub(crate) fn advance(&mut self) -> Result<bool, OpenError> {
        self.copy_tag();
        while let Some(token) = self.scanner.token()? {
            if matches!(token.kind, Kind::Start | Kind::Empty | Kind::End) {
                self.tag.clear();
                self.tag.extend_from_slice(token.raw);
                self.local = if token.space == Space::Main { token.name_span() } else { 0..0 };
                self.done = 0;
                return Ok(true);
            }
            match &mut self.held {
                Some(held) => held.extend_from_slice(token.raw),
                None => self.out.push(token.raw),
            }
        }
        self.tag.clear();
        (self.local, self.done) = (0..0, 0);
        Ok(false)
    }

    /// The tag read last; its places count from its own start.
    pub(crate) fn tag(&self) -> Tag<'_> {
        Tag::new(&self.tag, 0, 0)
    }

    /// The name of the tag read last, without its prefix; empty where it is none of a worksheet's own.
    pub(crate) fn local(&self) -> &[u8] {
        self.tag.get(self.local.clone()).unwrap_or_default()
    }

    /// Keeps back the tag read last and what follows, until it is replaced.
    pub(crate) fn hold(&mut self) {
        self.held = Some(Vec::new());
    }

    /// How much is kept back before the tag read last.
    pub(crate) fn held_length(&self) -> usize {
        self.held.as_ref().map_or(0, Vec::len)
    }

    /// What is kept back, with the tag read last.
    pub(crate) fn held(&mut self) -> &[u8] {
        self.copy_tag();
        self.held.as_deref().unwrap_or_default()
    }

    /// Writes text in place of what is kept back.
    pub(crate) fn replace_held(&mut self, text: &[u8]) {
        self.held = None;
        self.done = self.tag.len();
        self.out.push(text);
    }

    /// Writes text in place of a span of the tag read last; an empty span inserts.
    pub(crate) fn replace(&mut self, span: Range<usize>, text: &[u8]) {
        self.copy(span.start);
        self.done = span.end;
        self.out.push(text);
    }

    /// The error for something wrong at the tag read last.
    pub(crate) fn damaged(&self, what: &str) -> OpenError {
        self.scanner.damaged(what)
    }

    /// Copies the rest and ends the part.
    pub(crate) fn finish(mut self) -> Result<Deflated, OpenError> {
        self.copy_tag();
        while let Some(token) = self.scanner.token()? {
            self.out.push(token.raw);
        }
        Ok(self.out.finish())
    }

    fn copy_tag(&mut self) {
        self.copy(self.tag.len());
    }

    fn copy(&mut self, to: usize) {
        let text = self.tag.get(self.done..to).unwrap_or_default();
        match &mut self.held {
            Some(held) => held.extend_from_slice(text),
            None => self.out.push(text),
        }
        self.done = to;
    }
}
