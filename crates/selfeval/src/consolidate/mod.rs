//! Many units' summaries as one: the projects of all, each unit's sums, score, grade and rank, and the sentence for
//! the published accounts.
//!
//! The figures here are what the consolidated workbook's formulas give: see there for what a missing figure blocks.

mod account;
mod several;
mod unit;

use indexmap::IndexMap;
use rust_decimal::Decimal;

use crate::profile::Weights;
use crate::summary::Fund;

pub use account::{Account, Part, Piece};
pub use several::{Several, Which};
pub use unit::{Entry, Gaps, Line, MOST_NOTED, Noted, State, Taken, Unit};

/// Fund columns of a consolidation; what units have beyond them is summed in one more.
pub const MOST_FUNDS: usize = 12;
/// Decimals of a weighted score.
pub const SCORE_DECIMALS: u32 = 2;
/// Decimals of a project's rate, so that one on a bound of the distribution falls on the same side everywhere.
pub const RATE_DECIMALS: u32 = 6;

/// What many units' tables are together.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Consolidation {
    /// Every input, in order; none is left out.
    pub units: Vec<Unit>,
    /// Fund columns in the order they were met.
    pub funds: Vec<Fund>,
    /// Whether units have more fund columns than [`MOST_FUNDS`].
    pub more_funds: bool,
    /// Units of whom there are several files.
    pub several: Vec<Several>,
    /// Whether each file is the first with projects of its unit: a unit with several files is one unit.
    pub firsts: Vec<bool>,
    /// The rank of each unit by its score, from 1; units with the same score share one.
    pub ranks: Vec<Option<usize>>,
}

impl Consolidation {
    /// Puts units together. Of several files of one unit `which` are taken.
    pub fn of(mut units: Vec<Unit>, which: Which) -> Self {
        shorten(&mut units);
        let several = several::settle(&mut units, which);
        let (funds, more_funds) = funds(&units);
        let ranks = ranks(&units);
        let firsts = several::firsts(&units);
        Self { units, funds, more_funds, several, firsts, ranks }
    }

    /// The units whose tables are taken, with their places among all.
    pub fn taken(&self) -> impl Iterator<Item = (usize, &Unit, &Taken)> {
        let units = self.units.iter().enumerate();
        units.filter_map(|(place, unit)| unit.taken().map(|taken| (place, unit, taken)))
    }

    /// Every project with its table, in order.
    pub fn lines(&self) -> impl Iterator<Item = (&Taken, &Line)> {
        self.taken().flat_map(|(_, _, taken)| taken.lines.iter().map(move |line| (taken, line)))
    }

    /// How many projects there are.
    pub fn projects(&self) -> usize {
        self.taken().map(|(_, _, taken)| taken.lines.len()).sum()
    }

    /// How many inputs could not be read.
    pub fn unread(&self) -> usize {
        self.units.iter().filter(|unit| matches!(unit.state, State::Unread(_))).count()
    }

    /// What all units' scores are weighted by together: what each is weighted by, where they agree.
    pub fn weights(&self) -> Weights {
        let mut all = self.taken().map(|(_, _, taken)| taken.weights).peekable();
        let executed = all.peek().is_some() && all.all(|weights| weights == Weights::Executed);
        if executed { Weights::Executed } else { Weights::Budget }
    }

    /// The names of the grades that the units' profiles know, the best first.
    pub fn grades(&self) -> Vec<&str> {
        let names = self.taken().flat_map(|(_, _, taken)| taken.grade_names());
        names.map(|name| (name, ())).collect::<IndexMap<_, _>>().into_keys().collect()
    }

    /// The parts of a project's budget by [`Consolidation::funds`], then what other fund columns hold.
    pub fn parts(&self, taken: &Taken, line: &Line) -> Vec<Entry> {
        let mut parts = vec![Entry::Blank; self.funds.len() + usize::from(self.more_funds)];
        for (fund, entry) in taken.funds.iter().zip(&line.funds) {
            let place = self.funds.iter().position(|known| known.key == fund.key).unwrap_or(self.funds.len());
            if let Some(part) = parts.get_mut(place) {
                *part = part.plus(entry);
            }
        }
        parts
    }

    /// How many projects' rates lie in each of [`BANDS`].
    pub fn distribution(&self) -> [usize; BANDS.len()] {
        let mut counts = [0; BANDS.len()];
        for rate in self.lines().filter_map(|(_, line)| line.rate()) {
            let band = BANDS.iter().position(|band| band.holds(rate));
            if let Some(count) = band.and_then(|band| counts.get_mut(band)) {
                *count += 1;
            }
        }
        counts
    }

    /// ΣB/ΣA over the projects of which both amounts are known.
    pub fn rate(&self) -> Option<Decimal> {
        let mut known = self.lines().filter_map(|(_, line)| line.budget.number().zip(line.executed.number()));
        let sums = known.try_fold((Decimal::ZERO, Decimal::ZERO), |(budgets, spent), (budget, executed)| {
            Some((budgets.checked_add(budget)?, spent.checked_add(executed)?))
        });
        sums.and_then(|(budgets, spent)| spent.checked_div(budgets))
    }

    /// The sum of a known amount over all projects.
    pub fn sum(&self, amount: fn(&Line) -> &Entry) -> Option<Decimal> {
        let mut known = self.lines().filter_map(|(_, line)| amount(line).number());
        known.try_fold(Decimal::ZERO, Decimal::checked_add)
    }

    /// The sentence for the published accounts.
    pub fn account(&self) -> Account {
        Account::of(self)
    }
}

/// Rates from a lower bound, inclusive, to an upper one, exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// The lower bound in hundredths; none for the lowest band.
    pub from: Option<u8>,
    /// The upper bound in hundredths, exclusive; inclusive where it is `from`. None for the highest band.
    pub to: Option<u8>,
}

impl Band {
    const fn new(from: Option<u8>, to: Option<u8>) -> Self {
        Self { from, to }
    }

    /// Whether it is a single rate, 100%.
    pub fn is_one_rate(self) -> bool {
        self.from.is_some() && self.from == self.to
    }

    fn holds(self, rate: Decimal) -> bool {
        let bound = |bound: u8| Decimal::new(i64::from(bound), 2);
        if self.is_one_rate() {
            return self.from.is_some_and(|from| bound(from) == rate);
        }
        let above = match (self.from, self.to) {
            // What is above 100% begins behind it.
            (Some(from), None) => rate > bound(from),
            (from, _) => from.is_none_or(|from| rate >= bound(from)),
        };
        above && self.to.is_none_or(|to| rate < bound(to))
    }
}

/// The bands by which rates are counted.
pub const BANDS: [Band; 7] = [
    Band::new(None, Some(60)),
    Band::new(Some(60), Some(70)),
    Band::new(Some(70), Some(80)),
    Band::new(Some(80), Some(90)),
    Band::new(Some(90), Some(100)),
    Band::new(Some(100), Some(100)),
    Band::new(Some(100), None),
];

/// Takes the folder that all files have in common off their names.
fn shorten(units: &mut [Unit]) {
    let folder = |path: &str| path.rfind(['/', '\\']).map_or(0, |slash| slash + 1);
    let mut paths = units.iter().map(|unit| unit.path.as_str());
    let first = paths.next().map(|path| path.get(..folder(path)).unwrap_or_default()).unwrap_or_default();
    let common = paths.fold(first, |common, path| {
        let same = common.char_indices().zip(path.chars()).take_while(|((_, a), b)| a == b);
        let end = same.last().map_or(0, |((at, c), _)| at + c.len_utf8());
        let both = common.get(..end).unwrap_or_default();
        both.get(..folder(both)).unwrap_or_default()
    });
    let length = common.len();
    for unit in units {
        unit.file = unit.path.get(length..).unwrap_or(&unit.path).to_owned();
    }
}

/// The fund columns of all units, and whether there are more than are kept.
fn funds(units: &[Unit]) -> (Vec<Fund>, bool) {
    let all = units.iter().filter_map(Unit::taken).flat_map(|taken| &taken.funds);
    let mut met: IndexMap<&str, &Fund> = IndexMap::new();
    for fund in all {
        if !met.contains_key(fund.key.as_str()) {
            if met.len() == MOST_FUNDS {
                return (met.into_values().cloned().collect(), true);
            }
            met.insert(&fund.key, fund);
        }
    }
    (met.into_values().cloned().collect(), false)
}

/// Each unit's rank by its score: one more than there are better ones.
fn ranks(units: &[Unit]) -> Vec<Option<usize>> {
    let score = |unit: &Unit| unit.taken().and_then(|taken| taken.score);
    let mut scores: Vec<Decimal> = units.iter().filter_map(score).collect();
    scores.sort_unstable();
    let better = |score: Decimal| scores.len() - scores.partition_point(|other| *other <= score);
    units.iter().map(|unit| score(unit).map(|score| better(score) + 1)).collect()
}

#[cfg(test)]
mod tests;
