//! Deltas. In: two images. Out: the signed one exactly, or a refusal; never a wrong pack, never more memory than is signed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

use scamfilter::pack::{Header, PhraseEdge, encode_hashes, hash48, write::PackWriter};
use scamfilter::update::{ImageDigest, apply, delta};
use sha2::{Digest, Sha256};

fn image(serial: u64, hosts: std::ops::Range<u32>, title: &str) -> Vec<u8> {
    let header = Header { minor: 0, engines: (1, 1), normaliser: 1, concept_set: 0, psl_date: 0, serial, expires: 0 };
    let mut writer = PackWriter::new(header);
    writer.meta("id", "hosts");
    writer.meta("title", title);
    let names: Vec<String> = hosts.map(|n| format!("host{}.example", n.wrapping_mul(2_654_435_761))).collect();
    let mut hashes: Vec<u64> = names.iter().map(|name| hash48((1, 2), name)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    writer.hosts(encode_hashes((1, 2), &hashes).unwrap(), Default::default());
    writer.finish()
}

fn made(installed: Option<&[u8]>, delta: &[u8], wanted: &[u8]) -> Option<Vec<u8>> {
    let digest: ImageDigest = Sha256::digest(wanted).into();
    let mut out = Vec::new();
    let result = apply(installed, delta, &digest, wanted.len() as u64, &mut |piece| {
        out.extend(piece);
        assert!(out.len() <= wanted.len(), "more than the signed length");
        Ok(())
    });
    result.ok().map(|()| out)
}

#[test]
fn full_and_delta_end_in_the_same_image() {
    let (old, new) = (image(1, 0..20_000, "t"), image(2, 200..20_300, "t"));
    let (full, change) = (delta(None, &new).unwrap(), delta(Some(&old), &new).unwrap());
    assert_eq!(made(None, &full, &new), Some(new.clone()));
    assert_eq!(made(Some(&old), &change, &new), Some(new.clone()));
    // 200 hashes go and 300 come: some 3.5 bytes each, and a table.
    assert!(change.len() < 500 * 7 && full.len() > 80_000, "{} {}", change.len(), full.len());
    assert_ne!(hash48((1, 2), "a"), hash48((1, 3), "a"));
}

#[test]
fn a_delta_for_another_image_or_release_is_refused() {
    let (old, other, new) = (image(1, 0..500, "t"), image(1, 0..501, "t"), image(2, 10..510, "t"));
    let change = delta(Some(&old), &new).unwrap();
    assert_eq!(made(Some(&other), &change, &new), None);
    assert_eq!(made(None, &change, &new), None);
    assert_eq!(made(Some(&old), &change, &other), None);
}

#[test]
fn every_byte_of_a_delta_matters() {
    let (old, new) = (image(1, 0..300, "t"), image(2, 5..310, &"a longer title ".repeat(20)));
    for (installed, bytes) in
        [(Some(old.as_slice()), delta(Some(&old), &new).unwrap()), (None, delta(None, &new).unwrap())]
    {
        for at in 0..bytes.len() {
            for flip in [1u8, 0x80] {
                let mut damaged = bytes.clone();
                damaged[at] ^= flip;
                // A frame of zstd has bits that mean nothing; then the image is the signed one still.
                assert!(made(installed, &damaged, &new).is_none_or(|image| image == new), "byte {at}");
            }
        }
        assert!((0..bytes.len()).all(|cut| made(installed, &bytes[..cut], &new).is_none()));
        assert_eq!(made(installed, &[bytes, vec![0]].concat(), &new), None);
    }
}

#[test]
fn decompression_bomb() {
    // Sixteen megabytes of one sign in a title cannot be: a section of them is made by hand, over a table that says less.
    let new = image(2, 0..10, "t");
    let mut full = delta(None, &new).unwrap();
    let sections = u32::from_le_bytes(new[36..40].try_into().unwrap()) as usize;
    full.truncate(88 + 48 + sections * 48);
    let bomb = zstd::bulk::compress(&vec![b'a'; 16 << 20], 19).unwrap();
    assert!(bomb.len() < 4_096);
    full.extend(2u32.to_le_bytes());
    full.extend((bomb.len() as u32).to_le_bytes());
    full.extend(bomb);
    assert_eq!(made(None, &full, &new), None);
}

/// How the section of phrases travels in `delta`, and the bytes it takes.
fn way_of_phrases(delta: &[u8]) -> (u32, usize) {
    let word = |at: usize| u32::from_le_bytes(delta[at..at + 4].try_into().unwrap());
    let sections = word(88 + 36) as usize;
    let mut at = 88 + 48 + sections * 48;
    for entry in (0..sections).map(|index| 88 + 48 + index * 48) {
        let (how, length) = (word(at), word(at + 4) as usize);
        if u16::from_le_bytes([delta[entry], delta[entry + 1]]) == 3 {
            return (how, length);
        }
        at += 8 + length;
    }
    panic!("no phrases");
}

fn spoken(serial: u64, count: u32) -> Vec<u8> {
    let header = Header { minor: 0, engines: (1, 1), normaliser: 1, concept_set: 0, psl_date: 0, serial, expires: 0 };
    let mut writer = PackWriter::new(header);
    writer.meta("id", "words");
    for n in 0..count {
        let anywhere = n % 7 == 0;
        let edge = PhraseEdge { open_start: n % 3 == 0, open_end: n % 5 == 0, anywhere, as_written: n % 11 == 0 };
        writer.phrase(&format!("เงินด่วน free money {}", n.wrapping_mul(2_654_435_761) % 9_973), edge, 0x1000 + n % 90);
    }
    writer.finish()
}

#[test]
fn phrases_travel_as_a_list_and_make_the_signed_section() {
    let (old, new) = (spoken(1, 3_000), spoken(2, 3_100));
    for (installed, bytes) in
        [(None, delta(None, &new).unwrap()), (Some(old.as_slice()), delta(Some(&old), &new).unwrap())]
    {
        let (how, length) = way_of_phrases(&bytes);
        assert_eq!(how, 4);
        assert!(length < 3_100 * 6, "{length} bytes");
        assert_eq!(made(installed, &bytes, &new), Some(new.clone()));
    }
    let bytes = delta(None, &spoken(1, 40)).unwrap();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 4;
        assert!(made(None, &damaged, &spoken(1, 40)).is_none_or(|image| image == spoken(1, 40)), "byte {at}");
    }
}
