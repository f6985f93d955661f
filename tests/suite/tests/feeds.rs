//! Feeds in every format and every bad one. In: bytes as publishers write them. Out: names, refusals, and a pack that judges.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use scamfilter::{Level, Message, PackSource, ScamFilter};
use scampack::Tree;
use scampack::feeds::{FeedFormat, Known, Manifest, canonical, merge, read};
use scampack::lower::{Suffixes, compile, concepts};
use std::collections::BTreeMap;

fn pages(bytes: &[u8], format: Option<FeedFormat>, column: Option<&str>) -> Vec<String> {
    let entries = read(bytes, format, column).unwrap();
    let names = entries.iter().filter_map(|(_, e)| e.as_ref().ok()).filter_map(|e| canonical(e).ok());
    names.map(|n| n.page()).collect()
}

fn known() -> Known<'static> {
    let mut known = Known {
        suffixes: Suffixes::committed(),
        shared: BTreeMap::new(),
        official: BTreeMap::new(),
        allowed: BTreeMap::from([("popular.com".to_owned(), "a popular site".into())]),
        because: BTreeMap::from([("github.io".to_owned(), "a drill".to_owned())]),
    };
    scampack::starter().iter().for_each(|tree| known.learn(tree));
    known
}

#[test]
fn every_format_is_read_as_it_looks() {
    let csv = "# URLhaus\n# id,dateadded,url,url_status\n\"1\",\"2026-01-01\",\"http://evil.example/a?x\",\"online\"\n\"2\",\"x\",\"http://b.example/\"\n";
    let stix = r#"{"type":"bundle","objects":[{"type":"identity","weird":[1]},7,
        {"type":"indicator","pattern_type":"stix","pattern":"[domain-name:value = 'evil.example' OR url:value='http://b.example/x']"},
        {"type":"indicator","pattern_type":"yara","pattern":"url:value='http://no.example'"},
        {"type":"indicator","revoked":true,"pattern":"[domain-name:value='no.example']"},
        {"type":"x-unknown"},{"type":"domain-name","value":"c.example"}]}"#;
    let misp = r#"{"Event":{"Attribute":[{"type":"domain","value":"evil.example"},{"type":"md5","value":"0"},{"x":1}],
        "Object":[{"Attribute":[{"type":"domain|ip","value":"b.example|1.2.3.4"}]}]}}"#;
    for (bytes, expected) in [
        ("# c\nevil.example\r\n\nhxxp://b[.]example/x # why\n", &["evil.example/", "b.example/x"][..]),
        (
            "127.0.0.1 localhost\n0.0.0.0 evil.example # c\n::1 ip6-localhost\n0.0.0.0 b.example\n",
            &["evil.example/", "b.example/"],
        ),
        (
            "[Adblock Plus]\n! c\n||evil.example^\n||x.example^$third-party\n@@||y.example^\n/ad/\n||b.example^$all\n",
            &["evil.example/", "b.example/"],
        ),
        (csv, &["evil.example/a", "b.example/"]),
        (stix, &["evil.example/", "b.example/x", "c.example/"]),
        (misp, &["evil.example/", "b.example/"]),
    ] {
        let column = bytes.starts_with("# URLhaus").then_some("url");
        assert_eq!(pages(bytes.as_bytes(), None, column), expected, "{bytes}");
    }
    assert_eq!(pages(b"Rank,Host\n1,evil.example\n2\n", Some(FeedFormat::Csv), Some("host")), ["evil.example/"]);
}

#[test]
fn a_bad_line_costs_that_line_and_a_bad_file_says_why() {
    let mut rubbish = b"evil.example\n\0\0\n\xff\xfe\xff\n".to_vec();
    rubbish.extend(vec![b'a'; 1 << 20]);
    rubbish.extend(b"\n\nb.example");
    rubbish.extend(format!("\n{}\nxn--\u{e}9.example\nhttp://xn--zzzzzz99999.example/\n", "a.".repeat(10_000)).bytes());
    let mut manifest = Manifest::default();
    let entries = read(&rubbish, None, None).unwrap();
    let merged = merge(&mut manifest, "f", "2026-11-25", &entries, &known());
    assert_eq!(manifest.names.keys().collect::<Vec<_>>(), ["b.example", "evil.example"]);
    let lines: Vec<usize> = merged.bad.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 3, 4, 7, 8, 9], "{:?}", merged.bad);
    for (bytes, says) in [
        (&b"\x1f\x8b\x08"[..], "compressed"),
        (b"\x28\xb5\x2f\xfd\0", "compressed"),
        (b"\xff\xfee\0", "UTF-16"),
        (b"\xfe\xff\0e", "UTF-16"),
        (b"{\"type\": \"bundle\", \"objects\": [", "JSON"),
        (b"{\"a\": 1", "JSON"),
    ] {
        let error = read(bytes, None, None).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    assert!(read(b"a,b\n1,2\n", Some(FeedFormat::Csv), Some("host")).unwrap_err().to_string().contains("a, b"));
    let deep = [b"{\"Event\":".repeat(100_000), b"1".to_vec()].concat();
    assert!(read(&deep, Some(FeedFormat::Misp), None).is_err());
}

#[test]
fn size_is_bounded_before_anything_is_read() {
    // Zeros cost nothing until they are looked at, and more than 256 MiB of them never are.
    let error = read(&vec![0; (256 << 20) + 1], None, None).unwrap_err().to_string();
    assert!(error.contains("256 MiB"), "{error}");
    let mut long = vec![b'a'; 100 << 20];
    long.extend(b"\nevil.example\n");
    for format in [FeedFormat::Plain, FeedFormat::Hosts, FeedFormat::Adblock] {
        let entries = read(&long, Some(format), None).unwrap();
        let bad = entries.iter().filter(|(_, entry)| entry.is_err()).map(|(line, _)| *line).collect::<Vec<_>>();
        assert_eq!(bad, [1], "{format:?}");
    }
    let rubbish = b")(\n".repeat(1_000_000);
    let mut manifest = Manifest::default();
    let merged = merge(&mut manifest, "f", "2026-11-25", &read(&rubbish, None, None).unwrap(), &known());
    assert_eq!((merged.bad.len(), merged.taken, manifest.names.len()), (1_000_000, 0, 0));
    // UTF-16 that does not say so.
    let wide: Vec<u8> = "evil.example\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(read(&wide, None, None).unwrap().iter().all(|(_, entry)| entry.is_err()));
}

#[test]
fn what_a_format_does_not_know_costs_nothing_else() {
    let known = ["identity", "malware", "relationship", "x-acme-thing", "extension-definition", ""];
    let objects: Vec<String> = { known }
        .iter()
        .map(|kind| format!(r#"{{"type":"{kind}","spec_version":"2.1","nested":{{"deep":[null,{{"a":1}}]}}}}"#))
        .chain(
            ["7", "null", "[]", "\"text\"", r#"{"type":7}"#, r#"{"type":"indicator","pattern":[]}"#].map(str::to_owned),
        )
        .chain([r#"{"type":"indicator","pattern":"[domain-name:value='evil.example"}"#.to_owned()])
        .chain([r#"{"type":"domain-name","value":"b.example","x":{}}"#.to_owned()])
        .collect();
    let bundle = format!(r#"{{"type":"bundle","id":"bundle--1","x":1,"objects":[{}]}}"#, objects.join(","));
    assert_eq!(pages(bundle.as_bytes(), Some(FeedFormat::Stix), None), ["evil.example/", "b.example/"]);
    let entries = read(bundle.as_bytes(), None, None).unwrap();
    let bad: Vec<usize> = entries.iter().filter(|(_, entry)| entry.is_err()).map(|(number, _)| *number).collect();
    assert_eq!(bad, [7, 8, 9, 10, 11, 12]);
}

#[test]
fn innocent_names_are_refused_and_covered_ones_go() {
    let feed = "com\nco.th\ngithub.io\nkasikornbank.com\nx.kasikornbank.com\npopular.com\nevil.popular.com\nbit.ly\nhttps://bit.ly/Abc/\n\
        evil.example\nwww.evil.example\nevil.example\nhttp://blogspot.com/\nshop.blogspot.com\n10.0.0.1\n";
    let (known, mut manifest) = (known(), Manifest::default());
    manifest.because = known.because.clone();
    let merged = merge(&mut manifest, "f", "2026-11-25", &read(feed.as_bytes(), None, None).unwrap(), &known);
    let refused: Vec<&str> = merged.refused.iter().map(|(_, host, _)| host.as_str()).collect();
    assert_eq!(refused, ["co.th", "kasikornbank.com", "x.kasikornbank.com", "popular.com", "bit.ly", "blogspot.com"]);
    assert_eq!((merged.repeated, merged.bad.len()), (1, 2));
    let (list, covered) = manifest.list(&known);
    let names: Vec<&str> = list.lines().skip(1).collect();
    assert_eq!(covered, 1);
    assert_eq!(
        names,
        ["bit.ly/Abc", "evil.example", "evil.popular.com", "github.io # allowed: a drill", "shop.blogspot.com"]
    );
    assert_eq!(Manifest::parse(&manifest.render()).unwrap().render(), manifest.render());
    merge(&mut manifest, "g", "2027-01-25", &read(b"new.example\nevil.example\n", None, None).unwrap(), &known);
    assert_eq!(manifest.expire("2027-01-01"), 5);
    assert!(manifest.render().contains("evil.example\t2026-11-25\t2027-01-25\tf,g\n"), "{}", manifest.render());
    assert!(Manifest::parse("rubbish\n").is_err());
}

#[test]
fn pages_on_shared_hosts_are_found_and_their_neighbours_are_not() {
    let mut packs = scamfilter_tests::starter_packs();
    let about = "id = \"lists\"\nserial = 1\npublisher = \"x\"\ntitle = \"x\"\nlicence = \"x\"\n";
    let hosts = "bit.ly/Abc\nevil.example\nshop.blogspot.com\nt.me/bad/room\n";
    let tree: Tree = [("pack.toml", about), ("hosts.txt", hosts), ("allowed.txt", "good.example\n")]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into();
    let known = concepts(&scampack::starter()[0]).unwrap();
    packs.push(compile(&tree, &known).unwrap_or_else(|problems| panic!("{problems:#?}")));
    let filter = ScamFilter::open(packs.into_iter().map(|p| PackSource::new(p.image)).collect()).unwrap();
    let listed = |text: &str| {
        let verdict = filter.check(&Message::sms(text));
        let reason = verdict.reasons.iter().find(|r| r.rule == "lists.hosts");
        assert!(reason.is_none() || verdict.level == Level::Scam);
        reason.and_then(|r| r.host.clone())
    };
    for (text, host) in [
        ("see https://bit.ly/Abc", Some("bit.ly/Abc")),
        ("see bit.ly/Abc/x?y", Some("bit.ly/Abc")),
        ("see https://bit.ly/x/../%2e/Abc.", Some("bit.ly/Abc")),
        ("see https://bit.ly\\Abc", Some("bit.ly/Abc")),
        ("see bit.ly/abc", None),
        ("see bit.ly/Abcd", None),
        ("see t.me/bad", None),
        ("see t.me/bad/room", Some("t.me/bad/room")),
        ("see https://evil.example/Abc", Some("evil.example")),
        ("see https://www.evil.example", Some("evil.example")),
        ("see https://shop.blogspot.com", Some("shop.blogspot.com")),
        ("see https://blogspot.com/shop", None),
        ("see https://good.example/Abc", None),
    ] {
        assert_eq!(listed(text).as_deref(), host, "{text}");
    }
}
