//! Look-alikes of every brand of the starter packs. In: hosts of twelve kinds of squatting, a few of each kind and brand. Out: no
//! kind is found less than it was; `cargo xtask squat` counts all of them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use scamfilter_tests::squat::KINDS;
use scamfilter_tests::{recall, starter_filter};

/// Hosts of each kind and brand: short names weigh more here than where all are counted.
const MOST: usize = 2;
/// By kind: percent told in a message, of all names and of those with six letters or more.
const FLOORS: [(&str, usize, usize); 12] = [
    ("omission", 46, 75),
    ("repetition", 49, 82),
    ("insertion", 42, 80),
    ("replacement", 42, 79),
    ("transposition", 43, 74),
    ("vowel swap", 48, 77),
    ("bit flip", 42, 79),
    ("hyphenation", 52, 90),
    ("homoglyph", 75, 85),
    ("combination", 40, 70),
    ("subdomain", 75, 93),
    ("registry", 50, 88),
];

#[test]
fn every_kind_of_squatting_is_told() {
    let (filter, brands) = (starter_filter(), recall::brands());
    assert!(brands.len() > 450, "{} brands", brands.len());
    let mut short = Vec::new();
    for (kind, (name, all, long)) in KINDS.iter().zip(FLOORS) {
        assert_eq!(kind.name, name);
        let found = recall::of(&filter, &brands, kind, MOST);
        let share = |told: usize, tried: usize| told * 100 / tried.max(1);
        let told = (share(found.told, found.tried), share(found.long.1, found.long.0));
        assert!(found.tried > 400, "{name}: {}", found.tried);
        if told.0 < all || told.1 < long {
            short.push((name, told));
        }
    }
    assert!(short.is_empty(), "kinds that are told less: {short:?}");
}

#[test]
fn kinds_make_what_they_say() {
    for (kind, host) in [
        ("omission", "kasikornbak.com"),
        ("repetition", "kkasikornbank.com"),
        ("insertion", "kasikornbanjk.com"),
        ("replacement", "kasikornbanj.com"),
        ("transposition", "aksikornbank.com"),
        ("vowel swap", "kasikornbenk.com"),
        ("bit flip", "jasikornbank.com"),
        ("hyphenation", "kasikorn-bank.com"),
        ("homoglyph", "kasik0rnbank.com"),
        ("homoglyph", "xn--ksikornbank-yij.com"),
        ("combination", "login-kasikornbank.com"),
        ("subdomain", "kasikornbank.com.ab19.com"),
        ("registry", "kasikornbank.top"),
    ] {
        let hosts = recall::kind(kind).unwrap().hosts("kasikornbank", "com");
        assert!(hosts.contains(host), "{kind}: {host} is none of {}", hosts.len());
    }
}
