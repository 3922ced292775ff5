//! The rules: one small file each, grouped in folders; here are the trait, the context they see and the
//! registry.
//!
//! A rule is a unit struct declared by `declare_rule!`, with its metadata and its page beside its code,
//! and an `impl Rule` that overrides the hooks it needs. It pushes findings and returns; what happens
//! to them afterwards is not a concern of its own.

use std::sync::Arc;

use crate::content::schema::Violation;
use crate::content::{Content, Kind, Query, Template};
use crate::diagnostic::{Diagnostic, RuleMeta};
use crate::knowledge::attack::Technique;
use crate::kql::bind::Catalog;
use crate::kql::model::SemanticModel;
use crate::source::{SourceFile, Span};
use crate::suppress::Suppression;

mod append;
mod attack;
mod connectors;
mod detection;
mod entities;
pub mod gates;
mod length;
mod mask;
mod metadata;
mod query;
mod registry;
mod repository;
mod result_columns;
mod schedule;
mod schema_violations;
mod settings;
mod suppressions;
#[cfg(test)]
mod testing;
mod words;
mod yaml;

pub use append::{add_items, append_items};
pub use registry::find;
use registry::rules;
pub use registry::{Entry, all};
pub use settings::{FailOn, RuleOption, RuleOptions};
pub use settings::{Profile, Selector, Settings};

/// What a rule sees of one file.
pub(crate) struct Context<'a> {
    /// The file with its tree and kind.
    pub content: &'a Content,
    /// The typed model; `None` for kinds without one and for roots that are not mapping.
    pub template: Option<&'a Template<'a>>,
    /// What the JSON Schema of the kind has against the file.
    pub violations: &'a [Violation],
    /// The queries of the file.
    pub queries: &'a [Query<'a>],
    /// The tables and functions that the queries can name.
    pub catalog: &'a dyn Catalog,
    /// What the user wants.
    pub settings: &'a Settings,
    /// The file as it was, where the run compares with a revision and the file was there then.
    pub base: Option<&'a Base>,
    /// Whether the findings are only counted, to prove fixes: nobody asks for their fixes.
    pub proving: bool,
}

/// A file as it was at the revision that the run compares with.
#[derive(Debug)]
pub(crate) struct Base {
    /// The file with its tree and kind.
    pub content: Content,
    /// Whether it stood elsewhere.
    pub renamed: bool,
    /// The revision as the user named it.
    pub revision: Arc<str>,
}

impl<'a> Context<'a> {
    /// The technique of this id, in the release of ATT&CK that the user has chosen.
    pub(crate) fn technique(&self, id: &str) -> Option<&'static Technique> {
        self.settings.attack.technique(id)
    }

    /// The file.
    pub(crate) fn source(&self) -> &SourceFile {
        &self.content.source
    }

    /// The kind.
    pub(crate) fn kind(&self) -> Kind {
        self.content.kind
    }

    /// The query of a hunting query or rule; parsers have theirs under keys of their own.
    pub(crate) fn query(&self) -> Option<&'a Query<'a>> {
        self.queries.iter().find(|query| query.pointer == Some("/query"))
    }

    /// What a query of the file means: what it reads and returns, and what is wrong with it.
    pub(crate) fn meaning(&self, query: &Query<'_>) -> Arc<SemanticModel> {
        query.meaning(self.catalog)
    }

    /// Where to point when something is missing: the first key of the document.
    pub(crate) fn first_key(&self) -> Span {
        let first =
            self.content.root().and_then(|root| root.as_mapping()).and_then(|map| map.entries.first());
        first.map_or(Span::default(), |entry| entry.key.span)
    }
}

/// What repository rules see of a file: enough to compare it with the others, and no more, so that the
/// trees need not be kept.
#[derive(Clone, Debug)]
pub struct RepositoryFile {
    /// The file.
    pub source: Arc<SourceFile>,
    /// Its kind.
    pub kind: Kind,
    /// The folder, as upstream's gates see it.
    pub folder: crate::content::Folder,
    /// The id with its place.
    pub id: Option<(String, Span)>,
    /// What stands for the query without white space and comments, and the place of its first line.
    pub query: Option<(u128, Span)>,
    /// Where to point when the file as a whole is meant.
    pub first_key: Span,
    /// The names and titles of the custom detections in it, which are unique in a tenant.
    pub detections: Vec<DetectionName>,
    /// What the query was from which a custom detection says that it was made.
    pub made_from: Option<MadeFrom>,
}

/// The source that a custom detection names.
#[derive(Clone, Debug)]
pub struct MadeFrom {
    /// The id of the source.
    pub id: String,
    /// The SHA-256 of the query of the source, as it is stated.
    pub sha256: String,
    /// Its place.
    pub span: Span,
}

/// A name of a custom detection.
#[derive(Clone, Debug)]
pub struct DetectionName {
    /// `display name` or `title`.
    pub what: &'static str,
    /// The name.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// Takes findings that lie in any file of the run.
pub(crate) type RepositoryFindings = Vec<(usize, Diagnostic)>;

/// A check. Every hook does nothing unless a rule overrides it.
pub(crate) trait Rule: Sync {
    /// Called for each file read as content, whatever its kind and however broken it is.
    fn check_file(&self, _cx: &Context<'_>, _out: &mut Vec<Diagnostic>) {}

    /// Called for each hunting query, scheduled rule and NRT rule.
    fn check_template(&self, _cx: &Context<'_>, _template: &Template<'_>, _out: &mut Vec<Diagnostic>) {}

    /// Called for each query in each file.
    fn check_query(&self, _cx: &Context<'_>, _query: &Query<'_>, _out: &mut Vec<Diagnostic>) {}

    /// Called for each file with its suppression comments, after every other finding is known.
    fn check_suppressions(
        &self,
        _source: &SourceFile,
        _suppressions: &[Suppression],
        _settings: &Settings,
        _out: &mut Vec<Diagnostic>,
    ) {
    }

    /// Called once, with all files of the run sorted by path; findings name the file by its index.
    fn check_repository(
        &self,
        _files: &[RepositoryFile],
        _settings: &Settings,
        _out: &mut RepositoryFindings,
    ) {
    }
}

/// The finding on a mistake in a file of tests, which `check` examines.
pub(crate) use metadata::invalid_test::{InvalidTest, finding as invalid_test};

/// The rule on suppressions that are not needed; only for its sake do rules run that are not enabled.
pub(crate) const UNUSED_SUPPRESSION: &RuleMeta = suppressions::unused_suppression::UnusedSuppression::META;

/// A rule's metadata, as `declare_rule!` provides it.
pub(crate) trait Declared {
    /// The metadata.
    const META: &'static RuleMeta;
}

/// Declares a rule: its page is the doc comment, its facts are the fields.
macro_rules! declare_rule {
    (
        $(#[doc = $doc:literal])*
        pub(crate) $name:ident {
            id: $id:literal,
            group: $group:ident,
            severity: $severity:ident,
            $(raised: $raised:ident,)?
            $(pedantic: $pedantic:literal,)?
            $(fix: $availability:ident $safety:ident,)?
            $(blocks: $blocks:ident,)?
            $(gate: $gate:literal,)?
            $(compares: $compares:literal,)?
            since: $since:literal $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        pub(crate) struct $name;

        impl $crate::rules::Declared for $name {
            const META: &'static $crate::diagnostic::RuleMeta = &$crate::diagnostic::RuleMeta {
                id: $id,
                group: $crate::diagnostic::Group::$group,
                severity: $crate::diagnostic::Severity::$severity,
                raised: $crate::rules::declare_rule!(@raised $($raised)?),
                pedantic: false $(|| $pedantic)?,
                fix: $crate::rules::declare_rule!(@fix $($availability $safety)?),
                blocks: $crate::rules::declare_rule!(@blocks $($blocks)?),
                gate: $crate::rules::declare_rule!(@gate $($gate)?),
                compares: false $(|| $compares)?,
                note: None,
                since: $since,
                docs: concat!($($doc, "\n"),*),
            };
        }

        impl $name {
            /// A finding of this rule.
            pub(crate) fn at(
                span: $crate::source::Span,
                message: impl Into<String>,
            ) -> $crate::diagnostic::Diagnostic {
                <Self as $crate::rules::Declared>::META.at(span, message)
            }
        }
    };
    (@raised) => { None };
    (@raised $raised:ident) => { Some($crate::diagnostic::Severity::$raised) };
    (@fix) => { None };
    (@fix $availability:ident $safety:ident) => {
        Some($crate::diagnostic::FixMeta {
            availability: $crate::diagnostic::Availability::$availability,
            safety: $crate::diagnostic::Applicability::$safety,
        })
    };
    (@blocks) => { None };
    (@blocks $blocks:ident) => { Some($crate::diagnostic::Blocks::$blocks) };
    (@gate) => { None };
    (@gate $gate:literal) => { Some($gate) };
}
pub(crate) use declare_rule;
