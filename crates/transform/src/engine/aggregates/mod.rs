//! Aggregates: what a group of rows comes to.

use std::fmt;
use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::arithmetic;
use super::eval::is_empty;
use super::ordering::{Key, order};
use super::value::{Bag, Value};
use crate::kql::ast::BinaryOp;

pub mod sketches;
mod spread;

use spread::{Spread, Together};

/// Gathers the values of a group.
pub(crate) trait Accumulate: fmt::Debug {
    fn add(&mut self, args: &[Value]);
    /// Adds the results, as many as the aggregate has columns.
    fn finish(&mut self, out: &mut Vec<Value>);
}

/// How an aggregate begins. `columns` is how many it returns.
pub(crate) type Begin = fn(columns: usize) -> Box<dyn Accumulate>;

/// The aggregate of a name: how it begins, and which of its arguments is a condition, where one is.
pub(crate) fn find(name: &str) -> Option<(Begin, Option<usize>)> {
    let begin: Begin = match name {
        "count" | "cnt" => |_| Box::new(Count(0)),
        "countif" => |_| Box::new(CountIf(0)),
        "sum" | "sumif" => |_| Box::new(Sum(Value::Null)),
        "avg" | "avgif" => |_| Box::new(Avg { sum: Value::Null, count: 0 }),
        "min" | "minif" => |_| Box::new(Extreme { most: false, found: Value::Null }),
        "max" | "maxif" => |_| Box::new(Extreme { most: true, found: Value::Null }),
        "dcount" | "dcountif" | "count_distinct" | "count_distinctif" => |_| Box::new(Distinct::default()),
        "make_list" | "make_list_if" | "makelist" => |_| Box::new(List { items: Vec::new(), nulls: false }),
        "make_list_with_nulls" => |_| Box::new(List { items: Vec::new(), nulls: true }),
        "make_set" | "make_set_if" | "makeset" => |_| Box::new(Set::default()),
        "make_bag" | "make_bag_if" | "make_dictionary" => |_| Box::new(MakeBag::default()),
        "arg_max" | "argmax" => {
            |columns| Box::new(ArgExtreme { most: true, by: Value::Null, columns, found: None })
        }
        "arg_min" | "argmin" => {
            |columns| Box::new(ArgExtreme { most: false, by: Value::Null, columns, found: None })
        }
        "any" | "take_any" | "anyif" | "take_anyif" => |columns| Box::new(Any { columns, found: None }),
        "stdev" | "stdevif" => |_| Box::new(Spread::new(true, true)),
        "stdevp" | "stdevpif" => |_| Box::new(Spread::new(true, false)),
        "variance" | "varianceif" => |_| Box::new(Spread::new(false, true)),
        "variancep" | "variancepif" => |_| Box::<Spread>::default(),
        "covariance" | "covarianceif" => |_| Box::new(Together::new(true)),
        "covariancep" | "covariancepif" => |_| Box::new(Together::new(false)),
        "percentile" | "percentiles" => |columns| {
            Box::new(Percentiles { columns, weighted: false, array: false, ..Percentiles::default() })
        },
        "percentilew" | "percentilesw" => |columns| {
            Box::new(Percentiles { columns, weighted: true, array: false, ..Percentiles::default() })
        },
        "percentiles_array" => |columns| {
            Box::new(Percentiles { columns, weighted: false, array: true, ..Percentiles::default() })
        },
        "percentilesw_array" => {
            |columns| Box::new(Percentiles { columns, weighted: true, array: true, ..Percentiles::default() })
        }
        "binary_all_and" => |_| Box::new(Bits { op: |a, b| a & b, found: None }),
        "binary_all_or" => |_| Box::new(Bits { op: |a, b| a | b, found: None }),
        "binary_all_xor" => |_| Box::new(Bits { op: |a, b| a ^ b, found: None }),
        "hll" | "hll_if" => |_| Box::<sketches::Hll>::default(),
        "hll_merge" => |_| Box::<sketches::HllMerge>::default(),
        "tdigest" => |_| Box::<sketches::Tdigest>::default(),
        "tdigest_merge" | "merge_tdigest" => |_| Box::<sketches::TdigestMerge>::default(),
        "buildschema" => |_| Box::<sketches::BuildSchema>::default(),
        _ => return None,
    };
    let conditional = name != "countif" && (name.ends_with("if") || name.ends_with("_if"));
    let place = if name.starts_with("covariance") { 2 } else { 1 };
    Some((begin, conditional.then_some(place)))
}

#[derive(Debug)]
struct Count(i64);

impl Accumulate for Count {
    fn add(&mut self, _: &[Value]) {
        self.0 += 1;
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        out.push(Value::Long(self.0));
    }
}

#[derive(Debug)]
struct CountIf(i64);

impl Accumulate for CountIf {
    fn add(&mut self, args: &[Value]) {
        self.0 += i64::from(args.first().and_then(Value::as_bool) == Some(true));
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        out.push(Value::Long(self.0));
    }
}

/// Adds a value to a sum, which is null before the first.
pub fn plus(sum: &Value, value: &Value) -> Value {
    match (sum, value) {
        (_, Value::Null) => sum.clone(),
        (Value::Null, Value::Int(value)) => Value::Long(i64::from(*value)),
        (Value::Null, value) if value.is_number() || matches!(value, Value::Timespan(_)) => value.clone(),
        (Value::Null, Value::Bool(value)) => Value::Long(i64::from(*value)),
        (sum, Value::Bool(value)) => arithmetic::binary(BinaryOp::Add, sum, &Value::Long(i64::from(*value))),
        (sum, value) => match arithmetic::binary(BinaryOp::Add, sum, value) {
            Value::Null => sum.clone(),
            sum => sum,
        },
    }
}

#[derive(Debug)]
struct Sum(Value);

impl Accumulate for Sum {
    fn add(&mut self, args: &[Value]) {
        if let Some(value) = args.first() {
            self.0 = plus(&self.0, value);
        }
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        // The sum of nothing is 0.
        out.push(match std::mem::take(&mut self.0) {
            Value::Null => Value::Long(0),
            sum => sum,
        });
    }
}

#[derive(Debug)]
struct Avg {
    sum: Value,
    count: i64,
}

impl Accumulate for Avg {
    fn add(&mut self, args: &[Value]) {
        match args.first() {
            Some(Value::DateTime(ticks)) => {
                // The mean of moments is worked out from their ticks, which may sum up to more than a long holds.
                self.sum = plus(&self.sum, &super::convert::to_decimal(&Value::Long(*ticks)));
                self.count = -self.count.abs() - 1;
            }
            Some(value) if value.is_number() || matches!(value, Value::Timespan(_) | Value::Bool(_)) => {
                self.sum = plus(&self.sum, value);
                self.count += 1;
            }
            _ => {}
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a mean is a real")]
    fn finish(&mut self, out: &mut Vec<Value>) {
        out.push(match &self.sum {
            Value::Null => Value::Real(f64::NAN),
            Value::Timespan(ticks) => Value::Timespan(ticks / self.count.max(1)),
            sum @ Value::Decimal(_) => {
                let mean = arithmetic::binary(BinaryOp::Divide, sum, &Value::Long(self.count.abs().max(1)));
                if self.count < 0 { mean.as_long().map_or(Value::Null, Value::DateTime) } else { mean }
            }
            sum => sum.as_real().map_or(Value::Null, |sum| Value::Real(sum / self.count as f64)),
        });
    }
}

#[derive(Debug)]
struct Extreme {
    most: bool,
    found: Value,
}

impl Accumulate for Extreme {
    fn add(&mut self, args: &[Value]) {
        let Some(value) = args.first().filter(|value| !value.is_null()) else { return };
        let found = order(value, &self.found);
        if self.found.is_null() || (if self.most { found.is_gt() } else { found.is_lt() }) {
            self.found = value.clone();
        }
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        out.push(std::mem::take(&mut self.found));
    }
}

/// Counts exactly, where the service estimates beyond some thousands.
#[derive(Debug, Default)]
struct Distinct(FxHashSet<Key>);

impl Accumulate for Distinct {
    fn add(&mut self, args: &[Value]) {
        if let Some(value) = args.first().filter(|value| !value.is_null()) {
            self.0.insert(Key(value.clone()));
        }
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        out.push(Value::Long(i64::try_from(self.0.len()).unwrap_or(i64::MAX)));
    }
}

const MOST_ITEMS: i64 = 1_048_576;

fn limit(args: &[Value]) -> usize {
    let limit = args.get(1).and_then(Value::as_long).filter(|limit| *limit > 0).unwrap_or(MOST_ITEMS);
    usize::try_from(limit.min(MOST_ITEMS)).unwrap_or(usize::MAX)
}

#[derive(Debug)]
struct List {
    items: Vec<Value>,
    nulls: bool,
}

impl Accumulate for List {
    fn add(&mut self, args: &[Value]) {
        let Some(value) = args.first().filter(|value| self.nulls || !value.is_null()) else { return };
        if self.items.len() < limit(args) {
            self.items.push(value.clone());
        }
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        out.push(Value::array(std::mem::take(&mut self.items)));
    }
}

#[derive(Debug, Default)]
struct Set {
    items: Vec<Value>,
    known: FxHashSet<Key>,
}

impl Set {
    fn put(&mut self, value: &Value, limit: usize) {
        if self.items.len() < limit && !value.is_null() && self.known.insert(Key(value.clone())) {
            self.items.push(value.clone());
        }
    }
}

impl Accumulate for Set {
    fn add(&mut self, args: &[Value]) {
        match args.first() {
            // The items of arrays are those of the set.
            Some(Value::Array(items)) => items.iter().for_each(|item| self.put(item, limit(args))),
            Some(value) => self.put(value, limit(args)),
            None => {}
        }
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        out.push(Value::array(std::mem::take(&mut self.items)));
    }
}

#[derive(Debug, Default)]
struct MakeBag(Bag);

impl Accumulate for MakeBag {
    fn add(&mut self, args: &[Value]) {
        let Some(Value::Bag(members)) = args.first() else { return };
        let most = limit(args);
        for (key, value) in members.iter() {
            if self.0.len() < most && !self.0.contains_key(key) {
                self.0.insert(Rc::clone(key), value.clone());
            }
        }
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        out.push(Value::bag(std::mem::take(&mut self.0)));
    }
}

/// The first argument decides; those after it are returned.
#[derive(Debug)]
struct ArgExtreme {
    most: bool,
    by: Value,
    columns: usize,
    found: Option<Vec<Value>>,
}

impl Accumulate for ArgExtreme {
    fn add(&mut self, args: &[Value]) {
        let Some((by, rest)) = args.split_first() else { return };
        let better = match (&self.found, by) {
            (None, _) => true,
            (_, Value::Null) => false,
            (Some(_), _) if self.by.is_null() => true,
            _ => {
                let found = order(by, &self.by);
                if self.most { found.is_gt() } else { found.is_lt() }
            }
        };
        if better {
            self.by = by.clone();
            self.found = Some(rest.to_vec());
        }
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        match self.found.take() {
            Some(found) => out.extend(found),
            None => out.extend(std::iter::repeat_n(Value::Null, self.columns)),
        }
    }
}

#[derive(Debug)]
struct Any {
    columns: usize,
    found: Option<Vec<Value>>,
}

impl Accumulate for Any {
    fn add(&mut self, args: &[Value]) {
        let args = &args[..self.columns.min(args.len())];
        let poor = self.found.as_ref().is_none_or(|found| found.iter().all(is_empty));
        if poor {
            self.found = Some(args.to_vec());
        }
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        match self.found.take() {
            Some(found) => out.extend(found),
            None => out.extend(std::iter::repeat_n(Value::Null, self.columns)),
        }
    }
}

/// By the nearest rank.
#[derive(Debug, Default)]
struct Percentiles {
    columns: usize,
    weighted: bool,
    array: bool,
    values: Vec<(Value, i64)>,
    wanted: Vec<f64>,
}

impl Accumulate for Percentiles {
    fn add(&mut self, args: &[Value]) {
        let from = if self.weighted { 2 } else { 1 };
        if self.wanted.is_empty() {
            for arg in args.iter().skip(from) {
                match arg {
                    Value::Array(all) => self.wanted.extend(all.iter().filter_map(Value::as_real)),
                    arg => self.wanted.extend(arg.as_real()),
                }
            }
        }
        let weight = if self.weighted { args.get(1).and_then(Value::as_long) } else { Some(1) };
        if let (Some(value), Some(weight)) = (args.first().filter(|value| !value.is_null()), weight)
            && weight > 0
        {
            self.values.push((value.clone(), weight));
        }
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        self.values.sort_by(|(a, _), (b, _)| order(a, b));
        let found: Vec<Value> = self.wanted.iter().map(|wanted| at_rank(&self.values, *wanted)).collect();
        if self.array {
            out.push(Value::array(found));
            return;
        }
        let missing = self.columns.saturating_sub(found.len());
        out.extend(found.into_iter().take(self.columns));
        out.extend(std::iter::repeat_n(Value::Null, missing));
    }
}

/// The value at a percentile of sorted values with weights.
#[expect(clippy::cast_precision_loss, reason = "weights are counts")]
pub fn at_rank(sorted: &[(Value, i64)], percentile: f64) -> Value {
    let total: i64 = sorted.iter().map(|(_, weight)| weight).sum();
    let rank = (percentile / 100.0 * total as f64).ceil().max(1.0);
    let mut seen = 0;
    for (value, weight) in sorted {
        seen += weight;
        if seen as f64 >= rank {
            return value.clone();
        }
    }
    sorted.last().map(|(value, _)| value.clone()).unwrap_or_default()
}

#[derive(Debug)]
struct Bits {
    op: fn(i64, i64) -> i64,
    found: Option<i64>,
}

impl Accumulate for Bits {
    fn add(&mut self, args: &[Value]) {
        if let Some(value) = args.first().and_then(Value::as_long) {
            self.found = Some(self.found.map_or(value, |found| (self.op)(found, value)));
        }
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        out.push(self.found.take().map_or(Value::Null, Value::Long));
    }
}
