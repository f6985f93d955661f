//! Labels taken apart. In: a label. Out: the name in it, when all the rest are words that scammers add to names.
//!
//! `kasikornbank-verify`, `scb-th-login`, `wwwmaybank2u`: a parse into names, bait, fillers and digits, never a search for
//! letters anywhere, so that a name inside of a longer word is none.

use crate::pack::{LabelEntry, LabelKind};
use crate::text::{LABEL, Label};
use core::ops::Range;

/// Longest run of digits that says nothing.
const DIGITS: usize = 4;
/// Shortest word.
const WORD: usize = 2;
/// Shortest name that tells its brand at the beginning of any longer label.
const LONG: usize = 7;
/// The same at the end, where words of many languages end alike.
const LAST: usize = 11;

/// Asks which names and words stand at a place.
pub(super) trait Words {
    /// Tells each entry that reads as the bytes `start..end` of the label, with the index of its pack.
    fn each(&self, label: &Label, start: usize, end: usize, tell: impl FnMut(usize, LabelEntry<'_>));
}

/// A name in a label.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) pack: usize,
    pub(super) atom: u32,
    pub(super) distinct: bool,
    /// The name is written in letters a-z.
    pub(super) ascii: bool,
}

/// What a label, or a part of it, says.
#[derive(Clone, Copy, Default)]
pub(super) struct Said {
    /// The name, when the rest are bait, fillers and digits.
    pub(super) name: Option<Found>,
    /// The name is all there is.
    pub(super) alone: bool,
    /// Bait stands in it, and nothing that means something else.
    pub(super) bait: bool,
    /// A distinct name beside words that mean something else.
    pub(super) beside: Option<Found>,
}

/// What a label says, as a whole or, where a part of it means something else, in its parts between hyphens; of one that others
/// may register, also the name that it begins or ends with.
pub(super) fn read(words: &impl Words, label: &Label, registered: bool) -> Said {
    let length = label.bytes().len();
    let whole = parse(words, label, 0..length);
    if whole.name.is_some() || whole.bait {
        return whole;
    }
    let mut said = Said::default();
    let mut start = 0;
    while start < length {
        let end = (start + 1..length).find(|at| label.is_edge(*at)).unwrap_or(length);
        if end - start < length {
            let part = parse(words, label, start..end);
            said.name = said.name.or(part.name);
            said.bait |= part.bait;
            said.beside = said.beside.or(part.name.filter(|found| found.distinct && part.alone));
        }
        start = end;
    }
    said.beside = said.beside.or_else(|| if registered { joined(words, label) } else { None });
    // Beside a part that means something else a name alone says nothing: `apple-orchard`.
    said.name = said.name.filter(|_| said.bait);
    said
}

/// The distinct name of [`LONG`] bytes or more with which a label begins, or of [`LAST`] with which it ends.
fn joined(words: &impl Words, label: &Label) -> Option<Found> {
    let length = label.bytes().len();
    let mut found = None;
    for (start, stop) in (LONG..length).map(|n| (0, n)).chain((LAST..length).map(|n| (length - n, length))) {
        words.each(label, start, stop, |pack, entry| {
            if entry.kind == LabelKind::Name && entry.distinct && entry.skeleton.is_ascii() {
                found = Some(Found { pack, atom: entry.atom, distinct: true, ascii: true });
            }
        });
    }
    found
}

/// Bits of how a place was reached: nothing but fillers and digits, and with bait, a name, or both.
const PLAIN: usize = 0;
const BAIT: usize = 1;
const NAMED: usize = 2;
const BOTH: usize = 3;

fn parse(words: &impl Words, label: &Label, part: Range<usize>) -> Said {
    let mut reached = [0u8; LABEL + 1];
    let mut names = [None::<Found>; LABEL + 1];
    if let Some(first) = reached.get_mut(part.start) {
        *first = 1 << PLAIN;
    }
    for at in part.clone() {
        let Some(&here) = reached.get(at).filter(|states| **states != 0) else { continue };
        let carried = names.get(at).copied().flatten();
        let mut reach = |stop: usize, states: u8, name: Option<Found>| {
            if let (Some(there), Some(slot)) = (reached.get_mut(stop), names.get_mut(stop)) {
                *there |= states;
                *slot = slot.filter(|found| found.distinct).or(name).or(*slot);
            }
        };
        let digits = (at..part.end).take_while(|place| label.is_digit(*place)).count();
        if (1..=DIGITS).contains(&digits) {
            reach(at + digits, here, carried);
        }
        for stop in at + WORD..=part.end {
            let edges = label.is_edge(at) && label.is_edge(stop) && stop - at < label.bytes().len();
            words.each(label, at, stop, |pack, entry| match entry.kind {
                LabelKind::Filler => reach(stop, here, carried),
                LabelKind::Bait => reach(stop, with_bait(here), carried),
                // A short one that is no word begins the label, and bait goes on: `dtacverify`.
                LabelKind::Name if entry.distinct || edges || entry.coined && at == part.start && stop < part.end => {
                    let ascii = entry.skeleton.is_ascii();
                    let found = Found { pack, atom: entry.atom, distinct: entry.distinct, ascii };
                    // A second name in a row is part of the first: `shopeepay` is `shopee` and `pay`.
                    reach(stop, with_name(here), carried.filter(|name| name.distinct).or(Some(found)));
                }
                _ => {}
            });
        }
    }
    let end = reached.get(part.end).copied().unwrap_or(0);
    let holds = |state: usize| end & 1 << state != 0;
    let mut alone = false;
    words.each(label, part.start, part.end, |_, entry| alone |= entry.kind == LabelKind::Name);
    Said {
        name: names.get(part.end).copied().flatten().filter(|_| holds(NAMED) || holds(BOTH)),
        alone,
        bait: holds(BAIT) || holds(BOTH),
        beside: None,
    }
}

fn with_bait(states: u8) -> u8 {
    let plain = states & 1 << PLAIN != 0 || states & 1 << BAIT != 0;
    let named = states & 1 << NAMED != 0 || states & 1 << BOTH != 0;
    u8::from(plain) << BAIT | u8::from(named) << BOTH
}

fn with_name(states: u8) -> u8 {
    let plain = states & 1 << PLAIN != 0 || states & 1 << NAMED != 0;
    let bait = states & 1 << BAIT != 0 || states & 1 << BOTH != 0;
    u8::from(plain) << NAMED | u8::from(bait) << BOTH
}
