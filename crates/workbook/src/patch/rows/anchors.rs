//! Where drawings are fastened: the rows that their upper and lower edges lie in, and how far below the row's top.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::address::LAST_ROW;
use crate::shift::Shift;

/// A length in English metric units, 12,700 to the point.
pub(super) type Length = i64;

const POINT: Length = 12_700;

/// Distances from a row's top that a drawing may state.
pub(super) const FURTHEST: std::ops::Range<Length> = -(1 << 40)..1 << 40;

/// How high the rows of a sheet are.
#[derive(Clone, Debug, Default)]
pub(super) struct Heights {
    /// The height of a row that states none.
    usual: Length,
    /// Rows that state theirs, hidden ones with none at all.
    own: BTreeMap<u32, Length>,
}

impl Heights {
    /// Sets the height of rows that state none, written in points.
    pub(super) fn set_usual(&mut self, points: &[u8]) {
        self.usual = length(points).unwrap_or_default();
    }

    /// Notes the height of a row, written in points.
    pub(super) fn note(&mut self, row: u32, points: &[u8]) {
        if let Some(height) = length(points) {
            self.own.insert(row, height);
        }
    }

    /// Notes a row that is not seen.
    pub(super) fn hide(&mut self, row: u32) {
        self.own.insert(row, 0);
    }

    /// The height of a row.
    pub(super) fn of(&self, row: u32) -> Length {
        self.own.get(&row).copied().unwrap_or_else(|| self.usual())
    }

    /// The rows after they moved; new ones are as high as their model.
    pub(super) fn shifted(&self, shift: &Shift, model: impl Fn(u32) -> Option<u32>) -> Self {
        let mut own: BTreeMap<u32, Length> =
            self.own.iter().filter_map(|(row, height)| Some((shift.row(*row)?, *height))).collect();
        for (before, count) in shift.insertions() {
            let Some(height) = model(before).and_then(|row| self.own.get(&row)) else { continue };
            let first = shift.first_new(before);
            own.extend((first..first.saturating_add(count)).map(|row| (row, *height)));
        }
        Self { usual: self.usual, own }
    }
}

/// Points as written in a file: digits with at most three decimals that count.
fn length(points: &[u8]) -> Option<Length> {
    let text = std::str::from_utf8(points).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: Length = whole.parse().ok().filter(|whole| (0..10_000).contains(whole))?;
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    let thousandths: Length = thousandths.parse().ok()?;
    Some(whole * POINT + thousandths * POINT / 1000)
}

/// How a drawing follows the cells below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follows {
    /// Both edges keep their cells.
    Both,
    /// The upper edge keeps its cell, the drawing its size.
    Upper,
    /// The upper edge moves by as many rows as a cell that comes from one row to another, the drawing keeps its size.
    Cell(u32, u32),
    /// It stays where it is.
    Nothing,
}

/// An edge: the row, from 1, and how far below its top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) row: u32,
    pub(super) below: Length,
}

/// The edge as it is written: the number of its row, from 0, and the distance, each with its place in the part.
#[derive(Clone, Debug, Default)]
pub(super) struct WrittenEdge {
    pub(super) row: Option<(u32, Range<usize>)>,
    pub(super) below: Option<(Length, Range<usize>)>,
}

impl WrittenEdge {
    fn edge(&self) -> Option<Edge> {
        let (row, _) = self.row.as_ref()?;
        let row = row.checked_add(1).filter(|row| *row <= LAST_ROW)?;
        Some(Edge { row, below: self.below.as_ref().map_or(0, |(below, _)| *below) })
    }

    fn rewritten(&self, to: Edge, out: &mut Vec<(Range<usize>, String)>) {
        if let Some((row, span)) = &self.row
            && *row + 1 != to.row
        {
            out.push((span.clone(), (to.row - 1).to_string()));
        }
        if let Some((below, span)) = &self.below
            && *below != to.below
        {
            out.push((span.clone(), to.below.to_string()));
        }
    }
}

/// What the rows of a sheet are before and after they moved.
pub(super) struct Ground<'a> {
    pub(super) shift: &'a Shift,
    pub(super) before: &'a Heights,
    pub(super) after: &'a Heights,
}

impl Ground<'_> {
    /// The pieces of a drawing's anchor that change.
    pub(super) fn moved(
        &self,
        (upper, lower): (&WrittenEdge, &WrittenEdge),
        follows: Follows,
    ) -> Vec<(Range<usize>, String)> {
        let mut pieces = Vec::new();
        let Some(from) = upper.edge() else { return pieces };
        let to = lower.edge();
        let (new_from, new_to) = self.edges((from, to.unwrap_or(from)), follows);
        upper.rewritten(new_from, &mut pieces);
        if to.is_some() {
            lower.rewritten(new_to, &mut pieces);
        }
        pieces
    }

    /// Where the edges of a drawing lie afterwards.
    pub(super) fn edges(&self, (from, to): (Edge, Edge), follows: Follows) -> (Edge, Edge) {
        let upper = match follows {
            Follows::Both | Follows::Upper => self.upper(from),
            Follows::Cell(before, after) => {
                let row = from.row.saturating_add(after).saturating_sub(before);
                Edge { row: row.clamp(1, LAST_ROW), ..from }
            }
            Follows::Nothing => self.after.edge_at(self.before.above(from)),
        };
        let lower = match follows {
            Follows::Both => self.lower(from, to),
            Follows::Upper | Follows::Cell(..) => self.same_size((from, to), upper),
            Follows::Nothing => self.after.edge_at(self.before.above(to)),
        };
        (upper, lower)
    }

    /// Where the lower edge of a drawing that keeps its size lies: as written, where rows as high moved alike.
    fn same_size(&self, (from, to): (Edge, Edge), upper: Edge) -> Edge {
        let size = self.before.above(to) - self.before.above(from);
        let top = self.after.above(upper);
        let row = to.row.saturating_add(upper.row).saturating_sub(from.row);
        let alike = Edge { row: row.clamp(1, LAST_ROW), ..to };
        if self.after.above(alike) - top == size { alike } else { self.after.edge_at(top + size) }
    }

    fn upper(&self, edge: Edge) -> Edge {
        match self.shift.row(edge.row) {
            Some(row) => Edge { row, ..edge },
            None => Edge { row: self.shift.nearest(edge.row), below: 0 },
        }
    }

    /// An edge right at the top of a row belongs to the row above: rows added between do not stretch the drawing.
    fn lower(&self, from: Edge, to: Edge) -> Edge {
        if to.below == 0 && to.row > from.row {
            let row =
                self.shift.row(to.row - 1).map_or_else(|| self.shift.nearest(to.row - 1), |row| row + 1);
            return Edge { row: row.min(LAST_ROW), below: 0 };
        }
        self.upper(to)
    }
}

impl Heights {
    /// How far an edge lies below the top of the sheet.
    fn above(&self, edge: Edge) -> Length {
        let stated = self.own.range(..edge.row);
        let (count, sum) = stated.fold((0, 0), |(count, sum), (_, height)| (count + 1, sum + height));
        (Length::from(edge.row) - 1 - count) * self.usual() + sum + edge.below.min(self.of(edge.row).max(0))
    }

    /// The edge that lies so far below the top of the sheet.
    fn edge_at(&self, mut rest: Length) -> Edge {
        let mut row = 1;
        for (&stated, &height) in self.own.range(..LAST_ROW) {
            let passed = self.usual_rows(rest, stated.saturating_sub(row));
            (row, rest) = (row + passed, rest - Length::from(passed) * self.usual());
            if row < stated || rest < height {
                return Edge { row, below: rest.max(0) };
            }
            (row, rest) = (stated + 1, rest - height);
        }
        let passed = self.usual_rows(rest, LAST_ROW - row);
        Edge { row: row + passed, below: (rest - Length::from(passed) * self.usual()).max(0) }
    }

    /// How many of so many rows that state no height end above a length.
    fn usual_rows(&self, length: Length, count: u32) -> u32 {
        u32::try_from((length / self.usual()).clamp(0, Length::from(count))).unwrap_or(count)
    }

    fn usual(&self) -> Length {
        if self.usual > 0 { self.usual } else { 15 * POINT }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows written from 0, and distances, after three rows of 30 points came before row 10 of a sheet whose rows
    /// have 15.
    fn after(numbers: [Length; 4], follows: Follows) -> [Length; 4] {
        let mut shift = Shift::none();
        shift.insert((10, 3), None, None).unwrap();
        let mut before = Heights::default();
        before.set_usual(b"15");
        before.note(11, b"30.0");
        let after = before.shifted(&shift, |_| Some(11));
        let [from, from_below, to, to_below] = numbers;
        let row = |number: Length, at: usize| Some((u32::try_from(number).unwrap(), at..at + 1));
        let upper = WrittenEdge { row: row(from, 0), below: Some((from_below, 1..2)) };
        let lower = WrittenEdge { row: row(to, 2), below: Some((to_below, 3..4)) };
        let mut shown = numbers;
        for (span, text) in
            (Ground { shift: &shift, before: &before, after: &after }).moved((&upper, &lower), follows)
        {
            shown[span.start] = text.parse().unwrap();
        }
        shown
    }

    #[test]
    fn a_drawing_across_new_rows_stretches_or_keeps_its_size() {
        assert_eq!(after([4, 5, 12, 7], Follows::Both), [4, 5, 15, 7]);
        assert_eq!(after([4, 5, 9, 0], Follows::Both), [4, 5, 9, 0], "ends where the rows come");
        assert_eq!(after([9, 5, 12, 7], Follows::Both), [12, 5, 15, 7]);
        // Rows 5 to 9 and 10 with 15 points each: 90 points and half a row, of which three new rows have 30 each.
        assert_eq!(after([4, 0, 9, 95_250], Follows::Upper), [4, 0, 9, 95_250]);
        assert_eq!(after([4, 0, 10, 95_250], Follows::Upper), [4, 0, 9, 285_750]);
        assert_eq!(after([9, 5, 12, 7], Follows::Upper), [12, 5, 15, 7]);
        assert_eq!(after([9, 5, 11, 7], Follows::Nothing), [9, 5, 10, 190_507]);
    }

    #[test]
    fn a_box_goes_with_its_cell_and_keeps_its_size() {
        // Its cell comes from row 10 to row 13; the rows below are as high as they were, the one above is not.
        assert_eq!(after([9, 5, 12, 7], Follows::Cell(10, 13)), [12, 5, 15, 7]);
        assert_eq!(after([8, 5, 12, 7], Follows::Cell(10, 13)), [11, 5, 14, 7]);
        // Half a row of 15 points is left of it in a row of 30, and the row below has 30, too.
        assert_eq!(after([6, 0, 8, 95_250], Follows::Cell(7, 9)), [8, 0, 9, 285_750]);
        assert_eq!(after([0, 5, 3, 7], Follows::Cell(9, 2)), [0, 5, 3, 7], "there is no row above the first");
    }

    #[test]
    fn heights_are_read_in_points() {
        assert_eq!(length(b"15"), Some(190_500));
        assert_eq!(length(b"13.5"), Some(171_450));
        assert_eq!(length(b"0.0001"), Some(0));
        assert_eq!((length(b"x"), length(b"-1"), length(b"99999")), (None, None, None));
    }

    #[test]
    fn places_and_edges_are_inverse() {
        let mut heights = Heights::default();
        heights.set_usual(b"15");
        heights.note(3, b"40");
        heights.hide(4);
        for (row, below) in [(1, 0), (2, 99), (3, 400_000), (5, 7), (90, 1)] {
            let edge = Edge { row, below };
            assert_eq!(heights.edge_at(heights.above(edge)), edge);
        }
        assert_eq!(heights.edge_at(heights.above(Edge { row: 4, below: 0 })), Edge { row: 5, below: 0 });
    }
}
