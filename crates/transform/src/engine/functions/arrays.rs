//! Functions on dynamic arrays, and on them as sets.

use rustc_hash::FxHashSet;

use super::super::convert;
use super::super::eval::{Cx, ScalarFn};
use super::super::ordering::{Key, order, same};
use super::super::value::Value;
use super::{Answer, arg, items, long, size};

pub(super) fn find(name: &str) -> Option<ScalarFn> {
    Some(match name {
        "pack_array" => |_, args| Ok(Value::array(args.to_vec())),
        "array_concat" => |_, args| {
            let all: Vec<Value> = args.iter().filter_map(items).flat_map(<[Value]>::to_vec).collect();
            Ok(Value::array(all))
        },
        "array_slice" => |_, args| {
            let Some(all) = items(arg(args, 0)) else { return Ok(Value::Null) };
            let (Some(start), Some(end)) = (long(args, 1), long(args, 2)) else { return Ok(Value::Null) };
            let (start, end) = (from_end(start, all.len()), from_end(end, all.len()));
            let last = usize::try_from(end.saturating_add(1)).unwrap_or_default().min(all.len());
            let first = usize::try_from(start.max(0)).unwrap_or_default().min(last);
            Ok(Value::array(all[first..last].to_vec()))
        },
        "array_split" => array_split,
        "array_reverse" => |_, args| {
            Ok(items(arg(args, 0))
                .map_or(Value::Null, |all| Value::array(all.iter().rev().cloned().collect())))
        },
        "array_sum" => |_, args| {
            let Some(all) = items(arg(args, 0)) else { return Ok(Value::Null) };
            let sum = all.iter().fold(Value::Null, |sum, item| super::super::aggregates::plus(&sum, item));
            Ok(if sum.is_null() { Value::Real(0.0) } else { sum })
        },
        "array_index_of" => array_index_of,
        "array_iff" | "array_iif" => array_iff,
        "array_rotate_left" => |_, args| Ok(rotated(args, 1)),
        "array_rotate_right" => |_, args| Ok(rotated(args, -1)),
        "array_shift_left" => |_, args| Ok(shifted(args, 1)),
        "array_shift_right" => |_, args| Ok(shifted(args, -1)),
        "array_sort_asc" => |_, args| Ok(sorted(args, false)),
        "array_sort_desc" => |_, args| Ok(sorted(args, true)),
        "set_union" => |_, args| Ok(Value::array(distinct(args.iter().filter_map(items).flatten()))),
        "set_intersect" => |_, args| {
            let Some(first) = items(arg(args, 0)) else { return Ok(Value::array(Vec::new())) };
            let others: Vec<FxHashSet<Key>> = args[1..].iter().map(set).collect();
            let all = distinct(first.iter());
            let keep = |item: &Value| others.iter().all(|other| other.contains(&Key(item.clone())));
            Ok(Value::array(all.into_iter().filter(keep).collect()))
        },
        "set_difference" => |_, args| {
            let Some(first) = items(arg(args, 0)) else { return Ok(Value::array(Vec::new())) };
            let others: Vec<FxHashSet<Key>> = args[1..].iter().map(set).collect();
            let all = distinct(first.iter());
            let keep = |item: &Value| !others.iter().any(|other| other.contains(&Key(item.clone())));
            Ok(Value::array(all.into_iter().filter(keep).collect()))
        },
        "set_has_element" => |_, args| {
            let Some(all) = items(arg(args, 0)) else { return Ok(Value::Null) };
            Ok(Value::Bool(all.iter().any(|item| same(item, arg(args, 1)))))
        },
        "set_equals" => |_, args| Ok(Value::Bool(set(arg(args, 0)) == set(arg(args, 1)))),
        "jaccard_index" => |_, args| {
            let (a, b) = (set(arg(args, 0)), set(arg(args, 1)));
            let both = a.intersection(&b).count();
            let all = a.union(&b).count();
            #[expect(clippy::cast_precision_loss, reason = "counts of items")]
            let index = if all == 0 { f64::NAN } else { both as f64 / all as f64 };
            Ok(Value::Real(index))
        },
        "zip" => |_, args| {
            let lists: Vec<&[Value]> = args.iter().map(|arg| items(arg).unwrap_or_default()).collect();
            let longest = lists.iter().map(|list| list.len()).max().unwrap_or_default();
            let row = |at: usize| {
                Value::array(lists.iter().map(|list| list.get(at).cloned().unwrap_or_default()).collect())
            };
            Ok(Value::array((0..longest).map(row).collect()))
        },
        "repeat" => |_, args| {
            let count = long(args, 1).and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
            Ok(Value::array(vec![arg(args, 0).clone(); count.min(1 << 20)]))
        },
        "range" => range,
        _ => return None,
    })
}

fn from_end(at: i64, count: usize) -> i64 {
    if at < 0 { at + i64::try_from(count).unwrap_or_default() } else { at }
}

fn set(value: &Value) -> FxHashSet<Key> {
    items(value).unwrap_or_default().iter().cloned().map(Key).collect()
}

fn distinct<'v>(all: impl Iterator<Item = &'v Value>) -> Vec<Value> {
    let mut known = FxHashSet::default();
    all.filter(|item| known.insert(Key((*item).clone()))).cloned().collect()
}

fn array_split(_: &Cx<'_>, args: &[Value]) -> Answer {
    let Some(all) = items(arg(args, 0)) else { return Ok(Value::Null) };
    let own = std::slice::from_ref(arg(args, 1));
    let mut parts = Vec::new();
    let mut from = 0;
    for at in items(arg(args, 1)).unwrap_or(own) {
        let at = from_end(at.as_long().unwrap_or_default(), all.len()).max(0);
        let at = usize::try_from(at).unwrap_or_default().min(all.len()).max(from);
        parts.push(Value::array(all[from..at].to_vec()));
        from = at;
    }
    parts.push(Value::array(all[from..].to_vec()));
    Ok(Value::array(parts))
}

fn array_index_of(_: &Cx<'_>, args: &[Value]) -> Answer {
    let Some(all) = items(arg(args, 0)) else { return Ok(Value::Null) };
    let start = from_end(long(args, 2).unwrap_or_default(), all.len()).max(0);
    let length = long(args, 3).unwrap_or(-1);
    let occurrence = long(args, 4).unwrap_or(1);
    if length < -1 || occurrence < 1 {
        return Ok(Value::Null);
    }
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let found = all.iter().enumerate().skip(start).take(length).filter(|(_, item)| same(item, arg(args, 1)));
    let nth = usize::try_from(occurrence - 1).unwrap_or_default();
    Ok(found.map(|(at, _)| at).nth(nth).map_or(Value::Long(-1), size))
}

fn array_iff(_: &Cx<'_>, args: &[Value]) -> Answer {
    let Some(conditions) = items(arg(args, 0)) else { return Ok(Value::Null) };
    let part = |value: &Value, at: usize| match value {
        Value::Array(all) => all.get(at).cloned().unwrap_or_default(),
        value => value.clone(),
    };
    let each = |(at, condition): (usize, &Value)| match condition.as_bool() {
        Some(true) => part(arg(args, 1), at),
        Some(false) => part(arg(args, 2), at),
        None => Value::Null,
    };
    Ok(Value::array(conditions.iter().enumerate().map(each).collect()))
}

fn rotated(args: &[Value], sign: i64) -> Value {
    let (Some(all), Some(by)) = (items(arg(args, 0)), long(args, 1)) else { return Value::Null };
    let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
    if count == 0 {
        return arg(args, 0).clone();
    }
    let by = usize::try_from(by.wrapping_mul(sign).rem_euclid(count)).unwrap_or_default();
    Value::array(all[by..].iter().chain(&all[..by]).cloned().collect())
}

fn shifted(args: &[Value], sign: i64) -> Value {
    let (Some(all), Some(by)) = (items(arg(args, 0)), long(args, 1)) else { return Value::Null };
    let fill = arg(args, 2);
    let by = by.wrapping_mul(sign);
    let item = |at: usize| {
        let from = i64::try_from(at).ok().and_then(|at| at.checked_add(by));
        from.and_then(|from| usize::try_from(from).ok())
            .and_then(|from| all.get(from))
            .unwrap_or(fill)
            .clone()
    };
    Value::array((0..all.len()).map(item).collect())
}

/// The first array sorted, and the others in its order; each is a value of its own.
fn sorted(args: &[Value], descending: bool) -> Value {
    let Some(first) = items(arg(args, 0)) else { return Value::array(vec![Value::Null; args.len()]) };
    let nulls_last = args.last().and_then(Value::as_bool).filter(|_| args.len() > 1).unwrap_or(true);
    let mut places: Vec<usize> = (0..first.len()).collect();
    places.sort_by(|a, b| {
        let (a, b) = (&first[*a], &first[*b]);
        match (a.is_null(), b.is_null()) {
            (false, false) => {
                // Values of different types stay apart in the same order.
                let found = order(a, b);
                let alike = a.is_number() == b.is_number();
                if descending && alike { found.reverse() } else { found }
            }
            (a, b) => {
                let found = a.cmp(&b);
                if nulls_last { found } else { found.reverse() }
            }
        }
    });
    let by_places = |list: &Value| match items(list) {
        Some(list) if list.len() == first.len() => {
            Value::array(places.iter().map(|at| list[*at].clone()).collect())
        }
        _ => Value::Null,
    };
    Value::array(args.iter().filter(|arg| arg.as_bool().is_none()).map(by_places).collect())
}

/// How many values `range` returns at most.
const MOST_ITEMS: usize = 1_048_576;

fn range(cx: &Cx<'_>, args: &[Value]) -> Answer {
    let one = match arg(args, 0) {
        Value::DateTime(_) | Value::Timespan(_) => Value::Timespan(super::super::time::HOUR),
        _ => Value::Long(1),
    };
    let step = if args.len() > 2 { arg(args, 2).clone() } else { one };
    let span = crate::source::Span::default();
    let bounds = (arg(args, 0), arg(args, 1), &step);
    let all = super::super::ops::fixed::range(cx.exec, span, bounds, MOST_ITEMS)
        .map_err(|failure| failure.message)?;
    let widen = |value: Value| match value {
        Value::Int(value) => Value::Long(i64::from(value)),
        value => value,
    };
    Ok(Value::array(all.into_iter().map(widen).collect()))
}

/// The texts of an array's items.
pub(super) fn texts(value: &Value) -> Vec<std::rc::Rc<str>> {
    items(value).unwrap_or_default().iter().map(convert::text).collect()
}
