//! A query on its way: changed step by step, bound anew after each, and with every place traced back to the query as it
//! was.

use std::sync::Arc;

use crate::content::Query;
use crate::convert::changes::{Change, Places, apply, ordered};
use crate::kql::bind::{Catalog, FindingKind, bind_at};
use crate::kql::model::{Level, SemanticModel};
use crate::kql::types::Relation;
use crate::kql::{self, Parse};
use crate::source::Span;

/// A query with what it means.
#[derive(Clone)]
pub(super) struct Draft<'c> {
    pub(super) text: String,
    pub(super) parse: Arc<Parse>,
    pub(super) model: Arc<SemanticModel>,
    pub(super) catalog: &'c dyn Catalog,
    /// Where the changes of each step stand, the first step first.
    steps: Vec<Places>,
}

impl<'c> Draft<'c> {
    /// A query as it is written.
    pub(super) fn new(text: &str, catalog: &'c dyn Catalog) -> Self {
        Self::of(text.to_owned(), catalog, Vec::new())
    }

    /// The query of a file, of which much may be known already. What the bodies of functions mean for each of their calls is
    /// only known of what it becomes.
    pub(super) fn of_query(query: &Query<'_>, catalog: &'c dyn Catalog) -> Self {
        let (parse, model) = (query.shared_parse(), query.analysis(catalog));
        Self { text: query.text.to_owned(), parse, model, catalog, steps: Vec::new() }
    }

    fn of(text: String, catalog: &'c dyn Catalog, steps: Vec<Places>) -> Self {
        let parse = Arc::new(kql::parse(&text));
        let model = Arc::new(bind_at(Level::Execute, &text, &parse, catalog, &[]));
        Self { text, parse, model, catalog, steps }
    }

    /// The query with changes; those that lie inside what another takes out are left out. Returns the changes made too.
    pub(super) fn changed(&self, changes: Vec<Change>) -> (Self, Vec<Change>) {
        self.changed_in(changes, self.catalog)
    }

    /// The same in another catalog.
    pub(super) fn changed_in(&self, changes: Vec<Change>, catalog: &'c dyn Catalog) -> (Self, Vec<Change>) {
        let changes = ordered(changes);
        if changes.is_empty() && catalog.id() == self.catalog.id() && self.model.level() == Level::Execute {
            return (self.clone(), changes);
        }
        let (text, starts) = apply(&self.text, &changes);
        let mut steps = self.steps.clone();
        steps.push(Places::new(&starts, &changes));
        (Self::of(text, catalog, steps), changes)
    }

    /// The place in the query as it was of one in the query as it is.
    pub(super) fn original(&self, span: Span) -> Span {
        self.steps.iter().rev().fold(span, |span, step| step.original(span))
    }

    /// The text of a place.
    pub(super) fn said(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The columns that it returns, where it returns rows.
    pub(super) fn result(&self) -> Option<&Relation> {
        self.model.result.as_deref()
    }

    /// Whether the result has a column, or may have it.
    pub(super) fn may_return(&self, column: &str) -> bool {
        self.result().is_some_and(|result| result.has_unknown_columns || result.column(column).is_some())
    }

    /// Whether the result has a column.
    pub(super) fn returns(&self, column: &str) -> bool {
        self.result().is_some_and(|result| result.column(column).is_some())
    }

    /// A finding that another draft of the same query did not have: an error that a change brought.
    pub(super) fn new_error(&self, before: &Self) -> Option<String> {
        if let Some(error) = self.parse.errors.first() {
            return Some(error.message.clone());
        }
        let mut known: Vec<(FindingKind, &str)> =
            before.model.findings.iter().map(|finding| (finding.kind, &*finding.message)).collect();
        for finding in &self.model.findings {
            match known
                .iter()
                .position(|(kind, message)| *kind == finding.kind && *message == finding.message)
            {
                Some(at) => {
                    known.swap_remove(at);
                }
                None => return Some(finding.message.clone()),
            }
        }
        None
    }
}
