//! `benign`. In: lists of hosts that must not be marked, and arguments for those that may. Out: each finding, by name.

use super::Ended;
use super::input::Packs;
use super::output::Out;
use anyhow::Context;
use clap::Args;
use scamfilter::{Level, Reason, ScamFilter};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Write, stdout};
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Benign {
    /// Lists of hosts, one a line.
    #[arg(required = true)]
    lists: Vec<PathBuf>,
    /// Hosts that may be marked: host, tab, why. Exit code 3 when another is.
    #[arg(long)]
    argued: Option<PathBuf>,
    #[command(flatten)]
    packs: Packs,
}

impl Benign {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        let filter = self.packs.open(out)?;
        let argued = match &self.argued {
            Some(path) => arguments(&read(path)?),
            None => BTreeMap::new(),
        };
        let mut hosts = BTreeSet::new();
        for path in &self.lists {
            let text = read(path)?;
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            hosts.extend(lines.map(str::to_ascii_lowercase));
        }
        let (mut marked, mut unargued) = (0usize, 0usize);
        let mut to = stdout().lock();
        for host in &hosts {
            let Some((level, reason)) = finding(&filter, host) else { continue };
            marked += 1;
            let why = argued.get(host.as_str()).map(String::as_str);
            unargued += usize::from(why.is_none());
            let brand = reason.brand.as_deref().unwrap_or("-");
            writeln!(to, "{host}\t{}\t{}\t{brand}\t{}", level.name(), reason.rule, why.unwrap_or("NOT ARGUED"))?;
        }
        drop(to);
        out.note(format!("{} hosts, {marked} marked, {unargued} of them without an argument", hosts.len()));
        Ok(if unargued > 0 { Ended::OverBudget } else { Ended::Well })
    }
}

/// The level of a host's front page, and the strongest reason, when it is marked.
fn finding(filter: &ScamFilter, host: &str) -> Option<(Level, Reason)> {
    let verdict = filter.check_link(&format!("https://{host}/"));
    let marked = matches!(verdict.level, Level::Unwanted | Level::Suspicious | Level::Scam);
    let level = verdict.level;
    marked
        .then(|| verdict.reasons.into_iter().find(|r| r.weight_mlo > 0 || r.weight_unwanted_mlo > 0))
        .flatten()
        .map(|r| (level, r))
}

fn arguments(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|l| l.split_once('\t')).map(|(host, why)| (host.to_owned(), why.to_owned())).collect()
}

fn read(path: &PathBuf) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))
}
