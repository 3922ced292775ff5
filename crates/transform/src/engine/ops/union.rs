//! `union`: rows of several tables together.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::exec::{Exec, Failure, Operate, Plan};
use super::super::table::{Row, Schema, Table};
use super::super::value::Value;
use crate::kql::types::{Column, Relation, Scalar};
use crate::source::Span;

#[derive(Debug)]
pub(crate) struct Union {
    pub span: Span,
    pub legs: Vec<Rc<Plan>>,
    /// The column that names the source of a row, and the names.
    pub source: Option<(Arc<str>, Vec<Rc<str>>)>,
    /// The columns, where they are known before.
    pub schema: Option<Rc<Schema>>,
    /// Whether only the columns stay that all of the tables have.
    pub inner: bool,
}

/// Only the columns that all of the tables have.
fn in_common(tables: &[Table]) -> Vec<Table> {
    let stays = |name: &str| tables.iter().all(|table| table.schema.find(name).is_some());
    let narrowed = |table: &Table| {
        let columns = table.schema.columns.iter().enumerate();
        let places: Vec<usize> = columns.filter(|(_, (name, _))| stays(name)).map(|(at, _)| at).collect();
        let schema = Schema::new(places.iter().map(|at| table.schema.columns[*at].clone()).collect());
        let row = |row: &Row| -> Row { places.iter().map(|at| row[*at].clone()).collect() };
        Table::new(Rc::new(schema), table.rows.iter().map(row).collect())
    };
    tables.iter().map(narrowed).collect()
}

impl Operate for Union {
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure> {
        let mut tables = Vec::new();
        // What is piped in comes first.
        if !input.schema.columns.is_empty() {
            tables.push(input);
        }
        for leg in &self.legs {
            tables.push(exec.run(leg)?);
        }
        if self.inner {
            tables = in_common(&tables);
        }
        let schema = match &self.schema {
            Some(schema) => Rc::clone(schema),
            None => Rc::new(self.united(&tables)),
        };
        let mut rows: Vec<Row> = Vec::new();
        let schemas: Vec<&Schema> = tables.iter().map(|table| &*table.schema).collect();
        let all = places(&schemas, &schema);
        for (at, (table, places)) in tables.iter().zip(all).enumerate() {
            if let Some(lost) =
                places.iter().position(|place| *place == usize::MAX).filter(|_| !table.rows.is_empty())
            {
                return Err(Failure::new(format!(
                    "the column `{}` has another type in other tables of the union, and would lose its values",
                    table.schema.columns[lost].0
                )));
            }
            let same = places.len() == schema.len()
                && places.iter().enumerate().all(|(at, place)| at == *place)
                && self.source.is_none();
            if same {
                rows.extend(table.rows.iter().cloned());
                exec.rows_allowed(self.span, rows.len())?;
                continue;
            }
            let missing: Vec<Value> = schema.columns.iter().map(|(_, kind)| Value::missing(*kind)).collect();
            for row in table.rows.iter() {
                exec.step(self.span, rows.len())?;
                let mut made = missing.clone();
                for (from, to) in places.iter().enumerate() {
                    made[*to] = row[from].clone();
                }
                if let Some((name, names)) = &self.source
                    && let Some(to) = schema.find(name)
                {
                    made[to] = Value::str(names.get(at).map_or("", |name| name));
                }
                rows.push(made.into());
            }
        }
        Ok(Table::new(schema, rows))
    }
}

impl Union {
    fn united(&self, tables: &[Table]) -> Schema {
        let mut all = united(tables.iter().map(|table| &*table.schema));
        if let Some((name, _)) = &self.source {
            all.columns.insert(0, (Arc::clone(name), Scalar::String));
            all = Schema::new(all.columns);
        }
        all
    }
}

/// The columns of several tables together, by name and type.
pub fn united<'s>(schemas: impl Iterator<Item = &'s Schema>) -> Schema {
    let relation = |schema: &Schema| {
        let columns = schema.columns.iter().map(|(name, kind)| Column::new(&**name, *kind));
        Arc::new(Relation::closed(columns.collect::<Vec<_>>()))
    };
    let relations: Vec<Arc<Relation>> = schemas.map(relation).collect();
    Schema::of(&crate::kql::bind::union_relations(&relations))
}

/// Where each column of each table lies in their union, by the rules that name its columns: the columns of one name are
/// one where they are of one type, and carry their types in their names where they are not.
fn places(schemas: &[&Schema], all: &Schema) -> Vec<Vec<usize>> {
    let mut groups: Vec<(&Arc<str>, Vec<Scalar>)> = Vec::new();
    let mut index: FxHashMap<&Arc<str>, usize> = FxHashMap::default();
    for (name, kind) in schemas.iter().flat_map(|schema| &schema.columns) {
        let at = *index.entry(name).or_insert(groups.len());
        if at == groups.len() {
            groups.push((name, Vec::new()));
        }
        if !groups[at].1.contains(kind) {
            groups[at].1.push(*kind);
        }
    }
    let mut named: FxHashMap<(&Arc<str>, Scalar), usize> = FxHashMap::default();
    let mut taken: FxHashSet<String> = FxHashSet::default();
    let mut put = |name: String| -> Option<usize> {
        let (mut own, mut number) = (name.clone(), 0);
        while !taken.insert(own.clone()) {
            number += 1;
            own = format!("{name}{number}");
        }
        all.find(&own)
    };
    for (name, kinds) in &groups {
        // The binder may have settled on the first type before it met another.
        let typed = kinds.len() > 1 && all.find(&format!("{name}_{}", kinds[0].name())).is_some();
        for kind in if typed { kinds.as_slice() } else { &kinds[..1] } {
            let own = if typed { format!("{name}_{}", kind.name()) } else { name.to_string() };
            if let Some(at) = put(own) {
                named.insert((name, *kind), at);
            }
        }
    }
    let mut places = Vec::new();
    for schema in schemas {
        let mut own = Vec::new();
        for (name, kind) in &schema.columns {
            match named.get(&(name, *kind)) {
                Some(at) => own.push(*at),
                None => own.push(usize::MAX),
            }
        }
        places.push(own);
    }
    places
}
