//! Patterns: regular expressions that the compiler turned into automata. In: a section. Out: which required phrase wakes
//! which automaton, and the automata themselves.
//!
//! ```text
//! u32 patterns, then for each: u32 atom, u32 atom of its required phrases, u32 offset, u32 bytes forward, u32 bytes reverse.
//! Automata: sparse DFAs of regex-automata, the forward one and the reverse one behind it, little-endian.
//! ```

use super::read::u32_at;
use super::{Pack, SectionKind};
use core::ops::Range;
use regex_automata::dfa::Automaton as _;
use regex_automata::dfa::sparse::DFA;
use regex_automata::{Anchored, Input};

const RECORD: usize = 20;
/// Patterns of one pack.
const MAX_PATTERNS: usize = 1024;

/// A pattern before its automaton is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// What a match stands for.
    pub atom: u32,
    /// Atom of the phrases of which one stands in every match.
    pub required: u32,
    forward: Range<usize>,
    reverse: Range<usize>,
}

impl Pattern {
    /// Bytes of both automata.
    #[must_use]
    pub fn size(&self) -> usize {
        self.forward.len() + self.reverse.len()
    }
}

/// A pattern ready to search with.
pub struct Automaton {
    /// Finds where a match ends.
    forward: DFA<Vec<u8>>,
    /// Finds where it begins. The pair is not trusted to agree, so it is never handed to regex-automata's `Regex`, which panics.
    reverse: DFA<Vec<u8>>,
}

impl Pack {
    /// Patterns in the order of the section.
    pub fn patterns(&self) -> impl Iterator<Item = Pattern> + '_ {
        let section = self.section(SectionKind::Automata);
        let count = u32_at(section, 0).unwrap_or(0) as usize;
        let records = section.get(4..).unwrap_or(&[]).as_chunks::<RECORD>().0;
        // Automata that overlap would let a small pack ask for much memory.
        let mut left = section.len();
        let mut fits = move |pattern: &Pattern| {
            let fit = left.checked_sub(pattern.size());
            left = fit.unwrap_or(0);
            fit.is_some()
        };
        let read = records.iter().take(count.min(MAX_PATTERNS)).filter_map(|r| {
            let start = u32_at(r, 8)? as usize;
            let middle = start.checked_add(u32_at(r, 12)? as usize)?;
            let end = middle.checked_add(u32_at(r, 16)? as usize)?;
            Some(Pattern { atom: u32_at(r, 0)?, required: u32_at(r, 4)?, forward: start..middle, reverse: middle..end })
        });
        read.take_while(move |pattern| fits(pattern))
    }

    /// The automaton of `pattern`; `None` when its bytes are not one.
    #[must_use]
    pub fn automaton(&self, pattern: &Pattern) -> Option<Automaton> {
        let section = self.section(SectionKind::Automata);
        let read = |range: &Range<usize>| {
            let (dfa, read) = DFA::from_bytes(section.get(range.clone())?).ok()?;
            (read == range.len()).then(|| dfa.to_owned())
        };
        Some(Automaton { forward: read(&pattern.forward)?, reverse: read(&pattern.reverse)? })
    }
}

impl Automaton {
    /// Matches in `text` from left to right, none overlapping, at most `limit`.
    pub fn find(&self, text: &str, limit: usize) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut from = 0;
        // A pair that does not agree finds nothing however long it looks.
        let mut searches = limit.saturating_mul(2);
        while found.len() < limit && from <= text.len() && searches > 0 {
            searches -= 1;
            let input = Input::new(text).range(from..).anchored(Anchored::No);
            // An automaton may give up (on a quit byte); the place is then as good as without a match.
            let Ok(Some(last)) = self.forward.try_search_fwd(&input) else { break };
            let end = last.offset();
            let back = Input::new(text).range(from..end).anchored(Anchored::Yes);
            if let Ok(Some(first)) = self.reverse.try_search_rev(&back)
                && let start = first.offset()
                && start < end
                && text.is_char_boundary(start)
                && text.is_char_boundary(end)
            {
                found.push(start..end);
            }
            from = end.max(from + 1);
        }
        found
    }
}

/// A pattern to write: its atoms, and its automata forward and reverse.
#[cfg(feature = "write")]
pub(super) type NewPattern = (u32, u32, Vec<u8>, Vec<u8>);

#[cfg(feature = "write")]
pub(super) fn encode(patterns: &[NewPattern]) -> Vec<u8> {
    let mut head = (patterns.len() as u32).to_le_bytes().to_vec();
    let mut body = Vec::new();
    let start = 4 + patterns.len() * RECORD;
    for (atom, required, forward, reverse) in patterns {
        for value in [*atom, *required, (start + body.len()) as u32, forward.len() as u32, reverse.len() as u32] {
            head.extend(value.to_le_bytes());
        }
        body.extend([&forward[..], reverse].concat());
    }
    [head, body].concat()
}
