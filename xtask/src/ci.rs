//! What `.ci/run` does after the tests, so that a developer can do the same.

use std::process::Command;

use crate::{Outcome, root};

/// `cargo xtask ci`: each step is printed before it runs; the first that fails ends the run.
pub(crate) fn main() -> Outcome {
    run("cargo", &["fmt", "--all", "--check"])?;
    run("cargo", &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])?;
    // What is built on request only.
    let engine = ["-p", "jixiao", "--features", "engine", "--locked"];
    run("cargo", &[&["clippy"][..], &engine, &["--all-targets", "--", "-D", "warnings"]].concat())?;
    run("cargo", &[&["test"][..], &engine, &["--test", "cli", "engine"]].concat())?;
    run("cargo", &["doc", "--workspace", "--no-deps", "--locked"])?;
    crate::tidy::main()?;
    crate::codegen::main(&["--check".to_owned()])?;
    crate::samples::main(&[])?;
    crate::oracle::main(&["--require".to_owned()])?;
    match crate::fuzz::missing() {
        Some(needs) => println!("fuzz: left out, since {needs}"),
        None => crate::fuzz::main(&["--seconds".to_owned(), "60".to_owned()])?,
    }
    if found("cargo-deny") {
        run("cargo", &["deny", "--locked", "check", "licenses", "bans", "sources"])
    } else {
        println!("deny: left out, since cargo-deny is not installed");
        Ok(())
    }
}

/// Whether a program runs here.
fn found(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn run(program: &str, args: &[&str]) -> Outcome {
    println!("{program} {}", args.join(" "));
    let status =
        Command::new(program).args(args).env("RUSTDOCFLAGS", "-D warnings").current_dir(root()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} {}: {status}", args.join(" "))),
        Err(error) => Err(format!("{program}: {error}")),
    }
}
