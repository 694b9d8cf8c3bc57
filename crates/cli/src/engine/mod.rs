//! Formulas that are not computed here are computed by a kept engine, in a child process: what stops the engine
//! leaves them not checked. Built with the feature `engine` only.
//!
//! The engine is `IronCalc`: it is kept, computes several hundred functions, is pure Rust under MIT or Apache-2.0, and
//! brings half as many crates as the other one that was looked at. It computes in binary fractions, so that its
//! results are compared, never written.

mod sums;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jixiao_selfeval::given;
use jixiao_workbook::{CellRef, Sheet, SheetId, Value, Workbook};
use serde::{Deserialize, Serialize};

use crate::legacy::{Book, Reader, serve_each};

/// The hidden command under which this program is the engine.
pub(crate) const COMMAND: &str = "--compute-formulas";
/// Stored cells of the largest workbook that is handed to the engine.
const MOST_CELLS: usize = 200_000;

/// What the engine is asked.
#[derive(Serialize, Deserialize)]
struct Question {
    book: Book,
    sheet: u32,
    cells: Vec<CellRef>,
}

/// The engine, as this process sees it.
#[derive(Debug)]
pub(crate) struct Engine {
    program: PathBuf,
    /// Children that wait for a question.
    idle: Mutex<Vec<Reader>>,
}

impl Engine {
    /// An engine that runs as a child of this program.
    pub(crate) fn new(program: &Path) -> Self {
        Self { program: program.to_owned(), idle: Mutex::new(Vec::new()) }
    }

    fn answer(&self, question: &[u8]) -> Option<Vec<Option<Value>>> {
        let waiting = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match waiting {
            Some(reader) => reader,
            None => Reader::start(&self.program, COMMAND).ok()?,
        };
        let reply = reader.ask(question).ok()?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        serde_json::from_slice(&reply).ok()
    }
}

impl given::Engine for Engine {
    fn results(&self, workbook: &Workbook, sheet: SheetId, cells: &[CellRef]) -> Vec<Option<Value>> {
        let grids = workbook.sheet_ids().filter_map(|id| workbook.sheet(id).ok());
        let stored: usize = grids.flat_map(Sheet::rows).map(|row| row.cells().count()).sum();
        if stored > MOST_CELLS {
            return Vec::new();
        }
        let question = Book::of(workbook).ok().and_then(|book| {
            serde_json::to_vec(&Question { book, sheet: sheet.0, cells: cells.to_vec() }).ok()
        });
        question.and_then(|question| self.answer(&question)).unwrap_or_default()
    }
}

/// The child's side: answers questions until there are no more.
pub(crate) fn serve(questions: &mut dyn std::io::Read, replies: &mut dyn std::io::Write) -> u8 {
    serve_each(questions, replies, |question| {
        let question: Question = serde_json::from_slice(&question).ok()?;
        let results = sums::results(question.book, question.sheet, &question.cells).unwrap_or_default();
        serde_json::to_vec(&results).ok()
    })
}
