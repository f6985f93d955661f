//! Runs every input that fuzzing found wrong once, and the seeds that it starts from, through the same drivers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use scamfilter_tests::{drive, seeds};

const REGRESSIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/regressions");

#[test]
fn what_fuzzing_found_stays_mended() {
    let targets: Vec<&str> = drive::ALL.iter().map(|(name, _)| *name).collect();
    for entry in std::fs::read_dir(REGRESSIONS).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || targets.contains(&name.as_str()), "regressions/{name} has no driver");
    }
    for (name, driver) in drive::ALL {
        let Ok(entries) = std::fs::read_dir(format!("{REGRESSIONS}/{name}")) else { continue };
        for entry in entries {
            driver(&std::fs::read(entry.unwrap().path()).unwrap());
        }
    }
}

#[test]
fn seeds_run_through_every_driver() {
    for (name, driver) in drive::ALL {
        let seeds = seeds::of(name);
        assert!(seeds.len() >= 3, "{name} has {} seeds", seeds.len());
        seeds.iter().for_each(|seed| driver(seed));
    }
}
