//! Publishers, each from poll to packs. In: hosts, right and wrong, and stores. Out: what each brings, and that none stops another.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use scamfilter::pack::PackBytes;
use scamfilter::update::{FailureKind, FolderDisk, MAX_TRIALS, Outcome, Publisher, Report, Store, layered};
use scamfilter::{Pack, PackSource};
use scamfilter_tests::repository::NOW;
use scamfilter_tests::world::{Folder, World, image, open, publisher, update};
use serde_json::json;

fn outcome(report: &Report) -> &Outcome {
    assert_eq!(report.packs.len(), 1);
    &report.packs[0].1
}

#[test]
fn one_broken_publisher_stops_no_other() {
    let mut world = World::default();
    world.publish("https://bank.example", "bank", &[1], |_, _| {});
    world.publish("https://telco.example", "telco", &[1], |_, _| {});
    // The bank's channel now serves what another has signed, with keys that its root does not know.
    let forged = world.repositories["https://telco.example"].files["timestamp.json"].clone();
    let (at, changed) = (forged.len() / 2, forged[forged.len() / 2] ^ 1);
    let files = &mut world.repositories.get_mut("https://bank.example").unwrap().files;
    files.insert("timestamp.json".to_owned(), forged);
    files.get_mut("timestamp.json").unwrap()[at] = changed;
    let (bank, telco) = (publisher("https://bank.example"), publisher("https://telco.example"));
    let (banks, telcos) = (Folder::new("broken-bank"), Folder::new("broken-telco"));
    assert_eq!(update(&bank, &banks, &mut world).unwrap_err().kind(), FailureKind::Publisher);
    assert_eq!(outcome(&update(&telco, &telcos, &mut world).unwrap()), &Outcome::Installed { delta: false });
    assert_eq!((open(&bank, &banks), open(&telco, &telcos)), (vec![], vec![1]));
}

#[test]
fn a_delta_where_there_is_one_and_the_full_pack_where_it_is_wrong() {
    let (channel, folder) = ("https://a.example", Folder::new("delta"));
    let (telco, mut world) = (publisher(channel), World::default());
    world.publish(channel, "telco", &[1], |_, _| {});
    update(&telco, &folder, &mut world).unwrap();
    world.publish(channel, "telco", &[1, 2], |_, _| {});
    assert_eq!(outcome(&update(&telco, &folder, &mut world).unwrap()), &Outcome::Installed { delta: true });
    assert_eq!(outcome(&update(&telco, &folder, &mut world).unwrap()), &Outcome::UpToDate);
    world.publish(channel, "telco", &[1, 2, 3], |_, _| {});
    let wrong = world.targets.iter_mut().find(|(path, _)| path.ends_with("3.delta")).unwrap().1;
    *wrong.last_mut().unwrap() ^= 1;
    assert_eq!(outcome(&update(&telco, &folder, &mut world).unwrap()), &Outcome::Installed { delta: false });
    assert_eq!(open(&telco, &folder), [3]);
    assert!(world.fetched.iter().any(|path| path.ends_with("3.delta")), "the delta was tried first");
}

#[test]
fn no_network_a_missing_file_and_a_quota_leave_what_is_there() {
    let (channel, folder) = ("https://a.example", Folder::new("network"));
    let (telco, mut world) = (publisher(channel), World::default());
    world.publish(channel, "telco", &[1], |_, _| {});
    update(&telco, &folder, &mut world).unwrap();
    world.publish(channel, "telco", &[1, 2], |_, _| {});
    world.down = true;
    assert_eq!(update(&telco, &folder, &mut world).unwrap_err().kind(), FailureKind::Network);
    world.down = false;
    let kept = std::mem::take(&mut world.targets);
    let report = update(&telco, &folder, &mut world).unwrap();
    assert_eq!(report.failure().unwrap().kind(), FailureKind::Publisher);
    world.targets = kept;
    let small = Publisher { quota: 100, ..telco.clone() };
    assert_eq!(outcome(&update(&small, &folder, &mut world).unwrap()), &Outcome::OverQuota);
    assert_eq!(open(&telco, &folder), [1]);
    assert_eq!(outcome(&update(&telco, &folder, &mut world).unwrap()), &Outcome::Installed { delta: true });
}

#[test]
fn a_broken_pack_is_tried_once_and_the_last_good_one_stays() {
    let (channel, folder) = ("https://a.example", Folder::new("probe"));
    let (telco, mut world) = (publisher(channel), World::default());
    world.publish(channel, "telco", &[1], |_, _| {});
    update(&telco, &folder, &mut world).unwrap();
    world.publish(channel, "telco", &[1, 2], |_, _| {});
    let mut tried = 0;
    for _ in 0..3 {
        let mut probe = |_: &str, _: PackBytes| {
            tried += 1;
            false
        };
        let report = telco.update(&mut folder.store(), &mut world, NOW, b"phone", &mut probe).unwrap();
        assert!(matches!(outcome(&report), Outcome::Failed(_) | Outcome::UpToDate));
    }
    assert_eq!((tried, open(&telco, &folder)), (1, vec![1]));
}

#[test]
fn a_withdrawn_serial_gives_way_to_the_last_good_one() {
    let (channel, folder) = ("https://a.example", Folder::new("withdrawn"));
    let (telco, mut world) = (publisher(channel), World::default());
    for serials in [&[1u64][..], &[1, 2]] {
        world.publish(channel, "telco", serials, |_, _| {});
        update(&telco, &folder, &mut world).unwrap();
        Publisher::confirm(&mut folder.store()).unwrap();
    }
    world.publish(channel, "telco", &[1, 2], |serial, custom| custom["withdrawn"] = json!(serial == 2));
    assert_eq!(outcome(&update(&telco, &folder, &mut world).unwrap()), &Outcome::WentBack);
    assert_eq!(open(&telco, &folder), [1]);
}

#[test]
fn an_image_that_ends_the_app_or_rots_on_disk_gives_way_to_the_last_good_one() {
    for rotten in [false, true] {
        let (channel, folder) = ("https://a.example", Folder::new(if rotten { "rots" } else { "crashes" }));
        let (telco, mut world) = (publisher(channel), World::default());
        world.publish(channel, "telco", &[1], |_, _| {});
        update(&telco, &folder, &mut world).unwrap();
        Publisher::confirm(&mut folder.store()).unwrap();
        world.publish(channel, "telco", &[1, 2], |_, _| {});
        update(&telco, &folder, &mut world).unwrap();
        if rotten {
            let current = folder.store().state("telco").unwrap().current.unwrap();
            let path = Store::<FolderDisk>::image_path("telco", &current.sha256).unwrap();
            std::fs::write(folder.0.join(path), vec![7; current.length as usize]).unwrap();
        } else {
            (0..MAX_TRIALS).for_each(|_| assert_eq!(open(&telco, &folder), [2]));
        }
        assert_eq!(open(&telco, &folder), [1], "rotten: {rotten}");
    }
}

#[test]
fn a_process_that_starts_during_an_update_opens_what_is_there() {
    let (channel, folder) = ("https://a.example", Folder::new("starts"));
    let (telco, mut world) = (publisher(channel), World::default());
    world.publish(channel, "telco", &[1], |_, _| {});
    update(&telco, &folder, &mut world).unwrap();
    world.publish(channel, "telco", &[1, 2], |_, _| {});
    let mut seen = Vec::new();
    let mut probe = |_: &str, _: PackBytes| {
        seen.push(open(&telco, &folder));
        true
    };
    telco.update(&mut folder.store(), &mut world, NOW, b"phone", &mut probe).unwrap();
    assert_eq!((seen, open(&telco, &folder)), (vec![vec![1]], vec![2]));
}

#[test]
fn nobody_speaks_in_the_name_of_another() {
    let source =
        |id: &str, serial: u64, may_guard: bool| PackSource { may_guard, ..PackSource::new(image(id, serial)) };
    let opened = |more: Vec<PackSource>| {
        let packs = layered(vec![source("common", 5, false), source("th", 5, false)], more);
        let about = |s: PackSource| Pack::open(s.bytes).map(|p| (p.id().to_owned(), p.header().serial)).unwrap();
        packs.into_iter().map(about).collect::<Vec<_>>()
    };
    let as_embedded = vec![("common".to_owned(), 5), ("th".to_owned(), 5)];
    let with = |id: &str, serial: u64| [as_embedded.clone(), vec![(id.to_owned(), serial)]].concat();
    assert_eq!(opened(vec![source("bank", 1, false)]), with("bank", 1));
    assert_eq!(opened(vec![source("common", 9, false), source("th", 9, false)]), as_embedded);
    assert_eq!(opened(vec![source("common", 4, true), source("th", 5, true)]), as_embedded);
    let newer = vec![("common".to_owned(), 6), ("th".to_owned(), 7)];
    assert_eq!(opened(vec![source("common", 6, true), source("th", 7, true)]), newer);
    assert!(layered(Vec::new(), vec![source("common", 9, false)]).is_empty());
}

#[test]
fn two_processes_at_once_are_safe() {
    let (channel, folder) = ("https://a.example", Folder::new("two"));
    let (telco, mut world) = (publisher(channel), World::default());
    world.publish(channel, "telco", &[1], |_, _| {});
    // Another process comes while the new image is tried, before any state names it.
    let mut busy = Vec::new();
    let mut probe = |_: &str, _: PackBytes| {
        let mut other = folder.store();
        busy.push(other.change_state("telco", |_| {}).unwrap_err().kind());
        busy.push(other.keep_metadata(&[]).unwrap_err().kind());
        true
    };
    let report = telco.update(&mut folder.store(), &mut world, NOW, b"phone", &mut probe).unwrap();
    assert_eq!(busy, [FailureKind::Busy; 2]);
    assert_eq!((outcome(&report), open(&telco, &folder)), (&Outcome::Installed { delta: false }, vec![1]));
    assert!(folder.store().change_state("telco", |_| {}).is_ok(), "the lock was given back");
}
