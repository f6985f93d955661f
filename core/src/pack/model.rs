//! The learnt model (`common` only). In: sections of grams and weights. Out: weights of both heads by gram and by feature.
//!
//! ```text
//! grams    for each head: u8 bits, three zero bytes, 16 levels (i32, micro-log-odds);
//!          then for each head 2^bits numbers of levels, two a byte, the even bucket low
//! weights  i32 bias, i32 bias of the unwanted head, u32 concepts,
//!          concepts: u32 number, u32 name, u32 category        (numbers rising)
//!          features: u32 key, i16 weight, i16 weight of the unwanted head (keys rising; thousandths of log-odds)
//! ```

use super::read::{array, i32_at, u32_at};
use super::scoring::bounded;
use super::{Pack, SectionKind};
use crate::verdict::Category;

/// Bits of the largest gram table: 256 Ki buckets.
pub const MAX_BITS: u8 = 18;
/// Weights that a gram may have.
pub const LEVELS: usize = 16;
const TABLE_HEAD: usize = 4 + 4 * LEVELS;
const WEIGHTS_HEAD: usize = 12;
/// Largest weight of a gram, micro-log-odds.
const MAX_LEVEL: i32 = 100_000_000;
const CONCEPT: usize = 12;
const FEATURE: usize = 8;

/// Learnt weights. What is damaged weighs nothing.
#[derive(Clone, Copy)]
pub struct Model<'a> {
    pack: &'a Pack,
    /// Log-odds of a message without any feature.
    pub bias: i32,
    /// The same for `score_unwanted`.
    pub bias_unwanted: i32,
    scam: Table<'a>,
    unwanted: Table<'a>,
    concepts: &'a [[u8; CONCEPT]],
    features: &'a [[u8; FEATURE]],
}

/// Weights of grams for one head.
#[derive(Clone, Copy)]
struct Table<'a> {
    bits: u8,
    levels: [i32; LEVELS],
    buckets: &'a [u8],
}

impl<'a> Table<'a> {
    /// The table whose head and buckets these are.
    fn read(head: &[u8], buckets: &'a [u8]) -> Option<Self> {
        let bits = head.first().copied().filter(|bits| (1..=MAX_BITS).contains(bits))?;
        let mut levels = [0; LEVELS];
        for (index, level) in levels.iter_mut().enumerate() {
            // Some ten thousand grams of the largest weight stay within what a sum can hold.
            *level = i32_at(head, 4 + 4 * index)?.clamp(-MAX_LEVEL, MAX_LEVEL);
        }
        Some(Self { bits, levels, buckets: buckets.get(..1 << (bits - 1))? })
    }

    #[inline]
    fn weight(&self, hash: u32) -> i32 {
        let bucket = (hash >> (32 - u32::from(self.bits))) as usize;
        let pair = self.buckets.get(bucket / 2).copied().unwrap_or(0);
        let number = usize::from(pair >> (4 * (bucket & 1)) & 0xf);
        self.levels.get(number).copied().unwrap_or(0)
    }
}

/// What the model knows of a concept beside its weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConceptEntry<'a> {
    /// Name in rule sources.
    pub name: &'a str,
    /// Category it votes for.
    pub category: Category,
}

impl Pack {
    /// The learnt model, if the pack carries one.
    #[must_use]
    pub fn model(&self) -> Option<Model<'_>> {
        let (grams, weights) = (self.section(SectionKind::Grams), self.section(SectionKind::Weights));
        let (head, second) = (grams.get(..TABLE_HEAD)?, grams.get(TABLE_HEAD..2 * TABLE_HEAD)?);
        let scam = Table::read(head, grams.get(2 * TABLE_HEAD..)?)?;
        let unwanted = Table::read(second, grams.get(2 * TABLE_HEAD + scam.buckets.len()..)?)?;
        let (concepts, features) =
            weights.get(WEIGHTS_HEAD..)?.split_at_checked((u32_at(weights, 8)? as usize).checked_mul(CONCEPT)?)?;
        Some(Model {
            pack: self,
            bias: bounded(i32_at(weights, 0)?),
            bias_unwanted: bounded(i32_at(weights, 4)?),
            scam,
            unwanted,
            concepts: concepts.as_chunks().0,
            features: features.as_chunks().0,
        })
    }
}

impl<'a> Model<'a> {
    /// Weights of a gram, micro-log-odds.
    #[inline]
    #[must_use]
    pub fn gram(&self, hash: u32) -> (i32, i32) {
        (self.scam.weight(hash), self.unwanted.weight(hash))
    }

    /// Thousandths of log-odds of summed weights of `count` different grams: the sum over the root of the count.
    #[must_use]
    pub fn grams(&self, sums: (i64, i64), count: u32) -> (i32, i32) {
        let root = (u64::from(count.max(1)) << 16).isqrt() as i64;
        let part =
            |sum: i64| bounded((sum * 256 / (root * 1000)).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32);
        (part(sums.0), part(sums.1))
    }

    /// Weights of a feature; zero where nothing was learnt.
    #[must_use]
    pub fn feature(&self, key: u32) -> (i32, i32) {
        let found = self.features.binary_search_by_key(&key, |r| u32_at(r, 0).unwrap_or(0));
        let record = found.ok().and_then(|at| self.features.get(at));
        let half = |at| record.and_then(|r| array(r, at)).map_or(0, |b| i32::from(i16::from_le_bytes(b)));
        (half(4), half(6))
    }

    /// Weights of all features, in order of their keys.
    #[cfg(feature = "write")]
    pub fn features(&self) -> impl Iterator<Item = (u32, (i32, i32))> {
        self.features.iter().filter_map(|r| u32_at(r, 0)).map(|key| (key, self.feature(key)))
    }

    /// Numbers of all concepts that are known, rising.
    #[cfg(feature = "write")]
    pub fn concepts(&self) -> impl Iterator<Item = u32> {
        self.concepts.iter().filter_map(|r| u32_at(r, 0))
    }

    /// What is known of a concept.
    #[must_use]
    pub fn concept(&self, number: u32) -> Option<ConceptEntry<'a>> {
        let at = self.concepts.binary_search_by_key(&number, |r| u32_at(r, 0).unwrap_or(0)).ok()?;
        let record = self.concepts.get(at)?;
        let category = Category::from_number(u8::try_from(u32_at(record, 8)?).ok()?)?;
        Some(ConceptEntry { name: self.pack.string(u32_at(record, 4)?), category })
    }
}

/// Weights of grams of one head, to write.
#[cfg(feature = "write")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTable {
    /// Bits of the table, 1 to [`MAX_BITS`].
    pub bits: u8,
    /// Micro-log-odds by number.
    pub levels: [i32; LEVELS],
    /// Number of the level by bucket.
    pub buckets: Vec<u8>,
}

/// A model to write.
#[cfg(feature = "write")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewModel {
    /// Biases of both heads, thousandths of log-odds.
    pub bias: (i32, i32),
    /// Weights of grams, by head.
    pub grams: (NewTable, NewTable),
    /// Weights by feature, thousandths of log-odds.
    pub features: std::collections::BTreeMap<u32, (i16, i16)>,
}

/// Sections of grams and weights; `concepts` are number, id of the name and category, in order of their numbers.
#[cfg(feature = "write")]
pub(super) fn encode(model: &NewModel, concepts: &[(u32, u32, Category)]) -> (Vec<u8>, Vec<u8>) {
    let tables = [&model.grams.0, &model.grams.1];
    let mut grams = Vec::new();
    for table in tables {
        grams.extend([table.bits, 0, 0, 0]);
        grams.extend(table.levels.iter().flat_map(|level| level.to_le_bytes()));
    }
    for table in tables {
        let of = |bucket: usize| table.buckets.get(bucket).copied().unwrap_or(0) & 0xf;
        let pairs = (1usize << table.bits.clamp(1, MAX_BITS)) / 2;
        grams.extend((0..pairs).map(|pair| of(2 * pair) | of(2 * pair + 1) << 4));
    }
    let mut weights: Vec<u8> = [model.bias.0, model.bias.1].iter().flat_map(|v| v.to_le_bytes()).collect();
    weights.extend((concepts.len() as u32).to_le_bytes());
    for (number, name, category) in concepts {
        weights.extend([*number, *name, *category as u32].iter().flat_map(|v| v.to_le_bytes()));
    }
    for (key, (scam, unwanted)) in &model.features {
        weights.extend(key.to_le_bytes());
        weights.extend(scam.to_le_bytes());
        weights.extend(unwanted.to_le_bytes());
    }
    (grams, weights)
}
