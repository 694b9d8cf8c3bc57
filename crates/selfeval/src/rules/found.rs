//! What the rules found in one table, in few bytes: a large form has a hundred thousand findings of rules that
//! look at one project at a time, of which a report shows two hundred. Those are worded when they are asked for.

use std::borrow::Cow;

use jixiao_workbook::CellRef;

use super::{Context, Each, Group, Rule, at_profile, column_group, levelled, run};
use crate::finding::{Finding, Severity};

/// Findings sorted by place and code, the long ones as notes.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    notes: Vec<Note>,
    worded: Vec<Finding>,
}

#[derive(Clone, Copy, Debug)]
struct Note {
    cell: Option<CellRef>,
    severity: Severity,
    source: Source,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    /// Index into the worded findings.
    Worded(u32),
    /// A rule that words it, by which of its looks at a project, and the index of the project.
    Project(&'static Rule, u8, u32),
}

impl Source {
    /// The order of one rule's findings as they were made.
    fn order(self) -> (u8, u32) {
        match self {
            Self::Project(_, which, index) => (which, index),
            Self::Worded(index) => (u8::MAX, index),
        }
    }
}

impl Findings {
    /// What one rule finds, at the profile's severity.
    pub fn of(context: &Context<'_>, rule: &'static Rule) -> Self {
        let (looks, rest) = rule.check.parts();
        if looks.is_empty() {
            return run(context, rule).into();
        }
        if at_profile(context.profile, rule, rule.severity).is_none() {
            return Self::default();
        }
        let noted = |(which, each): (u8, &Each)| {
            let projects = (0..).zip(&context.summary.projects);
            let notes = projects.filter_map(|(index, project)| {
                let (cell, severity) = (each.spot)(context, project)?;
                let severity = at_profile(context.profile, rule, severity)?;
                Some(Note { cell: Some(cell), severity, source: Source::Project(rule, which, index) })
            });
            Self { notes: notes.collect(), worded: Vec::new() }
        };
        let rest = rest.map(|check| levelled(context, rule, check(context)).collect::<Vec<_>>().into());
        Self::joined((0..).zip(looks).map(noted).chain(rest))
    }

    /// Several rules' findings in one, sorted by place and code.
    pub fn joined(lists: impl Iterator<Item = Self>) -> Self {
        let lists: Vec<Self> = lists.collect();
        let count = |of: fn(&Self) -> usize| lists.iter().map(of).sum();
        let (notes, worded) = (count(|list| list.notes.len()), count(|list| list.worded.len()));
        let mut all = Self { notes: Vec::with_capacity(notes), worded: Vec::with_capacity(worded) };
        for mut list in lists {
            let before = u32::try_from(all.worded.len()).unwrap_or(u32::MAX);
            for note in &mut list.notes {
                if let Source::Worded(index) = &mut note.source {
                    *index = index.saturating_add(before);
                }
            }
            all.worded.append(&mut list.worded);
            all.notes.append(&mut list.notes);
        }
        let Self { notes, worded } = &mut all;
        // In place: no two have the same key, so that the order is that of a stable sort.
        let key = |note: &Note| (note.cell, code(note, worded), note.severity, note.source.order());
        notes.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        all
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.notes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    /// The severities, in order.
    pub fn severities(&self) -> impl Iterator<Item = Severity> {
        self.notes.iter().map(|note| note.severity)
    }

    /// Keeps the findings whose code passes.
    pub fn retain(&mut self, wanted: impl Fn(&str) -> bool) {
        let Self { notes, worded } = self;
        notes.retain(|note| wanted(code(note, worded)));
    }

    /// The finding at a position; `context` as for [`Findings::each`].
    pub(crate) fn get<'a>(&'a self, position: usize, context: Option<Context<'a>>) -> Option<Found<'a>> {
        let note = self.notes.get(position)?;
        Some(Found { note, worded: &self.worded, context })
    }

    /// Each finding; `context` is that of the table they were found in, none where no table was found.
    pub(crate) fn each<'a>(
        &'a self,
        context: Option<Context<'a>>,
    ) -> impl Iterator<Item = Found<'a>> + use<'a> {
        self.notes.iter().map(move |note| Found { note, worded: &self.worded, context })
    }
}

impl From<Vec<Finding>> for Findings {
    fn from(worded: Vec<Finding>) -> Self {
        let note = |(index, finding): (u32, &Finding)| Note {
            cell: finding.place.cell,
            severity: finding.severity,
            source: Source::Worded(index),
        };
        Self { notes: (0..).zip(&worded).map(note).collect(), worded }
    }
}

fn code<'a>(note: &Note, worded: &'a [Finding]) -> &'a str {
    match note.source {
        Source::Worded(index) => worded.get(index as usize).map_or("", |finding| &finding.code),
        Source::Project(rule, ..) => rule.code,
    }
}

/// One finding among [`Findings`].
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    note: &'a Note,
    worded: &'a [Finding],
    context: Option<Context<'a>>,
}

impl<'a> Found<'a> {
    /// The rule's code.
    pub fn code(&self) -> &'a str {
        code(self.note, self.worded)
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.note.severity
    }

    /// Its cell; none for a finding about a whole sheet or file.
    pub fn cell(&self) -> Option<CellRef> {
        self.note.cell
    }

    /// Its sheet, if it names one.
    pub fn sheet(&self) -> Option<&'a str> {
        match self.note.source {
            Source::Worded(index) => self.worded.get(index as usize)?.place.sheet.as_deref(),
            Source::Project(..) => Some(&*self.context?.located.sheet_name),
        }
    }

    /// The key shared by findings of one cause or one repeated slip.
    pub fn group(&self) -> Option<Cow<'a, str>> {
        match self.note.source {
            Source::Worded(index) => self.worded.get(index as usize)?.group.as_deref().map(Cow::Borrowed),
            Source::Project(rule, which, _) => match look(rule, which)?.group {
                Group::None => None,
                Group::One(group) => Some(Cow::Borrowed(group)),
                Group::Column => Some(Cow::Owned(column_group(rule.code, self.note.cell?))),
            },
        }
    }

    /// The whole finding, with its sentences.
    pub fn finding(&self) -> Option<Cow<'a, Finding>> {
        match self.note.source {
            Source::Worded(index) => self.worded.get(index as usize).map(Cow::Borrowed),
            Source::Project(rule, which, index) => {
                let context = self.context.as_ref()?;
                let project = context.summary.projects.get(index as usize)?;
                let finding = (look(rule, which)?.tell)(context, project)?;
                Some(Cow::Owned(finding.at(self.note.severity)))
            }
        }
    }
}

fn look(rule: &Rule, which: u8) -> Option<&'static Each> {
    rule.check.parts().0.get(usize::from(which))
}
