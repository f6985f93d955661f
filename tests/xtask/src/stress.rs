//! What disguises cost the starter packs. In: `scampack stress`. Out: the matrix, beside the recorded one; with `--write` the
//! table of the README and `tests/stress.tsv` anew.

use anyhow::{Context, bail};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

const RECORD: &str = "tests/stress.tsv";
const BEGIN: &str = "<!-- stress: generated -->\n";
const END: &str = "<!-- end -->";
/// Every message is disguised so many times, each time with other choices.
const ROUNDS: &str = "5";
/// Percent of the messages of a language that one disguise may lose, and two at once.
const MOST: f64 = 2.0;
const MOST_OF_PAIRS: &str = "5";

/// Messages kept, lowered and lost.
type Counts = [u64; 3];

/// Prints the matrix and says whether no disguise loses too much.
pub fn run(root: &Path, write: bool) -> anyhow::Result<bool> {
    let matrix = matrix(root)?;
    let table = table(&matrix);
    println!("{table}");
    if write {
        let readme = root.join("README.md");
        let text = std::fs::read_to_string(&readme)?;
        let (before, rest) = text.split_once(BEGIN).context("the README has no place for the table")?;
        let (_, after) = rest.split_once(END).context("the table of the README has no end")?;
        std::fs::write(&readme, format!("{before}{BEGIN}{table}{END}{after}"))?;
        std::fs::write(root.join(RECORD), record(&matrix))?;
        return Ok(true);
    }
    let recorded = std::fs::read_to_string(root.join(RECORD)).unwrap_or_default();
    let now = record(&matrix);
    let changed = now.lines().filter(|line| !recorded.lines().any(|old| old == *line)).count();
    if changed > 0 {
        println!("{changed} cells are not as recorded; accept with `cargo xtask stress --write`");
    }
    let mut good = true;
    for ((attack, language), counts) in
        matrix.iter().flat_map(|(attack, row)| row.iter().map(move |(l, c)| ((attack, l), c)))
    {
        if percent(*counts) > MOST {
            println!("{attack} loses {} of {} in {language}", counts[2], counts.iter().sum::<u64>());
            good = false;
        }
    }
    Ok(good)
}

/// Two disguises at once, each two of the catalogue.
pub fn pairs(root: &Path) -> anyhow::Result<bool> {
    let arguments = ["stress", "--pairs", "--rounds", ROUNDS, "--max-lost", MOST_OF_PAIRS, "--format", "json"];
    let status = scampack(root, &arguments).stdout(Stdio::null()).status()?;
    match status.code() {
        Some(0) => Ok(true),
        Some(3) => Ok(false),
        _ => bail!("scampack stress does not run"),
    }
}

fn scampack(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--quiet", "--release", "--locked", "-p", "scampack", "--"]).args(arguments);
    command.current_dir(root);
    command
}

/// By disguise in the order of the catalogue, then by language.
fn matrix(root: &Path) -> anyhow::Result<Vec<(String, BTreeMap<String, Counts>)>> {
    let output =
        scampack(root, &["stress", "--rounds", ROUNDS, "--format", "json"]).stderr(Stdio::inherit()).output()?;
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).context("scampack stress printed no JSON")?;
    let one = |row: &Value| {
        let mut by_language: BTreeMap<String, Counts> = BTreeMap::new();
        for cell in row["cells"].as_array().context("a row has cells")? {
            let counts = by_language.entry(cell["language"].as_str().unwrap_or("?").to_owned()).or_default();
            for (sum, key) in counts.iter_mut().zip(["kept", "lowered", "lost"]) {
                *sum += cell[key].as_u64().context("a cell has counts")?;
            }
        }
        Ok((row["attack"].as_str().unwrap_or("?").to_owned(), by_language))
    };
    rows.iter().map(one).collect()
}

fn percent([kept, lowered, lost]: Counts) -> f64 {
    lost as f64 * 100.0 / (kept + lowered + lost).max(1) as f64
}

/// Percent lost, and in brackets lowered, by disguise and language.
fn table(matrix: &[(String, BTreeMap<String, Counts>)]) -> String {
    let languages: BTreeSet<&String> = matrix.iter().flat_map(|(_, row)| row.keys()).collect();
    let mut out = String::from("| disguise |");
    languages.iter().for_each(|language| {
        let all = matrix.iter().find_map(|(_, row)| row.get(*language)).map_or(0, |counts| counts.iter().sum::<u64>());
        let _ = write!(out, " {language} ({all}) |");
    });
    let _ = writeln!(out, "\n|---|{}", "---|".repeat(languages.len()));
    for (attack, row) in matrix.iter().filter(|(attack, _)| attack != "none") {
        let _ = write!(out, "| {attack} |");
        for language in &languages {
            let counts = row.get(*language).copied().unwrap_or_default();
            let lowered = counts[1] as f64 * 100.0 / counts.iter().sum::<u64>().max(1) as f64;
            let _ = write!(out, " {:.1} ({lowered:.0}) |", percent(counts));
        }
        out.push('\n');
    }
    out
}

fn record(matrix: &[(String, BTreeMap<String, Counts>)]) -> String {
    let mut out = String::from("# `cargo xtask stress --write`: messages kept, lowered, lost\n");
    for (attack, row) in matrix {
        for (language, [kept, lowered, lost]) in row {
            let _ = writeln!(out, "{attack}\t{language}\t{kept}\t{lowered}\t{lost}");
        }
    }
    out
}
