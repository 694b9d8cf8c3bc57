//! The boxes of comments and of old form controls in a drawing of the VML kind.
//!
//! `<x:MoveWithCells/>` and `<x:SizeWithCells/>` say what a box does *not* do, against the words of ECMA-376 (Part 4,
//! 19.4.2.42 and 19.4.2.59): Excel writes both for a comment that neither moves nor changes its size, the second alone
//! for a picture or a check box that only moves, and none for a button that does both, as each is when it is new.
//!
//! | written | the box |
//! |---|---|
//! | neither | keeps the cells below both its edges |
//! | `SizeWithCells` | keeps the cell below its upper edge, and its size |
//! | both, or `MoveWithCells` | stays where it is on the sheet |
//!
//! A comment's box that does not keep both goes where its cell goes, and keeps its size: Excel shows it beside the cell
//! when it is pointed at, wherever the file has it, and LibreOffice moves it so.

use std::ops::Range as Span;

use super::anchors::{Edge, FURTHEST, Follows, Ground, Length};
use crate::address::LAST_ROW;
use crate::patch::markup::{TagKind, tags};

/// English metric units to the pixel, in which distances from a row's top are written.
const PIXEL: Length = 9_525;

/// What changes in the data of a box when rows move; `None` where the box goes with its cell.
///
/// The data are the bytes of the part from `<x:ClientData>` to its end.
pub(super) fn moved(
    part: &[u8],
    ground: &Ground<'_>,
    span: &Span<usize>,
) -> Option<Vec<(Span<usize>, Vec<u8>)>> {
    let data = part.get(span.clone()).unwrap_or_default();
    let read = Data::read(data);
    let mut follows = match (read.stays, read.keeps_size) {
        (true, _) => Follows::Nothing,
        (false, true) => Follows::Upper,
        (false, false) => Follows::Both,
    };
    let mut pieces: Vec<(Span<usize>, String)> = Vec::new();
    if let Some((old, span)) = read.cell(data) {
        let new = ground.shift.row(old)?;
        if new != old {
            pieces.push((span, (new - 1).to_string()));
        }
        if follows != Follows::Both {
            follows = Follows::Cell(old, new);
        }
    }
    if let Some(span) = read.anchor {
        pieces.extend(rewritten(data, &span, ground, follows));
    }
    let in_part = |at: Span<usize>| span.start + at.start..span.start + at.end;
    Some(pieces.into_iter().map(|(at, text)| (in_part(at), text.into_bytes())).collect())
}

/// What the data of a box say, texts by their places.
#[derive(Default)]
struct Data {
    is_note: bool,
    stays: bool,
    keeps_size: bool,
    anchor: Option<Span<usize>>,
    row: Option<Span<usize>>,
}

impl Data {
    fn read(data: &[u8]) -> Self {
        let mut read = Self::default();
        let mut opened = None;
        for tag in tags(data) {
            let inside = opened.unwrap_or(tag.start)..tag.start;
            // Without a text it is so.
            let is_so = || !matches!(data.get(inside.clone()), Some(b"False" | b"false" | b"F" | b"f"));
            match (tag.kind, tag.local()) {
                (TagKind::Open, b"ClientData") => {
                    read.is_note = tag.value(b"ObjectType").is_some_and(|kind| kind == "Note");
                }
                (TagKind::Empty, b"MoveWithCells") => read.stays = true,
                (TagKind::Empty, b"SizeWithCells") => read.keeps_size = true,
                (TagKind::Close, b"MoveWithCells") => read.stays = is_so(),
                (TagKind::Close, b"SizeWithCells") => read.keeps_size = is_so(),
                (TagKind::Close, b"Anchor") => read.anchor = Some(inside.clone()),
                (TagKind::Close, b"Row") => read.row = Some(inside.clone()),
                _ => {}
            }
            opened = (tag.kind == TagKind::Open).then_some(tag.end);
        }
        read
    }

    /// The row of the cell that a comment belongs to, from 1, and where it is written.
    fn cell(&self, data: &[u8]) -> Option<(u32, Span<usize>)> {
        let span = self.row.clone().filter(|_| self.is_note)?;
        let text = std::str::from_utf8(data.get(span.clone())?).ok()?;
        Some((text.trim().parse::<u32>().ok()?.checked_add(1)?, span))
    }
}

/// An anchor (column, distance, row, distance, twice) whose rows moved.
fn rewritten(
    data: &[u8],
    span: &Span<usize>,
    ground: &Ground<'_>,
    follows: Follows,
) -> Vec<(Span<usize>, String)> {
    let text = std::str::from_utf8(data.get(span.clone()).unwrap_or_default()).unwrap_or_default();
    let mut at = span.start;
    let mut numbers = Vec::new();
    for (index, piece) in text.split(',').enumerate() {
        let inner = piece.trim();
        let start = at + piece.len() - piece.trim_start().len();
        if matches!(index, 2 | 3 | 6 | 7) {
            numbers.extend(inner.parse::<Length>().ok().map(|number| (number, start..start + inner.len())));
        }
        at += piece.len() + 1;
    }
    let [top, above, bottom, below] = numbers.as_slice() else { return Vec::new() };
    let (Some(from), Some(to)) = (edge(top.0, above.0), edge(bottom.0, below.0)) else { return Vec::new() };
    let (upper, lower) = ground.edges((from, to), follows);
    let pixels = |edge: Edge| (edge.below + PIXEL / 2) / PIXEL;
    let row = |edge: Edge| Length::from(edge.row) - 1;
    [(top, row(upper)), (above, pixels(upper)), (bottom, row(lower)), (below, pixels(lower))]
        .into_iter()
        .filter(|((old, _), new)| old != new)
        .map(|((_, at), new)| (at.clone(), new.to_string()))
        .collect()
}

/// An edge from the number of its row, from 0, and the pixels below the row's top.
fn edge(row: Length, pixels: Length) -> Option<Edge> {
    let row = u32::try_from(row.checked_add(1)?).ok().filter(|row| (1..=LAST_ROW).contains(row))?;
    Some(Edge { row, below: pixels.checked_mul(PIXEL).filter(|below| FURTHEST.contains(below))? })
}
