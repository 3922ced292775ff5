//! A library for the Kusto Query Language: text in; tokens, typed tree and errors out, always.

use crate::source::Span;

pub(crate) mod ast;
pub(crate) mod bind;
pub(crate) mod builtins;
pub(crate) mod canonical;
pub(crate) mod column_lineage;
pub(crate) mod column_references;
mod data;
pub(crate) mod datetime;
mod error;
pub(crate) mod foreign;
mod lexer;
pub(crate) mod lookback;
pub(crate) mod mentions;
pub(crate) mod model;
mod parser;
pub(crate) mod several;
mod text;
pub(crate) mod timespan;
mod token;
pub(crate) mod types;
pub(crate) mod view;
mod walk;
pub(crate) mod work;

#[cfg(any(test, fuzzing))]
pub(crate) mod holds;
#[cfg(test)]
mod tests;

pub(crate) use error::{Suggestion, SyntaxError};
pub(crate) use lexer::tokenize;
pub(crate) use token::{Token, TokenKind};
pub(crate) use walk::{Node, walk, walk_statements};

/// A parsed query.
#[derive(Clone, Debug)]
pub(crate) struct Parse {
    /// The tokens, the last of them [`TokenKind::EndOfText`].
    pub tokens: Vec<Token>,
    /// The statements; the last is the query proper, where there is one.
    pub statements: Vec<ast::Statement>,
    /// How many expressions there are: their [`ast::ExprId`]s are smaller.
    pub exprs: u32,
    /// What could not be read at the end.
    #[cfg_attr(not(any(test, fuzzing)), expect(dead_code, reason = "what holds of every tree asks for it"))]
    pub leftover: Option<Span>,
    /// The errors, by place.
    pub errors: Vec<SyntaxError>,
}

/// The options after the keyword of an operator, as `kind` of `join`, each with the words that it takes, where it takes
/// words.
pub(crate) fn options_of(operator: &str) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    parser::options(operator)
}

/// Parses a query. Takes time linear in its length, and returns a tree for any text.
pub(crate) fn parse(text: &str) -> Parse {
    parser::parse(text)
}
