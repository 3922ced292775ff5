//! Characters that look like others, or like nothing.

use crate::similar::alike::{self, latin as looks_like};
use crate::source::Span;

/// Whether nothing is seen of a character at a place. Marks of direction have a rule of their own, and joiners belong
/// to some scripts and to emoji.
fn is_hidden(c: char, before: Option<char>, after: Option<char>) -> bool {
    match c {
        c if alike::is_hidden(c) => true,
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{e0000}'..='\u{e007f}' => {
            before.is_none_or(|c| c.is_ascii())
        }
        '\u{200c}' | '\u{200d}' => [before, after].into_iter().flatten().any(|c| c.is_ascii()),
        _ => false,
    }
}

/// Whether a character in a string of a query looks like a space, a dash or a quote and is another one.
fn is_typographic(c: char, before: Option<char>, after: Option<char>) -> bool {
    let is_ascii = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    match c {
        '\u{00a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
            is_ascii(before) || is_ascii(after)
        }
        // A dash between words of prose has spaces around it.
        '\u{2010}'..='\u{2015}' | '\u{2212}' => is_ascii(after),
        _ => false,
    }
}

/// A character as it should be; nothing for what cannot be seen.
pub(super) fn plain(c: char) -> Option<char> {
    if c.is_ascii() { Some(c) } else { looks_like(c) }
}

/// The misleading places of a text, each with its message. `compared` says that the text is compared with data.
pub(super) fn misleading(text: &str, compared: bool) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    let is_other = |c: char| c.is_alphabetic() && !c.is_ascii() && looks_like(c).is_none();
    let is_foreign = text.chars().any(is_other);
    let (mut before, mut word) = (None, None);
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let is_word = c.is_alphanumeric() || c == '_';
        match (word, is_word) {
            (None, true) => word = Some(at),
            (Some(start), false) => {
                word = None;
                let whole = &text[start..at];
                if is_mixed(whole, is_foreign) {
                    let message =
                        format!("`{whole}` contains letters that look like Latin ones: {}", codes(whole));
                    found.push((Span::new(start, at), message));
                }
            }
            _ => {}
        }
        let after = text.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
        let span = Span::new(at, at + c.len_utf8());
        if is_hidden(c, before, after) {
            found.push((span, format!("U+{:04X} is an invisible character", u32::from(c))));
        } else if compared && is_typographic(c, before, after) {
            let what = if c.is_whitespace() { "a space" } else { "`-`" };
            found.push((span, format!("U+{:04X} looks like {what} but does not equal it", u32::from(c))));
        }
        before = Some(c);
    }
    found
}

/// Whether a word looks Latin and is not. `foreign` says that the text around it has letters of another script, to
/// which such a letter beside digits may belong.
fn is_mixed(word: &str, foreign: bool) -> bool {
    let others = || word.chars().filter(|c| c.is_alphabetic() && !c.is_ascii());
    let has_latin = word.bytes().any(|byte| byte.is_ascii_alphabetic());
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    (has_latin || (has_digit && !foreign))
        && others().next().is_some()
        && others().all(|c| looks_like(c).is_some())
}

/// The code points of the letters that are not Latin.
fn codes(word: &str) -> String {
    let mut codes: Vec<String> = Vec::new();
    for c in word.chars().filter(|c| !c.is_ascii()) {
        let code = format!("U+{:04X}", u32::from(c));
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes.join(", ")
}
