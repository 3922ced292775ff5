//! Tokens to a tree, by recursive descent. Where something is missing the parser notes it, puts a missing node
//! there and goes on with the next token that fits, so that one mistake gives one error at its place.

#![expect(
    clippy::unnecessary_wraps,
    reason = "what may be an element of a list has one type, whether it can be absent or not"
)]

use std::cell::Cell;

use super::ast::{Expr, ExprId, ExprKind, Name, StringOp};
use super::error::{ErrorKind, SyntaxError};
use super::token::{Token, TokenKind};
use super::{Kinds, Parse, lexer, work};
use crate::source::Span;
pub(super) use params::options;

mod data;
mod expressions;
mod graph;
mod literals;
mod names;
mod operators;
mod params;
mod slips;
mod statements;
mod subqueries;
mod tabular;

/// How deeply expressions and queries may be nested. The deepest published query stays below a fifth of it.
const MOST_NESTED: usize = 200;

/// How many operands a chain such as `a + b + c` may have; each of them deepens the tree.
const LONGEST_CHAIN: usize = 1_000;

/// Parses a query.
pub(super) fn parse(text: &str) -> Parse {
    let (tokens, errors) = lexer::tokenize(text);
    let mut parser = Parser {
        exprs: Cell::new(0),
        text,
        tokens: &tokens,
        at: 0,
        errors,
        depth: 0,
        scope: params::Scope::default(),
    };
    let statements = parser.query();
    let leftover = parser.leftover();
    let exprs = parser.exprs.get();
    let errors = slips::explain(text, &tokens, parser.errors, leftover);
    Parse { kinds: Kinds::of(&tokens), tokens, statements, exprs, leftover, errors }
}

struct Parser<'t> {
    /// How many expressions there are.
    exprs: Cell<u32>,
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    errors: Vec<SyntaxError>,
    depth: usize,
    scope: params::Scope,
}

/// Parses one element of a list, if one begins here.
type Element<'t, T> = fn(&mut Parser<'t>) -> Option<T>;
/// Notes that an element is missing.
type Missing<'t, T> = fn(&mut Parser<'t>) -> T;
/// Whether a list ends here.
type End<'t> = fn(&Parser<'t>) -> bool;

impl<'t> Parser<'t> {
    /// An expression, which gets the next number.
    fn expr(&self, span: Span, kind: ExprKind) -> Expr {
        let number = self.exprs.get();
        self.exprs.set(number + 1);
        Expr { id: ExprId::of(number), span, kind }
    }

    /// What is missing, as an expression.
    fn missing_as(&mut self, what: &str) -> Expr {
        let span = self.missing(what);
        self.expr(span, ExprKind::Missing)
    }

    /// A name as an expression, read as `name` does.
    fn named_expr(&mut self, name: fn(&mut Self) -> Name) -> Expr {
        let name = name(self);
        self.name_expr(name)
    }

    /// A name as an expression.
    fn name_expr(&self, name: Name) -> Expr {
        self.expr(name.span, ExprKind::Name(name))
    }

    fn token(&self, offset: usize) -> Token {
        work::done(1);
        // The last token is the end of the text, and nothing lies after it.
        self.tokens[(self.at + offset).min(self.tokens.len() - 1)]
    }

    fn kind(&self) -> TokenKind {
        self.token(0).kind
    }

    fn peek(&self, offset: usize) -> TokenKind {
        self.token(offset).kind
    }

    fn written(&self, offset: usize) -> &'t str {
        &self.text[self.token(offset).span.range()]
    }

    /// Whether no white space lies before the token at `offset`.
    fn glued(&self, offset: usize) -> bool {
        let at = (self.at + offset).min(self.tokens.len() - 1);
        at > 0 && self.tokens[at - 1].span.end == self.tokens[at].span.start
    }

    fn bump(&mut self) -> Span {
        let span = self.token(0).span;
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        span
    }

    /// Takes so many tokens, and returns the place of all of them.
    fn bump_all(&mut self, count: usize) -> Span {
        let start = self.start();
        for _ in 0..count {
            self.bump();
        }
        self.since(start)
    }

    fn eat(&mut self, kind: TokenKind) -> Option<Span> {
        (self.kind() == kind).then(|| self.bump())
    }

    fn eat_any(&mut self, kinds: &[TokenKind]) -> Option<(TokenKind, Span)> {
        let kind = self.kind();
        kinds.contains(&kind).then(|| (kind, self.bump()))
    }

    /// The end of the token before this one.
    fn before(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |at| self.tokens[at].span.end as usize)
    }

    /// The place from `start` to the end of the token before this one.
    fn since(&self, start: usize) -> Span {
        Span::new(start, self.before().max(start))
    }

    fn start(&self) -> usize {
        self.token(0).span.start as usize
    }

    /// The place where a token is missing: the next one if it is near, otherwise after the last.
    fn gap(&self) -> Span {
        let (before, next) = (self.before(), self.token(0).span);
        let near = next.start as usize <= before + 1
            && !self.text[before..next.start as usize].contains(['\n', '\r'])
            && self.kind() != TokenKind::EndOfText;
        if near { next } else { Span::at(before) }
    }

    fn error(&mut self, kind: ErrorKind, span: Span, message: impl Into<String>) {
        self.errors.push(SyntaxError::new(kind, span, message));
    }

    /// What an error says of the place after the last token: ` after ...`, or nothing at the beginning.
    fn after_last(&self) -> String {
        let Some(last) = self.at.checked_sub(1).map(|at| &self.text[self.tokens[at].span.range()]) else {
            return String::new();
        };
        let mut shown: String = last.chars().take(24).collect();
        if shown.len() < last.len() {
            shown.push('…');
        }
        format!(" after `{}`", shown.replace(['\n', '\r'], " "))
    }

    fn expected(&mut self, what: &str) {
        let message = format!("Expected {what}{}", self.after_last());
        let span = self.gap();
        self.error(ErrorKind::TokenExpected, span, message);
    }

    fn missing(&mut self, what: &str) -> Span {
        let span = Span::at(self.before());
        let mut message = format!("Expected {what}{}", self.after_last());
        if self.kind().is_keyword() && !self.kind().can_be_name() {
            let word = self.written(0);
            message += &format!(", not the keyword `{word}`");
        }
        self.error(ErrorKind::MissingElement, span, message);
        span
    }

    fn require(&mut self, kind: TokenKind) -> Span {
        if let Some(span) = self.eat(kind) {
            return span;
        }
        let what =
            if kind == TokenKind::Identifier { "a name".to_owned() } else { format!("`{}`", kind.text()) };
        self.expected(&what);
        Span::at(self.before())
    }

    /// Requires what closes the bracket at `open`.
    fn close(&mut self, kind: TokenKind, open: Span) -> Span {
        if self.kind() == kind {
            return self.bump();
        }
        let errors = self.errors.len();
        let span = self.require(kind);
        if !open.is_empty()
            && let Some(error) = self.errors.get_mut(errors)
        {
            error.label = Some((open, "opened here".to_owned()));
        }
        span
    }

    fn missing_expr(&mut self) -> Expr {
        use TokenKind as T;
        let last = self.at.checked_sub(1).map_or(T::Bad, |at| self.tokens[at].kind);
        let what = match last {
            T::Join | T::Lookup | T::Union => "a table or a query",
            T::Take | T::Limit | T::Sample | T::Top => "a number",
            kind if kind.is_keyword() && StringOp::of(kind).is_none() => "a column or an expression",
            T::Comma => "a column or an expression",
            T::OpenParen | T::OpenBracket => "an expression",
            _ => "a value",
        };
        let span = self.missing(what);
        self.expr(span, ExprKind::Missing)
    }

    fn missing_value(&mut self) -> Expr {
        let span = self.missing("a value");
        self.expr(span, ExprKind::Missing)
    }

    /// Goes one level deeper; past the limit the rest of the text is given up.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= MOST_NESTED {
            if !self.errors.iter().any(|error| error.kind == ErrorKind::TooDeep) {
                let span = self.token(0).span;
                self.error(ErrorKind::TooDeep, span, "The query is nested too deeply");
            }
            self.at = self.tokens.len() - 1;
            return None;
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn ends_list(&self) -> bool {
        use TokenKind as T;
        matches!(
            self.kind(),
            T::CloseParen | T::CloseBracket | T::CloseBrace | T::Pipe | T::Semicolon | T::EndOfText
        )
    }

    /// A list with commas. With `end`, a missing comma is noted and the list goes on.
    fn commas<T>(&mut self, element: Element<'t, T>, missing: Missing<'t, T>, list: List<'t>) -> Vec<T> {
        let mut items = Vec::new();
        let ends = |parser: &Self| list.end.is_some_and(|end| end(parser));
        let mut next = if ends(self) { None } else { element(self) };
        if next.is_none() && self.kind() == TokenKind::Comma {
            next = Some(missing(self));
        }
        while let Some(item) = next {
            // Most lists have one item, and an expression is large.
            if items.is_empty() && ends(self) {
                items.reserve_exact(1);
            }
            items.push(item);
            if self.kind() == TokenKind::EndOfText || ends(self) {
                break;
            }
            if self.eat(TokenKind::Comma).is_some() {
                next = if ends(self) { None } else { element(self) };
                if next.is_none() && !list.trailing_comma {
                    items.push(missing(self));
                }
            } else if list.end.is_some() {
                let gap = self.gap();
                let message = format!("Expected `,`{}", self.after_last());
                let errors = self.errors.len();
                next = element(self);
                if next.is_some() {
                    self.errors.insert(errors, SyntaxError::new(ErrorKind::TokenExpected, gap, message));
                }
            } else {
                break;
            }
        }
        if items.is_empty() && list.needs_one {
            items.push(missing(self));
        }
        items
    }
}

/// How a list with commas goes.
#[derive(Clone, Copy)]
struct List<'t> {
    end: Option<End<'t>>,
    needs_one: bool,
    trailing_comma: bool,
}

impl<'t> List<'t> {
    /// To the closing bracket, the pipe or the semicolon.
    fn closed() -> Self {
        Self { end: Some(Parser::ends_list), needs_one: false, trailing_comma: false }
    }

    /// As far as commas go.
    fn open() -> Self {
        Self { end: None, needs_one: true, trailing_comma: false }
    }

    /// To where `end` says.
    fn until(end: End<'t>) -> Self {
        Self { end: Some(end), needs_one: true, trailing_comma: false }
    }

    fn one_or_more(self) -> Self {
        Self { needs_one: true, ..self }
    }

    fn with_trailing_comma(self) -> Self {
        Self { trailing_comma: true, ..self }
    }
}
