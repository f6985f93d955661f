//! The store on a disk that crashes. In: every kind of install, a crash at every operation. Out: the old image or the new, never none.
//!
//! The disk is a model of a real one. At a crash each name that was not synced is there or not, in any combination; bytes that were
//! not synced are there up to any place, and may be torn.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

use scamfilter::update::{Disk, DiskError, FailureKind, FolderDisk, Installed, PackState, Quarantine, Store};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

#[derive(Clone, Default)]
struct File {
    bytes: Vec<u8>,
    synced: Vec<u8>,
}

#[derive(Clone)]
enum Change {
    Put(String, usize),
    Move(String, String, usize),
    Remove(String),
}

impl Change {
    fn in_folder(&self, folder: &str) -> bool {
        let (Self::Put(name, _) | Self::Move(_, name, _) | Self::Remove(name)) = self;
        name.rsplit_once('/').map_or("", |(f, _)| f) == folder
    }

    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            Self::Put(name, file) => drop(names.insert(name.clone(), *file)),
            Self::Move(from, to, file) => {
                names.remove(from);
                names.insert(to.clone(), *file);
            }
            Self::Remove(name) => drop(names.remove(name)),
        }
    }
}

/// Counts operations and fails from `crash_at` on, as a phone without power does.
#[derive(Clone, Default)]
struct Model {
    files: Vec<File>,
    names: BTreeMap<String, usize>,
    durable: BTreeMap<String, usize>,
    pending: Vec<Change>,
    done: usize,
    crash_at: Option<usize>,
    error: Option<DiskError>,
    locked: bool,
}

impl Model {
    fn step(&mut self) -> Result<(), DiskError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        self.done += 1;
        if self.crash_at.is_some_and(|at| self.done > at) { Err(DiskError::Broken) } else { Ok(()) }
    }

    fn change(&mut self, change: Change) {
        change.apply(&mut self.names);
        self.pending.push(change);
    }

    /// What is left of it after the power comes back.
    fn after_crash(&self, mut luck: u64) -> Self {
        let mut draw = || {
            luck ^= luck << 13;
            luck ^= luck >> 7;
            luck ^= luck << 17;
            luck
        };
        let mut names = self.durable.clone();
        self.pending.iter().filter(|_| draw().is_multiple_of(2)).for_each(|change| change.apply(&mut names));
        let files = self.files.iter().map(|file| {
            let mut bytes = file.synced.clone();
            if file.bytes != file.synced && draw() % 3 > 0 {
                let kept = draw() as usize % (file.bytes.len() + 1);
                bytes = file.bytes[..kept.max(file.synced.len().min(file.bytes.len()))].to_vec();
                if let Some(torn) = bytes.get_mut(file.synced.len()..).and_then(<[u8]>::last_mut) {
                    *torn ^= draw() as u8;
                }
            }
            File { synced: bytes.clone(), bytes }
        });
        Self { files: files.collect(), durable: names.clone(), names, ..Self::default() }
    }
}

impl Disk for Model {
    fn read(&mut self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, DiskError> {
        self.step()?;
        Ok(self.names.get(path).map(|file| self.files[*file].bytes.iter().copied().take(limit as usize).collect()))
    }
    fn list(&mut self, folder: &str) -> Result<Vec<String>, DiskError> {
        self.step()?;
        let prefix = format!("{folder}/");
        Ok(self
            .names
            .keys()
            .filter_map(|n| n.strip_prefix(&prefix))
            .filter(|n| !n.contains('/'))
            .map(Into::into)
            .collect())
    }
    fn make_folder(&mut self, _: &str) -> Result<(), DiskError> {
        self.step()
    }
    fn create(&mut self, path: &str) -> Result<(), DiskError> {
        self.step()?;
        self.files.push(File::default());
        self.change(Change::Put(path.to_owned(), self.files.len() - 1));
        Ok(())
    }
    fn append(&mut self, path: &str, bytes: &[u8]) -> Result<(), DiskError> {
        self.step()?;
        let file = *self.names.get(path).ok_or(DiskError::Broken)?;
        self.files[file].bytes.extend(bytes);
        Ok(())
    }
    fn sync_file(&mut self, path: &str) -> Result<(), DiskError> {
        self.step()?;
        let file = *self.names.get(path).ok_or(DiskError::Broken)?;
        self.files[file].synced = self.files[file].bytes.clone();
        Ok(())
    }
    fn sync_folder(&mut self, folder: &str) -> Result<(), DiskError> {
        self.step()?;
        let (now, later) = std::mem::take(&mut self.pending).into_iter().partition(|c: &Change| c.in_folder(folder));
        self.pending = later;
        now.iter().for_each(|change| change.apply(&mut self.durable));
        Ok(())
    }
    fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError> {
        self.step()?;
        let file = *self.names.get(from).ok_or(DiskError::Broken)?;
        self.change(Change::Move(from.to_owned(), to.to_owned(), file));
        Ok(())
    }
    fn remove(&mut self, path: &str) -> Result<(), DiskError> {
        self.step()?;
        self.change(Change::Remove(path.to_owned()));
        Ok(())
    }
    fn try_lock(&mut self, _: &str) -> Result<bool, DiskError> {
        self.step()?;
        Ok(!std::mem::replace(&mut self.locked, true))
    }
    fn unlock(&mut self, _: &str) {
        self.locked = false;
    }
}

fn image(serial: u64) -> (Installed, Vec<u8>) {
    let bytes = format!("image {serial} ").repeat(40).into_bytes();
    (Installed { sha256: Sha256::digest(&bytes).into(), length: bytes.len() as u64, serial }, bytes)
}

fn put<D: Disk>(store: &mut Store<D>, serial: u64) -> bool {
    let (about, bytes) = image(serial);
    let written = store.write_image("th", &about.sha256, |write| bytes.chunks(100).try_for_each(write));
    written.is_ok() && store.change_state("th", |state| state.install(about)).is_ok()
}

fn change<D: Disk>(store: &mut Store<D>, change: impl FnOnce(&mut PackState)) -> bool {
    store.change_state("th", change).is_ok()
}

type Kind = (&'static str, &'static [Option<u64>], fn(&mut Store<Model>) -> bool);

/// Each with the serials that may be in use before, meanwhile and after.
const KINDS: [Kind; 6] = [
    ("the next release", &[Some(2), Some(3)], |s| put(s, 3)),
    ("two releases", &[Some(2), Some(3), Some(4)], |s| put(s, 3) && change(s, PackState::confirm) && put(s, 4)),
    ("confirmed", &[Some(2)], |s| change(s, PackState::confirm)),
    ("withdrawn", &[Some(2), Some(1)], |s| change(s, |state| state.give_up(Quarantine::Withdrawn))),
    ("all withdrawn", &[Some(2), Some(1), None], |s| {
        change(s, |state| state.give_up(Quarantine::Withdrawn))
            && change(s, |state| state.give_up(Quarantine::Withdrawn))
    }),
    ("refused by its probe", &[Some(2)], |s| {
        let (about, bytes) = image(3);
        s.write_image("th", &about.sha256, |write| write(&bytes)).is_ok()
            && change(s, |state| state.quarantine(about.sha256, Quarantine::Probe))
    }),
];

fn prepared() -> Model {
    let mut store = Store::new(Model::default());
    assert!(put(&mut store, 1) && change(&mut store, PackState::confirm) && put(&mut store, 2));
    assert!(change(&mut store, PackState::confirm));
    store.into_disk()
}

/// The serial in use, whose image must be whole; with it the last good one's.
fn in_use<D: Disk>(store: &mut Store<D>) -> Option<u64> {
    let state = store.state("th").unwrap();
    for installed in state.images() {
        let bytes =
            store.image("th", &installed.sha256).unwrap().unwrap_or_else(|| panic!("{} is gone", installed.serial));
        assert_eq!((*bytes).as_ref(), image(installed.serial).1, "image {}", installed.serial);
    }
    state.current.map(|current| current.serial)
}

#[test]
fn a_crash_at_any_operation_leaves_the_old_image_or_the_new() {
    let mut crashes = 0;
    for (name, allowed, run) in KINDS {
        let begun = prepared();
        let mut whole = Store::new(Model { done: 0, ..begun.clone() });
        assert!(run(&mut whole), "{name}");
        let operations = whole.into_disk().done;
        for crash_at in 0..=operations {
            for luck in 1..=40u64 {
                let mut store = Store::new(Model { done: 0, crash_at: Some(crash_at), ..begun.clone() });
                let finished = run(&mut store);
                let mut after = Store::new(store.into_disk().after_crash(luck.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
                let serial = in_use(&mut after);
                assert!(allowed.contains(&serial), "{name}: crash at {crash_at} with luck {luck} leaves {serial:?}");
                if finished {
                    assert_eq!(&serial, allowed.last().unwrap(), "{name} was said to be done");
                }
                // It goes on as if nothing had been.
                assert!(put(&mut after, 9) && in_use(&mut after) == Some(9), "{name}: crash at {crash_at}");
                crashes += 1;
            }
        }
    }
    assert!(crashes > 2_000, "{crashes}");
}

#[test]
fn a_first_install_leaves_nothing_or_all() {
    let mut whole = Store::new(Model::default());
    assert!(put(&mut whole, 1));
    for crash_at in 0..=whole.into_disk().done {
        for luck in 1..=40u64 {
            let mut store = Store::new(Model { crash_at: Some(crash_at), ..Model::default() });
            put(&mut store, 1);
            let serial =
                in_use(&mut Store::new(store.into_disk().after_crash(luck.wrapping_mul(0x9e37_79b9_7f4a_7c15))));
            assert!(matches!(serial, None | Some(1)), "{serial:?}");
        }
    }
}

#[test]
fn a_disk_that_forgets_to_sync_is_found_out() {
    /// The same, but nothing is ever synced: the model must then lose images, or it proves nothing.
    struct Forgetful(Model);
    impl Disk for Forgetful {
        fn read(&mut self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, DiskError> {
            self.0.read(path, limit)
        }
        fn list(&mut self, folder: &str) -> Result<Vec<String>, DiskError> {
            self.0.list(folder)
        }
        fn make_folder(&mut self, folder: &str) -> Result<(), DiskError> {
            self.0.make_folder(folder)
        }
        fn create(&mut self, path: &str) -> Result<(), DiskError> {
            self.0.create(path)
        }
        fn append(&mut self, path: &str, bytes: &[u8]) -> Result<(), DiskError> {
            self.0.append(path, bytes)
        }
        fn sync_file(&mut self, _: &str) -> Result<(), DiskError> {
            Ok(())
        }
        fn sync_folder(&mut self, folder: &str) -> Result<(), DiskError> {
            self.0.sync_folder(folder)
        }
        fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError> {
            self.0.rename(from, to)
        }
        fn remove(&mut self, path: &str) -> Result<(), DiskError> {
            self.0.remove(path)
        }
        fn try_lock(&mut self, path: &str) -> Result<bool, DiskError> {
            self.0.try_lock(path)
        }
        fn unlock(&mut self, path: &str) {
            self.0.unlock(path);
        }
    }
    let mut store = Store::new(Forgetful(Model::default()));
    assert!(put(&mut store, 1));
    let disk = store.into_disk().0;
    let whole = |luck: u64| {
        let mut after = Store::new(disk.after_crash(luck.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let state = after.state("th").unwrap();
        state
            .current
            .is_some_and(|c| after.image("th", &c.sha256).unwrap().is_some_and(|b| (*b).as_ref() == image(1).1))
    };
    assert!((1..=40).any(|luck| !whole(luck)));
}

#[test]
fn every_trouble_of_a_disk_has_a_name_and_changes_nothing() {
    for (error, says) in [
        (DiskError::Full, "no space"),
        (DiskError::ReadOnly, "read-only"),
        (DiskError::Denied, "may not write"),
        (DiskError::Locked, "until the phone is unlocked"),
        (DiskError::Broken, "cannot be read"),
    ] {
        let mut store = Store::new(Model { error: Some(error), ..prepared() });
        let failure = store.save_metadata("timestamp", b"{}").unwrap_err();
        assert!(failure.kind() == FailureKind::Device && failure.to_string().contains(says), "{failure}");
        let mut disk = store.into_disk();
        disk.error = None;
        assert_eq!(in_use(&mut Store::new(disk)), Some(2));
    }
}

#[test]
fn a_second_process_is_told_to_wait() {
    let folder = std::env::temp_dir().join(format!("scamfilter-store-{}", std::process::id()));
    let (mut one, mut other) = (FolderDisk::new(&folder), Store::new(FolderDisk::new(&folder)));
    assert!(one.try_lock("lock").unwrap());
    assert_eq!(other.save_metadata("root", b"{}").unwrap_err().kind(), FailureKind::Busy);
    one.unlock("lock");
    assert!(put(&mut other, 1) && change(&mut other, PackState::confirm) && put(&mut other, 2));
    assert_eq!(in_use(&mut other), Some(2));
    assert_eq!(other.metadata("root").unwrap(), None);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn names_of_packs_and_roles_stay_in_their_folder() {
    let mut store = Store::new(Model::default());
    for pack in ["", "..", "a/b", "A", "th\0", &"a".repeat(65)] {
        assert_eq!(store.change_state(pack, |_| {}).unwrap_err().kind(), FailureKind::App, "{pack}");
    }
    store.save_metadata("../../evil", b"{}").unwrap();
    assert!(store.into_disk().names.contains_key("meta/..%2F..%2Fevil.json"));
}
