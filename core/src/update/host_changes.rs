//! Changes of a set of host hashes. In: the section of the installed image and the changes. Out: the section of the new one.
//!
//! Changes are two lists of [`super::rice`]: places in the old list that go, then hashes that come. The key stays the same.

use super::rice;
use crate::pack::{encode_hashes, host_hashes};

const HASH_BOUND: u64 = 1 << 48;

pub(super) fn apply(section: &[u8], changes: &[u8]) -> Option<Vec<u8>> {
    let (key, old) = host_hashes(section)?;
    let mut removed = rice::Reader::new(changes, old.len() as u64)?;
    let mut kept = Vec::with_capacity(old.len());
    let mut next = removed.next();
    for (place, hash) in old.iter().enumerate() {
        if next == Some(Ok(place as u64)) {
            next = removed.next();
        } else {
            kept.push(*hash);
        }
    }
    if next.is_some() {
        return None;
    }
    let mut added = rice::Reader::new(removed.finish()?, HASH_BOUND)?;
    let mut merged = Vec::with_capacity(kept.len());
    let mut kept = kept.into_iter().peekable();
    while let Some(hash) = added.next() {
        let hash = hash.ok()?;
        while let Some(before) = kept.next_if(|k| *k < hash) {
            merged.push(before);
        }
        merged.push(hash);
    }
    added.finish().filter(|rest| rest.is_empty())?;
    merged.extend(kept);
    // A hash that was there already is no change.
    merged.is_sorted_by(|a, b| a < b).then_some(())?;
    encode_hashes(key, &merged)
}

/// The changes from one section to another; nothing when their keys differ or either is no set.
#[cfg(feature = "write")]
pub(super) fn between(old: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    let ((old_key, old), (new_key, new)) = (host_hashes(old)?, host_hashes(new)?);
    if old_key != new_key {
        return None;
    }
    let gone = old.iter().enumerate().filter(|(_, h)| new.binary_search(h).is_err()).map(|(place, _)| place as u64);
    let mut out = Vec::new();
    rice::write(&gone.collect::<Vec<_>>(), &mut out)?;
    let come: Vec<u64> = new.iter().copied().filter(|h| old.binary_search(h).is_err()).collect();
    rice::write(&come, &mut out)?;
    Some(out)
}
