//! Pipelines, and the operators that keep the columns or make entirely new ones.

use std::rc::Rc;

use super::super::ast::{
    Body, Column as Declaration, Expr, ExprKind, Literal, NameForm, Operator, Parameter, Scan,
};
use super::super::token::TokenKind as T;
use super::super::types::{Column, Conversion, Relation, Scalar};
use super::finding::{Finding, nearest};
use super::naming::{Columns, Style, value_of};
use super::statements::type_of;
use super::{Binder, Bound, FindingKind, Local, Value};

impl<'a> Binder<'a> {
    /// A source with its operators, or a value.
    pub(super) fn pipeline(&mut self, expr: &'a Expr) -> Value {
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
                if main {
                    self.stages.push((source.span, Rc::clone(&relation)));
                }
                for stage in stages {
                    match self.operator(stage, &relation) {
                        Value::Rows(next) => relation = next,
                        other => return other,
                    }
                    if main {
                        self.stages.push((stage.span, Rc::clone(&relation)));
                    }
                }
                Value::Rows(relation)
            }
            _ => self.source_alone(expr),
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
                let mut other = None;
                for stage in stages {
                    match self.operator(stage, &relation) {
                        Value::Rows(next) => relation = next,
                        value => other = Some(value),
                    }
                }
                other.unwrap_or(Value::Rows(relation))
            }
            ExprKind::Operator(operator) => self.operator(operator, input),
            ExprKind::Missing => Value::Unknown,
            _ => self.alone(|binder| binder.pipeline(expr)),
        };
        self.main = main;
        value
    }

    pub(super) fn operator(&mut self, operator: &'a Operator, input: &Rc<Relation>) -> Value {
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
                    self.locals.push(Local::new(&*name.text, Bound::Value(Value::of(kind))));
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
                self.locals.push(Local::new(&*name.text, bound));
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

    /// Whether the parameters of an operator have values that they take.
    pub(super) fn params(&mut self, operator: &'a Operator, row: Option<&Rc<Relation>>) {
        let behind: &'a [super::super::ast::Param] = match &operator.body {
            Body::Render { chart, with } => {
                let other = matches!(&*chart.text, "table" | "list" | "sankey" | "");
                if !other && chart.text.chars().all(char::is_alphanumeric) && !is_chart(&chart.text) {
                    let message = format!("`{}` is no kind of chart", chart.text);
                    self.say(FindingKind::Semantic, chart.span, message);
                }
                with
            }
            Body::ParseKv { with, .. } | Body::Reduce { with, .. } => with,
            _ => &[],
        };
        for param in operator.params.iter().chain(behind) {
            let Some(value) = param.values.first().filter(|value| !value.span.is_empty()) else { continue };
            match param.expected {
                Some(words) => self.unknown_word(operator, param, words, value),
                None => self.param_value(param, value, row),
            }
        }
    }

    fn unknown_word(
        &mut self,
        operator: &Operator,
        param: &'a super::super::ast::Param,
        words: &[&str],
        value: &Expr,
    ) {
        let written = self.written(value.span);
        let name = &param.name.text;
        let message = format!("`{written}` is no `{name}` of `{}`", operator.word.text());
        let near = nearest(written, words.iter().copied());
        let help = format!("It takes one of `{}`.", words.join("`, `"));
        let finding = Finding::new(FindingKind::Semantic, value.span, message).meant(near);
        self.report(if near.is_some() { finding } else { finding.help(help) });
    }

    /// Whether the value of a parameter is of the type that it takes.
    fn param_value(
        &mut self,
        param: &'a super::super::ast::Param,
        value: &'a Expr,
        row: Option<&Rc<Relation>>,
    ) {
        let (wanted, literal) = match &*param.name.text {
            "hint.num_partitions" => ("an integer", true),
            "decodeblocks" | "isfuzzy" | "best_effort" | "accumulate" | "greedy" | "hint.materialized"
            | "hint.progressive_top" | "force_remote" => ("`true` or `false`", true),
            "pair_delimiter" | "kv_delimiter" | "quote" | "escape" | "characters" => ("a text", true),
            "title" | "xtitle" | "ytitle" => ("a text", false),
            "threshold" => ("a number", true),
            _ => return,
        };
        let kind = match row {
            Some(row) => self.over(row, |binder| binder.scalar(value)),
            None => self.alone(|binder| binder.scalar(value)),
        };
        let fine = match wanted {
            "an integer" => kind.integer(),
            "a number" => kind.number(),
            "a text" => kind == Scalar::String || !literal && kind.dynamic(),
            _ => kind == Scalar::Bool,
        };
        if kind.unknown() || fine && (!literal || super::checks::is_literal(value)) {
            return;
        }
        let message = format!("`{}` takes {wanted}", param.name.text);
        self.say(FindingKind::Argument, value.span, message);
    }

    /// How many rows: an integer that no row decides.
    pub(super) fn row_count(&mut self, expr: &'a Expr) {
        let kind = self.scalar(value_of(expr));
        if !kind.integer() && !kind.unknown() {
            let message = format!("A number of rows is an integer, and this is `{}`", kind.name());
            self.say(FindingKind::Type, expr.span, message);
        }
    }

    /// The word that a parameter of an operator has.
    pub(super) fn param_word(&self, operator: &'a Operator, name: &str) -> Option<&'a str> {
        let param = operator.params.iter().find(|param| &*param.name.text == name)?;
        param.values.first().map(|value| self.written(value.span))
    }

    /// The name that a parameter of an operator gives to a column.
    pub(super) fn param_name(operator: &'a Operator, names: &[&str]) -> Option<&'a str> {
        let param = operator.params.iter().find(|param| names.contains(&&*param.name.text))?;
        match &param.values.first()?.kind {
            ExprKind::Name(name) => Some(&name.text),
            ExprKind::Literal(Literal::String(text)) => Some(text),
            _ => None,
        }
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

    fn print(&mut self, exprs: &'a [Expr]) -> Value {
        let mut columns = Columns::default();
        for (at, expr) in exprs.iter().enumerate() {
            self.alone(|binder| match &expr.kind {
                ExprKind::Named { .. } => {
                    binder.make(expr, &mut columns, Style::Plain, None, None);
                }
                // Whatever the expression, its column is called by its place.
                _ => {
                    let kind = binder.scalar(expr);
                    columns.add(&format!("print_{at}"), kind);
                }
            });
        }
        Value::Rows(Rc::new(Relation::closed(columns.list)))
    }

    /// The type of the column of a `range`.
    fn range_type(&mut self, bounds: &'a [Expr]) -> Scalar {
        let mut kinds = Vec::new();
        for bound in bounds {
            let kind = self.scalar(bound);
            if !kind.summable() && !kind.unknown() {
                let message =
                    format!("A range goes over numbers or times, and this is {}", kind.described());
                self.say(FindingKind::Type, bound.span, message);
            }
            kinds.push(kind);
        }
        let [from, to, step] = kinds[..] else { return Scalar::Unknown };
        let common = from.common(to, Conversion::Wider).unwrap_or(Scalar::Unknown);
        match (common, step) {
            (Scalar::Int, Scalar::Int) => Scalar::Int,
            (common, step) if common.number() && step.number() => common.wider(step).promoted(),
            (Scalar::DateTime, Scalar::Timespan | Scalar::DateTime) | (Scalar::Timespan, Scalar::DateTime) => {
                Scalar::DateTime
            }
            (Scalar::Timespan, Scalar::Timespan) => Scalar::Timespan,
            (common, step) if common.unknown() || step.unknown() => Scalar::Unknown,
            (common, step) => {
                let message = format!(
                    "A step of {} does not fit a range over {}",
                    step.described(),
                    common.described()
                );
                self.say(FindingKind::Type, bounds[2].span, message);
                Scalar::Unknown
            }
        }
    }

    /// Whether the operators of a query inside of an operator may stand there. Behind `fork` they are few.
    pub(super) fn allowed(&mut self, query: &'a Expr, most: bool) {
        let mut first = |operator: &Operator| {
            let word = operator.word;
            let never = matches!(word, T::Print | T::Range | T::AssertSchema | T::MacroExpand);
            let seldom = matches!(
                word,
                T::Consume
                    | T::Evaluate
                    | T::Facet
                    | T::Find
                    | T::Fork
                    | T::GetSchema
                    | T::Join
                    | T::Lookup
                    | T::MakeSeries
                    | T::MvApply
                    | T::Partition
                    | T::Render
                    | T::Scan
                    | T::Search
                    | T::Serialize
                    | T::Union
            );
            if never || !most && seldom {
                let message = format!("`{}` may not stand inside of this operator", word.text());
                self.say(FindingKind::Semantic, operator.keyword, message);
            }
        };
        let mut expr = query;
        while let ExprKind::Pipeline { source, stages } = &expr.kind {
            for stage in stages {
                first(stage);
            }
            expr = source;
        }
        match &expr.kind {
            ExprKind::Operator(operator) => first(operator),
            ExprKind::Missing | ExprKind::Internal(_) => {}
            _ => {
                let message = "An operator is needed here, which the rows go into";
                self.say(FindingKind::Semantic, expr.span, message);
            }
        }
    }

    fn parse(&mut self, expr: &'a Expr, pattern: &'a [Expr]) -> Value {
        self.scalar(expr);
        let Some(row) = self.row.clone() else { return Value::Unknown };
        let mut columns = Columns::from(row.columns.clone());
        let mut named: Vec<&str> = Vec::new();
        let text = |part: &Expr| matches!(part.kind, ExprKind::Literal(Literal::String(_)));
        for (at, part) in pattern.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| pattern.get(at));
            match &part.kind {
                ExprKind::Typed(column) => {
                    let kind = if column.type_.is_some() { type_of(column) } else { Scalar::String };
                    let name = &*column.name.text;
                    if before.is_some_and(|before| !text(before)) {
                        let message = format!("No text tells where `{name}` begins");
                        let finding = Finding::new(FindingKind::Semantic, part.span, message)
                            .help("Put a text before the name.");
                        self.report(finding);
                    }
                    if named.contains(&name) {
                        let message = format!("The pattern names `{name}` twice");
                        self.say(FindingKind::Semantic, column.name.span, message);
                    } else if !name.is_empty() {
                        named.push(name);
                        columns.set(name, kind);
                    }
                }
                ExprKind::Star => {
                    if pattern.get(at + 1).is_some_and(|next| !text(next)) {
                        let message = "Only a text can stand behind a `*`";
                        self.say(FindingKind::Semantic, part.span, message);
                    }
                    let column = before.and_then(|before| match &before.kind {
                        ExprKind::Typed(column) => Some(column),
                        _ => None,
                    });
                    let open = |column: &Declaration| {
                        column.type_.is_none() || type_of(column) == Scalar::String
                    };
                    if column.is_some_and(open) {
                        let message = "A `*` behind a text column leaves open where the column ends";
                        self.say(FindingKind::Semantic, part.span, message);
                    }
                }
                _ => {}
            }
        }
        Value::Rows(Rc::new(row.with(columns.list)))
    }

    fn scan(&mut self, operator: &'a Operator, scan: &'a Scan, input: &Rc<Relation>) -> Value {
        let mut columns = input.columns.clone();
        let known = self.locals.len();
        for Parameter { column, default } in &scan.declared {
            if let Some(default) = default {
                self.value(default);
            }
            let kind = type_of(column);
            columns.push(Column::new(&*column.name.text, kind));
            self.locals.push(Local::new(&*column.name.text, Bound::Value(Value::of(kind))));
        }
        self.over(input, |binder| {
            for expr in scan.order.iter().chain(&scan.partition) {
                binder.scalar(expr);
            }
        });
        for step in &scan.steps {
            // The columns of a step are read as members of its name.
            let state = if input.open { Value::Unknown } else { Value::Columns(columns.clone()) };
            self.locals.push(Local::new(&*step.name.text, Bound::Value(state)));
        }
        self.over(input, |binder| {
            for step in &scan.steps {
                binder.scalar(&step.condition);
                for assignment in &step.assignments {
                    binder.scalar(assignment);
                }
            }
        });
        self.locals.truncate(known);
        let id = Self::param_name(operator, &["with_match_id"]).unwrap_or("match_id");
        columns.push(Column::new(id, Scalar::Long));
        Value::Rows(Rc::new(input.with(columns)))
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

fn is_chart(name: &str) -> bool {
    matches!(
        name,
        "barchart"
            | "piechart"
            | "ladderchart"
            | "timechart"
            | "linechart"
            | "anomalychart"
            | "pivotchart"
            | "areachart"
            | "stackedareachart"
            | "scatterchart"
            | "timepivot"
            | "columnchart"
            | "timeline"
            | "3Dchart"
            | "card"
            | "treemap"
            | "plotly"
            | "graph"
    )
}
