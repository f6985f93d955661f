//! Writer of the phrase table; see [`super::phrases`] for its form. In: phrases. Out: the section.

use super::phrases::{
    ANYWHERE, HEAD, OPEN_START, PhraseEdge, RECORD_HEAD, TIER_COUNT, TIER_SIZE, flags, glues, hashes, window,
};
use crate::text::{bare, phrase_skeleton};
use std::collections::BTreeMap;

/// Prefix lengths of the tiers; a phrase lies in the last that is not longer than itself.
const TIERS: [usize; TIER_COUNT] = [3, 6, 12, 20, 32];
/// Largest atom that a record holds.
pub(super) const MAX_ATOM: u32 = 0xff_ffff;
/// Fewest letters under which a phrase of several words is filed without its spaces.
const GLUED: usize = 6;
/// Fewest bytes of bare letters under which a phrase is filed; shorter ones stand in other words.
const BARE: usize = 5;
/// Bits of a filter, 2 KiB, up to which it is generous.
const FILTER: u32 = 14;

/// A phrase, or the record of a phrase filed under its letters alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    hash: u64,
    record: Vec<u8>,
    glued: bool,
}

impl Member {
    fn bytes(&self, places: &BTreeMap<&[u8], u32>) -> Vec<u8> {
        if !self.glued {
            return self.record.clone();
        }
        let [a, b, c, _] = places.get(self.record.as_slice()).copied().unwrap_or(0).to_le_bytes();
        vec![0, 0, a, b, c]
    }

    fn size(&self) -> usize {
        if self.glued { RECORD_HEAD } else { self.record.len() }
    }
}

/// The section; phrases of 3 to 255 bytes, the same bytes for the same set in any order.
pub(super) fn encode<'a>(phrases: impl Iterator<Item = (&'a str, PhraseEdge, u32)>) -> Vec<u8> {
    let mut tiers: [Vec<Member>; TIER_COUNT] = Default::default();
    for (text, edge, atom) in phrases.filter(|p| (3..256).contains(&p.0.len()) && p.2 <= MAX_ATOM) {
        let [a, b, c, _] = atom.to_le_bytes();
        let record = [&[text.len() as u8, flags(edge), a, b, c], text.as_bytes()].concat();
        let letters: String = text.chars().filter(|c| !c.is_ascii() || glues(*c as u8)).collect();
        let disguised = !edge.anywhere && !edge.as_written;
        let glued = text.contains(' ') && letters.len() >= GLUED && disguised;
        // A phrase with accents has another record without them, which is the one that is filed under bare letters.
        let bare: String = if disguised && phrase_skeleton(text) == text { bare(text) } else { String::new() };
        let bared = bare.len() >= BARE && bare != text && !(glued && bare == letters);
        let keys = [(text, true, false), (&letters, glued, true), (&bare, bared, true)];
        for (text, _, glued) in keys.into_iter().filter(|(_, filed, _)| *filed) {
            let tier = TIERS.iter().rposition(|prefix| text.len() >= *prefix).unwrap_or(0);
            if let (Some(members), Some(hash)) = (tiers.get_mut(tier), hashes(window(text.as_bytes())).get(tier)) {
                members.push(Member { hash: *hash, record: record.clone(), glued });
            }
        }
    }
    let mut shapes = Vec::new();
    let mut at = HEAD + TIER_COUNT * TIER_SIZE;
    for members in &mut tiers {
        members.sort_unstable();
        members.dedup();
        let shape = Shape::of(members, at);
        at = shape.end;
        shapes.push(shape);
    }
    let mut places = BTreeMap::new();
    for (members, shape) in tiers.iter().zip(&shapes) {
        let mut at = shape.records;
        for member in members {
            if !member.glued {
                places.insert(member.record.as_slice(), at as u32);
            }
            at += member.size();
        }
    }
    let count = tiers.iter().flatten().filter(|member| !member.glued).count() as u32;
    let heads = shapes.iter().zip(&tiers).flat_map(|(shape, members)| shape.head(members));
    let bodies = shapes.iter().zip(&tiers).flat_map(|(shape, members)| shape.body(members, &places));
    count.to_le_bytes().into_iter().chain(heads.collect::<Vec<_>>()).chain(bodies).collect()
}

/// Where the parts of a tier lie in the section.
struct Shape {
    filter_bits: u32,
    directory_bits: u32,
    filter: usize,
    directory: usize,
    records: usize,
    end: usize,
}

impl Shape {
    fn of(members: &[Member], at: usize) -> Self {
        // Sixteen bits a phrase let one place in sixteen pass by chance. A small table has up to 256, so that many of them
        // together let hardly more pass. A bucket holds two phrases on average.
        let bits = members.len().max(1).next_power_of_two().trailing_zeros();
        let (filter_bits, directory_bits) = ((bits + 4).max((bits + 8).min(FILTER)), bits.saturating_sub(1).max(1));
        let directory = at + (1 << (filter_bits - 3));
        let records = directory + ((1 << directory_bits) + 1) * 4;
        let end = records + members.iter().map(Member::size).sum::<usize>();
        Self { filter_bits, directory_bits, filter: at, directory, records, end }
    }

    fn head(&self, members: &[Member]) -> Vec<u8> {
        let starts_inside = |m: &Member| m.record.get(1).is_some_and(|flags| flags & (OPEN_START | ANYWHERE) != 0);
        let inside = members.iter().any(starts_inside);
        let mut head = vec![self.filter_bits as u8, self.directory_bits as u8, u8::from(inside), 0];
        for value in [self.filter, self.directory, self.records, self.end - self.records] {
            head.extend((value as u32).to_le_bytes());
        }
        head
    }

    fn body(&self, members: &[Member], places: &BTreeMap<&[u8], u32>) -> Vec<u8> {
        let mut filter = vec![0u8; 1 << (self.filter_bits - 3)];
        for member in members {
            let bit = (member.hash >> (64 - self.filter_bits)) as usize;
            if let Some(byte) = filter.get_mut(bit >> 3) {
                *byte |= 1 << (bit & 7);
            }
        }
        let mut directory = Vec::new();
        let mut records = Vec::new();
        let mut next = members.iter().peekable();
        for cell in 0..1u64 << self.directory_bits {
            directory.extend((records.len() as u32).to_le_bytes());
            while let Some(member) = next.next_if(|m| m.hash >> (64 - self.directory_bits) == cell) {
                records.extend(member.bytes(places));
            }
        }
        directory.extend((records.len() as u32).to_le_bytes());
        [filter, directory, records].concat()
    }
}
