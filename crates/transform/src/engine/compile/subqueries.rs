//! The operators with a query over parts of their rows: `mv-apply`, `partition`; and `mv-expand`.

use std::rc::Rc;

use super::super::eval::Node;
use super::super::exec::{Failure, Plan, PlanKind};
use super::super::ops::expand::{Apply, Expand, Expanded, Partition};
use super::super::table::{Schema, plain};
use super::super::value::Value;
use super::columns::inner;
use super::expr::type_literal;
use super::{Any, At, Compiler, Made, RowScope, Stage, plan, refused};
use crate::kql::ast::{Expr, ExprKind, Operator};
use crate::kql::types::{Relation, Scalar};
use crate::source::Span;

/// The rows that a subquery is given.
fn subject(relation: &Relation, span: Span) -> Rc<Plan> {
    Rc::new(Plan {
        kind: PlanKind::Subject,
        schema: Rc::new(Schema::of(relation)),
        open: relation.has_unknown_columns,
        span,
        word: "",
    })
}

impl<'q> Compiler<'q> {
    /// A query over rows that come from around it.
    pub(super) fn subquery(&mut self, expr: &'q Expr, at: At<'q, '_>) -> Made<Any> {
        match &expr.kind {
            ExprKind::Pipeline { source, stages } => {
                let head = self.subquery(source, at)?;
                self.stages(head, source.span, stages, at.without_row())
            }
            ExprKind::Operator(operator) => {
                let before = self.before(operator, at)?;
                let input = Any::Rows(subject(before, operator.keyword));
                self.operator(Some(input), operator, at.without_row())
            }
            ExprKind::Paren(inner) => self.subquery(inner, at),
            _ => self.any(expr, at.without_row()),
        }
    }

    pub(super) fn expand(
        &mut self,
        operator: &'q Operator,
        items: &'q [Expr],
        limit: Option<&'q Expr>,
        row: &RowScope<'_>,
        at: At<'q, '_>,
    ) -> Made<Expand> {
        let mut made = Vec::new();
        for item in items {
            let (expr, to) = match &item.kind {
                ExprKind::Converted { expr, to } => (&**expr, type_literal(to)),
                _ => (item, None),
            };
            if matches!(expr.kind, ExprKind::Missing) {
                continue;
            }
            let node = self.value(inner(expr), at.with_row(row))?;
            let names = at.frame.model.made(expr.id).unwrap_or_default();
            let Some(name) = names.first() else {
                return Err(Failure::at(expr.span, "the column of this expression is not known"));
            };
            let own = at.kind(inner(expr));
            let kind = match to {
                Some(kind) => kind,
                None if own.dynamic() || own.unknown() => Scalar::Dynamic,
                None => plain(own),
            };
            made.push(Expanded { node, name: name.clone(), kind, to });
        }
        let arrays = Self::param_word(operator, "bagexpansion", at)
            .or_else(|| Self::param_word(operator, "kind", at))
            .is_some_and(|word| word.trim_matches(['"', '\'']) == "array");
        Ok(Expand {
            span: operator.keyword,
            used: Vec::new(),
            items: made,
            limit: match limit {
                Some(limit) => Some(self.value(limit, at.without_row())?),
                // The old form of the operator has a limit of its own.
                None if operator.word == "mvexpand" => Some(Node::Const(Value::Long(128))),
                None => None,
            },
            index: Self::param_name(operator, &["with_itemindex"]).map(Into::into),
            pairs: arrays,
        })
    }

    pub(super) fn mv_expand(
        &mut self,
        stage: Stage<'q, '_>,
        items: &'q [Expr],
        limit: Option<&'q Expr>,
    ) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let (before, after) = (self.before(operator, at)?, Self::after(operator, at)?);
        let row = RowScope::new(before, at.level + 1);
        let mut expand = self.expand(operator, items, limit, &row, at)?;
        expand.used = row.into_used();
        Ok(plan(Some(input), operator, after, expand))
    }

    pub(super) fn mv_apply(
        &mut self,
        stage: Stage<'q, '_>,
        items: &'q [Expr],
        limit: Option<&'q Expr>,
        query: &'q Expr,
    ) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let (before, after) = (self.before(operator, at)?, Self::after(operator, at)?);
        let row = RowScope::new(before, at.level + 1);
        let mut expand = self.expand(operator, items, limit, &row, at)?;
        expand.used = row.into_used();
        let mut applied = Vec::new();
        for item in items {
            let item = match &item.kind {
                ExprKind::Converted { expr, .. } => expr,
                _ => item,
            };
            if let ExprKind::Name(name) = &item.kind {
                applied.push((&*name.text).into());
            }
        }
        let Any::Rows(query) = self.subquery(query, at)? else {
            return refused(query.span, "a query without rows");
        };
        Ok(plan(Some(input), operator, after, Apply { expand, query, applied }))
    }

    pub(super) fn partition(
        &mut self,
        stage: Stage<'q, '_>,
        by: &'q Expr,
        query: &'q Expr,
        braces: bool,
    ) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let (before, after) = (self.before(operator, at)?, Self::after(operator, at)?);
        let row = RowScope::new(before, at.level + 1);
        let node = self.value(by, at.with_row(&row))?;
        let slot = self.slot();
        if braces {
            return refused(query.span, "a partition whose query names its own source");
        }
        let Any::Rows(query) = self.subquery(query, at)? else {
            return refused(query.span, "a query without rows");
        };
        let runs = Partition { span: operator.keyword, used: row.into_used(), by: node, query, slot };
        Ok(plan(Some(input), operator, after, runs))
    }
}
