//! Tables that a query brings along, and tables outside the database.

use super::super::ast::{Expr, ExprKind, Literal, Name, NameForm, Param};
use super::super::token::TokenKind as T;
use super::{List, Parser, params};

impl Parser<'_> {
    pub(super) fn data_table(&mut self) -> Option<Expr> {
        let start = self.start();
        self.bump();
        self.params(params::NONE, false);
        let schema = self.schema();
        let open = self.require(T::OpenBracket);
        self.eat(T::Comma);
        let list = List::closed().with_trailing_comma();
        let values = self.commas(Self::literal, Self::missing_value, list);
        self.close(T::CloseBracket, open);
        Some(self.expr(self.since(start), ExprKind::DataTable { schema, values }))
    }

    pub(super) fn contextual_data_table(&mut self) -> Option<Expr> {
        let start = self.start();
        self.bump();
        let id = self.literal().or_else(|| self.unnamed()).unwrap_or_else(|| self.missing_expr());
        self.schema();
        Some(self.expr(self.since(start), ExprKind::Internal(vec![id])))
    }

    pub(super) fn external_data(&mut self) -> Option<Expr> {
        let start = self.start();
        self.bump();
        self.params(params::NONE, false);
        let schema = self.schema();
        let open = self.require(T::OpenBracket);
        let list = List::closed().with_trailing_comma();
        let uris = self.commas(Self::pipeline, Self::missing_value, list);
        self.close(T::CloseBracket, open);
        let properties = self.properties();
        Some(self.expr(self.since(start), ExprKind::ExternalData { schema, uris, properties }))
    }

    /// `with (name=value, ...)`
    pub(super) fn properties(&mut self) -> Vec<Param> {
        if self.eat(T::With).is_none() {
            return Vec::new();
        }
        let open = self.require(T::OpenParen);
        let properties = self.commas(Self::property, Self::missing_param, List::closed());
        self.close(T::CloseParen, open);
        properties
    }

    fn property(&mut self) -> Option<Param> {
        let name = self.naming()?;
        self.require(T::Equal);
        let value = match self.kind() {
            T::StringLiteral | T::LongLiteral | T::RealLiteral | T::BooleanLiteral | T::DateTimeLiteral => {
                self.literal()
            }
            T::RawGuidLiteral | T::GuidLiteral => {
                let span = self.bump();
                Some(self.expr(span, ExprKind::Literal(Literal::Guid)))
            }
            _ => self.naming().map(|name| self.name_expr(name)),
        };
        let value = value.unwrap_or_else(|| self.missing_value());
        Some(Param { name, values: vec![value], expected: None })
    }

    pub(super) fn missing_param(&mut self) -> Param {
        let span = self.missing("a parameter with its value");
        let name = Name { span, text: "".into(), form: NameForm::Missing };
        Param { name, values: vec![self.expr(span, ExprKind::Missing)], expected: None }
    }

    /// The form in which the engine reads materialized views; its four parts are read.
    pub(super) fn view_combine(&mut self) -> Option<Expr> {
        let start = self.start();
        self.bump();
        let mut parts = Vec::new();
        for word in ["", "base", "delta", "aggregations"] {
            if !word.is_empty() {
                if self.written(0) == word {
                    self.bump();
                } else {
                    self.missing(&format!("`{word}`"));
                    continue;
                }
            }
            let open = self.require(T::OpenParen);
            parts.push(self.required(Self::pipeline));
            self.close(T::CloseParen, open);
        }
        Some(self.expr(self.since(start), ExprKind::Internal(parts)))
    }

    fn at_inline_table(&self) -> bool {
        if self.peek(1) == T::Kind {
            return true;
        }
        let rest = self.tokens.iter().skip(self.at + 2).map(|token| token.kind);
        let first = rest.into_iter().find(|kind| matches!(kind, T::Colon | T::CloseParen));
        self.peek(1) == T::OpenParen && first != Some(T::CloseParen)
    }

    /// `inline_external_table (schema) kind=... (...)`: read far enough to go on after it.
    pub(super) fn inline_external_table(&mut self) -> Option<Expr> {
        if !self.at_inline_table() {
            return None;
        }
        let start = self.start();
        self.bump();
        if self.kind() == T::OpenParen {
            self.schema();
        }
        self.require(T::Kind);
        self.require(T::Equal);
        self.require_word(&["storage", "blob", "adl", "delta", "sql"]);
        if self.eat(T::Partition).is_some() {
            self.require(T::By);
            self.skip_brackets();
        }
        if self.eat(T::PathFormat).is_some() {
            self.require(T::Equal);
            self.skip_brackets();
        }
        if self.eat(T::DataFormat).is_some() {
            self.require(T::Equal);
            self.require(T::Identifier);
        }
        let open = self.require(T::OpenParen);
        let list = List::closed().with_trailing_comma();
        let uris = self.commas(Self::pipeline, Self::missing_value, list);
        self.close(T::CloseParen, open);
        self.properties();
        Some(self.expr(self.since(start), ExprKind::Internal(uris)))
    }

    fn require_word(&mut self, words: &[&str]) {
        if words.contains(&self.written(0)) {
            self.bump();
        } else {
            self.expected(&format!("`{}`", words.join("`, `")));
        }
    }

    /// Goes after the bracket that closes the one here.
    fn skip_brackets(&mut self) {
        let mut depth = 0_usize;
        while self.kind() != T::EndOfText {
            match self.kind() {
                T::OpenParen => depth += 1,
                T::CloseParen => depth -= 1,
                _ => {}
            }
            self.bump();
            if depth == 0 {
                return;
            }
        }
    }
}
