//! Authored rules. In: hits and facts. Out: a finding for each rule whose condition holds.

use super::{Finding, Seen};
use crate::engine::condition::{Asked, MAX_WORK};
use crate::engine::facts::{Fact, Judged};
use crate::engine::spans::MAX_SPANS;
use crate::pack::{ALWAYS, Op, Pack};
use core::cell::Cell;

/// False when there was more to ask than one message is worth.
pub(super) fn find(seen: &Seen<'_>, findings: &mut Vec<Finding>) -> bool {
    let work = Cell::new(MAX_WORK);
    let folded = seen.prepared.folded.text();
    let apart = seen.prepared.skeletons.iter().any(|skeleton| !skeleton.edges().is_empty());
    for (index, open) in seen.filter.packs.iter().enumerate() {
        let pack = &open.pack;
        let triggers = seen.hits.atoms(index).chain([ALWAYS]);
        let mut candidates: Vec<u32> = triggers.flat_map(|trigger| pack.triggered(trigger)).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let asked = Asked { pack, index, folded, apart, hits: &seen.hits, facts: seen.facts, work: &work };
        for rule in candidates.into_iter().filter_map(|candidate| pack.rule(candidate)) {
            let lowers = rule.weight < 0 || rule.weight_unwanted < 0;
            if lowers && !open.may_guard || !asked.holds(rule.condition) {
                continue;
            }
            let about = asks_for(pack, rule.condition, &seen.links);
            let words = asked.evidence(rule.condition, MAX_SPANS).into_iter();
            let words = words.map(|(start, end)| seen.prepared.folded.origin(start..end));
            findings.push(Finding {
                rule: rule.id.to_owned(),
                pack: Some(index),
                category: rule.category,
                max_level: rule.max_level,
                floor: rule.floor,
                ranges: words.chain(about.map(|l| l.link.range.clone())).collect(),
                brand: seen.mismatch.clone().filter(|_| asks_mismatch(pack, rule.condition)),
                host: about.map(|l| l.link.host.clone()),
                ..Finding::own(rule.code, rule.text_id, rule.weight, rule.weight_unwanted)
            });
        }
    }
    work.get() > 0
}

/// The first link of which a fact holds that the condition asks for.
fn asks_for<'l, 'a>(pack: &Pack, condition: (u32, u32), links: &'l [Judged<'a>]) -> Option<&'l Judged<'a>> {
    let asks = |l: &&Judged<'_>| pack.condition(condition).any(|op| fact(op).is_some_and(|f| l.facts.holds(f)));
    let mismatch = || links.iter().find(|l| !l.official).filter(|_| asks_mismatch(pack, condition));
    links.iter().find(asks).or_else(mismatch)
}

fn asks_mismatch(pack: &Pack, condition: (u32, u32)) -> bool {
    pack.condition(condition).any(|op| fact(op) == Some(Fact::BrandMismatch as u8))
}

fn fact(op: Op) -> Option<u8> {
    match op {
        Op::Fact(fact) => Some(fact),
        _ => None,
    }
}
