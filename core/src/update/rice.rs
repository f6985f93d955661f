//! Golomb-Rice codes of sorted numbers. In: numbers in strictly rising order. Out: bits, and back, bounded.
//!
//! `u8 k`, `u32 count`, then for each number its distance to the one before, less one: the part above `k` bits in unary, as ones
//! and a zero, then the `k` bits. Bits fill bytes from the lowest on (Golomb 1966, Rice 1979).

/// Most ones of a code: more than any list that is worth coding has.
const MAX_QUOTIENT: u64 = 1 << 20;

/// Numbers of a list, one at a time.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    k: u32,
    left: u32,
    next: u64,
    bound: u64,
}

impl<'a> Reader<'a> {
    /// Begins a list of numbers below `bound`.
    pub(super) fn new(bytes: &'a [u8], bound: u64) -> Option<Self> {
        let (k, rest) = bytes.split_first()?;
        let (count, rest) = rest.split_first_chunk::<4>()?;
        let left = u32::from_le_bytes(*count);
        // Each number takes a bit at least, so that a count cannot promise more than the bytes hold.
        (*k < 64 && u64::from(left) <= rest.len() as u64 * 8).then_some(Self {
            bytes: rest,
            at: 0,
            k: u32::from(*k),
            left,
            next: 0,
            bound,
        })
    }

    /// The next number: nothing at the end, an error where the code is damaged.
    pub(super) fn next(&mut self) -> Option<Result<u64, ()>> {
        self.left = self.left.checked_sub(1)?;
        Some(self.number().ok_or(()))
    }

    /// Numbers that it still promises.
    pub(super) fn left(&self) -> usize {
        self.left as usize
    }

    /// Reads all numbers; what stands behind the list, if all of it is whole.
    pub(super) fn end(mut self) -> Option<&'a [u8]> {
        while let Some(number) = self.next() {
            number.ok()?;
        }
        self.finish()
    }

    /// What stands behind the list; only at its end, with nothing but zeros up to the next byte.
    fn finish(mut self) -> Option<&'a [u8]> {
        if self.left > 0 {
            return None;
        }
        while !self.at.is_multiple_of(8) {
            if self.bit()? {
                return None;
            }
        }
        self.bytes.get(self.at / 8..)
    }

    fn number(&mut self) -> Option<u64> {
        let mut quotient = 0u64;
        while self.bit()? {
            quotient += 1;
            if quotient > MAX_QUOTIENT {
                return None;
            }
        }
        let mut low = 0;
        for place in 0..self.k {
            low |= u64::from(self.bit()?) << place;
        }
        let number = quotient.checked_shl(self.k).filter(|q| q >> self.k == quotient)?;
        let number = self.next.checked_add(number)?.checked_add(low).filter(|n| *n < self.bound)?;
        self.next = number + 1;
        Some(number)
    }

    fn bit(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (self.at % 8) & 1 == 1;
        self.at += 1;
        Some(bit)
    }
}

/// Adds the code of `numbers` to `out`; nothing if they do not rise strictly or are too far apart.
#[cfg(feature = "write")]
pub(super) fn write(numbers: &[u64], out: &mut Vec<u8>) -> Option<()> {
    if !numbers.is_sorted_by(|a, b| a < b) {
        return None;
    }
    let span = numbers.last().map_or(1, |last| last / numbers.len() as u64);
    // The mean distance times ln 2, to the next lower power of two.
    let k = (span * 7 / 10).checked_ilog2().unwrap_or(0);
    out.push(k as u8);
    out.extend(u32::try_from(numbers.len()).ok()?.to_le_bytes());
    let (mut byte, mut used, mut next) = (0u8, 0, 0);
    let mut push = |bit: bool, out: &mut Vec<u8>| {
        byte |= u8::from(bit) << used;
        used += 1;
        if used == 8 {
            out.push(byte);
            (byte, used) = (0, 0);
        }
    };
    for number in numbers {
        let distance = number - next;
        next = number + 1;
        if distance >> k > MAX_QUOTIENT {
            return None;
        }
        (0..distance >> k).for_each(|_| push(true, out));
        push(false, out);
        (0..k).for_each(|place| push(distance >> place & 1 == 1, out));
    }
    if used > 0 {
        out.push(byte);
    }
    Some(())
}

#[cfg(all(test, feature = "write"))]
mod tests {
    use super::{Reader, write};
    use proptest::prelude::*;

    fn read(bytes: &[u8], bound: u64) -> Option<Vec<u64>> {
        let mut reader = Reader::new(bytes, bound)?;
        let mut numbers = Vec::new();
        while let Some(number) = reader.next() {
            numbers.push(number.ok()?);
        }
        reader.finish().filter(|rest| rest.is_empty()).map(|_| numbers)
    }

    proptest! {
        #[test]
        fn there_and_back(set in proptest::collection::btree_set(0u64..1 << 48, 0..200)) {
            let numbers: Vec<u64> = set.into_iter().collect();
            let mut out = Vec::new();
            prop_assume!(write(&numbers, &mut out).is_some());
            prop_assert_eq!(read(&out, 1 << 48), Some(numbers));
        }

        #[test]
        fn any_bytes_give_rising_numbers_below_the_bound_or_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some(numbers) = read(&bytes, 1 << 48) {
                prop_assert!(numbers.is_sorted_by(|a, b| a < b) && numbers.last().is_none_or(|n| *n < 1 << 48));
            }
        }
    }

    #[test]
    fn damage_has_an_end() {
        assert_eq!(read(&[0, 255, 255, 255, 255, 0], 10), None, "a count beyond the bytes");
        assert_eq!(read(&[64, 0, 0, 0, 0], 10), None, "k beyond 63");
        assert_eq!(read(&[0, 1, 0, 0, 0, 255], 1 << 48), None, "ones without an end");
        assert_eq!(read(&[0, 1, 0, 0, 0, 0b11], 2), None, "a number at the bound");
        assert_eq!(read(&[0, 1, 0, 0, 0, 0b100], 9), None, "a bit behind the end");
        let mut long = vec![63, 1, 0, 0, 0];
        long.extend([0xff; 1 << 18]);
        assert_eq!(read(&long, u64::MAX), None, "too many ones");
    }
}
