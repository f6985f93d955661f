//! What takes longer than CI may. In: the repository. Out: whether all of it went well.

use crate::{android, bench, fuzz, kotlin, sample, size, stress, suites};
use anyhow::bail;
use std::path::Path;

/// Seconds a fuzz target gets in one night.
const FUZZ_SECONDS: u64 = 1_800;

type Part = fn(&Path) -> anyhow::Result<bool>;

/// Runs everything, however long, and says at the end what failed.
pub fn run(root: &Path) -> anyhow::Result<bool> {
    let parts: [(&str, Part); 11] = [
        ("tests", |r| suites::test(r, true, None)),
        ("all ABIs", |r| android::run(r, &android::ABIS)),
        ("AAR with all ABIs", sample::run),
        ("a million checks in flat memory", |r| {
            kotlin::maven(
                r,
                &["-Dleak.checks=1000000", "-Dtest=LeakTest", "-Dsurefire.failIfNoSpecifiedTests=false", "test"],
            )
        }),
        ("disguises", |r| stress::run(r, false)),
        ("disguises in pairs", stress::pairs),
        ("sizes", |r| size::run(r, false)),
        ("dependencies", dependencies),
        ("sbom", sbom),
        ("benchmarks", |r| bench::run(r, false)),
        ("fuzzing", |r| fuzz::run(r, &[], FUZZ_SECONDS)),
    ];
    let mut failed = Vec::new();
    for (name, part) in parts {
        println!("== {name}");
        match part(root) {
            Ok(true) => {}
            Ok(false) => failed.push(name),
            Err(error) => {
                println!("error: {error:#}");
                failed.push(name);
            }
        }
    }
    println!(
        "nightly: {}",
        if failed.is_empty() { "all well".to_owned() } else { format!("failed: {}", failed.join(", ")) }
    );
    Ok(failed.is_empty())
}

/// Licences, sources and duplicates by `deny.toml`. Advisories need the advisory database, which cargo-deny fetches.
fn dependencies(root: &Path) -> anyhow::Result<bool> {
    needs("deny", "cargo-deny")?;
    suites::cargo(root, &["deny", "--locked", "check", "bans", "licenses", "sources"])
}

/// Writes the bill of materials of the phone library for every ABI's target to `target/sbom`.
pub fn sbom(root: &Path) -> anyhow::Result<bool> {
    needs("cyclonedx", "cargo-cyclonedx")?;
    let manifest = ["--manifest-path", "bindings/ffi/Cargo.toml", "--target", "aarch64-linux-android"];
    let shape = ["--format", "json", "--spec-version", "1.5", "--no-build-deps", "--override-filename", "sbom"];
    if !suites::cargo(root, &[&["cyclonedx"][..], &manifest, &shape].concat())? {
        return Ok(false);
    }
    let folder = root.join("target/sbom");
    std::fs::create_dir_all(&folder)?;
    for member in ["core", "bindings/ffi", "rules/scampack", "tests/suite", "tests/xtask"] {
        let written = root.join(member).join("sbom.json");
        if member == "bindings/ffi" {
            std::fs::rename(&written, folder.join("scamfilter-ffi.cdx.json"))?;
        } else if written.is_file() {
            std::fs::remove_file(&written)?;
        }
    }
    println!("target/sbom/scamfilter-ffi.cdx.json");
    Ok(true)
}

fn needs(subcommand: &str, package: &str) -> anyhow::Result<()> {
    if !suites::works("cargo", &[subcommand, "--version"]) {
        bail!("no {package}: cargo install --locked {package}");
    }
    Ok(())
}
