//! What a query means: which tables, columns and functions it names, what it returns, and what is wrong with it.
//!
//! What is not known swallows every error that would follow from it: an unknown table is said once and then has
//! any column, an unknown name is said once and then has any type.

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Parse;
use super::ast::{Expr, Function};
use super::types::{Relation, Scalar};
use crate::source::Span;

mod calls;
mod catalog;
mod checks;
mod entities;
mod expressions;
mod finding;
mod joins;
mod matching;
mod naming;
mod operations;
mod operators;
mod parameters;
mod plugins;
mod projections;
mod returns;
mod searches;
mod sources;
mod statements;
mod summaries;
#[cfg(test)]
mod tests;
mod tuples;
mod unions;

pub use catalog::{Body, Catalog, Declared, External, Returned, Table, Takes};
pub use entities::fits;
pub use finding::{Finding, FindingKind, nearest};
pub use unions::{unite, united};

/// What a query turned out to mean.
#[derive(Clone, Debug, Default)]
pub struct Meaning {
    /// What is wrong with it, by place.
    pub findings: Vec<Finding>,
    /// The columns it returns; `None` when it returns no rows.
    pub result: Option<Rc<Relation>>,
    /// The tables it reads, each with the first place that names it.
    pub tables: Vec<(Box<str>, Span)>,
    /// The functions it calls.
    pub functions: BTreeSet<Box<str>>,
    /// After each operator of the main pipeline: its place and the columns then.
    pub stages: Vec<(Span, Rc<Relation>)>,
    /// The same for every other pipeline that was read where it stands.
    pub others: Vec<Vec<(Span, Rc<Relation>)>>,
}

/// Finds out what a parsed query means. `parameters` are names that stand for values, as a parser's do.
pub fn bind(text: &str, parse: &Parse, catalog: &dyn Catalog, parameters: &[Declared]) -> Meaning {
    let mut binder = Binder::new(text, catalog);
    for parameter in parameters {
        let value = match &parameter.takes {
            Takes::Scalar(kind) => Value::constant(*kind),
            Takes::Rows => Value::Rows(Rc::new(Relation::unknown())),
        };
        binder.make_known(Local::new(parameter.name.clone(), Bound::Value(value)));
    }
    let result = binder.query(&parse.statements);
    let mut findings = binder.findings;
    findings.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
    findings.dedup_by(|a, b| a.span == b.span && a.message == b.message);
    let result = match result {
        Value::Rows(relation) => Some(relation),
        _ => None,
    };
    let Binder { tables, functions, stages, others, .. } = binder;
    Meaning { findings, result, tables, functions, stages, others }
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

/// How many columns rows may have. Rows that are joined with themselves double theirs each time; all tables
/// together have some 30,000.
const MOST_COLUMNS: usize = 50_000;

/// What an expression is.
#[derive(Clone, Debug)]
enum Value {
    /// Not known.
    Unknown,
    /// A value; constant where no row decides it.
    Scalar(Scalar, bool),
    /// Several columns at once, as `arg_max` returns them.
    Columns(Vec<super::types::Column>),
    /// Rows.
    Rows(Rc<Relation>),
    /// Another database, all of whose tables are there.
    Database,
    /// A cluster.
    Cluster,
    /// Neither a value nor rows, as the result of `consume`.
    Nothing,
}

impl Value {
    fn of(kind: Scalar) -> Self {
        Self::Scalar(kind, false)
    }

    fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown | Self::Nothing | Self::Scalar(Scalar::Unknown, _))
    }

    fn constant(kind: Scalar) -> Self {
        Self::Scalar(kind, true)
    }
}

/// A name that the query gives to something.
#[derive(Clone)]
struct Local<'a> {
    name: Rc<str>,
    bound: Bound<'a>,
    /// The text, where it is a constant one: `table(name)` reads it.
    text: Option<Rc<str>>,
}

impl<'a> Local<'a> {
    fn new(name: impl Into<Rc<str>>, bound: Bound<'a>) -> Self {
        Self { name: name.into(), bound, text: None }
    }
}

#[derive(Clone)]
enum Bound<'a> {
    Value(Value),
    Function(Rc<LocalFunction<'a>>),
}

/// A function that the query defines.
struct LocalFunction<'a> {
    ast: &'a Function,
    /// How many names were known where it was defined.
    known: usize,
    params: Vec<Declared>,
    /// What it returns, where that depends not on its arguments.
    returns: Option<Value>,
}

#[expect(clippy::struct_excessive_bools, reason = "each says of one place in the query what may stand there")]
struct Binder<'a> {
    text: &'a str,
    catalog: &'a dyn Catalog,
    findings: Vec<Finding>,
    /// While this is not zero, nothing is reported: it has been, or it is not the user's query.
    quiet: usize,
    /// The columns in scope.
    row: Option<Rc<Relation>>,
    /// The columns of the right side, in the condition of a join.
    right: Option<Rc<Relation>>,
    /// Whether aggregates may be called.
    aggregating: bool,
    /// Whether a table that is not there is only worth a warning, as in a fuzzy union.
    fuzzy: bool,
    /// Whether a condition may be a text to search for.
    searching: bool,
    /// The columns that rows are grouped by, while the aggregates of a `summarize` are read.
    grouped: Vec<super::types::Column>,
    locals: Vec<Local<'a>>,
    /// Every name that was ever a local one, so that the others, of which a query has most, are told at once.
    declared: FxHashSet<Rc<str>>,
    /// The types of values whose parts were read.
    kinds: FxHashMap<*const Expr, Scalar>,
    /// How many columns without names there were.
    unnamed: usize,
    calls: usize,
    /// How deep the expression is that is read.
    depth: usize,
    /// How many steps are left for what functions hold.
    steps: usize,
    tables: Vec<(Box<str>, Span)>,
    functions: BTreeSet<Box<str>>,
    stages: Vec<(Span, Rc<Relation>)>,
    others: Vec<Vec<(Span, Rc<Relation>)>>,
    /// Whether the pipeline that is read is the main one.
    main: bool,
}

impl<'a> Binder<'a> {
    fn new(text: &'a str, catalog: &'a dyn Catalog) -> Self {
        Self {
            text,
            catalog,
            findings: Vec::new(),
            quiet: 0,
            row: None,
            right: None,
            aggregating: false,
            fuzzy: false,
            searching: false,
            grouped: Vec::new(),
            locals: Vec::new(),
            declared: FxHashSet::default(),
            kinds: FxHashMap::default(),
            unnamed: 0,
            calls: 0,
            depth: 0,
            steps: MOST_STEPS,
            tables: Vec::new(),
            functions: BTreeSet::new(),
            stages: Vec::new(),
            others: Vec::new(),
            main: false,
        }
    }

    fn written(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or_default()
    }

    fn report(&mut self, mut finding: Finding) {
        if self.quiet == 0 {
            // What rests on columns whose source may be wrong may be wrong itself.
            let rests = matches!(finding.kind, FindingKind::Type | FindingKind::UnknownColumn);
            let rows = self.row.iter().chain(&self.right);
            finding.doubtful |= rests && rows.into_iter().any(|row| row.doubtful);
            self.findings.push(finding);
        }
    }

    fn say(&mut self, kind: FindingKind, span: Span, message: impl Into<String>) {
        self.report(Finding::new(kind, span, message));
    }

    /// Whether looking for the name that was meant is worth the time: something will be reported, and not for the
    /// hundredth time.
    fn suggesting(&self) -> bool {
        self.quiet == 0 && self.findings.len() < MOST_SUGGESTIONS
    }

    fn quietly<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        self.quiet += 1;
        let result = work(self);
        self.quiet -= 1;
        result
    }

    /// Works with these columns in scope.
    fn over<R>(&mut self, row: &Rc<Relation>, work: impl FnOnce(&mut Self) -> R) -> R {
        let outer = self.row.replace(Rc::clone(row));
        let right = self.right.take();
        let aggregating = std::mem::replace(&mut self.aggregating, false);
        let result = work(self);
        (self.row, self.right, self.aggregating) = (outer, right, aggregating);
        result
    }

    /// Works without any column in scope, as at the head of a query.
    fn alone<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        let outer = (self.row.take(), self.right.take(), std::mem::replace(&mut self.aggregating, false));
        let main = std::mem::replace(&mut self.main, false);
        let result = work(self);
        (self.row, self.right, self.aggregating) = outer;
        self.main = main;
        result
    }

    fn make_known(&mut self, local: Local<'a>) {
        self.declared.insert(Rc::clone(&local.name));
        self.locals.push(local);
    }

    /// Reads something that lies one level deeper, unless it lies too deep.
    fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Value) -> Value {
        if self.depth >= DEEPEST || !self.step_on(1) {
            return Value::Unknown;
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    /// Takes steps inside of a function. False where none are left, and nothing is to be found out any more.
    fn step_on(&mut self, steps: usize) -> bool {
        if self.calls > 0 {
            self.steps = self.steps.saturating_sub(steps);
        }
        super::work::done(steps);
        self.steps > 0
    }

    fn local_called(&self, name: &str) -> Option<&Local<'a>> {
        if !self.declared.contains(name) {
            return None;
        }
        self.locals.iter().rev().find(|local| &*local.name == name)
    }

    fn local(&self, name: &str) -> Option<&Bound<'a>> {
        self.local_called(name).map(|local| &local.bound)
    }
}
