//! The compiler of rule packs. `source tree -> load -> lower -> image`; beside it examples, JSON lines and rendering.
//!
//! Runs on hosts only. Everything that is wrong becomes a [`Diagnostic`]; outputs appear whole or not at all.
#![forbid(unsafe_code)]

pub mod condition;
pub mod diagnostic;
pub mod examples;
pub mod jsonl;
pub mod load;
pub mod lower;
pub mod pattern;
pub mod render;
pub mod source;

pub use diagnostic::{Code, Diagnostic};
pub use load::{Tree, starter};
