//! The operators on numbers, moments and lengths of time.

use std::rc::Rc;

use super::time;
use super::value::Value;
use crate::kql::ast::BinaryOp;

pub fn minus(value: &Value) -> Value {
    match value {
        Value::Int(value) => Value::Long(-i64::from(*value)),
        Value::Long(value) => Value::Long(value.wrapping_neg()),
        Value::Real(value) => Value::Real(-value),
        Value::Decimal(value) => Value::Decimal(Rc::new(-(**value).clone())),
        Value::Timespan(value) => Value::Timespan(value.wrapping_neg()),
        _ => Value::Null,
    }
}

/// The value of `a op b` of numbers, moments and lengths of time. Null where one of them is null, the operator does not
/// take them or the result cannot be told.
pub fn binary(op: BinaryOp, a: &Value, b: &Value) -> Value {
    use Value as V;
    match (a, b) {
        (V::Null, _) | (_, V::Null) => V::Null,
        (V::DateTime(a), V::Timespan(b)) => moments(op, *a, *b),
        (V::Timespan(a), V::DateTime(b)) if op == BinaryOp::Add => moments(op, *b, *a),
        (V::DateTime(a), V::DateTime(b)) if op == BinaryOp::Subtract => {
            a.checked_sub(*b).map_or(V::Null, V::Timespan)
        }
        (V::Timespan(a), V::Timespan(b)) => lengths(op, *a, *b),
        (V::Timespan(a), number) if number.is_number() => match (op, number) {
            (BinaryOp::Multiply, V::Int(_) | V::Long(_)) => {
                number.as_long().and_then(|number| a.checked_mul(number)).map_or(V::Null, V::Timespan)
            }
            (BinaryOp::Multiply, _) => scaled(*a, number.as_real()),
            (BinaryOp::Divide, V::Int(_) | V::Long(_)) => {
                number.as_long().and_then(|number| a.checked_div(number)).map_or(V::Null, V::Timespan)
            }
            (BinaryOp::Divide, _) => scaled(*a, number.as_real().filter(|real| *real != 0.0).map(f64::recip)),
            _ => V::Null,
        },
        (number, V::Timespan(_)) if number.is_number() && op == BinaryOp::Multiply => binary(op, b, a),
        (V::Decimal(_), _) | (_, V::Decimal(_)) => decimals(op, a, b),
        (V::Real(_), _) | (_, V::Real(_)) => match (a.as_real(), b.as_real()) {
            (Some(a), Some(b)) => reals(op, a, b),
            _ => V::Null,
        },
        _ => match (a.as_long(), b.as_long()) {
            (Some(a), Some(b)) if a_number(a, b, op) => longs(op, a, b),
            _ => V::Null,
        },
    }
}

/// Whole numbers divide without a rest, and not by zero.
fn a_number(_: i64, b: i64, op: BinaryOp) -> bool {
    b != 0 || !matches!(op, BinaryOp::Divide | BinaryOp::Modulo)
}

fn longs(op: BinaryOp, a: i64, b: i64) -> Value {
    Value::Long(match op {
        BinaryOp::Add => a.wrapping_add(b),
        BinaryOp::Subtract => a.wrapping_sub(b),
        BinaryOp::Multiply => a.wrapping_mul(b),
        BinaryOp::Divide => a.wrapping_div(b),
        BinaryOp::Modulo => a.wrapping_rem(b),
        _ => return Value::Null,
    })
}

fn reals(op: BinaryOp, a: f64, b: f64) -> Value {
    Value::Real(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::Divide => a / b,
        BinaryOp::Modulo => a % b,
        _ => return Value::Null,
    })
}

fn decimals(op: BinaryOp, a: &Value, b: &Value) -> Value {
    let (Some(a), Some(b)) = (a.as_decimal(), b.as_decimal()) else { return Value::Null };
    let zero = b.sign() == bigdecimal::num_bigint::Sign::NoSign;
    let value = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::Divide if !zero => a / b,
        BinaryOp::Modulo if !zero => a % b,
        _ => return Value::Null,
    };
    Value::Decimal(Rc::new(super::decimal::rounded(value)))
}

fn moments(op: BinaryOp, moment: i64, length: i64) -> Value {
    let ticks = match op {
        BinaryOp::Add => moment.checked_add(length),
        BinaryOp::Subtract => moment.checked_sub(length),
        BinaryOp::Modulo => return moment.checked_rem(length).map_or(Value::Null, Value::Timespan),
        _ => None,
    };
    ticks.and_then(time::moment).map_or(Value::Null, Value::DateTime)
}

fn lengths(op: BinaryOp, a: i64, b: i64) -> Value {
    let ticks = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Subtract => a.checked_sub(b),
        BinaryOp::Modulo => a.checked_rem(b),
        #[expect(clippy::cast_precision_loss, reason = "a real holds no more")]
        BinaryOp::Divide => return Value::Real(a as f64 / b as f64),
        _ => None,
    };
    ticks.map_or(Value::Null, Value::Timespan)
}

fn scaled(ticks: i64, factor: Option<f64>) -> Value {
    factor.and_then(|factor| time::scaled(ticks, factor)).map_or(Value::Null, Value::Timespan)
}

/// The largest multiple of a size, counted from a fixed value, that is not above a value.
pub fn bin(value: &Value, size: &Value, from: Option<&Value>) -> Value {
    use Value as V;
    let down = |value: i64, size: i64, from: i64| {
        if size == 0 {
            return None;
        }
        let size = size.checked_abs()?;
        let distance = value.checked_sub(from)?;
        distance.div_euclid(size).checked_mul(size)?.checked_add(from)
    };
    match (value, size) {
        (V::DateTime(ticks), size @ (V::Timespan(_) | V::Int(_) | V::Long(_))) => {
            let size = match size {
                V::Timespan(size) => Some(*size),
                _ => size.as_long().and_then(|days| days.checked_mul(time::DAY)),
            };
            let from = match from {
                Some(V::DateTime(from)) => *from,
                Some(_) => return V::Null,
                None => 0,
            };
            size.and_then(|size| down(*ticks, size, from)).and_then(time::moment).map_or(V::Null, V::DateTime)
        }
        (V::Timespan(ticks), V::Timespan(size)) => {
            let from = match from {
                Some(V::Timespan(from)) => *from,
                Some(_) => return V::Null,
                None => 0,
            };
            down(*ticks, *size, from).map_or(V::Null, V::Timespan)
        }
        (V::Int(_) | V::Long(_), V::Int(_) | V::Long(_))
            if from.is_none_or(|from| matches!(from, V::Int(_) | V::Long(_))) =>
        {
            match (value.as_long(), size.as_long(), from.map_or(Some(0), V::as_long)) {
                (Some(value), Some(size), Some(from)) => down(value, size, from).map_or(V::Null, V::Long),
                _ => V::Null,
            }
        }
        (value, size) if value.is_number() && size.is_number() => {
            match (value.as_real(), size.as_real(), from.map_or(Some(0.0), V::as_real)) {
                (Some(value), Some(size), Some(from)) if size != 0.0 => {
                    V::Real(((value - from) / size).floor() * size + from)
                }
                _ => V::Null,
            }
        }
        _ => V::Null,
    }
}
