//! Calls: of functions the query defines, of the language's own, and of those outside both.

use std::sync::Arc;

use super::super::ast::{Expr, ExprKind, Name};
use super::super::builtins::{self, Builtin};
use super::super::error::Suggestion;
use super::super::foreign::{self, Rewrite};
use super::super::model::Symbol;
use super::super::model::finding::Finding;
use super::super::types::Relation;
use super::checks::{expected_count, given};
use super::matching::Arg;
use super::naming::value_of;
use super::{Binder, Bound, FindingKind, Graph, Value};
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
                return self.pattern(name, args, None).unwrap_or(Value::Database);
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
            let alone = || Finding::new(FindingKind::Semantic, name.span, message);
            let known = self.spaced_operator(name).or_else(|| self.aggregate_column(name, args));
            let finding = known.unwrap_or_else(alone);
            self.report(finding);
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
            let builtin = builtins::nearest(text, self.context.aggregating).map(str::to_owned);
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
                match foreign.map(|foreign| (foreign.kql, foreign.rewrite)) {
                    Some((_, Rewrite::Otherwise(note))) => {
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
        // A unit of time without quotes is part of the same mistake.
        let unit = usize::from(foreign.is_some_and(|foreign| {
            foreign.kql.starts_with("datetime_")
                && matches!(&args.first().map(|arg| &arg.kind), Some(ExprKind::Name(_)))
        }));
        for arg in &args[unit..] {
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
        let renamed = foreign::function(&name.text).filter(|foreign| {
            matches!(foreign.rewrite, Rewrite::Renamed(..)) && !foreign.kql.starts_with("datetime_")
        });
        if let Some(new) = renamed.map(|foreign| foreign.kql) {
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
    pub(super) fn argument(&mut self, arg: &'a Expr) -> Value {
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

    pub(super) fn call_aggregate(&mut self, place: Span, builtin: &Builtin, args: &'a [Expr]) -> Value {
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
}
