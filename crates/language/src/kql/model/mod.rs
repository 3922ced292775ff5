//! What a query means, as an owned value that can be sent between threads: what is wrong with it, what it returns, and,
//! where more was asked for, the type of every expression, the symbol of every name, the rows around every operator
//! and the names that are in scope at every place. docs/kql.md tells how to ask.

#![allow(dead_code, reason = "a check asks for the lowest level only; the editor asks for the rest")]

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::ast::{Expr, ExprId, Operator};
use super::types::{ColumnId, ColumnList, Relation, Scalar};
use crate::source::Span;

pub mod constants;
pub(in crate::kql) mod finding;
mod scopes;
mod symbols;

pub use constants::{Constant, Known};
pub use finding::Finding;
pub use scopes::{NamesInScope, Scope};
pub use symbols::{
    ColumnDeclaration, ColumnOrigin, Declared, Occurrence, Side, Symbol, Takes, Variable, VariableId,
    VariableKind,
};

/// How much of what the binder finds out is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The findings, the result, what is read, the rows after each operator of the pipelines that are read where they
    /// stand, and the variables with the places that name them. A check needs no more.
    #[default]
    Check,
    /// Besides: expressions, all names, columns with their identity, the rows before and after every operator, scopes.
    Full,
    /// Besides: the names of the columns that each expression makes, and what the bodies of functions mean for each of
    /// their calls. What runs a query needs it.
    Execute,
}

/// The type of an expression.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ExprType {
    /// Not read, or not known.
    #[default]
    Unknown,
    /// One value.
    Scalar(Scalar),
    /// Several values at once, as `arg_max` returns them.
    Columns(ColumnList),
    /// Rows.
    Rows(Arc<Relation>),
    /// Another database, all of whose tables are there.
    Database,
    /// A cluster.
    Cluster,
    /// A graph, as `make-graph` makes it.
    Graph,
    /// Neither a value nor rows, as the result of `consume`.
    Nothing,
}

impl ExprType {
    /// The type of a value; `None` for rows and whatever else is not a value.
    pub fn scalar(&self) -> Option<Scalar> {
        match self {
            Self::Scalar(kind) => Some(*kind),
            Self::Columns(columns) => columns.only().map(|only| only.kind),
            _ => None,
        }
    }

    /// The rows, where it is rows.
    pub fn rows(&self) -> Option<&Arc<Relation>> {
        match self {
            Self::Rows(relation) => Some(relation),
            _ => None,
        }
    }
}

/// The rows of a pipeline: those of its source, and those after each of its operators.
#[derive(Clone, Debug)]
pub struct PipelineRows {
    /// The place of the source.
    pub source: Span,
    /// Each place with the rows there: the source first, then every operator.
    pub stages: Vec<(Span, Arc<Relation>)>,
}

/// The rows that go into an operator and those that come out of it.
#[derive(Clone, Debug)]
pub struct OperatorRows {
    /// The place of the operator.
    pub span: Span,
    /// The rows that go in; without columns where none do, as for `print`.
    pub before: Arc<Relation>,
    /// The rows that come out; `None` where none do, as for `consume` and `fork`.
    pub after: Option<Arc<Relation>>,
}

/// What a query means. It is made by [`bind`](super::bind::bind) and `super::bind::analyze`, owns all that
/// it holds, and is asked with the ids and places of the tree that it was made of.
#[derive(Clone, Debug, Default)]
pub struct SemanticModel {
    /// What is wrong with the query, by place.
    pub findings: Vec<Finding>,
    /// The columns it returns; `None` when it returns no rows.
    pub result: Option<Arc<Relation>>,
    /// The tables it reads, each with the first place that names it.
    pub tables: Vec<(Box<str>, Span)>,
    /// The functions it calls.
    pub functions: BTreeSet<Box<str>>,
    /// After each operator of the main pipeline: its place and the columns then.
    pub main_stages: Vec<(Span, Arc<Relation>)>,
    /// The same for every other pipeline that was read where it stands, in the order of their sources.
    pub subquery_stages: Vec<PipelineRows>,
    pub(in crate::kql) level: Level,
    pub(in crate::kql) variables: Vec<Variable>,
    /// The names with their meaning, by place. Below [`Level::Full`] only those of variables.
    pub(in crate::kql) occurrences: Vec<Occurrence>,
    pub(in crate::kql) full: Option<Box<Details>>,
}

/// What is only kept at [`Level::Full`].
#[derive(Clone, Debug, Default)]
pub(in crate::kql) struct Details {
    /// By [`ExprId`]: the type, and whether no row decides the value.
    pub types: Vec<(ExprType, bool)>,
    pub constants: FxHashMap<ExprId, Constant>,
    /// By [`ColumnId`] less one.
    pub columns: Vec<ColumnDeclaration>,
    /// By place.
    pub operators: Vec<OperatorRows>,
    /// By where they begin, outer ones before those in them.
    pub scopes: Vec<Scope>,
    /// The names of the columns that an expression of an operator makes, in the order of its values.
    pub made: FxHashMap<ExprId, Vec<Arc<str>>>,
    /// By the place of the name that is called: what the body of the function means for these arguments.
    pub calls: FxHashMap<Span, Arc<SemanticModel>>,
}

/// Some of the columns of a query.
#[derive(Clone, Debug, Default)]
pub struct ColumnSet(Vec<bool>);

impl ColumnSet {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = ColumnId> {
        self.0.iter().enumerate().filter(|(_, has)| **has).map(|(at, _)| ColumnId::of(at + 1))
    }

    /// Whether a column is one of them.
    pub fn has(&self, id: ColumnId) -> bool {
        id.index().and_then(|at| self.0.get(at)).copied().unwrap_or_default()
    }
}

static UNKNOWN: ExprType = ExprType::Unknown;

impl SemanticModel {
    /// How much was kept.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The type of an expression. [`ExprType::Unknown`] below [`Level::Full`].
    pub fn type_of(&self, expr: ExprId) -> &ExprType {
        self.full.as_ref().and_then(|full| full.types.get(expr.index())).map_or(&UNKNOWN, |(kind, _)| kind)
    }

    /// Whether no row decides the value of an expression. False below [`Level::Full`].
    pub fn is_constant(&self, expr: ExprId) -> bool {
        self.full
            .as_ref()
            .and_then(|full| full.types.get(expr.index()))
            .is_some_and(|(_, constant)| *constant)
    }

    /// The value of an expression that no row decides, as far as it can be worked out without running the query.
    /// `None` below [`Level::Full`].
    pub fn constant(&self, expr: ExprId) -> Option<&Constant> {
        self.full.as_ref()?.constants.get(&expr)
    }

    /// The names of the columns that an expression of `extend`, `project`, `summarize` and the like makes, in the order
    /// of its values. `None` below [`Level::Execute`].
    pub fn made(&self, expr: ExprId) -> Option<&[Arc<str>]> {
        self.full.as_ref()?.made.get(&expr).map(Vec::as_slice)
    }

    /// What the body of a function means for a call, by the place of the name that is called. `None` where the body means
    /// the same for every call, so that this model tells, and below [`Level::Execute`].
    pub fn called(&self, name: Span) -> Option<&Arc<Self>> {
        self.full.as_ref()?.calls.get(&name)
    }

    /// The names with their meaning, by place. Below [`Level::Full`] only those of variables.
    pub fn occurrences(&self) -> &[Occurrence] {
        &self.occurrences
    }

    /// The name at a place: that of exactly this span.
    pub fn occurrence(&self, name: Span) -> Option<&Occurrence> {
        let at = self.occurrences.binary_search_by_key(&name, |occurrence| occurrence.span).ok()?;
        self.occurrences.get(at)
    }

    /// The name that an offset lies in or at the end of.
    pub fn occurrence_at(&self, offset: u32) -> Option<&Occurrence> {
        let end = self.occurrences.partition_point(|occurrence| occurrence.span.start <= offset);
        self.occurrences.get(end.checked_sub(1)?).filter(|occurrence| offset <= occurrence.span.end)
    }

    /// The meaning of a name.
    pub fn symbol(&self, name: Span) -> Option<&Symbol> {
        self.occurrence(name).map(|occurrence| &occurrence.symbol)
    }

    /// Every place that names the same as this symbol, its declaration among them, in order. Columns are the same where
    /// they were declared at the same place, so that the readings of a function's body count as one.
    pub fn references(&self, symbol: &Symbol) -> impl Iterator<Item = &Occurrence> {
        let wanted = self.canonical(symbol);
        self.occurrences.iter().filter(move |occurrence| match (&occurrence.symbol, &wanted) {
            (Symbol::Columns(ids) | Symbol::Pattern(ids), Symbol::Column(wanted)) => {
                ids.iter().any(|id| self.first_of(*id) == *wanted)
            }
            (symbol, wanted) => self.canonical(symbol) == *wanted,
        })
    }

    /// The first of the columns that were declared at the same place as this one, and any other symbol as it is.
    fn canonical(&self, symbol: &Symbol) -> Symbol {
        let Symbol::Column(id) = symbol else { return symbol.clone() };
        Symbol::Column(self.first_of(*id))
    }

    /// The first column that was declared at the same place as this one: the same for every reading of a function's
    /// body.
    pub fn first_reading(&self, id: ColumnId) -> ColumnId {
        self.first_of(id)
    }

    fn first_of(&self, id: ColumnId) -> ColumnId {
        self.column(id).and_then(|column| column.same_as).unwrap_or(id)
    }

    /// The variables of the query, in the order in which they are declared.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// A variable.
    pub fn variable(&self, id: VariableId) -> Option<&Variable> {
        self.variables.get(id.0 as usize)
    }

    /// The variable that a name means, at every level.
    pub fn variable_of(&self, name: Span) -> Option<(VariableId, &Variable)> {
        match self.symbol(name)? {
            Symbol::Variable(id) => Some((*id, self.variable(*id)?)),
            _ => None,
        }
    }

    /// The declaration of a column. `None` below [`Level::Full`].
    pub fn column(&self, id: ColumnId) -> Option<&ColumnDeclaration> {
        self.full.as_ref()?.columns.get(id.index()?)
    }

    /// The columns of the query that pass a test. Columns are tested after those that they are made of, so that the test
    /// may ask which of these passed. None below [`Level::Full`].
    pub fn columns_where(
        &self,
        test: impl Fn(ColumnId, &ColumnDeclaration, &ColumnSet) -> bool,
    ) -> ColumnSet {
        let mut set = ColumnSet::default();
        for column in self.full.iter().flat_map(|full| &full.columns) {
            let passes = test(ColumnId::of(set.0.len() + 1), column, &set);
            set.0.push(passes);
        }
        set
    }

    /// The columns that a column has its values from, through renames, unions and copies of joins: itself where it is
    /// computed or comes from a table.
    pub fn sources(&self, id: ColumnId) -> Vec<ColumnId> {
        let (mut found, mut seen, mut left) = (Vec::new(), rustc_hash::FxHashSet::default(), vec![id]);
        while let Some(id) = left.pop() {
            if !seen.insert(id) {
                continue;
            }
            match self.column(id).map(|column| &column.origin) {
                Some(ColumnOrigin::Renamed(from) | ColumnOrigin::JoinCopy(from)) => left.push(*from),
                Some(ColumnOrigin::Union(parts)) => left.extend(parts.iter().rev()),
                _ => found.push(id),
            }
        }
        found
    }

    /// The rows before and after an operator. `None` below [`Level::Full`], and for one that was not read.
    pub fn rows_around(&self, operator: &Operator) -> Option<&OperatorRows> {
        let operators = &self.full.as_ref()?.operators;
        let at = operators.binary_search_by_key(&operator.span, |rows| rows.span).ok()?;
        operators.get(at)
    }

    /// The rows of a pipeline that was read where it stands: those of its source and those after each operator. At
    /// every level.
    pub fn pipeline(&self, source: &Expr, operators: usize) -> Option<&[(Span, Arc<Relation>)]> {
        let main =
            self.main_stages.first().filter(|(span, _)| *span == source.span).map(|_| &self.main_stages);
        let from = self.subquery_stages.partition_point(|rows| rows.source < source.span);
        let others = self.subquery_stages[from..]
            .iter()
            .take_while(|rows| rows.source == source.span)
            .map(|rows| &rows.stages);
        let mut found = main.into_iter().chain(others).filter(|stages| stages.len() == operators + 1);
        found.next().map(Vec::as_slice)
    }

    /// The names in scope at an offset. At [`Level::Full`] with the columns, else the variables alone.
    pub fn names_in_scope(&self, offset: u32) -> NamesInScope<'_> {
        scopes::at(self, offset)
    }
}

#[cfg(test)]
mod tests;
