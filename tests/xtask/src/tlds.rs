//! Top-level domains by abuse. In: a list of malicious hosts and one of popular sites. Out: `tlds.toml` of `common`.
//!
//! Registrable domains are counted by their last two labels, which is near enough for shares of top-level domains.

use anyhow::{Context, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

const FILE: &str = "rules/packs/common/tlds.toml";
/// Domains of the malicious list that a top-level domain needs, so that chance does not decide.
const FEWEST: u64 = 50;
/// Its share of the malicious list must be so many times its share of the popular one.
const TIMES: u64 = 3;
const MILLION: u64 = 1_000_000;

/// Counts and writes.
pub fn run(root: &Path, lists: &[String]) -> anyhow::Result<bool> {
    let [malicious, popular] = lists else { bail!("cargo xtask tlds MALICIOUS POPULAR: two lists, a host a line") };
    let ((bad, bad_all), (good, good_all)) = (counts(malicious)?, counts(popular)?);
    let mut rows: Vec<(u64, u64, &String)> = bad
        .iter()
        .filter(|(_, count)| **count >= FEWEST)
        .map(|(tld, count)| {
            let share = |count: u64, all: u64| count * MILLION / all.max(1);
            (share(*count, bad_all), share(good.get(tld).copied().unwrap_or(0), good_all), tld)
        })
        .filter(|(bad, good, _)| *bad >= TIMES * (*good).max(1))
        .collect();
    rows.sort_by_key(|(bad, _, tld)| (std::cmp::Reverse(*bad), *tld));
    let mut out = format!(
        "# Written by `cargo xtask tlds`: parts per million of {bad_all} malicious and of {good_all} popular registrable domains.\n\
         # Listed are those with {FEWEST} malicious domains or more and {TIMES} times the share of the popular list.\n\
         source = \"Phishing.Database (MIT) against popular sites; cargo xtask tlds MALICIOUS POPULAR, 2026-11-25\"\n"
    );
    for (bad, good, tld) in &rows {
        let _ = write!(out, "\n[[tld]]\nname = \"{tld}\"\nmalicious = {bad}\npopular = {good}\n");
    }
    std::fs::write(root.join(FILE), out)?;
    println!("{} top-level domains in {FILE}", rows.len());
    Ok(true)
}

/// Registrable domains by top-level domain, and all of them.
fn counts(path: &str) -> anyhow::Result<(BTreeMap<String, u64>, u64)> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    let mut domains = BTreeSet::new();
    for line in text.lines() {
        let mut labels = line.trim().rsplit('.');
        let (Some(tld), Some(name)) = (labels.next(), labels.next()) else { continue };
        if tld.len() > 1 && tld.bytes().all(|b| b.is_ascii_lowercase()) {
            domains.insert((tld, name));
        }
    }
    let mut by_tld: BTreeMap<String, u64> = BTreeMap::new();
    domains.iter().for_each(|(tld, _)| *by_tld.entry((*tld).to_owned()).or_default() += 1);
    Ok((by_tld, domains.len() as u64))
}
