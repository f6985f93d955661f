//! What a card says of a language. In: rows, and scores of those that were not learnt from. Out: how many messages were
//! learnt from and how well that went, as the model's source records it.

use super::OWN;
use super::corpus::{Label, Row};
use super::plan::Plan;
use super::report::Report;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Of one language; shares in percent.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Language.
    pub lang: String,
    /// Real messages that were learnt from: wanted ones, others.
    pub real: [usize; 2],
    /// Own texts, the same.
    pub own: [usize; 2],
    /// Scams and unlawful offers found in campaigns of real messages that were held out, where 1 % of the wanted ones are marked.
    pub campaigns: Option<f64>,
    /// The same of holdout texts.
    pub holdout: Option<f64>,
    /// Scams of holdout texts that reach the threshold of suspicious.
    pub holdout_found: Option<f64>,
    /// Wanted holdout texts that do.
    pub holdout_wanted: Option<f64>,
}

/// Of all languages; `suspicious` is the threshold that reports are scored against.
#[must_use]
pub fn of(plan: &Plan, rows: &[Row], campaigns: &Report, held: &Report, suspicious: f64) -> Vec<Figures> {
    let mut all: BTreeMap<&str, Figures> = BTreeMap::new();
    for row in rows.iter().filter(|row| plan.learns(row) && plan.is_sms(row)) {
        let figures = all.entry(&row.lang).or_default();
        let counts = if row.source.starts_with(OWN) { &mut figures.own } else { &mut figures.real };
        let [wanted, others] = counts;
        *(if row.label == Label::Ham { wanted } else { others }) += 1;
    }
    let percent = |share: f64| (share * 1000.0).round() / 10.0;
    let recall = |report: &Report, lang: &str| {
        report.lines.iter().find(|line| line.lang == lang).map(|line| percent(line.recall.all))
    };
    let reached = |lang: &str, bad: bool| {
        let scored = held.scored.get(lang)?;
        super::metric::share(scored, bad, suspicious).map(percent)
    };
    all.into_iter()
        .map(|(lang, figures)| Figures {
            lang: lang.to_owned(),
            campaigns: recall(campaigns, lang),
            holdout: recall(held, lang),
            holdout_found: reached(lang, true),
            holdout_wanted: reached(lang, false),
            ..figures
        })
        .collect()
}
