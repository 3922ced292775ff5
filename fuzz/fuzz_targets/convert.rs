//! Any bytes as a file to convert: YAML keeps its query, there and back, and JSON is read or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sentlint::internals::holds::{conversion_holds, way_back_holds};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    if text.trim_start().starts_with('{') { way_back_holds(&text) } else { conversion_holds(&text) }
});
