//! Aggregates whose results other functions read: distinct values, distributions and schemas. The first two keep all
//! values, so that what is read of them is exact.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::super::ordering::Key;
use super::super::value::{Bag, Value};
use super::Accumulate;

/// What marks the results, so that functions know them.
const DISTINCT: &str = "\u{1}distinct";
const DIGEST: &str = "\u{1}digest";

fn marked(mark: &str, items: Vec<Value>) -> Value {
    let mut bag = Bag::default();
    bag.insert(mark.into(), Value::array(items));
    Value::bag(bag)
}

fn items_of(value: &Value, mark: &str) -> Option<Rc<Vec<Value>>> {
    value.as_bag()?.get(mark)?.as_array().cloned()
}

/// The distinct values in the result of `hll`.
pub(crate) fn distinct_in(value: &Value) -> Option<Rc<Vec<Value>>> {
    items_of(value, DISTINCT)
}

/// The values in the result of `tdigest`, in order, each with its weight.
pub(crate) fn weighed_in(value: &Value) -> Option<Vec<(Value, i64)>> {
    let pair = |item: &Value| {
        let parts = item.as_array()?;
        Some((parts.first()?.clone(), parts.get(1)?.as_long()?))
    };
    let mut sorted: Vec<(Value, i64)> = digest_in(value)?.iter().filter_map(pair).collect();
    sorted.sort_by(|(a, _), (b, _)| super::super::ordering::order(a, b));
    Some(sorted)
}

/// The values in the result of `tdigest`, each with its weight.
pub(crate) fn digest_in(value: &Value) -> Option<Rc<Vec<Value>>> {
    items_of(value, DIGEST)
}

pub fn distinct_of(items: impl Iterator<Item = Value>) -> Value {
    let mut known = FxHashSet::default();
    marked(DISTINCT, items.filter(|item| known.insert(Key(item.clone()))).collect())
}

pub fn digest_of(items: impl Iterator<Item = Value>) -> Value {
    marked(DIGEST, items.collect())
}

#[derive(Debug, Default)]
pub(crate) struct Hll {
    known: FxHashSet<Key>,
    items: Vec<Value>,
}

impl Hll {
    fn put(&mut self, value: &Value) {
        if !value.is_null() && self.known.insert(Key(value.clone())) {
            self.items.push(value.clone());
        }
    }
}

impl Accumulate for Hll {
    fn add(&mut self, args: &[Value]) {
        args.first().into_iter().for_each(|value| self.put(value));
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        let items = std::mem::take(&mut self.items);
        out.push(if items.is_empty() { Value::Null } else { marked(DISTINCT, items) });
    }
}

#[derive(Debug, Default)]
pub(crate) struct HllMerge(Hll);

impl Accumulate for HllMerge {
    fn add(&mut self, args: &[Value]) {
        let items = args.first().and_then(distinct_in).unwrap_or_default();
        items.iter().for_each(|item| self.0.put(item));
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        self.0.finish(out);
    }
}

#[derive(Debug, Default)]
pub(crate) struct Tdigest(Vec<Value>);

impl Accumulate for Tdigest {
    fn add(&mut self, args: &[Value]) {
        // Each value with how often it counts.
        let weight = args.get(1).and_then(Value::as_long).unwrap_or(1);
        let value = args.first().filter(|value| !value.is_null());
        self.0.extend(value.map(|value| Value::array(vec![value.clone(), Value::Long(weight)])));
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        let items = std::mem::take(&mut self.0);
        out.push(if items.is_empty() { Value::Null } else { marked(DIGEST, items) });
    }
}

#[derive(Debug, Default)]
pub(crate) struct TdigestMerge(Vec<Value>);

impl Accumulate for TdigestMerge {
    fn add(&mut self, args: &[Value]) {
        self.0.extend(args.first().and_then(digest_in).unwrap_or_default().iter().cloned());
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        out.push(marked(DIGEST, std::mem::take(&mut self.0)));
    }
}

/// The types that a dynamic column holds.
#[derive(Debug, Default)]
pub(crate) struct BuildSchema(Option<Value>);

fn schema_of(value: &Value) -> Value {
    match value {
        Value::Bag(members) => {
            Value::bag(members.iter().map(|(key, value)| (Rc::clone(key), schema_of(value))).collect())
        }
        Value::Array(items) => {
            let inner =
                items.iter().map(schema_of).reduce(merged).unwrap_or_else(|| Value::bag(Bag::default()));
            let mut bag = Bag::default();
            bag.insert("`indexer`".into(), inner);
            Value::bag(bag)
        }
        Value::Real(_) => Value::str("double"),
        value => Value::str(super::super::convert::type_name(value)),
    }
}

fn merged(a: Value, b: Value) -> Value {
    match (a, b) {
        (Value::Bag(a), Value::Bag(b)) => {
            let mut all = (*a).clone();
            for (key, value) in b.iter() {
                let known = all.get(key).cloned();
                let value = known.map_or_else(|| value.clone(), |known| merged(known, value.clone()));
                all.insert(Rc::clone(key), value);
            }
            Value::bag(all)
        }
        (Value::Array(all), other) => {
            let mut all = (*all).clone();
            if let (Value::Bag(_), Some(at)) = (&other, all.iter().position(|one| one.as_bag().is_some())) {
                all[at] = merged(all[at].clone(), other);
            } else if !all.contains(&other) {
                all.push(other);
            }
            Value::array(all)
        }
        (a, b) if a == b => a,
        (a, b) => Value::array(vec![a, b]),
    }
}

impl Accumulate for BuildSchema {
    fn add(&mut self, args: &[Value]) {
        if let Some(value) = args.first().filter(|value| !value.is_null()) {
            let own = schema_of(value);
            self.0 = Some(match self.0.take() {
                Some(known) => merged(known, own),
                None => own,
            });
        }
    }

    fn finish(&mut self, out: &mut Vec<Value>) {
        out.push(self.0.take().unwrap_or_default());
    }
}
