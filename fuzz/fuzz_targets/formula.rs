//! The fuzz target `formula`; what it checks is in `src/formula.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| jixiao_fuzz::formula::check(data));
