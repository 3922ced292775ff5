//! `cargo xtask facts --from DIR`: takes the facts that sentlint uses out of the collected data in `DIR`. Names, types
//! and marks go over; texts, queries and bodies of functions do not. What is not expected is refused, so that a new
//! mark in the data is not lost in silence.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::facts::{self, FunctionFact, ParameterFact, Schemas, TableFact};
use crate::{attack, builtins, connectors, defender, entities, gate};

/// One file of facts: its name below `xtask/facts`, and its text.
pub(crate) struct FactFile {
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

/// Every file of facts, from the data in `folder`.
pub(crate) fn collect(folder: &Path) -> Result<Vec<FactFile>, String> {
    let input = |name| Input::read(folder, name);
    Ok(vec![
        input("attack.json")?.reduced::<attack::Attack>("attack.json")?,
        input("attack-16.1.json")?.reduced::<attack::Attack>("attack-16.1.json")?,
        input("upstream/technique-tactics.json")?.reduced::<attack::Upstream>("technique-tactics.json")?,
        input("kql/kusto-builtins.json")?.reduced::<builtins::Builtins>("builtins.json")?,
        input("upstream/connector-ids.json")?.reduced::<connectors::Upstream>("connector-ids.json")?,
        input("connectors-tables.json")?.reduced::<connectors::Solutions>("connectors-tables.json")?,
        input("connectors-2026.json")?.reduced::<connectors::Published>("connectors-published.json")?,
        input("kql/gate.json")?.reduced::<gate::Gate>("gate.json")?,
        input("upstream/entity-types.json")?.reduced::<entities::Entities>("entity-types.json")?,
        input("defender/tables.json")?.reduced::<defender::Tables>("defender-tables.json")?,
        input("defender/advanced-hunting.json")?.reduced::<defender::Columns>("defender-columns.json")?,
        input("defender/entities.json")?.reduced::<defender::Entities>("defender-entities.json")?,
        input("defender/actions.json")?.reduced::<defender::Actions>("defender-actions.json")?,
        input("defender/graph.json")?.reduced::<defender::Graph>("defender-graph.json")?,
        input("defender/nrt.json")?.reduced::<defender::Nrt>("defender-nrt.json")?,
        schemas(&input("kql/schemas.json")?)?,
    ])
}

/// A file of the collected data.
struct Input {
    name: &'static str,
    text: String,
}

impl Input {
    fn read(folder: &Path, name: &'static str) -> Result<Self, String> {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { name, text })
    }

    fn parse<T: DeserializeOwned>(&self) -> Result<T, String> {
        serde_json::from_str(&self.text).map_err(|error| format!("{}: {error}", self.name))
    }

    fn sha1(&self) -> String {
        sha1_smol::Sha1::from(&self.text).digest().to_string()
    }

    /// The part of it that `T` holds, as JSON with an item on a line.
    fn reduced<T: DeserializeOwned + Serialize>(&self, name: &'static str) -> Result<FactFile, String> {
        let facts =
            serde_json::to_value(self.parse::<T>()?).map_err(|error| format!("{}: {error}", self.name))?;
        let Value::Object(facts) = facts else { return Err(format!("{}: not an object", self.name)) };
        let mut all = Map::new();
        all.insert(
            "made".to_owned(),
            json!({ "by": "cargo xtask facts", "from": self.name, "sha1": self.sha1() }),
        );
        all.extend(facts);
        let mut text = String::new();
        write_json(&mut text, &Value::Object(all), 0);
        text.push('\n');
        Ok(FactFile { name, text })
    }
}

/// Writes a value on one line if it is short, and otherwise each of its items on a line of its own.
fn write_json(out: &mut String, value: &Value, depth: usize) {
    let short = value.to_string();
    let (open, close, items): (_, _, Vec<(Option<&String>, &Value)>) = match value {
        Value::Array(items) => ('[', ']', items.iter().map(|item| (None, item)).collect()),
        Value::Object(items) => ('{', '}', items.iter().map(|(key, item)| (Some(key), item)).collect()),
        _ => return out.push_str(&short),
    };
    if depth > 0 && short.len() <= 160 {
        return out.push_str(&short);
    }
    out.push(open);
    for (at, (key, item)) in items.iter().enumerate() {
        let _ = write!(out, "{}\n{}", if at == 0 { "" } else { "," }, " ".repeat(depth + 1));
        if let Some(key) = key {
            let _ = write!(out, "{}: ", Value::from(key.as_str()));
        }
        write_json(out, item, depth + 1);
    }
    let _ = write!(out, "\n{}{close}", " ".repeat(depth));
}

/// Column names and types, in the order of the data.
type Columns = Map<String, Value>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Collected {
    implicit: Implicit,
    tables: BTreeMap<String, Columns>,
    meta: BTreeMap<String, Meta>,
    names_only: Vec<String>,
    asim: BTreeMap<String, Columns>,
    functions: BTreeMap<String, Function>,
}

/// Columns that every table of a kind has, whether its schema lists them or not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Implicit {
    la: Columns,
    clv1: Columns,
    xdr: Columns,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "what is named here is known, and what is not named is refused")]
#[expect(clippy::struct_excessive_bools, reason = "the data has them as marks")]
struct Meta {
    src: String,
    #[serde(default)]
    v1: bool,
    #[serde(default)]
    xdr: bool,
    #[serde(default)]
    xdronly: bool,
    #[serde(default)]
    open: bool,
    #[serde(default)]
    hint: bool,
    /// The same table under another spelling, which the data holds as well.
    alias: Option<String>,
    /// Columns that the data took from elsewhere than the table's page; `tables` has them.
    #[serde(default)]
    patched: Vec<String>,
    /// Columns that one of two products has; `tables` has them all.
    #[serde(default)]
    la_columns: Vec<String>,
    #[serde(default)]
    xdr_columns: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what is named here is known, and what is not named is refused")]
struct Function {
    params: Parameters,
    src: String,
    /// Only that there is one counts: what it returns was computed from it.
    body: Option<serde::de::IgnoredAny>,
    #[serde(rename = "body_src")]
    body_src: Option<String>,
    source: Option<String>,
    deprecated: Option<String>,
    columns: Option<Columns>,
    #[serde(rename = "columns_ref")]
    columns_ref: Option<String>,
    open: Option<bool>,
    result_columns: Option<Columns>,
    #[serde(default)]
    result_open: bool,
    result_type: Option<String>,
    #[serde(default)]
    body_errors: u32,
    #[serde(default)]
    bare_columns: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Parameters {
    Any(String),
    List(Vec<Parameter>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameter {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    default: Option<String>,
}

fn schemas(input: &Input) -> Result<FactFile, String> {
    let collected: Collected = input.parse()?;
    let mut schemas = Schemas::default();
    let implicit = &collected.implicit;
    for (name, columns) in [("la", &implicit.la), ("clv1", &implicit.clv1), ("xdr", &implicit.xdr)] {
        schemas.implicit.push((name.to_owned(), typed(columns)?));
    }
    for (name, columns) in &collected.tables {
        let Some(meta) = collected.meta.get(name) else {
            return Err(format!("{}: {name} has no meta", input.name));
        };
        let Some(name) = clean(name) else { continue };
        let marks = [
            ("defender", meta.xdr || meta.xdronly),
            ("defender-only", meta.xdronly),
            ("classic", meta.v1),
            ("open", meta.open),
            ("hint", meta.hint),
        ];
        let marks =
            marks.iter().filter(|(_, applies)| *applies).map(|(mark, _)| (*mark).to_owned()).collect();
        let fact = TableFact { source: meta.src.clone(), marks, columns: typed(columns)? };
        if schemas.tables.insert(name.clone(), fact).is_some() {
            return Err(format!("{}: two tables are called {name}", input.name));
        }
    }
    for name in collected.names_only.iter().filter_map(|name| clean(name)) {
        let fact = || TableFact { source: "name".to_owned(), ..TableFact::default() };
        schemas.tables.entry(name).or_insert_with(fact);
    }
    for (name, function) in &collected.functions {
        let fact = function_fact(name, function, &collected)?;
        schemas.functions.insert(name.clone(), fact);
    }
    if schemas.tables.len() < 2_000 || schemas.functions.len() < 1_000 {
        let (tables, functions) = (schemas.tables.len(), schemas.functions.len());
        return Err(format!("{}: only {tables} tables and {functions} functions", input.name));
    }
    let text = facts::write_schemas(&schemas, input.name, &input.sha1());
    Ok(FactFile { name: facts::SCHEMAS, text })
}

/// The name of a table without what does not belong to it; `None` for what no query could write.
fn clean(name: &str) -> Option<String> {
    let name = name.trim_matches(|c: char| c.is_whitespace() || c == '\u{200b}').to_owned();
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_name && !name.is_empty()).then_some(name)
}

fn typed(columns: &Columns) -> Result<Vec<(String, String)>, String> {
    let pair = |(name, kind): (&String, &Value)| match kind.as_str() {
        Some(kind) => Ok((name.clone(), kind.to_owned())),
        None => Err(format!("schemas.json: the type of column {name} is {kind}")),
    };
    columns.iter().map(pair).collect()
}

fn function_fact(name: &str, function: &Function, collected: &Collected) -> Result<FunctionFact, String> {
    let parameters = match &function.params {
        Parameters::Any(text) if text == "*" => None,
        Parameters::Any(text) => return Err(format!("schemas.json: parameters `{text}` of {name}")),
        Parameters::List(list) => {
            Some(list.iter().map(|one| parameter_fact(one, &function.bare_columns)).collect())
        }
    };
    let columns = result(function, collected)?;
    let open = match function.body {
        Some(_) => function.result_open || columns.is_empty(),
        None => function.open.unwrap_or(true),
    };
    Ok(FunctionFact {
        origin: match function.src.as_str() {
            "sentinel" | "xdr" | "asim" => function.src.clone(),
            "az2022" | "az2022-arm" | "az2022-text" | "jude-arm" | "name-only" => "solution".to_owned(),
            other => return Err(format!("schemas.json: unknown source `{other}` of {name}")),
        },
        parameters,
        open: open && function.result_type.is_none(),
        uncertain: function.body_errors > 0,
        scalar: function.result_type.clone(),
        columns: typed(&columns)?,
    })
}

fn parameter_fact(parameter: &Parameter, column_names: &[String]) -> ParameterFact {
    let kind = if parameter.kind.starts_with('(') { "table" } else { &parameter.kind };
    ParameterFact {
        name: parameter.name.clone(),
        kind: kind.to_owned(),
        optional: parameter.default.is_some(),
        column_name: column_names.contains(&parameter.name),
    }
}

/// The columns that a function returns, as the official analyzer computed them where it could.
fn result(function: &Function, collected: &Collected) -> Result<Columns, String> {
    if function.body.is_some() {
        return Ok(function.result_columns.clone().unwrap_or_default());
    }
    let Some(reference) = &function.columns_ref else {
        return Ok(function.columns.clone().unwrap_or_default());
    };
    let schema = reference.strip_prefix("asim:").and_then(|name| collected.asim.get(name));
    let mut columns = schema.ok_or_else(|| format!("schemas.json: no {reference}"))?.clone();
    for name in ["TimeGenerated", "Type", "_ResourceId", "TenantId", "_ItemId", "_SubscriptionId"] {
        let kind = if name == "TimeGenerated" { "datetime" } else { "string" };
        columns.insert(name.to_owned(), Value::from(kind));
    }
    Ok(columns)
}
