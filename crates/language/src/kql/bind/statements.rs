//! Statements: what a query gives names to, and its result.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::ast::{
    Column as ColumnSchema, Expr, ExprKind, Function, LetValue, Name, Operator, Parameter, Statement,
    StatementKind, Type,
};
use super::super::model::{ColumnOrigin, VariableKind};
use super::super::types::{Column, Conversion, Relation, Scalar};
use super::super::{Node, walk};
use crate::source::Span;

use super::super::model::VariableId;
use super::super::model::finding::Finding;
use super::recorder::NewColumn;
use super::{Binder, Bound, Declaration as NewVariable, Declared, FindingKind, LocalFunction, Takes, Value};

impl<'a> Binder<'a> {
    /// The value of the last query among the statements of a text.
    pub(super) fn query(&mut self, statements: &'a [Statement]) -> Value {
        self.block(statements, self.limits.calls == 0)
    }

    /// The value of the last query among some statements. `main` is whether that is the main pipeline.
    pub(super) fn block(&mut self, statements: &'a [Statement], main: bool) -> Value {
        let last = statements.iter().rposition(|statement| matches!(statement.kind, StatementKind::Query(_)));
        let mut result = Value::Nothing;
        let first = self.names.list.len();
        for (at, statement) in statements.iter().enumerate() {
            match &statement.kind {
                StatementKind::Query(expr) => {
                    self.context.main_pipeline = main && Some(at) == last;
                    result = self.bounded(statement.span, |binder| binder.pipeline(expr));
                    self.context.main_pipeline = false;
                }
                _ => self.statement(statement, first),
            }
        }
        result
    }

    /// Reads what a statement holds, which ends before the next.
    fn bounded<R>(&mut self, span: Span, work: impl FnOnce(&mut Self) -> R) -> R {
        self.recorder.scope(span, None, None);
        let rest = self.text.get(span.end as usize..self.names.end as usize).unwrap_or_default();
        let more = rest.bytes().position(|byte| !byte.is_ascii_whitespace());
        let semicolon = more.filter(|at| rest.as_bytes().get(*at) == Some(&b';'));
        let end = semicolon.and_then(|at| u32::try_from(at).ok()).map_or(self.names.end, |at| span.end + at);
        let block_end = std::mem::replace(&mut self.names.block_end, self.names.end);
        let result = self.within_brackets(end, work);
        self.names.block_end = block_end;
        result
    }

    /// `macro-expand`: some statements over each member of a group of workspaces or databases.
    pub(super) fn macro_expand(
        &mut self,
        operator: &Operator,
        group: &'a Expr,
        scope: Option<&'a Name>,
        statements: &'a [Statement],
    ) -> Value {
        match &group.kind {
            ExprKind::Name(name) => {
                if self.resolve(name).is_none() {
                    let message = format!("Unknown entity group `{}`", name.text);
                    let mut finding = Finding::new(FindingKind::Semantic, name.span, message)
                        .help("Define it with `let`, or use `entity_group [workspace(\"...\"), ...]`.");
                    finding.low_confidence = true;
                    self.report(finding);
                }
            }
            _ => {
                self.with_empty_scope(|binder| binder.value(group));
            }
        }
        let known = self.names.list.len();
        let end = operator.span.end.saturating_sub(1);
        let value = self.within_brackets(end, |binder| {
            if let Some(scope) = scope {
                let declaration = NewVariable::at(scope, VariableKind::Database);
                binder.make_known(declaration, Bound::Value(Value::Database));
            }
            binder.with_empty_scope(|binder| binder.block(statements, false))
        });
        self.names.list.truncate(known);
        value
    }

    fn statement(&mut self, statement: &'a Statement, first: usize) {
        match &statement.kind {
            StatementKind::Let { name, value } => self.let_(statement.span, name, value, first),
            StatementKind::Parameters(parameters) => {
                let declared = Self::parameters(parameters);
                for (parameter, ast) in declared.iter().zip(parameters) {
                    self.declare(parameter, ast);
                }
            }
            StatementKind::Alias { name, value } => {
                self.value(value);
                let declaration = NewVariable::at(name, VariableKind::Database).from(statement.span.end);
                self.make_known(declaration, Bound::Value(Value::Database));
            }
            StatementKind::Pattern { name, matches } => {
                for found in matches {
                    let value = self.bounded(statement.span, |binder| binder.body_of_pattern(&found.body));
                    self.patterns.push((name, found, value));
                }
                let declaration = NewVariable::at(name, VariableKind::Database).from(statement.span.end);
                self.make_known(declaration, Bound::Value(Value::Database));
            }
            StatementKind::Set { .. } | StatementKind::Restrict(_) | StatementKind::Query(_) => {}
        }
    }

    /// Makes a parameter known, whose columns are declared where it is.
    fn declare(&mut self, parameter: &Declared, ast: &Parameter) -> Option<VariableId> {
        let value = match parameter.takes {
            Takes::Scalar(kind) => Value::constant(kind),
            Takes::Rows => {
                // A function sees the columns that it declares and no others, whatever it is given. Published
                // functions that declare none name columns all the same.
                let mut columns = parameter.columns.clone();
                if let Some(Type::Rows(schema)) = &ast.column.type_ {
                    self.declared_at(schema, &mut columns);
                }
                let low_confidence = columns.is_empty();
                Value::Rows(Arc::new(Relation { low_confidence, ..Relation::closed(columns) }))
            }
        };
        let declaration = NewVariable::at(&ast.column.name, VariableKind::Parameter);
        self.make_known(declaration, Bound::Value(value))
    }

    /// Gives an identity to columns that are declared in a schema, where everything is recorded.
    pub(super) fn declared_at(&mut self, schema: &[ColumnSchema], columns: &mut [Column]) {
        if !self.recorder.full() {
            return;
        }
        let mut by_name: FxHashMap<&str, &ColumnSchema> = FxHashMap::default();
        for declared in schema {
            by_name.entry(&declared.name.text).or_insert(declared);
        }
        for column in columns {
            if let Some(declared) = by_name.get(&*column.name) {
                let origin = ColumnOrigin::Declared;
                let place = Some(declared.name.span);
                column.id =
                    self.new_column(&column.name, column.kind, |new| NewColumn { place, origin, ..new });
            }
        }
    }

    fn let_(&mut self, span: Span, name: &'a Name, value: &'a LetValue, first: usize) {
        if self.names.find_at(&name.text).is_some_and(|at| at >= first) {
            let message = format!("`{}` is already defined", name.text);
            self.say(FindingKind::Semantic, name.span, message);
        }
        let bound = match value {
            LetValue::Expr(expr) => Bound::Value(match self.bounded(span, |binder| binder.pipeline(expr)) {
                Value::Scalar(kind, _) => Value::constant(kind),
                Value::Columns(columns) => match columns.only() {
                    Some(only) => Value::of(only.kind),
                    None => {
                        let message = format!("`{}` must be a single value", name.text);
                        self.say(FindingKind::Semantic, expr.span, message);
                        Value::Unknown
                    }
                },
                value => value,
            }),
            LetValue::Function(function) => {
                Bound::Function(Arc::new(self.bounded(span, |binder| binder.function(function))))
            }
        };
        let text = match value {
            LetValue::Expr(expr) => {
                let number = || self.constant_number(expr).map(Into::into);
                self.constant_text(expr).or_else(number)
            }
            LetValue::Function(_) => None,
        };
        if !name.text.is_empty() {
            let kind = match bound {
                Bound::Value(_) => VariableKind::Let,
                Bound::Function(_) => VariableKind::Function,
            };
            let declaration = NewVariable { text, ..NewVariable::at(name, kind).from(span.end) };
            let id = self.make_known(declaration, bound);
            if let LetValue::Expr(expr) = value {
                self.recorder.define(id, expr);
            }
        }
    }

    /// Reads a function once, with parameters of the types that are declared.
    fn function(&mut self, ast: &'a Function) -> LocalFunction<'a> {
        let params = Self::parameters(&ast.params);
        self.defaults(&ast.params);
        let rows = |at: &usize| params[*at].takes == Takes::Rows && params[at - 1].takes != Takes::Rows;
        if let Some(late) = (1..params.len()).find(rows) {
            let message = format!("The table parameter `{}` follows a scalar parameter", params[late].name);
            let finding = Finding::new(FindingKind::Semantic, ast.params[late].column.name.span, message)
                .help("Table parameters must come first.");
            self.report(finding);
        }
        let known = self.names.list.len();
        let end = ast.body_span.end.saturating_sub(1);
        let mut param_ids = Vec::new();
        let value = self.within_brackets(end, |binder| {
            for (parameter, ast) in params.iter().zip(&ast.params) {
                param_ids.push(binder.declare(parameter, ast));
            }
            binder.limits.calls += 1;
            binder.recorder.scope(ast.body_span, None, None);
            let value = binder.with_empty_scope(|binder| binder.body(ast));
            binder.limits.calls -= 1;
            value
        });
        self.names.list.truncate(known);
        // Only rows that are given, and the names of tables, can change what is returned.
        let fixed = params.iter().all(|param| param.takes != Takes::Rows) && !names_tables(ast);
        LocalFunction { ast, known, params: params.into(), param_ids, returns: fixed.then_some(value) }
    }

    fn body_of_pattern(&mut self, ast: &'a Function) -> Value {
        let end = ast.body_span.end.saturating_sub(1);
        self.within_brackets(end, |binder| {
            binder.recorder.scope(ast.body_span, None, None);
            binder.with_empty_scope(|binder| binder.body(ast))
        })
    }

    /// What a pattern stands for with these arguments, followed by this name.
    pub(super) fn pattern(&self, name: &Name, args: &[Expr], path: Option<&str>) -> Option<Value> {
        let found = self
            .patterns
            .iter()
            .rev()
            .find(|(pattern, found, _)| pattern.text == name.text && found.is_for(args, path));
        found.map(|(_, _, value)| value.clone())
    }

    /// The result of a function's body, with its parameters known already.
    pub(super) fn body(&mut self, ast: &'a Function) -> Value {
        let first = self.names.list.len();
        for statement in &ast.statements {
            self.statement(statement, first);
        }
        let value = ast.result.as_ref().map_or(Value::Nothing, |result| self.pipeline(result));
        self.names.list.truncate(first);
        value
    }

    /// Whether the defaults of parameters are literals of their types.
    fn defaults(&mut self, parameters: &'a [Parameter]) {
        for parameter in parameters {
            let Some(default) = &parameter.default else { continue };
            let wanted = type_of(&parameter.column);
            let named = matches!(default.kind, ExprKind::Name(_));
            let own = if named { Scalar::Unknown } else { self.scalar(default) };
            if named || !super::checks::is_literal(default) && !own.unknown() {
                let message = "The default of a parameter must be a literal";
                let finding = Finding::new(FindingKind::Argument, default.span, message)
                    .help("Use a literal, or remove the default and pass the value.");
                self.report(finding);
                continue;
            }
            let near = own.fits(wanted, Conversion::Wider)
                || wanted.fits(own, Conversion::Wider)
                || wanted == Scalar::Dynamic;
            if !near {
                let name = &parameter.column.name.text;
                let message = format!(
                    "The default of `{name}` is {}, but the parameter is {}",
                    own.described(),
                    wanted.described()
                );
                self.say(FindingKind::Type, default.span, message);
            }
        }
    }

    fn parameters(parameters: &'a [Parameter]) -> Vec<Declared> {
        let declared = |parameter: &'a Parameter| {
            let column = &parameter.column;
            let (takes, columns) = match &column.type_ {
                Some(Type::Rows(columns)) => (Takes::Rows, Self::declared(columns)),
                Some(Type::AnyRows) => (Takes::Rows, Vec::new()),
                _ => (Takes::Scalar(type_of(column)), Vec::new()),
            };
            let name = (&*column.name.text).into();
            Declared { name, takes, optional: parameter.default.is_some(), columns, column_name: false }
        };
        parameters.iter().map(declared).collect()
    }

    /// The columns of a schema.
    pub(super) fn declared(schema: &[ColumnSchema]) -> Vec<Column> {
        let named = schema.iter().filter(|column| !column.name.text.is_empty());
        named.map(|column| Column::new(&*column.name.text, type_of(column))).collect()
    }

    /// The columns of a schema that may name no column twice.
    pub(super) fn schema(&mut self, schema: &'a [ColumnSchema]) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::new();
        // Of columns of one name the last is the one too many.
        let last: FxHashMap<&str, Span> =
            schema.iter().map(|column| (&*column.name.text, column.name.span)).collect();
        let mut known: FxHashSet<Arc<str>> = FxHashSet::default();
        for column in Self::declared(schema) {
            if known.insert(Arc::clone(&column.name)) {
                columns.push(column);
            } else {
                let place = last.get(&*column.name).copied().unwrap_or_default();
                let message = format!("Duplicate column `{}`", column.name);
                self.say(FindingKind::Semantic, place, message);
            }
        }
        self.declared_at(schema, &mut columns);
        columns
    }

    /// A table that the query brings along.
    pub(super) fn data_table(
        &mut self,
        whole: &Expr,
        schema: &'a [ColumnSchema],
        values: &'a [Expr],
    ) -> Value {
        for value in values {
            self.scalar(value);
        }
        let columns = self.schema(schema);
        if !columns.is_empty() && !values.len().is_multiple_of(columns.len()) {
            let (count, width) = (values.len(), columns.len());
            let message = format!("{count} values do not match {width} columns");
            self.say(FindingKind::Semantic, whole.span, message);
        }
        Value::Rows(Arc::new(Relation::closed(columns)))
    }
}

/// The type of a declared column.
pub(super) fn type_of(column: &ColumnSchema) -> Scalar {
    match &column.type_ {
        Some(Type::Scalar(_, name)) => Scalar::of(name).unwrap_or(Scalar::Unknown),
        _ => Scalar::Unknown,
    }
}

/// Whether a function reads a table whose name it computes.
fn names_tables(function: &Function) -> bool {
    let mut found = false;
    walk(Node::Function(function), &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Call { name, args }, .. }) = node {
            let literal = args.first().is_some_and(|arg| matches!(arg.kind, ExprKind::Literal(_)));
            found |= &*name.text == "table" && !literal;
        }
        true
    });
    found
}
