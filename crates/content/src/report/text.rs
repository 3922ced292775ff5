//! Small helps for writing text.

use std::borrow::Cow;

use uuid::Uuid;

use super::Root;
use crate::diagnostic::Diagnostic;
use crate::findings::FileReport;
use crate::source::{Position, SourceFile, Span};

/// `1 file`, `2 files`
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// `a, b and c`
pub(super) fn join(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., end] => format!("{} {last} {end}", rest.join(", ")),
    }
}

/// The positions of a span's two ends.
pub(super) fn ends(source: &SourceFile, span: Span) -> (Position, Position) {
    (source.position(span.start as usize), source.position(span.end as usize))
}

/// Text on one line, with one space between words.
pub fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text on one line, with control characters made visible, so that no file can write to the terminal.
pub fn one_line(text: &str) -> String {
    visible(&words(text))
}

/// Text as XML and HTML hold it, between tags and in attributes alike; characters that XML 1.0 cannot hold become visible ones.
pub fn markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' => out += "&#10;",
            '\t' => out += "&#9;",
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Text with control characters, line feeds and tabs aside, replaced by their pictures, and without what a CI runner takes
/// for a command wherever it stands.
pub(super) fn visible(text: &str) -> String {
    // Nearly every text is plain.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return without_brackets(text, "{").into_owned();
    }
    let pictures: String = text
        .chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('?'),
            '\u{7f}' => '\u{2421}',
            '\u{80}'..='\u{9f}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c => c,
        })
        .collect();
    without_brackets(&pictures, "{").into_owned()
}

/// What a note says, printed as it is: in its first line, and in further ones that sentlint began itself, which are indented
/// or begin with `error: `. A line feed that came with the text of others is a blank.
pub fn note(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    for (at, line) in text.split('\n').enumerate() {
        let begins = line.starts_with("  ") || line.starts_with("error: ");
        lines += if at == 0 {
            ""
        } else if begins {
            "\n"
        } else {
            " "
        };
        lines += line;
    }
    without_commands(&visible(&lines)).into_owned()
}

/// Lines of which each stays one, with control characters made visible and no commands for a CI runner.
pub fn printable(text: &str) -> String {
    without_commands(&visible(text)).into_owned()
}

/// Lines for people, none of which a CI runner takes for a command: GitHub's obeys a line that begins with `::` once its
/// white space is trimmed, and `##[` anywhere; that of Azure Pipelines `##vso[`.
pub fn without_commands(text: &str) -> Cow<'_, str> {
    let text = without_brackets(text, "{");
    if !text.contains("::") {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 1);
    for line in text.split_inclusive(['\n', '\r']) {
        let body = line.trim_start();
        match body.strip_prefix("::") {
            Some(rest) => {
                out += &line[..line.len() - body.len()];
                out += ": :";
                out += rest;
            }
            None => out += line,
        }
    }
    Cow::Owned(out)
}

/// The text of a report with `##[` and its like written otherwise, where `hash` is another way to write `#`.
pub(super) fn escaped_hashes<'t>(text: &'t str, hash: &str) -> Cow<'t, str> {
    replaced(text, hash, "[")
}

fn without_brackets<'t>(text: &'t str, bracket: &str) -> Cow<'t, str> {
    replaced(text, "#", bracket)
}

/// The text with another first `#` and another bracket in each `##[` and `##word[`.
fn replaced<'t>(text: &'t str, hash: &str, bracket: &str) -> Cow<'t, str> {
    let mut out = String::new();
    let mut done = 0;
    // Reports are long, and hardly any of them has such a word.
    for at in memchr::memmem::find_iter(text.as_bytes(), "##") {
        let rest = &text[at + 2..];
        // After an odd `#` the command begins one further on.
        let more = rest.len() - rest.trim_start_matches('#').len();
        let rest = &rest[more..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        if !rest[end..].starts_with('[') || at < done {
            continue;
        }
        out += &text[done..at + more];
        out += hash;
        out.push('#');
        out += &rest[..end];
        out += bracket;
        done = at + more + 2 + end + 1;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out += &text[done..];
    Cow::Owned(out)
}

/// The message, with the gate where one is named.
pub(super) fn message(diagnostic: &Diagnostic) -> String {
    match diagnostic.gate {
        Some(gate) => format!("{} (upstream gate: {gate})", diagnostic.message),
        None => diagnostic.message.clone(),
    }
}

/// The namespace of fingerprints.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f10_2c5e_7d3b_4a55_8a0e_91c4_5b0d_2e77);

/// Names for the findings of a file that stay the same while the lines around them move: the rule, the path,
/// the text of the line, and how many equal ones came before.
pub(super) struct Fingerprints<'f> {
    file: &'f FileReport,
    seen: std::collections::BTreeMap<(&'static str, String), usize>,
}

impl<'f> Fingerprints<'f> {
    /// Names for the findings of one file, which are asked for in their order.
    pub(super) fn of(file: &'f FileReport) -> Self {
        Self { file, seen: std::collections::BTreeMap::new() }
    }

    /// The name of the next finding.
    pub(super) fn next(&mut self, diagnostic: &Diagnostic) -> String {
        let source = &self.file.source;
        let line = source.slice(source.line_span(source.line_of(diagnostic.span.start as usize)));
        let line = first_words(line);
        let count = self.seen.entry((diagnostic.rule.id, line.clone())).or_insert(0);
        let name = format!("{}\n{}\n{line}\n{count}", diagnostic.rule.id, source.path());
        *count += 1;
        Uuid::new_v5(&NAMESPACE, name.as_bytes()).simple().to_string()
    }
}

/// The name of a file as it counts from the root, if it lies below that.
pub(super) fn from_root<'p>(path: &'p str, root: Option<&Root>) -> Cow<'p, str> {
    let Some(Root { folder, here }) = root else { return Cow::Borrowed(path) };
    let is_full = path.starts_with('/') || path.as_bytes().get(1) == Some(&b':');
    let full = if is_full { path.to_owned() } else { format!("{here}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in full.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let full = parts.join("/");
    let below = full.strip_prefix(folder.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/'));
    below.map_or(Cow::Borrowed(path), |below| Cow::Owned(below.to_owned()))
}

/// The first 400 bytes of a line, with one space between words. The rest of a long line is not read: it may have many findings.
fn first_words(line: &str) -> String {
    let mut words = String::new();
    for word in line.split_whitespace() {
        if words.len() >= 400 {
            break;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(&word[..word.floor_char_boundary(404)]);
    }
    words.truncate(words.floor_char_boundary(400));
    words
}

/// A path as a URI reference: every byte that is not plainly allowed is percent-encoded.
pub fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out += &format!("%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_findings_are_made_of_the_first_words() {
        for line in [
            "  a \t b  ",
            "",
            &"é ".repeat(300),
            &"日".repeat(300),
            &"ab 日x ".repeat(300),
            &format!("a {}", "日".repeat(200)),
        ] {
            let mut all = line.split_whitespace().collect::<Vec<_>>().join(" ");
            all.truncate(all.floor_char_boundary(400));
            assert_eq!(first_words(line), all);
        }
    }

    #[test]
    fn a_message_cannot_write_to_the_terminal() {
        assert_eq!(one_line("a\u{1b}[31m\r\nb\u{202e}"), "a\u{241b}[31m b\u{fffd}");
    }

    #[test]
    fn no_runner_obeys_what_is_printed() {
        assert_eq!(note("a\n::error::b"), "a ::error::b");
        assert_eq!(note("::error::b"), ": :error::b");
        assert_eq!(note("a\n  help: b\nerror: c\r::d"), "a\n  help: b\nerror: c\u{240d}::d");
        assert_eq!(note("a\n  \u{85}\u{a0}::stop-commands::x"), "a\n  \u{fffd}\u{a0}::stop-commands::x");
        assert_eq!(without_commands("a\n \t::error::b\n:: c"), "a\n \t: :error::b\n: : c");
        assert_eq!(
            one_line("x ##[set-output name=a;]b ##vso[task] ## [ ##a b["),
            "x ##{set-output name=a;]b ##vso{task] ## [ ##a b["
        );
        assert_eq!(without_commands("###[a] ##[b"), "###{a] ##{b");
        assert_eq!(escaped_hashes(r###"{"a": "##[b] # ##"}"###, "\\u0023"), r#"{"a": "\u0023#[b] # ##"}"#);
    }

    #[test]
    fn paths_count_from_the_root() {
        let root = Root { folder: "/w/repo".into(), here: "/w/repo/content".into() };
        let of = |path| from_root(path, Some(&root)).into_owned();
        assert_eq!(of("rules/a.yaml"), "content/rules/a.yaml");
        assert_eq!(of("./../b.yaml"), "b.yaml");
        assert_eq!(of("/w/repo/x/c.yaml"), "x/c.yaml");
        // What lies elsewhere keeps its name.
        assert_eq!(of("../../d.yaml"), "../../d.yaml");
        assert_eq!(of("/w/repository/e.yaml"), "/w/repository/e.yaml");
        assert_eq!(from_root("a.yaml", None), "a.yaml");
    }

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("Hunting Queries/é#1.yaml"), "Hunting%20Queries/%C3%A9%231.yaml");
    }
}
