//! Expressions: the tower of operators, calls and paths.

use super::super::ast::{BinaryOp, Expr, ExprKind, ListOp, LogicalOp, Name, Nulls, SortOrder, StringOp};
use super::super::error::{ErrorKind, Suggestion, SyntaxError};
use super::super::token::TokenKind as T;
use super::operators::is_operator;
use super::{LONGEST_CHAIN, List, Parser};
use crate::source::Span;

impl Parser<'_> {
    /// `name = value`, `(name, name) = value`, or a value alone.
    pub(super) fn named(&mut self) -> Option<Expr> {
        let start = self.start();
        if self.scan_rename_name(0).is_some_and(|length| self.peek(length) == T::Equal) {
            let name = self.naming()?;
            return Some(self.named_value(start, vec![name], false));
        }
        if let Some(name) = self.dashed_name() {
            return Some(self.named_value(start, vec![name], false));
        }
        if self.scan_rename_list().is_some_and(|length| self.peek(length) == T::Equal) {
            let open = self.bump();
            let list = List::closed().one_or_more();
            let names = self.commas(Self::naming, Self::missing_name, list);
            self.close(T::CloseParen, open);
            return Some(self.named_value(start, names, true));
        }
        self.unnamed()
    }

    fn named_value(&mut self, start: usize, names: Vec<Name>, tuple: bool) -> Expr {
        self.require(T::Equal);
        let value = Box::new(self.unnamed().unwrap_or_else(|| self.missing_expr()));
        self.expr(self.since(start), ExprKind::Named { names, tuple, value })
    }

    fn scan_rename_name(&self, offset: usize) -> Option<usize> {
        match self.peek(offset) {
            T::OpenBracket | T::OpenBrace => self.scan_name(offset),
            kind => kind.can_name().then_some(1),
        }
    }

    fn scan_rename_list(&self) -> Option<usize> {
        if self.kind() != T::OpenParen {
            return None;
        }
        let mut at = 1;
        while self.peek(at) != T::CloseParen {
            at += self.scan_rename_name(at)?;
            if self.peek(at) != T::Comma {
                break;
            }
            at += 1;
        }
        (self.peek(at) == T::CloseParen).then_some(at + 1)
    }

    fn argument(&mut self) -> Option<Expr> {
        if self.kind() == T::Asterisk && matches!(self.peek(1), T::CloseParen | T::Comma) {
            return Some(self.star());
        }
        self.named()
    }

    pub(super) fn star(&mut self) -> Expr {
        let span = self.bump();
        self.expr(span, ExprKind::Star)
    }

    /// An expression without a name, one level deeper.
    pub(super) fn unnamed(&mut self) -> Option<Expr> {
        self.nested(Self::logical_or)
    }

    fn logical_or(&mut self) -> Option<Expr> {
        self.logical(T::Or, LogicalOp::Or, Self::logical_and)
    }

    fn logical_and(&mut self) -> Option<Expr> {
        self.logical(T::And, LogicalOp::And, Self::equality)
    }

    fn logical(&mut self, word: T, op: LogicalOp, operand: fn(&mut Self) -> Option<Expr>) -> Option<Expr> {
        let start = self.start();
        let first = operand(self)?;
        if self.kind() != word && self.foreign_spelling(op).is_none() {
            return Some(first);
        }
        let mut operands = vec![first];
        while self.eat(word).is_some() || self.eat_foreign(op) {
            let next = operand(self).unwrap_or_else(|| self.missing_expr());
            operands.push(next);
        }
        Some(self.expr(self.since(start), ExprKind::Logical { op, operands }))
    }

    /// How many tokens here are `and` or `or` in another language.
    fn foreign_spelling(&self, op: LogicalOp) -> Option<usize> {
        let (word, sign) = match op {
            LogicalOp::And => ("and", T::Bad),
            LogicalOp::Or => ("or", T::Pipe),
        };
        match self.kind() {
            T::Identifier if self.written(0).eq_ignore_ascii_case(word) => Some(1),
            kind if kind == sign && self.peek(1) == sign && self.glued(1) => {
                let is_sign = op == LogicalOp::Or || (self.written(0) == "&" && self.written(1) == "&");
                // Two pipes before an operator are one too many.
                let operand = self.peek(3).is_literal() || matches!(self.peek(3), T::Identifier | T::By);
                let pipes = op == LogicalOp::Or && is_operator(self.peek(2)) && operand;
                (is_sign && !pipes).then_some(2)
            }
            _ => None,
        }
    }

    /// Takes such a spelling for what it means, so that the rest of the query is read.
    fn eat_foreign(&mut self, op: LogicalOp) -> bool {
        let Some(length) = self.foreign_spelling(op) else { return false };
        let span = self.bump_all(length);
        let message = format!("`{}` is `{}` in KQL", &self.text[span.range()], op.text());
        let mut error = SyntaxError::new(ErrorKind::TokenExpected, span, message);
        error.help = Some(format!("Use `{}`.", op.text()));
        let title = format!("Replace with `{}`", op.text());
        error.fix = Some(Suggestion { title, span, text: op.text().to_owned() });
        self.errors.push(error);
        true
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        start: usize,
        left: Expr,
        operand: fn(&mut Self) -> Option<Expr>,
    ) -> Expr {
        let op_span = self.bump();
        let right = Box::new(operand(self).unwrap_or_else(|| self.missing_expr()));
        let kind = ExprKind::Binary { op, op_span, left: Box::new(left), right };
        self.expr(self.since(start), kind)
    }

    fn equality(&mut self) -> Option<Expr> {
        let start = self.start();
        if self.kind() == T::Asterisk && self.peek(1) == T::EqualEqual {
            let left = self.star();
            return Some(self.binary(BinaryOp::Equal, start, left, Self::relational));
        }
        let left = self.relational()?;
        let word = self.kind();
        if let Some(op @ (BinaryOp::Equal | BinaryOp::NotEqual)) = BinaryOp::of(word) {
            return Some(self.binary(op, start, left, Self::relational));
        }
        if matches!(word, T::Between | T::NotBetween) {
            return Some(self.between(start, left));
        }
        // `in range(...)` belongs to `make-series`.
        let list = ListOp::of(word).filter(|_| word != T::In || self.peek(1) != T::Range);
        Some(match list {
            Some(op) => self.in_list(op, start, left),
            None => left,
        })
    }

    fn in_list(&mut self, op: ListOp, start: usize, left: Expr) -> Expr {
        let op_span = self.bump();
        let open = self.require(T::OpenParen);
        let items = if self.at_query() {
            vec![self.required(Self::pipeline)]
        } else {
            self.commas(Self::unnamed, Self::missing_expr, List::closed().one_or_more())
        };
        self.close(T::CloseParen, open);
        let kind = ExprKind::InList { op, op_span, left: Box::new(left), items };
        self.expr(self.since(start), kind)
    }

    fn between(&mut self, start: usize, left: Expr) -> Expr {
        let negated = self.kind() == T::NotBetween;
        let op_span = self.bump();
        let open = self.require(T::OpenParen);
        let low = Box::new(self.required(Self::unnamed));
        self.require(T::DotDot);
        let high = Box::new(self.required(Self::unnamed));
        self.close(T::CloseParen, open);
        let kind = ExprKind::Between { negated, op_span, left: Box::new(left), low, high };
        self.expr(self.since(start), kind)
    }

    fn relational(&mut self) -> Option<Expr> {
        let start = self.start();
        let left = self.additive()?;
        let op = BinaryOp::of(self.kind()).filter(|op| op.orders());
        Some(match op {
            Some(op) => self.binary(op, start, left, Self::additive),
            None => left,
        })
    }

    fn additive(&mut self) -> Option<Expr> {
        self.chain(Self::multiplicative, |op| matches!(op, BinaryOp::Add | BinaryOp::Subtract))
    }

    fn multiplicative(&mut self) -> Option<Expr> {
        let of = |op| matches!(op, BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo);
        self.chain(Self::string_operation, of)
    }

    fn string_operation(&mut self) -> Option<Expr> {
        let start = self.start();
        let star = self.kind() == T::Asterisk && StringOp::of(self.peek(1)).is_some();
        let left = if star { self.star() } else { self.invocation()? };
        // One of these, and no chain of them.
        Some(match StringOp::of(self.kind()) {
            Some(op) => self.binary(BinaryOp::String(op), start, left, Self::invocation),
            None => left,
        })
    }

    /// Operators of one level, the left ones first.
    fn chain(&mut self, operand: fn(&mut Self) -> Option<Expr>, of: fn(BinaryOp) -> bool) -> Option<Expr> {
        let start = self.start();
        let mut left = operand(self)?;
        let mut length = 1;
        while let Some(op) = BinaryOp::of(self.kind()).filter(|op| of(*op)) {
            length += 1;
            if length > LONGEST_CHAIN {
                let span = self.token(0).span;
                self.error(ErrorKind::TooDeep, span, "The query is nested too deeply");
                self.at = self.tokens.len() - 1;
                break;
            }
            left = self.binary(op, start, left, operand);
        }
        Some(left)
    }

    /// A sign, or none, and a path.
    pub(super) fn invocation(&mut self) -> Option<Expr> {
        if !matches!(self.kind(), T::Minus | T::Plus) {
            return self.path();
        }
        let minus = self.kind() == T::Minus;
        let start = self.start();
        self.bump();
        let operand = Box::new(self.path().unwrap_or_else(|| self.missing_expr()));
        Some(self.expr(self.since(start), ExprKind::Unary { minus, operand }))
    }

    /// A primary expression with its members and indexes.
    pub(super) fn path(&mut self) -> Option<Expr> {
        if self.kind() == T::ToTable {
            return self.subquery_call(ExprKind::ToTable);
        }
        let start = self.start();
        let mut base = self.primary()?;
        let mut length = 0;
        loop {
            length += 1;
            if length > LONGEST_CHAIN {
                return Some(base);
            }
            let kind = match self.kind() {
                T::Dot => {
                    self.bump();
                    let member = self.member().unwrap_or_else(|| self.named_expr(Self::missing_name));
                    ExprKind::Path { base: Box::new(base), member: Box::new(member) }
                }
                T::OpenBracket => {
                    let ExprKind::Bracketed(index) = self.bracketed()?.kind else { return None };
                    ExprKind::Element { base: Box::new(base), index }
                }
                _ => return Some(base),
            };
            base = self.expr(self.since(start), kind);
        }
    }

    pub(super) fn member(&mut self) -> Option<Expr> {
        if self.at_call(0) { self.call() } else { self.selector() }
    }

    pub(super) fn at_call(&self, offset: usize) -> bool {
        self.scan_name(offset).is_some_and(|length| self.peek(offset + length) == T::OpenParen)
    }

    pub(super) fn call(&mut self) -> Option<Expr> {
        if !self.at_call(0) {
            return None;
        }
        let start = self.start();
        let name = self.name()?;
        let open = self.bump();
        let args =
            self.nested(|parser| Some(parser.commas(Self::argument, Self::missing_expr, List::closed())));
        self.close(T::CloseParen, open);
        let kind = ExprKind::Call { name, args: args.unwrap_or_default() };
        Some(self.expr(self.since(start), kind))
    }

    fn primary(&mut self) -> Option<Expr> {
        match self.kind() {
            T::LongLiteral
            | T::RealLiteral
            | T::BooleanLiteral
            | T::IntLiteral
            | T::DecimalLiteral
            | T::TimespanLiteral
            | T::DateTimeLiteral
            | T::GuidLiteral
            | T::RawGuidLiteral
            | T::StringLiteral
            | T::Dynamic => self.literal(),
            T::DataTable => self.data_table(),
            T::ContextualDataTable => self.contextual_data_table(),
            T::ExternalData | T::ExternalDataUnderscore => self.external_data(),
            T::MaterializedViewCombine => self.view_combine(),
            T::OpenParen => self.parenthesized(),
            T::ToScalar => self.subquery_call(ExprKind::ToScalar),
            _ if self.at_type_of() => self.type_of(),
            _ if self.at_call(0) => self.call(),
            _ => self.scoped_selector().or_else(|| self.keyword_as_name()),
        }
    }

    /// A name with `datascope=hotcache` after it, or without.
    fn scoped_selector(&mut self) -> Option<Expr> {
        let selector = self.selector()?;
        self.data_scope();
        Some(selector)
    }

    pub(super) fn data_scope(&mut self) {
        if self.eat(T::DataScope).is_some() {
            self.require(T::Equal);
            if self.kind() == T::HotCache || self.written(0) == "all" {
                self.bump();
            } else {
                self.expected("`all` or `hotcache`");
            }
        }
    }

    pub(super) fn parenthesized(&mut self) -> Option<Expr> {
        let start = self.start();
        let open = self.eat(T::OpenParen)?;
        let inner = self.pipeline().unwrap_or_else(|| self.missing_expr());
        self.close(T::CloseParen, open);
        Some(self.expr(self.since(start), ExprKind::Paren(Box::new(inner))))
    }

    /// `toscalar(query)` and its relatives.
    pub(super) fn subquery_call(&mut self, made: fn(Box<Expr>) -> ExprKind) -> Option<Expr> {
        let start = self.start();
        self.bump();
        if self.kind() == T::Kind && self.peek(1) == T::Equal {
            self.bump();
            self.bump();
            if self.written(0) == "nooptimization" {
                self.bump();
            } else {
                self.expected("`nooptimization`");
            }
        }
        let open = self.require(T::OpenParen);
        let query = Box::new(self.pipeline().unwrap_or_else(|| self.missing_expr()));
        self.close(T::CloseParen, open);
        Some(self.expr(self.since(start), made(query)))
    }

    /// A path of names and indexes, without calls.
    pub(super) fn simple_path(&mut self) -> Option<Expr> {
        self.path_of(Self::selector)
    }

    /// A path of names, indexes and calls, the last of them perhaps with wildcards.
    pub(super) fn entity(&mut self) -> Option<Expr> {
        if self.at_wildcard() {
            return self.wildcard().map(|name| self.name_expr(name));
        }
        self.path_of(Self::entity_member)
    }

    fn entity_member(&mut self) -> Option<Expr> {
        if self.at_call(0) {
            return self.call();
        }
        self.wildcard().map(|name| self.name_expr(name)).or_else(|| self.selector())
    }

    /// Names and calls, as a reference to an entity group is.
    pub(super) fn entity_path(&mut self) -> Option<Expr> {
        self.path_of(Self::member)
    }

    fn path_of(&mut self, member: fn(&mut Self) -> Option<Expr>) -> Option<Expr> {
        let start = self.start();
        let mut base = member(self)?;
        for _ in 0..LONGEST_CHAIN {
            let kind = match self.kind() {
                T::Dot => {
                    self.bump();
                    let member = member(self).unwrap_or_else(|| self.named_expr(Self::missing_name));
                    ExprKind::Path { base: Box::new(base), member: Box::new(member) }
                }
                T::OpenBracket => {
                    let Some(index) = self.selector() else { break };
                    ExprKind::Element { base: Box::new(base), index: Box::new(index) }
                }
                _ => break,
            };
            base = self.expr(self.since(start), kind);
        }
        Some(base)
    }

    pub(super) fn required(&mut self, parse: fn(&mut Self) -> Option<Expr>) -> Expr {
        parse(self).unwrap_or_else(|| self.missing_expr())
    }

    /// An expression with `asc`, `desc` and `nulls` after it.
    pub(super) fn ordered(&mut self) -> Option<Expr> {
        let start = self.start();
        let expr = self.named()?;
        if !matches!(self.kind(), T::Asc | T::Desc | T::GrannyAsc | T::GrannyDesc | T::Nulls) {
            return Some(expr);
        }
        let order = self.order();
        let nulls = self.eat(T::Nulls).and_then(|_| {
            let which = self.eat_any(&[T::First, T::Last]);
            if which.is_none() {
                self.missing("`first` or `last`");
            }
            which.map(|(kind, _)| if kind == T::First { Nulls::First } else { Nulls::Last })
        });
        let kind = ExprKind::Ordered { expr: Box::new(expr), order, nulls };
        Some(self.expr(self.since(start), kind))
    }

    pub(super) fn order(&mut self) -> Option<SortOrder> {
        let order = match self.kind() {
            T::Asc => SortOrder::Ascending,
            T::Desc => SortOrder::Descending,
            T::GrannyAsc => SortOrder::GrannyAscending,
            T::GrannyDesc => SortOrder::GrannyDescending,
            _ => return None,
        };
        self.bump();
        Some(order)
    }

    /// The place of a missing part, for nodes that have to be made of nothing.
    pub(super) fn nowhere(&self) -> Span {
        Span::at(self.before())
    }
}
