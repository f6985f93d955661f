//! Phrase table, used in place. In: a folded text. Out: every phrase of the pack that stands in it.
//!
//! Phrases lie in three tiers by length (at least 3, 6, 12 bytes); each tier is a directory over the hash of the first
//! 3, 6 or 12 bytes. At each character at most three directory cells are read, which for most characters are empty.
//!
//! ```text
//! for each tier: u32 bits, u32 offset of the directory, u32 offset of the entries, u32 entries
//! directory: 2^bits + 1 indices (u32); entry: u32 string, u16 check, u8 edges, u8 zero, u32 atom
//! ```

use super::read::{pooled, records, u16_at, u32_at};
use crate::text::{Class, class_of};

/// Prefix lengths of the tiers; a phrase lies in the last that is not longer than itself.
pub(super) const TIERS: [usize; 3] = [3, 6, 12];
const TIER_SIZE: usize = 16;
const ENTRY: usize = 12;

/// A phrase found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhraseHit {
    /// What it stands for.
    pub atom: u32,
    /// First byte in the folded text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Where a phrase may continue into a longer word. By default neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PhraseEdge {
    /// Letters may stand before it.
    pub open_start: bool,
    /// Letters may stand behind it.
    pub open_end: bool,
}

pub(super) fn scan(section: &[u8], pool: &[u8], text: &str, limit: usize, mut found: impl FnMut(PhraseHit)) -> bool {
    let tiers = [0, 1, 2].map(|i| Tier::read(section, i));
    let bytes = text.as_bytes();
    let mut left = limit;
    for (start, _) in bytes.iter().enumerate().filter(|(_, b)| **b & 0xc0 != 0x80) {
        let Some(rest) = bytes.get(start..) else { break };
        for tier in tiers.iter().flatten() {
            let Some(prefix) = rest.get(..tier.prefix) else { break };
            let hash = prefix_hash(prefix);
            for entry in tier.candidates(hash) {
                let phrase = pooled(pool, u32_at(entry, 0).unwrap_or(u32::MAX)).as_bytes();
                let edges = entry.get(6).copied().unwrap_or(0);
                let end = start + phrase.len();
                if phrase.len() < tier.prefix || !rest.starts_with(phrase) || !stands_free(text, start, end, edges) {
                    continue;
                }
                if left == 0 {
                    return false;
                }
                left -= 1;
                found(PhraseHit { atom: u32_at(entry, 8).unwrap_or(u32::MAX), start, end });
            }
        }
    }
    true
}

struct Tier<'a> {
    prefix: usize,
    bits: u32,
    directory: &'a [u8],
    entries: &'a [u8],
}

impl<'a> Tier<'a> {
    fn read(section: &'a [u8], index: usize) -> Option<Self> {
        let at = index * TIER_SIZE;
        let bits = u32_at(section, at)?;
        let count = u32_at(section, at + 12)? as usize;
        if bits > 20 || count == 0 {
            return None;
        }
        let directory = section.get(u32_at(section, at + 4)? as usize..)?.get(..((1 << bits) + 1) * 4)?;
        let entries = section.get(u32_at(section, at + 8)? as usize..)?.get(..count.checked_mul(ENTRY)?)?;
        Some(Self { prefix: TIERS.get(index).copied()?, bits, directory, entries })
    }

    fn candidates(&self, hash: u64) -> impl Iterator<Item = &'a [u8; ENTRY]> {
        let cell = bucket(hash, self.bits) * 4;
        let from = u32_at(self.directory, cell).unwrap_or(0) as usize;
        let to = u32_at(self.directory, cell + 4).unwrap_or(0) as usize;
        let range = from.saturating_mul(ENTRY)..to.saturating_mul(ENTRY);
        let check = hash as u16;
        records::<ENTRY>(self.entries.get(range).unwrap_or(&[]), 0).filter(move |e| u16_at(*e, 4) == Some(check))
    }
}

fn bucket(hash: u64, bits: u32) -> usize {
    if bits == 0 { 0 } else { (hash >> (64 - bits)) as usize }
}

/// Multiplicative hash (Knuth; constant from the golden ratio) of a prefix of at most 16 bytes.
fn prefix_hash(prefix: &[u8]) -> u64 {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    prefix.chunks(8).fold(0, |hash: u64, chunk| {
        let word = chunk.iter().rev().fold(0u64, |w, b| w << 8 | u64::from(*b));
        let mixed = (hash.rotate_left(23) ^ word).wrapping_mul(GOLDEN);
        mixed ^ mixed >> 29
    })
}

/// A phrase never cuts a cluster, and words only where its edges are open.
fn stands_free(text: &str, start: usize, end: usize, edges: u8) -> bool {
    let (Some(before), Some(phrase), Some(after)) = (text.get(..start), text.get(start..end), text.get(end..)) else {
        return false;
    };
    let first = phrase.chars().next().map_or(Class::Other, class_of);
    let last = phrase.chars().rev().map(class_of).find(|c| *c != Class::Mark).unwrap_or(Class::Other);
    let previous = before.chars().rev().map(class_of).find(|c| *c != Class::Mark).unwrap_or(Class::Other);
    let next = after.chars().next().map_or(Class::Other, class_of);
    let joins = |a: Class, b: Class| a == b && matches!(a, Class::Letter | Class::Digit);
    next != Class::Mark && (edges & 1 != 0 || !joins(previous, first)) && (edges & 2 != 0 || !joins(last, next))
}

#[cfg(feature = "write")]
pub(super) fn encode(phrases: &[(u32, &str, PhraseEdge, u32)]) -> Vec<u8> {
    let mut head = Vec::new();
    let mut body = Vec::new();
    let mut offset = TIERS.len() * TIER_SIZE;
    for (index, prefix) in TIERS.iter().enumerate() {
        let next = TIERS.get(index + 1).copied().unwrap_or(usize::MAX);
        let mut members: Vec<(u64, [u8; ENTRY])> = Vec::new();
        for (string, text, edge, atom) in phrases.iter().filter(|p| (*prefix..next).contains(&p.1.len())) {
            let hash = prefix_hash(text.as_bytes().get(..*prefix).unwrap_or(&[]));
            let mut entry = [0; ENTRY];
            entry[..4].copy_from_slice(&string.to_le_bytes());
            entry[4..6].copy_from_slice(&(hash as u16).to_le_bytes());
            entry[6] = u8::from(edge.open_start) | u8::from(edge.open_end) << 1;
            entry[8..].copy_from_slice(&atom.to_le_bytes());
            members.push((hash, entry));
        }
        members.sort_unstable();
        members.dedup();
        let bits = usize::BITS - members.len().leading_zeros();
        let mut directory = Vec::with_capacity((1 << bits) + 1);
        for cell in 0..=1usize << bits {
            let below = members.partition_point(|m| bucket(m.0, bits) < cell) as u32;
            directory.extend(below.to_le_bytes());
        }
        let entries = offset + directory.len();
        for value in [bits, offset as u32, entries as u32, members.len() as u32] {
            head.extend(value.to_le_bytes());
        }
        body.extend(directory);
        body.extend(members.iter().flat_map(|m| m.1));
        offset = entries + members.len() * ENTRY;
    }
    head.extend(body);
    head
}
