//! The fuzz target `calc`; what it checks is in `src/calc.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| jixiao_fuzz::calc::check(data));
