//! Links alone, as the `url` crate reads them, and hosts in other letters, as the `idna` crate does.
//! In: links put together of parts that browsers and attackers use. Out: the same host, port, path and user, or a difference that
//! is named here with its reason.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use scamfilter::text::parse_link;
use std::collections::BTreeMap;
use url::Url;

/// Links in every run; `URL_CASES` asks for more.
const CASES: usize = 20_000;

const SCHEMES: &[&str] = &["http://", "https://", "HTTP://", "hTTps://"];
const USERS: &[&str] = &["", "", "", "", "user@", "user:pass@", "bank.co.th@", "a@b@", "%40@", "bank.com%2f@"];
const HOSTS: &[&str] = &[
    "evil.com",
    "EVIL.Com",
    "evil.com.",
    "a.b.c.d.evil.top",
    "xn--o3cw4h.com",
    "ไทย.com",
    "ไทย.ไทย",
    "münchen.de",
    "mu\u{308}nchen.de",
    "việt.vn",
    "ＥＶＩＬ.com",
    "evil。com",
    "evil｡com",
    "evil．com",
    "пример.рф",
    "例え.jp",
    "1.2.3.4",
    "0x7f.1",
    "0177.0.0.1",
    "2130706433",
    "0x7f000001",
    "1.2.3",
    "1.2.3.4.",
    "1.2.3.4.5",
    "256.1.1.1",
    "0x.0x.0",
    "09.1.1.1",
    "1.2.3.0x",
    "%65vil.com",
    "ev%69l.com",
    "e%76il%2ecom",
    "[::1]",
    "[2001:db8::1]",
    "[::ffff:1.2.3.4]",
    "[1::2::3]",
    "a_b.com",
    "-a.com",
    "a-.com",
    "a--b.com",
    "a..com",
    "e\u{301}vil.com",
    "ß.de",
    "ﬁsh.com",
    "e\u{ad}vil.com",
    "e\u{200b}vil.com",
    "ëvil.com",
    "kasikornbank.com",
    "นํ้า.com",
    "น้ำ.com",
    "ลาว.la",
    "ខ្មែរ.com",
    "မြန်မာ.com",
];
const PORTS: &[&str] = &["", "", "", "", ":80", ":443", ":8080", ":0", ":65535", ":00080"];
const PATHS: &[&str] = &[
    "",
    "/",
    "/a",
    "/a/b",
    "\\a\\b",
    "/a/../b",
    "/a/./b/",
    "/%2e%2e/b",
    "/a/..",
    "/a//b",
    "/ก",
    "/a?x=1",
    "?x",
    "#f",
    "/a#f?x",
    "/a%20b",
    "/A/b.apk",
    "/x/.%2E/y",
    "/a|b",
    "/~u",
    "/a;b,c",
    "/{x}",
    "/a=b&c",
    "/[x]",
    "/..a",
    "/.../a",
];

/// A generator that gives the same links everywhere (Marsaglia 2003).
struct Random(u64);

impl Random {
    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        of[(self.0 % of.len() as u64) as usize]
    }
}

/// What `url` says, in our terms.
fn theirs(link: &str) -> Option<(String, Option<u16>, bool, String)> {
    let url = Url::parse(link).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']).trim_end_matches('.').to_owned();
    Some((
        host,
        url.port_or_known_default(),
        !url.username().is_empty() || url.password().is_some(),
        url.path().to_owned(),
    ))
}

fn ours(link: &str) -> Option<(String, Option<u16>, bool, String)> {
    let read = parse_link(link)?;
    let default = if link.get(..5).is_some_and(|s| s.eq_ignore_ascii_case("https")) { 443 } else { 80 };
    let path = if read.path.is_empty() { "/".to_owned() } else { read.path };
    Some((read.host, Some(read.port.unwrap_or(default)), read.has_userinfo, path))
}

/// Why we may differ from a browser; nothing where we may not.
fn reason(link: &str) -> Option<&'static str> {
    let has = |parts: &[&str]| parts.iter().any(|p| link.contains(p));
    match () {
        () if has(&["/ก", "{x}", "a|b", "[x]"]) => {
            Some("a link in a text ends at a character that no path of a message holds")
        }
        () if has(&["..com", "a..com"]) => Some("a sentence may go on behind two dots"),
        () if has(&["นํ้า", "น้ำ", "ខ្មែរ", "မြန်မာ"]) => {
            Some("marks in the order in which they are typed: one name for what looks alike")
        }
        () if link.ends_with("..") => Some("full stops at the end of a link are the sentence's"),
        () if has(&["-a.com"]) => Some("a host in a text does not begin with a hyphen"),
        () if has(&["%40@", "a@b@", "bank.com%2f@"]) => Some("a user name with signs"),
        () => None,
    }
}

#[test]
fn links_are_read_as_browsers_read_them() {
    let cases = std::env::var("URL_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(CASES);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut argued: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unargued: BTreeMap<String, String> = BTreeMap::new();
    for _ in 0..cases {
        let link: String = [SCHEMES, USERS, HOSTS, PORTS, PATHS].map(|part| random.pick(part)).concat();
        let (ours, theirs) = (ours(&link), theirs(&link));
        if ours == theirs {
            continue;
        }
        match reason(&link) {
            Some(why) => *argued.entry(why).or_default() += 1,
            // One of each kind is enough to read.
            None => drop(unargued.insert(format!("{:?} {:?}", ours.map(|o| o.0), theirs.map(|t| t.0)), link)),
        }
    }
    let shown: Vec<_> = unargued.iter().take(40).collect();
    assert!(unargued.is_empty(), "{} links are read differently: {shown:#?}", unargued.len());
    eprintln!("{argued:#?}");
    assert!(argued.values().sum::<usize>() < cases / 2, "{argued:#?}");
}
