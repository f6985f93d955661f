//! The learnt part of the score. In: what was seen, and the model of `common`. Out: one finding a concept that counts, and
//! one for the wording; together exactly what the model adds.
//!
//! Log-odds are a bias, the weights of features (concepts, facts, crosses) and those of grams over the root of their number.
//! Senders are no part of it: no corpus that it learns from has senders to trust.

use super::detect::Finding;
use super::explain::concept_key;
use super::facts::{Facts, Judged};
use super::features::{self, Feature};
use super::hits::Hits;
use super::{GUARD_CONCEPTS, HEARD, ScamFilter};
use crate::pack::Model;
use crate::text::{Prepared, Wording};
use crate::verdict::ReasonCode;
use core::ops::Range;

/// A concept that counts less than this is told with the wording.
const TOLD: i32 = 300;
/// Bytes of the shortest place that is shown.
const SHORTEST: usize = 4;
/// Places of the wording that are shown.
const SHOWN: usize = 4;

/// What the model looks at.
pub(super) struct Looked<'a, 'p> {
    pub(super) filter: &'a ScamFilter,
    pub(super) prepared: &'a Prepared<'p>,
    pub(super) links: &'a [Judged<'a>],
    pub(super) hits: &'a Hits,
    pub(super) facts: Facts,
    /// Index of `common`.
    pub(super) common: usize,
    /// What was found before.
    pub(super) found: &'a [Finding],
}

impl<'a> Looked<'a, '_> {
    /// Concepts that were hit, rising.
    fn concepts(&self) -> Vec<u32> {
        let mut concepts: Vec<u32> = self.hits.atoms(self.common).filter_map(features::concept_of).collect();
        concepts.sort_unstable();
        concepts.dedup();
        concepts
    }

    pub(super) fn features(&self) -> Vec<Feature> {
        features::of(self.prepared.folded.text(), &self.concepts(), self.facts)
    }

    /// Where a concept was said or heard, as ranges of the original.
    fn places(&self, concept: u32) -> Vec<Range<usize>> {
        let hits = [concept, concept | HEARD].into_iter().flat_map(|atom| self.hits.of(self.common, atom));
        let places = hits.take(super::spans::MAX_SPANS).map(|hit| hit.start as usize..hit.end as usize);
        places.map(|at| self.prepared.folded.origin(at)).collect()
    }

    pub(super) fn wording(&self) -> Wording<'_> {
        Wording::of(self.prepared, self.links.iter().map(|judged| judged.link.range.clone()))
    }

    /// What the model adds.
    pub(super) fn find(&self, model: &Model<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let scoring = &*self.filter.scoring;
        let mut rest =
            Weights { scam: model.bias - scoring.bias, unwanted: model.bias_unwanted - scoring.bias_unwanted };
        let mut concepts: Vec<(u32, Weights)> = Vec::new();
        for feature in self.features() {
            let weights = Weights::from(model.feature(feature.key));
            match feature.concept {
                Some(concept) => match concepts.iter_mut().find(|(other, _)| *other == concept) {
                    Some((_, sum)) => sum.add(weights),
                    None => concepts.push((concept, weights)),
                },
                None => rest.add(weights),
            }
        }
        let wording = self.wording();
        rest.add(grams(model, &wording));
        for (number, mut weights) in concepts {
            // Who may not fill guards may not lower a score with the words of another concept either.
            if !self.hits.guarded(number) && !self.hits.guarded(number | HEARD) {
                weights = Weights { scam: weights.scam.max(0), unwanted: weights.unwanted.max(0) };
            }
            let loud = weights.scam.abs().max(weights.unwanted.abs()) >= TOLD;
            match model.concept(number).filter(|_| loud) {
                Some(concept) => {
                    let rule = concept_key(concept.name);
                    findings.push(Finding {
                        pack: Some(self.common),
                        category: concept.category,
                        ranges: self.places(number),
                        ..Finding::own(code(number), &rule, weights.scam, weights.unwanted)
                    });
                }
                None => rest.add(weights),
            }
        }
        // What rules have decided by themselves the model may only raise: an author's rule for words that nobody has learnt
        // from must be heard.
        let sum = |all: &[Finding], of: fn(&Finding) -> i32| all.iter().map(of).fold(0i32, i32::saturating_add);
        let decided = |base: i32, threshold: i32, of| base.saturating_add(sum(self.found, of)) >= threshold;
        if decided(scoring.bias, scoring.suspicious, |f| f.weight) {
            rest.scam = rest.scam.max(sum(&findings, |f| f.weight).saturating_neg());
        }
        if decided(scoring.bias_unwanted, scoring.unwanted, |f| f.weight_unwanted) {
            rest.unwanted = rest.unwanted.max(sum(&findings, |f| f.weight_unwanted).saturating_neg());
        }
        if rest.scam != 0 || rest.unwanted != 0 {
            // What speaks for a scam is shown; that nothing does is told and has no place.
            let against = rest.scam > 0 || rest.unwanted > 0;
            let ranges = if against { typical(model, &wording) } else { Vec::new() };
            let text_id = if against { "model.wording.typical" } else { "model.wording.wanted" };
            findings.push(Finding {
                pack: Some(self.common),
                ranges,
                text_id: text_id.to_owned(),
                ..Finding::own(ReasonCode::Wording, "model.wording", rest.scam, rest.unwanted)
            });
        }
        findings
    }
}

/// Weights in both scores.
#[derive(Clone, Copy)]
struct Weights {
    scam: i32,
    unwanted: i32,
}

impl From<(i32, i32)> for Weights {
    fn from((scam, unwanted): (i32, i32)) -> Self {
        Self { scam, unwanted }
    }
}

impl Weights {
    fn add(&mut self, other: Self) {
        self.scam = self.scam.saturating_add(other.scam);
        self.unwanted = self.unwanted.saturating_add(other.unwanted);
    }
}

fn code(concept: u32) -> ReasonCode {
    if concept >= GUARD_CONCEPTS { ReasonCode::Guard } else { ReasonCode::Concept }
}

/// What all different grams of a text weigh.
fn grams(model: &Model<'_>, wording: &Wording<'_>) -> Weights {
    let mut seen = Seen::default();
    let (mut scam, mut unwanted, mut count) = (0i64, 0i64, 0u32);
    wording.grams(|hash, _| {
        if seen.first(hash) {
            let (a, b) = model.gram(hash);
            (scam, unwanted, count) = (scam + i64::from(a), unwanted + i64::from(b), count + 1);
        }
    });
    model.grams((scam, unwanted), count).into()
}

/// Bits of a hash that tell grams of one message apart.
const APART: u32 = 16;

/// Grams that were met.
struct Seen([u64; 1 << (APART - 6)]);

impl Default for Seen {
    fn default() -> Self {
        Self([0; 1 << (APART - 6)])
    }
}

impl Seen {
    /// Whether it is the first time.
    fn first(&mut self, hash: u32) -> bool {
        let place = (hash >> (32 - APART)) as usize;
        let Some(word) = self.0.get_mut(place >> 6) else { return false };
        let bit = 1 << (place & 63);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

/// The places whose grams weigh most, strongest first: runs of characters that each lie in more than the mean of what weighs.
fn typical(model: &Model<'_>, wording: &Wording<'_>) -> Vec<Range<usize>> {
    // Weight that begins and ends at each byte; running sums are what lies over it.
    let mut edges = vec![0i64; wording.len() + 2];
    wording.grams(|hash, at| {
        let (scam, unwanted) = model.gram(hash);
        for (place, sign) in [(at.start, 1i64), (at.end.max(at.start + 1), -1)] {
            if let Some(edge) = edges.get_mut(place) {
                *edge += sign * i64::from(scam.max(unwanted));
            }
        }
    });
    let mut over = 0i64;
    let heights: Vec<i64> = edges
        .iter()
        .map(|edge| {
            over += edge;
            over
        })
        .collect();
    let positive = heights.iter().filter(|h| **h > 0);
    let (count, sum) = positive.fold((0i64, 0i64), |(n, sum), h| (n + 1, sum + h));
    let mean = if count == 0 { return Vec::new() } else { sum / count };
    let mut runs: Vec<(i64, Range<usize>)> = Vec::new();
    for (at, height) in heights.iter().copied().enumerate().take(wording.len()) {
        if height <= mean {
            continue;
        }
        match runs.last_mut() {
            Some((weight, run)) if run.end == at => (*weight, run.end) = (*weight + height, at + 1),
            _ => runs.push((height, at..at + 1)),
        }
    }
    runs.sort_by_key(|(weight, run)| (core::cmp::Reverse(*weight), run.start));
    let long = runs.into_iter().map(|(_, run)| wording.whole(run)).filter(|run| run.len() >= SHORTEST);
    long.take(SHOWN).map(|run| wording.origin(run)).collect()
}

/// What a model is learnt from: all that one message would be weighed by.
#[cfg(feature = "write")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Features by key, each with the concept it is told under.
    pub features: Vec<Feature>,
    /// Different buckets of a table of [`crate::pack::MAX_BITS`] bits, rising.
    pub grams: Vec<u32>,
    /// What all but the model adds, thousandths of log-odds, bias included.
    pub authored: (i32, i32),
}

#[cfg(feature = "write")]
impl ScamFilter {
    /// What a model would weigh in a message; what a model that is there says is left out.
    #[must_use]
    pub fn sample(&self, message: &crate::Message) -> Sample {
        let prepared = crate::text::prepare(message.text.as_str());
        let mut sample = Sample::default();
        let findings = super::detect::without_model(self, message, &prepared, |looked| {
            sample.features = looked.features();
            let mut seen = Seen::default();
            looked.wording().grams(|hash, _| {
                if seen.first(hash) {
                    sample.grams.push(hash >> (32 - u32::from(crate::pack::MAX_BITS)));
                }
            });
        });
        sample.grams.sort_unstable();
        let sum = |of: fn(&Finding) -> i32| findings.iter().map(of).fold(0i32, i32::saturating_add);
        let scoring = &*self.scoring;
        sample.authored = (
            scoring.bias.saturating_add(sum(|f| f.weight)),
            scoring.bias_unwanted.saturating_add(sum(|f| f.weight_unwanted)),
        );
        sample
    }

    /// Concepts that are said or heard in a message, rising, each with what stands, folded, where its stems were heard. A
    /// concept that its phrases say too has one empty text more.
    #[must_use]
    pub fn heard(&self, message: &crate::Message) -> Vec<(u32, String)> {
        let prepared = crate::text::prepare(message.text.as_str());
        let mut out = Vec::new();
        super::detect::without_model(self, message, &prepared, |looked| {
            for atom in looked.hits.atoms(looked.common).filter(|atom| features::concept_of(*atom).is_some()) {
                if atom & HEARD == 0 {
                    out.push((atom, String::new()));
                    continue;
                }
                for hit in looked.hits.of(looked.common, atom) {
                    let place = hit.start as usize..hit.end as usize;
                    out.push((atom & !HEARD, prepared.folded.text().get(place).unwrap_or("").to_owned()));
                }
            }
        });
        out.sort();
        out.dedup();
        out
    }
}
