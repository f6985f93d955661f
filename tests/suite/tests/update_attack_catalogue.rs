//! Attacks on what a phone makes of signed targets. In: publishers that overreach. Out: what they get, and what they do not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

use scamfilter::update::{Catalogue, Decision, PackState, Phone as Who, Publisher};
use scamfilter_tests::phone::{delegation, fields, release, started};
use scamfilter_tests::repository::sha256;
use scamfilter_tests::world::{Folder, World, about, image, publisher, update};
use serde_json::{Value, json};

const WHO: Who<'_> = Who { countries: &["TH"], install_id: b"phone", quota: 1 << 20 };

fn listed(path: &str, id: &str, serial: u64) -> Value {
    let bytes = image(id, serial);
    let target = json!({ "length": 4, "hashes": { "sha256": sha256(b"file") }, "custom": { "scamfilter": about(id, serial, &bytes) } });
    json!({ "targets": { path: target } })
}

/// Row "publisher A signs B's pack": A is trusted with `packs/a/*` only, and its target says that it is the pack `b`.
#[test]
fn publisher_a_signs_the_pack_of_b_under_a_path_of_its_own() {
    for (path, id, well) in [("packs/b/2.full", "b", true), ("packs/a/2.full", "b", false)] {
        let (seed, role) = if well { (8, "b") } else { (7, "a") };
        let (mut repository, mut phone) = started();
        let top = fields(&[], &[delegation("a", 7, &["packs/a/*"], true), delegation("b", 8, &["packs/b/*"], true)]);
        let other = if well { ("a", fields(&[], &[]), 7) } else { ("b", fields(&[], &[]), 8) };
        release(&mut repository, top, &[(role, listed(path, id, 2), seed), other]);
        let client = phone.refresh(&repository.files).unwrap();
        let plan = Catalogue::read(&client).plan("b", &PackState::default(), &WHO, 0);
        assert_eq!(matches!(plan, Decision::Install(_)), well, "{path} installs {id}");
    }
}

/// A target's path goes to the app's HTTP client as it stands.
#[test]
fn path_traversal_in_names_of_targets() {
    let names = [
        "packs/../../b/2.full",
        "/packs/b/2.full",
        "//evil.example/b/2.full",
        "https://evil.example/b/2.full",
        "packs\\b\\2.full",
        "packs/b/2.full?x",
        "packs/b/2.full#x",
        "packs/%2e%2e/b/2.full",
        "packs//b/2.full",
        "packs/b/",
        "packs/b/2\r\nX: y",
        "packs/./b/2.full",
        "",
    ];
    let mut through = Vec::new();
    for name in ["packs/b/2.full"].iter().chain(&names) {
        let (mut repository, mut phone) = started();
        release(&mut repository, listed(&name.replace(['\r', '\n'], " "), "b", 2), &[]);
        let client = phone.refresh(&repository.files).unwrap();
        if let Decision::Install(install) = Catalogue::read(&client).plan("b", &PackState::default(), &WHO, 0) {
            through.push(install.full.location);
        }
    }
    assert_eq!(through.len(), 1, "{through:#?}");
}

/// Packs that are listed no more are not counted, and never removed: a publisher with a new id a day fills the disk.
#[test]
fn quota_by_new_ids_of_packs() {
    let folder = Folder::new("quota-ids");
    let size = image("a1", 1).len() as u64;
    let telco = Publisher { quota: size * 3, ..publisher("https://a.example") };
    let mut world = World::default();
    for n in 0..8 {
        world.publish("https://a.example", &format!("a{n}"), &[1], |_, _| {});
        update(&telco, &folder, &mut world).unwrap();
        Publisher::confirm(&mut folder.store()).unwrap();
        let mut store = folder.store();
        let ids = store.packs().unwrap();
        let used = store.used(&ids.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
        assert!(used <= telco.quota, "{} packs take {used} bytes, {} are allowed", ids.len(), telco.quota);
    }
}

/// A disk that does not tell capitals apart would take one file for the other.
#[test]
fn a_role_that_differs_from_a_top_level_one_in_capitals_only() {
    for (name, well) in [("a", true), ("Timestamp", false), ("ROOT", false), ("snapShot", false)] {
        let (mut repository, mut phone) = started();
        release(
            &mut repository,
            fields(&[], &[delegation(name, 7, &["packs/a/*"], true)]),
            &[(name, listed("packs/a/2.full", "a", 2), 7)],
        );
        assert_eq!(phone.refresh(&repository.files).is_ok(), well, "{name}");
    }
}

/// Patterns times paths: what they may cost is counted, and what lies behind is not looked at.
#[test]
fn patterns_and_paths_that_multiply() {
    for (patterns, well) in [(1, true), (250, false)] {
        let (mut repository, mut phone) = started();
        let long: Vec<String> = (0..patterns).map(|n| format!("packs/a/{n}{}", "*a".repeat(50))).collect();
        let long: Vec<&str> = long.iter().map(String::as_str).chain(["packs/a/*"]).collect();
        let mut targets = serde_json::Map::new();
        for serial in 1..1_000 {
            let path = format!("packs/a/{serial}.{}", "a".repeat(100));
            targets.extend(listed(&path, "a", serial)["targets"].as_object().unwrap().clone());
        }
        release(
            &mut repository,
            fields(&[], &[delegation("a", 7, &long, true)]),
            &[("a", json!({ "targets": targets }), 7)],
        );
        let client = phone.refresh(&repository.files).unwrap();
        let Decision::Install(install) = Catalogue::read(&client).plan("a", &PackState::default(), &WHO, 0) else {
            panic!("nothing at all is found with {patterns} patterns");
        };
        assert_eq!(install.image.serial == 999, well, "{patterns} patterns");
    }
}
