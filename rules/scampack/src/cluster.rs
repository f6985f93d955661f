//! Near-duplicates. In: messages. Out: clusters, and for each message which half of the corpus it belongs to.
//!
//! Whoever writes rules reads half A only, and figures are shown for both halves: a gap says that rules were fitted to what
//! was read. Two messages belong together when their texts, links and digits masked, share 40 % of their five-character
//! sequences (Jaccard) or their first 28 characters. Candidates come from MinHash (Broder 1997) in bands; all of it is
//! deterministic, and a message keeps its half as long as its cluster keeps its smallest masked text.

use scamfilter::pack::hash48;
use scamfilter::text::{fold, prepare};
use std::collections::{BTreeMap, BTreeSet};

const PREFIX: usize = 28;
const GRAM: usize = 5;
/// Two in this many sequences are shared: 0.4.
const SHARED: (usize, usize) = (2, 5);
/// Rows of a band and bands: messages at the limit meet in some band with a probability of 0.996.
const ROWS: usize = 2;
const BANDS: usize = 32;
/// Members of one bucket that a message is compared with.
const COMPARED: usize = 24;

/// Half of a corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Half {
    /// May be read.
    A,
    /// Is only measured.
    B,
}

/// The text with links and digits masked: what is left is wording.
#[must_use]
pub fn masked(text: &str) -> String {
    let mut without_links = String::with_capacity(text.len());
    let prepared = prepare(text);
    let mut at = 0;
    for link in &prepared.links {
        without_links.push_str(text.get(at..link.range.start).unwrap_or(""));
        without_links.push_str(" link ");
        at = link.range.end;
    }
    without_links.push_str(text.get(at..).unwrap_or(""));
    let mut out = String::with_capacity(text.len());
    for c in fold(&without_links).text().chars() {
        match c {
            '0'..='9' if out.ends_with('0') => {}
            '0'..='9' => out.push('0'),
            ' ' if out.ends_with(' ') => {}
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}

/// For each text the number of its cluster, and its half, the same for all of a cluster.
#[must_use]
pub fn clusters_and_halves<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<(usize, Half)> {
    let masked: Vec<String> = texts.map(masked).collect();
    let clusters = clusters(&masked);
    let halves = halves_of(&clusters, &masked);
    clusters.into_iter().zip(halves).collect()
}

/// For each masked text the number of its cluster.
fn clusters(masked: &[String]) -> Vec<usize> {
    let grams: Vec<BTreeSet<u64>> = masked.iter().map(|m| grams(m)).collect();
    let mut sets = Sets((0..masked.len()).collect());
    let mut index = Index::default();
    for (at, (text, set)) in masked.iter().zip(&grams).enumerate() {
        let signature = signature(set);
        if let Some(first) = index.of_prefix(text) {
            sets.join(at, first);
        }
        for other in index.candidates(&signature) {
            if sets.root(other) != sets.root(at) && grams.get(other).is_some_and(|g| alike(set, g)) {
                sets.join(at, other);
            }
        }
        index.add(at, text, &signature);
    }
    (0..masked.len()).map(|index| sets.root(index)).collect()
}

/// For each of `asked` the first of `known` that is its near-duplicate: the two themselves are alike, and not only others
/// between them.
#[must_use]
pub fn near(known: &[String], asked: &[String]) -> Vec<Option<usize>> {
    let masked_known: Vec<String> = known.iter().map(|t| masked(t)).collect();
    let known: Vec<BTreeSet<u64>> = masked_known.iter().map(|m| grams(m)).collect();
    let mut index = Index::default();
    for (at, (text, set)) in masked_known.iter().zip(&known).enumerate() {
        index.add(at, text, &signature(set));
    }
    let of = |text: &String| {
        let text = masked(text);
        let set = grams(&text);
        let alike = |other: &usize| known.get(*other).is_some_and(|g| alike(&set, g));
        index.of_prefix(&text).into_iter().chain(index.candidates(&signature(&set)).filter(alike)).min()
    };
    asked.iter().map(of).collect()
}

/// Texts by their beginnings and the bands of their signatures.
#[derive(Default)]
struct Index {
    prefixes: BTreeMap<String, usize>,
    buckets: BTreeMap<(usize, [u64; ROWS]), Vec<usize>>,
}

impl Index {
    fn add(&mut self, at: usize, text: &str, signature: &[u64; ROWS * BANDS]) {
        self.prefixes.entry(prefix(text)).or_insert(at);
        for (band, rows) in signature.as_chunks::<ROWS>().0.iter().enumerate() {
            self.buckets.entry((band, *rows)).or_default().push(at);
        }
    }

    /// The first text that begins alike.
    fn of_prefix(&self, text: &str) -> Option<usize> {
        self.prefixes.get(&prefix(text)).copied()
    }

    /// Texts to compare with, some of them more than once.
    fn candidates(&self, signature: &[u64; ROWS * BANDS]) -> impl Iterator<Item = usize> {
        let bands = signature.as_chunks::<ROWS>().0.iter().enumerate();
        let buckets = bands.filter_map(|(band, rows)| self.buckets.get(&(band, *rows)));
        buckets.flat_map(|bucket| bucket.iter().copied().take(COMPARED))
    }
}

/// The beginning, or all of a text that is too short to have one.
fn prefix(text: &str) -> String {
    let prefix: String = text.chars().take(PREFIX).collect();
    if prefix.chars().count() == PREFIX { prefix } else { format!("\0{text}") }
}

/// For each text its half, the same for all of a cluster.
#[must_use]
pub fn halves(texts: &[String]) -> Vec<Half> {
    clusters_and_halves(texts.iter().map(String::as_str)).into_iter().map(|(_, half)| half).collect()
}

/// The halves of masked texts whose clusters are known.
fn halves_of(clusters: &[usize], masked: &[String]) -> Vec<Half> {
    let mut smallest: BTreeMap<usize, &String> = BTreeMap::new();
    for (cluster, text) in clusters.iter().zip(masked) {
        let slot = smallest.entry(*cluster).or_insert(text);
        *slot = text.min(*slot);
    }
    let half = |text: &&String| if hash48((0, 0), text) & 1 == 0 { Half::A } else { Half::B };
    clusters.iter().map(|cluster| smallest.get(cluster).map_or(Half::B, half)).collect()
}

fn grams(text: &str) -> BTreeSet<u64> {
    let chars: Vec<char> = text.chars().collect();
    chars.windows(GRAM).map(|gram| hash48((1, 1), &gram.iter().collect::<String>())).collect()
}

fn signature(set: &BTreeSet<u64>) -> [u64; ROWS * BANDS] {
    let mut least = [u64::MAX; ROWS * BANDS];
    for gram in set {
        for (seed, slot) in least.iter_mut().enumerate() {
            // SplitMix64 (Steele, Lea and Flood 2014) as a family of hashes.
            let mut x = gram.wrapping_add((seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            *slot = (*slot).min(x ^ x >> 31);
        }
    }
    least
}

fn alike(a: &BTreeSet<u64>, b: &BTreeSet<u64>) -> bool {
    let shared = a.intersection(b).count();
    shared > 0 && shared * SHARED.1 >= SHARED.0 * (a.len() + b.len() - shared)
}

/// Disjoint sets, each named by its smallest member.
struct Sets(Vec<usize>);

impl Sets {
    fn root(&mut self, mut at: usize) -> usize {
        while let Some(&parent) = self.0.get(at).filter(|p| **p != at) {
            let above = self.0.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.0.get_mut(at) {
                *slot = above;
            }
            at = above;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(slot) = self.0.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_duplicates_are_found_one_by_one() {
        let of = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        let known = of(&[
            "see you at the station tomorrow at nine",
            "Your parcel 1234 is on hold, pay the fee at http://a.top/1",
        ]);
        let asked = of(&["YOUR PARCEL 99 is on hold: pay the fee at https://b.icu/zz", "see you soon", ""]);
        assert_eq!(near(&known, &asked), [Some(1), None, None]);
        assert_eq!(near(&[], &asked), [None, None, None]);
    }

    #[test]
    fn a_template_is_one_cluster_and_one_half() {
        let texts: Vec<String> = [
            "Your parcel 1234 is on hold, pay the fee at http://a.top/1",
            "YOUR PARCEL 99 is on hold, pay the fee at https://b.icu/zz",
            "see you at the station tomorrow at nine",
            "พัสดุของคุณตกค้าง กรุณายืนยันที่อยู่ภายในวันนี้ http://c.vip",
            "พัสดุของท่านตกค้าง กรุณายืนยันที่อยู่ภายในวันนี้ http://d.vip/9",
            "",
        ]
        .map(str::to_owned)
        .to_vec();
        let found = clusters(&texts.iter().map(|text| masked(text)).collect::<Vec<_>>());
        assert_eq!(found[0], found[1]);
        assert_eq!(found[3], found[4]);
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), 4);
        assert_eq!(halves(&texts)[0], halves(&texts)[1]);
        let mut reversed = texts.clone();
        reversed.reverse();
        let mut again = halves(&reversed);
        again.reverse();
        assert_eq!(again, halves(&texts));
    }
}
