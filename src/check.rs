//! One run of the rules: files in, findings out, in parallel and in a fixed order.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use memchr::memmem;
use rayon::prelude::*;

use crate::content::{Content, Folder, Kind, Query, Template, schema};
use crate::diagnostic::{Diagnostic, Severity};
use crate::discover::{Input, absolute, slashes};
use crate::report::{FileReport, Findings};
use crate::rules::{self, Base, Context, Profile, RepositoryFile, Settings};
use crate::source::{SourceFile, Span};
use crate::suppress::{self, Suppression};
use crate::workspace::{View, Workspace};
use crate::yaml::{Node, Value};

/// One file to check.
#[derive(Clone, Debug)]
pub struct Job {
    /// The file; its name is the one in messages.
    pub input: Input,
    /// The text, where it is at hand already: standard input, or a file that fixes have changed.
    pub text: Option<Arc<SourceFile>>,
    /// The file as it was, where the run compares with a revision.
    pub before: Option<Before>,
    /// Whether the file is only there to compare the others with: nothing is reported of it.
    pub silent: bool,
    /// The full path.
    location: PathBuf,
}

/// A file as it was at a revision.
#[derive(Clone, Debug)]
pub struct Before {
    /// Its text.
    pub source: Arc<SourceFile>,
    /// The full path that it had.
    pub location: PathBuf,
    /// The revision as the user named it.
    pub revision: Arc<str>,
}

impl Job {
    /// A file on disk.
    pub fn file(input: Input) -> Self {
        let location = absolute(&input.path);
        Self { input, text: None, before: None, silent: false, location }
    }

    /// A text that was not read from a file.
    pub fn text(source: SourceFile) -> Self {
        let input = Input { name: source.path().to_owned(), path: PathBuf::from(source.path()), named: true };
        Self { text: Some(Arc::new(source)), ..Self::file(input) }
    }

    /// The full path, which decides on settings and folders.
    pub fn location(&self) -> &Path {
        &self.location
    }
}

/// What became of a job that yielded no report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passed {
    /// The file is not Sentinel content.
    NotContent {
        /// Its name.
        name: String,
        /// Whether the user named it.
        named: bool,
    },
    /// The file could not be read.
    Unreadable {
        /// Its name.
        name: String,
        /// Whether the user named it.
        named: bool,
        /// Why.
        reason: String,
    },
}

/// The result of a run.
#[derive(Debug, Default)]
pub struct Run {
    /// The findings.
    pub findings: Findings,
    /// The jobs that yielded none, in the order of the jobs.
    pub passed: Vec<Passed>,
}

/// Files over this size are refused: offsets are 32 bits wide, and no query is a thousandth as long.
const LARGEST: u64 = 256 * 1024 * 1024;

/// Reads one job. The error is a reason in words.
pub fn read(job: &Job) -> Result<Arc<SourceFile>, String> {
    if let Some(source) = &job.text {
        return Ok(Arc::clone(source));
    }
    let attempt = || {
        let file = File::open(&job.input.path)?;
        let size = file.metadata()?.len();
        let mut bytes = Vec::new();
        if size <= LARGEST {
            bytes.reserve_exact(usize::try_from(size).unwrap_or_default() + 1);
            // What is no regular file tells no size, and may have no end.
            file.take(LARGEST + 1).read_to_end(&mut bytes)?;
        }
        std::io::Result::Ok((size.max(bytes.len() as u64), bytes))
    };
    let (size, bytes) = attempt().map_err(|error| error.to_string())?;
    if size > LARGEST {
        return Err(format!("it has {size} bytes; sentlint reads files up to {LARGEST} bytes"));
    }
    Ok(Arc::new(SourceFile::from_bytes(&*job.input.name, bytes)))
}

struct One {
    report: FileReport,
    suppressions: Vec<Suppression>,
    summary: RepositoryFile,
    settings: Arc<Settings>,
    silent: bool,
}

/// Runs every enabled rule over every job. The settings are those of the jobs in their order: the configuration may
/// differ from folder to folder.
pub fn check(jobs: &[Job], settings: &[Arc<Settings>]) -> Run {
    let sources: Vec<Result<Arc<SourceFile>, String>> = jobs.par_iter().map(read).collect();
    let parsers = parsers(jobs, &sources);
    // Each thread takes the next file when it is done with one, and has one view of the workspace for all of its
    // files: what all tables together hold is worked out once a thread.
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut views, mut done) = (Vec::new(), Vec::new());
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(((job, source), settings)) = jobs.get(at).zip(sources.get(at)).zip(settings.get(at))
            else {
                return done;
            };
            let view = view_of(&mut views, &settings.workspace, &parsers);
            done.push((at, check_one(job, source.clone(), settings, view)));
        }
    };
    let parts = if jobs.len() > 1 { rayon::broadcast(|_| work()) } else { vec![work()] };
    let mut results: Vec<(usize, Result<Box<One>, Passed>)> = parts.into_iter().flatten().collect();
    results.sort_unstable_by_key(|(at, _)| *at);
    let mut run = Run::default();
    let mut ones = Vec::with_capacity(results.len());
    for ((_, result), job) in results.into_iter().zip(jobs) {
        match result {
            Ok(one) => ones.push(one),
            Err(passed) if !job.silent => {
                if let Passed::Unreadable { name, reason, .. } = &passed {
                    run.findings.unreadable.push((name.clone(), reason.clone()));
                }
                run.passed.push(passed);
            }
            Err(_) => {}
        }
    }
    // Of two files that clash the later one is reported, so those of which nothing is reported come first.
    ones.sort_by_key(|one| !one.silent);
    let silent = ones.iter().filter(|one| one.silent).count();
    let (mut files, mut summaries, mut settings, mut suppressions) = (vec![], vec![], vec![], vec![]);
    for one in ones {
        files.push(one.report);
        summaries.push(one.summary);
        settings.push(one.settings);
        suppressions.push(one.suppressions);
    }
    if let Some(first) = settings.get(silent).cloned() {
        check_repository(&mut files, &summaries, &settings, &first);
    }
    files.drain(..silent);
    settings.drain(..silent);
    suppressions.drain(..silent);
    // Suppressions come last: only now is it known which of them were needed.
    for ((file, settings), mut suppressions) in files.iter_mut().zip(&settings).zip(suppressions) {
        suppress::apply(&mut suppressions, &mut file.diagnostics);
        judge_suppressions(file, &suppressions, settings);
        file.diagnostics.retain(|diagnostic| {
            let heard = settings.min_severity.is_none_or(|least| diagnostic.severity >= least);
            heard && settings.enabled(diagnostic.rule)
        });
        file.diagnostics
            .sort_by(|a, b| (a.span, a.rule.id, &a.message).cmp(&(b.span, b.rule.id, &b.message)));
    }
    run.findings.rules = rules::all()
        .iter()
        .map(|entry| entry.meta)
        .filter(|meta| settings.iter().any(|settings| settings.enabled(meta)))
        .collect();
    run.findings.files = files;
    run
}

fn judge_suppressions(file: &mut FileReport, suppressions: &[Suppression], settings: &Settings) {
    if suppressions.is_empty() {
        return;
    }
    // A comment cannot silence the finding that it is of no use.
    let mut found = Vec::new();
    for entry in rules::all().iter().filter(|entry| settings.enabled(entry.meta)) {
        entry.rule.check_suppressions(&file.source, suppressions, settings, &mut found);
    }
    for diagnostic in &mut found {
        as_gate(diagnostic, settings);
    }
    file.diagnostics.extend(found);
}

/// The parsers among the files, as functions that the queries of the run may call.
pub(crate) fn parsers(jobs: &[Job], sources: &[Result<Arc<SourceFile>, String>]) -> Workspace {
    // Reading YAML takes time, and few files are parsers.
    let key = memmem::Finder::new("Query:");
    let read = |(job, source): (&Job, &Result<Arc<SourceFile>, String>)| {
        let source = source.as_ref().ok().filter(|source| {
            let text = source.text().as_bytes();
            key.find_iter(text).any(|at| text[..at].ends_with(b"Parser") || text[..at].ends_with(b"Function"))
        })?;
        Some(Content::read(Arc::clone(source), &slashes(job.location())))
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

/// The view of a workspace. Views keep what they have looked up, so that files share them.
pub(crate) fn view_of<'v, 's>(
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

fn check_one(
    job: &Job,
    source: Result<Arc<SourceFile>, String>,
    settings: &Arc<Settings>,
    view: &View<'_>,
) -> Result<Box<One>, Passed> {
    let (name, named) = (job.input.name.clone(), job.input.named);
    let source = source.map_err(|reason| Passed::Unreadable { name: name.clone(), named, reason })?;
    let location = slashes(job.location());
    let content = Content::read(source, &location);
    if !is_ours(&content) {
        return Err(Passed::NotContent { name, named });
    }
    let queries = content.queries();
    let suppressions = suppress::suppressions(&content, &queries);
    let diagnostics = if job.silent {
        Vec::new()
    } else {
        let named = named_rules(&suppressions, settings);
        let base = job.before.as_ref().and_then(|before| read_base(before, job, &content));
        check_content(&content, &queries, view, settings, &named, base.as_ref())
    };
    let id = content.id().map(|id| id.value.to_owned());
    let report =
        FileReport { source: Arc::clone(&content.source), kind: content.kind.as_str(), id, diagnostics };
    let (settings, summary) = (Arc::clone(settings), summarise(&content, &queries));
    Ok(Box::new(One { report, suppressions, summary, settings, silent: job.silent }))
}

/// The file as it was. What only looks renamed, because a new template began as a copy of one that is gone, is
/// another template and has nothing to be compared with.
fn read_base(before: &Before, job: &Job, now: &Content) -> Option<Base> {
    let content = Content::read(Arc::clone(&before.source), &slashes(&before.location));
    let renamed = before.location != job.location();
    let id = |content: &Content| content.id().map(|id| id.value.to_ascii_lowercase());
    let text = |content: &Content, key: &str| {
        let value = content.root().and_then(|root| root.get(key)).and_then(Node::as_str);
        value.map(normalise)
    };
    let same = || {
        (id(now).is_some() && id(now) == id(&content))
            || ["name", "query"]
                .iter()
                .any(|key| text(now, key).is_some() && text(now, key) == text(&content, key))
    };
    (!renamed || same()).then(|| Base { content, renamed, revision: Arc::clone(&before.revision) })
}

/// Whether a file is read as content: because its kind is known, or because it is broken and its folder or
/// its text says that it was meant to be.
pub(crate) fn is_ours(content: &Content) -> bool {
    if content.kind != Kind::Unknown {
        return true;
    }
    if content.holds_several() {
        return true;
    }
    let broken = !content.document.errors.is_empty() || !content.source.invalid_utf8().is_empty();
    let meant = || {
        let text = content.source.text();
        ["requiredDataConnectors:", "relevantTechniques:", "\nquery: |", "queryFrequency:", "entityMappings:"]
            .iter()
            .any(|mark| text.contains(mark))
    };
    content.folder != Folder::None || (broken && meant())
}

/// The rules that suppressions name and that do not run otherwise. They run all the same, unheard, where it is
/// to be told whether the suppressions are needed.
fn named_rules(suppressions: &[Suppression], settings: &Settings) -> Vec<&'static str> {
    let names = suppressions.iter().flat_map(|one| &one.names).filter_map(|name| rules::find(&name.rule));
    let judged = rules::find("unused-suppression").is_some_and(|entry| settings.enabled(entry.meta));
    names.map(|entry| entry.meta.id).filter(|_| judged).collect()
}

fn check_content(
    content: &Content,
    queries: &[Query<'_>],
    view: &View<'_>,
    settings: &Settings,
    named: &[&str],
    base: Option<&Base>,
) -> Vec<Diagnostic> {
    let template = content.template().or_else(|| as_upstream_sees_it(content, settings));
    let violations = match (content.root(), settings.profile) {
        (None, _) | (_, Profile::AzureSentinel) => Vec::new(),
        (Some(root), _) => schema::violations(root, content.kind),
    };
    let template = template.as_ref();
    let cx = Context { content, template, violations: &violations, queries, catalog: view, settings, base };
    let mut found = Vec::new();
    let runs = |entry: &&rules::Entry| settings.enabled(entry.meta) || named.contains(&entry.meta.id);
    for entry in rules::all().iter().filter(runs) {
        entry.rule.check_file(&cx, &mut found);
        if let Some(template) = template {
            entry.rule.check_template(&cx, template, &mut found);
        }
        for query in queries.iter().filter(|query| !is_cut_off(content, query)) {
            entry.rule.check_query(&cx, query, &mut found);
        }
    }
    // A gate that cannot read the file says so, and no other gate says anything.
    if settings.profile == Profile::AzureSentinel && !content.document.errors.is_empty() {
        found.retain(|diagnostic| diagnostic.rule.id == "yaml-syntax");
    }
    for diagnostic in &mut found {
        complete(diagnostic, content, queries, settings);
    }
    found
}

/// Whether a query's text is not known in full because of an error around it. What would be said of such a
/// text, may well be that error's echo.
fn is_cut_off(content: &Content, query: &Query<'_>) -> bool {
    query.node.is_some_and(|node| content.document.is_damaged(node.span))
}

/// Upstream's gates look at rules of every kind, and then refuse those that are neither scheduled nor NRT.
fn as_upstream_sees_it<'a>(content: &'a Content, settings: &Settings) -> Option<Template<'a>> {
    let gates = settings.profile == Profile::AzureSentinel && content.folder == Folder::Rules;
    Template::read(content.root()?, Kind::NrtRule).filter(|_| gates && content.kind == Kind::OtherRule)
}

fn check_repository(
    files: &mut [FileReport],
    summaries: &[RepositoryFile],
    settings: &[Arc<Settings>],
    first: &Settings,
) {
    let mut found = Vec::new();
    for entry in rules::all() {
        if settings.iter().any(|settings| settings.enabled(entry.meta)) {
            entry.rule.check_repository(summaries, first, &mut found);
        }
    }
    for (index, mut diagnostic) in found {
        let (Some(file), Some(settings)) = (files.get_mut(index), settings.get(index)) else { continue };
        if !settings.enabled(diagnostic.rule) {
            continue;
        }
        as_gate(&mut diagnostic, settings);
        diagnostic.span = file.source.clamp(diagnostic.span);
        file.diagnostics.push(diagnostic);
    }
}

fn as_gate(diagnostic: &mut Diagnostic, settings: &Settings) {
    if let Some(severity) = settings.options.get(diagnostic.rule.id).and_then(|option| option.severity) {
        diagnostic.severity = severity;
    }
    if settings.profile == Profile::AzureSentinel {
        diagnostic.severity = Severity::Error;
        diagnostic.gate = diagnostic.gate.or(diagnostic.rule.gate);
    }
}

/// Fills in what every rule would otherwise have to: the place in the tree and the place in the query.
fn complete(diagnostic: &mut Diagnostic, content: &Content, queries: &[Query<'_>], settings: &Settings) {
    as_gate(diagnostic, settings);
    diagnostic.span = content.source.clamp(diagnostic.span);
    for label in &mut diagnostic.labels {
        label.span = label.file.as_ref().unwrap_or(&content.source).clamp(label.span);
    }
    if diagnostic.yaml_path.is_none()
        && let Some(root) = content.root()
    {
        diagnostic.yaml_path = pointer_at(root, diagnostic.span);
    }
    let holds = |query: &&Query<'_>| query.node.is_none_or(|node| node.span.contains(diagnostic.span));
    if diagnostic.query_range.is_none()
        && let Some(query) = queries.iter().find(holds)
        && let Some(span) = query.from_file(diagnostic.span)
    {
        diagnostic.query_range = Some(query.code_points(span));
    }
}

/// The innermost place in the tree that holds a span, as a JSON Pointer; `None` for places outside of
/// every value, such as comments.
fn pointer_at(root: &Node, span: Span) -> Option<String> {
    let mut pointer = String::new();
    let mut node = root;
    loop {
        let next = match &node.value {
            Value::Mapping(map) => map.entries.iter().find_map(|entry| {
                let inside = entry.key.span.contains(span) || entry.value.span.contains(span);
                let key = entry.key.as_str().filter(|_| inside)?;
                Some((schema::join(&pointer, key), &entry.value))
            }),
            Value::Sequence(sequence) => {
                let inside = |item: &(usize, &Node)| item.1.span.contains(span);
                let found = sequence.items.iter().enumerate().find(inside);
                found.map(|(index, item)| (format!("{pointer}/{index}"), item))
            }
            _ => None,
        };
        let Some((path, inner)) = next else { break };
        (pointer, node) = (path, inner);
    }
    (!pointer.is_empty()).then_some(pointer)
}

fn summarise(content: &Content, queries: &[Query<'_>]) -> RepositoryFile {
    let root = content.root().and_then(Node::as_mapping);
    RepositoryFile {
        source: Arc::clone(&content.source),
        kind: content.kind,
        folder: content.folder,
        id: content.id().map(|id| (id.value.to_owned(), id.span())),
        query: queries.first().map(|query| (normalise(query.text), query.span(first_line(query.text)))),
        first_key: root.and_then(|map| map.entries.first()).map_or(Span::default(), |entry| entry.key.span),
    }
}

/// The first line of a query that is more than blanks.
fn first_line(query: &str) -> Span {
    let start = query.len() - query.trim_start().len();
    let line = query[start..].lines().next().unwrap_or_default();
    Span::new(start, start + line.trim_end().len())
}

/// A query without comments and with every run of white space made one blank, so that two spellings of
/// one query compare equal.
fn normalise(query: &str) -> String {
    let mut out = String::with_capacity(query.len());
    for line in query.lines() {
        // A comment that does not begin its line may be part of a string; it is left alone.
        if line.trim_start().starts_with("//") {
            continue;
        }
        let mut add = |word: &str| {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        };
        // Nearly every line is ASCII, where blanks are found with less effort.
        if line.is_ascii() {
            line.split_ascii_whitespace().for_each(&mut add);
        } else {
            line.split_whitespace().for_each(&mut add);
        }
    }
    out
}
