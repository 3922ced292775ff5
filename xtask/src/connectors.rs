//! Connector ids, titles and tables, from upstream's list and the published solutions.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::Generated;
use crate::facts::{Facts, Source as Origin};
use crate::rust::Source;
use crate::sheet::{Sheet, words};

#[derive(Deserialize, Serialize)]
pub(crate) struct Upstream {
    source: Vec<Origin>,
    newest: BTreeSet<String>,
    newest_count: usize,
    az2022_only: BTreeSet<String>,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct Solutions {
    source: String,
    connectors: BTreeMap<String, Connector>,
}

/// The ids that published content requires though no catalog has them.
#[derive(Deserialize, Serialize)]
pub(crate) struct Published {
    source: String,
    content_only: BTreeMap<String, Required>,
}

#[derive(Deserialize, Serialize)]
struct Required {
    tables: BTreeSet<String>,
    /// Why the id is probably a slip of that content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    doubt: Option<String>,
}

#[derive(Deserialize, Serialize, Default)]
struct Connector {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deprecated: bool,
    tables: BTreeSet<String>,
}

/// `connectors.txt`, the connectors sorted by id, and `connectors.rs`, which names its sources.
pub(crate) fn connectors(facts: &Facts) -> Result<[Generated; 2], String> {
    let upstream: Upstream = facts.read("connector-ids.json")?;
    let mut solutions: Solutions = facts.read("connectors-tables.json")?;
    if upstream.newest.len() != upstream.newest_count {
        return Err(format!(
            "connector-ids.json: {} ids, not {}",
            upstream.newest.len(),
            upstream.newest_count
        ));
    }
    let published: Published = facts.read("connectors-published.json")?;
    for (id, required) in published.content_only {
        if required.doubt.is_none() {
            let connector = solutions.connectors.entry(id).or_default();
            // What its content reads: custom tables are the connector's own, others may be anybody's.
            connector.tables.extend(required.tables.into_iter().filter(|table| table.ends_with("_CL")));
        }
    }
    solutions.connectors.remove("");
    for connector in solutions.connectors.values_mut() {
        connector.tables.remove("");
    }
    for id in upstream.newest.iter().chain(&upstream.az2022_only) {
        solutions.connectors.entry(id.clone()).or_default();
    }
    let mut sources: Vec<String> = upstream.source.iter().map(ToString::to_string).collect();
    sources.push(solutions.source);
    sources.push(published.source);
    let mut out = Source::new(
        "Data connectors: ids, titles and tables.",
        &sources,
        "upstream's lists MIT; titles and tables Apache-2.0",
    );
    out.line("/// Sorted by id: `u` if the id is on upstream's newest list and `d` if it is deprecated, the title, and the tables.");
    out.line("pub(crate) static CONNECTORS: &str = include_str!(\"connectors.txt\");");
    let mut sheet = Sheet::default();
    for (id, connector) in &solutions.connectors {
        let upstream = if upstream.newest.contains(id) { "u" } else { "" };
        let deprecated = if connector.deprecated { "d" } else { "" };
        let title = connector.title.as_deref().unwrap_or_default();
        sheet.row(&[id, &format!("{upstream}{deprecated}"), title, &words(&connector.tables)?])?;
    }
    Ok([sheet.finish("connectors.txt"), out.finish("connectors.rs")])
}
