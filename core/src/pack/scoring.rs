//! Scoring. In: its section. Out: bias, thresholds and the calibration curve, or nothing when they contradict each other.

use super::read::{i32_at, records, u32_at};
use super::{Pack, SectionKind};

/// Largest magnitude of one weight: a sum over every record of the largest pack stays within an `i64` by far.
const MAX_WEIGHT: i32 = 20_000;
const HEAD: usize = 28;

/// How contributions become score and level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scoring {
    /// Log-odds of a message of which nothing is known, for `score`.
    pub bias: i32,
    /// The same for `score_unwanted`.
    pub bias_unwanted: i32,
    /// Log-odds from which a message is suspicious.
    pub suspicious: i32,
    /// Log-odds from which it is a scam.
    pub scam: i32,
    /// Log-odds of `score_unwanted` from which it is unwanted.
    pub unwanted: i32,
    /// The most that one pack may add.
    pub pack_bound: i32,
    /// Added when the sender is a contact; zero or below.
    pub contact: i32,
    /// Calibration: log-odds to parts per million, piecewise linear, both rising.
    pub curve: Vec<(i32, u32)>,
}

impl Pack {
    /// Scoring, if the pack carries it.
    #[must_use]
    pub fn scoring(&self) -> Option<Scoring> {
        let s = self.section(SectionKind::Scoring);
        let at = |i: usize| i32_at(s, i * 4).map(bounded);
        let curve: Vec<(i32, u32)> = records::<8>(s, HEAD)
            .filter_map(|r| Some((bounded(i32_at(r, 0)?), u32_at(r, 4)?.min(1_000_000))))
            .collect();
        let rising = curve.len() >= 2 && curve.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1);
        let scoring = Scoring {
            bias: at(0)?,
            bias_unwanted: at(1)?,
            suspicious: at(2)?,
            scam: at(3)?,
            unwanted: at(4)?,
            pack_bound: at(5)?.max(0),
            contact: at(6)?.min(0),
            curve,
        };
        (rising && scoring.suspicious < scoring.scam).then_some(scoring)
    }
}

/// A weight from a pack, never larger than what a rule source may say.
pub(super) fn bounded(weight: i32) -> i32 {
    weight.clamp(-MAX_WEIGHT, MAX_WEIGHT)
}

#[cfg(feature = "write")]
pub(super) fn encode(s: &Scoring) -> Vec<u8> {
    let fixed = [s.bias, s.bias_unwanted, s.suspicious, s.scam, s.unwanted, s.pack_bound, s.contact];
    let mut out: Vec<u8> = fixed.iter().flat_map(|v| v.to_le_bytes()).collect();
    for (mlo, ppm) in &s.curve {
        out.extend(mlo.to_le_bytes());
        out.extend(ppm.to_le_bytes());
    }
    out
}
