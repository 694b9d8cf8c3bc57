//! Work in independent pieces, for callers that have threads to share it out; this crate starts none itself.

use std::ops::Range;

/// Does pieces of work that do not depend on each other.
pub trait Workers: Sync {
    /// The results of so many pieces, in their order.
    fn map<T: Send>(&self, count: usize, work: impl Fn(usize) -> T + Sync + Send) -> Vec<T>;
}

/// One piece after another, where the caller is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alone;

impl Workers for Alone {
    fn map<T: Send>(&self, count: usize, work: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
        (0..count).map(work).collect()
    }
}

/// Rows of a table that make a piece; fewer than two pieces are not worth sharing.
const ROWS: usize = 1_000;
/// Pieces whose results are held at a time, so that a large table is not in memory twice.
const WAVE: usize = 8;

/// How many pieces a table of so many rows is cut into. It does not depend on who does the work, nor does the
/// result.
pub(crate) fn pieces(rows: usize) -> usize {
    if rows < 2 * ROWS { 1 } else { rows.div_ceil(ROWS) }
}

/// Works through a table's rows piece by piece and hands the results over in order.
pub(crate) fn by_rows<T: Send>(
    workers: &impl Workers,
    rows: usize,
    work: impl Fn(Range<usize>) -> T + Sync + Send,
    mut take: impl FnMut(T),
) {
    if pieces(rows) == 1 {
        return take(work(0..rows));
    }
    for first in (0..pieces(rows)).step_by(WAVE) {
        let count = (pieces(rows) - first).min(WAVE);
        let piece = |index: usize| {
            let start = (first + index) * ROWS;
            work(start..(start + ROWS).min(rows))
        };
        workers.map(count, piece).into_iter().for_each(&mut take);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_piece_and_the_pieces_come_in_order() {
        for rows in [0, 1, ROWS, 2 * ROWS - 1, 2 * ROWS, 2 * ROWS + 1, 17 * ROWS, 17 * ROWS + 3] {
            let mut seen = Vec::new();
            by_rows(&Alone, rows, Range::collect::<Vec<_>>, |piece| seen.extend(piece));
            assert_eq!(seen, (0..rows).collect::<Vec<_>>(), "{rows} rows");
        }
    }
}
