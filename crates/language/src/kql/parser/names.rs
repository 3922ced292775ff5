//! Names: plain, in brackets, with wildcards, and filled in by a client.

use super::super::ast::{Expr, ExprKind, Name, NameForm, StringOp};
use super::super::error::ErrorKind;
use super::super::text::decode_string;
use super::super::token::TokenKind as T;
use super::Parser;
use crate::source::Span;

fn made(span: Span, text: &str, form: NameForm) -> Name {
    Name { span, text: text.into(), form }
}

impl Parser<'_> {
    fn plain_name(&mut self) -> Name {
        let text = self.written(0);
        let span = self.bump();
        made(span, text, NameForm::Plain)
    }

    pub(super) fn missing_name(&mut self) -> Name {
        let span = self.missing("a name");
        made(span, "", NameForm::Missing)
    }

    /// A name as it may stand anywhere.
    pub(super) fn name(&mut self) -> Option<Name> {
        match self.kind() {
            T::OpenBracket => self.bracketed_name(),
            T::OpenBrace => self.client_name(),
            kind => kind.can_be_name().then(|| self.plain_name()),
        }
    }

    /// A name where something is named, where more keywords will do.
    pub(super) fn naming(&mut self) -> Option<Name> {
        match self.kind() {
            T::OpenBracket => self.bracketed_name(),
            T::OpenBrace => self.client_name(),
            kind => kind.can_name().then(|| self.plain_name()),
        }
    }

    pub(super) fn required_name(&mut self) -> Name {
        self.name().unwrap_or_else(|| self.missing_name())
    }

    /// How many tokens a string literal and those right after it are.
    fn scan_strings(&self, offset: usize) -> usize {
        let rest = self.tokens.iter().skip(self.at + offset);
        rest.take_while(|token| token.kind == T::StringLiteral).count()
    }

    fn scan_bracketed_name(&self, offset: usize) -> Option<usize> {
        let strings = self.scan_strings(offset + 1);
        let closed = self.peek(offset + 1 + strings) == T::CloseBracket;
        (self.peek(offset) == T::OpenBracket && strings > 0 && closed).then_some(strings + 2)
    }

    fn bracketed_name(&mut self) -> Option<Name> {
        let length = self.scan_bracketed_name(0)?;
        let start = self.start();
        self.bump();
        let mut text = String::new();
        for _ in 0..length - 2 {
            text += &decode_string(self.written(0));
            self.bump();
        }
        self.bump();
        Some(made(self.since(start), &text, NameForm::Bracketed))
    }

    /// `{Name}` and `{Name[1]}`, without white space inside.
    fn scan_client_name(&self, offset: usize) -> Option<usize> {
        let mut at = offset + 1;
        let fits = |at: usize, kind: T| self.peek(at) == kind && self.glued(at);
        let word = self.peek(at) == T::Identifier || self.peek(at).is_keyword();
        if self.peek(offset) != T::OpenBrace || !word || !self.glued(at) {
            return None;
        }
        at += 1;
        if fits(at, T::OpenBracket) {
            at += 1 + usize::from(fits(at + 1, T::Minus));
            if !fits(at, T::LongLiteral) || !fits(at + 1, T::CloseBracket) {
                return None;
            }
            at += 2;
        }
        fits(at, T::CloseBrace).then_some(at + 1 - offset)
    }

    pub(super) fn client_name(&mut self) -> Option<Name> {
        let length = self.scan_client_name(0)?;
        let span = self.bump_all(length);
        let text = &self.text[span.start as usize + 1..span.end as usize - 1];
        Some(made(span, text, NameForm::Client))
    }

    /// How many tokens the name here has, if there is one.
    pub(super) fn scan_name(&self, offset: usize) -> Option<usize> {
        match self.peek(offset) {
            T::OpenBracket => self.scan_bracketed_name(offset),
            T::OpenBrace => {
                (self.peek(offset + 1).can_be_name() && self.peek(offset + 2) == T::CloseBrace).then_some(3)
            }
            kind => kind.can_be_name().then_some(1),
        }
    }

    pub(super) fn scan_naming(&self, offset: usize) -> Option<usize> {
        self.scan_name(offset).or_else(|| self.peek(offset).can_name().then_some(1))
    }

    fn scan_wildcard(&self, offset: usize) -> Option<usize> {
        let word = |kind: T| kind == T::Identifier || kind.is_keyword() && kind.can_name();
        let mut at = offset;
        if self.peek(at) == T::Asterisk {
            at += 1;
        } else if word(self.peek(at)) && self.peek(at + 1) == T::Asterisk && self.glued(at + 1) {
            at += 2;
        } else {
            return None;
        }
        while (matches!(self.peek(at), T::LongLiteral | T::Asterisk) || word(self.peek(at))) && self.glued(at)
        {
            at += 1;
        }
        Some(at - offset)
    }

    pub(super) fn at_wildcard(&self) -> bool {
        self.scan_wildcard(0).is_some()
    }

    pub(super) fn wildcard(&mut self) -> Option<Name> {
        let length = self.scan_wildcard(0)?;
        let span = self.bump_all(length);
        Some(made(span, &self.text[span.range()], NameForm::Wildcard))
    }

    /// `[Name*]`
    fn bracketed_wildcard(&mut self) -> Option<Name> {
        if self.kind() != T::OpenBracket || self.scan_wildcard(1).is_none() {
            return None;
        }
        let start = self.start();
        let open = self.bump();
        let inner = self.wildcard()?;
        self.close(T::CloseBracket, open);
        Some(Name { span: self.since(start), ..inner })
    }

    /// A member of a path, or the head of one: `@`, a name, or something in brackets.
    pub(super) fn selector(&mut self) -> Option<Expr> {
        if self.kind() != T::OpenBracket {
            return self.bare_selector();
        }
        if let Some(name) = self.bracketed_wildcard().or_else(|| self.bracketed_name()) {
            return Some(self.name_expr(name));
        }
        self.bracketed()
    }

    pub(super) fn bare_selector(&mut self) -> Option<Expr> {
        match self.kind() {
            T::At => {
                let span = self.bump();
                Some(self.expr(span, ExprKind::At))
            }
            T::Kind | T::WithSource | T::WithSourceUnderscore => Some(self.named_expr(Self::plain_name)),
            _ => self.name().map(|name| self.name_expr(name)),
        }
    }

    /// `[index]`
    pub(super) fn bracketed(&mut self) -> Option<Expr> {
        let start = self.start();
        let open = self.eat(T::OpenBracket)?;
        let inner = self.nested(Self::unnamed).unwrap_or_else(|| self.missing_expr());
        self.close(T::CloseBracket, open);
        Some(self.expr(self.since(start), ExprKind::Bracketed(Box::new(inner))))
    }

    /// A keyword that stands where only a name makes sense, which needs brackets there.
    pub(super) fn keyword_as_name(&mut self) -> Option<Expr> {
        use T::{
            Asterisk, BangEqual, BangTilde, CloseBrace, CloseBracket, CloseParen, Colon, Comma, Dot, Pipe,
        };
        let next = self.peek(1);
        let after_a_name = StringOp::of(next).is_some()
            || matches!(
                next,
                T::And
                    | T::Or
                    | T::EqualEqual
                    | BangEqual
                    | T::EqualTilde
                    | BangTilde
                    | T::GreaterThan
                    | T::GreaterThanOrEqual
                    | T::LessThan
                    | T::LessThanOrEqual
                    | Asterisk
                    | T::Slash
                    | T::Percent
                    | T::In
                    | T::InCs
                    | T::NotIn
                    | T::NotInCs
                    | T::HasAny
                    | T::HasAll
                    | T::Between
                    | T::NotBetween
                    | CloseParen
                    | CloseBracket
                    | CloseBrace
                    | Dot
                    | Comma
                    | Colon
                    | Pipe
            );
        if !self.kind().is_keyword() || !after_a_name {
            return None;
        }
        let name = self.plain_name();
        self.needs_brackets(&name);
        Some(self.name_expr(name))
    }

    pub(super) fn needs_brackets(&mut self, name: &Name) {
        let message =
            format!("`{0}` is a keyword and must be written as `['{0}']` to be used as a name", name.text);
        self.error(ErrorKind::NameRequiresBrackets, name.span, message);
    }

    /// A name with dashes in it, which is none without brackets, in front of `=`.
    pub(super) fn dashed_name(&mut self) -> Option<Name> {
        let word = |kind: T| kind == T::Identifier || kind.is_keyword();
        if !word(self.kind()) {
            return None;
        }
        let mut length = 1;
        while (word(self.peek(length)) || self.peek(length) == T::Minus) && self.glued(length) {
            length += 1;
        }
        if self.peek(length) != T::Equal {
            return None;
        }
        let span = self.bump_all(length);
        let name = made(span, &self.text[span.range()], NameForm::Plain);
        self.needs_brackets(&name);
        Some(name)
    }
}
