//! Files that are written beside their target before they are renamed: gone on every way out.
//!
//! A file that is dropped goes, and an interrupt removes those that are there. What a killed process left goes when
//! the next one writes into the folder: a temporary file is locked as long as its process lives, and one that is not
//! locked belongs to nobody.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, Once, OnceLock, PoisonError};

use jixiao_render::Lang;
use signal_hook::consts::signal::{SIGINT, SIGTERM};
use signal_hook::flag;
use tempfile::NamedTempFile;

use crate::failure::Exit;
use crate::input::patiently;

const PREFIX: &str = ".jixiao-";
const ENDING: &str = ".tmp";
/// What ends a process from outside.
#[cfg(unix)]
const SIGNALS: &[i32] = &[SIGINT, SIGTERM, signal_hook::consts::signal::SIGHUP];
#[cfg(not(unix))]
const SIGNALS: &[i32] = &[SIGINT, SIGTERM];
/// How often a file is made anew that another process took for a left one.
const TRIES: usize = 16;

/// The temporary files that are there, the folders already cleared, and what was put in its place. Whoever makes,
/// places or removes a file holds it, so that an interrupt finds every file and none half renamed.
static SHELF: Mutex<Shelf> =
    Mutex::new(Shelf { files: BTreeSet::new(), cleared: BTreeSet::new(), placed: 0 });
/// The language an interrupt is told in, where this process may be ended by one.
static ARMED: OnceLock<Lang> = OnceLock::new();

struct Shelf {
    files: BTreeSet<PathBuf>,
    cleared: BTreeSet<PathBuf>,
    placed: usize,
}

fn shelf() -> MutexGuard<'static, Shelf> {
    SHELF.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary file; dropped, it leaves nothing.
pub(crate) struct Temporary {
    /// Always there until the file is placed or dropped.
    file: Option<NamedTempFile>,
}

impl Temporary {
    /// A new file in a folder, with the permissions of the file it will replace, or those of any new file.
    pub(crate) fn new(folder: &Path, replaced: Option<&fs::Metadata>) -> io::Result<Self> {
        listen();
        answer();
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(ENDING);
        // A plain `open`: a new file has the usual permissions, and the system's errors come as they are.
        let make = || builder.make_in(folder, |path| File::options().write(true).create_new(true).open(path));
        clear_once(folder);
        let file = patiently(|| {
            let mut shelf = shelf();
            let file = claimed(make)?;
            shelf.files.insert(file.path().to_owned());
            Ok(file)
        })?;
        let made = Self { file: Some(file) };
        if let (Some(file), Some(replaced)) = (&made.file, replaced) {
            file.as_file().set_permissions(replaced.permissions())?;
        }
        Ok(made)
    }

    /// Writes the content.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(bytes)
    }

    /// Waits until what was written is on the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        file.as_file().sync_all()
    }

    /// Gives the file its name; over a file that stands there only where `over` says so.
    pub(crate) fn place(mut self, target: &Path, over: bool) -> io::Result<()> {
        answer();
        let mut shelf = shelf();
        let Some(file) = self.file.take() else { return Ok(()) };
        let path = file.path().to_owned();
        let placed = if over { file.persist(target) } else { file.persist_noclobber(target) };
        // A file that could not be placed comes back in the error, and goes with it.
        let result = placed.map(drop).map_err(|error| error.error);
        shelf.files.remove(&path);
        shelf.placed += usize::from(result.is_ok());
        result
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            let mut shelf = shelf();
            let path = file.path().to_owned();
            drop(file);
            shelf.files.remove(&path);
        }
    }
}

/// A file that this process holds locked. Between making and locking it another process may take it for a left one
/// and remove it: then another is made.
fn claimed(make: impl Fn() -> io::Result<NamedTempFile>) -> io::Result<NamedTempFile> {
    let mut file = make()?;
    for _ in 0..TRIES {
        let taken = matches!(file.as_file().try_lock(), Err(TryLockError::WouldBlock));
        if !taken && file.path().exists() {
            break;
        }
        file = make()?;
    }
    Ok(file)
}

fn clear_once(folder: &Path) {
    let mut shelf = shelf();
    if shelf.cleared.insert(folder.to_owned()) {
        clear(folder, &shelf.files);
    }
}

/// Removes what processes left that were killed. Where the system has no locks nothing can be told, and all stays.
fn clear(folder: &Path, own: &BTreeSet<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && is_temporary(&entry.file_name().to_string_lossy()) && !own.contains(&entry.path()) {
            let path = entry.path();
            let locked = File::options().write(true).open(&path).map(|file| (file.try_lock().is_ok(), file));
            if let Ok((true, _file)) = locked {
                let _ = fs::remove_file(path);
            }
        }
    }
}

/// Whether a file of that name is one of ours that was never finished.
pub(crate) fn is_temporary(name: &str) -> bool {
    let middle = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(ENDING));
    middle.is_some_and(|middle| middle.len() == 6 && middle.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// From now on an interrupt is answered by this process, in that language.
pub(crate) fn arm(lang: Lang) {
    let _ = ARMED.set(lang);
}

/// Whether an interrupt came that is not answered yet.
static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Starts to listen for interrupts, with the first temporary file: before it nothing can be left behind, and the
/// system's own way to end a process is the quickest. No thread waits for one: an interrupt is answered before the
/// next file is made or placed, and a second one ends the process where it stands.
fn listen() {
    static ONCE: Once = Once::new();
    if ARMED.get().is_none() {
        return;
    }
    ONCE.call_once(|| {
        // A process that was told to outlive its terminal keeps to that.
        if is_detached() {
            return;
        }
        for signal in SIGNALS {
            let code = i32::from(Exit::Interrupted.code());
            let _ = flag::register_conditional_shutdown(*signal, code, Arc::clone(&INTERRUPTED));
            let _ = flag::register(*signal, Arc::clone(&INTERRUPTED));
        }
    });
}

/// Ends the process where an interrupt came.
fn answer() {
    if let Some(lang) = ARMED.get()
        && INTERRUPTED.load(Ordering::Relaxed)
    {
        leave(*lang);
    }
}

/// Whether this process was started so that an interrupt or the end of its terminal does not reach it (`nohup`).
fn is_detached() -> bool {
    ignores(&fs::read_to_string("/proc/self/stat").unwrap_or_default())
}

/// Whether such an end is ignored, by the fields of proc(5)'s stat, which takes half as long as its status: the 33rd
/// is the mask of ignored signals, the 2nd is the program's name in brackets, whatever that holds.
fn ignores(stat: &str) -> bool {
    let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let mask = behind_name.split_whitespace().nth(33 - 3).and_then(|mask| mask.parse::<u64>().ok());
    let (hangup, interrupt) = (1, 1 << 1);
    mask.unwrap_or(0) & (hangup | interrupt) != 0
}

/// Removes what is not finished and ends the process. What was placed is whole.
#[expect(clippy::exit, reason = "an interrupt ends the process; there is no caller to return to")]
fn leave(lang: Lang) {
    let shelf = shelf();
    for path in &shelf.files {
        let _ = fs::remove_file(path);
    }
    let count = shelf.placed;
    let line = lang.of(
        format!("已中断：写好的 {count} 个输出文件完整，其余没有写。→ 再运行一次即可继续。\n"),
        format!(
            "interrupted: {count} outputs are complete, the others were not written. → run again to go on.\n"
        ),
    );
    let _ = io::stderr().write_all(line.as_bytes());
    std::process::exit(i32::from(Exit::Interrupted.code()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_killed_process_left_goes_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".jixiao-aB3xYz.tmp", ".jixiao-live00.tmp", ".jixiao-notes.tmp", "表.xlsx"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let live = File::options().write(true).open(folder.path().join(".jixiao-live00.tmp")).unwrap();
        live.lock().unwrap();
        let mut file = Temporary::new(folder.path(), None).unwrap();
        file.write(b"content").unwrap();
        assert_eq!(names(folder.path()).len(), 4, "one went, one came");
        file.place(&folder.path().join("出.xlsx"), false).unwrap();
        assert_eq!(names(folder.path()), [".jixiao-live00.tmp", ".jixiao-notes.tmp", "出.xlsx", "表.xlsx"]);
    }

    #[test]
    fn a_process_that_ignores_the_end_of_its_terminal_is_told() {
        let stat = |name: &str, mask: u64| format!("7 ({name}) {}{mask} 0 17 1", "0 ".repeat(30));
        assert!(ignores(&stat("jixiao", 1)) && ignores(&stat("a) b (c", 2)) && ignores(&stat("表", 0x1003)));
        assert!(!ignores(&stat("jixiao", 0)) && !ignores(&stat("1 1", 0x1000)) && !ignores(""));
    }

    #[test]
    fn a_file_that_is_not_placed_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("表.xlsx");
        fs::write(&target, "old").unwrap();
        drop(Temporary::new(folder.path(), None).unwrap());
        assert!(Temporary::new(folder.path(), None).unwrap().place(&target, false).is_err());
        assert_eq!(names(folder.path()), ["表.xlsx"]);
        assert_eq!(fs::read(&target).unwrap(), b"old");
        assert!(shelf().files.iter().all(|path| !path.starts_with(folder.path())));
    }
}
