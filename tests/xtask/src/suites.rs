//! Suites. In: the repository. Out: one line each, and the plain closing line that CI reads.

use anyhow::{Context, bail};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Runs all suites.
pub fn test(root: &Path, all: bool) -> anyhow::Result<bool> {
    let suites: [(&str, &[&str]); 4] = [
        ("clippy", &["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"]),
        ("rust", &["test", "--workspace", "--locked"]),
        ("examples", &["run", "--release", "--locked", "--package", "scampack", "--", "test"]),
        ("no features", &["check", "--package", "scamfilter", "--locked"]),
    ];
    let (mut passed, mut failed, skipped) = (0, 0, 0);
    let mut count = |name: &str, ok: bool, start: Instant| {
        println!("{} {name} ({} s)", if ok { "ok     " } else { "FAILED " }, start.elapsed().as_secs());
        if ok { passed += 1 } else { failed += 1 }
    };
    let start = Instant::now();
    count("tidy", crate::tidy::run(root)?, start);
    for (name, arguments) in suites {
        let start = Instant::now();
        count(name, cargo(root, arguments)?, start);
    }
    let start = Instant::now();
    count("size", size(root, false)?, start);
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    Ok(failed == 0 && (!all || skipped == 0))
}

/// Runs cargo at the root.
pub fn cargo(root: &Path, arguments: &[&str]) -> anyhow::Result<bool> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo).args(arguments).current_dir(root).status().context("cannot run cargo")?;
    Ok(status.success())
}

/// Sizes of the starter packs, compared with the file that holds them.
pub fn size(root: &Path, write: bool) -> anyhow::Result<bool> {
    if !cargo(
        root,
        &["run", "--quiet", "--release", "--locked", "--package", "scampack", "--", "build", "--out", "target/packs"],
    )? {
        bail!("the starter packs do not build");
    }
    let mut table = String::from("# Bytes, written by `cargo xtask size --write`. A change must be wanted.\n");
    let mut paths: Vec<_> =
        std::fs::read_dir(root.join("target/packs"))?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths.iter().filter(|p| p.extension().is_some_and(|e| e == "scampack")) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let _ = writeln!(table, "{name} {}", std::fs::metadata(path)?.len());
    }
    let file = root.join("tests/sizes.txt");
    if write {
        std::fs::write(&file, &table)?;
    }
    let recorded = std::fs::read_to_string(&file).unwrap_or_default();
    if recorded != table {
        println!("sizes changed; recorded:\n{recorded}now:\n{table}accept with `cargo xtask size --write`");
    }
    Ok(recorded == table)
}
