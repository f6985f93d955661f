//! Conditions of rules. In: steps of a pack, hits and facts. Out: holds or not, and the hits that made it so.
//!
//! A stack of fixed depth, a bound on the steps of one condition, and one on the work of all: no pack can make it run away.

use super::facts::Facts;
use super::hits::{Hit, Hits};
use crate::pack::{Op, Pack};
use crate::text::{Class, MAX_GAP, class_of};
use core::cell::Cell;
use core::ops::Range;

const DEPTH: usize = 64;
/// Steps of one condition.
const MAX_STEPS: u32 = 1024;
/// Work on the conditions of one message: steps, and places at which `near` looks. The starter packs need some hundreds.
pub(super) const MAX_WORK: u32 = 100_000;
/// Most atoms of one `near`.
const NEAR: usize = 16;

/// What a condition is asked about.
pub(super) struct Asked<'a> {
    pub(super) pack: &'a Pack,
    /// Index of the pack.
    pub(super) index: usize,
    pub(super) folded: &'a str,
    /// Words were taken apart: only letters and digits have a width.
    pub(super) apart: bool,
    pub(super) hits: &'a Hits,
    pub(super) facts: Facts,
    /// What is left of [`MAX_WORK`]; at 0 nothing more is asked.
    pub(super) work: &'a Cell<u32>,
}

impl Asked<'_> {
    /// Whether the condition holds. A condition that is damaged does not.
    pub(super) fn holds(&self, condition: (u32, u32)) -> bool {
        if condition.1 > MAX_STEPS || !self.may(condition.1 as usize) {
            return false;
        }
        let mut stack = [false; DEPTH];
        let mut depth = 0usize;
        let mut steps = self.pack.condition(condition);
        let mut read = 0u32;
        while let Some(op) = steps.next() {
            read += 1;
            let (popped, value) = match op {
                Op::Atom(atom) => (0, !self.hits.of(self.index, atom).is_empty()),
                Op::Fact(fact) => (0, self.facts.holds(fact)),
                Op::Not => (1, !top(&stack, depth, 1).first().copied().unwrap_or(true)),
                Op::AtLeast { k, n } => {
                    let n = usize::from(n);
                    (n, top(&stack, depth, n).iter().filter(|v| **v).count() >= usize::from(k).max(1))
                }
                Op::Near { n, ordered, distance } => {
                    let mut atoms = [0u32; NEAR];
                    let wanted = atoms.get_mut(..usize::from(n)).unwrap_or(&mut []);
                    let mut complete = n > 0 && !wanted.is_empty();
                    for slot in wanted.iter_mut() {
                        let atom = steps.next().and_then(atom_of);
                        read += 1;
                        complete &= atom.is_some();
                        *slot = atom.unwrap_or(0);
                    }
                    (0, complete && self.window(wanted, ordered, usize::from(distance)).is_some())
                }
            };
            let Some(left) = depth.checked_sub(popped) else { return false };
            let Some(slot) = stack.get_mut(left) else { return false };
            *slot = value;
            depth = left + 1;
        }
        read == condition.1 && depth == 1 && stack[0]
    }

    /// Takes from the work that is left; false when there is too little.
    fn may(&self, work: usize) -> bool {
        let left = self.work.get().checked_sub(u32::try_from(work).unwrap_or(u32::MAX).max(1));
        self.work.set(left.unwrap_or(0));
        left.is_some()
    }

    /// One hit of each atom within a window, the first there is: for each hit of the first as the earliest or, when
    /// unordered, any as the earliest, the nearest later hit of every other. The earliest stands in
    /// front, and again behind the last where there are fewer than [`NEAR`].
    fn window(&self, atoms: &[u32], ordered: bool, distance: usize) -> Option<[Hit; NEAR]> {
        let leaders = if ordered { atoms.get(..1).unwrap_or(&[]) } else { atoms };
        leaders.iter().find_map(|leader| {
            let starts = self.hits.of(self.index, *leader);
            let others: Vec<&[Hit]> =
                atoms.iter().filter(|a| *a != leader).map(|atom| self.hits.of(self.index, *atom)).collect();
            if others.iter().any(|hits| hits.is_empty()) || !self.may(starts.len() * atoms.len()) {
                return None;
            }
            starts.iter().find_map(|first| {
                let mut found = [*first; NEAR];
                let mut from = if ordered { first.end } else { first.start };
                for (hits, slot) in others.iter().zip(found.iter_mut().skip(1)) {
                    *slot = *hits.get(hits.partition_point(|h| h.start < from))?;
                    from = if ordered { slot.end } else { from };
                }
                let end = found.iter().map(|h| h.end).max()?;
                within(self.folded, first.start as usize..end as usize, distance, self.apart).then_some(found)
            })
        })
    }

    /// Hits that made the condition hold, in order of their place, at most `limit`: those of each window, and the first two
    /// of every other atom.
    pub(super) fn evidence(&self, condition: (u32, u32), limit: usize) -> Vec<(usize, usize)> {
        let mut hits: Vec<Hit> = Vec::new();
        let mut steps = self.pack.condition(condition);
        while let Some(op) = steps.next() {
            match op {
                Op::Atom(atom) => hits.extend(self.hits.of(self.index, atom).iter().take(2)),
                Op::Near { n, ordered, distance } => {
                    let atoms: Vec<u32> = steps.by_ref().take(usize::from(n).min(NEAR)).filter_map(atom_of).collect();
                    hits.extend(self.window(&atoms, ordered, usize::from(distance)).into_iter().flatten());
                }
                _ => {}
            }
        }
        let mut found: Vec<(usize, usize)> = hits.iter().map(|h| (h.start as usize, h.end as usize)).collect();
        found.sort_unstable();
        found.dedup();
        found.truncate(limit);
        found
    }
}

fn top(stack: &[bool; DEPTH], depth: usize, n: usize) -> &[bool] {
    depth.checked_sub(n).and_then(|from| stack.get(from..depth)).unwrap_or(&[])
}

fn atom_of(op: Op) -> Option<u32> {
    match op {
        Op::Atom(atom) => Some(atom),
        _ => None,
    }
}

/// Whether a place has at most `characters` characters; with `apart`, at most as many letters and digits.
fn within(text: &str, at: Range<usize>, characters: usize, apart: bool) -> bool {
    // A character has one to four bytes, and what stands between two letters at most [`MAX_GAP`].
    let widest = if apart { 4 + MAX_GAP } else { 4 };
    match at.len() {
        bytes if bytes <= characters => true,
        bytes if bytes > characters * widest => false,
        _ if apart => text.get(at).is_some_and(|part| part.chars().filter(wide).count() <= characters),
        _ => text.get(at).is_some_and(|part| part.chars().count() <= characters),
    }
}

fn wide(c: &char) -> bool {
    !matches!(class_of(*c), Class::Other | Class::Space)
}
