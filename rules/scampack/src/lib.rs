//! The compiler of rule packs. `source tree -> load -> lower -> image`; beside it examples, JSON lines and rendering.
//!
//! Runs on hosts only. Everything that is wrong becomes a [`Diagnostic`]; outputs appear whole or not at all.
#![forbid(unsafe_code)]

pub mod attack;
pub mod card;
pub mod cli;
pub mod cluster;
pub mod codes;
pub mod condition;
pub mod content;
pub mod dates;
pub mod diagnostic;
pub mod disputes;
pub mod examples;
pub mod feeds;
pub mod impact;
pub mod jsonl;
pub mod layout;
pub mod learn;
pub mod load;
pub mod lower;
pub mod overlay;
pub mod pattern;
pub mod render;
pub mod schema;
pub mod source;
pub mod stress;
pub mod template;
pub mod words;

pub use diagnostic::{Code, Diagnostic};
pub use load::{Tree, starter};
