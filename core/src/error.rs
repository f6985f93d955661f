//! One opaque error. In: what went wrong while a pack was opened. Out: a kind grouped by who must act.
//!
//! Checking a message never fails, so nothing here can carry a message's text.

use core::fmt;

/// Who must act. Numbers are append-only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The calling app passed something that cannot work (no packs, two packs of one name, no `common`).
    App,
    /// A pack is damaged, foreign, or newer than this library: its publisher, or the app's update, must act.
    Publisher,
}

/// Why a filter or a pack could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    reason: String,
}

impl Error {
    pub(crate) fn app(reason: impl Into<String>) -> Self {
        Self { kind: ErrorKind::App, reason: reason.into() }
    }

    pub(crate) fn publisher(reason: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Publisher, reason: reason.into() }
    }

    /// Who must act.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Error {}
