//! Sizes. In: the starter packs and, where it was linked, the phone library. Out: whether they are as recorded.
//!
//! Packs are compared to the byte: the same sources give the same bytes. A library also depends on the compiler, so it
//! may be smaller, or larger by a hundredth.

use crate::android::{self, ABIS};
use crate::elf;
use anyhow::bail;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

const FILE: &str = "tests/sizes.txt";
/// Sizes of the sample's APK, which no library's build knows of.
const APP_FILE: &str = "android-sample/sizes.txt";
const HEAD: &str =
    "# Bytes, written by `cargo xtask size --write` after `cargo xtask android --all`. A change must be wanted.\n";

/// Compares sizes with the file that holds them, or writes it.
pub fn run(root: &Path, write: bool) -> anyhow::Result<bool> {
    let build = ["run", "--quiet", "--release", "--locked", "-p", "scampack", "--", "build", "--out", "target/packs"];
    if !crate::suites::cargo(root, &build)? {
        bail!("the starter packs do not build");
    }
    let packs = packs(root)?;
    let recorded = read(&std::fs::read_to_string(root.join(FILE)).unwrap_or_default());
    let libraries = libraries(root)?;
    if write {
        std::fs::write(root.join(FILE), table(root, &packs, &libraries, &recorded)?)?;
        return Ok(true);
    }
    let mut good = true;
    let mut compare = |name: &str, now: u64, slack: u64| {
        let before = recorded.get(name).copied().unwrap_or(0);
        if now > before + before / 100 * slack || slack == 0 && now != before {
            println!("{name}: {now} bytes, recorded {before}; accept with `cargo xtask size --write`");
            good = false;
        }
    };
    packs.iter().for_each(|(name, size)| compare(name, *size, 0));
    libraries.iter().for_each(|(name, size)| compare(name, *size, 1));
    Ok(good)
}

/// Whether what `apk` built is no larger than recorded, by a hundredth; complaints. Recorded by hand from what it prints.
pub fn gate(root: &Path, built: &[(&str, u64)]) -> anyhow::Result<Vec<String>> {
    let recorded = read(&std::fs::read_to_string(root.join(APP_FILE))?);
    let before = |name: &str| recorded.get(name).copied().unwrap_or(0);
    let grown = built.iter().filter(|(name, now)| *now > before(name) + before(name) / 100);
    Ok(grown.map(|(name, now)| format!("{name}: {now}, recorded {} in {APP_FILE}", before(name))).collect())
}

fn packs(root: &Path) -> anyhow::Result<BTreeMap<String, u64>> {
    let mut sizes = BTreeMap::new();
    for entry in std::fs::read_dir(root.join("target/packs"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "scampack") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            sizes.insert(name, std::fs::metadata(path)?.len());
        }
    }
    Ok(sizes)
}

fn libraries(root: &Path) -> anyhow::Result<BTreeMap<String, u64>> {
    let linked = ABIS.iter().map(|abi| (abi, android::library(root, abi))).filter(|(_, path)| path.is_file());
    linked
        .map(|(abi, path)| Ok((format!("{}/{}", abi.name, android::LIBRARY), std::fs::metadata(path)?.len())))
        .collect()
}

fn read(text: &str) -> BTreeMap<String, u64> {
    let lines = text.lines().filter(|l| !l.starts_with(['#', ' ']));
    lines.filter_map(|l| l.rsplit_once(' ')).filter_map(|(name, n)| Some((name.to_owned(), n.parse().ok()?))).collect()
}

/// What was not linked this time keeps its recorded size.
fn table(
    root: &Path,
    packs: &BTreeMap<String, u64>,
    libraries: &BTreeMap<String, u64>,
    recorded: &BTreeMap<String, u64>,
) -> anyhow::Result<String> {
    let kept = recorded.iter().filter(|(name, _)| name.contains('/') && !libraries.contains_key(*name));
    let mut out = String::from(HEAD);
    let all: BTreeMap<_, _> = packs.iter().chain(libraries).chain(kept).collect();
    for (name, size) in &all {
        let _ = writeln!(out, "{name} {size}");
        for abi in ABIS.iter().filter(|a| libraries.contains_key(*name) && name.starts_with(a.name)) {
            let whole = std::fs::read(android::with_symbols(root, abi))?;
            for (part, bytes) in elf::by_crate(&whole, **size)? {
                let _ = writeln!(out, "  {part} {bytes}");
            }
        }
    }
    Ok(out)
}
