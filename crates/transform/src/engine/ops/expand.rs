//! The operators that work on parts of rows: `mv-expand`, `mv-apply` and `partition`.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::eval::Node;
use super::super::exec::{Exec, Failure, Operate, Plan};
use super::super::ordering::Key;
use super::super::table::{Row, Schema, Table};
use super::super::value::{Bag, Value};
use super::{cx, link, rows::counted};
use crate::kql::types::Scalar;
use crate::source::Span;

/// What is expanded, and the column that it makes.
#[derive(Debug)]
pub(crate) struct Expanded {
    pub node: Node,
    pub name: Arc<str>,
    pub kind: Scalar,
    /// What each item is converted to.
    pub to: Option<Scalar>,
}

#[derive(Debug)]
pub(crate) struct Expand {
    pub span: Span,
    pub used: Vec<Arc<str>>,
    pub items: Vec<Expanded>,
    pub limit: Option<Node>,
    pub index: Option<Arc<str>>,
    /// Whether members of bags are arrays of a key and a value.
    pub pairs: bool,
}

impl Expand {
    /// The columns, and where those lie that are made.
    fn schema(&self, input: &Schema) -> (Schema, Vec<usize>, Option<usize>) {
        let mut schema = input.clone();
        let mut put = |name: &Arc<str>, kind: Scalar| match schema.find(name) {
            Some(at) => {
                schema.columns[at].1 = kind;
                at
            }
            None => {
                schema.push(Arc::clone(name), kind);
                schema.len() - 1
            }
        };
        let targets = self.items.iter().map(|item| put(&item.name, item.kind)).collect();
        let index = self.index.as_ref().map(|name| put(name, Scalar::Long));
        (schema, targets, index)
    }

    /// The rows that one row becomes.
    #[expect(clippy::too_many_arguments, reason = "the row, and where its parts go")]
    fn rows_of(
        &self,
        exec: &Exec,
        input: &Table,
        map: &[usize],
        at: usize,
        limit: usize,
        layout: (&Schema, &[usize], Option<usize>),
        rows: &mut Vec<Row>,
    ) -> Result<(), Failure> {
        let (schema, targets, index) = layout;
        let cx = cx(exec, input, map, at);
        let mut lists = Vec::new();
        for item in &self.items {
            lists.push(self.parts(cx.eval(&item.node)?));
        }
        let longest = lists.iter().map(Vec::len).max().unwrap_or_default().min(limit);
        for place in 0..longest {
            exec.step(self.span, rows.len())?;
            let mut row = cx.row.to_vec();
            row.resize(schema.len(), Value::Null);
            for ((item, list), target) in self.items.iter().zip(&lists).zip(targets) {
                let value = list.get(place).cloned().unwrap_or_default();
                row[*target] = match item.to {
                    Some(kind) => cast(kind, value),
                    None => value,
                }
                .conform(item.kind);
            }
            if let Some(index) = index {
                row[index] = Value::Long(i64::try_from(place).unwrap_or_default());
            }
            rows.push(row.into());
        }
        Ok(())
    }

    fn parts(&self, value: Value) -> Vec<Value> {
        match value {
            Value::Array(items) => items.to_vec(),
            Value::Bag(members) => {
                let part = |(key, value): (&Rc<str>, &Value)| {
                    if self.pairs {
                        return Value::array(vec![Value::Str(Rc::clone(key)), value.clone()]);
                    }
                    let mut bag = Bag::default();
                    bag.insert(Rc::clone(key), value.clone());
                    Value::bag(bag)
                };
                members.iter().map(part).collect()
            }
            value => vec![value],
        }
    }

    fn most(&self, exec: &Exec, input: &Table) -> Result<usize, Failure> {
        self.limit.as_ref().map_or(Ok(usize::MAX), |limit| counted(exec, input, limit))
    }
}

impl Operate for Expand {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let (schema, targets, index) = self.schema(&input.schema);
        let limit = self.most(exec, &input)?;
        let mut rows = Vec::new();
        for at in 0..input.rows.len() {
            self.rows_of(exec, &input, &map, at, limit, (&schema, &targets, index), &mut rows)?;
        }
        Ok(Table::new(Rc::new(schema), rows))
    }
}

/// An item as one of a type. It is not converted: what is of another type is null.
fn cast(kind: Scalar, value: Value) -> Value {
    let fits = match (kind, &value) {
        (Scalar::Int | Scalar::Long, Value::Int(_) | Value::Long(_))
        | (Scalar::Bool, Value::Bool(_))
        | (Scalar::String, Value::Str(_))
        | (Scalar::DateTime, Value::DateTime(_))
        | (Scalar::Timespan, Value::Timespan(_))
        | (Scalar::Guid, Value::Guid(_)) => true,
        (Scalar::Real | Scalar::Decimal, value) => value.is_number(),
        (
            Scalar::Bool
            | Scalar::Int
            | Scalar::Long
            | Scalar::String
            | Scalar::DateTime
            | Scalar::Timespan
            | Scalar::Guid,
            _,
        ) => false,
        _ => true,
    };
    if fits { value } else { Value::Null }
}

/// `mv-apply`: a query over the rows that each row becomes.
#[derive(Debug)]
pub(crate) struct Apply {
    pub expand: Expand,
    pub query: Rc<Plan>,
    /// The columns that are only there where the query lets them through.
    pub applied: Vec<Arc<str>>,
}

impl Operate for Apply {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.expand.used, &input)?;
        let (schema, targets, index) = self.expand.schema(&input.schema);
        let limit = self.expand.most(exec, &input)?;
        let outer: Vec<usize> = (0..input.schema.len())
            .filter(|at| !self.applied.contains(&input.schema.columns[*at].0))
            .collect();
        let inner = Rc::new(schema.clone());
        let mut made: Option<Rc<Schema>> = None;
        let mut rows: Vec<Row> = Vec::new();
        // Without rows, the columns of the result are those of the query over none.
        for at in 0..input.rows.len().max(1) {
            let mut subject = Vec::new();
            let empty = at >= input.rows.len();
            if !empty {
                self.expand.rows_of(
                    exec,
                    &input,
                    &map,
                    at,
                    limit,
                    (&schema, &targets, index),
                    &mut subject,
                )?;
            }
            let result = over(exec, &self.query, Table::new(Rc::clone(&inner), subject))?;
            let mut columns = Schema::new(outer.iter().map(|at| input.schema.columns[*at].clone()).collect());
            let mut places = Vec::new();
            for (name, kind) in &result.schema.columns {
                places.push(match columns.find(name) {
                    Some(at) => {
                        columns.columns[at].1 = *kind;
                        at
                    }
                    None => {
                        columns.push(Arc::clone(name), *kind);
                        columns.len() - 1
                    }
                });
            }
            let width = columns.len();
            made.get_or_insert_with(|| Rc::new(columns));
            if empty {
                break;
            }
            for found in result.rows.iter() {
                let mut row: Vec<Value> = outer.iter().map(|place| input.rows[at][*place].clone()).collect();
                row.resize(width, Value::Null);
                for (from, to) in places.iter().enumerate() {
                    row[*to] = found[from].clone();
                }
                rows.push(row.into());
                exec.step(self.expand.span, rows.len())?;
            }
        }
        Ok(Table::new(made.unwrap_or_default(), rows))
    }
}

/// Runs a query over some rows.
pub fn over(exec: &Exec, query: &Plan, subject: Table) -> Result<Table, Failure> {
    exec.subjects.borrow_mut().push(subject);
    let result = exec.run(query);
    exec.subjects.borrow_mut().pop();
    result
}

/// `partition`: a query over the rows of each value of a column.
#[derive(Debug)]
pub(crate) struct Partition {
    pub span: Span,
    pub used: Vec<Arc<str>>,
    pub by: Node,
    pub query: Rc<Plan>,
    /// Where the query finds the value of the column.
    pub slot: usize,
}

impl Operate for Partition {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let mut places: FxHashMap<Key, usize> = FxHashMap::default();
        let mut parts: Vec<(Value, Vec<Row>)> = Vec::new();
        for (at, row) in input.rows.iter().enumerate() {
            let value = cx(exec, &input, &map, at).eval(&self.by)?;
            let place = *places.entry(Key(value.clone())).or_insert(parts.len());
            if place == parts.len() {
                parts.push((value, Vec::new()));
            }
            parts[place].1.push(Rc::clone(row));
        }
        let mut tables = Vec::new();
        if parts.is_empty() {
            tables.push(over(exec, &self.query, input.clone())?);
        }
        for (value, rows) in parts {
            exec.set_local(self.slot, value);
            tables.push(over(exec, &self.query, Table::new(Rc::clone(&input.schema), rows))?);
        }
        let schema = tables.first().map(|table| Rc::clone(&table.schema)).unwrap_or_default();
        let same = tables.iter().all(|table| table.schema.columns == schema.columns);
        if !same {
            return Err(Failure::new("the parts have different columns"));
        }
        let rows: Vec<Row> = tables.iter().flat_map(|table| table.rows.iter().cloned()).collect();
        exec.rows_allowed(self.span, rows.len())?;
        Ok(Table::new(schema, rows))
    }
}
