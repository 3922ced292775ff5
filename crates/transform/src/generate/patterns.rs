//! Strings that a regular expression matches, made of its parts.

use std::collections::HashMap;

use regex_syntax::hir::{Class, Hir, HirKind};

/// How a string is made: which alternative is taken, and how often a repetition may be left out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Style {
    pub turn: usize,
    /// Whether what may be left out is left out.
    pub short: bool,
}

/// A string that a pattern matches, with what its groups shall hold: by number, from 1.
pub(super) fn sample(pattern: &str, groups: &HashMap<u32, String>, style: Style) -> Option<String> {
    let hir = regex_syntax::Parser::new().parse(pattern).ok()?;
    let mut out = String::new();
    write(&hir, groups, style, &mut out, 0);
    Some(out)
}

fn write(hir: &Hir, groups: &HashMap<u32, String>, style: Style, out: &mut String, depth: usize) {
    if depth > 200 || out.len() > 20_000 {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => out.extend(member(class, out.len() + style.turn)),
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX);
            let count = if style.short { repetition.min } else { repetition.min.max(1).min(most) };
            for _ in 0..count.min(2_000) {
                write(&repetition.sub, groups, style, out, depth + 1);
            }
        }
        HirKind::Capture(capture) => match groups.get(&capture.index) {
            Some(text) => out.push_str(text),
            None => write(&capture.sub, groups, style, out, depth + 1),
        },
        HirKind::Concat(parts) => {
            for part in parts {
                write(part, groups, style, out, depth + 1);
            }
        }
        HirKind::Alternation(parts) => {
            // An alternative with a group that is asked for goes before others.
            let asked = parts.iter().position(|part| has_group(part, groups));
            let at = asked.unwrap_or(style.turn % parts.len().max(1));
            if let Some(part) = parts.get(at) {
                write(part, groups, style, out, depth + 1);
            }
        }
    }
}

fn has_group(hir: &Hir, groups: &HashMap<u32, String>) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => groups.contains_key(&capture.index) || has_group(&capture.sub, groups),
        HirKind::Repetition(repetition) => has_group(&repetition.sub, groups),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().any(|part| has_group(part, groups))
        }
        _ => false,
    }
}

const LIKED: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// A character of a class: a letter or a digit, if it has one.
fn member(class: &Class, turn: usize) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => {
            class.iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect()
        }
    };
    let inside = |c: char| ranges.iter().any(|(from, to)| (*from..=*to).contains(&c));
    let liked = (0..LIKED.len()).map(|at| char::from(LIKED[(at + turn) % LIKED.len()]));
    liked
        .chain("ABCDEFGHIJKLMNOPQRSTUVWXYZ_-./\\ :=+,;@#%&()[]{}<>\"'!?*$^~|`\t\n".chars())
        .find(|c| inside(*c))
        .or_else(|| ranges.first().map(|(from, _)| *from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_match_their_patterns() {
        for pattern in [
            r"^[a-z]{3}\d+$",
            r"(?i)powershell(\.exe)?\s+-e(nc)?\s+[A-Za-z0-9+/=]{20,}",
            r"\bcmd\b|\bpwsh\b",
            r"^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$",
            r"[^\x00-\x7F]",
            "a.c",
        ] {
            let compiled = regex::Regex::new(pattern).unwrap();
            for style in [Style::default(), Style { turn: 1, short: true }] {
                let text = sample(pattern, &HashMap::new(), style).unwrap();
                assert!(compiled.is_match(&text), "{pattern}: {text}");
            }
        }
    }

    #[test]
    fn groups_hold_what_is_asked() {
        let groups = HashMap::from([(1, "example.org".to_owned())]);
        let text = sample(r"https?://([^/]+)/", &groups, Style { turn: 0, short: true }).unwrap();
        assert_eq!(text, "http://example.org/");
    }
}
