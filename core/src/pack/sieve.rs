//! What the filters of all packs let pass together. In: phrase tables. Out: per place of a text one question a tier, however
//! many packs are open.

use super::phrases::{PhraseTable, TIER_COUNT};

/// Bits of a hash that are asked: a table of 16 KiB a tier. With the starter packs 5 to 14 bits in a hundred are set.
const BITS: u32 = 17;
const WORDS: usize = 1 << (BITS - 6);

/// Filters of several tables in one; see [`super::scan`].
pub struct Sieve {
    tiers: [Box<[u64]>; TIER_COUNT],
    /// By tier: some phrase may start inside a word.
    inside: [bool; TIER_COUNT],
}

impl core::fmt::Debug for Sieve {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Sieve").field("inside", &self.inside).finish_non_exhaustive()
    }
}

impl Sieve {
    /// Reads the filters of `tables` once; those of the same tables, in any order, are then to be scanned with it.
    #[must_use]
    pub fn of(tables: &[PhraseTable<'_>]) -> Self {
        let mut sieve =
            Self { tiers: core::array::from_fn(|_| vec![0; WORDS].into_boxed_slice()), inside: [false; TIER_COUNT] };
        for table in tables {
            let own = sieve.tiers.iter_mut().zip(&mut sieve.inside).zip(table.filters());
            for ((all, inside), (filter, bits, starts_inside)) in own {
                *inside |= starts_inside;
                add(all, filter, bits);
            }
        }
        sieve
    }

    /// Whether some table may have a phrase with this hash in the tier.
    #[inline]
    pub(super) fn passes(&self, tier: usize, hash: u64) -> bool {
        let bit = hash >> (64 - BITS);
        let word = self.tiers.get(tier).and_then(|words| words.get((bit >> 6) as usize)).copied().unwrap_or(0);
        word >> (bit & 63) & 1 != 0
    }

    /// Whether some phrase of the tier may start inside a word.
    #[inline]
    pub(super) fn inside(&self, tier: usize) -> bool {
        self.inside.get(tier) == Some(&true)
    }
}

/// Marks what a filter of 2^`bits` bits lets pass. A bit of a smaller one stands for several, of a larger one for a part.
fn add(all: &mut [u64], filter: &[u8], bits: u32) {
    let mut mark = |bit: usize| {
        if let Some(word) = all.get_mut(bit >> 6) {
            *word |= 1 << (bit & 63);
        }
    };
    for (index, byte) in filter.iter().enumerate().filter(|(_, byte)| **byte != 0) {
        for bit in (0..8).filter(|bit| byte >> bit & 1 != 0).map(|bit| index * 8 + bit) {
            match BITS.checked_sub(bits) {
                Some(shift) => (bit << shift..(bit + 1) << shift).for_each(&mut mark),
                None => mark(bit >> (bits - BITS)),
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
