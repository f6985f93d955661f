//! Authored rules. In: hits and facts. Out: a finding for each rule whose condition holds.

use super::{Finding, Seen};
use crate::engine::condition::{Asked, MAX_WORK};
use crate::engine::facts::{Fact, Judged};
use crate::engine::spans::MAX_SPANS;
use crate::pack::{ALWAYS, Op, Pack, SenderClass};
use crate::verdict::{Category, Level};
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
            let imitated = about.and_then(|l| l.imitated).filter(|i| asks(pack, rule.condition, i.fact));
            let brand =
                imitated.map(|i| i.brand).or(seen.mismatch.filter(|_| asks(pack, rule.condition, Fact::BrandMismatch)));
            // What rests on a brand that nobody has verified, or on a slight likeness, is a suspicion at most.
            let named = seen.named.filter(|_| asks(pack, rule.condition, Fact::BrandNamed));
            let slight = imitated.is_some_and(|i| i.slight) || brand.or(named).is_some_and(|b| b.unverified);
            let max_level = if slight { rule.max_level.min(Level::Suspicious) } else { rule.max_level };
            let words = asked.evidence(rule.condition, MAX_SPANS).into_iter();
            let words = words.map(|(start, end)| seen.prepared.folded.origin(start..end));
            findings.push(Finding {
                rule: rule.id.to_owned(),
                pack: Some(index),
                category: imitated.map_or(rule.category, |i| category(i.brand.class)),
                max_level,
                floor: rule.floor.min(max_level),
                ranges: words.chain(about.map(|l| l.link.range.clone())).collect(),
                brand: brand.map(|b| b.id.to_owned()),
                host: about.map(|l| l.link.host.clone()),
                ..Finding::own(rule.code, rule.text_id, rule.weight, rule.weight_unwanted)
            });
        }
    }
    work.get() > 0
}

/// The first link of which a fact holds that the condition asks for.
fn asks_for<'l, 'a>(pack: &Pack, condition: (u32, u32), links: &'l [Judged<'a>]) -> Option<&'l Judged<'a>> {
    let holds = |l: &&Judged<'_>| pack.condition(condition).any(|op| fact(op).is_some_and(|f| l.facts.holds(f)));
    let mismatch = || links.iter().find(|l| !l.official).filter(|_| asks(pack, condition, Fact::BrandMismatch));
    links.iter().find(holds).or_else(mismatch)
}

fn asks(pack: &Pack, condition: (u32, u32), wanted: Fact) -> bool {
    pack.condition(condition).any(|op| fact(op) == Some(wanted as u8))
}

/// What a message in the name of a brand of this class is.
fn category(class: SenderClass) -> Category {
    match class {
        SenderClass::Bank => Category::Bank,
        SenderClass::Government => Category::Government,
        SenderClass::Operator => Category::Operator,
        SenderClass::Courier => Category::Parcel,
        SenderClass::Wallet => Category::Wallet,
        SenderClass::Utility => Category::Utility,
        SenderClass::Shop => Category::Shop,
        _ => Category::Account,
    }
}

fn fact(op: Op) -> Option<u8> {
    match op {
        Op::Fact(fact) => Some(fact),
        _ => None,
    }
}
