//! Any bytes as a file: every rule has to live with it.

#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use sentlint::internals::check::{Job, check};
use sentlint::internals::rules::{Profile, Settings};
use sentlint::internals::source::SourceFile;

static SETTINGS: LazyLock<Arc<Settings>> =
    LazyLock::new(|| Arc::new(Settings { profile: Profile::Pedantic, ..Settings::default() }));

fuzz_target!(|bytes: &[u8]| {
    // The first byte says what the rest is.
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(bytes);
    let (name, text) = match kind % 3 {
        0 => ("a.kql", text.into_owned()),
        1 => ("a.yaml", text.into_owned()),
        _ => {
            let lines: Vec<String> = text.lines().map(|line| format!("  {line}\n")).collect();
            let head = "id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11\nname: n\ndescription: d\nkind: NRT\nquery: |\n";
            ("a.yaml", head.to_owned() + &lines.concat())
        }
    };
    check(&[Job::text(SourceFile::new(name, text))], &[Arc::clone(&SETTINGS)]);
});
