//! `make-series` and `top-hitters`.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::aggregates::Accumulate;
use super::super::arithmetic;
use super::super::eval::Node;
use super::super::exec::{Exec, Failure, Operate};
use super::super::ordering::{Key, compare};
use super::super::table::{Row, Schema, Table};
use super::super::value::Value;
use super::columns::Item;
use super::summarize::{Aggregated, group};
use super::{bare, cx, link};
use crate::kql::ast::BinaryOp;
use crate::source::Span;

#[derive(Debug)]
pub(crate) struct MakeSeries {
    pub span: Span,
    pub used: Vec<Arc<str>>,
    pub schema: Rc<Schema>,
    pub by: Vec<Item>,
    pub aggregated: Aggregated,
    /// What stands where there are no rows, for each aggregate; 0 where nothing is said.
    pub defaults: Vec<Option<Node>>,
    pub axis: Node,
    pub axis_name: Arc<str>,
    pub from: Option<Node>,
    pub to: Option<Node>,
    pub step: Node,
    pub inclusive: bool,
    /// Whether there is one series without groups.
    pub whole: bool,
    /// Whether there is one even where no rows go in: `kind=nonempty`.
    pub nonempty: bool,
}

/// What each bin of a series has gathered, where it has rows.
type States = Vec<Option<Vec<Box<dyn Accumulate>>>>;

impl Operate for MakeSeries {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let plain = bare(exec, &input);
        let step = plain.eval(&self.step)?;
        let (mut from, mut to) = (None, None);
        if let Some(node) = &self.from {
            from = Some(plain.eval(node)?);
        }
        if let Some(node) = &self.to {
            to = Some(plain.eval(node)?);
        }
        let mut values = Vec::with_capacity(input.rows.len());
        for at in 0..input.rows.len() {
            values.push(cx(exec, &input, &map, at).eval(&self.axis)?);
        }
        let known = |wanted: std::cmp::Ordering| {
            let better = |a: &&Value, b: &&Value| compare(a, b) == Some(wanted);
            values.iter().filter(|value| !value.is_null()).reduce(|a, b| if better(&b, &a) { b } else { a })
        };
        let first = match &from {
            Some(from) => Some(from.clone()),
            // Without a beginning, the bins are those of `bin`.
            None => known(std::cmp::Ordering::Less).map(|value| arithmetic::bin(value, &step, None)),
        };
        let (last, inclusive) = match &to {
            Some(to) => (Some(to.clone()), self.inclusive),
            None => (known(std::cmp::Ordering::Greater).cloned(), true),
        };
        let bins = match (&first, &last) {
            (Some(first), Some(last)) => {
                let mut bins = super::fixed::range(exec, self.span, (first, last, &step), usize::MAX)?;
                let ends = !inclusive
                    && bins.last().is_some_and(|bin| compare(bin, last) == Some(std::cmp::Ordering::Equal));
                bins.truncate(bins.len() - usize::from(ends));
                bins
            }
            _ => Vec::new(),
        };
        let places: FxHashMap<Key, usize> =
            bins.iter().enumerate().map(|(at, bin)| (Key(bin.clone()), at)).collect();
        let mut series: Vec<States> = Vec::new();
        let mut at = 0;
        let mut keys = group(exec, self.span, &input, &map, &self.by, |place, fresh, cx| {
            if fresh {
                series.push(bins.iter().map(|_| None).collect());
            }
            let value = &values[at];
            at += 1;
            let bin = first.as_ref().map(|first| arithmetic::bin(value, &step, Some(first)));
            if let Some(bin) = bin.and_then(|bin| places.get(&Key(bin)).copied()) {
                let state = series[place][bin].get_or_insert_with(|| self.aggregated.start());
                self.aggregated.add(cx, state)?;
            }
            Ok(())
        })?;
        if keys.is_empty() && self.whole && self.nonempty {
            keys.push(Vec::new());
            series.push(bins.iter().map(|_| None).collect());
        }
        // A group none of whose rows lies in the range has no series.
        let mut rows: Vec<Row> = Vec::new();
        for (key, states) in keys.into_iter().zip(series) {
            if !self.whole && states.iter().all(Option::is_none) {
                continue;
            }
            let mut lists: Vec<Vec<Value>> = self.aggregated.items.iter().map(|_| Vec::new()).collect();
            for state in states {
                match state {
                    Some(mut state) => {
                        let mut at = 0;
                        self.aggregated.finish(exec, &mut state, |_, value| {
                            if let Some(list) = lists.get_mut(at) {
                                list.push(value);
                            }
                            at += 1;
                        })?;
                    }
                    None => {
                        for (list, default) in lists.iter_mut().zip(&self.defaults) {
                            list.push(match default {
                                Some(default) => plain.eval(default)?,
                                None => Value::Long(0),
                            });
                        }
                    }
                }
            }
            let mut row = vec![Value::Null; self.schema.len()];
            let mut put = |name: &str, value: Value| {
                if let Some(at) = self.schema.find(name) {
                    row[at] = value;
                }
            };
            for ((name, _), value) in self.by.iter().flat_map(|item| &item.names).zip(key) {
                put(name, value);
            }
            for (item, list) in self.aggregated.items.iter().zip(lists) {
                put(&item.names[0].0, Value::array(list));
            }
            put(&self.axis_name, Value::array(bins.clone()));
            rows.push(row.into());
        }
        Ok(Table::new(Rc::clone(&self.schema), rows))
    }
}

#[derive(Debug)]
pub(crate) struct TopHitters {
    pub used: Vec<Arc<str>>,
    pub schema: Rc<Schema>,
    pub count: Node,
    pub of: Node,
    pub by: Option<Node>,
}

impl Operate for TopHitters {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let mut places: FxHashMap<Key, usize> = FxHashMap::default();
        let mut totals: Vec<(Value, Value)> = Vec::new();
        for at in 0..input.rows.len() {
            let cx = cx(exec, &input, &map, at);
            let value = cx.eval(&self.of)?;
            let weight = match &self.by {
                Some(by) => cx.eval(by)?,
                None => Value::Long(1),
            };
            let place = *places.entry(Key(value.clone())).or_insert(totals.len());
            if place == totals.len() {
                totals.push((value, Value::Long(0)));
            }
            totals[place].1 = arithmetic::binary(BinaryOp::Add, &totals[place].1, &weight);
        }
        totals.sort_by(|(_, a), (_, b)| super::super::ordering::order(b, a));
        totals.truncate(super::rows::counted(exec, &input, &self.count)?);
        let row = |(value, total): (Value, Value)| -> Row {
            let all = [value, total];
            // The sum alone is told where a weight is given, as the analyzer says.
            all.into_iter().rev().take(self.schema.len()).collect::<Vec<_>>().into_iter().rev().collect()
        };
        Ok(Table::new(Rc::clone(&self.schema), totals.into_iter().map(row).collect()))
    }
}
