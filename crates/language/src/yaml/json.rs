//! Scalar types of the YAML 1.2 core schema, and the tree as JSON.

use super::{Node, ScalarType, Value};
use serde_json::{Map, Number};

/// The type of a plain scalar in the core schema.
pub(super) fn resolve(text: &str) -> ScalarType {
    // Most scalars are words and long texts, and the first character tells that of nearly all.
    match text.as_bytes().first() {
        _ if is_null(text) => ScalarType::Null,
        Some(b't' | b'T' | b'f' | b'F') => match text {
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => ScalarType::Bool,
            _ => ScalarType::Str,
        },
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') if is_int(text) => ScalarType::Int,
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') if is_float(text) => ScalarType::Float,
        _ => ScalarType::Str,
    }
}

/// Whether a plain scalar is null.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

fn is_int(text: &str) -> bool {
    if let Some(digits) = text.strip_prefix("0o") {
        return !digits.is_empty() && digits.bytes().all(|b| matches!(b, b'0'..=b'7'));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    }
    let digits = unsigned(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn is_float(text: &str) -> bool {
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let text = unsigned(text);
    if matches!(text, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(unsigned(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let exponent_is_fine = exponent.is_none_or(|e| !e.is_empty() && digits(e));
    !(whole.is_empty() && fraction.is_empty()) && digits(whole) && digits(fraction) && exponent_is_fine
}

/// The tree as JSON, typed by the core schema. Of a repeated key the first wins, a scalar key
/// becomes its text, any other key `[...]` or `{...}` (never its content, which may nest), an alias becomes null, and a number that JSON cannot say becomes text.
pub fn to_json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Alias(_) => serde_json::Value::Null,
        Value::Sequence(sequence) => sequence.items.iter().map(to_json).collect(),
        Value::Mapping(mapping) => {
            let mut map = Map::with_capacity(mapping.entries.len());
            for entry in &mapping.entries {
                let key = match &entry.key.value {
                    Value::Scalar(key) => key.text.clone(),
                    Value::Alias(name) => format!("*{name}"),
                    Value::Sequence(_) => "[...]".to_owned(),
                    Value::Mapping(_) => "{...}".to_owned(),
                };
                map.entry(key).or_insert_with(|| to_json(&entry.value));
            }
            serde_json::Value::Object(map)
        }
        Value::Scalar(scalar) => {
            let text = scalar.text.as_str();
            match node.scalar_type() {
                Some(ScalarType::Null) => serde_json::Value::Null,
                Some(ScalarType::Bool) => serde_json::Value::Bool(text.starts_with(['t', 'T'])),
                Some(ScalarType::Int | ScalarType::Float) => {
                    number(text).map_or_else(|| text.into(), serde_json::Value::Number)
                }
                _ => text.into(),
            }
        }
    }
}

fn number(text: &str) -> Option<Number> {
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return u64::from_str_radix(digits, radix).ok().map(Number::from);
        }
    }
    if is_int(text) {
        if let Ok(number) = text.parse::<i64>() {
            return Some(number.into());
        }
        if let Ok(number) = text.parse::<u64>() {
            return Some(number.into());
        }
    }
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_schema_types_plain_scalars() {
        let cases = [
            ("", ScalarType::Null),
            ("~", ScalarType::Null),
            ("True", ScalarType::Bool),
            ("yes", ScalarType::Str),
            ("010", ScalarType::Int),
            ("-3", ScalarType::Int),
            ("0x1F", ScalarType::Int),
            ("0x", ScalarType::Str),
            ("1_000", ScalarType::Str),
            ("1.0", ScalarType::Float),
            ("1.0.0", ScalarType::Str),
            (".5e-3", ScalarType::Float),
            ("1e5", ScalarType::Float),
            ("e5", ScalarType::Str),
            (".", ScalarType::Str),
            ("-", ScalarType::Str),
            ("-.inf", ScalarType::Float),
            ("2h", ScalarType::Str),
        ];
        for (text, expected) in cases {
            assert_eq!(resolve(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_keep_their_kind() {
        assert_eq!(number("18446744073709551615"), Some(Number::from(u64::MAX)));
        assert_eq!(number("0x10"), Some(Number::from(16)));
        assert_eq!(number("+7"), Some(Number::from(7)));
        assert_eq!(number("1.0"), Number::from_f64(1.0));
        assert_eq!(number(".inf"), None);
    }
}
