//! Detectors. In: a prepared message and packs. Out: findings, each with its weight, limits and ranges of the original.

use super::condition::{self, Hits};
use super::facts::{self, Fact, Facts, Judged};
use super::overlay::OverlayAction;
use super::spans::MAX_SPANS;
use super::{GUARD_CONCEPTS, LOCAL_ATOMS, ScamFilter};
use crate::message::Message;
use crate::pack::{Pack, SenderClass};
use crate::text::{Prepared, fold, hosts_up};
use crate::verdict::{Category, Level, ReasonCode};
use core::ops::Range;

/// Phrase hits looked at in one message.
const MAX_HITS: usize = 4096;
/// Log-odds of a listed host: enough to carry any message over the threshold of a scam.
const LISTED: i32 = 8_000;
const DAY: i64 = 86_400_000;

/// One contribution before it becomes a reason.
pub(super) struct Finding {
    pub(super) code: ReasonCode,
    pub(super) rule: String,
    /// Index of its pack; `None` for the overlay and the engine itself.
    pub(super) pack: Option<usize>,
    pub(super) category: Category,
    pub(super) max_level: Level,
    pub(super) floor: Level,
    pub(super) weight: i32,
    pub(super) weight_unwanted: i32,
    pub(super) ranges: Vec<Range<usize>>,
    pub(super) brand: Option<String>,
    pub(super) host: Option<String>,
    pub(super) text_id: String,
}

/// What detection hands to scoring.
pub(super) struct Detected {
    pub(super) findings: Vec<Finding>,
    pub(super) sender_allowed: bool,
    pub(super) truncated: bool,
}

/// Runs every detector.
pub(super) fn detect(filter: &ScamFilter, message: &Message, prepared: &Prepared<'_>) -> Detected {
    let links = facts::links(filter, message, prepared);
    let class = facts::sender_class(filter, message);
    let (hits, more_hits) = phrases(filter, prepared, &links);
    let mut facts = facts::of_message(message, prepared, &links, class);
    let brand = brands(filter, &hits, &links, &mut facts);

    let mut findings = Vec::new();
    hosts(filter, &links, &mut findings);
    policies(filter, message, class, facts, &links, &mut findings);
    rules(filter, prepared, &hits, facts, &links, brand.as_deref(), &mut findings);
    let sender_allowed = overlay(filter, message, &links, &mut findings);
    findings.retain(|f| f.code == ReasonCode::Overlay || !filter.overlay.mutes(&f.rule, message.received_at));
    Detected { findings, sender_allowed, truncated: more_hits }
}

/// Phrase hits outside of links; what stands in a link is judged as a link.
fn phrases(filter: &ScamFilter, prepared: &Prepared<'_>, links: &[Judged<'_>]) -> (Hits, bool) {
    let mut hits = Hits::default();
    let mut complete = true;
    for (index, open) in filter.packs.iter().enumerate() {
        let left = MAX_HITS.saturating_sub(hits.len());
        complete &= open.pack.phrases(prepared.folded.text(), left, |hit| {
            let is_guard = (GUARD_CONCEPTS..LOCAL_ATOMS).contains(&hit.atom);
            if is_guard && !open.may_guard {
                return;
            }
            let at = prepared.folded.origin(hit.start..hit.end);
            let in_link = links.iter().any(|l| l.link.range.start < at.end && at.start < l.link.range.end);
            if !in_link {
                hits.push(index, hit);
            }
        });
    }
    hits.sort();
    (hits, !complete)
}

/// Sets the facts of brands; gives the id of a brand whose name stands beside a link that is not its own.
fn brands(filter: &ScamFilter, hits: &Hits, links: &[Judged<'_>], facts: &mut Facts) -> Option<String> {
    let mut mismatch = None;
    for (index, open) in filter.packs.iter().enumerate() {
        for brand in open.pack.brands().filter(|b| !hits.of(index, b.atom).is_empty()) {
            facts.set(Fact::BrandNamed);
            let own = links.iter().any(|l| brand.domains.split(' ').any(|d| d == l.domain));
            if !own && links.iter().any(|l| !l.official) {
                facts.set(Fact::BrandMismatch);
                mismatch.get_or_insert_with(|| brand.id.to_owned());
            }
        }
    }
    mismatch
}

fn hosts(filter: &ScamFilter, links: &[Judged<'_>], findings: &mut Vec<Finding>) {
    for judged in links.iter().filter(|l| !l.official) {
        for (index, open) in filter.packs.iter().enumerate() {
            let own = hosts_up(&judged.link.host).take_while(|h| h.len() >= judged.domain.len());
            if let Some(listed) = { own }.find(|h| open.pack.lists_host(h)) {
                findings.push(Finding {
                    code: ReasonCode::Host,
                    rule: format!("{}.hosts", open.pack.id()),
                    pack: Some(index),
                    category: Category::Other,
                    max_level: Level::Scam,
                    floor: Level::Scam,
                    weight: LISTED,
                    weight_unwanted: LISTED,
                    ranges: vec![judged.link.range.clone()],
                    brand: None,
                    host: Some(listed.to_owned()),
                    text_id: "host.listed".to_owned(),
                });
            }
        }
    }
}

fn policies(
    filter: &ScamFilter,
    message: &Message,
    class: SenderClass,
    facts: Facts,
    links: &[Judged<'_>],
    findings: &mut Vec<Finding>,
) {
    let country = message.sim_country.as_deref().or(filter.home_country.as_deref());
    for (index, open) in filter.packs.iter().enumerate() {
        for policy in open.pack.policies() {
            let here = country.is_none_or(|c| c.as_bytes().eq_ignore_ascii_case(&policy.country));
            let now = message.received_at.is_none_or(|at| at.div_euclid(DAY) >= i64::from(policy.in_force));
            if !here || !now || policy.classes & 1 << class as u32 == 0 || !facts.common(policy.forbids) {
                continue;
            }
            let forbidden = links.iter().filter(|l| l.facts.common(policy.forbids));
            let only_official = links.iter().all(|l| l.official);
            let cap = if only_official { Level::Suspicious } else { policy.max_level };
            findings.push(Finding {
                code: ReasonCode::Policy,
                rule: policy.id.to_owned(),
                pack: Some(index),
                category: policy.category,
                max_level: policy.max_level.min(cap),
                floor: Level::Clear,
                weight: policy.weight,
                weight_unwanted: policy.weight_unwanted,
                host: forbidden.clone().next().map(|l| l.link.host.clone()),
                ranges: forbidden.map(|l| l.link.range.clone()).take(MAX_SPANS).collect(),
                brand: None,
                text_id: policy.text_id.to_owned(),
            });
        }
    }
}

fn rules(
    filter: &ScamFilter,
    prepared: &Prepared<'_>,
    hits: &Hits,
    facts: Facts,
    links: &[Judged<'_>],
    brand: Option<&str>,
    findings: &mut Vec<Finding>,
) {
    for (index, open) in filter.packs.iter().enumerate() {
        for rule in open.pack.rules() {
            let lowers = rule.weight < 0 || rule.weight_unwanted < 0;
            if lowers && !open.may_guard || !condition::holds(&open.pack, index, rule.condition, hits, facts) {
                continue;
            }
            let about = asks_for(&open.pack, rule.condition, links);
            let words = condition::evidence(&open.pack, index, rule.condition, hits, MAX_SPANS);
            let words = words.into_iter().map(|(start, end)| prepared.folded.origin(start..end));
            findings.push(Finding {
                code: rule.kind,
                rule: rule.id.to_owned(),
                pack: Some(index),
                category: rule.category,
                max_level: rule.max_level,
                floor: rule.floor,
                weight: rule.weight,
                weight_unwanted: rule.weight_unwanted,
                ranges: words.chain(about.map(|l| l.link.range.clone())).collect(),
                brand: brand.filter(|_| asks_mismatch(&open.pack, rule.condition)).map(str::to_owned),
                host: about.map(|l| l.link.host.clone()),
                text_id: rule.text_id.to_owned(),
            });
        }
    }
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

fn fact(op: crate::pack::Op) -> Option<u8> {
    match op {
        crate::pack::Op::Fact(fact) => Some(fact),
        _ => None,
    }
}

/// Adds what the overlay denies; true when it allows the sender.
fn overlay(filter: &ScamFilter, message: &Message, links: &[Judged<'_>], findings: &mut Vec<Finding>) -> bool {
    let denied = |rule: &str, ranges: Vec<Range<usize>>, host: Option<String>| Finding {
        code: ReasonCode::Overlay,
        rule: rule.to_owned(),
        pack: None,
        category: Category::Other,
        max_level: Level::Scam,
        floor: Level::Scam,
        weight: 0,
        weight_unwanted: 0,
        ranges,
        brand: None,
        host,
        text_id: rule.to_owned(),
    };
    for l in links {
        if filter.overlay.host(&l.link.host, message.received_at) == Some(OverlayAction::Deny) {
            findings.push(denied("overlay.host", vec![l.link.range.clone()], Some(l.link.host.clone())));
        }
    }
    let sender = message.sender.as_ref().map(|s| fold(s.as_str().trim()));
    match sender.and_then(|s| filter.overlay.sender(s.text(), message.received_at)) {
        Some(OverlayAction::Allow) => true,
        Some(OverlayAction::Deny) => {
            findings.push(denied("overlay.sender", Vec::new(), None));
            false
        }
        None => false,
    }
}
