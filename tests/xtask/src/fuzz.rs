//! Fuzzing on the stable compiler. In: targets and seconds. Out: whether libFuzzer found an input that breaks a promise.
//!
//! The coverage flags are those of cargo-fuzz; AddressSanitizer needs a nightly compiler and would watch code that has
//! no `unsafe`. A finding lies under `tests/fuzz/artifacts`: mend it, and move it to `tests/fuzz/regressions/TARGET`.

use anyhow::{Context, bail};
use std::path::Path;
use std::process::Command;

const MANIFEST: &str = "tests/fuzz/Cargo.toml";
/// Longest input; what is interesting about longer texts is in the hostile cases.
const MAX_LENGTH: u32 = 4096;

/// Runs each of `targets`, all without any, for `seconds`.
pub fn run(root: &Path, targets: &[String], seconds: u64) -> anyhow::Result<bool> {
    let host = host()?;
    let seeds = ["run", "--quiet", "--release", "--locked", "-p", "scamfilter-tests", "--example", "seeds", "--"];
    if !crate::suites::cargo(root, &[&seeds[..], &["target/fuzz-seeds"]].concat())? {
        bail!("the seeds cannot be written");
    }
    let coverage = ["-level=4", "-inline-8bit-counters", "-pc-table", "-trace-compares"];
    let coverage = coverage.map(|c| format!("-Cllvm-args=-sanitizer-coverage{c}")).join(" ");
    let flags = format!("-Cpasses=sancov-module {coverage} -Ccodegen-units=1 --cfg fuzzing");
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--release", "--locked", "--manifest-path", MANIFEST, "--target", &host]);
    build.args(["--target-dir", "target/fuzz"]).env("RUSTFLAGS", flags).current_dir(root);
    if !build.status()?.success() {
        bail!("the fuzz targets do not build");
    }
    let mut known: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(root.join("tests/fuzz/fuzz_targets"))? {
        known.extend(entry?.path().file_stem().map(|s| s.to_string_lossy().into_owned()));
    }
    known.sort();
    if let Some(unknown) = targets.iter().find(|t| !known.contains(t)) {
        bail!("no target {unknown}; targets: {}", known.join(", "));
    }
    let mut good = true;
    for target in known.iter().filter(|t| targets.is_empty() || targets.contains(t)) {
        good &= one(root, &host, target, seconds)?;
    }
    Ok(good)
}

fn one(root: &Path, host: &str, target: &str, seconds: u64) -> anyhow::Result<bool> {
    let corpus = root.join("tests/fuzz/corpus").join(target);
    let artifacts = root.join("tests/fuzz/artifacts").join(target);
    std::fs::create_dir_all(&corpus)?;
    std::fs::create_dir_all(&artifacts)?;
    println!("fuzz {target}: {seconds} s");
    let mut fuzzer = Command::new(root.join("target/fuzz").join(host).join("release").join(target));
    fuzzer.arg(&corpus).arg(root.join("target/fuzz-seeds").join(target));
    fuzzer.arg(format!("-artifact_prefix={}/", artifacts.display())).arg(format!("-max_total_time={seconds}"));
    fuzzer.args([&format!("-max_len={MAX_LENGTH}"), "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"]);
    let output = fuzzer.current_dir(root).output().context("cannot run the fuzzer")?;
    let log = String::from_utf8_lossy(&output.stderr);
    let stat = |name: &str| log.lines().rev().find_map(|l| l.strip_prefix(name)).unwrap_or("?").trim().to_owned();
    println!("  {} runs, peak {} MB", stat("stat::number_of_executed_units:"), stat("stat::peak_rss_mb:"));
    if !output.status.success() {
        let tail: Vec<&str> = log.lines().rev().take(40).collect();
        tail.iter().rev().for_each(|line| println!("  {line}"));
    }
    Ok(output.status.success())
}

fn host() -> anyhow::Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("cannot run rustc")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|l| l.strip_prefix("host: ")).context("rustc does not name its host")?;
    Ok(host.to_owned())
}
