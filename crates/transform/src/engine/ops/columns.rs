//! The operators that compute, choose and rename columns.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::super::eval::Node;
use super::super::exec::{Exec, Failure, Needed, Operate};
use super::super::ordering::Key;
use super::super::table::{Row, Schema, Table};
use super::super::value::Value;
use super::{bare, cx, link};
use crate::kql::ast::SortOrder;
use crate::kql::types::Scalar;
use crate::source::Span;

/// An expression of a list, and the columns that it makes.
#[derive(Debug)]
pub struct Item {
    pub node: Node,
    pub names: Vec<(Arc<str>, Scalar)>,
    /// Whether its value is a list with one value for each of the columns.
    pub several: bool,
}

impl Item {
    /// Adds the values of the columns.
    pub fn spread(&self, value: Value, mut put: impl FnMut(usize, Value)) {
        if !self.several {
            if let Some((_, kind)) = self.names.first() {
                put(0, value.conform(*kind));
            }
            return;
        }
        let parts = match value {
            Value::Array(parts) => parts,
            _ => Rc::default(),
        };
        for (at, (_, kind)) in self.names.iter().enumerate() {
            put(at, parts.get(at).cloned().unwrap_or_default().conform(*kind));
        }
    }
}

/// `extend`, `project`, `print` and `distinct`.
#[derive(Debug)]
pub(crate) struct Compute {
    pub span: Span,
    pub used: Vec<Arc<str>>,
    pub items: Vec<Item>,
    /// Whether the columns of the input stay.
    pub keeps: bool,
    /// The columns, where those of the input do not stay.
    pub schema: Rc<Schema>,
    /// Whether columns that only the rows tell are passed on: those that are none of these.
    pub others_than: Option<Vec<Arc<str>>>,
    /// Whether each row stands once.
    pub distinct: bool,
}

impl Operate for Compute {
    fn needs(&self, above: Option<&Needed>) -> Option<Needed> {
        let used = self.used.iter().cloned();
        match (self.keeps, &self.others_than) {
            (true, _) => above.map(|above| above.iter().cloned().chain(used).collect()),
            (false, None) => Some(used.collect()),
            (false, Some(_)) => None,
        }
    }

    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let mut schema = if self.keeps { (*input.schema).clone() } else { (*self.schema).clone() };
        let mut targets: Vec<Vec<usize>> = Vec::new();
        for item in &self.items {
            let mut own = Vec::new();
            for (name, kind) in &item.names {
                let at = match schema.find(name) {
                    Some(at) => {
                        schema.columns[at].1 = *kind;
                        at
                    }
                    None => {
                        schema.push(Arc::clone(name), *kind);
                        schema.len() - 1
                    }
                };
                own.push(at);
            }
            targets.push(own);
        }
        let mut passed: Vec<(usize, usize)> = Vec::new();
        if let Some(known) = &self.others_than {
            for (at, (name, kind)) in input.schema.columns.iter().enumerate() {
                if !known.contains(name) && schema.find(name).is_none() {
                    passed.push((at, schema.len()));
                    schema.push(Arc::clone(name), *kind);
                }
            }
        }
        let width = schema.len();
        let mut rows: Vec<Row> = Vec::with_capacity(input.rows.len());
        let mut seen: FxHashSet<Vec<Key>> = FxHashSet::default();
        for at in 0..input.rows.len() {
            exec.step(self.span, rows.len())?;
            let cx = cx(exec, &input, &map, at);
            let mut row: Vec<Value> = Vec::with_capacity(width);
            if self.keeps {
                row.extend_from_slice(cx.row);
            }
            row.resize(width, Value::Null);
            for (item, targets) in self.items.iter().zip(&targets) {
                item.spread(cx.eval(&item.node)?, |at, value| row[targets[at]] = value);
            }
            for (from, to) in &passed {
                row[*to] = cx.row[*from].clone();
            }
            if self.distinct && !seen.insert(row.iter().cloned().map(Key).collect()) {
                continue;
            }
            rows.push(row.into());
        }
        Ok(Table::new(Rc::new(schema), rows))
    }
}

/// A name or a pattern with stars.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub name: Arc<str>,
    pub pattern: bool,
    pub order: Option<SortOrder>,
}

impl Wanted {
    fn fits(&self, name: &str) -> bool {
        if self.pattern { crate::kql::bind::matches_wildcard(&self.name, name) } else { *self.name == *name }
    }
}

/// What is done with columns as they are.
#[derive(Debug)]
pub(crate) enum Choice {
    Away(Vec<Wanted>),
    Keep(Vec<Wanted>),
    Reorder(Vec<Wanted>),
    /// New and old names.
    Rename(Vec<(Arc<str>, Arc<str>)>),
}

#[derive(Debug)]
pub(crate) struct Choose(pub Choice);

impl Operate for Choose {
    fn run(&self, _: &Exec, input: Table) -> Result<Table, Failure> {
        let columns = &input.schema.columns;
        if let Choice::Rename(pairs) = &self.0 {
            let mut renamed = columns.clone();
            for (new, old) in pairs {
                let Some(at) = input.schema.find(old) else {
                    if input.rows.is_empty() {
                        renamed.push((Arc::clone(new), Scalar::Dynamic));
                        continue;
                    }
                    return Err(Failure::new(format!("the rows have no column `{old}`")));
                };
                renamed[at].0 = Arc::clone(new);
            }
            return Ok(Table { schema: Rc::new(Schema::new(renamed)), rows: input.rows });
        }
        let places = self.places(columns);
        let kept = places.iter().map(|at| columns[*at].clone()).collect();
        let row = |row: &Row| -> Row { places.iter().map(|at| row[*at].clone()).collect() };
        let rows = input.rows.iter().map(row).collect();
        Ok(Table::new(Rc::new(Schema::new(kept)), rows))
    }
}

/// `project-by-names`: columns by names and patterns that are values.
#[derive(Debug)]
pub(crate) struct ByNames(pub Vec<Node>);

impl Operate for ByNames {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let columns = &input.schema.columns;
        let mut places: Vec<usize> = Vec::new();
        for value in bare(exec, &input).all(&self.0)? {
            let names = match &value {
                Value::Array(items) => items.iter().map(super::super::convert::text).collect(),
                value => vec![super::super::convert::text(value)],
            };
            for name in names {
                let fits = |at: &usize| crate::kql::bind::matches_wildcard(&name, &columns[*at].0);
                let found: Vec<usize> =
                    (0..columns.len()).filter(fits).filter(|at| !places.contains(at)).collect();
                places.extend(found);
            }
        }
        let kept = places.iter().map(|at| columns[*at].clone()).collect();
        let row = |row: &Row| -> Row { places.iter().map(|at| row[*at].clone()).collect() };
        let rows = input.rows.iter().map(row).collect();
        Ok(Table::new(Rc::new(Schema::new(kept)), rows))
    }
}

impl Choose {
    fn places(&self, columns: &[(Arc<str>, Scalar)]) -> Vec<usize> {
        let all = 0..columns.len();
        match &self.0 {
            Choice::Away(wanted) => {
                all.filter(|at| !wanted.iter().any(|wanted| wanted.fits(&columns[*at].0))).collect()
            }
            Choice::Keep(wanted) => {
                all.filter(|at| wanted.iter().any(|wanted| wanted.fits(&columns[*at].0))).collect()
            }
            Choice::Reorder(wanted) => {
                let mut places: Vec<usize> = Vec::new();
                for wanted in wanted {
                    let mut found: Vec<usize> = all
                        .clone()
                        .filter(|at| !places.contains(at) && wanted.fits(&columns[*at].0))
                        .collect();
                    if let Some(order) = wanted.order.filter(|_| wanted.pattern) {
                        found.sort_by(|a, b| by_name(&columns[*a].0, &columns[*b].0, order));
                    }
                    places.extend(found);
                }
                let rest: Vec<usize> = all.filter(|at| !places.contains(at)).collect();
                places.extend(rest);
                places
            }
            Choice::Rename(_) => all.collect(),
        }
    }
}

fn by_name(a: &str, b: &str, order: SortOrder) -> Ordering {
    let found = a.to_lowercase().cmp(&b.to_lowercase());
    if matches!(order, SortOrder::Descending | SortOrder::GrannyDescending) { found.reverse() } else { found }
}
