//! The operators as they run, one file for each family.

use std::sync::Arc;

use super::eval::Cx;
use super::exec::{Exec, Failure};
use super::table::Table;

pub mod columns;
pub mod expand;
pub mod fixed;
pub mod join;
pub mod lookup;
pub mod metrics;
pub mod parse;
pub mod plugins;
pub mod rows;
pub mod scan;
pub mod search;
pub mod series;
pub mod summarize;
pub mod union;
pub mod windows;

/// The places of the columns that an operator names. Without rows, nobody looks there: of an empty table that nobody
/// described, the columns are not known.
pub fn link(used: &[Arc<str>], table: &Table) -> Result<Vec<usize>, Failure> {
    let place = |name: &Arc<str>| match table.schema.find(name) {
        Some(at) => Ok(at),
        None if table.rows.is_empty() => Ok(usize::MAX),
        None => Err(Failure::new(format!("the rows have no column `{name}`"))),
    };
    used.iter().map(place).collect()
}

/// The rows of a table, each as an expression sees it.
pub fn cx<'e>(exec: &'e Exec, table: &'e Table, map: &'e [usize], at: usize) -> Cx<'e> {
    let empty: &'e [super::value::Value] = &[];
    let row = table.rows.get(at).map_or(empty, |row| &**row);
    Cx { exec, row, map, rows: &table.rows, at, schema: &table.schema }
}

/// A row of values of an expression without rows around it.
pub fn bare<'e>(exec: &'e Exec, table: &'e Table) -> Cx<'e> {
    Cx { exec, row: &[], map: &[], rows: &[], at: 0, schema: &table.schema }
}
