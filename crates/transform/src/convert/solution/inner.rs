//! The resource inside a content template: a rule template or a saved search, as upstream publishes them.

use serde_json::{Map, Value, json};

use super::super::arm::{AlertRule, SavedSearch, Tag};
use super::super::values::tidy;
use crate::content::Template;
use crate::content::fields::{self, Type};
use crate::content::model::{Common, field};
use crate::knowledge::limits;
use crate::yaml::{Node, to_json};

/// What stands for a list without items, which templates must not hold.
pub(super) const EMPTY_LIST: &str = "[variables('TemplateEmptyArray')]";

/// The properties of a rule template, in the order in which upstream writes them. Templates are not enabled, and
/// nobody has silenced them yet, whatever the file says of the rule.
pub(super) fn rule(template: &Template<'_>, rule: &AlertRule, bugs: bool) -> Value {
    let common = template.common();
    let status = template.alerting().and_then(|alerting| alerting.status).map(|text| text.value.trim());
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() {
            out.insert(key.to_owned(), value);
        }
    };
    put("description", json!(rule.description));
    put("displayName", json!(rule.display_name));
    put("enabled", json!(false));
    put("query", json!(rule.query));
    put("queryFrequency", json!(rule.query_frequency));
    put("queryPeriod", json!(rule.query_period));
    put("severity", json!(rule.severity));
    put("suppressionDuration", json!("PT1H"));
    put("suppressionEnabled", json!(false));
    put("triggerOperator", json!(rule.trigger_operator));
    put("triggerThreshold", json!(rule.trigger_threshold));
    put("status", json!(status.filter(|status| !status.is_empty()).unwrap_or("Available")));
    put("requiredDataConnectors", connectors(common));
    let list = |list: &[String]| if list.is_empty() { Value::Null } else { json!(list) };
    put("tactics", list(&rule.tactics));
    put("subTechniques", list(&rule.sub_techniques));
    put("techniques", list(&rule.techniques));
    put("entityMappings", json!(rule.entity_mappings));
    put("eventGroupingSettings", json!(rule.event_grouping_settings));
    put("customDetails", json!(rule.custom_details));
    put("alertDetailsOverride", json!(rule.alert_details_override));
    put("incidentConfiguration", json!(rule.incident_configuration));
    put("sentinelEntitiesMappings", json!(rule.sentinel_entities_mappings));
    if bugs {
        rule_bugs(template, &mut out);
    }
    Value::Object(out)
}

/// The connectors; several ids in one place are joined, as upstream does.
fn connectors(common: &Common<'_>) -> Value {
    let Some(field) = field(common.root, "requiredDataConnectors") else { return json!(EMPTY_LIST) };
    let Some(Value::Array(mut items)) = tidy(field.node(), &fields::ty("requiredDataConnectors")) else {
        return json!(EMPTY_LIST);
    };
    for item in &mut items {
        if let Some(Value::Array(ids)) = item.get_mut("connectorId") {
            let ids: Vec<&str> = ids.iter().filter_map(Value::as_str).collect();
            item["connectorId"] = json!(ids.join(","));
        }
    }
    json!(items)
}

/// The properties of a hunting query's saved search.
pub(super) fn saved_search(common: &Common<'_>, search: &SavedSearch, bugs: bool) -> Value {
    let bug_tags = bugs.then(|| tag_bugs(common));
    let tags = bug_tags.as_deref().unwrap_or(&search.tags);
    let mut out = json!({
        "eTag": search.e_tag,
        "displayName": search.display_name,
        "category": search.category,
        "query": search.query,
        "version": search.version,
    });
    if !tags.is_empty() {
        out["tags"] = json!(tags);
    }
    out
}

/// What upstream's packaging makes of a rule where it does not do what was meant.
fn rule_bugs(template: &Template<'_>, out: &mut Map<String, Value>) {
    let common = template.common();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value
            && out.contains_key(key)
        {
            out.insert(key.to_owned(), value);
        }
    };
    // A description that begins with a quote loses its first and its last character, whatever that is.
    put("description", common.description.map(|text| json!(cut_description(text.value.trim_end()))));
    put("severity", common.severity.map(|text| json!(text.value)));
    if let Some(schedule) = template.schedule() {
        let duration = |span: &Option<crate::content::model::TimeSpan<'_>>| {
            span.as_ref().map(|span| json!(prefixed_duration(span.text.value)))
        };
        put("queryFrequency", duration(&schedule.frequency));
        put("queryPeriod", duration(&schedule.period));
        put(
            "triggerOperator",
            schedule.operator.map(|text| {
                limits::trigger_operator(text.value).map_or(Value::Null, |operator| json!(operator))
            }),
        );
    }
    let plain = |text: &str| text.replace(' ', "");
    let tactics: Vec<String> = common.tactics.values().map(plain).collect();
    put("tactics", Some(json!(tactics)));
    // Whether a parent is there already is asked with its sub-technique's name, so that parents occur twice.
    let mut techniques: Vec<String> = Vec::new();
    for id in common.techniques.values().map(plain) {
        if !techniques.contains(&id) {
            techniques.push(id.split('.').next().unwrap_or_default().to_owned());
        }
    }
    put("techniques", Some(json!(techniques)));
    let raw = |key: &str| field(common.root, key).map(|field| copied(field.node()));
    // Durations inside stay as they are written.
    put("incidentConfiguration", raw("incidentConfiguration"));
}

/// A value as it is written, but for what is empty.
fn copied(node: &Node) -> Value {
    tidy(node, &Type::Any).unwrap_or_else(|| to_json(node))
}

fn cut_description(text: &str) -> &str {
    if !text.starts_with(['\'', '"']) {
        return text;
    }
    let mut chars = text.chars();
    chars.next();
    chars.next_back();
    chars.as_str()
}

/// Upper case with `P` before what holds a D and `PT` before the rest: right for one unit only.
fn prefixed_duration(text: &str) -> String {
    let upper = text.to_uppercase();
    if upper.contains('D') { format!("P{upper}") } else { format!("PT{upper}") }
}

fn tag_bugs(common: &Common<'_>) -> Vec<Tag> {
    let mut tags = Vec::new();
    // A quote is taken off either end, whether or not there is one at the other.
    if let Some(text) = common.description {
        let text = text.value.trim();
        let text = text.strip_prefix('\'').unwrap_or(text);
        let text = text.strip_suffix('\'').unwrap_or(text);
        tags.push(Tag { name: "description", value: text.to_owned() });
    }
    for (name, list) in [("tactics", &common.tactics), ("techniques", &common.techniques)] {
        let joined = list.values().collect::<Vec<_>>().join(",").replace(' ', "");
        if !list.items.is_empty() {
            tags.push(Tag { name, value: joined });
        }
    }
    tags
}
