//! What a change of packs does to a corpus. In: two filters, JSON lines with labels. Out: counts and the ids that changed level.
//!
//! Labels are `ham` (wanted), `spam` and `scam`; messages without one are counted apart, and refused where the counts
//! decide over something. No text is kept.

use crate::jsonl::{self, Lines, Misspelt};
use crate::learn::corpus::Label;
use scamfilter::{Level, Message, ScamFilter, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead};

/// Ids, and lines that could not be read, that are kept.
const KEPT: usize = 1_000;

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

impl Count {
    fn add(&mut self, was: bool, is: bool) {
        self.messages += 1;
        self.before += usize::from(was);
        self.after += usize::from(is);
        self.rose += usize::from(!was && is);
        self.fell += usize::from(was && !is);
    }
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
    /// By label, language and family, of messages that name one.
    pub families: BTreeMap<(String, String, String), Count>,
    /// Wanted messages that changed level, by language and family: before and after.
    pub wanted: BTreeMap<(String, String, Level, Level), usize>,
    /// How often each rule spoke before and after.
    pub rules: BTreeMap<String, (usize, usize)>,
    /// Messages by level before and after.
    pub levels: BTreeMap<(Level, Level), usize>,
    /// The first thousand that changed level.
    pub changed: Vec<Changed>,
    /// Lines that could not be read.
    pub malformed: usize,
    /// The first thousand of them, and why.
    pub refused: Vec<(usize, String)>,
    /// Keys that were probably meant to be others.
    pub misspelt: Misspelt,
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

    /// What changed level: wanted messages that rose first, as these cost most.
    pub fn first(&self) -> impl Iterator<Item = &Changed> {
        let disturbs = |c: &&Changed| c.label == "ham" && c.levels.1 > c.levels.0;
        let (first, rest): (Vec<&Changed>, Vec<&Changed>) = self.changed.iter().partition(disturbs);
        first.into_iter().chain(rest)
    }

    /// Messages that were judged.
    #[must_use]
    pub fn judged(&self) -> usize {
        self.counts.values().map(|count| count.messages).sum()
    }
}

/// One line of a corpus.
struct Labelled {
    id: String,
    label: String,
    lang: String,
    /// Family, or kind of wanted message.
    kind: String,
    message: Message,
}

/// Judges every message with both filters. With `strict`, a line without one of the three labels is refused.
///
/// # Errors
/// Only those of reading.
pub fn compare(
    old: &ScamFilter,
    new: &ScamFilter,
    mut input: impl BufRead,
    strict: bool,
    mut progress: impl FnMut(usize),
) -> io::Result<Impact> {
    let mut impact = Impact::default();
    let mut lines = Lines::default();
    while !lines.ended {
        let batch = lines.batch(&mut input)?;
        progress(batch.len());
        for (number, line) in batch {
            match read(&line, number, strict, &mut impact.misspelt) {
                Ok(read) => impact.add(old.check(&read.message), new.check(&read.message), read),
                Err(problem) => {
                    impact.malformed += 1;
                    if impact.refused.len() < KEPT {
                        impact.refused.push((number, problem));
                    }
                }
            }
        }
    }
    Ok(impact)
}

fn read(line: &[u8], number: usize, strict: bool, misspelt: &mut Misspelt) -> Result<Labelled, String> {
    let object = jsonl::read(line)?;
    misspelt.see(&object, number);
    let message = jsonl::message(&object)?;
    let label = object.string("label")?;
    if strict {
        Label::from_name(label.as_deref().ok_or(Label::MISSING)?)?;
    }
    Ok(Labelled {
        kind: object.kind()?.unwrap_or_default(),
        id: object.id()?.unwrap_or_else(|| format!("line {number}")),
        label: label.unwrap_or_else(|| "none".to_owned()),
        lang: object.lang()?.unwrap_or_default(),
        message,
    })
}

/// Whether a filter would speak up. [`Level::Unknown`] stands apart from the order of the levels.
fn found(verdict: &Verdict) -> bool {
    matches!(verdict.level, Level::Suspicious | Level::Scam)
}

impl Impact {
    fn add(&mut self, before: Verdict, after: Verdict, line: Labelled) {
        let (was, is) = (found(&before), found(&after));
        self.counts.entry((line.label.clone(), line.lang.clone())).or_default().add(was, is);
        if !line.kind.is_empty() {
            let key = (line.label.clone(), line.lang.clone(), line.kind.clone());
            self.families.entry(key).or_default().add(was, is);
        }
        if line.label == "ham" && before.level != after.level {
            *self.wanted.entry((line.lang, line.kind, before.level, after.level)).or_default() += 1;
        }
        *self.levels.entry((before.level, after.level)).or_default() += 1;
        let rules = |v: &Verdict| v.reasons.iter().map(|r| r.rule.clone()).collect::<BTreeSet<_>>();
        let (old_rules, new_rules) = (rules(&before), rules(&after));
        old_rules.iter().for_each(|rule| self.rules.entry(rule.clone()).or_default().0 += 1);
        new_rules.iter().for_each(|rule| self.rules.entry(rule.clone()).or_default().1 += 1);
        if before.level != after.level && self.changed.len() < KEPT {
            let gone = old_rules.difference(&new_rules).cloned().collect();
            let come = new_rules.difference(&old_rules).cloned().collect();
            let levels = (before.level, after.level);
            self.changed.push(Changed { id: line.id, label: line.label, levels, rules: (gone, come) });
        }
    }
}
