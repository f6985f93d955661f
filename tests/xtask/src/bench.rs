//! Times and instruction counts. In: the cases of `tests/bench`. Out: a table; with `--write` a record by date.
//!
//! Times say how this machine felt; instruction counts (callgrind, where valgrind is installed) are what to compare.

use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const MANIFEST: &str = "tests/bench/Cargo.toml";
const BINARY: &str = "target/bench/release/scamfilter-bench";
const RECORD: &str = "tests/bench/record";
/// Nanoseconds up to which a case runs `COUNTED` times under callgrind, else once; the mean is recorded.
const SHORT: u64 = 1_000_000;
const COUNTED: u64 = 20;
const PROCESSES: usize = 21;

/// Measures every case and prints it beside the newest record.
pub fn run(root: &Path, write: bool) -> anyhow::Result<bool> {
    let build =
        ["build", "--quiet", "--release", "--locked", "--manifest-path", MANIFEST, "--target-dir", "target/bench"];
    let packs = ["run", "--quiet", "--release", "--locked", "-p", "scampack", "--", "build", "--out", "target/packs"];
    if !crate::suites::cargo(root, &build)? || !crate::suites::cargo(root, &packs)? {
        bail!("the benchmark does not build");
    }
    let before = newest(root)?;
    let valgrind = crate::suites::works("valgrind", &["--version"]);
    if !valgrind {
        println!("no valgrind: instructions are not counted");
    }
    let mut table = String::from("case\tns\tns least\tns cold\tinstructions\n");
    println!("{:36} {:>10} {:>10} {:>10} {:>13}  against the record", "case", "ns", "least", "cold", "instructions");
    for name in ask(root, &["list"])?.lines() {
        let times = ask(root, &["time", name])?;
        let (median, least) = times.split_once(' ').context("two times")?;
        let cold = ask(root, &["cold", name])?;
        let count = if valgrind {
            instructions(root, name, if median.parse::<u64>()? < SHORT { COUNTED } else { 1 })?.to_string()
        } else {
            "-".to_owned()
        };
        let _ = writeln!(table, "{name}\t{median}\t{least}\t{cold}\t{count}");
        let change = match (before.get(name), count.parse::<f64>()) {
            (Some(old), Ok(new)) if *old > 0.0 => format!("{:+.1} %", (new / old - 1.0) * 100.0),
            _ => "new".to_owned(),
        };
        println!("{name:36} {median:>10} {least:>10} {cold:>10} {count:>13}  {change}");
    }
    let (inside, outside) = first(root)?;
    let _ = writeln!(table, "first verdict in a fresh process\t{inside}\t-\t{outside}\t-");
    println!("first verdict in a fresh process: {inside} ns after main, {outside} ns with the process");
    let phrases = ask(root, &["phrases"])?;
    let head = "10,000 phrases: engine\tbytes a phrase\tus until ready\tns a text\tmatches";
    println!("\n{head}\n{phrases}");
    let _ = writeln!(table, "\n{head}\n{phrases}");
    if write {
        let date = String::from_utf8(Command::new("date").arg("+%F").output()?.stdout)?;
        let file = root.join(RECORD).join(format!("{}.tsv", date.trim()));
        std::fs::create_dir_all(root.join(RECORD))?;
        std::fs::write(&file, table)?;
        println!("wrote {}", file.display());
    }
    Ok(true)
}

/// Instructions by case of the newest record.
fn newest(root: &Path) -> anyhow::Result<BTreeMap<String, f64>> {
    let Ok(entries) = std::fs::read_dir(root.join(RECORD)) else { return Ok(BTreeMap::new()) };
    let Some(path) = entries.filter_map(|e| e.ok().map(|e| e.path())).max() else { return Ok(BTreeMap::new()) };
    let text = std::fs::read_to_string(path)?;
    let rows = text.lines().filter_map(|l| Some((l.split('\t').next()?, l.rsplit('\t').next()?.parse().ok()?)));
    Ok(rows.map(|(name, count)| (name.to_owned(), count)).collect())
}

fn ask(root: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(root.join(BINARY)).args(arguments).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("the benchmark gives a wrong answer: {arguments:?}");
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn instructions(root: &Path, case: &str, times: u64) -> anyhow::Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--toggle-collect=*measured*", "--callgrind-out-file=/dev/null"]);
    let output = valgrind.arg(root.join(BINARY)).args(["count", case, &times.to_string()]).output()?;
    let log = String::from_utf8_lossy(&output.stderr);
    let collected = log.lines().find_map(|l| l.split_once("Collected : ")).context("callgrind counted nothing")?;
    Ok(collected.1.trim().parse::<u64>()? / times)
}

/// Median nanoseconds to the first verdict: after `main` began, and with starting and ending the process.
fn first(root: &Path) -> anyhow::Result<(u64, u64)> {
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for _ in 0..PROCESSES {
        let start = Instant::now();
        let answer = ask(root, &["first", "target/packs/common.scampack", "target/packs/th.scampack"])?;
        outside.push(u64::try_from(start.elapsed().as_nanos())?);
        inside.push(answer.parse()?);
    }
    inside.sort_unstable();
    outside.sort_unstable();
    Ok((inside.get(PROCESSES / 2).copied().unwrap_or(0), outside.get(PROCESSES / 2).copied().unwrap_or(0)))
}
