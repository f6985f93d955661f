//! Phrase table, used in place. In: a folded text. Out: every phrase of the packs that stands in it.
//!
//! Phrases lie in five tiers by length (at least 3, 6, 12, 20, 32 bytes). A tier keeps a bit filter and a directory over the
//! hash of that many first bytes of its phrases. At most places of a text all filters say no, after some ten
//! instructions each; what passes is compared byte by byte within one bucket.
//!
//! ```text
//! u32 phrases, then for each tier: u8 filter bits, u8 directory bits, u8 1 if some phrase may start inside a word, u8 zero,
//! u32 offsets of filter, directory, records, u32 length of the records. Filter: 2^bits bits. Directory: 2^bits + 1 offsets (u32) into the records.
//! Record: u8 length, u8 flags, u24 atom, text; the records of one bucket stand together. A record of length 0 is a
//! phrase of several words again, filed under its letters alone: u24 place of that phrase's record.
//! ```

use super::read::{array, u32_at};
use super::sieve::Sieve;
use crate::text::{Class, bare, class_of};

/// Number of tiers.
pub(super) const TIER_COUNT: usize = 5;
pub(super) const HEAD: usize = 4;
pub(super) const TIER_SIZE: usize = 20;
pub(super) const RECORD_HEAD: usize = 5;
/// Bytes of text that the hashes of one place look at.
const WINDOW: usize = 32;
/// Bytes of the shortest phrase.
const OPENING: usize = 3;
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
/// Records compared, by byte of text and beside that: an honest bucket holds two on average, a crafted one everything.
const LOOKS: usize = 16;
const LOOKS_AT_LEAST: usize = 4096;
/// Largest directory and filter, so that a damaged pack cannot ask for more.
const MAX_BITS: u32 = 24;

pub(super) const OPEN_START: u8 = 1;
pub(super) const OPEN_END: u8 = 2;
pub(super) const ANYWHERE: u8 = 4;
pub(super) const AS_WRITTEN: u8 = 8;
/// Letters from which on a phrase without its spaces is no word by chance, so that more may be glued to its end.
const SURELY_GLUED: usize = 10;

/// A phrase found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhraseHit {
    /// What it stands for.
    pub atom: u32,
    /// First byte in the folded text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// It may stand at any place: see [`PhraseEdge`].
    pub anywhere: bool,
}

/// Where a phrase may stand. By default at the edges of words, and never inside a cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PhraseEdge {
    /// Letters may stand before it.
    pub open_start: bool,
    /// Letters may stand behind it.
    pub open_end: bool,
    /// Any place at all, inside clusters too: the required text of a pattern.
    pub anywhere: bool,
    /// Only as it is written, never in a skeleton: for words that without their accents are others.
    pub as_written: bool,
}

/// The phrases of one pack, read once for a message.
pub struct PhraseTable<'a> {
    section: &'a [u8],
    tiers: [Option<Tier<'a>>; TIER_COUNT],
}

#[derive(Clone, Copy)]
struct Tier<'a> {
    filter_shift: u32,
    directory_shift: u32,
    /// Some phrase may start inside a word.
    inside: bool,
    filter: &'a [u8],
    directory: &'a [u8],
    records: &'a [u8],
}

impl<'a> PhraseTable<'a> {
    pub(super) fn read(section: &'a [u8]) -> Self {
        Self { section, tiers: core::array::from_fn(|tier| Tier::read(section, tier)) }
    }

    /// By tier: its filter, and the bits of a hash that it asks.
    pub(super) fn filters(&self) -> [(&'a [u8], u32); TIER_COUNT] {
        self.tiers.map(|tier| tier.map_or((&[][..], 3), |t| (t.filter, 64 - t.filter_shift)))
    }

    /// Tells how each phrase begins that may start inside a word, as [`opening`] hashes it.
    pub(super) fn openings_inside(&self, mut tell: impl FnMut(u64)) {
        for record in self.tiers.iter().flatten().filter(|t| t.inside).flat_map(|tier| Records(tier.records)) {
            let inside = |phrase: &Record<'_>| phrase.flags & (OPEN_START | ANYWHERE) != 0;
            if !record.text.is_empty() {
                if inside(&record) {
                    tell(opening(record.text));
                }
                continue;
            }
            let Some(phrase) = self.filed(&record).filter(inside) else { continue };
            let mut letters = [0; OPENING];
            letters.iter_mut().zip(phrase.text.iter().filter(|b| glues(**b))).for_each(|(to, from)| *to = *from);
            tell(opening(&letters));
            if let Ok(text) = core::str::from_utf8(phrase.text) {
                tell(opening(bare(text).as_bytes()));
            }
        }
    }

    /// The phrase that a record of length 0 stands for.
    fn filed(&self, record: &Record<'a>) -> Option<Record<'a>> {
        Records(self.section.get(record.atom as usize..)?).next()
    }

    /// Phrases in the table, with their flags and atoms, in the order of the section.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, PhraseEdge, u32)> + '_ {
        let records = self.tiers.iter().flatten().flat_map(|tier| Records(tier.records));
        let records = records.filter(|r| !r.text.is_empty());
        records.filter_map(|r| Some((core::str::from_utf8(r.text).ok()?, edge(r.flags), r.atom)))
    }
}

/// A view of a message in which phrases are looked for.
#[derive(Clone, Copy)]
pub struct Scanned<'a> {
    /// Folded text, or a skeleton of it.
    pub text: &'a str,
    /// Not what the text says but how it reads: phrases that want to be said as written stay out.
    pub skeleton: bool,
    /// Bare letters, with which phrases are compared by theirs.
    pub bare: bool,
    /// Places where the edge of a word may be though letters stand on both sides, in order.
    pub edges: &'a [u32],
}

impl<'a> Scanned<'a> {
    /// Folded text.
    #[must_use]
    pub fn folded(text: &'a str) -> Self {
        Self { text, skeleton: false, bare: false, edges: &[] }
    }
}

/// Calls `found` with the index of its table for every phrase that stands in `view`, in order of the place, at most
/// `limit` times; false when there were more. `sieve` is that of `tables`.
pub fn scan(
    tables: &[PhraseTable<'_>],
    sieve: &Sieve,
    view: Scanned<'_>,
    limit: usize,
    found: impl FnMut(usize, PhraseHit),
) -> bool {
    let text = view.text.as_bytes();
    let mut edges = view.edges.iter().map(|edge| *edge as usize).peekable();
    let looks = text.len().saturating_mul(LOOKS).saturating_add(LOOKS_AT_LEAST);
    let mut search = Search { view, looks, left: limit, found };
    let mut before = 0u8;
    for (start, &byte) in text.iter().enumerate() {
        let apart = edges.next_if_eq(&start).is_some();
        let within = before.is_ascii_lowercase() && byte.is_ascii_lowercase() && !apart;
        before = byte;
        if byte & 0xc0 == 0x80 {
            continue;
        }
        let rest = text.get(start..).unwrap_or(&[]);
        if within && !sieve.opens_inside(opening(rest)) {
            continue;
        }
        for (tier, hash) in hashes(window(rest)).into_iter().enumerate() {
            if sieve.passes(tier, hash) && search.look(tables, tier, hash, within, start, rest).is_none() {
                return false;
            }
        }
    }
    true
}

/// A view while it is scanned, with what is left of its limits.
struct Search<'v, F> {
    view: Scanned<'v>,
    /// Records that may still be compared.
    looks: usize,
    /// Phrases that may still be found.
    left: usize,
    found: F,
}

impl<F: FnMut(usize, PhraseHit)> Search<'_, F> {
    /// Looks in all tables for phrases of one tier at `start`, where `rest` is; `None` when a limit is reached.
    fn look(
        &mut self,
        tables: &[PhraseTable<'_>],
        tier: usize,
        hash: u64,
        within: bool,
        start: usize,
        rest: &[u8],
    ) -> Option<()> {
        let view = self.view;
        for (index, table) in tables.iter().enumerate() {
            let Some(Some(tier)) = table.tiers.get(tier) else { continue };
            if !tier.passes(hash) || within && !tier.inside {
                continue;
            }
            for record in tier.bucket(hash) {
                self.looks = self.looks.checked_sub(1)?;
                let phrase = match record.text.is_empty() {
                    false if record.begins(rest) => Some((record, record.text.len(), record.flags)),
                    false => None,
                    true => glued(&record, rest, table, view.bare),
                };
                let Some((record, length, flags)) = phrase else { continue };
                let end = start + length;
                let free = if view.edges.is_empty() { 0 } else { freed(view.edges, start, end) };
                if view.skeleton && flags & AS_WRITTEN != 0 || !stands_free(view.text, start, end, flags | free) {
                    continue;
                }
                self.left = self.left.checked_sub(1)?;
                (self.found)(index, PhraseHit { atom: record.atom, start, end, anywhere: flags & ANYWHERE != 0 });
            }
        }
        Some(())
    }
}

/// The hash of the first [`OPENING`] bytes at a place: that of the first tier.
#[inline]
pub(super) fn opening(rest: &[u8]) -> u64 {
    let mut word = [0; 8];
    word.iter_mut().zip(rest.iter().take(OPENING)).for_each(|(to, from)| *to = *from);
    u64::from_le_bytes(word).wrapping_mul(GOLDEN)
}

/// The first bytes at a place, zeros behind the end of the text.
pub(super) fn window(rest: &[u8]) -> [u8; WINDOW] {
    match rest.first_chunk::<WINDOW>() {
        Some(window) => *window,
        None => {
            let mut window = [0; WINDOW];
            window.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            window
        }
    }
}

/// Multiplicative hashes (Knuth; constants from the golden ratio and from MurmurHash3's finaliser) of the first 3, 6, 12,
/// 20 and 32 bytes.
pub(super) fn hashes(window: [u8; WINDOW]) -> [u64; TIER_COUNT] {
    const MURMUR: u64 = 0xff51_afd7_ed55_8ccd;
    let mut words = [0u64; WINDOW / 8];
    words.iter_mut().zip(window.as_chunks().0).for_each(|(word, bytes)| *word = u64::from_le_bytes(*bytes));
    let [first, second, third, fourth] = words;
    let half = |word: u64| word & 0xffff_ffff;
    let join = |sum: u64, word: u64| (sum.rotate_left(29) ^ word).wrapping_mul(MURMUR);
    let eight = first.wrapping_mul(MURMUR);
    let sixteen = join(eight, second);
    [
        first & 0xff_ffff,
        first & 0xffff_ffff_ffff,
        join(eight, half(second)),
        join(sixteen, half(third)),
        join(join(sixteen, third), fourth),
    ]
    .map(|sum| sum.wrapping_mul(GOLDEN))
}

impl<'a> Tier<'a> {
    fn read(section: &'a [u8], index: usize) -> Option<Self> {
        let at = HEAD + index * TIER_SIZE;
        let [filter_bits, directory_bits] = array::<2>(section, at)?.map(u32::from);
        let length = u32_at(section, at + 16)? as usize;
        if !(3..=MAX_BITS).contains(&filter_bits) || !(1..=MAX_BITS).contains(&directory_bits) || length == 0 {
            return None;
        }
        let part = |offset: usize, length: usize| {
            let start = u32_at(section, at + offset)? as usize;
            section.get(start..start.checked_add(length)?)
        };
        Some(Self {
            filter_shift: 64 - filter_bits,
            directory_shift: 64 - directory_bits,
            inside: section.get(at + 2) != Some(&0),
            filter: part(4, 1 << (filter_bits - 3))?,
            directory: part(8, ((1 << directory_bits) + 1) * 4)?,
            records: part(12, length)?,
        })
    }

    fn passes(&self, hash: u64) -> bool {
        let bit = (hash >> self.filter_shift) as usize;
        self.filter.get(bit >> 3).is_some_and(|byte| byte >> (bit & 7) & 1 != 0)
    }

    fn bucket(&self, hash: u64) -> Records<'a> {
        let cell = (hash >> self.directory_shift) as usize * 4;
        let from = u32_at(self.directory, cell).unwrap_or(0) as usize;
        let to = u32_at(self.directory, cell + 4).unwrap_or(0) as usize;
        Records(self.records.get(from..to).unwrap_or(&[]))
    }
}

#[derive(Clone, Copy)]
struct Record<'a> {
    flags: u8,
    atom: u32,
    text: &'a [u8],
}

/// The phrase that is filed under its letters alone, where `rest` begins with those: its record, how many bytes it takes
/// there, and its flags.
fn glued<'a>(
    record: &Record<'a>,
    rest: &[u8],
    table: &PhraseTable<'a>,
    as_bare: bool,
) -> Option<(Record<'a>, usize, u8)> {
    let phrase = table.filed(record)?;
    let length = if as_bare {
        let letters = bare(core::str::from_utf8(phrase.text).ok()?);
        rest.starts_with(letters.as_bytes()).then_some(letters.len())?
    } else {
        let mut left = rest.iter();
        let letters = phrase.text.iter().filter(|b| glues(**b));
        letters.into_iter().all(|letter| left.next() == Some(letter)).then(|| rest.len() - left.len())?
    };
    let open = if length >= SURELY_GLUED { OPEN_END } else { 0 };
    (length > 0).then_some((phrase, length, phrase.flags | open))
}

/// Whether a byte of a phrase is left when it is filed under its letters alone.
pub(super) fn glues(byte: u8) -> bool {
    !byte.is_ascii() || byte.is_ascii_alphanumeric()
}

impl Record<'_> {
    /// Whether `rest` begins with the phrase. Phrases of a bucket mostly share their beginning, so its end is looked at first.
    fn begins(&self, rest: &[u8]) -> bool {
        let last = self.text.len().wrapping_sub(1);
        rest.get(last) == self.text.get(last) && rest.starts_with(self.text)
    }
}

struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let ([length, flags, a, b, c], rest) = self.0.split_first_chunk::<RECORD_HEAD>()?;
        let (text, rest) = rest.split_at_checked(usize::from(*length))?;
        self.0 = rest;
        Some(Record { flags: *flags, atom: u32::from_le_bytes([*a, *b, *c, 0]), text })
    }
}

/// The ends of a place that are edges of words, as flags.
fn freed(edges: &[u32], start: usize, end: usize) -> u8 {
    let edge = |at: usize| u32::try_from(at).is_ok_and(|at| edges.binary_search(&at).is_ok());
    (u8::from(edge(start)) * OPEN_START) | (u8::from(edge(end)) * OPEN_END)
}

/// A phrase never cuts a cluster, and words only where its edges are open.
fn stands_free(text: &str, start: usize, end: usize, flags: u8) -> bool {
    if flags & ANYWHERE != 0 {
        return end > start;
    }
    let (Some(before), Some(phrase), Some(after)) = (text.get(..start), text.get(start..end), text.get(end..)) else {
        return false;
    };
    let first = phrase.chars().next().map_or(Class::Other, class_of);
    let last = phrase.chars().rev().map(class_of).find(|c| *c != Class::Mark).unwrap_or(Class::Other);
    let previous = before.chars().rev().map(class_of).find(|c| *c != Class::Mark).unwrap_or(Class::Other);
    let next = after.chars().next().map_or(Class::Other, class_of);
    let joins = |a: Class, b: Class| a == b && matches!(a, Class::Letter | Class::Digit);
    end > start
        && next != Class::Mark
        && (flags & OPEN_START != 0 || !joins(previous, first))
        && (flags & OPEN_END != 0 || !joins(last, next))
}

#[cfg(any(feature = "write", feature = "update"))]
pub(super) fn flags(edge: PhraseEdge) -> u8 {
    let bits = [(edge.open_start, OPEN_START), (edge.open_end, OPEN_END), (edge.anywhere, ANYWHERE)];
    let as_written = if edge.as_written { AS_WRITTEN } else { 0 };
    bits.iter().filter(|(holds, _)| *holds).fold(as_written, |flags, (_, bit)| flags | bit)
}

pub(super) fn edge(flags: u8) -> PhraseEdge {
    PhraseEdge {
        open_start: flags & OPEN_START != 0,
        open_end: flags & OPEN_END != 0,
        anywhere: flags & ANYWHERE != 0,
        as_written: flags & AS_WRITTEN != 0,
    }
}
