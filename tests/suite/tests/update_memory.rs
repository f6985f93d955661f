//! Memory of applying a delta. In: a large list of hosts and a day's change. Out: how much more than the image is allocated.
//!
//! A process of its own, as the counter counts all threads. What zstd allocates in C is not counted: its window is 256 KiB.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use peak_alloc::PeakAlloc;
use scamfilter::pack::{Header, encode_hashes, write::PackWriter};
use scamfilter::update::{apply, delta};
use sha2::{Digest, Sha256};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// A million hashes, of which those whose number `leaves` picks are not there.
fn image(serial: u64, leaves: impl Fn(u64) -> bool) -> Vec<u8> {
    let header = Header { minor: 0, engines: (1, 1), normaliser: 1, concept_set: 0, psl_date: 0, serial, expires: 0 };
    let mut writer = PackWriter::new(header);
    writer.meta("id", "hosts");
    let numbers = (0..1_000_000u64).filter(|n| !leaves(*n));
    let mut hashes: Vec<u64> = numbers.map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16).collect();
    hashes.sort_unstable();
    hashes.dedup();
    writer.hosts(encode_hashes((1, 2), &hashes).unwrap(), Default::default());
    writer.finish()
}

#[test]
fn a_delta_of_a_million_hosts_takes_less_than_a_megabyte_above_the_image() {
    let (old, new) = (image(1, |n| n % 100 == 0), image(2, |n| n % 100 == 1));
    let change = delta(Some(&old), &new).unwrap();
    let wanted = Sha256::digest(&new).into();
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let mut made = 0;
    apply(Some(&old), &change, &wanted, new.len() as u64, &mut |piece| {
        made += piece.len();
        Ok(())
    })
    .unwrap();
    assert_eq!(made, new.len());
    let more = MEMORY.peak_usage() - before;
    assert!(more < 1_000_000, "{more} bytes more");
    // A counter that counts nothing would pass too.
    assert!(more > 4_096, "{more} bytes more");
}
