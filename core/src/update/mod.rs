//! Signed updates. In: metadata, packs and deltas from any host, and a clock value. Out: the next request, and what to install.
//!
//! A client of TUF 1.0 without I/O: [`Client`] says what to load, fetch and save, and takes the answers.

mod client;
mod delegations;
mod error;
mod json;
mod keys;
mod metadata;
mod time;
mod trusted;
mod walk;

pub use client::{Answer, Client, Step, encoded};
pub use error::{Failure, FailureKind};
pub use json::Json;
pub use keys::PublicKey;
pub use metadata::TargetFile;
pub use time::{TIMESTAMP_LIFE, clock};
