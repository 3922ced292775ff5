//! Comparisons of strings: words, parts, ends and patterns, with and without regard to case.

use std::borrow::Cow;
use std::rc::Rc;

use super::convert;
use super::exec::{Exec, Failure};
use super::value::Value;
use crate::kql::ast::{StringOp, StringTest};

/// A string as it compares where case does not count.
pub(crate) fn folded(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(text)
        }
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

/// What a comparison says of two values. Those that are not strings are compared as `tostring` writes them.
pub fn test(exec: &Exec, op: StringOp, a: &Value, b: &Value) -> Result<Value, Failure> {
    let (text, needle): (Rc<str>, Rc<str>) = (convert::text(a), convert::text(b));
    let folds = op.folds_case;
    let found = match op.test {
        StringTest::Equals => same(&text, &needle, folds),
        StringTest::Search | StringTest::Has => has_term(&text, &needle, folds),
        StringTest::HasPrefix => find_words(&text, &needle, folds, true, false),
        StringTest::HasSuffix => find_words(&text, &needle, folds, false, true),
        StringTest::Contains => contains(&text, &needle, folds),
        StringTest::StartsWith if folds => folded(&text).starts_with(&*folded(&needle)),
        StringTest::StartsWith => text.starts_with(&*needle),
        StringTest::EndsWith if folds => folded(&text).ends_with(&*folded(&needle)),
        StringTest::EndsWith => text.ends_with(&*needle),
        StringTest::Like => {
            let pattern = like_pattern(&needle, folds);
            exec.regex(&pattern).map_err(Failure::new)?.is_match(&text)
        }
        StringTest::Regex => exec.regex(&needle).map_err(Failure::new)?.is_match(&text),
    };
    Ok(Value::Bool(found != op.negated))
}

fn like_pattern(pattern: &str, folds: bool) -> String {
    let parts: Vec<String> = pattern.split(['*', '%']).map(regex::escape).collect();
    format!("(?s{})^{}$", if folds { "i" } else { "" }, parts.join(".*"))
}

pub fn same(a: &str, b: &str, folds: bool) -> bool {
    if folds { a.len() == b.len() && a.eq_ignore_ascii_case(b) || folded(a) == folded(b) } else { a == b }
}

pub(crate) fn contains(text: &str, needle: &str, folds: bool) -> bool {
    find_from(text, needle, 0, folds).is_some()
}

/// Where a string stands in another, at or after a place. Only strings of ASCII are looked for in place.
fn find_from(text: &str, needle: &str, from: usize, folds: bool) -> Option<usize> {
    if !folds {
        return memchr::memmem::find(text.as_bytes().get(from..)?, needle.as_bytes()).map(|at| at + from);
    }
    let (text, needle) = (text.as_bytes().get(from..)?, needle.as_bytes());
    let Some(first) = needle.first() else { return Some(from) };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let last = text.len().checked_sub(needle.len())?;
    let mut at = 0;
    while at <= last {
        let next = memchr::memchr2(lower, upper, &text[at..=last])?;
        at += next;
        if text[at..at + needle.len()].eq_ignore_ascii_case(needle) {
            return Some(from + at);
        }
        at += 1;
    }
    None
}

/// Whether a string has a term: the term stands between characters that are neither letters nor digits.
pub(crate) fn has_term(text: &str, term: &str, folds: bool) -> bool {
    find_words(text, term, folds, true, true)
}

fn find_words(text: &str, needle: &str, folds: bool, start: bool, end: bool) -> bool {
    if folds && !(needle.is_ascii() && text.is_ascii()) {
        return find_words_in(&folded(text), &folded(needle), false, start, end);
    }
    find_words_in(text, needle, folds, start, end)
}

fn find_words_in(text: &str, needle: &str, folds: bool, start: bool, end: bool) -> bool {
    if needle.is_empty() {
        return true;
    }
    let word = |c: char| c.is_alphanumeric();
    let begins = needle.chars().next().is_some_and(word);
    let ends = needle.chars().next_back().is_some_and(word);
    let mut from = 0;
    while let Some(at) = find_from(text, needle, from, folds) {
        let after = at + needle.len();
        let free_before = !start || !begins || !text[..at].chars().next_back().is_some_and(word);
        let free_after = !end || !ends || !text[after..].chars().next().is_some_and(word);
        if free_before && free_after {
            return true;
        }
        from = at + needle.chars().next().map_or(1, char::len_utf8);
    }
    false
}
