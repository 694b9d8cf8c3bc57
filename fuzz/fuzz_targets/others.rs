//! The fuzz target `others`; what it checks is in `src/others.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| jixiao_fuzz::others::check(data));
