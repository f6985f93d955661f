//! Kotlin on the JVM. In: the FFI crate and the conformance cases. Out: whether Kotlin gives the command line's bytes.
#![allow(clippy::indexing_slicing, reason = "reading a key that a JSON value lacks gives null")]

use crate::android;
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};

const LIBRARY: &str = "target/release/libscamfilter_ffi.so";

/// The tool that is not there, if one is not.
pub fn missing() -> Option<String> {
    let there = |tool: &str| {
        let run = Command::new(tool).arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        run.is_ok_and(|status| status.success())
    };
    [("javac", "JDK"), ("mvn", "Maven")].into_iter().find(|(tool, _)| !there(tool)).map(|(_, name)| name.to_owned())
}

/// Generates the bindings, writes cases and the command line's verdicts, and runs Maven.
pub fn run(root: &Path) -> anyhow::Result<bool> {
    let generate = ["--", "generate", "--language", "kotlin", "--no-format", "-o", "target/uniffi-kotlin", LIBRARY];
    let bindgen =
        ["run", "--quiet", "--locked", "-p", "scamfilter-ffi", "--features", "bindgen", "--bin", "uniffi-bindgen"];
    let steps: [&[&str]; 3] = [
        &["build", "--quiet", "--release", "--locked", "-p", "scamfilter-ffi", "-p", "scampack"],
        &["run", "--quiet", "--release", "--locked", "-p", "scampack", "--", "build", "--out", "target/packs"],
        &[&bindgen[..], &generate[..]].concat(),
    ];
    for step in steps {
        if !crate::suites::cargo(root, step)? {
            return Ok(false);
        }
    }
    conformance(root)?;
    maven(root, &["test"])
}

/// The same cases through the arm64 library under an emulator with bionic inside.
pub fn emulated(root: &Path) -> anyhow::Result<bool> {
    let library = android::library(root, &android::ABIS[0]);
    if !library.is_file() && !android::run(root, &android::ABIS[..1])? {
        return Ok(false);
    }
    // The bindings and the verdicts that this compares with are made by the suite on the JVM.
    if !root.join("target/conformance/verdicts.jsonl").is_file() && !run(root)? {
        return Ok(false);
    }
    maven(root, &["-Pemulator", "test"])
}

fn maven(root: &Path, goals: &[&str]) -> anyhow::Result<bool> {
    let mut maven = Command::new("mvn");
    maven.args(["-q", "-B", "-Dstyle.color=never", "-f", "bindings/kotlin/pom.xml"]).args(goals);
    Ok(maven.current_dir(root).status().context("cannot run mvn: a JDK and Maven are needed")?.success())
}

/// `target/conformance/cases.jsonl` and what the command line says of them.
fn conformance(root: &Path) -> anyhow::Result<()> {
    let dir = root.join("target/conformance");
    std::fs::create_dir_all(&dir)?;
    let source = std::fs::read_to_string(root.join("tests/conformance/starter.json"))?;
    let file: Value = serde_json::from_str(&source)?;
    let mut lines = String::new();
    for case in file["cases"].as_array().context("no cases")? {
        let mut message = case["message"].clone();
        let text = message["text"].as_str().context("a case without text")?;
        let times = case["repeat"].as_u64().unwrap_or(1) as usize;
        message["text"] = json!(text.repeat(times));
        message["id"] = case["id"].clone();
        lines.push_str(&format!("{message}\n"));
    }
    std::fs::write(dir.join("cases.jsonl"), lines)?;
    let verdicts = std::fs::File::create(dir.join("verdicts.jsonl"))?;
    let mut check = Command::new(root.join("target/release/scampack"));
    check.args(["check", "--input", "target/conformance/cases.jsonl"]).current_dir(root).stdout(Stdio::from(verdicts));
    if !check.status()?.success() {
        bail!("the command line could not judge every case");
    }
    Ok(())
}
