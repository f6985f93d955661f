//! The user's and the operator's own lists. In: sender and links. Out: findings for what they deny; whether the sender is allowed.

use super::{Finding, Seen};
use crate::engine::overlay::OverlayAction;
use crate::text::fold;
use crate::verdict::{Level, ReasonCode};

/// Adds what the overlay denies; true when it allows the sender.
pub(super) fn find(seen: &Seen<'_>, findings: &mut Vec<Finding>) -> bool {
    let (overlay, at) = (&seen.filter.overlay, seen.message.received_at);
    let denied = |rule: &str| Finding { floor: Level::Scam, ..Finding::own(ReasonCode::Overlay, rule, 0, 0) };
    for judged in &seen.links {
        if overlay.host(&judged.link.host, at) == Some(OverlayAction::Deny) {
            findings.push(Finding {
                ranges: vec![judged.link.range.clone()],
                host: Some(judged.link.host.clone()),
                ..denied("overlay.host")
            });
        }
    }
    let sender = seen.message.sender.as_ref().map(|s| fold(s.as_str().trim()));
    let action = sender.and_then(|s| overlay.sender(s.text(), at));
    if action == Some(OverlayAction::Deny) {
        findings.push(denied("overlay.sender"));
    }
    action == Some(OverlayAction::Allow)
}
