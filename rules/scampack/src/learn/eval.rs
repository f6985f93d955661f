//! How well learning generalises. In: a design and its rows. Out: scores of messages by models that did not learn from them.
//!
//! By campaign: near-duplicates leave together. By source: a whole corpus leaves. Holdout texts are never learnt from and
//! are scored by the model that learnt from all else. Random splits are not offered: they are some ten points too kind.

use super::corpus::Row;
use super::design::{Design, Example};
use super::fit::{Head, Settings, Target, fit};
use super::metric::Scored;
use super::plan::{Plan, Which};
use crate::cluster::{self, Half};
use anyhow::Context;
use scamfilter::pack::hash48;
use std::collections::{BTreeMap, BTreeSet};

/// Parts that leave in turn.
pub const FOLDS: usize = 5;

/// What is known of a row beside its label.
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    /// Cluster of near-duplicates.
    pub cluster: usize,
    /// Half of the corpus.
    pub half: Half,
}

/// Clusters and halves of all rows.
#[must_use]
pub fn places(rows: &[Row]) -> Vec<Placed> {
    let texts = rows.iter().map(|row| row.text.as_str());
    cluster::clusters_and_halves(texts).into_iter().map(|(cluster, half)| Placed { cluster, half }).collect()
}

/// A score that no model gave that learnt from the message, log-odds by example.
pub type Scores = BTreeMap<usize, f64>;

/// What one head learns of the examples that `learns` takes.
#[must_use]
pub fn targets(
    design: &Design,
    plan: &Plan,
    rows: &[Row],
    which: Which,
    learns: impl Fn(&Row, usize) -> bool,
) -> Vec<Target> {
    let of = |(index, example): (usize, &Example)| {
        let row = rows.get(example.row).filter(|row| learns(row, example.row))?;
        let (answer, counts) = match which {
            Which::Scam => plan.scam(row),
            Which::Unwanted => plan.unwanted(row),
        };
        Some(Target { example: index, answer, weight: example.weight * counts, offset: example.authored(which) })
    };
    design.examples.iter().enumerate().filter_map(of).filter(|target| target.weight > 0.0).collect()
}

/// The settings of a head.
#[must_use]
pub fn settings(plan: &Plan, which: Which) -> Settings {
    let bits = if which == Which::Scam { plan.bits } else { plan.bits_unwanted };
    Settings { bits, grams: plan.penalty_grams, features: plan.penalty_features, steps: plan.steps }
}

/// Learns from all rows that the plan learns from.
///
/// # Errors
/// As [`fit`].
pub fn whole(design: &Design, plan: &Plan, rows: &[Row], which: Which) -> anyhow::Result<Head> {
    fit(design, &targets(design, plan, rows, which, |row, _| plan.learns(row)), settings(plan, which))
}

/// Scores by campaign hold-out.
///
/// # Errors
/// As [`fit`].
pub fn by_campaign(
    design: &Design,
    plan: &Plan,
    rows: &[Row],
    places: &[Placed],
    which: Which,
    mut progress: impl FnMut(usize),
) -> anyhow::Result<Scores> {
    // The part of a cluster follows from its number, which is the place of its first row.
    let part = |row: usize| {
        let first = places.get(row).and_then(|place| rows.get(place.cluster));
        first.map_or(0, |first| (hash48((2, 2), &first.text) % FOLDS as u64) as usize)
    };
    let parts: Vec<usize> = (0..rows.len()).map(part).collect();
    let mut scores = Scores::new();
    for fold in 0..FOLDS {
        let learns = |row: &Row, index: usize| plan.learns(row) && parts.get(index) != Some(&fold);
        let head = fit(design, &targets(design, plan, rows, which, learns), settings(plan, which))
            .with_context(|| format!("without part {} of {FOLDS} of the campaigns", fold + 1))?;
        let left = |row: &Row, index: usize| plan.learns(row) && parts.get(index) == Some(&fold);
        score(design, rows, &head, which, left, &mut scores);
        progress(1);
    }
    Ok(scores)
}

/// Scores of each of the named sources by a model that never saw it.
///
/// # Errors
/// As [`fit`].
pub fn by_source(
    design: &Design,
    plan: &Plan,
    rows: &[Row],
    sources: &BTreeSet<&String>,
    which: Which,
    mut progress: impl FnMut(usize),
) -> anyhow::Result<Scores> {
    let mut scores = Scores::new();
    for source in sources {
        let inside = |row: &Row| row.source == **source;
        let learns = |row: &Row, _: usize| plan.learns(row) && !inside(row);
        let head = fit(design, &targets(design, plan, rows, which, learns), settings(plan, which))
            .with_context(|| format!("without the source {source}"))?;
        score(design, rows, &head, which, |row, _| inside(row), &mut scores);
        progress(1);
    }
    Ok(scores)
}

/// Adds the scores of the examples that `wanted` takes.
pub fn score(
    design: &Design,
    rows: &[Row],
    head: &Head,
    which: Which,
    wanted: impl Fn(&Row, usize) -> bool,
    scores: &mut Scores,
) {
    for (index, example) in design.examples.iter().enumerate() {
        if rows.get(example.row).is_some_and(|row| wanted(row, example.row)) {
            scores.insert(index, example.authored(which) + head.margin(example));
        }
    }
}

/// Scores as they are measured: of messages that `wanted` takes, as they came or without their links. `bad` says what
/// should be found; what is neither bad nor wanted is left out.
#[must_use]
pub fn scored(
    design: &Design,
    rows: &[Row],
    places: &[Placed],
    scores: &Scores,
    unlinked: bool,
    wanted: impl Fn(&Row, usize) -> Option<bool>,
) -> Vec<Scored> {
    let of = |(index, score): (&usize, &f64)| {
        let example = design.examples.get(*index)?;
        // Without links means every message: those that had none stand as they came.
        if example.unlinked != (unlinked && example.linked) {
            return None;
        }
        let bad = wanted(rows.get(example.row)?, example.row)?;
        Some(Scored { score: *score, bad, cluster: places.get(example.row)?.cluster })
    };
    scores.iter().filter_map(of).collect()
}
