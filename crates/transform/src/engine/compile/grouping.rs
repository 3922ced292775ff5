//! The operators that group rows: `summarize`, `top-nested` and their relatives.

use std::rc::Rc;
use std::sync::Arc;

use super::super::exec::Plan;
use super::super::ops::columns::Item;
use super::super::ops::summarize::{Aggregated, Level, Summarize, TopNested};
use super::super::table::{Schema, plain};
use super::columns::inner;
use super::{At, Compiler, Made, RowScope, Stage, aggregates, plan, refused};
use crate::kql::ast::{self, Expr, ExprKind, SortOrder};
use crate::kql::types::{Relation, Scalar};

impl<'q> Compiler<'q> {
    pub(super) fn groups(
        &mut self,
        by: &'q [Expr],
        row: &RowScope<'_>,
        after: &Relation,
        at: At<'q, '_>,
    ) -> Made<(Vec<Item>, Vec<String>)> {
        let mut items = Vec::new();
        let mut grouped = Vec::new();
        for expr in by {
            self.item(expr, after, at.with_row(row), &mut items)?;
            if let ExprKind::Name(name) = &inner(expr).kind
                && matches!(expr.kind, ExprKind::Name(_))
            {
                grouped.push(name.text.to_string());
            }
        }
        Ok((items, grouped))
    }

    pub(super) fn summarize(
        &mut self,
        stage: Stage<'q, '_>,
        exprs: &'q [Expr],
        by: Option<&'q [Expr]>,
    ) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let before = self.before(operator, at)?;
        let after = Self::after(operator, at)?;
        if before.has_unknown_columns && after.has_unknown_columns {
            return refused(operator.span, "an aggregate of `*` over rows whose columns are not known");
        }
        let row = RowScope::new(before, at.level + 1);
        let (items, grouped) = self.groups(by.unwrap_or_default(), &row, after, at)?;
        let exprs: Vec<(&Expr, Option<&Expr>)> = exprs.iter().map(|expr| (expr, None)).collect();
        let aggregated = self.aggregated(&exprs, &row, grouped, after, at)?;
        let runs = Summarize {
            span: operator.keyword,
            used: row.into_used(),
            schema: Rc::new(Schema::of(after)),
            by: items,
            aggregated,
            whole: by.is_none_or(<[Expr]>::is_empty),
        };
        Ok(plan(Some(input), operator, after, runs))
    }

    pub(super) fn top_nested(
        &mut self,
        stage: Stage<'q, '_>,
        levels: &'q [ast::TopNested],
    ) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let before = self.before(operator, at)?;
        let after = Self::after(operator, at)?;
        let row = RowScope::new(before, at.level + 1);
        let mut made = Vec::new();
        for level in levels {
            let count = level.count.as_ref().map(|count| self.value(count, at.without_row())).transpose()?;
            let of = self.value(&level.of, at.with_row(&row))?;
            let others = level
                .others
                .as_ref()
                .map(|others| self.value(inner(others), at.with_row(&row)))
                .transpose()?;
            let (by, order) = match &level.by.kind {
                ExprKind::Ordered { expr, order, .. } => (&**expr, *order),
                _ => (&level.by, None),
            };
            let found = aggregates::Found::new(&row, Vec::new());
            let own = At { row: None, aggregates: Some(&found), searching: false, level: row.level, ..at };
            let node = self.value(inner(by), own)?;
            let names: Vec<(Arc<str>, Scalar)> = vec![("value".into(), plain(at.kind(by)))];
            let items = vec![Item { node, names, several: false }];
            let aggregated = Aggregated { aggregates: found.all.into_inner(), items };
            let descending = !matches!(order, Some(SortOrder::Ascending | SortOrder::GrannyAscending));
            made.push(Level { count, of, others, aggregated, descending });
        }
        let schema = Rc::new(Schema::of(after));
        let runs = TopNested { span: operator.keyword, used: row.into_used(), schema, levels: made };
        Ok(plan(Some(input), operator, after, runs))
    }
}
