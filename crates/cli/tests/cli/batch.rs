//! Many files at once: order, isolated failures, what is left behind, what is shown meanwhile.

#[cfg(target_os = "linux")]
use std::ffi::OsStr;
use std::ffi::OsString;
use std::fs;

use serde_json::Value;

use crate::support::{Desk, Ran, inputs, run, submission};

/// More files than are worked on at a time, so that there are several groups: forms, and every seventh is none.
const FILES: usize = 75;
const BROKEN: usize = 11;

fn desk() -> Desk {
    let desk = Desk::new();
    let (inputs, submission) = (inputs(), submission());
    for number in 0..FILES {
        let bytes: &[u8] = match number % 7 {
            3 => b"PK\x03\x04 cut off",
            5 => &submission,
            _ => &inputs,
        };
        desk.put(&format!("in/{number:03}.xlsx"), bytes);
    }
    desk
}

/// A command on the folder, with flags.
fn run_in(desk: &Desk, command: &str, flags: &[&str]) -> Ran {
    let mut args: Vec<OsString> = vec![command.into(), desk.path("in").into_os_string()];
    args.extend(flags.iter().map(Into::into));
    run(args)
}

/// What one run printed, without the folder it ran in.
fn told(desk: &Desk, ran: &Ran) -> (u8, String, String) {
    let folder = format!("{}/", desk.folder().display());
    (ran.exit, ran.out.replace(&folder, ""), ran.err.replace(&folder, ""))
}

/// Where each file is first named.
fn places(text: &str, ending: &str) -> Vec<usize> {
    (0..FILES).filter_map(|number| text.find(&format!("{number:03}{ending}"))).collect()
}

#[test]
fn any_number_of_threads_tells_the_same_in_the_same_order() {
    let desk = desk();
    let check = |jobs| told(&desk, &run_in(&desk, "check", &["--jobs", jobs, "--format", "jsonl"]));
    let one = check("1");
    assert_eq!(one.0, 3);
    let paths: Vec<String> = one.1.lines().map(path_of).collect();
    assert_eq!(paths.len(), FILES);
    assert!(paths.is_sorted(), "{paths:?}");
    let failures: Vec<&str> = one.2.lines().filter(|line| line.starts_with("错误：")).collect();
    assert_eq!(failures.len(), BROKEN, "{}", one.2);
    for jobs in ["2", "5"] {
        assert_eq!(check(jobs), one, "{jobs} threads");
    }
}

fn path_of(line: &str) -> String {
    let file: Value = serde_json::from_str(line).unwrap();
    file["path"].as_str().unwrap().to_owned()
}

#[test]
fn any_number_of_threads_writes_the_same_and_nothing_else() {
    let mut runs = Vec::new();
    for jobs in ["1", "2", "5"] {
        let desk = desk();
        let out = desk.path("out");
        let ran = run_in(&desk, "fill", &["--jobs", jobs, "-o", out.to_str().unwrap()]);
        let written: Vec<String> = desk.files().into_iter().filter(|name| !name.starts_with("in/")).collect();
        assert_eq!(written.len(), FILES - BROKEN, "{}", ran.err);
        assert!(written.iter().all(|name| name.ends_with("-已填.xlsx")), "{written:?}");
        assert!(places(&ran.out, "-已填.xlsx").is_sorted(), "{}", ran.out);
        let bytes: Vec<Vec<u8>> = written.iter().map(|name| fs::read(desk.path(name)).unwrap()).collect();
        runs.push((told(&desk, &ran), written, bytes));
    }
    let (exit, closing, _) = &runs[0].0;
    assert_eq!(*exit, 3);
    assert!(closing.contains("共 75 个文件：请核实后报送 64，未能核对 11。"), "{closing}");
    assert!(runs.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn an_output_that_exists_stops_no_other() {
    let desk = desk();
    desk.put("out/020-已填.xlsx", b"kept");
    let out = desk.path("out");
    let ran = run_in(&desk, "fill", &["-o", out.to_str().unwrap()]);
    assert_eq!(ran.exit, 4, "{}", ran.err);
    assert_eq!(fs::read(desk.path("out/020-已填.xlsx")).unwrap(), b"kept");
    assert!(ran.err.contains("020-已填.xlsx"), "{}", ran.err);
    let written = desk.files().into_iter().filter(|name| name.starts_with("out/")).count();
    assert_eq!(written, FILES - BROKEN);
    assert!(ran.out.contains("未能核对 12"), "{}", ran.out);
}

#[test]
fn reports_go_into_a_folder_one_each() {
    let desk = desk();
    desk.put("reports/020-核对.json", b"kept");
    let out = desk.path("reports");
    let ran = run_in(&desk, "check", &["--format", "json", "-o", out.to_str().unwrap()]);
    assert_eq!((ran.exit, ran.out.as_str()), (4, ""), "{}", ran.err);
    assert_eq!(fs::read(desk.path("reports/020-核对.json")).unwrap(), b"kept");
    let reports: Vec<String> = desk.files().into_iter().filter(|name| name.starts_with("reports/")).collect();
    assert_eq!(reports.len(), FILES, "also of what could not be read");
    for (number, name) in reports.iter().enumerate().filter(|(number, _)| *number != 20) {
        let report: Value = serde_json::from_slice(&fs::read(desk.path(name)).unwrap()).unwrap();
        let file = &report["files"][0];
        assert!(file["path"].as_str().unwrap().ends_with(&format!("{number:03}.xlsx")), "{name}");
        assert_eq!(file["error"].is_null(), number % 7 != 3, "{name}");
    }
    assert!(ran.err.contains("共 75 个文件"), "{}", ran.err);
}

#[test]
fn the_inputs_may_be_the_outputs() {
    let desk = desk();
    let ran = run_in(&desk, "fill", &["--in-place"]);
    assert_eq!(ran.exit, 3, "{}", ran.err);
    assert_eq!(desk.files().len(), FILES, "no debris");
    assert_eq!(fs::read(desk.path("in/003.xlsx")).unwrap(), b"PK\x03\x04 cut off");
    let again = run_in(&desk, "fill", &["--in-place"]);
    assert_eq!(again.out.matches("没有需要填写的单元格").count(), FILES - BROKEN, "{}", again.out);
}

/// What the binary writes to a terminal of its own, 100 columns wide, and its exit code.
#[cfg(target_os = "linux")]
fn on_terminal(args: &[&OsStr]) -> (String, Option<i32>) {
    use std::io::Read as _;
    use std::process::Command;

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{Winsize, tcsetwinsize};

    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
    let theirs = fs::File::options().read(true).write(true).open(name).unwrap();
    let size = Winsize { ws_row: 40, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&ours, size).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_jixiao"));
    command.args(args).args(["--lang", "zh"]).env("TERM", "xterm").env_remove("NO_COLOR");
    command.stdin(theirs.try_clone().unwrap()).stdout(theirs.try_clone().unwrap()).stderr(theirs);
    let mut child = command.spawn().unwrap();
    // The command holds the other end, too, and reading ends when all of them are closed.
    drop(command);
    let mut shown = Vec::new();
    let mut ours = fs::File::from(ours);
    let mut piece = [0; 4096];
    while let Ok(count @ 1..) = ours.read(&mut piece) {
        shown.extend_from_slice(&piece[..count]);
    }
    (String::from_utf8_lossy(&shown).into_owned(), child.wait().unwrap().code())
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_how_far_the_work_is() {
    let desk = desk();
    let folder = desk.path("in");
    let (shown, exit) = on_terminal(&["check".as_ref(), folder.as_os_str()]);
    assert_eq!(exit, Some(3), "{shown}");
    let progress = format!("/{FILES}");
    assert!(shown.contains(&progress), "{shown}");
    assert!(shown.contains("\u{1b}[0m"), "colours on a terminal: {shown}");
    assert!(places(&shown, ".xlsx").is_sorted(), "{shown}");
    let (quiet, _) = on_terminal(&["check".as_ref(), folder.as_os_str(), "--quiet".as_ref()]);
    assert!(!quiet.contains(&progress), "{quiet}");
    let plain = run_in(&desk, "check", &[]);
    assert!(!plain.err.contains(&progress) && !plain.out.contains('\u{1b}'), "{}", plain.err);
}
