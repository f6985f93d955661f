//! What fuzzing and the replay test drive. In: any bytes. Out: nothing, or a panic where a promise is broken.

use crate::{drive_links, drive_text, drive_update, golden_tree, seeds, starter_filter, starter_packs};
use scamfilter::pack::{Header, MAGIC, REQUIRED, SECTION_SIZE, SectionKind};
use scamfilter::{Channel, Level, Message, PackSource, ScamFilter, Verdict};
use scampack::lower::{compile, concepts};
use sha2::{Digest, Sha256};
use std::sync::{Arc, OnceLock};

/// Uses bytes in one way; panics where a promise is broken.
pub type Driver = fn(&[u8]);

/// A fuzz target: its name, what it drives, where it starts.
type Target = (&'static str, Driver, fn() -> Vec<Vec<u8>>);

/// Every fuzz target.
pub(crate) const TARGETS: [Target; 23] = [
    ("view_folded", drive_text::folded, drive_text::seeds),
    ("view_skeleton", drive_text::skeleton, drive_text::seeds),
    ("view_bare", drive_text::bare, drive_text::seeds),
    ("view_zawgyi", drive_text::zawgyi, drive_text::seeds),
    ("message", message, seeds::messages),
    ("link", link, seeds::links),
    ("pack", pack, seeds::packs),
    ("rule_source", rule_source, seeds::sources),
    ("request", request, seeds::requests),
    ("jsonl", jsonl, seeds::lines),
    ("url", drive_links::url, || drive_links::seeds("url")),
    ("host_set", drive_links::host_set, drive_links::sets),
    ("feed_plain", drive_links::feed_plain, || drive_links::seeds("feed_plain")),
    ("feed_hosts", drive_links::feed_hosts, || drive_links::seeds("feed_hosts")),
    ("feed_adblock", drive_links::feed_adblock, || drive_links::seeds("feed_adblock")),
    ("feed_csv", drive_links::feed_csv, || drive_links::seeds("feed_csv")),
    ("feed_misp", drive_links::feed_misp, || drive_links::seeds("feed_misp")),
    ("feed_stix", drive_links::feed_stix, || drive_links::seeds("feed_stix")),
    ("metadata", drive_update::metadata, || drive_update::seeds("metadata")),
    ("json", drive_update::json, || drive_update::seeds("json")),
    ("update_delta", drive_update::update_delta, || drive_update::seeds("update_delta")),
    ("store_state", drive_update::store_state, || drive_update::seeds("store_state")),
    ("store_files", drive_update::store_files, || drive_update::seeds("store_files")),
];

/// Every driver by the name of its fuzz target.
pub const ALL: [(&str, Driver); TARGETS.len()] = {
    let mut all: [(&str, Driver); TARGETS.len()] = [("", message); TARGETS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = (TARGETS[at].0, TARGETS[at].1);
        at += 1;
    }
    all
};

fn filter() -> &'static ScamFilter {
    static FILTER: OnceLock<ScamFilter> = OnceLock::new();
    FILTER.get_or_init(starter_filter)
}

/// A message with every field taken from the first bytes.
pub fn message(data: &[u8]) {
    let (options, text) = data.split_at_checked(2).unwrap_or((&[0, 0], data));
    let text = String::from_utf8_lossy(text);
    let bit = |n: u8| options[0] & 1 << n != 0;
    let senders = ["KBank", "0812345678", "1234", ""];
    let message = Message {
        sender: bit(0).then(|| senders[usize::from(options[1] & 3)].into()),
        channel: Channel::from_number(options[1] >> 2 & 3).unwrap_or_default(),
        received_at: bit(1).then_some(i64::from_le_bytes([options[1]; 8])),
        sender_is_contact: bit(2).then_some(bit(3)),
        sim_country: bit(4).then(|| "TH".to_owned()),
        redacted: bit(5),
        has_replied: bit(6).then_some(bit(7)),
        ..Message::sms(text.as_ref())
    };
    holds(filter(), &message, &filter().check(&message));
}

/// What is promised of every verdict.
fn holds(filter: &ScamFilter, message: &Message, verdict: &Verdict) {
    let scoring = filter.scoring();
    let sum = |bias: i32, weight: fn(&scamfilter::Reason) -> i32| {
        i64::from(bias) + verdict.reasons.iter().map(|r| i64::from(weight(r))).sum::<i64>()
    };
    let scam = sum(scoring.bias, |r| r.weight_mlo);
    let unwanted = sum(scoring.bias_unwanted, |r| r.weight_unwanted_mlo);
    match verdict.level {
        Level::Scam => assert!(scam >= i64::from(scoring.scam)),
        Level::Suspicious => assert!((i64::from(scoring.suspicious)..i64::from(scoring.scam)).contains(&scam)),
        Level::Unwanted => assert!(scam < i64::from(scoring.suspicious) && unwanted >= i64::from(scoring.unwanted)),
        _ => assert!(scam < i64::from(scoring.suspicious) && unwanted < i64::from(scoring.unwanted)),
    }
    if verdict.level == Level::Clear {
        assert!(!verdict.truncated && !message.redacted);
    }
    let units: Vec<u16> = message.text.as_str().encode_utf16().collect();
    for span in verdict.reasons.iter().flat_map(|r| &r.spans) {
        let slice = &units[span.start as usize..span.end as usize];
        assert!(!slice.is_empty() && String::from_utf16(slice).is_ok(), "{span:?} cuts a character");
    }
    serde_json::from_str::<serde_json::Value>(&verdict.to_json()).expect("canonical JSON is JSON");
    for reason in &verdict.reasons {
        drop(filter.explain(reason, &["th", "xx"]));
    }
}

/// A link alone.
pub fn link(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(link) = scamfilter::text::parse_link(&text) {
        let trimmed = text.trim();
        assert!(!link.host.is_empty() && trimmed.get(link.range.clone()).is_some(), "{:?}", link.range);
        assert!(scamfilter::text::hosts_up(&link.host).count() <= 16);
    }
    let verdict = filter().check_link(&text);
    assert!(verdict.score <= 1_000_000);
}

/// An image: as it stands if it begins like one, else sections cut out of the bytes behind a valid envelope.
pub fn pack(data: &[u8]) {
    let image = if data.starts_with(&MAGIC) { sealed(data.to_vec()) } else { enveloped(data) };
    let common = starter_common();
    for sources in [vec![image.clone()], vec![common.clone(), image]] {
        let sources = sources.into_iter().map(|bytes| PackSource { may_guard: true, ..PackSource::new(bytes) });
        let Ok(filter) = ScamFilter::open(sources.collect()) else { continue };
        for (pack, _) in filter.packs() {
            drop(pack.verify());
            let _ = (pack.meta("title"), pack.hosts().lists("evil.example"), pack.domain_use("bit.ly"));
            let _ = (pack.public_suffix("a.co.th"), pack.sender("kbank"), pack.texts().count());
        }
        for text in ["พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz", "your parcel is stuck: http://evil.example", ""]
        {
            let message = Message::sms(text).from_sender("KBank");
            holds(&filter, &message, &filter.check(&message));
        }
    }
}

fn starter_common() -> &'static Vec<u8> {
    static COMMON: OnceLock<Vec<u8>> = OnceLock::new();
    COMMON.get_or_init(|| starter_packs().swap_remove(0).image)
}

/// `u8 kind, u16 length, bytes` again and again, as the sections of a pack whose header is right.
fn enveloped(mut data: &[u8]) -> Vec<u8> {
    let mut sections = vec![(SectionKind::Meta as u16, b"\x02\0id\x04\0fuzz".to_vec())];
    while let Some((head, rest)) = data.split_first_chunk::<3>().filter(|_| sections.len() < 40) {
        let length = usize::from(u16::from_le_bytes([head[1], head[2]])).min(rest.len());
        sections.push((u16::from(head[0] % 20), rest[..length].to_vec()));
        data = &rest[length..];
    }
    let header =
        Header { minor: 0, engines: (1, 1), normaliser: 1, concept_set: 0, psl_date: 0, serial: 1, expires: 0 };
    let mut image = MAGIC.to_vec();
    for half in [1, header.minor, header.engines.0, header.engines.1, header.normaliser, header.concept_set] {
        image.extend(half.to_le_bytes());
    }
    image.extend(header.psl_date.to_le_bytes());
    image.extend(header.serial.to_le_bytes());
    image.extend(header.expires.to_le_bytes());
    image.extend((sections.len() as u32).to_le_bytes());
    let start = 48 + sections.len() * SECTION_SIZE;
    image.extend((start as u64 + sections.iter().map(|s| s.1.len() as u64).sum::<u64>()).to_le_bytes());
    let mut at = start;
    for (kind, body) in &sections {
        image.extend(kind.to_le_bytes());
        image.extend(REQUIRED.to_le_bytes());
        image.extend((at as u32).to_le_bytes());
        image.extend((body.len() as u32).to_le_bytes());
        image.extend([0; 4]);
        image.extend(Sha256::digest(body));
        at += body.len();
    }
    image.extend(sections.into_iter().flat_map(|s| s.1));
    image
}

/// The same image with a length and digests that fit, so that damage gets past them to every reader behind.
#[must_use]
pub fn sealed(mut image: Vec<u8>) -> Vec<u8> {
    let length = image.len() as u64;
    let Some(field) = image.get_mut(40..48) else { return image };
    field.copy_from_slice(&length.to_le_bytes());
    let count = u32::from_le_bytes([image[36], image[37], image[38], image[39]]) as usize;
    for index in 0..count.min(64) {
        let at = 48 + index * SECTION_SIZE;
        let Some(entry) = image.get(at..at + SECTION_SIZE) else { break };
        let word = |at: usize| u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]) as usize;
        let (start, length) = (word(4), word(8));
        let Some(body) = image.get(start..start.saturating_add(length)) else { continue };
        let digest = Sha256::digest(body);
        image[at + 16..at + 48].copy_from_slice(&digest);
    }
    image
}

/// The family of the golden pack replaced by the bytes; a leading `NAME\n` of another of its files replaces that one.
pub fn rule_source(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut tree = golden_tree();
    let named = text.split_once('\n').filter(|(name, _)| tree.contains_key(*name));
    let (name, body) = named.unwrap_or(("families/stuck.toml", text.as_ref()));
    tree.insert(name.to_owned(), body.to_owned());
    let Ok(known) = concepts(&tree) else { return };
    match compile(&tree, &known) {
        Ok(compiled) => drop(ScamFilter::open(vec![PackSource::new(compiled.image)])),
        Err(problems) => {
            assert!(!problems.is_empty());
            problems.iter().for_each(|p| drop(p.to_string()));
        }
    }
}

/// A request of the bindings.
pub fn request(data: &[u8]) {
    static FILTER: OnceLock<Arc<scamfilter_ffi::Filter>> = OnceLock::new();
    let filter = FILTER.get_or_init(|| {
        let packs = starter_packs().into_iter().map(|p| scamfilter_ffi::PackFile {
            bytes: p.image,
            ceiling: 3,
            unverified: false,
        });
        scamfilter_ffi::Filter::open(packs.collect(), Vec::new()).expect("the starter packs open")
    });
    if let Ok(reply) = filter.check(data.to_vec()) {
        assert_eq!(reply.first(), Some(&1));
    }
}

/// Lines of `check --input`.
pub fn jsonl(data: &[u8]) {
    let mut out = Vec::new();
    let ran = scampack::jsonl::check(filter(), data, &mut out, 1, |_| {}).expect("memory never fails");
    let lines = out.split(|b| *b == b'\n').filter(|l| !l.is_empty()).count();
    assert_eq!(lines, ran.judged + ran.malformed);
}
