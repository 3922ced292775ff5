//! Small helps for writing text.

use uuid::Uuid;

use crate::diagnostic::Diagnostic;
use crate::findings::FileReport;
use crate::source::{Position, SourceFile, Span};

/// `1 file`, `2 files`
pub(super) fn count(number: usize, noun: &str) -> String {
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

/// Text on one line, with control characters made visible, so that no file can write to the terminal.
pub(crate) fn one_line(text: &str) -> String {
    visible(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Text with control characters, line feeds and tabs aside, replaced by their pictures.
pub(super) fn visible(text: &str) -> String {
    // Nearly every text is plain.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return text.to_owned();
    }
    text.chars()
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
        .collect()
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
        let mut line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        line.truncate(line.floor_char_boundary(400));
        let count = self.seen.entry((diagnostic.rule.id, line.clone())).or_insert(0);
        let name = format!("{}\n{}\n{line}\n{count}", diagnostic.rule.id, source.path());
        *count += 1;
        Uuid::new_v5(&NAMESPACE, name.as_bytes()).simple().to_string()
    }
}

/// A path as a URI reference: every byte that is not plainly allowed is percent-encoded.
pub(super) fn uri(path: &str) -> String {
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
    fn a_message_cannot_write_to_the_terminal() {
        assert_eq!(one_line("a\u{1b}[31m\r\nb\u{202e}"), "a\u{241b}[31m b\u{fffd}");
    }

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("Hunting Queries/é#1.yaml"), "Hunting%20Queries/%C3%A9%231.yaml");
    }
}
