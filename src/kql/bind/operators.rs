//! Pipelines, and the operators that keep the columns or make entirely new ones.

use std::rc::Rc;

use super::super::ast::{Column as Declaration, Expr, ExprKind, Input, NameForm, Operator, OperatorKind};
use super::super::types::{Column, Relation, Scalar};
use super::finding::{Finding, nearest};
use super::naming::{Columns, value_of};
use super::statements::type_of;
use super::{Binder, Bound, FindingKind, Local, Value};

impl<'a> Binder<'a> {
    /// A source with its operators, or a value.
    pub(super) fn pipeline(&mut self, expr: &'a Expr) -> Value {
        self.deeper(|binder| binder.piped(expr))
    }

    fn piped(&mut self, expr: &'a Expr) -> Value {
        match &expr.kind {
            ExprKind::Pipeline { source, stages } => {
                let main = std::mem::replace(&mut self.main, false);
                let mut relation = match self.source(source) {
                    Value::Rows(relation) => relation,
                    Value::Scalar(kind, _) if !kind.unknown() => {
                        let message = format!("Rows are needed before `|`, and this is `{}`", kind.name());
                        self.say(FindingKind::Type, source.span, message);
                        Rc::new(Relation::unknown())
                    }
                    _ => Rc::new(Relation::unknown()),
                };
                self.main = main;
                let mut own = vec![(source.span, Rc::clone(&relation))];
                if main {
                    self.stages.append(&mut own);
                }
                let mut nothing = false;
                for stage in stages {
                    (relation, nothing) = self.stage(stage, &relation);
                    let list = if main { &mut self.stages } else { &mut own };
                    list.push((stage.span, Rc::clone(&relation)));
                }
                if !main && self.quiet == 0 {
                    self.others.push(own);
                }
                if nothing { Value::Nothing } else { Value::Rows(relation) }
            }
            _ => self.source_alone(expr),
        }
    }

    /// An operator behind a bar. Where it returns no rows, those behind it have no columns.
    fn stage(&mut self, operator: &'a Operator, input: &Rc<Relation>) -> (Rc<Relation>, bool) {
        if operator.kind.facts().input == Input::Refused {
            let message = format!("`{}` takes no rows from before it here", operator.word);
            self.say(FindingKind::Semantic, operator.keyword, message);
        }
        match self.operator(operator, input) {
            Value::Rows(next) => (next, false),
            Value::Nothing => (Rc::default(), true),
            _ => (Rc::new(Relation::unknown()), false),
        }
    }

    /// A source without operators: perhaps a value.
    fn source_alone(&mut self, expr: &'a Expr) -> Value {
        match &expr.kind {
            ExprKind::Operator(operator) => self.head(operator),
            ExprKind::Paren(inner) => self.pipeline(inner),
            _ => self.value_or_rows(expr),
        }
    }

    /// The head of a pipeline, where rows are meant.
    fn source(&mut self, expr: &'a Expr) -> Value {
        self.deeper(|binder| binder.source_of(expr))
    }

    fn source_of(&mut self, expr: &'a Expr) -> Value {
        match &expr.kind {
            ExprKind::Name(name) if name.form == NameForm::Wildcard => self.wildcard_tables(name),
            ExprKind::Name(name) => self.source_name(name),
            ExprKind::Operator(operator) => self.head(operator),
            ExprKind::Paren(inner) => self.source(inner),
            ExprKind::Pipeline { .. } => self.pipeline(expr),
            _ => self.value_or_rows(expr),
        }
    }

    /// Rows where rows are needed, as on the right side of a join.
    pub(super) fn rows(&mut self, expr: &'a Expr) -> Rc<Relation> {
        match self.alone(|binder| binder.source(expr)) {
            Value::Rows(relation) => relation,
            Value::Scalar(kind, _) if !kind.unknown() => {
                let message = format!("Rows are needed here, and this is `{}`", kind.name());
                self.say(FindingKind::Type, expr.span, message);
                Rc::new(Relation::unknown())
            }
            _ => Rc::new(Relation::unknown()),
        }
    }

    /// An operator that nothing stands before.
    fn head(&mut self, operator: &'a Operator) -> Value {
        if let OperatorKind::Union(union) = &operator.kind {
            return self.union(operator, union, None);
        }
        if operator.kind.facts().input != Input::Needed {
            return self.operator(operator, &Rc::default());
        }
        let message = format!("`{}` works on rows, and none come before it", operator.word);
        let finding = Finding::new(FindingKind::Semantic, operator.keyword, message)
            .help("Name a table and a bar before it.");
        self.report(finding);
        Value::Nothing
    }

    /// A query over rows that come from around it, as in `mv-apply` and `partition`.
    pub(super) fn subquery(&mut self, expr: &'a Expr, input: &Rc<Relation>) -> Value {
        let main = std::mem::replace(&mut self.main, false);
        let value = match &expr.kind {
            ExprKind::Pipeline { source, stages } => {
                let mut relation = match self.subquery(source, input) {
                    Value::Rows(relation) => relation,
                    _ => Rc::new(Relation::unknown()),
                };
                let mut nothing = false;
                for stage in stages {
                    (relation, nothing) = self.stage(stage, &relation);
                }
                if nothing { Value::Nothing } else { Value::Rows(relation) }
            }
            ExprKind::Operator(operator) => self.operator(operator, input),
            ExprKind::Missing => Value::Unknown,
            _ => self.alone(|binder| binder.pipeline(expr)),
        };
        self.main = main;
        value
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each operator")]
    pub(super) fn operator(&mut self, operator: &'a Operator, input: &Rc<Relation>) -> Value {
        // An operator over many columns takes longer.
        if !self.step_on(1 + input.columns.len() / 16) {
            return Value::Rows(Rc::new(Relation::unknown()));
        }
        self.params(operator, Some(input));
        match &operator.kind {
            OperatorKind::As(name) => {
                let bound = Bound::Value(Value::Rows(Rc::clone(input)));
                self.make_known(Local::new(&*name.text, bound));
            }
            OperatorKind::Consume => return Value::Nothing,
            OperatorKind::Count(name) => {
                return rows_of(&[(name.as_ref().map_or("Count", |name| &name.text), Scalar::Long)]);
            }
            OperatorKind::Distinct(exprs) => return self.over(input, |binder| binder.distinct(exprs)),
            OperatorKind::Evaluate { call, schema } => return self.evaluate(call, schema.as_deref(), input),
            OperatorKind::Extend(exprs) => return self.over(input, |binder| binder.extend(exprs)),
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
            OperatorKind::Lookup(join) => return self.lookup(join, input),
            OperatorKind::MakeSeries { aggregates, on, range, by } => {
                return self.over(input, |binder| binder.make_series(aggregates, on, range, by.as_deref()));
            }
            OperatorKind::MvApply { items, limit, query } => {
                if let Some(limit) = limit {
                    self.row_count(limit);
                }
                return self.over(input, |binder| binder.mv_apply(operator, items, query));
            }
            OperatorKind::MvExpand { items, limit } => {
                if let Some(limit) = limit {
                    self.row_count(limit);
                }
                return self.over(input, |binder| binder.mv_expand(operator, items));
            }
            OperatorKind::Parse(pattern) | OperatorKind::ParseWhere(pattern) => {
                return self.over(input, |binder| binder.parse(&pattern.expr, &pattern.parts));
            }
            OperatorKind::ParseKv { expr, keys, .. } => {
                self.over(input, |binder| binder.scalar(expr));
                let keys = self.schema(keys);
                return Self::extended(input, &keys);
            }
            OperatorKind::Partition { by, query, braces } => {
                return self.partition(by, query, *braces, input);
            }
            OperatorKind::PartitionBy { by, query } => return self.partition(by, query, false, input),
            OperatorKind::Print(exprs) => return self.print(exprs),
            OperatorKind::Project(exprs) => return self.over(input, |binder| binder.project(exprs)),
            OperatorKind::ProjectAway(exprs) => return self.over(input, |binder| binder.project_away(exprs)),
            OperatorKind::ProjectKeep(exprs) => return self.over(input, |binder| binder.project_keep(exprs)),
            OperatorKind::ProjectRename(exprs) => {
                return self.over(input, |binder| binder.project_rename(exprs));
            }
            OperatorKind::ProjectReorder(exprs) => {
                return self.over(input, |binder| binder.project_reorder(exprs));
            }
            OperatorKind::Range { name, bounds } => {
                let kind = self.range_type(bounds);
                return rows_of(&[(&name.text, kind)]);
            }
            OperatorKind::Reduce { by, .. } => return self.reduce(operator, by, input),
            OperatorKind::Sample(count) | OperatorKind::Take(count) => {
                self.over(input, |binder| binder.row_count(count));
            }
            OperatorKind::SampleDistinct { count, of } => {
                return self.over(input, |binder| {
                    binder.row_count(count);
                    binder.sample_distinct(of)
                });
            }
            OperatorKind::Scan(scan) => return self.scan(operator, scan, input),
            OperatorKind::Search { tables, predicate } => {
                return self.search(tables.as_deref(), predicate, input);
            }
            OperatorKind::Serialize(exprs) => return self.over(input, |binder| binder.serialize(exprs)),
            OperatorKind::Sort(keys) => self.over(input, |binder| {
                for key in keys {
                    let kind = binder.scalar(key);
                    binder.not_dynamic(key, kind, "sort");
                }
            }),
            OperatorKind::Summarize { aggregates, by } => {
                return self.over(input, |binder| binder.summarize(aggregates, by.as_deref()));
            }
            OperatorKind::Top { count, by } => self.over(input, |binder| {
                binder.row_count(count);
                binder.scalar(by);
            }),
            OperatorKind::TopHitters { count, of, by } => {
                return self.over(input, |binder| {
                    binder.row_count(count);
                    binder.top_hitters(of, by.as_deref())
                });
            }
            OperatorKind::TopNested(levels) => return self.over(input, |binder| binder.top_nested(levels)),
            OperatorKind::Union(union) => return self.union(operator, union, Some(input)),
            OperatorKind::Where(condition) => self.over(input, |binder| binder.predicate(condition)),
            OperatorKind::GraphMatch(_)
            | OperatorKind::GraphShortestPaths(_)
            | OperatorKind::GraphToTable(_)
            | OperatorKind::GraphWhereEdges(_)
            | OperatorKind::GraphWhereNodes(_)
            | OperatorKind::MacroExpand { .. }
            | OperatorKind::MakeGraph(_)
            | OperatorKind::Unknown(_) => return Value::Rows(Rc::new(Relation::unknown())),
            OperatorKind::AssertSchema(_)
            | OperatorKind::ExecuteAndCache
            | OperatorKind::GraphMarkComponents
            | OperatorKind::InlineTable(_)
            | OperatorKind::ProjectByNames(_)
            | OperatorKind::Render { .. }
            | OperatorKind::Missing => {}
        }
        Value::Rows(Rc::clone(input))
    }

    fn facet(&mut self, by: &'a [Expr], with: Option<&'a Expr>, input: &Rc<Relation>) -> Value {
        self.over(input, |binder| {
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

    fn partition(&mut self, by: &'a Expr, query: &'a Expr, braces: bool, input: &Rc<Relation>) -> Value {
        let kind = self.over(input, |binder| binder.only_column(by, "partition"));
        self.not_dynamic(by, kind, "partition");
        let known = self.locals.len();
        if let ExprKind::Name(name) = &by.kind {
            self.make_known(Local::new(&*name.text, Bound::Value(Value::of(kind))));
        }
        let result = if braces {
            self.alone(|binder| binder.pipeline(query))
        } else {
            self.allowed(query, true);
            self.subquery(query, input)
        };
        self.locals.truncate(known);
        result
    }

    fn reduce(&mut self, operator: &'a Operator, by: &'a Expr, input: &Rc<Relation>) -> Value {
        let kind = self.over(input, |binder| binder.scalar(by));
        if !matches!(kind, Scalar::String | Scalar::Unknown) {
            let message = format!("`reduce` works on `string`, and this is {}", kind.described());
            let finding = Finding::new(FindingKind::Type, by.span, message);
            self.report(finding.help("Convert the value with `tostring(...)`."));
        }
        let mut columns = Vec::new();
        if self.param_word(operator, "kind") == Some("source") {
            columns.extend(input.columns.iter().cloned());
        }
        columns.push(Column::new("Pattern", Scalar::String));
        columns.push(Column::new("Count", Scalar::Long));
        columns.push(Column::new("Representative", Scalar::String));
        Value::Rows(Rc::new(Relation::closed(columns)))
    }

    /// What `getschema` returns.
    fn table_of_columns(&self, operator: &'a Operator) -> Value {
        if self.param_word(operator, "kind") == Some("csl") {
            return rows_of(&[("Schema", Scalar::String)]);
        }
        rows_of(&[
            ("ColumnName", Scalar::String),
            ("ColumnOrdinal", Scalar::Long),
            ("DataType", Scalar::String),
            ("ColumnType", Scalar::String),
        ])
    }

    /// Rows with columns set or added.
    pub(super) fn extended(input: &Relation, added: &[Column]) -> Value {
        let mut columns = Columns::from(input.columns.clone());
        for column in added {
            columns.set(&column.name, column.kind);
        }
        Value::Rows(Rc::new(input.with(columns.list)))
    }

    fn invoke(&mut self, expr: &'a Expr, input: &Rc<Relation>) -> Value {
        match &expr.kind {
            ExprKind::Call { name, args } => {
                let known = matches!(self.local(&name.text), Some(Bound::Function(_)))
                    || self.catalog.function(&name.text).is_some();
                if known {
                    // The arguments see no columns: a function is told their names.
                    return self.alone(|binder| binder.call(name, args, Some(Rc::clone(input))));
                }
                let message = format!("There is no function `{}`", name.text);
                let mut finding = Finding::new(FindingKind::UnknownFunction, name.span, message);
                finding.doubtful = true;
                let near = self.catalog.nearest_function(&name.text).or_else(|| {
                    nearest(&name.text, self.locals.iter().map(|local| &*local.name)).map(str::to_owned)
                });
                let finding = finding.help("If a workspace has it, `--tables` can make it known.");
                self.report(finding.meant(near.as_deref()));
                Value::Rows(Rc::new(Relation::unknown()))
            }
            ExprKind::Missing => Value::Rows(Rc::new(Relation::unknown())),
            _ => match self.value_or_rows(expr) {
                Value::Rows(relation) => Value::Rows(relation),
                _ => Value::Rows(Rc::new(Relation::unknown())),
            },
        }
    }

    /// The columns of a schema in which `*` stands for the columns of the input that it does not name.
    pub(super) fn declared_over(schema: &[Declaration], input: &Relation) -> Vec<Column> {
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
    pub(super) fn typed_over(schema: &[Declaration], input: &Relation) -> Vec<Column> {
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

fn rows_of(columns: &[(&str, Scalar)]) -> Value {
    let columns = columns.iter().map(|(name, kind)| Column::new(*name, *kind)).collect();
    Value::Rows(Rc::new(Relation::closed(columns)))
}
