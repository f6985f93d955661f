//! What disguises cost. In: messages, a filter, disguises. Out: how many of the messages that are found keep their level, fall
//! or are lost, by disguise, language and family; and how many wanted ones are marked in the same disguises.

mod page;

pub use page::page;

use crate::attack::Attack;
use scamfilter::{Level, Message, ScamFilter};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Messages of a disguise that are kept to be shown.
const LOST: usize = 100;

/// A message and what it is counted under.
pub struct Case {
    /// The message.
    pub message: Message,
    /// Its language.
    pub language: String,
    /// Its family, or what stands for one.
    pub family: String,
}

/// How messages fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// At their level, or above.
    pub kept: u64,
    /// Below it, but marked.
    pub lowered: u64,
    /// Clear.
    pub lost: u64,
}

impl Count {
    /// All of them.
    #[must_use]
    pub fn all(self) -> u64 {
        self.kept + self.lowered + self.lost
    }

    /// How many of a hundred are lost.
    #[must_use]
    pub fn percent_lost(self) -> f64 {
        self.lost as f64 * 100.0 / self.all().max(1) as f64
    }

    fn add(&mut self, other: Self) {
        self.kept += other.kept;
        self.lowered += other.lowered;
        self.lost += other.lost;
    }
}

/// A disguise, or two of them one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disguise {
    /// How it is reported.
    pub name: String,
    attacks: Vec<Attack>,
}

impl Disguise {
    /// Each disguise of the catalogue, "none" first.
    #[must_use]
    pub fn single() -> Vec<Self> {
        Attack::ALL.iter().map(|(attack, name)| Self { name: (*name).to_owned(), attacks: vec![*attack] }).collect()
    }

    /// Each two of the catalogue.
    #[must_use]
    pub fn pairs() -> Vec<Self> {
        let all = Attack::ALL.get(1..).unwrap_or(&[]);
        let pairs = all.iter().enumerate().flat_map(|(index, first)| {
            all.iter().skip(index + 1).map(move |second| Self {
                name: format!("{} + {}", first.1, second.1),
                attacks: vec![first.0, second.0],
            })
        });
        pairs.collect()
    }

    /// A text in it.
    #[must_use]
    pub fn apply(&self, text: &str, seed: u64) -> String {
        self.attacks.iter().fold(text.to_owned(), |text, attack| attack.apply(&text, seed))
    }
}

/// One row of the matrix.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Name of the disguise.
    pub disguise: String,
    /// By language and family.
    pub counts: BTreeMap<(String, String), Count>,
    /// The first messages that are lost, as they are disguised.
    pub lost: Vec<String>,
    /// Wanted messages that are marked in this disguise, by language, and all.
    pub wanted: BTreeMap<String, (u64, u64)>,
}

impl Row {
    /// Counts by language.
    #[must_use]
    pub fn languages(&self) -> BTreeMap<&str, Count> {
        let mut out: BTreeMap<&str, Count> = BTreeMap::new();
        self.counts.iter().for_each(|((language, _), count)| out.entry(language).or_default().add(*count));
        out
    }

    /// All counts together.
    #[must_use]
    pub fn total(&self) -> Count {
        let mut out = Count::default();
        self.counts.values().for_each(|count| out.add(*count));
        out
    }

    /// Wanted messages of all languages that are marked, and all.
    #[must_use]
    pub fn wanted_total(&self) -> (u64, u64) {
        self.wanted.values().fold((0, 0), |sum, (marked, all)| (sum.0 + marked, sum.1 + all))
    }
}

/// Tries every disguise `rounds` times, each time with other choices.
#[must_use]
pub fn matrix(
    filter: &ScamFilter,
    disguises: &[Disguise],
    cases: &[Case],
    wanted: &[Case],
    (seed, rounds): (u64, u64),
) -> Vec<Row> {
    let found: Vec<(&Case, Level)> = cases.iter().map(|case| (case, level(filter, &case.message))).collect();
    let found: Vec<_> = found.into_iter().filter(|(_, before)| *before != Level::Clear).collect();
    let rows = disguises.iter().map(|disguise| {
        let mut row = Row { disguise: disguise.name.clone(), ..Row::default() };
        for seed in (seed..).take(usize::try_from(rounds).unwrap_or(usize::MAX)) {
            let disguised = |case: &Case| {
                let text = disguise.apply(case.message.text.as_str(), seed);
                Message { text: text.into(), ..case.message.clone() }
            };
            for (case, before) in &found {
                let count = row.counts.entry((case.language.clone(), case.family.clone())).or_default();
                let message = disguised(case);
                match level(filter, &message) {
                    level if level >= *before => count.kept += 1,
                    Level::Clear => {
                        count.lost += 1;
                        if row.lost.len() < LOST {
                            row.lost.push(message.text.as_str().to_owned());
                        }
                    }
                    _ => count.lowered += 1,
                }
            }
            for case in wanted {
                let (marked, all) = row.wanted.entry(case.language.clone()).or_default();
                *marked += u64::from(level(filter, &disguised(case)) != Level::Clear);
                *all += 1;
            }
        }
        row
    });
    rows.collect()
}

/// What was not looked at in whole is unknown; it counts as clear here.
fn level(filter: &ScamFilter, message: &Message) -> Level {
    let level = filter.check(message).level;
    if level == Level::Unknown { Level::Clear } else { level }
}

/// Languages of all rows, in order.
#[must_use]
pub fn languages(rows: &[Row]) -> Vec<String> {
    let all = rows.iter().flat_map(|row| row.counts.keys().map(|(language, _)| language));
    all.cloned().collect::<BTreeSet<String>>().into_iter().collect()
}

/// The rows as values, one for each disguise, language and family.
#[must_use]
pub fn values(rows: &[Row]) -> Vec<Value> {
    let one = |row: &Row| {
        let cells: Vec<Value> = row
            .counts
            .iter()
            .map(|((language, family), count)| {
                json!({ "language": language, "family": family, "kept": count.kept, "lowered": count.lowered,
                    "lost": count.lost })
            })
            .collect();
        let wanted: BTreeMap<&String, Value> = row
            .wanted
            .iter()
            .map(|(language, (marked, all))| (language, json!({ "marked": marked, "messages": all })))
            .collect();
        json!({ "attack": row.disguise, "cells": cells, "wanted": wanted })
    };
    rows.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_one_disguise_after_the_other() {
        let pairs = Disguise::pairs();
        assert_eq!(pairs.len(), 19 * 18 / 2);
        let pair = pairs.iter().find(|pair| pair.name == "unaccented + spacing").map(|pair| pair.apply("khóa tk", 1));
        assert_eq!(pair.as_deref(), Some("k h o a   t k"));
    }

    #[test]
    fn shares_are_of_all_that_was_found() {
        let count = Count { kept: 90, lowered: 8, lost: 2 };
        assert!((count.percent_lost() - 2.0).abs() < f64::EPSILON);
        assert!(Count::default().percent_lost() < f64::EPSILON);
    }
}
