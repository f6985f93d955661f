//! Signed updates. In: metadata, packs and deltas from any host, and a clock value. Out: the next request, and what to install.
//!
//! A client of TUF 1.0 without I/O: [`Client`] says what to load, fetch and save, and takes the answers. [`apply`]
//! makes an image of the installed one and a delta.

mod client;
mod delegations;
mod delta;
#[cfg(feature = "write")]
mod delta_writer;
mod disk;
mod error;
mod host_changes;
mod install;
mod install_state;
mod json;
mod keys;
mod metadata;
mod plan;
mod publisher;
mod rice;
mod schedule;
mod sorted;
mod store;
mod time;
mod trusted;
mod walk;

pub use client::{Answer, Client, Step, encoded};
pub use delta::{DELTA_MAGIC, ImageDigest, apply, delta_base};
#[cfg(feature = "write")]
pub use delta_writer::delta;
pub use disk::{FolderDisk, Lock, Share};
pub use error::{Failure, FailureKind};
pub use install::{Probe, drive, install};
pub use install_state::{Installed, MAX_TRIALS, PackState, Quarantine};
pub use json::Json;
pub use keys::PublicKey;
pub use metadata::TargetFile;
pub use plan::{Catalogue, Decision, Download, Install, Phone, bucket};
pub use publisher::{Host, Outcome, Place, Publisher, Report, layered};
pub use schedule::{Polls, next_poll};
pub use sorted::Sorted;
pub use store::{Disk, DiskError, Store};
pub use time::{TIMESTAMP_LIFE, clock};
