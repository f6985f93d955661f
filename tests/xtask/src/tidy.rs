//! House rules. In: the source tree. Out: a line for each place that breaks one.

use std::path::{Path, PathBuf};

/// Longest Rust file but for generated tables.
const MAX_LINES: usize = 420;
/// The one file of the core that performs I/O: the store's port to a disk.
const PORT: &str = "core/src/update/disk.rs";
/// What must not be named where: the arrows of the architecture.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("core/src/text", &["crate::pack", "crate::engine", "crate::update", "crate::verdict"]),
    ("core/src/pack", &["crate::engine", "crate::update", "crate::message"]),
    ("core/src/update", &["crate::engine", "crate::text", "crate::message"]),
    ("bindings/ffi", &["scampack", "scamfilter::engine", "scamfilter::text"]),
    ("tests/suite/src/squat.rs", &["scamfilter", "scampack", "crate::"]),
    ("core/src", &["scampack", "std::time", "SystemTime", "std::fs", "std::net::", "println!", "eprintln!"]),
];

/// Checks all rules; with `write`, new ids are added to their list first.
pub fn run(root: &Path, write: bool) -> anyhow::Result<bool> {
    let mut wrong = Vec::new();
    for folder in ["core", "rules", "bindings", "tests"] {
        walk(&root.join(folder), &mut |path| check(root, path, &mut wrong))?;
    }
    if std::fs::read_to_string(root.join(crate::codegen::TABLES)).unwrap_or_default() != crate::codegen::tables() {
        wrong.push(format!("{}: not fresh; run `cargo xtask codegen`", crate::codegen::TABLES));
    }
    wrong.extend(crate::ids::check(root, write)?);
    wrong.iter().for_each(|w| println!("{w}"));
    Ok(wrong.is_empty())
}

fn walk(dir: &Path, each: &mut dyn FnMut(&Path)) -> anyhow::Result<()> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Ok(()) };
    let mut paths: Vec<PathBuf> = entries.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() && !path.ends_with("target") {
            walk(&path, each)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            each(&path);
        }
    }
    Ok(())
}

fn check(root: &Path, path: &Path, wrong: &mut Vec<String>) {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    if !text.starts_with("//! ") {
        wrong.push(format!("{name}:1: begin with a `//!` line: what comes in, what goes out"));
    }
    let lines = text.lines().count();
    if lines > MAX_LINES && name != crate::codegen::TABLES {
        wrong.push(format!("{name}: {lines} lines, at most {MAX_LINES}"));
    }
    for (folder, words) in FORBIDDEN.iter().filter(|(folder, _)| name.starts_with(folder) && name != PORT) {
        for (number, line) in text.lines().enumerate().filter(|(_, l)| !l.trim_start().starts_with("//")) {
            for word in words.iter().filter(|w| line.contains(**w)) {
                wrong.push(format!("{name}:{}: `{word}` has no place in {folder}", number + 1));
            }
        }
    }
}
