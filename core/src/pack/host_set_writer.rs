//! Writes sets of hashes. In: a key and hashes in rising order. Out: the bytes that [`super::HostSet`] reads, the same for
//! the same hashes whoever writes them: the compiler, or a phone that applies a delta and has little memory to spare.

use super::host_set::{BLOCK, ELIAS_FANO_48, HASH_BITS, MOST_BUCKET_BITS, MOST_IN_BLOCK, TAIL, parts};
use super::hosts::HostKey;

/// The set of `hashes`, which rise strictly and have 48 bits; `None` where they do not, or where so many share a block
/// that they were made to (another key helps).
#[cfg(feature = "write")]
#[must_use]
pub fn encode_hashes(key: HostKey, hashes: &[u64]) -> Option<Vec<u8>> {
    let shape = SetShape::of(hashes.len(), hashes.iter().copied())?;
    let mut out = Vec::with_capacity(shape.size());
    let wrote = shape.write(key, || hashes.iter().copied(), &mut |piece| {
        out.extend_from_slice(piece);
        Ok::<(), core::convert::Infallible>(())
    });
    debug_assert!(wrote.is_ok() && out.len() == shape.size());
    Some(out)
}

/// How a set is laid out.
#[derive(Clone, Copy)]
pub(crate) struct SetShape {
    count: usize,
    bits: u32,
    size: usize,
}

impl SetShape {
    /// That of `count` hashes that rise strictly and have 48 bits; `None` where they do not, where there are not as many, or
    /// where too many share a block.
    pub(crate) fn of(count: usize, hashes: impl Iterator<Item = u64>) -> Option<Self> {
        u32::try_from(count).ok()?;
        let bits = bucket_bits(count);
        let [_, _, size] = parts(count, bits)?;
        let shape = Self { count, bits, size };
        let (mut last, mut seen, mut block, mut here) = (None, 0, 0, 0);
        for hash in hashes {
            let now = shape.block(hash);
            here = if now == block { here + 1 } else { 1 };
            if last >= Some(hash) || hash >> HASH_BITS != 0 || here > MOST_IN_BLOCK {
                return None;
            }
            (last, seen, block) = (Some(hash), seen + 1, now);
        }
        (seen == count).then_some(shape)
    }

    /// Bytes of the set.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Writes the set in order, in pieces. `hashes` gives those of the shape anew for each part, so that nothing of a
    /// list's length need be kept.
    pub(crate) fn write<I: Iterator<Item = u64>, E>(
        &self,
        key: HostKey,
        hashes: impl Fn() -> I,
        write: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut out = Pieces { waiting: Vec::with_capacity(PIECE + 8), write };
        out.add(&[ELIAS_FANO_48, self.bits as u8, 0, 0])?;
        out.add(&(self.count as u32).to_le_bytes())?;
        out.add(&key.0.to_le_bytes())?;
        out.add(&key.1.to_le_bytes())?;

        let mut before = 0u32;
        let mut rest = hashes().peekable();
        for block in 0..(1usize << self.bits).div_ceil(BLOCK) {
            out.add(&before.to_le_bytes())?;
            while rest.next_if(|hash| self.block(*hash) == block).is_some() {
                before += 1;
            }
        }
        out.add(&(self.count as u32).to_le_bytes())?;

        let mut marks = Bits::default();
        let mut rest = hashes().peekable();
        for bucket in 0..1u64 << self.bits {
            while rest.next_if(|hash| hash >> self.lower_bits() == bucket).is_some() {
                marks.push(1, 1, &mut out)?;
            }
            marks.push(0, 1, &mut out)?;
        }
        marks.finish(&mut out)?;

        let mut lower = Bits::default();
        let mask = (1 << self.lower_bits()) - 1;
        for hash in hashes() {
            lower.push(hash & mask, self.lower_bits(), &mut out)?;
        }
        lower.finish(&mut out)?;
        out.add(&[0; TAIL])?;
        out.flush()
    }

    fn lower_bits(&self) -> u32 {
        HASH_BITS - self.bits
    }

    fn block(&self, hash: u64) -> usize {
        (hash >> self.lower_bits()) as usize / BLOCK
    }
}

/// As many bits as make the set smallest: a bucket costs a bit, and half of one in the directory.
fn bucket_bits(count: usize) -> u32 {
    let size = |bits: u32| parts(count, bits).map_or(usize::MAX, |[_, _, end]| end);
    (0..=MOST_BUCKET_BITS).min_by_key(|bits| size(*bits)).unwrap_or(0)
}

/// Bytes that are handed on at once.
const PIECE: usize = 16 << 10;

/// Bytes on their way out.
struct Pieces<'w, E> {
    waiting: Vec<u8>,
    write: &'w mut dyn FnMut(&[u8]) -> Result<(), E>,
}

impl<E> Pieces<'_, E> {
    fn add(&mut self, bytes: &[u8]) -> Result<(), E> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() < PIECE { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), E> {
        (self.write)(&self.waiting)?;
        self.waiting.clear();
        Ok(())
    }
}

/// Bits on their way into bytes.
#[derive(Default)]
struct Bits {
    word: u64,
    used: u32,
}

impl Bits {
    /// Adds the lowest `width` bits, at most 48, of a value that has no others.
    fn push<E>(&mut self, value: u64, width: u32, out: &mut Pieces<'_, E>) -> Result<(), E> {
        self.word |= value << self.used;
        self.used += width;
        let whole = self.used / 8;
        let bytes = self.word.to_le_bytes();
        self.word = self.word.checked_shr(whole * 8).unwrap_or(0);
        self.used %= 8;
        out.add(bytes.get(..whole as usize).unwrap_or(&[]))
    }

    fn finish<E>(self, out: &mut Pieces<'_, E>) -> Result<(), E> {
        if self.used > 0 { out.add(&[self.word as u8]) } else { Ok(()) }
    }
}
