//! Rules and saved searches without their envelope: what `az` and PowerShell print, which put the properties beside the
//! name, and the settings files of the module `AzSentinel`, which list rules by kind. They are made resources of.

use serde_json::{Map, Value, json};

use super::scope::member;

/// What a resource has in addition to its properties.
const ENVELOPE: [&str; 11] = [
    "id",
    "name",
    "type",
    "kind",
    "etag",
    "location",
    "resourceGroup",
    "resourceGroupName",
    "systemData",
    "lastModifiedUtc",
    "apiVersion",
];

const RULE: &str = "Microsoft.SecurityInsights/alertRules";
const SAVED_SEARCH: &str = "Microsoft.OperationalInsights/workspaces/savedSearches";

/// The type of a resource that does not state one, by its id, or else by its kind and what a rule cannot do without.
pub(super) fn type_of(resource: &Map<String, Value>) -> Option<&'static str> {
    let id = member(resource, "id").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    if id.contains("/savedsearches/") {
        return Some(SAVED_SEARCH);
    }
    if id.contains("/alertruletemplates/") {
        return Some("Microsoft.SecurityInsights/AlertRuleTemplates");
    }
    if id.contains("/alertrules/") {
        return Some(RULE);
    }
    let inner = member(resource, "properties").and_then(Value::as_object).unwrap_or(resource);
    let has = |key: &str| member(inner, key).is_some();
    let kind = member(resource, "kind").and_then(Value::as_str).unwrap_or_default();
    let is_rule = kind.eq_ignore_ascii_case("Scheduled") || kind.eq_ignore_ascii_case("NRT");
    if has("displayName") && has("query") {
        if is_rule {
            return Some(RULE);
        }
        if has("category") {
            return Some(SAVED_SEARCH);
        }
    }
    None
}

/// The same resource with its properties where they belong; `None` where they are there, or nowhere.
pub(super) fn with_properties(resource: &Map<String, Value>) -> Option<Map<String, Value>> {
    if member(resource, "properties").is_some() || member(resource, "query").is_none() {
        return None;
    }
    let (mut out, mut properties) = (Map::new(), Map::new());
    for (key, value) in resource {
        let is_outer = ENVELOPE.iter().any(|outer| outer.eq_ignore_ascii_case(key));
        let target = if is_outer { &mut out } else { &mut properties };
        target.insert(key.clone(), value.clone());
    }
    out.insert("properties".to_owned(), Value::Object(properties));
    Some(out)
}

/// A resource with the key and the number that lead to it.
type Listed = (String, usize, Map<String, Value>);

/// The resources of a settings file of the module `AzSentinel`; `None` for other files.
pub(super) fn of_module(root: &Map<String, Value>) -> Option<Vec<Listed>> {
    const LISTS: [&str; 7] = [
        "Scheduled",
        "NRT",
        "Hunting",
        "analytics",
        "Fusion",
        "MLBehaviorAnalytics",
        "MicrosoftSecurityIncidentCreation",
    ];
    let is_list = |key: &str| LISTS.iter().find(|list| list.eq_ignore_ascii_case(key)).copied();
    if root.is_empty() || !root.iter().all(|(key, value)| is_list(key).is_some() && value.is_array()) {
        return None;
    }
    let mut found = Vec::new();
    for (key, value) in root {
        let Some(list) = is_list(key) else { continue };
        for (at, item) in value.as_array().into_iter().flatten().enumerate() {
            let Some(item) = item.as_object() else { continue };
            let scheduled = member(item, "queryFrequency").is_some();
            let resource = match list {
                "Hunting" => search(item),
                "analytics" if !scheduled => search(item),
                "analytics" => rule(item, "Scheduled"),
                kind => rule(item, kind),
            };
            found.push((key.clone(), at, resource));
        }
    }
    Some(found)
}

fn rule(item: &Map<String, Value>, kind: &str) -> Map<String, Value> {
    let mut properties = item.clone();
    let mut take = |key: &str| {
        let key = properties.keys().find(|name| name.eq_ignore_ascii_case(key)).cloned()?;
        properties.shift_remove(&key)
    };
    let (grouping, aggregation, create) =
        (take("groupingConfiguration"), take("aggregationKind"), take("createIncident"));
    // What is empty names no playbook, and so nothing is lost.
    properties.retain(|key, value| {
        !(key.to_ascii_lowercase().starts_with("playbook") && value.as_str() == Some(""))
    });
    if let Some(kind) = aggregation {
        properties.insert("eventGroupingSettings".to_owned(), json!({"aggregationKind": kind}));
    }
    if create.is_some() || grouping.is_some() {
        let mut incident = Map::new();
        incident.insert("createIncident".to_owned(), create.unwrap_or(Value::Bool(true)));
        incident.extend(grouping.map(|value| ("groupingConfiguration".to_owned(), value)));
        properties.insert("incidentConfiguration".to_owned(), Value::Object(incident));
    }
    resource(RULE, Some(kind), properties)
}

fn search(item: &Map<String, Value>) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut tags = Vec::new();
    for (key, value) in item {
        match key.to_ascii_lowercase().as_str() {
            "description" => tags.push(json!({"name": "description", "value": value})),
            "tactics" | "techniques" => {
                let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                let joined: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                let text = value.as_str().map_or_else(|| joined.join(","), str::to_owned);
                tags.push(json!({"name": key.to_ascii_lowercase(), "value": text}));
            }
            _ => {
                properties.insert(key.clone(), value.clone());
            }
        }
    }
    properties.insert("category".to_owned(), json!("Hunting Queries"));
    properties.insert("tags".to_owned(), Value::Array(tags));
    resource(SAVED_SEARCH, None, properties)
}

fn resource(own_type: &str, kind: Option<&str>, properties: Map<String, Value>) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("type".to_owned(), json!(own_type));
    out.extend(kind.map(|kind| ("kind".to_owned(), json!(kind))));
    let id = member(&properties, "id").or_else(|| member(&properties, "name")).cloned();
    out.extend(id.map(|id| ("name".to_owned(), id)));
    let mut properties = properties;
    properties.retain(|key, _| !key.eq_ignore_ascii_case("id") && !key.eq_ignore_ascii_case("name"));
    out.insert("properties".to_owned(), Value::Object(properties));
    out
}
