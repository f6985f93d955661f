//! The one door for a person and for CI. In: a verb. Out: one line a suite and `N passed, N failed, N skipped`.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::panic,
    reason = "a command for people; a broken generator must stop"
)]

mod codegen;
mod kotlin;
mod suites;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "cargo xtask test [--all]   run everything that this machine can; with --all a skip is a failure
cargo xtask kotlin         Kotlin on the JVM: conformance byte for byte with the command line (needs a JDK and Maven)
cargo xtask tidy           house rules: layers, file sizes, module docs, generated files fresh
cargo xtask size           sizes of packs and of the library, against tests/sizes.txt (--write to accept)
cargo xtask codegen        write the fold tables";

fn main() -> ExitCode {
    let root = root();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|a| a == flag);
    let done = match arguments.first().map(String::as_str) {
        Some("test") => suites::test(&root, has("--all")),
        Some("kotlin") => kotlin::run(&root),
        Some("tidy") => tidy::run(&root),
        Some("size") => suites::size(&root, has("--write")),
        Some("codegen") => codegen::write(&root).map(|()| true),
        _ => {
            println!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(1)
        }
    }
}

/// The root of the repository, wherever the command is called from.
fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("tests/xtask"), PathBuf::from);
    here.join("../..").canonicalize().unwrap_or_else(|_| Path::new(".").to_owned())
}
