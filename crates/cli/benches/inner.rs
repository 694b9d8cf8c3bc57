//! What each step of the libraries takes on one form, without processes, files and threads:
//! `cargo xtask bench --inner`, or `cargo bench --bench inner -- FORM`.
#![allow(
    clippy::disallowed_methods,
    clippy::float_arithmetic,
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a program that measures time and prints it"
)]

use std::hint::black_box;
use std::io::Read as _;
use std::time::{Duration, Instant};

use jixiao_selfeval::layout::locate;
use jixiao_selfeval::review;
use jixiao_selfeval::{Profile, Summary, fill};
use jixiao_workbook::package::Package;
use jixiao_workbook::patch::{Compressor as _, Inline, Signature};
use jixiao_workbook::scan::Scanner;
use jixiao_workbook::{Limits, Workbook};

/// Runs of each step; the median counts.
const ROUNDS: usize = 15;
/// The first sheet of forms as spreadsheet programs write them.
const PART: &str = "xl/worksheets/sheet1.xml";
/// A piece as the patcher hands it to the compressor.
const PIECE: usize = 64 << 10;

fn main() {
    // `cargo bench` adds a flag of its own.
    let path = std::env::args().skip(1).find(|arg| !arg.starts_with("--")).expect("usage: inner FORM");
    let bytes = std::fs::read(&path).expect("the form is read");
    let package = Package::open(bytes.clone(), &Limits::default()).expect("a container");
    let sheet = package.read(PART).expect("its first sheet");
    println!("{path}: the sheet has {} bytes; medians of {ROUNDS} runs", sheet.len());
    container(&package, &sheet);
    form(&bytes, sheet.len());
}

/// Steps on the bytes of the sheet.
fn container(package: &Package, sheet: &[u8]) {
    report("inflate", sheet.len(), || {
        let mut stream = package.stream(PART).expect("its first sheet");
        std::io::copy(&mut stream.by_ref(), &mut std::io::sink()).expect("it is inflated")
    });
    report("scan", sheet.len(), || {
        let mut scanner = Scanner::new(sheet, PART, &Limits::default()).expect("a sheet");
        let mut tokens = 0_u64;
        while let Some(token) = scanner.token().expect("a token") {
            black_box(token);
            tokens += 1;
        }
        tokens
    });
    report("deflate", sheet.len(), || {
        let mut compressor = Box::new(Inline::new());
        for piece in sheet.chunks(PIECE) {
            compressor.push(piece.to_vec());
        }
        compressor.finish()
    });
}

/// Steps on the form.
fn form(bytes: &[u8], size: usize) {
    let profile = Profile::national();
    let open = || {
        let workbook = Workbook::open(bytes.to_vec()).expect("a workbook");
        workbook.sheet_ids().for_each(|id| drop(black_box(workbook.sheet(id))));
        workbook
    };
    report("open, grids of all sheets", size, open);
    let workbook = open();
    report("locate", size, || locate(&workbook, &profile, None));
    let located = locate(&workbook, &profile, None).expect("a table");
    report("read", size, || Summary::read(&workbook, &located, &profile));
    report("locate, read, check", size, || review::review(&workbook, &profile, review::Options::default()));
    let summary = Summary::read(&workbook, &located, &profile);
    let plan = || fill::plan(&workbook, &located, &summary, &profile, fill::Options::default());
    report("plan", size, plan);
    let edits = plan().edits;
    report("patch and deflate", size, || workbook.apply(&edits, Signature::Keep));
}

/// Times a step, what it gives included until it is given back.
fn report<T>(name: &str, size: usize, mut step: impl FnMut() -> T) {
    let times = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        let result = black_box(step());
        let time = start.elapsed();
        drop(result);
        time
    });
    line(name, size, times.collect());
}

fn line(name: &str, size: usize, mut times: Vec<Duration>) {
    times.sort_unstable();
    let median = times.get(times.len() / 2).map_or(f64::NAN, Duration::as_secs_f64);
    let mebibytes = f64::from(u32::try_from(size).unwrap_or(u32::MAX)) / f64::from(1 << 20);
    println!("{name:<28}{:>9.2} ms{:>8.0} MiB/s", median * 1e3, mebibytes / median);
}
