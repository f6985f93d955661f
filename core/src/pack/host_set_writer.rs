//! Writes sets of hashes. In: a key and hashes in rising order. Out: the bytes that [`super::HostSet`] reads, the same for
//! the same hashes whoever writes them: the compiler, or a phone that applied a delta.

use super::host_set::{BLOCK, ELIAS_FANO_48, HASH_BITS, MOST_BUCKET_BITS, MOST_IN_BLOCK, TAIL, parts};
use super::hosts::HostKey;

/// The set of `hashes`, which rise strictly and have 48 bits; `None` where they do not, or where so many share a block
/// that they were made to (another key helps).
#[must_use]
pub fn encode_hashes(key: HostKey, hashes: &[u64]) -> Option<Vec<u8>> {
    let rising = hashes.is_sorted_by(|a, b| a < b) && hashes.last().is_none_or(|last| last >> HASH_BITS == 0);
    let count = u32::try_from(hashes.len()).ok().filter(|_| rising)?;
    let bits = bucket_bits(hashes.len());
    let lower_bits = HASH_BITS - bits;
    let [directory, upper, end] = parts(hashes.len(), bits)?;
    let mut out = Vec::with_capacity(end);
    out.extend([ELIAS_FANO_48, bits as u8, 0, 0]);
    out.extend(count.to_le_bytes());
    out.extend(key.0.to_le_bytes());
    out.extend(key.1.to_le_bytes());

    let mut before = 0;
    for block in 0..(1usize << bits).div_ceil(BLOCK) {
        out.extend((before as u32).to_le_bytes());
        let rest = hashes.get(before..).unwrap_or(&[]);
        let here = rest.partition_point(|h| (h >> lower_bits) as usize / BLOCK == block);
        if here > MOST_IN_BLOCK {
            return None;
        }
        before += here;
    }
    out.extend(count.to_le_bytes());
    debug_assert_eq!(out.len(), directory);

    let mut marks = Bits::default();
    let mut rest = hashes.iter().peekable();
    for bucket in 0..1u64 << bits {
        while rest.next_if(|h| **h >> lower_bits == bucket).is_some() {
            marks.push(1, 1, &mut out);
        }
        marks.push(0, 1, &mut out);
    }
    marks.finish(&mut out);
    debug_assert_eq!(out.len(), upper);

    let mut lower = Bits::default();
    hashes.iter().for_each(|h| lower.push(h & ((1 << lower_bits) - 1), lower_bits, &mut out));
    lower.finish(&mut out);
    out.extend([0; TAIL]);
    debug_assert_eq!(out.len(), end);
    Some(out)
}

/// As many bits as make the set smallest: a bucket costs a bit, and half of one in the directory.
fn bucket_bits(count: usize) -> u32 {
    let size = |bits: u32| parts(count, bits).map_or(usize::MAX, |[_, _, end]| end);
    (0..=MOST_BUCKET_BITS).min_by_key(|bits| size(*bits)).unwrap_or(0)
}

/// Bits on their way into bytes.
#[derive(Default)]
struct Bits {
    word: u64,
    used: u32,
}

impl Bits {
    /// Adds the lowest `width` bits, at most 48, of a value that has no others.
    fn push(&mut self, value: u64, width: u32, out: &mut Vec<u8>) {
        self.word |= value << self.used;
        self.used += width;
        while self.used >= 8 {
            out.push(self.word as u8);
            self.word >>= 8;
            self.used -= 8;
        }
    }

    fn finish(self, out: &mut Vec<u8>) {
        if self.used > 0 {
            out.push(self.word as u8);
        }
    }
}
