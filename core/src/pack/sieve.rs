//! What all packs hold together. In: phrase tables, label tables. Out: one question, of a place of a text or of a label, however
//! many packs are open.

use super::labels::{LabelTable, slot};
use super::phrases::{PhraseTable, TIER_COUNT};

/// A set of numbers of `2^bits`.
struct Bits(Box<[u64]>);

impl Bits {
    fn new(bits: u32) -> Self {
        Self(vec![0; 1 << bits.saturating_sub(6)].into_boxed_slice())
    }

    fn mark(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number >> 6) {
            *word |= 1 << (number & 63);
        }
    }

    #[inline]
    fn marked(&self, number: usize) -> bool {
        self.0.get(number >> 6).is_some_and(|word| word >> (number & 63) & 1 != 0)
    }
}

/// Bits of a hash that are asked: a table of 16 KiB a tier. With the starter packs 5 to 14 bits in a hundred are set.
const BITS: u32 = 17;
/// Bits of the hash of an opening that are asked: 2 KiB.
const INSIDE_BITS: u32 = 14;
/// Bits of a label's hash that are asked: 8 KiB.
const LABEL_BITS: u32 = 16;

/// Filters of several tables in one; see [`super::scan`].
pub struct Sieve {
    tiers: [Bits; TIER_COUNT],
    /// How phrases begin that may start inside a word.
    inside: Bits,
}

impl core::fmt::Debug for Sieve {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Sieve").finish_non_exhaustive()
    }
}

impl Sieve {
    /// Reads the filters of `tables` once; those of the same tables, in any order, are then to be scanned with it.
    #[must_use]
    pub fn of(tables: &[PhraseTable<'_>]) -> Self {
        let mut sieve = Self { tiers: core::array::from_fn(|_| Bits::new(BITS)), inside: Bits::new(INSIDE_BITS) };
        for table in tables {
            let own = sieve.tiers.iter_mut().zip(table.filters());
            own.for_each(|(all, (filter, bits))| add(all, filter, bits));
            table.openings_inside(|hash| sieve.inside.mark((hash >> (64 - INSIDE_BITS)) as usize));
        }
        sieve
    }

    /// Whether some table may have a phrase with this hash in the tier.
    #[inline]
    pub(super) fn passes(&self, tier: usize, hash: u64) -> bool {
        self.tiers.get(tier).is_some_and(|all| all.marked((hash >> (64 - BITS)) as usize))
    }

    /// Whether some phrase that begins so, by [`super::phrases::opening`], may start inside a word.
    #[inline]
    pub(super) fn opens_inside(&self, hash: u64) -> bool {
        self.inside.marked((hash >> (64 - INSIDE_BITS)) as usize)
    }
}

/// Which hashes stand in one of several label tables.
pub struct LabelSieve(Bits);

impl core::fmt::Debug for LabelSieve {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("LabelSieve").finish_non_exhaustive()
    }
}

impl LabelSieve {
    /// Reads the hashes of `tables` once.
    #[must_use]
    pub fn of<'t>(tables: impl Iterator<Item = LabelTable<'t>>) -> Self {
        let mut all = Bits::new(LABEL_BITS);
        tables.flat_map(LabelTable::hashes).for_each(|hash| all.mark(slot(hash, LABEL_BITS)));
        Self(all)
    }

    /// Whether some table may have an entry with this hash.
    #[inline]
    #[must_use]
    pub fn passes(&self, hash: u32) -> bool {
        self.0.marked(slot(hash, LABEL_BITS))
    }
}

/// Marks what a filter of 2^`bits` bits lets pass. A bit of a smaller one stands for several, of a larger one for a part.
fn add(all: &mut Bits, filter: &[u8], bits: u32) {
    for (index, byte) in filter.iter().enumerate().filter(|(_, byte)| **byte != 0) {
        for bit in (0..8).filter(|bit| byte >> bit & 1 != 0).map(|bit| index * 8 + bit) {
            match BITS.checked_sub(bits) {
                Some(shift) => (bit << shift..(bit + 1) << shift).for_each(|bit| all.mark(bit)),
                None => all.mark(bit >> (bits - BITS)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_every_size_say_yes_where_they_did() {
        for bits in [3, 9, BITS - 1, BITS, BITS + 1, BITS + 4] {
            let mut filter = vec![0u8; 1 << (bits - 3)];
            let marked = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            for hash in (0..5).map(marked) {
                let bit = (hash >> (64 - bits)) as usize;
                filter[bit >> 3] |= 1 << (bit & 7);
            }
            let mut sieve = Sieve::of(&[]);
            add(&mut sieve.tiers[1], &filter, bits);
            assert!((0..5).map(marked).all(|hash| sieve.passes(1, hash)), "{bits} bits");
            assert!(!(0..5).map(marked).any(|hash| sieve.passes(0, hash)), "{bits} bits");
            let share = (0..1 << BITS).filter(|top: &u64| sieve.passes(1, top << (64 - BITS))).count();
            assert_eq!(share, if bits < BITS { 5usize << (BITS - bits) } else { 5 }, "{bits} bits");
        }
    }
}
