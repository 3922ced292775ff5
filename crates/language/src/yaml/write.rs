//! Scalars as text: plain where every reader agrees on it, else quoted, or as a block.

use super::json::resolve;
use super::scalar::escape_double;
use super::{ScalarStyle, ScalarType, Value, simple};

/// The text as a one-line scalar that every reader of YAML 1.1 or 1.2 takes as this string, in any place:
/// plain if possible, else quoted.
pub fn quote_if_needed(text: &str) -> String {
    quote_if_needed_in(text, true)
}

/// The same, for a place inside or outside brackets and braces.
pub(super) fn quote_if_needed_in(text: &str, in_flow: bool) -> String {
    if plain_reads_as(text, in_flow) { text.to_owned() } else { quoted(text) }
}

/// The text in quotes: in single ones where it holds `"` or `\` and nothing that needs an escape.
pub(super) fn quoted(text: &str) -> String {
    let escaped = escape_double(text);
    let only_signs = text.chars().filter(|c| matches!(c, '"' | '\\')).count() + text.len() == escaped.len();
    if escaped.len() > text.len() && only_signs {
        return format!("'{}'", text.replace('\'', "''"));
    }
    format!("\"{escaped}\"")
}

/// Whether the text, written plain, is read as this string by YAML 1.1 and 1.2 readers alike.
pub(super) fn plain_reads_as(text: &str, in_flow: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let blank_at_edge = text.starts_with([' ', '\t']) || text.ends_with([' ', '\t']);
    let unprintable = escape_double(text).len() != text.len() && !text.contains(['"', '\\']);
    let unprintable = unprintable
        || text.chars().any(|c| {
            c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
        });
    let indicator = matches!(
        first,
        '-' | '?'
            | ':'
            | ','
            | '['
            | ']'
            | '{'
            | '}'
            | '#'
            | '&'
            | '*'
            | '!'
            | '|'
            | '>'
            | '\''
            | '"'
            | '%'
            | '@'
            | '`'
            | '='
    );
    let signs = text.contains(": ") || text.contains(" #") || text.ends_with(':') || text.contains(":\t");
    let flow_signs = in_flow && text.contains([',', '[', ']', '{', '}', ':', '?']);
    !(blank_at_edge
        || unprintable
        || indicator
        || signs
        || flow_signs
        || text.starts_with("...")
        || text == "<<")
        && resolve(text) == ScalarType::Str
        && !typed_in_1_1(text)
}

/// Whether YAML 1.1 gives a plain scalar a type other than text.
fn typed_in_1_1(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    if matches!(lower.as_str(), "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null") {
        return true;
    }
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let bare: String = lower.trim_start_matches(['+', '-']).replace('_', "");
    if resolve(&bare) != ScalarType::Str {
        return true;
    }
    if bare.strip_prefix("0b").is_some_and(|b| !b.is_empty() && b.bytes().all(|b| matches!(b, b'0' | b'1'))) {
        return true;
    }
    // 190:20:30 is a number in base 60.
    let (whole, fraction) = bare.split_once('.').unwrap_or((&bare, "0"));
    if whole.contains(':') && whole.split(':').all(digits) && (fraction.is_empty() || digits(fraction)) {
        return true;
    }
    let mut date = bare.splitn(3, '-');
    let (year, month, day) = (date.next(), date.next(), date.next());
    let is_date_part = |part: Option<&str>| part.is_some_and(|p| p.len() <= 2 && digits(p));
    year.is_some_and(|year| year.len() == 4 && digits(year))
        && is_date_part(month)
        && day.is_some_and(|day| is_date_part(Some(day.split(['t', ' ']).next().unwrap_or_default())))
}

/// The text as a `|` block with its header, without the last line's end; `None` where a block cannot say
/// it. `at_end_of_file` says that the file ends right after it.
pub(super) fn block_literal(
    text: &str,
    indent: usize,
    line_end: &str,
    at_end_of_file: bool,
) -> Option<String> {
    let body = text.trim_end_matches('\n');
    let chomping = match text.len() - body.len() {
        0 => "-",
        1 => "",
        _ => "+",
    };
    let mut out = format!("|{chomping}");
    for line in body.split('\n') {
        out.push_str(line_end);
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(line);
        }
    }
    for _ in 1..text.len() - body.len() {
        out.push_str(line_end);
    }
    if at_end_of_file && chomping.is_empty() {
        out.push_str(line_end);
    }
    let end = if at_end_of_file && !chomping.is_empty() { "" } else { line_end };
    let probe = simple::read(&format!("k: {out}{}", if at_end_of_file { "" } else { end }));
    let read = probe.root?;
    match &read.get("k")?.value {
        Value::Scalar(scalar) if scalar.style == ScalarStyle::Literal && scalar.text == text => {
            probe.failure.is_none().then_some(out)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    #[test]
    fn strings_get_the_quotes_that_need_no_escapes() {
        for (text, expected) in [
            ("ab", r#""ab""#),
            (r#"a"b"#, r#"'a"b'"#),
            (r"a\b'", r"'a\b'''"),
            ("a\tb", r#""a\tb""#),
            ("a\"\tb", r#""a\"\tb""#),
            ("", r#""""#),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }

    #[test]
    fn numbers_in_base_60_and_dates_are_typed() {
        for typed in
            ["190:20:30", "1:30", "1:30.", "1:30.5", "2024-01-01", "2024-1-1t10:00", "2024-01-01 10:00"]
        {
            assert!(typed_in_1_1(typed), "{typed}");
        }
        for typed in ["0b0", "0b10_1", "+0b1"] {
            assert!(typed_in_1_1(typed), "{typed}");
        }
        for text in
            ["0b", "0b12", "b01", "1:a", "a:1", "1:30.x", "2024-01", "2024-001-01", "202-01-01", "2024-01-x"]
        {
            assert!(!typed_in_1_1(text), "{text}");
        }
    }

    #[test]
    fn what_any_reader_would_type_is_quoted() {
        let plain = [
            "High",
            "1h",
            "1.0.0",
            "0f1e2d3c-0000-4000-8000-1234567890ab",
            "Initial access",
            "a_b",
            "é",
            "T1059.001",
        ];
        for text in plain {
            assert_eq!(quote_if_needed(text), text);
        }
        let typed = [
            "",
            "~",
            "null",
            "yes",
            "On",
            "n",
            "010",
            "1_000",
            "0x1F",
            "0b101",
            "1:30",
            "190:20:30.15",
            "2024-01-02",
            "2024-1-2T10:00:00Z",
            ".5",
            "1e5",
            "-3",
            "+1",
            ".inf",
            "=",
            "<<",
            "true",
        ];
        for text in typed {
            assert_eq!(quote_if_needed(text), format!("\"{text}\""));
        }
    }

    #[test]
    fn quoted_text_reads_as_itself() {
        let texts = [
            "a: b",
            "a #b",
            "- a",
            "@x",
            "`x`",
            "'x'",
            "\"x\"",
            "it's",
            "a\\b",
            "a\nb",
            "tab\there",
            "\u{1}",
            " x ",
            "x:",
            "[x]",
            "a, b",
            "\u{2028}",
            "\u{85}",
            "it's \"both\"",
            "...",
            "---",
            "# x",
            "\u{feff}x",
            "? x",
            "a\r\nb",
        ];
        for text in texts {
            for document in [format!("k: {}", quote_if_needed(text)), format!("[{}]", quote_if_needed(text))]
            {
                let file = SourceFile::new("a.yaml", document);
                let read = crate::yaml::parse(&file);
                assert!(read.errors.is_empty(), "{}", file.text());
                let root = read.root.unwrap();
                let node = root.pointer("/k").or(root.pointer("/0")).unwrap();
                assert_eq!(node.as_str(), Some(text), "{}", file.text());
                let oracle: serde_yaml::Value = serde_yaml::from_str(file.text()).unwrap();
                let oracle = oracle.get("k").or(oracle.get(0)).unwrap();
                assert_eq!(oracle.as_str(), Some(text), "{}", file.text());
            }
        }
    }
}
