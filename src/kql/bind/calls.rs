//! Calls: of functions the query defines, of the language's own, and of those outside both.

use std::sync::Arc;

use super::super::ast::{Expr, ExprKind, Literal, Name};
use super::super::builtins::{self, Builtin, Returns};
use super::super::error::Suggestion;
use super::super::foreign::{self, Form};
use super::super::model::finding::{Finding, nearest};
use super::super::model::{ColumnOrigin, Symbol};
use super::super::types::{Column, Conversion, Relation, Scalar};
use super::checks::{expected_count, given};
use super::matching::Arg;
use super::naming::{Columns, value_of};
use super::recorder::Recorder;
use super::{
    Binder, Body, Bound, DEEPEST_CALL, Declared, External, FindingKind, Graph, Local, LocalFunction,
    Returned, Takes, Value,
};
use crate::source::Span;

impl<'a> Binder<'a> {
    /// A call in an expression. `piped` is what `invoke` gives as the first argument.
    pub(super) fn call(&mut self, name: &'a Name, args: &'a [Expr], piped: Option<Arc<Relation>>) -> Value {
        if piped.is_none()
            && let Some(value) = self.special(name, args)
        {
            return value;
        }
        // What the language has comes before what the query and the workspace define.
        let aggregate = builtins::aggregate(&name.text);
        if let Some(builtin) = aggregate.filter(|_| self.context.aggregating) {
            self.recorder.mention(name.span, || Symbol::Aggregate(builtin.name));
            self.recorder.functions.insert(name.text.clone());
            return self.call_aggregate(name.span, builtin, args);
        }
        if let Some(builtin) = builtins::function(&name.text) {
            self.recorder.mention(name.span, || Symbol::BuiltIn(builtin.name));
            self.recorder.functions.insert(name.text.clone());
            let args = self.arguments(args);
            return self.checked_call(name.span, builtin, &args);
        }
        let local = match self.resolve(name) {
            Some(Bound::Function(function)) => Some(Arc::clone(function)),
            Some(Bound::Value(Value::Database)) => {
                self.arguments(args);
                return Value::Database;
            }
            _ => None,
        };
        if let Some(function) = local {
            return self.call_local(name.span, &function, args, piped.as_ref());
        }
        if let Some(external) = self.catalog.function(&name.text) {
            self.recorder.functions.insert(name.text.clone());
            return self.call_external(name, &external, args, piped);
        }
        if aggregate.is_some() {
            self.recorder.mention(name.span, || {
                aggregate.map_or(Symbol::Unresolved, |one| Symbol::Aggregate(one.name))
            });
            let message =
                format!("`{}` is an aggregate function, which can only be used in `summarize`", name.text);
            self.say(FindingKind::Semantic, name.span, message);
            self.arguments(args);
            return Value::Unknown;
        }
        self.unknown_function(name, args)
    }

    fn unknown_function(&mut self, name: &Name, args: &'a [Expr]) -> Value {
        self.recorder.mention(name.span, || Symbol::Unresolved);
        let (what, text) = ("Unknown function", &name.text);
        let mut finding = Finding::new(FindingKind::UnknownFunction, name.span, format!("{what} `{text}`"));
        finding.name = Some(text.clone());
        let nearest = || {
            let builtin = nearest(text, builtins::names()).map(str::to_owned);
            builtin.or_else(|| self.catalog.nearest_function(text))
        };
        let foreign = foreign::function(text);
        let near = if self.suggesting() && foreign.is_none() { nearest() } else { None };
        // Workspaces have functions of their own: those that return rows, and those that are called as nothing of the
        // language is.
        let begins = text.starts_with(|c: char| c.is_uppercase() || c == '_');
        let named = args.iter().any(|arg| matches!(arg.kind, ExprKind::Named { .. }));
        finding.low_confidence = foreign.is_none() && (self.scope.row.is_none() || begins || named);
        finding = match near {
            _ if foreign.is_some() => {
                let fix = if self.suggesting() { self.rewritten(name, args) } else { None };
                finding.fix = fix;
                match foreign.map(|foreign| (foreign.kql, foreign.form)) {
                    Some((_, Form::Otherwise(note))) => {
                        let kql = foreign.map_or("", |foreign| foreign.kql);
                        finding.help(format!("KQL has `{kql}`. {note}"))
                    }
                    Some((kql, _)) => finding.help(format!("In KQL it is `{kql}`.")),
                    None => finding,
                }
            }
            Some(near) => finding.meant(Some(&near)),
            None if self.catalog.table(text).is_some() => {
                finding.help(format!("`{text}` is a table: remove the parentheses."))
            }
            None => finding.help("If your workspace has it, declare it with `--tables`."),
        };
        self.report(finding);
        // It may be meant as an aggregate, whose arguments are columns.
        let aggregating = std::mem::replace(&mut self.context.aggregating, false);
        for arg in args {
            self.value(value_of(arg));
        }
        self.context.aggregating = aggregating;
        Value::Unknown
    }

    /// A call of another language as KQL writes it.
    fn rewritten(&self, name: &Name, args: &[Expr]) -> Option<Suggestion> {
        let texts: Vec<&str> = args.iter().map(|arg| self.written(arg.span)).collect();
        let text = foreign::rewritten(&name.text, &texts)?;
        let title = format!("Replace with `{}`", text.split('(').next().unwrap_or_default());
        if let Some(Form::Renamed(..)) = foreign::function(&name.text).map(|foreign| foreign.form) {
            let new = foreign::function(&name.text)?.kql;
            return Some(Suggestion { title, span: name.span, text: new.to_owned() });
        }
        let end = args.last().map_or(name.span.end, |last| last.span.end) as usize;
        let rest = self.text.get(end..)?;
        let close = rest.find(')')?;
        let blank = |c: char| c.is_whitespace() || (args.is_empty() && c == '(');
        let span = Span::new(name.span.start as usize, end + close + 1);
        rest[..close].chars().all(blank).then_some(Suggestion { title, span, text })
    }

    /// The value of an argument, which may have a name.
    fn argument(&mut self, arg: &'a Expr) -> Value {
        let value = self.value(value_of(arg));
        self.record(arg, &value);
        value
    }

    pub(super) fn arguments(&mut self, args: &'a [Expr]) -> Vec<Arg<'a>> {
        let mut bound = Vec::with_capacity(args.len());
        for expr in args {
            let inner = value_of(expr);
            let value = if matches!(inner.kind, ExprKind::Star) { Value::Unknown } else { self.value(inner) };
            self.record(expr, &value);
            let column = self.is_column(inner);
            bound.push(Arg { expr, value, column });
        }
        bound
    }

    fn call_aggregate(&mut self, place: Span, builtin: &Builtin, args: &'a [Expr]) -> Value {
        // No aggregate may stand inside another.
        self.context.aggregating = false;
        let bound = self.arguments(args);
        let value = self.checked_call(place, builtin, &bound);
        self.context.aggregating = true;
        match value {
            Value::Scalar(kind, _) => Value::of(kind),
            value => value,
        }
    }

    /// Calls whose meaning the tables of functions do not tell.
    fn special(&mut self, name: &'a Name, args: &'a [Expr]) -> Option<Value> {
        let value = self.special_value(name, args)?;
        if let Some(builtin) = builtins::function(&name.text) {
            self.recorder.mention(name.span, || Symbol::BuiltIn(builtin.name));
        }
        Some(value)
    }

    fn special_value(&mut self, name: &'a Name, args: &'a [Expr]) -> Option<Value> {
        if self.context.in_graph.is_some()
            && let Some(value) = self.graph_function(name, args)
        {
            return Some(value);
        }
        match &*name.text {
            "workspace" | "app" | "resource" | "adx" | "arg" => {
                self.arguments(args);
                let least = usize::from(&*name.text != "arg");
                if !(least..=1).contains(&args.len()) {
                    let (takes, given) = (expected_count(least, 1), given(args.len()));
                    let message = format!("`{}` expects {takes}, got {given}", name.text);
                    self.say(FindingKind::Argument, name.span, message);
                }
                Some(Value::Database)
            }
            "cluster" if !args.is_empty() => {
                self.arguments(args);
                let place = args.first().map_or(name.span, |arg| arg.span);
                let mut finding =
                    Finding::new(FindingKind::Semantic, place, "The contents of this cluster are unknown");
                finding.low_confidence = true;
                self.report(finding);
                Some(Value::Cluster)
            }
            "database" if args.is_empty() => Some(Value::Database),
            "database" => {
                self.arguments(args);
                self.say(FindingKind::Semantic, args[0].span, "Workspaces do not have such a database");
                Some(Value::Database)
            }
            "table" if !args.is_empty() => {
                let bound = self.arguments(args);
                if let Some(builtin) = builtins::function("table") {
                    self.checked_call(name.span, builtin, &bound);
                }
                let Some(text) = self.constant_text(value_of(&args[0])) else {
                    return Some(Value::Rows(Arc::new(Relation::unknown())));
                };
                Some(Value::Rows(self.table(&text, args[0].span)))
            }
            "graph" => {
                self.arguments(args);
                Some(Value::Graph(Arc::new(Graph::unknown())))
            }
            "external_table" | "materialized_view" | "stored_query_result" | "entity_group" => {
                self.arguments(args);
                Some(Value::Rows(Arc::new(Relation::unknown())))
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
                let near = nearest(named, names).map(|near| format!("Did you mean `{near}`?"));
                let mut finding = Finding::new(FindingKind::Argument, arg.span, message);
                finding.help = near;
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

    fn call_local(
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
        self.expand(function, values, texts)
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
        let value =
            self.without_recording(|binder| binder.with_empty_scope(|binder| binder.body(function.ast)));
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
        let value = self.returned_by(external, values, piped);
        match value {
            Value::Rows(relation) if self.recorder.full() => {
                Value::Rows(self.recorder.adopt(relation, false, &name.text, ColumnOrigin::Function))
            }
            value => value,
        }
    }

    fn returned_by(
        &mut self,
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
                let mut columns = Columns::from(input.columns.clone());
                for column in added {
                    columns.set(&column.name, column.kind, column.id);
                }
                let mut rows = input.with(columns.list);
                rows.has_unknown_columns |= open;
                Value::Rows(Arc::new(rows))
            }
            Returned::Body(body) => self.body_of_external(external, body, values),
        }
    }

    fn body_of_external(&mut self, external: &External, body: &Body, values: Vec<Value>) -> Value {
        if let Some(value) = body.value.get() {
            return value.clone();
        }
        if self.limits.calls >= DEEPEST_CALL || self.limits.steps == 0 || body.open.replace(true) {
            return Value::Unknown;
        }
        let mut inner = Binder::new(&body.text, self.catalog, Recorder::default());
        inner.recorder.pause();
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
            return Some(function.returns.clone().unwrap_or_else(|| self.expand(&function, values, texts)));
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
        self.say(FindingKind::Argument, name.span, message);
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
