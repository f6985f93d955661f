//! Set of malicious hosts. In: a host. Out: listed or not.
//!
//! `u8 encoding (1: sorted 48-bit hashes)`, 7 zeros, `u64 key 0`, `u64 key 1`, then hashes of 6 bytes, big-endian so
//! that they sort as bytes. The hash is SipHash-2-4 (Aumasson and Bernstein 2012), keyed per epoch of the list.

use super::read::{array, u64_at};
use core::hash::Hasher;
use siphasher::sip::SipHasher24;

const SORTED_48: u8 = 1;
pub(super) const SET_HEADER: usize = 24;

/// Key of the hash of a list.
pub type HostKey = (u64, u64);

/// The top 48 bits of the keyed hash of `host`.
#[must_use]
pub fn hash48(key: HostKey, host: &str) -> u64 {
    let mut hasher = SipHasher24::new_with_keys(key.0, key.1);
    hasher.write(host.as_bytes());
    hasher.finish() >> 16
}

pub(super) fn contains(section: &[u8], host: &str) -> bool {
    if section.first() != Some(&SORTED_48) {
        return false;
    }
    let (Some(k0), Some(k1)) = (u64_at(section, 8), u64_at(section, 16)) else { return false };
    find(section, hash48((k0, k1), host)).is_some()
}

/// Index of `hash` among the 6-byte entries.
pub(super) fn find(section: &[u8], hash: u64) -> Option<usize> {
    let entries = section.get(SET_HEADER..)?.as_chunks::<6>().0;
    let wanted: [u8; 6] = array(&hash.to_be_bytes(), 2)?;
    entries.binary_search(&wanted).ok()
}

#[cfg(feature = "write")]
pub(super) fn encode(key: HostKey, hosts: &[&str]) -> Vec<u8> {
    let mut hashes: Vec<u64> = hosts.iter().map(|h| hash48(key, h)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    write(key, &hashes)
}

#[cfg(any(feature = "update", feature = "write"))]
fn write(key: HostKey, hashes: &[u64]) -> Vec<u8> {
    let mut out = vec![SORTED_48, 0, 0, 0, 0, 0, 0, 0];
    out.extend(key.0.to_le_bytes());
    out.extend(key.1.to_le_bytes());
    out.extend(hashes.iter().flat_map(|h| array::<6>(&h.to_be_bytes(), 2).unwrap_or([0; 6])));
    out
}

/// Key and hashes, in order, of a section of hosts.
#[cfg(feature = "update")]
pub(crate) fn host_hashes(section: &[u8]) -> Option<(HostKey, Vec<u64>)> {
    if section.first() != Some(&SORTED_48) {
        return None;
    }
    let entries = section.get(SET_HEADER..)?.as_chunks::<6>().0.iter();
    let hashes = entries.map(|[a, b, c, d, e, f]| u64::from_be_bytes([0, 0, *a, *b, *c, *d, *e, *f])).collect();
    Some(((u64_at(section, 8)?, u64_at(section, 16)?), hashes))
}

/// The section of `hashes`, which rise strictly.
#[cfg(feature = "update")]
pub(crate) fn host_section(key: HostKey, hashes: &[u64]) -> Option<Vec<u8>> {
    hashes.is_sorted_by(|a, b| a < b).then(|| write(key, hashes))
}
