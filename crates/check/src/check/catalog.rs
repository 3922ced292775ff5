//! What the queries of a run can name: the tables and functions of the workspace, and the parsers among the files.

use std::sync::Arc;

use memchr::memmem;
use rayon::prelude::*;

use super::job::Job;
use crate::content::Content;
use crate::source::SourceFile;
use crate::workspace::{View, Workspace};

/// The parsers among the files, as functions that the queries of the run may call.
pub fn parsers(jobs: &[Job], sources: &[Result<Arc<SourceFile>, String>]) -> Workspace {
    let read = |(job, source): (&Job, &Result<Arc<SourceFile>, String>)| {
        let source = source.as_ref().ok().filter(|source| may_be_parser(source))?;
        Some(Content::read(Arc::clone(source), job.place()))
    };
    let found: Vec<Content> = jobs.par_iter().zip(sources).filter_map(read).collect();
    let mut workspace = Workspace::default();
    for content in &found {
        for query in content.queries() {
            for name in content.parser_names() {
                workspace.add_parser(name, &query.declared(), query.text);
            }
        }
    }
    workspace
}

/// Whether a file has a key that parsers have. Reading YAML takes time, and few files are parsers.
pub fn may_be_parser(source: &SourceFile) -> bool {
    let text = source.text().as_bytes();
    let is_parsers = |at: usize| text[..at].ends_with(b"Parser") || text[..at].ends_with(b"Function");
    memmem::find_iter(text, "Query:").any(is_parsers) || memmem::find(text, b"unctionAlias:").is_some()
}

/// The catalog of a workspace, made when it is first asked for. Views keep what they have looked up, so that files share them.
pub fn catalog_for<'v, 's>(
    views: &'v mut Vec<(&'s Arc<Workspace>, View<'s>)>,
    workspace: &'s Arc<Workspace>,
    parsers: &'s Workspace,
) -> &'v View<'s> {
    let at = views
        .iter()
        .position(|(known, _)| Arc::ptr_eq(known, workspace) || (known.is_empty() && workspace.is_empty()));
    let at = at.unwrap_or_else(|| {
        let view = View::new(vec![workspace, parsers]);
        views.push((workspace, view));
        views.len() - 1
    });
    &views[at].1
}
