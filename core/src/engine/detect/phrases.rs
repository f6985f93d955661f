//! Phrases and patterns. In: the folded text. Out: hits, those inside of links left out: a link is judged as a link.

use crate::engine::facts::Judged;
use crate::engine::hits::Hits;
use crate::engine::{GUARD_CONCEPTS, LOCAL_ATOMS, ScamFilter};
use crate::pack::{PhraseTable, scan};
use crate::text::Prepared;

/// Phrase hits looked at in one message.
const MAX_HITS: usize = 4096;
/// Matches of one pattern looked at in one message.
const MAX_MATCHES: usize = 16;

/// All hits; the flag says that there were no more than the limit.
pub(super) fn hits(filter: &ScamFilter, prepared: &Prepared<'_>, links: &[Judged<'_>]) -> (Hits, bool) {
    let folded = prepared.folded.text();
    let mut hits = Hits::default();
    let outside = |start: usize, end: usize| {
        let at = if links.is_empty() { 0..0 } else { prepared.folded.origin(start..end) };
        !links.iter().any(|l| l.link.range.start < at.end && at.start < l.link.range.end)
    };
    let tables: Vec<PhraseTable<'_>> = filter.packs.iter().map(|open| open.pack.phrases()).collect();
    let complete = scan(&tables, folded, MAX_HITS, |index, hit| {
        let is_guard = (GUARD_CONCEPTS..LOCAL_ATOMS).contains(&hit.atom);
        let may = !is_guard || filter.packs.get(index).is_some_and(|open| open.may_guard);
        if may && outside(hit.start, hit.end) {
            hits.push(index, hit.atom, hit.start, hit.end);
        }
    });
    hits.sort();
    let mut found = Vec::new();
    for (index, open) in filter.packs.iter().enumerate() {
        for pattern in open.patterns.iter().filter(|p| !hits.of(index, p.pattern.required).is_empty()) {
            let matches = pattern.automaton(&open.pack).map(|a| a.find(folded, MAX_MATCHES)).unwrap_or_default();
            found.extend(matches.into_iter().map(|m| (index, pattern.pattern.atom, m)));
        }
    }
    if !found.is_empty() {
        let outside = found.into_iter().filter(|(_, _, at)| outside(at.start, at.end));
        outside.for_each(|(index, atom, at)| hits.push(index, atom, at.start, at.end));
        hits.sort();
    }
    (hits, complete)
}
