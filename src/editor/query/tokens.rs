//! What each word of a query is, for the colors of an editor.

use super::{Asked, Span};

/// A word with what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SemanticToken {
    /// The place, on one line.
    pub span: Span,
    /// What it is.
    pub kind: TokenType,
    /// More about it.
    pub modifiers: Modifiers,
}

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TokenType {
    /// A table or rows.
    Table,
    /// A column.
    Column,
    /// A variable.
    Variable,
    /// A parameter.
    Parameter,
    /// A function.
    Function,
    /// A member of a dynamic value.
    Member,
    /// A keyword or query operator.
    Keyword,
    /// A value of an option.
    OptionValue,
    /// A type.
    Type,
    /// An operator between values.
    Operator,
    /// A string.
    String,
    /// A number, a date, a length of time.
    Number,
    /// A comment.
    Comment,
}

/// What is true of a word besides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Modifiers {
    /// It is declared here.
    pub declaration: bool,
    /// It belongs to the language.
    pub built_in: bool,
    /// It is obsolete.
    pub deprecated: bool,
}

/// The words of the query in order, none of them over another.
pub(crate) fn tokens(_asked: &Asked<'_>) -> Vec<SemanticToken> {
    Vec::new()
}
