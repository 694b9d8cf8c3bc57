//! A folder of its own for every test, and runs of the command in it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jixiao_workbook::{CellRef, Content, Edit, SheetId, Style, Workbook};

/// A folder that goes when the test ends.
pub struct Desk {
    folder: tempfile::TempDir,
}

/// What one run printed and returned.
pub struct Ran {
    pub exit: u8,
    pub out: String,
    pub err: String,
    pub bytes: Vec<u8>,
}

impl Desk {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Every file below the folder, by name.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(self.folder.path()).unwrap().display().to_string());
                }
            }
        }
        found.sort();
        found
    }
}

/// Runs `jixiao` with arguments; `--lang zh` unless they say otherwise.
pub fn run<S: Into<OsString>>(args: impl IntoIterator<Item = S>) -> Ran {
    let mut line: Vec<OsString> = vec!["jixiao".into()];
    line.extend(args.into_iter().map(Into::into));
    if !line.iter().any(|arg| arg == "--lang") {
        line.extend(["--lang".into(), "zh".into()]);
    }
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = jixiao::run(line, &mut out, &mut err);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { exit, out: text(&out), err: text(&err), bytes: out }
}

/// Runs the binary as a user without privileges: root may read and write everywhere, so that no refusal of the
/// system could be met. The desk is opened for that user.
#[cfg(unix)]
pub fn run_unprivileged(desk: &Desk, args: &[&OsStr]) -> Ran {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let binary = desk.path(".jixiao");
    fs::hard_link(env!("CARGO_BIN_EXE_jixiao"), &binary)
        .or_else(|_| fs::copy(env!("CARGO_BIN_EXE_jixiao"), &binary).map(drop))
        .unwrap();
    for path in [desk.folder(), binary.as_path()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let root = fs::metadata(desk.folder()).unwrap().uid() == 0;
    let mut command = Command::new(if root { OsStr::new("setpriv") } else { binary.as_os_str() });
    if root {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&binary);
    }
    let ran = command.args(args).args(["--lang", "zh"]).output();
    fs::remove_file(&binary).unwrap();
    let ran = ran.unwrap_or_else(|error| panic!("setpriv (util-linux) is needed to test as root: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let exit = u8::try_from(ran.status.code().unwrap()).unwrap();
    Ran { exit, out: text(&ran.stdout), err: text(&ran.stderr), bytes: ran.stdout }
}

/// Runs the binary itself, as a user does.
pub fn run_binary(args: &[&OsStr]) -> Ran {
    let ran = Command::new(env!("CARGO_BIN_EXE_jixiao")).args(args).args(["--lang", "zh"]).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let exit = u8::try_from(ran.status.code().unwrap()).unwrap();
    Ran { exit, out: text(&ran.stdout), err: text(&ran.stderr), bytes: ran.stdout }
}

/// A compound file (OLE) of one stream of at least 4,096 bytes.
pub fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    const END: u32 = 0xFFFF_FFFE;
    assert!((4_096..60_000).contains(&stream.len()));
    let sectors = u32::try_from(stream.len().div_ceil(512)).unwrap();
    let mut table = vec![u32::MAX; 128];
    (table[0], table[1]) = (0xFFFF_FFFD, END);
    for index in 0..sectors {
        table[index as usize + 2] = if index + 1 == sectors { END } else { index + 3 };
    }
    let mut file = vec![0; 512];
    let mut put = |at: usize, value: u32| file[at..at + 4].copy_from_slice(&value.to_le_bytes());
    let fields = [(0, 0xE011_CFD0), (4, 0xE11A_B1A1), (24, 0x0003_003E), (28, 0x0009_FFFE), (32, 6), (44, 1)];
    for (at, value) in fields.into_iter().chain([(48, 1), (60, END), (68, END)]) {
        put(at, value);
    }
    (80..512).step_by(4).for_each(|at| put(at, u32::MAX));
    file.extend(table.iter().flat_map(|number| number.to_le_bytes()));
    for (name, kind, start, size) in [("Root Entry", 5, END, 0), (name, 2, 2, stream.len())] {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry.resize(128, 0);
        (entry[64], entry[66]) = (u8::try_from((name.len() + 1) * 2).unwrap(), kind);
        entry[116..120].copy_from_slice(&start.to_le_bytes());
        entry[120..124].copy_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
        file.extend(entry);
    }
    file.resize(1_536, 0);
    file.extend(stream);
    file.resize(1_536 + sectors as usize * 512, 0);
    file
}

/// The official form with what a unit types in.
pub fn inputs() -> Vec<u8> {
    sample("template/official-2023-inputs.xlsx")
}

/// The form as a unit sent it.
pub fn submission() -> Vec<u8> {
    sample("submission-2023.xlsx")
}

pub fn sample(name: &str) -> Vec<u8> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-data").join(name);
    fs::read(data).unwrap()
}

/// The official form with the text of some cells replaced.
pub fn edited(cells: &[(&str, &str)]) -> Vec<u8> {
    let workbook = Workbook::open(inputs()).unwrap();
    let edits: Vec<Edit> = cells
        .iter()
        .map(|(cell, text)| Edit::SetCell {
            sheet: SheetId(0),
            cell: cell.parse::<CellRef>().unwrap(),
            content: Content::Text((*text).to_owned()),
            style: Style::Keep,
        })
        .collect();
    workbook.apply(&edits, jixiao_workbook::patch::Signature::Keep).unwrap()
}
