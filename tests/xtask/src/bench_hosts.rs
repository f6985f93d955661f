//! Host sets and whole checks beside other crates. In: a list of hosts, or none to make some up. Out: tables; with `--write` a
//! record by date under `tests/bench/hosts`.

use anyhow::{Context, bail};
use std::path::Path;
use std::process::{Command, Stdio};

const BINARY: &str = "target/bench/release/hosts";
/// As many as the lists of 2026 that the targets were set on.
const HOSTS: &str = "888712";
/// Hosts and lookups for counting: callgrind takes minutes to build the larger engines.
const COUNTED_HOSTS: &str = "100000";
const LOOKUPS: u64 = 2_000;
const ENGINES: [&str; 6] = ["scamfilter", "hashbrown", "fst", "xorf BinaryFuse32", "SQLite", "adblock"];

/// Measures all, and prints it.
pub fn run(root: &Path, list: Option<&str>, write: bool) -> anyhow::Result<bool> {
    let build = ["build", "--quiet", "--release", "--locked", "--manifest-path", "tests/bench/Cargo.toml"];
    if !crate::suites::cargo(root, &[&build[..], &["--target-dir", "target/bench", "--bin", "hosts"]].concat())? {
        bail!("the benchmark does not build");
    }
    let hosts = list.unwrap_or(HOSTS);
    let mut report = ask(root, &["table", hosts])?;
    report.push_str("\nown set: hosts\tfile bytes a host\tns warm\tns cold\n");
    report.push_str(&ask(root, &["flat"])?);
    report.push('\n');
    report.push_str(&ask(root, &["whole", hosts])?);
    if crate::suites::works("valgrind", &["--version"]) {
        report.push_str(&format!("\ninstructions a lookup: engine\tof {COUNTED_HOSTS} hosts\n"));
        for engine in ENGINES {
            report.push_str(&format!("{engine}\t{}\n", instructions(root, engine, COUNTED_HOSTS)?));
        }
        report.push_str(&format!("scamfilter, of all\t{}\n", instructions(root, "scamfilter", hosts)?));
    } else {
        println!("no valgrind: instructions are not counted");
    }
    println!("{report}");
    if write {
        let date = String::from_utf8(Command::new("date").arg("+%F").output()?.stdout)?;
        let folder = root.join("tests/bench/hosts");
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("{}.tsv", date.trim())), report)?;
    }
    Ok(true)
}

fn ask(root: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(root.join(BINARY)).args(arguments).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("the benchmark gives a wrong answer: {arguments:?}");
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn instructions(root: &Path, engine: &str, hosts: &str) -> anyhow::Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--toggle-collect=*measured*", "--callgrind-out-file=/dev/null"]);
    let output = valgrind.arg(root.join(BINARY)).args(["count", engine, hosts, &LOOKUPS.to_string()]).output()?;
    let log = String::from_utf8_lossy(&output.stderr);
    let collected = log.lines().find_map(|l| l.split_once("Collected : ")).context("callgrind counted nothing")?;
    Ok(collected.1.trim().parse::<u64>()? / LOOKUPS)
}
