//! Values of files as values of columns: what a type can hold, and what type a column has whose values are known.

use super::super::table::Schema;
use super::super::value::Value;
use super::super::{convert, json, time};
use crate::kql::types::Scalar;

/// What is said of a column that a table does not have.
pub fn no_column(name: &str, schema: &Schema) -> String {
    let names = schema.columns.iter().map(|(name, _)| &**name);
    let near = crate::similar::nearest(name, names).map(|near| format!("; did you mean `{near}`?"));
    format!("the table has no column `{name}`{}", near.unwrap_or_default())
}

/// A value of JSON as the engine has it.
pub fn of_json(value: &serde_json::Value) -> Value {
    json::read(&value.to_string()).unwrap_or_default()
}

/// A value of JSON as one of a column's type, or why it is none.
pub fn typed(kind: Scalar, value: Value) -> Result<Value, String> {
    let shown = |value: &Value| {
        let text = json::written(value);
        let short: String = text.chars().take(60).collect();
        format!("`{short}` is not one")
    };
    Ok(match (kind, value) {
        (kind, Value::Null) => Value::missing(kind),
        (Scalar::Dynamic | Scalar::Unknown, value @ Value::Str(_)) => convert::to_dynamic(&value),
        (Scalar::Dynamic | Scalar::Unknown, value) | (Scalar::String, value @ Value::Str(_)) => value,
        (Scalar::String, value) => Value::Str(convert::text(&value)),
        (kind, value) => {
            let fits = match (&value, kind) {
                (Value::Str(text), kind) => return of_text(kind, text),
                (Value::Bool(_), kind) => kind == Scalar::Bool,
                (Value::Real(real), Scalar::Int | Scalar::Long) => real.fract() == 0.0,
                (value, Scalar::Int | Scalar::Long | Scalar::Real | Scalar::Decimal) => value.is_number(),
                (Value::Long(0 | 1), Scalar::Bool) => true,
                _ => false,
            };
            let made = if fits { convert::to(kind, &value) } else { Value::Null };
            if made.is_null() {
                return Err(shown(&value));
            }
            made
        }
    })
}

/// A text as a value of a column's type, or why it is none.
pub fn of_text(kind: Scalar, text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Ok(if kind == Scalar::String { Value::str(text) } else { Value::missing(kind) });
    }
    let own = Value::str(text);
    if matches!(kind, Scalar::Dynamic | Scalar::Unknown) {
        return Ok(convert::to_dynamic(&own));
    }
    let made = convert::to(kind, &own);
    if made.is_null() {
        let short: String = text.chars().take(60).collect();
        return Err(format!("`{short}` is not one"));
    }
    Ok(made)
}

/// The type of a column that holds a value of JSON; `None` for null.
pub fn kind_of(value: &Value) -> Option<Scalar> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) => Scalar::Bool,
        Value::Int(_) | Value::Long(_) => Scalar::Long,
        Value::Real(_) => Scalar::Real,
        Value::Array(_) | Value::Bag(_) => Scalar::Dynamic,
        Value::Str(text) if is_moment(text) => Scalar::DateTime,
        _ => Scalar::String,
    })
}

pub(super) fn is_moment(text: &str) -> bool {
    text.len() >= 19 && text.as_bytes().get(10) == Some(&b'T') && time::read_moment(text).is_some()
}

pub(super) fn kind_of_text(text: &str) -> Option<Scalar> {
    let text = text.trim();
    Some(if text.is_empty() {
        return None;
    } else if matches!(text, "true" | "false" | "True" | "False") {
        Scalar::Bool
    } else if text.parse::<i64>().is_ok() {
        Scalar::Long
    } else if convert::read_real(text).is_some_and(f64::is_finite) {
        Scalar::Real
    } else if is_moment(text) {
        Scalar::DateTime
    } else {
        Scalar::String
    })
}
