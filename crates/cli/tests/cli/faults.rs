//! What may go wrong while a file is read or written: whatever happens, the target is as it was or complete, the exit
//! code tells, and nothing else is left. All on the real executable.
#![cfg(unix)]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use jixiao_workbook::Workbook;

use crate::crafted::Book;
use crate::support::{Desk, Ran, edited, inputs, run};

const BINARY: &str = env!("CARGO_BIN_EXE_jixiao");

/// The binary with arguments, in Chinese.
fn jixiao<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(BINARY);
    command.args(args).args(["--lang", "zh"]);
    command
}

/// The binary behind a line of shell that limits it: `ulimit`, `trap`.
fn limited<S: AsRef<OsStr>>(limit: &str, args: impl IntoIterator<Item = S>) -> Ran {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{limit}; exec \"$@\""), "sh", BINARY]).args(args).args(["--lang", "zh"]);
    ran(&command.output().unwrap())
}

fn ran(output: &Output) -> Ran {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    let code = output.status.code();
    let exit = code.unwrap_or_else(|| panic!("ended by a signal: {:?}\n{out}{err}", output.status));
    Ran { exit: u8::try_from(exit).unwrap(), out, err, bytes: output.stdout.clone() }
}

/// What `fill` makes of the official form.
fn filled() -> Vec<u8> {
    let desk = Desk::new();
    let path = desk.put("表.xlsx", &inputs());
    assert_eq!(run(["fill".as_ref(), path.as_os_str()]).exit, 0);
    fs::read(desk.path("表-已填.xlsx")).unwrap()
}

/// A form of many rows, whose file is large enough to be cut off in many places.
fn long_form(rows: u32) -> Vec<u8> {
    let desk = Desk::new();
    let path = desk.path("长.xlsx");
    let args = ["template", "--rows", &rows.to_string(), "-o", path.to_str().unwrap()];
    assert_eq!(run(args).exit, 0);
    fs::read(path).unwrap()
}

/// Names of what is there that a user never asked for.
fn debris(desk: &Desk) -> Vec<String> {
    desk.files().into_iter().filter(|name| name.contains(".jixiao-") || name.contains(".tmp")).collect()
}

/// A write that ends at any byte (`EFBIG`, as `ENOSPC` an error of the write) leaves the old file, or none.
#[test]
fn a_write_that_ends_at_any_byte_leaves_the_target_as_it_was() {
    let whole = filled();
    let blocks = whole.len().div_ceil(512);
    for (old, flags) in [(None, [].as_slice()), (Some(b"old".as_slice()), &["--force"])] {
        for block in 0..=blocks + 1 {
            let desk = Desk::new();
            let input = desk.put("表.xlsx", &inputs());
            let output = desk.path("出.xlsx");
            if let Some(old) = old {
                fs::write(&output, old).unwrap();
            }
            let mut args: Vec<&OsStr> = vec!["fill".as_ref(), input.as_ref(), "-o".as_ref(), output.as_ref()];
            args.extend(flags.iter().map(OsStr::new));
            // In blocks of 512 bytes where `sh` follows POSIX, of 1,024 in others.
            let ran = limited(&format!("trap '' XFSZ; ulimit -f {block}"), &args);
            let now = fs::read(&output).ok();
            if now.as_deref() == Some(whole.as_slice()) {
                assert_eq!(ran.exit, 0, "{block}: {}", ran.err);
                assert!(block * 1_024 >= whole.len(), "{block}");
            } else {
                assert_eq!(now.as_deref(), old, "{block}");
                assert_eq!(ran.exit, 4, "{block}: {}", ran.err);
                assert!(
                    ran.err.contains("写不进去（文件太大）") && ran.err.contains('→'),
                    "{block}: {}",
                    ran.err
                );
            }
            assert_eq!(debris(&desk), Vec::<String>::new(), "{block}");
            assert_eq!(fs::read(&input).unwrap(), inputs());
        }
    }
}

/// A disk that is full at any page; needs the right to mount, else only the test above tells.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_leaves_the_target_as_it_was() {
    struct Disk(PathBuf);
    impl Drop for Disk {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg(&self.0).status();
        }
    }
    let (form, desk) = (long_form(600), Desk::new());
    let (input, folder) = (desk.put("表.xlsx", &form), desk.path("disk"));
    fs::create_dir(&folder).unwrap();
    let (mut full, mut complete) = (0, 0);
    for pages in [2, 3, 4, 6, 8, 10, 12, 16, 24, 64] {
        let size = format!("size={}k", 4 * pages);
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "none"]).arg(&folder).output();
        if !mounted.is_ok_and(|mounted| mounted.status.success()) {
            eprintln!("not run: mounting a small disk is not permitted here");
            return;
        }
        let _disk = Disk(folder.clone());
        fs::write(folder.join("出.xlsx"), "old").unwrap();
        let output = folder.join("出.xlsx");
        let args = ["fill".as_ref(), input.as_os_str(), "-o".as_ref(), output.as_ref(), "--force".as_ref()];
        let ran = ran(&jixiao(args).output().unwrap());
        let now = fs::read(&output).unwrap();
        if ran.exit == 0 {
            complete += 1;
            assert!(Workbook::open(now).is_ok(), "{pages}");
        } else {
            full += 1;
            assert_eq!((ran.exit, now.as_slice()), (4, b"old".as_slice()), "{pages}: {}", ran.err);
            assert!(ran.err.contains("磁盘已满") && ran.err.contains('→'), "{pages}: {}", ran.err);
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "{pages}");
    }
    assert!(full > 0 && complete > 0, "{full} full, {complete} complete");
}

/// Killed at a hundred moments: the target is the old file or the complete one. A temporary file may stay, which the
/// next run takes away.
#[test]
fn a_kill_at_any_moment_leaves_the_old_file_or_the_complete_one() {
    let (desk, form) = (Desk::new(), long_form(300));
    let input = desk.put("表.xlsx", &form);
    let output = desk.path("出.xlsx");
    let args = ["fill".as_ref(), input.as_os_str(), "-o".as_ref(), output.as_ref(), "--force".as_ref()];
    let start = Instant::now();
    assert_eq!(ran(&jixiao(args).output().unwrap()).exit, 0);
    let duration = start.elapsed();
    let whole = fs::read(&output).unwrap();
    let (mut old, mut complete, mut left) = (0, 0, 0);
    for moment in 0..100_u32 {
        fs::write(&output, "old").unwrap();
        let mut child = jixiao(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        if moment % 2 == 0 {
            // Moments spread over a run, however long it takes on this machine.
            until(&mut child, duration * moment / 100, |_| false);
        } else {
            // While the output is written, synced and renamed.
            until(&mut child, Duration::from_mins(1), |_| !debris(&desk).is_empty());
            until(&mut child, Duration::from_micros(u64::from(moment) * 25), |_| false);
        }
        let _ = child.kill();
        child.wait().unwrap();
        let now = fs::read(&output).unwrap();
        if now == whole {
            complete += 1;
        } else {
            old += 1;
            assert_eq!(now, b"old", "torn at moment {moment}");
        }
        let debris = debris(&desk);
        assert!(debris.len() <= 1, "{debris:?}");
        if moment < 99 {
            // The next moment is told by the next run's own.
            for name in &debris {
                fs::remove_file(desk.path(name)).unwrap();
            }
            left += debris.len();
        }
        assert_eq!(fs::read(&input).unwrap(), form);
    }
    assert!(old > 0 && left > 0, "{old} killed early, {complete} complete, {left} while it was written");
    assert_eq!(ran(&jixiao(args).output().unwrap()).exit, 0);
    assert_eq!(desk.files(), ["出.xlsx", "表.xlsx"]);
    assert_eq!(fs::read(&output).unwrap(), whole);
}

/// Waits that long, or until the child ends or something holds.
fn until(child: &mut Child, time: Duration, holds: impl Fn(&mut Child) -> bool) {
    let start = Instant::now();
    while start.elapsed() < time && child.try_wait().unwrap().is_none() && !holds(child) {
        std::thread::sleep(Duration::from_micros(200).min(time));
    }
}

/// A batch of forms in a folder, each a little different.
fn batch(desk: &Desk, count: usize) -> PathBuf {
    let forms: Vec<Vec<u8>> = (0..5).map(|n| edited(&[("B7", &format!("项目{n}"))])).collect();
    for (number, form) in forms.iter().cycle().take(count).enumerate() {
        desk.put(&format!("in/{number:03}.xlsx"), form);
    }
    desk.path("in")
}

/// The files of a folder with their content.
fn contents(folder: &Path) -> Vec<(OsString, Vec<u8>)> {
    let mut all: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap()))
        .collect();
    all.sort();
    all
}

/// An interrupted batch leaves complete files and nothing else, and says so; run again, it makes the same files as one
/// that was never stopped. So does one that was killed.
#[test]
fn a_batch_that_is_ended_and_run_again_makes_the_same_files() {
    let desk = Desk::new();
    let folder = batch(&desk, 200);
    let out = desk.path("whole");
    assert_eq!(
        ran(&jixiao(["fill".as_ref(), folder.as_os_str(), "-o".as_ref(), out.as_ref()]).output().unwrap())
            .exit,
        0
    );
    let whole = contents(&out);
    assert_eq!(whole.len(), 200);
    for (signal, code) in [("INT", Some(130)), ("TERM", Some(130)), ("KILL", None)] {
        let out = desk.path(signal);
        let args = ["fill".as_ref(), folder.as_os_str(), "-o".as_ref(), out.as_ref(), "--force".as_ref()];
        // A test may run where interrupts are ignored, which the shell of `env` undoes.
        let mut child = Command::new("env")
            .args(["--default-signal=INT,HUP", BINARY])
            .args(args)
            .args(["--jobs", "1", "--lang", "zh"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let written = |_: &mut Child| fs::read_dir(&out).is_ok_and(|entries| entries.count() > 20);
        until(&mut child, Duration::from_mins(1), written);
        let status = Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()).status();
        assert!(status.unwrap().success(), "{signal}");
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), code, "{signal}");
        let finished = contents(&out);
        assert!(finished.len() < 200, "{signal}: all were made before it");
        let err = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(code.is_none() || err.contains("已中断") && err.contains('→'), "{signal}: {err}");
        let (left, done): (Vec<_>, Vec<_>) =
            finished.into_iter().partition(|(name, _)| name.as_bytes().starts_with(b".jixiao-"));
        // A killed process leaves the outputs of one group at most, which the next run removes.
        let most = if code.is_none() { 16 } else { 0 };
        assert!(left.len() <= most, "{signal}: {} left", left.len());
        assert!(done.iter().all(|file| whole.contains(file)), "{signal}: a file is not complete");
        assert_eq!(ran(&jixiao(args).output().unwrap()).exit, 0, "{signal}");
        assert!(contents(&out) == whole, "{signal}: other files than without it");
    }
}

/// A batch stays within few file handles, however many threads work on it.
#[test]
fn a_batch_needs_few_file_handles() {
    let desk = Desk::new();
    let folder = batch(&desk, 200);
    let out = desk.path("out");
    let args = ["fill".as_ref(), folder.as_os_str(), "-o".as_ref(), out.as_os_str()];
    let many = [args.as_slice(), &["--jobs".as_ref(), "64".as_ref()]].concat();
    let ran = limited("ulimit -n 16", many);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 200);
}

/// Within 256 MiB of memory honest forms are filled; what asks for more is refused, never an abort.
#[cfg(target_os = "linux")]
#[test]
fn a_memory_limit_is_met_with_a_coded_error() {
    const MIB: usize = 1 << 20;
    let within = |mib: usize, path: &Path| {
        limited(
            &format!("ulimit -v {}", mib * 1024),
            ["check".as_ref(), path.as_os_str(), "--fail-on=never".as_ref()],
        )
    };
    let desk = Desk::new();
    for (name, form) in [("小.xlsx", inputs()), ("大.xlsx", long_form(2_500))] {
        let path = desk.put(name, &form);
        assert_eq!(within(256, &path).exit, 0, "{name}");
        let ran = limited("ulimit -v 262144", ["fill".as_ref(), path.as_os_str()]);
        assert_eq!(ran.exit, 0, "{name}: {}", ran.err);
    }
    // Texts that one part may hold, and memory may not.
    let text = format!("<row><c t=\"str\"><v>{}</v></c></row>", "x".repeat(32_000));
    let texts = Book::new().rows(&text.repeat(48 * MIB / text.len()));
    // One formula, written out for every cell that shares it.
    let formula = format!("<c><f t=\"shared\" si=\"0\">{}</f></c>", "1+".repeat(15_000) + "1");
    let formulas = Book::new()
        .rows(&format!("<row>{formula}{}</row>", "<c><f t=\"shared\" si=\"0\"/></c>".repeat(2_000)));
    for (name, mib, bytes) in [("文.xlsx", 64, texts.zipped()), ("式.xlsx", 64, formulas.zipped())] {
        let path = desk.put(name, &bytes);
        let ran = within(mib, &path);
        assert_eq!(ran.exit, 3, "{name}: {}", ran.err);
        assert!(ran.err.contains("内存需求超过上限") && ran.err.contains('→'), "{name}: {}", ran.err);
        assert_eq!(ran.out, "", "{name}");
    }
    // A stream without end.
    let endless =
        Command::new(BINARY).args(["check", "/dev/zero", "--max-size", "8M", "--lang", "zh"]).output();
    let endless = self::ran(&endless.unwrap());
    assert_eq!(endless.exit, 3, "{}", endless.err);
    assert!(endless.err.contains("文件 的字节数超过上限 8388608"), "{}", endless.err);
}

/// A pipe is read where it is named, is passed over in a folder (it would be waited for), and is never written over.
#[test]
fn a_pipe_is_an_input_where_it_is_named_and_nowhere_else() {
    let desk = Desk::new();
    desk.put("in/表.xlsx", &inputs());
    let pipe = desk.path("in/管.xlsx");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let ran = ran(&jixiao(["check".as_ref(), desk.path("in").as_os_str(), "--fail-on=never".as_ref()])
        .output()
        .unwrap());
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert!(ran.out.contains("其他类型的文件 1 个"), "{}", ran.out);

    let ran =
        self::ran(&jixiao(["fill".as_ref(), pipe.as_os_str(), "--in-place".as_ref()]).output().unwrap());
    assert_eq!(ran.exit, 4, "{}", ran.err);
    assert!(ran.err.contains("不是普通文件"), "{}", ran.err);

    let out = desk.path("出.xlsx");
    let child = jixiao(["fill".as_ref(), pipe.as_os_str(), "-o".as_ref(), out.as_ref()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    fs::write(&pipe, inputs()).unwrap();
    let ran = self::ran(&child.wait_with_output().unwrap());
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert_eq!(fs::read(&out).unwrap(), filled());
    assert_eq!(debris(&desk), Vec::<String>::new());
}

/// Standard input to standard output, byte for byte what a file gives.
#[test]
fn standard_input_is_read_to_its_end() {
    let desk = Desk::new();
    let input = fs::File::open(desk.put("表.xlsx", &inputs())).unwrap();
    let piped = jixiao(["fill", "-"]).stdin(input).output().unwrap();
    assert_eq!((piped.status.code(), piped.stdout), (Some(0), filled()));
    let closed = jixiao(["check", "-"]).stdin(Stdio::null()).output().unwrap();
    let closed = ran(&closed);
    assert_eq!(closed.exit, 3);
    assert!(closed.err.contains("空的"), "{}", closed.err);
}

/// The output is the input under another spelling, a link, or another input of the batch.
#[test]
fn an_output_that_is_an_input_is_refused_however_it_is_spelled() {
    let desk = Desk::new();
    let (a, b) = (desk.put("a.xlsx", &inputs()), desk.put("b-已填.xlsx", &inputs()));
    let plain_b = desk.put("b.xlsx", &inputs());
    std::os::unix::fs::symlink(&a, desk.path("链.xlsx")).unwrap();
    fs::create_dir(desk.path("sub")).unwrap();
    for spelled in
        [desk.path("a.xlsx"), desk.path("链.xlsx"), desk.path("sub/../a.xlsx"), desk.path("./a.xlsx")]
    {
        let ran = run(["fill".as_ref(), a.as_os_str(), "-o".as_ref(), spelled.as_ref(), "--force".as_ref()]);
        assert_eq!(ran.exit, 4, "{}", spelled.display());
        assert!(ran.err.contains("--in-place"), "{}: {}", spelled.display(), ran.err);
    }
    // Another input of the same run.
    let ran = run(["fill".as_ref(), plain_b.as_os_str(), b.as_os_str(), "--force".as_ref()]);
    assert_eq!(ran.exit, 4, "{}", ran.out);
    assert!(ran.err.contains("输出就是输入文件"), "{}", ran.err);
    for path in [&a, &b, &plain_b] {
        assert_eq!(fs::read(path).unwrap(), inputs());
    }
    // A second name of the same file gets a file of its own; the input keeps its content.
    fs::hard_link(&a, desk.path("硬.xlsx")).unwrap();
    let hard = desk.path("硬.xlsx");
    let ran = run(["fill".as_ref(), a.as_os_str(), "-o".as_ref(), hard.as_ref(), "--force".as_ref()]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert_eq!((fs::read(&a).unwrap(), fs::read(&hard).unwrap()), (inputs(), filled()));
    assert_ne!(fs::metadata(&a).unwrap().ino(), fs::metadata(&hard).unwrap().ino());
    // A link that is written over stays one, in place or not.
    let ran = run(["fill".as_ref(), desk.path("链.xlsx").as_os_str(), "--in-place".as_ref()]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert!(desk.path("链.xlsx").is_symlink());
    assert_eq!(fs::read(&a).unwrap(), filled());
}

/// One file under two spellings is one input, and two reports of one name are not written over each other.
#[test]
fn one_file_is_worked_on_once_and_one_name_written_once() {
    let desk = Desk::new();
    let (a, b) = (desk.put("a/表.xlsx", &inputs()), desk.put("b/表.xlsx", &inputs()));
    let again = desk.path("a/../a/./表.xlsx");
    let ran = run(["check".as_ref(), a.as_os_str(), again.as_os_str(), b.as_os_str()]);
    assert!(ran.out.contains("共 2 个文件"), "{}", ran.out);
    for command in ["check", "fill"] {
        let out = desk.path(command);
        let line =
            [command.as_ref(), a.as_os_str(), b.as_os_str(), "-o".as_ref(), out.as_ref(), "--force".as_ref()];
        let ran = run(line);
        assert_eq!(ran.exit, 4, "{command}: {}", ran.out);
        assert!(ran.err.contains("另一个输入的输出也是这个文件"), "{command}: {}", ran.err);
        assert_eq!(fs::read_dir(&out).unwrap().count(), 1, "{command}");
    }
}

/// Names of 255 bytes, the most a file may have, and names that are no text.
#[test]
fn names_of_any_bytes_and_length_work() {
    let desk = Desk::new();
    let longest = format!("{}.xlsx", "表".repeat(83) + "x");
    assert_eq!(longest.len(), 255);
    let path = desk.put(&longest, &inputs());
    let out = desk.path(&format!("{}.xlsx", "出".repeat(83) + "y"));
    let ran = run(["fill".as_ref(), path.as_os_str(), "-o".as_ref(), out.as_ref()]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    assert_eq!(fs::read(&out).unwrap(), filled());
    let ran = run(["fill".as_ref(), path.as_os_str(), "--in-place".as_ref()]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    // The usual name would be longer than a name may be.
    let ran = run(["fill".as_ref(), path.as_os_str()]);
    assert_eq!(ran.exit, 4, "{}", ran.err);
    assert!(ran.err.contains("文件名太长") && ran.err.contains("-o"), "{}", ran.err);
    assert_eq!(debris(&desk), Vec::<String>::new());

    let odd = OsString::from_vec(b"\xB1\xED \xFF.xlsx".to_vec());
    let odd = desk.folder().join(odd);
    if fs::write(&odd, inputs()).is_err() {
        eprintln!("not run: this file system takes text only");
        return;
    }
    let ran = run(["fill".as_ref(), odd.as_os_str()]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let named =
        desk.folder().join(OsString::from_vec(b"\xB1\xED \xFF-\xE5\xB7\xB2\xE5\xA1\xAB.xlsx".to_vec()));
    assert_eq!(fs::read(named).unwrap(), filled());
}

/// Who saves into a file while it is completed in place keeps what was saved.
#[test]
fn an_input_that_is_saved_while_it_is_completed_in_place_stays() {
    let desk = Desk::new();
    let (form, saved) = (long_form(1_000), inputs());
    let path = desk.path("表.xlsx");
    let mut refused = 0;
    for wait in [0, 5, 10, 20, 40, 80, 160, 320] {
        fs::write(&path, &form).unwrap();
        let mut child = jixiao(["fill".as_ref(), path.as_os_str(), "--in-place".as_ref()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        until(&mut child, Duration::from_millis(wait), |_| false);
        let running = child.try_wait().unwrap().is_none();
        let new = desk.put("新.xlsx", &saved);
        fs::rename(new, &path).unwrap();
        let ran = ran(&child.wait_with_output().unwrap());
        let now = fs::read(&path).unwrap();
        if ran.exit == 3 {
            refused += 1;
            assert!(running && ran.err.contains("被改动"), "{}", ran.err);
            assert_eq!(now, saved, "what was saved is gone");
        }
        assert_eq!(debris(&desk), Vec::<String>::new());
    }
    assert!(refused > 0, "no moment was met");
}
