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
    Opened::of(path).and_then(|opened| opened.finish(path)).map_err(|error| match error {
        Broken::System(error) => Failure::reading(shown, &error),
        Broken::Changed => Failure::new(shown, What::Changed),
    })
}

/// Why reading ended early.
enum Broken {
    System(io::Error),
    Changed,
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// A file that is open, and what it was like then.
struct Opened {
    file: File,
    before: std::fs::Metadata,
}

impl Opened {
    fn of(path: &Path) -> Result<Self, Broken> {
        let file = File::open(path)?;
        let before = file.metadata()?;
        Ok(Self { file, before })
    }

    /// Its bytes, if what now stands at the path is still the file that was opened, unchanged. A pipe has no
    /// state that could be compared.
    fn finish(mut self, path: &Path) -> Result<Vec<u8>, Broken> {
        let mut bytes = Vec::new();
        let room = usize::try_from(self.before.len()).unwrap_or(0).min(64 << 20);
        bytes.try_reserve(room).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        self.file.read_to_end(&mut bytes)?;
        if !self.before.is_file() {
            return Ok(bytes);
        }
        let now = std::fs::metadata(path)?;
        if state(&self.before) == state(&now) && self.before.len() == bytes.len() as u64 {
            return Ok(bytes);
        }
        Err(Broken::Changed)
    }
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_changes_while_it_is_read_is_an_error() {
        type Change = fn(&Path);
        let changes: [(&str, Change); 4] = [
            ("longer", |path| fs::write(path, "0123456789").unwrap()),
            ("cut off", |path| fs::write(path, "01").unwrap()),
            ("replaced", |path| {
                let other = path.with_extension("new");
                fs::write(&other, "5432").unwrap();
                let old = SystemTime::UNIX_EPOCH;
                File::options().write(true).open(&other).unwrap().set_modified(old).unwrap();
                fs::rename(other, path).unwrap();
            }),
            ("written anew", |path| {
                fs::write(path, "5432").unwrap();
                let later = SystemTime::now() + std::time::Duration::from_secs(2);
                File::options().write(true).open(path).unwrap().set_modified(later).unwrap();
            }),
        ];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("表.xlsx");
        for (how, change) in changes {
            fs::write(&path, "0123").unwrap();
            assert!(matches!(read(&path, ""), Ok(bytes) if bytes == b"0123"), "{how}");
            let opened = Opened::of(&path).ok().unwrap();
            change(&path);
            assert!(matches!(opened.finish(&path), Err(Broken::Changed)), "{how}");
        }
    }
}
