//! Sizes at their limit, one beyond it, and sizes that lie. In: metadata padded or filled to a number. Out: what is at the limit is
//! accepted, one more is refused, and what is signed about length and hash has to be so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use scamfilter::update::FailureKind::Publisher;
use scamfilter_tests::phone::{Phone, body, change, delegation, fields, file, put, release, signers, started};
use scamfilter_tests::repository::{Repository, digits, key, sha256, sign};
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

const OUT_OF_BOUNDS: &str = "a field is missing, malformed or out of bounds";

/// Accepted with `most`, refused with one more; `fill` makes the release.
fn at_most(role: &str, most: usize, says: &str, fill: impl Fn(&mut Repository, usize)) {
    let (mut repository, mut phone) = started();
    fill(&mut repository, most);
    phone.refresh(&repository.files).unwrap_or_else(|failure| panic!("{role} with {most}: {failure}"));
    let (mut repository, mut phone) = started();
    fill(&mut repository, most + 1);
    phone.refuses(&repository.files, role, (Publisher, says));
}

/// A file of `role` that is `length` bytes long: white space behind the metadata is not signed.
fn padded(repository: &mut Repository, role: &str, length: usize) {
    let mut bytes = sign(&body(repository, role), signers(role));
    bytes.resize(length, b' ');
    put(repository, role, bytes);
}

#[test]
fn endless_or_huge_download_at_the_byte() {
    for (role, limit) in [("root", 256 << 10), ("timestamp", 16 << 10), ("snapshot", 128 << 10), ("targets", 1 << 20)] {
        at_most(role, limit, "larger than it may be", |repository, length| padded(repository, role, length));
    }
}

#[test]
fn huge_download_of_a_delegated_role_is_left_out() {
    for (length, well) in [(1 << 20, true), ((1 << 20) + 1, false)] {
        let (mut repository, mut phone) = started();
        let top = fields(&["top"], &[delegation("a", 7, &["a/*"], false)]);
        release(&mut repository, top, &[("a", fields(&["a/1"], &[]), 7)]);
        let mut bytes = repository.files[&file(&repository, "a")].clone();
        bytes.resize(length, b' ');
        put(&mut repository, "a", bytes);
        let client = phone.refresh(&repository.files).unwrap();
        assert_eq!((client.resolve("a/1").is_some(), phone.stored.contains_key("a")), (well, well));
        assert!(client.left_out().iter().all(|(_, f)| f.to_string().contains("larger than it may be")));
        assert!(client.resolve("top").is_some());
    }
}

/// What a timestamp or snapshot may say of the file `bytes`, and what the refusal says if it is not so.
fn claims(bytes: &[u8]) -> Vec<(Value, bool)> {
    let (length, sha256) = (bytes.len(), sha256(bytes));
    let sha512 = digits(&Sha512::digest(bytes));
    let other = scamfilter_tests::repository::sha256(b"another file");
    let with = |length: usize, hashes: Value| json!({ "version": 2, "length": length, "hashes": hashes });
    vec![
        (with(length, json!({ "sha256": sha256 })), true),
        (with(length, json!({ "sha512": sha512, "md5": "00" })), true),
        (with(length, json!({ "sha256": sha256.to_uppercase(), "sha512": sha512 })), true),
        (json!({ "version": 2, "length": length }), true),
        (json!({ "version": 2 }), true),
        (with(length + 1, json!({ "sha256": sha256 })), false),
        (json!({ "version": 2, "length": length + 1 }), false),
        (with(length, json!({ "sha256": other })), false),
        // Both are held against the file, not one of them.
        (with(length, json!({ "sha256": other, "sha512": sha512 })), false),
        (with(length, json!({ "sha256": sha256, "sha512": "00".repeat(64) })), false),
    ]
}

/// Says `claim` about the snapshot, or about targets.
fn claim(repository: &mut Repository, role: &str, claim: &Value) {
    let (above, name) = if role == "snapshot" { ("timestamp", "snapshot.json") } else { ("snapshot", "targets.json") };
    change(repository, above, |signed| signed["meta"][name] = claim.clone());
}

#[test]
fn lengths_and_hashes_that_lie() {
    for role in ["snapshot", "targets"] {
        let bytes = started().0;
        let bytes = bytes.files[&file(&bytes, role)].clone();
        for (said, well) in claims(&bytes) {
            let (mut repository, mut phone) = started();
            claim(&mut repository, role, &said);
            if well {
                phone.refresh(&repository.files).unwrap_or_else(|failure| panic!("{role} {said}: {failure}"));
            } else {
                phone.refuses(&repository.files, role, (Publisher, "not the length or hash"));
            }
        }
    }
}

#[test]
fn a_length_that_is_too_short_bounds_the_download() {
    for role in ["snapshot", "targets"] {
        for short in [0, 1, 100] {
            let (mut repository, mut phone) = started();
            let length = repository.files[&file(&repository, role)].len();
            claim(&mut repository, role, &json!({ "version": 2, "length": length - 1 - short }));
            phone.refuses(&repository.files, role, (Publisher, "not the length or hash"));
        }
        // A length beyond what a role may have is not believed.
        let (mut repository, mut phone) = started();
        padded(&mut repository, role, (1 << 20) + 1);
        claim(&mut repository, role, &json!({ "version": 2, "length": (1 << 20) + 1 }));
        phone.refuses(&repository.files, role, (Publisher, "larger than it may be"));
    }
}

#[test]
fn lengths_and_hashes_that_are_none() {
    for role in ["snapshot", "targets"] {
        let above = if role == "snapshot" { "timestamp" } else { "snapshot" };
        for said in [
            json!({ "version": 2, "length": -1 }),
            json!({ "version": 2, "length": "500" }),
            json!({ "version": 2, "length": null }),
            json!({ "version": 2, "hashes": {} }),
            json!({ "version": 2, "hashes": { "md5": "00" } }),
            json!({ "version": 2, "hashes": { "sha256": "00" } }),
            json!({ "version": 2, "hashes": { "sha256": "zz".repeat(32) } }),
            json!({ "version": 2, "hashes": "sha256" }),
            json!({ "version": 0 }),
            json!({ "version": (1u64 << 53) + 1 }),
            json!({}),
            json!([2]),
        ] {
            let (mut repository, mut phone) = started();
            claim(&mut repository, role, &said);
            phone.refuses(&repository.files, above, (Publisher, OUT_OF_BOUNDS));
        }
    }
}

#[test]
fn targets_whose_hash_or_length_is_none_are_as_good_as_not_listed() {
    let good = fields(&["good"], &[])["targets"]["good"].clone();
    for (field, value) in [
        ("length", json!(-1)),
        ("length", json!("4")),
        ("length", json!(null)),
        ("hashes", json!({})),
        ("hashes", json!({ "sha256": "00" })),
        ("hashes", json!({ "md5": "00" })),
    ] {
        let (mut repository, mut phone) = started();
        let mut top = fields(&["good", "bad"], &[]);
        top["targets"]["bad"][field] = value.clone();
        release(&mut repository, top, &[]);
        let client = phone.refresh(&repository.files).unwrap();
        assert!(client.resolve("good").is_some() && client.resolve("bad").is_none(), "{field} {value} {good}");
    }
}

#[test]
fn wide_delegations_keys_and_patterns() {
    let top = |repository: &mut Repository, roles: Vec<Value>| release(repository, fields(&["top"], &roles), &[]);
    at_most("targets", 64, OUT_OF_BOUNDS, |repository, count| {
        top(repository, (0..count).map(|n| delegation(&format!("r{n}"), 7, &["x"], false)).collect());
    });
    at_most("targets", 256, OUT_OF_BOUNDS, |repository, count| {
        top(repository, vec![delegation("a", 7, &vec!["x"; count], false)]);
    });
    at_most("targets", 512, OUT_OF_BOUNDS, |repository, length| {
        top(repository, vec![delegation("a", 7, &[&"?".repeat(length)], false)]);
    });
    at_most("targets", 64, OUT_OF_BOUNDS, |repository, length| {
        top(repository, vec![delegation(&"n".repeat(length), 7, &["x"], false)]);
    });
    at_most("targets", 64, OUT_OF_BOUNDS, |repository, count| {
        let mut fields = fields(&["top"], &[]);
        fields["delegations"]["keys"] = (0..count).map(|n| (format!("k{n}"), key(7))).collect();
        release(repository, fields, &[]);
    });
}

#[test]
fn many_keys_signatures_files_and_targets() {
    at_most("root", 64, OUT_OF_BOUNDS, |repository, count| {
        let more = |n: usize| (format!("more{n}"), key(20));
        change(repository, "root", |root| root["keys"].as_object_mut().unwrap().extend((9..count).map(more)));
    });
    for role in ["root", "timestamp", "snapshot", "targets"] {
        at_most(role, 64, "more than 64 signatures", |repository, count| {
            let mut whole: Value = serde_json::from_slice(&sign(&body(repository, role), signers(role))).unwrap();
            let list = whole["signatures"].as_array_mut().unwrap();
            let more = count - list.len();
            list.extend((0..more).map(|n| json!({ "keyid": format!("more{n}"), "sig": "00" })));
            put(repository, role, whole.to_string().into_bytes());
        });
    }
    at_most("snapshot", 1_024, OUT_OF_BOUNDS, |repository, count| {
        change(repository, "snapshot", |snapshot| {
            (1..count).for_each(|n| snapshot["meta"][format!("r{n}.json")] = json!({ "version": 1 }));
        });
    });
    at_most("targets", 4_096, OUT_OF_BOUNDS, |repository, count| {
        let names: Vec<String> = (0..count).map(|n| n.to_string()).collect();
        release(repository, fields(&names.iter().map(String::as_str).collect::<Vec<_>>(), &[]), &[]);
    });
}

#[test]
fn paths_longer_than_a_phone_looks_at() {
    let (at, beyond) = ("p".repeat(512), "p".repeat(513));
    let (mut repository, mut phone) = started();
    release(&mut repository, fields(&[&at, &beyond], &[]), &[]);
    let client = phone.refresh(&repository.files).unwrap();
    assert!(client.resolve(&at).is_some() && client.resolve(&beyond).is_none());
}

#[test]
fn more_values_than_a_file_has() {
    // Two bytes each: many more fit into the bytes of targets than may be kept of them.
    let with = |repository: &mut Repository, count: usize| {
        change(repository, "targets", |targets| targets["z"] = Value::Array(vec![json!(0); count]));
    };
    let (mut repository, mut phone) = started();
    with(&mut repository, 65_000);
    phone.refresh(&repository.files).unwrap();
    let (mut repository, mut phone) = started();
    with(&mut repository, 66_000);
    phone.refuses(&repository.files, "targets", (Publisher, "not canonical JSON"));
    repository.release();
    phone.refresh(&repository.files).unwrap();
    assert!(Phone::new(&repository).refresh(&repository.files).is_ok());
}
