//! The fuzz target `reader`; what it checks is in `src/reader.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| jixiao_fuzz::reader::check(data));
