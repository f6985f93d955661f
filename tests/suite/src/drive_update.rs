//! Drivers of updates. In: any bytes as metadata, a delta, files of a store. Out: nothing, or a panic where a promise is broken.

use crate::repository::{NOW, Repository, sign};
use crate::{golden_tree, image};
use scamfilter::Level;
use scamfilter::pack::Pack;
use scamfilter::update::{
    Answer, Catalogue, Client, Disk, DiskError, Host, Json, PackState, Phone, Place, Publisher, Step, Store, apply,
    delta, next_poll,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

const ROLES: [&str; 4] = ["2.root.json", "1.targets.json", "1.snapshot.json", "timestamp.json"];

/// The file of one role, by the first byte: as it stands or, with the top bit, as a signed part that the right keys sign.
pub fn metadata(data: &[u8]) {
    static HOST: OnceLock<Repository> = OnceLock::new();
    let host = HOST.get_or_init(Repository::default);
    let (first, rest) = data.split_first().unwrap_or((&0, data));
    let role = ROLES[usize::from(first & 3)];
    let signed = (first & 0x80 != 0).then(|| serde_json::from_slice::<serde_json::Value>(rest).ok()).flatten();
    let file = signed.map_or_else(|| rest.to_vec(), |value| sign(&value, &[1, 2, 4, 5, 6]));
    let mut client = Client::new(&host.root, NOW).expect("the root is good");
    let mut walked = false;
    for _ in 0..500 {
        match client.step() {
            Ok(Step::Load { .. }) => client.answer(Answer::Missing),
            Ok(Step::Fetch { path, .. }) if path == role => client.answer(Answer::Bytes(file.clone())),
            Ok(Step::Fetch { path, .. }) => {
                client.answer(host.files.get(&path).cloned().map_or(Answer::Missing, Answer::Bytes));
            }
            Ok(Step::Save { .. }) => {}
            Ok(Step::Done) if !walked => {
                walked = true;
                client.walk();
            }
            Ok(Step::Done) => {
                let catalogue = Catalogue::read(&client);
                let phone = Phone { countries: &["TH"], install_id: b"id", quota: 1 << 20 };
                for pack in catalogue.packs(&phone) {
                    let _ = catalogue.plan(pack, &PackState::default(), &phone, 0);
                }
                return;
            }
            Err(_) => return,
        }
    }
    panic!("an update without an end");
}

/// A tree of JSON means the same in its canonical form.
pub fn json(data: &[u8]) {
    if let Some(value) = Json::parse(data) {
        // Control characters stay as they are in the canonical form, which JSON readers refuse.
        let form = value.canonical();
        assert!(form.iter().any(|b| *b < 0x20) || Json::parse(&form) == Some(value));
    }
}

/// A delta whose head is right: sections are cut out of the bytes. Whatever image it makes is opened.
pub fn update_delta(data: &[u8]) {
    static GOOD: OnceLock<(Vec<u8>, Vec<u8>)> = OnceLock::new();
    let (new, full) = GOOD.get_or_init(|| {
        let new = image(golden_tree());
        let full = delta(None, &new).expect("a golden pack is a pack");
        (new, full)
    });
    let mut bytes = full.clone();
    let sections = u32::from_le_bytes([new[36], new[37], new[38], new[39]]) as usize;
    let head = 88 + 48 + sections * 48;
    let flips = usize::from(data.first().copied().unwrap_or(0));
    match data.first() {
        Some(first) if first & 1 == 0 => bytes.splice(head.., data[1..].iter().copied()).for_each(drop),
        _ => {
            for pair in data.chunks_exact(3).take(flips) {
                let at = usize::from(u16::from_le_bytes([pair[0], pair[1]])) % bytes.len();
                bytes[at] ^= pair[2];
            }
        }
    }
    let wanted = Sha256::digest(new).into();
    let mut made = Vec::new();
    let result = apply(Some(new), &bytes, &wanted, new.len() as u64, &mut |piece| {
        made.extend(piece);
        Ok(())
    });
    assert!(made.len() <= new.len());
    assert!(result.is_err() || made == *new);
    drop(Pack::open(Arc::new(made)).map(|pack| pack.verify()));
}

/// The file that says which images count.
pub fn store_state(data: &[u8]) {
    if let Some(state) = PackState::read(data) {
        assert_eq!(PackState::read(&state.write()), Some(state));
    }
}

/// Files that a store may hold. The golden image stands at its place unless the bytes say otherwise.
const FILES: [&str; 8] = [
    "meta/root.json",
    "meta/timestamp.json",
    "meta/snapshot.json",
    "meta/targets.json",
    "meta/POLLS",
    "packs/golden/STATE",
    "packs/golden/new.tmp",
    "packs/golden/IMAGE",
];

/// A folder of any files, each by a byte for its name and two for its length: whatever they hold, what can be opened is, and the
/// next update from a good host goes well.
pub fn store_files(data: &[u8]) {
    static GOOD: OnceLock<(Vec<u8>, Repository)> = OnceLock::new();
    let (golden, host) = GOOD.get_or_init(|| (image(golden_tree()), Repository::default()));
    let image_name = format!("packs/golden/{}.img", crate::repository::sha256(golden));
    let mut disk = MemoryDisk::default();
    disk.files.insert(image_name.clone(), golden.clone());
    let mut rest = data;
    while let Some(([name, low, high], behind)) = rest.split_first_chunk::<3>() {
        let (bytes, behind) = behind.split_at(usize::from(u16::from_le_bytes([*low, *high])).min(behind.len()));
        rest = behind;
        let name = FILES[usize::from(*name) % FILES.len()];
        let path = if name.ends_with("IMAGE") { image_name.clone() } else { name.to_owned() };
        disk.files.insert(path, bytes.to_vec());
    }
    let publisher = Publisher {
        root: host.root.clone(),
        channel: String::new(),
        countries: vec!["TH".to_owned()],
        ceiling: Level::Suspicious,
        may_guard: false,
        quota: 1 << 20,
    };
    let mut store = Store::new(disk);
    let opened = publisher.open(&mut store).expect("this disk answers");
    assert!(opened.into_iter().all(|source| Pack::open(source.bytes).is_ok()));
    let _ = next_poll(NOW, &store.polls().expect("this disk answers"), 7);
    let updated = publisher.update(&mut store, &mut Served(host), NOW, b"id", &mut |_, _| true);
    assert!(updated.is_ok_and(|report| report.packs.is_empty()));
    Publisher::confirm(&mut store).expect("this disk answers");
}

/// A host that serves metadata and no packs.
struct Served<'a>(&'a Repository);

impl Host for Served<'_> {
    fn fetch(&mut self, _: &str, place: Place<'_>, _: u64) -> Answer {
        match place {
            Place::Metadata(path) => self.0.files.get(path).cloned().map_or(Answer::Missing, Answer::Bytes),
            Place::Target(_) => Answer::Missing,
        }
    }
}

/// A disk without faults.
#[derive(Default)]
struct MemoryDisk {
    files: BTreeMap<String, Vec<u8>>,
}

impl Disk for MemoryDisk {
    fn read(&mut self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, DiskError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(self.files.get(path).map(|bytes| bytes[..bytes.len().min(limit)].to_vec()))
    }

    fn list(&mut self, folder: &str) -> Result<Vec<String>, DiskError> {
        let below = self.files.keys().filter_map(|path| path.strip_prefix(folder)?.strip_prefix('/'));
        let mut names: Vec<String> = below.map(|rest| rest.split('/').next().unwrap_or("").to_owned()).collect();
        names.dedup();
        Ok(names)
    }

    fn make_folder(&mut self, _: &str) -> Result<(), DiskError> {
        Ok(())
    }

    fn create(&mut self, path: &str) -> Result<(), DiskError> {
        self.files.insert(path.to_owned(), Vec::new());
        Ok(())
    }

    fn append(&mut self, path: &str, bytes: &[u8]) -> Result<(), DiskError> {
        self.files.entry(path.to_owned()).or_default().extend(bytes);
        Ok(())
    }

    fn sync_file(&mut self, _: &str) -> Result<(), DiskError> {
        Ok(())
    }

    fn sync_folder(&mut self, _: &str) -> Result<(), DiskError> {
        Ok(())
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError> {
        let bytes = self.files.remove(from).ok_or(DiskError::Broken)?;
        self.files.insert(to.to_owned(), bytes);
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), DiskError> {
        self.files.remove(path);
        Ok(())
    }

    fn try_lock(&mut self, _: &str) -> Result<bool, DiskError> {
        Ok(true)
    }

    fn unlock(&mut self, _: &str) {}
}

/// Seeds of the drivers above.
#[must_use]
pub fn seeds(name: &str) -> Vec<Vec<u8>> {
    let host = Repository::default();
    let file = |role: usize| host.files.get(ROLES[role]).cloned().unwrap_or_else(|| host.root.clone());
    let signed = |role: usize| {
        let whole: serde_json::Value = serde_json::from_slice(&file(role)).unwrap_or_default();
        [&[0x80 | role as u8][..], whole["signed"].to_string().as_bytes()].concat()
    };
    match name {
        "metadata" => (0..4).map(signed).chain((0..4).map(|r| [&[r as u8][..], &file(r)].concat())).collect(),
        "json" => (0..4).map(file).collect(),
        "update_delta" => vec![vec![0; 40], vec![2, 1, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4], vec![9, 1, 255, 3, 2, 7, 40]],
        "store_files" => {
            let golden = crate::repository::sha256(&image(golden_tree()));
            let file = |name: u8, bytes: &[u8]| [&[name][..], &(bytes.len() as u16).to_le_bytes(), bytes].concat();
            let length = image(golden_tree()).len();
            let state = format!("scamfilter store 1\ncurrent {golden} {length} 6\nend\n");
            let trial = format!("scamfilter store 1\ntrial {golden} {length} 6 3\nend\n");
            vec![
                file(5, state.as_bytes()),
                [file(5, trial.as_bytes()), file(1, &host.files["timestamp.json"])].concat(),
                [file(5, state.as_bytes()), file(7, b"rot"), file(0, &host.root)].concat(),
                file(4, b"scamfilter polls 1\nsuccess 5\nfailures 2\nend\n"),
            ]
        }
        "store_state" => {
            let digest = "ab".repeat(32);
            let lines = ["", "current {} 5 6\n", "trial {} 5 6 1\ngood {} 1 1\n", "bad {} 2\nbad {} 1\n"];
            let whole = |l: &&str| format!("scamfilter store 1\n{}end\n", l.replace("{}", &digest)).into_bytes();
            lines.iter().map(whole).collect()
        }
        _ => Vec::new(),
    }
}
