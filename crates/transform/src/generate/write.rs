//! The text of a test file.

use std::fmt::Write as _;

use super::misses::named;
use super::{Event, Events, Found};
use crate::engine::exec::Asked;
use crate::engine::table::Table;
use crate::engine::value::Value;
use crate::kql::types::Scalar;
use crate::suite::{cell, moment, scalar};

/// How many columns of the result a test compares.
const COMPARED: usize = 4;

/// What is written besides events.
pub struct Kept<'k> {
    /// The query, relative to the file, if it is not next to it under the same name.
    pub query: Option<&'k str>,
    pub now: i64,
    /// The number of alerts, for rules.
    pub alerts: Option<usize>,
    /// What is said at the top, one line each.
    pub notes: Vec<String>,
}

/// The test file for what was found.
pub fn written(found: &Found, kept: &Kept<'_>) -> String {
    let mut out = String::new();
    for note in &kept.notes {
        let _ = writeln!(out, "# {}", note.replace('\n', " "));
    }
    if let Some(query) = kept.query {
        let _ = writeln!(out, "query: {}", scalar(query));
    }
    let _ = writeln!(out, "now: {}", moment(kept.now));
    out += "tests:\n";
    test(&mut out, "found", &found.events, kept.now);
    out += "    expect:\n";
    let _ = writeln!(out, "      rows: {}", found.outcome.table.count());
    let columns = compared(&found.outcome.table);
    if !columns.is_empty() {
        let _ = writeln!(out, "      contains:\n        - {{{}}}", columns.join(", "));
    }
    if let Some(alerts) = kept.alerts {
        let _ = writeln!(out, "      alerts: {alerts}");
    }
    let mut names: Vec<String> = Vec::new();
    for miss in &found.misses {
        let mut name = miss.name.clone();
        let mut number = 2;
        while names.contains(&name) {
            name = format!("{} ({number})", miss.name);
            number += 1;
        }
        test(&mut out, &name, &miss.events, kept.now);
        names.push(name);
        out += "    expect: none\n";
    }
    out
}

fn test(out: &mut String, name: &str, events: &Events, now: i64) {
    let _ = writeln!(out, "  - name: {}", scalar(name));
    for section in ["tables", "watchlists", "external"] {
        let own: Vec<&Event> =
            events.all.iter().filter(|event| section_of(&event.asked) == section).collect();
        if own.is_empty() {
            continue;
        }
        let _ = writeln!(out, "    {section}:");
        let mut done: Vec<&str> = Vec::new();
        for event in &own {
            let name = named(&event.asked);
            if done.contains(&name) {
                continue;
            }
            done.push(name);
            let _ = writeln!(out, "      {}:", scalar(name));
            for event in own.iter().filter(|other| named(&other.asked) == name) {
                let cells: Vec<String> = event
                    .cells
                    .iter()
                    .map(|(name, kind, value)| format!("{}: {}", scalar(name), cell(*kind, value, Some(now))))
                    .collect();
                let _ = writeln!(out, "        - {{{}}}", cells.join(", "));
            }
        }
    }
}

/// The key under which a test gives rows.
fn section_of(asked: &Asked) -> &'static str {
    match asked {
        Asked::Table(_) | Asked::Function(_) | Asked::Nothing => "tables",
        Asked::Watchlist(_) => "watchlists",
        Asked::External { .. } => "external",
    }
}

/// Some columns of the first row of the result, as a test compares them.
fn compared(table: &Table) -> Vec<String> {
    let Some(row) = table.rows.first() else { return Vec::new() };
    let mut all = Vec::new();
    for ((name, kind), value) in table.schema.columns.iter().zip(row.iter()) {
        let fits = match value {
            Value::Str(text) => !text.is_empty() && text.chars().count() <= 80 && *kind == Scalar::String,
            Value::Long(_) | Value::Int(_) | Value::Bool(_) => !kind.dynamic(),
            _ => false,
        };
        if fits && all.len() < COMPARED {
            all.push(format!("{}: {}", scalar(name), cell(*kind, value, None)));
        }
    }
    all
}
