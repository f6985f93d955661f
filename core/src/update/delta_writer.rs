//! Host only. In: an image, and the one that phones have, or none. Out: the delta between them, every section as small as may be.

use super::delta::{
    DELTA_MAGIC, HASHES, HEAD, IMAGE_HEAD, KEEP, LAYOUT, PHRASES, RAW, WINDOW_LOG, ZSTD, body, entries, section_of_kind,
};
use super::error::Failure;
use super::host_changes::{self, Changed};
use crate::pack::{Pack, SECTION_SIZE, SectionKind, built, listed};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use zstd_safe::{CCtx, CParameter};

/// Hardest level of zstd that needs no long-distance tables.
const LEVEL: i32 = 19;

/// The delta that makes `new` of `old`, or of nothing.
///
/// # Errors
/// [`super::FailureKind::App`] when either is no pack whose digests match.
pub fn delta(old: Option<&[u8]>, new: &[u8]) -> Result<Vec<u8>, Failure> {
    for image in old.iter().chain([&new]) {
        let pack = Pack::open(Arc::new(image.to_vec())).and_then(|p| p.verify());
        pack.map_err(|e| Failure::app(e.to_string()))?;
    }
    let count = entries(new).count();
    let table = new.get(..IMAGE_HEAD + count * SECTION_SIZE).unwrap_or_default();
    let mut out = DELTA_MAGIC.to_vec();
    out.extend(u32::from(LAYOUT).to_le_bytes());
    out.extend((count as u32).to_le_bytes());
    out.extend((new.len() as u64).to_le_bytes());
    out.extend(old.map_or([0; 32], |image| Sha256::digest(image).into()));
    out.extend_from_slice(&Sha256::digest(new)[..]);
    debug_assert_eq!(out.len(), HEAD);
    out.extend(table);
    for entry in entries(new) {
        let section = body(new, entry).unwrap_or_default();
        let (how, payload) = smallest(old.unwrap_or_default(), entry, section)?;
        out.extend(how.to_le_bytes());
        out.extend((payload.len() as u32).to_le_bytes());
        out.extend(payload);
    }
    Ok(out)
}

fn smallest(old: &[u8], entry: &[u8; SECTION_SIZE], section: &[u8]) -> Result<(u32, Vec<u8>), Failure> {
    if entries(old).any(|e| e.get(8..) == entry.get(8..)) {
        return Ok((KEEP, Vec::new()));
    }
    let kind = u16::from_le_bytes([entry[0], entry[1]]);
    let changes = section_of_kind(old, kind).and_then(|before| host_changes::between(before, section));
    // A list that is no set of hosts gives no changes, or changes that do not lead to it.
    let changes = changes.filter(|c| section_of_kind(old, kind).is_some_and(|before| leads_to(before, c, section)));
    let mut ways = vec![(ZSTD, packed(section)?), (RAW, section.to_vec())];
    ways.extend(changes.map(|c| (HASHES, c)));
    if kind == SectionKind::Phrases as u16 {
        let list = listed(section);
        // A section that another compiler made need not be the one that its list makes.
        if list.len() <= section.len() && built(&list, section.len()).as_deref() == Some(section) {
            ways.push((PHRASES, packed(&list)?));
        }
    }
    ways.sort_by_key(|(how, payload)| (payload.len(), *how));
    Ok(ways.swap_remove(0))
}

fn leads_to(before: &[u8], changes: &[u8], section: &[u8]) -> bool {
    let mut made = Vec::with_capacity(section.len());
    let written = Changed::read(before, changes).map(|changed| {
        changed.write(&mut |piece| {
            made.extend_from_slice(piece);
            Ok::<(), core::convert::Infallible>(())
        })
    });
    written.is_some() && made == section
}

fn packed(section: &[u8]) -> Result<Vec<u8>, Failure> {
    let failed = |_| Failure::app("zstd cannot pack a section");
    let mut encoder = CCtx::create();
    encoder.set_parameter(CParameter::CompressionLevel(LEVEL)).map_err(failed)?;
    encoder.set_parameter(CParameter::WindowLog(WINDOW_LOG)).map_err(failed)?;
    let mut out = vec![0; zstd_safe::compress_bound(section.len())];
    let length = encoder.compress2(out.as_mut_slice(), section).map_err(failed)?;
    out.truncate(length);
    Ok(out)
}
