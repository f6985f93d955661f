//! Publishers inside of one repository. In: roles that list what they are not trusted with, delegate in circles, or vanish; patterns and
//! names made to confuse. Out: a path means what the order of delegations says, every search ends, and no name leaves its place.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use scamfilter::update::FailureKind::Publisher;
use scamfilter::update::{Client, encoded};
use scamfilter_tests::phone::{Phone, change, delegation, fields, file, put, release, started};
use scamfilter_tests::repository::{Repository, sha256, sign};
use serde_json::{Value, json};

/// The client of a phone after a release of `top` and `roles`.
fn walked(top: Value, roles: &[(&str, Value, u8)]) -> (Client, Phone) {
    let (mut repository, mut phone) = started();
    release(&mut repository, top, roles);
    let client = phone.refresh(&repository.files).unwrap();
    (client, phone)
}

/// The role that says what `path` is.
fn owner(client: &Client, path: &str) -> Option<String> {
    client.resolve(path).map(|(role, ..)| role)
}

#[test]
fn publisher_a_signs_the_pack_of_b() {
    let a = |terminating| delegation("a", 7, &["packs/a/*"], terminating);
    let b = |terminating| delegation("b", 8, &["packs/b/*"], terminating);
    let roles = |listed: &[&str]| [("a", fields(listed, &[]), 7), ("b", fields(&["packs/b/1"], &[]), 8)];
    for terminating in [false, true] {
        let top = || fields(&[], &[a(terminating), b(terminating)]);
        let (client, _) = walked(top(), &roles(&["packs/a/1", "packs/b/1", "packs/b/2"]));
        assert_eq!(owner(&client, "packs/a/1").as_deref(), Some("a"));
        assert_eq!(owner(&client, "packs/b/1").as_deref(), Some("b"));
        // What only A lists of B's is nobody's.
        assert_eq!(owner(&client, "packs/b/2"), None);
        assert_eq!(owner(&client, "packs/c/1"), None);
    }
}

#[test]
fn publisher_a_delegates_what_it_is_not_trusted_with() {
    let top = fields(&[], &[delegation("a", 7, &["packs/a/*"], false), delegation("b", 8, &["packs/b/*"], false)]);
    let a = fields(&[], &[delegation("c", 9, &["*/*/*", "packs/b/*", "packs/a/*"], false)]);
    let c = fields(&["packs/a/1", "packs/b/1"], &[]);
    let (client, _) = walked(top, &[("a", a, 7), ("b", fields(&[], &[]), 8), ("c", c, 9)]);
    assert_eq!(owner(&client, "packs/a/1").as_deref(), Some("c"));
    assert_eq!(owner(&client, "packs/b/1"), None);
}

#[test]
fn terminating_delegation_ends_the_search() {
    let roles = || [("a", fields(&[], &[]), 7), ("b", fields(&["x/1"], &[]), 8)];
    for (terminating, found) in [(false, Some("b")), (true, None)] {
        let top = fields(&[], &[delegation("a", 7, &["x/*"], terminating), delegation("b", 8, &["*/*"], false)]);
        let (client, _) = walked(top, &roles());
        assert_eq!(owner(&client, "x/1").as_deref(), found);
    }
    // A role that cannot be verified ends it too: what stands behind it must not take its place.
    let top = || fields(&[], &[delegation("a", 7, &["x/*"], false), delegation("b", 8, &["*/*"], false)]);
    let (mut repository, mut phone) = started();
    release(&mut repository, top(), &roles());
    put(&mut repository, "a", sign(&json!({}), &[7]));
    let client = phone.refresh(&repository.files).unwrap();
    assert_eq!(owner(&client, "x/1"), None);
    assert!(phone.find(&repository.files, "x/1").is_err());
}

#[test]
fn cyclic_delegations() {
    let to = |name, seed| delegation(name, seed, &["*"], false);
    let roles = |names: &[&str]| {
        [
            ("a", fields(&["1"], &[to("b", 8), to("a", 7)]), 7),
            ("b", fields(names, &[to("a", 7), to("c", 9)]), 8),
            ("c", fields(&["3"], &[to("b", 8), to("a", 7)]), 9),
        ]
    };
    let (client, phone) = walked(fields(&[], &[to("a", 7)]), &roles(&["2"]));
    assert_eq!(
        ["1", "2", "3", "4"].map(|path| owner(&client, path)),
        [Some("a".into()), Some("b".into()), Some("c".into()), None]
    );
    let fetched = |role: &str| phone.asked.iter().filter(|path| path.ends_with(&format!(".{role}.json"))).count();
    assert_eq!(["a", "b", "c"].map(fetched), [1, 1, 1], "a role is fetched once, however often it is delegated to");
}

#[test]
fn wide_delegations_are_followed_so_far() {
    // Forty roles below the top, of which thirty-one are visited, in their order.
    let names: Vec<String> = (0..40).map(|n| format!("r{n:02}")).collect();
    let roles: Vec<(&str, Value, u8)> = names.iter().map(|name| (name.as_str(), fields(&[name], &[]), 7)).collect();
    let top = fields(&[], &names.iter().map(|name| delegation(name, 7, &["*"], false)).collect::<Vec<_>>());
    let (client, phone) = walked(top, &roles);
    let seen = names.iter().filter(|name| owner(&client, name).is_some()).count();
    assert_eq!((seen, owner(&client, "r30").is_some(), owner(&client, "r31")), (31, true, None));
    assert_eq!(phone.asked.iter().filter(|path| path.contains(".r")).count(), 31 + 2, "and two tries of the next root");
}

#[test]
fn a_cached_role_is_verified_against_whoever_delegates_now() {
    // Both delegate to the role `c`, A with a key that did not sign it.
    let to = |name, seed| delegation(name, seed, &["*"], false);
    for (seed, found) in [(9, Some("c")), (7, None)] {
        let (a, b) = (fields(&["a"], &[to("c", seed)]), fields(&["b"], &[to("c", 9)]));
        let roles = [("a", a, 7), ("b", b, 8), ("c", fields(&["c"], &[]), 9)];
        let (mut repository, mut phone) = started();
        release(&mut repository, fields(&[], &[to("b", 8), to("a", 7)]), &roles);
        phone.refresh(&repository.files).unwrap();
        assert!(phone.stored.contains_key("c"));
        // B is trusted no more, and C has not changed: what is stored of it has to be what A trusts.
        let stored = repository.versions.2;
        release(&mut repository, fields(&[], &[to("a", 7)]), &roles);
        change(&mut repository, "snapshot", |snapshot| snapshot["meta"]["c.json"] = json!({ "version": stored }));
        let client = phone.refresh(&repository.files).unwrap();
        assert_eq!(owner(&client, "c").as_deref(), found, "{seed}");
        let fetched = phone.asked.iter().filter(|path| path.ends_with(".c.json")).count();
        assert_eq!(fetched, if found.is_some() { 1 } else { 2 }, "what is stored and trusted is not fetched again");
    }
}

#[test]
fn a_role_that_vanishes_from_the_snapshot_or_gets_older() {
    let top = || fields(&[], &[delegation("a", 7, &["a/*"], false)]);
    let (mut repository, mut phone) = started();
    release(&mut repository, top(), &[("a", fields(&["a/1"], &[]), 7)]);
    phone.refresh(&repository.files).unwrap();
    let says = |versions: Value| {
        move |snapshot: &mut Value| match versions.as_u64() {
            Some(version) => snapshot["meta"]["a.json"] = json!({ "version": version }),
            None => drop(snapshot["meta"].as_object_mut().unwrap().remove("a.json")),
        }
    };
    for (versions, why) in [(json!(null), "a file that was listed is gone"), (json!(2), "is older than 3")] {
        release(&mut repository, top(), &[("a", fields(&["a/1"], &[]), 7)]);
        change(&mut repository, "snapshot", says(versions));
        phone.refuses(&repository.files, "snapshot", (Publisher, why));
    }
    release(&mut repository, top(), &[("a", fields(&["a/1"], &[]), 7)]);
    let client = phone.refresh(&repository.files).unwrap();
    assert!(owner(&client, "a/1").is_some());
}

#[test]
fn path_patterns_that_explode() {
    // Each would take more steps than there are atoms, if every way to match were tried; the walk tries them on the longest paths.
    let (many, name) = (format!("{}b", "*a".repeat(255)), "a".repeat(512));
    let (slashes, deep) = (vec!["*"; 256].join("/"), vec!["a"; 256].join("/"));
    let (longer, marks) = (vec!["*?*"; 128].join("/"), "?".repeat(512));
    let half = format!("{}*{}b", "?*".repeat(100), "?".repeat(200));
    for (pattern, path, found) in [
        (many.as_str(), name.as_str(), false),
        (&"*a".repeat(255), &name, true),
        (&slashes, &deep, true),
        (&slashes, &name, false),
        (&longer, &deep, false),
        ("*/*/*/*/*/*", &deep, false),
        ("*/*/*/*/*/*", "a/b/c/d/e/f", true),
        ("*/*/*/*/*/*", "a/b/c/d/e", false),
        (&marks, &name, true),
        (&marks, &name[1..], false),
        (&half, &name, false),
        (&"*".repeat(512), &name, true),
        ("**", "a/b", false),
        ("{a,b}/[a-z]", "a/b", false),
        ("(a+)+$", "aaaa", false),
    ] {
        let top = fields(&[], &[delegation("a", 7, &[pattern; 8], false)]);
        let (client, _) = walked(top, &[("a", fields(&[path], &[]), 7)]);
        assert_eq!(owner(&client, path).is_some(), found, "{pattern} {path}");
    }
}

#[test]
fn names_that_look_the_same_are_others() {
    // Composed and decomposed, full and half width, Cyrillic, zero width, other case, percent-encoded, another slash.
    let top = fields(&[], &[delegation("a", 7, &["packs/caf\u{e9}/*"], false)]);
    let same = ["packs/caf\u{e9}/1"];
    let others = [
        "packs/cafe\u{301}/1",
        "packs/c\u{430}f\u{e9}/1",
        "packs/caf\u{e9}\u{200b}/1",
        "packs/\u{ff43}af\u{e9}/1",
        "packs/CAF\u{c9}/1",
        "packs/caf%C3%A9/1",
        "packs\\caf\u{e9}\\1",
        "packs\u{2044}caf\u{e9}\u{2044}1",
        "packs/caf\u{e9}/x/../1",
        "packs/caf\u{e9}//1",
        "./packs/caf\u{e9}/1",
        "/packs/caf\u{e9}/1",
        "packs/x/../caf\u{e9}/1",
        " packs/caf\u{e9}/1",
    ];
    let (client, _) = walked(top, &[("a", fields(&[&same[..], &others].concat(), &[]), 7)]);
    assert_eq!(owner(&client, same[0]).as_deref(), Some("a"));
    assert_eq!(others.map(|path| owner(&client, path)), [const { None }; 14]);
}

#[test]
fn hash_prefixes_that_are_none() {
    let by = |prefixes: Value| json!({ "name": "a", "keyids": ["k7"], "threshold": 1, "terminating": false, "path_hash_prefixes": prefixes });
    let digits = sha256(b"x");
    for (prefixes, found) in [
        (json!([digits[..4]]), true),
        (json!([digits[..3].to_uppercase()]), true),
        (json!([""]), true),
        (json!([digits]), true),
        (json!([sha256(b"y")[..8]]), false),
        (json!([]), false),
        // Longer than any hash.
        (json!([format!("{digits}00")]), false),
    ] {
        let (client, _) = walked(fields(&[], &[by(prefixes.clone())]), &[("a", fields(&["x"], &[]), 7)]);
        assert_eq!(owner(&client, "x").is_some(), found, "{prefixes}");
    }
    let both = json!({ "name": "a", "keyids": ["k7"], "threshold": 1, "terminating": false, "paths": ["x"], "path_hash_prefixes": ["00"] });
    for bad in [
        by(json!(["0g"])),
        by(json!(["\u{2170}"])),
        by(json!([7])),
        by(json!("00")),
        both,
        delegation("", 7, &["x"], false),
    ] {
        let (mut repository, mut phone) = started();
        release(&mut repository, fields(&[], &[bad]), &[]);
        phone.refuses(&repository.files, "targets", (Publisher, "out of bounds"));
    }
}

#[test]
fn path_traversal_in_names_of_roles() {
    let names = [
        "../../root",
        "/etc/passwd",
        "..",
        ".",
        "a/b",
        "a\\b",
        "C:",
        "con",
        "NUL.txt",
        "a:b",
        "~",
        "-rf",
        "%2e%2e%2froot",
        "a b",
        "\u{202e}nosj",
        "1.root",
    ];
    for name in names {
        let top = fields(&[], &[delegation(name, 7, &["*"], false)]);
        let (mut repository, mut phone) = started();
        release(&mut repository, top, &[(name, fields(&["x"], &[]), 7)]);
        let client = phone.refresh(&repository.files).unwrap();
        assert_eq!(owner(&client, "x").as_deref(), Some(name));
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"_.-~%".contains(&b);
        assert!(encoded(name).bytes().all(plain), "{name:?}");
        assert!(
            phone.asked.contains(&file(&repository, name)) && phone.asked.iter().all(|path| path.bytes().all(plain))
        );
    }
    assert_eq!(encoded("a\0b\r\n"), "a%00b%0D%0A");
    // No name meets that of another in its encoded form, nor that of a top-level role.
    let mut all: Vec<String> =
        names.iter().chain(&["root", "timestamp", "snapshot", "targets"]).map(|name| encoded(name)).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), names.len() + 4);
    for name in ["root", "timestamp", "snapshot", "targets"] {
        let (mut repository, mut phone): (Repository, Phone) = started();
        release(&mut repository, fields(&[], &[delegation(name, 7, &["*"], false)]), &[]);
        phone.refuses(&repository.files, "targets", (Publisher, "out of bounds"));
    }
}
