//! What differs between two states of a template, and what their versions say of it.

use semver::Version;

use crate::content::same_query;
use crate::source::Span;
use crate::yaml::{Entry, Mapping, Node, Value};

/// Keys that say which template this is and how old; the others are what it does.
const IDENTITY: [&str; 2] = ["id", "version"];

/// The first key whose value is other than it was, or the place of the mapping where a key is gone. White space,
/// comments, in the query too, quotes and the order of keys make no difference.
pub(super) fn first_change(old: &Mapping, new: &Mapping) -> Option<Span> {
    let counts = |entry: &&Entry| !entry.name().is_some_and(|key| IDENTITY.contains(&key));
    let changed = |entry: &&Entry| {
        let before = entry.name().and_then(|key| old.get(key));
        !before.is_some_and(|before| same(before, &entry.value, entry.name() == Some("query")))
    };
    if let Some(entry) = new.entries.iter().filter(counts).find(changed) {
        return Some(entry.key.span);
    }
    let gone = |entry: &&Entry| entry.name().is_none_or(|key| new.get(key).is_none());
    old.entries.iter().filter(counts).find(gone)?;
    new.entries.first().map(|entry| entry.key.span)
}

fn same(old: &Node, new: &Node, query: bool) -> bool {
    match (&old.value, &new.value) {
        (Value::Scalar(old), Value::Scalar(new)) if query => same_query(&old.text, &new.text),
        (Value::Scalar(old), Value::Scalar(new)) => {
            old.text.split_whitespace().eq(new.text.split_whitespace())
        }
        (Value::Sequence(old), Value::Sequence(new)) => {
            let mut pairs = old.items.iter().zip(&new.items);
            old.items.len() == new.items.len() && pairs.all(|(old, new)| same(old, new, false))
        }
        (Value::Mapping(old), Value::Mapping(new)) => {
            let kept = |entry: &Entry| {
                entry.name().and_then(|key| old.get(key)).is_some_and(|old| same(old, &entry.value, false))
            };
            old.entries.len() == new.entries.len() && new.entries.iter().all(kept)
        }
        (Value::Alias(old), Value::Alias(new)) => old == new,
        _ => false,
    }
}

/// Reads a version as it is meant: `1.2` and `v1.2.0` are versions too.
pub(in crate::rules) fn version(text: &str) -> Option<Version> {
    let bare = text.trim().trim_start_matches(['v', 'V']);
    let parts = bare.split('.').count();
    Version::parse(bare)
        .ok()
        .or_else(|| Version::parse(&format!("{bare}{}", ".0".repeat(3_usize.checked_sub(parts)?))).ok())
}

/// The next version for a change of any kind; what kind it was is for the author to say.
pub(in crate::rules) fn bump(version: &Version) -> Option<String> {
    let (major, minor) = (version.major, version.minor);
    // A pre-release comes before the version that it prepares.
    let patch = if version.pre.is_empty() { version.patch.checked_add(1)? } else { version.patch };
    Some(format!("{major}.{minor}.{patch}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    /// The line, counted from 0, of the first change.
    fn change(old: &str, new: &str) -> Option<usize> {
        let (old, new) = (SourceFile::new("a.yaml", old), SourceFile::new("a.yaml", new));
        let (before, after) = (crate::yaml::parse(&old), crate::yaml::parse(&new));
        let (before, after) = (before.root.unwrap(), after.root.unwrap());
        let span = first_change(before.as_mapping().unwrap(), after.as_mapping().unwrap())?;
        Some(new.line_of(span.start as usize))
    }

    #[test]
    fn looks_make_no_difference() {
        for (old, new) in [
            ("id: a\nname: n\nversion: 1.0.0\n", "# new\nname: 'n' # new\nversion: 2.0.0\nid: b\n"),
            ("query: |\n  T\n  | where A == 1\n", "query: |\n    T // all\n    // more\n    |where A==1\n\n"),
            ("query: |\r\n  T\r\n  | take 1\r\n", "query: \"T | take 1\"\n"),
            ("description: |\n  one\n  two\n", "description: one  two"),
            ("tactics: [A, B]\n", "tactics:\n  - A\n  - B\n"),
            ("a: {b: 1, c: 2}\n", "a:\n  c: 2\n  b: 1\n"),
        ] {
            assert_eq!(change(old, new), None, "{old:?} and {new:?}");
        }
    }

    #[test]
    fn what_says_something_else_does() {
        for (old, new, line) in [
            ("name: n\nquery: T\n", "name: n\nquery: U\n", 1),
            ("query: T | where A == 'x y'\n", "query: T | where A == 'x  y'\n", 0),
            ("query: T | where A == 'x'\n", "query: T // | where A == 'x'\n", 0),
            ("query: ab\n", "query: a b\n", 0),
            ("name: n\ntactics: [A, B]\n", "name: n\ntactics: [B, A]\n", 1),
            ("name: n\ntags: [a]\n", "name: n\n", 0),
            ("name: n\n", "name: n\ntags: [a]\n", 1),
            ("name: a b\n", "name: ab\n", 0),
            ("a: {b: 1}\n", "a: {b: 1, c: 2}\n", 0),
        ] {
            assert_eq!(change(old, new), Some(line), "{old:?} and {new:?}");
        }
    }

    #[test]
    fn versions_are_read_as_meant_and_go_up() {
        let bumped = |text: &str| version(text).and_then(|version| bump(&version));
        assert_eq!(bumped("1.0.9").as_deref(), Some("1.0.10"));
        assert_eq!(bumped("v1.2").as_deref(), Some("1.2.1"));
        assert_eq!(bumped("2").as_deref(), Some("2.0.1"));
        assert_eq!(bumped("1.0.0-beta").as_deref(), Some("1.0.0"));
        for text in ["", "x", "1.0.0.0", "1..0", "1.0.99999999999999999999", "18446744073709551616"] {
            assert_eq!(bumped(text), None, "{text}");
        }
        assert_eq!(version("1.0.18446744073709551615").and_then(|version| bump(&version)), None);
        assert!(version("1.10.0") > version("1.9.9"));
    }
}
