//! Connector ids, titles and tables, from upstream's list and the published solutions.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::Generated;
use crate::facts::{Facts, Source as Origin};
use crate::rust::{Source, literals, option};

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

/// `connectors.rs`: connectors sorted by id, and for each table the indices of its connectors.
pub(crate) fn connectors(facts: &Facts) -> Result<Generated, String> {
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
    out.line("use crate::knowledge::connectors::Connector;\n");
    out.line("const fn c(id: &'static str, title: Option<&'static str>, upstream: bool, deprecated: bool, tables: &'static [&'static str]) -> Connector {");
    out.line("    Connector { id, title, upstream, deprecated, tables }\n}\n");
    out.line("/// Sorted by id. The third argument: whether the id is on upstream's newest list.");
    out.line("pub(crate) static CONNECTORS: &[Connector] = &[");
    let mut by_table: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, (id, connector)) in solutions.connectors.iter().enumerate() {
        let title = option(connector.title.as_deref());
        let newest = upstream.newest.contains(id);
        let tables = literals(&connector.tables);
        out.line(format!("    c({id:?}, {title}, {newest}, {}, {tables}),", connector.deprecated));
        for table in &connector.tables {
            by_table.entry(table).or_default().push(index);
        }
    }
    out.line("];\n\n/// Sorted by table; the numbers are positions in `CONNECTORS`.");
    out.line("pub(crate) static TABLES: &[(&str, &[u16])] = &[");
    for (table, indices) in &by_table {
        out.line(format!("    ({table:?}, &{indices:?}),"));
    }
    out.line("];");
    Ok(out.finish("connectors.rs"))
}
