//! Drives `scamfilter_tests::drive::rule_source` with whatever libFuzzer finds.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| scamfilter_tests::drive::rule_source(data));
