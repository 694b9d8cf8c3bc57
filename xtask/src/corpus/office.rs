//! `LibreOffice`: what it opened before it opens after the edits, and recalculated it holds what is stored.
//! Converted files are kept in `target/corpus/office` by the content of their input.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use jixiao_workbook::Workbook;

use super::Patience;
use super::expect::{Check, listed};
use super::prove::Expected;
use crate::oracle::{Ended, convert, profile, same};
use crate::{Outcome, read, write};

/// Files that one process converts; one that ends it takes the rest of its batch with it, which then go alone.
const BATCH: usize = 20;

/// Processor time of a batch.
const BATCH_SECONDS: u32 = 40;

/// What is listed of a file on which it takes minutes, so that it is not asked.
pub(super) const UNASKED: &str = "is not asked";

/// The version, where it is on this machine.
pub(super) fn version() -> Option<String> {
    let output = Command::new("soffice").arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// A room for conversions.
pub(super) struct Office {
    folder: PathBuf,
    /// Files that are listed as not asked, by content.
    unasked: BTreeSet<String>,
}

impl Office {
    /// Makes the room, with a profile that recalculates on load.
    pub(super) fn new(folder: &Path, version: &str) -> Result<Self, String> {
        let kept: String = version.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let folder = folder.join("office").join(kept);
        for room in ["in", "recalculated"] {
            std::fs::create_dir_all(folder.join(room)).map_err(|error| error.to_string())?;
        }
        profile(&folder)?;
        Ok(Self { folder, unasked: listed(Check::Libreoffice, UNASKED)? })
    }

    /// Whether it is asked about a file of the corpus.
    pub(super) fn is_asked(&self, sha: &str) -> bool {
        !self.unasked.contains(sha)
    }

    /// Where a file of that content is found converted.
    pub(super) fn converted(&self, sha: &str) -> PathBuf {
        self.folder.join("recalculated").join(format!("{sha}.xlsx"))
    }

    /// Whether it opened a file of that content.
    pub(super) fn opened(&self, sha: &str) -> bool {
        self.converted(sha).exists()
    }

    /// Whether it refused a file of that content.
    pub(super) fn refused(&self, sha: &str) -> bool {
        self.refusal(sha).exists()
    }

    fn refusal(&self, sha: &str) -> PathBuf {
        self.folder.join(format!("{sha}.refuses"))
    }

    /// Has it open files, given by content with their ending (`xlsx`, `xlsm`). A file on which its time runs out is
    /// neither opened nor refused afterwards.
    pub(super) fn open(&self, files: &[(String, &'static str, Vec<u8>)], patience: Patience) -> Outcome {
        let mut seen = BTreeSet::new();
        let is_new = |sha: &String| !self.opened(sha) && !self.refused(sha);
        let new = files.iter().filter(|(sha, ..)| is_new(sha) && seen.insert(sha));
        let mut paths = Vec::new();
        for (sha, ending, bytes) in new {
            let path = self.folder.join("in").join(format!("{sha}.{ending}"));
            write(&path, bytes)?;
            paths.push((sha, path));
        }
        for batch in paths.chunks(BATCH) {
            if patience == Patience::First {
                // How it ended tells of the last file only; what was converted tells of each.
                let all = batch.iter().map(|(_, path)| path.as_path()).collect();
                convert(&self.folder, all, BATCH_SECONDS)?;
            }
            for (sha, path) in batch {
                let mut ended = Ended::Done;
                if !self.opened(sha) {
                    ended = convert(&self.folder, vec![path.as_path()], patience.seconds())?;
                }
                if !self.opened(sha) && ended != Ended::RanOut {
                    write(&self.refusal(sha), b"")?;
                }
                drop(std::fs::remove_file(path));
            }
        }
        Ok(())
    }

    /// Results that were computed here and that it computes otherwise: in few words, and in more.
    pub(super) fn disagrees(&self, sha: &str, told: &[Expected]) -> Result<Option<(String, String)>, String> {
        let wanted: Vec<&Expected> = told.iter().filter(|cell| cell.refreshed).collect();
        if wanted.is_empty() {
            return Ok(None);
        }
        let fault = |error: jixiao_workbook::OpenError| format!("what LibreOffice wrote: {error}");
        let book = Workbook::open(read(&self.converted(sha))?).map_err(fault)?;
        let mut wrong = Vec::new();
        for cell in wanted {
            let value = book.sheet_named(&cell.sheet).map(|id| book.value(id, cell.cell));
            let theirs = value.map_or("", jixiao_workbook::ValueRef::as_text);
            if !same(&cell.value, theirs) {
                let formula = cell.formula.as_deref().unwrap_or("");
                wrong.push((
                    format!("{}!{}", cell.sheet, cell.cell),
                    format!("={formula} is {:?} here, {theirs:?} there", cell.value),
                ));
            }
        }
        let told = |(place, detail): &(String, String)| {
            (format!("computes {} results otherwise, from {place}", wrong.len()), detail.clone())
        };
        Ok(wrong.first().map(told))
    }
}
