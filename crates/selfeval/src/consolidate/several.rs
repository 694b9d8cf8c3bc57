//! Several files of one unit: all are taken, or the newest. None is dropped without a word.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::unit::{State, Unit};
use crate::finding::Words;
use crate::summary::folded_name;

/// Files that are named one by one.
const NAMED: usize = 3;

/// Which of several files of a unit are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    #[default]
    All,
    /// The one of the latest year, else the one written to last, else the last of the inputs.
    Latest,
}

/// A unit of whom there are several files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Several {
    /// The unit.
    pub name: String,
    /// Its files.
    pub paths: Vec<String>,
    /// The file that is taken and why; none where all are.
    pub taken: Option<(String, Words)>,
}

/// Finds the units of whom there are several files, notes it on each, and passes over those that are not taken.
pub(super) fn settle(units: &mut [Unit], which: Which) -> Vec<Several> {
    let mut groups: IndexMap<String, Vec<usize>> = IndexMap::new();
    for (place, unit) in units.iter().enumerate().filter(|(_, unit)| unit.stated && unit.taken().is_some()) {
        groups.entry(folded_name(&unit.name).into_owned()).or_default().push(place);
    }
    groups.retain(|_, places| places.len() > 1);
    groups.values().filter_map(|places| one(units, places, which)).collect()
}

/// Whether each file is the first with projects of its unit. A table that names no unit is one of its own.
pub(super) fn firsts(units: &[Unit]) -> Vec<bool> {
    let mut met = BTreeSet::new();
    let mut is_first = |unit: &Unit| {
        let has_projects = unit.taken().is_some_and(|taken| !taken.lines.is_empty());
        has_projects && (!unit.stated || met.insert(folded_name(&unit.name).into_owned()))
    };
    units.iter().map(&mut is_first).collect()
}

/// What makes a file newer, the strongest first.
fn age(units: &[Unit], place: usize) -> Option<(Option<u16>, Option<std::time::Duration>, usize)> {
    units.get(place).map(|unit| (unit.year, unit.modified, place))
}

fn one(units: &mut [Unit], places: &[usize], which: Which) -> Option<Several> {
    let mut by_age = places.to_vec();
    by_age.sort_by_key(|place| age(units, *place));
    let (newest, older) = by_age.split_last()?;
    let (newest, next) = (*newest, *older.last()?);
    let named = |of: fn(&Unit) -> &String| -> Vec<String> {
        places.iter().filter_map(|place| units.get(*place).map(of).cloned()).collect()
    };
    let (paths, files) = (named(|unit| &unit.path), named(|unit| &unit.file));
    let name = units.get(newest)?.name.clone();
    if which == Which::All {
        for (number, place) in places.iter().enumerate() {
            let others = files.iter().enumerate().filter(|(other, _)| *other != number);
            let others = others.take(NAMED).map(|(_, file)| file.as_str()).collect::<Vec<_>>();
            if let Some(unit) = units.get_mut(*place) {
                unit.notes.push(beside(&others, places.len() - 1));
            }
        }
        return Some(Several { name, paths, taken: None });
    }
    let (taken, why) = (units.get(newest)?, newer_by(units, newest, next)?);
    let (chosen, taken) = (taken.file.clone(), Some((taken.path.clone(), why.clone())));
    for place in older {
        let by = newer_by(units, newest, *place)?;
        if let Some(unit) = units.get_mut(*place) {
            unit.state = State::PassedOver;
            unit.notes = vec![Words::new(
                format!("同一单位取 {chosen}（{}）", by.zh),
                format!("of this unit {chosen} is taken ({})", by.en),
            )];
        }
    }
    if let Some(unit) = units.get_mut(newest) {
        let count = older.len();
        unit.notes.push(Words::new(
            format!("同一单位另有 {count} 份未汇总：本份{}", why.zh),
            format!("{count} more of this unit left out: this one {}", why.en),
        ));
    }
    Some(Several { name, paths, taken })
}

/// What is said of a file beside which there are so many others of its unit, the first of them named.
fn beside(named: &[&str], count: usize) -> Words {
    let (zh, en) = match count - named.len() {
        0 => (String::new(), String::new()),
        more => (format!(" 等 {count} 份"), format!(" and {more} more")),
    };
    Words::new(
        format!("同一单位另有 {}{zh}，各份都已汇总", named.join("、")),
        format!("of the same unit there is {}{en} as well; all are taken", named.join(", ")),
    )
}

/// What makes one file newer than another.
fn newer_by(units: &[Unit], newer: usize, older: usize) -> Option<Words> {
    let (newer, older) = (age(units, newer)?, age(units, older)?);
    Some(if newer.0 != older.0 {
        Words::new("年度较新", "is of a later year")
    } else if newer.1 != older.1 {
        Words::new("文件修改时间较新", "was written to later")
    } else {
        Words::new(
            "修改时间相同，在输入中靠后",
            "was written to at the same time and comes later among the inputs",
        )
    })
}
