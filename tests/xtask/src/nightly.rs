//! What takes longer than CI may. In: the repository. Out: whether all of it went well.

use crate::{android, apk, bench, fuzz, kotlin, sample, size, stress, suites};
use anyhow::bail;
use std::path::Path;

/// Seconds a fuzz target gets in one night.
const FUZZ_SECONDS: u64 = 1_800;

type Part = fn(&Path) -> anyhow::Result<bool>;

/// Runs everything, however long, and says at the end what failed.
pub fn run(root: &Path) -> anyhow::Result<bool> {
    let parts: [(&str, Part); 18] = [
        ("tests", |r| suites::test(r, true, None)),
        ("a million links", links),
        ("all ABIs", |r| android::run(r, &android::ABIS)),
        ("AAR with all ABIs", sample::run),
        ("APK with all ABIs", apk::run),
        ("the sample on Android 7.0", |r| sample::on(r, "24", "7.0.0_r1-robolectric-r1-i7")),
        ("the sample on the newest Android that the JDK allows", newest),
        ("a million checks in flat memory", |r| {
            kotlin::maven(
                r,
                &["-Dleak.checks=1000000", "-Dtest=LeakTest", "-Dsurefire.failIfNoSpecifiedTests=false", "test"],
            )
        }),
        ("10,000 random messages through each ABI of ARM", |r| {
            kotlin::maven(r, &["-Pemulator", "-Drandom.messages=10000", "test"])
        }),
        ("the same library twice", android::reproduced),
        ("style of Kotlin", |r| kotlin::maven(r, &["-Plint", "-N", "validate"])),
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

/// Links and hosts as the `url` and `idna` crates read them, a million of each.
fn links(root: &Path) -> anyhow::Result<bool> {
    let test = ["test", "--release", "--locked", "-p", "scamfilter-tests", "--test", "url", "--test", "names"];
    suites::cargo_with(root, &test, &[("URL_CASES", "1000000")])
}

/// Robolectric's Android 16 wants Java 21; with less, Android 15 is the newest, and CI has run it.
fn newest(root: &Path) -> anyhow::Result<bool> {
    let output = std::process::Command::new("java").arg("-version").output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let major =
        said.split('"').nth(1).and_then(|v| v.split(['.', '-']).next()?.parse::<u32>().ok()).unwrap_or_default();
    if major < 21 {
        println!("Java {major}: Android 15 is the newest");
        return sample::on(root, "35", "15-robolectric-13954326-i7");
    }
    sample::on(root, "36", "16-robolectric-13921718-i7")
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
