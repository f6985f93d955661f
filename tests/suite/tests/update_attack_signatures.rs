//! Too few keys, counted as enough. In: metadata signed by some keys, listed in some ways. Out: a threshold is of distinct keys of the
//! role, by their bytes; a root follows the root before it, one version at a time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use scamfilter::update::FailureKind::{App, Publisher};
use scamfilter::update::{Answer, Client, Failure, Step};
use scamfilter_tests::phone::{Phone, body, fields, file, put, release, signers, started};
use scamfilter_tests::repository::{Repository, digits, key, pair, root, sign};
use serde_json::{Value, json};

const ROLES: [&str; 4] = ["root", "timestamp", "snapshot", "targets"];
const TOO_FEW: &str = "not signed by enough keys";

/// A signature over `signed` by the key of `seed`, under any id.
fn signature(signed: &Value, seed: u8, id: &str) -> Value {
    json!({ "keyid": id, "sig": digits(&pair(seed).sk.sign(signed.to_string(), None)[..]) })
}

/// The second release with the signatures of `role` as `list` makes them of its signed part.
fn signed_by(role: &str, list: impl FnOnce(&Value) -> Vec<Value>) -> (Repository, Phone) {
    let (mut repository, phone) = started();
    let signed = body(&repository, role);
    let file = json!({ "signatures": list(&signed), "signed": signed });
    put(&mut repository, role, file.to_string().into_bytes());
    (repository, phone)
}

fn good(role: &str, signed: &Value) -> Vec<Value> {
    signers(role).iter().map(|seed| signature(signed, *seed, &format!("k{seed}"))).collect()
}

#[test]
fn one_key_id_listed_twice_in_the_signatures() {
    for role in ROLES {
        let (repository, mut phone) = signed_by(role, |signed| good(role, signed));
        phone.refresh(&repository.files).unwrap();
        // The second may be the same, broken, or of a key that nobody knows: an id stands once.
        let twice: [fn(&str, &Value) -> Vec<Value>; 3] = [
            |role, signed| [good(role, signed), good(role, signed)].concat(),
            |role, signed| {
                [good(role, signed), vec![json!({ "keyid": format!("k{}", signers(role)[0]), "sig": "" })]].concat()
            },
            |role, signed| [good(role, signed), vec![signature(signed, 50, "x"), signature(signed, 51, "x")]].concat(),
        ];
        for list in twice {
            let (repository, mut phone) = signed_by(role, |signed| list(role, signed));
            phone.refuses(&repository.files, role, (Publisher, "two signatures of one key id"));
        }
    }
}

#[test]
fn signatures_that_count_for_nothing_beside_those_that_do() {
    for role in ROLES {
        let noise = |signed: &Value| {
            let mut list = vec![signature(signed, 50, "nobody"), json!({ "keyid": "k9", "sig": "no hexadecimal" })];
            list.extend(good(role, signed));
            list
        };
        let (repository, mut phone) = signed_by(role, noise);
        phone.refresh(&repository.files).unwrap();
        // The same noise with one good signature less.
        let (repository, mut phone) = signed_by(role, |signed| {
            let mut list = noise(signed);
            list.pop();
            list
        });
        phone.refuses(&repository.files, role, (Publisher, TOO_FEW));
    }
}

#[test]
fn keys_of_another_role_or_none() {
    for role in ROLES {
        let others: Vec<u8> =
            (1..=9).filter(|seed| !signers(role).contains(seed) && (role != "root" || *seed != 3)).collect();
        let (repository, mut phone) =
            signed_by(role, |signed| others.iter().map(|seed| signature(signed, *seed, &format!("k{seed}"))).collect());
        phone.refuses(&repository.files, role, (Publisher, TOO_FEW));
        // Their signatures under the ids of the role's own keys.
        let (repository, mut phone) = signed_by(role, |signed| {
            signers(role).iter().map(|seed| signature(signed, 9, &format!("k{seed}"))).collect()
        });
        phone.refuses(&repository.files, role, (Publisher, TOO_FEW));
        let (repository, mut phone) = signed_by(role, |_| Vec::new());
        phone.refuses(&repository.files, role, (Publisher, TOO_FEW));
    }
}

#[test]
fn signature_of_another_role_or_release() {
    for role in ["timestamp", "snapshot", "targets"] {
        let (mut repository, mut phone) = started();
        let old = signature(&body(&repository, role), signers(role)[0], &format!("k{}", signers(role)[0]));
        repository.release();
        let signed = body(&repository, role);
        put(&mut repository, role, json!({ "signatures": [old], "signed": signed }).to_string().into_bytes());
        phone.refuses(&repository.files, role, (Publisher, TOO_FEW));
        repository.release();
        phone.refresh(&repository.files).unwrap();
    }
    // A snapshot in place of targets, signed by the key of targets too: the type is part of what is signed.
    let (mut repository, mut phone) = started();
    let wrong = sign(&body(&repository, "snapshot"), &[5, 6]);
    put(&mut repository, "targets", wrong);
    phone.refuses(&repository.files, "targets", (Publisher, "not signed metadata of that type"));
}

/// A root of version 2 as `change` makes it, signed by `seeds`, with a timestamp that `list` signs.
fn rooted(change: impl FnOnce(&mut Value), seeds: &[u8], ids: &[(u8, &str)]) -> (Repository, Phone) {
    let (mut repository, phone) =
        signed_by("timestamp", |signed| ids.iter().map(|(seed, id)| signature(signed, *seed, id)).collect());
    let mut new = root(2);
    change(&mut new);
    repository.files.insert("2.root.json".to_owned(), sign(&new, seeds));
    (repository, phone)
}

#[test]
fn threshold_is_of_distinct_key_bytes() {
    let twin = |other: Value| {
        move |new: &mut Value| {
            new["keys"]["k8"] = other;
            new["roles"]["timestamp"] = json!({ "keyids": ["k4", "k8"], "threshold": 2 });
        }
    };
    let both = [(4, "k4"), (4, "k8")];
    // The same key, the same in other letters, and with a field of its own more: one key each time.
    let mut capitals = key(4);
    capitals["keyval"]["public"] = json!(capitals["keyval"]["public"].as_str().unwrap().to_uppercase());
    let mut longer = key(4);
    longer["note"] = json!("another one");
    for same in [key(4), capitals, longer] {
        let (repository, mut phone) = rooted(twin(same), &[1, 2], &both);
        phone.refuses(&repository.files, "timestamp", (Publisher, TOO_FEW));
    }
    let (repository, mut phone) = rooted(twin(key(8)), &[1, 2], &[(4, "k4"), (8, "k8")]);
    phone.refresh(&repository.files).unwrap();
}

#[test]
fn thresholds_that_are_none() {
    let with = |role: Value| move |new: &mut Value| new["roles"]["timestamp"] = role;
    for (role, says) in [
        (json!({ "keyids": ["k4"], "threshold": 0 }), "out of bounds"),
        (json!({ "keyids": ["k4"], "threshold": -1 }), "out of bounds"),
        (json!({ "keyids": ["k4"], "threshold": "1" }), "out of bounds"),
        (json!({ "keyids": ["k4", "k4"], "threshold": 2 }), "out of bounds"),
        (json!({ "keyids": [4], "threshold": 1 }), "out of bounds"),
        (json!({ "keyids": [], "threshold": 1 }), TOO_FEW),
        (json!({ "keyids": ["k4"], "threshold": 2 }), TOO_FEW),
        (json!({ "keyids": ["k4"], "threshold": i64::MAX }), TOO_FEW),
        (json!({ "keyids": ["nobody"], "threshold": 1 }), TOO_FEW),
    ] {
        let (repository, mut phone) = rooted(with(role.clone()), &[1, 2], &[(4, "k4")]);
        let refusing = if says == TOO_FEW { "timestamp" } else { "root" };
        phone.refuses(&repository.files, refusing, (Publisher, says));
    }
    let (repository, mut phone) = rooted(with(json!({ "keyids": ["k4"], "threshold": 1 })), &[1, 2], &[(4, "k4")]);
    phone.refresh(&repository.files).unwrap();
}

#[test]
fn a_root_needs_the_old_keys_and_its_own() {
    let new_keys = |new: &mut Value| new["roles"]["root"] = json!({ "keyids": ["k7", "k8"], "threshold": 2 });
    for (seeds, well) in
        [(&[1, 2][..], false), (&[7, 8], false), (&[1, 7, 8], false), (&[1, 2, 7], false), (&[1, 3, 7, 8], true)]
    {
        let (repository, mut phone) = rooted(new_keys, seeds, &[(4, "k4")]);
        if well {
            phone.refresh(&repository.files).unwrap();
        } else {
            phone.refuses(
                &repository.files,
                "root",
                (Publisher, "not signed by enough keys of the old and of the new root"),
            );
        }
    }
}

#[test]
fn root_with_a_version_jump() {
    let at = |repository: &mut Repository, name: u64, version: u64| {
        repository.files.insert(format!("{name}.root.json"), sign(&root(version), &[1, 2]));
    };
    for version in [1, 3, 4, 1 << 53] {
        let (mut repository, mut phone) = started();
        at(&mut repository, 2, version);
        phone.refuses(&repository.files, "root", (Publisher, &format!("version {version} where 2 must be")));
    }
    // A gap: what stands behind it is never asked for, and every step on the way is kept.
    let (mut repository, mut phone) = started();
    for version in [2, 3, 5] {
        at(&mut repository, version, version);
    }
    phone.refresh(&repository.files).unwrap();
    assert!(phone.stored["root"] == repository.files["3.root.json"]);
    assert!(phone.asked.contains(&"4.root.json".to_owned()) && !phone.asked.contains(&"5.root.json".to_owned()));
    at(&mut repository, 4, 4);
    phone.refresh(&repository.files).unwrap();
    assert!(phone.stored["root"] == repository.files["5.root.json"]);
    // A second phone that has seen five goes on from there, though the app carries the first.
    phone.asked.clear();
    phone.refresh(&repository.files).unwrap();
    assert_eq!(phone.asked[0], "6.root.json");
}

#[test]
fn a_chain_of_roots_without_an_end() {
    let (mut repository, mut phone) = started();
    for version in 2..=300 {
        repository.files.insert(format!("{version}.root.json"), sign(&root(version), &[1, 2]));
    }
    phone.refresh(&repository.files).unwrap();
    assert!(phone.stored["root"] == repository.files["257.root.json"], "256 steps at a time");
    phone.refresh(&repository.files).unwrap();
    assert!(phone.stored["root"] == repository.files["300.root.json"]);
}

#[test]
fn an_embedded_root_that_is_none() {
    let (repository, _) = started();
    let new = |bytes: &[u8]| Client::new(bytes, 0).map(drop).map_err(|f: Failure| f.kind());
    assert_eq!(new(&repository.root), Ok(()));
    for bad in [&b""[..], b"{}", &sign(&root(1), &[1]), &sign(&root(1), &[4, 5]), &repository.files["timestamp.json"]] {
        assert_eq!(new(bad), Err(App));
    }
}

#[test]
fn a_delegated_role_needs_the_keys_of_whoever_delegates() {
    let delegate = |threshold: u64, ids: &[&str]| json!({ "name": "a", "keyids": ids, "threshold": threshold, "terminating": false, "paths": ["a/*"] });
    for (delegation, seed, well) in [
        (delegate(1, &["k7"]), 7, true),
        (delegate(1, &["k7", "k8"]), 8, true),
        (delegate(2, &["k7", "k8"]), 8, false),
        (delegate(1, &["k7"]), 8, false),
        // The key of the top level is not one of the delegation.
        (delegate(1, &["k7"]), 6, false),
    ] {
        let (mut repository, mut phone) = started();
        release(&mut repository, fields(&[], std::slice::from_ref(&delegation)), &[("a", fields(&["a/1"], &[]), seed)]);
        let client = phone.refresh(&repository.files).unwrap();
        assert_eq!(client.resolve("a/1").is_some(), well, "{delegation} {seed}");
        assert_eq!(client.left_out().len(), usize::from(!well));
        assert!(client.left_out().iter().all(|(_, f)| f.to_string().contains(TOO_FEW)));
        assert_eq!(phone.stored.contains_key("a"), well);
    }
}

#[test]
fn an_answer_that_nobody_asked_for() {
    let (repository, _) = started();
    let mut client = Client::new(&repository.root, scamfilter_tests::repository::NOW).unwrap();
    let name = file(&repository, "timestamp");
    loop {
        match client.step().unwrap() {
            Step::Load { .. } => client.answer(Answer::Missing),
            Step::Fetch { path, .. } => {
                client.answer(repository.files.get(&path).cloned().map_or(Answer::Missing, Answer::Bytes))
            }
            Step::Save { .. } => {}
            Step::Done => break,
        }
    }
    client.answer(Answer::Bytes(repository.files[&name].clone()));
    assert_eq!(client.step().map_err(|f| f.kind()), Err(App));
}
