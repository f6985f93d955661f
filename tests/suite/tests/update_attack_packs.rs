//! Packs and deltas under attack, from host to what the app opens. In: changed bytes, packs that are signed but broken, names that mean
//! other places, old files brought back. Out: what was in use stays in use; the good release beside it is installed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use scamfilter::update::{FailureKind, Outcome, PackState, Publisher, Quarantine, Report, delta};
use scamfilter_tests::repository::{NOW, Repository, sha256, sign};
use scamfilter_tests::world::{Folder, World, about, image, open, publisher, update};
use serde_json::{Value, json};
use std::path::Path;

const CHANNEL: &str = "https://a.example";

/// A phone with release 1 of the pack `telco` in use and confirmed.
fn installed(name: &str) -> (Publisher, Folder, World) {
    let (telco, folder, mut world) = (publisher(CHANNEL), Folder::new(name), World::default());
    world.publish(CHANNEL, "telco", &[1], |_, _| {});
    update(&telco, &folder, &mut world).unwrap();
    Publisher::confirm(&mut folder.store()).unwrap();
    assert_eq!(open(&telco, &folder), [1]);
    (telco, folder, world)
}

fn state(folder: &Folder) -> PackState {
    folder.store().state("telco").unwrap()
}

fn outcome(report: &Report) -> &Outcome {
    assert_eq!(report.packs.len(), 1);
    &report.packs[0].1
}

/// Every file below a folder, with its bytes, but for metadata and the lock.
fn packs(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder.join("packs")).into_iter().flatten().flatten() {
        for file in std::fs::read_dir(entry.path()).unwrap().flatten() {
            all.push((file.path().to_string_lossy().into_owned(), std::fs::read(file.path()).unwrap()));
        }
    }
    all.sort();
    all
}

#[test]
fn changed_pack_or_delta() {
    let ways: [fn(&mut Vec<u8>); 7] = [
        |bytes| bytes[0] ^= 1,
        |bytes| bytes[90] ^= 0x80,
        |bytes| *bytes.last_mut().unwrap() ^= 1,
        |bytes| bytes.truncate(bytes.len() - 1),
        |bytes| bytes.push(0),
        Vec::clear,
        |bytes| *bytes = vec![7; bytes.len()],
    ];
    for (index, way) in ways.into_iter().enumerate() {
        let (telco, folder, mut world) = installed(&format!("changed-{index}"));
        let (before, kept) = (state(&folder), packs(&folder.0));
        world.publish(CHANNEL, "telco", &[1, 2], |_, _| {});
        let good = world.targets.clone();
        world.targets.values_mut().for_each(way);
        let report = update(&telco, &folder, &mut world).unwrap();
        let failure = report.failure().unwrap();
        assert_eq!(
            (failure.kind(), failure.to_string().as_str()),
            (FailureKind::Publisher, "the download is not what was signed")
        );
        assert!(
            world.fetched.iter().any(|p| p.ends_with("2.delta")) && world.fetched.iter().any(|p| p.ends_with("2.full"))
        );
        assert!((state(&folder), packs(&folder.0)) == (before, kept), "way {index}");
        world.targets = good;
        assert_eq!(outcome(&update(&telco, &folder, &mut world).unwrap()), &Outcome::Installed { delta: true });
        assert_eq!(open(&telco, &folder), [2]);
    }
}

#[test]
fn a_delta_that_is_signed_but_wrong_costs_a_full_download() {
    let (telco, folder, mut world) = installed("wrong-delta");
    let (old, new, other) = (image("telco", 1), image("telco", 2), image("telco", 3));
    let to = |bytes: Vec<u8>| {
        let custom =
            json!({ "pack": "telco", "from": sha256(&old), "image": { "sha256": sha256(&new), "length": new.len() } });
        ("packs/telco/2.delta".to_owned(), bytes, custom)
    };
    let full = || ("packs/telco/2.full".to_owned(), delta(None, &new).unwrap(), about("telco", 2, &new));
    // Signed by the publisher, for the image that is installed, and yet it makes another one than it says.
    world.publish_targets(CHANNEL, vec![full(), to(delta(Some(&old), &other).unwrap())]);
    assert_eq!(outcome(&update(&telco, &folder, &mut world).unwrap()), &Outcome::Installed { delta: false });
    assert_eq!((open(&telco, &folder), state(&folder).quarantined), (vec![2], vec![]));
}

#[test]
fn an_image_that_is_not_the_signed_one() {
    // The full pack is what was signed, but what it makes is not.
    for wrong in ["sha256", "length"] {
        let (telco, folder, mut world) = installed(&format!("image-{wrong}"));
        let (before, kept, new) = (state(&folder), packs(&folder.0), image("telco", 2));
        let mut custom = about("telco", 2, &new);
        custom["image"][wrong] = if wrong == "length" { json!(new.len() - 1) } else { json!(sha256(b"another")) };
        let full = |custom: Value| vec![("packs/telco/2.full".to_owned(), delta(None, &new).unwrap(), custom)];
        world.publish_targets(CHANNEL, full(custom));
        let report = update(&telco, &folder, &mut world).unwrap();
        assert!(
            report.failure().unwrap().to_string().contains("another image than the one that was signed"),
            "{wrong}"
        );
        assert!((state(&folder), packs(&folder.0)) == (before, kept));
        world.publish_targets(CHANNEL, full(about("telco", 2, &new)));
        update(&telco, &folder, &mut world).unwrap();
        assert_eq!(open(&telco, &folder), [2]);
    }
}

#[test]
fn valid_signed_but_broken_pack() {
    // A pack of another id, and bytes that are no pack: both are made, tried, and never used.
    let mut bytes = image("telco", 2);
    bytes[0] ^= 0xff;
    let stray = {
        let mut full = delta(None, &image("telco", 2)).unwrap();
        // The table stands in the delta as it stands in the image, and the digests say so.
        full[88] ^= 0xff;
        full[56..88].copy_from_slice(&hex(&sha256(&bytes)));
        full
    };
    for (name, image, full) in
        [("no-pack", bytes.clone(), stray), ("other-id", image("other", 2), delta(None, &image("other", 2)).unwrap())]
    {
        let (telco, folder, mut world) = installed(name);
        let target = |full: &[u8]| ("packs/telco/2.full".to_owned(), full.to_vec(), about("telco", 2, &image));
        world.publish_targets(CHANNEL, vec![target(&full)]);
        let report = update(&telco, &folder, &mut world).unwrap();
        assert_eq!(report.failure().unwrap().to_string(), "the new pack failed its self-test", "{name}");
        let after = state(&folder);
        assert_eq!(after.current.map(|c| c.serial), Some(1));
        assert_eq!(after.quarantined, [(hex(&sha256(&image)).try_into().unwrap(), Quarantine::Probe)]);
        assert_eq!(open(&telco, &folder), [1]);
        // It is not downloaded again, and the next release is not held back by it.
        world.fetched.clear();
        assert_eq!(outcome(&update(&telco, &folder, &mut world).unwrap()), &Outcome::UpToDate);
        assert_eq!(world.fetched, [] as [String; 0]);
        world.publish(CHANNEL, "telco", &[3], |_, _| {});
        update(&telco, &folder, &mut world).unwrap();
        assert_eq!(open(&telco, &folder), [3]);
    }
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}

#[test]
fn path_traversal_in_ids_of_packs() {
    let names = [
        "",
        ".",
        "..",
        "../x",
        "a/b",
        "/etc",
        "a\\b",
        "C:",
        "telco.",
        "TELCO",
        "a b",
        "\u{e01}",
        "a%2fb",
        "tel\u{200b}co",
    ];
    for (index, name) in names.into_iter().enumerate() {
        let (telco, folder, mut world) = installed(&format!("id-{index}"));
        let (before, kept, new) = (state(&folder), packs(&folder.0), image("telco", 2));
        let target = |id: &str| ("packs/telco/2.full".to_owned(), delta(None, &new).unwrap(), about(id, 2, &new));
        world.publish_targets(CHANNEL, vec![target(name)]);
        // The probe lets everything pass: the name alone is why nothing is written.
        let report = telco.update(&mut folder.store(), &mut world, NOW, b"phone", &mut |_, _| true).unwrap();
        assert!(
            report.packs.iter().all(|(id, outcome)| id == name && matches!(outcome, Outcome::Failed(_))),
            "{name:?}"
        );
        assert!((state(&folder), packs(&folder.0)) == (before, kept), "{name:?}");
        assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 3, "lock, meta and packs, and nothing beside");
        world.publish_targets(CHANNEL, vec![target("telco")]);
        update(&telco, &folder, &mut world).unwrap();
        assert_eq!(open(&telco, &folder), [2]);
    }
}

#[test]
fn two_publishers_with_packs_of_one_name() {
    // Each has its own store: a pack of another publisher's name takes the place of none but its own.
    let (a, b) = (publisher("https://a.example"), publisher("https://b.example"));
    let (folder_a, folder_b, mut world) = (Folder::new("name-a"), Folder::new("name-b"), World::default());
    world.publish("https://a.example", "telco", &[1], |_, _| {});
    world.publish("https://b.example", "telco", &[99], |_, _| {});
    for _ in 0..2 {
        update(&a, &folder_a, &mut world).unwrap();
        update(&b, &folder_b, &mut world).unwrap();
        assert_eq!((open(&a, &folder_a), open(&b, &folder_b)), (vec![1], vec![99]));
    }
    // B's host now serves what A signed, with A's keys: B's root does not know them.
    let mut own = scamfilter_tests::repository::root(1);
    ["timestamp", "snapshot", "targets"].iter().for_each(|role| own["roles"][role]["keyids"] = json!(["k9"]));
    let strict = Publisher { root: sign(&own, &[1, 2]), ..b.clone() };
    let folder = Folder::new("name-strict");
    assert_eq!(update(&strict, &folder, &mut world).unwrap_err().kind(), FailureKind::Publisher);
    assert_eq!(open(&strict, &folder), [] as [u64; 0]);
}

#[test]
fn restored_backup_of_images_and_state() {
    let (telco, folder, mut world) = installed("backup");
    let backup = packs(&folder.0);
    world.publish(CHANNEL, "telco", &[1, 2], |_, _| {});
    update(&telco, &folder, &mut world).unwrap();
    Publisher::confirm(&mut folder.store()).unwrap();
    let restore = |skip: &str| {
        std::fs::remove_dir_all(folder.0.join("packs/telco")).unwrap();
        std::fs::create_dir_all(folder.0.join("packs/telco")).unwrap();
        backup
            .iter()
            .filter(|(path, _)| !path.ends_with(skip))
            .for_each(|(path, bytes)| std::fs::write(path, bytes).unwrap());
    };
    // Whole, without the images, and without the state: it opens what is whole, and the next update brings the newest.
    for (skip, opens) in [("nothing", vec![1]), (".img", vec![]), ("STATE", vec![])] {
        restore(skip);
        assert_eq!(open(&telco, &folder), opens, "without {skip}");
        update(&telco, &folder, &mut world).unwrap();
        assert_eq!(open(&telco, &folder), [2], "without {skip}");
    }
    // An image of before under the name of the newest: its length or its bytes tell, and nothing older comes back unseen.
    let current = state(&folder).current.unwrap();
    let path =
        scamfilter::update::Store::<scamfilter::update::FolderDisk>::image_path("telco", &current.sha256).unwrap();
    std::fs::write(folder.0.join(&path), &image("telco", 1)[..100]).unwrap();
    assert_eq!(open(&telco, &folder), [] as [u64; 0], "it does not open, and nothing stands behind it");
}

#[test]
fn a_freeze_takes_nothing_that_is_installed() {
    let (telco, folder, mut world) = installed("freeze");
    let kept = packs(&folder.0);
    let later = NOW + 400 * 86_400;
    let failure = telco.update(&mut folder.store(), &mut world, later, b"phone", &mut |_, _| true).unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Expired);
    assert!(packs(&folder.0) == kept);
    assert_eq!(open(&telco, &folder), [1]);
    let repository: &mut Repository = world.repositories.get_mut(CHANNEL).unwrap();
    repository.expires = "2027-01-25T00:00:00Z".to_owned();
    repository.release();
    let later = NOW + 40 * 86_400;
    assert!(telco.update(&mut folder.store(), &mut world, later, b"phone", &mut |_, _| true).is_ok());
}
