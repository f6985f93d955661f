//! Squatted hosts. In: a label that someone registered, and the registry's suffix. Out: hosts of twelve kinds that imitate it.
//!
//! Made for measuring look-alikes, so it knows nothing of how they are found (`cargo xtask tidy` sees to that): kinds and keys
//! are those of dnstwist and of the literature on squatting (Zeng 2019), confusable letters are the rows of UTS #39, and the words beside a name are
//! the most frequent ones beside names in a public list of phishing hosts (Phishing.Database, MIT), as they come.

#![allow(clippy::string_slice, reason = "labels that are cut are ASCII; a test fails by panicking")]

use std::collections::BTreeSet;

/// A kind of squatting.
pub struct Kind {
    /// Its usual name.
    pub name: &'static str,
    make: fn(&str, &str) -> Vec<String>,
}

const fn kind(name: &'static str, make: fn(&str, &str) -> Vec<String>) -> Kind {
    Kind { name, make }
}

/// All kinds. The first seven are typing errors and what looks like them.
pub static KINDS: [Kind; 12] = [
    kind("omission", |l, s| under(s, places(l).map(|at| spliced(l, at, 1, "")))),
    kind("repetition", |l, s| under(s, places(l).map(|at| spliced(l, at, 0, &l[at..=at])))),
    kind("insertion", |l, s| {
        under(s, beside(l).flat_map(|(at, key)| [spliced(l, at, 0, &key), spliced(l, at + 1, 0, &key)]))
    }),
    kind("replacement", |l, s| under(s, beside(l).map(|(at, key)| spliced(l, at, 1, &key)))),
    kind("transposition", |l, s| {
        under(s, places(l).skip(1).map(|at| spliced(l, at - 1, 2, &swapped(&l[at - 1..=at]))))
    }),
    kind("vowel swap", vowels),
    kind("bit flip", bits),
    kind("hyphenation", |l, s| under(s, places(l).skip(1).map(|at| spliced(l, at, 0, "-")))),
    kind("homoglyph", homoglyphs),
    kind("combination", combined),
    kind("subdomain", levels),
    kind("registry", |l, s| {
        REGISTRIES.iter().filter(|other| **other != s).map(|other| format!("{l}.{other}")).collect()
    }),
];

impl Kind {
    /// Hosts that imitate `label.suffix`, each once, in A-labels; what no registry could hold is left out.
    #[must_use]
    pub fn hosts(&self, label: &str, suffix: &str) -> BTreeSet<String> {
        let own = format!("{label}.{suffix}");
        let hosts = (self.make)(label, suffix).into_iter().filter_map(|host| idna::domain_to_ascii(&host).ok());
        hosts.filter(|host| *host != own && host.split('.').all(holds)).collect()
    }
}

fn holds(label: &str) -> bool {
    let plain = label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    (1..=63).contains(&label.len()) && plain && !label.starts_with('-') && !label.ends_with('-')
}

/// Rows of keys; a neighbour is beside, above or below.
const KEYS: [&str; 4] = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
const REGISTRIES: [&str; 24] = [
    "com", "net", "org", "info", "biz", "co", "cc", "me", "io", "app", "top", "xyz", "shop", "online", "site", "vip",
    "club", "live", "click", "icu", "asia", "in.th", "com.ph", "my.id",
];
/// What stands beside a name, most frequent first.
const WORDS: [&str; 68] = [
    "clone",
    "auth",
    "com",
    "jp",
    "app",
    "login",
    "chat",
    "account",
    "cdn",
    "web",
    "start",
    "pro",
    "support",
    "center",
    "merchant",
    "en",
    "signin",
    "co",
    "wallet",
    "id",
    "safety",
    "accounts",
    "openid",
    "max",
    "sso",
    "live",
    "return",
    "update",
    "apps",
    "access",
    "rooms",
    "extension",
    "eu",
    "io",
    "browser",
    "pre",
    "help",
    "us",
    "age",
    "eight",
    "ten",
    "page",
    "verification",
    "online",
    "advertisers",
    "five",
    "about",
    "info",
    "client",
    "nine",
    "mail",
    "secure",
    "security",
    "alpha",
    "one",
    "projects",
    "approved",
    "api",
    "www",
    "portal",
    "sign",
    "admin",
    "main",
    "zeta",
    "confirm",
    "verify",
    "bantuan",
    "project",
];
/// Letters that people read as another without Unicode's help; UTS #39 has `rn` and `m` only.
const ALIKE: [(&str, &str); 17] = [
    ("m", "rn"),
    ("rn", "m"),
    ("w", "vv"),
    ("d", "cl"),
    ("cl", "d"),
    ("m", "nn"),
    ("o", "0"),
    ("l", "1"),
    ("i", "1"),
    ("i", "l"),
    ("l", "i"),
    ("s", "5"),
    ("e", "3"),
    ("a", "4"),
    ("t", "7"),
    ("b", "8"),
    ("g", "9"),
];
const CONFUSABLES: &str = include_str!("../vectors/confusables.tsv");

fn under(suffix: &str, labels: impl Iterator<Item = String>) -> Vec<String> {
    labels.map(|label| format!("{label}.{suffix}")).collect()
}

fn places(label: &str) -> std::ops::Range<usize> {
    0..if label.is_ascii() { label.len() } else { 0 }
}

/// The label with `length` bytes at `at` replaced.
fn spliced(label: &str, at: usize, length: usize, by: &str) -> String {
    format!("{}{by}{}", &label[..at], &label[at + length..])
}

fn swapped(two: &str) -> String {
    two.chars().rev().collect()
}

/// Each place with each key beside the one that is meant.
fn beside(label: &str) -> impl Iterator<Item = (usize, String)> {
    places(label).flat_map(|at| neighbours(label.as_bytes()[at]).into_iter().map(move |key| (at, key)))
}

fn neighbours(key: u8) -> Vec<String> {
    let found = KEYS.iter().enumerate().find_map(|(row, keys)| Some((row, keys.bytes().position(|k| k == key)?)));
    let Some((row, column)) = found else { return Vec::new() };
    let near = |row: usize, column: usize| KEYS.get(row).and_then(|keys| keys.get(column..=column)).map(str::to_owned);
    let above = row.checked_sub(1).map(|row| [near(row, column), near(row, column + 1)]);
    let below = [near(row + 1, column), column.checked_sub(1).and_then(|c| near(row + 1, c))];
    let sides = [column.checked_sub(1).and_then(|c| near(row, c)), near(row, column + 1)];
    above.into_iter().flatten().chain(below).chain(sides).flatten().collect()
}

fn vowels(label: &str, suffix: &str) -> Vec<String> {
    let swaps = places(label).filter(|at| b"aeiou".contains(&label.as_bytes()[*at]));
    under(suffix, swaps.flat_map(|at| ["a", "e", "i", "o", "u"].map(|vowel| spliced(label, at, 1, vowel))))
}

fn bits(label: &str, suffix: &str) -> Vec<String> {
    let flips = places(label).flat_map(|at| (0..7).map(move |bit| (at, label.as_bytes()[at] ^ 1 << bit)));
    let lower = flips.filter(|(_, byte)| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-');
    under(suffix, lower.map(|(at, byte)| spliced(label, at, 1, char::from(byte).encode_utf8(&mut [0; 4]))))
}

/// One letter replaced at one place.
fn homoglyphs(label: &str, suffix: &str) -> Vec<String> {
    let mut hosts = Vec::new();
    for (meant, written) in ALIKE {
        hosts.extend(label.match_indices(meant).map(|(at, _)| spliced(label, at, meant.len(), written)));
    }
    for row in CONFUSABLES.lines().filter(|row| !row.starts_with('#')) {
        let (letter, points) = row.split_once('\t').unwrap_or((row, ""));
        let others = points.split(' ').filter_map(|p| u32::from_str_radix(p, 16).ok().and_then(char::from_u32));
        for other in others {
            let at = label.match_indices(letter).map(|(at, _)| at);
            hosts.extend(at.map(|at| spliced(label, at, letter.len(), other.encode_utf8(&mut [0; 4]))));
        }
    }
    under(suffix, hosts.into_iter())
}

/// A word before or behind the name, with a hyphen and without.
fn combined(label: &str, suffix: &str) -> Vec<String> {
    let forms = |word: &str| {
        [format!("{label}-{word}"), format!("{word}-{label}"), format!("{label}{word}"), format!("{word}{label}")]
    };
    let registries = [suffix, "com", "top"];
    let all = WORDS.iter().flat_map(|word| forms(word)).enumerate();
    all.map(|(index, name)| format!("{name}.{}", registries[index % 3])).collect()
}

/// The whole domain, or the name, in front of a domain that is someone else's.
fn levels(label: &str, suffix: &str) -> Vec<String> {
    let whole = format!("{label}.{suffix}");
    let hyphened = whole.replace('.', "-");
    let mut hosts = Vec::new();
    for other in ["zq-portal.top", "ab19.com", "web-77.xyz", "login-5.net"] {
        hosts.extend([&whole, &hyphened, label].map(|name| format!("{name}.{other}")));
        hosts.extend([&whole, label].map(|name| format!("www.{name}.{other}")));
    }
    hosts.extend(["th-7.top", "verify.click", "online.xyz"].map(|other| format!("{whole}-{other}")));
    hosts
}
