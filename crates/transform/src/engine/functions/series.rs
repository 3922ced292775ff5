//! Functions on series: numbers in dynamic arrays.

use super::super::arithmetic;
use super::super::eval::{Cx, ScalarFn};
use super::super::ordering::{compare, equal};
use super::super::value::{Bag, Value};
use super::{Answer, arg, items, size};
use crate::kql::ast::BinaryOp;

/// A function of two series, item by item.
macro_rules! of_two {
    ($function:expr) => {
        |_, args| Ok(pairwise(args, $function))
    };
}

/// A function of one series, number by number.
macro_rules! of_one {
    ($function:expr) => {
        |_, args| Ok(each(args, $function))
    };
}

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    use std::cmp::Ordering as O;
    Some(match name {
        "series_add" => of_two!(|a, b| arithmetic::binary(BinaryOp::Add, a, b)),
        "series_subtract" => of_two!(|a, b| arithmetic::binary(BinaryOp::Subtract, a, b)),
        "series_multiply" => of_two!(|a, b| arithmetic::binary(BinaryOp::Multiply, a, b)),
        "series_divide" => of_two!(|a, b| match (a.as_real(), b.as_real()) {
            (Some(a), Some(b)) => Value::Real(a / b),
            _ => Value::Null,
        }),
        "series_pow" => of_two!(|a, b| match (a.as_real(), b.as_real()) {
            (Some(a), Some(b)) => Value::Real(a.powf(b)),
            _ => Value::Null,
        }),
        "series_equals" => of_two!(|a, b| truth(equal(a, b))),
        "series_not_equals" => of_two!(|a, b| truth(equal(a, b).map(|equal| !equal))),
        "series_greater" => of_two!(|a, b| truth(compare(a, b).map(|found| found == O::Greater))),
        "series_greater_equals" => of_two!(|a, b| truth(compare(a, b).map(O::is_ge))),
        "series_less" => of_two!(|a, b| truth(compare(a, b).map(|found| found == O::Less))),
        "series_less_equals" => of_two!(|a, b| truth(compare(a, b).map(O::is_le))),
        "series_abs" => |_, args| {
            let absolute = |value: &Value| match value {
                Value::Long(value) => Value::Long(value.wrapping_abs()),
                value => value.as_real().map_or(Value::Null, |value| Value::Real(value.abs())),
            };
            Ok(items(arg(args, 0))
                .map_or(Value::Null, |all| Value::array(all.iter().map(absolute).collect())))
        },
        "series_sign" => of_one!(|value: f64| if value == 0.0 { 0.0 } else { value.signum() }),
        "series_sin" => of_one!(f64::sin),
        "series_cos" => of_one!(f64::cos),
        "series_tan" => of_one!(f64::tan),
        "series_asin" => of_one!(f64::asin),
        "series_acos" => of_one!(f64::acos),
        "series_atan" => of_one!(f64::atan),
        "series_exp" => of_one!(f64::exp),
        "series_log" => of_one!(f64::ln),
        "series_ceiling" => of_one!(f64::ceil),
        "series_floor" => of_one!(f64::floor),
        "series_sum" => {
            |_, args| Ok(numbers(args, 0).map_or(Value::Null, |all| Value::Real(all.iter().sum())))
        }
        "series_product" => {
            |_, args| Ok(numbers(args, 0).map_or(Value::Null, |all| Value::Real(all.iter().product())))
        }
        "series_dot_product" => |_, args| {
            // A number stands for a series of that number.
            let (a, b) = match (numbers(args, 0), numbers(args, 1)) {
                (Some(a), Some(b)) => (a, b),
                (Some(all), None) | (None, Some(all)) => {
                    let Some(number) = args.iter().find_map(Value::as_real) else { return Ok(Value::Null) };
                    let same = vec![number; all.len()];
                    (all, same)
                }
                (None, None) => return Ok(Value::Null),
            };
            if a.is_empty() || b.is_empty() {
                return Ok(Value::Null);
            }
            Ok(Value::Real(a.iter().zip(&b).map(|(a, b)| a * b).sum()))
        },
        "series_magnitude" => |_, args| {
            Ok(numbers(args, 0).map_or(Value::Null, |all| {
                Value::Real(all.iter().map(|value| value * value).sum::<f64>().sqrt())
            }))
        },
        "series_cosine_similarity" => |_, args| {
            let (Some(a), Some(b)) = (numbers(args, 0), numbers(args, 1)) else { return Ok(Value::Null) };
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            Ok(Value::Real(dot(&a, &b) / (dot(&a, &a).sqrt() * dot(&b, &b).sqrt())))
        },
        "series_pearson_correlation" => |_, args| {
            let (Some(a), Some(b)) = (numbers(args, 0), numbers(args, 1)) else { return Ok(Value::Null) };
            let (a, b): (Vec<f64>, Vec<f64>) = a.into_iter().zip(b).unzip();
            let (a, b) = (centered(&a), centered(&b));
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            Ok(Value::Real(dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt()))
        },
        "series_fill_const" => |_, args| {
            let wanted = arg(args, 1);
            Ok(filled(args, 2, |all| {
                for item in all.iter_mut() {
                    if item.is_null() {
                        *item = wanted.clone();
                    }
                }
            }))
        },
        "series_fill_forward" => |_, args| Ok(filled(args, 1, |all| carry(all.iter_mut()))),
        "series_fill_backward" => |_, args| Ok(filled(args, 1, |all| carry(all.iter_mut().rev()))),
        "series_fill_linear" => fill_linear,
        "series_stats_dynamic" => |_, args| Ok(stats(args, true)),
        "series_stats" => |_, args| Ok(stats(args, false)),
        "series_fit_line" => |_, args| Ok(fit_line(args, false)),
        "series_fit_line_dynamic" => |_, args| Ok(fit_line(args, true)),
        "series_seasonal" => seasonal,
        "series_iir" => iir,
        "series_fir" => fir,
        _ => return None,
    })
}

fn truth(value: Option<bool>) -> Value {
    value.map_or(Value::Null, Value::Bool)
}

fn pairwise(args: &[Value], of: impl Fn(&Value, &Value) -> Value) -> Value {
    let (a, b) = (arg(args, 0), arg(args, 1));
    let count = match (items(a), items(b)) {
        (Some(a), Some(b)) => a.len().max(b.len()),
        (Some(all), None) | (None, Some(all)) => all.len(),
        (None, None) => return Value::Null,
    };
    let item = |value: &Value, at: usize| match value {
        Value::Array(all) => all.get(at).cloned().unwrap_or_default(),
        value => value.clone(),
    };
    Value::array((0..count).map(|at| of(&item(a, at), &item(b, at))).collect())
}

fn each(args: &[Value], of: impl Fn(f64) -> f64) -> Value {
    let Some(all) = items(arg(args, 0)) else { return Value::Null };
    let one = |value: &Value| value.as_real().map_or(Value::Null, |value| Value::Real(of(value)));
    Value::array(all.iter().map(one).collect())
}

fn numbers(args: &[Value], at: usize) -> Option<Vec<f64>> {
    items(arg(args, at)).map(|all| all.iter().filter_map(Value::as_real).collect())
}

#[expect(clippy::cast_precision_loss, reason = "counts of items")]
fn mean(all: &[f64]) -> f64 {
    all.iter().sum::<f64>() / all.len() as f64
}

fn centered(all: &[f64]) -> Vec<f64> {
    let mean = mean(all);
    all.iter().map(|value| value - mean).collect()
}

/// A series with what stands for missing values made null, and then filled.
fn filled(args: &[Value], placeholder: usize, fill: impl FnOnce(&mut Vec<Value>)) -> Value {
    let Some(all) = items(arg(args, 0)) else { return Value::Null };
    let missing = args.get(placeholder);
    let own = |value: &Value| match missing {
        Some(missing) if equal(value, missing) == Some(true) => Value::Null,
        _ => value.clone(),
    };
    let mut all: Vec<Value> = all.iter().map(own).collect();
    fill(&mut all);
    Value::array(all)
}

fn carry<'v>(all: impl Iterator<Item = &'v mut Value>) {
    let mut last = Value::Null;
    for item in all {
        if item.is_null() {
            *item = last.clone();
        } else {
            last = item.clone();
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "places of items")]
fn fill_linear(_: &Cx<'_>, args: &[Value]) -> Answer {
    let edges = args.get(2).and_then(Value::as_bool).unwrap_or(true);
    let constant = args.get(3).cloned().unwrap_or(Value::Real(0.0));
    let placeholder = if args.len() > 1 { 1 } else { usize::MAX };
    Ok(filled(args, placeholder, |all| {
        let known: Vec<usize> = (0..all.len()).filter(|at| all[*at].as_real().is_some()).collect();
        let (Some(first), Some(last)) = (known.first().copied(), known.last().copied()) else {
            all.fill(constant);
            return;
        };
        for pair in known.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let (Some(a), Some(b)) = (all[from].as_real(), all[to].as_real()) else { continue };
            for at in from + 1..to {
                let value = a + (b - a) * (at - from) as f64 / (to - from) as f64;
                // A series of whole numbers stays one.
                let whole = matches!((&all[from], &all[to]), (Value::Long(_), Value::Long(_)));
                let long = super::super::value::real_to_long(value).filter(|_| whole);
                all[at] = long.map_or(Value::Real(value), Value::Long);
            }
        }
        if edges {
            let (start, end) = (all[first].clone(), all[last].clone());
            all[..first].fill(start);
            all[last + 1..].fill(end);
        }
    }))
}

#[expect(clippy::cast_precision_loss, reason = "counts of items")]
fn stats(args: &[Value], as_bag: bool) -> Value {
    let Some(all) = numbers(args, 0) else { return Value::Null };
    let place = |better: fn(f64, f64) -> bool| {
        let mut found = 0;
        for at in 1..all.len() {
            if better(all[at], all[found]) {
                found = at;
            }
        }
        found
    };
    let (min, max) = (place(|a, b| a < b), place(|a, b| a > b));
    let squares: f64 = centered(&all).iter().map(|value| value * value).sum();
    let variance = if all.len() > 1 { squares / (all.len() - 1) as f64 } else { 0.0 };
    let number = |at: usize| all.get(at).map_or(Value::Null, |value| Value::Real(*value));
    let own = |at: usize| {
        items(arg(args, 0)).and_then(|items| items.get(at).cloned()).unwrap_or_else(|| number(at))
    };
    let parts = [
        ("min", own(min)),
        ("min_idx", size(min)),
        ("max", own(max)),
        ("max_idx", size(max)),
        ("avg", Value::Real(mean(&all))),
        ("stdev", Value::Real(variance.sqrt())),
        ("variance", Value::Real(variance)),
    ];
    if as_bag {
        let mut bag: Bag = parts.into_iter().map(|(name, value)| (name.into(), value)).collect();
        bag.insert("sum".into(), Value::Real(all.iter().sum()));
        bag.insert("len".into(), size(all.len()));
        return Value::bag(bag);
    }
    Value::array(parts.into_iter().map(|(_, value)| value).collect())
}

/// The line of least squares.
#[expect(clippy::cast_precision_loss, reason = "places of items")]
fn fit_line(args: &[Value], as_bag: bool) -> Value {
    let Some(y) = numbers(args, 0) else { return Value::Null };
    let n = y.len() as f64;
    // The first item is at 1.
    let x: Vec<f64> = (1..=y.len()).map(|at| at as f64).collect();
    let (mean_x, mean_y) = (mean(&x), mean(&y));
    let sxx: f64 = x.iter().map(|x| (x - mean_x) * (x - mean_x)).sum();
    let sxy: f64 = x.iter().zip(&y).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let slope = if sxx == 0.0 { 0.0 } else { sxy / sxx };
    let interception = mean_y - slope * mean_x;
    let line: Vec<f64> = x.iter().map(|x| interception + slope * x).collect();
    let total: f64 = y.iter().map(|y| (y - mean_y) * (y - mean_y)).sum();
    let rest: f64 = y.iter().zip(&line).map(|(y, fit)| (y - fit) * (y - fit)).sum();
    let variance = if y.len() > 1 { total / (n - 1.0) } else { 0.0 };
    let rvariance = if y.len() > 1 { rest / (n - 1.0) } else { 0.0 };
    let rsquare = if total == 0.0 { 0.0 } else { 1.0 - rest / total };
    let line = Value::array(line.into_iter().map(Value::Real).collect());
    let parts = [
        ("rsquare", Value::Real(rsquare)),
        ("slope", Value::Real(slope)),
        ("variance", Value::Real(variance)),
        ("rvariance", Value::Real(rvariance)),
        ("interception", Value::Real(interception)),
        ("line_fit", line),
    ];
    if as_bag {
        return Value::bag(parts.into_iter().map(|(name, value)| (name.into(), value)).collect());
    }
    Value::array(parts.into_iter().map(|(_, value)| value).collect())
}

/// For each place within a period the median of its values.
fn seasonal(_: &Cx<'_>, args: &[Value]) -> Answer {
    let Some(all) = numbers(args, 0) else { return Ok(Value::Null) };
    let Some(period) = arg(args, 1).as_long().and_then(|period| usize::try_from(period).ok()) else {
        return Err("a period that is to be detected is not implemented".to_owned());
    };
    if period == 0 || args.len() > 2 {
        return Err("these arguments are not implemented".to_owned());
    }
    let median = |first: usize| {
        let mut own: Vec<f64> = all.iter().skip(first).step_by(period).copied().collect();
        own.sort_by(f64::total_cmp);
        let middle = own.len() / 2;
        match own.len() {
            0 => f64::NAN,
            count if count % 2 == 0 => f64::midpoint(own[middle - 1], own[middle]),
            _ => own[middle],
        }
    };
    let season: Vec<f64> = (0..period.min(all.len())).map(median).collect();
    Ok(Value::array((0..all.len()).map(|at| Value::Real(season[at % period])).collect()))
}

fn iir(_: &Cx<'_>, args: &[Value]) -> Answer {
    let (Some(x), Some(b), Some(a)) = (numbers(args, 0), numbers(args, 1), numbers(args, 2)) else {
        return Ok(Value::Null);
    };
    let Some(lead) = a.first().copied().filter(|lead| *lead != 0.0) else { return Ok(Value::Null) };
    let mut y: Vec<f64> = Vec::with_capacity(x.len());
    for at in 0..x.len() {
        let forward: f64 = b.iter().enumerate().filter(|(k, _)| *k <= at).map(|(k, b)| b * x[at - k]).sum();
        let back: f64 =
            a.iter().enumerate().skip(1).filter(|(k, _)| *k <= at).map(|(k, a)| a * y[at - k]).sum();
        y.push((forward - back) / lead);
    }
    Ok(Value::array(y.into_iter().map(Value::Real).collect()))
}

fn fir(_: &Cx<'_>, args: &[Value]) -> Answer {
    let (Some(x), Some(filter)) = (numbers(args, 0), numbers(args, 1)) else { return Ok(Value::Null) };
    let normalize = args.get(2).and_then(Value::as_bool).unwrap_or(true);
    let center = args.get(3).and_then(Value::as_bool).unwrap_or(false);
    let total: f64 = filter.iter().sum();
    let scale = if normalize && total != 0.0 { total } else { 1.0 };
    let shift = if center { filter.len() / 2 } else { 0 };
    let value = |at: usize| {
        let part = |(k, weight): (usize, &f64)| {
            let place = (at + shift).checked_sub(k)?;
            x.get(place).map(|x| x * weight)
        };
        filter.iter().enumerate().filter_map(part).sum::<f64>() / scale
    };
    Ok(Value::array((0..x.len()).map(|at| Value::Real(value(at))).collect()))
}
