//! One file: every enabled rule over it, and its findings completed.

use std::sync::Arc;

use super::checker::{self, Checker};
use super::job::{Before, Job, Skipped};
use super::proof;
use super::repository::summarise;
use super::{CheckedFile, Look};
use crate::content::{Content, Form, Kind, Query};
use crate::diagnostic::Diagnostic;
use crate::findings::FileReport;
use crate::kql::bind::Catalog;
use crate::rules::{self, Base, Declared as _, Entry, RepositoryFile, Settings};
use crate::source::SourceFile;
use crate::suite;
use crate::suppress::{self, Suppression};
use crate::workspace::View;

/// Checks one file, the job at this index, and says what the rules of the repository see of it. `look` sees it first.
pub(super) fn check_file(
    at: usize,
    job: &Job,
    source: Result<Arc<SourceFile>, String>,
    settings: &Arc<Settings>,
    enabled: &[&'static Entry],
    catalog: &View<'_>,
    look: Option<&Look<'_>>,
) -> Result<Box<(CheckedFile, RepositoryFile)>, Skipped> {
    let (name, named) = (job.input.name.clone(), job.input.named);
    let source = source.map_err(|reason| Skipped::Unreadable { name: name.clone(), named, reason })?;
    let content = checker::read(source, job.place(), settings);
    if !content.looks_like_content() {
        let (what, broken) = (content.foreign, content.why_unreadable());
        return Err(Skipped::NotContent { name, named, what, broken });
    }
    let queries = content.queries();
    let view = catalog;
    if let Some(look) = look {
        match checker::as_meant(&content, job.place(), settings) {
            Some(content) => look(at, &content, &content.queries(), view),
            None => look(at, &content, &queries, view),
        }
    }
    // Queries of custom detections run in advanced hunting.
    let catalog: &dyn Catalog =
        if content.kind == Kind::CustomDetection { catalog.hunting() } else { catalog };
    let suppressions = suppress::suppressions(&content, &queries);
    let diagnostics = if job.silent {
        Vec::new()
    } else {
        let base = job.before.as_ref().and_then(|before| read_base(before, job, &content));
        let with_named = with_named(enabled, &suppressions, settings);
        let rules = with_named.as_deref().unwrap_or(enabled);
        let stopped = job.stopped.as_deref();
        let checker = Checker { place: job.place(), catalog, settings, rules, base: base.as_ref(), stopped };
        let mut found = checker.check(&content, &queries);
        if content.kind == Kind::Test && settings.enabled(rules::InvalidTest::META) {
            let mistakes = suite::examine(job.location(), &content.source, &content.document, view);
            for mistake in &mistakes {
                let mut finding = rules::invalid_test(mistake.span, &mistake.message);
                super::set_severity(&mut finding, settings);
                found.all.push(finding);
            }
        }
        proof::prove(&checker, &content, &queries, &mut found);
        for diagnostic in &mut found.all {
            complete(diagnostic, &content, &queries);
        }
        found.all
    };
    let id = content.id().map(|id| id.value.to_owned());
    let report = FileReport {
        source: Arc::clone(&content.source),
        path: job.input.path.clone(),
        kind: content.kind.as_str(),
        form: content.form().map(Form::as_str),
        id,
        diagnostics,
    };
    let file =
        CheckedFile { report, suppressions, settings: Arc::clone(settings), silent: job.silent, job: at };
    Ok(Box::new((file, summarise(&content, &queries))))
}

/// The file as it was. What only looks renamed, because a new template began as a copy of one that is gone, is
/// another template and has nothing to be compared with.
fn read_base(before: &Before, job: &Job, now: &Content) -> Option<Base> {
    let content = Content::read(Arc::clone(&before.source), &job.place_of(&before.location));
    let renamed = before.location != job.location();
    let is_base = !renamed || now.is_same_template(&content);
    is_base.then(|| Base { content, renamed, revision: Arc::clone(&before.revision) })
}

/// The rules that run with those that suppressions name and that do not run otherwise, if there are such. They run all
/// the same, unheard, where it is to be reported whether the suppressions are needed.
fn with_named(
    enabled: &[&'static Entry],
    suppressions: &[Suppression],
    settings: &Settings,
) -> Option<Vec<&'static Entry>> {
    if suppressions.is_empty() || !settings.enabled(rules::UNUSED_SUPPRESSION) {
        return None;
    }
    let names: Vec<&str> = suppressions.iter().flat_map(|one| &one.names).map(|name| &*name.rule).collect();
    let runs = |entry: &&'static Entry| {
        names.contains(&entry.meta.id)
            || names.contains(&entry.meta.group.as_str())
            || settings.enabled(entry.meta)
    };
    let all: Vec<&'static Entry> = rules::all().filter(runs).collect();
    (all.len() > enabled.len()).then_some(all)
}

/// Fills in what every rule would otherwise have to: the place in the tree and the place in the query.
fn complete(diagnostic: &mut Diagnostic, content: &Content, queries: &[Query<'_>]) {
    diagnostic.span = content.source.clamp(diagnostic.span);
    for label in &mut diagnostic.labels {
        label.span = label.file.as_ref().unwrap_or(&content.source).clamp(label.span);
    }
    diagnostic.yaml_path = match diagnostic.yaml_path.take() {
        // The tree of Bicep is not one that a pointer into the file could mean.
        _ if content.form() == Some(Form::Bicep) => None,
        Some(pointer) => Some(content.written_pointer(pointer)),
        None => content.document.root.as_ref().and_then(|root| root.pointer_at(diagnostic.span)),
    };
    if diagnostic.query_range.is_none() {
        let range = |query: &Query<'_>| {
            let holds = query.node.is_none_or(|node| node.span.contains(diagnostic.span));
            let span = query.span_in_query(diagnostic.span).filter(|_| holds)?;
            Some(query.code_points(span))
        };
        // A list holds many detections, each with its query: only the last that begins no later can hold the place.
        let start = |query: &Query<'_>| query.node.map_or(0, |node| node.span.start);
        let near = match content.kind {
            Kind::CustomDetection => {
                let end = queries.partition_point(|query| start(query) <= diagnostic.span.start);
                &queries[end.saturating_sub(1)..end]
            }
            _ => queries,
        };
        diagnostic.query_range = near.iter().find_map(range);
    }
}
