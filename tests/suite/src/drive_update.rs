//! Drivers of updates. In: any bytes as metadata, a delta, files of a store. Out: nothing, or a panic where a promise is broken.

use crate::repository::{NOW, Repository, sign};
use crate::{golden_tree, image};
use scamfilter::pack::Pack;
use scamfilter::update::{Answer, Catalogue, Client, Json, PackState, Phone, Step, apply, delta};
use sha2::{Digest, Sha256};
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
        "store_state" => {
            let digest = "ab".repeat(32);
            let lines = ["", "current {} 5 6\n", "trial {} 5 6 1\ngood {} 1 1\n", "bad {} 2\nbad {} 1\n"];
            let whole = |l: &&str| format!("scamfilter store 1\n{}end\n", l.replace("{}", &digest)).into_bytes();
            lines.iter().map(whole).collect()
        }
        _ => Vec::new(),
    }
}
