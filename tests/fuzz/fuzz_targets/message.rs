//! Drives `scamfilter_tests::drive::message` with whatever libFuzzer finds.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| scamfilter_tests::drive::message(data));
