//! Workbooks whose reader may panic, hang or abort (.xls, .et, .xlsb) are read in a child process: this program
//! itself with a hidden command, under a memory limit. A file that stops it is one failed file.
//!
//! A child answers as many files as it lives; there are at most as many as files are read at a time, and none where
//! no such file is met. Length and bytes go in, length and a reply in JSON come out.

mod child;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jixiao_selfeval::Words;
use jixiao_workbook::{Limits, OpenError, Workbook};

use crate::failure::What;
#[cfg(not(feature = "engine"))]
use child::Reader;
use child::Silence;
pub(crate) use child::{COMMAND, serve};
#[cfg(feature = "engine")]
pub(crate) use {
    child::{Reader, serve_each},
    wire::Book,
};

/// Opens workbooks of every format.
pub(crate) struct Opener {
    program: Option<PathBuf>,
    /// Children that wait for a file.
    idle: Mutex<Vec<Reader>>,
}

impl Opener {
    /// `program` is what is started to read in; without one everything is read in this process.
    pub(crate) fn new(program: Option<PathBuf>) -> Self {
        Self { program, idle: Mutex::new(Vec::new()) }
    }

    /// The workbook that bytes are.
    pub(crate) fn open(&self, bytes: Vec<u8>, limits: &Limits) -> Result<Workbook, What> {
        if !Workbook::needs_legacy(&bytes) {
            return Workbook::open_within(bytes, limits).map_err(What::Open);
        }
        // What is no workbook, locked or unsound is told here; only the rest needs the other reader.
        match Workbook::open(bytes.clone()) {
            Err(OpenError::Unsupported(_)) => {}
            other => return other.map_err(What::Open),
        }
        match &self.program {
            None => Workbook::open_legacy(bytes).map_err(What::Open),
            Some(program) => self.ask(program, &bytes),
        }
    }

    /// Hands the bytes to a child. One that has died since its last file is replaced once.
    fn ask(&self, program: &Path, bytes: &[u8]) -> Result<Workbook, What> {
        if let Some(reader) = self.waiting() {
            match self.answer(reader, bytes) {
                Err(Silence::Gone) => {}
                Err(Silence::Slow) => return Err(What::ReaderSlow(child::SECONDS)),
                Ok(answer) => return answer,
            }
        }
        let reader = Reader::start(program, COMMAND).map_err(|error| {
            let zh = "读取它的子进程启动不了";
            What::NotRead(Words::new(zh, format!("the process that reads it did not start: {error}")))
        })?;
        match self.answer(reader, bytes) {
            Err(Silence::Gone) => Err(What::ReaderStopped),
            Err(Silence::Slow) => Err(What::ReaderSlow(child::SECONDS)),
            Ok(answer) => answer,
        }
    }

    fn answer(&self, mut reader: Reader, bytes: &[u8]) -> Result<Result<Workbook, What>, Silence> {
        let reply = reader.ask(bytes)?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        let Ok(reply) = serde_json::from_slice::<wire::Reply>(&reply) else { return Err(Silence::Gone) };
        Ok(reply.workbook().map_err(What::Open))
    }

    fn waiting(&self) -> Option<Reader> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}
