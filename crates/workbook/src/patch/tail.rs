//! What follows the cells of a worksheet part: links and the drawing of comments, put where the schema has them.

use std::io::Read;
use std::ops::Range;

use super::markup::{TagKind, push_attribute_text};
use super::stream::Stream;
use crate::address::CellRef;
use crate::error::OpenError;

/// The elements of a worksheet that follow its cells, in their order.
const ORDER: [&[u8]; 32] = [
    b"sheetCalcPr",
    b"sheetProtection",
    b"protectedRanges",
    b"scenarios",
    b"autoFilter",
    b"sortState",
    b"dataConsolidate",
    b"customSheetViews",
    b"mergeCells",
    b"phoneticPr",
    b"conditionalFormatting",
    b"dataValidations",
    b"hyperlinks",
    b"printOptions",
    b"pageMargins",
    b"pageSetup",
    b"headerFooter",
    b"rowBreaks",
    b"colBreaks",
    b"customProperties",
    b"cellWatches",
    b"ignoredErrors",
    b"smartTags",
    b"drawing",
    b"legacyDrawing",
    b"legacyDrawingHF",
    b"drawingHF",
    b"picture",
    b"oleObjects",
    b"controls",
    b"webPublishItems",
    b"tableParts",
];

/// What happens to the drawing that holds the boxes of comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Drawing {
    /// It stays as it is, or there is none.
    #[default]
    Stays,
    /// The sheet gets one: the whole element without its name, as attributes.
    Comes(String),
    /// The sheet loses it.
    Goes,
}

/// What changes behind the cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tail {
    /// New links: the cell, and the place it leads to (`'附表'!D7`).
    pub(crate) links: Vec<(CellRef, String)>,
    pub(crate) drawing: Drawing,
}

impl Tail {
    /// Whether nothing changes.
    pub(crate) fn is_empty(&self) -> bool {
        self.links.is_empty() && self.drawing == Drawing::Stays
    }

    /// Changes what follows the cells; the tag read last is the end of the cells.
    pub(super) fn write<R: Read>(&self, stream: &mut Stream<R>, prefix: &[u8]) -> Result<(), OpenError> {
        let mut writer = Writer { tail: self, prefix, pending: self.pending(prefix), depth: 1 };
        while stream.advance()? {
            if writer.tag(stream)? {
                return Ok(());
            }
        }
        Err(stream.damaged("the sheet does not end"))
    }

    /// What is inserted as elements of their own, by rank.
    fn pending(&self, prefix: &[u8]) -> Vec<(usize, Vec<u8>)> {
        let mut pending = Vec::new();
        if !self.links.is_empty() {
            let name = [prefix, b"hyperlinks>"].concat();
            let links = push_links(prefix, &self.links);
            pending.push((rank(b"hyperlinks"), [b"<", &name[..], &links, b"</", &name].concat()));
        }
        if let Drawing::Comes(attributes) = &self.drawing {
            let element = [b"<", prefix, b"legacyDrawing ", attributes.as_bytes(), b"/>"].concat();
            pending.push((rank(b"legacyDrawing"), element));
        }
        pending
    }
}

/// Where an element stands in [`ORDER`]; what is not known there comes last.
fn rank(local: &[u8]) -> usize {
    ORDER.iter().position(|name| *name == local).unwrap_or(ORDER.len())
}

struct Writer<'a> {
    tail: &'a Tail,
    prefix: &'a [u8],
    pending: Vec<(usize, Vec<u8>)>,
    depth: usize,
}

impl Writer<'_> {
    /// Takes in a tag; whether it is the end of the root.
    fn tag<R: Read>(&mut self, stream: &mut Stream<R>) -> Result<bool, OpenError> {
        let tag = stream.tag();
        let (kind, is_own) = (tag.kind, !stream.local().is_empty());
        if kind == TagKind::Close {
            self.depth -= 1;
            if self.depth == 0 {
                self.put_before(stream, usize::MAX);
                return Ok(true);
            }
            if self.depth == 1 && stream.local() == b"hyperlinks" {
                self.add_links(stream);
            }
            return Ok(false);
        }
        if self.depth == 1 && is_own {
            let rank = rank(stream.local());
            self.put_before(stream, rank);
            if stream.local() == b"legacyDrawing" && self.tail.drawing == Drawing::Goes {
                cut(stream)?;
                return Ok(false);
            }
            if stream.local() == b"hyperlinks" && kind == TagKind::Empty {
                self.fill_links(stream);
            }
        } else if self.depth == 1 && tag.local() == b"AlternateContent" && kind == TagKind::Open {
            return self.alternatives(stream);
        }
        self.depth += usize::from(kind == TagKind::Open);
        Ok(false)
    }

    /// Puts what comes before an element of that rank in front of the tag at hand.
    fn put_before<R: Read>(&mut self, stream: &mut Stream<R>, rank: usize) {
        let text = self.taken(rank);
        if !text.is_empty() {
            stream.replace(0..0, &text);
        }
    }

    /// What comes before an element of that rank and is not written yet.
    fn taken(&mut self, rank: usize) -> Vec<u8> {
        let (now, later) = std::mem::take(&mut self.pending).into_iter().partition(|(own, _)| *own < rank);
        self.pending = later;
        let now: Vec<(usize, Vec<u8>)> = now;
        now.into_iter().flat_map(|(_, text)| text).collect()
    }

    /// Adds the links at the end of those that are there.
    fn add_links<R: Read>(&mut self, stream: &mut Stream<R>) {
        if self.no_links_yet() {
            stream.replace(0..0, &push_links(self.prefix, &self.tail.links));
        }
    }

    /// Puts the links into an empty list.
    fn fill_links<R: Read>(&mut self, stream: &mut Stream<R>) {
        if self.no_links_yet() {
            let tag = stream.tag();
            let links = push_links(self.prefix, &self.tail.links);
            let text = [b">", &links[..], b"</", tag.name(), b">"].concat();
            let span: Range<usize> = tag.insert_at()..tag.end;
            stream.replace(span, &text);
        }
    }

    /// Whether the links are still to be written; they are taken for written from here on.
    fn no_links_yet(&mut self) -> bool {
        let before = self.pending.len();
        self.pending.retain(|(own, _)| *own != rank(b"hyperlinks"));
        self.pending.len() < before
    }

    /// Passes over alternatives for newer programs; what is inserted goes before them where what they hold comes
    /// later.
    fn alternatives<R: Read>(&mut self, stream: &mut Stream<R>) -> Result<bool, OpenError> {
        stream.hold();
        let (mut depth, mut text) = (1, None);
        while depth > 0 {
            if !stream.advance()? {
                return Err(stream.damaged("the sheet does not end"));
            }
            match stream.tag().kind {
                TagKind::Open => depth += 1,
                TagKind::Close => depth -= 1,
                TagKind::Empty => {}
            }
            if text.is_none() && !stream.local().is_empty() {
                let rank = rank(stream.local());
                text = Some(self.taken(rank));
            }
        }
        let mut all = text.unwrap_or_default();
        all.extend_from_slice(stream.held());
        stream.replace_held(&all);
        Ok(false)
    }
}

/// Takes the element at hand out.
fn cut<R: Read>(stream: &mut Stream<R>) -> Result<(), OpenError> {
    let mut depth = usize::from(stream.tag().kind == TagKind::Open);
    stream.hold();
    while depth > 0 && stream.advance()? {
        match stream.tag().kind {
            TagKind::Open => depth += 1,
            TagKind::Close => depth -= 1,
            TagKind::Empty => {}
        }
    }
    stream.replace_held(&[]);
    Ok(())
}

/// Links as elements.
pub(super) fn push_links(prefix: &[u8], links: &[(CellRef, String)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (cell, target) in links {
        out.push(b'<');
        out.extend_from_slice(prefix);
        out.extend_from_slice(format!("hyperlink ref=\"{cell}\" location=\"").as_bytes());
        push_attribute_text(&mut out, target);
        out.extend_from_slice(b"\"/>");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_known_in_the_order_of_the_schema() {
        assert!(rank(b"mergeCells") < rank(b"hyperlinks") && rank(b"hyperlinks") < rank(b"pageMargins"));
        assert!(rank(b"drawing") < rank(b"legacyDrawing") && rank(b"legacyDrawing") < rank(b"tableParts"));
        assert_eq!(rank(b"extLst"), ORDER.len());
    }
}
