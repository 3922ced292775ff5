//! `scan`: sequences of rows, step by step.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::eval::{Cx, Node};
use super::super::exec::{Exec, Failure, Operate};
use super::super::ordering::Key;
use super::super::table::{Row, Schema, Table};
use super::super::value::Value;
use super::rows::{SortKey, sorted};
use super::{bare, cx, link};
use crate::kql::types::Scalar;
use crate::source::Span;

/// What an expression reads: a column of the row, or of the last row of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub step: Option<usize>,
    pub column: usize,
}

#[derive(Debug)]
pub struct Step {
    pub condition: Node,
    /// The declared columns that it sets, by their places among all columns.
    pub assignments: Vec<(usize, Node)>,
    /// Whether its rows are rows of the result.
    pub returns: bool,
}

#[derive(Debug)]
pub(crate) struct Scan {
    pub span: Span,
    pub schema: Rc<Schema>,
    pub used: Vec<Arc<str>>,
    pub order: Vec<SortKey>,
    pub partition: Vec<Node>,
    /// The declared columns: their types, and what they are before they are set.
    pub declared: Vec<(Scalar, Option<Node>)>,
    /// What the expressions of the steps read.
    pub reads: Vec<Read>,
    pub steps: Vec<Step>,
    /// How many columns go in.
    pub width: usize,
}

/// What is known of a sequence as far as a step: the last row of each step so far, and the number of the sequence.
#[derive(Clone)]
struct State {
    rows: Vec<Option<Vec<Value>>>,
    number: i64,
}

impl Operate for Scan {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let places: Vec<usize> = if self.order.is_empty() {
            (0..input.rows.len()).collect()
        } else {
            sorted(exec, &input, &map, &self.order)?
        };
        let plain = bare(exec, &input);
        let mut defaults = Vec::new();
        for (kind, default) in &self.declared {
            let value = default.as_ref().map(|node| plain.eval(node)).transpose()?;
            defaults.push(value.unwrap_or_else(|| Value::missing(*kind)).conform(*kind));
        }
        let mut parts: Vec<Vec<usize>> = Vec::new();
        let mut index: FxHashMap<Vec<Key>, usize> = FxHashMap::default();
        for at in places {
            let key = cx(exec, &input, &map, at).all(&self.partition)?;
            let place = *index.entry(key.into_iter().map(Key).collect()).or_insert(parts.len());
            if place == parts.len() {
                parts.push(Vec::new());
            }
            parts[place].push(at);
        }
        let mut rows: Vec<Row> = Vec::new();
        let mut number = -1;
        for part in parts {
            let mut states: Vec<Option<State>> = vec![None; self.steps.len()];
            for at in part {
                self.record(exec, &input.rows[at], &defaults, &mut states, &mut number, &mut rows)?;
            }
        }
        Ok(Table::new(Rc::clone(&self.schema), rows))
    }
}

impl Scan {
    /// Takes a row through the steps, from the last to the first.
    fn record(
        &self,
        exec: &Exec,
        row: &Row,
        defaults: &[Value],
        states: &mut [Option<State>],
        number: &mut i64,
        rows: &mut Vec<Row>,
    ) -> Result<(), Failure> {
        for at in (0..self.steps.len()).rev() {
            exec.step(self.span, rows.len())?;
            let step = &self.steps[at];
            // The step before hands its sequence on.
            if let Some(before) = at.checked_sub(1).and_then(|before| states[before].clone()) {
                let mut own: Vec<Value> = row.iter().chain(defaults).cloned().collect();
                if self.holds(exec, &own, defaults, Some(&before), &step.condition)? {
                    self.assign(exec, &mut own, defaults, Some(&before), step)?;
                    let mut state = before;
                    state.rows[at] = Some(own.clone());
                    if step.returns {
                        rows.push(self.output(own, state.number));
                    }
                    states[at] = Some(state);
                    states[at - 1] = None;
                    continue;
                }
            }
            if at > 0 && states[at].is_none() {
                continue;
            }
            let mut own: Vec<Value> = row.iter().chain(defaults).cloned().collect();
            let state = states[at].clone();
            if !self.holds(exec, &own, defaults, state.as_ref(), &step.condition)? {
                continue;
            }
            self.assign(exec, &mut own, defaults, state.as_ref(), step)?;
            // Only the first step begins a sequence, and only where it has none.
            let mut state = state.unwrap_or_else(|| {
                *number += 1;
                State { rows: vec![None; self.steps.len()], number: *number }
            });
            state.rows[at] = Some(own.clone());
            if step.returns {
                rows.push(self.output(own, state.number));
            }
            states[at] = Some(state);
        }
        Ok(())
    }

    fn output(&self, mut row: Vec<Value>, number: i64) -> Row {
        row.truncate(self.schema.len());
        if row.len() < self.schema.len() {
            row.push(Value::Long(number));
        }
        row.into()
    }

    fn read(&self, own: &[Value], defaults: &[Value], state: Option<&State>) -> Vec<Value> {
        let value = |read: &Read| match read.step {
            None => own.get(read.column).cloned().unwrap_or_default(),
            Some(step) => match state.and_then(|state| state.rows.get(step)?.as_ref()) {
                Some(row) => row.get(read.column).cloned().unwrap_or_default(),
                // Before a step has a row, its declared columns are what they are declared to be.
                None => read
                    .column
                    .checked_sub(self.width)
                    .and_then(|declared| defaults.get(declared).cloned())
                    .unwrap_or_default(),
            },
        };
        self.reads.iter().map(value).collect()
    }

    fn eval(
        &self,
        exec: &Exec,
        own: &[Value],
        defaults: &[Value],
        state: Option<&State>,
        node: &Node,
    ) -> Result<Value, Failure> {
        let row = self.read(own, defaults, state);
        let map: Vec<usize> = (0..row.len()).collect();
        Cx { exec, row: &row, map: &map, rows: &[], at: 0, schema: &Schema::default() }.eval(node)
    }

    fn holds(
        &self,
        exec: &Exec,
        own: &[Value],
        defaults: &[Value],
        state: Option<&State>,
        condition: &Node,
    ) -> Result<bool, Failure> {
        Ok(self.eval(exec, own, defaults, state, condition)?.as_bool() == Some(true))
    }

    fn assign(
        &self,
        exec: &Exec,
        own: &mut [Value],
        defaults: &[Value],
        state: Option<&State>,
        step: &Step,
    ) -> Result<(), Failure> {
        for (column, node) in &step.assignments {
            let kind = self.declared.get(column - self.width).map_or(Scalar::Dynamic, |(kind, _)| *kind);
            own[*column] = self.eval(exec, own, defaults, state, node)?.conform(kind);
        }
        Ok(())
    }
}
