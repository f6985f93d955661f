//! Drives `scamfilter_tests::drive::link` with whatever libFuzzer finds.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| scamfilter_tests::drive::link(data));
