//! The functions of ARM's expressions that can be worked out without Azure.

use serde_json::{Map, Value};

use crate::convert::values::is_empty;

pub(super) const MOST_BYTES: usize = 4_000_000;

/// Calls a function, its name in lower case; `None` where only Azure knows the answer or the arguments do not fit.
pub(super) fn call(name: &str, arguments: &[Value]) -> Option<Value> {
    use Value::{Array, Bool, Null, Object, String as Text};
    Some(match (name, arguments) {
        ("concat", [Array(_), ..]) => Array(lists(arguments)?.concat()),
        ("concat", _) => Text(texts(arguments)?.concat()),
        ("format", [Text(pattern), values @ ..]) => Text(format(pattern, &texts(values)?)?),
        ("replace", [Text(text), Text(old), Text(new)]) if !old.is_empty() => {
            let most = text.len() / old.len() * new.len() + text.len();
            (most <= 2 * MOST_BYTES).then(|| Text(text.replace(old.as_str(), new)))?
        }
        ("tolower", [Text(text)]) => Text(text.to_lowercase()),
        ("toupper", [Text(text)]) => Text(text.to_uppercase()),
        ("trim", [Text(text)]) => text.trim().into(),
        ("string", [Text(text)]) => text.as_str().into(),
        ("string", [value]) => value.to_string().into(),
        ("int", [Text(text)]) => text.trim().parse::<i64>().ok()?.into(),
        ("int", [Value::Number(number)]) => Value::Number(number.clone()),
        ("bool", [Text(text)]) => Bool(text.eq_ignore_ascii_case("true") || text == "1"),
        ("bool", [Bool(truth)]) => Bool(*truth),
        ("true", []) => Bool(true),
        ("false", []) => Bool(false),
        ("null", []) => Null,
        ("json", [Text(text)]) => serde_json::from_str(text).ok()?,
        ("createarray", items) => Array(items.to_vec()),
        ("array", [Array(items)]) => Array(items.clone()),
        ("array", [item]) => Array(vec![item.clone()]),
        ("createobject", pairs) if pairs.len() % 2 == 0 => {
            let pair = |pair: &[Value]| Some((pair.first()?.as_str()?.to_owned(), pair.get(1)?.clone()));
            Object(pairs.chunks(2).map(pair).collect::<Option<Map<_, _>>>()?)
        }
        ("split", [Text(text), Text(separator)]) if !separator.is_empty() => {
            text.split(separator.as_str()).map(Value::from).collect()
        }
        ("join", [Array(items), Text(separator)]) => Text(texts(items)?.join(separator.as_str())),
        ("first", [Array(items)]) => items.first().cloned()?,
        ("last", [Array(items)]) => items.last().cloned()?,
        ("first", [Text(text)]) => text.chars().take(1).collect::<String>().into(),
        ("last", [Text(text)]) => text.chars().next_back().map(String::from).unwrap_or_default().into(),
        ("take", [Text(text), count]) => text.chars().take(index(count)?).collect::<String>().into(),
        ("skip", [Text(text), count]) => text.chars().skip(index(count)?).collect::<String>().into(),
        ("take", [Array(items), count]) => items.iter().take(index(count)?).cloned().collect(),
        ("skip", [Array(items), count]) => items.iter().skip(index(count)?).cloned().collect(),
        ("substring", [Text(text), start]) => text.chars().skip(index(start)?).collect::<String>().into(),
        ("substring", [Text(text), start, length]) => {
            text.chars().skip(index(start)?).take(index(length)?).collect::<String>().into()
        }
        ("length", [Text(text)]) => text.chars().count().into(),
        ("length", [Array(items)]) => items.len().into(),
        ("length", [Object(map)]) => map.len().into(),
        ("empty", [value]) => Bool(is_empty(value)),
        ("coalesce", values) => values.iter().find(|value| !value.is_null()).cloned().unwrap_or(Null),
        ("not", [Bool(truth)]) => Bool(!truth),
        ("and", values) => Bool(truths(values)?.iter().all(|truth| *truth)),
        ("or", values) => Bool(truths(values)?.iter().any(|truth| *truth)),
        ("equals", [a, b]) => Bool(a == b),
        ("contains", [Text(text), Text(part)]) => Bool(text.contains(part.as_str())),
        ("contains", [Array(items), item]) => Bool(items.contains(item)),
        ("contains", [Object(map), Text(key)]) => Bool(map.keys().any(|name| name.eq_ignore_ascii_case(key))),
        ("startswith", [Text(text), Text(part)]) => {
            Bool(text.to_lowercase().starts_with(&part.to_lowercase()))
        }
        ("endswith", [Text(text), Text(part)]) => Bool(text.to_lowercase().ends_with(&part.to_lowercase())),
        ("union", [Array(_), ..]) => {
            let mut all: Vec<Value> = Vec::new();
            for item in lists(arguments)?.concat() {
                if !all.contains(&item) {
                    all.push(item);
                }
            }
            Array(all)
        }
        ("base64tostring", [Text(text)]) => Text(String::from_utf8(base64(text)?).ok()?),
        // The subscription and the group are unknown, and only the last part of an id is asked for.
        ("resourceid" | "extensionresourceid" | "subscriptionresourceid" | "tenantresourceid", _) => {
            Text(texts(arguments)?.join("/"))
        }
        _ => return None,
    })
}

fn index(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}

fn texts(values: &[Value]) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        // As .NET writes them.
        Value::Bool(truth) => Some(if *truth { "True" } else { "False" }.to_owned()),
        _ => None,
    };
    values.iter().map(text).collect()
}

fn lists(values: &[Value]) -> Option<Vec<Vec<Value>>> {
    values.iter().map(|value| value.as_array().cloned()).collect()
}

fn truths(values: &[Value]) -> Option<Vec<bool>> {
    values.iter().map(Value::as_bool).collect()
}

/// `{0}` and its relatives; doubled braces are braces. A form after a colon or comma would change the text.
fn format(pattern: &str, values: &[String]) -> Option<String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let sign = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(sign) {
            out.push_str(sign);
            rest = after;
        } else if sign == "{" {
            let (number, after) = rest.split_once('}')?;
            out.push_str(values.get(number.trim().parse::<usize>().ok()?)?);
            rest = after;
            if out.len() > MOST_BYTES {
                return None;
            }
        } else {
            return None;
        }
    }
    out.push_str(rest);
    Some(out)
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let (mut out, mut bits, mut count) = (Vec::new(), 0u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn functions_answer_as_azure_does() {
        for (name, arguments, expected) in [
            ("concat", json!(["a", 1, true]), json!("a1True")),
            ("concat", json!([["a"], ["b"]]), json!(["a", "b"])),
            ("format", json!(["{0}/{{x}}/{1}{0}", "a", 2]), json!("a/{x}/2a")),
            ("replace", json!(["b", "b", ""]), json!("")),
            ("json", json!(["{\"a\": []}"]), json!({"a": []})),
            ("last", json!([["a", "b"]]), json!("b")),
            ("first", json!(["xy"]), json!("x")),
            ("split", json!(["a/b", "/"]), json!(["a", "b"])),
            ("take", json!(["abc", 2]), json!("ab")),
            ("substring", json!(["abcd", 1, 2]), json!("bc")),
            ("coalesce", json!([null, "x"]), json!("x")),
            ("union", json!([["a", "b"], ["b", "c"]]), json!(["a", "b", "c"])),
            ("createobject", json!(["k", [1]]), json!({"k": [1]})),
            ("resourceid", json!(["A/b", "c"]), json!("A/b/c")),
            ("base64tostring", json!(["VCB8IHRha2UgMQ=="]), json!("T | take 1")),
            ("string", json!([{"a": 1}]), json!("{\"a\":1}")),
        ] {
            let arguments: Vec<Value> = arguments.as_array().unwrap().clone();
            assert_eq!(call(name, &arguments), Some(expected), "{name}");
        }
        for (name, arguments) in [
            ("uniquestring", json!(["a"])),
            ("format", json!(["{0:N}", "a"])),
            ("format", json!(["{1}", "a"])),
            ("json", json!(["{"])),
            ("createobject", json!(["k"])),
            ("replace", json!(["a", "", "b"])),
        ] {
            assert_eq!(call(name, arguments.as_array().unwrap()), None, "{name}");
        }
    }
}
