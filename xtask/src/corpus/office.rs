//! `LibreOffice`: what it opened before it opens after the edits, and recalculated it holds what is stored.
//! Converted files are kept in `target/corpus/office` by the content of their input.

use std::path::{Path, PathBuf};
use std::process::Command;

use jixiao_workbook::Workbook;

use super::prove::Expected;
use crate::oracle::{convert, profile, same};
use crate::{Outcome, read, write};

/// Files that one process converts; one that ends it takes the rest of its batch with it, which then go alone.
const BATCH: usize = 20;

/// Processor time of a batch, and of a file alone: some files it never finishes.
const BATCH_SECONDS: u32 = 40;
const SECONDS: u32 = 15;

/// The version, where it is on this machine.
pub(super) fn version() -> Option<String> {
    let output = Command::new("soffice").arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// A room for conversions.
pub(super) struct Office {
    folder: PathBuf,
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
        Ok(Self { folder })
    }

    /// Where a file of that content is found converted.
    pub(super) fn converted(&self, sha: &str) -> PathBuf {
        self.folder.join("recalculated").join(format!("{sha}.xlsx"))
    }

    /// Whether it opened a file of that content.
    pub(super) fn opened(&self, sha: &str) -> bool {
        self.converted(sha).exists()
    }

    fn refused(&self, sha: &str) -> PathBuf {
        self.folder.join(format!("{sha}.refused"))
    }

    /// Has it open files, given by content with their ending (`xlsx`, `xlsm`).
    pub(super) fn open(&self, files: &[(String, &'static str, Vec<u8>)]) -> Outcome {
        let new = files.iter().filter(|(sha, ..)| !self.opened(sha) && !self.refused(sha).exists());
        let mut paths = Vec::new();
        for (sha, ending, bytes) in new {
            let path = self.folder.join("in").join(format!("{sha}.{ending}"));
            write(&path, bytes)?;
            paths.push((sha, path));
        }
        for batch in paths.chunks(BATCH) {
            // Its exit code tells of the last file only; what was converted tells of each.
            drop(convert(
                &self.folder,
                batch.iter().map(|(_, path)| path.as_path()).collect(),
                BATCH_SECONDS,
            ));
            for (sha, path) in batch {
                if !self.opened(sha) {
                    drop(convert(&self.folder, vec![path.as_path()], SECONDS));
                }
                if !self.opened(sha) {
                    write(&self.refused(sha), b"")?;
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
