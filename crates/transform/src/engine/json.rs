//! Values as text: dynamic ones as JSON, read with whole numbers kept whole and written without white space.

use std::fmt::Write as _;
use std::rc::Rc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::value::{Bag, Value};
use super::{decimal, time};

/// A JSON value as it is read.
pub struct Json(pub Value);

/// Reads JSON values.
pub(crate) struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json(Value::Long(value)))
    }

    #[expect(clippy::cast_precision_loss, reason = "beyond a long, a real is the nearest there is")]
    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json(i64::try_from(value).map_or(Value::Real(value as f64), Value::Long)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json(Value::Real(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json(Value::str(value)))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(Json(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Json(Value::array(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Bag::default();
        while let Some(key) = map.next_key::<String>()? {
            let Json(value) = map.next_value()?;
            members.insert(key.into(), value);
        }
        Ok(Json(Value::bag(members)))
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

/// Reads a JSON text; `None` where it is not one.
pub(crate) fn read(text: &str) -> Option<Value> {
    serde_json::from_str::<Json>(text).ok().map(|json| json.0)
}

/// A value as JSON.
pub fn written(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

/// Adds a value as JSON. Values that JSON does not have are strings.
pub(crate) fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => {
            let _ = write!(out, "{value}");
        }
        Value::Long(value) => {
            let _ = write!(out, "{value}");
        }
        Value::Real(value) if value.is_finite() => out.push_str(&write_real(*value)),
        Value::Real(value) => quote(&write_real(*value), out),
        Value::Decimal(value) => quote(&decimal::written(value), out),
        Value::Str(text) => quote(text, out),
        Value::DateTime(ticks) => quote(&time::write_moment(*ticks), out),
        Value::Timespan(ticks) => quote(&time::write_length(*ticks), out),
        Value::Guid(bytes) => quote(&write_guid(bytes), out),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Bag(members) => {
            out.push('{');
            for (at, (key, item)) in members.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                quote(key, out);
                out.push(':');
                write(item, out);
            }
            out.push('}');
        }
    }
}

/// Adds a string in quotes.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if (c as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// The members that a name means where the path is followed: `a.b[0].c`, with or without `$` before.
pub(crate) fn follow(value: &Value, path: &str) -> Option<Value> {
    let mut found = value.clone();
    let mut rest = path.trim().strip_prefix('$').unwrap_or(path.trim());
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            if rest.starts_with('.') || rest.is_empty() {
                return None;
            }
            continue;
        }
        if let Some(after) = rest.strip_prefix('[') {
            let (inside, after) = after.split_once(']')?;
            let name = inside.trim().trim_matches(['\'', '"']);
            found = match (&found, name.parse::<i64>()) {
                (Value::Array(items), Ok(at)) => element(items, at)?,
                (Value::Bag(members), _) => members.get(name)?.clone(),
                _ => return None,
            };
            rest = after;
            continue;
        }
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        found = found.as_bag()?.get(name)?.clone();
        rest = after;
    }
    Some(found)
}

/// The item of an array; those before the first are counted from the end.
pub(crate) fn element(items: &Rc<Vec<Value>>, at: i64) -> Option<Value> {
    let at = if at < 0 { at + i64::try_from(items.len()).ok()? } else { at };
    items.get(usize::try_from(at).ok()?).cloned()
}

/// A value as a string. Null is the empty string.
pub fn text(value: &Value) -> Rc<str> {
    match value {
        Value::Str(text) => Rc::clone(text),
        Value::Null => Rc::from(""),
        // As .NET writes it.
        Value::Bool(value) => Rc::from(if *value { "true" } else { "false" }),
        Value::Int(value) => Rc::from(value.to_string()),
        Value::Long(value) => Rc::from(value.to_string()),
        Value::Real(value) => Rc::from(write_real(*value)),
        Value::Decimal(value) => Rc::from(decimal::written(value)),
        Value::DateTime(ticks) => Rc::from(time::write_moment(*ticks)),
        Value::Timespan(ticks) => Rc::from(time::write_length(*ticks)),
        Value::Guid(bytes) => Rc::from(write_guid(bytes)),
        Value::Array(_) | Value::Bag(_) => Rc::from(written(value)),
    }
}

/// A real as few digits as tell it, with at least one after the point.
pub(crate) fn write_real(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-5..1e15).contains(&size) {
        let text = format!("{value:E}");
        let (digits, exponent) = text.split_once('E').unwrap_or((&text, "0"));
        let (sign, number) = match exponent.strip_prefix('-') {
            Some(number) => ('-', number),
            None => ('+', exponent),
        };
        return format!("{digits}E{sign}{number:0>2}");
    }
    let text = value.to_string();
    if text.contains('.') { text } else { text + ".0" }
}

pub(crate) fn write_guid(bytes: &[u8; 16]) -> String {
    uuid::Uuid::from_bytes(*bytes).to_string()
}
