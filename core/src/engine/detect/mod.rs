//! Detectors. In: a prepared message and packs. Out: findings, each with its weight, limits and ranges of the original.

mod brands;
mod hosts;
mod overlay;
mod phrases;
mod policies;
mod rules;

use super::facts::{self, Facts, Judged};
use super::hits::Hits;
use super::links;
use super::model::Looked;
use super::{FALSE_SITE, ScamFilter};
use crate::message::Message;
use crate::pack::{Brand, SenderClass};
use crate::text::Prepared;
use crate::verdict::{Category, Level, ReasonCode};
use core::ops::Range;

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

impl Finding {
    /// The engine's own, without pack, place or votes.
    pub(super) fn own(code: ReasonCode, rule: &str, weight: i32, weight_unwanted: i32) -> Self {
        Self {
            code,
            rule: rule.to_owned(),
            pack: None,
            category: Category::Other,
            max_level: Level::Scam,
            floor: Level::Clear,
            weight,
            weight_unwanted,
            ranges: Vec::new(),
            brand: None,
            host: None,
            text_id: rule.to_owned(),
        }
    }
}

/// What detection hands to scoring.
pub(super) struct Detected {
    pub(super) findings: Vec<Finding>,
    pub(super) sender_allowed: bool,
    pub(super) truncated: bool,
}

/// What all detectors look at.
struct Seen<'a> {
    filter: &'a ScamFilter,
    message: &'a Message,
    prepared: &'a Prepared<'a>,
    links: Vec<Judged<'a>>,
    class: SenderClass,
    /// Index of the pack that knows the sender.
    registered: Option<usize>,
    hits: Hits,
    facts: Facts,
    /// A brand that is named.
    named: Option<Brand<'a>>,
    /// A brand that is named beside a link that is not its own.
    mismatch: Option<Brand<'a>>,
}

/// Whether the whole of a message is one link.
pub(super) fn is_link(filter: &ScamFilter, message: &Message, prepared: &Prepared<'_>) -> bool {
    let carried = links::carried_by(prepared.original, &prepared.links);
    let links = facts::links(filter, message, prepared, &carried);
    !links.is_empty() && links.iter().all(|judged| judged.link.range == (0..prepared.original.len()))
}

/// Runs every detector.
pub(super) fn detect(filter: &ScamFilter, message: &Message, prepared: &Prepared<'_>) -> Detected {
    run(filter, message, prepared, |looked| {
        let model = filter.packs.get(looked.common).and_then(|open| open.pack.model());
        model.map_or_else(Vec::new, |model| looked.find(&model))
    })
}

/// The findings of all but the model, which `look` looks for.
#[cfg(feature = "write")]
pub(super) fn without_model(
    filter: &ScamFilter,
    message: &Message,
    prepared: &Prepared<'_>,
    mut look: impl FnMut(&Looked<'_, '_>),
) -> Vec<Finding> {
    run(filter, message, prepared, |looked| {
        look(looked);
        Vec::new()
    })
    .findings
}

fn run(
    filter: &ScamFilter,
    message: &Message,
    prepared: &Prepared<'_>,
    mut model: impl FnMut(&Looked<'_, '_>) -> Vec<Finding>,
) -> Detected {
    let carried = links::carried_by(prepared.original, &prepared.links);
    let mut links = facts::links(filter, message, prepared, &carried);
    let (class, registered) = facts::sender_class(filter, message);
    let (hits, complete) = phrases::hits(filter, prepared, &links);
    let common = filter.packs.iter().position(|open| open.pack.id() == "common");
    links::quoted(&mut links, prepared, common.map_or(&[][..], |common| hits.of(common, FALSE_SITE)));
    let facts = facts::of_message(message, prepared, &links, class);
    let mut seen =
        Seen { filter, message, prepared, links, class, registered, hits, facts, named: None, mismatch: None };
    brands::mark(&mut seen);

    let mut findings = Vec::new();
    hosts::find(&seen, &mut findings);
    policies::find(&seen, &mut findings);
    let complete = rules::find(&seen, &mut findings) && complete;
    if let Some(common) = common {
        let (links, hits, facts) = (&seen.links[..], &seen.hits, seen.facts);
        let learnt = model(&Looked { filter, prepared, links, hits, facts, common, found: &findings });
        findings.extend(learnt);
    }
    findings.retain(|f| !filter.overlay.mutes(&f.rule, message.received_at));
    let sender_allowed = overlay::find(&seen, &mut findings);
    Detected { findings, sender_allowed, truncated: !complete }
}
