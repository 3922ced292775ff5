//! Conversions between the types: `tostring`, `tolong` and the like.

use std::rc::Rc;

pub use super::json::text;
use super::time;
use super::value::{Value, real_to_long};
use crate::kql::types::Scalar;

pub(crate) fn read_guid(text: &str) -> Option<[u8; 16]> {
    uuid::Uuid::try_parse(text.trim()).ok().map(uuid::Uuid::into_bytes)
}

/// A whole number in decimal, or in hexadecimal after `0x`.
pub(crate) fn read_long(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        return u64::from_str_radix(hex, 16).ok().map(|value| sign * value.cast_signed());
    }
    if digits.starts_with(['-', '+']) {
        return None;
    }
    text.parse().ok()
}

pub(crate) fn read_real(text: &str) -> Option<f64> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    match &*lower {
        "nan" => return Some(f64::NAN),
        "inf" | "+inf" | "infinity" | "∞" => return Some(f64::INFINITY),
        "-inf" | "-infinity" | "-∞" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    let plain =
        text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    plain.then(|| text.parse().ok()).flatten()
}

pub(crate) fn read_bool(text: &str) -> Option<bool> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Some(false);
    }
    read_long(text).map(|number| number != 0)
}

pub fn to_long(value: &Value) -> Value {
    let long = match value {
        Value::Str(text) => read_long(text).or_else(|| read_real(text).and_then(real_to_long)),
        Value::DateTime(ticks) | Value::Timespan(ticks) => Some(*ticks),
        value => value.as_long(),
    };
    long.map_or(Value::Null, Value::Long)
}

pub fn to_int(value: &Value) -> Value {
    match to_long(value) {
        Value::Long(long) => i32::try_from(long).map_or(Value::Null, Value::Int),
        value => value,
    }
}

pub fn to_real(value: &Value) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "a real holds no more")]
    let real = match value {
        Value::Str(text) => read_real(text),
        Value::DateTime(ticks) | Value::Timespan(ticks) => Some(*ticks as f64),
        value => value.as_real(),
    };
    real.map_or(Value::Null, Value::Real)
}

pub fn to_decimal(value: &Value) -> Value {
    let decimal = match value {
        Value::Str(text) => super::decimal::read(text),
        // The digits that a real is written with, not those of its binary value.
        Value::Real(real) => super::decimal::read(&real.to_string()),
        value => value.as_decimal(),
    };
    decimal.map_or(Value::Null, |decimal| Value::Decimal(Rc::new(decimal)))
}

pub fn to_bool(value: &Value) -> Value {
    let bool = match value {
        Value::Str(text) => read_bool(text),
        Value::Real(value) => Some(*value != 0.0),
        value => value.as_bool(),
    };
    bool.map_or(Value::Null, Value::Bool)
}

pub fn to_datetime(value: &Value) -> Value {
    let ticks = match value {
        Value::Str(text) => time::read_moment(text),
        Value::DateTime(ticks) => Some(*ticks),
        Value::Int(_) | Value::Long(_) => value.as_long().and_then(time::moment),
        _ => None,
    };
    ticks.map_or(Value::Null, Value::DateTime)
}

pub fn to_timespan(value: &Value) -> Value {
    let ticks = match value {
        Value::Str(text) => time::read_length(text),
        Value::Timespan(ticks) => Some(*ticks),
        Value::Int(_) | Value::Long(_) => value.as_long(),
        _ => None,
    };
    ticks.map_or(Value::Null, Value::Timespan)
}

pub fn to_guid(value: &Value) -> Value {
    match value {
        Value::Str(text) => read_guid(text).map_or(Value::Null, Value::Guid),
        Value::Guid(_) => value.clone(),
        _ => Value::Null,
    }
}

/// A string as a dynamic value: what it says as JSON, or itself.
pub fn to_dynamic(value: &Value) -> Value {
    match value {
        Value::Str(text) if text.is_empty() => Value::Null,
        Value::Str(text) => super::json::read(text).unwrap_or_else(|| value.clone()),
        value => value.clone(),
    }
}

/// A value as one of a type, as the conversion functions do it.
pub fn to(kind: Scalar, value: &Value) -> Value {
    match kind {
        Scalar::Bool => to_bool(value),
        Scalar::Int => to_int(value),
        Scalar::Long => to_long(value),
        Scalar::Real => to_real(value),
        Scalar::Decimal => to_decimal(value),
        Scalar::String => Value::Str(text(value)),
        Scalar::DateTime => to_datetime(value),
        Scalar::Timespan => to_timespan(value),
        Scalar::Guid => to_guid(value),
        _ => value.clone(),
    }
}

/// A string in a dynamic value, read as what it is compared with is.
pub(crate) fn like(string: &Rc<str>, other: &Value) -> Option<Value> {
    let own = Value::Str(Rc::clone(string));
    let value = match other {
        Value::Bool(_) => to_bool(&own),
        Value::Int(_) | Value::Long(_) | Value::Real(_) => to_real(&own),
        Value::Decimal(_) => to_decimal(&own),
        Value::DateTime(_) => to_datetime(&own),
        Value::Timespan(_) => to_timespan(&own),
        Value::Guid(_) => to_guid(&own),
        _ => Value::Null,
    };
    (!value.is_null()).then_some(value)
}

/// The name that `gettype` gives to what a value is.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Long(_) => "long",
        Value::Real(_) => "real",
        Value::Decimal(_) => "decimal",
        Value::Str(_) => "string",
        Value::DateTime(_) => "datetime",
        Value::Timespan(_) => "timespan",
        Value::Guid(_) => "guid",
        Value::Array(_) => "array",
        Value::Bag(_) => "dictionary",
    }
}
