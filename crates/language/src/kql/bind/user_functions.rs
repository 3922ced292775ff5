//! Calls of functions that the query and the workspace define.

use std::sync::Arc;

use super::super::ast::{Expr, ExprKind, Literal, Name};
use super::super::builtins::{self, Returns};
use super::super::error::Suggestion;
use super::super::model::finding::Finding;
use super::super::model::{ColumnOrigin, Symbol};
use super::super::types::{Column, Conversion, Relation, Scalar};
use super::checks::{expected_count, given};
use super::column_builder::ColumnBuilder;
use super::naming::value_of;
use super::recorder::Recorder;
use super::{
    Binder, Body, Bound, DEEPEST_CALL, Declared, External, FindingKind, Local, LocalFunction, Returned,
    Takes, Value,
};
use crate::similar::nearest_name;
use crate::source::Span;

impl<'a> Binder<'a> {
    /// Gives each argument to its parameter, by name or by place, and says what is missing or too much.
    fn assign_arguments(
        &mut self,
        place: Span,
        name: &str,
        params: &[Declared],
        args: &'a [Expr],
        piped: bool,
    ) -> Vec<Option<&'a Expr>> {
        let offset = usize::from(piped);
        let mut assigned: Vec<Option<&'a Expr>> = vec![None; params.len()];
        let own = &params[offset.min(params.len())..];
        let least = own.iter().filter(|param| !param.optional).count();
        let takes = expected_count(least, own.len());
        let counts = (least..=own.len()).contains(&args.len());
        if !counts {
            let message = format!("`{name}` expects {takes}, got {}", given(args.len()));
            self.say(FindingKind::Argument, place, message);
        }
        let (mut moved, mut fine) = (false, counts);
        for (at, arg) in args.iter().enumerate() {
            let named = named_argument(arg);
            let found = named.map(|named| params.iter().position(|param| *param.name == *named.text));
            let place = match found {
                Some(Some(found)) => found,
                Some(None) | None => at + offset,
            };
            if fine && found == Some(None) {
                fine = false;
                let named = named.map_or("", |named| &named.text);
                let message = format!("`{name}` has no parameter `{named}`");
                let names = own.iter().map(|param| &*param.name);
                let mut finding = Finding::new(FindingKind::Argument, arg.span, message);
                if let Some(near) = nearest_name(named, names) {
                    finding = finding.meant(Some(near));
                    // The name alone is replaced, where the value belongs to the argument too.
                    let name = named_argument(arg).map_or(arg.span, |name| name.span);
                    finding.fix = finding.fix.map(|fix| Suggestion { span: name, ..fix });
                }
                self.report(finding);
            } else if fine && named.is_none() && moved {
                fine = false;
                let message = "Positional arguments cannot follow a named argument that changes the order";
                let finding = Finding::new(FindingKind::Argument, arg.span, message)
                    .help("Name this argument as well.");
                self.report(finding);
            }
            moved |= named.is_some() && found != Some(Some(at + offset));
            if let Some(slot) = assigned.get_mut(place) {
                *slot = Some(arg);
            }
        }
        let lacks = (offset..params.len()).find(|at| assigned[*at].is_none() && !params[*at].optional);
        if let Some(lacks) = lacks.filter(|_| fine) {
            let message = format!("`{name}` is missing a value for `{}`", params[lacks].name);
            self.say(FindingKind::Argument, place, message);
        }
        assigned
    }

    pub(super) fn call_local(
        &mut self,
        place: Span,
        function: &Arc<LocalFunction<'a>>,
        args: &'a [Expr],
        piped: Option<&Arc<Relation>>,
    ) -> Value {
        let name = self.written(place).to_owned();
        let assigned = self.assign_arguments(place, &name, &function.params, args, piped.is_some());
        for names in args.iter().filter_map(named_argument) {
            let at = function.params.iter().position(|param| *param.name == *names.text);
            let id = at.and_then(|at| function.param_ids.get(at).copied().flatten());
            self.recorder.mention_variable(names.span, id);
        }
        let mut values = Vec::new();
        for (at, arg) in assigned.iter().enumerate() {
            let value = match arg {
                Some(arg) => self.argument(arg),
                None if at == 0 => piped.cloned().map_or(Value::Unknown, Value::Rows),
                None => Value::Unknown,
            };
            self.check_rows(place, &function.params[at], &value);
            values.push(value);
        }
        if let Some(value) = &function.returns {
            return value.clone();
        }
        let texts =
            assigned.iter().map(|arg| arg.and_then(|arg| self.constant_text(value_of(arg)))).collect();
        self.expand(place, function, values, texts)
    }

    /// The text that an expression is, where that is known.
    pub(super) fn constant_text(&self, expr: &Expr) -> Option<Arc<str>> {
        match &expr.kind {
            ExprKind::Literal(Literal::String(text)) => Some((&**text).into()),
            ExprKind::Paren(inner) => self.constant_text(inner),
            ExprKind::Name(name) => self.constant_text_of(&name.text),
            _ => None,
        }
    }

    /// The text that a name stands for, where that is known.
    pub(super) fn constant_text_of(&self, name: &str) -> Option<Arc<str>> {
        self.names.find(name)?.text.clone()
    }

    /// Whether rows that are given have the columns that are asked for.
    fn check_rows(&mut self, place: Span, param: &Declared, value: &Value) {
        if param.takes != Takes::Rows {
            return;
        }
        let relation = match value {
            Value::Rows(relation) => relation,
            Value::Scalar(kind, _) if !kind.unknown() => {
                let message = format!("The function expects a table here, got {}", kind.described());
                self.say(FindingKind::Type, place, message);
                return;
            }
            _ => return,
        };
        let lacks = |wanted: &&Column| match relation.column(&wanted.name) {
            Some(column) => !column.kind.fits(wanted.kind, Conversion::Exact),
            None => true,
        };
        let missing = param.columns.iter().find(lacks);
        if let Some(missing) = missing.filter(|_| !relation.has_unknown_columns) {
            let message = format!(
                "The table has no column `{}` of type `{}`, which the function needs",
                missing.name,
                missing.kind.name()
            );
            self.say(FindingKind::Semantic, place, message);
        }
    }

    /// What a function returns for these arguments.
    pub(super) fn expand(
        &mut self,
        place: Span,
        function: &Arc<LocalFunction<'a>>,
        values: Vec<Value>,
        texts: Vec<Option<Arc<str>>>,
    ) -> Value {
        if self.limits.calls >= DEEPEST_CALL || self.limits.steps == 0 {
            return Value::Unknown;
        }
        let outer = self.names.hide_from(function.known);
        for ((param, value), text) in function.params.iter().zip(values).zip(texts) {
            let value = match (&param.takes, value) {
                (Takes::Scalar(kind), _) => Value::constant(*kind),
                (Takes::Rows, Value::Rows(relation)) => Value::Rows(relation),
                (Takes::Rows, _) => Value::Rows(Arc::new(Relation::unknown())),
            };
            let (name, bound) = (Arc::clone(&param.name), Bound::Value(value));
            self.names.push(Local { name, bound, text, id: None, column: None });
        }
        self.limits.calls += 1;
        let value = if self.recorder.executing() {
            let inner = self.recorder.for_body(None);
            let outer = std::mem::replace(&mut self.recorder, inner);
            let value =
                self.without_reporting(|binder| binder.with_empty_scope(|binder| binder.body(function.ast)));
            let body = std::mem::replace(&mut self.recorder, outer);
            self.recorder.called(place, body);
            value
        } else {
            self.without_recording(|binder| binder.with_empty_scope(|binder| binder.body(function.ast)))
        };
        self.limits.calls -= 1;
        self.names.show_again(outer);
        value
    }

    pub(super) fn call_external(
        &mut self,
        name: &'a Name,
        external: &External,
        args: &'a [Expr],
        piped: Option<Arc<Relation>>,
    ) -> Value {
        self.recorder.mention(name.span, || Symbol::Function((&*name.text).into()));
        let mut values = Vec::new();
        match &external.params {
            Some(params) => {
                let assigned = self.assign_arguments(name.span, &name.text, params, args, piped.is_some());
                for (at, arg) in assigned.iter().enumerate() {
                    let value = match arg {
                        Some(arg)
                            if params[at].column_name && names_column(value_of(arg), piped.as_deref()) =>
                        {
                            Value::of(Scalar::String)
                        }
                        Some(arg) => self.argument(arg),
                        None if at == 0 && piped.is_some() => {
                            piped.clone().map_or(Value::Unknown, Value::Rows)
                        }
                        None => Value::Unknown,
                    };
                    self.check_rows(name.span, &params[at], &value);
                    values.push(value);
                }
            }
            None => {
                for arg in args {
                    let value = self.value(value_of(arg));
                    values.push(value);
                }
            }
        }
        let value = self.returned_by(name.span, external, values, piped);
        match value {
            Value::Rows(relation) if self.recorder.full() => {
                Value::Rows(self.recorder.adopt(relation, false, &name.text, ColumnOrigin::Function))
            }
            value => value,
        }
    }

    fn returned_by(
        &mut self,
        place: Span,
        external: &External,
        values: Vec<Value>,
        piped: Option<Arc<Relation>>,
    ) -> Value {
        match &external.returns {
            Returned::Scalar(kind) => Value::of(*kind),
            Returned::Rows(relation) => Value::Rows(Arc::clone(relation)),
            Returned::Extended { columns: added, open } => {
                let input = piped.or_else(|| match values.into_iter().next() {
                    Some(Value::Rows(relation)) => Some(relation),
                    _ => None,
                });
                let input = input.unwrap_or_else(|| Arc::new(Relation::unknown()));
                let mut columns = ColumnBuilder::from(input.columns.clone());
                for column in added {
                    columns.set(&column.name, column.kind, column.id);
                }
                let mut rows = input.with(columns.list);
                rows.has_unknown_columns |= open;
                Value::Rows(Arc::new(rows))
            }
            Returned::Body(body) => self.body_of_external(place, external, body, values),
        }
    }

    fn body_of_external(
        &mut self,
        place: Span,
        external: &External,
        body: &Body,
        values: Vec<Value>,
    ) -> Value {
        let executing = self.recorder.executing();
        if let Some(value) = body.value.get().filter(|_| !executing) {
            return value.clone();
        }
        if self.limits.calls >= DEEPEST_CALL || self.limits.steps == 0 || body.open.replace(true) {
            return Value::Unknown;
        }
        let mut inner = Binder::new(&body.text, self.catalog, Recorder::default());
        if executing {
            inner.recorder = self.recorder.for_body(Some(body.parse.exprs as usize));
        } else {
            inner.recorder.pause();
        }
        inner.reports.muted = 1;
        inner.limits.steps = self.limits.steps;
        inner.limits.calls = self.limits.calls + 1;
        for (param, value) in external.params.iter().flatten().zip(values) {
            let value = match (&param.takes, value) {
                (Takes::Scalar(kind), _) => Value::constant(*kind),
                (Takes::Rows, value) => value,
            };
            let (name, bound) = (Arc::clone(&param.name), Bound::Value(value));
            inner.names.push(Local { name, bound, text: None, id: None, column: None });
        }
        let value = inner.query(&body.parse.statements);
        body.open.set(false);
        if executing {
            self.recorder.called(place, inner.recorder);
        }
        self.limits.steps = inner.limits.steps;
        if self.limits.steps > 0 && external.params.iter().flatten().all(|param| param.takes != Takes::Rows) {
            // Where it was set in between, it was set to the same.
            let _ = body.value.set(value.clone());
        }
        value
    }

    /// A name that stands for a function without its parentheses.
    pub(super) fn bare_function(&mut self, name: &'a Name) -> Option<Value> {
        if let Some(Bound::Function(function)) = self.local(&name.text) {
            let function = Arc::clone(function);
            if function.params.iter().all(|param| param.optional) {
                return Some(self.call_local(name.span, &function, &[], None));
            }
            self.needs_arguments(name);
            let values = function.params.iter().map(|_| Value::Unknown).collect();
            let texts = function.params.iter().map(|_| None).collect();
            return Some(
                function.returns.clone().unwrap_or_else(|| self.expand(name.span, &function, values, texts)),
            );
        }
        if let Some(external) = self.catalog.function(&name.text) {
            self.recorder.functions.insert(name.text.clone());
            let lacks = external.params.iter().flatten().any(|param| !param.optional);
            if lacks {
                self.needs_arguments(name);
            }
            return Some(self.without_reporting(|binder| binder.call_external(name, &external, &[], None)));
        }
        let builtin = builtins::function(&name.text)?;
        self.recorder.mention(name.span, || Symbol::BuiltIn(builtin.name));
        self.needs_arguments(name);
        Some(Value::of(match builtin.signatures.first().map(|signature| signature.returns) {
            Some(Returns::Type(kind)) if !kind.refined() => kind,
            _ => Scalar::Unknown,
        }))
    }

    fn needs_arguments(&mut self, name: &Name) {
        let message = format!("`{}` is a function and must be called with its arguments", name.text);
        let mut finding = Finding::new(FindingKind::Argument, name.span, message);
        let none = |builtin: &builtins::Builtin| builtin.signatures.iter().any(|one| one.least == 0);
        if builtins::function(&name.text).is_some_and(none) {
            let text = format!("{}()", name.text);
            finding.help = Some(format!("Use `{text}`."));
            finding.fix = Some(Suggestion { title: format!("Replace with `{text}`"), span: name.span, text });
        }
        self.report(finding);
    }
}

/// Whether an argument is the bare name of a column of the rows that `invoke` pipes.
fn names_column(arg: &Expr, piped: Option<&Relation>) -> bool {
    let ExprKind::Name(name) = &arg.kind else { return false };
    piped.is_some_and(|rows| rows.has_unknown_columns || rows.column(&name.text).is_some())
}

/// The name of an argument that has one.
fn named_argument(arg: &Expr) -> Option<&Name> {
    match &arg.kind {
        ExprKind::Named { names, tuple: false, .. } => names.first(),
        _ => None,
    }
}
