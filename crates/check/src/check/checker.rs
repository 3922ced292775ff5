//! The rules over one file, as often as it is read: once as it is, and again for each proof of its fixes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::set_severity;
use crate::content::{Content, Query, schema};
use crate::diagnostic::{Diagnostic, Edit, Group, RuleMeta, Severity};
use crate::kql::bind::Catalog;
use crate::rules::{Base, Context, Entry, Settings, gates};
use crate::source::{SourceFile, Span};

/// What the findings in a file depend on in addition to its text.
pub(super) struct Checker<'a> {
    /// The path below the repository's root, see [`Job::place`](super::job::Job::place).
    pub(super) place: &'a str,
    /// The tables and functions that queries can name.
    pub(super) catalog: &'a dyn Catalog,
    /// What the user wants.
    pub(super) settings: &'a Settings,
    /// The rules that run, in the order of the catalog.
    pub(super) rules: &'a [&'static Entry],
    /// The file as it was.
    pub(super) base: Option<&'a Base>,
    /// Set once nobody wants the result any more.
    pub(super) stopped: Option<&'a AtomicBool>,
}

/// What rules found.
pub(super) struct Found {
    /// The findings. Places are those that the rules said.
    pub(super) all: Vec<Diagnostic>,
    /// So many of them, the first, were found by looking at the file; the others by looking at a query.
    pub(super) in_file: usize,
}

/// Reads a file: upstream's gates see it as it is written, and the rules with its keys as they are meant.
pub(super) fn read(source: Arc<SourceFile>, place: &str, settings: &Settings) -> Content {
    let read = if settings.profile.runs_gates() { Content::as_written } else { Content::read };
    read(source, place)
}

/// The file with its keys as they are meant, where it is read otherwise under the settings.
pub(super) fn as_meant(content: &Content, place: &str, settings: &Settings) -> Option<Content> {
    settings.profile.runs_gates().then(|| Content::read(Arc::clone(&content.source), place))
}

impl Checker<'_> {
    /// Whether nobody wants the result any more.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.is_some_and(|stopped| stopped.load(Ordering::Relaxed))
    }

    /// Whether a finding of a rule can be an error under the settings.
    pub(super) fn can_be_error(&self, meta: &RuleMeta) -> bool {
        let set = self.settings.options.get(meta.id).and_then(|option| option.severity);
        set.unwrap_or_else(|| meta.most_severe()) == Severity::Error
    }

    /// Reads a file again after sorted edits of it.
    pub(super) fn reread(&self, old: &Content, source: Arc<SourceFile>, edits: &[Edit]) -> Content {
        old.reread(source, edits, self.place, self.settings.profile.runs_gates())
    }

    /// Runs every rule over a file and its queries.
    pub(super) fn check(&self, content: &Content, queries: &[Query<'_>]) -> Found {
        self.check_with(content, queries, false, self.rules, false)
    }

    /// Runs some of the rules over a file to prove fixes, and over its queries unless those are known.
    pub(super) fn check_some(
        &self,
        content: &Content,
        queries: &[Query<'_>],
        queries_known: bool,
        asked: impl Fn(&RuleMeta) -> bool,
    ) -> Found {
        let asked: Vec<&'static Entry> =
            self.rules.iter().copied().filter(|entry| asked(entry.meta)).collect();
        self.check_with(content, queries, queries_known, &asked, true)
    }

    fn check_with(
        &self,
        content: &Content,
        queries: &[Query<'_>],
        queries_known: bool,
        rules: &[&'static Entry],
        proving: bool,
    ) -> Found {
        let settings = self.settings;
        let runs_gates = settings.profile.runs_gates();
        let template = if runs_gates { gates::template(content) } else { content.template() };
        let violations = match content.root() {
            Some(root) if !runs_gates => schema::violations(root, content.kind),
            _ => Vec::new(),
        };
        let (template, violations) = (template.as_ref(), violations.as_slice());
        let (catalog, base) = (self.catalog, self.base);
        let cx = Context { content, template, violations, queries, catalog, settings, base, proving };
        let mut all = Vec::new();
        let mut in_file = 0;
        if runs_gates {
            gates::check(&cx, &mut all);
        } else {
            in_file = run_rules(&cx, rules, queries_known, self, &mut all);
        }
        // What a variable stands for is for its parameter file to say.
        let variables: Vec<Span> = queries.iter().flat_map(|query| query.variables(content)).collect();
        if !variables.is_empty() {
            all.retain(|found| !at_variable(found, &variables));
            in_file = 0;
        }
        Found { all, in_file }
    }
}

/// Whether a finding on a query lies at a variable.
fn at_variable(found: &Diagnostic, variables: &[Span]) -> bool {
    let overlaps =
        |place: &Span| place.start < found.span.end.max(found.span.start + 1) && found.span.start < place.end;
    found.rule.group == Group::Query && found.rule.id != "query-placeholder" && variables.iter().any(overlaps)
}

/// Returns how many findings are of the file, which come first.
fn run_rules(
    cx: &Context<'_>,
    entries: &[&'static Entry],
    queries_known: bool,
    checker: &Checker<'_>,
    found: &mut Vec<Diagnostic>,
) -> usize {
    let settings = cx.settings;
    for entry in entries.iter().take_while(|_| !checker.is_stopped()) {
        entry.rule.check_file(cx, found);
        if let Some(template) = cx.template {
            entry.rule.check_template(cx, template, found);
        }
    }
    let in_file = found.len();
    for query in cx.queries.iter().filter(|query| !queries_known && !is_cut_off(cx.content, query)) {
        for entry in entries.iter().take_while(|_| !checker.is_stopped()) {
            entry.rule.check_query(cx, query, found);
        }
    }
    for diagnostic in found {
        set_severity(diagnostic, settings);
    }
    in_file
}

/// Whether a query's text is not known in full because of an error around it. What would be said of such a
/// text, may well be that error's echo.
fn is_cut_off(content: &Content, query: &Query<'_>) -> bool {
    query.node.is_some_and(|node| content.document.is_damaged(node.span))
}
