//! One input to bytes: a file that stays the same while it is read, or standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::failure::{Failure, What};

/// Where an input comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Standard,
}

impl Input {
    /// How it is named to the user.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Standard => "-".to_owned(),
        }
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Standard => None,
        }
    }

    /// Its bytes.
    pub(crate) fn read(&self) -> Result<Vec<u8>, Failure> {
        match self {
            Self::File(path) => read(path, &self.shown()),
            Self::Standard => {
                let mut bytes = Vec::new();
                let read = io::stdin().lock().read_to_end(&mut bytes);
                read.map(|_| bytes).map_err(|error| Failure::reading("-", &error))
            }
        }
    }
}

/// What changes when a file is written to.
#[derive(PartialEq, Eq)]
struct State {
    length: u64,
    modified: Option<SystemTime>,
}

fn state(file: &std::fs::Metadata) -> State {
    State { length: file.len(), modified: file.modified().ok() }
}

fn read(path: &Path, shown: &str) -> Result<Vec<u8>, Failure> {
    let failed = |error: io::Error| Failure::reading(shown, &error);
    let mut file = File::open(path).map_err(failed)?;
    let before = file.metadata().map_err(failed)?;
    let mut bytes = Vec::new();
    let room = usize::try_from(before.len()).unwrap_or(0).min(64 << 20);
    bytes.try_reserve(room).map_err(|_| failed(io::ErrorKind::OutOfMemory.into()))?;
    file.read_to_end(&mut bytes).map_err(failed)?;
    if before.is_file() {
        let now = std::fs::metadata(path).map_err(failed)?;
        let same = state(&before) == state(&now) && before.len() == bytes.len() as u64;
        if !same {
            return Err(Failure::new(shown, What::Changed));
        }
    }
    Ok(bytes)
}

/// The owner file that says a document is open in Excel, WPS (`~$name`) or LibreOffice (`.~lock.name#`).
pub(crate) fn owner_file(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?;
    let mut excel = std::ffi::OsString::from("~$");
    excel.push(name);
    let mut office = std::ffi::OsString::from(".~lock.");
    office.push(name);
    office.push("#");
    [excel, office].iter().map(|name| path.with_file_name(name)).find(|owner| owner.exists())
}
