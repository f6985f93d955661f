//! The store of a publisher. In: verified bytes and a port to a disk. Out: files that a crash at any instant leaves usable.
//!
//! ```text
//! lock                     held by whoever changes anything
//! meta/ROLE.json           metadata as it was signed
//! meta/POLLS               when it was last asked for, and how that went
//! packs/PACK/STATE         which images count; replaced as a whole
//! packs/PACK/SHA256.img    images, written once and never changed
//! ```
//! Every file is written under another name, synced, renamed, and its folder synced, before the next step. An image is there and
//! synced before STATE names it, and is removed only after STATE no longer does.

use super::client::encoded;
use super::error::{Failure, FailureKind};
use super::install_state::PackState;
use super::schedule::Polls;
use crate::pack::PackBytes;
use std::sync::Arc;

/// Largest file of metadata that is read back.
const META_LIMIT: u64 = 2 << 20;

/// What went wrong with a disk; the app must act on each in another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DiskError {
    /// No space is left.
    Full,
    /// The disk or folder cannot be written to.
    ReadOnly,
    /// The app may not do this, or no longer.
    Denied,
    /// Storage is encrypted until the user unlocks the phone (Direct Boot).
    Locked,
    /// Anything else.
    Broken,
}

impl From<DiskError> for Failure {
    fn from(error: DiskError) -> Self {
        let reason = match error {
            DiskError::Full => "no space is left for the pack",
            DiskError::ReadOnly => "the store is read-only",
            DiskError::Denied => "the app may not write to the store",
            DiskError::Locked => "the store is locked until the phone is unlocked",
            DiskError::Broken => "the store cannot be read or written",
        };
        Self::new(FailureKind::Device, reason)
    }
}

/// A disk, as a store needs it. Paths are relative, with slashes. Calls block; they may come from any one thread at a time.
pub trait Disk {
    /// The first `limit` bytes of a file; nothing when there is none.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read(&mut self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, DiskError>;
    /// The bytes of a file that is never changed again, to be shared: mapped where the disk can map. Nothing when there is none, or
    /// when it is longer than `limit`.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn share(&mut self, path: &str, limit: u64) -> Result<Option<PackBytes>, DiskError> {
        let bytes = self.read(path, limit.saturating_add(1))?;
        Ok(bytes.filter(|b| b.len() as u64 <= limit).map(|b| Arc::new(b) as PackBytes))
    }
    /// Names in a folder; none when it does not exist.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn list(&mut self, folder: &str) -> Result<Vec<String>, DiskError>;
    /// Makes a folder and those above it, durably.
    ///
    /// # Errors
    /// Why it cannot be made.
    fn make_folder(&mut self, folder: &str) -> Result<(), DiskError>;
    /// Begins a file, empty, in place of any other.
    ///
    /// # Errors
    /// Why it cannot be made.
    fn create(&mut self, path: &str) -> Result<(), DiskError>;
    /// Adds to a file that was begun.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn append(&mut self, path: &str, bytes: &[u8]) -> Result<(), DiskError>;
    /// Returns when the bytes of a file would survive a crash.
    ///
    /// # Errors
    /// Why they would not.
    fn sync_file(&mut self, path: &str) -> Result<(), DiskError>;
    /// Returns when the names in a folder would survive a crash.
    ///
    /// # Errors
    /// Why they would not.
    fn sync_folder(&mut self, folder: &str) -> Result<(), DiskError>;
    /// Gives a file another name, in place of any file of that name, at once.
    ///
    /// # Errors
    /// Why it cannot.
    fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError>;
    /// Removes a file; well also when there is none.
    ///
    /// # Errors
    /// Why it cannot.
    fn remove(&mut self, path: &str) -> Result<(), DiskError>;
    /// Takes the lock `path` for this process, until it ends or [`Disk::unlock`]; false when another one has it.
    ///
    /// # Errors
    /// Why locks do not work here.
    fn try_lock(&mut self, path: &str) -> Result<bool, DiskError>;
    /// Gives the lock back.
    fn unlock(&mut self, path: &str);
}

const LOCK: &str = "lock";
const POLLS: &str = "meta/POLLS";

/// Files of one publisher. Reading needs no lock; what changes something is refused with [`FailureKind::Busy`] while another does.
pub struct Store<D: Disk> {
    disk: D,
    /// The lock is held by a step that others are part of.
    held: bool,
}

impl<D: Disk> Store<D> {
    /// A store on `disk`, which begins at the publisher's folder.
    pub fn new(disk: D) -> Self {
        Self { disk, held: false }
    }

    /// The disk, when the store is no longer needed.
    pub fn into_disk(self) -> D {
        self.disk
    }

    /// Stored metadata of a role.
    ///
    /// # Errors
    /// [`FailureKind::Device`].
    pub fn metadata(&mut self, role: &str) -> Result<Option<Vec<u8>>, Failure> {
        Ok(self.disk.read(&meta_file(role), META_LIMIT)?)
    }

    /// Keeps metadata of a role.
    ///
    /// # Errors
    /// [`FailureKind::Device`], [`FailureKind::Busy`].
    pub fn save_metadata(&mut self, role: &str, bytes: &[u8]) -> Result<(), Failure> {
        self.locked(|store| store.replace("meta", &meta_file(role), bytes))
    }

    /// Removes metadata of roles that are none of `roles`, so that new names of roles do not pile up.
    ///
    /// # Errors
    /// [`FailureKind::Device`], [`FailureKind::Busy`].
    pub fn keep_metadata(&mut self, roles: &[&str]) -> Result<(), Failure> {
        self.locked(|store| {
            let kept: Vec<String> = roles.iter().map(|role| format!("{}.json", encoded(role))).collect();
            for name in store.disk.list("meta")? {
                if name.ends_with(".json") && !kept.contains(&name) {
                    store.disk.remove(&format!("meta/{name}"))?;
                }
            }
            Ok(())
        })
    }

    /// Which images of a pack count. What cannot be read counts as none: the app's embedded pack stands behind it.
    ///
    /// # Errors
    /// [`FailureKind::Device`] when the disk does not answer.
    pub fn state(&mut self, pack: &str) -> Result<PackState, Failure> {
        let bytes = self.disk.read(&format!("{}/STATE", folder(pack)?), 64 << 10)?;
        Ok(bytes.and_then(|b| PackState::read(&b)).unwrap_or_default())
    }

    /// Path of an image, for mapping; only images that [`Store::state`] names are whole.
    #[must_use]
    pub fn image_path(pack: &str, sha256: &[u8; 32]) -> Option<String> {
        Some(format!("{}/{}.img", folder(pack).ok()?, digits(sha256)))
    }

    /// Bytes of an image, which stays whole while they are held: images are written once, and renamed into place.
    ///
    /// # Errors
    /// [`FailureKind::Device`]; [`FailureKind::App`] for an id of a pack that is none.
    pub fn image(&mut self, pack: &str, sha256: &[u8; 32]) -> Result<Option<PackBytes>, Failure> {
        let path = format!("{}/{}.img", folder(pack)?, digits(sha256));
        Ok(self.disk.share(&path, crate::pack::MAX_IMAGE as u64)?)
    }

    /// Writes an image as `make` hands it out in pieces, and returns when it would survive a crash. No state names it yet.
    ///
    /// # Errors
    /// Those of `make`; [`FailureKind::Device`], [`FailureKind::Busy`].
    pub fn write_image(
        &mut self,
        pack: &str,
        sha256: &[u8; 32],
        make: impl FnOnce(&mut dyn FnMut(&[u8]) -> Result<(), Failure>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let folder = folder(pack)?;
        self.locked(|store| {
            store.disk.make_folder(&folder)?;
            let (path, temporary) = (format!("{folder}/{}.img", digits(sha256)), format!("{folder}/new.tmp"));
            store.disk.create(&temporary)?;
            let disk = &mut store.disk;
            let made = make(&mut |piece| Ok(disk.append(&temporary, piece)?));
            if let Err(failure) = made {
                // Space is given back at once; what is left over otherwise is overwritten the next time.
                let _ = store.disk.remove(&temporary);
                return Err(failure);
            }
            store.disk.sync_file(&temporary)?;
            store.disk.rename(&temporary, &path)?;
            Ok(store.disk.sync_folder(&folder)?)
        })
    }

    /// Changes which images count, as one step, and removes images that no longer do.
    ///
    /// # Errors
    /// [`FailureKind::Device`], [`FailureKind::Busy`].
    pub fn change_state(&mut self, pack: &str, change: impl FnOnce(&mut PackState)) -> Result<PackState, Failure> {
        let folder = folder(pack)?;
        self.locked(|store| {
            let mut state = store.state(pack)?;
            change(&mut state);
            store.replace(&folder, &format!("{folder}/STATE"), &state.write())?;
            let named: Vec<String> = state.images().map(|i| format!("{}.img", digits(&i.sha256))).collect();
            for name in store.disk.list(&folder)? {
                if name.ends_with(".img") && !named.contains(&name) {
                    store.disk.remove(&format!("{folder}/{name}"))?;
                }
            }
            Ok(state)
        })
    }

    /// Bytes that images take, those that a pack in hand may still become not counted.
    ///
    /// # Errors
    /// [`FailureKind::Device`].
    pub fn used(&mut self, packs: &[&str]) -> Result<u64, Failure> {
        let mut used = 0;
        for pack in packs {
            used += self.state(pack)?.images().map(|image| image.length).sum::<u64>();
        }
        Ok(used)
    }

    /// Ids of packs that have a folder in the store.
    ///
    /// # Errors
    /// [`FailureKind::Device`].
    pub fn packs(&mut self) -> Result<Vec<String>, Failure> {
        let names = self.disk.list("packs")?;
        Ok(names.into_iter().filter(|name| folder(name).is_ok()).collect())
    }

    /// How polls went so far; what cannot be read counts as none.
    ///
    /// # Errors
    /// [`FailureKind::Device`].
    pub fn polls(&mut self) -> Result<Polls, Failure> {
        let bytes = self.disk.read(POLLS, 4 << 10)?;
        Ok(bytes.and_then(|b| Polls::read(&b)).unwrap_or_default())
    }

    /// Keeps how polls went, for [`super::next_poll`] after the next start.
    ///
    /// # Errors
    /// [`FailureKind::Device`], [`FailureKind::Busy`].
    pub fn save_polls(&mut self, polls: &Polls) -> Result<(), Failure> {
        self.locked(|store| store.replace("meta", POLLS, &polls.write()))
    }

    fn replace(&mut self, folder: &str, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let temporary = format!("{path}.tmp");
        self.disk.make_folder(folder)?;
        self.disk.create(&temporary)?;
        self.disk.append(&temporary, bytes)?;
        self.disk.sync_file(&temporary)?;
        self.disk.rename(&temporary, path)?;
        Ok(self.disk.sync_folder(folder)?)
    }

    /// Does `work` as one step: no other process changes anything between its parts.
    ///
    /// # Errors
    /// Those of `work`; [`FailureKind::Busy`], [`FailureKind::Device`].
    pub(super) fn locked<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Failure>) -> Result<T, Failure> {
        if self.held {
            return work(self);
        }
        if !self.disk.try_lock(LOCK)? {
            return Err(Failure::new(FailureKind::Busy, "another process is updating this store"));
        }
        self.held = true;
        let done = work(self);
        self.held = false;
        self.disk.unlock(LOCK);
        done
    }
}

fn meta_file(role: &str) -> String {
    format!("meta/{}.json", encoded(role))
}

/// Whether a text can be the id of a pack.
pub(super) fn is_pack_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}

/// Folder of a pack; ids are names of files, so they are letters, digits, hyphen and underscore only.
fn folder(pack: &str) -> Result<String, Failure> {
    if !is_pack_id(pack) {
        return Err(Failure::app("no id of a pack: a-z, 0-9, hyphen and underscore"));
    }
    Ok(format!("packs/{pack}"))
}

/// Lines of a small file of the store, which begins with `first` and ends with a line `end`; nothing when a byte is missing.
pub(super) fn whole_lines<'a>(bytes: &'a [u8], first: &str) -> Option<core::str::Lines<'a>> {
    let mut lines = core::str::from_utf8(bytes).ok()?.strip_suffix("end\n")?.lines();
    lines.next().filter(|line| *line == first)?;
    Some(lines)
}

/// Hexadecimal digits of a digest.
pub(super) fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
