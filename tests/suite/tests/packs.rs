//! The pack format: frozen golden bytes, damage of every byte, and the Public Suffix List against the `psl` crate.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use scamfilter::pack::{MAGIC, SECTION_SIZE};
use scamfilter::{ErrorKind, Level, Message, Pack, PackSource, ScamFilter};
use scamfilter_tests::{authored_packs, drive::sealed};
use scamfilter_tests::{golden_tree, image, messages, starter_packs};
use std::path::Path;
use std::sync::Arc;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../golden");

fn golden_image() -> Vec<u8> {
    image(golden_tree())
}

#[test]
fn golden_source_still_gives_the_golden_bytes() {
    let path = Path::new(GOLDEN).join("format-1.scampack");
    let image = golden_image();
    if std::env::var_os("GOLDEN_WRITE").is_some() {
        std::fs::write(&path, &image).unwrap();
    }
    let frozen = std::fs::read(&path).expect("tests/golden/format-1.scampack");
    assert!(
        frozen == image,
        "the bytes of a pack changed. Phones in the field read the old form: if the change only adds an optional section, \
         raise the minor version; if old readers would go wrong, raise MAJOR, keep this file, and add a golden pack of the new \
         major (GOLDEN_WRITE=1 writes it). Never rewrite the golden pack of a released major."
    );
}

/// The golden sources with a pattern and a listed host: sections whose bytes depend on other crates, so that only their
/// meaning is frozen.
fn golden_tree_with_more() -> scampack::Tree {
    let mut tree = golden_tree();
    let family = tree["families/stuck.toml"]
        .replace("[[rule]]", "[patterns]\nrefund = \"refund [0-9,]{3,9} baht\"\n\n[[rule]]")
        .replace("when = \"near(", "when = \"refund or near(");
    tree.insert("families/stuck.toml".to_owned(), family);
    tree.insert("hosts.txt".to_owned(), "bad.example\n".to_owned());
    tree
}

#[test]
fn a_frozen_pack_with_automata_and_hosts_still_judges() {
    let path = Path::new(GOLDEN).join("format-1-automata.scampack");
    if std::env::var_os("GOLDEN_WRITE").is_some() && !path.exists() {
        std::fs::write(&path, image(golden_tree_with_more())).unwrap();
    }
    let frozen = std::fs::read(&path).expect("tests/golden/format-1-automata.scampack");
    let filter = ScamFilter::open(vec![PackSource::new(frozen)]).expect(
        "phones in the field hold packs like this one; if a new regex-automata cannot read it, keep the old version",
    );
    for text in ["Refund 1,500 baht today", "see http://bad.example/x", "see http://a.bad.example"] {
        assert_eq!(filter.check(&Message::sms(text)).level, Level::Scam, "{text}");
    }
    assert_eq!(filter.check(&Message::sms("refund of a baht, see http://good.example")).level, Level::Clear);
}

#[test]
fn damage_of_automata_and_hosts_never_panics() {
    let image = image(golden_tree_with_more());
    let texts = ["refund 1,500 baht http://bad.example".to_owned(), "parcel is stuck http://a.example".to_owned()];
    let mut opened = 0;
    for at in 0..image.len() {
        for change in [0x01, 0xff] {
            let mut damaged = image.clone();
            damaged[at] ^= change;
            opened += usize::from(use_whatever_opens(damaged, &texts));
        }
    }
    assert!(opened > image.len(), "the damage was caught too early to test the readers: {opened} opened");
}

#[test]
fn golden_packs_still_judge() {
    for name in ["format-1.0.scampack", "format-1.scampack"] {
        let frozen = std::fs::read(Path::new(GOLDEN).join(name)).unwrap();
        let filter = ScamFilter::open(vec![PackSource::new(frozen)]).unwrap();
        let level = |text: &str| filter.check(&Message::sms(text)).level;
        assert_eq!(level("your parcel is stuck, see http://evil.example"), Level::Scam, "{name}");
        assert_eq!(level("your parcel is here"), Level::Clear, "{name}");
    }
}

fn use_whatever_opens(image: Vec<u8>, texts: &[String]) -> bool {
    let Ok(filter) = ScamFilter::open(vec![PackSource::new(sealed(image))]) else { return false };
    for text in texts {
        let verdict = filter.check(&Message::sms(text.as_str()).from_sender("KBank"));
        assert!(verdict.score <= 1_000_000 && verdict.score_unwanted <= 1_000_000);
        verdict.reasons.iter().for_each(|r| drop(filter.explain(r, &["th"])));
    }
    true
}

#[test]
fn damage_of_any_byte_gives_a_pack_or_an_error_and_never_a_panic() {
    let image = golden_image();
    let texts: Vec<String> = messages().into_iter().filter(|m| m.len() < 200).cycle().take(100).collect();
    let mut opened = 0;
    for at in 0..image.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut damaged = image.clone();
            damaged[at] ^= change;
            opened += usize::from(use_whatever_opens(damaged, &texts));
        }
    }
    assert!(opened > image.len(), "the damage was caught too early to test the readers: {opened} opened");
    for cut in 0..image.len() {
        use_whatever_opens(image[..cut].to_vec(), &texts[..10]);
    }
}

#[test]
fn digests_catch_every_flipped_byte_of_a_section() {
    let image = golden_image();
    let count = u32::from_le_bytes(image[36..40].try_into().unwrap()) as usize;
    Pack::open(Arc::new(image.clone())).unwrap().verify().unwrap();
    for index in 0..count {
        let at = 48 + index * SECTION_SIZE;
        let start = u32::from_le_bytes(image[at + 4..at + 8].try_into().unwrap()) as usize;
        let mut damaged = image.clone();
        damaged[start] ^= 1;
        let verified = Pack::open(Arc::new(damaged)).and_then(|p| p.verify());
        assert!(verified.is_err(), "section {index}");
    }
}

#[test]
fn foreign_bytes_are_refused_by_name() {
    let jpeg: &[u8] = &[0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0, 1];
    for (bytes, says) in [(jpeg, "SCAMPACK"), (&[][..], "too short"), (&MAGIC[..], "too short")] {
        let error = ScamFilter::open(vec![PackSource::new(bytes)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Publisher);
        assert!(error.to_string().contains(says), "{error}");
    }
    let mut newer = golden_image();
    newer[8] = 9;
    assert!(ScamFilter::open(vec![PackSource::new(newer)]).unwrap_err().to_string().contains("format 9"));
    let mut unknown = golden_image();
    unknown[48..50].copy_from_slice(&999u16.to_le_bytes());
    assert!(ScamFilter::open(vec![PackSource::new(unknown)]).unwrap_err().to_string().contains("section 999"));
    assert_eq!(ScamFilter::open(Vec::new()).unwrap_err().kind(), ErrorKind::App);
}

#[test]
fn an_optional_section_of_tomorrow_is_skipped() {
    let mut image = golden_image();
    let count = u32::from_le_bytes(image[36..40].try_into().unwrap()) as usize;
    let last = 48 + (count - 1) * SECTION_SIZE;
    image[last..last + 4].copy_from_slice(&[0xe7, 0x03, 0, 0]);
    assert!(ScamFilter::open(vec![PackSource::new(image)]).is_ok());
}

#[test]
fn a_pack_never_goes_beyond_its_ceiling() {
    let text = "พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz";
    for (ceiling, level) in
        [(Level::Scam, Level::Scam), (Level::Suspicious, Level::Suspicious), (Level::Clear, Level::Clear)]
    {
        let sources = authored_packs().into_iter().map(|p| PackSource {
            ceiling: if p.id == "common" { Level::Scam } else { ceiling },
            ..PackSource::new(p.image)
        });
        let filter = ScamFilter::open(sources.collect()).unwrap();
        let verdict = filter.check(&Message::sms(text));
        assert_eq!(verdict.level, level, "{}", verdict.to_json());
        let scoring = filter.scoring();
        let sum: i32 = scoring.bias + verdict.reasons.iter().map(|r| r.weight_mlo).sum::<i32>();
        assert_eq!(sum >= scoring.scam, level == Level::Scam);
        assert_eq!(sum >= scoring.suspicious, level >= Level::Suspicious);
    }
}

#[test]
fn public_suffixes_agree_with_the_psl_crate() {
    let packs = starter_packs();
    let common = Pack::open(Arc::new(packs[0].image.clone())).unwrap();
    // Both lists are of this year; where they differ, a rule came or went between the two dates.
    let hosts = [
        "a.b.co.th",
        "kasikornbank.com",
        "x.bit.ly",
        "a.b.c.kobe.jp",
        "city.kobe.jp",
        "www.ck",
        "a.b.ck",
        "foo.github.io",
        "x.blogspot.com",
        "a.in.th",
        "a.go.th",
        "evil.top",
        "a.com.sg",
        "a.gov.my",
        "a.edu.vn",
        "a.web.id",
        "a.com.ph",
        "a.com.kh",
    ];
    for host in hosts {
        let theirs = psl::suffix(host.as_bytes()).map(|s| s.as_bytes().len());
        assert_eq!(common.public_suffix(host), theirs, "{host}");
    }
    assert_eq!(common.public_suffix("name.notatld"), None);
}

#[test]
fn the_overlay_beats_the_packs() {
    use scamfilter::{Overlay, OverlayAction as Do, OverlayEntry, OverlayKey as Key};
    let sources = authored_packs().into_iter().map(|p| PackSource::new(p.image)).collect();
    let filter = ScamFilter::open(sources).unwrap();
    let message = Message::sms("พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz").from_sender("0812345678");
    let with = |action, key, expires_at| filter.with_overlay(Overlay::new([OverlayEntry { action, key, expires_at }]));
    let level = |f: &ScamFilter, m: &Message| f.check(m).level;
    assert_eq!(level(&filter, &message), Level::Scam);
    assert_eq!(level(&with(Do::Allow, Key::Sender("0812345678".into()), None), &message), Level::Clear);
    assert_eq!(level(&with(Do::Allow, Key::Rule("th.parcel.details".into()), None), &message), Level::Clear);
    assert_eq!(level(&with(Do::Allow, Key::Host("BIT.LY".into()), None), &message), Level::Clear);
    let innocent = Message { received_at: Some(2_000), ..Message::sms("hello, see you at https://a.example.com") };
    assert_eq!(level(&with(Do::Deny, Key::Host("example.com".into()), None), &innocent), Level::Scam);
    assert_eq!(level(&with(Do::Deny, Key::Host("example.com".into()), Some(1_000)), &innocent), Level::Clear);
}
