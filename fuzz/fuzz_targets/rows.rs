//! The fuzz target `rows`; what it checks is in `src/rows.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| jixiao_fuzz::rows::check(data));
