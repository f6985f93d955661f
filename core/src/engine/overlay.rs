//! The user's and the operator's own lists. In: entries. Out: what they say of a sender, a host or a rule.
//!
//! Plain data above all packs, kept by the app, so that it survives every update.

use crate::text::{fold, hosts_up};

/// What an entry does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverlayAction {
    /// A sender: the message is `clear`. A host: it counts as official. A rule id: it is mute.
    Allow,
    /// A sender or host: the message is a `scam`. Says nothing of rule ids.
    Deny,
}

/// What an entry is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverlayKey {
    /// A sender ID or number, compared folded.
    Sender(String),
    /// A host with everything below it, compared folded.
    Host(String),
    /// The id of a rule, a policy or a list.
    Rule(String),
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayEntry {
    /// What it does.
    pub action: OverlayAction,
    /// What it is about.
    pub key: OverlayKey,
    /// Milliseconds since 1970-01-01 UTC after which it says nothing; compared with when the message arrived.
    pub expires_at: Option<i64>,
}

/// All entries; a later one beats an earlier one about the same thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlay {
    entries: Vec<OverlayEntry>,
}

impl Overlay {
    /// From entries, the weakest first: the operator's, then the user's.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = OverlayEntry>) -> Self {
        let folded = |text: String| fold(text.trim()).text().trim_end_matches('.').to_owned();
        let entries = entries.into_iter().map(|mut entry| {
            entry.key = match entry.key {
                OverlayKey::Sender(name) => OverlayKey::Sender(folded(name)),
                OverlayKey::Host(host) => OverlayKey::Host(folded(host)),
                OverlayKey::Rule(id) => OverlayKey::Rule(id),
            };
            entry
        });
        Self { entries: entries.collect() }
    }

    pub(super) fn sender(&self, folded: &str, at: Option<i64>) -> Option<OverlayAction> {
        self.find(at, |key| matches!(key, OverlayKey::Sender(name) if name == folded))
    }

    pub(super) fn host(&self, host: &str, at: Option<i64>) -> Option<OverlayAction> {
        if self.entries.is_empty() {
            return None;
        }
        hosts_up(host).find_map(|name| self.find(at, |key| matches!(key, OverlayKey::Host(h) if h == name)))
    }

    pub(super) fn mutes(&self, rule: &str, at: Option<i64>) -> bool {
        self.find(at, |key| matches!(key, OverlayKey::Rule(id) if id == rule)) == Some(OverlayAction::Allow)
    }

    fn find(&self, at: Option<i64>, about: impl Fn(&OverlayKey) -> bool) -> Option<OverlayAction> {
        let valid = |e: &&OverlayEntry| !matches!((e.expires_at, at), (Some(expires), Some(at)) if at > expires);
        self.entries.iter().rev().filter(valid).find(|e| about(&e.key)).map(|e| e.action)
    }
}
