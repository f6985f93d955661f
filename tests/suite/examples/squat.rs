//! Recall of look-alikes. In: nothing, or the name of a kind. Out: a table by kind; with a kind, its misses.
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a command for people")]

use scamfilter_tests::recall::{self, Recall};
use scamfilter_tests::squat::KINDS;
use scamfilter_tests::starter_filter;

fn main() {
    let (filter, brands) = (starter_filter(), recall::brands());
    let words: Vec<String> = std::env::args().skip(1).collect();
    if !words.is_empty() {
        let kind = recall::kind(&words.join(" ")).expect("no such kind");
        for (brand, host) in recall::of(&filter, &brands, kind, usize::MAX).missed {
            println!("{brand}\t{host}");
        }
        return;
    }
    println!("kind\thosts\ttold in a message\tof names with six letters\tsuspicious alone");
    let mut all = Recall::default();
    for kind in &KINDS {
        let found = recall::of(&filter, &brands, kind, usize::MAX);
        row(kind.name, &found);
        all.tried += found.tried;
        all.told += found.told;
        all.long = (all.long.0 + found.long.0, all.long.1 + found.long.1);
        all.alone += found.alone;
    }
    row("all", &all);
}

fn row(name: &str, found: &Recall) {
    let share = |part: usize, of: usize| part as f64 * 100.0 / of.max(1) as f64;
    let (tried, (long, told)) = (found.tried, found.long);
    let (all, alone) = (share(found.told, tried), share(found.alone, tried));
    println!("{name}\t{tried}\t{all:.1} %\t{:.1} %\t{alone:.1} %", share(told, long));
}
