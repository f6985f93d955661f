//! One opaque error of an update. In: what went wrong. Out: a kind grouped by who must act, and a sentence.
//!
//! Sentences name roles, versions and reasons, never bytes of what was fetched: a mirror must not write into logs.

use core::fmt;

/// Who must act. Numbers are append-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// The app passed something that cannot work: an unreadable root, an answer that nobody asked for.
    App,
    /// What the publisher's host sent is forged, damaged, replayed, malformed or too large.
    Publisher,
    /// The newest metadata has expired: the channel is frozen, the publisher stopped signing, or the clock is wrong.
    Expired,
    /// The network or the host failed; later it may work.
    Network,
    /// Storage is full, read-only, locked away or broken.
    Device,
    /// Another process is updating this store at the moment.
    Busy,
}

/// Why an update did not go on. What is installed keeps working.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    kind: FailureKind,
    reason: String,
}

impl Failure {
    pub(super) fn new(kind: FailureKind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into() }
    }

    pub(super) fn publisher(reason: impl Into<String>) -> Self {
        Self::new(FailureKind::Publisher, reason)
    }

    pub(super) fn app(reason: impl Into<String>) -> Self {
        Self::new(FailureKind::App, reason)
    }

    /// Who must act.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        self.kind
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Failure {}
