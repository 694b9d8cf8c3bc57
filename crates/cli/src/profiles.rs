//! Which profile an input is judged by: the one that was asked for, else the `jixiao.toml` beside it, else the national.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use jixiao_selfeval::{Profile, Words, rules};

use crate::failure::{Failure, What};
use crate::input::Input;
use crate::listing::{BESIDE, Listing};

/// Bytes of the longest profile.
const LONGEST: u64 = 256 << 10;

/// The profiles of a run.
pub(crate) struct Profiles {
    /// The one that was asked for, else the national one.
    usual: Profile,
    /// What stands beside the inputs, by folder; empty where one was asked for.
    beside: BTreeMap<PathBuf, Result<Option<Profile>, What>>,
    /// Folders that were named: what lies in one may follow its profile.
    roots: Vec<PathBuf>,
}

impl Profiles {
    /// The one that is asked for, or those beside the inputs and `given`, files that are compared with them.
    pub(crate) fn of(asked: Option<&Path>, listing: &Listing, given: &[&Path]) -> Result<Self, Failure> {
        let mut profiles = Self {
            usual: asked.map_or_else(|| Ok(Profile::national()), named)?,
            beside: BTreeMap::new(),
            roots: listing.folders.clone(),
        };
        if asked.is_none() {
            let inputs = listing.inputs.iter().flatten().filter_map(Input::path);
            for path in inputs.chain(given.iter().copied()) {
                profiles.look_beside(path);
            }
        }
        Ok(profiles)
    }

    fn look_beside(&mut self, path: &Path) {
        for folder in folders(path, &self.roots) {
            if self.beside.contains_key(&folder) {
                continue;
            }
            let found = beside(&folder);
            let ends = !matches!(found, Ok(None));
            self.beside.insert(folder, found);
            if ends {
                break;
            }
        }
    }

    /// The profile of an input.
    pub(crate) fn by(&self, input: &Input) -> Result<&Profile, Failure> {
        match input.path().map(|path| self.nearest(path)) {
            None | Some(Ok(None)) => Ok(&self.usual),
            Some(Ok(Some(profile))) => Ok(profile),
            Some(Err(what)) => Err(Failure::new(input.shown(), what.clone())),
        }
    }

    /// The profile of a file that inputs are compared with: where none stands beside it, that of the first input.
    pub(crate) fn by_given(&self, path: &Path, listing: &Listing) -> Result<&Profile, Failure> {
        let shown = || path.display().to_string();
        if let Some(own) = self.nearest(path).map_err(|what| Failure::new(shown(), what.clone()))? {
            return Ok(own);
        }
        let first = listing.inputs.iter().flatten().find_map(|input| self.by(input).ok());
        Ok(first.unwrap_or(&self.usual))
    }

    fn nearest(&self, path: &Path) -> Result<Option<&Profile>, &What> {
        for folder in folders(path, &self.roots) {
            match self.beside.get(&folder) {
                Some(Ok(Some(profile))) => return Ok(Some(profile)),
                Some(Err(what)) => return Err(what),
                Some(Ok(None)) | None => {}
            }
        }
        Ok(None)
    }
}

/// The folder of a file, and those above it up to the folder that was named.
fn folders(path: &Path, roots: &[PathBuf]) -> Vec<PathBuf> {
    let own = path.parent().unwrap_or_else(|| Path::new(""));
    let within = |folder: &Path| roots.iter().any(|root| folder.starts_with(root));
    let above = own.ancestors().skip(1).take_while(|folder| within(folder));
    std::iter::once(own).chain(above).map(Path::to_path_buf).collect()
}

/// The profile that stands in a folder, if one does.
fn beside(folder: &Path) -> Result<Option<Profile>, What> {
    let path = folder.join(BESIDE);
    let wrong = |what: What| What::Beside(path.display().to_string(), Box::new(what));
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(Failure::reading("", &error).what)),
        Ok(_) => read(&path).map(Some).map_err(wrong),
    }
}

/// A built-in profile by its name, else a file.
pub(crate) fn named(asked: &Path) -> Result<Profile, Failure> {
    if let Some(profile) = asked.to_str().and_then(Profile::built_in) {
        return Ok(profile);
    }
    let failed = |what| match what {
        What::Missing => What::NoProfile,
        other => other,
    };
    read(asked).map_err(|what| Failure::new(asked.display().to_string(), failed(what)))
}

fn read(path: &Path) -> Result<Profile, What> {
    let text = text(path)?;
    let codes: Vec<&str> = rules::ALL.iter().map(|rule| rule.code).collect();
    let mut profile = Profile::from_toml_with(&text, &codes).map_err(What::Profile)?;
    profile.file = Some(path.display().to_string());
    Ok(profile)
}

/// A profile's text, which is a plain file of bounded length: a pipe would be waited for.
fn text(path: &Path) -> Result<String, What> {
    let failed = |error: &std::io::Error| Failure::reading("", error).what;
    let found = fs::metadata(path).map_err(|error| failed(&error))?;
    if !found.is_file() {
        return Err(What::NotRead(Words::new("不是普通文件", "it is no plain file")));
    }
    let mut text = String::new();
    let file = File::open(path).map_err(|error| failed(&error))?;
    file.take(LONGEST + 1).read_to_string(&mut text).map_err(|error| failed(&error))?;
    if text.len() as u64 > LONGEST {
        return Err(What::NotRead(Words::new("超过 256 KiB", "it is longer than 256 KiB")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_of_a_file_end_at_the_one_that_was_named() {
        let shown = |path: &str, roots: &[&str]| -> Vec<String> {
            let roots: Vec<PathBuf> = roots.iter().map(PathBuf::from).collect();
            folders(Path::new(path), &roots).iter().map(|one| one.display().to_string()).collect()
        };
        assert_eq!(shown("各单位/甲/表.xlsx", &["各单位"]), ["各单位/甲", "各单位"]);
        assert_eq!(shown("/a/各单位/甲/乙/表.xlsx", &["/a/各单位"]).len(), 3);
        assert_eq!(shown("各单位/甲/表.xlsx", &[]), ["各单位/甲"]);
        assert_eq!(shown("各单位/甲/表.xlsx", &["别处"]), ["各单位/甲"]);
        assert_eq!(shown("./甲/表.xlsx", &["."]), ["./甲", "."]);
        assert_eq!(shown("表.xlsx", &[]), [""]);
    }

    #[test]
    fn a_profile_that_is_no_plain_file_or_too_long_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(BESIDE);
        assert!(matches!(beside(folder.path()), Ok(None)));
        fs::write(&path, "name = \"x\"").unwrap();
        assert!(matches!(beside(folder.path()), Ok(Some(_))));
        fs::write(&path, vec![b'#'; 300 << 10]).unwrap();
        assert!(matches!(beside(folder.path()), Err(What::Beside(..))));
        fs::write(&path, [0xC8, 0xCB]).unwrap();
        assert!(matches!(beside(folder.path()), Err(What::Beside(_, what)) if *what == What::NotText));
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(matches!(beside(folder.path()), Err(What::Beside(..))));
    }
}
