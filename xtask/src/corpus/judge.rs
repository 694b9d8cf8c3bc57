//! All looks together: what other programs say of the edited files, what deviates, what was counted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::agree::Probe;
use super::expect::{Check, Observation};
use super::figures::Figures;
use super::office::{self, Office, UNASKED};
use super::prove::{Edited, Expected};
use super::python::{self, Answer, Question, hex};
use super::{File, Look, Patience};
use crate::{Outcome, read, write};

/// The programs that are asked, as far as they are on this machine.
pub(super) struct Oracles {
    pub(super) folder: PathBuf,
    pub(super) python: bool,
    pub(super) office: Option<Office>,
    pub(super) missing: Vec<&'static str>,
}

impl Oracles {
    /// Looks for them.
    pub(super) fn find(folder: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(folder.join("edited")).map_err(|error| error.to_string())?;
        let python = python::is_there();
        let office = office::version().map(|version| Office::new(folder, &version)).transpose()?;
        let mut missing = Vec::new();
        missing.extend((!python).then_some("openpyxl and openxml-audit"));
        missing.extend(office.is_none().then_some("LibreOffice"));
        Ok(Self { folder: folder.to_path_buf(), python, office, missing })
    }
}

/// What a run found.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    /// Broken promises.
    pub(super) faults: Vec<String>,
    /// Deviations, to be held against the lists.
    pub(super) observations: Vec<Observation>,
    /// What was not told since a program's time ran out: check and file's sha256, to its path.
    pub(super) untold: BTreeMap<(Check, String), String>,
    pub(super) figures: Figures,
}

impl Judgement {
    fn observe_all(&mut self, file: &File, check: Check, told: impl IntoIterator<Item = (String, String)>) {
        for one in told {
            self.observe(file, check, one);
        }
    }

    /// Notes that checks of a file say nothing.
    fn leave_out(&mut self, file: &File, checks: &[Check]) {
        let keys = checks.iter().map(|check| (*check, file.sha.clone()));
        self.untold.extend(keys.map(|key| (key, file.name.clone())));
    }

    fn observe(&mut self, file: &File, check: Check, (found, detail): (String, String)) {
        let plain = |text: &str| text.replace(['\t', '\n', '\r'], " ");
        self.observations.push(Observation {
            check,
            sha: file.sha.clone(),
            path: file.name.clone(),
            found: plain(&found),
            detail: plain(&detail),
        });
    }
}

/// Has the programs look, and gathers everything.
pub(super) fn judge(files: &[File], looks: &[Look], oracles: &Oracles) -> Result<Judgement, String> {
    let pairs: Vec<(&File, &Look)> = files.iter().zip(looks).collect();
    let office = oracles.office.as_ref();
    let mut asked = Asked::of(&pairs, oracles)?;
    // LibreOffice takes one processor, Python the rest.
    let (opened_first, asked_first) = rayon::join(
        || opened(&pairs, office, Patience::First),
        || asked.ask(&oracles.folder, Patience::First),
    );
    opened_first.and(asked_first)?;
    opened(&pairs, office, Patience::Last)?;
    asked.ask(&oracles.folder, Patience::Last)?;
    let mut judgement = Judgement::default();
    for (file, look) in &pairs {
        own(&mut judgement, file, look);
    }
    for (((at, shown), question), answer) in asked.shown.iter().zip(&asked.questions).zip(&asked.answers) {
        let Some((file, look)) = pairs.get(*at) else { continue };
        let Some(answer) = answer else {
            judgement.leave_out(file, &[Check::Openpyxl, Check::Audit]);
            continue;
        };
        match shown {
            Some(edited) => python_says(&mut judgement, file, edited, (question, answer)),
            None => count_openable(&mut judgement, (file, look), answer, oracles),
        }
    }
    if let Some(office) = &oracles.office {
        for (file, look) in &pairs {
            office_says(&mut judgement, (file, look), office)?;
        }
    }
    Ok(judgement)
}

/// What we ourselves and calamine say of a file.
fn own(judgement: &mut Judgement, file: &File, look: &Look) {
    let figures = &mut judgement.figures;
    let (public, crafted) = &mut figures.files;
    *(if file.is_crafted() { crafted } else { public }) += 1;
    if let Some((code, _)) = look.refused.first() {
        let code = code.rsplit(": ").next().unwrap_or(code);
        let code = if look.closed { code.to_owned() } else { format!("{code} (a sheet of it)") };
        let (public, crafted) = figures.refused.entry(code).or_default();
        *(if file.is_crafted() { crafted } else { public }) += 1;
    }
    figures.heavy += usize::from(look.heavy);
    figures.tally.add(&look.proof.tally);
    let lost = look.proof.faults.iter().any(|fault| fault.ends_with("is gone"));
    figures.losing += usize::from(lost);
    if !look.closed {
        if look.proof.tally.all().made > 0 {
            figures.edited += 1;
        } else {
            let code = look.proof.refused.keys().next().map_or("no place to edit", String::as_str);
            *figures.not_edited.entry(code.to_owned()).or_default() += 1;
        }
        if look.calamine == Probe::Reads {
            figures.calamine.0 += 1;
            figures.calamine.1 += usize::from(look.differences.is_some());
        }
    }
    judgement.faults.extend(look.proof.faults.iter().map(|fault| format!("{}: {fault}", file.name)));
    judgement.observe_all(file, Check::Open, look.refused.iter().cloned());
    for (code, places) in &look.proof.refused {
        let places: Vec<&str> = places.iter().copied().collect();
        judgement.observe(file, Check::Edit, (format!("{code}: {}", places.join(", ")), String::new()));
    }
    // Of a file that we do not read either it does not matter what calamine makes.
    let calamine = match &look.calamine {
        Probe::Refuses(told) if !look.closed => Some((told.clone(), String::new())),
        Probe::RanOut => {
            judgement.leave_out(file, &[Check::Calamine]);
            None
        }
        _ => None,
    };
    let edits = look.proof.calamine.first().map(|(what, told)| {
        (format!("sees {} edits otherwise", look.proof.calamine.len()), format!("{what}: {told}"))
    });
    judgement.observe_all(
        file,
        Check::Calamine,
        calamine.into_iter().chain(look.differences.clone()).chain(edits),
    );
}

/// What Python is asked, of which file by its number, what it is shown, and its answers so far.
struct Asked<'a> {
    questions: Vec<Question>,
    shown: Vec<(usize, Option<&'a Edited>)>,
    answers: Vec<Option<Answer>>,
}

impl<'a> Asked<'a> {
    /// Every edited file, and whether it opens what we refuse; nothing where it is not on this machine.
    fn of(pairs: &[(&File, &'a Look)], oracles: &Oracles) -> Result<Self, String> {
        let mut asked = Self { questions: Vec::new(), shown: Vec::new(), answers: Vec::new() };
        for (at, (file, look)) in pairs.iter().enumerate().filter(|(_, (_, look))| !look.heavy) {
            if !oracles.python {
                break;
            }
            let question = |key| Question {
                before: file.path.clone(),
                after: None,
                cells: Vec::new(),
                audit: false,
                key,
            };
            if !look.refused.is_empty() && !file.is_crafted() {
                asked.questions.push(question(file.sha.clone()));
                asked.shown.push((at, None));
            }
            let edited = look.proof.combined.iter().map(|one| (one, true));
            let others = look.proof.marked.iter().chain(&look.proof.singles).map(|one| (one, false));
            for (edited, audit) in edited.chain(others) {
                let sha = hex(&edited.bytes);
                let after = oracles.folder.join("edited").join(format!("{sha}.{}", file.ending));
                write(&after, &edited.bytes)?;
                let cells = edited.cells.iter().map(|cell| (cell.sheet.clone(), cell.cell)).collect();
                let key = format!("{} {sha}", file.sha);
                asked.questions.push(Question { after: Some(after), cells, audit, ..question(key) });
                asked.shown.push((at, Some(edited)));
            }
        }
        asked.answers.resize_with(asked.questions.len(), || None);
        Ok(asked)
    }

    /// Asks what was not answered yet.
    fn ask(&mut self, folder: &Path, patience: Patience) -> Outcome {
        let workers = match patience {
            Patience::First => std::thread::available_parallelism().map_or(1, usize::from),
            Patience::Last => 1,
        };
        let open = self.questions.iter().zip(&self.answers).filter(|(_, answer)| answer.is_none());
        let open: Vec<&Question> = open.map(|(question, _)| question).collect();
        let told = python::ask(folder, &open, patience, workers)?;
        for (slot, answer) in self.answers.iter_mut().filter(|answer| answer.is_none()).zip(told) {
            *slot = answer;
        }
        Ok(())
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        for after in self.questions.iter().filter_map(|question| question.after.as_ref()) {
            drop(std::fs::remove_file(after));
        }
    }
}

fn python_says(
    judgement: &mut Judgement,
    file: &File,
    edited: &Edited,
    (question, answer): (&Question, &Answer),
) {
    let told = answer.openpyxl(&edited.cells);
    // Figures are of books: single edits, which are shown only where that is asked for, are none of their own.
    if question.audit {
        let (openpyxl, audit) = (&mut judgement.figures.openpyxl, &mut judgement.figures.audit);
        let deviates = answer.audit_error.is_some() || !answer.audit.is_empty();
        *openpyxl = (openpyxl.0 + 1, openpyxl.1 + usize::from(told.is_some()));
        *audit = (audit.0 + 1, audit.1 + usize::from(deviates));
    }
    if answer.before_error.is_none() && answer.after_error.is_some() {
        judgement.faults.push(format!("{}: openpyxl refuses what we wrote", file.name));
    }
    judgement.observe_all(file, Check::Openpyxl, told);
    let failed = answer.audit_error.iter().map(|error| ("fails".to_owned(), error.clone()));
    judgement.observe_all(file, Check::Audit, failed);
    for (part, what) in &answer.audit {
        let what: String = what.chars().take(160).collect();
        judgement.observe(file, Check::Audit, (format!("{part}: {what}"), String::new()));
    }
}

/// Counts a public file that we refuse: as readable where another program reads it.
fn count_openable(
    judgement: &mut Judgement,
    (file, look): (&File, &Look),
    answer: &Answer,
    oracles: &Oracles,
) {
    if file.is_crafted() || !look.is_refused() {
        return;
    }
    let office = oracles.office.as_ref().is_some_and(|office| office.opened(&file.sha));
    if look.calamine == Probe::Reads || answer.before_error.is_none() || office {
        judgement.figures.refused_readable += 1;
    } else if oracles.office.as_ref().is_some_and(|office| !office.refused(&file.sha)) {
        judgement.leave_out(file, &[Check::Libreoffice]);
    } else {
        judgement.figures.unreadable += 1;
    }
}

/// Has `LibreOffice` open every edited file, the originals of those it does not open, and what we refuse.
fn opened(pairs: &[(&File, &Look)], office: Option<&Office>, patience: Patience) -> Outcome {
    let Some(office) = office else { return Ok(()) };
    let shown = || pairs.iter().filter(|(file, look)| !look.heavy && office.is_asked(&file.sha));
    let mut edited = Vec::new();
    for (file, look) in shown() {
        edited
            .extend(look.proof.combined.iter().map(|one| (hex(&one.bytes), file.ending, one.bytes.clone())));
    }
    office.open(&edited, patience)?;
    let mut originals = Vec::new();
    for (file, look) in shown() {
        let failed = look.proof.combined.as_ref().is_some_and(|one| office.refused(&hex(&one.bytes)));
        if failed || (!look.refused.is_empty() && !file.is_crafted()) {
            originals.push((file.sha.clone(), file.ending, read(&file.path)?));
        }
    }
    office.open(&originals, patience)
}

fn office_says(judgement: &mut Judgement, (file, look): (&File, &Look), office: &Office) -> Outcome {
    let shown = look.proof.combined.as_ref().filter(|_| !look.heavy);
    let Some(Edited { bytes, cells }) = shown else { return Ok(()) };
    let sha = hex(bytes);
    judgement.figures.libreoffice.0 += 1;
    let told = if !office.is_asked(&file.sha) {
        Some((UNASKED.to_owned(), String::new()))
    } else if office.opened(&sha) {
        office.disagrees(&sha, cells as &[Expected])?
    } else if office.opened(&file.sha) {
        judgement.faults.push(format!("{}: LibreOffice does not open what we wrote", file.name));
        None
    } else if !office.refused(&sha) || !office.refused(&file.sha) {
        judgement.leave_out(file, &[Check::Libreoffice]);
        None
    } else {
        Some(("does not open the original".to_owned(), String::new()))
    };
    judgement.figures.libreoffice.1 += usize::from(told.is_some());
    judgement.observe_all(file, Check::Libreoffice, told);
    Ok(())
}
