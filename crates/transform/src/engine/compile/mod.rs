//! From a bound query to a plan. Whatever cannot be run is refused here, by name and place, before anything runs.

#![allow(
    clippy::unused_self,
    reason = "an operator that needs nothing of the compiler is compiled like the others"
)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::eval::{Node, Once};
use super::exec::{Asked, Failure, Operate, Plan, PlanKind};
use super::table::Schema;
use crate::kql::ast::{
    Expr, ExprKind, LetValue, Name, NameForm, Operator, Parameter, PatternMatch, Statement, StatementKind,
};
use crate::kql::bind::Catalog;
use crate::kql::model::{ExprType, SemanticModel};
use crate::kql::types::Relation;
use crate::source::Span;

mod aggregates;
mod calls;
mod columns;
mod expr;
mod functions;
mod graph;
mod grouping;
mod joins;
mod literals;
mod names;
mod operators;
mod parsing;
mod plugins;
mod scan;
mod scope;
mod searches;
mod series;
mod sources;
mod subqueries;

use scope::{Any, At, Binding, Closure, Env, Frame, RowScope, RowValue, ScopeData, Stage};

/// What a query may read and what becomes of a table that is not there is the source's business; here is what the
/// compiler needs to know.
pub struct Options {
    /// Whether a function without a body is an empty table.
    pub missing_empty: bool,
    /// The tables and functions that have rows of their own.
    pub fixtures: Vec<String>,
}

pub(super) struct Compiler<'q> {
    catalog: &'q dyn Catalog,
    options: &'q Options,
    scopes: Vec<ScopeData<'q>>,
    slots: Rc<Cell<usize>>,
    depth: usize,
    /// The names that `as` gives, by which a union calls its tables.
    called: Vec<String>,
    /// What `set` gives to options.
    settings: FxHashMap<Box<str>, Rc<Once>>,
}

pub(super) type Made<T> = Result<T, Failure>;

/// The options of `set` that a result depends on; others are for the service alone.
const OPTIONS: [&str; 2] = ["query_bin_auto_size", "query_bin_auto_at"];

/// How deeply functions call one another at most; the binder stops there as well.
const DEEPEST: usize = 2000;

/// The plan of a query.
pub(crate) fn compile(
    text: &str,
    statements: &[Statement],
    model: &SemanticModel,
    catalog: &dyn Catalog,
    options: &Options,
) -> Result<Plan, Failure> {
    let slots = Rc::new(Cell::new(0));
    let mut compiler = Compiler {
        catalog,
        options,
        scopes: Vec::new(),
        slots,
        depth: 0,
        called: Vec::new(),
        settings: FxHashMap::default(),
    };
    let env = compiler.scope(None);
    let at = At {
        frame: Frame { text, model },
        env,
        row: None,
        level: 0,
        aggregates: None,
        searching: false,
        graph: None,
    };
    let plan = match compiler.block(statements, at)? {
        Some(Any::Rows(plan)) => plan,
        Some(Any::Value(_)) => {
            return Err(Failure::new("the result is a value, not a table; put `print` before it"));
        }
        Some(Any::Graph(_)) => return Err(Failure::new("the result is a graph, not a table")),
        None => return Err(Failure::new("the query has no result")),
    };
    let (schema, open) = (Rc::clone(&plan.schema), plan.open);
    Ok(Plan {
        kind: PlanKind::Shared(plan, RefCell::default()),
        schema,
        open,
        span: Span::default(),
        word: "",
    })
}

pub(super) fn refused<T>(span: Span, what: &str) -> Made<T> {
    Err(Failure::at(span, format!("{what} cannot be run: it is not implemented")))
}

impl<'q> Compiler<'q> {
    fn scope(&mut self, parent: Option<Env>) -> Env {
        self.scopes.push(ScopeData { parent, ..ScopeData::default() });
        Env { scope: self.scopes.len() - 1, known: 0 }
    }

    /// Makes a variable known; the environment that knows it.
    pub(super) fn define(&mut self, env: Env, name: &str, binding: Binding<'q>) -> Env {
        let Some(scope) = self.scopes.get_mut(env.scope) else { return env };
        let env = if scope.names.len() == env.known { env } else { self.scope(Some(env)) };
        let scope = &mut self.scopes[env.scope];
        scope.index.entry(name.into()).or_default().push(scope.names.len());
        scope.names.push(binding);
        Env { known: scope.names.len(), ..env }
    }

    fn place_of(&self, env: Env, name: &str) -> Option<(usize, usize)> {
        let mut around = Some(env);
        while let Some(env) = around {
            let scope = self.scopes.get(env.scope)?;
            let found = scope.index.get(name).and_then(|all| all.iter().rev().find(|at| **at < env.known));
            if let Some(found) = found {
                return Some((env.scope, *found));
            }
            around = scope.parent;
        }
        None
    }

    /// What a variable stands for.
    pub(super) fn find(&mut self, env: Env, name: &str) -> Made<Option<Binding<'q>>> {
        let Some((scope, at)) = self.place_of(env, name) else { return Ok(None) };
        let binding = self.scopes[scope].names[at].clone();
        let Binding::Later(expr, frame, env) = binding else { return Ok(Some(binding)) };
        let own = At { frame, env, row: None, level: 0, aggregates: None, searching: false, graph: None };
        let made = match self.any(expr, own)? {
            Any::Value(node) => Binding::Value(Rc::new(Once { node, value: RefCell::default() })),
            Any::Rows(plan) => Binding::Rows(shared(plan)),
            Any::Graph(graph) => Binding::Graph(graph),
        };
        self.scopes[scope].names[at] = made.clone();
        Ok(Some(made))
    }

    /// The result of some statements.
    pub(super) fn block(&mut self, statements: &'q [Statement], mut at: At<'q, '_>) -> Made<Option<Any>> {
        let last = statements.iter().rposition(|statement| matches!(statement.kind, StatementKind::Query(_)));
        for (place, statement) in statements.iter().enumerate() {
            match &statement.kind {
                StatementKind::Query(expr) if Some(place) == last => {
                    return self.any(expr, at.without_row()).map(Some);
                }
                StatementKind::Query(expr) => at.env = self.graph_tables(expr, at)?,
                _ => at.env = self.statement(statement, at)?,
            }
        }
        Ok(None)
    }

    fn statement(&mut self, statement: &'q Statement, at: At<'q, '_>) -> Made<Env> {
        match &statement.kind {
            StatementKind::Let { name, value } => {
                let binding = match value {
                    LetValue::Expr(expr) => Binding::Later(expr, at.frame, at.env),
                    LetValue::Function(ast) => {
                        Binding::Function(Rc::new(Closure { ast, frame: at.frame, env: at.env }))
                    }
                };
                Ok(self.define(at.env, &name.text, binding))
            }
            StatementKind::Parameters(parameters) => {
                let mut env = at.env;
                for parameter in parameters {
                    env = self.query_parameter(parameter, At { env, ..at })?;
                }
                Ok(env)
            }
            StatementKind::Pattern { name, matches } if !matches.is_empty() => {
                let closure = |found: &'q PatternMatch| {
                    (found, Rc::new(Closure { ast: &found.body, frame: at.frame, env: at.env }))
                };
                let binding = Binding::Pattern(matches.iter().map(closure).collect());
                Ok(self.define(at.env, &name.text, binding))
            }
            StatementKind::Alias { name, .. } | StatementKind::Pattern { name, .. } => {
                let why =
                    format!("`{}` cannot be run: databases and patterns of others are not known", name.text);
                Ok(self.define(at.env, &name.text, Binding::Refused(why.into())))
            }
            StatementKind::Restrict(_) => refused(statement.span, "`restrict access`"),
            StatementKind::Set { name, value } => {
                if let Some(value) = value.as_ref().filter(|_| OPTIONS.contains(&&*name.text)) {
                    let node = self.value(value, at.without_row())?;
                    let once = Rc::new(Once { node, value: RefCell::default() });
                    self.settings.insert(name.text.as_ref().into(), once);
                }
                Ok(at.env)
            }
            StatementKind::Query(_) => Ok(at.env),
        }
    }

    fn query_parameter(&mut self, parameter: &'q Parameter, at: At<'q, '_>) -> Made<Env> {
        let name = &parameter.column.name;
        let Some(default) = &parameter.default else {
            return Err(Failure::at(
                name.span,
                format!("the query parameter `{}` has no default", name.text),
            ));
        };
        let node = self.value(default, at.without_row())?;
        let binding = Binding::Value(Rc::new(Once { node, value: RefCell::default() }));
        Ok(self.define(at.env, &name.text, binding))
    }

    pub(super) fn slot(&self) -> usize {
        let slot = self.slots.get();
        self.slots.set(slot + 1);
        slot
    }

    /// An expression that may be a value or rows.
    pub(super) fn any(&mut self, expr: &'q Expr, at: At<'q, '_>) -> Made<Any> {
        if self.depth >= DEEPEST {
            return Err(Failure::at(expr.span, "the query is nested too deeply to be run"));
        }
        self.depth += 1;
        let made = self.any_of(expr, at);
        self.depth -= 1;
        made
    }

    fn any_of(&mut self, expr: &'q Expr, at: At<'q, '_>) -> Made<Any> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.any(inner, at),
            ExprKind::Name(name) => self.name(expr, name, at),
            ExprKind::Call { name, args } => self.call(expr, name, args, at),
            ExprKind::Path { base, member } => self.path(expr, base, member, at),
            ExprKind::Pipeline { source, stages } => {
                let at = at.without_row();
                let head = self.any(source, at)?;
                self.stages(head, source.span, stages, at)
            }
            ExprKind::Operator(operator) => self.operator(None, operator, at.without_row()),
            ExprKind::DataTable { schema, values } => {
                self.data_table(expr, schema, values, at).map(Any::Rows)
            }
            ExprKind::ExternalData { schema, uris, properties } => {
                self.external_data(expr, schema, uris, properties, at).map(Any::Rows)
            }
            ExprKind::ToTable(query) | ExprKind::Materialize(query) => {
                Ok(match self.any(query, at.without_row())? {
                    Any::Rows(plan) => Any::Rows(shared(plan)),
                    other => other,
                })
            }
            ExprKind::EntityGroup(_) => refused(expr.span, "an entity group"),
            ExprKind::Internal(_) => refused(expr.span, "a form that is for the engine alone"),
            _ => self.node(expr, at).map(Any::Value),
        }
    }

    /// The operators of a pipeline, one after the other.
    pub(super) fn stages(
        &mut self,
        mut head: Any,
        source: Span,
        stages: &'q [Operator],
        mut at: At<'q, '_>,
    ) -> Made<Any> {
        for stage in stages {
            if let crate::kql::ast::OperatorKind::As(name) = &stage.kind {
                (head, at.env) = self.name_rows(head, name, at)?;
                continue;
            }
            if matches!(head, Any::Value(_)) {
                return Err(Failure::at(source, "expected a table, got a value"));
            }
            head = self.operator(Some(head), stage, at)?;
        }
        Ok(head)
    }

    fn name_rows(&mut self, head: Any, name: &Name, at: At<'q, '_>) -> Made<(Any, Env)> {
        self.called.push(name.text.to_string());
        Ok(match head {
            Any::Rows(plan) => {
                let plan = shared(plan);
                let env = self.define(at.env, &name.text, Binding::Rows(Rc::clone(&plan)));
                (Any::Rows(plan), env)
            }
            Any::Graph(graph) => {
                let env = self.define(at.env, &name.text, Binding::Graph(Rc::clone(&graph)));
                (Any::Graph(graph), env)
            }
            Any::Value(_) => return Err(Failure::at(name.span, "expected a table, got a value")),
        })
    }

    /// An expression that must be rows.
    pub(super) fn rows(&mut self, expr: &'q Expr, at: At<'q, '_>) -> Made<Rc<Plan>> {
        match self.any(expr, at.without_row())? {
            Any::Rows(plan) => Ok(plan),
            _ => Err(Failure::at(expr.span, "a table is expected here")),
        }
    }

    /// An expression that must be a value.
    pub(super) fn value(&mut self, expr: &'q Expr, at: At<'q, '_>) -> Made<Node> {
        match self.any(expr, at)? {
            Any::Value(node) => Ok(node),
            // A table of one value where a value is meant.
            Any::Rows(plan) => Ok(once(Node::Scalar(plan))),
            Any::Graph(_) => Err(Failure::at(expr.span, "a value is expected here")),
        }
    }

    /// The rows that the binder tells of an operator.
    pub(super) fn after(operator: &Operator, at: At<'q, '_>) -> Made<&'q Arc<Relation>> {
        let around = at.frame.model.rows_around(operator);
        around.and_then(|rows| rows.after.as_ref()).ok_or_else(|| {
            Failure::at(operator.span, format!("`{}` returns no table that is known", operator.word))
        })
    }
}

/// A plan whose rows are worked out once.
pub(super) fn shared(plan: Rc<Plan>) -> Rc<Plan> {
    if matches!(plan.kind, PlanKind::Shared(..) | PlanKind::Subject) {
        return plan;
    }
    let (schema, open, span, word) = (Rc::clone(&plan.schema), plan.open, plan.span, plan.word);
    Rc::new(Plan { kind: PlanKind::Shared(plan, RefCell::default()), schema, open, span, word })
}

/// A value that no row decides.
pub(super) fn once(node: Node) -> Node {
    match node {
        Node::Const(_) | Node::Once(_) => node,
        node => Node::Once(Rc::new(Once { node, value: RefCell::default() })),
    }
}

/// A plan of an operator over another.
pub(super) fn plan(
    input: Option<Rc<Plan>>,
    operator: &Operator,
    relation: &Relation,
    runs: impl Operate + 'static,
) -> Rc<Plan> {
    Rc::new(Plan {
        kind: PlanKind::Op(input, Box::new(runs)),
        schema: Rc::new(Schema::of(relation)),
        open: relation.has_unknown_columns,
        span: operator.keyword,
        word: operator.word,
    })
}

/// Rows from outside.
pub(super) fn asked(what: Asked, relation: &Relation, span: Span) -> Rc<Plan> {
    Rc::new(Plan {
        kind: PlanKind::Ask(what),
        schema: Rc::new(Schema::of(relation)),
        open: relation.has_unknown_columns,
        span,
        word: "",
    })
}

pub(super) fn is_plain(name: &Name) -> bool {
    matches!(name.form, NameForm::Plain | NameForm::Bracketed)
}

/// The rows that the binder tells of an expression.
pub(super) fn relation_of<'q>(expr: &Expr, at: At<'q, '_>) -> Option<&'q Arc<Relation>> {
    match at.frame.model.type_of(expr.id) {
        ExprType::Rows(relation) => Some(relation),
        _ => None,
    }
}
