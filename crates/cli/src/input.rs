//! One input to bytes: a file that stays the same while it is read, standard input, or a part of a file.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jixiao_render::summary::is_json;
use jixiao_selfeval::Submission;
use jixiao_workbook::OpenError;

use crate::failure::{Failure, What};

/// Where an input comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Standard,
    /// One of several submissions of a file.
    Part(Arc<Part>),
}

/// One of several submissions of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The file that holds it.
    pub(crate) file: PathBuf,
    /// How it is named to the user.
    pub(crate) shown: String,
    /// A name beside the file, after which its outputs are named; no such file need exist.
    pub(crate) name: PathBuf,
    /// What it declares.
    pub(crate) submission: Submission,
}

/// What an input holds.
pub(crate) enum Held {
    /// A file's bytes, or those of standard input.
    Bytes(Vec<u8>),
    /// What was read of its file before.
    Submission(Box<Submission>),
}

impl Held {
    /// Whether it is a summary, whose fields have their names.
    pub(crate) fn is_summary(&self) -> bool {
        match self {
            Self::Bytes(bytes) => is_json(bytes),
            Self::Submission(_) => true,
        }
    }
}

impl Input {
    /// How it is named to the user.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Standard => "-".to_owned(),
            Self::Part(part) => part.shown.clone(),
        }
    }

    /// The file it stands in.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Standard => None,
            Self::Part(part) => Some(&part.file),
        }
    }

    /// The path after which its outputs are named.
    pub(crate) fn name(&self) -> Option<&Path> {
        match self {
            Self::Part(part) => Some(&part.name),
            other => other.path(),
        }
    }

    /// What it holds: bytes, if they are no more than the limit, or what was read before.
    pub(crate) fn held(&self, limit: u64) -> Result<Held, Failure> {
        match self {
            Self::Part(part) => Ok(Held::Submission(Box::new(part.submission.clone()))),
            other => other.read(limit).map(Held::Bytes),
        }
    }

    /// The bytes of its file, if they are no more than the limit.
    pub(crate) fn read(&self, limit: u64) -> Result<Vec<u8>, Failure> {
        let shown = self.shown();
        let read = match self.path() {
            Some(path) => Opened::of(path).and_then(|opened| opened.finish(path, limit)),
            None => bounded(&mut io::stdin().lock(), Vec::new(), limit),
        };
        read.map_err(|error| match error {
            Broken::System(error) => Failure::reading(shown, &error),
            Broken::Changed => Failure::new(shown, What::Changed),
            Broken::TooLarge => {
                let part = "file".to_owned();
                Failure::new(shown, What::Open(OpenError::OverLimit { part, what: "bytes", limit }))
            }
        })
    }

    /// What the file is like now; none for what is no file.
    pub(crate) fn state(&self) -> Option<State> {
        std::fs::metadata(self.path()?).ok().map(|found| state(&found))
    }

    /// When the file was last written to, since 1970; none for what is no file.
    pub(crate) fn written(&self) -> Option<Duration> {
        self.state()?.modified?.duration_since(SystemTime::UNIX_EPOCH).ok()
    }
}

/// What changes when a file is written to.
#[derive(PartialEq, Eq)]
pub(crate) struct State {
    length: u64,
    modified: Option<SystemTime>,
}

fn state(file: &std::fs::Metadata) -> State {
    State { length: file.len(), modified: file.modified().ok() }
}

/// Where files really stand: one place however its folder is spelled. Links that files are stay apart.
#[derive(Debug, Default)]
pub(crate) struct Places {
    folders: HashMap<PathBuf, PathBuf>,
}

impl Places {
    /// The place of a file, which need not exist.
    pub(crate) fn of(&mut self, path: &Path) -> PathBuf {
        let name = path.file_name().unwrap_or(OsStr::new(".."));
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if let Some(known) = self.folders.get(folder) {
            return known.join(name);
        }
        let real = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let place = real.join(name);
        self.folders.insert(folder.to_owned(), real);
        place
    }
}

/// How often, and how long apart, what needs a file handle is tried.
const TRIES: u32 = 200;
const APART: Duration = Duration::from_millis(10);

/// Tries again where the system has no file handle left: the other files in work give theirs back soon.
pub(crate) fn patiently<T>(open: impl Fn() -> io::Result<T>) -> io::Result<T> {
    let mut tried = 1;
    loop {
        match open() {
            Err(error) if tried < TRIES && no_handle(&error) => std::thread::sleep(APART),
            result => return result,
        }
        tried += 1;
    }
}

/// Whether a process or the system has too many files open.
pub(crate) fn no_handle(error: &io::Error) -> bool {
    let codes: &[i32] = if cfg!(windows) { &[4] } else { &[23, 24] };
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

/// Reads on to the end, or until it is more than the limit.
fn bounded(stream: &mut dyn Read, mut bytes: Vec<u8>, limit: u64) -> Result<Vec<u8>, Broken> {
    stream.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(Broken::TooLarge) } else { Ok(bytes) }
}

/// Why reading ended early.
enum Broken {
    System(io::Error),
    Changed,
    TooLarge,
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
        let file = patiently(|| File::open(path))?;
        let before = file.metadata()?;
        Ok(Self { file, before })
    }

    /// Its bytes, if what now stands at the path is still the file that was opened, unchanged. A pipe has no
    /// state that could be compared.
    fn finish(mut self, path: &Path, limit: u64) -> Result<Vec<u8>, Broken> {
        if self.before.len() > limit {
            return Err(Broken::TooLarge);
        }
        let mut bytes = Vec::new();
        let room = usize::try_from(self.before.len()).unwrap_or(0).min(64 << 20);
        bytes.try_reserve(room).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        let bytes = bounded(&mut self.file, bytes, limit)?;
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
            let input = Input::File(path.clone());
            assert_eq!(input.read(4).unwrap(), b"0123", "{how}");
            let opened = Opened::of(&path).ok().unwrap();
            change(&path);
            assert!(matches!(opened.finish(&path, 100), Err(Broken::Changed)), "{how}");
        }
    }
}
