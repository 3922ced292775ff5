//! Values as YAML: in blocks of two spaces, with every text written so that each reader gives it
//! back as it was. Which keys a document has, in which order, is for the one who writes it to say.

use serde_json::{Map, Value};

use super::scalar::escape_double;
use super::write::{plain_reads_as, quote_if_needed, quoted};

/// Columns that one level of nesting takes.
const STEP: usize = 2;

/// Readers need not look further than this for the colon after a key.
const LONGEST_KEY: usize = 900;

/// Longer texts are blocks, though they have a single line.
const LONG_LINE: usize = 100;

/// Longer texts in quotes get a line for each of theirs.
const LONG_QUOTED: usize = 80;

/// A key of a document with its value, as lines. `as_block` asks for a `|` block, where the value is a text that a
/// block can hold; other texts become blocks where they have several lines or a long one.
pub fn entry(key: &str, value: &Value, as_block: bool) -> String {
    let mut out = String::new();
    match value {
        Value::String(text) if as_block && fits_block(text) => {
            out.push_str(&name(key, 0));
            out.push_str(": ");
            block(text, 0, &mut out);
        }
        _ => entry_at(key, value, 0, &mut out),
    }
    out
}

/// A text as comments, one for each of its lines. Whatever it holds, no reader takes a part of it for content.
pub fn comment(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines().flat_map(|line| line.split(['\r', '\u{85}', '\u{2028}', '\u{2029}'])) {
        out.push_str("# ");
        out.extend(line.trim().chars().map(|c| if is_printable(c) { c } else { '\u{fffd}' }));
        out.push('\n');
    }
    out
}

/// One key with its value; `indent` is the column of the key, which has been written up to there.
fn entry_at(key: &str, value: &Value, indent: usize, out: &mut String) {
    out.push_str(&name(key, indent));
    out.push(':');
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('\n');
            mapping(map, indent + STEP, true, out);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            sequence(items, indent + STEP, out);
        }
        _ => {
            out.push(' ');
            scalar(value, indent, true, out);
        }
    }
}

fn mapping(map: &Map<String, Value>, indent: usize, indent_first: bool, out: &mut String) {
    for (i, (key, value)) in map.iter().enumerate() {
        if i > 0 || indent_first {
            pad(indent, out);
        }
        entry_at(key, value, indent, out);
    }
}

fn sequence(items: &[Value], indent: usize, out: &mut String) {
    for item in items {
        pad(indent, out);
        match item {
            Value::Object(map) if !map.is_empty() => {
                out.push_str("- ");
                mapping(map, indent + STEP, false, out);
            }
            Value::Array(inner) if !inner.is_empty() => {
                // A dash alone, so that the inner list begins on a line of its own.
                out.push_str("-\n");
                sequence(inner, indent + STEP, out);
            }
            _ => {
                out.push_str("- ");
                scalar(item, indent, false, out);
            }
        }
    }
}

/// A value without anything below it, with its line's end.
fn scalar(value: &Value, indent: usize, may_be_block: bool, out: &mut String) {
    match value {
        Value::String(text) if may_be_block && is_long(text) && fits_block(text) => block(text, indent, out),
        Value::String(text) => {
            out.push_str(&quoted_or_plain(text, indent));
            out.push('\n');
        }
        Value::Array(_) => out.push_str("[]\n"),
        Value::Object(_) => out.push_str("{}\n"),
        other => {
            out.push_str(&other.to_string());
            out.push('\n');
        }
    }
}

fn is_long(text: &str) -> bool {
    text.contains('\n') || text.chars().count() > LONG_LINE
}

/// A key; a very long one after the sign that says so.
fn name(key: &str, indent: usize) -> String {
    let written = quote_if_needed(key);
    if written.len() <= LONGEST_KEY {
        return written;
    }
    format!("? {written}\n{}", " ".repeat(indent))
}

fn pad(columns: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', columns));
}

fn quoted_or_plain(text: &str, indent: usize) -> String {
    if plain_reads_as(text, false) {
        return text.to_owned();
    }
    let inner_line = text.trim_end_matches('\n').contains('\n');
    if !inner_line || text.len() <= LONG_QUOTED {
        return quoted(text);
    }
    // A backslash at the end of a line joins it with the next, whose indentation does not count.
    let mut out = String::from("\"");
    for line in text.split_inclusive('\n') {
        out.push_str("\\\n");
        pad(indent + STEP, &mut out);
        if line.starts_with(' ') {
            out.push('\\');
        }
        out.push_str(&escape_double(line));
    }
    out.push('"');
    out
}

/// Whether a `|` block can hold a text: readers take more than the line feed for a line's end, and refuse what
/// cannot be printed.
fn fits_block(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || is_printable(c))
        && text.lines().any(|line| !line.trim_matches([' ', '\t']).is_empty())
}

/// Whether every reader takes a character as it is, and for a part of its line.
fn is_printable(c: char) -> bool {
    match c {
        '\t' => true,
        '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        c => !c.is_control(),
    }
}

/// The text as a `|` block after its key, which stands at the column `indent`.
fn block(text: &str, indent: usize, out: &mut String) {
    out.push('|');
    // The first line that holds anything tells readers the indentation, unless it begins with a blank.
    if text.lines().find(|line| !line.is_empty()).is_some_and(|line| line.starts_with([' ', '\t'])) {
        out.push_str(&STEP.to_string());
    }
    let body = text.trim_end_matches('\n');
    let ends = text.len() - body.len();
    match ends {
        0 => out.push('-'),
        1 => {}
        _ => out.push('+'),
    }
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            pad(indent + STEP, out);
            out.push_str(line);
        }
    }
    for _ in 0..ends.max(1) {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::yaml::{parse, to_json};
    use proptest::prelude::*;
    use serde_json::json;

    /// Writes the entries of a mapping and reads them with both readers; both must give them back.
    fn survives(value: &Value) -> String {
        let lines = |(key, value): (&String, &Value)| entry(key, value, key == "query");
        let text: String = value.as_object().unwrap().iter().map(lines).collect();
        reads_as(&text, value);
        text
    }

    fn reads_as(text: &str, value: &Value) {
        let ours = parse(&SourceFile::new("a.yaml", text));
        assert!(ours.errors.is_empty(), "{:?}\n{text}", ours.errors);
        assert_eq!(&to_json(ours.root.as_ref().unwrap()), value, "ours\n{text}");
        let oracle: Value = serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(&oracle, value, "oracle\n{text}");
    }

    #[test]
    fn a_template_is_written_as_people_write_it() {
        let value = json!({
            "id": "6e3a1d0c-9f3b-4b60-8c3e-0a4f4c2d7b11",
            "name": "Tool: seen",
            "triggerThreshold": 0,
            "enabled": false,
            "query": "T",
            "tactics": ["Impact", "yes"],
            "empty": [],
            "entityMappings": [
                {"entityType": "Host", "fieldMappings": [{"identifier": "FullName", "columnName": "Name"}]},
            ],
            "text": "one\n  two\n",
            "lists": [["a"], [{"b": "c\nd"}]],
        });
        assert_eq!(
            survives(&value),
            "\
id: 6e3a1d0c-9f3b-4b60-8c3e-0a4f4c2d7b11
name: \"Tool: seen\"
triggerThreshold: 0
enabled: false
query: |-
  T
tactics:
  - Impact
  - \"yes\"
empty: []
entityMappings:
  - entityType: Host
    fieldMappings:
      - identifier: FullName
        columnName: Name
text: |
  one
    two
lists:
  -
    - a
  -
    - b: |-
        c
        d
"
        );
    }

    #[test]
    fn no_text_breaks_out_of_its_comment() {
        assert_eq!(comment("Why.\nAnd how.\r\n"), "# Why.\n# And how.\n");
        let hostile = "`a\rb: 1\u{7}\u{85}c: 2`";
        assert_eq!(comment(hostile), "# `a\n# b: 1\u{fffd}\n# c: 2`\n");
    }

    #[test]
    fn each_text_gets_the_scalar_that_keeps_it() {
        for (text, start) in [
            ("a\nb\n", "query: |\n  a"),
            ("a\nb", "query: |-\n  a"),
            ("a\n\n\n", "query: |+\n  a"),
            ("  a\nb\n", "query: |2\n    a"),
            ("\n\n a", "query: |2-\n\n\n   a"),
            ("\ta\n", "query: |2\n  \ta"),
            ("a  \nb\t\n", "query: |\n  a  \n  b\t"),
            ("a\r\nb", "query: \"a\\r\\nb\""),
            ("a\u{1}", "query: \"a\\x01\""),
            ("\n", "query: \"\\n\""),
            ("  ", "query: \"  \""),
            ("", "query: \"\""),
            ("a\u{2028}b", "query: \"a\\u2028b\""),
            ("# no comment\n", "query: |\n  # no comment"),
            ("--- \n...\n", "query: |\n  --- \n  ..."),
            ("\nT\n", "query: |\n\n  T"),
            ("   \nT\n", "query: |2\n     \n  T"),
            ("a: b # c\n- d\n", "query: |\n  a: b # c\n  - d"),
            ("a\u{85}b\n", "query: \"a\\u0085b\\n\""),
            ("é\n日本\n", "query: |\n  é\n  日本"),
            ("%x\n", "query: |\n  %x"),
            (&"x ".repeat(80), "query: |-\n  x x"),
            ("yes", "query: |-\n  yes"),
            ("1.0", "query: |-\n  1.0"),
            ("'quoted'", "query: |-\n  'quoted'"),
        ] {
            let written = survives(&json!({"query": text, "after": 1}));
            assert!(written.starts_with(start), "{written}");
            survives(&json!({"nested": {"text": text, "after": [text]}}));
        }
        let long = format!("{}\r\n  second\r\n\tthird\\", "x".repeat(90));
        let written = survives(&json!({"query": long, "in": {"k": long}}));
        assert!(written.contains("\\r\\n\\\n  \\  second\\r\\n\\\n  \\tthird\\\\\""), "{written}");
    }

    #[test]
    fn very_long_keys_are_said_to_be_keys() {
        survives(&json!({"k".repeat(2000): "v", "m": {"x y".repeat(500): ["a"]}}));
    }

    fn hard_text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            proptest::sample::select(vec![
                "\n",
                " ",
                "  ",
                "\t",
                "\r",
                "\r\n",
                "a",
                "b c",
                "'",
                "\"",
                "\\",
                ":",
                ": ",
                " #",
                "#",
                "-",
                "- ",
                "|",
                "---",
                "...",
                "%",
                "{",
                "}",
                "[",
                "]",
                ",",
                "&a",
                "*a",
                "!t",
                "?",
                "\u{85}",
                "\u{a0}",
                "\u{2028}",
                "\u{feff}",
                "\u{1}",
                "\u{7f}",
                "\u{ffff}",
                "é",
                "\u{1f600}",
                "~",
                "null",
                "1",
                "0x1",
                "yes",
                "1:2",
            ])
            .prop_map(str::to_owned),
            any::<char>().prop_map(String::from),
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            4 => hard_text().prop_map(Value::String),
            1 => any::<i64>().prop_map(|number| json!(number)),
            1 => any::<bool>().prop_map(|truth| json!(truth)),
            1 => Just(Value::Null),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                proptest::collection::vec((hard_text(), inner), 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(crate::seeded::cases(2000))]

        #[test]
        fn any_text_survives_and_both_readers_agree(text in hard_text(), follows in hard_text()) {
            survives(&json!({"query": text, "in": {"query": text, "list": [text]}, "follows": follows}));
        }

        #[test]
        fn any_text_stays_in_its_comment(text in hard_text()) {
            reads_as(&(comment(&text) + "a: 1\n"), &json!({"a": 1}));
        }

        #[test]
        fn any_value_survives(entries in proptest::collection::vec((hard_text(), value()), 0..5)) {
            let entries: Map<String, Value> = entries.into_iter().collect();
            if !entries.is_empty() {
                survives(&Value::Object(entries));
            }
        }
    }
}
