//! Conditions of rules. In: steps of a pack, hits and facts. Out: holds or not, and the hits that made it so.
//!
//! A stack of fixed depth and steps bounded by the pack's length: no condition can run away.

use super::LOCAL_ATOMS;
use super::facts::Facts;
use crate::pack::{Op, Pack, PhraseHit};

const DEPTH: usize = 64;
/// Hits of one atom that `near` looks at; more of one phrase in one message is padding.
const NEAR_HITS: usize = 64;

/// All phrase hits of a message, by atom and place.
#[derive(Default)]
pub(super) struct Hits {
    sorted: Vec<(u64, u32, u32)>,
}

impl Hits {
    pub(super) fn push(&mut self, pack: usize, hit: PhraseHit) {
        self.sorted.push((key(pack, hit.atom), hit.start as u32, hit.end as u32));
    }

    pub(super) fn len(&self) -> usize {
        self.sorted.len()
    }

    pub(super) fn sort(&mut self) {
        self.sorted.sort_unstable();
        self.sorted.dedup();
    }

    /// Ranges of the folded text where `atom` was hit.
    pub(super) fn of(&self, pack: usize, atom: u32) -> &[(u64, u32, u32)] {
        let key = key(pack, atom);
        let start = self.sorted.partition_point(|h| h.0 < key);
        let end = self.sorted.partition_point(|h| h.0 <= key);
        self.sorted.get(start..end).unwrap_or(&[])
    }
}

/// Concepts are shared by all packs; other atoms belong to one.
fn key(pack: usize, atom: u32) -> u64 {
    if atom < LOCAL_ATOMS { u64::from(atom) } else { (pack as u64 + 1) << 32 | u64::from(atom) }
}

/// Whether the condition holds. A condition that is damaged does not.
pub(super) fn holds(pack: &Pack, index: usize, condition: (u32, u32), hits: &Hits, facts: Facts) -> bool {
    let mut stack = [false; DEPTH];
    let mut depth = 0usize;
    let mut steps = pack.condition(condition);
    let mut read = 0u32;
    while let Some(op) = steps.next() {
        read += 1;
        let (popped, value) = match op {
            Op::Atom(atom) => (0, !hits.of(index, atom).is_empty()),
            Op::Fact(fact) => (0, facts.holds(fact)),
            Op::Not => (1, !top(&stack, depth, 1).first().copied().unwrap_or(true)),
            Op::AtLeast { k, n } => {
                let n = usize::from(n);
                (n, top(&stack, depth, n).iter().filter(|v| **v).count() >= usize::from(k).max(1))
            }
            Op::Near { n, ordered, distance } => {
                let atoms: Vec<u32> = steps.by_ref().take(usize::from(n)).filter_map(atom_of).collect();
                read += u32::from(n);
                let complete = atoms.len() == usize::from(n) && n > 0;
                (0, complete && near(index, &atoms, hits, ordered, u32::from(distance)))
            }
        };
        let Some(left) = depth.checked_sub(popped) else { return false };
        let Some(slot) = stack.get_mut(left) else { return false };
        *slot = value;
        depth = left + 1;
    }
    read == condition.1 && depth == 1 && stack[0]
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

/// Whether one hit of each atom lies within a window: for each hit of the first as the earliest or, when unordered,
/// any as the earliest, the nearest later hit of every other.
fn near(pack: usize, atoms: &[u32], hits: &Hits, ordered: bool, distance: u32) -> bool {
    let leaders = if ordered { atoms.get(..1).unwrap_or(&[]) } else { atoms };
    leaders.iter().any(|leader| {
        hits.of(pack, *leader).iter().take(NEAR_HITS).any(|&(_, start, end)| {
            let mut reached = end;
            let mut from = if ordered { end } else { start };
            let mut others = atoms.iter().filter(|a| *a != leader);
            others.all(|atom| {
                let next = hits.of(pack, *atom).iter().find(|h| h.1 >= from);
                next.is_some_and(|h| {
                    reached = reached.max(h.2);
                    from = if ordered { h.2 } else { from };
                    true
                })
            }) && reached - start <= distance.saturating_mul(3)
        })
    })
}

/// Ranges of the folded text that made the condition hold, in order of the steps, at most `limit`.
pub(super) fn evidence(
    pack: &Pack,
    index: usize,
    condition: (u32, u32),
    hits: &Hits,
    limit: usize,
) -> Vec<(usize, usize)> {
    let atoms = pack.condition(condition).filter_map(atom_of);
    let mut found: Vec<(usize, usize)> = atoms
        .flat_map(|atom| hits.of(index, atom).iter().take(2))
        .map(|h| (h.1 as usize, h.2 as usize))
        .take(limit)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
