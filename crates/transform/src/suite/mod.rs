//! Queries and their tests, run on local rows: the query of a file bound in a workspace; test files, what they expect, and
//! what came of it.

use crate::engine::data::{self, Files};
use crate::engine::{self, Failure, Options, Prepared};
use crate::kql;
use crate::kql::bind::{Catalog, bind_at};
use crate::kql::model::{Level, SemanticModel};
use crate::workspace::{View, Workspace};

mod alerts;
mod bless;
mod changes;
mod examine;
mod expect;
mod file;
mod probe;
mod reach;
mod report;
mod rows;
mod run;
mod scalars;
mod target;

pub use alerts::{count as alerts, rows_to_alert};
pub use bless::rewritten;
pub use examine::examine;
pub use probe::{Asks, probe};
pub use report::{Form, Report};
pub use run::{State, TestFile, Tested, period, run_file, run_text};
pub use scalars::{cell, moment, scalar};
pub use target::{Target, slashes};

/// Whether a file has the name of a test file.
pub fn is_test(path: &std::path::Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.ends_with(".test.yaml") || name.ends_with(".test.yml")
}

/// A query without errors, with what it means.
pub struct Bound<'q> {
    text: &'q str,
    parse: kql::Parse,
    model: SemanticModel,
}

impl<'q> Bound<'q> {
    /// Reads and binds a query, or tells its errors.
    pub fn new(text: &'q str, view: &View<'_>) -> Result<Self, Vec<Failure>> {
        let parse = kql::parse(text);
        if !parse.errors.is_empty() {
            let wrong = parse.errors.iter().map(|error| Failure::at(error.span, error.message.clone()));
            return Err(wrong.collect());
        }
        let model = bind_at(Level::Execute, text, &parse, view, &[]);
        let sure = model.findings.iter().filter(|finding| !finding.low_confidence);
        let wrong: Vec<Failure> = sure
            .map(|finding| {
                let help = finding.help.as_ref().map(|help| format!("\n  help: {help}")).unwrap_or_default();
                Failure::at(finding.span, format!("{}{help}", finding.message))
            })
            .collect();
        if wrong.is_empty() { Ok(Self { text, parse, model }) } else { Err(wrong) }
    }

    /// A plan of the query, good for one run.
    pub fn prepare(&self, view: &View<'_>, options: &Options) -> Result<Prepared, Failure> {
        engine::prepare(self.text, &self.parse, &self.model, view, options)
    }

    /// The columns of its result, if all of them are known.
    fn result(&self) -> Option<&crate::kql::types::Relation> {
        self.model.result.as_deref().filter(|result| !result.has_unknown_columns)
    }

    /// Whether the query asks what time it is.
    pub(crate) fn asks_the_time(&self) -> bool {
        ["now", "ago"].iter().any(|name| self.model.functions.contains(*name))
            || self.text.contains("{{StartTimeISO}}")
            || self.text.contains("{{EndTimeISO}}")
    }
}

/// Declares the tables that have rows in files and whose columns nobody knows: they have those of their rows.
pub fn declare(own: &mut Workspace, view: &View<'_>, files: &Files) -> Result<(), String> {
    for (name, path) in &files.tables {
        let table = view.table(name).map(|table| table.relation);
        let known =
            table.as_ref().is_some_and(|table| !table.columns.is_empty() && !table.has_unknown_columns);
        if known || view.function(name).is_some() {
            continue;
        }
        let mut all: Vec<_> = table
            .iter()
            .flat_map(|table| &table.columns)
            .map(|column| (column.name.to_string(), column.kind))
            .collect();
        for (name, kind) in data::infer(path)? {
            if !all.iter().any(|(own, _)| *own == name) {
                all.push((name, kind));
            }
        }
        own.add_table(name, all);
    }
    Ok(())
}
