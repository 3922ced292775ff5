//! Pipelines, and the operators that keep the columns or make entirely new ones.

use std::rc::Rc;

use super::super::ast::{Body, Column as Declaration, Expr, ExprKind, NameForm, Operator};
use super::super::token::TokenKind as T;
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
        let first = match (&operator.body, operator.word) {
            (_, T::Print | T::Range) => true,
            (Body::Find { tables, .. }, T::Search) => tables.is_some(),
            _ => false,
        };
        if first {
            let message = format!("`{}` takes no rows from before it here", operator.word.text());
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
        let nothing = Rc::new(Relation::default());
        match operator.word {
            T::Union => self.union(operator, None),
            T::Find | T::Search | T::Print | T::Range | T::MacroExpand => self.operator(operator, &nothing),
            T::Evaluate => {
                let nothing = Rc::new(Relation { open: false, ..Relation::default() });
                self.operator(operator, &nothing)
            }
            word => {
                let message = format!("`{}` works on rows, and none come before it", word.text());
                let finding = Finding::new(FindingKind::Semantic, operator.keyword, message)
                    .help("Name a table and a bar before it.");
                self.report(finding);
                Value::Nothing
            }
        }
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

    pub(super) fn operator(&mut self, operator: &'a Operator, input: &Rc<Relation>) -> Value {
        // An operator over many columns takes longer.
        if !self.step_on(1 + input.columns.len() / 16) {
            return Value::Rows(Rc::new(Relation::unknown()));
        }
        self.params(operator, Some(input));
        let row = Rc::clone(input);
        let same = || Value::Rows(Rc::clone(input));
        match (&operator.body, operator.word) {
            (Body::One(expr), T::Where | T::Filter) => {
                self.over(&row, |binder| binder.predicate(expr));
            }
            (Body::One(expr), T::Take | T::Limit | T::Sample) => {
                self.over(&row, |binder| binder.row_count(expr));
            }
            (Body::One(expr), T::Invoke) => return self.invoke(expr, input),
            (Body::Many(exprs), T::Extend) => return self.over(&row, |binder| binder.extend(exprs)),
            (Body::Many(exprs), T::Serialize) => return self.over(&row, |binder| binder.serialize(exprs)),
            (Body::Many(exprs), T::Project) => return self.over(&row, |binder| binder.project(exprs)),
            (Body::Many(exprs), T::Print) => return self.print(exprs),
            (Body::Many(exprs), T::ProjectAway) => {
                return self.over(&row, |binder| binder.project_away(exprs));
            }
            (Body::Many(exprs), T::ProjectKeep) => {
                return self.over(&row, |binder| binder.project_keep(exprs));
            }
            (Body::Many(exprs), T::ProjectRename) => {
                return self.over(&row, |binder| binder.project_rename(exprs));
            }
            (Body::Many(exprs), T::ProjectReorder) => {
                return self.over(&row, |binder| binder.project_reorder(exprs));
            }
            (Body::Many(exprs), T::Distinct) => return self.over(&row, |binder| binder.distinct(exprs)),
            (Body::Many(exprs), T::Sort | T::Order) => self.over(&row, |binder| {
                for expr in exprs {
                    let kind = binder.scalar(expr);
                    binder.not_dynamic(expr, kind, "sort");
                }
            }),
            (Body::Many(_), T::Union) => return self.union(operator, Some(input)),
            (Body::Top { count, by }, _) => self.over(&row, |binder| {
                binder.row_count(count);
                binder.scalar(by);
            }),
            (Body::Summarize { aggregates, by }, _) => {
                return self.over(&row, |binder| binder.summarize(aggregates, by.as_deref()));
            }
            (Body::MakeSeries { aggregates, on, range, by }, _) => {
                return self.over(&row, |binder| binder.make_series(aggregates, on, range, by.as_deref()));
            }
            (Body::TopNested(levels), _) => return self.over(&row, |binder| binder.top_nested(levels)),
            (Body::CountOf { count, of, by }, word) => {
                return self.over(&row, |binder| {
                    binder.row_count(count);
                    binder.count_of(word, of, by.as_deref())
                });
            }
            (Body::Join { right, on }, word) => return self.join(operator, word, right, on.as_ref(), input),
            (Body::MvExpand { items, limit }, _) => {
                if let Some(limit) = limit {
                    self.row_count(limit);
                }
                return self.over(&row, |binder| binder.mv_expand(operator, items));
            }
            (Body::MvApply { items, limit, query }, _) => {
                if let Some(limit) = limit {
                    self.row_count(limit);
                }
                return self.over(&row, |binder| binder.mv_apply(operator, items, query));
            }
            _ => return self.rarer(operator, input),
        }
        same()
    }

    /// The operators that queries seldom hold.
    fn rarer(&mut self, operator: &'a Operator, input: &Rc<Relation>) -> Value {
        let row = Rc::clone(input);
        match (&operator.body, operator.word) {
            (Body::Parse { expr, pattern }, _) => {
                return self.over(&row, |binder| binder.parse(expr, pattern));
            }
            (Body::ParseKv { expr, keys, .. }, _) => {
                self.over(&row, |binder| binder.scalar(expr));
                let keys = self.schema(keys);
                return Self::extended(input, &keys);
            }
            (Body::Evaluate { call, schema }, _) => return self.evaluate(call, schema.as_deref(), input),
            (Body::Range { name, bounds }, _) => {
                let kind = self.range_type(bounds);
                let column = Column::new(&*name.text, kind);
                return Value::Rows(Rc::new(Relation::closed(vec![column])));
            }
            (Body::Find { .. }, _) => return self.find(operator, input),
            (Body::Partition { by, query, braces }, _) => {
                let kind = self.over(&row, |binder| binder.only_column(by, "partition"));
                self.not_dynamic(by, kind, "partition");
                let known = self.locals.len();
                if let ExprKind::Name(name) = &by.kind {
                    self.make_known(Local::new(&*name.text, Bound::Value(Value::of(kind))));
                }
                let result = if *braces {
                    self.alone(|binder| binder.pipeline(query))
                } else {
                    self.allowed(query, true);
                    self.subquery(query, input)
                };
                self.locals.truncate(known);
                return result;
            }
            (Body::Fork(legs), _) => {
                for leg in legs {
                    self.allowed(value_of(leg), false);
                    self.subquery(value_of(leg), input);
                }
                return Value::Nothing;
            }
            (Body::Facet { by, with }, _) => {
                self.over(&row, |binder| {
                    for column in by {
                        let kind = binder.only_column(column, "facet");
                        binder.not_dynamic(column, kind, "facet");
                    }
                });
                if let Some(with) = with {
                    self.subquery(with, input);
                }
                return Value::Nothing;
            }
            (Body::Reduce { by, .. }, _) => {
                let kind = self.over(&row, |binder| binder.scalar(by));
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
                return Value::Rows(Rc::new(Relation::closed(columns)));
            }
            (Body::Name(name), T::As) => {
                let bound = Bound::Value(Value::Rows(Rc::clone(input)));
                self.make_known(Local::new(&*name.text, bound));
            }
            (Body::Name(name), T::Count) => return rows_of(&[(&name.text, Scalar::Long)]),
            (Body::Empty, T::Count) => return rows_of(&[("Count", Scalar::Long)]),
            (Body::Empty, T::GetSchema) if self.param_word(operator, "kind") == Some("csl") => {
                return rows_of(&[("Schema", Scalar::String)]);
            }
            (Body::Empty, T::GetSchema) => {
                return rows_of(&[
                    ("ColumnName", Scalar::String),
                    ("ColumnOrdinal", Scalar::Long),
                    ("DataType", Scalar::String),
                    ("ColumnType", Scalar::String),
                ]);
            }
            (Body::Empty, T::Consume) => return Value::Nothing,
            (Body::Scan(scan), _) => return self.scan(operator, scan, input),
            (Body::Graph(_) | Body::MacroExpand { .. }, _) | (Body::Name(_), T::Identifier) => {
                return Value::Rows(Rc::new(Relation::unknown()));
            }
            _ => {}
        }
        Value::Rows(row)
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
