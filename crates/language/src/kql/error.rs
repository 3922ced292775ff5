//! What the parser says about a text that is not a query.

use crate::source::Span;

/// The class of an error, after the official analyzer's codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A string or a literal that does not end (KS001).
    Unterminated,
    /// A character that is not of the language (KS002).
    UnexpectedCharacter,
    /// A token was expected (KS005).
    TokenExpected,
    /// An expression, a name or a clause was expected (KS006).
    MissingElement,
    /// A name that is not a type (KS160).
    InvalidType,
    /// No query operator stands after a pipe (KS176).
    OperatorExpected,
    /// Text that belongs to nothing (KS198).
    Leftover,
    /// A keyword stands where only a bracketed name may (KS228).
    NameRequiresBrackets,
    /// A default that is not a literal (KS132).
    NotLiteral,
    /// An HTML entity such as `&quot;`, where the character itself belongs.
    HtmlEntity,
    /// Nested too deeply to be read.
    TooDeep,
}

/// A replacement that probably fixes an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What the replacement does, as an imperative.
    pub title: String,
    /// The place that is replaced.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// An error in a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The class.
    pub kind: ErrorKind,
    /// The place; empty where something is missing.
    pub span: Span,
    /// One sentence that stands alone.
    pub message: String,
    /// What to do, where it is known.
    pub help: Option<String>,
    /// A second place that explains the first, such as an opening parenthesis.
    pub label: Option<(Span, String)>,
    /// A probable fix.
    pub fix: Option<Suggestion>,
}

impl SyntaxError {
    /// An error without advice.
    pub(super) fn new(kind: ErrorKind, span: Span, message: impl Into<String>) -> Self {
        Self { kind, span, message: message.into(), help: None, label: None, fix: None }
    }
}
