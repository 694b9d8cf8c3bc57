//! The boxes of comments and of old form controls in a drawing of the VML kind.

use std::ops::Range as Span;

use crate::patch::markup::{TagKind, tags};
use crate::shift::Shift;

/// What changes in the data of a box when rows move; `None` where the box goes with its cell.
///
/// The data are the bytes of the part from `<x:ClientData>` to its end.
pub(super) fn moved(part: &[u8], shift: &Shift, span: &Span<usize>) -> Option<Vec<(Span<usize>, Vec<u8>)>> {
    let data = part.get(span.clone()).unwrap_or_default();
    let (mut anchor, mut row, mut stays, mut keeps_size) = (None, None, false, false);
    let mut opened = None;
    for tag in tags(data) {
        match (tag.kind, tag.local()) {
            // These two say what a box does not.
            (TagKind::Open | TagKind::Empty, b"MoveWithCells") => stays = true,
            (TagKind::Open | TagKind::Empty, b"SizeWithCells") => keeps_size = true,
            (TagKind::Open, b"Anchor" | b"Row") => opened = Some(tag.end),
            (TagKind::Close, b"Anchor") => anchor = opened.take().map(|from| from..tag.start),
            (TagKind::Close, b"Row") => row = opened.take().map(|from| from..tag.start),
            _ => {}
        }
    }
    let is_note =
        tags(data).next().and_then(|tag| tag.value(b"ObjectType")).is_some_and(|kind| kind == "Note");
    let number = |span: &Span<usize>| {
        let text = std::str::from_utf8(data.get(span.clone())?).ok()?;
        text.trim().parse::<u32>().ok()?.checked_add(1)
    };
    let cell = row.filter(|_| is_note).and_then(|span| Some((number(&span)?, span)));
    let mut pieces: Vec<(Span<usize>, String)> = Vec::new();
    let mut to_anchor: Box<dyn Fn(u32) -> u32> = match (stays, keeps_size) {
        (true, _) => Box::new(|row| row),
        _ => Box::new(|row| shift.nearest(row)),
    };
    if let Some((old, span)) = cell {
        let new = shift.row(old)?;
        if new != old {
            pieces.push((span, (new - 1).to_string()));
        }
        // The box of a comment goes where its cell goes.
        to_anchor = Box::new(move |row| row.saturating_add(new).saturating_sub(old).max(1));
    }
    if let Some(span) = anchor {
        pieces.extend(rewritten(data, &span, keeps_size, &to_anchor));
    }
    let in_part = |at: Span<usize>| span.start + at.start..span.start + at.end;
    Some(pieces.into_iter().map(|(at, text)| (in_part(at), text.into_bytes())).collect())
}

/// An anchor (column, distance, row, distance, twice) whose rows moved.
fn rewritten(
    data: &[u8],
    span: &Span<usize>,
    keeps_size: bool,
    to: &dyn Fn(u32) -> u32,
) -> Vec<(Span<usize>, String)> {
    let text = std::str::from_utf8(data.get(span.clone()).unwrap_or_default()).unwrap_or_default();
    let mut at = span.start;
    let mut rows = Vec::new();
    for (index, piece) in text.split(',').enumerate() {
        let inner = piece.trim();
        let start = at + piece.len() - piece.trim_start().len();
        if matches!(index, 2 | 6)
            && let Ok(row) = inner.parse::<u32>()
        {
            rows.push((start..start + inner.len(), row.saturating_add(1)));
        }
        at += piece.len() + 1;
    }
    let [(upper_at, upper), (lower_at, lower)] = rows.as_slice() else { return Vec::new() };
    let new_upper = to(*upper);
    let new_lower =
        if keeps_size { new_upper.saturating_add(lower.saturating_sub(*upper)) } else { to(*lower) };
    [(upper_at, *upper, new_upper), (lower_at, *lower, new_lower)]
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(at, _, new)| (at.clone(), (new - 1).to_string()))
        .collect()
}
