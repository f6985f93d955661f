//! A whole check beside what a developer would put together of `adblock`, `aho-corasick` and `regex`. In: hosts. Out: a row
//! each: name, seconds until ready, bytes, nanoseconds a message, warm and cold. Both must find the listed host and a phrase.

use crate::peers;
use aho_corasick::AhoCorasick;
use regex::{Regex, RegexSet};
use scamfilter::pack::PhraseEdge;
use scamfilter::pack::write::PackWriter;
use scamfilter::{Level, Message, PackSource, ScamFilter};
use scamfilter_tests::random::Random;
use scamfilter_tests::starter_packs;
use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Instant;

const PHRASES: usize = 10_000;
const SYLLABLES: [&str; 20] = [
    "par", "cel", "ac", "count", "bank", "ver", "ify", "click", "pay", "fee", "win", "prize", "loan", "code", "hold",
    "your", "re", "fund", "tax", "date",
];
/// What such filters look for beside words.
const PATTERNS: [&str; 8] = [
    r"(?i)\b(otp|pin)\b.{0,20}\d{4,6}",
    r"(?i)(account|card).{0,40}(blocked|suspended)",
    r"(?i)(verify|confirm).{0,20}(identity|account)",
    r"\+?\d[\d -]{7,14}\d",
    r"(?i)(won|winner).{0,30}(prize|reward)",
    r"(?i)https?://\d+\.\d+\.\d+\.\d+",
    r"(?i)\.apk\b",
    r"(?i)(parcel|package).{0,40}(fee|customs|address)",
];

pub fn run(hosts: &[String]) {
    let phrases = phrases();
    let listed = &hosts[hosts.len() / 2];
    let text = format!(
        "Dear customer, {} and your order is on its way. See www.wikipedia.org or https://{listed}/a1",
        phrases[77]
    );
    let text: String = format!("{text}{}", " thanks".repeat(30)).chars().take(160).collect();
    println!("whole check of 160 characters, two links: filter\tready ms\tbytes\tns warm\tns cold");

    let (before, start) = (crate::MEMORY.current_usage(), Instant::now());
    let mut writer = PackWriter::new(peers::header());
    writer.meta("id", "bench");
    phrases.iter().enumerate().for_each(|(n, phrase)| writer.phrase(phrase, PhraseEdge::default(), 0x1000 + n as u32));
    writer.hosts(peers::set(hosts), BTreeSet::new());
    let image = writer.finish();
    let images = starter_packs().into_iter().map(|pack| pack.image).chain([image]).collect::<Vec<_>>();
    let built = start.elapsed();
    let start = Instant::now();
    let filter = ScamFilter::open(images.into_iter().map(PackSource::new).collect()).expect("packs");
    let check = |text: &str| filter.check(&Message::sms(text)).level == Level::Scam;
    assert!(check(&text), "the listed host is not found");
    println!("(packs are built in {} ms, on a host)", built.as_millis());
    row("scamfilter", start.elapsed().as_secs_f64(), before, &text, check);

    let (before, start) = (crate::MEMORY.current_usage(), Instant::now());
    let blocker = peers::blocker(hosts);
    let words = AhoCorasick::builder().ascii_case_insensitive(true).build(&phrases).expect("phrases");
    let link = Regex::new(r"(?i)\b(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?:/\S*)?").expect("a pattern");
    let patterns = RegexSet::new(PATTERNS).expect("patterns");
    let check = |text: &str| {
        let listed = link.find_iter(text).any(|found| {
            let url = if found.as_str().contains("://") {
                found.as_str().to_owned()
            } else {
                format!("https://{}", found.as_str())
            };
            peers::blocks(&blocker, &url)
        });
        let said = words.find_overlapping_iter(text).count();
        let shaped = patterns.matches(text).iter().count();
        listed && said + shaped > 0
    };
    assert!(check(&text), "the listed host is not found");
    row("adblock + aho-corasick + regex", start.elapsed().as_secs_f64(), before, &text, check);
}

fn row(name: &str, ready: f64, before: usize, text: &str, check: impl Fn(&str) -> bool) {
    let bytes = crate::MEMORY.current_usage().saturating_sub(before);
    let rounds = (0..41).map(|_| {
        let start = Instant::now();
        for _ in 0..200 {
            black_box(check(black_box(text)));
        }
        start.elapsed().as_nanos() as u64 / 200
    });
    let warm = crate::median(rounds.collect());
    let mut flush = vec![1u8; 64 << 20];
    let single = (0..40).map(|_| {
        flush.iter_mut().step_by(64).for_each(|b| *b = b.wrapping_add(1));
        let start = Instant::now();
        black_box(check(black_box(text)));
        start.elapsed().as_nanos() as u64
    });
    println!("{name}\t{:.1}\t{bytes}\t{warm}\t{}", ready * 1e3, crate::median(single.collect()));
}

fn phrases() -> Vec<String> {
    let mut random = Random(0x5eed);
    let mut all = BTreeSet::new();
    while all.len() < PHRASES {
        let words: Vec<String> = (0..2 + random.below(3))
            .map(|_| [SYLLABLES[random.below(20)], SYLLABLES[random.below(20)]].concat())
            .collect();
        all.insert(words.join(" "));
    }
    all.into_iter().collect()
}
