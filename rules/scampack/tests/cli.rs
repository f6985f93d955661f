//! What transcripts cannot hold: the starter packs changed, bytes compared, generated pages kept fresh.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn scampack(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_scampack"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A copy of the starter pack `th` with one file changed.
fn changed(name: &str, file: &str, change: impl Fn(&str) -> String) -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../packs/th");
    std::fs::create_dir_all(dir.join("families")).unwrap();
    for path in
        ["pack.toml", "brands.toml", "policies.toml", "texts.toml", "families/parcel.toml", "families/bank.toml"]
    {
        let content = std::fs::read_to_string(source.join(path)).unwrap();
        let content = if path == file { change(&content) } else { content };
        std::fs::write(dir.join(path), content).unwrap();
    }
    dir
}

#[test]
fn a_failing_example_says_what_the_verdict_was() {
    let dir = changed("example", "families/parcel.toml", |c| c.replacen("ยืนยันที่อยู่ที่ bit.ly/xyz", "สวัสดี", 1));
    let output = scampack(&["test", dir.to_str().unwrap()], "");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("SP007") && said.contains("no rule of this family") && said.contains("level clear"),
        "{said}"
    );
}

#[test]
fn a_build_is_the_same_bytes_twice_and_inspects() {
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("built");
    let build = || {
        assert_eq!(scampack(&["build", "--out", out.to_str().unwrap()], "").status.code(), Some(0));
        std::fs::read(out.join("th.scampack")).unwrap()
    };
    assert!(build() == build());
    let path = out.join("th.scampack");
    assert!(text(&scampack(&["inspect", path.to_str().unwrap()], "").stdout).contains("digests match"));
    let mut damaged = std::fs::read(&path).unwrap();
    *damaged.last_mut().unwrap() ^= 1;
    std::fs::write(&path, damaged).unwrap();
    let output = scampack(&["inspect", path.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("is damaged"));
}

/// Compares a generated file with what is committed; `UPDATE=1` writes it.
fn fresh(path: &std::path::Path, text: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == text, "{} is not fresh: UPDATE=1 cargo test -p scampack --test cli", path.display());
}

#[test]
fn pages_and_schemas_are_fresh() {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut page = String::from(
        "# Diagnostics\n\nWritten by `UPDATE=1 cargo test -p scampack --test cli` from the codes in `src/diagnostic.rs`. Each has golden pairs\n\
         under `tests/diagnostics`, which show what it looks like.\n",
    );
    for code in scampack::Code::ALL {
        page.push_str(&format!("\n## {}\n\n{}: {}\n", code.name(), code.severity().name(), code.about()));
    }
    fresh(&here.join("docs/diagnostics.md"), &page);
    for (name, schema) in scampack::schema::all() {
        fresh(&here.join("../schema").join(format!("{name}.json")), &format!("{schema}\n"));
    }
}

#[test]
fn starter_sources_are_laid_out() {
    for tree in scampack::starter() {
        for (name, text) in tree.iter().filter(|(name, _)| name.ends_with(".toml")) {
            assert_eq!(&scampack::layout::format(text).unwrap(), text, "{name}: run `scampack fmt`");
        }
    }
}

#[test]
fn lint_has_nothing_to_say_about_the_starter_packs() {
    let done = scampack(&["lint", "--deny-warnings"], "");
    assert!(done.status.success(), "{}{}", text(&done.stdout), text(&done.stderr));
}

#[test]
fn completions_name_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let said = text(&scampack(&["completions", shell], "").stdout);
        assert!(["check-link", "impact", "inspect"].iter().all(|c| said.contains(c)), "{shell}");
    }
}
