//! The layout of sentlint: what the tree says of lines, groups and blanks.

use super::doc::{Group, INDENT, Keeps, Policy, When};
use super::plan::{Plan, Space};
use crate::kql::ast::{
    Column, Expr, ExprKind, Function, LetValue, Operator, Parameter, Statement, StatementKind, Type,
};
use crate::kql::{Node, TokenKind as T, work};
use crate::source::Span;

mod align;
mod brackets;
mod operators;

/// Plans the layout of a query.
pub(super) fn plan(plan: &mut Plan<'_>, statements: &[Statement]) {
    let mut layout = Layout { plan };
    layout.statements(statements);
    layout.other_brackets();
}

struct Layout<'p, 'q> {
    plan: &'p mut Plan<'q>,
}

impl Layout<'_, '_> {
    /// Each statement begins a line.
    fn statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            self.node(Node::Statement(statement));
            let after = self.plan.after(statement.span);
            if self.plan.kind(after) == T::Semicolon {
                let when = if self.plan.was_broken(after) { When::Kept } else { When::Never };
                self.plan.spot(after, when, false);
                if self.plan.kind(after + 1) != T::CloseBrace {
                    self.plan.line_end(after + 1);
                }
            }
        }
        self.align_lets(statements);
    }

    fn node(&mut self, node: Node<'_>) {
        match node {
            Node::Statement(statement) => self.statement(statement),
            Node::Function(function) => return self.function(function),
            Node::Operator(operator) => self.operator(operator),
            Node::Expr(expr) => self.expr(expr),
        }
        node.children(&mut |child| self.node(child));
    }

    /// The gaps inside of a place.
    fn inside(&self, span: Span) -> (usize, usize) {
        (self.plan.first(span) + 1, self.plan.after(span).saturating_sub(1))
    }

    fn group(&mut self, span: Span, policy: Policy) {
        let (first, last) = self.inside(span);
        self.plan.group(first, last, indented(policy));
    }

    fn statement(&mut self, statement: &Statement) {
        self.group(statement.span, Policy::AsWritten);
        match &statement.kind {
            StatementKind::Let { name, value } => {
                let value_at = self.plan.after(name.span) + 1;
                match value {
                    LetValue::Expr(expr) if keeps_its_line(expr) => {
                        let base = self.plan.first(statement.span);
                        self.own_line(value_at, base);
                    }
                    _ => {}
                }
            }
            StatementKind::Parameters(parameters) => {
                self.parameters(parameters);
                // The keyword is like a function's name.
                let open = self.plan.first(statement.span) + 2;
                self.plan.space(open, Space::None);
            }
            StatementKind::Pattern { .. } | StatementKind::Restrict(_) => self.loose(statement.span),
            _ => {}
        }
    }

    fn function(&mut self, function: &Function) {
        self.parameters(&function.params);
        let open = self.plan.first(function.body_span);
        let close = self.plan.partner[open];
        self.plan.space(open, Space::One);
        if self.plan.was_broken(open) {
            self.plan.spot(open, When::Kept, true);
        }
        if close > open + 1 {
            let when = |at: usize, plan: &Plan<'_>| {
                if !function.statements.is_empty() {
                    When::Always
                } else if plan.was_broken(at) {
                    When::Kept
                } else {
                    When::Broken
                }
            };
            self.plan.group(open + 1, close, indented(Policy::Block));
            self.plan.space(open + 1, Space::One);
            self.plan.space(close, Space::One);
            let (first, last) = (when(open + 1, self.plan), when(close, self.plan));
            self.plan.spot(open + 1, first, false);
            self.plan.spot(close, last, true);
        }
        self.statements(&function.statements);
        if let Some(result) = function.result.as_deref() {
            self.node(Node::Expr(result));
        }
        for parameter in &function.params {
            if let Some(default) = &parameter.default {
                self.node(Node::Expr(default));
            }
        }
    }

    fn parameters(&mut self, parameters: &[Parameter]) {
        for parameter in parameters {
            self.column(&parameter.column);
            if let Some(default) = &parameter.default {
                // `name:type = value`, with or without blanks.
                let at = self.plan.first(default.span);
                let spaced = self.plan.gaps[at].spaced || self.plan.gaps[at - 1].spaced;
                let space = if spaced { Space::One } else { Space::None };
                self.plan.space(at, space);
                self.plan.space(at - 1, space);
            }
        }
    }

    /// `name:type`, with a blank after the colon if there was one.
    fn column(&mut self, column: &Column) {
        let colon = self.plan.after(column.name.span);
        if self.plan.kind(colon) == T::Colon {
            self.plan.space(colon, Space::None);
            self.plan.space(colon + 1, Space::AsWritten);
        }
        if let Some(Type::Rows(columns)) = &column.type_ {
            for column in columns {
                self.column(column);
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Pipeline { stages, .. } => self.pipeline(expr, stages),
            ExprKind::Operator(_) => {
                self.block(expr);
            }
            ExprKind::Call { name, .. } => {
                let open = self.plan.after(name.span);
                self.plan.space(open, Space::None);
            }
            ExprKind::Dynamic(_)
            | ExprKind::TypeOf(_)
            | ExprKind::ToScalar(_)
            | ExprKind::ToTable(_)
            | ExprKind::Materialize(_) => {
                let open = self.plan.first(expr.span) + 1;
                if self.plan.kind(open) == T::OpenParen {
                    self.plan.space(open, Space::AsWritten);
                }
            }
            ExprKind::Object(_) => self.object(expr),
            ExprKind::Element { index, .. } | ExprKind::Bracketed(index) => {
                let open = self.plan.first(index.span).saturating_sub(1);
                self.plan.space(open, Space::None);
            }
            ExprKind::Unary { operand, .. } => {
                let at = self.plan.first(operand.span);
                self.plan.space(at, Space::None);
            }
            ExprKind::Binary { op_span, .. } => self.binary(expr, *op_span),
            ExprKind::InList { op_span, .. } | ExprKind::Between { op_span, .. } => {
                self.spaced(*op_span);
                let list = self.plan.after(*op_span);
                if self.plan.kind(list) == T::OpenParen {
                    self.plan.space(list, Space::AsWritten);
                }
            }
            ExprKind::Logical { operands, .. } => self.logical(expr, operands),
            ExprKind::Typed(column) => self.column(column),
            ExprKind::Named { value, .. } => {
                let at = self.plan.first(value.span);
                if self.plan.was_broken(at) {
                    self.group(expr.span, Policy::AsWritten);
                    self.plan.line_as_written(at);
                }
            }
            ExprKind::DataTable { schema, .. } => {
                self.schema(expr, schema);
                self.data_table(expr, schema.len());
            }
            ExprKind::ExternalData { schema, properties, .. } => {
                self.params(properties);
                self.schema(expr, schema);
                self.external_data(expr);
            }
            ExprKind::Internal(_) => self.loose(expr.span),
            _ => {}
        }
    }

    /// A blank on both sides of an operator.
    fn spaced(&mut self, op: Span) {
        let (at, after) = (self.plan.first(op), self.plan.after(op));
        self.plan.space(at, Space::One);
        self.plan.space(after, Space::One);
    }

    /// Sums and the like are broken before their operators where they are too wide; comparisons are not.
    fn binary(&mut self, expr: &Expr, op: Span) {
        self.spaced(op);
        if !is_arithmetic(self.plan.kind(self.plan.first(op))) || self.plan.has_spot(self.plan.first(op)) {
            return;
        }
        let (first, last) = self.inside(expr.span);
        self.plan.group(first, last, indented(Policy::Rows));
        let mut next = Some(expr);
        while let Some(Expr { kind: ExprKind::Binary { op_span, left, .. }, .. }) = next {
            let at = self.plan.first(*op_span);
            if !is_arithmetic(self.plan.kind(at)) {
                break;
            }
            let kept = self.plan.was_broken(at);
            self.plan.line(at, kept);
            next = Some(left);
        }
    }

    /// A chain of `and` or `or`: a line begins with the word, or ends with it where the writer had it so.
    fn logical(&mut self, expr: &Expr, operands: &[Expr]) {
        let (first, last) = self.inside(expr.span);
        // In brackets that are broken the words stand below the first operand.
        let flush = self.plan.partner[first.saturating_sub(2)] == last + 1;
        self.plan.group(first, last, Group { flush, ..indented(Policy::Rows) });
        let words: Vec<usize> =
            operands.iter().skip(1).map(|operand| self.plan.first(operand.span) - 1).collect();
        self.separators(&words, false);
        for word in words {
            self.plan.space(word, Space::One);
            self.plan.space(word + 1, Space::One);
        }
    }

    /// Lines before or after separators: as most of them have been, after them by default if `after`.
    fn separators(&mut self, at: &[usize], after: bool) {
        let broken = |offset: usize| at.iter().filter(|at| self.plan.was_broken(**at + offset)).count();
        let (before_count, after_count) = (broken(0), broken(1));
        let after = if after { after_count >= before_count } else { after_count > before_count };
        for separator in at {
            let (own, other) = if after { (separator + 1, *separator) } else { (*separator, separator + 1) };
            let other_ends =
                self.plan.gaps.get(other).is_some_and(|gap| gap.line_end && gap.comments.is_empty());
            let kept = self.plan.was_broken(own) || other_ends;
            self.plan.line(own, kept);
        }
    }

    /// Each operator has a line of its own, unless the brackets around all of them were on one line and fit there.
    fn pipeline(&mut self, expr: &Expr, stages: &[Operator]) {
        self.align_stages(stages);
        let pipes: Vec<usize> = stages.iter().map(|stage| self.plan.first(stage.span) - 1).collect();
        if !self.block(expr) {
            let (first, last) = self.inside(expr.span);
            let is_let = first.checked_sub(4).map(|at| self.plan.kind(at)) == Some(T::Let);
            let was_line = is_let && (first - 1..=last).all(|at| !self.plan.was_broken(at));
            if stages.len() == 1 && was_line {
                self.plan.group(
                    first,
                    last,
                    Group { indent: 0, keeps: Keeps::None, ..indented(Policy::Block) },
                );
                self.plan.line(pipes[0], false);
            } else {
                // After a `let` the pipes may be indented, if all of them are.
                let keeps = if is_let { Keeps::Common } else { Keeps::None };
                self.plan.group(first, last, Group { indent: 0, keeps, ..indented(Policy::AsWritten) });
                for pipe in pipes {
                    self.plan.line_end(pipe);
                }
            }
            return;
        }
        for pipe in pipes {
            let kept = self.plan.was_broken(pipe);
            self.plan.line(pipe, kept);
        }
    }

    /// Brackets with nothing but a query in them are a block with its lines. Whether they are brackets at all.
    fn block(&mut self, expr: &Expr) -> bool {
        let (first, close) = (self.plan.first(expr.span), self.plan.after(expr.span));
        let Some(open) = first.checked_sub(1).filter(|open| self.plan.partner[*open] == close) else {
            return false;
        };
        if self.plan.has_spot(open + 1) {
            return true;
        }
        let when = |at: usize, plan: &Plan<'_>| if plan.was_broken(at) { When::Kept } else { When::Broken };
        let (before, after) = (when(first, self.plan), when(close, self.plan));
        self.plan.group(first, close, indented(Policy::Block));
        self.plan.spot(first, before, false);
        self.plan.spot(close, after, true);
        true
    }

    /// A place of which the layout stays, but for the indentation of its lines.
    fn loose(&mut self, span: Span) {
        let (mut at, last) = self.inside(span);
        while at <= last {
            if !self.plan.has_spot(at) {
                self.plan.line_as_written(at);
            }
            work::done(1);
            at = self.plan.partner[at].max(at) + 1;
        }
    }
}

/// A group whose lines are indented.
fn indented(policy: Policy) -> Group {
    Group { policy, indent: INDENT, flush: false, per_line: 1, keeps: Keeps::Common }
}

/// Whether a value may stand on the line after its `let`.
fn keeps_its_line(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Pipeline { stages, .. } if !stages.is_empty())
        || matches!(&expr.kind, ExprKind::Operator(_))
}

fn is_arithmetic(kind: T) -> bool {
    matches!(kind, T::Plus | T::Minus | T::Asterisk | T::Slash | T::Percent)
}
