//! What files are and what their queries read and return: the contract's `inspect` output.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;

use crate::check::{self, Job, Skipped};
use crate::content::{Content, Form, Kind, Query};
use crate::kql;
use crate::kql::model::SemanticModel;
use crate::kql::timespan::Timespan;
use crate::kql::types::Relation;
use crate::report::one_line;
use crate::source::SourceFile;
use crate::workspace::{View, Workspace};

/// Everything that was found out, in the order of the jobs.
#[derive(Debug, Serialize)]
pub struct Report {
    version: u32,
    /// The files that are content.
    pub files: Vec<File>,
    /// The jobs that yielded nothing.
    #[serde(skip)]
    pub skipped: Vec<Skipped>,
}

/// One file.
#[derive(Debug, Serialize)]
pub struct File {
    path: String,
    kind: &'static str,
    form: Option<&'static str>,
    id: Option<String>,
    name: Option<String>,
    pub query: Option<Found>,
    /// Every query of a file that holds several, the first included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    queries: Vec<Part>,
}

/// One query of several in a file.
#[derive(Debug, Serialize)]
struct Part {
    /// The line that it begins in, from 1.
    line: usize,
    #[serde(flatten)]
    found: Found,
}

/// What a query reads and returns.
#[derive(Debug, Serialize)]
pub struct Found {
    pub tables: BTreeSet<String>,
    pub functions: BTreeSet<String>,
    lookback: Option<String>,
    pub result: Option<Columns>,
}

#[derive(Debug, Serialize)]
pub struct Columns {
    pub open: bool,
    pub columns: Vec<Column>,
}

#[derive(Debug, Serialize)]
pub struct Column {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

/// Looks at every job. `workspace_of` tells what the user adds to the known tables, by full path.
pub fn inspect(jobs: &[Job], workspace_of: &(dyn Fn(&Path) -> Arc<Workspace> + Sync)) -> Report {
    let workspaces: Vec<Arc<Workspace>> = jobs.iter().map(|job| workspace_of(job.location())).collect();
    let sources: Vec<Result<Arc<SourceFile>, String>> = jobs.par_iter().map(check::read).collect();
    let parsers = check::parsers(jobs, &sources);
    let found: Vec<Result<File, Skipped>> = jobs
        .par_iter()
        .zip(sources)
        .zip(&workspaces)
        .map_init(Vec::new, |views, ((job, source), workspace)| {
            inspect_one(job, source, check::catalog_for(views, workspace, &parsers))
        })
        .collect();
    let mut report = Report { version: 1, files: Vec::new(), skipped: Vec::new() };
    for one in found {
        match one {
            Ok(file) => report.files.push(file),
            Err(skipped) => report.skipped.push(skipped),
        }
    }
    report
}

fn inspect_one(job: &Job, source: Result<Arc<SourceFile>, String>, view: &View<'_>) -> Result<File, Skipped> {
    let (name, named) = (job.input.name.clone(), job.input.named);
    let source = source.map_err(|reason| Skipped::Unreadable { name: name.clone(), named, reason })?;
    let content = Content::read(source, job.place());
    if content.kind == Kind::Unknown {
        let (what, broken) = (content.foreign, content.why_unreadable());
        return Err(Skipped::NotContent { name, named, what, broken });
    }
    let queries = content.queries();
    let view = if content.kind == Kind::CustomDetection { view.hunting() } else { view };
    Ok(File {
        kind: content.kind.as_str(),
        form: content.form().map(Form::as_str),
        id: content.id().map(|id| id.value.to_owned()),
        name: content.name().map(str::to_owned),
        query: queries.first().map(|query| found(query, view)),
        queries: if queries.len() > 1 && matches!(content.kind, Kind::Query | Kind::CustomDetection) {
            let line = |query: &Query<'_>| content.source.position(query.first_line().start as usize).line;
            queries.iter().map(|query| Part { line: line(query), found: found(query, view) }).collect()
        } else {
            Vec::new()
        },
        path: name,
    })
}

fn found(query: &Query<'_>, view: &View<'_>) -> Found {
    let meaning = query.meaning(view);
    let columns = |relation: &Relation| Columns {
        open: relation.has_unknown_columns,
        columns: relation
            .columns
            .iter()
            .map(|column| Column { name: column.name.to_string(), kind: column.kind.name() })
            .collect(),
    };
    Found {
        tables: meaning.tables.iter().map(|(name, _)| name.to_string()).collect(),
        functions: meaning.functions.iter().map(ToString::to_string).collect(),
        lookback: lookback(query, &meaning),
        result: meaning.result.as_deref().map(columns),
    }
}

/// The furthest constant look-back. The range of the portal counts for nothing: it is chosen when the query runs.
fn lookback(query: &Query<'_>, model: &SemanticModel) -> Option<String> {
    let found = kql::lookback::lookback(query.text, query.parse(), model, Timespan::ZERO);
    found.furthest().map(|reach| reach.back).filter(|back| *back > Timespan::ZERO).map(Timespan::iso8601)
}

impl Report {
    /// The report as JSON.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// The report for people.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (at, file) in self.files.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            let _ = writeln!(out, "{}", one_line(&file.path));
            let mut line = |name: &str, value: &str| {
                let _ = writeln!(out, "  {name:<10}{}", one_line(value));
            };
            line("kind", file.kind);
            if let Some(form) = file.form {
                line("form", form);
            }
            for (name, value) in [("id", &file.id), ("name", &file.name)] {
                if let Some(value) = value {
                    line(name, value);
                }
            }
            if file.queries.is_empty() {
                file.query.iter().for_each(|query| query.write(&mut out));
            }
            for part in &file.queries {
                let _ = writeln!(out, "  query of line {}", part.line);
                part.found.write(&mut out);
            }
        }
        crate::report::without_commands(&out).into_owned()
    }
}

impl Found {
    /// Adds what is shown to people.
    fn write(&self, out: &mut String) {
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(out, "  {name:<10}{}", one_line(value));
        };
        let list = |names: &BTreeSet<String>| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        };
        line("tables", &list(&self.tables));
        line("functions", &list(&self.functions));
        line("look-back", self.lookback.as_deref().unwrap_or("none found"));
        match &self.result {
            None => line("result", "no rows"),
            Some(result) => {
                let more = if result.open { ", possibly more" } else { "" };
                let noun = if result.columns.len() == 1 { "column" } else { "columns" };
                line("result", &format!("{} {noun}{more}", result.columns.len()));
                let names: Vec<String> = result.columns.iter().map(|column| one_line(&column.name)).collect();
                let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
                for (name, column) in names.iter().zip(&result.columns) {
                    let _ = writeln!(out, "    {name:<width$}  {}", column.kind);
                }
            }
        }
    }
}
