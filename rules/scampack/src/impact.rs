//! What a change of packs does to a corpus. In: two filters, JSON lines with labels. Out: counts and the ids that changed level.
//!
//! Labels are `ham` (wanted), `spam` and `scam`; messages without one are counted apart. No text is kept.

use crate::jsonl;
use scamfilter::{Level, ScamFilter};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead};

/// Ids that are kept of each kind of change.
const KEPT: usize = 1_000;

#[derive(Deserialize)]
struct Labels {
    id: Option<serde_json::Value>,
    label: Option<String>,
    lang: Option<String>,
}

/// How many messages of one label and language changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// All.
    pub messages: usize,
    /// At `suspicious` or above before.
    pub before: usize,
    /// And after.
    pub after: usize,
    /// Rose to it.
    pub rose: usize,
    /// Fell below it.
    pub fell: usize,
}

/// A message that changed level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its id, or the number of its line.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Level before and after.
    pub levels: (Level, Level),
    /// Rules that spoke only before, and only after.
    pub rules: (Vec<String>, Vec<String>),
}

/// The whole comparison.
#[derive(Debug, Default)]
pub struct Impact {
    /// By label and language.
    pub counts: BTreeMap<(String, String), Count>,
    /// How often each rule spoke before and after.
    pub rules: BTreeMap<String, (usize, usize)>,
    /// Messages by level before and after.
    pub levels: BTreeMap<(Level, Level), usize>,
    /// The first thousand that changed level.
    pub changed: Vec<Changed>,
    /// Lines that could not be read.
    pub malformed: usize,
}

impl Impact {
    /// Sum over the languages of one label.
    #[must_use]
    pub fn of(&self, label: &str) -> Count {
        self.counts.iter().filter(|((l, _), _)| l == label).fold(Count::default(), |a, (_, b)| Count {
            messages: a.messages + b.messages,
            before: a.before + b.before,
            after: a.after + b.after,
            rose: a.rose + b.rose,
            fell: a.fell + b.fell,
        })
    }
}

/// Judges every message with both filters.
///
/// # Errors
/// Only those of reading.
pub fn compare(
    old: &ScamFilter,
    new: &ScamFilter,
    input: impl BufRead,
    mut progress: impl FnMut(usize),
) -> io::Result<Impact> {
    let mut impact = Impact::default();
    for (number, line) in input.split(b'\n').enumerate() {
        let line = line?;
        let body = line.trim_ascii();
        if body.is_empty() {
            continue;
        }
        progress(1);
        let (Ok((_, message)), Ok(labels)) = (jsonl::read(body), serde_json::from_slice::<Labels>(body)) else {
            impact.malformed += 1;
            continue;
        };
        let (before, after) = (old.check(&message), new.check(&message));
        let (was, is) = (before.level >= Level::Suspicious, after.level >= Level::Suspicious);
        let label = labels.label.unwrap_or_else(|| "none".to_owned());
        let count = impact.counts.entry((label.clone(), labels.lang.unwrap_or_default())).or_default();
        count.messages += 1;
        count.before += usize::from(was);
        count.after += usize::from(is);
        count.rose += usize::from(!was && is);
        count.fell += usize::from(was && !is);
        *impact.levels.entry((before.level, after.level)).or_default() += 1;
        let rules = |v: &scamfilter::Verdict| v.reasons.iter().map(|r| r.rule.clone()).collect::<BTreeSet<_>>();
        let (old_rules, new_rules) = (rules(&before), rules(&after));
        old_rules.iter().for_each(|rule| impact.rules.entry(rule.clone()).or_default().0 += 1);
        new_rules.iter().for_each(|rule| impact.rules.entry(rule.clone()).or_default().1 += 1);
        if before.level != after.level && impact.changed.len() < KEPT {
            let id = labels
                .id
                .map_or_else(|| format!("line {}", number + 1), |id| id.as_str().map_or(id.to_string(), str::to_owned));
            let gone = old_rules.difference(&new_rules).cloned().collect();
            let come = new_rules.difference(&old_rules).cloned().collect();
            impact.changed.push(Changed { id, label, levels: (before.level, after.level), rules: (gone, come) });
        }
    }
    Ok(impact)
}
