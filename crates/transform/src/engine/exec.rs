//! Plans and their runs: operators over operators, the data, the budget, and what is kept between operators.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use regex::Regex;
use rustc_hash::{FxHashMap, FxHashSet};

use super::table::{Schema, Table};
use super::value::Value;
use crate::source::Span;

/// Why a query could not be run to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The place in the query, where one is to blame.
    pub span: Option<Span>,
    /// What is wrong, as a sentence without its end.
    pub message: String,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { span: None, message: message.into() }
    }

    pub(crate) fn at(span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), message: message.into() }
    }

    /// The same at a place, where it has none yet.
    pub(crate) fn or_at(self, span: Span) -> Self {
        Self { span: self.span.or(Some(span)), ..self }
    }
}

/// Names of columns.
pub(crate) type Needed = FxHashSet<Arc<str>>;

/// An operator as it runs.
pub trait Operate: fmt::Debug + std::any::Any {
    /// The rows that it makes of those that go in.
    fn run(&self, exec: &Exec, input: Table) -> Result<Table, Failure>;

    /// How many rows of its input it looks at, where that is not all.
    fn wanted(&self, _: &Exec) -> Result<Option<usize>, Failure> {
        Ok(None)
    }

    /// The columns of its input that it reads, where those after it read only some of its own; `None` for all.
    fn needs(&self, _: Option<&Needed>) -> Option<Needed> {
        None
    }

    /// The first rows that it makes of none, where it can stop there.
    fn first(&self, _: &Exec, _: usize) -> Result<Option<Table>, Failure> {
        Ok(None)
    }
}

/// A source, or an operator over a plan.
#[derive(Debug)]
pub struct Plan {
    pub kind: PlanKind,
    /// The columns that the binder tells.
    pub schema: Rc<Schema>,
    /// Whether there may be others, which only the rows tell.
    pub open: bool,
    pub span: Span,
    pub word: &'static str,
}

#[derive(Debug)]
pub enum PlanKind {
    /// The rows that a subquery is given.
    Subject,
    /// Rows from outside.
    Ask(Asked),
    /// Rows that several places read, worked out once.
    Shared(Rc<Plan>, RefCell<Option<Table>>),
    Op(Option<Rc<Plan>>, Box<dyn Operate>),
}

/// How much a run may do.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Rows that one operator may return.
    pub rows: usize,
    /// Cells that all operators together may make.
    pub cells: usize,
    pub time: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Self { rows: 20_000_000, cells: 1_000_000_000, time: Duration::from_mins(5) }
    }
}

/// Where tables come from.
pub trait Source {
    /// The rows of a table, a function by fixture, a watchlist or an external file, with the columns that are asked for.
    /// Of others than the needed columns, the values are left out.
    fn rows(&self, what: &Asked, schema: &Rc<Schema>, needed: Option<&Needed>) -> Result<Table, Failure>;
}

/// What is asked of a [`Source`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    Table(Rc<str>),
    /// A table that a pattern means and that is not there.
    Nothing,
    /// A function without a body.
    Function(Rc<str>),
    Watchlist(Rc<str>),
    /// An address with its format, and whether the first record is the header.
    External {
        address: Rc<str>,
        format: Option<Rc<str>>,
        header: bool,
    },
}

/// How many rows went into an operator and came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub span: Span,
    pub word: &'static str,
    pub rows_in: usize,
    pub rows_out: usize,
}

/// A run.
pub struct Exec {
    /// What `now()` is, in ticks.
    pub now: i64,
    source: Box<dyn Source>,
    budget: Budget,
    started: Instant,
    cells: Cell<usize>,
    ticks: Cell<u32>,
    locals: RefCell<Vec<Value>>,
    regexes: RefCell<FxHashMap<Rc<str>, Rc<Regex>>>,
    /// The rows that the queries of `mv-apply` and `partition` work on, the innermost last.
    pub subjects: RefCell<Vec<Table>>,
    pub steps: RefCell<Vec<Step>>,
    /// What a person should know of the result.
    pub notes: RefCell<Vec<(Span, String)>>,
}

impl Exec {
    pub fn new(now: i64, source: Box<dyn Source>, budget: Budget) -> Self {
        Self {
            now,
            source,
            budget,
            started: Instant::now(),
            cells: Cell::new(0),
            ticks: Cell::new(0),
            locals: RefCell::default(),
            regexes: RefCell::default(),
            subjects: RefCell::default(),
            steps: RefCell::default(),
            notes: RefCell::default(),
        }
    }

    /// The rows of a plan.
    pub fn run(&self, plan: &Plan) -> Result<Table, Failure> {
        self.run_for(plan, None)
    }

    /// The rows of a plan, of which only some columns are needed.
    fn run_for(&self, plan: &Plan, needed: Option<&Needed>) -> Result<Table, Failure> {
        match &plan.kind {
            PlanKind::Shared(inner, cell) => {
                if let Some(table) = &*cell.borrow() {
                    return Ok(table.clone());
                }
                let table = self.run(inner)?;
                cell.replace(Some(table.clone()));
                Ok(table)
            }
            PlanKind::Subject => {
                let subjects = self.subjects.borrow();
                Ok(subjects.last().cloned().unwrap_or_default())
            }
            PlanKind::Ask(asked) => {
                let table = self
                    .source
                    .rows(asked, &plan.schema, needed)
                    .map_err(|failure| failure.or_at(plan.span))?;
                self.spend(plan.span, &table)?;
                Ok(table)
            }
            PlanKind::Op(input, operator) => {
                let input = match input {
                    Some(input) => {
                        self.run_at_most(input, operator.wanted(self)?, operator.needs(needed).as_ref())?
                    }
                    None => Table::default(),
                };
                let rows_in = input.rows.len();
                let table = operator.run(self, input).map_err(|failure| failure.or_at(plan.span))?;
                let rows_out = table.rows.len();
                self.steps.borrow_mut().push(Step { span: plan.span, word: plan.word, rows_in, rows_out });
                self.spend(plan.span, &table)?;
                Ok(table)
            }
        }
    }

    /// The rows of a plan, of which no more than some are asked for. Only sources that make rows take notice.
    fn run_at_most(
        &self,
        plan: &Plan,
        most: Option<usize>,
        needed: Option<&Needed>,
    ) -> Result<Table, Failure> {
        if let (Some(most), PlanKind::Op(None, operator)) = (most, &plan.kind) {
            let table = operator.first(self, most).map_err(|failure| failure.or_at(plan.span))?;
            if let Some(table) = table {
                return Ok(table);
            }
        }
        self.run_for(plan, needed)
    }

    /// Counts what an operator returned against the budget.
    fn spend(&self, span: Span, table: &Table) -> Result<(), Failure> {
        self.rows_allowed(span, table.rows.len())?;
        let cells = self.cells.get().saturating_add(table.rows.len().saturating_mul(table.schema.len()));
        self.cells.set(cells);
        if cells > self.budget.cells {
            let most = self.budget.cells;
            return Err(Failure::at(span, format!("the query exceeds the limit of {most} cells")));
        }
        self.in_time(span)
    }

    /// Whether an operator may return so many rows.
    pub fn rows_allowed(&self, span: Span, rows: usize) -> Result<(), Failure> {
        if rows > self.budget.rows {
            let most = self.budget.rows;
            return Err(Failure::at(span, format!("more than {most} rows here, which is the limit")));
        }
        Ok(())
    }

    fn in_time(&self, span: Span) -> Result<(), Failure> {
        if self.started.elapsed() > self.budget.time {
            let seconds = self.budget.time.as_secs();
            return Err(Failure::at(
                span,
                format!("the query takes more than {seconds} seconds, which is the limit"),
            ));
        }
        Ok(())
    }

    /// One step of a loop over rows. `rows` is how many the operator has made so far.
    pub fn step(&self, span: Span, rows: usize) -> Result<(), Failure> {
        let ticks = self.ticks.get().wrapping_add(1);
        self.ticks.set(ticks);
        if ticks.is_multiple_of(4096) {
            self.rows_allowed(span, rows)?;
            self.in_time(span)?;
        }
        Ok(())
    }

    pub fn local(&self, slot: usize) -> Value {
        self.locals.borrow().get(slot).cloned().unwrap_or_default()
    }

    pub fn set_local(&self, slot: usize, value: Value) {
        let mut locals = self.locals.borrow_mut();
        if locals.len() <= slot {
            locals.resize(slot + 1, Value::Null);
        }
        locals[slot] = value;
    }

    /// A regular expression, compiled once.
    pub(crate) fn regex(&self, pattern: &str) -> Result<Rc<Regex>, String> {
        if let Some(known) = self.regexes.borrow().get(pattern) {
            return Ok(Rc::clone(known));
        }
        let made = Rc::new(super::pattern::compiled(pattern)?);
        self.regexes.borrow_mut().insert(pattern.into(), Rc::clone(&made));
        Ok(made)
    }

    pub fn note(&self, span: Span, text: impl Into<String>) {
        self.notes.borrow_mut().push((span, text.into()));
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::unused_self,
        reason = "53 bits are kept; a run owns its chance"
    )]
    pub(crate) fn random(&self, most: Option<i64>) -> Value {
        let number = super::random::random();
        match most {
            None => Value::Real((number >> 11) as f64 / (1_u64 << 53) as f64),
            Some(most) if most > 0 => Value::Long((number % most.unsigned_abs()).cast_signed()),
            Some(_) => Value::Null,
        }
    }
}
