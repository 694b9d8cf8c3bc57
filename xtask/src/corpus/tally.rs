//! What a run counted: the figures of docs/quality.md.

use std::collections::BTreeMap;

use jixiao_workbook::refresh::Refresh;

use super::sites::Place;

/// Edits of one kind of place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Edits {
    pub(super) books: usize,
    pub(super) made: usize,
    /// Parts of the packages edited.
    pub(super) parts: usize,
    /// Those that are the same bytes afterwards.
    pub(super) same: usize,
}

/// Counts, of one book or of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) places: BTreeMap<Place, Edits>,
    /// Edits of covered cells and inside arrays, all refused, by code.
    pub(super) forbidden: BTreeMap<String, usize>,
    /// Stored results renewed along with edits.
    pub(super) results: usize,
    /// Results that could not be computed, so that recalculation was asked for.
    pub(super) unknown: usize,
}

impl Tally {
    /// Counts a single edit.
    pub(super) fn edit(&mut self, place: Place, parts: usize, same: usize) {
        let edits = self.places.entry(place).or_default();
        *edits =
            Edits { books: 1, made: edits.made + 1, parts: edits.parts + parts, same: edits.same + same };
    }

    /// Counts what followed from a batch.
    pub(super) fn refreshed(&mut self, refresh: &Refresh) {
        self.results += refresh.edits.len();
        self.unknown += refresh.unknown.len();
    }

    /// Adds another's counts.
    pub(super) fn add(&mut self, other: &Self) {
        for (place, more) in &other.places {
            let edits = self.places.entry(*place).or_default();
            edits.books += more.books;
            edits.made += more.made;
            edits.parts += more.parts;
            edits.same += more.same;
        }
        for (code, count) in &other.forbidden {
            *self.forbidden.entry(code.clone()).or_default() += count;
        }
        self.results += other.results;
        self.unknown += other.unknown;
    }

    /// All places together.
    pub(super) fn all(&self) -> Edits {
        self.places.values().fold(Edits::default(), |sum, one| Edits {
            books: sum.books.max(one.books),
            made: sum.made + one.made,
            parts: sum.parts + one.parts,
            same: sum.same + one.same,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up() {
        let mut one = Tally::default();
        one.edit(Place::Filled, 10, 9);
        one.edit(Place::Filled, 10, 8);
        one.edit(Place::Empty, 10, 9);
        let mut all = one.clone();
        all.add(&one);
        assert_eq!(all.places.get(&Place::Filled), Some(&Edits { books: 2, made: 4, parts: 40, same: 34 }));
        assert_eq!(all.all(), Edits { books: 2, made: 6, parts: 60, same: 52 });
    }
}
