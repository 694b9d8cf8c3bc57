//! The tokens of a worksheet part, for reader and patcher alike: a byte scanner over a stream of XML, which holds
//! one token at a time.
//!
//! Every token carries its bytes as they stand in the part, and the tokens' bytes joined are the part: a patcher
//! copies `raw` of what it leaves alone. A consumer calls [`Scanner::token`] until it gives `None`; a token lives
//! until the next call. Elements are told by namespace, not by prefix: `token.is(b"c")` holds for `<c>` and for
//! `<x:c>` where `x` stands for SpreadsheetML, transitional or strict. Checked on the way: tags close in order,
//! there is one root, no DOCTYPE, and depth, attributes and the length of one token are bounded. Well-formed
//! otherwise is assumed, not checked.

mod cell;
mod measure;
mod source;
mod text;
mod token;

use std::io::Read;

use crate::error::OpenError;
use crate::limits::Limits;
pub(crate) use cell::PlainCell;
use cell::plain_cell;
use measure::{Measured, declares, measure, name_in};
use source::Source;
pub(crate) use text::number;
pub use text::{decode, unescape};
pub use token::{Attribute, Attributes, Kind, Space, Token};
use token::{Declared, look_up};

/// Bytes read at a time.
const CHUNK: usize = 256 << 10;
/// Bytes read first: most parts are small, and room is cleared before it is read into.
const FIRST: usize = 8 << 10;
/// The longest token that is held.
const LONGEST: usize = 8 << 20;
/// The longest start tag.
const LONGEST_TAG: usize = 1 << 20;
/// Attributes of one tag.
const ATTRIBUTES: usize = 1_000;
/// Namespace declarations in force at one place.
const DECLARATIONS: usize = 256;

/// An open element.
#[derive(Debug)]
struct Open {
    name_end: usize,
    space: Space,
}

/// What a token is and how long; whether it is a tag that may declare a namespace.
#[derive(Clone, Copy, Debug)]
struct Extent {
    kind: Kind,
    length: usize,
    has_x: bool,
}

impl Extent {
    #[inline]
    fn of(kind: Kind, length: usize) -> Self {
        Self { kind, length, has_x: false }
    }
}

/// Reads a part token by token.
#[derive(Debug)]
pub struct Scanner<R> {
    source: Source<R>,
    part: String,
    depth_limit: usize,
    buffer: Vec<u8>,
    /// How much is read next.
    chunk: usize,
    /// Where the bytes begin that a copier still needs; others need none that were read.
    kept: Option<usize>,
    next: usize,
    base: u64,
    ended: bool,
    rooted: bool,
    names: Vec<u8>,
    open: Vec<Open>,
    declared: Vec<Declared>,
    default: Space,
    leaving: Option<usize>,
}

impl<R: Read> Scanner<R> {
    /// A scanner over a part's content. UTF-16 is transcoded to UTF-8, which [`Scanner::transcoded`] tells.
    ///
    /// # Errors
    /// When the stream cannot be read, or is in another encoding.
    pub fn new(stream: R, part: &str, limits: &Limits) -> Result<Self, OpenError> {
        let mut scanner = Self {
            source: Source::Plain(stream),
            part: part.to_owned(),
            depth_limit: limits.depth,
            buffer: Vec::with_capacity(FIRST),
            chunk: FIRST,
            kept: None,
            next: 0,
            base: 0,
            ended: false,
            rooted: false,
            names: Vec::new(),
            open: Vec::new(),
            declared: Vec::new(),
            default: Space::Other,
            leaving: None,
        };
        scanner.fill()?;
        if let Some(encoding) = source::utf16(&scanner.buffer) {
            let start = std::mem::take(&mut scanner.buffer);
            scanner.source = scanner.source.transcoded(encoding, start);
            scanner.ended = false;
            scanner.fill()?;
        }
        Ok(scanner)
    }

    /// Whether the part is not UTF-8, so that the tokens' bytes are not its own: it can be read, not patched.
    pub fn transcoded(&self) -> bool {
        self.source.is_transcoded()
    }

    /// Keeps the bytes of what is read from here on, until they are released.
    pub(crate) fn keep(&mut self) {
        self.kept = Some(self.next);
    }

    /// The bytes kept, up to the end of the token read last.
    #[inline]
    pub(crate) fn kept(&self) -> &[u8] {
        self.kept.and_then(|kept| self.buffer.get(kept..self.next)).unwrap_or(&[])
    }

    /// The next token; `None` at the end of the part.
    ///
    /// # Errors
    /// When the part is damaged, has a DOCTYPE, is in another encoding, or passes a limit.
    #[inline]
    pub fn token(&mut self) -> Result<Option<Token<'_>>, OpenError> {
        self.leave();
        let Some(extent) = self.extent()? else {
            return if self.open.is_empty() && self.rooted {
                Ok(None)
            } else {
                Err(OpenError::Truncated(format!("{} ends inside an element", self.part)))
            };
        };
        let start = self.next;
        let kind = extent.kind;
        self.next += extent.length;
        let (name, space, depth) = match kind {
            Kind::Start | Kind::Empty => self.enter(start, extent)?,
            Kind::End => self.close(start)?,
            _ => {
                if self.open.is_empty() || kind == Kind::Other {
                    self.outside(start, kind)?;
                }
                ((0, 0), Space::Other, self.open.len())
            }
        };
        let raw = self.buffer.get(start..self.next).unwrap_or(&[]);
        let at = self.base + start as u64;
        Ok(Some(Token { kind, raw, at, depth, space, name, declared: &self.declared }))
    }

    /// Takes the next cell in one step, where it stands directly inside a row, in the usual form, and is wanted;
    /// else nothing is taken, and the tokens tell what stands there.
    #[inline]
    pub(crate) fn plain_cell(
        &mut self,
        wanted: impl FnOnce(&PlainCell<'_>) -> bool,
    ) -> Option<PlainCell<'_>> {
        self.leave();
        if self.default != Space::Main || self.open.len() + 2 > self.depth_limit {
            return None;
        }
        let (cell, length) = plain_cell(self.buffer.get(self.next..)?)?;
        if !wanted(&cell) {
            return None;
        }
        self.next += length;
        Some(cell)
    }

    /// The error for something wrong at the token read last.
    pub fn damaged(&self, what: impl std::fmt::Display) -> OpenError {
        let at = self.base + self.next as u64;
        OpenError::Damaged { part: self.part.clone(), what: format!("{what} (before byte {at})") }
    }

    fn over(&self, what: &'static str, limit: usize) -> OpenError {
        OpenError::OverLimit { part: self.part.clone(), what, limit: limit as u64 }
    }

    /// Kind and length of the next token, reading on until it is whole.
    #[inline]
    fn extent(&mut self) -> Result<Option<Extent>, OpenError> {
        loop {
            let rest = self.buffer.get(self.next..).unwrap_or(&[]);
            if let Some(length) = self.expected_end(rest) {
                return Ok(Some(Extent::of(Kind::End, length)));
            }
            match measure(rest) {
                Measured::Token(kind, length) => return Ok(Some(Extent::of(kind, length))),
                Measured::WithX(kind, length) => return Ok(Some(Extent { kind, length, has_x: true })),
                Measured::Wrong(what) => return Err(self.damaged(what)),
                Measured::Attributes => return Err(self.over("attributes of one tag", ATTRIBUTES)),
                Measured::OpenText if self.ended && !rest.is_empty() => {
                    return Ok(Some(Extent::of(Kind::Text, rest.len())));
                }
                _ if self.ended && rest.is_empty() => return Ok(None),
                _ if self.ended => {
                    return Err(OpenError::Truncated(format!("{} ends inside a tag", self.part)));
                }
                Measured::OpenText | Measured::More => self.fill()?,
            }
        }
    }

    /// The length of the closing tag of the innermost element, where the bytes begin with it as it is mostly
    /// written: nothing else need be looked for then.
    #[inline]
    fn expected_end(&self, rest: &[u8]) -> Option<usize> {
        let after = rest.strip_prefix(b"</")?;
        let name = self.innermost();
        let (written, behind) = after.split_at_checked(name.len())?;
        // Names are short: byte by byte they are compared faster than by a call.
        let is_expected = behind.first() == Some(&b'>') && written.iter().eq(name);
        (is_expected && !name.is_empty()).then_some(name.len() + 3)
    }

    /// The name of the innermost open element, with its prefix; empty where none is open.
    #[inline]
    fn innermost(&self) -> &[u8] {
        let start = self.open.len().checked_sub(2).and_then(|outer| self.open.get(outer));
        let start = start.map_or(0, |outer| outer.name_end);
        self.names.get(start..).unwrap_or(&[])
    }

    /// Drops what was consumed and is not kept, and reads on.
    fn fill(&mut self) -> Result<(), OpenError> {
        let from = self.kept.unwrap_or(self.next);
        self.base += from as u64;
        self.buffer.drain(..from);
        self.next -= from;
        self.kept = self.kept.map(|_| 0);
        let start = self.buffer.len();
        let held = start - self.next;
        if held >= LONGEST {
            return Err(self.over("bytes of one token", LONGEST));
        }
        let more = self.chunk.max(held).min(LONGEST - held);
        self.chunk = CHUNK.min(self.chunk * 4);
        self.buffer.resize(start + more, 0);
        let mut filled = start;
        while let Some(room) = self.buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
            match self.source.read(room) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(OpenError::inside(error, &self.part)),
            }
        }
        self.buffer.truncate(filled);
        Ok(())
    }

    /// Ends the scope of the element that was closed last.
    #[inline]
    fn leave(&mut self) {
        if let Some(depth) = self.leaving.take()
            && self.declared.last().is_some_and(|declared| declared.depth >= depth)
        {
            self.declared.retain(|declared| declared.depth < depth);
            self.default = look_up(&self.declared, b"");
        }
    }

    #[inline]
    fn enter(&mut self, start: usize, tag: Extent) -> Result<((usize, usize), Space, usize), OpenError> {
        let depth = self.open.len();
        let raw = self.buffer.get(start..self.next).unwrap_or(&[]);
        let length = raw.len();
        let Some((prefix_end, end)) = name_in(raw, 1) else {
            return Err(self.damaged("a tag without a name"));
        };
        if length > LONGEST_TAG {
            return Err(self.over("bytes of one tag", LONGEST_TAG));
        }
        if depth == 0 && std::mem::replace(&mut self.rooted, true) {
            return Err(self.damaged("a second root element"));
        }
        if depth >= self.depth_limit {
            return Err(self.over("depth of nested elements", self.depth_limit));
        }
        if tag.has_x && declares(raw.get(end..).unwrap_or(&[])) {
            self.declare(start, end, depth)?;
        }
        let raw = self.buffer.get(start..self.next).unwrap_or(&[]);
        let space = match prefix_end {
            None => self.default,
            Some(colon) => look_up(&self.declared, raw.get(1..colon).unwrap_or(&[])),
        };
        if tag.kind == Kind::Start {
            self.names.extend_from_slice(raw.get(1..end).unwrap_or(&[]));
            self.open.push(Open { name_end: self.names.len(), space });
        } else {
            self.leaving = Some(depth);
        }
        Ok(((prefix_end.map_or(1, |colon| colon + 1), end), space, depth))
    }

    /// Takes in a tag's namespace declarations.
    fn declare(&mut self, start: usize, name_end: usize, depth: usize) -> Result<(), OpenError> {
        let raw = self.buffer.get(start..self.next).unwrap_or(&[]);
        for attribute in Attributes::after(raw, name_end) {
            let prefix = match attribute.name.strip_prefix(b"xmlns") {
                Some([]) => &[],
                Some([b':', prefix @ ..]) => prefix,
                _ => continue,
            };
            let space = decode(attribute.value).map_or(Space::Other, |uri| Space::of(uri.as_bytes()));
            self.declared.push(Declared { depth, prefix: prefix.into(), space });
        }
        if self.declared.len() > DECLARATIONS {
            return Err(self.over("namespace declarations", DECLARATIONS));
        }
        self.default = look_up(&self.declared, b"");
        Ok(())
    }

    #[inline]
    fn close(&mut self, start: usize) -> Result<((usize, usize), Space, usize), OpenError> {
        let raw = self.buffer.get(start..self.next).unwrap_or(&[]);
        let Some((prefix_end, end)) = name_in(raw, 2) else {
            return Err(self.damaged("a tag without a name"));
        };
        let Some(open) = self.open.pop() else {
            return Err(self.damaged("a closing tag without an opening one"));
        };
        let name_start = self.open.last().map_or(0, |outer| outer.name_end);
        let (opened, closed) = (self.names.get(name_start..open.name_end), raw.get(2..end));
        // Names are short: byte by byte they are compared faster than by a call.
        if !opened.unwrap_or(&[]).iter().eq(closed.unwrap_or(&[])) {
            return Err(self.damaged("a closing tag that does not match the opening one"));
        }
        self.names.truncate(name_start);
        self.leaving = Some(self.open.len());
        Ok(((prefix_end.map_or(2, |colon| colon + 1), end), open.space, self.open.len()))
    }

    /// Checks what stands between tags.
    fn outside(&mut self, start: usize, kind: Kind) -> Result<(), OpenError> {
        let raw = self.buffer.get(start..self.next).unwrap_or(&[]);
        let loose = self.open.is_empty() && matches!(kind, Kind::Text | Kind::CData);
        let blank = raw.strip_prefix(source::BOM).unwrap_or(raw).iter().all(u8::is_ascii_whitespace);
        if loose && !(blank && kind == Kind::Text) {
            return Err(self.damaged("text outside the root element"));
        }
        if !self.transcoded() && raw.starts_with(b"<?xml") && source::is_foreign(raw) {
            return Err(self.damaged("an encoding other than UTF-8 or UTF-16"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
