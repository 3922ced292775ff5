//! The engine: runs a bound query on local rows, exactly or not at all. `compile` makes a plan of the tree and of what
//! the model tells of it, and refuses whatever cannot be run before anything does; `exec` runs the plan. Nothing here
//! prints.

use std::rc::Rc;
use std::sync::Arc;

use crate::kql;
use crate::kql::bind::Catalog;
use crate::kql::model::SemanticModel;
use crate::kql::types::Relation;

pub mod aggregates;
pub mod arithmetic;
mod compile;
pub mod convert;
pub mod data;
mod decimal;
pub mod eval;
pub mod exec;
pub mod functions;
mod graph;
pub mod json;
pub mod ops;
pub mod ordering;
mod output;
mod pattern;
mod random;
pub mod strings;
pub mod table;
#[cfg(test)]
mod tests;
pub mod time;
pub mod value;
mod xxhash;

pub use compile::Options;
pub use exec::{Budget, Exec, Failure, Step};
pub use json::text;
pub use ordering::same;
pub use output::Form;
pub use table::{Row, Schema, Table};
pub use value::Value;

/// A query that can be run.
pub struct Prepared {
    /// What runs; its operators tell what they ask of their rows.
    pub plan: exec::Plan,
    result: Option<Arc<Relation>>,
}

/// What a run comes to.
pub struct Outcome {
    pub table: Table,
    /// How many rows went into each operator and came out, in the order in which they ran.
    pub steps: Vec<Step>,
    /// What a person should know of the result.
    pub notes: Vec<(crate::source::Span, String)>,
}

/// Makes a plan of a query without errors, of which the model tells everything.
pub(crate) fn prepare(
    text: &str,
    parse: &kql::Parse,
    model: &SemanticModel,
    catalog: &dyn Catalog,
    options: &Options,
) -> Result<Prepared, Failure> {
    let plan = compile::compile(text, &parse.statements, model, catalog, options)?;
    Ok(Prepared { plan, result: model.result.clone() })
}

/// Runs a query. A plan keeps what it has read: each run needs one of its own.
pub fn run(prepared: &Prepared, exec: &Exec) -> Result<Outcome, Failure> {
    let mut table = exec.run(&prepared.plan)?;
    if let Some(result) = prepared.result.as_deref().filter(|result| !result.has_unknown_columns) {
        let told = table::Schema::of(result);
        if told.columns.len() != table.schema.columns.len()
            || told.columns.iter().zip(&table.schema.columns).any(|((a, _), (b, _))| a != b)
        {
            return Err(Failure::new(
                "the columns of the result are not those that the query is known to return; please report this",
            ));
        }
        table.schema = Rc::new(told);
    }
    Ok(Outcome { table, steps: exec.steps.take(), notes: exec.notes.take() })
}
