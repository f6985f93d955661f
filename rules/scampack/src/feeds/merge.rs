//! Many feeds, one list. In: names by feed, what must not be listed, the manifest of last time. Out: the list without what a
//! parent covers, what was refused and why, and the manifest of this time.

use super::name::Name;
use crate::load::Tree;
use crate::lower::Suffixes;
use scamfilter::text::hosts_up;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

/// File of provenance, beside the list.
pub const MANIFEST: &str = "hosts.manifest.tsv";
/// What marks a line of hosts.txt whose host someone lists although it looks innocent.
pub const MARK: &str = "# allowed:";
const HEAD: &str = "#scamfilter host manifest 1";

/// What must not be listed, with what it is.
pub struct Known<'a> {
    /// Public suffixes.
    pub suffixes: Suffixes<'a>,
    /// Hosts on which strangers have pages.
    pub shared: BTreeMap<String, String>,
    /// Official domains of brands, and what they run.
    pub official: BTreeMap<String, String>,
    /// Popular sites, with the list that says so.
    pub allowed: BTreeMap<String, Arc<str>>,
    /// What someone lists nevertheless, with the reason.
    pub because: BTreeMap<String, String>,
}

impl Known<'_> {
    /// Takes in brands and uses of domains of a source tree; what is no TOML says nothing here, and `lint` tells it.
    pub fn learn(&mut self, tree: &Tree) {
        let table = |name: &str| tree.get(name).and_then(|text| text.parse::<toml::Table>().ok()).unwrap_or_default();
        let texts = |value: Option<&toml::Value>| -> Vec<String> {
            let array = value.and_then(toml::Value::as_array).map_or(&[][..], Vec::as_slice);
            array.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect()
        };
        let brands = table("brands.toml");
        for brand in brands.get("brand").and_then(toml::Value::as_array).map_or(&[][..], Vec::as_slice) {
            let id = brand.get("id").and_then(toml::Value::as_str).unwrap_or("a brand");
            for domain in texts(brand.get("domains")) {
                self.official.insert(domain, format!("an official domain of {id}"));
            }
        }
        let domains = table("domains.toml");
        for (used, names) in domains.get("domains").and_then(toml::Value::as_table).into_iter().flatten() {
            for name in texts(Some(names)) {
                self.shared.insert(name, used.clone());
            }
        }
    }

    /// The name to list, or why none.
    fn judge(&self, name: Name) -> Result<String, (String, String)> {
        match self.why_not(&name) {
            None => Ok(name.host),
            // Anyone can have a page there, so a page can be listed.
            Some((_, true)) if !name.path.is_empty() && name.host.contains('.') => Ok(name.page()),
            Some((why, _)) => Err((name.host, why)),
        }
    }

    /// Why a host is not listed, and whether strangers have pages there.
    fn why_not(&self, name: &Name) -> Option<(String, bool)> {
        let host = name.host.as_str();
        if self.because.contains_key(host) {
            return None;
        }
        let address = host.parse::<std::net::Ipv4Addr>().is_ok();
        let suffix =
            !address && (self.suffixes.is_suffix(host) || psl::suffix(host.as_bytes()).is_some_and(|s| s == host));
        let shared = self.shared.get(host).map(|used| format!("shared by many: {used}"));
        let shared = shared.or_else(|| suffix.then(|| "a public suffix".to_owned()));
        if let Some(why) = shared {
            return Some((why, true));
        }
        let official = |parent: &str| {
            // Below a suffix that a government runs, a host may be broken into.
            self.official.get(parent).filter(|_| parent == host || !self.suffixes.is_suffix(parent))
        };
        let official = hosts_up(host).find_map(official).cloned();
        official.or_else(|| self.allowed.get(host).map(ToString::to_string)).map(|why| (why, false))
    }
}

/// When and where a name was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    first: Arc<str>,
    last: Arc<str>,
    /// Ids, joined by commas.
    feeds: Arc<str>,
}

/// What is remembered between imports. Dates are `yyyy-mm-dd`, which sort as they follow each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Names accepted from each feed last time.
    pub feeds: BTreeMap<String, usize>,
    /// Names with what is known of them.
    pub names: BTreeMap<String, Seen>,
    /// Hosts listed although they look innocent, with the reason.
    pub because: BTreeMap<String, String>,
    /// Days and ids of feeds, each kept once: a million names share a few.
    texts: BTreeSet<Arc<str>>,
}

impl Manifest {
    fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        let text: Arc<str> = text.into();
        self.texts.insert(text.clone());
        text
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// The line that is none of a manifest.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut manifest = Self::default();
        for (index, line) in text.lines().enumerate() {
            let cells: Vec<&str> = line.split('\t').collect();
            match cells.as_slice() {
                [HEAD] if index == 0 => {}
                ["#feed", id, count] if index > 0 => {
                    let count = count.parse().map_err(|_| format!("line {}: no number", index + 1))?;
                    manifest.feeds.insert((*id).to_owned(), count);
                }
                ["#allow", host, because] if index > 0 => {
                    manifest.because.insert((*host).to_owned(), (*because).to_owned());
                }
                [name, first, last, feeds] if index > 0 && !name.starts_with('#') => {
                    let [first, last, feeds] = [first, last, feeds].map(|text| manifest.text(text));
                    let seen = Seen { first, last, feeds };
                    manifest.names.insert((*name).to_owned(), seen);
                }
                _ => return Err(format!("line {}: none of a manifest", index + 1)),
            }
        }
        Ok(manifest)
    }

    /// The file.
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = format!("{HEAD}\n");
        for (id, count) in &self.feeds {
            let _ = writeln!(out, "#feed\t{id}\t{count}");
        }
        for (host, because) in &self.because {
            let _ = writeln!(out, "#allow\t{host}\t{because}");
        }
        for (name, seen) in &self.names {
            let _ = writeln!(out, "{name}\t{}\t{}\t{}", seen.first, seen.last, seen.feeds);
        }
        out
    }

    /// The list as `hosts.txt`: without names that a listed parent, up to the registrable domain, covers.
    #[must_use]
    pub fn list(&self, known: &Known<'_>) -> (String, usize) {
        let mut out = String::from("# Written by `scampack import`; hosts.manifest.tsv says where each is from.\n");
        let mut covered = 0;
        for name in self.names.keys() {
            if self.covers(name, known) {
                covered += 1;
                continue;
            }
            match self.because.get(name) {
                Some(because) => drop(writeln!(out, "{name} {MARK} {because}")),
                None => drop(writeln!(out, "{name}")),
            }
        }
        (out, covered)
    }

    fn covers(&self, name: &str, known: &Known<'_>) -> bool {
        let (host, path) = name.split_once('/').unwrap_or((name, ""));
        let least = known.suffixes.registrable(host).map_or(host.len(), str::len);
        let parents = hosts_up(host).skip(usize::from(path.is_empty())).take_while(|parent| parent.len() >= least);
        let pages = path.match_indices('/').filter_map(|(at, _)| name.get(..host.len() + 1 + at));
        { parents }.any(|parent| self.names.contains_key(parent)) || { pages }.any(|page| self.names.contains_key(page))
    }
}

/// What came of a feed.
#[derive(Debug, Default)]
pub struct Merged {
    /// Names taken, each once.
    pub taken: usize,
    /// Names that stood twice.
    pub repeated: usize,
    /// Lines that are no entry, with what is wrong.
    pub bad: Vec<(usize, String)>,
    /// Lines refused, with the host and why.
    pub refused: Vec<(usize, String, String)>,
}

/// Takes the entries of the feed `id`, seen on `day`, into the manifest.
pub fn merge(manifest: &mut Manifest, id: &str, day: &str, entries: &super::Entries<'_>, known: &Known<'_>) -> Merged {
    let mut merged = Merged::default();
    let mut here: Vec<String> = Vec::new();
    for (line, entry) in entries {
        let name = match entry.as_ref().map_err(|why| *why).and_then(|entry| super::canonical(entry)) {
            Ok(name) => name,
            Err(why) => {
                merged.bad.push((*line, why.to_owned()));
                continue;
            }
        };
        match known.judge(name) {
            Ok(name) => here.push(name),
            Err((host, why)) => merged.refused.push((*line, host, why)),
        }
    }
    let found = here.len();
    here.sort_unstable();
    here.dedup();
    merged.taken = here.len();
    merged.repeated = found - here.len();
    manifest.feeds.insert(id.to_owned(), here.len());
    let (today, only) = (manifest.text(day), manifest.text(id));
    let mut new = Vec::new();
    for name in here {
        let Some(seen) = manifest.names.get_mut(&name) else {
            let seen = Seen { first: today.clone(), last: today.clone(), feeds: only.clone() };
            new.push((name, seen));
            continue;
        };
        if seen.last < today {
            seen.last = today.clone();
        }
        if !seen.feeds.split(',').any(|feed| feed == id) {
            let mut feeds: Vec<&str> = seen.feeds.split(',').chain([id]).collect();
            feeds.sort_unstable();
            let feeds = feeds.join(",");
            let shared = manifest.texts.get(feeds.as_str()).cloned();
            seen.feeds = shared.unwrap_or_else(|| {
                let feeds: Arc<str> = feeds.into();
                manifest.texts.insert(feeds.clone());
                feeds
            });
        }
    }
    // Two maps in order make one with full nodes.
    manifest.names.append(&mut new.into_iter().collect());
    merged
}

impl Manifest {
    /// Forgets names that no feed has shown since `day`; says how many.
    pub fn expire(&mut self, day: &str) -> usize {
        let before = self.names.len();
        self.names.retain(|_, seen| &*seen.last >= day);
        before - self.names.len()
    }
}
