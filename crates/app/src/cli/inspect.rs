//! `sentlint inspect`

use std::path::Path;
use std::sync::Arc;

use super::args::{Form, Global, Inspect};
use super::{Error, Outcome, files, results};
use crate::inspect;
use crate::workspace::Workspace;

pub(super) fn run(global: &Global, options: &Inspect) -> Result<Outcome, Error> {
    let work = files::collect(global, &options.files, false)?;
    let tables = files::tables(&options.tables)?;
    let workspace_of =
        |location: &Path| -> Arc<Workspace> { files::over(&work.config(location).workspace, &tables) };
    let report = inspect::inspect(&work.jobs, &workspace_of);
    files::tell_skipped(global, &work, &report.skipped, report.files.len())?;
    if options.output_format == Form::Json {
        let text =
            report.json().map_err(|error| Error::Unreadable("the report".into(), error.to_string()))?;
        results(&text)?;
    } else {
        results(&report.text())?;
    }
    Ok(Outcome::Clean)
}
