//! What can be written at a place.

use std::borrow::Cow;

use super::{Asked, Span};

/// What is offered at a place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Completions {
    /// The items, the likeliest first: an editor is to keep this order among those that match what is typed.
    pub items: Vec<Completion>,
    /// Whether the list has to be asked for again once more is typed.
    pub incomplete: bool,
}

/// An item of a completion.
#[derive(Clone, Debug)]
pub(crate) struct Completion {
    /// What is shown, and what the typed text is compared with.
    pub label: Cow<'static, str>,
    /// What it is.
    pub kind: CompletionKind,
    /// A short text beside the label: the type or where it comes from.
    pub detail: Option<Cow<'static, str>>,
    /// What is inserted in place of `replaces`.
    pub insert: Cow<'static, str>,
    /// What is replaced: the word around the place, or nothing.
    pub replaces: Span,
}

/// What an item of a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CompletionKind {
    /// A table of the workspace.
    Table,
    /// A column.
    Column,
    /// A name that is likely to be given to a new column or variable.
    NewName,
    /// A member of a dynamic value.
    Member,
    /// A variable or parameter of the query.
    Variable,
    /// A function of the language.
    Function,
    /// An aggregate.
    Aggregate,
    /// A plug-in of `evaluate`.
    PlugIn,
    /// A function or parser of the workspace, or a function of the query.
    UserFunction,
    /// A query operator after a pipe.
    Operator,
    /// An operator between values, such as `has`.
    ScalarOperator,
    /// A keyword.
    Keyword,
    /// An option of an operator, such as `kind=`.
    Option,
    /// A value of an option, a literal, a value of a column.
    Value,
    /// A type.
    Type,
    /// A watchlist.
    Watchlist,
}

/// What can be written at an offset.
pub(crate) fn completions(_asked: &Asked<'_>, _offset: usize) -> Completions {
    Completions::default()
}

/// The documentation of an item as Markdown, for a client that asks for it when the item is selected.
pub(crate) fn documentation(_kind: CompletionKind, _label: &str) -> Option<String> {
    None
}
