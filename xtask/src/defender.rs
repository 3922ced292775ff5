//! Custom detections of Defender: the tables of advanced hunting with what a detection over each must return, entity
//! mappings, response actions, closed sets of values, and what a query that runs continuously can use.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Generated;
use crate::facts::Facts;
use crate::rust::{Source, literal, literals};
use crate::sheet::{Sheet, sets, words};

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

/// `defender.txt`, and `defender.rs` with its sources and the short lists. The blocks of the text are separated by blank lines:
///
/// - the tables by name: name, `d` for Defender's and `n` for those of continuous queries, the column of the time, the required
///   columns or `-`, columns that continuous queries lack, assets, columns with their types
/// - the renamed columns: table (`*` for every one), name in a workspace, name in advanced hunting
/// - the collections of entity mappings: name, members, sets that identify an entity
/// - Sentinel's entity types: name, collection, identifiers with their members
/// - assets of the old shape: type, identifier, and the collection and member that it is now
/// - actions: list, members that are required, of which one is required, that are optional, type in the old shape
/// - identifiers of actions of the old shape, and the member and column that each is now
pub(crate) fn defender(facts: &Facts) -> Result<[Generated; 2], String> {
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
    out.line("use crate::words::Words;\n");
    out.line("/// Its layout is told in `xtask/src/defender.rs`.");
    out.line("pub(crate) static FACTS: &str = include_str!(\"defender.txt\");");
    let mut sheet = Sheet::default();
    write_tables(&mut sheet, &tables, &columns)?;
    write_entities(&mut sheet, &entities)?;
    write_actions(&mut sheet, &actions)?;
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
    ];
    for (name, what, list) in lists {
        // What a future version may add is not a value to write.
        let list = list.iter().filter(|value| *value != "unknownFutureValue");
        out.line(format!(
            "\n/// {what}\npub static {name}: &[&str] = {};",
            literals(list.collect::<Vec<_>>())
        ));
    }
    for (name, what, list) in [
        ("NRT_OPERATORS", "The operators of", &nrt.operators),
        ("NRT_FUNCTIONS", "The functions documented for", &nrt.functions),
        ("NRT_STRING_OPERATORS", "The string operators documented for", &nrt.string_operators),
    ] {
        out.line(format!("\n/// {what} queries that run continuously."));
        out.line(format!("pub const {name}: Words = Words::new({});", literal(&words(list)?)));
    }
    Ok([sheet.finish("defender.txt"), out.finish("defender.rs")])
}

fn write_tables(out: &mut Sheet, tables: &Tables, columns: &Columns) -> Result<(), String> {
    for (name, table) in &tables.tables {
        let known = columns.tables.get(name);
        let is_defender = table.surface == "xdr";
        if is_defender != known.is_some() {
            return Err(format!("defender-columns.json: columns of {name}"));
        }
        let pair = |(column, kind): (&String, &Value)| Some(format!("{column}:{}", kind.as_str()?));
        let required = match &table.required {
            Some(required) if required.is_empty() => return Err(format!("defender-tables.json: {name}")),
            Some(required) => words(required)?,
            None => "-".to_owned(),
        };
        out.row(&[
            name,
            &[(is_defender, 'd'), (table.nrt, 'n')]
                .iter()
                .filter(|(is, _)| *is)
                .map(|(_, mark)| mark)
                .collect::<String>(),
            table.time.as_deref().unwrap_or_default(),
            &required,
            &words(&table.nrt_without_columns)?,
            &words(&table.assets)?,
            &words(known.into_iter().flatten().filter_map(pair))?,
        ])?;
    }
    out.end_block();
    for (table, names) in &columns.renames {
        for (workspace, hunting) in names {
            out.row(&[table, workspace, hunting])?;
        }
    }
    out.end_block();
    Ok(())
}

fn write_entities(out: &mut Sheet, entities: &Entities) -> Result<(), String> {
    for (name, members) in &entities.collections {
        let strong = match entities.strong.get(name) {
            None => Vec::new(),
            Some(sets) => serde_json::from_value::<Vec<Vec<String>>>(sets.clone())
                .map_err(|error| format!("defender-entities.json: {name}: {error}"))?,
        };
        out.row(&[name, &words(members)?, &sets(&strong)?])?;
    }
    out.end_block();
    for (name, entity) in &entities.sentinel_to_graph {
        let fields = entity.fields.iter().map(|(from, to)| format!("{from}:{to}"));
        out.row(&[name, entity.collection.as_deref().unwrap_or_default(), &words(fields)?])?;
    }
    out.end_block();
    for (asset, identifiers) in &entities.old_assets {
        // A remark stands beside the types.
        let Some(identifiers) = identifiers.as_object() else { continue };
        for (identifier, now) in identifiers {
            let [collection, member]: [String; 2] = serde_json::from_value(now.clone())
                .map_err(|error| format!("defender-entities.json: {asset}: {error}"))?;
            out.row(&[asset, identifier, &collection, &member])?;
        }
    }
    out.end_block();
    Ok(())
}

fn write_actions(out: &mut Sheet, actions: &Actions) -> Result<(), String> {
    for (list, kind) in &actions.lists {
        let Some(members) = actions.types.get(kind) else {
            return Err(format!("defender-actions.json: {list} is a list of {kind}"));
        };
        let old = actions.old.iter().find(|(_, now)| *now == list).map(|(old, _)| old.as_str());
        let names = |start: &str| {
            words(members.iter().filter(|(_, need)| need.starts_with(start)).map(|(name, _)| name))
        };
        out.row(&[
            list,
            &names("required")?,
            &names("one of")?,
            &names("optional")?,
            old.unwrap_or_default(),
        ])?;
    }
    out.end_block();
    for (identifier, [member, column]) in &actions.old_identifier_to_column {
        out.row(&[identifier, member, column])?;
    }
    Ok(())
}
