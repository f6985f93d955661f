//! The command line as its users meet it: exit codes, and errors that name the place and the way out.
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

fn lint_says(name: &str, file: &str, from: &str, to: &str, expected: &[&str]) {
    let dir = changed(name, file, |content| {
        assert!(content.contains(from), "{from} is not in {file}");
        content.replacen(from, to, 1)
    });
    let output = scampack(&["lint", dir.to_str().unwrap()], "");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in expected {
        assert!(said.contains(part), "expected `{part}` in:\n{said}");
    }
}

#[test]
fn the_readme_message_is_a_scam() {
    let output = scampack(&["check", "--sender", "0812345678", "พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz"], "");
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    assert!(said.starts_with("scam, parcel") && said.contains("«พัสดุ»") && said.contains("th.parcel.details"), "{said}");
}

#[test]
fn json_lines_keep_order_and_survive_malformed_ones() {
    let input = "{\"id\":\"a\",\"text\":\"hello\"}\nnonsense secret\n{\"id\":7}\n\n{\"id\":\"b\",\"text\":\"พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz\"}\n";
    let output = scampack(&["check", "--input", "-"], input);
    let said = text(&output.stdout);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(output.status.code(), Some(1));
    assert!(lines[0].starts_with("{\"id\":\"a\",\"level\":\"clear\",\"category\":null,\"score\":"), "{said}");
    assert!(lines[1].starts_with("{\"line\":2,\"error\":") && !lines[1].contains("secret"), "{said}");
    assert!(lines[2].starts_with("{\"line\":3,\"id\":7,\"error\":"), "{said}");
    assert!(lines[3].starts_with("{\"id\":\"b\",\"level\":\"scam\",\"category\":\"parcel\""), "{said}");
    assert_eq!(lines.len(), 4);
}

#[test]
fn diagnostics_name_place_and_way_out() {
    lint_says(
        "key",
        "families/bank.toml",
        "owner =",
        "ownr =",
        &["SP002", "families/bank.toml:6:1", "did you mean `owner`?"],
    );
    lint_says("type", "pack.toml", "serial = 2026112401", "serial = \"x\"", &["SP001", "pack.toml:2:10"]);
    lint_says(
        "name",
        "families/parcel.toml",
        "parcel and delivery_failed and give_details",
        "parcle and delivery_failed and give_details",
        &["SP003", "parcle", "did you mean `parcel`?"],
    );
    lint_says(
        "condition",
        "families/parcel.toml",
        "and give_details and link.unofficial\"",
        "and and link.unofficial\"",
        &["SP004", "did not expect `and`", "^^^"],
    );
    lint_says(
        "twice",
        "families/bank.toml",
        "id = \"th.bank.details\"",
        "id = \"th.bank.points\"",
        &["SP005", "th.bank.points"],
    );
    lint_says("short", "families/bank.toml", "\"reward points\"", "\"!\"", &["SP006"]);
    lint_says(
        "category",
        "families/bank.toml",
        "category = \"bank\"",
        "category = \"bnak\"",
        &["SP009", "did you mean `bank`?"],
    );
    lint_says(
        "sentence",
        "families/bank.toml",
        "text = \"bank.link\"",
        "text = \"bank.lnk\"",
        &["SP010", "did you mean `bank.link`?"],
    );
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

#[test]
fn wrong_use_has_exit_code_two_and_missing_files_one() {
    assert_eq!(scampack(&["check"], "").status.code(), Some(2));
    assert_eq!(scampack(&["frobnicate"], "").status.code(), Some(2));
    assert_eq!(scampack(&["lint", "/nowhere/at/all"], "").status.code(), Some(1));
    assert_eq!(scampack(&["check", "--pack", "/nowhere", "hi"], "").status.code(), Some(1));
    assert_eq!(scampack(&["explain", "SP004"], "").status.code(), Some(0));
    assert_eq!(scampack(&["explain", "SP999"], "").status.code(), Some(1));
}
