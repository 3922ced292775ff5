//! Writing content as YAML: keys in the repository's order, texts as literal blocks that keep every character,
//! comments before keys. What reads back as another text than it should is quoted instead.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::source::SourceFile;
use crate::yaml;

/// The keys of a template in the order in which the repository writes them; others follow before `version`.
const ORDER: [&str; 27] = [
    "id",
    "name",
    "description",
    "description-detailed",
    "severity",
    "status",
    "requiredDataConnectors",
    "queryFrequency",
    "queryPeriod",
    "triggerOperator",
    "triggerThreshold",
    "enabled",
    "suppressionEnabled",
    "suppressionDuration",
    "tactics",
    "relevantTechniques",
    "tags",
    "query",
    "entityMappings",
    "sentinelEntitiesMappings",
    "customDetails",
    "alertDetailsOverride",
    "eventGroupingSettings",
    "incidentConfiguration",
    // What has no place of its own stands here.
    "",
    "version",
    "kind",
];

/// Single-line texts up to this length stand behind their key.
const LONGEST_LINE: usize = 100;
const INDENT: usize = 2;

/// A key of the document.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The key.
    pub key: String,
    /// The value.
    pub value: Value,
    /// Comments before it, without the `#`; one may have several lines.
    pub comments: Vec<String>,
}

impl Field {
    /// A key without comments.
    pub fn new(key: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { key: key.into(), value: value.into(), comments: Vec::new() }
    }
}

/// Puts keys into the order of the repository; those it does not name keep theirs.
pub fn sort(fields: &mut [Field]) {
    let place = |key: &str| ORDER.iter().position(|known| *known == key);
    let rest = place("");
    fields.sort_by_key(|field| place(&field.key).or(rest));
}

/// The document, with a line feed at its end.
pub fn document(fields: &[Field]) -> String {
    let mut out = String::new();
    for field in fields {
        for line in field.comments.iter().flat_map(|comment| comment.lines()) {
            let _ = writeln!(out, "# {}", line.trim());
        }
        entry(&mut out, &field.key, &field.value, 0);
    }
    out
}

fn entry(out: &mut String, key: &str, value: &Value, indent: usize) {
    let _ = write!(out, "{}:", yaml::inline(key));
    value_after(out, value, indent);
}

/// A value behind a colon: on the same line, or on those that follow.
fn value_after(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            list(out, items, indent + INDENT);
        }
        Value::Object(map) if !map.is_empty() => {
            out.push('\n');
            mapping(out, map, indent + INDENT, false);
        }
        value => {
            let _ = writeln!(out, " {}", scalar(value, indent + INDENT));
        }
    }
}

fn list(out: &mut String, items: &[Value], indent: usize) {
    for item in items {
        let _ = write!(out, "{:indent$}-", "");
        match item {
            Value::Object(map) if !map.is_empty() => {
                out.push(' ');
                mapping(out, map, indent + INDENT, true);
            }
            // A list right inside of a list begins on a line of its own.
            value => value_after(out, value, indent),
        }
    }
}

/// The entries of a mapping; `begun` says that the first stands behind a dash already.
fn mapping(out: &mut String, map: &Map<String, Value>, indent: usize, begun: bool) {
    for (at, (key, value)) in map.iter().enumerate() {
        if at > 0 || !begun {
            let _ = write!(out, "{:indent$}", "");
        }
        entry(out, key, value, indent);
    }
}

fn scalar(value: &Value, indent: usize) -> String {
    match value {
        Value::String(text) if text.contains('\n') || text.chars().count() > LONGEST_LINE => {
            block(text, indent).unwrap_or_else(|| yaml::inline(text))
        }
        Value::String(text) => yaml::inline(text),
        Value::Array(_) => "[]".to_owned(),
        Value::Object(_) => "{}".to_owned(),
        value => value.to_string(),
    }
}

/// A text as a literal block, its lines indented so far; `None` where a block cannot say it.
fn block(text: &str, indent: usize) -> Option<String> {
    let body = text.trim_end_matches('\n');
    // Readers differ in what else ends a line, and in what they take at all.
    let strange = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
    };
    if body.is_empty() || text.contains(strange) {
        return None;
    }
    let first = body.lines().find(|line| !line.is_empty())?;
    // Where the first line begins with blanks, the indent has to be said.
    let said = if first.starts_with([' ', '\t']) { INDENT.to_string() } else { String::new() };
    let chomping = match text.len() - body.len() {
        0 => "-",
        1 => "",
        _ => "+",
    };
    let lines = |indent: usize| {
        let mut out = format!("|{said}{chomping}");
        for line in body.split('\n').chain((1..text.len() - body.len()).map(|_| "")) {
            out.push('\n');
            if !line.is_empty() {
                let _ = write!(out, "{:indent$}{line}", "");
            }
        }
        out
    };
    let probe = SourceFile::new("probe", format!("k: {}\nl: 1\n", lines(INDENT)));
    let read = yaml::parse(&probe);
    let kept = read.errors.is_empty() && read.root?.get("k")?.as_str() == Some(text);
    kept.then(|| lines(indent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// The text reads back as the same values, with our reader and with another.
    fn holds(fields: &[Field]) {
        let text = document(fields);
        let read = yaml::parse(&SourceFile::new("a.yaml", text.clone()));
        assert!(read.errors.is_empty(), "{:?}\n{text}", read.errors);
        let expected: Map<String, Value> =
            fields.iter().map(|field| (field.key.clone(), field.value.clone())).collect();
        let expected = Value::Object(expected);
        assert_eq!(yaml::to_json(&read.root.unwrap()), expected, "{text}");
        assert_eq!(serde_yaml::from_str::<Value>(&text).unwrap(), expected, "{text}");
    }

    #[test]
    fn texts_survive() {
        let long = "x ".repeat(80);
        let texts = [
            "T\n| take 1\n",
            "T\n| take 1",
            "T\n\n\n",
            "\nT\n",
            "  indented\nfirst\n",
            "\tT\n",
            "   \nT\n",
            "a: b # c\n- d\n",
            "trailing  \nblanks \n",
            "a\r\nb\n",
            "a\u{85}b\n",
            "a\u{2028}b\n",
            "\n",
            "",
            "é\n日本\n",
            "# no comment\n",
            "--- \n...\n",
            "%x\n",
            &long,
            "yes",
            "1.0",
            "'quoted'",
        ];
        for text in texts {
            holds(&[Field::new("query", text), Field::new("version", "1.0.0")]);
            holds(&[Field::new("list", json!([text, { "a": text, "b": [text] }])), Field::new("kind", text)]);
        }
    }

    #[test]
    fn a_rule_looks_as_in_the_repository() {
        let mut fields = vec![
            Field::new("kind", "Scheduled"),
            Field::new("odd", json!({})),
            Field::new("query", "T\n| take 1\n"),
            Field { comments: vec!["Why.\nAnd how.".into()], ..Field::new("triggerThreshold", 0) },
            Field::new(
                "entityMappings",
                json!([{ "entityType": "Host", "fieldMappings": [{ "identifier": "FullName", "columnName": "A" }] }]),
            ),
            Field::new("tactics", json!(["Impact"])),
            Field::new("requiredDataConnectors", json!([])),
            Field::new("version", "1.0.0"),
        ];
        sort(&mut fields);
        assert_eq!(
            document(&fields),
            "requiredDataConnectors: []\n# Why.\n# And how.\ntriggerThreshold: 0\ntactics:\n  - Impact\nquery: |\n  T\n  | take 1\n\
             entityMappings:\n  - entityType: Host\n    fieldMappings:\n      - identifier: FullName\n        columnName: A\n\
             odd: {}\nversion: 1.0.0\nkind: Scheduled\n"
        );
    }

    proptest! {
        #[test]
        fn any_text_survives(text in "([ \t\na-z:#'\"|>-]|[^\u{0}-\u{8}]){0,40}") {
            holds(&[Field::new("a", text.clone()), Field::new("b", json!([{ "c": text }]))]);
        }
    }
}
