//! An overlay as JSON. In: `[{"action": "allow", "sender": "KBank"}, …]`. Out: the overlay, or what is wrong with it.

use anyhow::{Context, bail};
use scamfilter::{Overlay, OverlayAction, OverlayEntry, OverlayKey};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    action: Action,
    sender: Option<String>,
    host: Option<String>,
    rule: Option<String>,
    expires_at: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Allow,
    Deny,
}

/// Reads an overlay, the weakest entry first.
///
/// # Errors
/// When it is not such a list, or an entry is about none or more than one of `sender`, `host` and `rule`.
pub fn parse(text: &str) -> anyhow::Result<Overlay> {
    let entries: Vec<Entry> = serde_json::from_str(text)
        .context("an overlay is a list of {\"action\": \"allow\" or \"deny\", \"sender\", \"host\" or \"rule\", \"expires_at\"?}")?;
    let mut out = Vec::new();
    for (index, entry) in entries.into_iter().enumerate() {
        let key = match (entry.sender, entry.host, entry.rule) {
            (Some(sender), None, None) => OverlayKey::Sender(sender),
            (None, Some(host), None) => OverlayKey::Host(host),
            (None, None, Some(rule)) => OverlayKey::Rule(rule),
            _ => bail!("entry {} is about none or more than one of sender, host and rule", index + 1),
        };
        let action = match entry.action {
            Action::Allow => OverlayAction::Allow,
            Action::Deny => OverlayAction::Deny,
        };
        out.push(OverlayEntry { action, key, expires_at: entry.expires_at });
    }
    Ok(Overlay::new(out))
}
