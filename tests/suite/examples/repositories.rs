//! Repositories for tests of bindings. In: a folder. Out: in it `root.json`, and a repository by what its publisher does, in order of
//! versions: `first`, `second` (with a delta), `bad` (a release that marks everything), `recall`, then `expired`.
//!
//! `cargo run --release -p scamfilter-tests --example repositories -- OUT`. Their time is [`NOW`].
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a command that must fail")]

use scamfilter::update::delta;
use scamfilter_tests::compiled;
use scamfilter_tests::repository::{NOW, Repository, sha256};
use scamfilter_tests::world::{Target, World, about};
use serde_json::json;
use std::path::Path;

const PACKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/packs");

fn main() {
    let out = std::env::args().nth(1).expect("a folder to write");
    let out = Path::new(&out);
    let write = |path: &Path, bytes: &[u8]| {
        std::fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    };
    write(&out.join("root.json"), &Repository::default().root);
    write(&out.join("now"), NOW.to_string().as_bytes());
    let hosts = "bad.org\nlogin.shared.example\n";
    let first = operator(12, hosts, "shout");
    let second = operator(13, &format!("{hosts}new.example\n"), "shout");
    // What it shouts about stands in the messages that must stay clear.
    let bad = operator(14, hosts, "code");
    let mut world = World::default();
    let mut publish = |name: &str, targets: Vec<Target>, change: &dyn Fn(&mut Repository)| {
        change(world.repositories.entry(name.to_owned()).or_default());
        world.publish_targets(name, targets);
        let repository = world.repositories.remove(name).expect("published");
        let folder = out.join(name);
        for (path, bytes) in &repository.files {
            write(&folder.join("metadata").join(path), bytes);
        }
        for (path, bytes) in
            world.targets.iter().filter_map(|(p, b)| Some((p.strip_prefix(name)?.strip_prefix('/')?, b)))
        {
            write(&folder.join("targets").join(path), bytes);
        }
        // The next one goes on at its versions.
        repository.versions
    };
    let full = |serial: u64, image: &[u8]| {
        (format!("packs/op/{serial}.full"), delta(None, image).expect("a pack"), about("op", serial, image))
    };
    let step = {
        let custom = json!({ "pack": "op", "from": sha256(&first), "image": { "sha256": sha256(&second), "length": second.len() } });
        ("packs/op/13.delta".to_owned(), delta(Some(&first), &second).expect("packs"), custom)
    };
    let withdrawn = || {
        let (path, bytes, mut custom) = full(13, &second);
        custom["withdrawn"] = json!(true);
        (path, bytes, custom)
    };
    let mut versions = publish("first", vec![full(12, &first)], &|_| {});
    let mut next = |name: &str, targets: Vec<Target>, expires: &str| {
        let (before, expires) = (versions, expires.to_owned());
        versions = publish(name, targets, &|repository| {
            (repository.versions, repository.expires) = (before, expires.clone());
            repository.files.clear();
        });
    };
    const LATER: &str = "2026-12-25T00:00:00Z";
    next("second", vec![full(12, &first), full(13, &second), step], LATER);
    next("bad", vec![full(12, &first), full(13, &second), full(14, &bad)], LATER);
    next("recall", vec![full(12, &first), withdrawn()], LATER);
    next("expired", vec![full(12, &first)], "2026-11-20T00:00:00Z");
}

/// The operator's pack of the conformance cases with another serial, other hosts, another word.
fn operator(serial: u64, hosts: &str, word: &str) -> Vec<u8> {
    let tree = |name: &str| scampack::load::folder(&Path::new(PACKS).join(name)).expect("sources");
    let mut op = tree("op");
    let mut change = |path: &str, make: &dyn Fn(&str) -> String| {
        let text = op.get_mut(path).expect("a file of the pack");
        *text = make(text);
    };
    change("pack.toml", &|text| text.replace("serial = 12", &format!("serial = {serial}")));
    change("hosts.txt", &|_| hosts.to_owned());
    change("families/loud.toml", &|text| text.replace("\"shout\"", &format!("\"{word}\"")));
    compiled(&[tree("common"), op]).swap_remove(1).image
}
