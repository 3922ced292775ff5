//! A hunting query or rule as the repository lays it out: which key comes where, comments before keys, queries and
//! descriptions as blocks. How a single value is written so that every reader gives it back is for `yaml` to know.

use serde_json::Value;

use crate::content::ROOT_KEYS;
use crate::order::Order as _;
use crate::yaml;

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

/// Puts keys into the order of the repository; others stand with `metadata`, in the order in which they came.
pub(crate) fn sort(fields: &mut [Field]) {
    let place = |key: &str| ROOT_KEYS.iter().position(|known| *known == key);
    let rest = place("metadata");
    fields.order_by_key(|field| place(&field.key).or(rest));
}

/// The document, with a line feed at its end.
pub fn document(fields: &[Field]) -> String {
    let mut out = String::new();
    for field in fields {
        out.extend(field.comments.iter().map(|comment| yaml::comment(comment)));
        out.push_str(&yaml::entry(&field.key, &field.value, BLOCKS.contains(&field.key.as_str())));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_rule_looks_as_in_the_repository() {
        let mut fields = vec![
            Field::new("kind", "Scheduled"),
            Field::new("odd", json!({})),
            Field::new("metadata", json!({})),
            Field::new("also odd", 1),
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
             odd: {}\nmetadata: {}\nalso odd: 1\nversion: 1.0.0\nkind: Scheduled\n"
        );
    }
}
