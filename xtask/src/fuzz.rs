//! Runs the fuzz targets of `fuzz/`; its tests replay the seeds and every kept crash through the same code.

use std::fs::File;
use std::process::{Command, Stdio};

use crate::{Outcome, read_text, root};

/// The targets, each with the folder of its seeds, kept cases and dictionary, and the longest input.
const TARGETS: [(&str, &str, usize); 6] = [
    ("reader", "package", 2_048),
    ("patch", "package", 2_048),
    ("rows", "package", 2_048),
    ("others", "others", 3_072),
    ("formula", "formula", 512),
    ("calc", "formula", 512),
];

/// Seconds that one input may take, and megabytes that a target may use.
const BOUNDS: [&str; 2] = ["-timeout=5", "-rss_limit_mb=512"];

/// `cargo xtask fuzz`: each target from the seeds, the kept cases and what earlier runs found.
pub(crate) fn main(args: &[String]) -> Outcome {
    let (seconds, names) = match args {
        [flag, seconds, names @ ..] if flag == "--seconds" => {
            (seconds.parse::<u32>().map_err(|error| format!("--seconds {seconds}: {error}"))?, names)
        }
        names => (60, names),
    };
    if let Some(unknown) = names.iter().find(|name| TARGETS.iter().all(|(target, ..)| name != target)) {
        let known: Vec<&str> = TARGETS.iter().map(|(target, ..)| *target).collect();
        return Err(format!("no fuzz target {unknown}; there are {}", known.join(", ")));
    }
    missing().map_or(Ok(()), Err)?;
    for (target, folder, longest) in TARGETS {
        if names.is_empty() || names.iter().any(|name| name == target) {
            run(target, folder, &[format!("-max_total_time={seconds}"), format!("-max_len={longest}")])?;
        }
    }
    Ok(())
}

/// What fuzzing needs and this machine lacks.
pub(crate) fn missing() -> Option<String> {
    let works = Command::new("rustup")
        .args(["run", "nightly", "cargo", "fuzz", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let needs = "fuzzing needs a nightly compiler and cargo-fuzz: \
                 rustup toolchain install nightly && cargo install --locked cargo-fuzz";
    (!works).then(|| needs.to_owned())
}

/// Comparisons are not traced: the dictionary knows the words, and the targets run three times as fast.
fn run(target: &str, folder: &str, limits: &[String]) -> Outcome {
    let home = root().join("fuzz");
    let corpus = home.join("corpus").join(target);
    let found = home.join("artifacts").join(target);
    let log = home.join("target").join(format!("{target}.log"));
    let cases = home.join("cases").join(folder);
    for folder in [&corpus, &found, &cases, &home.join("target")] {
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let output = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    let errors = output.try_clone().map_err(|error| format!("{}: {error}", log.display()))?;
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "cargo", "fuzz", "run", "-s", "none", "--no-trace-compares", target]);
    command.args([&corpus, &home.join("seeds").join(folder), &cases]).arg("--");
    command.args(limits).args(BOUNDS).arg("-print_final_stats=1");
    command.arg(format!("-dict={}", home.join(format!("{folder}.dict")).display()));
    command.arg(format!("-artifact_prefix={}/", found.display()));
    let status = command.current_dir(root()).stdout(output).stderr(errors).status();
    let status = status.map_err(|error| format!("rustup: {error}"))?;
    let told = read_text(&log)?;
    if status.success() {
        println!("{target}: {} executions", executions(&told));
        return Ok(());
    }
    let tail: Vec<&str> = told.lines().filter(|line| !line.starts_with('#')).collect();
    let tail = tail.get(tail.len().saturating_sub(60)..).unwrap_or_default().join("\n");
    Err(format!("{tail}\n{target} failed; keep the input, made small, in {}", cases.display()))
}

fn executions(log: &str) -> &str {
    let line = log.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    line.map_or("0", str::trim)
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "the fuzz crate is included as it stands")]
#[path = "../../fuzz/src/lib.rs"]
mod targets;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{entries, read};

    fn replay(folder: &str, checks: &[fn(&[u8])]) {
        let inputs = ["seeds", "cases"].map(|kind| root().join("fuzz").join(kind).join(folder));
        let inputs: Vec<_> = inputs.iter().filter_map(|folder| entries(folder).ok()).flatten().collect();
        assert!(!inputs.is_empty());
        for path in inputs {
            // The name stands before a failure's message.
            println!("{}", path.display());
            let input = read(&path).unwrap();
            for check in checks {
                check(&input);
            }
        }
    }

    #[test]
    fn packages_keep_every_promise() {
        replay("package", &[targets::reader::check, targets::patch::check, targets::rows::check]);
    }

    #[test]
    fn other_formats_keep_every_promise() {
        replay("others", &[targets::others::check]);
    }

    #[test]
    fn formulas_keep_every_promise() {
        replay("formula", &[targets::formula::check, targets::calc::check]);
    }

    #[test]
    fn an_input_makes_a_workbook_with_the_usual_parts() {
        let sheet =
            "<worksheet xmlns=\"http://purl.oclc.org/ooxml/spreadsheetml/main\"><sheetData/></worksheet>";
        let input = format!("{sheet}\n%%edits\nA1 - c\n");
        let input = targets::package::Input::new(input.as_bytes());
        assert_eq!(input.edits, b"A1 - c\n");
        let book = jixiao_workbook::Workbook::open(input.container()).unwrap();
        assert!(book.sheet_ids().all(|id| book.sheet(id).is_ok()) && book.sheets().len() == 2);
    }

    #[test]
    fn the_count_is_read_from_the_log() {
        assert_eq!(executions("x\nstat::number_of_executed_units: 1234\n"), "1234");
    }
}
