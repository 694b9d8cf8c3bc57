//! What the fuzz targets check. Each target is a function on bytes that panics where a promise is broken.
//!
//! The inputs are no containers, whose checksums would stop every mutation at the door, but the text of the parts
//! ([`package`]), or a formula. `cargo xtask fuzz` mutates them; the tests of xtask include this file and replay the
//! seeds and every kept crash without a fuzzer.
//!
//! | target | input | promise |
//! |---|---|---|
//! | [`reader`] | parts | opening and every grid: no panic; a grid is in order and agrees with itself |
//! | [`patch`] | parts and edits | no edits, same bytes; an edited cell holds what was put; nothing else differs |
//! | [`rows`] | parts and rows that come and go | every cell is where its row went; there and back is where it was |
//! | [`formula`] | a formula | the tokens are the text; a printed tree parses to itself; there and back is where it was |
//! | [`others`] | a text table, or the parts of .ods, .xlsb, .xls | no panic; a grid agrees with itself; a text means the same in every encoding |
//! | [`calc`] | a formula | no panic, soon done; a result agrees with itself and rests on what is said to be read |

pub mod calc;
pub mod formula;
pub mod others;
pub mod package;
pub mod patch;
pub mod reader;
pub mod rows;
