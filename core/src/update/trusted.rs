//! What is trusted. In: bytes of one metadata file at a time, in the order of the workflow. Out: trusted, or a refusal.
//!
//! Section 5 of the specification 1.0; every check bears the number of its step. Nothing here knows where bytes come from.

use super::delegations::Delegations;
use super::error::{Failure, FailureKind};
use super::metadata::{Common, Envelope, ROOT, Root, SNAPSHOT, Snapshot, TARGETS, TIMESTAMP, Targets, Timestamp};
use std::sync::{Mutex, PoisonError};

/// Verified metadata of one publisher.
pub(super) struct Trusted {
    /// 5.1: the time at which the update began, in seconds since 1970.
    now: u64,
    pub(super) root: Root,
    timestamp: Option<Timestamp>,
    snapshot: Option<Snapshot>,
    roles: Vec<LoadedRole>,
}

/// Metadata of targets, with its bytes: another delegation to the same role has to verify them anew.
struct LoadedRole {
    name: String,
    /// Delegators whose keys its signatures were compared with, and whether they met: the same question comes with every path.
    asked: Mutex<Vec<(String, bool)>>,
    bytes: Vec<u8>,
    targets: Targets,
}

/// What a new file changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Update {
    /// It is newer, and is to be kept.
    New,
    /// It is what is trusted already.
    Same,
}

impl Trusted {
    /// 5.2: begins with a root that came with the app or was verified before.
    pub(super) fn new(root: &[u8], now: u64) -> Result<Self, Failure> {
        let envelope = Envelope::read(root, ROOT)?;
        let root = Root::read(&envelope)?;
        if !envelope.meets(root.role(ROOT), &root.keys) {
            return Err(Failure::publisher("root: not signed by its own keys"));
        }
        Ok(Self { now, root, timestamp: None, snapshot: None, roles: Vec::new() })
    }

    /// 5.3.4 to 5.3.7: the next root.
    pub(super) fn update_root(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let envelope = Envelope::read(bytes, ROOT)?;
        let new = Root::read(&envelope)?;
        // 5.3.4: signed by a threshold of the old root and of its own.
        for root in [&self.root, &new] {
            if !envelope.meets(root.role(ROOT), &root.keys) {
                return Err(Failure::publisher("root: not signed by enough keys of the old and of the new root"));
            }
        }
        // 5.3.5: exactly the next version.
        let wanted = self.root.common.version + 1;
        if new.common.version != wanted {
            return Err(Failure::publisher(format!("root: version {} where {wanted} must be", new.common.version)));
        }
        self.root = new;
        Ok(())
    }

    /// 5.3.10: the last root must not be expired. 5.3.11, recovery from a fast-forward attack, needs no step of its own: a
    /// stored timestamp or snapshot that the new keys did not sign is not loaded, and its version counts for nothing.
    pub(super) fn finish_root(&self) -> Result<(), Failure> {
        self.fresh(ROOT, self.root.common)
    }

    /// 5.4: the timestamp.
    pub(super) fn update_timestamp(&mut self, bytes: &[u8]) -> Result<Update, Failure> {
        let envelope = Envelope::read(bytes, TIMESTAMP)?;
        // 5.4.2: signatures.
        self.signed_by_root(&envelope, TIMESTAMP)?;
        let new = Timestamp::read(&envelope)?;
        if let Some(old) = &self.timestamp {
            // 5.4.3.1: no older timestamp; the same version is no change.
            if new.common.version == old.common.version {
                self.fresh(TIMESTAMP, old.common)?;
                return Ok(Update::Same);
            }
            not_older(TIMESTAMP, old.common.version, new.common.version)?;
            // 5.4.3.2: no older snapshot.
            not_older(SNAPSHOT, old.snapshot.version, new.snapshot.version)?;
        }
        // 5.4.4: not expired. One that is stays for 5.4.3 of the next, but is not kept.
        let common = new.common;
        self.timestamp = Some(new);
        self.fresh(TIMESTAMP, common)?;
        Ok(Update::New)
    }

    /// 5.5: the snapshot. A `stored` one was verified when it was kept: 5.5.2 is for what is fetched.
    pub(super) fn update_snapshot(&mut self, bytes: &[u8], stored: bool) -> Result<(), Failure> {
        let wanted = self.timestamp()?.snapshot.clone();
        // 5.5.2: length and hash, before it is parsed.
        if !stored && !wanted.fits(bytes) {
            return Err(Failure::publisher("snapshot: not the length or hash that the timestamp names"));
        }
        let envelope = Envelope::read(bytes, SNAPSHOT)?;
        // 5.5.3: signatures.
        self.signed_by_root(&envelope, SNAPSHOT)?;
        let new = Snapshot::read(&envelope)?;
        if let Some(old) = &self.snapshot {
            // 5.5.5: no file vanishes, none gets older.
            for (name, file) in old.files.iter() {
                let now = new
                    .files
                    .get(name)
                    .ok_or_else(|| Failure::publisher("snapshot: a file that was listed is gone"))?;
                not_older(TARGETS, file.version, now.version)?;
            }
        }
        let common = new.common;
        self.snapshot = Some(new);
        self.roles.clear();
        // 5.5.6: not expired. 5.5.4: the version that the timestamp names; an older stored one still serves 5.5.5.
        self.fresh(SNAPSHOT, common)?;
        if common.version != wanted.version {
            let (have, wanted) = (common.version, wanted.version);
            return Err(Failure::publisher(format!("snapshot: version {have}, the timestamp names {wanted}")));
        }
        Ok(())
    }

    /// 5.6: targets; with a `parent` the role that it delegates to.
    pub(super) fn update_targets(&mut self, role: &str, parent: Option<&str>, bytes: &[u8]) -> Result<(), Failure> {
        let wanted = self.file_of(role)?;
        // 5.6.2: length and hash, before it is parsed.
        if !wanted.fits(bytes) {
            return Err(Failure::publisher("targets: not the length or hash that the snapshot names"));
        }
        let envelope = Envelope::read(bytes, TARGETS)?;
        // 5.6.3: signatures, by the keys of whoever delegates.
        match parent {
            None => self.signed_by_root(&envelope, TARGETS)?,
            Some(parent) => self.signed_for(&envelope, role, parent)?,
        }
        let targets = Targets::read(&envelope)?;
        // 5.6.4: the version that the snapshot names.
        if targets.common.version != wanted.version {
            return Err(Failure::publisher("targets: not the version that the snapshot names"));
        }
        // 5.6.5: not expired.
        self.fresh(TARGETS, targets.common)?;
        self.roles.retain(|loaded| loaded.name != role);
        // What was known of others rests on delegations that may be new now.
        self.roles.iter_mut().for_each(|loaded| loaded.asked = Mutex::default());
        let asked = parent.map(|parent| (parent.to_owned(), true)).into_iter().collect();
        let (name, bytes) = (role.to_owned(), bytes.to_vec());
        self.roles.push(LoadedRole { name, asked: Mutex::new(asked), bytes, targets });
        Ok(())
    }

    /// Metadata of a role that is loaded, if `parent` trusts it too; nothing when it has to be loaded first.
    pub(super) fn loaded(&self, role: &str, parent: Option<&str>) -> Result<Option<&Targets>, Failure> {
        let Some(loaded) = self.roles.iter().find(|loaded| loaded.name == role) else { return Ok(None) };
        let Some(parent) = parent else { return Ok(Some(&loaded.targets)) };
        let mut asked = loaded.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let met = match asked.iter().find(|(other, _)| other == parent) {
            Some((_, met)) => *met,
            None => {
                let met = self.signed_for(&Envelope::read(&loaded.bytes, TARGETS)?, role, parent).is_ok();
                asked.push((parent.to_owned(), met));
                met
            }
        };
        if met { Ok(Some(&loaded.targets)) } else { Err(unsigned()) }
    }

    /// Metadata of a role that is loaded, whoever delegates to it.
    pub(super) fn targets(&self, role: &str) -> Option<&Targets> {
        self.roles.iter().find(|loaded| loaded.name == role).map(|loaded| &loaded.targets)
    }

    /// Whom a loaded role trusts.
    pub(super) fn delegations(&self, role: &str) -> Option<&Delegations> {
        self.targets(role).map(|targets| &targets.delegations)
    }

    /// The timestamp, which must be loaded and not expired.
    pub(super) fn timestamp(&self) -> Result<&Timestamp, Failure> {
        let timestamp = self.timestamp.as_ref().ok_or_else(|| Failure::publisher("timestamp: not loaded"))?;
        self.fresh(TIMESTAMP, timestamp.common)?;
        Ok(timestamp)
    }

    /// What the snapshot, which must be loaded and be the one that the timestamp names, says about `role`.
    pub(super) fn file_of(&self, role: &str) -> Result<super::metadata::FileMeta, Failure> {
        let snapshot = self.snapshot.as_ref().ok_or_else(|| Failure::publisher("snapshot: not loaded"))?;
        if self.timestamp()?.snapshot.version != snapshot.common.version {
            return Err(Failure::publisher("snapshot: not the one that the timestamp names"));
        }
        self.fresh(SNAPSHOT, snapshot.common)?;
        snapshot.of(role).cloned().ok_or_else(|| Failure::publisher("targets: a role that the snapshot does not list"))
    }

    /// Until when all that is trusted at the top level stays so.
    pub(super) fn expires(&self) -> Option<u64> {
        let targets = self.targets(TARGETS)?.common.expires;
        let (timestamp, snapshot) = (self.timestamp.as_ref()?.common.expires, self.snapshot.as_ref()?.common.expires);
        Some(targets.min(timestamp).min(snapshot).min(self.root.common.expires))
    }

    fn signed_by_root(&self, envelope: &Envelope, role: &str) -> Result<(), Failure> {
        if envelope.meets(self.root.role(role), &self.root.keys) {
            return Ok(());
        }
        Err(Failure::publisher(format!("{role}: not signed by enough keys of the root")))
    }

    fn signed_for(&self, envelope: &Envelope, role: &str, parent: &str) -> Result<(), Failure> {
        let delegations = self.delegations(parent);
        let trusted = delegations.and_then(|d| Some((d.to(role)?, &d.keys)));
        match trusted {
            Some((delegation, keys)) if envelope.meets(&delegation.role, keys) => Ok(()),
            _ => Err(unsigned()),
        }
    }

    fn fresh(&self, role: &str, common: Common) -> Result<(), Failure> {
        if common.expires > self.now {
            return Ok(());
        }
        let reason = format!("{role}: version {} has expired, or the clock is wrong", common.version);
        Err(Failure::new(FailureKind::Expired, reason))
    }
}

fn unsigned() -> Failure {
    Failure::publisher("targets: not signed by enough keys of the role that delegates")
}

fn not_older(role: &str, old: u64, new: u64) -> Result<(), Failure> {
    if new >= old {
        return Ok(());
    }
    Err(Failure::publisher(format!("{role}: version {new} is older than {old}, which was seen before")))
}
