//! What an editor shows between the text: the columns after each operator, and the types of `let` statements.

use super::{Asked, Span};

/// A text that is shown at a place and is not part of the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InlayHint {
    /// The offset before which it is shown.
    pub offset: usize,
    /// The text.
    pub text: String,
    /// More of it, for a tooltip, as plain text.
    pub tooltip: Option<String>,
    /// Whether it is a type; otherwise it lists columns.
    pub is_type: bool,
}

/// The hints in a part of the query.
pub(crate) fn inlay_hints(_asked: &Asked<'_>, _range: Span) -> Vec<InlayHint> {
    Vec::new()
}
