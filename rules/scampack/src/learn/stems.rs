//! Which stems earn their bytes. In: the stems of `common`, messages that are learnt from. Out: for each stem in how many
//! campaigns it is heard, and whether the model would see any of them differently without it.
//!
//! A stem **hits nothing** when it is heard in fewer campaigns than asked for. It **adds nothing** when in every message in which
//! it is heard its concept is said, or heard by another stem that stays: then no feature of any message changes without it.
//! Stems of fewer campaigns go first, so that of two that always stand together the commoner stays.

use super::corpus::Row;
use super::eval::Placed;
use super::plan::Plan;
use crate::load::{PHRASES, Tree};
use crate::source::{PhrasesFile, parse};
use anyhow::{Context, anyhow};
use scamfilter::text::fold;
use scamfilter::{Message, ScamFilter};
use std::collections::{BTreeMap, BTreeSet};

/// Words inside of which no phrase is said: no stems.
const INNOCENT_WORDS: &str = "innocent";

/// Why a stem may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Too few campaigns say it.
    HitsNothing,
    /// Others say the same in the same messages.
    AddsNothing,
}

impl Why {
    /// As it is printed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HitsNothing => "hits nothing",
            Self::AddsNothing => "adds nothing",
        }
    }
}

/// A stem that may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stem {
    /// File in the sources of `common`.
    pub file: String,
    /// Its concept.
    pub concept: String,
    /// As it is written.
    pub written: String,
    /// Campaigns in which it is heard.
    pub campaigns: usize,
    /// Why it may go.
    pub why: Why,
}

/// A stem as a phone looks for it: one for all languages that write it.
#[derive(Default)]
struct Said {
    written: Vec<(String, String)>,
    rows: BTreeSet<usize>,
}

/// Stems that may go: heard in fewer than `least` campaigns or, where `redundant`, adding nothing.
///
/// # Errors
/// When the sources cannot be read.
pub fn idle(
    tree: &Tree,
    concepts: &BTreeMap<String, u32>,
    filter: &ScamFilter,
    plan: &Plan,
    rows: &[Row],
    places: &[Placed],
    (least, redundant): (usize, bool),
) -> anyhow::Result<Vec<Stem>> {
    let mut all = written(tree, concepts)?;
    let mut by_concept: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    all.keys().for_each(|(concept, stem)| by_concept.entry(*concept).or_default().push(stem.clone()));
    // By row and concept, what says it: a phrase or stems.
    let mut voices: BTreeMap<(usize, u32), usize> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate().filter(|(_, row)| plan.learns(row)) {
        for (concept, place) in filter.heard(&Message::sms(row.text.as_str())) {
            if place.is_empty() {
                *voices.entry((index, concept)).or_default() += 1;
            }
            let stems = by_concept.get(&concept).into_iter().flatten();
            for stem in stems.filter(|stem| !stem.is_empty() && place.contains(stem.as_str())) {
                let said = all.get_mut(&(concept, stem.clone()));
                if said.is_some_and(|said| said.rows.insert(index)) {
                    *voices.entry((index, concept)).or_default() += 1;
                }
            }
        }
    }
    let campaigns = |said: &Said| {
        let clusters = said.rows.iter().filter_map(|row| places.get(*row)).map(|place| place.cluster);
        clusters.collect::<BTreeSet<_>>().len()
    };
    let mut order: Vec<(usize, (u32, String), Said)> =
        all.into_iter().map(|(key, said)| (campaigns(&said), key, said)).collect();
    order.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let names: BTreeMap<u32, &String> = concepts.iter().map(|(name, number)| (*number, name)).collect();
    let mut out = Vec::new();
    for (campaigns, (concept, _), said) in order {
        let alone = |row: &usize| voices.get(&(*row, concept)).is_none_or(|voices| *voices < 2);
        let why = match () {
            () if campaigns < least => Why::HitsNothing,
            () if redundant && !said.rows.iter().any(alone) => Why::AddsNothing,
            () => continue,
        };
        for row in &said.rows {
            voices.entry((*row, concept)).and_modify(|voices| *voices = voices.saturating_sub(1));
        }
        let name = names.get(&concept).map_or(String::new(), |name| (*name).clone());
        let of = |(file, written)| Stem { file, concept: name.clone(), written, campaigns, why };
        out.extend(said.written.into_iter().map(of));
    }
    out.sort_by(|a, b| (&a.file, &a.concept, &a.written).cmp(&(&b.file, &b.concept, &b.written)));
    Ok(out)
}

/// All stems by concept and folded text.
fn written(tree: &Tree, concepts: &BTreeMap<String, u32>) -> anyhow::Result<BTreeMap<(u32, String), Said>> {
    let mut all: BTreeMap<(u32, String), Said> = BTreeMap::new();
    for (path, text) in tree.iter().filter(|(path, _)| path.starts_with(PHRASES)) {
        let file: PhrasesFile = parse(path, text).map_err(|problem| anyhow!("{}", problem.render(false)))?;
        for (name, stems) in file.iter().filter(|(name, _)| name.get_ref() != INNOCENT_WORDS) {
            let concept =
                *concepts.get(name.get_ref()).with_context(|| format!("{path}: no concept `{}`", name.get_ref()))?;
            for stem in stems {
                let said = stem.get_ref().trim().trim_start_matches('=').trim_matches('*');
                let folded = fold(said).text().trim().to_owned();
                let place = (path.clone(), stem.get_ref().clone());
                all.entry((concept, folded)).or_default().written.push(place);
            }
        }
    }
    Ok(all)
}

/// The text of a file of stems without some of them.
///
/// # Errors
/// When it cannot be read.
pub fn without(text: &str, gone: &[&Stem]) -> anyhow::Result<String> {
    let mut document: toml_edit::DocumentMut = text.parse()?;
    for (name, stems) in document.iter_mut() {
        let stays = |value: &toml_edit::Value| {
            let written = value.as_str().unwrap_or("");
            !gone.iter().any(|stem| stem.concept == name.get() && stem.written == written)
        };
        if let Some(stems) = stems.as_array_mut() {
            stems.retain(stays);
        }
    }
    Ok(document.to_string())
}
