//! Changes of a query around `let` statements that keep its meaning.

use super::{Asked, Edit, Span};

/// An expression that has become a `let`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Extracted {
    /// The name of the `let`.
    pub name: String,
    /// The edits.
    pub edits: Vec<Edit>,
}

/// Makes the expression in a span a `let` statement before the statement that it is in. `None` where the span holds no
/// whole expression, or one that depends on the columns of a row.
pub(crate) fn extract_let(_asked: &Asked<'_>, _span: Span) -> Option<Extracted> {
    None
}

/// Puts the value of the `let` that is named at an offset in all its places, and removes the statement. `None` where
/// the name is not that of a `let`, or where its value would mean something else in one of the places.
pub(crate) fn inline_let(_asked: &Asked<'_>, _offset: usize) -> Option<Vec<Edit>> {
    None
}
