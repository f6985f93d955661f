//! Names that hosts imitate. In: a hash of letters. Out: what of a brand's name, or which bait word, has that hash.
//!
//! `u32 bits`, `u32 count`, `2^bits` slots of `u16` (index of an entry plus one, 0 empty, open addressing), then the entries:
//! `u32 hash`, `u32 skeleton`, `u32 written`, `u32 atom`, `u8 kind`, `u8 flags`, `u16 0`. At most a quarter of the slots are
//! taken, so most questions end at the first.

use super::read::{array, u16_at, u32_at};
use super::{Pack, SectionKind};

const HEAD: usize = 8;
pub(super) const ENTRY: usize = 20;
/// Slots looked at for one hash, whatever a pack holds.
const MOST: usize = 64;
const SPREAD: u32 = 0x85eb_ca6b;
pub(super) const DISTINCT: u8 = 1;
pub(super) const COINED: u8 = 2;

/// What an entry stands for. Numbers are append-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LabelKind {
    /// A whole name of a brand.
    Name = 0,
    /// The first half of a distinct name, for edits behind it.
    Front = 1,
    /// What follows the middle letter of a distinct name, for edits before it.
    Back = 2,
    /// A word that scammers add to a name and that asks for action: `verify`.
    Bait = 3,
    /// A word that says nothing beside a name: `th`, `online`.
    Filler = 4,
    /// A label, or a registrable domain, that resembles a name and is another's.
    Other = 5,
}

/// One name or word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelEntry<'a> {
    /// What it stands for.
    pub kind: LabelKind,
    /// How it reads; see [`crate::text::Label`].
    pub skeleton: &'a str,
    /// How its owner writes it, without hyphens.
    pub written: &'a str,
    /// Atom of its brand; 0 for words.
    pub atom: u32,
    /// Long enough, and no word of a language: the name alone tells the brand.
    pub distinct: bool,
    /// Four letters or more, and no word of a language: tells the brand where something else speaks for it.
    pub coined: bool,
}

/// The first half of a name of `length` bytes, and what follows its middle letter.
#[must_use]
pub fn halves(length: usize) -> (core::ops::Range<usize>, core::ops::Range<usize>) {
    (0..length / 2, length / 2 + 1..length)
}

/// The names of one pack.
#[derive(Clone, Copy)]
pub struct LabelTable<'a> {
    pack: &'a Pack,
    slots: &'a [u8],
    entries: &'a [u8],
    bits: u32,
}

impl Pack {
    /// Its names and bait words; `None` when it has none, or they are damaged.
    #[must_use]
    pub fn labels(&self) -> Option<LabelTable<'_>> {
        let section = self.section(SectionKind::Labels);
        let bits = u32_at(section, 0).filter(|bits| (1..=20).contains(bits))?;
        let end = HEAD + (2usize << bits);
        Some(LabelTable { pack: self, slots: section.get(HEAD..end)?, entries: section.get(end..)?, bits })
    }
}

impl<'a> LabelTable<'a> {
    /// Entries with this hash.
    pub fn of(self, hash: u32) -> impl Iterator<Item = LabelEntry<'a>> {
        let start = slot(hash, self.bits);
        let mask = (1usize << self.bits) - 1;
        (0..MOST)
            .map_while(move |step| {
                let index = u16_at(self.slots, ((start + step) & mask) * 2)?;
                index.checked_sub(1)
            })
            .filter_map(move |index| {
                let record: [u8; ENTRY] = array(self.entries, usize::from(index) * ENTRY)?;
                (u32_at(&record, 0) == Some(hash)).then(|| self.entry(&record)).flatten()
            })
    }

    /// Hashes of all entries.
    pub(super) fn hashes(self) -> impl Iterator<Item = u32> + use<'a> {
        self.entries.as_chunks::<ENTRY>().0.iter().filter_map(|record| u32_at(record, 0))
    }

    fn entry(self, record: &[u8; ENTRY]) -> Option<LabelEntry<'a>> {
        let kind = match record[16] {
            0 => LabelKind::Name,
            1 => LabelKind::Front,
            2 => LabelKind::Back,
            3 => LabelKind::Bait,
            4 => LabelKind::Filler,
            5 => LabelKind::Other,
            _ => return None,
        };
        Some(LabelEntry {
            kind,
            skeleton: self.pack.string(u32_at(record, 4)?),
            written: self.pack.string(u32_at(record, 8)?),
            atom: u32_at(record, 12)?,
            distinct: record[17] & DISTINCT != 0,
            coined: record[17] & COINED != 0,
        })
    }
}

pub(super) fn slot(hash: u32, bits: u32) -> usize {
    (hash.wrapping_mul(SPREAD) >> (32 - bits)) as usize
}

/// An entry to write: hash, skeleton, written, atom, kind, flags.
#[cfg(feature = "write")]
pub(super) type NewEntry = (u32, u32, u32, u32, LabelKind, u8);

#[cfg(feature = "write")]
pub(super) fn encode(entries: &[NewEntry]) -> Vec<u8> {
    let entries = entries.get(..entries.len().min(usize::from(u16::MAX) - 1)).unwrap_or(&[]);
    let bits = (entries.len() * 4).next_power_of_two().trailing_zeros().clamp(4, 20);
    let mut slots = vec![0u16; 1 << bits];
    for (index, entry) in entries.iter().enumerate() {
        let start = slot(entry.0, bits);
        let free = (0..slots.len()).map(|step| (start + step) % slots.len()).find(|at| slots.get(*at) == Some(&0));
        if let Some(place) = free.and_then(|at| slots.get_mut(at)) {
            *place = index as u16 + 1;
        }
    }
    let mut out = Vec::new();
    out.extend(bits.to_le_bytes());
    out.extend((entries.len() as u32).to_le_bytes());
    out.extend(slots.iter().flat_map(|s| s.to_le_bytes()));
    for (hash, skeleton, written, atom, kind, flags) in entries {
        out.extend([*hash, *skeleton, *written, *atom].iter().flat_map(|v| v.to_le_bytes()));
        out.extend([*kind as u8, *flags, 0, 0]);
    }
    out
}
