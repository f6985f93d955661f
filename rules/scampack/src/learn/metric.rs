//! How well scores tell messages apart. In: scores of wanted and of other messages. Out: thresholds, recall, intervals.

use crate::attack::Dice;
use std::collections::BTreeMap;

/// One message's score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// Log-odds.
    pub score: f64,
    /// It should be found; else it is wanted.
    pub bad: bool,
    /// Its cluster of near-duplicates.
    pub cluster: usize,
}

/// The least score that marks at most `share` of the wanted messages; above every score where none may be marked.
#[must_use]
pub fn threshold(scored: &[Scored], share: f64) -> f64 {
    let mut wanted: Vec<f64> = scored.iter().filter(|s| !s.bad).map(|s| s.score).collect();
    wanted.sort_by(|a, b| b.total_cmp(a));
    let allowed = (wanted.len() as f64 * share).floor() as usize;
    // Just above the first wanted message that must not be marked.
    wanted.get(allowed).map_or(f64::NEG_INFINITY, |score| score.next_up())
}

/// Share of those that pass `threshold`; nothing without any.
#[must_use]
pub fn share(scored: &[Scored], bad: bool, threshold: f64) -> Option<f64> {
    let all = scored.iter().filter(|s| s.bad == bad).count();
    let passed = scored.iter().filter(|s| s.bad == bad && s.score >= threshold).count();
    (all > 0).then(|| passed as f64 / all as f64)
}

/// Recall where at most `false_positives` of the wanted messages are marked.
#[must_use]
pub fn recall_at(scored: &[Scored], false_positives: f64) -> Option<f64> {
    share(scored, true, threshold(scored, false_positives))
}

/// 95 % interval of [`recall_at`], by drawing clusters again (bootstrap; Efron 1979), the same on every run.
#[must_use]
pub fn interval(scored: &[Scored], false_positives: f64, draws: usize) -> Option<(f64, f64)> {
    let mut clusters: BTreeMap<usize, Vec<Scored>> = BTreeMap::new();
    scored.iter().for_each(|s| clusters.entry(s.cluster).or_default().push(*s));
    let groups: Vec<&Vec<Scored>> = clusters.values().collect();
    let mut dice = Dice(0x5ca3_f117);
    let mut found: Vec<f64> = (0..draws)
        .filter_map(|_| {
            let drawn = (0..groups.len()).filter_map(|_| groups.get(dice.below(groups.len())));
            recall_at(&drawn.flat_map(|g| g.iter().copied()).collect::<Vec<_>>(), false_positives)
        })
        .collect();
    found.sort_by(f64::total_cmp);
    let at = |share: f64| found.get(((found.len() as f64 - 1.0) * share).round() as usize).copied();
    Some((at(0.025)?, at(0.975)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(wanted: &[f64], bad: &[f64]) -> Vec<Scored> {
        let all = wanted.iter().map(|s| (*s, false)).chain(bad.iter().map(|s| (*s, true)));
        all.enumerate().map(|(cluster, (score, bad))| Scored { score, bad, cluster }).collect()
    }

    #[test]
    fn a_threshold_marks_no_more_than_allowed() {
        let wanted: Vec<f64> = (0..100).map(f64::from).collect();
        let all = scored(&wanted, &[98.5, 99.5, 50.0]);
        assert_eq!(share(&all, false, threshold(&all, 0.01)), Some(0.01));
        assert_eq!(recall_at(&all, 0.0), Some(1.0 / 3.0));
        assert_eq!(recall_at(&all, 0.01), Some(2.0 / 3.0));
        assert_eq!(recall_at(&all, 1.0), Some(1.0));
        // Scores that are the same are marked together or not at all.
        let tied = scored(&[1.0, 1.0, 1.0], &[1.0, 2.0]);
        assert_eq!(recall_at(&tied, 0.4), Some(0.5));
        assert_eq!(recall_at(&scored(&[1.0], &[]), 0.1), None);
    }

    #[test]
    fn an_interval_holds_what_was_measured() {
        let wanted: Vec<f64> = (0..50).map(f64::from).collect();
        let bad: Vec<f64> = (30..80).map(f64::from).collect();
        let all = scored(&wanted, &bad);
        let (low, high) = interval(&all, 0.02, 200).unwrap();
        let measured = recall_at(&all, 0.02).unwrap();
        assert!(low <= measured && measured <= high && low < high, "{low} {measured} {high}");
        assert_eq!(interval(&all, 0.02, 200), Some((low, high)));
    }
}
