//! Calibration. In: log-odds of messages that were not learnt from, and what they are. Out: the curve by which a score is a
//! probability on the reference corpus, and how far off it is.
//!
//! In the reference corpus every language counts the same and has the same share of scams and unlawful offers
//! (`reference_bad` of the plan). The curve is an isotonic regression (pool adjacent violators; Ayer et al. 1955), read at
//! fixed log-odds, with a slope everywhere (ADR 4). One curve serves all languages: what is left between them is told.

use std::collections::BTreeMap;

/// Log-odds at which the curve has its points.
const POINTS: [i32; 17] = [
    -12_000, -9_000, -7_000, -6_000, -5_000, -4_000, -3_000, -2_000, -1_000, 0, 1_000, 2_000, 3_000, 4_000, 6_000,
    8_000, 12_000,
];
/// Parts of a whole.
const WHOLE: i64 = 1_000_000;
/// A language with fewer messages of either kind says too little.
const ENOUGH: usize = 30;
/// Bins in which a curve is compared with what is.
const BINS: usize = 10;

/// A message's log-odds and what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Language.
    pub lang: String,
    /// Log-odds.
    pub score: f64,
    /// A scam or an unlawful offer.
    pub bad: bool,
}

/// A curve and where it is from.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// Thousandths of log-odds, parts per million.
    pub curve: Vec<(i32, u32)>,
    /// Messages that it was fitted to.
    pub messages: usize,
    /// Share of bad ones in the reference corpus.
    pub bad: f64,
}

/// One bin: what the curve says, what is, and the messages.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// Mean of what the curve says.
    pub said: f64,
    /// Share of bad ones.
    pub is: f64,
    /// Messages.
    pub messages: usize,
    /// Their weight in the reference corpus, all together 1.
    weight: f64,
}

/// The messages as the reference corpus: each with its weight, in order of their log-odds.
fn reference(judged: &[Judged], bad: f64) -> Vec<(f64, bool, f64)> {
    let mut counts: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    judged.iter().for_each(|j| {
        if let Some(count) = counts.entry(&j.lang).or_default().get_mut(usize::from(j.bad)) {
            *count += 1;
        }
    });
    counts.retain(|_, count| count.iter().all(|n| *n >= ENOUGH));
    let languages = counts.len() as f64;
    let weighed = judged.iter().filter_map(|j| {
        let n = *counts.get(j.lang.as_str())?.get(usize::from(j.bad))?;
        Some((j.score, j.bad, (if j.bad { bad } else { 1.0 - bad }) / (n as f64 * languages)))
    });
    let mut all: Vec<(f64, bool, f64)> = weighed.collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all
}

/// The curve; nothing where no language has enough messages of both kinds.
#[must_use]
pub fn fit(judged: &[Judged], bad: f64) -> Option<Calibration> {
    let all = reference(judged, bad);
    if all.is_empty() {
        return None;
    }
    // Blocks: weight, weight of bad ones, weighted log-odds. Neighbours that do not rise become one.
    let mut blocks: Vec<[f64; 3]> = Vec::new();
    for (score, bad, weight) in &all {
        blocks.push([*weight, if *bad { *weight } else { 0.0 }, weight * score]);
        while let [.., a, b] = blocks.as_slice()
            && a[1] * b[0] >= b[1] * a[0]
        {
            let joined = [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
            blocks.truncate(blocks.len() - 2);
            blocks.push(joined);
        }
    }
    let steps: Vec<(f64, f64)> = blocks.iter().map(|[weight, bad, score]| (score / weight, bad / weight)).collect();
    let at = |log_odds: f64| between(&steps, |step| *step, log_odds).unwrap_or(bad);
    Some(Calibration { curve: sloped(|mlo| at(f64::from(mlo) / 1000.0)), messages: all.len(), bad })
}

/// What rising points say of `x`: on the line between two of them, beyond them what the last one says.
fn between<T>(points: &[T], of: impl Fn(&T) -> (f64, f64), x: f64) -> Option<f64> {
    let above = points.partition_point(|point| of(point).0 < x);
    match (above.checked_sub(1).and_then(|i| points.get(i)).map(&of), points.get(above).map(&of)) {
        (Some((x0, y0)), Some((x1, y1))) => Some(y0 + (y1 - y0) * (x - x0) / (x1 - x0).max(1e-9)),
        (Some((_, y)), None) | (None, Some((_, y))) => Some(y),
        (None, None) => None,
    }
}

/// Points of a rising function that rise by at least one part per thousandth of log-odds.
fn sloped(of: impl Fn(i32) -> f64) -> Vec<(i32, u32)> {
    let (first, last) = (POINTS.first().copied().unwrap_or(0), POINTS.last().copied().unwrap_or(0));
    let mut least = 0;
    let mut out: Vec<(i32, u32)> = Vec::new();
    let mut before = first;
    for mlo in POINTS {
        // What is left above must be enough for the slope of the rest.
        least += i64::from(mlo - before);
        let most = WHOLE - i64::from(last - mlo);
        let value = ((of(mlo) * WHOLE as f64).round() as i64).clamp(least.max(1), most);
        out.push((mlo, value as u32));
        (before, least) = (mlo, value);
    }
    out
}

impl Calibration {
    /// What the curve says of a score, 0 to 1.
    #[must_use]
    pub fn at(&self, score: f64) -> f64 {
        let part = |(x, y): &(i32, u32)| (f64::from(*x), f64::from(*y) / WHOLE as f64);
        between(&self.curve, part, score * 1000.0).unwrap_or(0.0)
    }

    /// What the curve says beside what is, from the lowest scores to the highest, bins of the same number of bad messages.
    #[must_use]
    pub fn bins(&self, judged: &[Judged]) -> Vec<Bin> {
        let all = reference(judged, self.bad);
        let total: f64 = all.iter().filter(|(_, bad, _)| *bad).map(|(_, _, weight)| weight).sum();
        let mut out: Vec<Bin> = vec![Bin::default()];
        let mut found = 0.0;
        for (score, bad, weight) in all {
            if found >= total * out.len() as f64 / BINS as f64 && out.len() < BINS {
                out.push(Bin::default());
            }
            let Some(bin) = out.last_mut() else { continue };
            bin.said += self.at(score) * weight;
            bin.is += if bad { weight } else { 0.0 };
            found += if bad { weight } else { 0.0 };
            bin.messages += 1;
            bin.weight += weight;
        }
        out.retain(|bin| bin.weight > 0.0);
        for bin in &mut out {
            (bin.said, bin.is) = (bin.said / bin.weight, bin.is / bin.weight);
        }
        out
    }
}

/// Mean distance between what is said and what is, each bin counting as it is in the reference corpus.
#[must_use]
pub fn error(bins: &[Bin]) -> f64 {
    bins.iter().map(|bin| bin.weight * (bin.said - bin.is).abs()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages of which a share of 1 / (1 + e^-score) is bad where half of all are.
    fn logistic() -> Vec<Judged> {
        let share = |score: f64| 1.0 / (1.0 + (-score).exp());
        let scores = (-60..=60).map(|i| f64::from(i) / 10.0);
        let of = |score: f64| {
            let bad = (share(score) * 100.0).round() as usize;
            (0..100).map(move |i| Judged { lang: "en".to_owned(), score, bad: i < bad })
        };
        scores.flat_map(of).collect()
    }

    #[test]
    fn what_is_calibrated_stays_so_and_a_share_moves_it() {
        let half = fit(&logistic(), 0.5).unwrap();
        for score in [-4.0, -1.0, 0.0, 2.0, 4.0] {
            let share = 1.0 / (1.0 + f64::exp(-score));
            assert!((half.at(score) - share).abs() < 0.02, "{score}: {} for {share}", half.at(score));
        }
        let rare = fit(&logistic(), 0.05).unwrap();
        assert!(rare.at(0.0) < 0.08 && rare.at(4.0) < half.at(4.0));
        assert!(error(&half.bins(&logistic())) < 0.01 && error(&rare.bins(&logistic())) < 0.01);
    }

    #[test]
    fn a_curve_has_a_slope_everywhere_and_takes_what_it_can_get() {
        let flat: Vec<Judged> =
            (0..200).map(|i| Judged { lang: "en".to_owned(), score: f64::from(i), bad: i % 2 == 0 }).collect();
        for judged in [flat, logistic()] {
            let curve = fit(&judged, 0.3).unwrap().curve;
            for pair in curve.windows(2) {
                assert!(i64::from(pair[1].1) - i64::from(pair[0].1) >= i64::from(pair[1].0 - pair[0].0), "{curve:?}");
            }
            assert!(curve.last().unwrap().1 <= 1_000_000);
        }
        assert_eq!(fit(&[], 0.3), None);
        assert_eq!(fit(&logistic().into_iter().filter(|j| j.bad).collect::<Vec<_>>(), 0.3), None);
    }
}
