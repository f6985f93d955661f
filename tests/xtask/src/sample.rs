//! The Android library and the sample app. In: linked ABIs, the Kotlin modules. Out: whether the AAR is as it is to be, R8's
//! output of it judges a message on the JVM, and the app works under Robolectric with the library of this machine.

use crate::{android, kotlin};
use anyhow::{Context, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

const KIT: &str = "bindings/kotlin/android";
/// Largest AAR that an app developer is asked to take.
const MAX_AAR: u64 = 2_000_000;

/// Builds and tests both; false when a test fails.
pub fn run(root: &Path) -> anyhow::Result<bool> {
    if !android::ABIS.iter().any(|abi| android::library(root, abi).is_file())
        && !android::run(root, &android::ABIS[..1])?
    {
        return Ok(false);
    }
    // The suite on the JVM makes the bindings, and the repositories that updates are tested with.
    if !["target/uniffi-kotlin", "target/repositories"].iter().all(|made| root.join(made).is_dir())
        && !kotlin::run(root)?
    {
        return Ok(false);
    }
    kotlin::parts(root)?;
    if !kotlin::maven(root, &["-Pandroid", "-pl", "android,../../android-sample", "install"])? {
        return Ok(false);
    }
    let aar = root.join(KIT).join("target/scamfilter-android-0.1.0.aar");
    let size = std::fs::metadata(&aar).context("no AAR was built")?.len();
    println!("{} {size} bytes", aar.file_name().unwrap_or_default().to_string_lossy());
    Ok(size <= MAX_AAR && shrunk(root)?)
}

/// Draws each screen anew: what the sample's documentation shows.
pub fn screenshots(root: &Path) -> anyhow::Result<bool> {
    let docs = root.join("android-sample/docs");
    let folder = format!("-Dscreenshots={}", docs.display());
    let one = ["-Dtest=ScreenshotTest", "-Dsurefire.failIfNoSpecifiedTests=false", "test"];
    kotlin::maven(root, &[&["-Pandroid", "-pl", "android,../../android-sample", &folder][..], &one].concat())
}

/// The tests on another Android than that of CI: its API level, and Robolectric's build of its framework.
pub fn on(root: &Path, level: &str, framework: &str) -> anyhow::Result<bool> {
    let (level, framework) = (format!("-Drobolectric.sdk={level}"), format!("-Drobolectric.framework={framework}"));
    kotlin::maven(root, &["-Pandroid", "-pl", "android,../../android-sample", &level, &framework, "test"])
}

/// Runs R8 with the consumer rules of the AAR over all classes that an app gets, and judges a message with its output.
fn shrunk(root: &Path) -> anyhow::Result<bool> {
    let built = root.join(KIT).join("target");
    let (tools, out) = (built.join("tools"), built.join("r8"));
    if out.is_dir() {
        std::fs::remove_dir_all(&out)?;
    }
    std::fs::create_dir_all(&out)?;
    let [jna, kotlin, annotations] = ["jna.jar", "kotlin-stdlib.jar", "annotations.jar"].map(|name| tools.join(name));
    let programs = [built.join("classes.jar"), jna, kotlin, annotations];
    let classes = std::env::join_paths(&programs)?;
    let mut javac = Command::new("javac");
    javac
        .args(["-nowarn", "-encoding", "UTF-8", "-cp"])
        .arg(&classes)
        .arg("-d")
        .arg(&out)
        .arg(root.join(KIT).join("src/r8/Main.java"));
    ensure!(javac.status()?.success(), "the caller of the shrunk library does not compile");
    std::fs::write(
        out.join("main.pro"),
        "-keep class Main { public static void main(java.lang.String[]); }\n-dontwarn android.**\n",
    )?;
    let jar = out.join("shrunk.jar");
    let mut r8 = Command::new("java");
    r8.arg("-cp").arg(tools.join("r8.jar")).args(["com.android.tools.r8.R8", "--classfile", "--release"]);
    r8.arg("--lib").arg(java_home()?).arg("--output").arg(&jar);
    r8.arg("--pg-conf").arg(root.join(KIT).join("src/aar/proguard.txt")).arg("--pg-conf").arg(out.join("main.pro"));
    ensure!(r8.args(&programs).arg(out.join("Main.class")).status()?.success(), "R8 refuses the library");
    let library = format!("-Djna.library.path={}", root.join("target/release").display());
    let packs = root.join("target/packs");
    let mut judged = Command::new("java");
    judged
        .arg(library)
        .arg("-cp")
        .arg(&jar)
        .arg("Main")
        .arg(packs.join("common.scampack"))
        .arg(packs.join("th.scampack"));
    let output = judged.output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !said.contains("\"level\":\"scam\"") || !said.contains("AppException kept") {
        println!("after R8: {said}{}", String::from_utf8_lossy(&output.stderr));
        return Ok(false);
    }
    Ok(true)
}

/// Where the JDK is, for R8.
pub fn java_home() -> anyhow::Result<PathBuf> {
    let output = Command::new("java").args(["-XshowSettings:properties", "-version"]).output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let home = said.lines().find_map(|l| l.trim().strip_prefix("java.home = "));
    match home {
        Some(home) => Ok(home.into()),
        None => bail!("java does not say where it lives"),
    }
}
