//! The one door for a person and for CI. In: a verb. Out: one line a suite and `N passed, N failed, N skipped`.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::panic,
    reason = "a command for people; a broken generator must stop"
)]

mod android;
mod apk;
mod bench;
mod bench_hosts;
mod codegen;
mod elf;
mod fuzz;
mod gradle;
mod ids;
mod kotlin;
mod nightly;
mod sample;
mod size;
mod stress;
mod suites;
mod tidy;
mod tlds;
mod tuf;

use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask test [STEP] [--all]    run everything that this machine can, or one step: rust, kotlin, android;
                                   with --all a skip is a failure
cargo xtask kotlin                 Kotlin on the JVM: conformance byte for byte with the command line (JDK, Maven)
cargo xtask android [--all]        link the phone library without the NDK and check it: arm64, with --all every ABI
cargo xtask reproduce              link the arm64 library twice from nothing: the same bytes
cargo xtask sample                 the AAR with the ABIs that are linked, its rules proven by R8, and the sample app under
                                   Robolectric with the library of this machine
cargo xtask apk                    the sample's APK with the ABIs that are linked, through R8, signed and checked (apksigner), and
                                   R8's output run as the app under Robolectric
cargo xtask screenshots            draw each screen of the sample in both languages, by day and night: android-sample/docs
cargo xtask emulate                run the conformance cases through the arm64 library under an emulator
cargo xtask bench [--write]        times and instruction counts; --write records them under tests/bench/record
cargo xtask bench-hosts [LIST] [--write]   host sets and whole checks beside other crates, on a list or on made-up hosts;
                                   --write records them under tests/bench/hosts
cargo xtask size [--write]         sizes of packs and phone libraries against tests/sizes.txt
cargo xtask stress [--write]       what disguises cost the starter packs; --write renews the table of the README and tests/stress.tsv
cargo xtask fuzz [TARGET…] [--seconds N]   libFuzzer on every target, 300 s each by default
cargo xtask tidy [--write]         house rules: layers, file sizes, module docs, ids of packs, generated files fresh;
                                   --write adds new ids to rules/ids.txt
cargo xtask squat [KIND]           look-alikes found of twelve kinds of squatting on every brand; with a kind, the misses
cargo xtask tlds MALICIOUS POPULAR  count top-level domains in two lists of hosts: rules/packs/common/tlds.toml
cargo xtask codegen                write the fold tables
cargo xtask tuf-conformance --suite DIR    the public TUF conformance suite on the update client (Python, faketime)
cargo xtask sbom                   software bill of materials (CycloneDX) of the phone library: target/sbom
cargo xtask nightly                what takes longer than CI may: all ABIs, licences, long fuzzing, disguises in pairs,
                                   benchmarks, SBOM";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&root(), &arguments) {
        Ok(Some(true)) => ExitCode::SUCCESS,
        Ok(Some(false)) => ExitCode::from(1),
        Ok(None) => {
            println!("{HELP}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(1)
        }
    }
}

/// What the verb says; `None` when there is no such verb.
fn run(root: &Path, arguments: &[String]) -> anyhow::Result<Option<bool>> {
    let has = |flag: &str| arguments.iter().any(|a| a == flag);
    let seconds = arguments.iter().position(|a| a == "--seconds").map(|at| at + 1);
    let words = arguments.iter().enumerate().skip(1).filter(|(at, a)| Some(*at) != seconds && !a.starts_with("--"));
    let suite = arguments.iter().position(|a| a == "--suite").and_then(|at| arguments.get(at + 1));
    let words: Vec<String> = words.map(|(_, a)| a.clone()).collect();
    let abis = if has("--all") { &android::ABIS[..] } else { &android::ABIS[..1] };
    let done = match arguments.first().map(String::as_str) {
        Some("test") => suites::test(root, has("--all"), words.first().map(String::as_str)),
        Some("kotlin") => kotlin::run(root),
        Some("android") => android::run(root, abis),
        Some("reproduce") => android::reproduced(root),
        Some("sample") => sample::run(root),
        Some("apk") => apk::run(root),
        Some("screenshots") => sample::screenshots(root),
        Some("emulate") => kotlin::emulated(root),
        Some("bench") => bench::run(root, has("--write")),
        Some("bench-hosts") => bench_hosts::run(root, words.first().map(String::as_str), has("--write")),
        Some("size") => size::run(root, has("--write")),
        Some("stress") => stress::run(root, has("--write")),
        Some("fuzz") => {
            let given = seconds.map(|at| arguments.get(at).and_then(|s| s.parse().ok()));
            fuzz::run(root, &words, given.unwrap_or(Some(300)).context("--seconds needs a number")?)
        }
        Some("tidy") => tidy::run(root, has("--write")),
        Some("squat") => suites::squat(root, &words),
        Some("tlds") => tlds::run(root, &words),
        Some("codegen") => codegen::write(root).map(|()| true),
        Some("tuf-conformance") => tuf::run(root, Path::new(suite.context("--suite DIR is missing")?)),
        Some("sbom") => nightly::sbom(root),
        Some("nightly") => nightly::run(root),
        _ => return Ok(None),
    };
    done.map(Some)
}

/// The root of the repository, wherever the command is called from.
fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("tests/xtask"), PathBuf::from);
    here.join("../..").canonicalize().unwrap_or_else(|_| Path::new(".").to_owned())
}
