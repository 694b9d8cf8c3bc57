//! A part that is read, changed and deflated in one pass: what is not replaced is copied as it stands.

use std::io::Read;
use std::ops::Range;

use super::deflate::{Compressor, Deflater, PIECE};
use super::markup::{Tag, TagKind};
use crate::address::CellRef;
use crate::error::OpenError;
use crate::limits::Limits;
use crate::package::Deflated;
use crate::scan::{Kind, PlainCell, Scanner, Space};

/// A part on its way from one package to another. Held are what is to be replaced, or a piece that is not
/// copied yet, with its last tag; places count from the beginning of what is held.
pub(crate) struct Stream<R> {
    scanner: Scanner<R>,
    /// Where the tag read last begins.
    tag: usize,
    /// Where its name without prefix stands in it; empty where it is none of a worksheet's own.
    local: Range<usize>,
    /// How much is copied or replaced.
    done: usize,
    /// Whether the rest is kept back.
    holds: bool,
    /// Whether alternatives for newer programs are refused.
    plain: bool,
    out: Deflater,
}

impl<R: Read> Stream<R> {
    pub(crate) fn new(
        input: R,
        part: &str,
        limits: &Limits,
        compressor: Box<dyn Compressor>,
    ) -> Result<Self, OpenError> {
        let mut scanner = Scanner::new(input, part, limits)?;
        scanner.keep();
        let out = Deflater::new(compressor);
        Ok(Self { scanner, tag: 0, local: 0..0, done: 0, holds: false, plain: false, out })
    }

    /// Whether the part is UTF-8.
    pub(crate) fn is_utf8(&self) -> bool {
        !self.scanner.transcoded()
    }

    /// Goes on to the next tag, past what was read so far, which is copied; whether there is one.
    pub(crate) fn advance(&mut self) -> Result<bool, OpenError> {
        loop {
            self.copy_piece();
            let Some(token) = self.scanner.token()? else { break };
            if matches!(token.kind, Kind::Start | Kind::Empty | Kind::End) {
                if self.plain && token.space == Space::Compatibility {
                    return Err(self.damaged("alternatives among the cells are read, but not edited"));
                }
                let length = token.raw.len();
                self.local = if token.space == Space::Main { token.name_span() } else { 0..0 };
                self.tag = self.scanner.kept().len() - length;
                return Ok(true);
            }
        }
        (self.tag, self.local) = (self.scanner.kept().len(), 0..0);
        Ok(false)
    }

    /// Refuses alternatives among the tags gone on to from here, or takes them again: among cells, each of them may
    /// hold a cell.
    pub(crate) fn refuse_alternatives(&mut self, refuses: bool) {
        self.plain = refuses;
    }

    /// Passes over cells that may pass and are written as usual; gives the column of the last.
    pub(crate) fn pass_cells(&mut self, may: impl Fn(CellRef, u16) -> bool, column: u16) -> u16 {
        self.pass(|cell, last| may(cell.at, last), column)
    }

    /// [`Stream::pass_cells`], but no cell that holds a formula.
    pub(crate) fn pass_values(&mut self, may: impl Fn(CellRef, u16) -> bool, column: u16) -> u16 {
        self.pass(|cell, last| cell.formula.is_none() && may(cell.at, last), column)
    }

    #[inline]
    fn pass(&mut self, may: impl Fn(&PlainCell<'_>, u16) -> bool, column: u16) -> u16 {
        let mut last = column;
        loop {
            self.copy_piece();
            match self.scanner.plain_cell(|cell| may(cell, last)) {
                Some(cell) => last = cell.at.column(),
                None => return last,
            }
        }
    }

    /// The tag read last; its places count from its own start.
    pub(crate) fn tag(&self) -> Tag<'_> {
        Tag::new(self.tag_text(), 0, 0)
    }

    /// The name of the tag read last, without its prefix; empty where it is none of a worksheet's own.
    pub(crate) fn local(&self) -> &[u8] {
        self.tag_text().get(self.local.clone()).unwrap_or_default()
    }

    fn tag_text(&self) -> &[u8] {
        self.scanner.kept().get(self.tag..).unwrap_or_default()
    }

    /// Keeps back the tag read last and what follows, until it is replaced.
    pub(crate) fn hold(&mut self) {
        self.copy(self.tag);
        self.holds = true;
    }

    /// How much is kept back before the tag read last.
    pub(crate) fn held_length(&self) -> usize {
        self.tag - self.done
    }

    /// What is kept back, with the tag read last.
    pub(crate) fn held(&self) -> &[u8] {
        self.scanner.kept().get(self.done..).unwrap_or_default()
    }

    /// Writes text in place of what is kept back.
    pub(crate) fn replace_held(&mut self, text: &[u8]) {
        self.holds = false;
        self.done = self.scanner.kept().len();
        self.out.push(text);
    }

    /// Writes text in place of a span of the tag read last; an empty span inserts.
    pub(crate) fn replace(&mut self, span: Range<usize>, text: &[u8]) {
        self.copy(self.tag + span.start);
        self.done = self.tag + span.end;
        self.out.push(text);
    }

    /// Passes over the rest of the element whose opening tag was read last.
    pub(crate) fn skip(&mut self) -> Result<(), OpenError> {
        let mut depth = 1usize;
        while depth > 0 {
            if !self.advance()? {
                return Err(self.damaged("an element does not end"));
            }
            match self.tag().kind {
                TagKind::Open => depth += 1,
                TagKind::Close => depth -= 1,
                TagKind::Empty => {}
            }
        }
        Ok(())
    }

    /// Refuses to take the tag read last apart where it is made of more than attributes.
    pub(crate) fn check_proper(&self) -> Result<(), OpenError> {
        if self.tag().is_proper() { Ok(()) } else { Err(self.damaged("a tag without proper attributes")) }
    }

    /// The error for something wrong at the tag read last.
    pub(crate) fn damaged(&self, what: &str) -> OpenError {
        self.scanner.damaged(what)
    }

    /// Copies the rest and ends the part.
    pub(crate) fn finish(mut self) -> Result<Deflated, OpenError> {
        while self.scanner.token()?.is_some() {
            self.copy_piece();
        }
        self.copy(self.scanner.kept().len());
        Ok(self.out.finish())
    }

    /// Copies all that was read where it is much, unless it is kept back.
    fn copy_piece(&mut self) {
        let read = self.scanner.kept().len();
        if read >= PIECE && !self.holds {
            self.copy(read);
            self.scanner.keep();
            self.done = 0;
        }
    }

    /// Copies up to a place.
    fn copy(&mut self, to: usize) {
        self.out.push(self.scanner.kept().get(self.done..to).unwrap_or_default());
        self.done = self.done.max(to);
    }
}
