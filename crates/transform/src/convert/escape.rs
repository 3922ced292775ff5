//! Texts inside ARM templates.

use serde_json::Value;

/// A text that begins with `[` and ends with `]` would be evaluated as an expression; a second bracket says
/// that it is a text.
pub(super) fn text(text: &str) -> String {
    if text.starts_with('[') && text.ends_with(']') { format!("[{text}") } else { text.to_owned() }
}

/// The same for every text inside a value, keys included: those are evaluated too.
pub(super) fn value(value: Value) -> Value {
    match value {
        Value::String(string) => Value::String(text(&string)),
        Value::Array(items) => Value::Array(items.into_iter().map(self::value).collect()),
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(key, value)| (text(&key), self::value(value))).collect())
        }
        other => other,
    }
}

/// A text as it stands inside an expression's string, where a quote is doubled.
pub(super) fn in_expression(text: &str) -> String {
    text.replace('\'', "''")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_be_an_expression_is_escaped() {
        assert_eq!(text("[Dev]"), "[[Dev]");
        assert_eq!(text("[Deprecated] Old rule"), "[Deprecated] Old rule");
        assert_eq!(text("a[0]"), "a[0]");
        assert_eq!(value(serde_json::json!({"a": ["[x]"]})), serde_json::json!({"a": ["[[x]"]}));
        assert_eq!(in_expression("it's"), "it''s");
    }
}
