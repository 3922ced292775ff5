//! The plug-ins that make columns of values, and values of columns.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::aggregates::Accumulate;
use super::super::convert;
use super::super::exec::{Exec, Failure, Operate};
use super::super::ordering::Key;
use super::super::table::{Row, Schema, Table};
use super::super::value::Value;
use super::summarize::Aggregated;
use super::{cx, link};
use crate::kql::types::Scalar;
use crate::source::Span;

/// The same rows under the columns that are declared.
pub fn declared(table: Table, wanted: Option<&Rc<Schema>>) -> Table {
    let Some(wanted) = wanted else { return table };
    let places: Vec<Option<usize>> = wanted.columns.iter().map(|(name, _)| table.schema.find(name)).collect();
    let row = |row: &Row| -> Row {
        let cell = |(place, (_, kind)): (&Option<usize>, &(Arc<str>, Scalar))| match place {
            Some(at) if kind.dynamic() => row[*at].clone(),
            Some(at) => convert::to(*kind, &row[*at]).conform(*kind),
            None => Value::missing(*kind),
        };
        places.iter().zip(&wanted.columns).map(cell).collect()
    };
    Table::new(Rc::clone(wanted), table.rows.iter().map(row).collect())
}

#[derive(Debug)]
pub(crate) struct BagUnpack {
    pub span: Span,
    pub bag: Arc<str>,
    pub prefix: Option<Rc<str>>,
    /// What becomes of a member whose name a column has.
    pub conflict: String,
    pub ignored: Vec<Rc<str>>,
    pub declared: Option<Rc<Schema>>,
}

/// The type that values have in common; dynamic where they have none.
fn common(kinds: Scalar, value: &Value) -> Scalar {
    let own = match value {
        Value::Null => return kinds,
        Value::Bool(_) => Scalar::Bool,
        Value::Int(_) | Value::Long(_) => Scalar::Long,
        Value::Real(_) => Scalar::Real,
        Value::Decimal(_) => Scalar::Decimal,
        Value::Str(_) => Scalar::String,
        Value::DateTime(_) => Scalar::DateTime,
        Value::Timespan(_) => Scalar::Timespan,
        Value::Guid(_) => Scalar::Guid,
        Value::Array(_) | Value::Bag(_) => Scalar::Dynamic,
    };
    match (kinds, own) {
        (Scalar::Unknown, own) => own,
        (a, b) if a == b => a,
        (Scalar::Long, Scalar::Real) | (Scalar::Real, Scalar::Long) => Scalar::Real,
        _ => Scalar::Dynamic,
    }
}

impl Operate for BagUnpack {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let Some(bag) = input.schema.find(&self.bag) else {
            if input.rows.is_empty() {
                return Ok(declared(input, self.declared.as_ref()));
            }
            return Err(Failure::new(format!("the rows have no column `{}`", self.bag)));
        };
        let mut names: Vec<(Rc<str>, Scalar)> = Vec::new();
        let mut index: FxHashMap<Rc<str>, usize> = FxHashMap::default();
        for row in input.rows.iter() {
            exec.step(self.span, 0)?;
            let Value::Bag(members) = &row[bag] else { continue };
            for (key, value) in members.iter().filter(|(key, _)| !self.ignored.contains(key)) {
                let at = *index.entry(Rc::clone(key)).or_insert_with(|| {
                    names.push((Rc::clone(key), Scalar::Unknown));
                    names.len() - 1
                });
                names[at].1 = common(names[at].1, value);
            }
        }
        names.sort_by(|(a, _), (b, _)| a.cmp(b));
        let full = |name: &str| -> Arc<str> {
            match &self.prefix {
                Some(prefix) => format!("{prefix}{name}").into(),
                None => name.into(),
            }
        };
        // A column that the bag has too goes where the members of the bag are, in the order of their names.
        let conflicts =
            |at: &usize| names.iter().any(|(name, _)| *full(name) == *input.schema.columns[*at].0);
        let resolved = matches!(&*self.conflict, "replace_source" | "keep_source");
        let kept: Vec<usize> =
            (0..input.schema.len()).filter(|at| *at != bag && !(resolved && conflicts(at))).collect();
        let mut schema = Schema::new(kept.iter().map(|at| input.schema.columns[*at].clone()).collect());
        // Each member with its column, and the column that is kept in its place.
        let mut targets: Vec<(Rc<str>, usize, Scalar, Option<usize>)> = Vec::new();
        for (name, kind) in &names {
            let kind = if *kind == Scalar::Unknown { Scalar::Dynamic } else { *kind };
            let full = full(name);
            if schema.find(&full).is_some() {
                return Err(Failure::new(format!(
                    "`bag_unpack` makes the column `{full}`, which the rows have already"
                )));
            }
            let source = input.schema.find(&full).filter(|at| *at != bag && self.conflict == "keep_source");
            let kind = source.map_or(kind, |at| input.schema.kind(at));
            schema.push(full, kind);
            targets.push((Rc::clone(name), schema.len() - 1, kind, source));
        }
        let row = |row: &Row| -> Row {
            let mut made: Vec<Value> = kept.iter().map(|at| row[*at].clone()).collect();
            for at in made.len()..schema.len() {
                made.push(Value::missing(schema.kind(at)));
            }
            for (name, at, kind, source) in &targets {
                let member = || row[bag].as_bag().and_then(|members| members.get(name)).cloned();
                let value = match source {
                    Some(source) => row[*source].clone(),
                    None => member().unwrap_or_default(),
                };
                made[*at] = value.conform(*kind);
            }
            made.into()
        };
        let rows = input.rows.iter().map(row).collect();
        Ok(declared(Table::new(Rc::new(schema), rows), self.declared.as_ref()))
    }
}

#[derive(Debug)]
pub(crate) struct Pivot {
    pub span: Span,
    pub used: Vec<Arc<str>>,
    /// The column whose values become columns.
    pub column: Arc<str>,
    /// The columns that the aggregate takes, which do not stay.
    pub aggregated: Vec<Arc<str>>,
    pub aggregate: Aggregated,
    pub kind: Scalar,
    /// The columns that stay, where they are told.
    pub by: Option<Vec<Arc<str>>>,
    pub declared: Option<Rc<Schema>>,
}

/// What each new column of a row has gathered.
type Cells = FxHashMap<Rc<str>, Vec<Box<dyn Accumulate>>>;

impl Operate for Pivot {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let map = link(&self.used, &input)?;
        let Some(column) = input.schema.find(&self.column) else {
            if input.rows.is_empty() {
                return Ok(declared(input, self.declared.as_ref()));
            }
            return Err(Failure::new(format!("the rows have no column `{}`", self.column)));
        };
        let kept: Vec<usize> = match &self.by {
            Some(by) => link(by, &input)?.into_iter().filter(|at| *at < input.schema.len()).collect(),
            None => {
                let stays =
                    |at: &usize| *at != column && !self.aggregated.contains(&input.schema.columns[*at].0);
                (0..input.schema.len()).filter(stays).collect()
            }
        };
        let mut columns: Vec<Rc<str>> = Vec::new();
        let mut rows: Vec<(Vec<Value>, Cells)> = Vec::new();
        let mut places: FxHashMap<Vec<Key>, usize> = FxHashMap::default();
        for (at, row) in input.rows.iter().enumerate() {
            exec.step(self.span, rows.len())?;
            let name = convert::text(&row[column]);
            if !columns.contains(&name) {
                columns.push(Rc::clone(&name));
            }
            let key: Vec<Value> = kept.iter().map(|at| row[*at].clone()).collect();
            let place = *places.entry(key.iter().cloned().map(Key).collect()).or_insert(rows.len());
            if place == rows.len() {
                rows.push((key, FxHashMap::default()));
            }
            let state = rows[place].1.entry(name).or_insert_with(|| self.aggregate.start());
            self.aggregate.add(&cx(exec, &input, &map, at), state)?;
        }
        columns.sort();
        let mut schema = Schema::new(kept.iter().map(|at| input.schema.columns[*at].clone()).collect());
        for name in &columns {
            schema.push((&**name).into(), self.kind);
        }
        let mut made: Vec<Row> = Vec::new();
        for (mut row, mut states) in rows {
            for name in &columns {
                let mut found = Value::Null;
                let mut state = states.remove(name).unwrap_or_else(|| self.aggregate.start());
                self.aggregate.finish(exec, &mut state, |_, value| found = value)?;
                row.push(found.conform(self.kind));
            }
            made.push(row.into());
        }
        Ok(declared(Table::new(Rc::new(schema), made), self.declared.as_ref()))
    }
}

/// `narrow`: a row for each cell.
#[derive(Debug)]
pub(crate) struct Narrow(pub Rc<Schema>);

impl Operate for Narrow {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let mut rows: Vec<Row> = Vec::new();
        for (at, row) in input.rows.iter().enumerate() {
            for ((name, _), value) in input.schema.columns.iter().zip(row.iter()) {
                let at = i64::try_from(at).unwrap_or_default();
                rows.push([Value::Long(at), Value::str(name), Value::Str(convert::text(value))].into());
            }
            exec.rows_allowed(Span::default(), rows.len())?;
        }
        Ok(Table::new(Rc::clone(&self.0), rows))
    }
}
