//! Sets of hashed hosts against a plain set, their size, and damage of every byte.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use proptest::prelude::*;
use scamfilter::pack::{HostSet, encode_hashes, hash48};
use std::collections::BTreeSet;

const KEY: (u64, u64) = (0x1234, 0x5678);

/// Hashes as a list of `count` hosts gives them.
fn hashes(count: usize) -> Vec<u64> {
    let set: BTreeSet<u64> = (0..count).map(|n| hash48(KEY, &format!("host-{n}.example"))).collect();
    set.into_iter().collect()
}

fn agrees(hashes: &[u64]) {
    let bytes = encode_hashes(KEY, hashes).unwrap();
    let set = HostSet::read(&bytes).unwrap();
    assert_eq!((set.key(), set.len(), set.is_empty()), (KEY, hashes.len(), hashes.is_empty()));
    assert!(set.hashes().eq(hashes.iter().copied()));
    for hash in hashes {
        assert!(set.contains(*hash), "{hash:x} of {}", hashes.len());
        for near in [hash.wrapping_sub(1), hash + 1, hash ^ 1 << 47, hash ^ 1 << 20] {
            assert_eq!(set.contains(near), hashes.binary_search(&near).is_ok(), "{near:x} of {}", hashes.len());
        }
    }
}

#[test]
fn sets_of_all_sizes_hold_what_was_put_in() {
    for count in (0..70).chain([127, 128, 129, 1_000, 4_095, 4_097, 20_000]) {
        agrees(&hashes(count));
    }
    agrees(&[0, (1 << 48) - 1]);
}

#[test]
fn a_million_hosts_cost_less_than_four_bytes_each() {
    for (count, most) in [(10_000, 3.95 + 0.85), (888_712, 3.9), (1_100_000, 3.9)] {
        let hashes = hashes(count);
        let bytes = encode_hashes(KEY, &hashes).unwrap();
        let each = bytes.len() as f64 / hashes.len() as f64;
        assert!(each <= most, "{each} bytes of {count} hosts");
        let bound = (48.0 - (count as f64).log2() + 1.443) / 8.0;
        assert!(each <= bound * 1.05, "{each} bytes, bound {bound}");
    }
}

#[test]
fn what_is_no_list_of_hashes_is_refused() {
    for wrong in [&[2, 1][..], &[1, 1], &[1 << 48]] {
        assert_eq!(encode_hashes(KEY, wrong), None, "{wrong:?}");
    }
    // Ground to meet in one bucket: another key scatters them.
    let one_block: Vec<u64> = (0..5_000).chain((1..40_000).map(|n| n << 32)).collect();
    assert_eq!(encode_hashes(KEY, &one_block), None);
}

#[test]
fn damage_is_bounded_and_never_panics() {
    let hashes = hashes(300);
    let bytes = encode_hashes(KEY, &hashes).unwrap();
    let mut read = 0;
    for at in 0..bytes.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= change;
            let Some(set) = HostSet::read(&damaged) else { continue };
            read += 1;
            assert!(set.hashes().count() <= set.len());
            let found = hashes.iter().filter(|h| set.contains(**h)).count();
            assert!(found <= hashes.len());
        }
    }
    assert!(read > 2 * bytes.len(), "the damage was caught too early to test the readers: {read}");
    for cut in 0..bytes.len() {
        assert!(HostSet::read(&bytes[..cut]).is_none());
    }
}

proptest! {
    #[test]
    fn any_hashes_come_back(mut hashes in prop::collection::vec(0u64..1 << 48, 0..500), shift in 0u32..40) {
        hashes.iter_mut().for_each(|h| *h >>= shift);
        hashes.sort_unstable();
        hashes.dedup();
        agrees(&hashes);
    }

    #[test]
    fn any_bytes_are_read_in_bounds(bits in 0u8..30, count in 0u32..400, body in prop::collection::vec(any::<u8>(), 0..4_000)) {
        let mut bytes = vec![2, bits, 0, 0];
        bytes.extend(count.to_le_bytes());
        bytes.extend([0; 16]);
        bytes.extend(body);
        // A set fills its bytes exactly: try every length.
        for end in 24..bytes.len() {
            let Some(set) = HostSet::read(&bytes[..end]) else { continue };
            prop_assert!(set.hashes().count() <= set.len());
            let found = (0..300u64).filter(|n| set.contains(n << 40 | n)).count();
            prop_assert!(found <= 300);
        }
    }
}
