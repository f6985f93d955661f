//! Listed hosts. In: links. Out: a finding for each link whose host, or a parent up to the registrable domain, is listed.

use super::{Finding, Seen};
use crate::text::hosts_up;
use crate::verdict::{Level, ReasonCode};

/// Log-odds of a listed host: enough to carry any message over the threshold of a scam.
const LISTED: i32 = 8_000;

pub(super) fn find(seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    for judged in &seen.links {
        for (index, open) in seen.filter.packs.iter().enumerate() {
            // An official domain is never listed; below a suffix that a brand runs, such as go.th, a broken-into host may be.
            if judged.official && !(judged.by_suffix && open.trusted()) {
                continue;
            }
            let names = hosts_up(&judged.link.host).take_while(|h| h.len() >= judged.domain.len());
            let Some(listed) = { names }.find(|h| open.pack.lists_host(h)) else { continue };
            findings.push(Finding {
                rule: format!("{}.hosts", open.pack.id()),
                pack: Some(index),
                floor: Level::Scam,
                ranges: vec![judged.link.range.clone()],
                host: Some(listed.to_owned()),
                ..Finding::own(ReasonCode::Host, "host.listed", LISTED, LISTED)
            });
        }
    }
}
