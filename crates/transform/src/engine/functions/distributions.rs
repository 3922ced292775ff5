//! Functions of statistics: the beta distribution, and Welch's test.

#![allow(clippy::many_single_char_names, reason = "as formulas name them")]

use super::super::eval::ScalarFn;
use super::super::value::Value;
use super::numbers::log_gamma;
use super::real;

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
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
