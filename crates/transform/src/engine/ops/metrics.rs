//! The plug-ins that count what is new and what is shared.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::aggregates::sketches::distinct_in;
use super::super::arithmetic;
use super::super::eval::Node;
use super::super::exec::{Exec, Failure, Operate};
use super::super::ordering::{Key, compare};
use super::super::table::{Row, Schema, Table};
use super::super::value::Value;
use super::{bare, cx, link, rows::counted};
use crate::source::Span;

/// `activity_counts_metrics`: for each window of time, how many events and ids there are, how many ids are new, and how
/// many there have been.
#[derive(Debug)]
pub(crate) struct ActivityCounts {
    pub span: Span,
    pub used: Vec<Arc<str>>,
    pub schema: Rc<Schema>,
    pub id: Node,
    pub time: Node,
    /// The beginning, the end and the length of a window.
    pub bounds: [Node; 3],
    pub by: Vec<Node>,
}

/// The events of each window of time: how many, and their ids.
type Windows = FxHashMap<Key, (i64, Vec<Key>)>;

impl Operate for ActivityCounts {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let plain = bare(exec, &input);
        let [start, end, window] =
            [plain.eval(&self.bounds[0])?, plain.eval(&self.bounds[1])?, plain.eval(&self.bounds[2])?];
        let mut groups: Vec<(Vec<Value>, Windows)> = Vec::new();
        let mut places: FxHashMap<Vec<Key>, usize> = FxHashMap::default();
        let mut all: Vec<Value> = Vec::new();
        for at in 0..input.rows.len() {
            exec.step(self.span, groups.len())?;
            let cx = cx(exec, &input, &map, at);
            let time = cx.eval(&self.time)?;
            let inside = compare(&time, &start).is_some_and(std::cmp::Ordering::is_ge)
                && compare(&time, &end).is_some_and(std::cmp::Ordering::is_le);
            if !inside {
                continue;
            }
            let bin = arithmetic::bin(&time, &window, Some(&start));
            if !all.contains(&bin) {
                all.push(bin.clone());
            }
            let key = cx.all(&self.by)?;
            let place = *places.entry(key.iter().cloned().map(Key).collect()).or_insert(groups.len());
            if place == groups.len() {
                groups.push((key, Windows::default()));
            }
            let (count, ids) = groups[place].1.entry(Key(bin)).or_default();
            *count += 1;
            ids.push(Key(cx.eval(&self.id)?));
        }
        all.sort_by(super::super::ordering::order);
        let mut rows: Vec<Row> = Vec::new();
        let long = |count: usize| Value::Long(i64::try_from(count).unwrap_or(i64::MAX));
        for (key, windows) in groups {
            let mut known: FxHashSet<Key> = FxHashSet::default();
            for bin in &all {
                let Some((count, ids)) = windows.get(&Key(bin.clone())) else { continue };
                let own: FxHashSet<&Key> = ids.iter().collect();
                let before = known.len();
                known.extend(ids.iter().cloned());
                let mut row = vec![bin.clone()];
                row.extend(key.iter().cloned());
                row.extend([
                    Value::Long(*count),
                    long(own.len()),
                    long(known.len() - before),
                    long(known.len()),
                ]);
                rows.push(row.into());
            }
        }
        Ok(Table::new(Rc::clone(&self.schema), rows))
    }
}

/// `dcount_intersect`: how many values the first sketches have in common, for each number of them.
#[derive(Debug)]
pub(crate) struct DcountIntersect {
    pub used: Vec<Arc<str>>,
    pub sets: Vec<Node>,
    pub schema: Rc<Schema>,
}

impl Operate for DcountIntersect {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let mut rows: Vec<Row> = Vec::new();
        for (at, row) in input.rows.iter().enumerate() {
            let cx = cx(exec, &input, &map, at);
            let mut row = row.to_vec();
            let mut common: Option<FxHashSet<Key>> = None;
            for set in &self.sets {
                let items = distinct_in(&cx.eval(set)?).unwrap_or_default();
                let own: FxHashSet<Key> = items.iter().cloned().map(Key).collect();
                let both = match common.take() {
                    None => own,
                    Some(common) => common.into_iter().filter(|item| own.contains(item)).collect(),
                };
                row.push(Value::Long(i64::try_from(both.len()).unwrap_or(i64::MAX)));
                common = Some(both);
            }
            rows.push(row.into());
        }
        Ok(Table::new(Rc::clone(&self.schema), rows))
    }
}

/// `rows_near`: rows that pass a condition, and those around them.
#[derive(Debug)]
pub(crate) struct RowsNear {
    pub used: Vec<Arc<str>>,
    pub condition: Node,
    pub distance: Node,
}

impl Operate for RowsNear {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let distance = counted(exec, &input, &self.distance)?;
        let mut near = vec![false; input.rows.len()];
        for at in 0..input.rows.len() {
            if cx(exec, &input, &map, at).holds(&self.condition)? {
                let end = at.saturating_add(distance).saturating_add(1).min(near.len());
                near[at.saturating_sub(distance)..end].fill(true);
            }
        }
        let rows =
            input.rows.iter().zip(near).filter(|(_, near)| *near).map(|(row, _)| Rc::clone(row)).collect();
        Ok(Table::new(input.schema, rows))
    }
}
