//! Functions of the run: the time that it is, and what sketches hold.

use std::cmp::Ordering;

use super::super::aggregates::at_rank;
use super::super::aggregates::sketches;
use super::super::arithmetic;
use super::super::eval::ScalarFn;
use super::super::ordering::compare;
use super::super::value::Value;
use super::{arg, items, real, size, text};
use crate::kql::ast::BinaryOp;

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "now" => |cx, args| {
            let offset = match arg(args, 0) {
                Value::Timespan(ticks) => *ticks,
                _ => 0,
            };
            let ticks = cx.exec.now.checked_add(offset).and_then(super::super::time::moment);
            Ok(ticks.map_or(Value::Null, Value::DateTime))
        },
        "ago" => |cx, args| {
            let Value::Timespan(back) = arg(args, 0) else { return Ok(Value::Null) };
            let ticks = cx.exec.now.checked_sub(*back).and_then(super::super::time::moment);
            Ok(ticks.map_or(Value::Null, Value::DateTime))
        },
        "assert" => |_, args| match arg(args, 0).as_bool() {
            Some(false) => Err(text(args, 1).to_string()),
            other => Ok(other.map_or(Value::Null, Value::Bool)),
        },
        "around" => |_, args| Ok(around(arg(args, 0), arg(args, 1), arg(args, 2))),
        "hll_isvalid" => |_, args| Ok(Value::Bool(sketches::distinct_in(arg(args, 0)).is_some())),
        "tdigest_isvalid" => |_, args| Ok(Value::Bool(sketches::digest_in(arg(args, 0)).is_some())),
        "dcount_hll" => {
            |_, args| Ok(sketches::distinct_in(arg(args, 0)).map_or(Value::Null, |items| size(items.len())))
        }
        "hll_merge" => |_, args| {
            let all: Vec<Value> =
                args.iter().filter_map(sketches::distinct_in).flat_map(|items| items.to_vec()).collect();
            Ok(sketches::distinct_of(all.into_iter()))
        },
        "tdigest_merge" | "merge_tdigest" => |_, args| {
            let all: Vec<Value> =
                args.iter().filter_map(sketches::digest_in).flat_map(|items| items.to_vec()).collect();
            Ok(sketches::digest_of(all.into_iter()))
        },
        "percentile_tdigest" => |_, args| {
            let Some(sorted) = sketches::weighed_in(arg(args, 0)) else { return Ok(Value::Null) };
            Ok(real(args, 1).map_or(Value::Null, |wanted| at_rank(&sorted, wanted)))
        },
        "rank_tdigest" => |_, args| Ok(rank(args).map_or(Value::Null, |(rank, _)| Value::Real(rank))),
        "percentrank_tdigest" => {
            |_, args| Ok(rank(args).map_or(Value::Null, |(rank, size)| Value::Real(100.0 * rank / size)))
        }
        "percentile_array_tdigest" | "percentiles_array_tdigest" => |_, args| {
            let Some(sorted) = sketches::weighed_in(arg(args, 0)) else { return Ok(Value::Null) };
            let wanted = match items(arg(args, 1)) {
                Some(all) => all.to_vec(),
                None => args[1..].to_vec(),
            };
            let found = wanted.iter().filter_map(Value::as_real).map(|wanted| at_rank(&sorted, wanted));
            Ok(Value::array(found.collect()))
        },
        _ => return None,
    })
}

/// How many of the values in a digest are not greater than a value, and how many there are.
#[expect(clippy::cast_precision_loss, reason = "counts of values")]
fn rank(args: &[Value]) -> Option<(f64, f64)> {
    let all = sketches::weighed_in(arg(args, 0))?;
    let wanted = arg(args, 1);
    let below = all.iter().filter(|(value, _)| compare(value, wanted).is_some_and(Ordering::is_le));
    let count = below.map(|(_, weight)| weight).sum::<i64>();
    let size = all.iter().map(|(_, weight)| weight).sum::<i64>();
    (size > 0).then_some((count as f64, size as f64))
}

/// Whether a value is as near to another as is asked for.
fn around(value: &Value, center: &Value, distance: &Value) -> Value {
    let low = arithmetic::binary(BinaryOp::Subtract, center, distance);
    let high = arithmetic::binary(BinaryOp::Add, center, distance);
    match (compare(value, &low), compare(value, &high)) {
        (Some(low), Some(high)) => Value::Bool(low.is_ge() && high.is_le()),
        _ => Value::Null,
    }
}
