//! Functions on numbers.

#![allow(clippy::many_single_char_names, reason = "as formulas name them")]

use std::rc::Rc;

use bigdecimal::ToPrimitive as _;

use super::super::arithmetic;
use super::super::eval::ScalarFn;
use super::super::ordering::order;
use super::super::value::Value;
use super::{Answer, arg, long, or_null, real};

/// A function on reals.
macro_rules! on_real {
    ($function:expr) => {
        |_, args| or_null(real(args, 0).map(|value| Value::Real(($function)(value))))
    };
}

/// A function on whole numbers.
macro_rules! on_longs {
    ($function:expr) => {
        |_, args| or_null(long(args, 0).zip(long(args, 1)).map(|(a, b)| Value::Long(($function)(a, b))))
    };
}

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "abs" => |_, args| {
            Ok(match arg(args, 0) {
                Value::Int(value) => Value::Int(value.wrapping_abs()),
                Value::Long(value) => Value::Long(value.wrapping_abs()),
                Value::Real(value) => Value::Real(value.abs()),
                Value::Timespan(value) => Value::Timespan(value.wrapping_abs()),
                Value::Decimal(value) => Value::Decimal(Rc::new(value.abs())),
                _ => Value::Null,
            })
        },
        "ceiling" => |_, args| {
            Ok(match arg(args, 0) {
                value @ (Value::Int(_) | Value::Long(_)) => value.clone(),
                value => value.as_real().map_or(Value::Null, |value| Value::Real(value.ceil())),
            })
        },
        "bin" | "floor" => |_, args| Ok(arithmetic::bin(arg(args, 0), arg(args, 1), None)),
        "bin_at" => |_, args| Ok(arithmetic::bin(arg(args, 0), arg(args, 1), Some(arg(args, 2)))),
        "sqrt" => |_, args| {
            or_null(real(args, 0).filter(|value| *value >= 0.0).map(|value| Value::Real(value.sqrt())))
        },
        "exp" => on_real!(f64::exp),
        "exp2" => on_real!(f64::exp2),
        "exp10" => on_real!(|value: f64| 10_f64.powf(value)),
        "log" => |_, args| logarithm(real(args, 0), f64::ln),
        "log2" => |_, args| logarithm(real(args, 0), f64::log2),
        "log10" => |_, args| logarithm(real(args, 0), f64::log10),
        "sin" => on_real!(f64::sin),
        "cos" => on_real!(f64::cos),
        "tan" => on_real!(f64::tan),
        "asin" => on_real!(f64::asin),
        "acos" => on_real!(f64::acos),
        "atan" => on_real!(f64::atan),
        "cot" => on_real!(|value: f64| 1.0 / value.tan()),
        "atan2" => |_, args| or_null(real(args, 0).zip(real(args, 1)).map(|(y, x)| Value::Real(y.atan2(x)))),
        "degrees" => on_real!(f64::to_degrees),
        "radians" => on_real!(f64::to_radians),
        "pi" => |_, _| Ok(Value::Real(std::f64::consts::PI)),
        "pow" => |_, args| or_null(real(args, 0).zip(real(args, 1)).map(|(a, b)| Value::Real(a.powf(b)))),
        "gamma" => on_real!(libm_gamma),
        "loggamma" => on_real!(log_gamma),
        "erf" => on_real!(erf),
        "erfc" => on_real!(|value: f64| 1.0 - erf(value)),
        "round" => round,
        "sign" => |_, args| {
            Ok(match arg(args, 0) {
                Value::Int(value) => Value::Long(i64::from(value.signum())),
                Value::Long(value) => Value::Long(value.signum()),
                value => match value.as_real() {
                    Some(0.0) => Value::Real(0.0),
                    Some(value) => Value::Real(value.signum()),
                    None => Value::Null,
                },
            })
        },
        "isnan" => |_, args| Ok(Value::Bool(real(args, 0).is_some_and(f64::is_nan))),
        "isinf" => |_, args| Ok(Value::Bool(real(args, 0).is_some_and(f64::is_infinite))),
        "isfinite" => |_, args| Ok(Value::Bool(real(args, 0).is_some_and(f64::is_finite))),
        "min_of" => |_, args| Ok(extreme(args, false)),
        "max_of" => |_, args| Ok(extreme(args, true)),
        "binary_and" => on_longs!(|a: i64, b: i64| a & b),
        "binary_or" => on_longs!(|a: i64, b: i64| a | b),
        "binary_xor" => on_longs!(|a: i64, b: i64| a ^ b),
        "binary_not" => |_, args| or_null(long(args, 0).map(|value| Value::Long(!value))),
        "binary_shift_left" => on_longs!(|a: i64, b: i64| a.wrapping_shl(shift(b))),
        "binary_shift_right" => on_longs!(|a: i64, b: i64| a.wrapping_shr(shift(b))),
        "bitset_count_ones" => {
            |_, args| or_null(long(args, 0).map(|value| Value::Long(i64::from(value.count_ones()))))
        }
        "not" => |_, args| or_null(arg(args, 0).as_bool().map(|value| Value::Bool(!value))),
        _ => return None,
    })
}

/// Shifts count modulo 64.
fn shift(by: i64) -> u32 {
    u32::try_from(by.rem_euclid(64)).unwrap_or_default()
}

fn logarithm(value: Option<f64>, of: fn(f64) -> f64) -> Answer {
    or_null(value.filter(|value| *value > 0.0).map(|value| Value::Real(of(value))))
}

fn extreme(args: &[Value], most: bool) -> Value {
    let known = args.iter().filter(|value| !value.is_null());
    let found = if most { known.max_by(|a, b| order(a, b)) } else { known.min_by(|a, b| order(a, b)) };
    found.cloned().unwrap_or_default()
}

/// Halves go away from zero.
fn round(_: &super::super::eval::Cx<'_>, args: &[Value]) -> Answer {
    let digits = long(args, 1).unwrap_or_default().clamp(-30, 30);
    Ok(match arg(args, 0) {
        Value::Decimal(value) => {
            Value::Decimal(Rc::new(value.with_scale_round(digits, bigdecimal::RoundingMode::HalfUp)))
        }
        value => match value.as_real() {
            Some(value) if value.is_finite() => {
                // By the digits that the number is written with.
                let Some(exact) = super::super::decimal::read(&value.to_string()) else {
                    return Ok(Value::Real(value));
                };
                let rounded = exact.with_scale_round(digits, bigdecimal::RoundingMode::HalfUp);
                rounded.to_f64().map_or(Value::Null, Value::Real)
            }
            Some(value) => Value::Real(value),
            None => Value::Null,
        },
    })
}

/// The logarithm of the gamma function, by Lanczos' approximation to the precision of a real.
pub(super) fn log_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

fn libm_gamma(x: f64) -> f64 {
    libm::tgamma(x)
}

fn erf(x: f64) -> f64 {
    libm::erf(x)
}
