//! Phrases and patterns. In: the folded text. Out: hits. Those inside of links are left out, as a link is judged as a link,
//! and those inside of innocent words.

use crate::engine::facts::Judged;
use crate::engine::hits::Hits;
use crate::engine::{INNOCENT, LazyPattern, OpenPack, ScamFilter};
use crate::pack::{PhraseHit, PhraseTable, Scanned, scan};
use crate::text::Prepared;

/// Phrase hits looked at in one message.
const MAX_HITS: usize = 4096;
/// Matches of one pattern looked at in one message.
const MAX_MATCHES: usize = 16;

/// All hits; the flag says that there were no more than the limit.
pub(super) fn hits(filter: &ScamFilter, prepared: &Prepared<'_>, links: &[Judged<'_>]) -> (Hits, bool) {
    let folded = prepared.folded.text();
    let of_packs = |is: fn(&OpenPack) -> bool| filter.packs.iter().map(is).collect();
    let mut hits = Hits::new(of_packs(|open| !open.trusted()), of_packs(|open| open.may_guard));
    let outside = |start: usize, end: usize| {
        let at = if links.is_empty() { 0..0 } else { prepared.folded.origin(start..end) };
        !links.iter().any(|l| l.link.range.start < at.end && at.start < l.link.range.end)
    };
    let tables: Vec<PhraseTable<'_>> = filter.packs.iter().map(|open| open.pack.phrases()).collect();
    let sieve = filter.sieve(&tables);
    let mut innocent: Vec<Innocent> = filter.packs.iter().map(|_| Innocent::default()).collect();
    let mut all = Vec::new();
    let mut collect = |index: usize, hit: PhraseHit| match innocent.get_mut(index) {
        Some(words) if hit.atom == INNOCENT => words.push(hit.start, hit.end),
        _ if filter.packs.get(index).is_some_and(|open| open.may_fill(hit.atom)) => all.push((index, hit)),
        _ => {}
    };
    let mut complete = scan(&tables, sieve, Scanned::folded(folded), MAX_HITS, &mut collect);
    for skeleton in &prepared.skeletons {
        let view = Scanned { text: skeleton.text(), skeleton: true, bare: false, edges: skeleton.edges() };
        let mut seen = |index: usize, hit: PhraseHit| {
            let at = skeleton.folded(&prepared.folded, hit.start..hit.end);
            collect(index, PhraseHit { start: at.start, end: at.end, ..hit });
        };
        complete &= scan(&tables, sieve, view, MAX_HITS, &mut seen);
        if let Some(bare) = skeleton.bare() {
            let view = Scanned { text: bare.text(), bare: true, edges: bare.edges(), ..view };
            complete &= scan(&tables, sieve, view, MAX_HITS, |index, hit| {
                let at = bare.skeleton(hit.start..hit.end);
                seen(index, PhraseHit { start: at.start, end: at.end, ..hit });
            });
        }
    }
    innocent.iter_mut().for_each(Innocent::sort);
    let swallowed = |index: usize, hit: &PhraseHit| {
        let mut speak = innocent.iter().zip(filter.packs.iter()).enumerate();
        speak.any(|(pack, (words, open))| (pack == index || open.may_guard) && words.hold(hit.start, hit.end))
    };
    for (index, hit) in all {
        if (hit.anywhere || !swallowed(index, &hit)) && outside(hit.start, hit.end) {
            hits.push(index, hit.atom, hit.start, hit.end);
        }
    }
    hits.sort();
    let mut found = Vec::new();
    for (index, open) in filter.packs.iter().enumerate() {
        let woken = |p: &&LazyPattern| open.may_fill(p.pattern.atom) && !hits.of(index, p.pattern.required).is_empty();
        for pattern in open.patterns.iter().filter(woken) {
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

/// Where innocent words of one pack stand.
#[derive(Default)]
struct Innocent {
    /// Starts in rising order, each with the furthest end of a word that starts there or before.
    reach: Vec<(usize, usize)>,
}

impl Innocent {
    fn push(&mut self, start: usize, end: usize) {
        self.reach.push((start, end));
    }

    /// Must follow before [`Self::hold`].
    fn sort(&mut self) {
        self.reach.sort_unstable();
        let mut furthest = 0;
        for (_, end) in &mut self.reach {
            furthest = furthest.max(*end);
            *end = furthest;
        }
    }

    /// Whether one of them holds this place.
    fn hold(&self, start: usize, end: usize) -> bool {
        let upto = self.reach.partition_point(|(from, _)| *from <= start);
        upto.checked_sub(1).and_then(|last| self.reach.get(last)).is_some_and(|(_, reach)| end <= *reach)
    }
}
