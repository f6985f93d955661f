//! Old metadata, served for ever or brought back. In: roles that expire one at a time, versions that run ahead, a phone's files copied
//! from earlier. Out: refused as expired or older; a new root frees a phone that was led ahead.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use scamfilter::update::FailureKind::{Expired, Publisher};
use scamfilter_tests::phone::{Phone, body, change, delegation, fields, file, put, release, started};
use scamfilter_tests::repository::{NOW, root, sign};
use serde_json::json;

/// The second that is [`NOW`], as metadata writes it, the one before, and the one behind.
const AT_NOW: &str = "2026-11-25T00:00:00Z";
const BEFORE: &str = "2026-11-24T23:59:59Z";
const BEHIND: &str = "2026-11-25T00:00:01Z";

#[test]
fn freeze_by_any_role_at_the_second() {
    for role in ["root", "timestamp", "snapshot", "targets"] {
        for (expires, well) in [(BEHIND, true), (AT_NOW, false), (BEFORE, false), ("1970-01-01T00:00:00Z", false)] {
            let (mut repository, mut phone) = started();
            change(&mut repository, role, |signed| signed["expires"] = json!(expires));
            if well {
                phone.refresh(&repository.files).unwrap();
            } else if role == "root" {
                // A root may be one of many on the way; it is kept, and the last one must not have expired.
                let failure = phone.refresh(&repository.files).err().unwrap();
                assert_eq!((failure.kind(), failure.to_string().starts_with("root: version 2")), (Expired, true));
                assert!(phone.stored["timestamp"] != repository.files["timestamp.json"]);
            } else {
                phone.refuses(&repository.files, role, (Expired, &format!("{role}: version 2 has expired")));
            }
        }
    }
}

#[test]
fn freeze_by_a_delegated_role() {
    for (expires, well) in [(BEHIND, true), (AT_NOW, false)] {
        let (mut repository, mut phone) = started();
        let top = fields(&["top"], &[delegation("a", 7, &["a/*"], false)]);
        release(&mut repository, top, &[("a", fields(&["a/1"], &[]), 7)]);
        let mut signed = body(&repository, "a");
        signed["expires"] = json!(expires);
        put(&mut repository, "a", sign(&signed, &[7]));
        let client = phone.refresh(&repository.files).unwrap();
        assert_eq!((client.resolve("a/1").is_some(), client.resolve("top").is_some()), (well, true));
        assert!(client.left_out().iter().all(|(role, f)| role == "a" && f.kind() == Expired));
        assert_eq!((client.left_out().is_empty(), phone.stored.contains_key("a")), (well, well));
        assert_eq!(phone.find(&repository.files, "a/1").is_ok(), well);
    }
}

#[test]
fn times_that_are_none() {
    for role in ["timestamp", "snapshot", "targets"] {
        for expires in [
            json!("2026-12-25T00:00:00+00:00"),
            json!("2026-12-25T00:00:00.5Z"),
            json!("2026-12-25t00:00:00z"),
            json!("2026-02-30T00:00:00Z"),
            json!("10000-01-01T00:00:00Z"),
            json!("-026-12-25T00:00:00Z"),
            json!("２026-12-25T00:00:00Z"),
            json!("2026-12-25T00:00:60Z"),
            json!(""),
            json!("never"),
            json!(1_900_000_000),
            json!(null),
        ] {
            let (mut repository, mut phone) = started();
            change(&mut repository, role, |signed| signed["expires"] = expires.clone());
            phone.refuses(&repository.files, role, (Publisher, "out of bounds"));
        }
        let (mut repository, mut phone) = started();
        change(&mut repository, role, |signed| signed["expires"] = json!("9999-12-31T23:59:59Z"));
        phone.refresh(&repository.files).unwrap();
    }
}

#[test]
fn an_expired_root_on_the_way_stops_nobody() {
    let (mut repository, mut phone) = started();
    let mut old = root(2);
    old["expires"] = json!(BEFORE);
    repository.files.insert("2.root.json".to_owned(), sign(&old, &[1, 2]));
    repository.files.insert("3.root.json".to_owned(), sign(&root(3), &[1, 2]));
    phone.refresh(&repository.files).unwrap();
    repository.files.remove("3.root.json");
    let (_, mut frozen) = started();
    assert_eq!(frozen.refresh(&repository.files).err().map(|f| f.kind()), Some(Expired));
}

#[test]
fn stored_metadata_that_expired_is_still_a_floor() {
    let (repository, mut phone) = started();
    let old = scamfilter_tests::repository::Repository::default().files;
    phone.refresh(&repository.files).unwrap();
    // All that is stored expires; a mirror brings the release before it, signed anew for no longer.
    phone.now = NOW + 31 * 86_400;
    let mut renewed = old.clone();
    for (name, seed) in [("1.targets.json", 6), ("1.snapshot.json", 5), ("timestamp.json", 4)] {
        let whole: serde_json::Value = serde_json::from_slice(&old[name]).unwrap();
        let mut signed = whole["signed"].clone();
        signed["expires"] = json!("2027-06-01T00:00:00Z");
        if name == "timestamp.json" {
            signed["meta"]["snapshot.json"] = json!({ "version": 1 });
        }
        renewed.insert(name.to_owned(), sign(&signed, &[seed]));
    }
    phone.refuses(&renewed, "timestamp", (Publisher, "timestamp: version 1 is older than 2"));
    // A phone that never saw the second one cannot know; so the renewed files are good ones.
    let mut fresh = Phone::new(&repository);
    fresh.now = phone.now;
    fresh.refresh(&renewed).unwrap();
}

#[test]
fn fast_forward_of_any_role_and_recovery() {
    // The thief of an online key runs ahead; the phone follows, and then refuses what the publisher goes on with.
    for (role, seed) in [("timestamp", 4), ("snapshot", 5), ("targets", 6)] {
        let (mut repository, mut phone) = started();
        let honest = repository.versions;
        let far = 1_000_000;
        match role {
            "timestamp" => repository.versions.0 = far,
            "snapshot" => repository.versions = (3, far, honest.2),
            _ => repository.versions = (3, 3, far),
        }
        repository.publish();
        phone.refresh(&repository.files).unwrap();
        repository.versions = (4, 4, 4);
        repository.publish();
        phone.refuses(&repository.files, role, (Publisher, "version 4 is older than 1000000"));
        // A root with new keys for timestamp and snapshot: what the old ones signed counts for nothing from then on.
        let mut rotated = root(2);
        rotated["roles"]["timestamp"]["keyids"] = json!(["k7"]);
        rotated["roles"]["snapshot"]["keyids"] = json!(["k8"]);
        repository.files.insert("2.root.json".to_owned(), sign(&rotated, &[1, 3]));
        phone.refuses(&repository.files, "timestamp", (Publisher, "timestamp: not signed"));
        let snapshot = sign(&body(&repository, "snapshot"), &[8]);
        put(&mut repository, "snapshot", snapshot);
        let timestamp = sign(&body(&repository, "timestamp"), &[7]);
        put(&mut repository, "timestamp", timestamp);
        phone.refresh(&repository.files).unwrap_or_else(|failure| panic!("{role} {seed}: {failure}"));
        assert!(phone.stored["targets"] == repository.files["4.targets.json"]);
        // The old key is of no use any more.
        repository.release();
        assert!(phone.refresh(&repository.files).is_err());
    }
}

#[test]
fn restored_backup_or_copied_old_state() {
    let (mut repository, mut phone) = started();
    let backup = phone.stored.clone();
    let old = scamfilter_tests::repository::Repository::default().files;
    phone.refresh(&repository.files).unwrap();
    // The backup is older than the server: it goes forward.
    let mut restored = Phone { stored: backup.clone(), ..Phone::new(&repository) };
    restored.refresh(&repository.files).unwrap();
    assert!(restored.stored == phone.stored);
    // The server is as old as the backup: only expiry can tell, and does.
    let mut restored = Phone { stored: backup.clone(), ..Phone::new(&repository) };
    restored.refresh(&old).unwrap();
    restored.now = NOW + 31 * 86_400;
    restored.refuses(&old, "timestamp", (Expired, "timestamp: version 1 has expired"));
    // The root that was revoked by a later one does not come back with the backup, where the app carries the later one.
    let mut rotated = root(2);
    rotated["roles"]["timestamp"]["keyids"] = json!(["k7"]);
    let later = sign(&rotated, &[1, 2]);
    let mut restored = Phone { stored: backup.clone(), root: later.clone(), ..Phone::new(&repository) };
    restored.refuses(&old, "timestamp", (Publisher, "timestamp: not signed"));
    repository.files.insert("2.root.json".to_owned(), later);
    let timestamp = sign(&body(&repository, "timestamp"), &[7]);
    put(&mut repository, "timestamp", timestamp);
    restored.refresh(&repository.files).unwrap();
}

#[test]
fn stored_files_of_another_publisher_or_none_are_no_floor_and_no_trust() {
    let (repository, phone) = started();
    let good = Phone::new(&repository).refresh(&repository.files).map(|c| c.timestamp_expires()).unwrap();
    let mut forged = scamfilter_tests::repository::Repository { versions: (900, 900, 900), ..Default::default() };
    forged.publish();
    for role in ["root", "timestamp", "snapshot", "targets"] {
        for bytes in [b"".to_vec(), b"{}".to_vec(), vec![0xff; 4_096], {
            let name = file(&forged, role);
            let whole = forged.files.get(&name).cloned().unwrap_or_else(|| sign(&root(900), &[8, 9]));
            let whole: serde_json::Value = serde_json::from_slice(&whole).unwrap();
            sign(&whole["signed"], &[8, 9])
        }] {
            let mut phone = Phone { stored: phone.stored.clone(), ..Phone::new(&repository) };
            phone.stored.insert(role.to_owned(), bytes);
            let client = phone.refresh(&repository.files).unwrap();
            assert_eq!(client.timestamp_expires(), good, "{role}");
            assert!(phone.stored["targets"] == repository.files["2.targets.json"]);
        }
    }
}
