//! Operators: each with what runs it.

use std::rc::Rc;

use super::super::exec::{Failure, Plan};
use super::super::ops::rows::{Count, Filter, GetSchema, Pass, Sort, SortKey, Take};
use super::super::table::Schema;
use super::{Any, At, Compiler, Made, RowScope, Stage, plan, refused};
use crate::kql::ast::{Expr, ExprKind, Nulls, Operator, OperatorKind, SortOrder};

impl<'q> Compiler<'q> {
    pub(super) fn operator(
        &mut self,
        input: Option<Any>,
        operator: &'q Operator,
        at: At<'q, '_>,
    ) -> Made<Any> {
        let at = at.without_row();
        let input = match input {
            Some(Any::Graph(graph)) => return self.graph_operator(graph, operator, at),
            Some(Any::Rows(plan)) => Some(plan),
            Some(Any::Value(_)) => {
                return Err(Failure::at(operator.span, "a table is expected before this operator"));
            }
            None => None,
        };
        match &operator.kind {
            OperatorKind::Print(exprs) => return self.print(operator, exprs, at).map(Any::Rows),
            OperatorKind::Range { bounds, .. } => return self.range(operator, bounds, at).map(Any::Rows),
            OperatorKind::Union(union) => return self.union(input, operator, union, at).map(Any::Rows),
            OperatorKind::Search { tables, predicate } => {
                return self.search(input, operator, tables.as_deref(), predicate, at).map(Any::Rows);
            }
            OperatorKind::Find(find) => return self.find_operator(input, operator, find, at).map(Any::Rows),
            _ => {}
        }
        let Some(input) = input else {
            return Err(Failure::at(operator.span, format!("`{}` needs rows before it", operator.word)));
        };
        if let OperatorKind::Invoke(call) = &operator.kind {
            return self.invoke(call, input, at);
        }
        if let OperatorKind::MakeGraph(make) = &operator.kind {
            return self.make_graph(input, operator, make, at);
        }
        self.on_rows(Stage { input, operator, at }).map(Any::Rows)
    }

    fn on_rows(&mut self, stage: Stage<'q, '_>) -> Made<Rc<Plan>> {
        let (operator, at) = (stage.operator, stage.at);
        match &operator.kind {
            OperatorKind::Where(condition) => {
                let (before, after) = (self.before(operator, at)?, Self::after(operator, at)?);
                let row = RowScope::new(before, at.level + 1);
                let condition = self.value(condition, at.with_row(&row))?;
                let runs = Filter { span: operator.keyword, used: row.into_used(), condition };
                Ok(plan(Some(stage.input), operator, after, runs))
            }
            OperatorKind::Extend(exprs)
            | OperatorKind::Project(exprs)
            | OperatorKind::Distinct(exprs)
            | OperatorKind::Serialize(exprs) => self.computed(stage, exprs),
            OperatorKind::ProjectAway(exprs)
            | OperatorKind::ProjectKeep(exprs)
            | OperatorKind::ProjectReorder(exprs)
            | OperatorKind::ProjectRename(exprs) => self.chosen(stage, exprs),
            OperatorKind::ProjectByNames(exprs) => self.by_names(stage, exprs),
            OperatorKind::Summarize { aggregates, by } => self.summarize(stage, aggregates, by.as_deref()),
            OperatorKind::TopNested(levels) => self.top_nested(stage, levels),
            OperatorKind::MakeSeries { aggregates, on, range, by } => {
                self.make_series(stage, aggregates, on, range, by.as_deref())
            }
            OperatorKind::Sort(keys) => self.sort(stage, keys, None),
            OperatorKind::Top { count, by } => self.sort(stage, std::slice::from_ref(&**by), Some(count)),
            OperatorKind::Take(count) | OperatorKind::Sample(count) => {
                let count = self.value(count, at.without_row())?;
                Ok(plan(Some(stage.input), operator, Self::after(operator, at)?, Take(count)))
            }
            OperatorKind::Count(_) => {
                let after = Self::after(operator, at)?;
                Ok(plan(Some(stage.input), operator, after, Count(Rc::new(Schema::of(after)))))
            }
            OperatorKind::GetSchema => {
                let after = Self::after(operator, at)?;
                let csl = Self::param_word(operator, "kind", at) == Some("csl");
                let schema = Rc::new(Schema::of(after));
                Ok(plan(Some(stage.input), operator, after, GetSchema { schema, csl }))
            }
            OperatorKind::Join(join) => self.join(stage, join, false),
            OperatorKind::Lookup(join) => self.join(stage, join, true),
            OperatorKind::MvExpand { items, limit } => self.mv_expand(stage, items, limit.as_deref()),
            OperatorKind::MvApply { items, limit, query } => {
                self.mv_apply(stage, items, limit.as_deref(), query)
            }
            OperatorKind::Partition { by, query, braces } => self.partition(stage, by, query, *braces),
            OperatorKind::Parse(pattern) => self.parse(stage, pattern, false),
            OperatorKind::ParseWhere(pattern) => self.parse(stage, pattern, true),
            OperatorKind::ParseKv { expr, keys, with } => self.parse_kv(stage, expr, keys, with),
            OperatorKind::Evaluate { call, schema } => self.evaluate(stage, call, schema.as_deref()),
            OperatorKind::SampleDistinct { count, of } => self.sample_distinct(stage, count, of),
            OperatorKind::TopHitters { count, of, by } => self.top_hitters(stage, count, of, by.as_deref()),
            OperatorKind::Scan(scan) => self.scan(stage, scan),
            OperatorKind::Render { .. } | OperatorKind::AssertSchema(_) => {
                Ok(plan(Some(stage.input), operator, Self::after(operator, at)?, Pass))
            }
            _ => refused(operator.keyword, &format!("`{}`", operator.word)),
        }
    }

    pub(super) fn sort(
        &mut self,
        stage: Stage<'q, '_>,
        keys: &'q [Expr],
        count: Option<&'q Expr>,
    ) -> Made<Rc<Plan>> {
        let Stage { input, operator, at } = stage;
        let (before, after) = (self.before(operator, at)?, Self::after(operator, at)?);
        let row = RowScope::new(before, at.level + 1);
        let keys = self.sort_keys(keys, at.with_row(&row))?;
        let count = count.map(|count| self.value(count, at.without_row())).transpose()?;
        Ok(plan(Some(input), operator, after, Sort { used: row.into_used(), keys, count }))
    }

    pub(super) fn sort_keys(&mut self, keys: &'q [Expr], at: At<'q, '_>) -> Made<Vec<SortKey>> {
        let mut made = Vec::new();
        for key in keys {
            let (expr, order, nulls) = match &key.kind {
                ExprKind::Ordered { expr, order, nulls } => (&**expr, *order, *nulls),
                _ => (key, None, None),
            };
            let ascending = match order {
                Some(SortOrder::Ascending) => true,
                Some(SortOrder::Descending) | None => false,
                Some(_) => return refused(key.span, "this order"),
            };
            let nulls_first = match nulls {
                Some(Nulls::First) => true,
                Some(Nulls::Last) => false,
                None => ascending,
            };
            made.push(SortKey { node: self.value(expr, at)?, descending: !ascending, nulls_first });
        }
        Ok(made)
    }
}
