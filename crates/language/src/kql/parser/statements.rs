//! Statements, functions, and the query as a whole.

use super::super::ast::{
    BinaryOp, Expr, ExprKind, Function, LetValue, Parameter, PatternMatch, Statement, StatementKind,
};
use super::super::error::ErrorKind;
use super::super::token::TokenKind as T;
use super::{List, Parser};
use crate::source::Span;

impl Parser<'_> {
    pub(super) fn query(&mut self) -> Vec<Statement> {
        while self.eat(T::Directive).is_some() {}
        self.statements()
    }

    /// What no statement took, which is an error if it is anything.
    pub(super) fn leftover(&mut self) -> Option<Span> {
        if self.kind() == T::EndOfText {
            return None;
        }
        let first = self.token(0).span;
        let message = format!("Unexpected `{}`", short(self.written(0)));
        self.error(ErrorKind::Leftover, first, message);
        let start = self.start();
        self.at = self.tokens.len() - 1;
        Some(self.since(start))
    }

    pub(super) fn statements(&mut self) -> Vec<Statement> {
        let mut statements = Vec::new();
        let mut next = self.statement();
        while let Some(statement) = next {
            statements.push(statement);
            if self.eat(T::Semicolon).is_some() {
                next = self.statement();
                continue;
            }
            let gap = self.gap();
            let message = format!("Expected `;`{}", self.after_last());
            let errors = self.errors.len();
            next = self.statement();
            if next.is_some() {
                let error = super::SyntaxError::new(ErrorKind::TokenExpected, gap, message);
                self.errors.insert(errors, error);
            }
        }
        statements
    }

    fn statement(&mut self) -> Option<Statement> {
        let start = self.start();
        let kind = match (self.kind(), self.peek(1)) {
            (T::Alias, T::Database) => self.alias(),
            (T::Let, _) if self.scan_name(1).is_some() => self.let_(),
            (T::Set, _) => self.set(),
            (T::Declare, T::Pattern) => self.pattern(),
            (T::Declare, T::QueryParameters) => self.query_parameters(),
            (T::Restrict, T::Access) => self.restrict(),
            _ => StatementKind::Query(self.pipeline()?),
        };
        Some(Statement { span: self.since(start), kind })
    }

    fn alias(&mut self) -> StatementKind {
        self.bump();
        self.require(T::Database);
        let name = self.required_name();
        self.require(T::Equal);
        StatementKind::Alias { name, value: self.required(Self::unnamed) }
    }

    fn let_(&mut self) -> StatementKind {
        self.bump();
        let name = self.required_name();
        self.require(T::Equal);
        let value = if self.kind() == T::Materialize {
            let materialized = self.subquery_call(ExprKind::Materialize);
            LetValue::Expr(materialized.unwrap_or_else(|| self.missing_expr()))
        } else if self.kind() == T::EntityGroup {
            let group = self.entity_group();
            LetValue::Expr(group.unwrap_or_else(|| self.missing_expr()))
        } else if self.at_function() {
            let function = self.nested(|parser| Some(parser.function()));
            match function {
                Some(function) => LetValue::Function(Box::new(function)),
                None => LetValue::Expr(self.missing_expr()),
            }
        } else {
            LetValue::Expr(self.required(Self::pipeline))
        };
        StatementKind::Let { name, value }
    }

    pub(super) fn entity_group(&mut self) -> Option<Expr> {
        if self.at_call(0) {
            return self.call();
        }
        let start = self.start();
        self.bump();
        let open = self.require(T::OpenBracket);
        let members = self.commas(Self::unnamed, Self::missing_expr, List::closed().one_or_more());
        self.close(T::CloseBracket, open);
        Some(self.expr(self.since(start), ExprKind::EntityGroup(members)))
    }

    /// Whether parameters and a body stand here, and no value.
    fn at_function(&self) -> bool {
        let offset = usize::from(self.kind() == T::View);
        if self.peek(offset) != T::OpenParen {
            return false;
        }
        matches!(self.peek(offset + 1), T::CloseParen | T::Asterisk)
            || self.scan_naming(offset + 1).is_some_and(|length| self.peek(offset + 1 + length) == T::Colon)
    }

    fn function(&mut self) -> Function {
        let view = self.eat(T::View).is_some();
        let open = self.require(T::OpenParen);
        let params = self.parameters();
        self.close(T::CloseParen, open);
        let (body_span, statements, result) = self.body_of_function(true);
        Function { view, params, body_span, statements, result }
    }

    fn body_of_function(&mut self, parameters: bool) -> (Span, Vec<Statement>, Option<Box<Expr>>) {
        let start = self.start();
        let Some(open) = self.eat(T::OpenBrace) else {
            self.expected("`{`");
            return (self.nowhere(), Vec::new(), None);
        };
        let mut statements = Vec::new();
        loop {
            let begin = self.start();
            let kind = match self.kind() {
                T::Let => self.let_(),
                T::Declare if parameters => self.query_parameters(),
                _ => break,
            };
            statements.push(Statement { span: self.since(begin), kind });
            self.require(T::Semicolon);
        }
        let result = self.pipeline().map(Box::new);
        self.eat(T::Semicolon);
        self.close(T::CloseBrace, open);
        (self.since(start), statements, result)
    }

    pub(super) fn parameters(&mut self) -> Vec<Parameter> {
        self.commas(Self::parameter, Self::missing_parameter, List::closed())
    }

    fn missing_parameter(&mut self) -> Parameter {
        let name = self.missing_name();
        Parameter { column: super::super::ast::Column { name, type_: None }, default: None }
    }

    fn parameter(&mut self) -> Option<Parameter> {
        let column = self.typed_name()?;
        let default = self.eat(T::Equal).map(|_| {
            let (at, errors) = (self.at, self.errors.len());
            let value = self.literal();
            if let Some(value) = value
                && !self.goes_on()
            {
                return value;
            }
            self.at = at;
            self.errors.truncate(errors);
            self.default_that_is_not_a_literal()
        });
        Some(Parameter { column, default })
    }

    /// Whether what was read so far is the beginning of a longer expression.
    fn goes_on(&self) -> bool {
        BinaryOp::of(self.kind()).is_some() || matches!(self.kind(), T::And | T::Or | T::OpenParen)
    }

    /// A parameter's default that is an expression where only a literal may stand.
    fn default_that_is_not_a_literal(&mut self) -> Expr {
        let errors = self.errors.len();
        let Some(value) = self.unnamed() else { return self.missing_expr() };
        let name = matches!(value.kind, ExprKind::Name(_));
        if self.errors.len() == errors && !name {
            let message = "The default of a parameter must be a literal";
            self.error(ErrorKind::NotLiteral, value.span, message);
            if let Some(error) = self.errors.last_mut() {
                error.help = Some("Use a literal, or remove the default and pass the value.".to_owned());
            }
        }
        value
    }

    fn set(&mut self) -> StatementKind {
        self.bump();
        let name = self.required_name();
        let value = self.eat(T::Equal).map(|_| self.required(Self::unnamed));
        StatementKind::Set { name, value }
    }

    fn query_parameters(&mut self) -> StatementKind {
        self.bump();
        self.require(T::QueryParameters);
        let open = self.require(T::OpenParen);
        let list = List::closed().one_or_more();
        let parameters = self.commas(Self::parameter, Self::missing_parameter, list);
        self.close(T::CloseParen, open);
        StatementKind::Parameters(parameters)
    }

    fn restrict(&mut self) -> StatementKind {
        self.bump();
        self.require(T::Access);
        self.require(T::To);
        let open = self.require(T::OpenParen);
        let entities = self.commas(Self::entity, Self::missing_expr, List::closed().one_or_more());
        self.close(T::CloseParen, open);
        self.properties();
        StatementKind::Restrict(entities)
    }

    fn pattern(&mut self) -> StatementKind {
        self.bump();
        self.bump();
        let name = self.required_name();
        let mut matches = Vec::new();
        if self.eat(T::Equal).is_some() {
            let open = self.require(T::OpenParen);
            self.parameters();
            self.close(T::CloseParen, open);
            if let Some(open) = self.eat(T::OpenBracket) {
                if self.typed_name().is_none() {
                    self.missing_name();
                }
                self.close(T::CloseBracket, open);
            }
            let open = self.require(T::OpenBrace);
            while self.kind() == T::OpenParen {
                let found = self.pattern_match();
                matches.push(found);
            }
            if matches.is_empty() {
                self.missing("a pattern's match");
            }
            self.close(T::CloseBrace, open);
        }
        StatementKind::Pattern { name, matches }
    }

    fn pattern_match(&mut self) -> PatternMatch {
        let open = self.bump();
        let args = self.commas(Self::unnamed, Self::missing_value, List::closed().one_or_more());
        self.close(T::CloseParen, open);
        let mut path = None;
        if self.eat(T::Dot).is_some() {
            let open = self.require(T::OpenBracket);
            path = self.literal();
            if path.is_none() {
                self.missing("a string");
            }
            self.close(T::CloseBracket, open);
        }
        self.require(T::Equal);
        let (body_span, statements, result) = self.body_of_function(false);
        self.require(T::Semicolon);
        let body = Function { view: false, params: Vec::new(), body_span, statements, result };
        PatternMatch { args, path, body }
    }
}

fn short(text: &str) -> String {
    let mut shown: String = text.chars().take(24).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown.replace(['\n', '\r'], " ")
}
