//! Pipelines, and the operators that keep the columns or make entirely new ones.

use std::sync::Arc;

use super::super::ast::{Column as ColumnSchema, Expr, ExprKind, Input, NameForm, Operator, OperatorKind};
use super::super::model::finding::Finding;
use super::super::model::{PipelineRows, VariableKind};
use super::super::types::{Column, ColumnId, Relation, Scalar};
use super::column_builder::ColumnBuilder;
use super::naming::value_of;
use super::recorder::NewColumn;
use super::sources::rows_of;
use super::statements::type_of;
use super::{Binder, Bound, Declaration, FindingKind, Graph, Value};
use crate::similar::nearest_name;
use crate::source::Span;

impl<'a> Binder<'a> {
    /// A source with its operators, or a value.
    pub(super) fn pipeline(&mut self, expr: &'a Expr) -> Value {
        let value = self.with_depth_guard(|binder| binder.piped(expr));
        self.record(expr, &value);
        value
    }

    fn piped(&mut self, expr: &'a Expr) -> Value {
        let ExprKind::Pipeline { source, stages } = &expr.kind else { return self.source_alone(expr) };
        let main = std::mem::replace(&mut self.context.main_pipeline, false);
        let head = match self.source(source) {
            value @ (Value::Rows(_) | Value::Graph(_)) => value,
            Value::Scalar(kind, _) if !kind.unknown() => {
                let message = format!("Expected a table before `|`, got `{}`", kind.name());
                self.say(FindingKind::Type, source.span, message);
                unknown_rows()
            }
            _ => unknown_rows(),
        };
        self.context.main_pipeline = main;
        let first = (source.span, rows_in(&head));
        if main {
            self.recorder.main_stages.push(first);
            return self
                .stages(source, stages, head, |binder, stage| binder.recorder.main_stages.push(stage));
        }
        let mut own = vec![first];
        let value = self.stages(source, stages, head, |_, stage| own.push(stage));
        if self.reports.muted == 0 {
            self.recorder.subquery_stages.push(PipelineRows { source: source.span, stages: own });
        }
        value
    }

    /// The operators of a pipeline, one after the other. `each` gets the rows after each.
    fn stages(
        &mut self,
        source: &Expr,
        stages: &'a [Operator],
        mut value: Value,
        mut each: impl FnMut(&mut Self, (Span, Arc<Relation>)),
    ) -> Value {
        let mut before = source.span.end;
        for (at, stage) in stages.iter().enumerate() {
            let relation = rows_in(&value);
            if self.recorder.full() {
                // What is written between two operators is read over the rows that go into the second from its pipe on.
                let end = stages.get(at + 1).map_or(self.names.end, |next| {
                    self.pipe_between(stage.span.end, next.span.start).unwrap_or(next.span.start)
                });
                let start =
                    self.pipe_between(before, stage.span.start).map_or(stage.span.start, |pipe| pipe + 1);
                let span = Span { start, end: end.max(stage.span.end) };
                self.recorder.scope(span, Some(&relation), None);
                before = stage.span.end;
            }
            self.context.graph = graph_in(&value);
            value = self.stage(stage, &relation);
            each(self, (stage.span, rows_in(&value)));
        }
        value
    }

    /// The place of the pipe between two operators.
    fn pipe_between(&self, start: u32, end: u32) -> Option<u32> {
        let at = self.text.get(start as usize..end as usize)?.rfind('|')?;
        Some(start + u32::try_from(at).ok()?)
    }

    /// An operator after a pipe. Where it returns no rows, those after it have no columns.
    fn stage(&mut self, operator: &'a Operator, input: &Arc<Relation>) -> Value {
        if operator.kind.facts().input == Input::Refused {
            let message = format!("`{}` does not accept input here", operator.word);
            self.say(FindingKind::Semantic, operator.keyword, message);
        }
        match self.operator(operator, input) {
            value @ (Value::Rows(_) | Value::Graph(_) | Value::Nothing) => value,
            _ => unknown_rows(),
        }
    }

    /// A source without operators: perhaps a value.
    fn source_alone(&mut self, expr: &'a Expr) -> Value {
        match &expr.kind {
            ExprKind::Operator(operator) => self.head(operator),
            ExprKind::Paren(inner) => self.in_parentheses(expr, |binder| binder.pipeline(inner)),
            _ => self.value_or_rows(expr),
        }
    }

    /// The head of a pipeline, where rows are meant.
    fn source(&mut self, expr: &'a Expr) -> Value {
        let value = self.with_depth_guard(|binder| binder.source_of(expr));
        self.record(expr, &value);
        value
    }

    fn source_of(&mut self, expr: &'a Expr) -> Value {
        match &expr.kind {
            ExprKind::Name(name) if name.form == NameForm::Wildcard => self.wildcard_tables(name),
            ExprKind::Name(name) => self.source_name(name),
            ExprKind::Operator(operator) => self.head(operator),
            ExprKind::Paren(inner) => self.in_parentheses(expr, |binder| binder.source(inner)),
            ExprKind::Pipeline { .. } => self.pipeline(expr),
            _ => self.value_or_rows(expr),
        }
    }

    /// Rows where rows are needed, as on the right side of a join.
    pub(super) fn rows(&mut self, expr: &'a Expr) -> Arc<Relation> {
        self.recorder.scope(expr.span, None, None);
        match self.with_empty_scope(|binder| binder.source(expr)) {
            Value::Rows(relation) => relation,
            Value::Scalar(kind, _) if !kind.unknown() => {
                let message = format!("Expected a table, got `{}`", kind.name());
                self.say(FindingKind::Type, expr.span, message);
                Arc::new(Relation::unknown())
            }
            _ => Arc::new(Relation::unknown()),
        }
    }

    /// An operator that nothing stands before.
    fn head(&mut self, operator: &'a Operator) -> Value {
        self.recorder.scope(operator.span, None, None);
        if let OperatorKind::Union(union) = &operator.kind {
            let first = self.recorder.columns();
            let value = self.union(operator, union, None);
            return self.settled(operator, &Arc::default(), value, first);
        }
        if operator.kind.facts().input != Input::Needed {
            return self.operator(operator, &Arc::default());
        }
        let message = format!("`{}` needs input, but nothing comes before it", operator.word);
        let finding = Finding::new(FindingKind::Semantic, operator.keyword, message)
            .help("Add a table and a pipe before it.");
        self.report(finding);
        Value::Nothing
    }

    /// A query over rows that come from around it, as in `mv-apply` and `partition`.
    pub(super) fn subquery(&mut self, expr: &'a Expr, input: &Arc<Relation>) -> Value {
        let main = std::mem::replace(&mut self.context.main_pipeline, false);
        let end = self.end_after(expr.span);
        let outer = std::mem::replace(&mut self.names.end, end);
        let value = match &expr.kind {
            ExprKind::Pipeline { source, stages } => {
                if let (true, Some(first)) = (self.recorder.full(), stages.first()) {
                    let end = self.pipe_between(source.span.end, first.span.start).unwrap_or(source.span.end);
                    self.recorder.scope(Span { start: source.span.start, end }, Some(input), None);
                }
                let head = match self.subquery(source, input) {
                    value @ (Value::Rows(_) | Value::Graph(_)) => value,
                    _ => unknown_rows(),
                };
                self.stages(source, stages, head, |_, _| {})
            }
            ExprKind::Operator(operator) => {
                let span = Span { start: operator.span.start, end: self.names.end };
                self.recorder.scope(span, Some(input), None);
                self.operator(operator, input)
            }
            ExprKind::Missing => Value::Unknown,
            _ => self.with_empty_scope(|binder| binder.pipeline(expr)),
        };
        (self.context.main_pipeline, self.names.end) = (main, outer);
        self.record(expr, &value);
        value
    }

    /// Where the white space ends that follows a place.
    fn end_after(&self, span: Span) -> u32 {
        let rest = self.text.get(span.end as usize..self.names.end as usize).unwrap_or_default();
        span.end + u32::try_from(rest.len() - rest.trim_start().len()).unwrap_or_default()
    }

    pub(super) fn operator(&mut self, operator: &'a Operator, input: &Arc<Relation>) -> Value {
        let first = self.recorder.columns();
        let value = self.operate_on(operator, input);
        self.settled(operator, input, value, first)
    }

    /// The rows of an operator, noted with those that went in. Columns from `first` on were made by it.
    fn settled(&mut self, operator: &Operator, input: &Arc<Relation>, value: Value, first: usize) -> Value {
        if !self.recorder.full() {
            return value;
        }
        let value = self.recorder.settle(value, input, first, operator.span);
        self.recorder.operator(operator.span, input, &value);
        value
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each operator")]
    fn operate_on(&mut self, operator: &'a Operator, input: &Arc<Relation>) -> Value {
        if !self.step_on(1) {
            return Value::Rows(Arc::new(Relation::unknown()));
        }
        let graph = self.context.graph.take();
        self.params(operator, Some(input));
        if let Some(value) = self.graph_operator(operator, input, graph) {
            return value;
        }
        match &operator.kind {
            OperatorKind::As(name) => {
                let bound = Bound::Value(Value::Rows(Arc::clone(input)));
                self.make_known(Declaration::at(name, VariableKind::As), bound);
            }
            OperatorKind::Consume => return Value::Nothing,
            OperatorKind::Count(name) => {
                return rows_of(&[(name.as_ref().map_or("Count", |name| &name.text), Scalar::Long)]);
            }
            OperatorKind::Distinct(exprs) => {
                return self.with_row_scope(input, |binder| binder.distinct(exprs));
            }
            OperatorKind::Evaluate { call, schema } => return self.evaluate(call, schema.as_deref(), input),
            OperatorKind::Extend(exprs) => return self.with_row_scope(input, |binder| binder.extend(exprs)),
            OperatorKind::Facet { by, with } => return self.facet(by, with.as_deref(), input),
            OperatorKind::Find(find) => return self.find(operator, find, input),
            OperatorKind::Fork(legs) => {
                for leg in legs {
                    self.allowed(value_of(leg), false);
                    self.subquery(value_of(leg), input);
                }
                return Value::Nothing;
            }
            OperatorKind::GetSchema => return self.table_of_columns(operator),
            OperatorKind::Invoke(call) => return self.invoke(call, input),
            OperatorKind::Join(join) => return self.join(operator, join, input),
            OperatorKind::Lookup(join) => return self.lookup(operator, join, input),
            OperatorKind::MakeSeries { aggregates, on, range, by } => {
                return self.with_row_scope(input, |binder| {
                    binder.make_series(aggregates, on, range, by.as_deref())
                });
            }
            OperatorKind::MvApply { items, limit, query } => {
                if let Some(limit) = limit {
                    self.row_count(limit);
                }
                return self.with_row_scope(input, |binder| binder.mv_apply(operator, items, query));
            }
            OperatorKind::MvExpand { items, limit } => {
                if let Some(limit) = limit {
                    self.row_count(limit);
                }
                return self.with_row_scope(input, |binder| binder.mv_expand(operator, items));
            }
            OperatorKind::Parse(pattern) | OperatorKind::ParseWhere(pattern) => {
                return self.with_row_scope(input, |binder| binder.parse(&pattern.expr, &pattern.parts));
            }
            OperatorKind::ParseKv { expr, keys, .. } => {
                self.with_row_scope(input, |binder| binder.scalar(expr));
                let keys = self.schema(keys);
                return Self::extended(input, &keys);
            }
            OperatorKind::Partition { by, query, braces } => {
                return self.partition(by, query, *braces, input);
            }
            OperatorKind::PartitionBy { by, query } => return self.partition(by, query, false, input),
            OperatorKind::Print(exprs) => return self.print(exprs),
            OperatorKind::Project(exprs) => {
                return self.with_row_scope(input, |binder| binder.project(exprs));
            }
            OperatorKind::ProjectAway(exprs) => {
                return self.with_row_scope(input, |binder| binder.project_away(exprs));
            }
            OperatorKind::ProjectByNames(exprs) => return self.project_by_names(exprs, input),
            OperatorKind::ProjectKeep(exprs) => {
                return self.with_row_scope(input, |binder| binder.project_keep(exprs));
            }
            OperatorKind::ProjectRename(exprs) => {
                return self.with_row_scope(input, |binder| binder.project_rename(exprs));
            }
            OperatorKind::ProjectReorder(exprs) => {
                return self.with_row_scope(input, |binder| binder.project_reorder(exprs));
            }
            OperatorKind::Range { name, bounds } => {
                let kind = self.range_type(bounds);
                let id = self.new_column(&name.text, kind, |new| NewColumn { place: Some(name.span), ..new });
                let column = Column::new(&*name.text, kind).with_id(id);
                return Value::Rows(Arc::new(Relation::closed(vec![column])));
            }
            OperatorKind::Reduce { by, .. } => return self.reduce(operator, by, input),
            OperatorKind::Sample(count) | OperatorKind::Take(count) => {
                self.with_row_scope(input, |binder| binder.row_count(count));
            }
            OperatorKind::SampleDistinct { count, of } => {
                return self.with_row_scope(input, |binder| {
                    binder.row_count(count);
                    binder.sample_distinct(of)
                });
            }
            OperatorKind::Scan(scan) => return self.scan(operator, scan, input),
            OperatorKind::Search { tables, predicate } => {
                return self.search(tables.as_deref(), predicate, input);
            }
            OperatorKind::Serialize(exprs) => {
                return self.with_row_scope(input, |binder| binder.serialize(exprs));
            }
            OperatorKind::Sort(keys) => self.with_row_scope(input, |binder| {
                for key in keys {
                    let kind = binder.scalar(key);
                    binder.not_dynamic(key, kind, "sort");
                }
            }),
            OperatorKind::Summarize { aggregates, by } => {
                return self.with_row_scope(input, |binder| binder.summarize(aggregates, by.as_deref()));
            }
            OperatorKind::Top { count, by } => self.with_row_scope(input, |binder| {
                binder.row_count(count);
                binder.scalar(by);
            }),
            OperatorKind::TopHitters { count, of, by } => {
                return self.with_row_scope(input, |binder| {
                    binder.row_count(count);
                    binder.top_hitters(of, by.as_deref())
                });
            }
            OperatorKind::TopNested(levels) => {
                return self.with_row_scope(input, |binder| binder.top_nested(levels));
            }
            OperatorKind::Union(union) => return self.union(operator, union, Some(input)),
            OperatorKind::Where(condition) => {
                self.with_row_scope(input, |binder| binder.predicate(condition));
            }
            OperatorKind::MacroExpand { group, scope, statements } => {
                return self.macro_expand(operator, group, scope.as_ref(), statements);
            }
            OperatorKind::GraphMarkComponents
            | OperatorKind::GraphMatch(_)
            | OperatorKind::GraphShortestPaths(_)
            | OperatorKind::GraphToTable(_)
            | OperatorKind::GraphWhereEdges(_)
            | OperatorKind::GraphWhereNodes(_)
            | OperatorKind::MakeGraph(_)
            | OperatorKind::Unknown(_) => return unknown_rows(),
            OperatorKind::AssertSchema(_)
            | OperatorKind::ExecuteAndCache
            | OperatorKind::InlineTable(_)
            | OperatorKind::Render { .. }
            | OperatorKind::Missing => {}
        }
        Value::Rows(Arc::clone(input))
    }

    fn facet(&mut self, by: &'a [Expr], with: Option<&'a Expr>, input: &Arc<Relation>) -> Value {
        self.with_row_scope(input, |binder| {
            for column in by {
                let kind = binder.only_column(column, "facet");
                binder.not_dynamic(column, kind, "facet");
            }
        });
        if let Some(with) = with {
            self.subquery(with, input);
        }
        Value::Nothing
    }

    fn partition(&mut self, by: &'a Expr, query: &'a Expr, braces: bool, input: &Arc<Relation>) -> Value {
        let kind = self.with_row_scope(input, |binder| binder.only_column(by, "partition"));
        self.not_dynamic(by, kind, "partition");
        let known = self.names.list.len();
        let key = self.scope_column(input, by);
        let result = self.within_brackets(query.span.end, |binder| {
            if let ExprKind::Name(name) = &by.kind {
                let declaration = Declaration::outside((&*name.text).into(), VariableKind::PartitionKey);
                let declaration = Declaration { column: key, ..declaration.from(query.span.start) };
                binder.make_known(declaration, Bound::Value(Value::of(kind)));
            }
            if braces {
                binder.with_empty_scope(|binder| binder.pipeline(query))
            } else {
                binder.allowed(query, true);
                binder.subquery(query, input)
            }
        });
        self.names.list.truncate(known);
        result
    }

    /// The column of some rows that an expression names.
    fn scope_column(&self, input: &Relation, expr: &Expr) -> Option<ColumnId> {
        match &expr.kind {
            ExprKind::Name(name) if self.recorder.full() => input.column(&name.text).map(|column| column.id),
            _ => None,
        }
    }

    /// Rows with columns set or added.
    pub(super) fn extended(input: &Relation, added: &[Column]) -> Value {
        let mut columns = ColumnBuilder::from(input.columns.clone());
        for column in added {
            columns.set(&column.name, column.kind, column.id);
        }
        Value::Rows(Arc::new(input.with(columns.list)))
    }

    fn invoke(&mut self, expr: &'a Expr, input: &Arc<Relation>) -> Value {
        match &expr.kind {
            ExprKind::Call { name, args } => {
                let known = matches!(self.local(&name.text), Some(Bound::Function(_)))
                    || self.catalog.function(&name.text).is_some();
                if known {
                    // The arguments see no columns: a function gets their names.
                    let value =
                        self.with_empty_scope(|binder| binder.call(name, args, Some(Arc::clone(input))));
                    self.record(expr, &value);
                    return value;
                }
                let message = format!("Unknown function `{}`", name.text);
                let mut finding = Finding::new(FindingKind::UnknownFunction, name.span, message);
                finding.low_confidence = true;
                let near = self.catalog.nearest_function(&name.text).or_else(|| {
                    nearest_name(&name.text, self.names.visible().map(|local| &*local.name))
                        .map(str::to_owned)
                });
                let finding = finding.help("If your workspace has it, declare it with `--tables`.");
                self.report(finding.meant(near.as_deref()));
                Value::Rows(Arc::new(Relation::unknown()))
            }
            ExprKind::Missing => Value::Rows(Arc::new(Relation::unknown())),
            _ => match self.value_or_rows(expr) {
                Value::Rows(relation) => Value::Rows(relation),
                _ => Value::Rows(Arc::new(Relation::unknown())),
            },
        }
    }

    /// The columns of a schema in which `*` stands for the columns of the input that it does not name.
    pub(super) fn declared_over(schema: &[ColumnSchema], input: &Relation) -> Vec<Column> {
        let mut columns = Vec::new();
        let named = |name: &str| schema.iter().any(|column| *column.name.text == *name);
        for column in schema {
            if &*column.name.text == "*" {
                columns.extend(input.columns.iter().filter(|column| !named(&column.name)).cloned());
            } else {
                columns.push(Column::new(&*column.name.text, type_of(column)));
            }
        }
        columns
    }

    /// The columns of `typeof(...)`, where `*` stands for the columns of the input.
    pub(super) fn typed_over(schema: &[ColumnSchema], input: &Relation) -> Vec<Column> {
        let mut columns = Vec::new();
        for column in schema {
            match &*column.name.text {
                "*" => columns.extend(input.columns.iter().cloned()),
                name => columns.push(Column::new(name, type_of(column))),
            }
        }
        columns
    }
}

fn unknown_rows() -> Value {
    Value::Rows(Arc::new(Relation::unknown()))
}

/// The rows that a value brings into an operator: none where it is nothing, and any where it is a graph.
fn rows_in(value: &Value) -> Arc<Relation> {
    match value {
        Value::Rows(relation) => Arc::clone(relation),
        Value::Nothing => Arc::default(),
        _ => Arc::new(Relation::unknown()),
    }
}

/// The graph that a value brings into an operator.
fn graph_in(value: &Value) -> Option<Arc<Graph>> {
    match value {
        Value::Graph(graph) => Some(Arc::clone(graph)),
        _ => None,
    }
}
