//! `search` and `find`: rows of several tables in which something stands.

use std::rc::Rc;
use std::sync::Arc;

use super::super::convert;
use super::super::eval::{Cx, Node};
use super::super::exec::{Exec, Failure, Operate, Plan};
use super::super::table::{Row, Schema, Table};
use super::super::value::{Bag, Value};
use super::union::united;
use crate::kql::types::Scalar;
use crate::source::Span;

#[derive(Debug)]
pub(crate) struct Search {
    pub span: Span,
    pub used: Vec<Arc<str>>,
    /// The tables with their names.
    pub legs: Vec<(Rc<str>, Rc<Plan>)>,
    pub condition: Node,
    /// The columns where there is no table.
    pub schema: Rc<Schema>,
}

impl Operate for Search {
    fn run(&self, exec: &Exec, _: Table) -> Result<Table, Failure> {
        let mut tables = Vec::new();
        for (name, leg) in &self.legs {
            tables.push((name, exec.run(leg)?));
        }
        let all = match tables.as_slice() {
            [(_, only)] => (*only.schema).clone(),
            _ => united(tables.iter().map(|(_, table)| &*table.schema)),
        };
        if self.legs.is_empty() {
            return Ok(Table::new(Rc::clone(&self.schema), Vec::new()));
        }
        let mut columns = vec![(Arc::from("$table"), Scalar::String)];
        columns.extend(all.columns);
        let schema = Rc::new(Schema::new(columns));
        let mut rows: Vec<Row> = Vec::new();
        for (name, table) in &tables {
            let place = |(own, kind): &(Arc<str>, Scalar)| {
                schema
                    .find(own)
                    .filter(|at| schema.kind(*at) == *kind)
                    .or_else(|| schema.find(&format!("{own}_{}", kind.name())))
            };
            let places: Vec<Option<usize>> = table.schema.columns.iter().map(place).collect();
            // A column that a table does not have is null there.
            let map: Vec<usize> =
                self.used.iter().map(|name| table.schema.find(name).unwrap_or(usize::MAX)).collect();
            for (at, row) in table.rows.iter().enumerate() {
                exec.step(self.span, rows.len())?;
                let cx = Cx { exec, row, map: &map, rows: &table.rows, at, schema: &table.schema };
                if !cx.holds(&self.condition)? {
                    continue;
                }
                let mut made: Vec<Value> =
                    schema.columns.iter().map(|(_, kind)| Value::missing(*kind)).collect();
                made[0] = Value::Str(Rc::clone(name));
                for (place, value) in places.iter().zip(row.iter()) {
                    if let Some(place) = place {
                        made[*place] = value.clone();
                    }
                }
                rows.push(made.into());
            }
        }
        Ok(Table::new(schema, rows))
    }
}

/// Which columns `find` returns.
#[derive(Debug)]
pub(crate) enum Found {
    Named(Projected),
    /// Those of the condition and those that all of the tables have; the others are packed.
    Smart(Vec<Arc<str>>),
}

/// The columns after `project`.
#[derive(Debug, Default)]
pub(crate) struct Projected {
    /// With their types, where they are said.
    pub columns: Vec<(Arc<str>, Option<Scalar>)>,
    /// Whether the others are packed.
    pub packs: bool,
}

#[derive(Debug)]
pub(crate) struct Find {
    pub span: Span,
    pub used: Vec<Arc<str>>,
    /// The tables with their names.
    pub legs: Vec<(Rc<str>, Rc<Plan>)>,
    pub condition: Node,
    /// The column that names the table of a row.
    pub source: Arc<str>,
    pub columns: Found,
    /// The columns that are left out; `*` leaves out all but the source.
    pub away: Vec<Arc<str>>,
}

/// The name of the column that the other columns are packed into.
const PACK: &str = "pack_";

impl Find {
    /// The columns of the result, and whether the last holds those that are none of them.
    fn schema(&self, tables: &[(&Rc<str>, Table)]) -> (Schema, bool) {
        let first = |name: &str| {
            tables.iter().find_map(|(_, table)| table.schema.find(name).map(|at| table.schema.kind(at)))
        };
        let mut schema = Schema::new(vec![(Arc::clone(&self.source), Scalar::String)]);
        let packs = match &self.columns {
            Found::Named(projected) => {
                for (name, kind) in &projected.columns {
                    schema.push(Arc::clone(name), kind.or_else(|| first(name)).unwrap_or(Scalar::Dynamic));
                }
                projected.packs
            }
            Found::Smart(asked) => {
                if let Some((_, one)) = tables.first() {
                    for (name, kind) in &one.schema.columns {
                        let own = |table: &Table| table.schema.find(name).map(|at| table.schema.kind(at));
                        if tables.iter().all(|(_, table)| own(table) == Some(*kind)) {
                            schema.push(Arc::clone(name), *kind);
                        }
                    }
                }
                for name in asked {
                    if schema.find(name).is_none() {
                        schema.push(Arc::clone(name), first(name).unwrap_or(Scalar::Dynamic));
                    }
                }
                let mut all = tables.iter().flat_map(|(_, table)| &table.schema.columns);
                all.any(|(name, _)| schema.find(name).is_none())
            }
        };
        if packs {
            schema.push(PACK.into(), Scalar::Dynamic);
        }
        let stays = |name: &Arc<str>| {
            *name == self.source || !self.away.iter().any(|away| &**away == "*" || away == name)
        };
        let columns: Vec<_> = schema.columns.into_iter().filter(|(name, _)| stays(name)).collect();
        let packs = packs && columns.last().is_some_and(|(name, _)| &**name == PACK);
        (Schema::new(columns), packs)
    }
}

impl Operate for Find {
    fn run(&self, exec: &Exec, _: Table) -> Result<Table, Failure> {
        let mut tables = Vec::new();
        for (name, leg) in &self.legs {
            tables.push((name, exec.run(leg)?));
        }
        let (schema, packs) = self.schema(&tables);
        let schema = Rc::new(schema);
        let mut rows: Vec<Row> = Vec::new();
        for (name, table) in &tables {
            let map: Vec<usize> =
                self.used.iter().map(|name| table.schema.find(name).unwrap_or(usize::MAX)).collect();
            let places: Vec<Option<usize>> =
                schema.columns.iter().map(|(name, _)| table.schema.find(name)).collect();
            let packed: Vec<usize> =
                (0..table.schema.len()).filter(|at| !places.contains(&Some(*at))).collect();
            for (at, row) in table.rows.iter().enumerate() {
                exec.step(self.span, rows.len())?;
                let cx = Cx { exec, row, map: &map, rows: &table.rows, at, schema: &table.schema };
                if !cx.holds(&self.condition)? {
                    continue;
                }
                let mut made: Vec<Value> = Vec::with_capacity(schema.len());
                for (place, (_, kind)) in places.iter().zip(&schema.columns) {
                    made.push(match place {
                        Some(at) if table.schema.kind(*at) == *kind => row[*at].clone(),
                        Some(at) => convert::to(*kind, &row[*at]).conform(*kind),
                        None => Value::missing(*kind),
                    });
                }
                made[0] = Value::Str(Rc::clone(name));
                if packs && let Some(last) = made.last_mut() {
                    let member = |at: &usize| (Rc::from(&*table.schema.columns[*at].0), row[*at].clone());
                    *last = Value::bag(packed.iter().map(member).collect::<Bag>());
                }
                rows.push(made.into());
            }
        }
        Ok(Table::new(schema, rows))
    }
}
