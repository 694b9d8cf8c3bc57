//! Whole processes, measured from outside: wall time, processor time, peak memory.
//!
//! The system tells the usage of ended children only as a sum, and the peak only as the largest of all. So each run
//! has a small process of its own (`cargo xtask measured`, not listed) that starts the program, waits, and tells.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;

/// A program that is run again and again.
pub(super) struct Job {
    pub(super) name: String,
    /// The program and its arguments.
    pub(super) command: Vec<OsString>,
    /// What a run writes; removed before each.
    pub(super) output: Option<PathBuf>,
    pub(super) rounds: usize,
}

/// One run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sample {
    wall: Duration,
    cpu: Duration,
    /// KiB.
    peak: u64,
}

/// The runs of one job.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    pub(super) name: String,
    /// Seconds.
    pub(super) wall: Spread,
    /// Seconds of all processors, user and system.
    pub(super) cpu: Spread,
    /// MiB.
    pub(super) peak: Spread,
}

/// Median and ends of some figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Spread {
    fn of(figures: impl Iterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = figures.collect();
        sorted.sort_by(f64::total_cmp);
        let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
        let last = sorted.len().saturating_sub(1);
        let median = f64::midpoint(at(last / 2), at(last.div_ceil(2)));
        Self { median, min: at(0), max: at(last) }
    }
}

/// Runs the jobs in turn (ABCABC…), so that what else the machine does falls on all of them alike.
pub(super) fn rounds(jobs: &[Job]) -> Result<Vec<Figures>, String> {
    let most = jobs.iter().map(|job| job.rounds).max().unwrap_or(0);
    let mut samples = vec![Vec::new(); jobs.len()];
    for round in 0..most {
        for (job, samples) in jobs.iter().zip(&mut samples).filter(|(job, _)| round < job.rounds) {
            samples.push(once(job)?);
        }
    }
    Ok(jobs.iter().zip(&samples).map(|(job, samples)| figures(&job.name, samples)).collect())
}

fn figures(name: &str, samples: &[Sample]) -> Figures {
    let mebibytes = |sample: &Sample| f64::from(u32::try_from(sample.peak).unwrap_or(u32::MAX)) / 1024.0;
    Figures {
        name: name.to_owned(),
        wall: Spread::of(samples.iter().map(|sample| sample.wall.as_secs_f64())),
        cpu: Spread::of(samples.iter().map(|sample| sample.cpu.as_secs_f64())),
        peak: Spread::of(samples.iter().map(mebibytes)),
    }
}

fn once(job: &Job) -> Result<Sample, String> {
    if let Some(output) = &job.output {
        let removed = if output.is_dir() { fs::remove_dir_all(output) } else { fs::remove_file(output) };
        if output.exists() {
            removed.map_err(|error| format!("{}: {error}", output.display()))?;
        }
    }
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let told = Command::new(this).arg("measured").args(&job.command).output();
    let told = told.map_err(|error| format!("{}: {error}", job.name))?;
    let text = String::from_utf8_lossy(&told.stdout);
    if !told.status.success() {
        return Err(format!("{}: {}", job.name, String::from_utf8_lossy(&told.stderr)));
    }
    sample(&text).ok_or_else(|| format!("{}: cannot read {text:?}", job.name))
}

/// What [`chore`] printed.
fn sample(text: &str) -> Option<Sample> {
    let mut numbers = text.split_whitespace().map(|number| number.parse::<u64>().ok());
    let (wall, cpu, peak) = (numbers.next()??, numbers.next()??, numbers.next()??);
    Some(Sample { wall: Duration::from_nanos(wall), cpu: Duration::from_nanos(cpu), peak })
}

/// `cargo xtask measured PROGRAM ARGUMENT…`: prints nanoseconds of wall and processor time, and KiB.
pub(crate) fn chore(args: &[String]) -> Outcome {
    let (program, rest) = args.split_first().ok_or("no program to measure")?;
    let mut command = Command::new(program);
    command.args(rest).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let start = Instant::now();
    let ended = command.spawn().and_then(std::process::Child::wait_with_output);
    let wall = start.elapsed();
    let ended = ended.map_err(|error| format!("{program}: {error}"))?;
    // 1 says that `check` found something, which it shall.
    if !matches!(ended.status.code(), Some(0 | 1)) {
        let said = String::from_utf8_lossy(&ended.stderr);
        return Err(format!("{}: {}\n{said}", args.join(" "), ended.status));
    }
    let (cpu, peak) = usage()?;
    println!("{} {} {peak}", wall.as_nanos(), cpu.as_nanos());
    Ok(())
}

/// Processor time and peak KiB of the ended children.
#[cfg(unix)]
fn usage() -> Result<(Duration, u64), String> {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;

    let used = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| error.to_string())?;
    let micros = used.user_time().num_microseconds() + used.system_time().num_microseconds();
    let peak = u64::try_from(used.max_rss()).unwrap_or(0);
    let kibibytes = if cfg!(target_vendor = "apple") { peak / 1024 } else { peak };
    Ok((Duration::from_micros(u64::try_from(micros).unwrap_or(0)), kibibytes))
}

#[cfg(not(unix))]
fn usage() -> Result<(Duration, u64), String> {
    Err("the usage of a process is told on Unix only".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        let spread = |figures: &[f64]| Spread::of(figures.iter().copied());
        assert_eq!(spread(&[3.0, 1.0, 2.0]), Spread { median: 2.0, min: 1.0, max: 3.0 });
        assert_eq!(spread(&[4.0, 1.0, 3.0, 2.0]), Spread { median: 2.5, min: 1.0, max: 4.0 });
        assert_eq!(spread(&[7.0]), Spread { median: 7.0, min: 7.0, max: 7.0 });
    }

    #[test]
    fn what_the_measuring_process_prints_is_read_back() {
        let wanted = Sample { wall: Duration::from_micros(2), cpu: Duration::from_micros(1), peak: 4096 };
        assert_eq!(sample("2000 1000 4096\n"), Some(wanted));
        assert_eq!(sample("2000 1000"), None);
    }
}
