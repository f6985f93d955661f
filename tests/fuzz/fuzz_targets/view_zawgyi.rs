//! Drives `scamfilter_tests::drive_text::zawgyi` with whatever libFuzzer finds.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| scamfilter_tests::drive_text::zawgyi(data));
