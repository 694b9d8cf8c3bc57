//! The proof of inserted rows: in the middle of every sheet of the corpus 3 rows are inserted by us, and by
//! `LibreOffice` in the original; to `LibreOffice` both must be the same workbook. Where they are not, that stands in
//! `test-data/corpus/rows.tsv` with a reason.
//!
//! Before that the comparison is proven itself: of a book that carries everything it finds whatever was left behind,
//! and nothing where all was moved.

mod ask;
mod figures;
mod insert;
mod judge;
mod proof;
mod sample;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::expect::{self, Check, Scope};
use super::figures::publish_section;
use super::python::hex;
use super::{File, Flag, Options, Patience, files, office};
use crate::{Outcome, read, root, write};
use ask::{Answer, Question, Room};
use insert::{Insertion, Insertions, insertions};
use judge::Told;

/// Rows that are inserted at a time.
const COUNT: u32 = 3;

const FLAGS: [Flag; 5] = [Flag::Bless, Flag::WriteFigures, Flag::Require, Flag::Own, Flag::Sample];

/// `cargo xtask rows`.
pub(super) fn main(args: &[String]) -> Outcome {
    let options = Options::read(args, &FLAGS)?;
    let (version, python) = match (office::version(), ask::python()) {
        (Some(version), Some(python)) => (version, python),
        (version, _) => {
            let missing =
                if version.is_none() { "LibreOffice (soffice)" } else { "a Python with UNO (python3-uno)" };
            println!("not on this machine: {missing}");
            return if options.has(Flag::Require) { Err(format!("rows needs {missing}")) } else { Ok(()) };
        }
    };
    let folder = root().join("target/corpus/rows");
    let books = folder.join("books");
    std::fs::create_dir_all(&books).map_err(|error| error.to_string())?;
    let room = Room::new(&folder, &version, python)?;
    prove_comparison(&room, &books)?;
    let mut files = files(&options.corpus(), &options.names)?;
    if let Some(most) = options.sample {
        files = sample::sample(files, most)?;
    }
    let (told, many) = compared(&files, &room, &books, options.has(Flag::Own))?;
    std::fs::remove_dir_all(&books).map_err(|error| error.to_string())?;
    report(&options, &files, &told, many)
}

/// Sees that the comparison finds each kind of thing that was left behind, and nothing else.
fn prove_comparison(room: &Room, books: &Path) -> Outcome {
    let original = proof::original()?;
    let put = |bytes: &[u8]| put(books, bytes, "xlsx");
    let question = |ours: Option<Vec<u8>>| -> Result<Question, String> {
        Ok(Question {
            original: put(&original)?,
            key: format!("{} {}", hex(&original), ours.as_deref().map(hex).unwrap_or_default()),
            ours: ours.as_deref().map(put).transpose()?,
            sheet: proof::SHEET.to_owned(),
            before: proof::BEFORE,
        })
    };
    let mut questions = vec![question(None)?, question(Some(proof::moved(None)?))?];
    for kind in proof::CARRIED {
        questions.push(question(Some(proof::moved(Some(kind))?))?);
    }
    let answers = room.ask(&questions.iter().collect::<Vec<_>>(), Patience::First, 1)?;
    let expected = [None, None].into_iter().chain(proof::CARRIED.map(Some));
    for (expected, answer) in expected.zip(answers) {
        let answer = answer.ok_or("the comparison is not proven, since its time ran out")?;
        let kinds: BTreeSet<&str> = answer.differences.iter().map(|one| one.0.as_str()).collect();
        // A row that is hidden in another place is also another height there, and the like.
        let is_right = expected.map_or(kinds.is_empty(), |kind| kinds.contains(kind));
        if answer.ended != ask::COMPARED || !is_right {
            let left = expected.unwrap_or("nothing");
            return Err(format!("the comparison is wrong: where {left} was left behind it says {answer:?}"));
        }
    }
    println!("the comparison finds each of {} kinds of things that are left behind", proof::CARRIED.len());
    Ok(())
}

/// Puts a book where `LibreOffice` finds it. What lies beside it is the same for all books, as a link may lead there.
fn put(books: &Path, bytes: &[u8], ending: &str) -> Result<PathBuf, String> {
    let path = books.join(format!("{}.{ending}", hex(bytes)));
    write(&path, bytes)?;
    Ok(path)
}

/// What is asked and answered of each file.
type OfFiles<'a> = Vec<(&'a File, Vec<Told>)>;

/// Inserts in every sheet of all files and asks about each; also the number of sheets that were left out.
fn compared<'a>(
    files: &'a [File],
    room: &Room,
    books: &Path,
    own: bool,
) -> Result<(OfFiles<'a>, usize), String> {
    let inserted: Vec<Option<Insertions>> = files
        .par_iter()
        .map(|file| read(&file.path).map(|bytes| insertions(&bytes)))
        .collect::<Result<_, _>>()?;
    let (mut told, mut left_out) = (Vec::new(), 0);
    for (file, insertions) in files.iter().zip(inserted) {
        let Some(insertions) = insertions else { continue };
        let mut of_file = Vec::new();
        left_out += insertions.left_out;
        for insertion in insertions.made {
            of_file.push(Told { question: question(file, &insertion, books, own)?, insertion, answer: None });
        }
        told.push((file, of_file));
    }
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    ask_all(&mut told, room, Patience::First, workers)?;
    ask_all(&mut told, room, Patience::Last, 1)?;
    Ok((told, left_out))
}

/// The question of an insertion, if there is something to ask.
fn question(file: &File, insertion: &Insertion, books: &Path, own: bool) -> Result<Option<Question>, String> {
    let ours = match &insertion.made {
        _ if own => None,
        Ok(bytes) => Some(bytes),
        Err(_) => return Ok(None),
    };
    Ok(Some(Question {
        original: put(books, &read(&file.path)?, file.ending)?,
        key: format!("{} {}", file.sha, ours.map(|bytes| hex(bytes)).unwrap_or_default()),
        ours: ours.map(|bytes| put(books, bytes, file.ending)).transpose()?,
        sheet: insertion.sheet.clone(),
        before: insertion.before,
    }))
}

/// Asks what has no answer yet.
fn ask_all(told: &mut [(&File, Vec<Told>)], room: &Room, patience: Patience, workers: usize) -> Outcome {
    let open = |one: &&mut Told| one.answer.is_none() && one.question.is_some();
    let mut waiting: Vec<&mut Told> = told.iter_mut().flat_map(|(_, all)| all).filter(open).collect();
    let questions: Vec<&Question> = waiting.iter().filter_map(|one| one.question.as_ref()).collect();
    let answers: Vec<Option<Answer>> = room.ask(&questions, patience, workers)?;
    for (one, answer) in waiting.iter_mut().zip(answers) {
        one.answer = answer;
    }
    Ok(())
}

fn report(options: &Options, files: &[File], told: &[(&File, Vec<Told>)], many: usize) -> Outcome {
    let mut judgement = judge::judge(told);
    judgement.figures.many = many;
    judgement.figures.large = files.len() - told.len();
    println!("{}", judgement.figures);
    if options.has(Flag::Own) {
        for one in &judgement.observations {
            println!("{}: {} ({})", one.path, one.found, one.detail);
        }
        return Ok(());
    }
    // Some of what LibreOffice does depends on what it did before: a sample says what is new, the whole what has gone.
    let told_all = files.iter().filter(|_| options.sample.is_none());
    let scope = Scope {
        files: told_all.map(|file| file.sha.clone()).collect(),
        whole: options.is_whole() && options.sample.is_none(),
        checks: BTreeSet::from([Check::Rows]),
        untold: judgement.untold.iter().map(|sha| (Check::Rows, sha.clone())).collect(),
    };
    if options.has(Flag::Bless) {
        expect::bless(&judgement.observations, &scope)?;
    }
    let mut faults = judgement.faults;
    faults.extend(expect::judge_all(&judgement.observations, &scope)?);
    if options.is_whole() && judgement.untold.is_empty() && faults.is_empty() {
        let text = figures::text(&judgement.figures, &expect::rows(Check::Rows)?);
        faults.extend(publish_section(&figures::SECTION, &text, options.has(Flag::WriteFigures)).err());
    }
    if faults.is_empty() { Ok(()) } else { Err(format!("{}\n{} faults", faults.join("\n"), faults.len())) }
}
