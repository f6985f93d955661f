//! Listed hosts. In: links. Out: a finding for each link of which the host, or a parent up to the registrable domain, or a
//! path on one of them, is listed.

use super::{Finding, Seen};
use crate::engine::facts::{Fact, Judged};
use crate::engine::overlay::OverlayAction;
use crate::pack::HostList;
use crate::text::hosts_up;
use crate::verdict::{Level, ReasonCode};

/// Log-odds of a listed host: enough to carry any message over the threshold of a scam.
const LISTED: i32 = 8_000;

/// What makes a host one on which strangers have pages of their own.
const SHARED: [Fact; 3] = [Fact::LinkFreeHosting, Fact::LinkMessenger, Fact::LinkShortener];

pub(super) fn find(seen: &Seen<'_>, findings: &mut Vec<Finding>) {
    for (index, open) in seen.filter.packs.iter().enumerate() {
        let list = open.pack.hosts();
        if list.is_empty() {
            continue;
        }
        for judged in &seen.links {
            let Some(listed) = listed(seen, &list, judged, open.trusted()) else { continue };
            findings.push(Finding {
                rule: format!("{}.hosts", open.pack.id()),
                pack: Some(index),
                floor: Level::Scam,
                ranges: vec![judged.link.range.clone()],
                host: Some(listed),
                ..Finding::own(ReasonCode::Host, "host.listed", LISTED, LISTED)
            });
        }
    }
}

/// The name on the list. An official domain is never listed; below a suffix that a brand runs, such as go.th, a broken-into
/// host may be, and a page on a brand's shared host, such as sites.google.com. Both need a trusted pack.
fn listed(seen: &Seen<'_>, list: &HostList<'_>, judged: &Judged<'_>, trusted: bool) -> Option<String> {
    let host = judged.link.host.as_str();
    // Of a host below no known suffix, the last two labels are what someone registered.
    let unknown = judged.suffix.is_empty() && !judged.link.is_ip();
    let names = || hosts_up(host).take_while(|name| name.len() >= judged.domain.len() || unknown && name.contains('.'));
    if !judged.official || judged.by_suffix && trusted {
        if let Some(name) = names().find(|name| list.lists(name)) {
            return Some(name.to_owned());
        }
    } else {
        let shared = SHARED.iter().any(|fact| judged.facts.holds(*fact as u8));
        let allowed = seen.filter.overlay.host(host, seen.message.received_at) == Some(OverlayAction::Allow);
        if !shared || !trusted || allowed {
            return None;
        }
    }
    list.path_below(names(), &judged.link.path)
}
