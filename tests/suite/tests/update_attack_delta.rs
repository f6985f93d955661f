//! Deltas made by hand. In: zstd frames that grow without measure or ask for memory, changes of hosts whose codes lie. Out: refused, and
//! never more than the signed length written; beside each stands the same construction, honest, which makes the signed image.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use scamfilter::pack::{Header, encode_hashes, hash48, write::PackWriter};
use scamfilter::update::{FailureKind, ImageDigest, apply, delta};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

const ZSTD: u32 = 2;
const HOSTS: u32 = 3;

/// An image of hosts.
fn image(serial: u64, hashes: &BTreeSet<u64>) -> Vec<u8> {
    let header = Header { minor: 0, engines: (1, 1), normaliser: 1, concept_set: 0, psl_date: 0, serial, expires: 0 };
    let mut writer = PackWriter::new(header);
    writer.meta("id", "hosts");
    writer.meta("title", &"a title that zstd can make shorter ".repeat(9));
    let hashes: Vec<u64> = hashes.iter().copied().collect();
    writer.hosts(encode_hashes((1, 2), &hashes).unwrap(), Default::default());
    writer.finish()
}

fn hashes(range: std::ops::Range<u32>) -> BTreeSet<u64> {
    range.map(|n| hash48((1, 2), &format!("host{n}.example"))).collect()
}

/// A delta in parts: head with the table of the image, then how each section is made, and of what.
struct Parts {
    head: Vec<u8>,
    sections: Vec<(u32, Vec<u8>)>,
}

impl Parts {
    fn of(delta: &[u8]) -> Self {
        let word = |at: usize| u32::from_le_bytes(delta[at..at + 4].try_into().unwrap()) as usize;
        let (mut at, mut sections) = (88 + 48 + word(12) * 48, Vec::new());
        let head = delta[..at].to_vec();
        while at < delta.len() {
            let end = at + 8 + word(at + 4);
            sections.push((word(at) as u32, delta[at + 8..end].to_vec()));
            at = end;
        }
        Self { head, sections }
    }

    /// The delta with another payload for its only section of this kind.
    fn with(&self, how: u32, payload: &[u8]) -> Vec<u8> {
        assert_eq!(self.sections.iter().filter(|(h, _)| *h == how).count(), 1);
        let mut out = self.head.clone();
        for (h, old) in &self.sections {
            let payload = if *h == how { payload } else { old };
            out.extend(h.to_le_bytes());
            out.extend((payload.len() as u32).to_le_bytes());
            out.extend(payload);
        }
        out
    }
}

/// The image that a delta makes of another; never more than the signed length, whatever comes of it.
fn made(installed: Option<&[u8]>, delta: &[u8], wanted: &[u8]) -> Result<Vec<u8>, String> {
    let digest: ImageDigest = Sha256::digest(wanted).into();
    let mut out = Vec::new();
    let result = apply(installed, delta, &digest, wanted.len() as u64, &mut |piece| {
        out.extend(piece);
        assert!(out.len() <= wanted.len(), "more than the signed length");
        Ok(())
    });
    result.map(|()| out).map_err(|failure| {
        assert_eq!(failure.kind(), FailureKind::Publisher);
        failure.to_string()
    })
}

/// A frame of zstd (RFC 8878) with a window of two to the power `log`, no checksum and no length.
fn frame(log: u8, blocks: &[(u32, u32, &[u8])]) -> Vec<u8> {
    let mut out = vec![0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3];
    for (index, (kind, size, bytes)) in blocks.iter().enumerate() {
        let last = u32::from(index + 1 == blocks.len());
        out.extend(&(size << 3 | kind << 1 | last).to_le_bytes()[..3]);
        out.extend(*bytes);
    }
    out
}

/// The section of a full pack that is in zstd, unpacked; the parts; the image.
fn packed() -> (Vec<u8>, Parts, Vec<u8>) {
    let new = image(2, &hashes(0..40));
    let parts = Parts::of(&delta(None, &new).unwrap());
    let packed = &parts.sections.iter().find(|(how, _)| *how == ZSTD).unwrap().1;
    (zstd::bulk::decompress(packed, 1 << 20).unwrap(), parts, new)
}

/// One section in blocks of one byte repeated: as a bomb is made, but honest.
fn runs(section: &[u8]) -> Vec<(u32, u32, &[u8])> {
    section.chunk_by(|a, b| a == b).map(|run| (1, run.len() as u32, &run[..1])).collect()
}

#[test]
fn decompression_bomb_of_one_to_thirty_thousand() {
    let (section, parts, new) = packed();
    let with = |frame: &[u8]| made(None, &parts.with(ZSTD, frame), &new);
    assert_eq!(with(&frame(17, &runs(&section))), Ok(new.clone()));
    // Each block of four bytes is 128 KiB: sixteen megabytes in half a kilobyte.
    let bomb = frame(17, &vec![(1, 128 << 10, &b"a"[..]); 128]);
    assert!(bomb.len() * 30_000 < 128 * (128 << 10));
    assert!(with(&bomb).unwrap_err().contains("cannot be unpacked"));
    // The bomb behind the honest section, in its frame or in one of its own.
    let behind = [runs(&section), vec![(1, 128 << 10, &b"a"[..])]].concat();
    assert!(with(&frame(17, &behind)).is_err());
    assert!(with(&[frame(17, &runs(&section)), frame(17, &[(1, 128 << 10, b"a")])].concat()).is_err());
}

#[test]
fn decompression_with_a_huge_window() {
    let (section, parts, new) = packed();
    let size = section.len() as u32;
    let with = |frame: &[u8]| made(None, &parts.with(ZSTD, frame), &new);
    for log in [10, 17, 18] {
        assert_eq!(with(&frame(log, &[(0, size, &section)])), Ok(new.clone()), "2^{log}");
    }
    for log in [19, 20, 23, 27, 31, 41] {
        assert!(with(&frame(log, &[(0, size, &section)])).unwrap_err().contains("cannot be unpacked"), "2^{log}");
    }
    // A frame in one segment says its length instead, here more than a window may be, and then what it is.
    let segment = |length: u32| {
        let block = (size << 3 | 1).to_le_bytes();
        [&[0x28, 0xb5, 0x2f, 0xfd, 0xa0][..], &length.to_le_bytes(), &block[..3], &section].concat()
    };
    assert_eq!(with(&segment(size)), Ok(new.clone()));
    for length in [size - 1, size + 1, (1 << 18) + 1, u32::MAX] {
        assert!(with(&segment(length)).is_err(), "{length}");
    }
}

#[test]
fn frames_that_are_none() {
    let (section, parts, new) = packed();
    let with = |frame: &[u8]| made(None, &parts.with(ZSTD, frame), &new);
    let size = section.len() as u32;
    let good = frame(17, &[(0, size, &section)]);
    assert_eq!(with(&good), Ok(new.clone()));
    let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0][..], b"note"].concat();
    let half = section.len() / 2;
    for bad in [
        Vec::new(),
        good[..good.len() - 1].to_vec(),
        [&good[..], b"\0"].concat(),
        [&good[..], &skipped].concat(),
        skipped,
        // Too short and too long by a byte; two frames that make one section together; a reserved kind of block; a dictionary.
        frame(17, &[(0, size - 1, &section[1..])]),
        frame(17, &[(0, size, &section), (1, 1, b"a")]),
        [frame(17, &[(0, half as u32, &section[..half])]), frame(17, &[(0, size - half as u32, &section[half..])])]
            .concat(),
        frame(17, &[(3, size, &section)]),
        [&[0x28, 0xb5, 0x2f, 0xfd, 1, 7 << 3, 9][..], &good[6..]].concat(),
        // Blocks of nothing without an end.
        frame(17, &vec![(0, 0, &b""[..]); 10_000]),
    ] {
        assert!(with(&bad).is_err());
    }
}

/// Golomb-Rice codes as changes have them: `count` may lie, and a distance may be anything.
fn codes(k: u8, count: u32, distances: &[u64]) -> Vec<u8> {
    let mut bits = Vec::new();
    for distance in distances {
        bits.extend(vec![true; (distance >> k) as usize]);
        bits.push(false);
        bits.extend((0..k).map(|place| distance >> place & 1 == 1));
    }
    let bytes =
        bits.chunks(8).map(|byte| byte.iter().enumerate().fold(0, |out, (place, bit)| out | u8::from(*bit) << place));
    [vec![k], count.to_le_bytes().to_vec(), bytes.collect()].concat()
}

/// Codes of numbers that rise, as they should be.
fn list(k: u8, numbers: &[u64]) -> Vec<u8> {
    let before = [0].into_iter().chain(numbers.iter().map(|n| n + 1));
    let distances: Vec<u64> = numbers.iter().zip(before).map(|(number, before)| number - before).collect();
    codes(k, numbers.len() as u32, &distances)
}

/// Two images whose hosts differ by two that went and three that came, with what changes the one into the other.
fn changed() -> (Vec<u8>, Vec<u8>, Parts, Vec<u64>, Vec<u64>) {
    let before = hashes(0..400);
    let gone = vec![7, 300];
    let come: Vec<u64> = hashes(1_000..1_003).into_iter().collect();
    let mut after: BTreeSet<u64> =
        before.iter().enumerate().filter(|(at, _)| !gone.contains(&(*at as u64))).map(|(_, h)| *h).collect();
    after.extend(&come);
    let (old, new) = (image(1, &before), image(2, &after));
    let parts = Parts::of(&delta(Some(&old), &new).unwrap());
    (old, new, parts, gone, come)
}

#[test]
fn rice_index_overflow_unsorted_and_wrong_count() {
    let (old, new, parts, gone, come) = changed();
    let with = |changes: Vec<u8>| made(Some(&old), &parts.with(HOSTS, &changes), &new);
    let (less, more) = (list(6, &gone), list(44, &come));
    assert_eq!(with([less.clone(), more.clone()].concat()), Ok(new.clone()));
    // Any width of codes says the same.
    assert_eq!(with([list(0, &gone), list(47, &come)].concat()), Ok(new.clone()));
    let (few, far) = (u32::MAX, u64::MAX >> 1);
    for (what, changes) in [
        ("nothing", vec![]),
        ("one list", less.clone()),
        ("a cut", [less.clone(), more[..more.len() - 1].to_vec()].concat()),
        ("a byte behind", [less.clone(), more.clone(), vec![0]].concat()),
        ("one too few", [codes(6, 1, &[7, 292]), more.clone()].concat()),
        ("one too many", [codes(6, 3, &[7, 292]), more.clone()].concat()),
        ("a count of four milliards", [codes(6, few, &[7, 292]), more.clone()].concat()),
        ("the same of those that come", [less.clone(), codes(44, few, &[1])].concat()),
        ("a place behind the last", [list(6, &[7, 400]), more.clone()].concat()),
        ("a place far behind", [codes(47, 1, &[1 << 47]), more.clone()].concat()),
        ("a distance that overflows", [codes(63, 2, &[7, far]), more.clone()].concat()),
        ("a width that is none", [[&[64][..], &less[1..]].concat(), more.clone()].concat()),
        ("another width that is none", [[&[255][..], &less[1..]].concat(), more.clone()].concat()),
        ("a hash of 49 bits", [less.clone(), list(44, &[come[0], come[1], 1 << 48])].concat()),
        ("hashes that overflow", [less.clone(), codes(63, 3, &[come[0], far, far])].concat()),
        ("ones without an end", [less.clone(), [&[0, 1, 0, 0, 0][..], &[0xff; 1 << 18]].concat()].concat()),
    ] {
        let failure = with(changes).expect_err(what);
        assert!(failure.contains("the delta is damaged"), "{what}: {failure}");
    }
}

#[test]
fn changes_that_make_another_set() {
    let (old, new, parts, gone, come) = changed();
    let with = |changes: Vec<u8>| made(Some(&old), &parts.with(HOSTS, &changes), &new);
    let there = *hashes(0..400).iter().nth(9).unwrap();
    let mut twice = vec![come[0], come[1], there];
    twice.sort_unstable();
    for (what, less, more) in [
        ("other places", vec![8, 300], come.clone()),
        ("another hash", gone.clone(), vec![come[0], come[1], come[2] ^ 1]),
        ("one that is there already", gone.clone(), twice),
        ("no change", vec![], vec![]),
        ("all gone", (0..400).collect(), come.clone()),
        ("none comes", gone, vec![]),
    ] {
        assert!(with([list(6, &less), list(44, &more)].concat()).is_err(), "{what}");
    }
}

#[test]
fn sections_made_in_ways_that_do_not_fit() {
    let (old, new, parts, ..) = changed();
    let good = delta(Some(&old), &new).unwrap();
    assert_eq!(made(Some(&old), &good, &new), Ok(new.clone()));
    // Each section made in each way, also one that there is not, with what it had and with nothing.
    let mut tried = 0;
    for index in 0..parts.sections.len() {
        for how in [0, 1, 2, 3, 4, u32::MAX] {
            let (was, payload) = parts.sections[index].clone();
            for payload in [payload, Vec::new()].into_iter().filter(|_| how != was) {
                let mut parts = Parts::of(&good);
                parts.sections[index] = (how, payload);
                let mut bytes = parts.head.clone();
                for (how, payload) in &parts.sections {
                    bytes.extend(how.to_le_bytes());
                    bytes.extend((payload.len() as u32).to_le_bytes());
                    bytes.extend(payload);
                }
                assert!(made(Some(&old), &bytes, &new).is_err(), "section {index} by {how}");
                tried += 1;
            }
        }
    }
    assert_eq!(tried, parts.sections.len() * 10);
    assert!(made(Some(&new), &good, &new).unwrap_err().contains("another image than the installed one"));
}
