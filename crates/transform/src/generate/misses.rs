//! Near misses: events that a query finds, changed in one place so that it finds them no more.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Events, Job};
use crate::engine::exec::Asked;
use crate::engine::value::{Bag, Value};
use crate::engine::{json, text, time};
use crate::source::Span;

/// How many runs are spent on near misses, and how many of them are kept.
const MOST_RUNS: usize = 60;
const MOST_KEPT: usize = 6;

/// Events that a query does not find, for one reason.
#[derive(Clone, Debug)]
pub struct Miss {
    pub events: Events,
    /// What is different, as the name of a test.
    pub name: String,
}

pub(super) fn misses(job: &Job<'_>, found: &Events) -> Vec<Miss> {
    let mut kept: Vec<Miss> = Vec::new();
    let mut places: HashSet<(Span, Arc<str>)> = HashSet::new();
    let mut runs = 0;
    let mut tried: HashSet<(String, Arc<str>)> = HashSet::new();
    for (at, event) in found.all.iter().enumerate() {
        let table = named(&event.asked);
        for (column, (name, _, value)) in event.cells.iter().enumerate() {
            let timed = matches!(&**name, "TimeGenerated" | "Timestamp");
            if timed && job.period.is_some() || !tried.insert((table.to_owned(), Arc::clone(name))) {
                continue;
            }
            for other in others(value, job.now) {
                if runs >= MOST_RUNS || kept.len() >= MOST_KEPT {
                    return kept;
                }
                // In one event, and then in all of the table, because others may be enough without it.
                let mut events = found.clone();
                events.all[at].cells[column].2 = other.clone();
                runs += 1;
                let mut dropped = drops(job, &events);
                if dropped.is_none() {
                    for own in events.all.iter_mut().filter(|own| own.asked == event.asked) {
                        for cell in own.cells.iter_mut().filter(|cell| cell.0 == *name) {
                            cell.2 = other.clone();
                        }
                    }
                    runs += 1;
                    dropped = drops(job, &events);
                }
                let Some(span) = dropped else { continue };
                if places.insert((span, Arc::clone(name))) {
                    let shown = shown(&other, job.now);
                    kept.push(Miss { events, name: format!("not found if {name} is {shown}") });
                }
                break;
            }
        }
    }
    if found.all.len() > 1 && kept.len() < MOST_KEPT {
        let mut events = found.clone();
        let last = events.all.pop();
        if let (Some(last), Some(_)) = (last, drops(job, &events)) {
            kept.push(Miss {
                events,
                name: format!("not found without the last event of {}", named(&last.asked)),
            });
        }
    }
    kept
}

/// What a person calls the source of an event.
pub(super) fn named(asked: &Asked) -> &str {
    match asked {
        Asked::Table(name) | Asked::Function(name) | Asked::Watchlist(name) => name,
        Asked::External { address, .. } => address,
        Asked::Nothing => "",
    }
}

/// The place of the operator that drops the last rows, if nothing is found.
fn drops(job: &Job<'_>, events: &Events) -> Option<Span> {
    let outcome = job.run(events).ok()?;
    if outcome.table.count() > 0 {
        return None;
    }
    let first = outcome.steps.iter().find(|step| step.rows_in > 0 && step.rows_out == 0);
    Some(first.map(|step| step.span).unwrap_or_default())
}

fn shown(value: &Value, now: i64) -> String {
    match value {
        Value::DateTime(ticks) => format!("now-{}d", (now - ticks) / time::DAY),
        Value::Array(_) | Value::Bag(_) => json::written(value),
        value => text(value).to_string(),
    }
}

/// Values that are not the one that is found.
fn others(value: &Value, now: i64) -> Vec<Value> {
    match value {
        Value::Str(own) => {
            let mut all = Vec::new();
            if let Some(parsed) =
                json::read(own).filter(|parsed| matches!(parsed, Value::Array(_) | Value::Bag(_)))
            {
                all.extend(leaves(&parsed).into_iter().map(|other| Value::str(&json::written(&other))));
            }
            all.extend([Value::str("other"), Value::str(&format!("{own} other"))]);
            all
        }
        Value::DateTime(_) => vec![Value::DateTime(now - 400 * time::DAY)],
        Value::Long(own) => vec![
            Value::Long(own.wrapping_add(1)),
            Value::Long(0),
            Value::Long(own.wrapping_sub(1)),
            Value::Long(-1),
        ],
        Value::Int(own) => vec![
            Value::Int(own.wrapping_add(1)),
            Value::Int(0),
            Value::Int(own.wrapping_sub(1)),
            Value::Int(-1),
        ],
        Value::Real(own) => {
            vec![Value::Real(own + 1.0), Value::Real(0.0), Value::Real(-1.0), Value::Real(own * 100.0)]
        }
        Value::Bool(own) => vec![Value::Bool(!own)],
        Value::Timespan(own) => vec![Value::Timespan(0), Value::Timespan(own.saturating_mul(100))],
        Value::Guid(_) => vec![Value::Guid([7; 16])],
        Value::Array(_) | Value::Bag(_) => leaves(value),
        Value::Null | Value::Decimal(_) => Vec::new(),
    }
}

/// The value with one of its innermost values changed, each in turn.
fn leaves(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => {
            let mut all = Vec::new();
            for (at, item) in items.iter().enumerate().take(6) {
                for other in leaves(item) {
                    let mut changed = (**items).clone();
                    changed[at] = other;
                    all.push(Value::array(changed));
                }
            }
            all
        }
        Value::Bag(members) => {
            let mut all = Vec::new();
            for (key, member) in members.iter().take(12) {
                for other in leaves(member) {
                    let mut changed: Bag = (**members).clone();
                    changed.insert(key.clone(), other);
                    all.push(Value::bag(changed));
                }
            }
            all
        }
        Value::Str(_) => vec![Value::str("other")],
        Value::Bool(own) => vec![Value::Bool(!own)],
        Value::Long(own) => vec![Value::Long(own.wrapping_add(1)), Value::Long(-1)],
        _ => Vec::new(),
    }
}
