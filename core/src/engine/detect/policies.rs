//! Policies. In: the class of the sender, the country, facts. Out: a finding for each policy that the sender broke.

use super::{Finding, Seen};
use crate::engine::spans::MAX_SPANS;
use crate::verdict::{Level, ReasonCode};

const DAY: i64 = 86_400_000;

pub(super) fn find(seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    // Without a country, the law of a sender's own pack is meant, or that of the only pack that knows any.
    let lawful_pack = |pack: usize| seen.filter.packs.get(pack).is_some_and(|open| open.pack.has_policies());
    let lawful = (0..seen.filter.packs.len()).filter(|pack| lawful_pack(*pack)).count();
    let country = seen.message.sim_country.as_deref().or(seen.filter.home_country.as_deref());
    for (index, open) in seen.filter.packs.iter().enumerate() {
        let class = 1 << seen.class as u32;
        let broken = |classes: u32, forbids: u64| classes & class != 0 && seen.facts.common(forbids);
        for policy in open.pack.policies_of(broken) {
            let here = match country {
                Some(country) => country.as_bytes().eq_ignore_ascii_case(&policy.country),
                None => lawful == 1 || seen.registered == Some(index),
            };
            // A sender that another pack with laws of its own knows is not from here: a Thai bank may write to a Singaporean phone.
            let ours = seen.registered.is_none_or(|pack| pack == index || !lawful_pack(pack));
            let now = seen.message.received_at.is_none_or(|at| at.div_euclid(DAY) >= i64::from(policy.in_force));
            if !here || !ours || !now {
                continue;
            }
            let forbidden = seen.links.iter().filter(|l| l.facts.common(policy.forbids));
            if policy.weight.min(policy.weight_unwanted) < 0 && !open.may_guard {
                continue;
            }
            let only_official = !seen.links.is_empty() && seen.links.iter().all(|l| l.official);
            let cap = if only_official { Level::Suspicious } else { policy.max_level };
            findings.push(Finding {
                rule: policy.id.to_owned(),
                pack: Some(index),
                category: policy.category,
                max_level: policy.max_level.min(cap),
                host: forbidden.clone().next().map(|l| l.link.host.clone()),
                ranges: forbidden.map(|l| l.link.range.clone()).take(MAX_SPANS).collect(),
                ..Finding::own(ReasonCode::Policy, policy.text_id, policy.weight, policy.weight_unwanted)
            });
        }
    }
}
