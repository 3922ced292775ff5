//! Writing content as YAML: keys in the repository's order, comments before keys.

use std::fmt::Write as _;

use serde_json::Value;

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

/// The keys whose texts are blocks even if they have a single line.
const BLOCKS: [&str; 2] = ["description", "query"];

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
        out.push_str(&yaml::entry(&field.key, &field.value, BLOCKS.contains(&field.key.as_str())));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use proptest::prelude::*;
    use serde_json::{Map, json};

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
