//! The operators that group rows.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::aggregates::{Accumulate, Begin};
use super::super::eval::{Cx, Node};
use super::super::exec::{Exec, Failure, Needed, Operate};
use super::super::ordering::Key;
use super::super::table::{Row, Schema, Table};
use super::super::value::Value;
use super::columns::Item;
use super::{cx, link};
use crate::source::Span;

/// A call of an aggregate.
#[derive(Debug)]
pub(crate) struct Aggregate {
    pub name: Box<str>,
    pub begin: Begin,
    pub args: Vec<Node>,
    /// What must be true of a row that counts.
    pub condition: Option<Node>,
    pub columns: usize,
}

impl Aggregate {
    pub(crate) fn start(&self) -> Box<dyn Accumulate> {
        (self.begin)(self.columns)
    }

    pub(crate) fn add(&self, cx: &Cx<'_>, to: &mut dyn Accumulate) -> Result<(), Failure> {
        if let Some(condition) = &self.condition
            && !cx.holds(condition)?
        {
            return Ok(());
        }
        match self.args.as_slice() {
            [] => to.add(&[]),
            [only] => to.add(&[cx.eval(only)?]),
            args => to.add(&cx.all(args)?),
        }
        Ok(())
    }
}

/// What several rows come to: the aggregates, and what is made of them. Of the latter the columns are the results of
/// the former, one after the other.
#[derive(Debug)]
pub(crate) struct Aggregated {
    pub aggregates: Vec<Aggregate>,
    pub items: Vec<Item>,
}

impl Aggregated {
    pub(crate) fn start(&self) -> Vec<Box<dyn Accumulate>> {
        self.aggregates.iter().map(Aggregate::start).collect()
    }

    pub(crate) fn add(&self, cx: &Cx<'_>, state: &mut [Box<dyn Accumulate>]) -> Result<(), Failure> {
        for (aggregate, state) in self.aggregates.iter().zip(state) {
            aggregate.add(cx, &mut **state)?;
        }
        Ok(())
    }

    /// The values of the columns, by the name of each.
    pub(crate) fn finish(
        &self,
        exec: &Exec,
        state: &mut [Box<dyn Accumulate>],
        mut put: impl FnMut(&Arc<str>, Value),
    ) -> Result<(), Failure> {
        let mut results = Vec::new();
        for state in state {
            state.finish(&mut results);
        }
        let (schema, map): (Schema, Vec<usize>) = (Schema::default(), (0..results.len()).collect());
        let cx = Cx { exec, row: &results, map: &map, rows: &[], at: 0, schema: &schema };
        for item in &self.items {
            item.spread(cx.eval(&item.node)?, |at, value| put(&item.names[at].0, value));
        }
        Ok(())
    }
}

#[derive(Debug)]
pub(crate) struct Summarize {
    pub span: Span,
    pub used: Vec<Arc<str>>,
    pub schema: Rc<Schema>,
    pub by: Vec<Item>,
    pub aggregated: Aggregated,
    /// Whether there is one row where none goes in.
    pub whole: bool,
}

/// The groups of rows: their keys, in the order of their first rows.
pub(crate) fn group(
    exec: &Exec,
    span: Span,
    input: &Table,
    map: &[usize],
    by: &[Item],
    mut each: impl FnMut(usize, bool, &Cx<'_>) -> Result<(), Failure>,
) -> Result<Vec<Vec<Value>>, Failure> {
    let mut places: FxHashMap<Vec<Key>, usize> = FxHashMap::default();
    let mut single: FxHashMap<Key, usize> = FxHashMap::default();
    let mut keys: Vec<Vec<Value>> = Vec::new();
    for at in 0..input.rows.len() {
        exec.step(span, keys.len())?;
        let cx = cx(exec, input, map, at);
        let mut key: Vec<Value> = Vec::with_capacity(by.len());
        for item in by {
            item.spread(cx.eval(&item.node)?, |_, value| key.push(value));
        }
        let next = keys.len();
        let place = match key.as_slice() {
            [only] => *single.entry(Key(only.clone())).or_insert(next),
            key => *places.entry(key.iter().cloned().map(Key).collect()).or_insert(next),
        };
        let fresh = place == next;
        if fresh {
            keys.push(key);
        }
        each(place, fresh, &cx)?;
    }
    Ok(keys)
}

impl Operate for Summarize {
    fn needs(&self, _: Option<&Needed>) -> Option<Needed> {
        Some(self.used.iter().cloned().collect())
    }

    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let mut states: Vec<Vec<Box<dyn Accumulate>>> = Vec::new();
        let mut keys = group(exec, self.span, &input, &map, &self.by, |place, fresh, cx| {
            if fresh {
                states.push(self.aggregated.start());
            }
            self.aggregated.add(cx, &mut states[place])
        })?;
        if keys.is_empty() && self.whole {
            keys.push(Vec::new());
            states.push(self.aggregated.start());
        }
        let names: Vec<&Arc<str>> =
            self.by.iter().flat_map(|item| &item.names).map(|(name, _)| name).collect();
        let mut rows: Vec<Row> = Vec::with_capacity(keys.len());
        for (key, mut state) in keys.into_iter().zip(states) {
            let mut row = vec![Value::Null; self.schema.len()];
            for (name, value) in names.iter().zip(key) {
                if let Some(at) = self.schema.find(name) {
                    row[at] = value;
                }
            }
            self.aggregated.finish(exec, &mut state, |name, value| {
                if let Some(at) = self.schema.find(name) {
                    row[at] = value.conform(self.schema.kind(at));
                }
            })?;
            rows.push(row.into());
        }
        Ok(Table::new(Rc::clone(&self.schema), rows))
    }
}

/// A level of `top-nested`.
#[derive(Debug)]
pub(crate) struct Level {
    pub count: Option<Node>,
    pub of: Node,
    pub others: Option<Node>,
    pub aggregated: Aggregated,
    pub descending: bool,
}

#[derive(Debug)]
pub(crate) struct TopNested {
    pub span: Span,
    pub used: Vec<Arc<str>>,
    pub schema: Rc<Schema>,
    pub levels: Vec<Level>,
}

impl Operate for TopNested {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let mut rows: Vec<Row> = Vec::new();
        let all: Vec<usize> = (0..input.rows.len()).collect();
        self.level(exec, &input, &map, &all, 0, &mut Vec::new(), &mut rows)?;
        Ok(Table::new(Rc::clone(&self.schema), rows))
    }
}

impl TopNested {
    #[expect(
        clippy::too_many_arguments,
        reason = "what a level works on, and what the ones before it have found"
    )]
    fn level(
        &self,
        exec: &Exec,
        input: &Table,
        map: &[usize],
        members: &[usize],
        depth: usize,
        before: &mut Vec<Value>,
        rows: &mut Vec<Row>,
    ) -> Result<(), Failure> {
        let Some(level) = self.levels.get(depth) else {
            let mut row = before.clone();
            for (at, value) in row.iter_mut().enumerate() {
                *value = std::mem::take(value).conform(self.schema.kind(at));
            }
            rows.push(row.into());
            return exec.step(self.span, rows.len());
        };
        let mut groups: Vec<(Value, Vec<usize>)> = Vec::new();
        let mut places: FxHashMap<Key, usize> = FxHashMap::default();
        for at in members {
            let value = cx(exec, input, map, *at).eval(&level.of)?;
            let place = *places.entry(Key(value.clone())).or_insert(groups.len());
            if place == groups.len() {
                groups.push((value, Vec::new()));
            }
            groups[place].1.push(*at);
        }
        let total = |members: &[usize]| -> Result<Value, Failure> {
            let mut state = level.aggregated.start();
            for at in members {
                level.aggregated.add(&cx(exec, input, map, *at), &mut state)?;
            }
            let mut found = Value::Null;
            level.aggregated.finish(exec, &mut state, |_, value| found = value)?;
            Ok(found)
        };
        let mut ranked = Vec::new();
        for (value, members) in groups {
            ranked.push((total(&members)?, value, members));
        }
        ranked.sort_by(|(a, ..), (b, ..)| {
            let found = super::super::ordering::order(a, b);
            if level.descending { found.reverse() } else { found }
        });
        let count = level.count.as_ref().map(|count| super::rows::counted(exec, input, count)).transpose()?;
        let rest = match count {
            Some(count) if count < ranked.len() => ranked.split_off(count),
            _ => Vec::new(),
        };
        for (rank, value, members) in ranked {
            before.extend([value, rank]);
            self.level(exec, input, map, &members, depth + 1, before, rows)?;
            before.truncate(before.len() - 2);
        }
        if let Some(others) = &level.others {
            let members: Vec<usize> = rest.into_iter().flat_map(|(.., members)| members).collect();
            if !members.is_empty() {
                let name = cx(exec, input, map, members[0]).eval(others)?;
                before.extend([name, total(&members)?]);
                self.level(exec, input, map, &members, depth + 1, before, rows)?;
                before.truncate(before.len() - 2);
            }
        }
        Ok(())
    }
}
