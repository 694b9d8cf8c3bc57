//! What all answers together say: observations to be held against the list, and counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::super::File;
use super::super::expect::{Check, Observation};
use super::ask::{Answer, BROKEN, COMPARED, Question, SHUT};
use super::insert::{Insertion, PANICKED};

/// An insertion, what is asked about it, and what was answered.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) insertion: Insertion,
    pub(super) question: Option<Question>,
    pub(super) answer: Option<Answer>,
}

/// What a run found.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    /// Broken promises.
    pub(super) faults: Vec<String>,
    pub(super) observations: Vec<Observation>,
    /// Files of which not everything was told, by sha256.
    pub(super) untold: BTreeSet<String>,
    pub(super) figures: Figures,
}

/// What a run counted: insertions, unless something else is said.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) files: usize,
    /// Files that are left out for their size.
    pub(super) large: usize,
    /// Sheets that are left out, since their books have so many.
    pub(super) many: usize,
    pub(super) tried: usize,
    pub(super) compared: usize,
    pub(super) same: usize,
    /// Compared where only the inserted rows themselves differ.
    pub(super) new_rows_only: usize,
    /// Not compared, by how it ended.
    pub(super) ended: BTreeMap<String, usize>,
    /// Differences by kind: in how many insertions.
    pub(super) kinds: BTreeMap<String, usize>,
    pub(super) untold: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, large, many, tried, compared, same, new_rows_only, untold, .. } = self;
        writeln!(out, "{files} files with {tried} sheets that hold something")?;
        writeln!(out, "left out: {large} files for their size, {many} sheets of books that have very many")?;
        writeln!(
            out,
            "{compared} compared: {same} the same, {new_rows_only} the same but for the inserted rows"
        )?;
        for (kind, count) in &self.kinds {
            writeln!(out, "  {kind}: in {count}")?;
        }
        for (ended, count) in &self.ended {
            writeln!(out, "{count} not compared: {ended}")?;
        }
        write!(out, "{untold} not told, since time ran out")
    }
}

/// Things of one kind that are found in a file, in any of its sheets.
#[derive(Debug, Default)]
struct Found {
    /// How many things, or none where the insertion itself is meant.
    things: usize,
    insertions: usize,
    /// Where the first is, if it has a place.
    first: String,
    detail: String,
}

/// All that was found in one file, by what it is.
#[derive(Debug, Default)]
struct OfFile(BTreeMap<String, Found>);

impl OfFile {
    fn add(&mut self, what: &str, things: usize, first: &str, detail: impl FnOnce() -> String) {
        let found = self.0.entry(what.to_owned()).or_default();
        if found.insertions == 0 {
            (found.first, found.detail) = (first.to_owned(), detail());
        }
        found.insertions += 1;
        found.things += things;
    }
}

/// Gathers everything.
pub(super) fn judge(told: &[(&File, Vec<Told>)]) -> Judgement {
    let mut judgement = Judgement::default();
    for (file, all) in told.iter().filter(|(_, all)| !all.is_empty()) {
        judgement.figures.files += 1;
        let mut found = OfFile::default();
        for one in all {
            judgement.figures.tried += 1;
            count(&mut judgement, file, one, &mut found);
        }
        let observations = found.0.into_iter().map(|(what, found)| observation(file, &what, &found));
        judgement.observations.extend(observations);
    }
    judgement
}

/// How an insertion is named for the developer.
fn shown(one: &Told) -> String {
    format!("{} before row {}", one.insertion.sheet, one.insertion.before)
}

fn count(judgement: &mut Judgement, file: &File, one: &Told, found: &mut OfFile) {
    let figures = &mut judgement.figures;
    if one.question.is_none() {
        let Err(refusal) = &one.insertion.made else { return };
        let ended = format!("refused by us: {}", refusal.code);
        if refusal.code == PANICKED {
            judgement.faults.push(format!("{}: a panic at {}", file.name, refusal.detail));
        }
        found.add(&ended, 0, "", || format!("{}: {}", shown(one), refusal.detail));
        *figures.ended.entry(ended).or_default() += 1;
        return;
    }
    let Some(answer) = &one.answer else {
        figures.untold += 1;
        judgement.untold.insert(file.sha.clone());
        return;
    };
    if answer.ended != COMPARED {
        *figures.ended.entry(format!("LibreOffice: {}", answer.ended)).or_default() += 1;
        match answer.ended.as_str() {
            // Nothing is promised of what LibreOffice does not open anyway; that it does not is listed elsewhere.
            SHUT => {}
            BROKEN => {
                judgement.faults.push(format!("{}: LibreOffice does not open {}", file.name, shown(one)));
            }
            ended => found.add(&format!("LibreOffice: {ended}"), 0, "", || shown(one)),
        }
        return;
    }
    figures.compared += 1;
    figures.same += usize::from(answer.differences.is_empty());
    let differs = !answer.differences.is_empty();
    let only_new = answer.differences.iter().all(|one| one.0.ends_with("of new rows"));
    figures.new_rows_only += usize::from(differs && only_new);
    for one_kind in &answer.differences {
        let (kind, things, first, there, here) =
            (&one_kind.0, one_kind.1, &one_kind.2, &one_kind.3, &one_kind.4);
        *figures.kinds.entry(kind.clone()).or_default() += 1;
        found.add(kind, things, first, || format!("{}: {there:?} there, {here:?} here", shown(one)));
    }
}

fn observation(file: &File, what: &str, found: &Found) -> Observation {
    let plain = |text: String| text.replace(['\t', '\n', '\r'], " ");
    let sheets = found.insertions;
    let words = match found.things {
        0 => format!("{what}, {sheets} insertions"),
        things => format!("{what}: {things} in {sheets} insertions, from {}", found.first),
    };
    Observation {
        check: Check::Rows,
        sha: file.sha.clone(),
        path: file.name.clone(),
        found: plain(words),
        detail: plain(found.detail.clone()),
    }
}
