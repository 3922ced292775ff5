//! `make-series`, `sample-distinct` and `top-hitters`.

use std::rc::Rc;

use super::super::eval::Node;
use super::super::exec::{Failure, Plan, PlanKind};
use super::super::ops::columns::{Compute, Item};
use super::super::ops::rows::Take;
use super::super::ops::series::{MakeSeries, TopHitters};
use super::super::table::Schema;
use super::columns::inner;
use super::{Compiler, Made, RowScope, Stage, plan, refused};
use crate::kql::ast::{Expr, ExprKind};

impl<'q> Compiler<'q> {
    pub(super) fn make_series(
        &mut self,
        stage: Stage<'q, '_>,
        aggregates: &'q [Expr],
        on: &'q Expr,
        range: &'q [Expr],
        by: Option<&'q [Expr]>,
    ) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let (before, after) = (self.before(operator, at)?, Self::after(operator, at)?);
        let row = RowScope::new(before, at.level + 1);
        let (groups, grouped) = self.groups(by.unwrap_or_default(), &row, after, at)?;
        let mut exprs = Vec::new();
        let mut defaults = Vec::new();
        for expr in aggregates {
            let (own, default) = match &expr.kind {
                ExprKind::Defaulted { expr, default } => (&**expr, Some(inner(default))),
                _ => (expr, None),
            };
            exprs.push((own, None));
            defaults.push(default.map(|default| self.value(default, at.without_row())).transpose()?);
        }
        let aggregated = self.aggregated(&exprs, &row, grouped, after, at)?;
        let axis = self.value(inner(on), at.with_row(&row))?;
        let Some(axis_name) = at.frame.model.made(on.id).and_then(|names| names.first()) else {
            return Err(Failure::at(on.span, "the axis is not known"));
        };
        // Two or three: a beginning and an end that are not told follow from the rows.
        let mut from = None;
        let mut to = None;
        let mut step = None;
        let text = at.written(operator.span);
        for bound in range {
            let node = self.value(inner(bound), at.without_row())?;
            let lead =
                text.get(..(bound.span.start - operator.span.start) as usize).unwrap_or_default().trim_end();
            let word = lead.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
            match word {
                "from" => from = Some(node),
                "to" => to = Some(node),
                "step" => step = Some(node),
                _ if range.len() == 3 && from.is_none() => from = Some(node),
                _ if range.len() == 3 && to.is_none() => to = Some(node),
                _ => step = Some(node),
            }
        }
        let Some(step) = step else { return refused(operator.span, "a series without a step") };
        let in_range = text.contains("in range");
        let runs = MakeSeries {
            span: operator.keyword,
            used: row.into_used(),
            schema: Rc::new(Schema::of(after)),
            by: groups,
            aggregated,
            defaults,
            axis,
            axis_name: axis_name.clone(),
            from,
            to,
            step,
            // The end of `in range(...)` belongs to it.
            inclusive: in_range,
            whole: by.is_none_or(<[Expr]>::is_empty),
            nonempty: Self::param_word(operator, "kind", at) == Some("nonempty"),
        };
        Ok(plan(Some(input), operator, after, runs))
    }

    pub(super) fn sample_distinct(
        &mut self,
        stage: Stage<'q, '_>,
        count: &'q Expr,
        of: &'q Expr,
    ) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let (before, after) = (self.before(operator, at)?, Self::after(operator, at)?);
        let row = RowScope::new(before, at.level + 1);
        let node = self.value(of, at.with_row(&row))?;
        let schema = Rc::new(Schema::of(after));
        let items = vec![Item { node, names: schema.columns.clone(), several: false }];
        let distinct = Compute {
            span: operator.keyword,
            used: row.into_used(),
            items,
            keeps: false,
            schema: Rc::clone(&schema),
            others_than: None,
            distinct: true,
        };
        let inner = Rc::new(Plan {
            kind: PlanKind::Op(Some(input), Box::new(distinct)),
            schema,
            open: false,
            span: operator.keyword,
            word: operator.word,
        });
        let count = self.value(count, at.without_row())?;
        Ok(plan(Some(inner), operator, after, Take(count)))
    }

    pub(super) fn top_hitters(
        &mut self,
        stage: Stage<'q, '_>,
        count: &'q Expr,
        of: &'q Expr,
        by: Option<&'q Expr>,
    ) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let (before, after) = (self.before(operator, at)?, Self::after(operator, at)?);
        let row = RowScope::new(before, at.level + 1);
        let of = self.value(of, at.with_row(&row))?;
        let by: Option<Node> = by.map(|by| self.value(by, at.with_row(&row))).transpose()?;
        let count = self.value(count, at.without_row())?;
        let schema = Rc::new(Schema::of(after));
        let runs = TopHitters { used: row.into_used(), schema, count, of, by };
        Ok(plan(Some(input), operator, after, runs))
    }
}
