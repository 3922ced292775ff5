//! What a name means, in words.

use super::{Asked, Span};

/// What is shown for a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hover {
    /// The name or operator that it is about.
    pub span: Span,
    /// The text, in Markdown.
    pub markdown: String,
}

/// What stands at an offset.
pub(crate) fn hover(_asked: &Asked<'_>, _offset: usize) -> Option<Hover> {
    None
}
