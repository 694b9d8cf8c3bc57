//! `LibreOffice` through UNO: a Python process for each worker, which keeps one `LibreOffice` and is asked about one
//! insertion after the other. Answers are kept in `target/corpus/rows/answers` by what was asked.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::super::Patience;
use super::super::python::{Worker, hex};
use super::COUNT;
use crate::{read, root, write};

/// Where a Python with UNO may be: Debian's python3-uno belongs to the first, others to the path or the program.
const PYTHONS: [&str; 4] =
    ["/usr/bin/python3", "python3", "/usr/lib/libreoffice/program/python", "/opt/libreoffice/program/python"];

/// The file that is run, and those it loads.
const SCRIPTS: [&str; 4] = ["rows.py", "dump.py", "compare.py", "inside.py"];

/// What is asked: whether rows inserted here are to `LibreOffice` what they are where it inserts them.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Question {
    pub(super) original: PathBuf,
    /// Ours; `LibreOffice`'s own where there is none.
    pub(super) ours: Option<PathBuf>,
    pub(super) sheet: String,
    pub(super) before: u32,
    /// The files by content.
    #[serde(skip)]
    pub(super) key: String,
}

/// A question as it is put.
#[derive(Serialize)]
struct Request<'a> {
    #[serde(flatten)]
    question: &'a Question,
    /// Rows come; none go.
    delete: bool,
    count: u32,
    /// Processor time that `LibreOffice` may take.
    seconds: u32,
}

/// What is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    /// Time was over before there was an answer.
    ran_out: bool,
    /// How it ended: [`COMPARED`], or how else.
    pub(super) ended: String,
    pub(super) differences: Vec<Difference>,
}

/// How a question ends that has an answer.
pub(super) const COMPARED: &str = "compared";
/// How it ends where there is nothing to compare with.
pub(super) const SHUT: &str = "original does not open";
/// How it ends where what we wrote is no workbook to `LibreOffice`.
pub(super) const BROKEN: &str = "ours does not open";

/// Things of one kind that differ: the kind, how many, where the first is, what it is there, and here.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Difference(
    pub(super) String,
    pub(super) usize,
    pub(super) String,
    pub(super) String,
    pub(super) String,
);

/// The Python that has UNO on this machine.
pub(super) fn python() -> Option<&'static str> {
    PYTHONS.into_iter().find(|python| {
        let probe = Command::new(python).args(["-c", "import uno"]).stderr(Stdio::null()).status();
        probe.is_ok_and(|status| status.success())
    })
}

fn scripts() -> PathBuf {
    root().join("xtask/src/corpus/rows")
}

/// What an answer depends on besides the question.
fn version(office: &str) -> Result<String, String> {
    let mut all = office.as_bytes().to_vec();
    for script in SCRIPTS {
        all.extend(read(&scripts().join(script))?);
    }
    Ok(hex(&all))
}

/// Where answers are kept, and by what.
pub(super) struct Room {
    folder: PathBuf,
    version: String,
    python: &'static str,
}

impl Room {
    /// Makes it for a version of `LibreOffice`, and the Python that drives it.
    pub(super) fn new(folder: &Path, office: &str, python: &'static str) -> Result<Self, String> {
        std::fs::create_dir_all(folder.join("answers")).map_err(|error| error.to_string())?;
        Ok(Self { folder: folder.to_path_buf(), version: version(office)?, python })
    }

    fn kept(&self, question: &Question) -> PathBuf {
        let Question { key, sheet, before, .. } = question;
        let asked = format!("{} {key} {sheet:?} {before} {COUNT}", self.version);
        self.folder.join("answers").join(hex(asked.as_bytes()))
    }

    /// Asks all questions, `workers` at a time; answers come in the order of the questions, `None` where time ran out.
    pub(super) fn ask(
        &self,
        questions: &[&Question],
        patience: Patience,
        workers: usize,
    ) -> Result<Vec<Option<Answer>>, String> {
        let next = Mutex::new(questions.iter().enumerate());
        let answers = Mutex::new(vec![None; questions.len()]);
        let work = |number: usize| -> Result<(), String> {
            let mut worker = None;
            loop {
                let taken = next.lock().map_err(|error| error.to_string())?.next();
                let Some((at, question)) = taken else { return Ok(()) };
                let answer = self.answer(question, patience, (&mut worker, number))?;
                if let Some(slot) = answers.lock().map_err(|error| error.to_string())?.get_mut(at) {
                    *slot = Some(answer).filter(|answer| !answer.ran_out);
                }
            }
        };
        std::thread::scope(|scope| {
            let running: Vec<_> =
                (0..workers.max(1)).map(|number| scope.spawn(move || work(number))).collect();
            running
                .into_iter()
                .try_for_each(|one| one.join().unwrap_or_else(|_| Err("a worker panicked".to_owned())))
        })?;
        answers.into_inner().map_err(|error| error.to_string())
    }

    /// The kept answer, or a worker's, which is started for it.
    fn answer(
        &self,
        question: &Question,
        patience: Patience,
        (worker, number): (&mut Option<Worker>, usize),
    ) -> Result<Answer, String> {
        let path = self.kept(question);
        let parsed = |line: &str| {
            serde_json::from_str::<Answer>(line).map_err(|error| format!("rows.py: {error}: {line}"))
        };
        if let Ok(line) = std::fs::read_to_string(&path) {
            return parsed(&line);
        }
        let asked = match worker {
            Some(worker) => worker,
            None => worker.insert(self.start(number)?),
        };
        let request = Request { question, delete: false, count: COUNT, seconds: patience.seconds() };
        let line = serde_json::to_string(&request).map_err(|error| error.to_string())?;
        let told = asked.ask(&line).map_err(|error| format!("{error} at {}", question.original.display()))?;
        let answer = parsed(&told)?;
        if !answer.ran_out {
            // A run that is stopped leaves no half of an answer.
            let whole = path.with_extension(number.to_string());
            write(&whole, told.as_bytes())?;
            std::fs::rename(&whole, &path).map_err(|error| error.to_string())?;
        }
        Ok(answer)
    }

    fn start(&self, number: usize) -> Result<Worker, String> {
        let own = self.folder.join(format!("worker-{number}"));
        std::fs::create_dir_all(&own).map_err(|error| error.to_string())?;
        Worker::start(Command::new(self.python).args(["-X", "utf8"]).arg(scripts().join("rows.py")).arg(own))
    }
}
