//! Links alone, as the `url` crate reads them. In: links put together of parts that browsers and attackers use. Out: the same
//! host, port, path and user, but for four parts that we read otherwise, and exactly so.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use scamfilter::text::parse_link;
use scamfilter_tests::random::Random;
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

/// One of them.
fn pick<'a>(random: &mut Random, of: &[&'a str]) -> &'a str {
    of[random.below(of.len())]
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

/// Hosts that we read otherwise than browsers, as what, and why.
const OTHER_HOSTS: [(&str, &str, &str); 1] = [(
    "น้ำ.com",
    "xn--q3c4c8cp.com",
    "marks are sorted into the order in which they are typed, so that names that look alike are one; browsers ask for two",
)];
/// Paths that we read otherwise: a link stands in a text.
const OTHER_PATHS: [(&str, &str, &str); 3] = [
    ("/a/..", "/a/", "full stops at the end are the sentence's"),
    ("/[x]", "/[x", "a bracket at the end is the sentence's"),
    ("/ก", "/", "a letter that no path holds unencoded begins the next word"),
];

#[test]
fn links_are_read_as_browsers_read_them() {
    let cases = std::env::var("URL_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(CASES);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut argued = BTreeMap::new();
    let mut links = 0;
    for _ in 0..cases {
        let parts = [SCHEMES, USERS, HOSTS, PORTS, PATHS].map(|part| pick(&mut random, part));
        let link = parts.concat();
        let mut expected = theirs(&link);
        links += usize::from(expected.is_some());
        let host = OTHER_HOSTS.iter().find(|(written, ..)| *written == parts[2]);
        let path = OTHER_PATHS.iter().find(|(written, ..)| *written == parts[4]);
        if let Some(read) = &mut expected {
            host.iter().for_each(|(_, ours, _)| read.0 = (*ours).to_owned());
            path.iter().for_each(|(_, ours, _)| read.3 = (*ours).to_owned());
            host.iter().chain(&path).for_each(|(_, _, why)| *argued.entry(*why).or_insert(0) += 1);
        }
        assert_eq!(ours(&link), expected, "{link}");
    }
    assert!(links > cases / 2, "{links} of {cases} are links for a browser");
    // Each argument is still needed.
    assert_eq!(argued.len(), OTHER_HOSTS.len() + OTHER_PATHS.len(), "{argued:#?}");
    for (written, ours, why) in OTHER_HOSTS {
        assert_ne!(theirs(&format!("http://{written}")).unwrap().0, ours, "{why}");
    }
    for (written, ours, why) in OTHER_PATHS {
        assert_ne!(theirs(&format!("http://x.example{written}")).unwrap().3, ours, "{why}");
    }
}
