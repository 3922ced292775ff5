//! How often published queries use which words where. The facts are counted by a test of the crate, which has the parser:
//! `UPDATE_USAGE=1 SENTLINT_SHARED=DIR cargo test --lib usage::count`.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::Generated;
use crate::facts::Facts;

/// `usage.deflate`: the lists without the comments, compressed, because only an editor asks for them.
pub(crate) fn usage(facts: &Facts) -> Result<Generated, String> {
    let text = facts.text("usage.txt")?;
    let mut out = String::with_capacity(text.len());
    let mut before: Option<(&str, &str)> = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.split('\t');
        let key = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let words: Vec<&str> = parts.collect();
        let counted = |pair: &[&str]| pair.len() == 2 && pair[1].parse::<u32>().is_ok_and(|count| count > 0);
        if key.0.len() != 1 || words.is_empty() || !words.chunks(2).all(counted) {
            return Err(format!("usage.txt: not a list: {line}"));
        }
        if before.is_some_and(|before| before >= key) {
            return Err(format!("usage.txt: not sorted at {} {}", key.0, key.1));
        }
        before = Some(key);
        out.push_str(line);
        out.push('\n');
    }
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let bytes = encoder.write_all(out.as_bytes()).and_then(|()| encoder.finish());
    let bytes = bytes.map_err(|error| format!("usage.txt: {error}"))?;
    Ok(Generated { name: "usage.deflate".to_owned(), bytes })
}
