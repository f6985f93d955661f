//! The command line of scampack. In: arguments. Out: text or JSON; exit 0 ran, 1 bad input, 2 usage, 3 budget exceeded.
#![forbid(unsafe_code)]

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    scampack::cli::run(scampack::cli::Cli::parse())
}
