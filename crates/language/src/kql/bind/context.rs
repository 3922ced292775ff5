//! Where the binder stands: the columns in scope, the names that are known, what may be written at the place, and how
//! much work is left. Whoever changes one of these for a part of the query uses one of the functions here, which put it
//! back.

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::ast::Name;
use super::super::model::Symbol;
use super::super::types::{ColumnId, Relation};
use super::{Binder, Bound, DEEPEST, Finding, Graph, Local, Value};

/// What is to be said.
#[derive(Default)]
pub(super) struct Reports {
    pub findings: Vec<Finding>,
    /// While this is not zero, nothing is reported: it has been, or it is not the user's query.
    pub muted: usize,
}

/// The columns in scope.
#[derive(Default)]
pub(super) struct RowScope {
    /// The columns; in the condition of a join, those of the left side.
    pub row: Option<Arc<Relation>>,
    /// The columns of the right side, in the condition of a join.
    pub right: Option<Arc<Relation>>,
    /// The names of the columns that rows are grouped by, while the aggregates of a `summarize` are read.
    pub grouped: FxHashSet<Arc<str>>,
}

/// What may be written at a place.
#[derive(Default)]
pub(super) struct Context {
    /// Aggregates may be called.
    pub aggregating: bool,
    /// A condition may be a text to search for.
    pub searching: bool,
    /// The pipeline that is read is the main one.
    pub main_pipeline: bool,
    /// The graph that goes into the operator that is read next.
    pub graph: Option<Arc<Graph>>,
    /// The nodes of the graph whose `where` or `project` is read, where functions on nodes and edges may be called.
    pub in_graph: Option<Arc<Relation>>,
}

/// The variables that are known.
#[derive(Default)]
pub(super) struct Names<'a> {
    pub list: Vec<Local<'a>>,
    /// Where the variables of a name are in the list, so that the other names, of which a query has most, are recognized at
    /// once. Some are no longer there: the list ends before, or another variable is at the place.
    declared: FxHashMap<Arc<str>, Vec<usize>>,
    /// The parts of the list that are not known in the body that is read: a function sees what was known where it was
    /// defined, and not what is known where it is called.
    hidden: Vec<Range<usize>>,
    /// Where the statements end that are read, or the brackets around the pipeline.
    pub end: u32,
    /// Where the statements end that the one that is read stands among.
    pub block_end: u32,
}

impl<'a> Names<'a> {
    /// No variables yet, of statements that end at a place.
    pub(super) fn until(end: u32) -> Self {
        Self { end, ..Self::default() }
    }

    pub(super) fn push(&mut self, local: Local<'a>) {
        let places = self.declared.entry(Arc::clone(&local.name)).or_default();
        let at = self.list.len();
        while places.last().is_some_and(|last| *last >= at) {
            places.pop();
        }
        places.push(at);
        self.list.push(local);
    }

    /// Where in the list the variable is that a name means: the last that was made known.
    pub(super) fn find_at(&self, name: &str) -> Option<usize> {
        let places = self.declared.get(name)?;
        let here = |at: &&usize| {
            self.list.get(**at).is_some_and(|local| &*local.name == name) && self.is_visible(**at)
        };
        places.iter().rev().find(here).copied()
    }

    fn is_visible(&self, at: usize) -> bool {
        !self.hidden.iter().any(|hidden| hidden.contains(&at))
    }

    /// The variables that are known.
    pub(super) fn visible(&self) -> impl Iterator<Item = &Local<'a>> {
        self.list.iter().enumerate().filter(|(at, _)| self.is_visible(*at)).map(|(_, local)| local)
    }

    /// Hides the variables from one on; for [`Names::show_again`], how many there are.
    pub(super) fn hide_from(&mut self, at: usize) -> usize {
        let end = self.list.len();
        self.hidden.push(at..end);
        end
    }

    /// Forgets what was made known since variables were hidden, and shows those.
    pub(super) fn show_again(&mut self, end: usize) {
        self.list.truncate(end);
        self.hidden.pop();
    }

    /// The variable that a name means. This is the one place that resolves a `let`.
    pub(super) fn find(&self, name: &str) -> Option<&Local<'a>> {
        self.find_at(name).and_then(|at| self.list.get(at))
    }
}

/// How much work is left.
pub(super) struct Limits {
    /// How deep in calls of functions the binder is.
    pub calls: usize,
    /// How deep the expression is that is read.
    pub depth: usize,
    /// How many steps are left for what functions hold.
    pub steps: usize,
    /// How many columns may still be looked at by operators that look at all columns of their rows.
    pub columns: usize,
}

impl<'a> Binder<'a> {
    pub(super) fn local(&self, name: &str) -> Option<&Bound<'a>> {
        self.names.find(name).map(|local| &local.bound)
    }

    /// What a name means, where it is a variable; that it does is noted.
    pub(super) fn resolve(&mut self, name: &Name) -> Option<&Bound<'a>> {
        let local = self.names.find(&name.text)?;
        match local.column {
            // Below `Level::Full` columns have no ids, and nothing is noted of them.
            Some(ColumnId::NONE) => {}
            Some(column) => self.recorder.mention(name.span, || Symbol::Column(column)),
            None => self.recorder.mention_variable(name.span, local.id),
        }
        Some(&local.bound)
    }

    pub(super) fn without_reporting<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        self.reports.muted += 1;
        let result = work(self);
        self.reports.muted -= 1;
        result
    }

    /// Reads again what has been read where it stands: nothing of it is reported or recorded.
    pub(super) fn without_recording<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        self.recorder.pause();
        let result = self.without_reporting(work);
        self.recorder.resume();
        result
    }

    /// Works with these columns in scope.
    pub(super) fn with_row_scope<R>(&mut self, row: &Arc<Relation>, work: impl FnOnce(&mut Self) -> R) -> R {
        let outer = self.scope.row.replace(Arc::clone(row));
        let right = self.scope.right.take();
        let aggregating = std::mem::replace(&mut self.context.aggregating, false);
        let result = work(self);
        (self.scope.row, self.scope.right, self.context.aggregating) = (outer, right, aggregating);
        result
    }

    /// Works without any column in scope, as at the head of a query.
    pub(super) fn with_empty_scope<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        let (row, right) = (self.scope.row.take(), self.scope.right.take());
        let aggregating = std::mem::replace(&mut self.context.aggregating, false);
        let main = std::mem::replace(&mut self.context.main_pipeline, false);
        let result = work(self);
        (self.scope.row, self.scope.right, self.context.aggregating) = (row, right, aggregating);
        self.context.main_pipeline = main;
        result
    }

    /// Works on what stands in brackets, or in the body of a function, which ends at `end`.
    pub(super) fn within_brackets<R>(&mut self, end: u32, work: impl FnOnce(&mut Self) -> R) -> R {
        let outer = std::mem::replace(&mut self.names.end, end);
        let result = work(self);
        self.names.end = outer;
        result
    }

    /// Reads something that lies one level deeper, unless it lies too deep.
    pub(super) fn with_depth_guard(&mut self, read: impl FnOnce(&mut Self) -> Value) -> Value {
        if self.limits.depth >= DEEPEST || !self.step_on(1) {
            return Value::Unknown;
        }
        self.limits.depth += 1;
        let value = read(self);
        self.limits.depth -= 1;
        value
    }

    /// Looks at so many columns. False where that would be too many: the rows are then of unknown columns.
    pub(super) fn look_at(&mut self, columns: usize) -> bool {
        super::super::work::done(columns);
        let left = self.limits.columns.checked_sub(columns);
        self.limits.columns = left.unwrap_or_default();
        left.is_some()
    }

    /// Takes steps inside a function. False where none are left, and nothing is to be found out any more.
    pub(super) fn step_on(&mut self, steps: usize) -> bool {
        if self.limits.calls > 0 {
            self.limits.steps = self.limits.steps.saturating_sub(steps);
        }
        super::super::work::done(steps);
        self.limits.steps > 0
    }
}
