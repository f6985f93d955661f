//! A set of 48-bit hashes, used in place. In: the bytes of a set, from anywhere. Out: whether a hash is in it; all of them
//! in order, for deltas and for building the next set.
//!
//! Elias-Fano (Elias 1974, Fano 1971), cut into blocks of 64 buckets. The top `B` bits of a hash name its bucket:
//! ```text
//! 0   u8 encoding (2), u8 B, u16 zero, u32 count N       8  u64 key 0       16 u64 key 1
//! 24  directory: for each block u32 hashes before it, then N
//!     upper: for each bucket a 1 for each of its hashes, then a 0; bits from the lowest of each byte on, to whole bytes
//!     lower: the other 48 - B bits of each hash, one after the other, then 8 bytes of zeros
//! ```
//! With as many buckets as hashes a hash costs about 2.5 bits more than its lower bits: within 4 % of the bound of
//! information theory, `48 - log2 N + 1.44` bits.

use super::hosts::HostKey;
use super::read::{array, u32_at, u64_at};

/// Marks a set of this layout.
pub(super) const ELIAS_FANO_48: u8 = 2;
/// Bits of a hash.
pub(super) const HASH_BITS: u32 = 48;
/// Bytes in front of the directory.
pub(super) const HEAD: usize = 24;
/// Zeros behind the lower bits, so that each is read with one load.
pub(super) const TAIL: usize = 8;
/// Buckets of a block.
pub(super) const BLOCK: usize = 64;
/// Most bits of a bucket's number: sixteen million buckets.
pub(super) const MOST_BUCKET_BITS: u32 = 24;
/// Hashes that one block may hold, so that a set made to be slow is not: 54 is usual.
pub(super) const MOST_IN_BLOCK: usize = 2_048;

/// Bits of one load of the upper part, at any offset within a byte.
const LOAD: usize = 56;
const LOADED: u64 = (1 << LOAD) - 1;

/// A set that lies somewhere in memory. What is damaged answers wrongly, in bounded time, and never panics.
#[derive(Clone, Copy, Debug)]
pub struct HostSet<'a> {
    key: HostKey,
    count: usize,
    bucket_bits: u32,
    directory: &'a [u8],
    upper: &'a [u8],
    lower: &'a [u8],
}

/// Where the parts of a set end, counted from its beginning; `None` where no set can be like that.
pub(super) fn parts(count: usize, bucket_bits: u32) -> Option<[usize; 3]> {
    if bucket_bits > MOST_BUCKET_BITS {
        return None;
    }
    let buckets = 1usize << bucket_bits;
    let directory = HEAD.checked_add((buckets.div_ceil(BLOCK) + 1).checked_mul(4)?)?;
    let upper = directory.checked_add(count.checked_add(buckets)?.div_ceil(8))?;
    let bits = count.checked_mul((HASH_BITS - bucket_bits) as usize)?;
    Some([directory, upper, upper.checked_add(bits.div_ceil(8))?.checked_add(TAIL)?])
}

impl<'a> HostSet<'a> {
    /// A set that fills `bytes` exactly.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let [encoding, bits, 0, 0] = array(bytes, 0)? else { return None };
        let (count, bucket_bits) = (u32_at(bytes, 4)? as usize, u32::from(bits));
        if encoding != ELIAS_FANO_48 {
            return None;
        }
        let [directory, upper, end] = parts(count, bucket_bits)?;
        if end != bytes.len() {
            return None;
        }
        Some(Self {
            key: (u64_at(bytes, 8)?, u64_at(bytes, 16)?),
            count,
            bucket_bits,
            directory: bytes.get(HEAD..directory)?,
            upper: bytes.get(directory..upper)?,
            lower: bytes.get(upper..)?,
        })
    }

    /// Key of the hash, the same for a whole epoch.
    #[must_use]
    pub fn key(&self) -> HostKey {
        self.key
    }

    /// How many hashes it says to hold.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether `hash`, of 48 bits, is in the set.
    #[must_use]
    pub fn contains(&self, hash: u64) -> bool {
        self.find(hash).is_some()
    }

    /// All hashes in rising order; what is damaged gives any numbers, never more than [`Self::len`].
    pub fn hashes(&self) -> impl Iterator<Item = u64> + Clone + use<'a> {
        let set = *self;
        let (mut at, mut bucket, mut index) = (0, 0u64, 0);
        core::iter::from_fn(move || {
            if index == set.count {
                return None;
            }
            while !set.upper_bit(at)? {
                (at, bucket) = (at + 1, bucket + 1);
            }
            let hash = bucket << set.lower_bits() | set.lower(index)?;
            (at, index) = (at + 1, index + 1);
            Some(hash)
        })
    }

    fn lower_bits(&self) -> u32 {
        HASH_BITS - self.bucket_bits
    }

    fn find(&self, hash: u64) -> Option<()> {
        let bucket = usize::try_from(hash.checked_shr(self.lower_bits())?).ok()?;
        let wanted = hash & ((1 << self.lower_bits()) - 1);
        let block = bucket / BLOCK;
        let before = u32_at(self.directory, block * 4)? as usize;
        let mut at = self.behind_zeros(before + block * BLOCK, (bucket % BLOCK) as u32)?;
        // The ones before it are the hashes before it.
        let mut index = at.checked_sub(bucket)?;
        for _ in 0..MOST_IN_BLOCK {
            if !self.upper_bit(at)? {
                return None;
            }
            match self.lower(index)? {
                lower if lower < wanted => (at, index) = (at + 1, index + 1),
                lower => return (lower == wanted).then_some(()),
            }
        }
        None
    }

    /// The place behind the next `zeros` zeros from bit `at` on.
    fn behind_zeros(&self, mut at: usize, mut zeros: u32) -> Option<usize> {
        if zeros == 0 {
            return Some(at);
        }
        for _ in 0..=(MOST_IN_BLOCK + BLOCK) / LOAD {
            let word = !self.load(at)? & LOADED;
            let counts = counts(word);
            let here = (counts >> 56) as u32;
            if here >= zeros {
                return Some(at + select(word, counts, zeros) as usize + 1);
            }
            (at, zeros) = (at + LOAD, zeros - here);
        }
        None
    }

    /// At least [`LOAD`] bits of the upper part from `at` on; zeros behind its end.
    fn load(&self, at: usize) -> Option<u64> {
        let from = self.upper.get(at / 8..)?;
        let word = u64_at(from, 0).unwrap_or_else(|| {
            let mut last = [0; 8];
            last.iter_mut().zip(from).for_each(|(to, byte)| *to = *byte);
            u64::from_le_bytes(last)
        });
        Some(word >> (at % 8))
    }

    fn upper_bit(&self, at: usize) -> Option<bool> {
        self.upper.get(at / 8).map(|byte| byte >> (at % 8) & 1 != 0)
    }

    fn lower(&self, index: usize) -> Option<u64> {
        let at = index.checked_mul(self.lower_bits() as usize)?;
        let word = u64_at(self.lower, at / 8)?;
        Some(word >> (at % 8) & ((1 << self.lower_bits()) - 1))
    }
}

const EACH_BYTE: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = 0x8080_8080_8080_8080;

/// In each byte the ones of `word` up to and with that byte.
fn counts(word: u64) -> u64 {
    let pairs = word - (word >> 1 & 0x5555_5555_5555_5555);
    let fours = (pairs & 0x3333_3333_3333_3333) + (pairs >> 2 & 0x3333_3333_3333_3333);
    ((fours + (fours >> 4)) & 0x0f0f_0f0f_0f0f_0f0f).wrapping_mul(EACH_BYTE)
}

/// Place of the `nth` one of `word`, from 1 to as many as there are (Vigna 2008).
fn select(word: u64, counts: u64, nth: u32) -> u32 {
    let reached = ((counts | HIGHEST) - u64::from(nth) * EACH_BYTE) & HIGHEST;
    let byte = reached.trailing_zeros() & !7;
    let before = (counts << 8).checked_shr(byte).unwrap_or(0) as u8;
    let mut bits = word.checked_shr(byte).unwrap_or(0);
    for _ in 1..nth.saturating_sub(u32::from(before)) {
        bits &= bits.wrapping_sub(1);
    }
    byte + bits.trailing_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_are_found_in_a_word() {
        for word in [1, 0x8000_0000_0000_0000, u64::MAX, 0x00f0_1001_8000_0101, 0x5555_5555_5555_5555] {
            let ones: Vec<u32> = (0..64).filter(|b| word >> b & 1 != 0).collect();
            for (index, place) in ones.iter().enumerate() {
                assert_eq!(select(word, counts(word), index as u32 + 1), *place, "{word:x}");
            }
            assert_eq!((counts(word) >> 56) as usize, ones.len());
        }
    }
}
