//! What a phone decides. In: releases that a publisher signed, and what is installed. Out: keep, install, go back, over quota.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

use scamfilter::update::{Catalogue, Client, Decision, Installed, PackState, Phone, Quarantine, bucket};
use scamfilter_tests::phone::refreshed;
use scamfilter_tests::repository::{NOW, Repository, sha256};
use serde_json::{Value, json};

const PHONE: Phone<'_> = Phone { countries: &["TH"], install_id: b"phone", quota: 1_000 };

fn target(length: u64, custom: &Value) -> Value {
    json!({ "length": length, "hashes": { "sha256": sha256(b"file") }, "custom": { "scamfilter": custom } })
}

fn digest(serial: u64) -> String {
    format!("{serial:064x}")
}

fn full(serial: u64, change: Value) -> (String, Value) {
    let mut custom = json!({ "pack": "th", "serial": serial, "major": 1, "engines": [1, 1], "countries": ["TH"],
        "image": { "sha256": digest(serial), "length": 400 } });
    change.as_object().unwrap().iter().for_each(|(name, field)| custom[name] = field.clone());
    (format!("packs/th/{serial}.full"), target(300, &custom))
}

fn delta(from: u64, to: u64, length: u64) -> (String, Value) {
    let custom = json!({ "pack": "th", "from": digest(from), "image": { "sha256": digest(to), "length": 400 } });
    (format!("packs/th/{to}.{from}.delta"), target(length, &custom))
}

fn catalogue(targets: Vec<(String, Value)>) -> Client {
    let targets = json!({ "targets": targets.into_iter().collect::<serde_json::Map<_, _>>() });
    let mut repository = Repository { targets, ..Repository::default() };
    repository.release();
    refreshed(&repository, NOW).unwrap()
}

fn installed(serial: u64) -> Installed {
    let mut sha256 = [0; 32];
    sha256[24..].copy_from_slice(&serial.to_be_bytes());
    Installed { sha256, length: 400, serial }
}

fn with(serial: u64) -> PackState {
    PackState { current: Some(installed(serial)), ..PackState::default() }
}

fn plan(targets: Vec<(String, Value)>, state: &PackState) -> Decision {
    Catalogue::read(&catalogue(targets)).plan("th", state, &PHONE, 0)
}

/// The serial that is installed, and whether there is a delta.
fn chosen(decision: &Decision) -> Option<(u64, bool)> {
    if let Decision::Install(install) = decision { Some((install.image.serial, install.delta.is_some())) } else { None }
}

#[test]
fn the_newest_release_for_this_phone_by_delta_where_it_is_smaller() {
    let releases =
        || vec![full(1, json!({})), full(3, json!({})), full(2, json!({})), delta(2, 3, 90), delta(1, 3, 301)];
    assert_eq!(chosen(&plan(releases(), &PackState::default())), Some((3, false)));
    assert_eq!(chosen(&plan(releases(), &with(2))), Some((3, true)));
    assert_eq!(chosen(&plan(releases(), &with(1))), Some((3, false)), "a delta larger than the full pack");
    assert_eq!(plan(releases(), &with(3)), Decision::Keep);
    assert_eq!(plan(releases(), &with(4)), Decision::Keep, "never an older release");
}

#[test]
fn other_countries_engines_and_formats_are_passed_over() {
    for change in [
        json!({ "countries": ["VN"] }),
        json!({ "engines": [2, 9] }),
        json!({ "engines": [] }),
        json!({ "major": 2 }),
        json!({ "image": { "sha256": "00", "length": 400 } }),
        json!({ "image": { "sha256": digest(2), "length": 1u64 << 40 } }),
        json!({ "rollout": { "permille": 1000 } }),
        json!({ "serial": -1 }),
    ] {
        assert_eq!(
            chosen(&plan(vec![full(1, json!({})), full(2, change.clone())], &PackState::default())),
            Some((1, false)),
            "{change}"
        );
    }
    assert_eq!(chosen(&plan(vec![full(2, json!({ "countries": [] }))], &PackState::default())), Some((2, false)));
}

#[test]
fn a_staged_rollout_reaches_a_stable_share() {
    let ids: Vec<[u8; 4]> = (0..20_000u32).map(u32::to_le_bytes).collect();
    let share = |permille: u64| ids.iter().filter(|id| bucket("salt", *id) < permille).count();
    assert!((150..=250).contains(&share(10)) && (1_850..=2_150).contains(&share(100)), "{} {}", share(10), share(100));
    assert_eq!((share(0), share(1000)), (0, 20_000));
    let place = bucket("salt", PHONE.install_id);
    let at = |permille: u64| {
        vec![full(1, json!({})), full(2, json!({ "rollout": { "permille": permille, "salt": "salt" } }))]
    };
    assert_eq!(chosen(&plan(at(place + 1), &with(1))), Some((2, false)));
    assert_eq!(plan(at(place), &with(1)), Decision::Keep);
    assert_eq!(plan(at(0), &with(2)), Decision::Keep, "a rollout that is taken back leaves phones as they are");
}

#[test]
fn recall_goes_back_and_does_not_come_again() {
    let releases = || vec![full(1, json!({})), full(2, json!({ "withdrawn": true }))];
    assert_eq!(plan(releases(), &with(2)), Decision::GoBack);
    let mut state = with(1);
    state.install(installed(2));
    state.give_up(Quarantine::Withdrawn);
    assert_eq!(state.current, Some(installed(1)));
    assert_eq!(plan(releases(), &state), Decision::Keep);
    assert_eq!(chosen(&plan(releases(), &PackState::default())), Some((1, false)));
}

#[test]
fn what_failed_here_is_not_tried_again_until_there_is_a_newer_one() {
    let mut state = with(1);
    state.quarantine(installed(2).sha256, Quarantine::Probe);
    assert_eq!(plan(vec![full(2, json!({}))], &state), Decision::Keep);
    assert_eq!(chosen(&plan(vec![full(2, json!({})), full(3, json!({}))], &state)), Some((3, false)));
}

#[test]
fn a_publisher_keeps_to_its_quota() {
    let client = catalogue(vec![full(2, json!({}))]);
    let read = Catalogue::read(&client);
    assert_eq!(read.plan("th", &with(1), &PHONE, 201), Decision::OverQuota);
    assert!(chosen(&read.plan("th", &with(1), &PHONE, 200)).is_some());
}

#[test]
fn publisher_a_cannot_sign_what_b_is_trusted_with() {
    // B's root does not know A's keys: A's repository in its place is refused as a whole, and A's own goes on.
    let (a, mut b) = (Repository::default(), Repository::default());
    let mut own = scamfilter_tests::repository::root(1);
    for role in ["timestamp", "snapshot", "targets"] {
        own["roles"][role]["keyids"] = json!(["k9"]);
    }
    b.root = scamfilter_tests::repository::sign(&own, &[1, 2]);
    b.files = a.files.clone();
    assert!(refreshed(&b, NOW).is_err() && refreshed(&a, NOW).is_ok());
}
