//! What each word of a query is, for the colors of an editor.

use super::{Asked, Span};
use crate::kql::builtins;
use crate::kql::model::{Occurrence, Symbol, VariableKind};
use crate::kql::types::Scalar;
use crate::kql::{Token, TokenKind as T};

/// A word with what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SemanticToken {
    /// The place, on one line.
    pub span: Span,
    /// What it is.
    pub kind: TokenType,
    /// More about it.
    pub modifiers: Modifiers,
}

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenType {
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
pub struct Modifiers {
    /// It is declared here.
    pub declaration: bool,
    /// It belongs to the language.
    pub built_in: bool,
    /// It is obsolete.
    pub deprecated: bool,
}

/// The words of the query in order, none of them over another.
pub fn tokens(asked: &Asked<'_>) -> Vec<SemanticToken> {
    let mut found = Found { asked, tokens: Vec::with_capacity(asked.parsed.tokens.len()) };
    let occurrences = asked.model.occurrences();
    let (mut at, mut before) = (0, 0);
    for token in &asked.parsed.tokens {
        found.comments(before, token.span.start as usize);
        before = before.max(token.span.end as usize);
        while occurrences.get(at).is_some_and(|one| one.span.end <= token.span.start) {
            at += 1;
        }
        // A name in brackets is several tokens, and a column's pattern too.
        let named = occurrences.get(at).filter(|one| one.span.contains(token.span) && !token.span.is_empty());
        let (kind, modifiers) = match named.and_then(|one| meaning(asked, one)) {
            Some(meaning) => meaning,
            None => match by_kind(asked, token) {
                Some(kind) => (kind, Modifiers::default()),
                None => continue,
            },
        };
        found.add(token.span, kind, modifiers);
    }
    found.comments(before, asked.text.len());
    found.tokens
}

struct Found<'a> {
    asked: &'a Asked<'a>,
    tokens: Vec<SemanticToken>,
}

impl Found<'_> {
    /// Adds a word, a token for each of its lines.
    fn add(&mut self, span: Span, kind: TokenType, modifiers: Modifiers) {
        let mut start = span.start as usize;
        for line in self.asked.written(span).split_inclusive('\n') {
            let shown = line.trim_end_matches(['\n', '\r']);
            if !shown.trim().is_empty() {
                let span = Span::new(start, start + shown.len());
                self.tokens.push(SemanticToken { span, kind, modifiers });
            }
            start += line.len();
        }
    }

    /// Adds the comments between two tokens.
    fn comments(&mut self, start: usize, end: usize) {
        let mut at = start;
        for line in self.asked.text.get(start..end).unwrap_or_default().split_inclusive('\n') {
            if let Some(comment) = line.find("//") {
                let text = line.trim_end();
                let span = Span::new(at + comment, at + text.len().max(comment));
                self.add(span, TokenType::Comment, Modifiers::default());
            }
            at += line.len();
        }
    }
}

/// What a name is.
fn meaning(asked: &Asked<'_>, occurrence: &Occurrence) -> Option<(TokenType, Modifiers)> {
    let mut modifiers = Modifiers { declaration: occurrence.declares, ..Modifiers::default() };
    let obsolete = |builtin: Option<&'static builtins::Builtin>| {
        builtin.is_some_and(|builtin| builtin.successor.is_some())
    };
    let kind = match &occurrence.symbol {
        Symbol::Column(_) | Symbol::Columns(_) | Symbol::Pattern(_) => TokenType::Column,
        Symbol::Variable(id) => match asked.model.variable(*id)?.kind {
            VariableKind::Function => TokenType::Function,
            VariableKind::Parameter => TokenType::Parameter,
            VariableKind::ScanState => TokenType::Column,
            _ => TokenType::Variable,
        },
        Symbol::Table(_) | Symbol::Tables(_) => TokenType::Table,
        Symbol::Function(_) => TokenType::Function,
        Symbol::BuiltIn(name) => {
            modifiers.built_in = true;
            modifiers.deprecated = obsolete(builtins::function(name));
            TokenType::Function
        }
        Symbol::Aggregate(name) => {
            modifiers.built_in = true;
            modifiers.deprecated = obsolete(builtins::aggregate(name));
            TokenType::Function
        }
        Symbol::PlugIn(name) => {
            modifiers.built_in = true;
            modifiers.deprecated = obsolete(builtins::plugin(name));
            TokenType::Function
        }
        Symbol::OptionValue { .. } => TokenType::OptionValue,
        Symbol::Option { .. } | Symbol::Side(_) => TokenType::Keyword,
        Symbol::Member => TokenType::Member,
        Symbol::Unresolved => return None,
    };
    Some((kind, modifiers))
}

/// What a token is by itself.
fn by_kind(asked: &Asked<'_>, token: &Token) -> Option<TokenType> {
    Some(match token.kind {
        T::StringLiteral => TokenType::String,
        T::EndOfText | T::Bad => return None,
        T::Identifier => {
            // The types of declarations are names to the lexer.
            let before = asked.text[..token.span.start as usize].trim_end();
            let typed = before.ends_with(':') && Scalar::of(asked.written(token.span)).is_some();
            return typed.then_some(TokenType::Type);
        }
        T::Directive => TokenType::Comment,
        kind if kind.is_literal() => TokenType::Number,
        kind if kind.is_keyword() => {
            let word = kind.text();
            let between = crate::kql::ast::StringOp::of(kind).is_some()
                || matches!(kind, T::And | T::Or | T::In | T::InCs | T::NotIn | T::NotInCs)
                || matches!(kind, T::Between | T::NotBetween | T::HasAny | T::HasAll);
            if between {
                TokenType::Operator
            } else if Scalar::of(word).is_some() {
                TokenType::Type
            } else {
                TokenType::Keyword
            }
        }
        T::Plus
        | T::Minus
        | T::Asterisk
        | T::Slash
        | T::Percent
        | T::LessThan
        | T::LessThanOrEqual
        | T::GreaterThan
        | T::GreaterThanOrEqual
        | T::EqualEqual
        | T::BangEqual
        | T::LessThanGreaterThan
        | T::EqualTilde
        | T::BangTilde
        | T::Pipe
        | T::DotDot => TokenType::Operator,
        _ => return None,
    })
}
