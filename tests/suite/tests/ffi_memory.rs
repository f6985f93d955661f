//! Memory of a pack in a publisher's store, as Kotlin opens it. In: a pack of a million hosts. Out: how much of it is on the heap.
//!
//! A process of its own, as the counter counts all threads.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use peak_alloc::PeakAlloc;
use scamfilter::Level;
use scamfilter::pack::{Header, encode_hashes, hash48, write::PackWriter};
use scamfilter::update::Installed;
use scamfilter_ffi::{Filter, PackFile, PublisherSetting};
use scamfilter_tests::world::Folder;
use scamfilter_tests::{compiled, golden_tree};
use sha2::{Digest, Sha256};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

fn image() -> Vec<u8> {
    let header =
        Header { minor: 0, engines: (1, 1), normaliser: 1, concept_set: 0, psl_date: 0, serial: 1, expires: 0 };
    let mut writer = PackWriter::new(header);
    writer.meta("id", "hosts");
    let mut hashes: Vec<u64> = (0..1_000_000u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16).collect();
    hashes.push(hash48((1, 2), "listed.example"));
    hashes.sort_unstable();
    hashes.dedup();
    writer.hosts(encode_hashes((1, 2), &hashes).unwrap(), Default::default());
    writer.finish()
}

#[test]
fn a_million_hosts_take_less_than_a_megabyte_of_the_heap() {
    let folder = Folder::new("ffi-memory");
    let (image, common) = (image(), compiled(&[golden_tree()]).swap_remove(0).image);
    let about = Installed { sha256: Sha256::digest(&image).into(), length: image.len() as u64, serial: 1 };
    assert!(image.len() > 3_500_000);
    let mut store = folder.store();
    store.write_image("hosts", &about.sha256, |write| write(&image)).unwrap();
    store.change_state("hosts", |state| state.install(about)).unwrap();
    drop((store, image));
    let setting = || PublisherSetting {
        root: Vec::new(),
        channel: "https://hosts.example".to_owned(),
        folder: folder.0.to_string_lossy().into_owned(),
        countries: Vec::new(),
        ceiling: Level::Scam as u8,
        may_guard: false,
        quota: 1 << 30,
    };
    let pack = || PackFile { bytes: common.clone(), ceiling: 3, unverified: false };
    let level = |filter: &Filter, link: &str| filter.check_link(link.to_owned())[1];
    let without = Filter::open(vec![pack()], Vec::new()).unwrap();
    let unlisted = level(&without, "http://listed.example/");
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let filter = Filter::open(vec![pack()], vec![setting()]).unwrap();
    assert!(level(&filter, "http://listed.example/") > unlisted, "the pack is in use");
    let more = MEMORY.peak_usage() - before;
    assert!(more < 1_000_000, "{more} bytes more");
    // A counter that counts nothing would pass too: the copy of `common` is on the heap.
    assert!(more > common.len(), "{more} bytes more");
}
