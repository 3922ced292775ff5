//! One file: every enabled rule over it, and its findings completed.

use std::sync::Arc;

use super::job::{Before, Job, Skipped};
use super::repository::summarise;
use super::{CheckedFile, set_severity};
use crate::content::{Content, Query, schema};
use crate::diagnostic::{Diagnostic, Group, RuleMeta};
use crate::findings::FileReport;
use crate::rules::{self, Base, Context, RepositoryFile, Settings, gates};
use crate::source::{SourceFile, Span};
use crate::suppress::{self, Suppression};
use crate::workspace::View;

/// Checks one file, and says what the rules of the repository see of it.
pub(super) fn check_file(
    job: &Job,
    source: Result<Arc<SourceFile>, String>,
    settings: &Arc<Settings>,
    catalog: &View<'_>,
) -> Result<Box<(CheckedFile, RepositoryFile)>, Skipped> {
    let (name, named) = (job.input.name.clone(), job.input.named);
    let source = source.map_err(|reason| Skipped::Unreadable { name: name.clone(), named, reason })?;
    let read = if settings.profile.runs_gates() { Content::as_written } else { Content::read };
    let content = read(source, job.place());
    if !content.looks_like_content() {
        return Err(Skipped::NotContent { name, named, what: content.foreign });
    }
    let queries = content.queries();
    let suppressions = suppress::suppressions(&content, &queries);
    let diagnostics = if job.silent {
        Vec::new()
    } else {
        let named = named_rules(&suppressions, settings);
        let base = job.before.as_ref().and_then(|before| read_base(before, job, &content));
        check_content(&content, &queries, catalog, settings, &named, base.as_ref())
    };
    let id = content.id().map(|id| id.value.to_owned());
    let report = FileReport {
        source: Arc::clone(&content.source),
        path: job.input.path.clone(),
        kind: content.kind.as_str(),
        id,
        diagnostics,
    };
    let file = CheckedFile { report, suppressions, settings: Arc::clone(settings), silent: job.silent };
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

/// The rules that suppressions name and that do not run otherwise. They run all the same, unheard, where it is
/// to be told whether the suppressions are needed.
fn named_rules(suppressions: &[Suppression], settings: &Settings) -> Vec<&'static RuleMeta> {
    if !settings.enabled(rules::UNUSED_SUPPRESSION) {
        return Vec::new();
    }
    let names: Vec<&str> = suppressions.iter().flat_map(|one| &one.names).map(|name| &*name.rule).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let is_named = |meta: &&RuleMeta| names.contains(&meta.id) || names.contains(&meta.group.as_str());
    rules::all().map(|entry| entry.meta).filter(is_named).collect()
}

fn check_content(
    content: &Content,
    queries: &[Query<'_>],
    catalog: &View<'_>,
    settings: &Settings,
    named: &[&RuleMeta],
    base: Option<&Base>,
) -> Vec<Diagnostic> {
    let runs_gates = settings.profile.runs_gates();
    let template = if runs_gates { gates::template(content) } else { content.template() };
    let violations = match content.root() {
        Some(root) if !runs_gates => schema::violations(root, content.kind),
        _ => Vec::new(),
    };
    let template = template.as_ref();
    let cx = Context { content, template, violations: &violations, queries, catalog, settings, base };
    let mut found = Vec::new();
    if runs_gates {
        gates::check(&cx, &mut found);
    } else {
        run_rules(&cx, named, &mut found);
    }
    // What a variable stands for is for its parameter file to say.
    let variables: Vec<Span> = queries.iter().flat_map(|query| query.variables(content)).collect();
    let at_variable = |found: &Diagnostic| {
        found.rule.group == Group::Query
            && found.rule.id != "query-placeholder"
            && variables.iter().any(|place| {
                place.start < found.span.end.max(found.span.start + 1) && found.span.start < place.end
            })
    };
    found.retain(|found| !at_variable(found));
    for diagnostic in &mut found {
        complete(diagnostic, content, queries);
    }
    found
}

fn run_rules(cx: &Context<'_>, named: &[&RuleMeta], found: &mut Vec<Diagnostic>) {
    let settings = cx.settings;
    let runs = |entry: &&rules::Entry| settings.enabled(entry.meta) || named.contains(&entry.meta);
    for entry in rules::all().filter(runs) {
        entry.rule.check_file(cx, found);
        if let Some(template) = cx.template {
            entry.rule.check_template(cx, template, found);
        }
        for query in cx.queries.iter().filter(|query| !is_cut_off(cx.content, query)) {
            entry.rule.check_query(cx, query, found);
        }
    }
    for diagnostic in found {
        set_severity(diagnostic, settings);
    }
}

/// Whether a query's text is not known in full because of an error around it. What would be said of such a
/// text, may well be that error's echo.
fn is_cut_off(content: &Content, query: &Query<'_>) -> bool {
    query.node.is_some_and(|node| content.document.is_damaged(node.span))
}

/// Fills in what every rule would otherwise have to: the place in the tree and the place in the query.
fn complete(diagnostic: &mut Diagnostic, content: &Content, queries: &[Query<'_>]) {
    diagnostic.span = content.source.clamp(diagnostic.span);
    for label in &mut diagnostic.labels {
        label.span = label.file.as_ref().unwrap_or(&content.source).clamp(label.span);
    }
    diagnostic.yaml_path = match diagnostic.yaml_path.take() {
        Some(pointer) => Some(content.written_pointer(pointer)),
        None => content.document.root.as_ref().and_then(|root| root.pointer_at(diagnostic.span)),
    };
    if diagnostic.query_range.is_none() {
        let range = |query: &Query<'_>| {
            let holds = query.node.is_none_or(|node| node.span.contains(diagnostic.span));
            let span = query.span_in_query(diagnostic.span).filter(|_| holds)?;
            Some(query.code_points(span))
        };
        diagnostic.query_range = queries.iter().find_map(range);
    }
}
