//! Where a name is declared, and where else it stands.

use std::sync::Arc;

use super::{Asked, Span};

/// Where a name is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// In the query.
    Here(Span),
    /// Outside of it.
    Outside(Named),
}

/// What is declared outside of a query and named in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Named {
    /// A table.
    Table(Arc<str>),
    /// A function of the workspace, such as a parser.
    Function(Arc<str>),
    /// A watchlist, by its alias.
    Watchlist(Arc<str>),
}

/// A place that names what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The place.
    pub span: Span,
    /// Whether the name is declared or given a value here.
    pub declares: bool,
}

/// Where the name at an offset is declared.
pub(crate) fn definition(_asked: &Asked<'_>, _offset: usize) -> Vec<Target> {
    Vec::new()
}

/// The places in the query that mean the same as the one at an offset, in order, with its declaration; the same for
/// highlights.
pub(crate) fn references(_asked: &Asked<'_>, _offset: usize) -> Vec<Reference> {
    Vec::new()
}

/// The table, function or watchlist from outside that is named at an offset, with the place of the name.
pub(crate) fn named_at(_asked: &Asked<'_>, _offset: usize) -> Option<(Span, Named)> {
    None
}

/// The places that name a table, function or watchlist from outside.
pub(crate) fn places_of(_asked: &Asked<'_>, _named: &Named) -> Vec<Span> {
    Vec::new()
}
