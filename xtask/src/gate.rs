//! What the analyzer of upstream's gate lacks: it is older than the service.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Generated;
use crate::facts::Facts;
use crate::rust::{Source, literals};

#[expect(clippy::struct_field_names, reason = "the fields are named by the facts")]
#[derive(Deserialize, Serialize)]
pub(crate) struct Gate {
    gate: Versions,
    /// What was seen to be refused, and where.
    seen: BTreeMap<String, String>,
    functions: BTreeMap<String, Newer>,
    aggregates: BTreeMap<String, Newer>,
    plugins: BTreeMap<String, Newer>,
}

#[derive(Deserialize, Serialize)]
struct Versions {
    csproj: String,
    built_with: String,
}

#[derive(Deserialize, Serialize)]
struct Newer {
    /// When the library got it.
    since: String,
    /// `seen` and `refused` by the gate, or `unsure`.
    mark: String,
}

/// `gate.rs`: the names of functions, aggregates and plug-ins that the gate is known to refuse.
pub(crate) fn gate(facts: &Facts) -> Result<Generated, String> {
    let gate: Gate = facts.read("gate.json")?;
    let mut refused = Vec::new();
    for (name, newer) in gate.functions.iter().chain(&gate.aggregates).chain(&gate.plugins) {
        match newer.mark.as_str() {
            "seen" | "refused" => refused.push(name),
            "unsure" => {}
            other => return Err(format!("gate.json: unknown mark `{other}` of {name}")),
        }
    }
    refused.sort_unstable();
    refused.dedup();
    let sources = [gate.gate.csproj, gate.gate.built_with];
    let mut out = Source::new("What the analyser of upstream's gate lacks.", &sources, "names only");
    out.line("/// Sorted names of functions, aggregates and plug-ins.");
    out.line(format!("pub(crate) static REFUSED: &[&str] = {};", literals(&refused)));
    Ok(out.finish("gate.rs"))
}
