//! The structure of a query: what can be folded, selected step by step, and listed in an outline.

use super::{Asked, Span};

/// What can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fold {
    /// From the first to the last byte; both ends lie on different lines.
    pub span: Span,
    /// What it is.
    pub kind: FoldKind,
}

/// What a foldable part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FoldKind {
    /// Comments.
    Comment,
    /// Anything else.
    Code,
}

/// A name that the query defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QuerySymbol {
    /// The name.
    pub name: String,
    /// Its type, or the parameters of a function.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The whole statement.
    pub span: Span,
    /// The name alone.
    pub name_span: Span,
    /// The names that are defined in it.
    pub children: Vec<QuerySymbol>,
}

/// What a name of the outline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SymbolKind {
    /// A value.
    Variable,
    /// Rows.
    Rows,
    /// A function.
    Function,
}

/// What can be folded, by where it begins.
pub(crate) fn folding(_asked: &Asked<'_>) -> Vec<Fold> {
    Vec::new()
}

/// The parts around an offset, the innermost first, each larger than the one before.
pub(crate) fn selection_ranges(_asked: &Asked<'_>, _offset: usize) -> Vec<Span> {
    Vec::new()
}

/// The names that the query defines, in order.
pub(crate) fn symbols(_asked: &Asked<'_>) -> Vec<QuerySymbol> {
    Vec::new()
}
