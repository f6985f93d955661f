//! Sizes and times of updates. In: lists of hosts, a day and the next, or one list to which churn is done. Out: a table.
//!
//! `cargo run --release -p scamfilter-tests --example update_numbers -- OLD NEW` or `-- LIST PERCENT`.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a command that measures"
)]

use scamfilter::pack::{Header, encode_hashes, hash48, write::PackWriter};
use scamfilter::update::{apply, delta};
use scamfilter_tests::phone::refreshed;
use scamfilter_tests::repository::{NOW, Repository, sign};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::time::Instant;

/// Times each is run; the fastest counts.
const RUNS: usize = 15;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let lines = |path: &String| {
        let text = std::fs::read_to_string(path).expect("a list of hosts");
        let hosts = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
        let mut hosts: Vec<String> = hosts.map(|h| h.trim_start_matches("*.").to_owned()).collect();
        hosts.sort();
        hosts.dedup();
        hosts
    };
    if let [first, second] = &arguments[..] {
        let (old, new) = match second.parse::<f64>() {
            Ok(percent) => churned(lines(first), percent),
            Err(_) => (lines(first), lines(second)),
        };
        packs(&old, &new);
    }
    metadata();
}

/// Two days: of the share that changes three fifths are new, two fifths go, as in the measured lists.
fn churned(all: Vec<String>, percent: f64) -> (Vec<String>, Vec<String>) {
    let share = |percent: f64| (percent / 100.0 * (1u64 << 48) as f64) as u64;
    let added = |h: &&String| hash48((3, 1), h) < share(percent * 0.6);
    let removed = |h: &&String| hash48((3, 2), h) < share(percent * 0.4);
    (
        all.iter().filter(|h| !added(h)).cloned().collect(),
        all.iter().filter(|h| added(h) || !removed(h)).cloned().collect(),
    )
}

fn image(serial: u64, hosts: &[String]) -> Vec<u8> {
    let header = Header { minor: 0, engines: (1, 1), normaliser: 1, concept_set: 0, psl_date: 0, serial, expires: 0 };
    let mut writer = PackWriter::new(header);
    writer.meta("id", "hosts");
    let mut hashes: Vec<u64> = hosts.iter().map(|host| hash48((1, 2), host)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    writer.hosts(encode_hashes((1, 2), &hashes).expect("an honest list"), Default::default());
    writer.finish()
}

fn packs(old: &[String], new: &[String]) {
    let (old_image, new_image) = (image(1, old), image(2, new));
    let change = delta(Some(&old_image), &new_image).expect("packs");
    let full = delta(None, &new_image).expect("a pack");
    println!(
        "hosts old {} new {} image {} full {} delta {}",
        old.len(),
        new.len(),
        new_image.len(),
        full.len(),
        change.len()
    );
    let wanted = Sha256::digest(&new_image).into();
    let apply_once = || {
        let begun = Instant::now();
        apply(Some(&old_image), &change, &wanted, new_image.len() as u64, &mut |_| Ok(())).expect("a good delta");
        begun.elapsed()
    };
    println!("apply {:?} (fastest of {RUNS})", (0..RUNS).map(|_| apply_once()).min().unwrap_or_default());
}

/// A refresh and a walk over ten delegated roles, nothing stored, all signatures checked.
fn metadata() {
    let mut host = Repository::default();
    let role = |n: u32| json!({ "name": format!("role{n}"), "keyids": ["k8"], "threshold": 1, "terminating": false, "paths": ["packs/*/*"] });
    let key = scamfilter_tests::repository::key(8);
    host.targets = json!({ "delegations": { "keys": { "k8": key }, "roles": (0..10).map(role).collect::<Vec<_>>() } });
    host.publish();
    let mut body = host.common("targets", 1);
    body["targets"] = json!({});
    for n in 0..10 {
        host.files.insert(format!("1.role{n}.json"), sign(&body, &[8]));
    }
    let listed: serde_json::Map<String, serde_json::Value> = (0..10)
        .map(|n| (format!("role{n}.json"), json!({ "version": 1 })))
        .chain([("targets.json".to_owned(), json!({ "version": 1 }))])
        .collect();
    let mut snapshot = host.common("snapshot", 1);
    snapshot["meta"] = listed.into();
    let file = sign(&snapshot, &[5]);
    let mut timestamp = host.common("timestamp", 1);
    timestamp["meta"] = json!({ "snapshot.json": { "version": 1, "length": file.len() } });
    host.files.insert("1.snapshot.json".to_owned(), file);
    host.files.insert("timestamp.json".to_owned(), sign(&timestamp, &[4]));
    let once = || {
        let begun = Instant::now();
        let client = refreshed(&host, NOW).expect("good metadata");
        assert!(client.left_out().is_empty() && client.roles().len() == 14);
        begun.elapsed()
    };
    println!(
        "metadata of ten delegations {:?} (fastest of {RUNS})",
        (0..RUNS).map(|_| once()).min().unwrap_or_default()
    );
    println!("timestamp {} bytes", host.files["timestamp.json"].len());
}
