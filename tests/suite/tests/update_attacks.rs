//! Rows of the attack table, each a test named after it. In: a repository under attack. Out: a refusal, and what was installed stays.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

use scamfilter::update::{FailureKind, clock};
use scamfilter_tests::phone::Phone;
use scamfilter_tests::repository::{NOW, Repository, key, root, sign};
use serde_json::json;
use std::collections::BTreeMap;

/// Refused for the publisher's sake with `says`, and the phone stores what it did before.
fn refused(phone: &mut Phone, files: &BTreeMap<String, Vec<u8>>, says: &str) {
    let before = phone.stored.get("targets").cloned();
    let failure = phone.refresh(files).err().unwrap_or_else(|| panic!("accepted, where `{says}` is due"));
    assert!(failure.kind() == FailureKind::Publisher && failure.to_string().contains(says), "{failure}");
    assert_eq!(phone.stored.get("targets").cloned(), before);
}

fn started() -> (Repository, Phone) {
    let repository = Repository::default();
    let mut phone = Phone::new(&repository);
    phone.refresh(&repository.files).unwrap();
    (repository, phone)
}

#[test]
fn forged_or_changed_metadata() {
    for file in ["timestamp.json", "2.snapshot.json", "2.targets.json"] {
        let (mut repository, mut phone) = started();
        repository.release();
        phone.refresh(&repository.files).unwrap();
        let (mut repository, mut phone) = started();
        repository.release();
        let text = String::from_utf8(repository.files[file].clone()).unwrap().replace("2026-12-25", "2026-12-26");
        repository.files.insert(file.to_owned(), text.into_bytes());
        assert_eq!(phone.refresh(&repository.files).err().map(|f| f.kind()), Some(FailureKind::Publisher), "{file}");
    }
}

#[test]
fn one_stolen_key_of_two() {
    let (mut repository, mut phone) = started();
    repository.files.insert("2.root.json".to_owned(), sign(&root(2), &[1]));
    refused(&mut phone, &repository.files, "not signed by enough keys");
    repository.files.insert("2.root.json".to_owned(), sign(&root(2), &[1, 1]));
    refused(&mut phone, &repository.files, "two signatures of one key id");
}

#[test]
fn one_key_under_two_ids_counts_once() {
    let (mut repository, mut phone) = started();
    let mut twin = root(2);
    twin["keys"]["k8"] = key(4);
    twin["roles"]["timestamp"] = json!({ "keyids": ["k4", "k8"], "threshold": 2 });
    repository.files.insert("2.root.json".to_owned(), sign(&twin, &[1, 2]));
    repository.release();
    let body: serde_json::Value = serde_json::from_slice(&repository.files["timestamp.json"]).unwrap();
    let mut signed: serde_json::Value = serde_json::from_slice(&sign(&body["signed"], &[4])).unwrap();
    let mut again = signed["signatures"][0].clone();
    again["keyid"] = json!("k8");
    signed["signatures"].as_array_mut().unwrap().push(again);
    repository.files.insert("timestamp.json".to_owned(), signed.to_string().into_bytes());
    refused(&mut phone, &repository.files, "timestamp: not signed by enough keys");
}

#[test]
fn old_or_skipped_root() {
    let (mut repository, mut phone) = started();
    repository.files.insert("2.root.json".to_owned(), sign(&root(3), &[1, 2]));
    refused(&mut phone, &repository.files, "version 3 where 2 must be");
    repository.files.insert("2.root.json".to_owned(), sign(&root(1), &[1, 2]));
    refused(&mut phone, &repository.files, "version 1 where 2 must be");
}

#[test]
fn stolen_online_key_and_recovery() {
    let (mut repository, mut phone) = started();
    // The thief of the timestamp key runs far ahead; the phone follows.
    repository.versions.0 = 1_000_000;
    repository.publish();
    phone.refresh(&repository.files).unwrap();
    // A new root with another key makes the old version count for nothing.
    let mut rotated = root(2);
    rotated["roles"]["timestamp"]["keyids"] = json!(["k7"]);
    repository.files.insert("2.root.json".to_owned(), sign(&rotated, &[1, 3]));
    refused(&mut phone, &repository.files, "timestamp: not signed");
    repository.versions.0 = 2;
    repository.publish();
    let body: serde_json::Value = serde_json::from_slice(&repository.files["timestamp.json"]).unwrap();
    repository.files.insert("timestamp.json".to_owned(), sign(&body["signed"], &[7]));
    phone.refresh(&repository.files).unwrap();
}

#[test]
fn rollback_of_any_role() {
    let (mut repository, mut phone) = started();
    let old = repository.files.clone();
    repository.release();
    phone.refresh(&repository.files).unwrap();
    refused(&mut phone, &old, "timestamp: version 1 is older than 2");
    repository.versions = (3, 1, 2);
    repository.publish();
    refused(&mut phone, &repository.files, "snapshot: version 1 is older than 2");
    repository.versions = (3, 3, 1);
    repository.publish();
    refused(&mut phone, &repository.files, "targets: version 1 is older than 2");
}

#[test]
fn freeze_by_serving_the_old_for_ever() {
    let (repository, mut phone) = started();
    phone.now = NOW + 31 * 86_400;
    let failure = phone.refresh(&repository.files).err().unwrap();
    assert_eq!(failure.kind(), FailureKind::Expired, "{failure}");
}

#[test]
fn clock_set_back_or_forward() {
    let (repository, mut phone) = started();
    let accepted = phone.refresh(&repository.files).unwrap().timestamp_expires();
    for (system, well) in [(0, true), (NOW, true), (4_070_908_800, false), (NOW, true)] {
        phone.now = clock(system, NOW - 86_400, accepted);
        assert!(phone.now >= NOW - 86_400);
        assert_eq!(phone.refresh(&repository.files).is_ok(), well, "{system}");
    }
}

#[test]
fn mix_and_match_of_versions() {
    let (mut repository, mut phone) = started();
    let old = repository.files["1.snapshot.json"].clone();
    repository.release();
    repository.files.insert("2.snapshot.json".to_owned(), old);
    refused(&mut phone, &repository.files, "not the length or hash that the timestamp names");
    repository.publish();
    let other = repository.files["1.targets.json"].clone();
    repository.files.insert("2.targets.json".to_owned(), other);
    refused(&mut phone, &repository.files, "not the version that the snapshot names");
}

#[test]
fn endless_or_huge_download() {
    let (mut repository, mut phone) = started();
    for file in ["2.root.json", "timestamp.json"] {
        repository.files.insert(file.to_owned(), vec![b' '; (2 << 20) + 1]);
        refused(&mut phone, &repository.files, "larger than it may be");
        repository.files.remove("2.root.json");
    }
}

#[test]
fn many_delegations_deep_nesting_and_path_traversal() {
    let delegations = |count: usize, name: &dyn Fn(usize) -> String| {
        let role =
            |n| json!({ "name": name(n), "keyids": ["k8"], "threshold": 1, "terminating": false, "paths": ["*"] });
        json!({ "delegations": { "keys": { "k8": key(8) }, "roles": (0..count).map(role).collect::<Vec<_>>() } })
    };
    let (mut repository, mut phone) = started();
    repository.targets = delegations(10_000, &|n| format!("role{n}"));
    repository.release();
    refused(&mut phone, &repository.files, "targets: ");
    repository.targets = delegations(1, &|_| "root".to_owned());
    repository.release();
    refused(&mut phone, &repository.files, "out of bounds");
    let deep = format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000)).into_bytes();
    repository.files.insert(format!("{}.targets.json", repository.versions.2), deep);
    refused(&mut phone, &repository.files, "not canonical JSON");
    // A role that the snapshot does not list, whatever its name, is left out and never fetched.
    repository.targets = delegations(1, &|_| "../../timestamp".to_owned());
    repository.release();
    let client = phone.refresh(&repository.files).unwrap();
    assert_eq!(client.left_out().len(), 1);
}

#[test]
fn signature_over_another_form_than_the_canonical() {
    let (mut repository, mut phone) = started();
    repository.release();
    let body: serde_json::Value = serde_json::from_slice(&repository.files["timestamp.json"]).unwrap();
    let pretty = serde_json::to_string_pretty(&body["signed"]).unwrap();
    let sig = scamfilter_tests::repository::pair(4).sk.sign(&pretty, None);
    let sig = scamfilter_tests::repository::digits(&sig[..]);
    let file = format!("{{\"signatures\":[{{\"keyid\":\"k4\",\"sig\":\"{sig}\"}}],\"signed\":{pretty}}}");
    repository.files.insert("timestamp.json".to_owned(), file.into_bytes());
    refused(&mut phone, &repository.files, "timestamp: not signed");
}
