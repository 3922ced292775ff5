//! The operators as they run, one file for each family.

use std::sync::Arc;

use super::eval::Cx;
use super::exec::{Exec, Failure};
use super::table::Table;

pub(crate) mod columns;
pub(crate) mod expand;
pub(crate) mod fixed;
pub(crate) mod join;
pub(crate) mod lookup;
pub(crate) mod metrics;
pub(crate) mod parse;
pub(crate) mod plugins;
pub(crate) mod rows;
pub(crate) mod scan;
pub(crate) mod search;
pub(crate) mod series;
pub(crate) mod summarize;
pub(crate) mod union;
pub(crate) mod windows;

/// The places of the columns that an operator names. Without rows, nobody looks there: of an empty table that nobody
/// described, the columns are not known.
pub(crate) fn link(used: &[Arc<str>], table: &Table) -> Result<Vec<usize>, Failure> {
    let place = |name: &Arc<str>| match table.schema.find(name) {
        Some(at) => Ok(at),
        None if table.rows.is_empty() => Ok(usize::MAX),
        None => Err(Failure::new(format!("the rows have no column `{name}`"))),
    };
    used.iter().map(place).collect()
}

/// The rows of a table, each as an expression sees it.
pub(crate) fn cx<'e>(exec: &'e Exec, table: &'e Table, map: &'e [usize], at: usize) -> Cx<'e> {
    let empty: &'e [super::value::Value] = &[];
    let row = table.rows.get(at).map_or(empty, |row| &**row);
    Cx { exec, row, map, rows: &table.rows, at, schema: &table.schema }
}

/// A row of values of an expression without rows around it.
pub(crate) fn bare<'e>(exec: &'e Exec, table: &'e Table) -> Cx<'e> {
    Cx { exec, row: &[], map: &[], rows: &[], at: 0, schema: &table.schema }
}
