//! An alert rule, deployed or packaged, as an analytic rule.

use serde_json::{Value, json};

use super::collect::{Found, ResourceKind};
use super::draft::{Draft, description, list, no_connectors, techniques};
use super::durations::short_duration;
use super::properties::{Converted, PropertyReader};
use super::scope::member;
use crate::content::fields::Type;
use crate::content::{Kind, SCHEDULE_KEYS};
use crate::convert::notes::{KEY_LOST, KIND_DERIVED, OPERATOR_KEPT, RESOURCE_LOST, SCHEDULE_MISSING};
use crate::knowledge::limits;

/// What the converter writes where the YAML says nothing, and what the portal does.
const SUPPRESSION: &str = "1h";
const PORTAL_SUPPRESSION: &str = "5h";

/// The rule as YAML, in the repository's order of keys; `None` for rules that are not written as YAML.
pub(super) fn read(found: &Found, reader: &mut PropertyReader<'_>) -> Converted {
    let stated = member(&found.resource, "kind").and_then(Value::as_str).map(|kind| found.scope.name(kind));
    let kind = match stated.as_deref().map(str::trim) {
        Some(kind) if kind.eq_ignore_ascii_case("NRT") => Kind::NrtRule,
        Some(kind) if kind.eq_ignore_ascii_case("Scheduled") => Kind::ScheduledRule,
        Some(other) => {
            let message = format!("rules of the kind {other} have no counterpart in YAML; skipped");
            reader.note(&RESOURCE_LOST, None, message);
            return Ok(None);
        }
        None => {
            reader.note(&KIND_DERIVED, None, "the resource has no `kind`; it is read as a scheduled rule");
            Kind::ScheduledRule
        }
    };
    let mut draft = Draft::begin(found, reader)?;
    draft.put("description", description(reader.text("description")));
    draft.put("severity", reader.trimmed("severity"));
    draft.put("status", reader.trimmed("status"));
    draft.put("enabled", enabled(found, reader));
    draft.put("requiredDataConnectors", Some(connectors(reader)));
    if kind == Kind::ScheduledRule {
        schedule(reader, &mut draft);
    } else {
        for key in SCHEDULE_KEYS {
            reader.leave(key, "NRT rules have no schedule");
        }
    }
    let (suppression, suppressed) = suppression(reader);
    draft.put("suppressionDuration", suppression);
    draft.put("suppressionEnabled", suppressed.then_some(true));
    draft.put("tactics", list(reader.list("tactics")));
    draft.put(
        "relevantTechniques",
        list(techniques(&reader.list("techniques"), &reader.list("subTechniques"))),
    );
    draft.put("entityMappings", reader.same_key("entityMappings"));
    draft.put("customDetails", reader.same_key("customDetails"));
    draft.put("alertDetailsOverride", reader.same_key("alertDetailsOverride"));
    let (exported, own) = (reader.exported, reader.own);
    let grouping = reader.same_key("eventGroupingSettings");
    draft.put("eventGroupingSettings", grouping.filter(|value| !exported || !is_default_grouping(value)));
    draft.put(
        "incidentConfiguration",
        reader.same_key("incidentConfiguration").and_then(|v| incidents(v, exported, own)),
    );
    draft.put("sentinelEntitiesMappings", reader.same_key("sentinelEntitiesMappings"));
    draft.put("kind", Some(if kind == Kind::NrtRule { "NRT" } else { "Scheduled" }));
    reader.leave("startTimeUtc", "use --start-at to set it when a template is created");
    reader.report_unmapped();
    Ok(Some((kind, draft.0)))
}

/// `false` for a rule that is deployed so. Packaged templates are never enabled, whatever their authors want.
fn enabled(found: &Found, reader: &mut PropertyReader<'_>) -> Option<bool> {
    let enabled = reader.truth("enabled").unwrap_or(true);
    if !enabled && found.kind == ResourceKind::RuleTemplate {
        let message = "`enabled` is omitted: packaged templates are always disabled";
        reader.note(&KEY_LOST, Some("enabled"), message);
        return None;
    }
    (!enabled).then_some(false)
}

fn connectors(reader: &mut PropertyReader<'_>) -> Value {
    reader.same_key("requiredDataConnectors").unwrap_or_else(|| {
        no_connectors(reader);
        json!([])
    })
}

fn schedule(reader: &mut PropertyReader<'_>, draft: &mut Draft) {
    for key in ["queryFrequency", "queryPeriod"] {
        let duration = reader.duration(key);
        if duration.is_none() {
            let message = format!("it has no `{key}`, which a scheduled rule needs");
            reader.note(&SCHEDULE_MISSING, None, message);
        }
        draft.put(key, duration);
    }
    let operator = reader.trimmed("triggerOperator").map(|long| {
        // The second is a peer's spelling of the first.
        let asked = if long.eq_ignore_ascii_case("Equals") { "Equal" } else { long.as_str() };
        let same = |(short, name): &&(&str, &str)| {
            name.eq_ignore_ascii_case(asked) || short.eq_ignore_ascii_case(asked)
        };
        match limits::TRIGGER_OPERATORS.iter().find(same) {
            Some((short, _)) => (*short).to_owned(),
            None => {
                let message = format!("`{long}` is not a valid trigger operator; it is kept");
                reader.note(&OPERATOR_KEPT, Some("triggerOperator"), message);
                long
            }
        }
    });
    draft.put("triggerOperator", Some(operator.unwrap_or_else(|| "gt".into())));
    let threshold = reader.value("triggerThreshold", &Type::Any).map(|value| whole(&value).unwrap_or(value));
    draft.put("triggerThreshold", Some(threshold.unwrap_or_else(|| json!(0))));
}

/// A whole number, also where it is written as a text or with a fraction of nothing.
fn whole(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => text.trim().parse::<i64>().ok().map(Value::from),
        Value::Number(number) if number.is_f64() => {
            let text = format!("{:.0}", number.as_f64()?);
            (text.parse::<f64>().ok() == number.as_f64()).then(|| text.parse::<i64>().ok())?.map(Value::from)
        }
        _ => None,
    }
}

/// The duration, where it says something, and whether suppression is on.
fn suppression(reader: &mut PropertyReader<'_>) -> (Option<String>, bool) {
    let enabled = reader.truth("suppressionEnabled").unwrap_or(false);
    let duration = reader.duration("suppressionDuration");
    let default = |text: &str| text == SUPPRESSION || (text == PORTAL_SUPPRESSION && reader.exported);
    (duration.filter(|text| enabled || !default(text)), enabled)
}

fn is_default_grouping(value: &Value) -> bool {
    value.as_object().is_some_and(|map| map.len() == 1)
        && value["aggregationKind"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("SingleAlert"))
}

/// The incident configuration with durations as YAML has them, and without what the portal writes for rules
/// that group nothing.
fn incidents(mut value: Value, exported: bool, own: bool) -> Option<Value> {
    if let Some(grouping) = value.get_mut("groupingConfiguration") {
        if let Some(Value::String(lookback)) = grouping.get_mut("lookbackDuration") {
            *lookback = short_duration(lookback, own);
        }
        let portal = json!({
            "enabled": false,
            "reopenClosedIncident": false,
            "lookbackDuration": "5h",
            "matchingMethod": "AllEntities",
        });
        if exported && *grouping == portal {
            value.as_object_mut()?.shift_remove("groupingConfiguration");
            if value == json!({"createIncident": true}) {
                return None;
            }
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_whole_numbers() {
        assert_eq!(whole(&json!("5")), Some(json!(5)));
        assert_eq!(whole(&json!(5.0)), Some(json!(5)));
        assert_eq!(whole(&json!(5.5)), None);
    }
}
