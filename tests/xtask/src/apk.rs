//! The sample's APK. In: what `sample` built, the ABIs that are linked. Out: `target/apk/scamfilter-sample.apk`, signed with a key of this machine;
//! whether manifest, permissions, alignment, strings and sizes are as they are to be; and whether R8's output works under Robolectric.

use crate::android::{self, ABIS, Abi};
use crate::suites::works;
use crate::{kotlin, sample, size};
use anyhow::{Context, bail, ensure};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const KIT: &str = "bindings/kotlin/android";
const APP: &str = "android-sample/target";
/// Largest APK with three ABIs.
const MAX_APK: u64 = 4_200_000;
const PERMISSIONS: [&str; 5] =
    ["RECEIVE_SMS", "POST_NOTIFICATIONS", "INTERNET", "ACCESS_NETWORK_STATE", "RECEIVE_BOOT_COMPLETED"];

/// The tool that is not there, if one is not.
pub fn missing() -> Option<String> {
    let tools = [("apksigner", "--version", "apksigner (Debian: apksigner)"), ("python3", "--version", "Python 3")];
    let absent = tools.into_iter().find(|(tool, flag, _)| !works(tool, &[flag])).map(|(.., name)| name.to_owned());
    absent.or_else(kotlin::missing).or_else(|| android::missing(&ABIS[..1]))
}

/// Builds, signs and checks the APK with the ABIs that are linked; false when a check fails. Size counts with all of them.
pub fn run(root: &Path) -> anyhow::Result<bool> {
    if let Some(what) = missing() {
        bail!("no {what}");
    }
    if !library(root, &ABIS[0]) && !android::run(root, &ABIS[..1])? {
        return Ok(false);
    }
    if !root.join(KIT).join("target/tools/android-all.jar").is_file() && !sample::run(root)? {
        return Ok(false);
    }
    let out = root.join("target/apk");
    fresh(&out)?;
    fresh(&out.join("dex"))?;
    r8(root, &["--min-api", "24"], &out.join("dex"))?;
    let abis: Vec<&Abi> = ABIS.iter().filter(|abi| library(root, abi)).collect();
    let apk = package(root, &out, &abis)?;
    let wrong = check(root, &apk, &out, &abis)?;
    wrong.iter().for_each(|w| println!("APK: {w}"));
    Ok(wrong.is_empty() && exercised(root)?)
}

fn library(root: &Path, abi: &Abi) -> bool {
    android::library(root, abi).is_file()
}

fn fresh(folder: &Path) -> anyhow::Result<()> {
    if folder.is_dir() {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(std::fs::create_dir_all(folder)?)
}

/// R8 over the app and all that it brings, by the rules of the AAR and those that aapt2 wrote for the manifest.
fn r8(root: &Path, form: &[&str], out: &Path) -> anyhow::Result<()> {
    let tools = root.join(KIT).join("target/tools");
    let app = root.join("target/apk/app.jar");
    let kit = root.join(KIT).join("target/classes.jar");
    let mut pack = Command::new("jar");
    pack.arg("cf").arg(&app).arg("-C").arg(root.join(APP).join("classes")).arg("org/scamfilter/sample");
    ensure!(pack.status().context("cannot run jar")?.success(), "the app's classes cannot be packed");
    let mut r8 = Command::new("java");
    r8.arg("-cp").arg(tools.join("r8.jar")).args(["com.android.tools.r8.R8", "--release"]).args(form);
    r8.arg("--lib").arg(tools.join("android-all.jar")).arg("--lib").arg(sample::java_home()?).arg("--output").arg(out);
    r8.arg("--pg-conf").arg(root.join(KIT).join("src/aar/proguard.txt"));
    r8.arg("--pg-conf").arg(root.join(APP).join("resources.pro"));
    let libraries = ["jna.jar", "kotlin-stdlib.jar", "annotations.jar"].map(|name| tools.join(name));
    ensure!(r8.arg(app).arg(kit).args(libraries).status()?.success(), "R8 refuses the app");
    Ok(())
}

fn package(root: &Path, out: &Path, abis: &[&Abi]) -> anyhow::Result<PathBuf> {
    let unpacked = out.join("jna");
    std::fs::create_dir_all(&unpacked)?;
    let aar = root.join(KIT).join("target/tools/jna.aar");
    let mut unpack = Command::new("jar");
    ensure!(
        unpack.arg("xf").arg(&aar).arg("jni").current_dir(&unpacked).status()?.success(),
        "JNA's AAR cannot be read"
    );
    let (unsigned, signed) = (out.join("unsigned.apk"), out.join("scamfilter-sample.apk"));
    let mut python = Command::new("python3");
    python
        .arg(root.join("tests/xtask/src/apk.py"))
        .arg(root.join(APP).join("base.apk"))
        .arg(out.join("dex"))
        .arg(&unsigned);
    for abi in abis {
        let folder = out.join("lib").join(abi.name);
        std::fs::create_dir_all(&folder)?;
        std::fs::copy(android::library(root, abi), folder.join(android::LIBRARY))?;
        let dispatch = unpacked.join("jni").join(abi.name).join("libjnidispatch.so");
        std::fs::copy(&dispatch, folder.join("libjnidispatch.so"))
            .with_context(|| format!("JNA has nothing for {}", abi.name))?;
        python.arg(format!("{}={}", abi.name, folder.display()));
    }
    ensure!(python.status()?.success(), "the APK was not packed");
    sign(root, &unsigned, &signed)?;
    Ok(signed)
}

/// A key of this machine: releases are signed with their owner's.
fn sign(root: &Path, unsigned: &Path, signed: &Path) -> anyhow::Result<()> {
    let key = root.join("target/debug.p12");
    if !key.is_file() {
        let mut keytool = Command::new("keytool");
        keytool.args([
            "-genkeypair",
            "-storetype",
            "PKCS12",
            "-storepass",
            "android",
            "-alias",
            "debug",
            "-keyalg",
            "RSA",
        ]);
        keytool.args(["-keysize", "2048", "-validity", "10000", "-dname", "CN=debug", "-keystore"]).arg(&key);
        ensure!(keytool.output()?.status.success(), "keytool made no key");
    }
    let mut apksigner = Command::new("apksigner");
    apksigner.args(["sign", "--ks-pass", "pass:android", "--min-sdk-version", "24", "--ks"]).arg(&key);
    ensure!(apksigner.arg("--out").arg(signed).arg(unsigned).status()?.success(), "apksigner refuses the APK");
    Ok(())
}

/// All that is wrong with the signed APK.
fn check(root: &Path, apk: &Path, out: &Path, abis: &[&Abi]) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    let mut verify = Command::new("apksigner");
    let verified = verify.args(["verify", "--verbose", "--min-sdk-version", "24"]).arg(apk).output()?;
    if !String::from_utf8_lossy(&verified.stdout).contains("Verified using v2 scheme (APK Signature Scheme v2): true") {
        wrong.push("the signature does not verify".to_owned());
    }
    let properties = crate::gradle::properties(&std::fs::read_to_string(root.join("android-sample/app.properties"))?);
    let dump = |what: &str| aapt2(root, what, apk);
    wrong.extend(badging(&dump("badging")?, &properties, abis));
    wrong.extend(strings(&dump("resources")?));
    wrong.extend(crate::gradle::differences(root)?);
    let bytes = std::fs::read(apk)?;
    wrong.extend(alignment(&bytes, abis)?);
    let methods = methods(&out.join("dex"))?;
    let size = bytes.len() as u64;
    println!("scamfilter-sample.apk {size} bytes, {methods} methods");
    for abi in abis {
        println!("  installed on {}: {} bytes", abi.name, one_abi(&bytes, abi.name)?);
    }
    if size > MAX_APK {
        wrong.push(format!("{size} bytes, at most {MAX_APK}"));
    }
    let whole = abis.len() == ABIS.len();
    let recorded = [("scamfilter-sample.apk-methods", methods), ("scamfilter-sample.apk", size)];
    wrong.extend(size::gate(root, recorded.get(..1 + usize::from(whole)).unwrap_or_default())?);
    Ok(wrong)
}

fn aapt2(root: &Path, what: &str, apk: &Path) -> anyhow::Result<String> {
    let tool = root.join(APP).join("tools/prebuilt/linux/aapt2");
    let output = Command::new(tool).args(["dump", what]).arg(apk).output().context("cannot run aapt2")?;
    ensure!(output.status.success(), "aapt2 cannot read the APK");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The manifest says what both builds declare, and asks for nothing else.
fn badging(said: &str, properties: &BTreeMap<String, String>, abis: &[&Abi]) -> Vec<String> {
    let value = |key: &str| properties.get(key).map_or("", String::as_str);
    let package = ["applicationId", "versionCode", "versionName"].map(value);
    let code: Vec<String> = abis.iter().map(|abi| format!(" '{}'", abi.name)).collect();
    let expected = [
        format!("package: name='{}' versionCode='{}' versionName='{}'", package[0], package[1], package[2]),
        format!("minSdkVersion:'{}'", value("minSdk")),
        format!("targetSdkVersion:'{}'", value("targetSdk")),
        format!("native-code:{}", code.concat()),
        "launchable-activity: name='org.scamfilter.sample.CheckActivity'".to_owned(),
        "uses-feature-not-required: name='android.hardware.telephony'".to_owned(),
        "application-label-th:".to_owned(),
    ];
    let absent = expected.iter().filter(|e| !said.contains(e.as_str())).map(|e| format!("the manifest lacks {e}"));
    let asked: Vec<&str> = said
        .lines()
        .filter_map(|l| l.strip_prefix("uses-permission: name='android.permission.")?.strip_suffix('\''))
        .collect();
    let foreign = said.lines().filter(|l| l.starts_with("uses-permission") && !l.contains("'android.permission."));
    let more =
        asked.iter().filter(|p| !PERMISSIONS.contains(p)).map(|p| (*p).to_owned()).chain(foreign.map(str::to_owned));
    let fewer = PERMISSIONS.iter().filter(|p| !asked.contains(p)).map(|p| format!("it does not ask for {p}"));
    let debuggable = said.contains("application-debuggable").then(|| "it is debuggable".to_owned());
    absent.chain(more.map(|p| format!("it asks for {p}"))).chain(fewer).chain(debuggable).collect()
}

/// Every string of the app is there in English and Thai.
fn strings(said: &str) -> Vec<String> {
    let (mut wrong, mut name, mut seen, mut thai) = (Vec::new(), String::new(), 0, true);
    for line in said.lines().map(str::trim) {
        if let Some(resource) = line.strip_prefix("resource ") {
            if !thai {
                wrong.push(format!("{name} has no Thai"));
            }
            name = resource.split(' ').nth(1).unwrap_or_default().to_owned();
            let words = name.starts_with("string/") || name.starts_with("plurals/") || name == "array/example_texts";
            seen += usize::from(words);
            thai = !words || name == "string/channel_hint";
        } else if line.starts_with("(th)") {
            thai = true;
        }
    }
    if seen < 50 {
        wrong.push(format!("only {seen} strings were found"));
    }
    wrong
}

/// Libraries and the table of resources are stored, and lie where they can be mapped.
fn alignment(bytes: &[u8], abis: &[&Abi]) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    let mut libraries = 0;
    for entry in entries(bytes)? {
        let library = entry.name.ends_with(".so");
        libraries += usize::from(library);
        let step = if library { 16_384 } else { 4 };
        if (library || entry.name == "resources.arsc") && (!entry.stored || entry.at % step != 0) {
            wrong.push(format!("{} is compressed or not at {step} bytes", entry.name));
        }
    }
    if libraries != 2 * abis.len() {
        wrong.push(format!("{libraries} libraries, not {}", 2 * abis.len()));
    }
    Ok(wrong)
}

/// What a store would send to a phone of one ABI: all but the libraries of the others.
fn one_abi(bytes: &[u8], abi: &str) -> anyhow::Result<u64> {
    let other = |name: &str| name.starts_with("lib/") && !name.starts_with(&format!("lib/{abi}/"));
    let others: u64 = entries(bytes)?.iter().filter(|e| other(&e.name)).map(|e| e.packed).sum();
    Ok(bytes.len() as u64 - others)
}

/// A file in a ZIP.
struct Entry {
    name: String,
    stored: bool,
    packed: u64,
    at: u64,
}

/// Reads a ZIP's central directory and where each file's bytes begin.
fn entries(zip: &[u8]) -> anyhow::Result<Vec<Entry>> {
    let number = |at: usize, n: usize| -> anyhow::Result<u64> {
        let field = zip.get(at..at + n).context("the APK is cut")?;
        Ok(field.iter().rev().fold(0, |sum, b| sum << 8 | u64::from(*b)))
    };
    let end = zip.windows(4).rposition(|w| w == b"PK\x05\x06").context("no end of a ZIP")?;
    let (count, mut at) = (number(end + 10, 2)?, number(end + 16, 4)? as usize);
    let mut all = Vec::new();
    for _ in 0..count {
        let [name, extra, comment] = [28, 30, 32].map(|field| number(at + field, 2));
        let (name, extra, comment) = (name? as usize, extra? as usize, comment? as usize);
        let local = number(at + 42, 4)? as usize;
        let data = local + 30 + (number(local + 26, 2)? + number(local + 28, 2)?) as usize;
        all.push(Entry {
            name: String::from_utf8_lossy(zip.get(at + 46..at + 46 + name).context("the APK is cut")?).into_owned(),
            stored: number(at + 10, 2)? == 0,
            packed: number(at + 20, 4)?,
            at: data as u64,
        });
        at += 46 + name + extra + comment;
    }
    Ok(all)
}

/// Methods that the dex files refer to: the number that has a limit of 65,536 a file.
fn methods(dex: &Path) -> anyhow::Result<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(dex)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "dex") {
            let bytes = std::fs::read(&path)?;
            let field: [u8; 4] = bytes.get(88..92).context("a dex file is cut")?.try_into()?;
            sum += u64::from(u32::from_le_bytes(field));
        }
    }
    Ok(sum)
}

/// The same shrinking to class files, run as the app under Robolectric with the library of this machine.
fn exercised(root: &Path) -> anyhow::Result<bool> {
    let out = root.join(APP).join("shrunk");
    fresh(&out)?;
    r8(root, &["--classfile"], &out)?;
    kotlin::maven(root, &["-Pandroid,shrunk", "-pl", "../../android-sample", "surefire:test"])
}
