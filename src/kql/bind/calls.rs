//! Calls: of functions the query defines, of the language's own, and of those outside of both.

use std::rc::Rc;

use super::super::ast::{Expr, ExprKind, Literal, Name};
use super::super::builtins::{self, Builtin};
use super::super::types::{Relation, Scalar};
use super::finding::{Finding, nearest};
use super::matching::{Arg, expected_count, given};
use super::naming::{Columns, value_of};
use super::{
    Binder, Body, Bound, DEEPEST_CALL, Declared, External, FindingKind, Local, LocalFunction, Returned,
    Takes, Value,
};
use crate::source::Span;

impl<'a> Binder<'a> {
    /// A call in an expression. `piped` is what `invoke` gives as the first argument.
    pub(super) fn call(&mut self, name: &'a Name, args: &'a [Expr], piped: Option<Rc<Relation>>) -> Value {
        let local = match self.local(&name.text) {
            Some(Bound::Function(function)) => Some(Rc::clone(function)),
            _ => None,
        };
        if let Some(function) = local {
            return self.call_local(name.span, &function, args, piped.as_ref());
        }
        if piped.is_none()
            && let Some(value) = self.special(name, args)
        {
            return value;
        }
        if let Some(builtin) = builtins::aggregate(&name.text) {
            if self.aggregating {
                self.functions.insert(name.text.clone());
                return self.call_aggregate(name.span, builtin, args);
            }
            if builtins::function(&name.text).is_none() {
                let message = format!("`{}` is an aggregate, which stands in `summarize` only", name.text);
                self.say(FindingKind::Semantic, name.span, message);
                return Value::Unknown;
            }
        }
        if let Some(builtin) = builtins::function(&name.text) {
            self.functions.insert(name.text.clone());
            return self.call_builtin(name.span, builtin, args);
        }
        if let Some(external) = self.catalog.function(&name.text) {
            self.functions.insert(name.text.clone());
            return self.call_external(name, &external, args, piped);
        }
        self.unknown_function(name, args)
    }

    fn unknown_function(&mut self, name: &Name, args: &'a [Expr]) -> Value {
        let (what, text) = ("There is no function", &name.text);
        let mut finding = Finding::new(FindingKind::UnknownFunction, name.span, format!("{what} `{text}`"));
        finding.name = Some(text.clone());
        let near = nearest(text, builtins::names()).map(str::to_owned);
        let near = near.or_else(|| self.catalog.nearest_function(text));
        finding = match near {
            Some(near) => finding.meant(Some(&near)),
            None if self.catalog.table(text).is_some() => {
                finding.help(format!("`{text}` is a table: write it without parentheses."))
            }
            None => finding.help("If a workspace has it, `--tables` can make it known."),
        };
        finding.doubtful = true;
        self.report(finding);
        for arg in args {
            self.value(value_of(arg));
        }
        Value::Unknown
    }

    fn arguments<'e>(&mut self, args: &'e [Expr]) -> Vec<Arg<'e>>
    where
        'e: 'a,
    {
        let mut bound = Vec::with_capacity(args.len());
        for expr in args {
            let inner = value_of(expr);
            let value = if matches!(inner.kind, ExprKind::Star) { Value::Unknown } else { self.value(inner) };
            bound.push(Arg { expr, value });
        }
        bound
    }

    fn call_builtin(&mut self, place: Span, builtin: &Builtin, args: &'a [Expr]) -> Value {
        let bound = self.arguments(args);
        let Some(signature) = self.signature(builtin, place, &bound) else { return Value::Unknown };
        self.returned(builtin, signature, &bound)
    }

    fn call_aggregate(&mut self, place: Span, builtin: &Builtin, args: &'a [Expr]) -> Value {
        // No aggregate may stand inside of another.
        self.aggregating = false;
        let bound = self.arguments(args);
        self.aggregating = true;
        let Some(signature) = self.signature(builtin, place, &bound) else { return Value::Unknown };
        if matches!(builtin.name, "arg_max" | "arg_min" | "argmax" | "argmin" | "take_any" | "any") {
            let groups = self.groups();
            return Value::Columns(self.star_columns(builtin.name, &bound, &groups));
        }
        match self.returned(builtin, signature, &bound) {
            Value::Scalar(kind, _) => Value::of(kind),
            value => value,
        }
    }

    /// Calls whose meaning the tables of functions do not tell.
    fn special(&mut self, name: &'a Name, args: &'a [Expr]) -> Option<Value> {
        match &*name.text {
            "workspace" | "app" | "resource" | "adx" | "arg" => {
                self.arguments(args);
                Some(Value::Database)
            }
            "cluster" if !args.is_empty() => {
                self.arguments(args);
                let place = args.first().map_or(name.span, |arg| arg.span);
                let mut finding =
                    Finding::new(FindingKind::Semantic, place, "What this cluster holds is not known here");
                finding.doubtful = true;
                self.report(finding);
                Some(Value::Cluster)
            }
            "database" if !args.is_empty() => {
                self.arguments(args);
                self.say(FindingKind::Semantic, args[0].span, "There is no such database in a workspace");
                Some(Value::Database)
            }
            "table" if !args.is_empty() => {
                let bound = self.arguments(args);
                drop(bound);
                let Some(text) = self.constant_text(value_of(&args[0])) else {
                    return Some(Value::Rows(Rc::new(Relation::unknown())));
                };
                Some(Value::Rows(self.table(&text, args[0].span)))
            }
            "external_table" | "materialized_view" | "stored_query_result" | "graph" | "entity_group" => {
                self.arguments(args);
                Some(Value::Rows(Rc::new(Relation::unknown())))
            }
            _ => None,
        }
    }

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
        let mut extra = 0;
        for (at, arg) in args.iter().enumerate() {
            let named = match &arg.kind {
                ExprKind::Named { names, tuple: false, .. } => {
                    let name = names.first().map(|name| &*name.text);
                    params.iter().position(|param| Some(&*param.name) == name)
                }
                _ => None,
            };
            match assigned.get_mut(named.unwrap_or(at + offset)) {
                Some(slot) => *slot = Some(value_of(arg)),
                None => extra += 1,
            }
        }
        let lacks = (offset..params.len()).any(|at| assigned[at].is_none() && !params[at].optional);
        if extra > 0 || lacks {
            let least = params.iter().skip(offset).filter(|param| !param.optional).count();
            let takes = expected_count(least, params.len().saturating_sub(offset));
            let message = format!("`{name}` takes {takes}, and {} given", given(args.len()));
            self.say(FindingKind::Argument, place, message);
        }
        assigned
    }

    fn call_local(
        &mut self,
        place: Span,
        function: &Rc<LocalFunction<'a>>,
        args: &'a [Expr],
        piped: Option<&Rc<Relation>>,
    ) -> Value {
        let name = self.written(place).to_owned();
        let assigned = self.assign_arguments(place, &name, &function.params, args, piped.is_some());
        let mut values = Vec::new();
        for (at, arg) in assigned.iter().enumerate() {
            let value = match arg {
                Some(arg) => self.value(arg),
                None if at == 0 => piped.cloned().map_or(Value::Unknown, Value::Rows),
                None => Value::Unknown,
            };
            self.check_rows(place, &function.params[at], &value);
            values.push(value);
        }
        if let Some(value) = &function.returns {
            return value.clone();
        }
        let texts = assigned.iter().map(|arg| arg.and_then(|arg| self.constant_text(arg))).collect();
        self.expand(function, values, texts)
    }

    /// The text that an expression is, where that is known.
    pub(super) fn constant_text(&self, expr: &Expr) -> Option<Rc<str>> {
        match &expr.kind {
            ExprKind::Literal(Literal::String(text)) => Some((&**text).into()),
            ExprKind::Paren(inner) => self.constant_text(inner),
            ExprKind::Name(name) => {
                self.locals.iter().rev().find(|local| *local.name == *name.text)?.text.clone()
            }
            _ => None,
        }
    }

    /// Whether rows that are given have the columns that are asked for.
    fn check_rows(&mut self, place: Span, param: &Declared, value: &Value) {
        let (Takes::Rows, Value::Rows(relation)) = (&param.takes, value) else { return };
        let missing = param.columns.iter().find(|column| relation.column(&column.name).is_none());
        if let Some(missing) = missing.filter(|_| !relation.open) {
            let message =
                format!("The rows given have no column `{}`, which the function needs", missing.name);
            self.say(FindingKind::Semantic, place, message);
        }
    }

    /// What a function returns for these arguments.
    pub(super) fn expand(
        &mut self,
        function: &Rc<LocalFunction<'a>>,
        values: Vec<Value>,
        texts: Vec<Option<Rc<str>>>,
    ) -> Value {
        if self.calls >= DEEPEST_CALL {
            return Value::Unknown;
        }
        let known = self.locals[..function.known.min(self.locals.len())].to_vec();
        let locals = std::mem::replace(&mut self.locals, known);
        for ((param, value), text) in function.params.iter().zip(values).zip(texts) {
            let value = match (&param.takes, value) {
                (Takes::Scalar(kind), _) => Value::constant(*kind),
                (Takes::Rows, Value::Rows(relation)) => Value::Rows(relation),
                (Takes::Rows, _) => Value::Rows(Rc::new(Relation::unknown())),
            };
            let local = Local::new(Rc::clone(&param.name), Bound::Value(value));
            self.locals.push(Local { text, ..local });
        }
        self.calls += 1;
        let value = self.quietly(|binder| binder.alone(|binder| binder.body(function.ast)));
        self.calls -= 1;
        self.locals = locals;
        value
    }

    pub(super) fn call_external(
        &mut self,
        name: &'a Name,
        external: &External,
        args: &'a [Expr],
        piped: Option<Rc<Relation>>,
    ) -> Value {
        let mut values = Vec::new();
        match &external.params {
            Some(params) => {
                let assigned = self.assign_arguments(name.span, &name.text, params, args, piped.is_some());
                for (at, arg) in assigned.iter().enumerate() {
                    let value = match arg {
                        Some(arg) => self.value(arg),
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
        match &external.returns {
            Returned::Scalar(kind) => Value::of(*kind),
            Returned::Rows(relation) => Value::Rows(Rc::clone(relation)),
            Returned::Extended(added) => {
                let input = piped.or_else(|| match values.into_iter().next() {
                    Some(Value::Rows(relation)) => Some(relation),
                    _ => None,
                });
                let input = input.unwrap_or_else(|| Rc::new(Relation::unknown()));
                let mut columns = Columns::from(input.columns.clone());
                for column in added {
                    columns.set(&column.name, column.kind);
                }
                Value::Rows(Rc::new(input.with(columns.list)))
            }
            Returned::Body(body) => self.body_of_external(external, body, values),
        }
    }

    fn body_of_external(&self, external: &External, body: &Body, values: Vec<Value>) -> Value {
        if let Some(value) = body.value.get() {
            return value.clone();
        }
        if self.calls >= DEEPEST_CALL || body.open.replace(true) {
            return Value::Unknown;
        }
        let mut inner = Binder::new(&body.text, self.catalog);
        inner.quiet = 1;
        inner.calls = self.calls + 1;
        for (param, value) in external.params.iter().flatten().zip(values) {
            let value = match (&param.takes, value) {
                (Takes::Scalar(kind), _) => Value::constant(*kind),
                (Takes::Rows, value) => value,
            };
            inner.locals.push(Local::new(Rc::clone(&param.name), Bound::Value(value)));
        }
        let value = inner.query(&body.parse.statements);
        body.open.set(false);
        if external.params.iter().flatten().all(|param| param.takes != Takes::Rows) {
            // Where it was set in between, it was set to the same.
            let _ = body.value.set(value.clone());
        }
        value
    }

    /// A name that stands for a function without its parentheses.
    pub(super) fn bare_function(&mut self, name: &'a Name) -> Option<Value> {
        if let Some(Bound::Function(function)) = self.local(&name.text) {
            let function = Rc::clone(function);
            if function.params.iter().all(|param| param.optional) {
                return Some(self.call_local(name.span, &function, &[], None));
            }
            self.needs_arguments(name);
            let values = function.params.iter().map(|_| Value::Unknown).collect();
            let texts = function.params.iter().map(|_| None).collect();
            return Some(function.returns.clone().unwrap_or_else(|| self.expand(&function, values, texts)));
        }
        if let Some(external) = self.catalog.function(&name.text) {
            self.functions.insert(name.text.clone());
            let lacks = external.params.iter().flatten().any(|param| !param.optional);
            if lacks {
                self.needs_arguments(name);
            }
            return Some(self.quietly(|binder| binder.call_external(name, &external, &[], None)));
        }
        let builtin = builtins::function(&name.text)?;
        self.needs_arguments(name);
        let kind = builtin.signatures.first().and_then(|signature| signature.returns.strip_prefix('='));
        Some(Value::of(kind.and_then(Scalar::of).unwrap_or(Scalar::Unknown)))
    }

    fn needs_arguments(&mut self, name: &Name) {
        let message = format!("`{}` is a function, and is called with its arguments", name.text);
        self.say(FindingKind::Argument, name.span, message);
    }
}
