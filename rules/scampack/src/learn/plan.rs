//! How to learn: `model/learn.toml`. In: its text. Out: which sources are used and how, and the settings of the optimiser.

use super::corpus::{Label, Row};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::parse;
use scamfilter::pack::MAX_BITS;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;

/// Where it stands in the sources of `common`.
pub const FILE: &str = "model/learn.toml";

/// Which of the two scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Of a scam.
    Scam,
    /// Of an unwanted message.
    Unwanted,
}

/// Settings of learning: `model/learn.toml` of `common`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Bits of the gram table of the scam head.
    pub bits: u8,
    /// Bits of that of the unwanted head.
    pub bits_unwanted: u8,
    /// Strength of the quadratic penalty on grams.
    pub penalty_grams: f64,
    /// The same on features.
    pub penalty_features: f64,
    /// Campaigns that a gram must have to weigh anything: rare ones teach nothing, and cost bytes.
    pub gram_campaigns: u32,
    /// Steps of the optimiser.
    pub steps: u64,
    /// How far classes and languages are evened out: 0 each message counts the same, 1 each language and label does.
    pub balance: f64,
    /// How much more an own text counts than one of a corpus.
    pub own: f64,
    /// What a scam head's target for unlawful offers is, 0 to 1.
    pub illegal: f64,
    /// How much a spam message counts in the scam head.
    pub spam: f64,
    /// Share of wanted messages of which nothing was learnt that may be suspicious, in the mean of the languages.
    pub wanted_suspicious: f64,
    /// The same for unwanted or more.
    pub wanted_unwanted: f64,
    /// Share of scams and unlawful offers in the reference corpus, in each language the same: a score is a probability there.
    pub reference_bad: f64,
    /// Kinds of spam that are unlawful offers: they count towards both heads. A kind that begins with one of these.
    pub illegal_kinds: Vec<String>,
    /// By source.
    #[serde(default)]
    pub sources: BTreeMap<String, SourcePlan>,
}

/// What is known of a source.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourcePlan {
    /// Neither learnt from nor measured.
    #[serde(default)]
    pub left_out: bool,
    /// Its spam is unlawful offers.
    #[serde(default)]
    pub illegal: bool,
    /// Its spam holds fraud that nobody told apart, so it says nothing of scams.
    #[serde(default)]
    pub mixed: bool,
    /// Kinds of its scams that are lawful offers in truth: they say nothing of scams.
    #[serde(default)]
    pub mislabelled: Vec<String>,
    /// No SMS: wanted texts of another kind, which count this much.
    pub weight: Option<f64>,
    /// Why.
    pub reason: String,
}

impl Plan {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong, with its place. Settings with which learning would not end, or would end anywhere, are refused here.
    pub fn parse(text: &str) -> Result<Self, Box<Diagnostic>> {
        let plan: Self = parse(FILE, text)?;
        let bits = |bits: u8| (f64::from(bits), 1.0, f64::from(MAX_BITS));
        let settings = [
            ("bits", bits(plan.bits)),
            ("bits_unwanted", bits(plan.bits_unwanted)),
            ("penalty_grams", (plan.penalty_grams, 1e-8, 1.0)),
            ("penalty_features", (plan.penalty_features, 1e-8, 1.0)),
            ("gram_campaigns", (f64::from(plan.gram_campaigns), 1.0, 10_000.0)),
            ("steps", (plan.steps as f64, 1.0, 10_000.0)),
            ("balance", (plan.balance, 0.0, 1.0)),
            ("own", (plan.own, 0.001, 1000.0)),
            ("illegal", (plan.illegal, 0.0, 1.0)),
            ("spam", (plan.spam, 0.0, 1000.0)),
            ("wanted_suspicious", (plan.wanted_suspicious, 0.0, 0.5)),
            ("wanted_unwanted", (plan.wanted_unwanted, 0.0, 0.5)),
            ("reference_bad", (plan.reference_bad, 0.001, 0.5)),
        ];
        let weights = plan.sources.values().filter_map(|source| source.weight);
        let settings = settings.into_iter().chain(weights.map(|weight| ("weight", (weight, 0.0, 1000.0))));
        for (key, (value, least, most)) in settings {
            if !(least..=most).contains(&value) {
                let message = format!("`{key}` is {value}; it lies between {least} and {most}");
                return Err(Box::new(Diagnostic::new(Code::Value, message, FILE, text, of_key(text, key))));
            }
        }
        Ok(plan)
    }

    /// Whether a row is looked at: its source is not left out.
    #[must_use]
    pub fn uses(&self, row: &Row) -> bool {
        self.sources.get(&row.source).is_none_or(|source| !source.left_out)
    }

    /// Whether a row is learnt from.
    #[must_use]
    pub fn learns(&self, row: &Row) -> bool {
        self.uses(row) && !row.holdout()
    }

    /// Whether a row is an unlawful offer.
    #[must_use]
    pub fn illegal(&self, row: &Row) -> bool {
        let by_source = self.sources.get(&row.source).is_some_and(|source| source.illegal);
        row.label == Label::Spam && (by_source || self.illegal_kinds.iter().any(|kind| row.kind.starts_with(kind)))
    }

    /// Whether a row is a message, and no text of another kind.
    #[must_use]
    pub fn is_sms(&self, row: &Row) -> bool {
        self.sources.get(&row.source).is_none_or(|source| source.weight.is_none())
    }

    /// Whether a row's source does not tell fraud from marketing.
    #[must_use]
    pub fn mixed(&self, row: &Row) -> bool {
        self.sources.get(&row.source).is_some_and(|source| source.mixed)
    }

    /// Whether a row is called a scam by mistake.
    #[must_use]
    pub fn mislabelled(&self, row: &Row) -> bool {
        let kinds = self.sources.get(&row.source).map(|source| &source.mislabelled);
        row.label == Label::Scam && kinds.is_some_and(|kinds| kinds.contains(&row.kind))
    }

    /// Whether a row should be found when the scam head is measured: scams and unlawful offers, against wanted messages.
    #[must_use]
    pub fn answer(&self, row: &Row) -> Option<bool> {
        match row.label {
            Label::Ham => Some(false),
            Label::Scam => (!self.mislabelled(row)).then_some(true),
            Label::Spam => self.illegal(row).then_some(true),
        }
    }

    /// What the scam head should answer, and how much that counts.
    #[must_use]
    pub fn scam(&self, row: &Row) -> (f64, f64) {
        if self.mislabelled(row) {
            return (0.0, 0.0);
        }
        match row.label {
            Label::Ham => (0.0, 1.0),
            Label::Scam => (1.0, 1.0),
            Label::Spam if self.illegal(row) => (self.illegal, self.spam),
            Label::Spam if self.mixed(row) => (0.0, 0.0),
            Label::Spam => (0.0, self.spam),
        }
    }

    /// The same for the unwanted head.
    #[must_use]
    pub fn unwanted(&self, row: &Row) -> (f64, f64) {
        (if row.label == Label::Ham { 0.0 } else { 1.0 }, 1.0)
    }
}

/// Where a key is set.
fn of_key(text: &str, key: &str) -> Range<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let begin = at + line.len() - line.trim_start().len();
        if line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('=')) {
            return begin..at + line.trim_end().len();
        }
        at += line.len();
    }
    0..0
}

/// A plan that leaves the source `left` out.
#[cfg(test)]
pub(crate) fn example() -> Plan {
    let settings = "bits = 8\nbits_unwanted = 8\npenalty_grams = 0.1\npenalty_features = 0.1\ngram_campaigns = 1\nsteps = 1\nbalance = 0.0\n\
                    own = 1.0\nillegal = 1.0\nspam = 1.0\nwanted_suspicious = 0.1\nwanted_unwanted = 0.1\nreference_bad = 0.1\n\
                    illegal_kinds = []\n[sources.left]\nleft_out = true\nreason = \"A test.\"\n";
    Plan::parse(settings).unwrap()
}
