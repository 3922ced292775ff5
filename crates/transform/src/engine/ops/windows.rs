//! The plug-ins that look back from each bin of time: who was active, how much happened, and percentiles.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::aggregates::at_rank;
use super::super::arithmetic;
use super::super::eval::{Cx, Node};
use super::super::exec::{Exec, Failure, Operate};
use super::super::ordering::{Key, compare, order};
use super::super::table::{Row, Schema, Table};
use super::super::value::Value;
use super::{bare, cx, link};
use crate::kql::ast::BinaryOp;
use crate::source::Span;

/// Which of the plug-ins it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `active_users_count`
    Active,
    /// `sliding_window_counts`
    Sliding,
    /// `rolling_percentile`
    Percentile,
}

#[derive(Debug)]
pub(crate) struct Windows {
    pub span: Span,
    pub used: Vec<Arc<str>>,
    pub schema: Rc<Schema>,
    pub kind: Kind,
    /// What is counted, or of what the percentile is taken.
    pub subject: Node,
    pub time: Node,
    /// The arguments that no row decides, in their order.
    pub constants: Vec<Node>,
    pub by: Vec<Node>,
}

/// The events of one combination of the dimensions: when, and the subject.
type Group = (Vec<Value>, Vec<(Value, Value)>);

impl Operate for Windows {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let plain = bare(exec, &input);
        let constants = plain.all(&self.constants)?;
        let groups = self.groups(exec, &input)?;
        let mut rows: Vec<(Value, usize, Vec<Value>)> = Vec::new();
        for (at, (key, events)) in groups.iter().enumerate() {
            let made = match self.kind {
                Kind::Active => self.active(exec, events, &constants)?,
                Kind::Sliding => self.sliding(exec, events, &constants)?,
                Kind::Percentile => self.percentiles(exec, events, &constants)?,
            };
            for (time, counts) in made {
                let row = std::iter::once(time.clone()).chain(key.iter().cloned()).chain(counts).collect();
                rows.push((time, at, row));
            }
            exec.rows_allowed(self.span, rows.len())?;
        }
        if self.kind != Kind::Percentile {
            rows.sort_by(|(a, first, _), (b, second, _)| order(a, b).then(first.cmp(second)));
        }
        let rows: Vec<Row> = rows.into_iter().map(|(_, _, row)| row.into()).collect();
        Ok(Table::new(Rc::clone(&self.schema), rows))
    }
}

fn plus(a: &Value, b: &Value) -> Value {
    arithmetic::binary(BinaryOp::Add, a, b)
}

fn minus(a: &Value, b: &Value) -> Value {
    arithmetic::binary(BinaryOp::Subtract, a, b)
}

fn is(a: &Value, wanted: fn(Ordering) -> bool, b: &Value) -> bool {
    compare(a, b).is_some_and(wanted)
}

fn long(count: usize) -> Value {
    Value::Long(i64::try_from(count).unwrap_or(i64::MAX))
}

impl Windows {
    fn groups(&self, exec: &Exec, input: &Table) -> Result<Vec<Group>, Failure> {
        let map = link(&self.used, input)?;
        let mut groups: Vec<Group> = Vec::new();
        let mut places: FxHashMap<Vec<Key>, usize> = FxHashMap::default();
        for at in 0..input.rows.len() {
            exec.step(self.span, groups.len())?;
            let cx: Cx<'_> = cx(exec, input, &map, at);
            let key = cx.all(&self.by)?;
            let place = *places.entry(key.iter().cloned().map(Key).collect()).or_insert(groups.len());
            if place == groups.len() {
                groups.push((key, Vec::new()));
            }
            groups[place].1.push((cx.eval(&self.time)?, cx.eval(&self.subject)?));
        }
        Ok(groups)
    }

    fn refused<T>(&self, why: &str) -> Result<T, Failure> {
        Err(Failure::at(self.span, format!("{why} is not implemented")))
    }

    /// For each bin how many events it and those before it have, as far back as is asked for, and of how many subjects.
    fn sliding(
        &self,
        exec: &Exec,
        events: &[(Value, Value)],
        constants: &[Value],
    ) -> Result<Vec<(Value, Vec<Value>)>, Failure> {
        let [start, end, back, size] = constants else { return self.refused("this number of arguments") };
        let zero = minus(size, size);
        if !is(size, Ordering::is_gt, &zero) {
            return self.refused("a window of this size");
        }
        let mut found: FxHashMap<Key, (usize, FxHashSet<Key>)> = FxHashMap::default();
        for (time, subject) in events {
            if !is(time, Ordering::is_le, end) {
                continue;
            }
            let mut at = arithmetic::bin(time, size, Some(start));
            let after = plus(&at, back);
            while is(&at, Ordering::is_lt, &after) && is(&at, Ordering::is_le, end) {
                exec.step(self.span, found.len())?;
                if is(&at, Ordering::is_ge, start) {
                    let (count, subjects) = found.entry(Key(at.clone())).or_default();
                    *count += 1;
                    subjects.insert(Key(subject.clone()));
                }
                at = plus(&at, size);
            }
        }
        Ok(found.into_iter().map(|(at, (count, own))| (at.0, vec![long(count), long(own.len())])).collect())
    }

    /// For each bin how many subjects were active in it: those with events in as many periods before an event as is asked
    /// for. Whether the periods or the events themselves must lie within the time is not documented: where that decides,
    /// there is no answer.
    fn active(
        &self,
        exec: &Exec,
        events: &[(Value, Value)],
        constants: &[Value],
    ) -> Result<Vec<(Value, Vec<Value>)>, Failure> {
        let [start, end, back, period, least, size] = constants else {
            return self.refused("this number of arguments");
        };
        let Some(least) = least.as_long() else { return self.refused("this number of periods") };
        let mut own: FxHashMap<Key, Vec<(Value, Value)>> = FxHashMap::default();
        for (time, subject) in events {
            let bin = arithmetic::bin(time, period, Some(start));
            own.entry(Key(subject.clone())).or_default().push((time.clone(), bin));
        }
        let mut found: FxHashMap<Key, usize> = FxHashMap::default();
        #[expect(clippy::iter_over_hash_type, reason = "they are counted")]
        for times in own.values_mut() {
            times.sort_by(|(a, _), (b, _)| order(a, b));
            let mut bins: FxHashSet<Key> = FxHashSet::default();
            let (mut first, mut first_bin) = (0, 0);
            for (at, (time, bin)) in times.iter().enumerate() {
                exec.step(self.span, found.len())?;
                let (from, from_bin) = (minus(time, back), minus(bin, back));
                while first < at && !is(&times[first].0, Ordering::is_gt, &from) {
                    first += 1;
                }
                while first_bin < at && !is(&times[first_bin].1, Ordering::is_gt, &from_bin) {
                    first_bin += 1;
                }
                if !is(time, Ordering::is_ge, start) || !is(time, Ordering::is_le, end) {
                    continue;
                }
                let enough = |first: usize| distinct(&times[first..=at]) >= least;
                if enough(first) != enough(first_bin) {
                    return self.refused("a period that lies partly within the look-back window");
                }
                if enough(first) {
                    bins.insert(Key(arithmetic::bin(time, size, Some(start))));
                }
            }
            for bin in bins {
                *found.entry(bin).or_default() += 1;
            }
        }
        Ok(found.into_iter().map(|(at, count)| (at.0, vec![long(count)])).collect())
    }

    /// For each bin the percentile of its values and of those in the bins before it.
    fn percentiles(
        &self,
        exec: &Exec,
        events: &[(Value, Value)],
        constants: &[Value],
    ) -> Result<Vec<(Value, Vec<Value>)>, Failure> {
        let [wanted, size, count] = constants else { return self.refused("this number of arguments") };
        let (Some(wanted), Some(count)) = (wanted.as_real(), count.as_long()) else {
            return self.refused("a percentile of this kind");
        };
        let count = usize::try_from(count).unwrap_or_default().max(1);
        let mut bins: FxHashMap<Key, Vec<Value>> = FxHashMap::default();
        for (time, value) in events.iter().filter(|(_, value)| !value.is_null()) {
            bins.entry(Key(arithmetic::bin(time, size, None))).or_default().push(value.clone());
        }
        let mut bins: Vec<(Value, Vec<Value>)> =
            bins.into_iter().map(|(at, values)| (at.0, values)).collect();
        bins.sort_by(|(a, _), (b, _)| order(a, b));
        let gap = |pair: &[(Value, Vec<Value>)]| {
            compare(&plus(&pair[0].0, size), &pair[1].0).is_none_or(Ordering::is_ne)
        };
        if bins.windows(2).any(gap) {
            return self.refused("`rolling_percentile` over bins without values");
        }
        let mut made = Vec::with_capacity(bins.len());
        for (at, (time, _)) in bins.iter().enumerate() {
            exec.step(self.span, made.len())?;
            let window = &bins[(at + 1).saturating_sub(count)..=at];
            let mut values: Vec<(Value, i64)> =
                window.iter().flat_map(|(_, values)| values).map(|value| (value.clone(), 1)).collect();
            values.sort_by(|(a, _), (b, _)| order(a, b));
            made.push((time.clone(), vec![at_rank(&values, wanted)]));
        }
        Ok(made)
    }
}

/// In how many periods events lie, of which those of one period follow each other.
fn distinct(events: &[(Value, Value)]) -> i64 {
    let mut count = 0;
    let mut last: Option<&Value> = None;
    for (_, bin) in events {
        if last.is_none_or(|last| compare(last, bin) != Some(Ordering::Equal)) {
            count += 1;
        }
        last = Some(bin);
    }
    count
}
