//! The columns that a query reads from its tables.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::kql::model::{ColumnOrigin, SemanticModel, Symbol};
use crate::kql::types::ColumnId;

/// A column of a table that a query names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Read {
    /// The table, or the pattern of several.
    pub(super) table: String,
    pub(super) name: String,
    pub(super) kind: &'static str,
}

/// Every column that is named, directly or through other columns, by table and name. The model must be one of the full level.
pub(super) fn columns(model: &SemanticModel) -> Vec<Read> {
    let mut found = BTreeMap::new();
    let mut add = |id: ColumnId| {
        for id in model.sources(id) {
            let Some(column) = model.column(id) else { continue };
            let (ColumnOrigin::Table(table) | ColumnOrigin::Tables(table)) = &column.origin else { continue };
            found.insert((table.to_string(), column.name.to_string()), column.kind.name());
        }
    };
    for occurrence in model.occurrences().iter().filter(|occurrence| !occurrence.declares) {
        match &occurrence.symbol {
            Symbol::Column(id) => add(*id),
            Symbol::Columns(ids) => ids.iter().for_each(|id| add(*id)),
            _ => {}
        }
    }
    found.into_iter().map(|((table, name), kind)| Read { table, name, kind }).collect()
}
