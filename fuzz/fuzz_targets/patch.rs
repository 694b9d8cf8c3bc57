//! The fuzz target `patch`; what it checks is in `src/patch.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| jixiao_fuzz::patch::check(data));
