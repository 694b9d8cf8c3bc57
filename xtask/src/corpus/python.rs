//! openpyxl and openxml-audit: a few long-lived Python processes are asked about all edited files. Answers are kept
//! in `target/corpus/answers` by what was asked, so that a run after a change asks only what is new.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use jixiao_workbook::CellRef;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Patience;
use super::prove::Expected;
use crate::oracle::same;
use crate::{read_text, root, write};

/// What is asked of one file.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Question {
    pub(super) before: PathBuf,
    pub(super) after: Option<PathBuf>,
    pub(super) cells: Vec<(String, CellRef)>,
    pub(super) audit: bool,
    /// The files by content.
    #[serde(skip)]
    pub(super) key: String,
}

/// A question as it is put.
#[derive(Serialize)]
struct Request<'a> {
    #[serde(flatten)]
    question: &'a Question,
    /// Processor time that a look may take.
    seconds: u32,
}

/// What is answered.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    /// Time was over before there was an answer.
    pub(super) ran_out: bool,
    pub(super) before_error: Option<String>,
    pub(super) after_error: Option<String>,
    pub(super) strict: bool,
    pub(super) others: Vec<String>,
    pub(super) cells: Vec<(String, String)>,
    pub(super) audit: Vec<(String, String)>,
    pub(super) audit_error: Option<String>,
}

impl Answer {
    /// What openpyxl sees that was not told: in few words, and in more.
    pub(super) fn openpyxl(&self, told: &[Expected]) -> Option<(String, String)> {
        let few = |error: &String| error.split(':').next().unwrap_or_default().to_owned();
        if let Some(error) = &self.before_error {
            return Some((format!("refuses the original: {}", few(error)), error.clone()));
        }
        if let Some(error) = &self.after_error {
            return Some((format!("refuses what we wrote: {}", few(error)), error.clone()));
        }
        if self.strict {
            return Some(("reads no cell of the strict form".to_owned(), String::new()));
        }
        let place = |text: &String| text.split(": ").next().unwrap_or_default().to_owned();
        if let Some(other) = self.others.first() {
            return Some((
                format!("{} other cells change from {}", self.others.len(), place(other)),
                other.clone(),
            ));
        }
        let pairs = told.iter().zip(&self.cells);
        let wrong = |(told, (formula, value)): &(&Expected, &(String, String))| {
            told.formula.as_deref().unwrap_or("") != formula || !same(&told.value, value)
        };
        let (told, (formula, value)) = pairs.into_iter().find(wrong)?;
        let detail = format!("={formula} {value:?}, told was ={:?} {:?}", told.formula, told.value);
        Some((format!("reads {}!{} otherwise", told.sheet, told.cell), detail))
    }
}

/// Whether both are on this machine.
pub(super) fn is_there() -> bool {
    let mut probe = Command::new("python3");
    let probe = probe.args(["-c", "import openpyxl, openxml_audit"]).stderr(Stdio::null()).status();
    probe.is_ok_and(|status| status.success())
}

fn script() -> PathBuf {
    root().join("xtask/src/corpus/corpus.py")
}

fn started() -> Result<Worker, String> {
    Worker::start(Command::new("python3").args(["-X", "utf8"]).arg(script()))
}

/// Asks all questions, `workers` at a time; answers come in the order of the questions, `None` where time ran out.
pub(super) fn ask(
    folder: &Path,
    questions: &[&Question],
    patience: Patience,
    workers: usize,
) -> Result<Vec<Option<Answer>>, String> {
    let kept = folder.join("answers");
    std::fs::create_dir_all(&kept).map_err(|error| error.to_string())?;
    let version = hex(read_text(&script())?.as_bytes());
    let next = Mutex::new(questions.iter().enumerate());
    let answers = Mutex::new(vec![None; questions.len()]);
    let work = || -> Result<(), String> {
        let mut worker: Option<Worker> = None;
        loop {
            let taken = next.lock().map_err(|error| error.to_string())?.next();
            let Some((number, question)) = taken else { return Ok(()) };
            let path =
                kept.join(hex(
                    format!("{version} {} {:?} {}", question.key, question.cells, question.audit).as_bytes()
                ));
            let kept = std::fs::read_to_string(&path).ok();
            let is_new = kept.is_none();
            let line = if let Some(line) = kept {
                line
            } else {
                let worker = if let Some(worker) = &mut worker { worker } else { worker.insert(started()?) };
                let request = Request { question, seconds: patience.seconds() };
                let line = serde_json::to_string(&request).map_err(|error| error.to_string())?;
                worker.ask(&line).map_err(|error| format!("{error} at {}", question.before.display()))?
            };
            let answer: Answer =
                serde_json::from_str(&line).map_err(|error| format!("corpus.py: {error}: {line}"))?;
            if answer.ran_out {
                continue;
            }
            if is_new {
                // Another worker may ask the same at this moment, and never reads a part of it.
                let whole = path.with_extension(number.to_string());
                write(&whole, line.as_bytes())?;
                std::fs::rename(&whole, &path).map_err(|error| error.to_string())?;
            }
            if let Some(slot) = answers.lock().map_err(|error| error.to_string())?.get_mut(number) {
                *slot = Some(answer);
            }
        }
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..workers.max(1)).map(|_| scope.spawn(work)).collect();
        running
            .into_iter()
            .try_for_each(|one| one.join().unwrap_or_else(|_| Err("a worker panicked".to_owned())))
    })?;
    answers.into_inner().map_err(|error| error.to_string())
}

/// Bytes' sha256 in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut digits = String::new();
    for byte in Sha256::digest(bytes) {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// A Python process that answers one question after the other; it ends when it is dropped.
pub(super) struct Worker {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts a program.
    pub(super) fn start(program: &mut Command) -> Result<Self, String> {
        let mut child = program
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.get_program().display()))?;
        let output = BufReader::new(child.stdout.take().ok_or("python3 has no output")?);
        Ok(Self { child, output })
    }

    /// The answer to a question, each a line of JSON.
    pub(super) fn ask(&mut self, line: &str) -> Result<String, String> {
        let input = self.child.stdin.as_mut().ok_or("python3 has no input")?;
        writeln!(input, "{line}").and_then(|()| input.flush()).map_err(|error| error.to_string())?;
        // Libraries may print lines of their own before the answer.
        let mut answer = String::new();
        while !answer.starts_with('{') {
            answer.clear();
            let length = self.output.read_line(&mut answer).map_err(|error| error.to_string())?;
            if length == 0 {
                return Err("the Python process died".to_owned());
            }
        }
        Ok(answer)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Its input ends with this, so that it ends what it started itself.
        drop(self.child.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jixiao_workbook::Value;

    #[test]
    fn what_was_not_told_is_named() {
        let told = [Expected {
            sheet: "表".to_owned(),
            cell: "B2".parse().unwrap(),
            formula: Some("SUM(1,2)/4".to_owned()),
            value: Value::Number("0.75".to_owned()),
            refreshed: false,
        }];
        let right = Answer { cells: vec![("SUM(1,2)/4".to_owned(), "0.75".to_owned())], ..Answer::default() };
        assert_eq!(right.openpyxl(&told), None);
        let cases = [
            (
                Answer { before_error: Some("KeyError: 'x'".to_owned()), ..right.clone() },
                "refuses the original: KeyError",
            ),
            (Answer { strict: true, ..right.clone() }, "reads no cell of the strict form"),
            (
                Answer { others: vec!["表!C3: 1 → 2".to_owned()], ..right.clone() },
                "1 other cells change from 表!C3",
            ),
            (Answer { cells: vec![(String::new(), "0.75".to_owned())], ..right }, "reads 表!B2 otherwise"),
        ];
        for (answer, expected) in cases {
            assert_eq!(answer.openpyxl(&told).unwrap().0, expected);
        }
    }
}
