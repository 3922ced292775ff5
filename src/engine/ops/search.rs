//! `search`: rows of several tables in which something stands anywhere.

use std::rc::Rc;
use std::sync::Arc;

use super::super::eval::{Cx, Node};
use super::super::exec::{Exec, Failure, Operate, Plan};
use super::super::table::{Row, Schema, Table};
use super::super::value::Value;
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
