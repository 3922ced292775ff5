//! A library for the Kusto Query Language: text in; tokens, typed tree and errors out, always.

use crate::source::Span;

pub mod ast;
pub mod bind;
pub mod builtins;
pub mod canonical;
pub mod column_lineage;
pub mod column_references;
mod data;
pub mod datetime;
mod error;
pub mod foreign;
mod kinds;
mod lexer;
pub mod lookback;
pub mod mentions;
pub mod model;
mod parser;
pub mod several;
mod text;
pub mod timespan;
mod token;
pub mod types;
pub mod view;
mod walk;
pub mod work;

#[cfg(any(test, feature = "testing", fuzzing))]
pub mod holds;
#[cfg(test)]
mod tests;

pub use error::{Suggestion, SyntaxError};
pub use kinds::Kinds;
pub use lexer::tokenize;
pub use token::{Token, TokenKind};
pub use walk::{Node, walk, walk_statements};

/// A parsed query.
#[derive(Clone, Debug)]
pub struct Parse {
    /// The tokens, the last of them [`TokenKind::EndOfText`].
    pub tokens: Vec<Token>,
    /// The kinds of the tokens.
    pub kinds: Kinds,
    /// The statements; the last is the query proper, where there is one.
    pub statements: Vec<ast::Statement>,
    /// How many expressions there are: their [`ast::ExprId`]s are smaller.
    pub exprs: u32,
    /// What could not be read at the end.
    pub leftover: Option<Span>,
    /// The errors, by place.
    pub errors: Vec<SyntaxError>,
}

/// The options after the keyword of an operator, as `kind` of `join`, each with the words that it takes, where it takes
/// words.
pub fn options_of(operator: &str) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    parser::options(operator)
}

/// Parses a query. Takes time linear in its length, and returns a tree for any text.
pub fn parse(text: &str) -> Parse {
    parser::parse(text)
}
