//! Findings as the page lists them: those of one cause or one repeated slip once, numbered in the order of severity,
//! and the cells that carry the number.

use std::collections::BTreeMap;

use jixiao_selfeval::{Finding, Review, Severity};
use jixiao_workbook::CellRef;
use jixiao_workbook::address::LAST_COLUMN;

use super::class;
use crate::Lang;
use crate::text::{cells, lines};
use crate::words::one_line;

/// Members of a group that are told one by one.
const MEMBERS: usize = 200;

/// Findings that are told together.
pub(super) struct Group {
    /// From 1.
    pub(super) number: usize,
    pub(super) severity: Severity,
    pub(super) code: String,
    pub(super) members: Vec<Member>,
    /// Members that are not told.
    pub(super) left: usize,
    cells: Vec<(CellRef, bool)>,
}

/// One fact with its action; where all members of a group say the same, the only one.
pub(super) struct Member {
    /// Its cells: `K7:K20`.
    pub(super) place: String,
    /// The cell to jump to, if the page shows it.
    pub(super) target: Option<CellRef>,
    pub(super) project: Option<String>,
    pub(super) message: String,
    pub(super) help: String,
    pub(super) effect: Option<String>,
    /// What speaks for which value.
    pub(super) votes: Option<String>,
}

/// The groups, worst first, each severity in the order of the table.
pub(super) fn groups(review: &Review<'_>, lang: Lang) -> Vec<Group> {
    let mut groups = Vec::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let members = lines::groups(review, severity);
        groups.extend(members.iter().filter_map(|members| Group::of(review, severity, members, lang)));
    }
    for (group, number) in groups.iter_mut().zip(1..) {
        group.number = number;
    }
    groups
}

impl Group {
    fn of(review: &Review<'_>, severity: Severity, positions: &[usize], lang: Lang) -> Option<Self> {
        let home = review.table.as_ref().map(|table| &*table.located.sheet_name);
        let found = || positions.iter().filter_map(|position| review.found_at(*position));
        let at_home = |sheet: Option<&str>| sheet.is_none() || sheet == home;
        let cells: Vec<(CellRef, bool)> =
            found().filter_map(|found| Some((found.cell()?, at_home(found.sheet())))).collect();
        let first = found().next()?.finding()?;
        let told = || found().take(MEMBERS).filter_map(|found| found.finding());
        let same = positions.len() > 1 && told().all(|other| other.message == first.message);
        let members: Vec<Member> = if same {
            let list: Vec<CellRef> = cells.iter().map(|(cell, _)| *cell).collect();
            vec![Member { place: self::cells(&list, lang), project: None, ..Member::of(&first, home, lang) }]
        } else {
            told().map(|finding| Member::of(&finding, home, lang)).collect()
        };
        let left = if same { 0 } else { positions.len().saturating_sub(members.len()) };
        Some(Self { number: 0, severity, code: first.code.to_string(), members, left, cells })
    }
}

impl Member {
    fn of(finding: &Finding, home: Option<&str>, lang: Lang) -> Self {
        let sheet = finding.place.sheet.as_deref();
        let at_home = sheet.is_none() || sheet == home;
        let cell = finding.place.cell.map(|cell| cell.to_string()).unwrap_or_default();
        let place = match sheet.filter(|_| !at_home) {
            Some(sheet) => format!("{}!{cell}", one_line(sheet)),
            None => cell,
        };
        let pick = |words| one_line(lang.pick(words));
        Self {
            place,
            target: finding.place.cell.filter(|_| at_home),
            project: finding.project.as_deref().map(one_line),
            message: pick(&finding.message),
            help: pick(&finding.help),
            effect: finding.effect.as_deref().map(pick),
            votes: (!finding.votes.is_empty()).then(|| one_line(&lines::votes(&finding.votes, lang))),
        }
    }
}

/// The cells of the table's sheet that findings speak of.
pub(super) struct Marks(BTreeMap<CellRef, Mark>);

/// What a cell carries: the class of its worst finding, and the numbers of its groups.
pub(super) struct Mark {
    pub(super) class: &'static str,
    pub(super) numbers: Vec<usize>,
}

impl Marks {
    pub(super) fn of(review: &Review<'_>, groups: &[Group]) -> Self {
        let mut marks: BTreeMap<CellRef, Mark> = BTreeMap::new();
        if review.table.is_none() {
            return Self(marks);
        }
        // The worst come first, so that a cell's first class is its worst.
        for group in groups {
            for (cell, _) in group.cells.iter().filter(|(_, at_home)| *at_home) {
                let new = || Mark { class: class(group.severity), numbers: Vec::new() };
                let mark = marks.entry(*cell).or_insert_with(new);
                if mark.numbers.last() != Some(&group.number) {
                    mark.numbers.push(group.number);
                }
            }
        }
        Self(marks)
    }

    pub(super) fn get(&self, cell: CellRef) -> Option<&Mark> {
        self.0.get(&cell)
    }

    /// Whether a finding above info speaks of a row.
    pub(super) fn names_row(&self, row: u32) -> bool {
        let (Some(first), Some(last)) = (CellRef::new(row, 1), CellRef::new(row, LAST_COLUMN)) else {
            return false;
        };
        self.0.range(first..=last).any(|(_, mark)| mark.class != "info")
    }
}
