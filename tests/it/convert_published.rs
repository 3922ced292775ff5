//! Resources as they were published, in templates of their generation, and what `convert --to yaml` makes of them.
//! Runs where `SENTLINT_SHARED` names the folder that holds them.

use crate::common::{folder, run, shared, write};
use sentlint::internals::content::Duration;
use serde_json::{Value, json};

/// A resource that was published.
struct Pair {
    number: String,
    generation: String,
    kind: String,
    id: String,
    properties: Value,
}

fn pairs(text: &str) -> Vec<Pair> {
    let pair = |line: &str| {
        let pair: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| pair[key].as_str().unwrap().to_owned();
        // The id is not what is tested, and templates of old left it out.
        let id = format!("00000000-0000-4000-8000-{:0>12}", text("id"));
        let generation = text("generation")[..2].to_owned();
        Pair { number: text("id"), generation, kind: text("kind"), id, properties: pair["expected"].clone() }
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(pair).collect()
}

/// The template in which a resource of a generation stood.
fn template(pair: &Pair) -> Value {
    let hunting = pair.kind == "Hunting";
    let template = |variables: Value, resources: Value| {
        json!({
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "parameters": {"workspace": {"type": "string", "defaultValue": ""}},
            "variables": variables,
            "resources": resources,
        })
    };
    let resource = |rule: &str, name: &str, search: &str, search_name: &str| {
        let (of, name) = if hunting { (search, search_name) } else { (rule, name) };
        json!({"type": of, "name": name, "kind": pair.kind, "properties": pair.properties})
    };
    let metadata = |id: &str| {
        let kind = if hunting { "HuntingQuery" } else { "AnalyticsRule" };
        json!({
            "type": "Microsoft.OperationalInsights/workspaces/providers/metadata",
            "name": format!("[concat(parameters('workspace'),'/Microsoft.SecurityInsights/',concat('{kind}-', last(split({id},'/'))))]"),
            "properties": {"contentId": format!("[{id}]"), "kind": kind, "version": "1.2.3"},
        })
    };
    let holder = |of: &str, inner: Value| json!([{"type": of, "name": "[uniqueString('x')]", "properties": {"mainTemplate": {"resources": inner}}}]);
    match pair.generation.as_str() {
        "V2" => {
            let rule = resource(
                "Microsoft.SecurityInsights/AlertRuleTemplates",
                "[variables('_id1')]",
                "Microsoft.OperationalInsights/savedSearches",
                "Solution_Hunting_Query_1",
            );
            let inner = json!([rule, metadata("variables('_id1')")]);
            let variables = json!({"id1": pair.id, "_id1": "[variables('id1')]"});
            template(variables, holder("Microsoft.Resources/templateSpecs/versions", inner))
        }
        "V3" => {
            let rule = resource(
                "Microsoft.SecurityInsights/AlertRuleTemplates",
                "[variables('object1')._id1]",
                "Microsoft.OperationalInsights/savedSearches",
                "Solution_Hunting_Query_1",
            );
            let inner = json!([rule, metadata("variables('object1')._id1")]);
            let variables = json!({
                "object1": {"_id1": pair.id, "spec": "[uniqueString('x')]"},
                "TemplateEmptyArray": "[json('[]')]",
                "blanks": "[replace('b', 'b', '')]",
            });
            template(
                variables,
                holder("Microsoft.OperationalInsights/workspaces/providers/contentTemplates", inner),
            )
        }
        _ => {
            let name = format!("[concat(parameters('workspace'),'/Microsoft.SecurityInsights/{}')]", pair.id);
            let search_name = format!("[concat(parameters('workspace'),'/{}')]", pair.id);
            let rule = resource(
                "Microsoft.OperationalInsights/workspaces/providers/alertRules",
                &name,
                "Microsoft.OperationalInsights/workspaces/savedSearches",
                &search_name,
            );
            template(json!({}), json!([rule]))
        }
    }
}

/// A value without what is empty, with lists for lone objects, and durations as seconds.
fn tidy(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut out = serde_json::Map::new();
            for (key, value) in map {
                let value = match key.as_str() {
                    "lookbackDuration" | "queryFrequency" | "queryPeriod" => {
                        json!(Duration::parse(value.as_str().unwrap_or_default()).map(|read| read.seconds))
                    }
                    "entityMappings" | "fieldMappings" if value.is_object() => json!([tidy(value)]),
                    "[variables('blanks')]" => Value::Null,
                    _ => tidy(value),
                };
                let empty = value.is_null()
                    || value.as_str().is_some_and(|text| text.is_empty() || text == "[variables('blanks')]")
                    || value.as_array().is_some_and(Vec::is_empty)
                    || value.as_object().is_some_and(serde_json::Map::is_empty);
                if !empty {
                    out.insert(key.clone(), value);
                }
            }
            Value::Object(out)
        }
        Value::Array(items) => items.iter().map(tidy).collect(),
        other => other.clone(),
    }
}

/// The same with every string in lower case.
fn lower(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(text.to_ascii_lowercase()),
        Value::Array(items) => items.iter().map(lower).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), lower(value))).collect(),
        other => other.clone(),
    }
}

/// What differs between a published resource and the YAML made from it.
fn differences(pair: &Pair, yaml: &Value) -> Vec<String> {
    let (published, yaml) = (tidy(&pair.properties), tidy(yaml));
    let mut found = Vec::new();
    let mut compare = |what: &str, published: Value, yaml: Value| {
        // The way back corrects the case of what the service, or the query, spells otherwise.
        let corrected =
            ["severity", "tactics", "entityMappings"].contains(&what) && lower(&published) == lower(&yaml);
        if published != yaml && !corrected {
            found.push(format!("{} {what}: {published} | {yaml}", pair.number));
        }
    };
    let trimmed = |value: &Value| json!(value.as_str().map(str::trim));
    compare("id", json!(pair.id), yaml["id"].clone());
    compare("name", trimmed(&published["displayName"]), yaml["name"].clone());
    compare("query", published["query"].clone(), yaml["query"].clone());
    let list = |value: &Value| {
        let mut items: Vec<String> = Vec::new();
        for item in value.as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !items.contains(&item.to_owned()) {
                items.push(item.to_owned());
            }
        }
        json!(items)
    };
    if pair.kind == "Hunting" {
        for (tag, key) in
            [("description", "description"), ("tactics", "tactics"), ("techniques", "relevantTechniques")]
        {
            let tags = published["tags"].as_array().cloned().unwrap_or_default();
            let value = tags
                .iter()
                .find(|found| found["name"] == tag)
                .map_or(Value::Null, |found| found["value"].clone());
            if tag == "description" {
                compare(
                    tag,
                    json!(value.as_str().unwrap_or_default().trim()),
                    json!(yaml[key].as_str().unwrap_or_default().trim()),
                );
            } else {
                let split: Value = value
                    .as_str()
                    .unwrap_or_default()
                    .split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                    .collect();
                compare(tag, list(&split), list(&yaml[key]));
            }
        }
        return found;
    }
    compare("description", trimmed(&published["description"]), trimmed(&yaml["description"]));
    compare("tactics", list(&published["tactics"]), list(&yaml["tactics"]));
    let operator = match yaml["triggerOperator"].as_str() {
        Some("gt") => json!("GreaterThan"),
        Some("lt") => json!("LessThan"),
        Some("eq") => json!("Equal"),
        Some("ne") => json!("NotEqual"),
        _ => Value::Null,
    };
    compare("triggerOperator", published["triggerOperator"].clone(), operator);
    for key in [
        "severity",
        "status",
        "requiredDataConnectors",
        "queryFrequency",
        "queryPeriod",
        "triggerThreshold",
        "entityMappings",
        "customDetails",
        "alertDetailsOverride",
        "eventGroupingSettings",
        "incidentConfiguration",
        "sentinelEntitiesMappings",
    ] {
        compare(key, published[key].clone(), yaml[key].clone());
    }
    found
}

#[test]
fn what_was_published_comes_back() {
    let Some(shared) = shared() else { return };
    let text = std::fs::read_to_string(shared.join("pairs/pairs.jsonl")).unwrap();
    let pairs: Vec<Pair> = pairs(&text).into_iter().filter(|pair| pair.generation != "pl").collect();
    let dir = folder(&[]);
    for pair in &pairs {
        write(dir.path(), &format!("in/{}.json", pair.number), template(pair).to_string().as_bytes());
    }
    let ran = run(dir.path(), &["convert", "in", "--to", "yaml", "-q", "-o", "out"], "");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let mut wrong = Vec::new();
    let mut bad = 0;
    for pair in &pairs {
        let text = std::fs::read_to_string(dir.path().join(format!("out/{}.yaml", pair.number))).unwrap();
        let yaml: Value = serde_yaml::from_str(&text).unwrap();
        let found = differences(pair, &yaml);
        bad += usize::from(!found.is_empty());
        wrong.extend(found);
    }
    assert!(pairs.len() >= 1000, "{} pairs", pairs.len());
    assert_eq!(bad, 0, "of {}:\n{}", pairs.len(), wrong.join("\n"));
}
