//! All looks together: what other programs say of the edited files, what deviates, what was counted.

use std::path::{Path, PathBuf};

use super::expect::{Check, Observation};
use super::figures::Figures;
use super::office::{self, Office};
use super::prove::{Edited, Expected};
use super::python::{self, Answer, Question, hex};
use super::{File, Look};
use crate::{read, write};

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
    pub(super) figures: Figures,
}

impl Judgement {
    fn observe_all(&mut self, file: &File, check: Check, told: impl IntoIterator<Item = (String, String)>) {
        for one in told {
            self.observe(file, check, one);
        }
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
    // LibreOffice takes one processor, Python the rest.
    let (office, answers) =
        rayon::join(|| opened(&pairs, oracles.office.as_ref()), || answers(&pairs, oracles));
    office?;
    let answers = answers?;
    let mut judgement = Judgement::default();
    for (file, look) in &pairs {
        own(&mut judgement, file, look);
    }
    for (at, shown, answer) in &answers {
        let Some((file, look)) = pairs.get(*at) else { continue };
        match shown {
            Some(edited) => python_says(&mut judgement, file, edited, answer),
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
        if look.calamine.is_none() {
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
    let calamine = look.calamine.iter().filter(|_| !look.closed).map(|told| (told.clone(), String::new()));
    let edits = look.proof.calamine.first().map(|(what, told)| {
        (format!("sees {} edits otherwise", look.proof.calamine.len()), format!("{what}: {told}"))
    });
    judgement.observe_all(file, Check::Calamine, calamine.chain(look.differences.clone()).chain(edits));
}

/// A question's file, by its number, what it was shown, and the answer.
type Answered<'a> = (usize, Option<&'a Edited>, Answer);

/// Asks Python about every edited file, and whether it opens what we refuse.
fn answers<'a>(pairs: &[(&File, &'a Look)], oracles: &Oracles) -> Result<Vec<Answered<'a>>, String> {
    let mut questions = Vec::new();
    let mut shown = Vec::new();
    if !oracles.python {
        return Ok(Vec::new());
    }
    for (at, (file, look)) in pairs.iter().enumerate() {
        if !look.refused.is_empty() && !look.heavy && !file.is_crafted() {
            let (before, key) = (file.path.clone(), file.sha.clone());
            questions.push(Question { before, after: None, cells: Vec::new(), audit: false, key });
            shown.push((at, None));
        }
        let proof = &look.proof;
        let edited = proof.combined.iter().map(|one| (one, true));
        for (edited, audit) in edited.chain(proof.singles.iter().map(|one| (one, false))) {
            if look.heavy {
                continue;
            }
            let sha = hex(&edited.bytes);
            let after = oracles.folder.join("edited").join(format!("{sha}.{}", file.ending));
            write(&after, &edited.bytes)?;
            let cells = edited.cells.iter().map(|cell| (cell.sheet.clone(), cell.cell)).collect();
            let key = format!("{} {sha}", file.sha);
            questions.push(Question { before: file.path.clone(), after: Some(after), cells, audit, key });
            shown.push((at, Some(edited)));
        }
    }
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let answers = python::ask(&oracles.folder, &questions, workers)?;
    for after in questions.iter().filter_map(|question| question.after.as_ref()) {
        drop(std::fs::remove_file(after));
    }
    Ok(shown.into_iter().zip(answers).map(|((at, edited), answer)| (at, edited, answer)).collect())
}

fn python_says(judgement: &mut Judgement, file: &File, edited: &Edited, answer: &Answer) {
    let told = answer.openpyxl(&edited.cells);
    judgement.figures.openpyxl.0 += 1;
    judgement.figures.openpyxl.1 += usize::from(told.is_some());
    if answer.before_error.is_none() && answer.after_error.is_some() {
        judgement.faults.push(format!("{}: openpyxl refuses what we wrote", file.name));
    }
    judgement.observe_all(file, Check::Openpyxl, told);
    judgement.figures.audit.0 += 1;
    let deviates = answer.audit_error.is_some() || !answer.audit.is_empty();
    judgement.figures.audit.1 += usize::from(deviates);
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
    if look.calamine.is_none() || answer.before_error.is_none() || office {
        judgement.figures.refused_readable += 1;
    } else {
        judgement.figures.unreadable += 1;
    }
}

/// Has `LibreOffice` open every edited file, the originals of those it does not open, and what we refuse.
fn opened(pairs: &[(&File, &Look)], office: Option<&Office>) -> Result<(), String> {
    let Some(office) = office else { return Ok(()) };
    let mut edited = Vec::new();
    for (file, look) in pairs.iter().filter(|(_, look)| !look.heavy) {
        edited
            .extend(look.proof.combined.iter().map(|one| (hex(&one.bytes), file.ending, one.bytes.clone())));
    }
    office.open(&edited)?;
    let mut originals = Vec::new();
    for (file, look) in pairs.iter().filter(|(_, look)| !look.heavy) {
        let failed = look.proof.combined.as_ref().is_some_and(|one| !office.opened(&hex(&one.bytes)));
        if failed || (!look.refused.is_empty() && !file.is_crafted()) {
            originals.push((file.sha.clone(), file.ending, read(&file.path)?));
        }
    }
    office.open(&originals)
}

fn office_says(
    judgement: &mut Judgement,
    (file, look): (&File, &Look),
    office: &Office,
) -> Result<(), String> {
    let shown = look.proof.combined.as_ref().filter(|_| !look.heavy);
    let Some(Edited { bytes, cells }) = shown else { return Ok(()) };
    let sha = hex(bytes);
    judgement.figures.libreoffice.0 += 1;
    let told = if office.opened(&sha) {
        office.disagrees(&sha, cells as &[Expected])?
    } else if office.opened(&file.sha) {
        judgement.faults.push(format!("{}: LibreOffice does not open what we wrote", file.name));
        None
    } else {
        Some(("does not open the original".to_owned(), String::new()))
    };
    judgement.figures.libreoffice.1 += usize::from(told.is_some());
    judgement.observe_all(file, Check::Libreoffice, told);
    Ok(())
}
