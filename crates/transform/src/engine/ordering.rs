//! The order of values, and when two are the same: to a comparison, and as a key.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use bigdecimal::ToPrimitive as _;

use super::value::{Value, real_to_long};
use super::{convert, json};

/// How two values compare, where that can be told; `None` where one of them is null or they are of no common kind.
pub(crate) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    use Value as V;
    match (a, b) {
        (V::Null, _) | (_, V::Null) => None,
        (V::Str(a), V::Str(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (V::Bool(a), V::Bool(b)) => Some(a.cmp(b)),
        (V::Long(a), V::Long(b)) | (V::DateTime(a), V::DateTime(b)) | (V::Timespan(a), V::Timespan(b)) => {
            Some(a.cmp(b))
        }
        (V::Guid(a), V::Guid(b)) => Some(a.cmp(b)),
        (V::Int(_) | V::Long(_), V::Int(_) | V::Long(_)) => Some(a.as_long()?.cmp(&b.as_long()?)),
        (V::Decimal(_), _) | (_, V::Decimal(_)) if a.is_number() && b.is_number() => {
            Some(a.as_decimal()?.cmp(&b.as_decimal()?))
        }
        _ if a.is_number() && b.is_number() => a.as_real()?.partial_cmp(&b.as_real()?),
        // One of them lies in a dynamic value, and is read as what the other is.
        (V::Str(text), other) => compare(&convert::like(text, other)?, other),
        (other, V::Str(text)) => compare(other, &convert::like(text, other)?),
        (V::Bool(_), _) | (_, V::Bool(_)) => Some(a.as_long()?.cmp(&b.as_long()?)),
        (V::Array(_), V::Array(_)) | (V::Bag(_), V::Bag(_)) => {
            let (a, b) = (json::written(a), json::written(b));
            Some(a.cmp(&b))
        }
        _ => None,
    }
}

/// Whether two values are equal: null where both are null, false where one is.
pub(crate) fn equal(a: &Value, b: &Value) -> Option<bool> {
    match (a, b) {
        (Value::Null, Value::Null) => None,
        (Value::Null, _) | (_, Value::Null) => Some(false),
        (Value::Str(a), Value::Str(b)) => Some(a == b),
        (Value::Array(_) | Value::Bag(_), Value::Array(_) | Value::Bag(_)) => Some(same(a, b)),
        _ => Some(compare(a, b) == Some(Ordering::Equal)),
    }
}

/// Whether two values are one as a key: nulls are, and so are numbers that do not differ in value.
pub fn same(a: &Value, b: &Value) -> bool {
    use Value as V;
    match (a, b) {
        (V::Null, V::Null) => true,
        #[expect(clippy::float_cmp, reason = "a key is the same or it is not")]
        (V::Real(a), V::Real(b)) => a == b || (a.is_nan() && b.is_nan()),
        (V::Bool(a), V::Bool(b)) => a == b,
        (V::Array(a), V::Array(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b)),
        (V::Bag(a), V::Bag(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        (V::Str(a), V::Str(b)) => a == b,
        (V::Str(_) | V::Bool(_), _) | (_, V::Str(_) | V::Bool(_)) => false,
        _ => compare(a, b) == Some(Ordering::Equal),
    }
}

/// A value as a key of a hash table.
#[derive(Clone, Debug)]
pub struct Key(pub Value);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        same(&self.0, &other.0)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_value(&self.0, state);
    }
}

fn hash_value<H: Hasher>(value: &Value, state: &mut H) {
    match value {
        Value::Null => 0_u8.hash(state),
        Value::Bool(value) => value.hash(state),
        Value::Int(value) => i64::from(*value).hash(state),
        Value::Long(value) | Value::DateTime(value) | Value::Timespan(value) => value.hash(state),
        Value::Real(value) => hash_real(*value, state),
        Value::Decimal(value) => hash_real(value.to_f64().unwrap_or_default(), state),
        Value::Str(text) => text.hash(state),
        Value::Guid(bytes) => bytes.hash(state),
        Value::Array(items) => items.iter().for_each(|item| hash_value(item, state)),
        Value::Bag(members) => members.len().hash(state),
    }
}

/// Numbers of different types that are equal have the same hash.
fn hash_real<H: Hasher>(value: f64, state: &mut H) {
    match real_to_long(value) {
        #[expect(
            clippy::cast_precision_loss,
            clippy::float_cmp,
            reason = "whether it is a whole number is asked"
        )]
        Some(whole) if whole as f64 == value => whole.hash(state),
        _ if value.is_nan() => u64::MAX.hash(state),
        _ => value.to_bits().hash(state),
    }
}

/// How two values are sorted: as [`compare`] tells, and where it does not, by their kinds.
pub(crate) fn order(a: &Value, b: &Value) -> Ordering {
    fn kind(value: &Value) -> u8 {
        match value {
            Value::Null => 0,
            Value::Real(value) if value.is_nan() => 1,
            Value::Bool(_) => 2,
            Value::Int(_) | Value::Long(_) | Value::Real(_) | Value::Decimal(_) => 3,
            Value::DateTime(_) => 4,
            Value::Timespan(_) => 5,
            Value::Guid(_) => 6,
            Value::Str(_) => 7,
            Value::Array(_) => 8,
            Value::Bag(_) => 9,
        }
    }
    kind(a).cmp(&kind(b)).then_with(|| compare(a, b).unwrap_or(Ordering::Equal))
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        same(self, other)
    }
}
