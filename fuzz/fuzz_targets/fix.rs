//! Any bytes as a file to fix: fixes keep their promise, one by one and together.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sentlint::internals::holds::fixes_hold;

fuzz_target!(|bytes: &[u8]| fixes_hold(&String::from_utf8_lossy(bytes)));
