//! What the user named to the list of inputs: files, folders, globs, standard input, a list in a file.

use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use jixiao_selfeval::Words;

use crate::failure::{Failure, What};
use crate::input::{Input, Places};
use crate::output;
use crate::temporary::is_temporary;

/// The name of a profile that is used without being asked for, for the files beside it.
pub(crate) const BESIDE: &str = "jixiao.toml";

/// Which files of a folder a command looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Spreadsheets.
    Spreadsheets,
    /// Spreadsheets, and what a unit may have sent instead of one.
    Submissions,
    /// Spreadsheets, those too that this program wrote.
    Marked,
}

const SPREADSHEETS: &[&str] =
    &["xlsx", "xlsm", "xltx", "xltm", "xlsb", "xls", "xlt", "et", "ett", "ods", "csv", "tsv"];
const OTHERS: &[&str] = &[
    "docx", "doc", "wps", "rtf", "txt", "htm", "html", "pdf", "ofd", "png", "jpg", "jpeg", "gif", "bmp",
    "tif", "tiff", "webp", "heic", "zip", "rar", "7z",
];

/// The inputs in their order.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Inputs, and what was named but is none.
    pub(crate) inputs: Vec<Result<Input, Failure>>,
    /// Whether outputs go to a folder: more than one input, or a folder or glob was named.
    pub(crate) many: bool,
    /// The folders that were named.
    pub(crate) folders: Vec<PathBuf>,
    skipped: Skipped,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Skipped {
    owner: usize,
    ours: usize,
    other: usize,
}

impl Listing {
    /// Everything that was named; a file comes once, where it was named first.
    pub(crate) fn of(named: &[PathBuf], files_from: Option<&Path>, wanted: Wanted) -> Result<Self, Failure> {
        let mut listing = Self::default();
        for path in named {
            listing.add(path, wanted);
        }
        if let Some(list) = files_from {
            listing.many = true;
            for path in lines(list)? {
                listing.add(&path, wanted);
            }
        }
        listing.many |= listing.inputs.len() > 1;
        listing.once();
        Ok(listing)
    }

    /// What was passed over in folders, in words; none where nothing was.
    pub(crate) fn skipped(&self) -> Option<Words> {
        let Skipped { owner, ours, other } = self.skipped;
        let parts = [
            (owner, "正在打开的临时文件", "owner files"),
            (ours, "本程序写出的文件", "written by this program"),
            (other, "其他类型的文件", "of other kinds"),
        ];
        let parts = parts.iter().filter(|(count, _, _)| *count > 0);
        let zh: Vec<String> = parts.clone().map(|(count, zh, _)| format!("{zh} {count} 个")).collect();
        let en: Vec<String> = parts.map(|(count, _, en)| format!("{count} {en}")).collect();
        (!zh.is_empty()).then(|| {
            Words::new(
                format!("文件夹中跳过：{}", zh.join("，")),
                format!("skipped in folders: {}", en.join(", ")),
            )
        })
    }

    fn add(&mut self, path: &Path, wanted: Wanted) {
        if path.as_os_str() == "-" {
            return self.inputs.push(Ok(Input::Standard));
        }
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => self.add_folder(path, wanted),
            Ok(_) => self.inputs.push(Ok(Input::File(path.to_owned()))),
            Err(_) if has_wildcard(path.as_os_str()) => self.add_glob(path, wanted),
            Err(error) => self.inputs.push(Err(Failure::reading(path.display().to_string(), &error))),
        }
    }

    fn add_folder(&mut self, folder: &Path, wanted: Wanted) {
        self.many = true;
        self.folders.push(folder.to_owned());
        let before = self.inputs.len();
        self.walk(folder, wanted, 0);
        if self.inputs.len() == before {
            let failure = Failure::new(folder.display().to_string(), What::EmptyFolder);
            self.inputs.push(Err(failure));
        }
    }

    /// Files of a folder in the order of their names, then its folders. Links to folders are not followed.
    fn walk(&mut self, folder: &Path, wanted: Wanted, depth: usize) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                return self.inputs.push(Err(Failure::reading(folder.display().to_string(), &error)));
            }
        };
        let mut found: Vec<(PathBuf, Found)> = entries.filter_map(|entry| Found::of(&entry.ok()?)).collect();
        found.sort();
        for (path, _) in found.iter().filter(|(_, kind)| *kind == Found::Other) {
            self.skipped.other += usize::from(!path.is_dir());
        }
        for (path, _) in found.iter().filter(|(_, kind)| *kind == Found::File) {
            self.take(path.clone(), wanted);
        }
        for (path, _) in found.iter().filter(|(_, kind)| *kind == Found::Folder && depth < 64) {
            self.walk(path, wanted, depth + 1);
        }
    }

    fn take(&mut self, path: PathBuf, wanted: Wanted) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name == BESIDE {
            // It is read as a profile.
        } else if name.starts_with("~$") || name.starts_with(".~") {
            self.skipped.owner += 1;
        } else if is_temporary(&name) {
            self.skipped.ours += 1;
        } else if name.starts_with('.') || !is_wanted(&path, wanted) {
            self.skipped.other += 1;
        } else if wanted != Wanted::Marked && output::is_ours(&path) {
            self.skipped.ours += 1;
        } else {
            self.inputs.push(Ok(Input::File(path)));
        }
    }

    fn add_glob(&mut self, pattern: &Path, wanted: Wanted) {
        self.many = true;
        let found = expand(pattern);
        if found.is_empty() {
            let failure = Failure::new(pattern.display().to_string(), What::NoMatch);
            return self.inputs.push(Err(failure));
        }
        for path in found {
            match fs::metadata(&path) {
                Ok(found) if found.is_dir() => self.add_folder(&path, wanted),
                Ok(found) if !found.is_file() => self.skipped.other += 1,
                _ => self.take(path, wanted),
            }
        }
    }

    fn once(&mut self) {
        let (mut places, mut seen) = (Places::default(), std::collections::BTreeSet::new());
        self.inputs.retain(|input| match input {
            Ok(Input::File(path)) => seen.insert(places.of(path)),
            _ => true,
        });
    }
}

/// What an entry of a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    File,
    Folder,
    /// A pipe or a device, which would be waited for, or a link to a folder.
    Other,
}

impl Found {
    /// An entry's path and kind. A link is what it leads to; one that leads nowhere is a file that will not be read.
    fn of(entry: &fs::DirEntry) -> Option<(PathBuf, Self)> {
        let (path, kind) = (entry.path(), entry.file_type().ok()?);
        let found = if kind.is_symlink() {
            match fs::metadata(&path) {
                Ok(target) if !target.is_file() => Self::Other,
                _ => Self::File,
            }
        } else if kind.is_dir() {
            Self::Folder
        } else if kind.is_file() {
            Self::File
        } else {
            Self::Other
        };
        Some((path, found))
    }
}

fn is_wanted(path: &Path, wanted: Wanted) -> bool {
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or("").to_ascii_lowercase();
    let known = |list: &[&str]| list.contains(&extension.as_str());
    known(SPREADSHEETS) || (wanted == Wanted::Submissions && known(OTHERS))
}

fn lines(list: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: std::io::Error| Failure::reading(list.display().to_string(), &error);
    let mut text = String::new();
    if list.as_os_str() == "-" {
        std::io::stdin().lock().read_to_string(&mut text).map_err(failed)?;
    } else {
        text = fs::read_to_string(list).map_err(failed)?;
    }
    let text = text.trim_start_matches('\u{feff}');
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(PathBuf::from).collect())
}

fn has_wildcard(text: &OsStr) -> bool {
    text.to_string_lossy().contains(['*', '?'])
}

/// The paths that a pattern names, for shells that leave globs to the program; `*` and `?` within a name.
fn expand(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for component in pattern.components() {
        found = match component {
            Component::Normal(name) if has_wildcard(name) => {
                found.iter().flat_map(|folder| matching(folder, &name.to_string_lossy())).collect()
            }
            other => found.into_iter().map(|folder| folder.join(other)).collect(),
        };
    }
    found.retain(|path| path.exists());
    found
}

fn matching(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let place = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(place) else { return Vec::new() };
    let pattern: Vec<char> = pattern.chars().collect();
    let names = entries.filter_map(|entry| Some(entry.ok()?.file_name()));
    let mut found: Vec<PathBuf> = names
        .filter(|name| {
            let name: Vec<char> = name.to_string_lossy().chars().collect();
            matches(&pattern, &name)
        })
        .map(|name| folder.join(name))
        .collect();
    found.sort();
    found
}

/// Whether a name fits a pattern of `*` and `?`, in time linear in both for each `*`.
fn matches(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || name.get(n) == Some(c) => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    p = at + 1;
                    n = from + 1;
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or(&[]).iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_a_shell_does() {
        let fits = |pattern: &str, name: &str| {
            matches(&pattern.chars().collect::<Vec<_>>(), &name.chars().collect::<Vec<_>>())
        };
        assert!(
            fits("*.xlsx", "汇总表.xlsx") && fits("20??-*.xls?", "2023-中川.xlsm") && fits("**a*", "bab")
        );
        assert!(!fits("*.xlsx", "汇总表.xls") && !fits("?", "") && !fits("a*b", "abc"));
    }

    fn shown(listing: &Listing, folder: &Path) -> Vec<String> {
        let one = |input: &Result<Input, Failure>| match input {
            Ok(Input::File(path)) => {
                path.strip_prefix(folder).unwrap_or(path).display().to_string().replace('\\', "/")
            }
            Ok(_) => "-".to_owned(),
            Err(_) => "?".to_owned(),
        };
        listing.inputs.iter().map(one).collect()
    }

    #[test]
    fn globs_and_lists_give_what_they_name_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("2023年/甲")).unwrap();
        for name in ["a.xlsx", "b.xlsm", "c.txt", "2023年/甲/d.xlsx", "2023年/e.xlsx", "~$a.xlsx"] {
            fs::write(at(name), "x").unwrap();
        }
        let list = at("list.txt");
        let lines = [at("b.xlsm"), at("missing.xlsx"), PathBuf::from("-")];
        let lines = lines.map(|path| path.display().to_string()).join("\n\n ");
        fs::write(&list, format!("\u{feff}{lines}\n")).unwrap();
        let named = [at("*.xls?"), at("20*/*"), at("*.ods")];
        let listing = Listing::of(&named, Some(&list), Wanted::Spreadsheets).unwrap();
        let found = shown(&listing, folder.path());
        assert_eq!(found, ["a.xlsx", "b.xlsm", "2023年/e.xlsx", "2023年/甲/d.xlsx", "?", "?", "-"]);
        assert!(listing.many);
        let missing = Listing::of(&[], Some(&at("nowhere.txt")), Wanted::Spreadsheets);
        assert!(missing.is_err());
    }
}
