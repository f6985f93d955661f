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
    parts(root)?;
    if !crate::suites::cargo(root, &[&bindgen[..], &generate[..]].concat())? {
        return Ok(false);
    }
    conformance(root)?;
    repositories(root)?;
    Ok(maven(root, &["install"])? && consumer(root)?)
}

/// A project outside of the repository that uses the installed artefact with the lines of the README, nothing else.
fn consumer(root: &Path) -> anyhow::Result<bool> {
    let readme = std::fs::read_to_string(root.join("bindings/kotlin/README.md"))?;
    let block = |language: &str| {
        let from = readme.split_once(&format!("```{language}\n")).map(|(_, rest)| rest);
        from.and_then(|rest| rest.split_once("```")).map(|(block, _)| block.to_owned()).context("a block of the README")
    };
    let dir = std::env::temp_dir().join(format!("scamfilter-consumer-{}", std::process::id()));
    let source = dir.join("src/main/java");
    std::fs::create_dir_all(&source)?;
    let main = format!(
        "import org.scamfilter.*;\npublic class Main {{ public static void main(String[] a) throws Exception {{\n{}}} }}\n",
        block("java")?
    );
    std::fs::write(source.join("Main.java"), main)?;
    let pom = format!(
        "<project><modelVersion>4.0.0</modelVersion><groupId>consumer</groupId><artifactId>consumer</artifactId>\
         <version>1</version><properties><maven.compiler.source>17</maven.compiler.source><maven.compiler.target>17\
         </maven.compiler.target><project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>\
         <dependencies>{}</dependencies></project>",
        block("xml")?
    );
    std::fs::write(dir.join("pom.xml"), pom)?;
    let mut maven = Command::new("mvn");
    maven.args(["-q", "-B", "-Dstyle.color=never", "compile", "org.codehaus.mojo:exec-maven-plugin:3.5.1:java"]);
    let output = maven.arg("-Dexec.mainClass=Main").current_dir(&dir).output()?;
    std::fs::remove_dir_all(&dir)?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !said.contains("\"level\":\"scam\"") {
        println!("a project with the README's lines fails:\n{said}{}", String::from_utf8_lossy(&output.stderr));
        return Ok(false);
    }
    Ok(true)
}

/// Lays out what the jar for the JVM holds beside classes and packs: the library where JNA looks for it, licences.
fn resources(root: &Path) -> anyhow::Result<()> {
    let all = root.join("target/jvm-resources");
    let library = all.join("linux-x86-64");
    std::fs::create_dir_all(&library)?;
    // Symbols stay out; they are half of the file.
    let file = library.join(android::LIBRARY);
    std::fs::copy(root.join(LIBRARY), &file)?;
    if let Some(strip) = android::tool("llvm-strip").or_else(|| android::tool("strip")) {
        let status = Command::new(strip).arg("--strip-all").arg(&file).status()?;
        anyhow::ensure!(status.success(), "the library could not be stripped");
    }
    licences(root, &all.join("META-INF"))
}

/// Builds library and starter packs from the sources as they are now and lays them where the jar and the AAR take them from.
pub fn parts(root: &Path) -> anyhow::Result<()> {
    // All at once, and then run as they are: each combination of packages would be built with other features again.
    let build = ["build", "--quiet", "--release", "--locked", "-p", "scamfilter-ffi", "-p", "scampack"];
    let tests = ["-p", "scamfilter-tests", "--lib", "--bin", "scampack", "--example", "repositories"];
    anyhow::ensure!(crate::suites::cargo(root, &[&build[..], &tests].concat())?, "the library was not built");
    let mut compile = Command::new(root.join("target/release/scampack"));
    compile.args(["build", "--out", "target/packs"]).current_dir(root).stdout(Stdio::null());
    anyhow::ensure!(compile.status()?.success(), "the starter packs were not built");
    let packs = root.join("target/jvm-resources/org/scamfilter/packs");
    let assets = root.join("target/android/assets/scamfilter");
    let names = starter_packs(root)?;
    for folder in [&packs, &assets] {
        if folder.is_dir() {
            std::fs::remove_dir_all(folder)?;
        }
        std::fs::create_dir_all(folder)?;
        for name in &names {
            std::fs::copy(root.join("target/packs").join(name), folder.join(name))?;
        }
    }
    std::fs::write(packs.join("index.txt"), names.join("\n") + "\n")?;
    resources(root)
}

/// File names of the starter packs in the order in which they are opened: `common` first.
fn starter_packs(root: &Path) -> anyhow::Result<Vec<String>> {
    let entries = std::fs::read_dir(root.join("target/packs"))?;
    let names =
        entries.map(|e| Ok(e?.file_name().to_string_lossy().into_owned())).collect::<anyhow::Result<Vec<_>>>()?;
    let mut names: Vec<String> = names.into_iter().filter(|n| n.ends_with(".scampack")).collect();
    names.sort_by_key(|n| (n != "common.scampack", n.clone()));
    anyhow::ensure!(!names.is_empty(), "no starter packs were built");
    Ok(names)
}

/// The licence texts and the notice of what is inside.
fn licences(root: &Path, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        std::fs::copy(root.join(name), folder.join(name))?;
    }
    std::fs::copy(root.join("bindings/kotlin/NOTICE"), folder.join("NOTICE"))?;
    Ok(())
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

pub fn maven(root: &Path, goals: &[&str]) -> anyhow::Result<bool> {
    let mut maven = Command::new("mvn");
    maven.args(["-q", "-B", "-Dstyle.color=never", "-f", "bindings/kotlin/pom.xml"]).args(goals);
    Ok(maven.current_dir(root).status().context("cannot run mvn: a JDK and Maven are needed")?.success())
}

/// Repositories of a publisher, right and wrong, under `target/repositories`.
fn repositories(root: &Path) -> anyhow::Result<()> {
    let out = root.join("target/repositories");
    if out.is_dir() {
        std::fs::remove_dir_all(&out)?;
    }
    let status = Command::new(root.join("target/release/examples/repositories")).arg(&out).status()?;
    anyhow::ensure!(status.success(), "the repositories for tests were not written");
    Ok(())
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
