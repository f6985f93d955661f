//! **scamfilter**: what runs on the phone. In: a message and rule packs. Out: a [`Verdict`] with reasons.
//!
//! `Message -> text::prepare -> engine::detect -> engine::score -> Verdict`. Nothing here performs I/O, reads a clock,
//! logs, or keeps a message after the call. See `core/docs/architecture.md` for the map and the invariants.
#![forbid(unsafe_code)]

pub mod engine;
mod error;
mod message;
pub mod pack;
#[cfg(feature = "update")]
mod probe;
pub mod text;
#[cfg(feature = "update")]
pub mod update;
mod verdict;

pub use engine::ScamFilter;
pub use engine::overlay::{Overlay, OverlayAction, OverlayEntry, OverlayKey};
pub use error::{Error, ErrorKind};
pub use message::{Channel, Message, Text};
pub use pack::{Pack, PackSource};
#[cfg(feature = "update")]
pub use probe::{lets_pass, well_behaved};
pub use verdict::{Category, Level, PackId, Reason, ReasonCode, Span, Verdict};
