//! Calls: of the language's functions, of those that the query defines, and of those of the workspace.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::eval::{Node, Once};
use super::super::exec::{Asked, Failure, Plan};
use super::{
    Any, At, Binding, Closure, Compiler, Frame, Made, RowValue, asked, refused, relation_of, shared,
};
use crate::kql::ast::{
    Expr, ExprKind, LetValue, Literal, Name, Parameter, PatternMatch, StatementKind, Type,
};
use crate::kql::bind::{Body, External, Returned, Takes};
use crate::kql::builtins;
use crate::kql::types::Scalar;

impl<'q> Compiler<'q> {
    pub(super) fn call(
        &mut self,
        expr: &'q Expr,
        name: &'q Name,
        args: &'q [Expr],
        at: At<'q, '_>,
    ) -> Made<Any> {
        if let Some(scope) = at.graph
            && let Some(node) = self.graph_call(name, args, scope, at)?
        {
            return Ok(Any::Value(node));
        }
        match &*name.text {
            "table" if !args.is_empty() => return self.table_by_name(expr, &args[0], at),
            "workspace"
            | "app"
            | "resource"
            | "adx"
            | "arg"
            | "cluster"
            | "database"
            | "external_table"
            | "materialized_view"
            | "stored_query_result"
            | "graph"
            | "entity_group" => {
                return refused(expr.span, &format!("`{}(...)`", name.text));
            }
            "materialize" if args.len() == 1 => return Ok(Any::Rows(shared(self.rows(&args[0], at)?))),
            _ => {}
        }
        if at.aggregates.is_some() && builtins::aggregate(&name.text).is_some() {
            return self.aggregate(expr, name, args, at).map(Any::Value);
        }
        if builtins::function(&name.text).is_some() {
            return self.builtin(expr, name, args, at).map(Any::Value);
        }
        match self.find(at.env, &name.text)? {
            Some(Binding::Function(closure)) => return self.call_closure(&closure, name, args, None, at),
            Some(Binding::Pattern(matches)) => return self.pattern(&matches, name, args, None, at),
            Some(Binding::Refused(why)) => return Err(Failure::at(name.span, why.to_string())),
            _ => {}
        }
        if self.catalog.function(&name.text).is_some() {
            return self.external(name, args, None, at);
        }
        Err(Failure::at(name.span, format!("the function `{}` is not known", name.text)))
    }

    /// What a pattern stands for with these arguments, followed by this name.
    pub(super) fn pattern(
        &mut self,
        matches: &[(&'q PatternMatch, Rc<Closure<'q>>)],
        name: &'q Name,
        args: &[Expr],
        path: Option<&str>,
        at: At<'q, '_>,
    ) -> Made<Any> {
        match matches.iter().rev().find(|(found, _)| found.is_for(args, path)) {
            Some((_, closure)) => self.call_closure(closure, name, &[], None, at),
            None => {
                let message = format!("the pattern `{}` is not declared for these arguments", name.text);
                Err(Failure::at(name.span, message))
            }
        }
    }

    fn table_by_name(&mut self, whole: &'q Expr, arg: &'q Expr, at: At<'q, '_>) -> Made<Any> {
        let name: Rc<str> = match self.value(arg, at)? {
            node @ (Node::Const(_) | Node::Once(_)) => match constant_text(&node) {
                Some(text) => text,
                None => return refused(arg.span, "a table whose name is computed"),
            },
            _ => return refused(arg.span, "a table whose name is computed"),
        };
        if let Some(Binding::Rows(plan)) = self.find(at.env, &name)? {
            return Ok(Any::Rows(plan));
        }
        let relation = self.catalog.table(&name).map(|table| table.relation);
        match relation.as_ref().or_else(|| relation_of(whole, at)) {
            Some(relation) => Ok(Any::Rows(asked(Asked::Table(name), relation, arg.span))),
            None => Err(Failure::at(arg.span, format!("the table `{name}` is not known"))),
        }
    }

    /// `invoke function(arguments)`
    pub(super) fn invoke(&mut self, call: &'q Expr, input: Rc<Plan>, at: At<'q, '_>) -> Made<Any> {
        let ExprKind::Call { name, args } = &call.kind else {
            return refused(call.span, "`invoke` of this expression");
        };
        let at = at.without_row();
        match self.find(at.env, &name.text)? {
            Some(Binding::Function(closure)) => self.call_closure(&closure, name, args, Some(input), at),
            Some(Binding::Refused(why)) => Err(Failure::at(name.span, why.to_string())),
            _ if self.catalog.function(&name.text).is_some() => self.external(name, args, Some(input), at),
            _ => Err(Failure::at(name.span, format!("the function `{}` is not known", name.text))),
        }
    }

    /// The arguments by the parameters that they are for.
    fn assigned(names: &[&str], args: &'q [Expr], piped: bool) -> Vec<Option<&'q Expr>> {
        let mut assigned = vec![None; names.len()];
        for (at, arg) in args.iter().enumerate() {
            let (named, value) = match &arg.kind {
                ExprKind::Named { names: own, tuple: false, value } => {
                    (own.first().and_then(|own| names.iter().position(|name| *name == &*own.text)), &**value)
                }
                _ => (None, arg),
            };
            if let Some(slot) = assigned.get_mut(named.unwrap_or(at + usize::from(piped))) {
                *slot = Some(value);
            }
        }
        assigned
    }

    /// A function of the query, its body with these arguments.
    pub(super) fn call_closure(
        &mut self,
        closure: &Rc<Closure<'q>>,
        name: &'q Name,
        args: &'q [Expr],
        piped: Option<Rc<Plan>>,
        at: At<'q, '_>,
    ) -> Made<Any> {
        let model = at.frame.model.called(name.span).map_or(closure.frame.model, |model| model);
        let frame = Frame { model, ..closure.frame };
        let params = &closure.ast.params;
        let names: Vec<&str> = params.iter().map(|param| &*param.column.name.text).collect();
        let assigned = Self::assigned(&names, args, piped.is_some());
        let mut env = self.scope(Some(closure.env));
        let mut before = Vec::new();
        let mut of_row = false;
        let mut piped = piped;
        for (param, arg) in params.iter().zip(assigned) {
            let binding = match (arg, piped.take()) {
                (None, Some(plan)) => Binding::Rows(shared(plan)),
                (Some(arg), rest) => {
                    piped = rest;
                    self.argument(param, arg, at, &mut before, &mut of_row)?
                }
                (None, None) => match &param.default {
                    Some(default) => {
                        let own = At { frame: closure.frame, env: closure.env, level: 0, ..at.without_row() };
                        let node = self.value(default, own)?;
                        let node = conform(param, node);
                        Binding::Value(Rc::new(Once { node, value: RefCell::default() }))
                    }
                    None => {
                        let what = &param.column.name.text;
                        return Err(Failure::at(name.span, format!("there is no argument for `{what}`")));
                    }
                },
            };
            env = self.define(env, &param.column.name.text, binding);
        }
        let mut own = At { frame, env, level: if of_row { at.level } else { 0 }, ..at.without_row() };
        for statement in &closure.ast.statements {
            match &statement.kind {
                StatementKind::Let { name, value: LetValue::Expr(expr) } if of_row => {
                    let binding = match self.any(expr, own)? {
                        Any::Value(node) => self.row_value(node, own.level, &mut before),
                        Any::Rows(plan) => Binding::Rows(shared(plan)),
                        Any::Graph(graph) => Binding::Graph(graph),
                    };
                    own.env = self.define(own.env, &name.text, binding);
                }
                _ => own.env = self.statement(statement, own)?,
            }
        }
        let Some(result) = &closure.ast.result else {
            return Err(Failure::at(name.span, format!("the function `{}` returns nothing", name.text)));
        };
        Ok(match self.any(result, own)? {
            Any::Value(node) => {
                let wrap = |inner: Node, (slot, value): (usize, Node)| {
                    Node::Let(slot, Box::new(value), Box::new(inner))
                };
                Any::Value(before.into_iter().rev().fold(node, wrap))
            }
            other => other,
        })
    }

    fn argument(
        &mut self,
        param: &Parameter,
        arg: &'q Expr,
        at: At<'q, '_>,
        before: &mut Vec<(usize, Node)>,
        of_row: &mut bool,
    ) -> Made<Binding<'q>> {
        let tabular = matches!(param.column.type_, Some(Type::Rows(_) | Type::AnyRows));
        Ok(match self.any(arg, at)? {
            Any::Rows(plan) if tabular => Binding::Rows(shared(plan)),
            Any::Rows(plan) => {
                let node = Node::Scalar(plan);
                Binding::Value(Rc::new(Once { node, value: RefCell::default() }))
            }
            Any::Graph(graph) => Binding::Graph(graph),
            Any::Value(node @ (Node::Const(_) | Node::Once(_))) => {
                let node = conform(param, node);
                Binding::Value(Rc::new(Once { node, value: RefCell::default() }))
            }
            Any::Value(node) if at.row.is_none() && at.level == 0 => {
                let node = conform(param, node);
                Binding::Value(Rc::new(Once { node, value: RefCell::default() }))
            }
            Any::Value(node) => {
                *of_row = true;
                self.row_value(conform(param, node), at.level, before)
            }
        })
    }

    /// A value that a row decides, under a name.
    fn row_value(&self, node: Node, level: usize, before: &mut Vec<(usize, Node)>) -> Binding<'q> {
        match node {
            Node::Const(value) => Binding::OfRow(RowValue::Const(value), level),
            Node::Col(slot) => Binding::OfRow(RowValue::Col(slot), level),
            Node::Local(slot) => Binding::OfRow(RowValue::Local(slot), level),
            node => {
                let slot = self.slot();
                before.push((slot, node));
                Binding::OfRow(RowValue::Local(slot), level)
            }
        }
    }

    /// A function of the workspace: its body, or rows that were given for it.
    pub(super) fn external(
        &mut self,
        name: &'q Name,
        args: &'q [Expr],
        piped: Option<Rc<Plan>>,
        at: At<'q, '_>,
    ) -> Made<Any> {
        let Some(external) = self.catalog.function(&name.text) else {
            return Err(Failure::at(name.span, format!("the function `{}` is not known", name.text)));
        };
        if self.options.fixtures.iter().any(|own| **own == *name.text)
            && let Returned::Rows(relation) = &external.returns
        {
            return Ok(Any::Rows(asked(Asked::Function((&*name.text).into()), relation, name.span)));
        }
        match &external.returns {
            Returned::Body(body) => self.external_body(name, &external, body, args, piped, at),
            Returned::Rows(relation) if &*name.text == "_GetWatchlist" => {
                let alias = match args.first().map(|arg| self.value(arg, at)).transpose()? {
                    Some(node) => constant_text(&node),
                    None => None,
                };
                match alias {
                    Some(alias) => Ok(Any::Rows(asked(Asked::Watchlist(alias), relation, name.span))),
                    None => refused(name.span, "a watchlist whose name is computed"),
                }
            }
            Returned::Rows(relation) => {
                if !self.options.missing_empty {
                    return Err(Failure::at(
                        name.span,
                        format!(
                            "the function `{0}` has no body here: give its rows as `{0}.ndjson` in --data, or its body \
                             in a file for --tables",
                            name.text
                        ),
                    ));
                }
                Ok(Any::Rows(asked(Asked::Function((&*name.text).into()), relation, name.span)))
            }
            Returned::Extended { columns, open } => {
                let Some(input) = piped else {
                    return refused(name.span, &format!("`{}` without rows", name.text));
                };
                if !self.options.missing_empty {
                    let what = format!("the function `{}`, which asks the service,", name.text);
                    return refused(name.span, &what);
                }
                Ok(Any::Rows(self.extended(name, input, columns, *open)))
            }
            Returned::Scalar(_) => {
                refused(name.span, &format!("the function `{}`, which asks the service,", name.text))
            }
        }
    }

    fn external_body(
        &mut self,
        name: &'q Name,
        external: &External,
        body: &Body,
        args: &'q [Expr],
        piped: Option<Rc<Plan>>,
        at: At<'q, '_>,
    ) -> Made<Any> {
        let Some(model) = at.frame.model.called(name.span) else {
            return refused(name.span, &format!("the function `{}`, which calls itself,", name.text));
        };
        let params = external.params.as_deref().unwrap_or_default();
        let names: Vec<&str> = params.iter().map(|param| &*param.name).collect();
        let assigned = Self::assigned(&names, args, piped.is_some());
        let mut inner = Compiler {
            catalog: self.catalog,
            options: self.options,
            scopes: Vec::new(),
            slots: Rc::clone(&self.slots),
            depth: self.depth,
            called: Vec::new(),
            settings: self.settings.clone(),
        };
        let mut env = inner.scope(None);
        let mut piped = piped;
        for (param, arg) in params.iter().zip(assigned) {
            let binding = match (arg, &param.takes) {
                (Some(arg), Takes::Rows) => Binding::Rows(shared(self.rows(arg, at)?)),
                (Some(arg), Takes::Scalar(kind)) => {
                    let node = self.value(arg, at)?;
                    if at.row.is_some() && !matches!(node, Node::Const(_) | Node::Once(_)) {
                        return refused(arg.span, "a function of the workspace that is called for each row");
                    }
                    let node = Node::Conform(*kind, Box::new(node));
                    Binding::Value(Rc::new(Once { node, value: RefCell::default() }))
                }
                (None, _) => match piped.take() {
                    Some(plan) => Binding::Rows(shared(plan)),
                    // Parsers declare defaults that are not told here: those of strings are `*`, of dynamic values an
                    // empty list.
                    None => Binding::Value(Rc::new(Once {
                        node: Node::Const(default_of(&param.takes)),
                        value: RefCell::default(),
                    })),
                },
            };
            env = inner.define(env, &param.name, binding);
        }
        let own = At {
            frame: Frame { text: body.text(), model },
            env,
            row: None,
            level: 0,
            aggregates: None,
            searching: false,
            graph: None,
        };
        let made = inner.block(&body.parse().statements, own);
        let made = made.map_err(|failure| {
            Failure::at(name.span, format!("in the function `{}`: {}", name.text, failure.message))
        })?;
        made.ok_or_else(|| Failure::at(name.span, format!("the function `{}` returns nothing", name.text)))
    }
}

fn default_of(takes: &Takes) -> super::super::value::Value {
    use super::super::value::Value;
    match takes {
        Takes::Scalar(Scalar::String) => Value::str("*"),
        Takes::Scalar(Scalar::Bool) => Value::Bool(false),
        Takes::Scalar(kind) if kind.dynamic() => Value::array(Vec::new()),
        _ => Value::Null,
    }
}

fn conform(param: &Parameter, node: Node) -> Node {
    let kind = match &param.column.type_ {
        Some(Type::Scalar(_, name)) => Scalar::of(name),
        _ => None,
    };
    match (kind, node) {
        (Some(kind), Node::Const(value)) => Node::Const(value.conform(kind)),
        (
            Some(kind @ (Scalar::Long | Scalar::Real | Scalar::Int | Scalar::Decimal | Scalar::String)),
            node,
        ) => Node::Conform(kind, Box::new(node)),
        (_, node) => node,
    }
}

/// The string that a value is, where that is known before the query runs.
pub(super) fn constant_text(node: &Node) -> Option<Rc<str>> {
    match node {
        Node::Const(value) => value.as_str().cloned(),
        Node::Once(once) => constant_text(&once.node),
        Node::Conform(_, inner) => constant_text(inner),
        _ => None,
    }
}

/// A literal string of an expression.
pub(super) fn literal_text(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Literal(Literal::String(text)) => Some(text),
        ExprKind::Paren(inner) => literal_text(inner),
        _ => None,
    }
}
