//! The one door for a person and for CI.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::panic, reason = "a command for people; a broken generator must stop")]
mod codegen;
fn main() -> anyhow::Result<()> { codegen::write(std::path::Path::new(".")) }
