//! The public TUF conformance suite. In: a checkout of tuf-conformance. Out: whether all tests pass that are expected to.
//!
//! Its Python environment is made under `target/tuf-env` with the versions that the suite pins; RSA is an expected failure.

use crate::suites::{cargo, works};
use anyhow::{Context, bail};
use std::path::Path;
use std::process::Command;

const PACKAGES: [&str; 4] =
    ["securesystemslib[crypto]==1.4.0", "tuf==7.0.0", "pytest==9.1.1", "pytest-json-report==1.5.0"];
/// Tests that this client is meant to fail: it verifies Ed25519 and P-256 only.
const EXPECTED_FAILURES: &str = "test_keytype_and_scheme[rsa/rsassa-pss-sha256]\n";
/// Tests that pass of the 113.
const PASSED: u64 = 112;

/// Runs the suite in `suite`.
pub fn run(root: &Path, suite: &Path) -> anyhow::Result<bool> {
    if !suite.join("tuf_conformance").is_dir() {
        bail!("--suite needs a checkout of github.com/theupdateframework/tuf-conformance");
    }
    if !works("faketime", &["--version"]) {
        bail!("no faketime: apt-get install faketime");
    }
    let python = environment(root)?;
    if !cargo(root, &["build", "--release", "--locked", "-p", "scamfilter-tests", "--example", "tuf_client"])? {
        bail!("the adapter does not build");
    }
    let client = root.join("target/release/examples/tuf_client");
    std::fs::write(client.with_extension("xfails"), EXPECTED_FAILURES)?;
    let report = root.join("target/tuf-conformance.json");
    let mut pytest = Command::new(python);
    pytest.args(["-m", "pytest", "tuf_conformance", "-q", "-p", "no:cacheprovider", "--json-report"]);
    pytest.arg(format!("--json-report-file={}", report.display())).arg("--entrypoint").arg(&client);
    let good = pytest.current_dir(suite).status().context("cannot run pytest")?.success();
    let summary: serde_json::Value = serde_json::from_slice(&std::fs::read(&report)?)?;
    let count =
        |name: &str| summary.pointer(&format!("/summary/{name}")).and_then(serde_json::Value::as_u64).unwrap_or(0);
    println!(
        "tuf-conformance: {} passed, {} failed, {} expected failures",
        count("passed"),
        count("failed"),
        count("xfailed")
    );
    Ok(good && count("passed") >= PASSED)
}

/// What keeps the environment from being made; it serves the publishing tool as well.
pub fn packages_missing() -> Option<String> {
    environment(&crate::root()).err().map(|error| format!("Python with tuf and securesystemslib ({error})"))
}

/// A Python with the packages in it.
fn environment(root: &Path) -> anyhow::Result<std::path::PathBuf> {
    let folder = root.join("target/tuf-env");
    let python = folder.join("bin/python");
    let has = |python: &Path| {
        Command::new(python).args(["-c", "import tuf, pytest_jsonreport"]).output().is_ok_and(|o| o.status.success())
    };
    if !has(&python) {
        let made = Command::new("python3").args(["-m", "venv"]).arg(&folder).status().context("no python3")?.success();
        let mut install = Command::new(&python);
        install.args(["-m", "pip", "install", "--quiet"]).args(PACKAGES);
        if !made || !install.status().context("no pip")?.success() {
            bail!("the Python packages of the suite cannot be had");
        }
    }
    Ok(python)
}
