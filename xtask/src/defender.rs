//! Custom detections of Defender: the tables of advanced hunting with what a detection over each must return, entity
//! mappings, response actions, closed sets of values, and what a query that runs continuously can use.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Generated;
use crate::facts::Facts;
use crate::rust::{Source, literal, literals, option};

#[derive(Deserialize, Serialize)]
pub(crate) struct Tables {
    sources: BTreeMap<String, String>,
    tables: BTreeMap<String, Table>,
}

#[derive(Deserialize, Serialize)]
struct Table {
    /// `xdr` or `sentinel`.
    surface: String,
    time: Option<String>,
    required: Option<Vec<String>>,
    nrt: bool,
    assets: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    nrt_without_columns: Vec<String>,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct Columns {
    renames: BTreeMap<String, BTreeMap<String, String>>,
    tables: BTreeMap<String, Map<String, Value>>,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct Entities {
    sources: BTreeMap<String, String>,
    collections: BTreeMap<String, Vec<String>>,
    strong: BTreeMap<String, Value>,
    sentinel_to_graph: BTreeMap<String, Entity>,
    old_assets: BTreeMap<String, Value>,
}

#[derive(Deserialize, Serialize)]
struct Entity {
    collection: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct Actions {
    lists: BTreeMap<String, String>,
    types: BTreeMap<String, BTreeMap<String, String>>,
    old: BTreeMap<String, String>,
    old_identifier_to_column: BTreeMap<String, [String; 2]>,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct Graph {
    sources: BTreeMap<String, String>,
    read_only: Vec<String>,
    enums: Enums,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Enums {
    alert_severity: Vec<String>,
    event_grouping_kind: Vec<String>,
    isolation_type: Vec<String>,
    tactic: Vec<String>,
    #[serde(rename = "old_category_without_tactic")]
    old_category_without_tactic: Vec<String>,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct Nrt {
    operators: Vec<String>,
    functions: Vec<String>,
    string_operators: Vec<String>,
    source: String,
}

/// `defender.rs`: everything above.
pub(crate) fn defender(facts: &Facts) -> Result<Generated, String> {
    let tables: Tables = facts.read("defender-tables.json")?;
    let columns: Columns = facts.read("defender-columns.json")?;
    let entities: Entities = facts.read("defender-entities.json")?;
    let actions: Actions = facts.read("defender-actions.json")?;
    let graph: Graph = facts.read("defender-graph.json")?;
    let nrt: Nrt = facts.read("defender-nrt.json")?;
    let mut sources: Vec<String> = tables.sources.values().cloned().collect();
    sources.extend(graph.sources.values().cloned());
    sources.push("FalconForceTeam/KQLAnalyzer@447cd187, environments.json of 2026-07-27".to_owned());
    sources.push(nrt.source.clone());
    sources.sort();
    sources.dedup();
    let licence = "names only; documentation CC BY 4.0, KQLAnalyzer BSD-3-Clause";
    let mut out = Source::new("Custom detections of Defender, as known in August 2026.", &sources, licence);
    out.line("use crate::knowledge::defender::model::{Action, Collection, EventTable, SentinelEntity};\n");
    write_tables(&mut out, &tables, &columns)?;
    write_entities(&mut out, &entities)?;
    write_actions(&mut out, &actions)?;
    let lists = [
        ("READ_ONLY", "Members that the service sets, with dots between them.", &graph.read_only),
        ("SEVERITIES", "The severities of alerts.", &graph.enums.alert_severity),
        ("GROUPINGS", "How rows become alerts.", &graph.enums.event_grouping_kind),
        ("ISOLATIONS", "How devices are isolated.", &graph.enums.isolation_type),
        ("TACTICS", "The tactics.", &graph.enums.tactic),
        (
            "OLD_CATEGORIES",
            "Categories of the old shape that are not tactics.",
            &graph.enums.old_category_without_tactic,
        ),
        ("NRT_OPERATORS", "The operators of queries that run continuously.", &nrt.operators),
        ("NRT_FUNCTIONS", "The functions documented for queries that run continuously.", &nrt.functions),
        (
            "NRT_STRING_OPERATORS",
            "The string operators documented for queries that run continuously.",
            &nrt.string_operators,
        ),
    ];
    for (name, what, list) in lists {
        // What a future version may add is not a value to write.
        let list = list.iter().filter(|value| *value != "unknownFutureValue");
        out.line(format!(
            "\n/// {what}\npub(crate) static {name}: &[&str] = {};",
            literals(list.collect::<Vec<_>>())
        ));
    }
    Ok(out.finish("defender.rs"))
}

fn write_tables(out: &mut Source, tables: &Tables, columns: &Columns) -> Result<(), String> {
    out.line("/// Sorted by name.\npub(crate) static TABLES: &[EventTable] = &[");
    for (name, table) in &tables.tables {
        let known = columns.tables.get(name);
        if (table.surface == "xdr") != known.is_some() {
            return Err(format!("defender-columns.json: columns of {name}"));
        }
        let pair = |(column, kind): (&String, &Value)| Some(format!("{} {column}", kind.as_str()?));
        let known: Vec<String> = known.into_iter().flatten().filter_map(pair).collect();
        out.line("    EventTable {");
        out.line(format!("        name: {},", literal(name)));
        out.line(format!("        defender: {},", table.surface == "xdr"));
        out.line(format!("        time: {},", option(table.time.as_deref())));
        let required = table.required.as_ref().map(literals);
        out.line(format!(
            "        required: {},",
            required.map_or("None".to_owned(), |list| format!("Some({list})"))
        ));
        out.line(format!("        nrt: {},", table.nrt));
        out.line(format!("        not_in_nrt: {},", literals(&table.nrt_without_columns)));
        out.line(format!("        assets: {},", literals(&table.assets)));
        out.line(format!("        columns: {},\n    }},", literal(&known.join("\n"))));
    }
    out.line("];\n");
    out.line("/// A table (`*` for every one), a column in a workspace, and its name in advanced hunting.");
    out.line("pub(crate) static RENAMES: &[(&str, &str, &str)] = &[");
    for (table, names) in &columns.renames {
        for (workspace, hunting) in names {
            out.line(format!("    ({}, {}, {}),", literal(table), literal(workspace), literal(hunting)));
        }
    }
    out.line("];");
    Ok(())
}

fn write_entities(out: &mut Source, entities: &Entities) -> Result<(), String> {
    out.line("\n/// Sorted by name.\npub(crate) static COLLECTIONS: &[Collection] = &[");
    for (name, members) in &entities.collections {
        let strong = match entities.strong.get(name) {
            None => Vec::new(),
            Some(sets) => serde_json::from_value::<Vec<Vec<String>>>(sets.clone())
                .map_err(|error| format!("defender-entities.json: {name}: {error}"))?,
        };
        let strong: Vec<String> = strong.iter().map(literals).collect();
        out.line(format!(
            "    Collection {{ name: {}, members: {}, strong: &[{}] }},",
            literal(name),
            literals(members),
            strong.join(", ")
        ));
    }
    out.line("];\n\n/// Sorted by name.\npub(crate) static SENTINEL: &[SentinelEntity] = &[");
    for (name, entity) in &entities.sentinel_to_graph {
        let fields: Vec<String> =
            entity.fields.iter().map(|(from, to)| format!("({}, {})", literal(from), literal(to))).collect();
        out.line(format!(
            "    SentinelEntity {{ name: {}, collection: {}, fields: &[{}] }},",
            literal(name),
            option(entity.collection.as_deref()),
            fields.join(", ")
        ));
    }
    out.line("];\n\n/// The type of an asset of the old shape, its identifier, and the collection and member that it is now.");
    out.line("pub(crate) static OLD_ASSETS: &[(&str, &str, &str, &str)] = &[");
    for (asset, identifiers) in &entities.old_assets {
        // A remark stands beside the types.
        let Some(identifiers) = identifiers.as_object() else { continue };
        for (identifier, now) in identifiers {
            let [collection, member]: [String; 2] = serde_json::from_value(now.clone())
                .map_err(|error| format!("defender-entities.json: {asset}: {error}"))?;
            out.line(format!(
                "    ({}, {}, {}, {}),",
                literal(asset),
                literal(identifier),
                literal(&collection),
                literal(&member)
            ));
        }
    }
    out.line("];");
    Ok(())
}

fn write_actions(out: &mut Source, actions: &Actions) -> Result<(), String> {
    out.line("\n/// Sorted by name.\npub(crate) static ACTIONS: &[Action] = &[");
    for (list, kind) in &actions.lists {
        let Some(members) = actions.types.get(kind) else {
            return Err(format!("defender-actions.json: {list} is a list of {kind}"));
        };
        let old = actions.old.iter().find(|(_, now)| *now == list).map(|(old, _)| old.as_str());
        let names = |test: fn(&str) -> bool| {
            literals(
                members
                    .iter()
                    .filter(|(_, need)| test(need))
                    .map(|(name, _)| name.as_str())
                    .collect::<Vec<_>>(),
            )
        };
        out.line("    Action {");
        out.line(format!("        list: {},", literal(list)));
        out.line(format!("        required: {},", names(|need| need.starts_with("required"))));
        out.line(format!("        one_of: {},", names(|need| need.starts_with("one of"))));
        out.line(format!("        optional: {},", names(|need| need.starts_with("optional"))));
        out.line(format!("        old: {},\n    }},", option(old)));
    }
    out.line(
        "];\n\n/// An identifier of an action of the old shape, and the member and column that it is now.",
    );
    out.line("pub(crate) static OLD_IDENTIFIERS: &[(&str, &str, &str)] = &[");
    for (identifier, [member, column]) in &actions.old_identifier_to_column {
        out.line(format!("    ({}, {}, {}),", literal(identifier), literal(member), literal(column)));
    }
    out.line("];");
    Ok(())
}
