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
        "beta_cdf" => |_, args| {
            Ok(match (real(args, 0), real(args, 1), real(args, 2)) {
                (Some(x), Some(a), Some(b)) => Value::Real(beta_cdf(x, a, b)),
                _ => Value::Null,
            })
        },
        "beta_inv" => |_, args| {
            Ok(match (real(args, 0), real(args, 1), real(args, 2)) {
                (Some(p), Some(a), Some(b)) => Value::Real(beta_inv(p, a, b)),
                _ => Value::Null,
            })
        },
        "welch_test" => |_, args| {
            let given: Option<Vec<f64>> = (0..6).map(|at| real(args, at)).collect();
            Ok(match given.as_deref() {
                Some([mean_a, variance_a, count_a, mean_b, variance_b, count_b]) => {
                    Value::Real(welch((*mean_a, *variance_a, *count_a), (*mean_b, *variance_b, *count_b)))
                }
                _ => Value::Null,
            })
        },
        "beta_pdf" => |_, args| {
            Ok(match (real(args, 0), real(args, 1), real(args, 2)) {
                (Some(x), Some(a), Some(b)) if (0.0..=1.0).contains(&x) && a > 0.0 && b > 0.0 => {
                    let scale = log_gamma(a + b) - log_gamma(a) - log_gamma(b);
                    Value::Real(scale.exp() * x.powf(a - 1.0) * (1.0 - x).powf(b - 1.0))
                }
                (Some(_), Some(_), Some(_)) => Value::Real(f64::NAN),
                _ => Value::Null,
            })
        },
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

/// The regularized incomplete beta function, by its continued fraction.
fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if !(0.0..=1.0).contains(&x) || a <= 0.0 || b <= 0.0 {
        return f64::NAN;
    }
    if x <= 0.0 || x >= 1.0 {
        return x;
    }
    let front = (log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(x, a, b) / a
    } else {
        1.0 - front * fraction(1.0 - x, b, a) / b
    }
}

fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let tiny = 1e-300;
    let safe = |value: f64| if value.abs() < tiny { tiny } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / safe(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    for step in 1..=300 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / safe(1.0 + even * d);
        c = safe(1.0 + even / c);
        result *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / safe(1.0 + odd * d);
        c = safe(1.0 + odd / c);
        let delta = d * c;
        result *= delta;
        if (delta - 1.0).abs() < 1e-15 {
            break;
        }
    }
    result
}

/// Where the distribution reaches a probability: by halves, as the distribution only grows.
fn beta_inv(p: f64, a: f64, b: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || a <= 0.0 || b <= 0.0 {
        return f64::NAN;
    }
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if beta_cdf(middle, a, b) < p { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The probability that two means differ as much by chance, of mean, variance and count of each sample: Welch's test,
/// with both ends of Student's distribution.
fn welch(a: (f64, f64, f64), b: (f64, f64, f64)) -> f64 {
    let (own, other) = (a.1 / a.2, b.1 / b.2);
    let t = (a.0 - b.0) / (own + other).sqrt();
    let freedom = (own + other).powi(2) / (own.powi(2) / (a.2 - 1.0) + other.powi(2) / (b.2 - 1.0));
    beta_cdf(freedom / (freedom + t * t), freedom / 2.0, 0.5)
}
