//! Events that a query finds, and events that it nearly finds, made by solving its conditions. The plan of the engine
//! tells what each operator asks of its rows: `rows` walks it with rows that stand for any, `conditions`, `demands` and
//! `places` turn what it asks into what the cells of tables must hold, `slots` and `build` choose values, and `climb`
//! tries others where a condition is still not met. What the engine then does not find is not returned.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::exec::{Asked, Exec, Needed, Source};
use crate::engine::table::{Schema, Table};
use crate::engine::value::Value;
use crate::engine::{Budget, Failure, Options, Outcome, Row, time};
use crate::kql::types::Scalar;
use crate::suite::Bound;
use crate::workspace::View;

mod build;
mod climb;
mod combined;
mod conditions;
mod demands;
mod functions;
mod goals;
mod misses;
mod patterns;
mod places;
mod plausible;
mod rows;
mod slots;
mod solver;
mod write;

pub use misses::Miss;
pub use solver::Unsolved;
use solver::{Later, Solver};
pub use write::{Kept, written};

/// How often a query is tried with other choices.
const ATTEMPTS: usize = 14;
/// How often a try begins anew because a group needs more rows.
const RESTARTS: usize = 8;
/// After so long, no more is tried.
const PATIENCE: Duration = Duration::from_secs(15);

/// An event: a row of a table, with the cells that are set.
#[derive(Clone, Debug)]
pub struct Event {
    pub asked: Asked,
    pub cells: Vec<(Arc<str>, Scalar, Value)>,
}

/// Events of some tables.
#[derive(Clone, Debug, Default)]
pub struct Events {
    pub all: Vec<Event>,
}

impl Source for Events {
    fn rows(&self, what: &Asked, schema: &Rc<Schema>, _: Option<&Needed>) -> Result<Table, Failure> {
        let own: Vec<&Event> = self.all.iter().filter(|event| event.asked == *what).collect();
        let mut columns = (**schema).clone();
        for (name, kind, _) in own.iter().flat_map(|event| &event.cells) {
            if columns.find(name).is_none() {
                columns.push(Arc::clone(name), *kind);
            }
        }
        let row = |event: &&Event| -> Row {
            let mut row: Vec<Value> = columns.columns.iter().map(|(_, kind)| Value::missing(*kind)).collect();
            for (name, _, value) in &event.cells {
                if let Some(at) = columns.find(name) {
                    row[at] = value.clone();
                }
            }
            row.into()
        };
        let rows = own.iter().map(row).collect();
        Ok(Table::new(Rc::new(columns), rows))
    }
}

/// What events are made for.
pub struct Job<'j> {
    pub bound: &'j Bound<'j>,
    pub view: &'j View<'j>,
    /// What `now()` is, in ticks.
    pub now: i64,
    /// How far back events may lie, in ticks, if that is limited.
    pub period: Option<i64>,
    /// How many rows the result shall have, for a rule that alerts on so many.
    pub rows: usize,
}

/// Events that a query finds, with those that it nearly finds.
pub struct Found {
    pub events: Events,
    pub outcome: Outcome,
    pub misses: Vec<Miss>,
    /// What was not solved, although events were found.
    pub unsolved: Vec<Unsolved>,
}

impl Job<'_> {
    /// Runs the query on events.
    pub fn run(&self, events: &Events) -> Result<Outcome, Failure> {
        let options = Options { missing_empty: true, fixtures: Vec::new() };
        let prepared = self.bound.prepare(self.view, &options)?;
        let budget = Budget { rows: 200_000, cells: 20_000_000, time: Duration::from_secs(5) };
        let exec = Exec::new(self.now, Box::new(events.clone()), budget);
        crate::engine::run(&prepared, &exec)
    }

    /// Events that the query finds, or what could not be solved.
    pub fn find(&self) -> Result<Found, Vec<Unsolved>> {
        if self.rows > 1
            && let Ok(found) = self.find_rows(self.rows)
        {
            return Ok(found);
        }
        self.find_rows(1)
    }

    fn find_rows(&self, wanted: usize) -> Result<Found, Vec<Unsolved>> {
        let started = Instant::now();
        let mut unsolved: Vec<Unsolved> = Vec::new();
        for attempt in 0..ATTEMPTS {
            if started.elapsed() > PATIENCE {
                break;
            }
            let made = self.attempt(attempt, wanted).map_err(|failure| vec![refusal(failure)])?;
            for own in made.unsolved {
                if !unsolved.contains(&own) {
                    unsolved.push(own);
                }
            }
            let Some(events) = made.events else { continue };
            let outcome = match self.run(&events) {
                Ok(outcome) => outcome,
                Err(failure) => {
                    unsolved.push(refusal(failure));
                    continue;
                }
            };
            if outcome.table.count() >= wanted {
                let misses = misses::misses(self, &events);
                let unsolved = if misses.is_empty() { unsolved } else { Vec::new() };
                return Ok(Found { events, outcome, misses, unsolved });
            }
            if let Some(step) = outcome.steps.iter().find(|step| step.rows_in > 0 && step.rows_out == 0) {
                let own =
                    Unsolved { span: step.span, what: format!("the rows that `{}` lets through", step.word) };
                if !unsolved.contains(&own) {
                    unsolved.push(own);
                }
            }
        }
        Err(unsolved)
    }

    fn attempt(&self, attempt: usize, wanted: usize) -> Result<Attempt, Failure> {
        let mut copies: HashMap<usize, usize> = HashMap::new();
        let options = Options { missing_empty: true, fixtures: Vec::new() };
        // The plan is the same for all restarts, because groups are known by their places in it.
        let prepared = self.bound.prepare(self.view, &options)?;
        for _ in 0..RESTARTS {
            let period = self.period.unwrap_or(3650 * time::DAY);
            let mut solver = Solver::new(self.now, period, attempt, copies.clone());
            for row in 0..wanted {
                solver.variant = row;
                match solver.rows(&prepared.plan) {
                    Ok(_) if wanted == 1 => {}
                    Ok(made) => solver.differ_in(&made),
                    Err(why) => {
                        solver.unsolved.push(why);
                        return Ok(Attempt { events: None, unsolved: solver.unsolved });
                    }
                }
            }
            if !solver.restart {
                settle(&mut solver);
            }
            if solver.restart {
                copies = solver.copies;
                continue;
            }
            climb::climb(&mut solver);
            return Ok(Attempt { events: Some(events(&mut solver)), unsolved: solver.unsolved });
        }
        Ok(Attempt { events: None, unsolved: Vec::new() })
    }
}

struct Attempt {
    events: Option<Events>,
    unsolved: Vec<Unsolved>,
}

fn refusal(failure: Failure) -> Unsolved {
    Unsolved { span: failure.span.unwrap_or_default(), what: failure.message }
}

/// Asks what depends on other values, now that those are known.
fn settle(solver: &mut Solver<'_>) {
    solver.late = true;
    for _ in 0..3 {
        let later = std::mem::take(&mut solver.later);
        if later.is_empty() {
            break;
        }
        for one in &later {
            solver.refresh();
            match one {
                Later::Equal(a, b) => {
                    let (own, other) = (solver.eval(a), solver.eval(b));
                    if crate::engine::ordering::equal(&own, &other) != Some(true)
                        || crate::engine::eval::is_empty(&own)
                    {
                        solver.equal(a, b);
                    }
                }
                Later::Compare(op, a, b, wanted) => {
                    let (own, other) = (solver.eval(a), solver.eval(b));
                    let goal = goals::of_comparison(*op, other.clone(), *wanted);
                    let holds = !other.is_null() && goal.is_some_and(|goal| goal.holds(&solver.exec, &own));
                    if !holds {
                        solver.compare(*op, a, b, *wanted);
                    }
                }
                Later::Demand(sym, goal) => {
                    let value = solver.eval(sym);
                    if !goal.holds(&solver.exec, &value) {
                        solver.demand(sym, goal.clone());
                    }
                }
            }
            if solver.restart {
                return;
            }
        }
        solver.refresh();
        // What held once may not any more.
        solver.later.extend(later);
    }
    solver.refresh();
}

/// The events that a search has come to.
fn events(solver: &mut Solver<'_>) -> Events {
    let mut all = Vec::new();
    for row in 0..solver.sources.len() {
        let asked = solver.sources[row].asked.clone();
        if asked == Asked::Table(Rc::from("")) {
            continue;
        }
        let mut cells = Vec::new();
        for column in 0..solver.sources[row].columns.len() {
            let (name, kind) = solver.sources[row].columns[column].clone();
            // Every event has its time.
            if matches!(&*name, "TimeGenerated" | "Timestamp") && kind == Scalar::DateTime {
                solver.cell(row, column);
            }
            let Some(slot) = solver.sources[row].slots[column] else { continue };
            let value = solver.slots.value(&solver.exec, slot).conform(kind);
            if !crate::engine::eval::is_empty(&value) {
                cells.push((name, kind, value));
            }
        }
        all.push(Event { asked, cells });
    }
    Events { all }
}
