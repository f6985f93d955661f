//! Measures one case. In: a mode and the name of a case. Out: a number on standard output.
//!
//! `list`; `time CASE` median and least nanoseconds warm; `cold CASE` median nanoseconds with the caches flushed;
//! `count CASE N` runs it N times inside `measured`, for callgrind to count; `first PACK…` nanoseconds to the first verdict;
//! `phrases` a table of engines for phrases.

mod cases;
mod phrases;

use cases::{Bench, Case};
use scamfilter::{Level, Message, PackSource, ScamFilter};
use std::hint::black_box;
use std::time::{Duration, Instant};

fn main() {
    let begun = Instant::now();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["first", packs @ ..] => first(begun, packs),
        ["phrases"] => phrases::run(),
        ["list"] => Bench::new().cases.iter().for_each(|c| println!("{}", c.name)),
        ["time", name] => with(name, time),
        ["cold", name] => with(name, cold),
        ["count", name, times] => {
            let times: u32 = times.parse().expect("a number of runs");
            with(name, |bench, case| {
                bench.run(case);
                (0..times).for_each(|_| measured(bench, case));
            });
        }
        _ => panic!("usage: list | phrases | time CASE | cold CASE | count CASE N | first PACK…"),
    }
}

fn with(name: &str, mode: impl Fn(&Bench, &Case)) {
    let bench = Bench::new();
    let case = bench.cases.iter().find(|c| c.name == name).expect("no such case");
    mode(&bench, case);
}

/// Callgrind counts between entering and leaving this function.
#[inline(never)]
fn measured(bench: &Bench, case: &Case) {
    bench.run(black_box(case));
}

fn time(bench: &Bench, case: &Case) {
    let start = Instant::now();
    bench.run(case);
    let once = start.elapsed().max(Duration::from_nanos(20));
    let runs = (Duration::from_millis(5).as_nanos() / once.as_nanos()).clamp(1, 100_000) as u32;
    let batches: Vec<u64> = (0..60)
        .map(|_| {
            let start = Instant::now();
            (0..runs).for_each(|_| bench.run(case));
            (start.elapsed() / runs).as_nanos() as u64
        })
        .collect();
    println!("{} {}", median(batches.clone()), batches.iter().min().expect("60 batches"));
}

fn cold(bench: &Bench, case: &Case) {
    let mut flush = vec![1u8; 64 << 20];
    let single: Vec<u64> = (0..40)
        .map(|round| {
            flush.iter_mut().step_by(64).for_each(|b| *b = b.wrapping_add(round));
            black_box(&flush);
            let start = Instant::now();
            bench.run(case);
            start.elapsed().as_nanos() as u64
        })
        .collect();
    println!("{}", median(single));
}

fn first(begun: Instant, packs: &[&str]) {
    let sources = packs.iter().map(|p| PackSource::new(std::fs::read(p).expect("a pack")));
    let filter = ScamFilter::open(sources.collect()).expect("the packs open");
    let verdict = filter.check(&Message::sms("พัสดุของท่านตกค้าง ยืนยันที่อยู่ที่ bit.ly/xyz"));
    assert_eq!(verdict.level, Level::Scam);
    println!("{}", begun.elapsed().as_nanos());
}

fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values[values.len() / 2]
}
