//! What tests do not reach in their query.

use crate::source::Span;

/// Places of a query that tests do not reach.
#[derive(Clone, Debug, Default)]
pub struct Probed {
    /// How many were looked at.
    pub total: usize,
    pub open: Vec<Place>,
}

/// A place of a query, and what is to be said of it.
#[derive(Clone, Debug)]
pub struct Place {
    /// In the file of the query.
    pub span: Span,
    pub shown: String,
    pub what: String,
}
