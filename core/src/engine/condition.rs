//! Conditions of rules. In: steps of a pack, hits and facts. Out: holds or not, and the hits that made it so.
//!
//! A stack of fixed depth and steps bounded by the pack's length: no condition can run away.

use super::facts::Facts;
use super::hits::{Hit, Hits};
use crate::pack::{Op, Pack};

const DEPTH: usize = 64;
/// Hits of one atom that `near` starts from; more of one phrase in one message is padding.
const LEADERS: usize = 64;
/// Most atoms of one `near`.
const NEAR: usize = 16;

/// What a condition is asked about.
pub(super) struct Asked<'a> {
    pub(super) pack: &'a Pack,
    /// Index of the pack.
    pub(super) index: usize,
    pub(super) folded: &'a str,
    pub(super) hits: &'a Hits,
    pub(super) facts: Facts,
}

impl Asked<'_> {
    /// Whether the condition holds. A condition that is damaged does not.
    pub(super) fn holds(&self, condition: (u32, u32)) -> bool {
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
                    (0, complete && self.near(wanted, ordered, usize::from(distance)))
                }
            };
            let Some(left) = depth.checked_sub(popped) else { return false };
            let Some(slot) = stack.get_mut(left) else { return false };
            *slot = value;
            depth = left + 1;
        }
        read == condition.1 && depth == 1 && stack[0]
    }

    /// Whether one hit of each atom lies within a window: for each hit of the first as the earliest or, when unordered,
    /// any as the earliest, the nearest later hit of every other.
    fn near(&self, atoms: &[u32], ordered: bool, distance: usize) -> bool {
        let leaders = if ordered { atoms.get(..1).unwrap_or(&[]) } else { atoms };
        leaders.iter().any(|leader| {
            self.hits.of(self.index, *leader).iter().take(LEADERS).any(|first| {
                let mut reached = first.end;
                let mut from = if ordered { first.end } else { first.start };
                let others = atoms.iter().filter(|a| *a != leader);
                let all = { others }.all(|atom| {
                    let hits = self.hits.of(self.index, *atom);
                    let Some(next) = hits.get(hits.partition_point(|h| h.start < from)) else { return false };
                    reached = reached.max(next.end);
                    from = if ordered { next.end } else { from };
                    true
                });
                all && within(self.folded, first.start as usize, reached as usize, distance)
            })
        })
    }

    /// Hits that made the condition hold, in order of their place, at most `limit`.
    pub(super) fn evidence(&self, condition: (u32, u32), limit: usize) -> Vec<(usize, usize)> {
        let atoms = self.pack.condition(condition).filter_map(atom_of);
        let hits = atoms.flat_map(|atom| self.hits.of(self.index, atom).iter().take(2));
        let place = |h: &Hit| (h.start as usize, h.end as usize);
        let mut found: Vec<(usize, usize)> = hits.map(place).take(limit).collect();
        found.sort_unstable();
        found.dedup();
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

/// Whether `start..end` has at most `characters` characters.
fn within(text: &str, start: usize, end: usize, characters: usize) -> bool {
    // A character has one to four bytes, so only in between is there anything to count.
    match end.saturating_sub(start) {
        bytes if bytes <= characters => true,
        bytes if bytes > characters * 4 => false,
        _ => text.get(start..end).is_some_and(|part| part.chars().count() <= characters),
    }
}
