//! Pipelines: where rows come from, and the operators after the pipes.

use super::super::ast::{Expr, ExprKind, Name, NameForm, Operator, OperatorKind};
use super::super::error::ErrorKind;
use super::super::token::TokenKind as T;
use super::Parser;
use super::operators::is_operator;

impl Parser<'_> {
    /// A source with operators after pipes, or a value.
    pub(super) fn pipeline(&mut self) -> Option<Expr> {
        self.nested(|parser| {
            let start = parser.start();
            let head = if parser.probably_operator() {
                parser.head_operator().or_else(|| parser.unnamed())
            } else {
                parser.unnamed().or_else(|| parser.head_operator())
            };
            Some(parser.stages(start, head?))
        })
    }

    fn stages(&mut self, start: usize, head: Expr) -> Expr {
        let mut stages = Vec::new();
        while self.eat(T::Pipe).is_some() {
            let stage = self.required_operator();
            stages.push(stage);
        }
        if stages.is_empty() {
            return head;
        }
        self.expr(self.since(start), ExprKind::Pipeline { source: Box::new(head), stages })
    }

    fn head_operator(&mut self) -> Option<Expr> {
        if self.kind() == T::InlineExternalTable {
            return self.inline_external_table();
        }
        let operator = self.operator()?;
        Some(self.expr(operator.span, ExprKind::Operator(Box::new(operator))))
    }

    /// A query that works on the rows around it, so that it begins with an operator.
    pub(super) fn subquery(&mut self) -> Option<Expr> {
        self.nested(|parser| {
            let start = parser.start();
            let operator = parser.required_operator();
            let head = parser.expr(operator.span, ExprKind::Operator(Box::new(operator)));
            Some(parser.stages(start, head))
        })
    }

    pub(super) fn required_operator(&mut self) -> Operator {
        if let Some(operator) = self.operator() {
            return operator;
        }
        if self.kind() == T::InlineExternalTable
            && let Some(table) = self.inline_external_table()
        {
            let (span, keyword) = (table.span, self.nowhere());
            let (word, kind) = (T::InlineExternalTable.text(), OperatorKind::InlineTable(Box::new(table)));
            return Operator { span, keyword, word, params: Vec::new(), kind };
        }
        if self.kind() == T::Identifier {
            let text = self.written(0);
            let span = self.bump();
            self.error(ErrorKind::OperatorExpected, span, format!("`{text}` is not a query operator"));
            let name = Name { span, text: text.into(), form: NameForm::Plain };
            let kind = OperatorKind::Unknown(name);
            return Operator { span, keyword: span, word: "", params: Vec::new(), kind };
        }
        let span = self.nowhere();
        let message = format!("Expected a query operator{}", self.after_last());
        self.error(ErrorKind::OperatorExpected, span, message);
        Operator { span, keyword: span, word: "", params: Vec::new(), kind: OperatorKind::Missing }
    }

    /// Whether what stands here is an operator, although it could be a name.
    fn probably_operator(&self) -> bool {
        let kind = self.kind();
        let next = self.peek(1);
        match kind {
            T::Evaluate => self.scan_name(1).is_some() || next.is_keyword(),
            T::Facet => next == T::By,
            T::Partition | T::Reduce => next == T::By || self.names_a_param(1),
            T::Range => self.scan_name(1).is_some_and(|length| self.peek(1 + length) == T::From),
            T::InlineExternalTable => matches!(next, T::OpenParen | T::Kind),
            T::Render => next == T::Identifier || next.is_keyword(),
            _ => is_operator(kind) && !kind.can_be_name(),
        }
    }

    /// Whether what stands in these parentheses is a query and not a list of values.
    pub(super) fn at_query(&self) -> bool {
        let mut depth = 0_usize;
        for offset in 0.. {
            match self.peek(offset) {
                T::EndOfText | T::Semicolon => break,
                T::Comma | T::CloseParen if depth == 0 => break,
                T::CloseParen => depth -= 1,
                T::OpenParen => depth += 1,
                T::Pipe if depth == 0 => return true,
                _ => {}
            }
        }
        self.probably_operator()
    }

    fn names_a_param(&self, offset: usize) -> bool {
        self.peek(offset + 1) == T::Equal || self.written(offset).starts_with("hint.")
    }
}
