//! The matrix that is learnt from. In: rows and a filter. Out: for each row, with and without its links, its features and
//! grams as columns, and what authored rules say of it.

use super::corpus::{Label, Row};
use super::eval::Placed;
use super::plan::{Plan, Which};
use scamfilter::engine::Sample;
use scamfilter::pack::MAX_BITS;
use scamfilter::text::prepare;
use scamfilter::{Message, ScamFilter};
use std::collections::{BTreeMap, BTreeSet};

/// One message as the model sees it.
#[derive(Clone, Debug)]
pub struct Example {
    /// Index of its row.
    pub row: usize,
    /// Its message has links; then there are two examples of it.
    pub linked: bool,
    /// The links were taken out.
    pub unlinked: bool,
    /// Columns of features.
    pub features: Vec<u32>,
    /// Buckets of grams, of a table of [`MAX_BITS`] bits.
    pub grams: Vec<u32>,
    authored: (f64, f64),
    /// How much it counts.
    pub weight: f64,
}

impl Example {
    /// Log-odds that authored rules give, without the bias.
    #[must_use]
    pub fn authored(&self, which: Which) -> f64 {
        match which {
            Which::Scam => self.authored.0,
            Which::Unwanted => self.authored.1,
        }
    }
}

/// All examples.
pub struct Design {
    /// Examples in order of their rows.
    pub examples: Vec<Example>,
    /// Keys of the columns of features.
    pub keys: Vec<u32>,
    /// Campaigns that are learnt from and have a gram of each bucket.
    pub campaigns: Vec<u32>,
    /// Campaigns that a gram must have to weigh anything.
    least: u32,
}

/// The text without its links.
#[must_use]
pub fn unlinked(text: &str) -> Option<String> {
    let prepared = prepare(text);
    if prepared.links.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for link in &prepared.links {
        out.push_str(text.get(at..link.range.start).unwrap_or(""));
        at = link.range.end.max(at);
    }
    out.push_str(text.get(at..).unwrap_or(""));
    Some(out)
}

impl Design {
    /// Looks at every row that the plan uses. `progress` is told of each hundred.
    #[must_use]
    pub fn of(
        filter: &ScamFilter,
        plan: &Plan,
        rows: &[Row],
        places: &[Placed],
        progress: impl Fn(usize) + Sync,
    ) -> Self {
        let chunk = rows.len().div_ceil(2).max(1);
        let looked: Vec<Vec<(usize, bool, Sample)>> = std::thread::scope(|scope| {
            let progress = &progress;
            let threads: Vec<_> = rows
                .chunks(chunk)
                .enumerate()
                .map(|(part, rows)| scope.spawn(move || look(filter, plan, rows, part * chunk, progress)))
                .collect();
            threads.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        });
        let mut columns: BTreeMap<u32, u32> = BTreeMap::new();
        let samples: Vec<(usize, bool, Sample)> = looked.into_iter().flatten().collect();
        samples.iter().flat_map(|(_, _, s)| &s.features).for_each(|f| {
            columns.entry(f.key).or_insert(0);
        });
        columns.values_mut().enumerate().for_each(|(column, slot)| *slot = column as u32);
        let weights = balance(plan, rows);
        let (bias, bias_unwanted) = (filter.scoring().bias, filter.scoring().bias_unwanted);
        let linked: Vec<usize> = samples.iter().filter(|(_, unlinked, _)| *unlinked).map(|(row, _, _)| *row).collect();
        let examples: Vec<Example> = samples
            .into_iter()
            .map(|(row, unlinked, sample)| {
                let linked = linked.binary_search(&row).is_ok();
                let share = if linked { 0.5 } else { 1.0 };
                let mut features: Vec<u32> =
                    sample.features.iter().filter_map(|f| columns.get(&f.key).copied()).collect();
                features.sort_unstable();
                features.dedup();
                let log_odds = |mlo: i32, bias: i32| f64::from(mlo - bias) / 1000.0;
                Example {
                    row,
                    linked,
                    unlinked,
                    features,
                    grams: sample.grams,
                    authored: (log_odds(sample.authored.0, bias), log_odds(sample.authored.1, bias_unwanted)),
                    weight: share * weights.get(row).copied().unwrap_or(0.0),
                }
            })
            .collect();
        let mut by_campaign: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
        for example in &examples {
            let learnt = rows.get(example.row).is_some_and(|row| plan.learns(row));
            if let Some(place) = places.get(example.row).filter(|_| learnt) {
                by_campaign.entry(place.cluster).or_default().extend(&example.grams);
            }
        }
        let mut campaigns = vec![0u32; 1 << MAX_BITS];
        for gram in by_campaign.values().flatten() {
            if let Some(count) = campaigns.get_mut(*gram as usize) {
                *count += 1;
            }
        }
        Self { examples, keys: columns.into_keys().collect(), campaigns, least: plan.gram_campaigns }
    }

    /// Campaigns that have a gram of each bucket of a smaller table.
    #[must_use]
    pub fn campaigns(&self, bits: u8) -> Vec<u32> {
        let size = 1usize << (MAX_BITS - bits.clamp(1, MAX_BITS));
        self.campaigns.chunks(size).map(|buckets| buckets.iter().sum()).collect()
    }

    /// Weight of a gram of each bucket before learning: rarer ones count more (inverse document frequency), those of too few
    /// campaigns not at all.
    #[must_use]
    pub fn rarity(&self, bits: u8) -> Vec<f32> {
        let total = self.examples.len().max(1) as f32;
        let of = |n: &u32| if *n < self.least { 0.0 } else { 1.0 + (total / (*n).max(1) as f32).ln() };
        self.campaigns(bits).iter().map(of).collect()
    }
}

fn look(
    filter: &ScamFilter,
    plan: &Plan,
    rows: &[Row],
    from: usize,
    progress: &impl Fn(usize),
) -> Vec<(usize, bool, Sample)> {
    let mut out = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        if index % 100 == 99 {
            progress(100);
        }
        if !plan.uses(row) {
            continue;
        }
        // No sender: those of corpora are missing or made up, so what is learnt must not rest on them.
        out.push((from + index, false, filter.sample(&Message::sms(row.text.as_str()))));
        if let Some(text) = unlinked(&row.text) {
            out.push((from + index, true, filter.sample(&Message::sms(text.as_str()))));
        }
    }
    out
}

/// How much each row counts: languages, labels, and own texts and others are evened out, corpora of other texts count less.
fn balance(plan: &Plan, rows: &[Row]) -> Vec<f64> {
    let mut groups: BTreeMap<(&str, Label, bool), f64> = BTreeMap::new();
    let key = |row: &'_ Row| (row.label, row.source.starts_with(super::OWN));
    let weight = |row: &Row| plan.sources.get(&row.source).and_then(|s| s.weight).unwrap_or(1.0);
    let used: Vec<&Row> = rows.iter().filter(|row| plan.uses(row)).collect();
    for row in &used {
        let (label, own) = key(row);
        *groups.entry((&row.lang, label, own)).or_default() += weight(row);
    }
    let mean = groups.values().sum::<f64>() / groups.len().max(1) as f64;
    rows.iter()
        .map(|row| {
            let (label, own) = key(row);
            let group = groups.get(&(row.lang.as_str(), label, own)).copied().unwrap_or(1.0);
            (if own { plan.own } else { 1.0 }) * weight(row) * (mean / group.max(1.0)).powf(plan.balance)
        })
        .collect()
}
