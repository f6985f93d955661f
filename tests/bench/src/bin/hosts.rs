//! The host set beside what one would use otherwise, and the whole check beside a filter put together of three crates.
//! In: a mode, and a list of hosts or how many to make up. Out: a table on standard output, with all answers verified.
//!
//! `table HOSTS` each engine; `flat` own lookups from 10,000 to a million hosts; `count ENGINE HOSTS N` runs N lookups inside
//! `measured`, for callgrind to count; `whole HOSTS` checks of whole messages. HOSTS is a file, a host a line, or a number.

#[path = "../peers.rs"]
mod peers;
#[path = "../whole.rs"]
mod whole;

use peers::{ENGINES, Engine};
use scamfilter_tests::random::Random;
use std::hint::black_box;
use std::time::Instant;

#[global_allocator]
static MEMORY: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

/// Lookups of a round: half of them of listed hosts.
const ASKED: usize = 20_000;
const ROUNDS: usize = 21;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["table", hosts] => table(&hosts_of(hosts)),
        ["flat"] => [10_000, 100_000, 1_000_000].map(flat).iter().for_each(|row| println!("{row}")),
        ["count", engine, hosts, times] => count(engine, &hosts_of(hosts), times.parse().expect("a number of runs")),
        ["whole", hosts] => whole::run(&hosts_of(hosts)),
        _ => panic!("usage: table HOSTS | flat | count ENGINE HOSTS N | whole HOSTS"),
    }
}

/// The lines of a file, or made-up hosts; sorted, each once.
fn hosts_of(named: &str) -> Vec<String> {
    let mut hosts: Vec<String> = match named.parse() {
        Ok(count) => made_up(count),
        Err(_) => std::fs::read_to_string(named).expect("a list of hosts").lines().map(str::to_owned).collect(),
    };
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}

fn made_up(count: usize) -> Vec<String> {
    const PARTS: [&str; 16] = [
        "pay", "secure", "th", "bank", "verify", "parcel", "win", "app", "x", "go", "web", "my", "id", "shop", "log",
        "in",
    ];
    const ENDS: [&str; 8] = ["top", "com", "xyz", "cc", "vip", "click", "co.th", "info"];
    let mut random = Random(7);
    let mut word = |n: usize| (0..n).map(|_| PARTS[random.below(PARTS.len())]).collect::<String>();
    (0..count).map(|n| format!("{}{n:x}.{}", word(2), ENDS[n % ENDS.len()])).collect()
}

/// Names to ask for, listed and not in turn, and whether they are.
fn asked(hosts: &[String]) -> Vec<(String, bool)> {
    let mut random = Random(11);
    (0..ASKED)
        .map(|n| {
            let host = &hosts[random.below(hosts.len())];
            // Not below a listed host, which some engines take for listed too.
            if n % 2 == 0 {
                (host.clone(), true)
            } else {
                (format!("{}.not-{n}.example", host.replace('.', "-")), false)
            }
        })
        .collect()
}

fn table(hosts: &[String]) {
    println!(
        "{} hosts: engine\tbytes a host\tfile bytes a host\tbuilt ms\topened us\tns warm\tns cold\twrong",
        hosts.len()
    );
    let asked = asked(hosts);
    for (name, build) in ENGINES {
        let before = MEMORY.current_usage();
        let start = Instant::now();
        let engine = build(hosts);
        let built = start.elapsed().as_millis();
        let bytes = engine.memory.unwrap_or_else(|| MEMORY.current_usage().saturating_sub(before));
        let wrong = asked.iter().filter(|(host, listed)| (engine.find)(host) != *listed).count();
        assert!(wrong == 0 || engine.guesses, "{name} gives {wrong} wrong answers");
        let each = |bytes: usize| format!("{:.2}", bytes as f64 / hosts.len() as f64);
        let memory = if engine.memory == Some(0) { "-".to_owned() } else { each(bytes) };
        println!(
            "{name}\t{memory}\t{}\t{built}\t{}\t{}\t{}\t{wrong}",
            if engine.file > 0 { each(engine.file) } else { "-".to_owned() },
            engine.opened.map_or("-".to_owned(), |t| t.as_micros().to_string()),
            warm(&engine, &asked),
            cold(&engine, &asked),
        );
    }
}

/// Median nanoseconds a lookup.
fn warm(engine: &Engine, asked: &[(String, bool)]) -> u64 {
    let rounds = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        for (host, _) in asked {
            black_box((engine.find)(black_box(host)));
        }
        start.elapsed().as_nanos() as u64 / asked.len() as u64
    });
    median(rounds.collect())
}

/// Median nanoseconds of one lookup with the caches flushed.
fn cold(engine: &Engine, asked: &[(String, bool)]) -> u64 {
    let mut flush = vec![1u8; 64 << 20];
    let single = (0..60).map(|round| {
        flush.iter_mut().step_by(64).for_each(|b| *b = b.wrapping_add(1));
        black_box(&flush);
        let start = Instant::now();
        black_box((engine.find)(&asked[round * 7].0));
        start.elapsed().as_nanos() as u64
    });
    median(single.collect())
}

fn flat(count: usize) -> String {
    let hosts = hosts_of(&count.to_string());
    let engine = (ENGINES[0].1)(&hosts);
    // As many different names at every size, so that the caches hold the same share of the questions.
    let asked = asked(&hosts);
    format!("{count}\t{:.2}\t{}\t{}", engine.file as f64 / count as f64, warm(&engine, &asked), cold(&engine, &asked))
}

fn count(name: &str, hosts: &[String], times: usize) {
    let (_, build) = ENGINES.iter().find(|(known, _)| *known == name).expect("no such engine");
    let engine = build(hosts);
    let asked = asked(hosts);
    for (host, _) in asked.iter().cycle().take(times) {
        black_box(measured(&engine, host));
    }
}

/// Callgrind counts between entering and leaving this function.
#[inline(never)]
fn measured(engine: &Engine, host: &str) -> bool {
    (engine.find)(black_box(host))
}

pub fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values[values.len() / 2]
}
