//! Suites. In: the repository. Out: one line each, and the plain closing line that CI reads.

use crate::{android, apk, kotlin, sample, size, tidy, tuf};
use anyhow::{Context, bail};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// A part of the tests with the time that CI gives it, in minutes.
struct Step {
    name: &'static str,
    minutes: u64,
    suites: &'static [Suite],
}

struct Suite {
    name: &'static str,
    /// What this machine lacks for it.
    missing: fn() -> Option<String>,
    run: fn(&Path) -> anyhow::Result<bool>,
}

const NOTHING: fn() -> Option<String> = || None;

const STEPS: [Step; 3] = [
    Step {
        name: "rust",
        minutes: 10,
        suites: &[
            Suite { name: "tidy", missing: NOTHING, run: |root| tidy::run(root, false) },
            Suite { name: "clippy", missing: clippy_missing, run: clippy },
            // Made before the tests, one of which publishes with them.
            Suite { name: "python packages", missing: tuf::packages_missing, run: |_| Ok(true) },
            Suite { name: "rust", missing: NOTHING, run: |r| cargo(r, &["test", "--workspace", "--locked"]) },
            Suite {
                name: "no features",
                missing: NOTHING,
                run: |r| cargo(r, &["check", "-p", "scamfilter", "--locked"]),
            },
            Suite { name: "examples", missing: NOTHING, run: examples },
        ],
    },
    Step {
        name: "kotlin",
        minutes: 5,
        suites: &[Suite { name: "kotlin", missing: kotlin::missing, run: kotlin::run }],
    },
    Step {
        name: "android",
        minutes: 5,
        suites: &[
            Suite { name: "arm64 link", missing: arm64_missing, run: |r| android::run(r, &android::ABIS[..1]) },
            Suite { name: "arm64 emulated", missing: emulator_missing, run: kotlin::emulated },
            Suite { name: "AAR and sample", missing: emulator_missing, run: sample::run },
            Suite { name: "APK", missing: apk::missing, run: apk::run },
            Suite { name: "size", missing: NOTHING, run: |r| size::run(r, false) },
        ],
    },
];

/// Runs all suites, or those of one step.
pub fn test(root: &Path, all: bool, only: Option<&str>) -> anyhow::Result<bool> {
    if let Some(only) = only.filter(|o| STEPS.iter().all(|s| s.name != *o)) {
        bail!("no step {only}; steps: rust, kotlin, android");
    }
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let mut report = String::new();
    for step in STEPS.iter().filter(|s| only.is_none_or(|o| o == s.name)) {
        let begun = Instant::now();
        for suite in step.suites {
            let start = Instant::now();
            let line = match (suite.missing)() {
                Some(what) => {
                    skipped += 1;
                    format!("SKIPPED {}: no {what}", suite.name)
                }
                None => {
                    let good = (suite.run)(root).unwrap_or_else(|error| {
                        println!("error: {error:#}");
                        false
                    });
                    if good {
                        passed += 1
                    } else {
                        failed += 1
                    }
                    format!(
                        "{} {} ({} s)",
                        if good { "ok     " } else { "FAILED " },
                        suite.name,
                        start.elapsed().as_secs()
                    )
                }
            };
            println!("{line}");
            report.push_str(&format!("{line}\n"));
        }
        let took = format!("step {}: {} s of {}", step.name, begun.elapsed().as_secs(), step.minutes * 60);
        println!("{took}");
        report.push_str(&format!("{took}\n"));
    }
    println!("\n{report}{passed} passed, {failed} failed, {skipped} skipped");
    Ok(failed == 0 && (!all || skipped == 0))
}

fn clippy_missing() -> Option<String> {
    (!works("cargo", &["clippy", "--version"])).then(|| "clippy (rustup component add clippy)".to_owned())
}

fn clippy(root: &Path) -> anyhow::Result<bool> {
    cargo(root, &["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"])
}

fn examples(root: &Path) -> anyhow::Result<bool> {
    cargo(root, &["run", "--release", "--locked", "-p", "scampack", "--", "test"])
}

/// Recall of look-alikes by kind of squatting.
pub fn squat(root: &Path, kind: &[String]) -> anyhow::Result<bool> {
    let run = ["run", "--quiet", "--release", "--locked", "-p", "scamfilter-tests", "--example", "squat", "--"];
    let kind: Vec<&str> = kind.iter().map(String::as_str).collect();
    cargo(root, &[&run[..], &kind].concat())
}

fn arm64_missing() -> Option<String> {
    android::missing(&android::ABIS[..1])
}

fn emulator_missing() -> Option<String> {
    kotlin::missing().or_else(arm64_missing)
}

/// Whether a tool is there and answers; what it says is not shown.
pub fn works(tool: &str, arguments: &[&str]) -> bool {
    Command::new(tool).args(arguments).output().is_ok_and(|output| output.status.success())
}

/// Runs cargo at the root.
pub fn cargo(root: &Path, arguments: &[&str]) -> anyhow::Result<bool> {
    cargo_with(root, arguments, &[])
}

/// The same, in an environment with more.
pub fn cargo_with(root: &Path, arguments: &[&str], more: &[(&str, &str)]) -> anyhow::Result<bool> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments).envs(more.iter().copied()).current_dir(root);
    let status = command.status().context("cannot run cargo")?;
    Ok(status.success())
}
