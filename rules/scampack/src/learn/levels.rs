//! Thresholds. In: scores of messages that were not learnt from. Out: by how much a head must be shifted so that its
//! threshold marks as few wanted messages as it may.
//!
//! A threshold set on what was learnt from does not hold elsewhere, so it is set on campaigns that were held out and on
//! holdout texts, every language counting the same.

use std::collections::BTreeMap;

/// A wanted message's score.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Language.
    pub lang: String,
    /// Log-odds.
    pub score: f64,
}

/// Languages with fewer wanted messages say too little of a share.
const ENOUGH: usize = 30;

/// The least log-odds that mark at most `share` of the wanted messages in the mean of the languages.
#[must_use]
pub fn threshold(wanted: &[Wanted], share: f64) -> f64 {
    let mut languages: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    wanted.iter().for_each(|w| languages.entry(&w.lang).or_default().push(w.score));
    languages.retain(|_, scores| scores.len() >= ENOUGH);
    let mut candidates: Vec<f64> = languages.values().flatten().copied().collect();
    candidates.sort_by(f64::total_cmp);
    candidates.dedup();
    let marked = |threshold: f64| {
        let of = |scores: &Vec<f64>| scores.iter().filter(|s| **s >= threshold).count() as f64 / scores.len() as f64;
        languages.values().map(of).sum::<f64>() / languages.len().max(1) as f64
    };
    // The share falls as the threshold rises.
    let at = candidates.partition_point(|score| marked(score.next_up()) > share);
    candidates.get(at).map_or(0.0, |score| score.next_up())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_counts_the_same() {
        let of = |lang: &str, n: usize| {
            (0..n)
                .map(move |i| i as f64)
                .map({
                    let lang = lang.to_owned();
                    move |score| Wanted { lang: lang.clone(), score }
                })
                .collect::<Vec<_>>()
        };
        let mut wanted = of("th", 100);
        wanted.extend(of("en", 1000));
        wanted.extend(of("xx", 3));
        // At 95 all Thai below are clear (5 %), and 905 of 1000 English are marked.
        let threshold = threshold(&wanted, 0.01);
        let share = |lang: &str| {
            let all: Vec<_> = wanted.iter().filter(|w| w.lang == lang).collect();
            all.iter().filter(|w| w.score >= threshold).count() as f64 / all.len() as f64
        };
        assert!((share("th") + share("en")) / 2.0 <= 0.01);
        assert!(threshold > 970.0 && threshold < 990.0, "{threshold}");
    }
}
