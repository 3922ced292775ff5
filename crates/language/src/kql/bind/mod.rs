//! The binder: one walk over the statements of a query that finds out what each name means, the type of each expression
//! and the rows after each operator, and says what is wrong. docs/kql.md tells its phases and scopes.
//!
//! What is not known swallows every error that would follow from it: an unknown table is said once and then has
//! any column, an unknown name is said once and then has any type.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Parse;
use super::ast::{ExprId, Function, Name, PatternMatch};
use super::model::{ColumnOrigin, ExprType, Level, SemanticModel, Variable, VariableId, VariableKind};
use super::types::{ColumnId, ColumnList, Relation, Scalar};
use crate::source::Span;

mod calls;
mod catalog;
mod checks;
mod column_builder;
mod context;
mod directives;
mod entities;
mod expressions;
#[cfg(test)]
mod graph_tests;
mod graphs;
mod habits;
mod joins;
mod lengths;
mod matching;
mod naming;
mod operations;
mod operators;
mod parameters;
mod plugins;
mod projections;
mod recorder;
mod returns;
mod searches;
mod sources;
mod spellings;
mod statements;
mod summaries;
#[cfg(test)]
mod tests;
mod tuples;
mod unions;
mod user_functions;

pub use super::model::finding::{Finding, FindingKind};
pub use super::model::{Declared, Takes};
#[cfg(any(test, feature = "testing", fuzzing))]
pub use catalog::NoCatalog;
pub use catalog::{Body, Catalog, CatalogId, External, Returned, Table};
pub use entities::matches_wildcard;
pub use unions::{union_columns, union_relations};

use context::{Context, Limits, Names, Reports, RowScope};
use graphs::Graph;
use recorder::{NewColumn, Recorder};

/// Finds out what is wrong with a parsed query and what it returns. `parameters` are names that stand for values, as a
/// parser's do.
pub fn bind(text: &str, parse: &Parse, catalog: &dyn Catalog, parameters: &[Declared]) -> SemanticModel {
    bind_at(Level::Check, text, parse, catalog, parameters)
}

/// Finds out all that there is to know of a query: as well what [`bind`] tells, the type of each expression, the meaning
/// of each name, the rows around each operator and the names in scope at each place.
#[cfg(any(test, feature = "testing", fuzzing))]
pub(crate) fn analyze(
    text: &str,
    parse: &Parse,
    catalog: &dyn Catalog,
    parameters: &[Declared],
) -> SemanticModel {
    bind_at(Level::Full, text, parse, catalog, parameters)
}

/// Binds a query, and keeps as much as is asked for.
pub fn bind_at(
    level: Level,
    text: &str,
    parse: &Parse,
    catalog: &dyn Catalog,
    parameters: &[Declared],
) -> SemanticModel {
    let mut binder = Binder::new(text, catalog, Recorder::new(level, parse.exprs as usize));
    for parameter in parameters {
        let value = match &parameter.takes {
            Takes::Scalar(kind) => Value::constant(*kind),
            Takes::Rows => Value::Rows(Arc::new(Relation::unknown())),
        };
        let bound = Bound::Value(value);
        binder.make_known(Declaration::outside(Arc::clone(&parameter.name), VariableKind::Parameter), bound);
    }
    directives::check(&mut binder, parse);
    let result = binder.query(&parse.statements);
    let mut findings = binder.reports.findings;
    findings.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
    findings.dedup_by(|a, b| a.span == b.span && a.message == b.message);
    let result = match result {
        Value::Rows(relation) => Some(relation),
        _ => None,
    };
    SemanticModel { findings, result, ..binder.recorder.finish() }
}

/// After how many findings no more names are suggested.
const MOST_SUGGESTIONS: usize = 100;

/// How deeply functions may call one another.
const DEEPEST_CALL: usize = 12;

/// How deeply expressions are read. What lies deeper has no type; the deepest published query stays below half.
const DEEPEST: usize = 250;

/// How many steps of reading functions a query may take. Functions that call each other twice and more would take
/// a number of steps that doubles with each; real content takes some thousands.
const MOST_STEPS: usize = 200_000;

/// How many columns operators that look at every column of their rows may look at, all of them together. All tables
/// together have some 30,000; the published query that takes most looks at some thousands.
const MOST_COLUMNS_READ: usize = 10_000_000;

/// What an expression is.
#[derive(Clone, Debug)]
enum Value {
    /// Not known.
    Unknown,
    /// A value; constant where no row decides it.
    Scalar(Scalar, bool),
    /// Several columns at once, as `arg_max` returns them.
    Columns(ColumnList),
    /// Rows.
    Rows(Arc<Relation>),
    /// Another database, all of whose tables are there.
    Database,
    /// A cluster.
    Cluster,
    /// A graph.
    Graph(Arc<Graph>),
    /// The columns of what a name stands for, one row at a time: of a node, an edge, or a step of `scan`.
    Row(Arc<Relation>),
    /// Neither a value nor rows, as the result of `consume`.
    Nothing,
}

impl Value {
    fn of(kind: Scalar) -> Self {
        Self::Scalar(kind, false)
    }

    fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown | Self::Nothing | Self::Row(_) | Self::Scalar(Scalar::Unknown, _))
    }

    fn constant(kind: Scalar) -> Self {
        Self::Scalar(kind, true)
    }

    /// What the model tells of it.
    fn expr_type(&self) -> ExprType {
        match self {
            Self::Unknown => ExprType::Unknown,
            Self::Scalar(kind, _) => ExprType::Scalar(*kind),
            Self::Columns(columns) => ExprType::Columns(columns.clone()),
            Self::Rows(relation) => ExprType::Rows(Arc::clone(relation)),
            Self::Database => ExprType::Database,
            Self::Cluster => ExprType::Cluster,
            Self::Graph(_) => ExprType::Graph,
            Self::Row(relation) => ExprType::Columns(relation.columns.clone()),
            Self::Nothing => ExprType::Nothing,
        }
    }
}

/// A variable that is known where the binder reads.
#[derive(Clone)]
struct Local<'a> {
    name: Arc<str>,
    bound: Bound<'a>,
    /// The text, where it is a constant one: `table(name)` reads it.
    text: Option<Arc<str>>,
    id: Option<VariableId>,
    /// The column that it is in truth, as the columns that `scan` declares are.
    column: Option<ColumnId>,
}

#[derive(Clone)]
enum Bound<'a> {
    Value(Value),
    Function(Arc<LocalFunction<'a>>),
}

/// A function that the query defines.
struct LocalFunction<'a> {
    ast: &'a Function,
    /// How many names were known where it was defined.
    known: usize,
    params: Arc<[Declared]>,
    param_ids: Vec<Option<VariableId>>,
    /// What it returns, where that depends not on its arguments.
    returns: Option<Value>,
}

/// The declaration of a variable, as the binder comes by it.
struct Declaration {
    name: Arc<str>,
    kind: VariableKind,
    place: Option<Span>,
    /// Where it is known from.
    from: u32,
    /// The text, where it is a constant one.
    text: Option<Arc<str>>,
    /// The column that it is in truth.
    column: Option<ColumnId>,
}

impl Declaration {
    /// A variable that the query declares, and that is known from there on.
    fn at(name: &super::ast::Name, kind: VariableKind) -> Self {
        let place = Some(name.span).filter(|span| !span.is_empty());
        Self { name: (&*name.text).into(), kind, place, from: name.span.end, text: None, column: None }
    }

    /// A variable that is not declared in the text of the query.
    fn outside(name: Arc<str>, kind: VariableKind) -> Self {
        Self { name, kind, place: None, from: 0, text: None, column: None }
    }

    /// The same, known from a place on.
    fn from(self, from: u32) -> Self {
        Self { from, ..self }
    }
}

struct Binder<'a> {
    text: &'a str,
    catalog: &'a dyn Catalog,
    reports: Reports,
    scope: RowScope,
    context: Context,
    names: Names<'a>,
    limits: Limits,
    recorder: Recorder,
    /// The types of values whose parts were read.
    part_types: FxHashMap<ExprId, Scalar>,
    /// How many columns without names there were.
    unnamed: usize,
    /// What patterns stand for.
    patterns: Vec<(&'a Name, &'a PatternMatch, Value)>,
}

impl<'a> Binder<'a> {
    fn new(text: &'a str, catalog: &'a dyn Catalog, recorder: Recorder) -> Self {
        Self {
            text,
            catalog,
            reports: Reports::default(),
            scope: RowScope::default(),
            context: Context::default(),
            names: Names::until(u32::try_from(text.len()).unwrap_or(u32::MAX)),
            limits: Limits { calls: 0, depth: 0, steps: MOST_STEPS, columns: MOST_COLUMNS_READ },
            recorder,
            part_types: FxHashMap::default(),
            unnamed: 0,
            patterns: Vec::new(),
        }
    }

    fn written(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or_default()
    }

    fn report(&mut self, mut finding: Finding) {
        if self.reports.muted == 0 {
            // What rests on columns whose source may be wrong may be wrong itself.
            let mut rows = self.scope.row.iter().chain(&self.scope.right);
            finding.low_confidence |= match finding.kind {
                FindingKind::Type => rows.any(|row| row.unsure_types()),
                FindingKind::UnknownColumn => rows.any(|row| row.low_confidence),
                _ => false,
            };
            self.reports.findings.push(finding);
        }
    }

    fn say(&mut self, kind: FindingKind, span: Span, message: impl Into<String>) {
        self.report(Finding::new(kind, span, message));
    }

    /// Whether looking for the name that was meant is worth the time: something will be reported, and not for the
    /// hundredth time.
    fn suggesting(&self) -> bool {
        self.reports.muted == 0 && self.reports.findings.len() < MOST_SUGGESTIONS
    }

    /// Makes a variable known from here to the end of the statements around it.
    fn make_known(&mut self, declaration: Declaration, bound: Bound<'a>) -> Option<VariableId> {
        let Declaration { name, kind, place, from, text, column } = declaration;
        let (value, params) = match &bound {
            Bound::Value(value) => (value.expr_type(), None),
            Bound::Function(function) => {
                let returns = function.returns.as_ref().map_or(ExprType::Unknown, Value::expr_type);
                (returns, Some(Arc::clone(&function.params)))
            }
        };
        let visible = Span { start: from, end: self.names.end.max(from) };
        let id =
            self.recorder.declare(Variable { name: Arc::clone(&name), kind, place, visible, value, params });
        self.names.push(Local { name, bound, text, id, column });
        id
    }

    /// A new column of the query.
    fn new_column(
        &mut self,
        name: &str,
        kind: Scalar,
        new: impl FnOnce(NewColumn<'_>) -> NewColumn<'_>,
    ) -> ColumnId {
        if !self.recorder.full() {
            return ColumnId::NONE;
        }
        let plain = NewColumn {
            name,
            kind,
            place: None,
            made_by: None,
            named_after: None,
            origin: ColumnOrigin::Computed,
        };
        self.recorder.column(new(plain))
    }
}
