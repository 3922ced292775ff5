//! What the expressions of a query see where they stand: variables, the columns of the row, and what the model tells.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::eval::{Node, Once};
use super::super::exec::Plan;
use super::super::graph::GraphPlan;
use super::super::value::Value;
use super::{aggregates, graph};
use crate::kql::ast::{Expr, Function, Operator, PatternMatch};
use crate::kql::model::SemanticModel;
use crate::kql::types::{Relation, Scalar};
use crate::source::Span;

/// The text that is compiled and what it means: the query, or the body of a function for one of its calls.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Frame<'q> {
    pub text: &'q str,
    pub model: &'q SemanticModel,
}

/// Which variables are known: those of a scope up to one, and of the scopes around it.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Env {
    pub scope: usize,
    pub known: usize,
}

#[derive(Default)]
pub(in crate::engine) struct ScopeData<'q> {
    pub parent: Option<Env>,
    pub names: Vec<Binding<'q>>,
    pub index: FxHashMap<Box<str>, Vec<usize>>,
}

/// What a variable stands for.
#[derive(Clone)]
pub(in crate::engine) enum Binding<'q> {
    /// A `let` that has not been asked for.
    Later(&'q Expr, Frame<'q>, Env),
    /// A value with the rows that decide it, where any do.
    Value(Rc<Once>),
    /// A value that the row decides, at a depth of rows.
    OfRow(RowValue, usize),
    Rows(Rc<Plan>),
    Graph(Rc<GraphPlan>),
    Function(Rc<Closure<'q>>),
    /// A pattern: what it stands for, each with its arguments.
    Pattern(Rc<[(&'q PatternMatch, Rc<Closure<'q>>)]>),
    /// A step of `scan` or an element of a graph, whose columns are read as members.
    Members,
    /// What cannot be run, and why.
    Refused(Rc<str>),
}

#[derive(Clone)]
pub(in crate::engine) enum RowValue {
    Col(usize),
    Local(usize),
    Const(Value),
}

pub(in crate::engine) struct Closure<'q> {
    pub ast: &'q Function,
    pub frame: Frame<'q>,
    pub env: Env,
}

/// What an expression is when it runs.
pub(in crate::engine) enum Any {
    Value(Node),
    Rows(Rc<Plan>),
    Graph(Rc<GraphPlan>),
}

/// The columns that the expressions of an operator see.
pub(in crate::engine) struct RowScope<'r> {
    pub relation: &'r Relation,
    /// The names that the expressions have used, each of them a place of [`Node::Col`].
    pub used: RefCell<Vec<Arc<str>>>,
    /// How many rows are around it.
    pub level: usize,
}

impl<'r> RowScope<'r> {
    /// Names every column, as an expression does that reads the row as a whole.
    pub(in crate::engine) fn use_all(&self) {
        for column in &self.relation.columns {
            self.slot(&column.name);
        }
    }

    pub(in crate::engine) fn new(relation: &'r Relation, level: usize) -> Self {
        Self { relation, used: RefCell::default(), level }
    }

    pub(in crate::engine) fn slot(&self, name: &str) -> Node {
        let mut used = self.used.borrow_mut();
        let at = used.iter().position(|known| **known == *name);
        Node::Col(at.unwrap_or_else(|| {
            used.push(name.into());
            used.len() - 1
        }))
    }

    pub(in crate::engine) fn into_used(self) -> Vec<Arc<str>> {
        self.used.into_inner()
    }
}

/// An operator on rows, where it stands.
pub(super) struct Stage<'q, 's> {
    pub input: Rc<Plan>,
    pub operator: &'q Operator,
    pub at: At<'q, 's>,
}

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(in crate::engine) struct At<'q, 's> {
    pub frame: Frame<'q>,
    pub env: Env,
    pub row: Option<&'s RowScope<'s>>,
    /// How deep in rows it stands.
    pub level: usize,
    /// The aggregates that are found, where they may stand.
    pub(in crate::engine::compile) aggregates: Option<&'s aggregates::Found<'s>>,
    /// Whether a string stands for a search.
    pub searching: bool,
    /// The names in the pattern of a graph.
    pub(in crate::engine::compile) graph: Option<&'s graph::GraphScope>,
}

impl<'q, 's> At<'q, 's> {
    /// The same without any column in sight.
    pub(in crate::engine) fn without_row(self) -> Self {
        Self { row: None, aggregates: None, searching: false, graph: None, ..self }
    }

    pub(in crate::engine) fn with_row<'n>(self, row: &'n RowScope<'n>) -> At<'q, 'n>
    where
        's: 'n,
    {
        At { row: Some(row), level: row.level, aggregates: None, searching: false, graph: None, ..self }
    }

    pub(crate) fn written(&self, span: Span) -> &'q str {
        self.frame.text.get(span.range()).unwrap_or_default()
    }

    /// The type that the binder tells.
    pub(in crate::engine) fn kind(&self, expr: &Expr) -> Scalar {
        self.frame.model.type_of(expr.id).scalar().unwrap_or(Scalar::Unknown)
    }
}
