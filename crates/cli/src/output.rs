//! Bytes to a file: never torn, never over something that should stay, no debris.
//!
//! An output is staged in a temporary file beside its target, synced, and only then renamed. Several outputs are
//! synced together where the system can, which costs hardly more than one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::failure::{Failure, What};
use crate::input::{Input, Places, State, owner_file};
use crate::temporary::Temporary;

/// What may happen to a file that already stands at the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replace {
    /// It stays, and the output is refused.
    Never,
    /// It is replaced (`--force`), unless it is the input.
    Other,
    /// It is replaced, and is the input (`--in-place`).
    Input,
}

impl Replace {
    /// What the flags `--in-place` and `--force` allow.
    pub(crate) fn of(in_place: bool, force: bool) -> Self {
        match (in_place, force) {
            (true, _) => Self::Input,
            (false, true) => Self::Other,
            (false, false) => Self::Never,
        }
    }
}

/// Where an output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A file.
    File(PathBuf),
    /// Standard output.
    Standard,
}

impl Target {
    /// `-` is standard output.
    pub(crate) fn of(path: &Path) -> Self {
        if path.as_os_str() == "-" { Self::Standard } else { Self::File(path.to_owned()) }
    }

    /// The file, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Standard => None,
        }
    }

    pub(crate) fn shown(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Standard => "-".to_owned(),
        }
    }
}

/// Refuses a target that must not be written, before any work is done.
pub(crate) fn permit(target: &Path, input: Option<&Path>, replace: Replace) -> Result<(), Failure> {
    let refuse = |what| Err(Failure::new(target.display().to_string(), what));
    let Ok(found) = fs::metadata(target) else {
        return if owner_file(target).is_some() { refuse(What::OpenElsewhere) } else { Ok(()) };
    };
    if found.is_dir() {
        return refuse(What::IsFolder);
    }
    if !found.is_file() {
        return if replace == Replace::Input { refuse(What::NotAFile) } else { Ok(()) };
    }
    if replace != Replace::Input && input.is_some_and(|input| same_file(input, target)) {
        return refuse(What::SameAsInput);
    }
    if replace == Replace::Never {
        return refuse(What::Exists);
    }
    if found.permissions().readonly() {
        return refuse(What::ReadOnly);
    }
    if owner_file(target).is_some() {
        return refuse(What::OpenElsewhere);
    }
    Ok(())
}

/// Makes the folder that several outputs go to; a name such as 表.xlsx is meant as a file.
pub(crate) fn make_folder(folder: &Path) -> Result<(), Failure> {
    let shown = folder.display().to_string();
    let is_named_as_file = folder
        .extension()
        .is_some_and(|ending| ["xlsx", "xlsm"].iter().any(|one| ending.eq_ignore_ascii_case(one)));
    if !folder.is_dir() && (folder.exists() || is_named_as_file) {
        return Err(Failure::new(shown, What::NotAFolder));
    }
    fs::create_dir_all(folder).map_err(|error| Failure::writing(shown, &error))
}

/// Whether two names lead to one file.
pub(crate) fn same_file(a: &Path, b: &Path) -> bool {
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

/// When the bytes of an output are synced: always before it is put in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sync {
    /// While it is staged.
    Now,
    /// With the others it is committed with.
    Together,
}

impl Sync {
    /// For one output, or one of many.
    pub(crate) fn of(many: bool) -> Self {
        if many && cfg!(target_os = "linux") { Self::Together } else { Self::Now }
    }
}

/// An output that is written, but does not stand at its target yet. Dropped, it leaves nothing.
pub(crate) struct Staged {
    file: Temporary,
    target: PathBuf,
    shown: String,
    replace: Replace,
    sync: Sync,
    /// The input that is replaced, as it was when it was read.
    read: Option<(Input, Option<State>)>,
}

/// Writes the bytes beside the target. `None` where the target is a device or a pipe, which got them directly.
pub(crate) fn stage(
    target: &Path,
    bytes: &[u8],
    replace: Replace,
    sync: Sync,
) -> Result<Option<Staged>, Failure> {
    let shown = target.display().to_string();
    let failed = |error: &io::Error| Failure::writing(shown.clone(), error);
    let found = fs::metadata(target).ok();
    if found.as_ref().is_some_and(|found| !found.is_file() && !found.is_dir()) {
        let mut device = File::options().write(true).open(target).map_err(|error| failed(&error))?;
        device.write_all(bytes).map_err(|error| failed(&error))?;
        return Ok(None);
    }
    // A link stays a link: what it points to is replaced.
    let target = if found.is_some() {
        fs::canonicalize(target).unwrap_or_else(|_| target.to_owned())
    } else {
        target.to_owned()
    };
    let mut file = Temporary::new(folder(&target), found.as_ref()).map_err(|error| failed(&error))?;
    file.write(bytes).map_err(|error| failed(&error))?;
    if sync == Sync::Now {
        file.sync().map_err(|error| failed(&error))?;
    }
    Ok(Some(Staged { file, target, shown, replace, sync, read: None }))
}

fn folder(target: &Path) -> &Path {
    target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

impl Staged {
    /// Puts the output in its place, whole.
    pub(crate) fn commit(self) -> Result<(), Failure> {
        commit([self]).into_iter().collect()
    }

    /// The output replaces its input, which must still be as it was then: what was saved into it meanwhile would
    /// be lost under the result.
    pub(crate) fn over(mut self, input: &Input, read: Option<State>) -> Self {
        self.read = Some((input.clone(), read));
        self
    }

    fn sync(&self) -> Result<(), Failure> {
        self.file.sync().map_err(|error| Failure::writing(self.shown.clone(), &error))
    }

    fn place(self) -> Result<(), Failure> {
        let Self { file, target, shown, replace, read, .. } = self;
        if let Some((input, _)) = read.filter(|(input, read)| input.state() != *read) {
            return Err(Failure::new(input.shown(), What::Changed));
        }
        let placed = file.place(&target, replace != Replace::Never);
        placed.map_err(|error| Failure::writing(shown, &error))
    }
}

/// Puts outputs in their places, each whole, and tells what became of each. The disk is waited for once.
pub(crate) fn commit(staged: impl IntoIterator<Item = Staged>) -> Vec<Result<(), Failure>> {
    let staged: Vec<Staged> = staged.into_iter().collect();
    let folders: BTreeSet<PathBuf> = staged.iter().map(|one| folder(&one.target).to_owned()).collect();
    let waiting = staged.iter().any(|one| one.sync == Sync::Together);
    let together = waiting && sync_together(&folders).is_ok();
    let one = |one: Staged| {
        // What failed together may be the fault of one file, or of another program's.
        if one.sync == Sync::Together && !together {
            one.sync()?;
        }
        one.place()
    };
    let placed = staged.into_iter().map(one).collect();
    for folder in &folders {
        sync_folder(folder);
    }
    placed
}

/// Syncs everything on the file systems of some folders.
#[cfg(target_os = "linux")]
fn sync_together(folders: &BTreeSet<PathBuf>) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;

    let mut systems = BTreeSet::new();
    for folder in folders {
        let folder = File::open(folder)?;
        if systems.insert(folder.metadata()?.dev()) {
            rustix::fs::syncfs(folder)?;
        }
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn sync_together(_folders: &BTreeSet<PathBuf>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Makes the rename itself last; where folders cannot be synced the file is complete all the same.
fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

/// Which file a command makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Suffix {
    /// Chinese, `已填`.
    pub(crate) zh: &'static str,
    /// English, `filled`.
    pub(crate) en: &'static str,
}

/// What `fill` makes.
pub(crate) const FILLED: Suffix = Suffix { zh: "-已填", en: "-filled" };
/// What `check` makes.
pub(crate) const CHECKED: Suffix = Suffix { zh: "-核对", en: "-check" };
/// What `check --fix` makes.
pub(crate) const FIXED: Suffix = Suffix { zh: "-已修正", en: "-fixed" };
/// What `clean` makes, in place of what `check` made.
pub(crate) const CLEANED: Suffix = Suffix { zh: "-已清理", en: "-cleaned" };
/// What `convert` makes.
pub(crate) const CONVERTED: Suffix = Suffix { zh: "-已转换", en: "-converted" };
/// What `convert` makes beside its result.
pub(crate) const SOURCES: Suffix = Suffix { zh: "-数据来源", en: "-sources" };

/// Whether a file's name says that this program wrote it.
pub(crate) fn is_ours(path: &Path) -> bool {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    [FILLED, CHECKED, FIXED, CLEANED, CONVERTED, SOURCES]
        .iter()
        .any(|suffix| stem.ends_with(suffix.zh) || stem.ends_with(suffix.en))
}

/// `表-核对.xlsx` to `表-已清理.xlsx`.
pub(crate) fn cleaned(input: &Path, lang: jixiao_render::Lang) -> PathBuf {
    let stem = input.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let ending = input.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    let own = [CHECKED.zh, CHECKED.en].iter().find_map(|suffix| stem.strip_suffix(suffix));
    let own = own.filter(|stem| !stem.is_empty()).map(|stem| input.with_file_name(format!("{stem}{ending}")));
    named(own.as_deref().unwrap_or(input), CLEANED, lang, None)
}

/// `表-已转换.xlsx` to `表-数据来源.xlsx`.
pub(crate) fn sources(result: &Path, lang: jixiao_render::Lang) -> PathBuf {
    let stem = result.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let own = [CONVERTED.zh, CONVERTED.en].iter().find_map(|suffix| stem.strip_suffix(suffix));
    let stem = own.filter(|stem| !stem.is_empty()).unwrap_or(&stem);
    named(&result.with_file_name(format!("{stem}.xlsx")), SOURCES, lang, None)
}

/// `表.xlsx` to `表-已填.xlsx`; no doubled suffix. The extension is the input's unless one is given.
pub(crate) fn named(
    input: &Path,
    suffix: Suffix,
    lang: jixiao_render::Lang,
    extension: Option<&str>,
) -> PathBuf {
    let mut name = input.file_stem().unwrap_or_default().to_owned();
    let stem = name.to_string_lossy();
    if !stem.ends_with(suffix.zh) && !stem.ends_with(suffix.en) {
        name.push(lang.of(suffix.zh, suffix.en));
    }
    if let Some(extension) = extension.map(Into::into).or_else(|| input.extension().map(ToOwned::to_owned)) {
        name.push(".");
        name.push(extension);
    }
    input.with_file_name(name)
}

/// The target of one input: the one asked for, a name in the folder asked for, or the default beside the input.
pub(crate) fn target(
    input: &Input,
    asked: Option<&Path>,
    many: bool,
    name: impl Fn(&Path) -> PathBuf,
) -> Target {
    match (input.name(), asked) {
        (Some(path), Some(folder)) if many => {
            let name = name(path);
            Target::File(folder.join(name.file_name().unwrap_or_default()))
        }
        (_, Some(asked)) => Target::of(asked),
        (Some(path), None) => Target::File(name(path)),
        (None, None) => Target::Standard,
    }
}

/// The inputs of several, by index, whose output must not be written: another input has the same one, or it is itself
/// an input.
pub(crate) fn clashes(
    inputs: &[Result<Input, Failure>],
    replace: Replace,
    target: impl Fn(&Input) -> Target,
) -> BTreeMap<usize, What> {
    let mut places = Places::default();
    let files: Vec<(usize, &Path, PathBuf)> = inputs
        .iter()
        .enumerate()
        .filter_map(|(index, input)| {
            let input = input.as_ref().ok()?;
            let (path, target) = (input.path()?, target(input));
            Some((index, path, places.of(target.file()?)))
        })
        .collect();
    let read: BTreeSet<PathBuf> = files.iter().map(|(_, path, _)| places.of(path)).collect();
    let mut seen = BTreeSet::new();
    let judged = files.into_iter().filter_map(|(index, _, target)| {
        if replace != Replace::Input && read.contains(&target) {
            return Some((index, What::SameAsInput));
        }
        (!seen.insert(target)).then_some((index, What::SameOutput))
    });
    judged.collect()
}

#[cfg(test)]
mod tests {
    use jixiao_render::Lang;

    use super::*;

    #[test]
    fn names_follow_the_language_and_do_not_double() {
        let name = |path: &str, lang| named(Path::new(path), FILLED, lang, None).display().to_string();
        assert_eq!(name("a/表.xlsx", Lang::Zh), "a/表-已填.xlsx");
        assert_eq!(name("a/form.v2.xlsm", Lang::En), "a/form.v2-filled.xlsm");
        assert_eq!(name("表-已填.xlsx", Lang::Zh), "表-已填.xlsx");
        assert_eq!(name("表-filled.xlsx", Lang::Zh), "表-filled.xlsx");
        let cleaned = |path: &str, lang| cleaned(Path::new(path), lang).display().to_string();
        assert_eq!(cleaned("a/表-核对.xlsx", Lang::Zh), "a/表-已清理.xlsx");
        assert_eq!(cleaned("form.xlsm", Lang::En), "form-cleaned.xlsm");
        assert!(is_ours(Path::new("a/表-已填.xlsx")) && !is_ours(Path::new("a/已填.xlsx")));
    }

    #[test]
    fn of_several_outputs_each_is_whole_or_absent() {
        let desk = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir_in(desk.path()).unwrap();
        let targets = [desk.path().join("1"), other.path().join("2"), desk.path().join("3")];
        for sync in [Sync::Now, Sync::Together] {
            let stage =
                |path: &PathBuf| stage(path, path.as_os_str().as_encoded_bytes(), Replace::Never, sync);
            let staged: Vec<Staged> = targets.iter().map(|path| stage(path).unwrap().unwrap()).collect();
            assert!(targets.iter().all(|path| !path.exists()), "nothing stands before it is committed");
            fs::write(&targets[1], "someone else's").unwrap();
            let placed = commit(staged);
            assert_eq!(placed.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
            assert_eq!(fs::read_to_string(&targets[1]).unwrap(), "someone else's");
            for path in [&targets[0], &targets[2]] {
                assert_eq!(fs::read(path).unwrap(), path.as_os_str().as_encoded_bytes());
            }
            assert_eq!(fs::read_dir(desk.path()).unwrap().count(), 3, "no debris");
            assert_eq!(fs::read_dir(other.path()).unwrap().count(), 1, "no debris");
            for path in &targets {
                fs::remove_file(path).unwrap();
            }
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn where_nothing_syncs_together_each_is_synced_alone() {
        let desk = tempfile::tempdir().unwrap();
        let target = desk.path().join("1");
        let staged = stage(&target, b"1", Replace::Never, Sync::Together).unwrap().unwrap();
        assert!(sync_together(&BTreeSet::from([desk.path().join("no such folder")])).is_err());
        assert!(staged.sync().is_ok() && !target.exists());
    }
}
