//! Weights of grams in sixteen levels. In: weights and how often each is met. Out: the levels and the level of each weight.
//!
//! Levels lie where they cost least: the error, squared and weighted by how often a gram is met, is brought down by Lloyd's
//! method (1982) from evenly spread ones. One level is zero, so that a gram of which nothing was learnt weighs nothing.

use scamfilter::pack::{LEVELS, NewTable};

/// Rounds; levels hardly move after some twenty.
const ROUNDS: usize = 40;

/// The table of `weights` (log-odds), each met `counts` times.
#[must_use]
pub fn table(weights: &[f64], counts: &[u32], bits: u8) -> NewTable {
    let weight = |bucket: usize| weights.get(bucket).copied().unwrap_or(0.0);
    let count = |bucket: usize| f64::from(counts.get(bucket).copied().unwrap_or(0));
    let most = weights.iter().fold(0.0_f64, |most, w| most.max(w.abs()));
    let mut levels: Vec<f64> = (0..LEVELS).map(|i| most * (i as f64 - 8.0) / 8.0).collect();
    for _ in 0..ROUNDS {
        let mut sums = [(0.0, 0.0); LEVELS];
        for bucket in 0..weights.len() {
            if let Some((sum, total)) = sums.get_mut(nearest(&levels, weight(bucket))) {
                *sum += weight(bucket) * count(bucket);
                *total += count(bucket);
            }
        }
        for (level, (sum, total)) in levels.iter_mut().zip(sums) {
            if *level != 0.0 && total > 0.0 {
                *level = sum / total;
            }
        }
        levels.sort_by(f64::total_cmp);
    }
    let mut micro = [0; LEVELS];
    micro.iter_mut().zip(&levels).for_each(|(slot, level)| *slot = (level * 1e6).round().clamp(-1e8, 1e8) as i32);
    let buckets = (0..1usize << bits).map(|bucket| nearest(&levels, weight(bucket)) as u8).collect();
    NewTable { bits, levels: micro, buckets }
}

/// Index of the level nearest to a weight; `levels` rise.
fn nearest(levels: &[f64], weight: f64) -> usize {
    let above = levels.partition_point(|level| *level < weight);
    let distance = |index: usize| levels.get(index).map_or(f64::INFINITY, |level| (level - weight).abs());
    match above.checked_sub(1) {
        Some(below) if distance(below) <= distance(above) => below,
        _ => above.min(levels.len().saturating_sub(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_lie_where_weights_are() {
        let mut weights = vec![0.0; 256];
        for (index, weight) in [-3.0, -0.5, 0.5, 4.0].into_iter().enumerate() {
            weights[index] = weight;
        }
        let table = table(&weights, &[5; 256], 8);
        let back = |bucket: usize| f64::from(table.levels[usize::from(table.buckets[bucket])]) / 1e6;
        for (bucket, weight) in weights.iter().enumerate() {
            assert!((back(bucket) - weight).abs() < 1e-6, "{bucket}: {} for {weight}", back(bucket));
        }
        assert!(table.levels.contains(&0));
    }
}
