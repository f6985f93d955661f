//! Drivers for what links rest on. In: any bytes. Out: nothing, or a panic where a promise is broken.

use scamfilter::pack::{HostSet, encode_hashes};
use scamfilter::text::parse_link;
use scampack::feeds::{FeedFormat, Known, Manifest, canonical, merge, read};
use scampack::lower::Suffixes;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A link read twice: what was read reads as itself.
pub fn url(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Some(link) = parse_link(&text) else { return };
    assert!(!link.host.is_empty() && link.host.is_ascii(), "a host to look up is one of the DNS");
    assert!(link.path.is_empty() || link.path.starts_with('/') && link.path.is_ascii());
    let host = if link.host.contains(':') { format!("[{}]", link.host) } else { link.host.clone() };
    if let Some(again) = parse_link(&format!("http://{host}{}", link.path)) {
        assert_eq!(again.host, link.host);
    }
}

/// The image of a host set: the bytes as they are, and behind a head that fits them.
pub fn host_set(data: &[u8]) {
    let (bits, body) = data.split_first().map_or((0, data), |(bits, body)| (bits % 25, body));
    let mut image = vec![2, bits, 0, 0];
    // As many hashes as the bytes behind the head have room for.
    for count in 0..=(body.len() as u32 * 8) {
        image.truncate(4);
        image.extend(count.to_le_bytes());
        image.extend([0; 16]);
        image.extend(body);
        if HostSet::read(&image).is_some() {
            break;
        }
    }
    for bytes in [data, &image] {
        let Some(set) = HostSet::read(bytes) else { continue };
        let hashes: Vec<u64> = set.hashes().collect();
        assert!(hashes.len() <= set.len());
        for hash in hashes.iter().take(64).copied().chain((0..64).map(|n| n << 42 | n)) {
            let _ = set.contains(hash);
        }
        // What is a set reads as what it was made of.
        if let Some(again) = encode_hashes(set.key(), &hashes) {
            let again = HostSet::read(&again).expect("it was just written");
            assert!(hashes.iter().all(|hash| again.contains(*hash)) && again.hashes().eq(hashes.iter().copied()));
        }
    }
}

/// Plain lists.
pub fn feed_plain(data: &[u8]) {
    feed(data, FeedFormat::Plain, None);
}

/// Hosts files.
pub fn feed_hosts(data: &[u8]) {
    feed(data, FeedFormat::Hosts, None);
}

/// Adblock filters.
pub fn feed_adblock(data: &[u8]) {
    feed(data, FeedFormat::Adblock, None);
}

/// Comma-separated values.
pub fn feed_csv(data: &[u8]) {
    feed(data, FeedFormat::Csv, None);
    feed(data, FeedFormat::Csv, Some("b"));
}

/// MISP events and warning lists.
pub fn feed_misp(data: &[u8]) {
    feed(data, FeedFormat::Misp, None);
}

/// STIX bundles.
pub fn feed_stix(data: &[u8]) {
    feed(data, FeedFormat::Stix, None);
}

/// A feed that is merged into a manifest, which is written and read again; each name in it is one that can be listed.
fn feed(data: &[u8], format: FeedFormat, column: Option<&str>) {
    let _ = read(data, None, None).map_err(|error| error.to_string());
    let Ok(entries) = read(data, Some(format), column) else { return };
    let mut manifest = Manifest::default();
    let merged = merge(&mut manifest, "fuzz", "2026-01-01", &entries, known());
    assert_eq!(merged.taken, manifest.names.len());
    for name in manifest.names.keys() {
        let again = canonical(name).expect("a name that was taken");
        assert!(again.page() == *name || again.host == *name, "a name that reads as another");
    }
    let text = manifest.render();
    assert_eq!(Manifest::parse(&text).expect("it was just written").render(), text);
    let (list, covered) = manifest.list(known());
    assert_eq!(list.lines().count(), 1 + merged.taken - covered);
}

fn known() -> &'static Known<'static> {
    static KNOWN: OnceLock<Known<'static>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut known = Known {
            suffixes: Suffixes::committed(),
            shared: BTreeMap::new(),
            official: BTreeMap::new(),
            allowed: BTreeMap::from([("popular.com".to_owned(), "a popular site".into())]),
            because: BTreeMap::new(),
        };
        scampack::starter().iter().for_each(|tree| known.learn(tree));
        known
    })
}

/// Seeds of links and feeds.
pub(crate) fn seeds(name: &str) -> Vec<Vec<u8>> {
    let texts: &[&str] = match name {
        "url" => &[
            "https://u:p@0x7f.1:8080/a/../b%20c?d#e",
            "http://[::ffff:1.2.3.4]\\x",
            "hxxp://e\u{301}vil。com",
            "ไทย.com/ก",
        ],
        "feed_plain" => {
            &["evil.example\n# c\nhxxp://b[.]example/x # why\n", "xn--o3cw4h.com\n*.a.b\n", "http://1.2.3.4/\n"]
        }
        "feed_hosts" => &["0.0.0.0 evil.example # c\n", "127.0.0.1 localhost\n::1 x.example\n", "evil.example"],
        "feed_adblock" => &["[Adblock Plus]\n||evil.example^\n", "||x.example^$all\n", "@@||y.example^\n! c\n"],
        "feed_csv" => {
            &["# id,url,b\n\"1\",\"http://evil.example/\",\"x\"\n", "url,b\na.example,\"b\"\"c\"\n", "host\na.b\n"]
        }
        "feed_misp" => &[
            r#"{"Event":{"Attribute":[{"type":"domain","value":"evil.example"},{"x":1}],"Object":[]}}"#,
            r#"{"list":["a.example"]}"#,
            r#"{"response":[{"Event":{"Attribute":[{"type":"url","value":"http://a.b/c"}]}}]}"#,
        ],
        "feed_stix" => &[
            r#"{"type":"bundle","objects":[{"type":"indicator","pattern":"[domain-name:value = 'evil.example']"}]}"#,
            r#"{"objects":[7,{"type":"domain-name","value":"c.example"},{"type":"x-unknown","y":[]}]}"#,
            r#"{"objects":[{"type":"indicator","pattern_type":"stix","pattern":"[url:value='http:\/\/a.b\\'c']"}]}"#,
        ],
        _ => panic!("no feed is called {name}"),
    };
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Seeds of host sets.
pub(crate) fn sets() -> Vec<Vec<u8>> {
    let of = |hashes: &[u64]| encode_hashes((1, 2), hashes).unwrap_or_default();
    vec![
        of(&[]),
        of(&[5, 1 << 40, (1 << 48) - 1]),
        of(&(0..200).map(|n| n * 0x1_0000_0001).collect::<Vec<_>>()),
        vec![3; 60],
    ]
}
