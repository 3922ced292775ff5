//! Values as YAML in a flow mapping, as tests hold them.

use crate::engine::value::Value;
use crate::engine::{convert, json, time};
use crate::kql::types::Scalar;

/// A cell. Moments are written as their distance from now, where that is given and short to say.
pub fn cell(kind: Scalar, value: &Value, now: Option<i64>) -> String {
    match (value, now) {
        (Value::DateTime(ticks), Some(now)) if kind == Scalar::DateTime => before(*ticks, now),
        (Value::Str(text), _) if kind.dynamic() => quoted(text),
        (Value::Str(text), _) => scalar(text),
        (Value::Long(_) | Value::Int(_) | Value::Bool(_), _) => convert::text(value).to_ascii_lowercase(),
        (Value::Array(_) | Value::Bag(_) | Value::Real(_), _) => json::written(value),
        (Value::Null, _) => "null".to_owned(),
        (value, _) => quoted(&convert::text(value)),
    }
}

/// A moment as its distance from now, where that is short to say.
fn before(ticks: i64, now: i64) -> String {
    let back = now - ticks;
    if back == 0 {
        return "now".to_owned();
    }
    for (size, unit) in [(time::DAY, "d"), (time::HOUR, "h"), (time::MINUTE, "m"), (time::SECOND, "s")] {
        if back > 0 && back % size == 0 && back / size < 1000 {
            return format!("now-{}{unit}", back / size);
        }
    }
    moment(ticks)
}

/// A moment without a fraction that is zero.
pub fn moment(ticks: i64) -> String {
    time::write_moment(ticks).replace(".0000000Z", "Z")
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    json::quote(text, &mut out);
    out
}

/// A string, without quotes where it reads as the same without.
pub fn scalar(text: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | '\\' | ' ');
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let safe = starts && text.chars().all(word) && !text.ends_with(' ') && text.len() <= 120;
    let taken = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "none", "any"];
    let lower = text.to_ascii_lowercase();
    let number = lower.starts_with("inf") || lower.starts_with("nan");
    if safe && !taken.contains(&&*lower) && !lower.starts_with("now") && !number {
        text.to_owned()
    } else {
        quoted(text)
    }
}
