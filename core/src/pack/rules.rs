//! Authored rules and their conditions. In: sections of rules, conditions and triggers. Out: rules, steps, candidates.
//!
//! A rule is only looked at when one of its triggers was hit: atoms of which at least one must be there for its condition
//! to hold. The writer derives them; a rule that can hold without any hit stands under [`ALWAYS`].

use super::read::{i32_at, records, u32_at};
use super::scoring::bounded;
use super::{Pack, SectionKind};
use crate::verdict::{Category, Level, ReasonCode};

pub(super) const RULE: usize = 36;
pub(super) const TRIGGER: usize = 8;
/// Trigger of rules that can hold without any phrase.
pub const ALWAYS: u32 = u32::MAX;

/// One authored rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule<'a> {
    /// Stable id, never reused.
    pub id: &'a str,
    /// Key of its sentence.
    pub text_id: &'a str,
    /// Detector it speaks for.
    pub code: ReasonCode,
    /// Category it votes for.
    pub category: Category,
    /// Highest level that it may help to reach.
    pub max_level: Level,
    /// Level that it causes by itself; `Clear` for none.
    pub floor: Level,
    /// Weight in `score`, thousandths of log-odds.
    pub weight: i32,
    /// Weight in `score_unwanted`.
    pub weight_unwanted: i32,
    /// Its condition: index of the first step and number of steps.
    pub condition: (u32, u32),
}

/// One step of a condition, evaluated on a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Push: the atom was hit.
    Atom(u32),
    /// Push: the fact holds.
    Fact(u8),
    /// Pop `n`, push whether at least `k` hold.
    AtLeast {
        /// Needed.
        k: u8,
        /// Popped.
        n: u8,
    },
    /// Negate the top.
    Not,
    /// The next `n` steps are atoms; push whether one hit of each lies within `distance` characters.
    Near {
        /// Atoms.
        n: u8,
        /// In the order in which they stand.
        ordered: bool,
        /// Characters of folded text from the first start to the last end.
        distance: u16,
    },
}

impl Pack {
    /// Authored rules in the order of their ids.
    pub fn rules(&self) -> impl Iterator<Item = Rule<'_>> {
        let count = self.section(SectionKind::Rules).len() / RULE;
        (0..count as u32).filter_map(|index| self.rule(index))
    }

    /// The rule with this index.
    #[must_use]
    pub fn rule(&self, index: u32) -> Option<Rule<'_>> {
        let r = self.section(SectionKind::Rules).as_chunks::<RULE>().0.get(index as usize)?;
        Some(Rule {
            id: self.string(u32_at(r, 0)?),
            text_id: self.string(u32_at(r, 4)?),
            code: ReasonCode::from_number(r[8])?,
            category: Category::from_number(r[9])?,
            max_level: Level::from_number(r[10])?,
            floor: Level::from_number(r[11])?,
            weight: bounded(i32_at(r, 12)?),
            weight_unwanted: bounded(i32_at(r, 16)?),
            condition: (u32_at(r, 20)?, u32_at(r, 24)?),
        })
    }

    /// Indices of the rules that `trigger`, an atom or [`ALWAYS`], makes worth looking at.
    pub fn triggered(&self, trigger: u32) -> impl Iterator<Item = u32> + '_ {
        let all = self.section(SectionKind::Triggers).as_chunks::<TRIGGER>().0;
        let from = all.partition_point(|t| u32_at(t, 0).unwrap_or(0) < trigger);
        let rest = all.get(from..).unwrap_or(&[]);
        rest.iter().take_while(move |t| u32_at(*t, 0) == Some(trigger)).filter_map(|t| u32_at(t, 4))
    }

    /// Steps of a rule's condition; stops at the first that is not known, so that the rule cannot hold.
    pub fn condition(&self, (first, count): (u32, u32)) -> impl Iterator<Item = Op> {
        let start = (first as usize).saturating_mul(4);
        let end = start.saturating_add((count as usize).saturating_mul(4));
        let steps = self.section(SectionKind::Conditions).get(start..end).unwrap_or(&[]);
        records::<4>(steps, 0).map_while(|s| {
            let wide = u32::from_le_bytes(*s) >> 8;
            Some(match s[0] {
                1 => Op::Atom(wide),
                2 => Op::Fact(s[1]),
                3 => Op::AtLeast { k: s[1], n: s[2] },
                4 => Op::Not,
                5 | 6 => Op::Near { n: s[1], ordered: s[0] == 6, distance: u16::from_le_bytes([s[2], s[3]]) },
                _ => return None,
            })
        })
    }
}

#[cfg(feature = "write")]
pub(super) fn encode_step(op: Op) -> [u8; 4] {
    match op {
        Op::Atom(atom) => (atom << 8 | 1).to_le_bytes(),
        Op::Fact(fact) => [2, fact, 0, 0],
        Op::AtLeast { k, n } => [3, k, n, 0],
        Op::Not => [4, 0, 0, 0],
        Op::Near { n, ordered, distance } => {
            let [low, high] = distance.to_le_bytes();
            [if ordered { 6 } else { 5 }, n, low, high]
        }
    }
}

/// Atoms of which at least one is hit whenever the condition holds; empty when it can hold without.
#[cfg(feature = "write")]
pub(super) fn triggers(condition: &[Op]) -> Vec<u32> {
    // On the stack `None` stands for a part that can hold without a hit.
    let mut stack: Vec<Option<Vec<u32>>> = Vec::new();
    let mut steps = condition.iter();
    while let Some(op) = steps.next() {
        let part = match *op {
            Op::Atom(atom) => Some(vec![atom]),
            Op::Fact(_) => None,
            Op::Not => {
                stack.pop();
                None
            }
            Op::AtLeast { k, n } => {
                let mut parts = stack.split_off(stack.len().saturating_sub(usize::from(n)));
                // Of `n` parts `k` hold, so of any `n - k + 1` at least one does: the cheapest ones.
                parts.sort_by_key(|p| p.as_ref().map_or(usize::MAX, Vec::len));
                parts.truncate((usize::from(n) + 1).saturating_sub(usize::from(k)));
                parts.into_iter().collect::<Option<Vec<_>>>().map(|p| p.concat())
            }
            Op::Near { n, .. } => {
                let atoms = steps.by_ref().take(usize::from(n)).filter_map(|op| match op {
                    Op::Atom(atom) => Some(*atom),
                    _ => None,
                });
                atoms.max().map(|atom| vec![atom])
            }
        };
        stack.push(part);
    }
    let mut atoms = stack.pop().flatten().unwrap_or_default();
    atoms.sort_unstable();
    atoms.dedup();
    atoms
}
