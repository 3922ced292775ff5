//! `=` below `=`, where the writer had it so in lines that follow each other.

use super::super::plan::Space;
use super::Layout;
use crate::kql::TokenKind as T;
use crate::kql::ast::{Expr, ExprKind, LetValue, Operator, OperatorKind, Statement, StatementKind};

/// A sign that may stand below another.
#[derive(Clone, Copy)]
pub(super) struct Sign {
    /// Its token.
    token: usize,
    /// Its column.
    column: usize,
    /// How far it stands from the beginning of its line's text.
    distance: usize,
    /// How wide the text before it is.
    width: usize,
}

impl Layout<'_, '_> {
    /// The sign of `name = value`, where the line begins with the token `first`.
    pub(super) fn sign(&self, item: &Expr, first: usize) -> Option<Sign> {
        let ExprKind::Named { names, tuple: false, .. } = &item.kind else { return None };
        self.sign_at(self.plan.after(names.first()?.span), first)
    }

    fn sign_at(&self, token: usize, first: usize) -> Option<Sign> {
        let (gap, inside) = (self.plan.gaps.get(first)?, self.plan.gaps.get(first + 1..=token)?);
        let tokens = self.plan.tokens.get(first..token)?;
        // What stands before it is words, with a blank between them.
        let is_plain = tokens.iter().all(|token| token.kind != T::OpenBracket && token.kind != T::OpenParen);
        if self.plan.kind(token) != T::Equal
            || !is_plain
            || !gap.line_end
            // All of it is one line.
            || inside.iter().any(|gap| gap.line_end || !gap.comments.is_empty())
        {
            return None;
        }
        let width = tokens.iter().map(|token| token.span.len() + 1).sum::<usize>().checked_sub(1)?;
        let column = self.plan.column(token)?;
        Some(Sign { token, column, distance: column.checked_sub(self.plan.column(first)?)?, width })
    }

    /// Puts signs of one column below each other again, in lines that follow each other.
    pub(super) fn align(&mut self, signs: &[Option<Sign>]) {
        let is_below = |a: &Sign, b: &Sign| a.column == b.column && a.distance == b.distance;
        for run in signs.chunk_by(|a, b| matches!((a, b), (Some(a), Some(b)) if is_below(a, b))) {
            let run: Vec<Sign> = run.iter().flatten().copied().collect();
            let most = run.iter().map(|sign| sign.distance.max(sign.width + 1)).max().unwrap_or_default();
            if run.len() > 1 {
                for sign in run {
                    self.plan.space(sign.token, Space::Blanks(most - sign.width));
                }
            }
        }
    }

    /// The signs of `let` statements that follow each other.
    pub(super) fn align_lets(&mut self, statements: &[Statement]) {
        let sign = |statement: &Statement| match &statement.kind {
            StatementKind::Let { name, value: LetValue::Expr(_) } => {
                self.sign_at(self.plan.after(name.span), self.plan.first(statement.span))
            }
            _ => None,
        };
        let signs: Vec<_> = statements.iter().map(sign).collect();
        self.align(&signs);
    }

    /// The signs of `extend` operators with one column that follow each other.
    pub(super) fn align_stages(&mut self, stages: &[Operator]) {
        let sign = |stage: &Operator| match &stage.kind {
            OperatorKind::Extend(items) if items.len() == 1 => {
                self.sign(&items[0], self.plan.first(stage.span).checked_sub(1)?)
            }
            _ => None,
        };
        let signs: Vec<_> = stages.iter().map(sign).collect();
        self.align(&signs);
    }
}
