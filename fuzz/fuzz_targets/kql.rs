//! Any bytes as a query: the lexer and the parser must give tokens, a tree and errors that fit the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sentlint::internals::kql::holds;

fuzz_target!(|bytes: &[u8]| holds(&String::from_utf8_lossy(bytes)));
