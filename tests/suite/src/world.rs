//! Publishers whose hosts serve packs, and phones with a folder, for tests. In: releases. Out: what an update brings, and what opens.

use crate::repository::{NOW, Repository, sha256};
use scamfilter::pack::{Header, PackBytes, write::PackWriter};
use scamfilter::update::{Answer, Failure, FolderDisk, Host, Place, Publisher, Report, Store, delta};
use scamfilter::{Level, Pack};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A small pack.
#[must_use]
pub fn image(id: &str, serial: u64) -> Vec<u8> {
    let header = Header { minor: 0, engines: (1, 1), normaliser: 1, concept_set: 0, psl_date: 0, serial, expires: 0 };
    let mut writer = PackWriter::new(header);
    writer.meta("id", id);
    writer.meta("title", &"a title that is longer than a table ".repeat(7));
    writer.finish()
}

/// What a publisher says of the full pack of an image.
#[must_use]
pub fn about(id: &str, serial: u64, image: &[u8]) -> Value {
    let made = json!({ "sha256": sha256(image), "length": image.len() });
    json!({ "pack": id, "serial": serial, "major": 1, "engines": [1, 1], "countries": ["TH"], "image": made })
}

/// A target: its path, its bytes, and what the publisher says of it.
pub type Target = (String, Vec<u8>, Value);

/// Repositories by their channel; files of targets by theirs.
#[derive(Default)]
pub struct World {
    /// Metadata by channel.
    pub repositories: BTreeMap<String, Repository>,
    /// Packs and deltas, by channel and location.
    pub targets: BTreeMap<String, Vec<u8>>,
    /// Locations of targets that were asked for.
    pub fetched: Vec<String>,
    /// No host answers.
    pub down: bool,
}

impl World {
    /// Publishes `serials` of the pack `id` under `channel`, each with a delta from the one before.
    ///
    /// # Panics
    /// When no delta can be made.
    pub fn publish(&mut self, channel: &str, id: &str, serials: &[u64], change: impl Fn(u64, &mut Value)) {
        let mut targets: Vec<Target> = Vec::new();
        for (index, serial) in serials.iter().enumerate() {
            let new = image(id, *serial);
            let mut custom = about(id, *serial, &new);
            let made = custom["image"].clone();
            change(*serial, &mut custom);
            targets.push((format!("packs/{id}/{serial}.full"), delta(None, &new).expect("a pack"), custom));
            if let Some(before) = index.checked_sub(1).map(|at| image(id, serials[at])) {
                let custom = json!({ "pack": id, "from": sha256(&before), "image": made });
                targets.push((
                    format!("packs/{id}/{serial}.delta"),
                    delta(Some(&before), &new).expect("packs"),
                    custom,
                ));
            }
        }
        self.publish_targets(channel, targets);
    }

    /// Publishes these targets and no others under `channel`.
    pub fn publish_targets(&mut self, channel: &str, targets: Vec<Target>) {
        let listed = self.serve(channel, targets);
        let repository = self.repositories.entry(channel.to_owned()).or_default();
        repository.targets = json!({ "targets": listed });
        repository.release();
    }

    /// Serves the bytes of targets; how metadata lists them.
    pub fn serve(&mut self, channel: &str, targets: Vec<Target>) -> Map<String, Value> {
        let mut listed = Map::new();
        for (path, bytes, custom) in targets {
            let digest = sha256(&bytes);
            let (folder, name) = path.rsplit_once('/').map_or(("", path.as_str()), |(folder, name)| (folder, name));
            let slash = if path.contains('/') { "/" } else { "" };
            let length = bytes.len();
            self.targets.insert(format!("{channel}/{folder}{slash}{digest}.{name}"), bytes);
            let target =
                json!({ "length": length, "hashes": { "sha256": digest }, "custom": { "scamfilter": custom } });
            listed.insert(path, target);
        }
        listed
    }
}

impl Host for World {
    fn fetch(&mut self, channel: &str, place: Place<'_>, _: u64) -> Answer {
        if self.down {
            return Answer::Failed;
        }
        let found = match place {
            Place::Metadata(path) => self.repositories.get(channel).and_then(|r| r.files.get(path)),
            Place::Target(path) => {
                self.fetched.push(path.to_owned());
                self.targets.get(&format!("{channel}/{path}"))
            }
        };
        found.cloned().map_or(Answer::Missing, Answer::Bytes)
    }
}

/// A folder that is gone when the test ends.
pub struct Folder(pub PathBuf);

impl Folder {
    /// A new one for the test of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("scamfilter-publisher-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }

    /// The store in it.
    #[must_use]
    pub fn store(&self) -> Store<FolderDisk> {
        Store::new(FolderDisk::new(&self.0))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A publisher of [`Repository`] at `channel`.
#[must_use]
pub fn publisher(channel: &str) -> Publisher {
    Publisher {
        root: Repository::default().root,
        channel: channel.to_owned(),
        countries: vec!["TH".to_owned()],
        ceiling: Level::Suspicious,
        may_guard: false,
        quota: 1 << 20,
    }
}

/// An update whose probe lets every pack pass that opens and is the one that it should be.
///
/// # Errors
/// Those of the update.
pub fn update(publisher: &Publisher, folder: &Folder, world: &mut World) -> Result<Report, Failure> {
    let mut probe = |id: &str, bytes: PackBytes| Pack::open(bytes).is_ok_and(|pack| pack.id() == id);
    publisher.update(&mut folder.store(), world, NOW, b"phone", &mut probe)
}

/// Serials of the packs that an app would open.
///
/// # Panics
/// When the store does not answer, or hands out more than the app allows.
#[must_use]
pub fn open(publisher: &Publisher, folder: &Folder) -> Vec<u64> {
    let sources = publisher.open(&mut folder.store()).expect("the store answers");
    assert!(sources.iter().all(|s| s.ceiling == publisher.ceiling && s.may_guard == publisher.may_guard));
    sources.into_iter().map(|source| Pack::open(source.bytes).expect("it was opened before").header().serial).collect()
}
