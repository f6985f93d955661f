//! `import`. In: feeds of malicious hosts, a pack's folder. Out: its hosts.txt, allowed.txt and the manifest of provenance, all
//! or none; a line for each host that was refused.

use super::Ended;
use super::files::write_whole;
use super::output::{Out, counted};
use crate::dates::{date, days, today};
use crate::feeds::{self, FeedFormat, Known, MANIFEST, MAX_FEED, Manifest, Merged, canonical};
use crate::load::{ALLOWED, HOSTS};
use crate::lower::Suffixes;
use crate::render::plain;
use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bad lines of one feed that are told; the rest are counted.
const MOST_TOLD: usize = 20;
/// A feed with fewer names may change as it likes.
const FEW: usize = 100;

#[derive(Args)]
pub(super) struct Import {
    /// Feeds; each is known by its file name from one import to the next.
    #[arg(required = true)]
    feeds: Vec<PathBuf>,
    /// Source folder of the pack.
    #[arg(long)]
    into: PathBuf,
    /// How the feeds are written; without it each is read as it looks.
    #[arg(long, value_enum)]
    feed_format: Option<FeedFormat>,
    /// Column of CSV feeds.
    #[arg(long)]
    column: Option<String>,
    /// Lists of popular sites, a host a line: never listed, and no listed host's hash may be theirs.
    #[arg(long)]
    popular: Vec<PathBuf>,
    /// A host to list although it is shared, popular or official; each with a --because.
    #[arg(long)]
    allow: Vec<String>,
    /// Why, for those who review the pack.
    #[arg(long)]
    because: Vec<String>,
    /// Days after which a name that no feed shows any more is forgotten.
    #[arg(long, default_value_t = 90)]
    expire_days: u32,
    /// Percent by which a feed may grow or shrink before someone has to look.
    #[arg(long, default_value_t = 30)]
    max_change: u32,
    /// Take feeds that changed by more.
    #[arg(long)]
    confirm: bool,
    /// Day of the import, as 2026-11-25; today if absent.
    #[arg(long)]
    date: Option<String>,
}

impl Import {
    pub(super) fn run(self, out: &mut Out) -> anyhow::Result<Ended> {
        if self.allow.len() != self.because.len() || self.because.iter().any(|b| b.trim().is_empty()) {
            bail!("each --allow needs a --because that says why");
        }
        if !self.into.join("pack.toml").is_file() {
            bail!("{} holds no pack.toml: `scampack new pack` makes one", self.into.display());
        }
        let day = self.date.clone().unwrap_or_else(today);
        let parsed = day.parse().ok().filter(|_| day.len() == 10);
        let Some(oldest) = parsed.map(|d| date(i64::from(days(&d)) - i64::from(self.expire_days))) else {
            bail!("`{day}` is no date such as 2026-11-25");
        };
        let path = self.into.join(MANIFEST);
        let mut manifest = if path.is_file() {
            Manifest::parse(&text(&path)?).map_err(|why| anyhow::anyhow!("{}: {why}", path.display()))?
        } else {
            Manifest::default()
        };
        for (host, because) in self.allow.iter().zip(&self.because) {
            let name = canonical(host).map_err(|why| anyhow::anyhow!("--allow {}: {why}", plain(host)))?;
            let because = because.split_whitespace().collect::<Vec<_>>().join(" ");
            manifest.because.insert(name.host, because);
        }
        let known = self.known(&manifest)?;
        let mut changed = Vec::new();
        let mut ids = BTreeSet::new();
        for feed in &self.feeds {
            let id = feed.file_name().map(|n| n.to_string_lossy().replace(['\t', '\n', ','], " ")).unwrap_or_default();
            if !ids.insert(id.clone()) {
                bail!("two feeds are called {}: give them names of their own", plain(&id));
            }
            let bytes = bounded(feed)?;
            let entries = feeds::read(&bytes, self.feed_format, self.column.as_deref())
                .with_context(|| feed.display().to_string())?;
            let before = manifest.feeds.get(&id).copied();
            let merged = feeds::merge(&mut manifest, &id, &day, &entries, &known);
            self.tell(out, feed, &merged)?;
            if let Some(before) = before.filter(|before| self.changed(*before, merged.taken)) {
                changed.push(format!("{}: {before} names before, {} now", plain(&id), merged.taken));
            }
        }
        if !changed.is_empty() && !self.confirm {
            changed.iter().for_each(|line| out.warning(line));
            out.warning("nothing was written; look at the feed, then take it with --confirm");
            return Ok(Ended::OverBudget);
        }
        let expired = manifest.expire(&oldest);
        let (list, covered) = manifest.list(&known);
        let allowed: String = known.allowed.keys().chain(known.official.keys()).map(|h| format!("{h}\n")).collect();
        write_whole(&self.into.join(ALLOWED), allowed.as_bytes())?;
        write_whole(&path, manifest.render().as_bytes())?;
        write_whole(&self.into.join(HOSTS), list.as_bytes())?;
        let listed = manifest.names.len() - covered;
        let text = format!(
            "{}: {listed} names, {covered} covered by others, {expired} expired",
            self.into.join(HOSTS).display()
        );
        out.result(text, &json!({ "names": listed, "covered": covered, "expired": expired }))?;
        Ok(Ended::Well)
    }

    fn changed(&self, before: usize, now: usize) -> bool {
        before.max(now) >= FEW && before.abs_diff(now) as u128 * 100 > before as u128 * u128::from(self.max_change)
    }

    fn tell(&self, out: &Out, feed: &Path, merged: &Merged) -> anyhow::Result<()> {
        let feed = feed.display().to_string();
        for (line, host, why) in &merged.refused {
            let text = format!("{}:{line}: {} refused: {}", plain(&feed), plain(host), plain(why));
            out.result(text, &json!({ "feed": feed, "line": line, "refused": host, "why": why }))?;
        }
        for (line, why) in merged.bad.iter().take(MOST_TOLD) {
            out.warning(&format!("{feed}:{line}: {why}"));
        }
        if merged.bad.len() > MOST_TOLD {
            out.warning(&format!("{feed}: {} more bad lines", merged.bad.len() - MOST_TOLD));
        }
        let text = format!(
            "{}: {}, {} repeated, {} refused, {}",
            plain(&feed),
            counted(merged.taken, "name"),
            merged.repeated,
            merged.refused.len(),
            counted(merged.bad.len(), "bad line"),
        );
        let value = json!({ "feed": feed, "taken": merged.taken, "repeated": merged.repeated,
            "refused": merged.refused.len(), "bad": merged.bad.len() });
        Ok(out.result(text, &value)?)
    }

    /// What must not be listed: official domains and shared hosts of the starter packs and of the pack, popular sites.
    fn known(&self, manifest: &Manifest) -> anyhow::Result<Known<'static>> {
        let mut known = Known {
            suffixes: Suffixes::committed(),
            shared: BTreeMap::new(),
            official: BTreeMap::new(),
            allowed: BTreeMap::new(),
            because: manifest.because.clone(),
        };
        let mut trees = crate::starter();
        for file in ["brands.toml", "domains.toml"].map(|name| (name, self.into.join(name))) {
            if file.1.is_file() {
                trees.push([(file.0.to_owned(), text(&file.1)?)].into());
            }
        }
        trees.iter().for_each(|tree| known.learn(tree));
        for path in &self.popular {
            let bytes = bounded(path)?;
            let entries =
                feeds::read(&bytes, Some(FeedFormat::Plain), None).with_context(|| path.display().to_string())?;
            // `rank,host`, as some lists write it, too.
            let hosts =
                entries.iter().filter_map(|(_, entry)| entry.as_ref().ok()).map(|e| e.rsplit(',').next().unwrap_or(""));
            let what = format!("a popular site of {}", path.file_name().unwrap_or_default().to_string_lossy());
            let what: Arc<str> = what.into();
            for name in hosts.filter_map(|host| canonical(host).ok()) {
                known.allowed.insert(name.host, what.clone());
            }
        }
        Ok(known)
    }
}

/// A whole file of at most [`MAX_FEED`] bytes.
fn bounded(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    file.take(MAX_FEED as u64 + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("cannot read {}", path.display()))?;
    if bytes.len() > MAX_FEED {
        bail!("{}: larger than 256 MiB", path.display());
    }
    Ok(bytes)
}

fn text(path: &Path) -> anyhow::Result<String> {
    String::from_utf8(bounded(path)?).map_err(|_| anyhow::anyhow!("{} is not UTF-8", path.display()))
}
