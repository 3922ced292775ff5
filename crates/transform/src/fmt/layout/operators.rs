//! The query operators: one a line, with lists and clauses on lines of their own where they are too wide.

use super::super::doc::{Group, Keeps, Policy, When};
use super::super::plan::Space;
use super::{Layout, indented};
use crate::kql::ast::{Expr, Join, Operator, OperatorKind, Param};
use crate::kql::{TokenKind as T, work};
use crate::source::Span;

impl Layout<'_, '_> {
    pub(super) fn operator(&mut self, operator: &Operator) {
        let (first, last) = self.inside(operator.span);
        self.plan.group(first, last, Group { keeps: Keeps::Each, ..indented(Policy::Rows) });
        self.params(&operator.params);
        match &operator.kind {
            OperatorKind::Distinct(items)
            | OperatorKind::Extend(items)
            | OperatorKind::Print(items)
            | OperatorKind::Project(items)
            | OperatorKind::ProjectAway(items)
            | OperatorKind::ProjectByNames(items)
            | OperatorKind::ProjectKeep(items)
            | OperatorKind::ProjectRename(items)
            | OperatorKind::ProjectReorder(items)
            | OperatorKind::Serialize(items)
            | OperatorKind::Sort(items)
            | OperatorKind::MvExpand { items, .. } => self.items(items, items.len() > 1),
            OperatorKind::Union(union) => self.items(&union.legs, union.legs.len() > 1),
            OperatorKind::Summarize { aggregates, by } => {
                self.items(aggregates, aggregates.len() > 1);
                self.by(operator.span, by.as_deref(), aggregates.is_empty());
            }
            OperatorKind::MakeSeries { aggregates, by, .. } => {
                self.items(aggregates, aggregates.len() > 1);
                self.clauses(operator.span, &[T::On, T::From, T::To, T::Step, T::In], &[T::On]);
                self.by(operator.span, by.as_deref(), false);
            }
            OperatorKind::Join(join) | OperatorKind::Lookup(join) => self.join(operator.span, join),
            OperatorKind::MvApply { items, query, .. } => {
                self.items(items, false);
                let open = self.plan.first(query.span).saturating_sub(1);
                let base = self.plan.first(operator.span);
                self.own_line(open, base);
            }
            OperatorKind::Parse(pattern) | OperatorKind::ParseWhere(pattern) => {
                let with = self.plan.after(pattern.expr.span);
                self.plan.line_as_written(with);
                for part in &pattern.parts {
                    let at = self.plan.first(part.span);
                    self.plan.line_as_written(at);
                }
            }
            OperatorKind::ParseKv { keys, with, .. } => {
                for column in keys {
                    self.column(column);
                }
                self.params(with);
            }
            OperatorKind::Render { with, .. } | OperatorKind::Reduce { with, .. } => self.params(with),
            OperatorKind::Evaluate { schema, .. } => {
                for column in schema.iter().flatten() {
                    self.column(column);
                }
                self.clauses(operator.span, &[T::Colon], &[]);
            }
            OperatorKind::AssertSchema(schema) => {
                for column in schema {
                    self.column(column);
                }
            }
            OperatorKind::Where(_)
            | OperatorKind::Take(_)
            | OperatorKind::Top { .. }
            | OperatorKind::Count(_)
            | OperatorKind::As(_)
            | OperatorKind::Invoke(_)
            | OperatorKind::Sample(_)
            | OperatorKind::Range { .. } => {}
            _ => self.loose(operator.span),
        }
    }

    /// The items of a list, each on a line where they are too many for one: all of them if `head`, otherwise all but the
    /// first.
    fn items(&mut self, items: &[Expr], head: bool) {
        let Some(first) = items.first() else { return };
        let at = self.plan.first(first.span);
        if head {
            let kept = self.plan.was_broken(at);
            self.plan.line(at, kept);
        } else {
            self.plan.line_as_written(at);
        }
        let commas = self.commas_between(items);
        self.separators(&commas, true);
        let signs: Vec<_> = items.iter().map(|item| self.sign(item, self.plan.first(item.span))).collect();
        self.align(&signs);
    }

    /// The comma before each item but the first.
    fn commas_between(&self, items: &[Expr]) -> Vec<usize> {
        let before = items.iter().skip(1).map(|item| self.plan.first(item.span).saturating_sub(1));
        before.filter(|at| self.plan.kind(*at) == T::Comma).collect()
    }

    /// `by` on the operator's line where all of it fits there, and otherwise on its own with its items.
    fn by(&mut self, operator: Span, by: Option<&[Expr]>, is_head: bool) {
        let Some(by) = by else { return };
        let Some(first) = by.first() else { return };
        let word = self.plan.first(first.span).saturating_sub(1);
        if self.plan.kind(word) != T::By {
            return;
        }
        if !is_head {
            let kept = self.plan.was_broken(word);
            self.plan.line(word, kept);
        }
        let last = self.plan.after(operator).saturating_sub(1);
        self.plan.group(word + 1, last, indented(Policy::Rows));
        self.items(by, by.len() > 1);
    }

    /// A line before what belongs to an operator, if there was one: indented if it was.
    pub(super) fn own_line(&mut self, at: usize, base: usize) {
        let when = if self.plan.was_broken(at) { When::Kept } else { When::Never };
        let is_indented = self.plan.is_indented(at, base);
        self.plan.spot(at, when, !is_indented);
    }

    /// Clauses that begin with a word: those of `broken` begin a line where the operator is too wide, the others only
    /// if they did.
    fn clauses(&mut self, operator: Span, words: &[T], broken: &[T]) {
        let (mut at, last) = self.inside(operator);
        while at <= last {
            let kind = self.plan.kind(at);
            if words.contains(&kind) && !self.plan.has_spot(at) {
                if kind == T::Colon {
                    self.plan.space(at, Space::One);
                    self.plan.space(at + 1, Space::One);
                }
                let kept = self.plan.was_broken(at);
                if broken.contains(&kind) {
                    self.plan.line(at, kept);
                } else {
                    self.plan.line_as_written(at);
                }
            }
            work::done(1);
            at = self.plan.partner[at].max(at) + 1;
        }
    }

    fn join(&mut self, operator: Span, join: &Join) {
        let (base, right) = (self.plan.first(operator), self.plan.first(join.right.span));
        self.own_line(right, base);
        let Some(on) = &join.on else { return };
        let word = self.plan.first(on.keyword);
        // In the column of the pipe it would look like another statement.
        let hangs = !self.plan.is_indented(word, base);
        let close = word.saturating_sub(1);
        // Spans of the tree may count in another text: its tokens are asked.
        let closes_lines = self.plan.kind(close) == T::CloseParen
            && (self.plan.partner[close]..close).any(|token| self.plan.was_broken(token + 1));
        let keeps = self.plan.was_broken(word) && !(hangs && closes_lines);
        self.plan.spot(word, if keeps { When::Kept } else { When::Never }, false);
        let last = self.plan.after(operator).saturating_sub(1);
        self.plan.group(word + 1, last, indented(Policy::Rows));
        let commas = self.commas_between(&on.conditions);
        self.separators(&commas, true);
    }

    /// `name=value` without blanks.
    pub(super) fn params(&mut self, params: &[Param]) {
        for param in params {
            let equal = self.plan.after(param.name.span);
            if self.plan.kind(equal) == T::Equal {
                self.plan.space(equal, Space::None);
                self.plan.space(equal + 1, Space::None);
            }
        }
    }
}
