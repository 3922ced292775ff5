//! Tests of what an editor asks, and the measurements on shared data.

mod answers;
mod completed;
mod cuts;
mod questions;
mod usage;

use std::path::PathBuf;

use super::{Around, Asked, Meaning};
use crate::kql::Parse;
use crate::kql::bind::bind_at;
use crate::kql::model::{Level, SemanticModel};
use crate::workspace::View;

/// The folder of shared data; says that a test is skipped where there is none.
fn shared() -> Option<PathBuf> {
    let found = std::env::var_os("SENTLINT_SHARED").map(PathBuf::from);
    if found.is_none() {
        eprintln!("skipped: SENTLINT_SHARED is not set");
    }
    found
}

/// The lines of a file of JSON lines.
fn json_lines(path: &std::path::Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).expect("a file of JSON lines");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn view() -> View<'static> {
    View::new(Vec::new())
}

/// The meaning of a query.
fn model(text: &str, parsed: &Parse, view: &View<'_>) -> SemanticModel {
    bind_at(Level::Full, text, parsed, view, &[])
}

/// A query without parameters, to be asked about.
fn asked<'a>(
    text: &'a str,
    parsed: &'a Parse,
    model: &'a SemanticModel,
    view: &'a View<'_>,
    around: &'a Around,
) -> Asked<'a> {
    Asked { text, parsed, model: Meaning::Known(model), catalog: view, params: &[], around }
}
