//! Kotlin on the JVM. In: the FFI crate and the conformance cases. Out: whether Kotlin gives the command line's bytes.
#![allow(clippy::indexing_slicing, reason = "reading a key that a JSON value lacks gives null")]

use crate::android;
use crate::suites::works;
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};

const LIBRARY: &str = "target/release/libscamfilter_ffi.so";

/// The tool that is not there, if one is not.
pub fn missing() -> Option<String> {
    [("javac", "JDK"), ("mvn", "Maven")]
        .into_iter()
        .find(|(tool, _)| !works(tool, &["-version"]))
        .map(|(_, name)| name.to_owned())
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
    if !root.join("target/conformance/starter/verdicts.jsonl").is_file() && !run(root)? {
        return Ok(false);
    }
    maven(root, &["-Pemulator", "test"])
}

fn maven(root: &Path, goals: &[&str]) -> anyhow::Result<bool> {
    let mut maven = Command::new("mvn");
    maven.args(["-q", "-B", "-Dstyle.color=never", "-f", "bindings/kotlin/pom.xml"]).args(goals);
    Ok(maven.current_dir(root).status().context("cannot run mvn: a JDK and Maven are needed")?.success())
}

/// For each file of cases a folder under `target/conformance`: its packs, its setting, the cases as JSON lines, and what the
/// command line says of them.
fn conformance(root: &Path) -> anyhow::Result<()> {
    let all = root.join("target/conformance");
    if all.is_dir() {
        std::fs::remove_dir_all(&all)?;
    }
    let scampack = root.join("target/release/scampack");
    for entry in std::fs::read_dir(root.join("tests/conformance"))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_none_or(|e| e != "json") || name == "schema" {
            continue;
        }
        let file: Value = serde_json::from_str(&std::fs::read_to_string(&path)?)?;
        let dir = all.join(&name);
        std::fs::create_dir_all(&dir)?;
        let sources: Vec<_> = file["packs"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let sources = sources.iter().map(|s| root.join("tests/conformance").join(s));
        let mut build = Command::new(&scampack);
        build.arg("build").args(sources).arg("--out").arg(dir.join("packs")).stdout(Stdio::null());
        let setting = json!({ "ceilings": file["ceilings"], "overlay": file["overlay"] });
        std::fs::write(dir.join("setting.json"), setting.to_string())?;
        std::fs::write(dir.join("cases.jsonl"), lines(&file)?)?;
        let verdicts = std::fs::File::create(dir.join("verdicts.jsonl"))?;
        if !build.status()?.success()
            || !check(&scampack, &dir, &file)?.stdout(Stdio::from(verdicts)).status()?.success()
        {
            bail!("the command line could not judge every case of {name}");
        }
    }
    Ok(())
}

fn lines(file: &Value) -> anyhow::Result<String> {
    let mut lines = String::new();
    for case in file["cases"].as_array().context("no cases")? {
        let mut message = case["message"].clone();
        let text = message["text"].as_str().context("a case without text")?;
        let times = case["repeat"].as_u64().unwrap_or(1) as usize;
        message["text"] = json!(text.repeat(times));
        message["id"] = case["id"].clone();
        lines.push_str(&format!("{message}\n"));
    }
    Ok(lines)
}

fn check(scampack: &Path, dir: &Path, file: &Value) -> anyhow::Result<Command> {
    let mut check = Command::new(scampack);
    check.arg("check").arg("--input").arg(dir.join("cases.jsonl"));
    let mut packs: Vec<_> =
        std::fs::read_dir(dir.join("packs"))?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    // `common` comes first, then the others by name, as Kotlin opens them too.
    packs.sort_by_key(|p| (p.file_stem().is_none_or(|s| s != "common"), p.clone()));
    for pack in packs.iter().filter(|p| p.extension().is_some_and(|e| e == "scampack")) {
        check.arg("--pack").arg(pack);
    }
    for (pack, level) in file["ceilings"].as_object().into_iter().flatten() {
        check.arg("--ceiling").arg(format!("{pack}={}", level.as_str().unwrap_or_default()));
    }
    if file["overlay"].is_array() {
        std::fs::write(dir.join("overlay.json"), file["overlay"].to_string())?;
        check.arg("--overlay").arg(dir.join("overlay.json"));
    }
    Ok(check)
}
