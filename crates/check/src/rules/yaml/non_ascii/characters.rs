//! Characters outside ASCII: where they are, and what stands for them in ASCII.

use crate::rules::yaml::hidden_direction_mark::is_direction_mark;

/// What typographic characters are written as in plain text.
pub(super) fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{2032}' => "'",
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2033}' => "\"",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        '\u{2026}' => "...",
        '\u{00a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{00ad}' => "",
        '\u{2022}' | '\u{00b7}' => "*",
        _ => return None,
    })
}

/// The runs of characters outside ASCII from an offset on.
pub(super) fn runs(text: &str, from: usize) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut rest = from;
    // What hides the direction of a text is an error of its own.
    let is_reported = |c: char| !c.is_ascii() && !is_direction_mark(c);
    while let Some(start) = text[rest..].find(is_reported).map(|at| rest + at) {
        let end = text[start..].find(|c: char| !is_reported(c)).map_or(text.len(), |at| start + at);
        found.push((start, &text[start..end]));
        rest = end;
    }
    found
}
