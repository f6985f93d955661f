//! The phrase table beside the automata that one would use otherwise. In: 10,000 phrases and 400 texts made of syllables
//! of four languages. Out: bytes, time until ready and time a text, with all answers verified to be the same.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use daachorse::DoubleArrayAhoCorasick;
use scamfilter::Pack;
use scamfilter::pack::write::PackWriter;
use scamfilter::pack::{Header, PhraseEdge, Scanned, Sieve, scan};
use scamfilter_tests::random::Random;
use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

const PHRASES: usize = 10_000;
const TEXTS: usize = 400;

/// Syllables, so that phrases share beginnings as words of a language do.
const LANGUAGES: [(&[&str], &str); 4] = [
    (
        &[
            "พัส",
            "ดุ",
            "ของ",
            "ท่าน",
            "ตก",
            "ค้าง",
            "บัญ",
            "ชี",
            "ธนา",
            "คาร",
            "โอน",
            "เงิน",
            "กู้",
            "ด่วน",
            "ราง",
            "วัล",
            "ลิงก์",
            "ยืน",
            "ยัน",
            "ตัว",
            "ตน",
            "คลิก",
            "รับ",
            "สิทธิ์",
            "ฟรี",
        ],
        "",
    ),
    (
        &[
            "par", "cel", "ac", "count", "bank", "ver", "ify", "click", "pay", "fee", "win", "prize", "loan", "code",
            "is", "on", "hold", "your", "re", "fund", "tax", "now", "up", "date", "link",
        ],
        " ",
    ),
    (
        &[
            "tài",
            "khoản",
            "ngân",
            "hàng",
            "khóa",
            "xác",
            "minh",
            "liên",
            "kết",
            "vay",
            "tiền",
            "trúng",
            "thưởng",
            "phí",
            "đơn",
            "hàng",
            "giao",
            "mã",
            "bảo",
            "mật",
            "gọi",
            "ngay",
            "miễn",
        ],
        " ",
    ),
    (
        &[
            "hadiah", "pinjam", "an", "rekening", "blokir", "segera", "klik", "tautan", "paket", "biaya", "kirim",
            "me", "menang", "undi", "transfer", "kode", "otp", "bank", "anda", "gratis",
        ],
        " ",
    ),
];

/// Prints one line an engine: name, bytes a phrase, microseconds until ready, nanoseconds a text, matches.
pub fn run() {
    let mut random = Random(0x5eed);
    let mut phrases = BTreeSet::new();
    while phrases.len() < PHRASES {
        let phrase = sentence(&mut random, 2, 5);
        if (6..=60).contains(&phrase.len()) {
            phrases.insert(phrase);
        }
    }
    let phrases: Vec<String> = phrases.into_iter().collect();
    let texts: Vec<String> = (0..TEXTS).map(|_| sentence(&mut random, 40, 50)).collect();
    let text_bytes: usize = phrases.iter().map(String::len).sum();
    println!("bytes of text a phrase\t{:.1}", text_bytes as f64 / PHRASES as f64);

    let mut writer = PackWriter::new(Header {
        minor: 0,
        engines: (1, 1),
        normaliser: 1,
        concept_set: 0,
        psl_date: 0,
        serial: 1,
        expires: 0,
    });
    writer.meta("id", "bench");
    let anywhere = PhraseEdge { anywhere: true, ..PhraseEdge::default() };
    phrases.iter().enumerate().for_each(|(atom, phrase)| writer.phrase(phrase, anywhere, atom as u32));
    let image = Arc::new(writer.finish());
    let start = Instant::now();
    let pack = Pack::open(image).expect("it was just written");
    let table = [pack.phrases()];
    let sieve = Sieve::of(&table);
    let ready = start.elapsed();
    let bytes = pack.sections().find(|(kind, _)| format!("{kind:?}") == "Phrases").expect("phrases").1;
    let own = |text: &str| {
        let mut found = BTreeSet::new();
        scan(&table, &sieve, Scanned::folded(text), usize::MAX, |_, hit| {
            found.insert((hit.start, hit.end));
        });
        found
    };
    let expected: Vec<Places> = texts.iter().map(|t| own(t)).collect();
    let matches: usize = expected.iter().map(BTreeSet::len).sum();
    let ns = per_text(&texts, |text| {
        scan(&table, &sieve, Scanned::folded(text), usize::MAX, |_, hit| {
            black_box(hit);
        });
    });
    report("scamfilter, from the image", bytes, ready.as_secs_f64(), ns, matches);

    let start = Instant::now();
    let automaton =
        AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(&phrases).expect("it builds");
    let ready = start.elapsed().as_secs_f64();
    let find = |text: &str, found: &mut dyn FnMut(usize, usize)| {
        automaton.find_overlapping_iter(text).for_each(|m| found(m.start(), m.end()));
    };
    beside("aho-corasick, contiguous", automaton.memory_usage(), ready, &texts, &expected, find);

    let start = Instant::now();
    let automaton: DoubleArrayAhoCorasick<u32> = DoubleArrayAhoCorasick::new(&phrases).expect("it builds");
    let ready = start.elapsed().as_secs_f64();
    let find = |text: &str, found: &mut dyn FnMut(usize, usize)| {
        automaton.find_overlapping_iter(text).for_each(|m| found(m.start(), m.end()));
    };
    beside("daachorse, bytewise", automaton.heap_bytes(), ready, &texts, &expected, find);
}

type Places = BTreeSet<(usize, usize)>;

/// Verifies that an engine finds what the table found, and reports it.
fn beside(
    name: &str,
    bytes: usize,
    ready: f64,
    texts: &[String],
    expected: &[Places],
    find: impl Fn(&str, &mut dyn FnMut(usize, usize)),
) {
    for (text, expected) in texts.iter().zip(expected) {
        let mut found = Places::new();
        find(text, &mut |start, end| {
            found.insert((start, end));
        });
        assert_eq!(found, *expected, "{name} finds something else");
    }
    let ns = per_text(texts, |text| {
        find(text, &mut |start, end| {
            black_box((start, end));
        })
    });
    report(name, bytes, ready, ns, expected.iter().map(BTreeSet::len).sum());
}

fn report(name: &str, bytes: usize, ready: f64, ns: u64, matches: usize) {
    println!("{name}\t{:.1}\t{:.0}\t{ns}\t{matches}", bytes as f64 / PHRASES as f64, ready * 1e6);
}

fn per_text(texts: &[String], find: impl Fn(&str)) -> u64 {
    let mut rounds: Vec<u64> = (0..31)
        .map(|_| {
            let start = Instant::now();
            texts.iter().for_each(|text| find(text));
            start.elapsed().as_nanos() as u64 / texts.len() as u64
        })
        .collect();
    rounds.sort_unstable();
    rounds[rounds.len() / 2]
}

fn sentence(random: &mut Random, least: usize, most: usize) -> String {
    let (syllables, between) = LANGUAGES[random.below(LANGUAGES.len())];
    let count = least + random.below(most - least + 1);
    let mut text = String::new();
    for index in 0..count {
        if index > 0 && random.below(2) == 0 {
            text.push_str(between);
        }
        text.push_str(syllables[random.below(syllables.len())]);
    }
    text
}
